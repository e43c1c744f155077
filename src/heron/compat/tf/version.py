"""`tf.version`."""

from __future__ import annotations

from heron.compat.homes import VERSIONS

VERSION = VERSIONS["tensorflow"]()
GIT_VERSION = COMPILER_VERSION = VERSION

__all__ = ["COMPILER_VERSION", "GIT_VERSION", "VERSION"]
