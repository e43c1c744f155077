"""Data: whatever `fit`, `evaluate` and `predict` accept, made into batches."""

from heron.data.arrays import check_finite, check_same_rows, rows_of, to_array, to_structure
from heron.data.feed import ArrayFeed, Block, StreamFeed

__all__ = [
    "ArrayFeed",
    "Block",
    "StreamFeed",
    "check_finite",
    "check_same_rows",
    "rows_of",
    "to_array",
    "to_structure",
]
