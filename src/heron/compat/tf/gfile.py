"""`tf.io.gfile`: files of this machine."""

from __future__ import annotations

import glob as _glob
import os
import shutil
from typing import Any

GFile = open
exists, isdir, listdir = os.path.exists, os.path.isdir, os.listdir
remove, rmtree, copy, rename = os.remove, shutil.rmtree, shutil.copy, os.replace


def makedirs(path: Any) -> None:
    """Makes a folder and those above it."""
    os.makedirs(path, exist_ok=True)


mkdir = makedirs


def glob(pattern: Any) -> list[str]:
    """The files that fit a pattern, by name."""
    return sorted(_glob.glob(os.fspath(pattern)))


__all__ = "GFile copy exists glob isdir listdir makedirs mkdir remove rename rmtree".split()
