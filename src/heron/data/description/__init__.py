"""Looking at data: `describe`, what it finds out, and the ways to show it."""

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
    "Description",
    "Determined",
    "Facts",
    "Finding",
    "Histogram",
    "PartFacts",
    "PictureFacts",
    "Repeats",
    "Shift",
    "describe",
]
