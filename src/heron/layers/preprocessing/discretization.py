"""Numbers put into ranges: Discretization, and how its boundaries are found in data that need not fit in memory."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, Self

import jax.numpy as jnp
import numpy as np

from heron.errors import ArgumentError, DataError, NotBuiltError
from heron.layers.layer import Layer
from heron.layers.preprocessing.batches import batches, in_program, real_numbers
from heron.layers.preprocessing.encoding import DENSE, MODES, encode
from heron.validate import POSITIVE, POSITIVE_INT, Rule, is_number, one_of


def _ordered(value: Any) -> bool:
    values = value.tolist() if isinstance(value, np.ndarray) else value
    return (
        isinstance(values, list | tuple)
        and all(map(is_number, values))
        and all(a <= b for a, b in itertools.pairwise(values))
    )


def _ascending(value: Any) -> bool:
    return _ordered(value) and len(value) > 0 and len(set(value)) == len(value)


BOUNDARIES = Rule(
    "a list of numbers, each above the one before",
    _ascending,
    ([0.0, 1.0], (1, 2, 3)),
    ([1.0, 0.0], [1, 1], [], 3, ["a"]),
    lambda v: (
        f"Write sorted(set({list(v)!r}))." if isinstance(v, list | tuple) and v and all(map(is_number, v)) else ""
    ),
)

FOUND = Rule("a list of numbers, none below the one before", _ordered, ([], [0.0, 0.0]), ([1.0, 0.0], 3, ["a"]))
"""What `adapt` may find: where many data are equal boundaries are, and one range has none."""


class Discretization(Layer):
    """Puts each number into a range and gives the range's number, or its vector.

    Args:
        bin_boundaries: where ranges end, ascending. `[0.0, 1.0]` makes three: below 0, from 0 to below 1, from 1 on.
        num_bins: in place of the boundaries: how many ranges `adapt` is to find, each with as many of its data.
        epsilon: how much the share of a range may be off; smaller is slower and takes more memory.
        output_mode: `"int"`: the numbers of the ranges; `"one_hot"`: a vector for each; `"multi_hot"`: for each sample,
            1 at the ranges that occur in it; `"count"`: how often each occurs.
        sparse: for Keras's signature; heron's arrays are dense.

    Input shape:
        Any.

    Output shape:
        That of the input, int32; for the other modes see `CategoryEncoding`.

    Raises:
        ArgumentError: for both or none of `bin_boundaries` and `num_bins`.
        NotBuiltError: when it was made with `num_bins` and is called before `adapt`.

    Example:
    >>> Discretization(bin_boundaries=[0.0, 1.0, 2.0])([[-1.5, 1.0, 3.4, 0.5]]).tolist()
    [[0, 2, 3, 1]]
    """

    rules = {
        "bin_boundaries": BOUNDARIES.or_none(),
        "num_bins": POSITIVE_INT.or_none(),
        "epsilon": POSITIVE,
        "output_mode": one_of(*MODES),
        "sparse": DENSE,
    }
    _unscanned = Layer._unscanned | {"bin_boundaries", "summary"}
    summary: np.ndarray

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype, **kwargs)
        if (bin_boundaries is None) == (num_bins is None):
            given = "neither" if num_bins is None else "both"
            raise ArgumentError(
                f"{self._who()} needs 'bin_boundaries' or 'num_bins'; received {given}.\n"
                "Give the boundaries, or give num_bins and call adapt(x)."
            )
        self.bin_boundaries: list[float] | None = None if bin_boundaries is None else [float(b) for b in bin_boundaries]
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.output_mode = output_mode
        self.sparse = sparse
        self.reset_state()

    def _cast(self, x: Any) -> Any:
        return x

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Finds the ranges."""
        return super().__call__(real_numbers(self, inputs), **kwargs)

    def call(self, inputs: Any) -> Any:
        """Finds the ranges."""
        if self.bin_boundaries is None:
            raise NotBuiltError(
                f"{self._who()} does not know its ranges yet: it was made with num_bins={self.num_bins}.\n"
                "Call adapt(x) on data first, or give bin_boundaries."
            )
        bounds = np.asarray(self.bin_boundaries, np.float64)
        if jnp.issubdtype(inputs.dtype, np.floating) and (inputs.dtype != "float64" or self.num_bins is not None):
            bounds = bounds.astype("float32")  # as the numbers are that were given, or from which they were found
        if in_program(inputs):
            if not jnp.issubdtype(inputs.dtype, np.floating):  # float32 has no neighbours above 16 million
                inputs, bounds = inputs.astype("int32"), np.ceil(bounds).clip(-(2**31), 2**31 - 1).astype("int32")
            indices: Any = jnp.digitize(inputs, jnp.asarray(bounds))
        else:
            values = np.asarray(inputs)
            if missing := int(np.isnan(values).sum()):
                raise DataError(
                    f"{self._who()} takes numbers; received {missing} missing values (NaN), which lie in no range.\n"
                    "Fill missing values in first, or drop their rows."
                )
            indices = np.digitize(values, bounds)
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return encode(indices, self.output_mode, len(self.bin_boundaries) + 1, dtype)

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Finds boundaries between which lie equal shares of `data`; what an earlier call found is forgotten.

        Args:
            data: an array, a list of numbers, or an iterable of batches.
            steps: how many batches to take from an iterable; None for all.
        """
        if self.num_bins is None:
            raise ArgumentError(
                f"{self._who()} was made with bin_boundaries; adapt() would have nothing to do.\n"
                "Make it with num_bins to have the boundaries found."
            )
        self.reset_state()
        for batch, _ in batches(self, data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Takes a batch into the summary from which the boundaries are made."""
        values = np.asarray(real_numbers(self, data), "float32").reshape(-1)
        if np.isnan(values).any():
            raise DataError(
                f"{self._who()}: the data for adapt() have {int(np.isnan(values).sum())} missing values (NaN).\n"
                "Drop them: x[np.isfinite(x)]."
            )
        if values.size:
            both = np.concatenate([_summary(values, self.epsilon), self.summary], axis=1)
            self.summary = _compressed(both[:, np.argsort(both[0])], self.epsilon)

    def finalize_state(self) -> None:
        """Makes the boundaries from the summary."""
        if self.num_bins is None:
            return
        if not self.summary.size:
            raise DataError(f"{self._who()}: adapt() was given no data.")
        self.bin_boundaries = _compressed(self.summary, 1 / self.num_bins)[0, :-1].tolist()

    def reset_state(self) -> None:
        """Forgets the data."""
        self.summary = np.zeros((2, 0), "float32")

    def get_config(self) -> dict[str, Any]:
        """The arguments, and the boundaries that were found."""
        own = {name: value for name, value in super().get_config().items() if name != "trainable"}  # as Keras's
        return own | {"bin_boundaries": self.bin_boundaries}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a layer from what `get_config` returned; it knows boundaries that were found."""
        found = config.get("bin_boundaries") if config.get("num_bins") is not None else None
        layer = super().from_config({**config, **({"bin_boundaries": None} if found is not None else {})})
        if found is not None:
            FOUND.check(cls.__name__, "bin_boundaries", found)
            layer.bin_boundaries = [float(b) for b in found]
        return layer


def _summary(values: np.ndarray, epsilon: float) -> np.ndarray:
    """About `1 / epsilon` of the values, evenly spaced among the sorted ones, and for how many each stands: (2, n)."""
    step = max(values.size * epsilon, 1)
    kept = np.sort(values)[int(step - 1) :: int(step)]
    return np.stack([kept, np.full_like(kept, step)])


def _compressed(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """A summary of about `1 / epsilon` values, interpolated at equal shares of the whole."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    reached = summary[1].cumsum()
    values = np.interp(shares, reached / reached[-1], summary[0])
    counts = np.diff(np.interp(shares, reached / reached[-1], reached), prepend=0)
    return np.stack([values, counts]).astype("float32")
