"""Data: whatever `fit` accepts, and data sets from files, folders and arrays, made into batches.

What is in here is imported when it is asked for, so that a worker process of a data set starts without JAX.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from heron.errors import nearest, no_such_name

if TYPE_CHECKING:
    from heron.data.arrays import check_finite as check_finite
    from heron.data.arrays import check_same_rows as check_same_rows
    from heron.data.arrays import rows_of as rows_of
    from heron.data.arrays import to_array as to_array
    from heron.data.arrays import to_structure as to_structure
    from heron.data.csv import csv_dataset as csv_dataset
    from heron.data.dataset import ArraySpec as ArraySpec
    from heron.data.dataset import Dataset as Dataset
    from heron.data.dataset import DatasetIterator as DatasetIterator
    from heron.data.description import Description as Description
    from heron.data.description import describe as describe
    from heron.data.directories import audio_dataset_from_directory as audio_dataset_from_directory
    from heron.data.directories import image_dataset_from_directory as image_dataset_from_directory
    from heron.data.directories import text_dataset_from_directory as text_dataset_from_directory
    from heron.data.feed import ArrayFeed as ArrayFeed
    from heron.data.feed import Block as Block
    from heron.data.feed import StreamFeed as StreamFeed
    from heron.data.parquet import parquet_dataset as parquet_dataset
    from heron.data.splitting import split_dataset as split_dataset
    from heron.data.timeseries import timeseries_dataset_from_array as timeseries_dataset_from_array
    from heron.data.workers.process import WorkerDied as WorkerDied

_HOME_OF = {
    "ArrayFeed": "feed",
    "ArraySpec": "dataset",
    "Block": "feed",
    "Dataset": "dataset",
    "DatasetIterator": "dataset",
    "Description": "description",
    "StreamFeed": "feed",
    "WorkerDied": "workers.process",
    "audio_dataset_from_directory": "directories",
    "check_finite": "arrays",
    "check_same_rows": "arrays",
    "csv_dataset": "csv",
    "image_dataset_from_directory": "directories",
    "describe": "description",
    "parquet_dataset": "parquet",
    "rows_of": "arrays",
    "split_dataset": "splitting",
    "text_dataset_from_directory": "directories",
    "timeseries_dataset_from_array": "timeseries",
    "to_array": "arrays",
    "to_structure": "arrays",
}

__all__ = list(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        near = nearest(name, __all__)
        hint = f"Did you mean {near!r}?" if near else "dir(heron.data) lists what it has."
        raise no_such_name(__name__, name, f"{__name__} has no {name!r}. {hint}")
    value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
