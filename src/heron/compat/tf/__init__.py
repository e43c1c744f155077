"""What programs use of `tensorflow` besides Keras, made of what heron has."""
