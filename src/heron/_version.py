"""The one place in which heron's version is written."""

__version__ = "0.1.0"
