"""Looking at data: `describe`, what it finds out, and the ways to show it."""

from heron.data.description.catalogued import DataSetLine, data_sets
from heron.data.description.describing import describe
from heron.data.description.facts import (
    ColumnFacts,
    Determined,
    Facts,
    Finding,
    Histogram,
    PartFacts,
    PictureFacts,
    Repeats,
    Shift,
)
from heron.data.description.result import Description

__all__ = [
    "ColumnFacts",
    "DataSetLine",
    "Description",
    "Determined",
    "Facts",
    "Finding",
    "Histogram",
    "PartFacts",
    "PictureFacts",
    "Repeats",
    "Shift",
    "data_sets",
    "describe",
]
