"""The files that a path, a pattern, a folder or a list of them means."""

from __future__ import annotations

import glob
import os
from typing import Any

from heron.errors import ArgumentTypeError, DataError, nearest, value_text


def files_of(owner: str, path: Any, suffixes: tuple[str, ...]) -> list[str]:
    """The files meant, in order.

    Args:
        owner: the function that was called, for messages.
        path: a file, a folder, a pattern such as `"data/*.csv"`, or a list of them.
        suffixes: what files of a folder must end in.

    Raises:
        DataError: where there is none.
    """
    if isinstance(path, list | tuple):
        if not path:
            raise DataError(f"{owner}: the list of files is empty; expected one or more.")
        return [file for part in path for file in files_of(owner, part, suffixes)]
    if not isinstance(path, str | os.PathLike):
        raise ArgumentTypeError(f"{owner} expects the path of a file; received {value_text(path)}.")
    name = os.fspath(path)
    if os.path.isfile(name):
        return [name]
    if os.path.isdir(name):
        if found := [os.path.join(name, f) for f in sorted(os.listdir(name)) if f.lower().endswith(suffixes)]:
            return found
        raise DataError(
            f"{owner}: the folder {name!r} has no files that end in {', '.join(suffixes)}.\n"
            f"For other names write a pattern: {owner}({os.path.join(name, '*.dat')!r})."
        )
    if glob.has_magic(name):
        if found := sorted(filter(os.path.isfile, glob.glob(name, recursive=True))):
            return found
        raise DataError(f"{owner}: no file is called like {name!r}; the current folder is {os.getcwd()!r}.")
    folder = os.path.dirname(name) or "."
    there = [f for f in sorted(os.listdir(folder)) if f.lower().endswith(suffixes)] if os.path.isdir(folder) else []
    near = nearest(os.path.basename(name), there)
    raise DataError(
        f"{owner}: there is no file {name!r}; the current folder is {os.getcwd()!r}."
        + (f" Did you mean {os.path.join(folder, near)!r}?" if near else "")
    )
