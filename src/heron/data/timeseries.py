"""Data sets of windows that slide over a series, as in Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

from heron.data.dataset import Dataset
from heron.data.sources.windows import Windows
from heron.errors import ArgumentError
from heron.settings import draw_seed
from heron.validate import BOOL, NON_NEGATIVE_INT, POSITIVE_INT, check, one_of


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Dataset:
    """A data set of windows that slide over a series.

    Args:
        data: the series `(steps, ...)`; one that is mapped from a file is read window by window.
        targets: `targets[i]` is the target of the window that begins at step `i`; None for none.
        sequence_length: entries of a window.
        sequence_stride: steps from the beginning of a window to that of the next.
        sampling_rate: steps from one entry of a window to the next.
        batch_size: windows in a batch; None for single ones.
        shuffle: whether windows come in a new order in each epoch.
        seed: for the shuffling.
        start_index: the first step that is used.
        end_index: the step to end before.
        format: taken for the sake of Keras; the data set is heron's own in any case.

    Returns:
        A `heron.data.Dataset` of windows `(batch, sequence_length, ...)`, or of `(windows, targets)`.

    Raises:
        ArgumentError: for steps outside the series, and when not one window fits.

    Example:
    >>> import numpy as np, heron
    >>> data = heron.utils.timeseries_dataset_from_array(np.arange(6), np.arange(3, 6), sequence_length=3)
    >>> [(x.tolist(), y.tolist()) for x, y in data]
    [([[0, 1, 2], [1, 2, 3], [2, 3, 4]], [3, 4, 5])]
    """
    owner = "timeseries_dataset_from_array"
    rules = {
        **dict.fromkeys(("sequence_length", "sequence_stride", "sampling_rate"), POSITIVE_INT),
        **dict.fromkeys(("start_index", "end_index"), NON_NEGATIVE_INT.or_none()),
        "batch_size": POSITIVE_INT.or_none(),
        "shuffle": BOOL,
        "format": one_of("tf", "grain"),
    }
    check(owner, rules, locals())
    data = data if hasattr(data, "shape") and not hasattr(data, "iloc") else np.asarray(data)
    targets = targets if targets is None or isinstance(targets, np.ndarray) else np.asarray(targets)
    start, end = _span(owner, len(data), start_index, end_index)
    count = end - start - (sequence_length - 1) * sampling_rate
    if count < 1:
        raise ArgumentError(
            f"{owner}: not one window fits: sequence_length={sequence_length} entries at sampling_rate={sampling_rate} "
            f"span {(sequence_length - 1) * sampling_rate + 1} steps, of which there are {end - start}.\n"
            "Take shorter windows, or more data."
        )
    if targets is not None:
        count = min(count, len(targets[start:end]))
    starts = np.arange(0, count, sequence_stride)
    seed = draw_seed() % 10**6 if seed is None else seed
    if shuffle:
        np.random.RandomState(seed).shuffle(starts)  # NumPy's old generator, for the order of Keras
    windows = Dataset(
        Windows(data[start:end], None if targets is None else targets[start:], starts, sequence_length, sampling_rate)
    )
    windows = windows.shuffle(seed=seed) if shuffle else windows
    return windows if batch_size is None else windows.batch(batch_size)


def _span(owner: str, steps: int, start: int | None, end: int | None) -> tuple[int, int]:
    first, last = start or 0, steps if end is None else end
    if not 0 <= first < last <= steps:
        raise ArgumentError(
            f"{owner}: start_index and end_index must lie in the data, which have {steps} steps, one after the other; "
            f"received start_index={start} and end_index={end}."
        )
    return first, last
