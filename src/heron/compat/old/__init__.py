"""What Keras 1 and 2 had under other names, made of what heron has."""
