"""Windows that slide over a series."""

from __future__ import annotations

from typing import Any

import numpy as np


class Windows:
    """Windows of a series, each with its target.

    Args:
        data: the series `(steps, ...)`.
        targets: the target of the window that begins at each step, or None.
        starts: the steps at which windows begin.
        length: steps in a window.
        rate: steps from one entry of a window to the next.
    """

    def __init__(self, data: Any, targets: Any, starts: np.ndarray, length: int, rate: int) -> None:
        self.data = data
        self.targets = targets
        self.starts = starts
        self.offsets = np.arange(length) * rate

    def __len__(self) -> int:
        return len(self.starts)

    def read(self, rows: np.ndarray) -> Any:
        """The windows of these numbers `(n, length, ...)`, with targets where there are any."""
        starts = self.starts[rows]
        windows = np.asarray(self.data[starts[:, None] + self.offsets])  # (n, length, ...)
        return windows if self.targets is None else (windows, np.asarray(self.targets[starts]))
