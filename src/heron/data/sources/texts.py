"""Texts from files."""

from __future__ import annotations

from typing import Any

import numpy as np

from heron.data.sources.files import Files

FORMATS = (".txt",)


class Texts(Files):
    """Texts, an array `(n,)` of strings.

    Args:
        max_length: characters kept of each; None for all.
    """

    what = "Text"

    def __init__(self, paths: list[str], labels: np.ndarray | None, lossy: bool, *, max_length: int | None) -> None:
        super().__init__(paths, labels, lossy)
        self.max_length = max_length

    def begin(self, count: int) -> Any:
        return np.empty(count, object)

    def place(self, batch: Any, number: int, path: str) -> Any:
        try:
            with open(path, encoding="utf-8-sig") as file:
                batch[number] = file.read(-1 if self.max_length is None else self.max_length)
        except UnicodeDecodeError as error:
            raise ValueError(f"byte {error.start} is not UTF-8") from error
        return batch

    def finish(self, batch: Any, count: int) -> Any:
        return batch[:count]
