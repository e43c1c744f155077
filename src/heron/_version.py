"""The one place in which heron's version is written."""

__version__ = "0.1.0"


def version() -> str:
    """Returns heron's version."""
    return __version__
