"""A data set cut in two, as in Keras."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np

from heron.data.dataset import Dataset, Step
from heron.data.flow import Context, Flow, RowFlow
from heron.data.sources.items import Items
from heron.data.structure import joined
from heron.errors import ArgumentError, ArgumentTypeError, value_text
from heron.validate import is_int, is_number


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Dataset, Dataset]:
    """Cuts data in two, for training and testing say. No sample is in both parts, in no epoch.

    Args:
        dataset: a `Dataset`, an array, a list or tuple of arrays with a common first axis, or anything that can be
            gone through. The batches of a data set are taken apart and put together again in the same size.
        left_size: the share (a float between 0 and 1) or the number (an int) of the samples of the first part; None
            for what the other leaves.
        right_size: the same of the second part.
        shuffle: whether samples are shuffled before the cut.
        seed: for the shuffling.
        preferred_backend: taken for the sake of Keras; the parts are heron's own in any case.

    Returns:
        Two data sets. What can be read in any order is left where it is; a stream is read into memory.

    Raises:
        ArgumentError: for sizes that leave a part empty, or are more than there is.

    Example:
    >>> import numpy as np, heron
    >>> left, right = heron.utils.split_dataset(np.arange(5), left_size=0.8)
    >>> [int(x) for x in right]
    [4]
    """
    rows, later = _rows(dataset if isinstance(dataset, Dataset) else _from(dataset))
    count = len(rows)
    left, right = _sizes(left_size, right_size, count)
    order = list(range(count))
    if shuffle:
        random.Random(seed).shuffle(order)
    made = []
    for part in (order[:left], order[count - right :]):
        data = rows._with(_chosen(np.array(part, np.int64)))
        made.append(data._with(*later))
    return made[0], made[1]


def _from(dataset: Any) -> Dataset:
    if isinstance(dataset, np.ndarray) or hasattr(dataset, "__array__"):
        return Dataset.from_tensor_slices(np.asarray(dataset))
    if isinstance(dataset, list | tuple) and dataset and all(hasattr(part, "shape") for part in dataset):
        return Dataset.from_tensor_slices(tuple(dataset) if len(dataset) > 1 else dataset[0])
    if isinstance(dataset, list) and dataset and all(isinstance(sample, tuple) for sample in dataset):
        return Dataset.from_sequence(dataset)
    if isinstance(dataset, list | tuple | dict):
        return Dataset.from_tensor_slices(dataset)
    if hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__"):
        return Dataset.from_sequence(dataset)
    if hasattr(dataset, "as_numpy_iterator"):
        return Dataset.from_generator(dataset.as_numpy_iterator)
    if hasattr(dataset, "__iter__"):
        return Dataset.from_sequence(list(dataset))
    raise ArgumentTypeError(
        f"split_dataset expects a Dataset, an array, or a list or tuple of arrays; received {value_text(dataset)}."
    )


def _rows(data: Dataset) -> tuple[Dataset, list[Step]]:
    """The samples of a data set in an order that stays, and the steps that make its batches of them."""
    names = [step.name for step in data._steps]
    cut = max((i for i, name in enumerate(names) if name in ("batch", "unbatch")), default=len(names))
    cut = cut if names[cut : cut + 1] == ["batch"] else len(names)
    later = list(data._steps[cut:])
    if any(step.name not in ("batch", "map", "filter") for step in later):
        raise ArgumentError(
            "split_dataset: after its batches were made, the data set was changed by "
            f"{', '.join(step.name for step in later[1:])}; expected map or filter alone.\nSplit it before."
        )
    before = data._with()
    before._steps = data._steps[:cut]
    flow = before._flow(Context())
    if not (isinstance(flow, RowFlow) and flow.load is not None) or flow.lossy:
        elements = list(before)
        if not elements:
            raise ArgumentError("split_dataset: there are no samples to split.")
        return Dataset(Items(elements), **data._about), later

    def still(_: Flow, context: Context, seed: int) -> Flow:
        return before._flow(replace(context, epoch=0, repetition=0))

    return data._with()._begun_by(Step("still", still)), later


def _chosen(numbers: np.ndarray) -> Step:
    def apply(flow: RowFlow, context: Context, seed: int) -> RowFlow:
        return replace(flow, pieces=lambda: iter([joined(list(flow.pieces()))[numbers]]), length=len(numbers))

    return Step("choose", apply)


def _sizes(left: float | None, right: float | None, count: int) -> tuple[int, int]:
    """The numbers of samples of both parts."""
    if left is None and right is None:
        raise ArgumentError("split_dataset: give left_size or right_size; left_size=0.8 keeps a fifth for testing.")
    numbers = {}
    for name, size in (("left_size", left), ("right_size", right)):
        if size is None:
            continue
        if not is_number(size):
            raise ArgumentTypeError(f"split_dataset: {name} must be a share or a number; received {value_text(size)}.")
        whole = is_int(size)
        if not 0 < size < (count if whole else 1):
            raise ArgumentError(
                f"split_dataset: {name} must be a share between 0 and 1, or a whole number between 0 and the number "
                f"of samples, {count}; received {size!r}."
            )
        numbers[name] = int(size) if whole else round(size * count)
    first = numbers.get("left_size", count - numbers.get("right_size", 0))
    second = numbers.get("right_size", count - first)
    if first + second > count or not first or not second:
        raise ArgumentError(
            f"split_dataset: left_size={left} and right_size={right} of {count} samples make parts of {first} and "
            f"{second}; expected neither to be empty, and no more than {count} together."
        )
    return first, second
