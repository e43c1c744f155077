"""What can be seen of the labels on the host before anything is traced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

# Looking at everything is cheap up to here; of larger labels, every n-th row is looked at.
_MOST_ELEMENTS = 4_000_000
_SAMPLE = 4096
_MOST_VALUES = 20


@dataclass(frozen=True)
class LabelFacts:
    """Facts about labels.

    Args:
        shape: their shape, the number of samples first.
        dtype: their dtype by name.
        minimum: the smallest label; None when there is none, as for text.
        maximum: the largest label.
        whole: True when all labels are whole numbers.
        values: the distinct labels in order, when a sample of 4096 has 20 at most; else None.
        one_hot: True when each row of the sample holds one 1 and otherwise 0.

    Example:
    >>> facts = LabelFacts.of([3, 1, 1])
    >>> facts.minimum, facts.maximum, facts.whole, facts.values
    (1.0, 3.0, True, (1.0, 3.0))
    """

    shape: tuple[int, ...]
    dtype: str
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    values: tuple[float, ...] | None = None
    one_hot: bool = False

    @classmethod
    def of(cls, labels: Any) -> Self:
        """Looks at `labels`, an array or list; missing values (NaN) are left out of minimum, maximum and values.

        Takes well below a millisecond for 60,000 class numbers.
        """
        labels = np.asarray(labels)
        facts = cls(labels.shape, labels.dtype.name)
        seen = _thinned(labels, _MOST_ELEMENTS)
        if labels.dtype.kind not in "biuf" and labels.dtype.name != "bfloat16":
            return facts
        if seen.dtype.kind in "bV":
            seen = seen.astype(np.uint8 if seen.dtype.kind == "b" else np.float32)
        if seen.dtype.kind == "f" and seen.size and np.isnan(np.sum(seen)):
            seen = seen[~np.isnan(seen)]
        if not seen.size:
            return facts
        sample = _thinned(seen, _SAMPLE)
        distinct = np.unique(sample)
        return cls(
            labels.shape,
            labels.dtype.name,
            minimum=float(seen.min()),
            maximum=float(seen.max()),
            whole=seen.dtype.kind in "iu" or bool(np.all(np.mod(sample, 1) == 0)),
            values=tuple(float(v) for v in distinct) if distinct.size <= _MOST_VALUES else None,
            one_hot=seen.ndim >= 2 and seen.shape[-1] >= 2 and _are_one_hot(_thinned(seen, _SAMPLE)),
        )


def _thinned(x: np.ndarray, most: int) -> np.ndarray:
    """At most `most` elements of `x`, or one row: every n-th row."""
    return x if x.size <= most or not x.ndim else x[:: -(-x.size // most)]


def _are_one_hot(rows: np.ndarray) -> bool:
    return bool(np.all((rows == 0) | (rows == 1)) and np.all(np.sum(rows, axis=-1) == 1))
