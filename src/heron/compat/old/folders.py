"""Data sets of folders, as `tf.data` would give them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import heron
from heron.compat.tf.data import Dataset

__all__ = [
    "audio_dataset_from_directory",
    "image_dataset_from_directory",
    "split_dataset",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]


def _as_tf(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        args = tuple(one.data if isinstance(one, Dataset) else one for one in args)
        found = function(*args, **kwargs)
        return type(found)(map(Dataset, found)) if isinstance(found, list | tuple) else Dataset(found)

    return called


audio_dataset_from_directory = _as_tf(heron.utils.audio_dataset_from_directory)
image_dataset_from_directory = _as_tf(heron.utils.image_dataset_from_directory)
split_dataset = _as_tf(heron.utils.split_dataset)
text_dataset_from_directory = _as_tf(heron.utils.text_dataset_from_directory)
timeseries_dataset_from_array = _as_tf(heron.utils.timeseries_dataset_from_array)
