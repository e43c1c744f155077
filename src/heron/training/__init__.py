"""Training: the state, the objective, the compiled epoch program and the loop around it. Knows no Model."""
