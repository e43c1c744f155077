"""Forms of single operations that run faster than XLA's own on some platform."""
