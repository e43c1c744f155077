"""Functions on arrays and symbolic tensors."""
