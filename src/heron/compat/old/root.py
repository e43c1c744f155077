"""Names at the root of `keras` that are not at heron's."""

from __future__ import annotations

from heron.compat.homes import VERSIONS

__all__ = ["version"]


def version() -> str:
    """The version of Keras whose names are understood, and heron's."""
    return VERSIONS["keras"]()
