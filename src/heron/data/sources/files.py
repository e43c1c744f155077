"""Rows of files: one file is one row, with its label."""

from __future__ import annotations

from typing import Any

import numpy as np

from heron.errors import DataError, missing_method


class Files:
    """Files that are read into one batch; a subclass says how.

    Args:
        paths: the files.
        labels: their labels `(files, ...)`, or None.
        lossy: whether a file that cannot be read is left out, instead of ending the epoch.
    """

    slow = True
    what = "File"

    def __init__(self, paths: list[str], labels: np.ndarray | None, lossy: bool) -> None:
        self.paths = paths
        self.labels = labels
        self.lossy = lossy

    def __len__(self) -> int:
        return len(self.paths)

    def begin(self, count: int) -> Any:
        """What `count` files are read into."""
        raise missing_method(self, "begin(self, count)", "what `count` files are read into")

    def place(self, batch: Any, number: int, path: str) -> Any:
        """Reads a file into a place of the batch, and gives the batch back."""
        raise missing_method(self, "place(self, batch, number, path)", "the batch with the file in it")

    def finish(self, batch: Any, count: int) -> np.ndarray:
        """The first `count` places as an array."""
        raise missing_method(self, "finish(self, batch, count)", "the first `count` places as an array")

    def read(self, rows: np.ndarray) -> Any:
        """The batch of these files, with labels where there are any; if lossy, also what could not be read.

        Raises:
            DataError: for the first file that cannot be read, with its path.
        """
        batch = self.begin(len(rows))
        kept: list[int] = []
        lost: list[str] = []
        for row in rows:
            path = self.paths[row]
            try:
                batch = self.place(batch, len(kept), path)
            except Exception as error:  # decoders raise what they like
                if not self.lossy:
                    raise DataError(self._unreadable(path, error)) from error
                lost.append(f"{path} ({_reason(error)})")
            else:
                kept.append(int(row))
        data = self.finish(batch, len(kept))
        whole = data if self.labels is None else (data, self.labels[np.array(kept, np.int64)])
        return (whole, lost) if self.lossy else whole

    def where(self, rows: np.ndarray) -> str:
        """The files in words."""
        rest = f" or {len(rows) - 1} that follow" if len(rows) > 1 else ""
        return f"{self.paths[int(rows[0])]!r}{rest}"

    def _unreadable(self, path: str, error: Exception) -> str:
        return (
            f"{self.what} {path!r} cannot be read: {_reason(error)}.\n"
            "Replace or delete the file; or write on_error='skip' to go on without files that cannot be read."
        )


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    text = str(error).strip().rstrip(".").split("\n")[0]
    if "cannot identify image file" in text:
        return "it is no picture, whatever its name says"
    return text or type(error).__name__
