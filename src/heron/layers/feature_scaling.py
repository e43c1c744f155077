"""Layers that bring data to a scale that networks learn from: Rescaling and Normalization."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from heron import config
from heron.errors import ArgumentError, DataError, NotBuiltError, ShapeError, shape_text, value_text
from heron.layers.layer import Layer
from heron.layers.normalization.affine import axes_of
from heron.layers.structure import as_arrays
from heron.validate import BOOL, INTS, Rule, is_number
from heron.variables import Variable

_ROWS_AT_ONCE = 8192


def _are_numbers(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return len(value) > 0 and all(map(_are_numbers, value))
    return is_number(value) or (hasattr(value, "shape") and np.asarray(value).dtype.kind in "iuf")


_NUMBERS = Rule(
    "a number, or a list or array of numbers",
    _are_numbers,
    (1.5, (1.0, 2.0), (0, 1)),
    ("1", ["a"], True, []),
)


class Rescaling(Layer):
    """Computes `inputs * scale + offset`, also for whole numbers, in the compute dtype.

    Args:
        scale: a number, or one for each channel: `1 / 255` brings pixels to 0 to 1.
        offset: a number, or one for each channel.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Example:
    >>> Rescaling(1 / 127.5, offset=-1)([0, 255]).tolist()
    [-1.0, 1.0]
    """

    rules = {"scale": _NUMBERS, "offset": _NUMBERS}
    supports_masking = True

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset

    def call(self, inputs: Any) -> Any:
        """Scales and shifts."""
        scale, offset = jnp.asarray(self.scale, self.compute_dtype), jnp.asarray(self.offset, self.compute_dtype)
        if scale.ndim > 0 and config.image_data_format() == "channels_first":
            scale = scale.reshape(*scale.shape, *(1,) * (3 - scale.ndim))  # (C, 1, 1)
        return jnp.asarray(inputs, self.compute_dtype) * scale + offset


class Normalization(Layer):
    """Brings each feature to mean 0 and variance 1, with mean and variance of the data it was adapted to.

    Args:
        axis: the axis, or axes, that have a mean and variance for each of their entries; None for one mean over all
            values.
        mean: the mean, in place of `adapt`: a number or an array that broadcasts to the sizes of `axis`.
        variance: the variance, given together with `mean`.
        invert: whether to go the other way, from normalized values to those of the data.

    Input shape:
        Any; the sizes of `axis` must be known.

    Output shape:
        That of the input.

    Raises:
        ArgumentError: for a mean without a variance, or of another shape.
        DataError: when `adapt` is given no data, text, or missing values.
        ShapeError: when data have other features than at first.

    Example:
    >>> layer = Normalization()
    >>> layer.adapt([[0.0, 10.0], [2.0, 30.0]])
    >>> layer([[0.0, 30.0]]).tolist()
    [[-1.0, 1.0]]
    """

    rules = {"axis": INTS.or_none(), "mean": _NUMBERS.or_none(), "variance": _NUMBERS.or_none(), "invert": BOOL}
    supports_masking = True

    def __init__(
        self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.axis = () if axis is None else tuple(axis) if isinstance(axis, list | tuple) else (axis,)
        self.input_mean, self.input_variance = mean, variance
        self.invert = invert
        if (mean is None) != (variance is None):
            given, missing = ("mean", "variance") if variance is None else ("variance", "mean")
            raise ArgumentError(
                f"{self._who()} was given a {given} but no {missing}.\nGive both, or neither and call adapt(x)."
            )
        if mean is not None and np.shape(mean) != np.shape(variance):
            raise ArgumentError(
                f"{self._who()}: mean and variance must have the same shape; received {shape_text(np.shape(mean))} and "
                f"{shape_text(np.shape(variance))}."
            )
        if mean is not None and np.ndim(mean) > len(self.axis):
            raise ArgumentError(
                f"{self._who()}: mean has {np.ndim(mean)} axes, but axis={self.axis} names only {len(self.axis)}.\n"
                "Name an axis for each of them."
            )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the mean and variance, if they were not given, and how many values they come from."""
        self.kept = axes_of(self, self.axis, input_shape)
        sizes = tuple(self.known_size(input_shape, axis) for axis in self.kept)
        self._broadcast = tuple(input_shape[i] if i in self.kept else 1 for i in range(len(input_shape)))
        if self.input_mean is None:
            self.adapt_mean = self._statistic("mean", sizes, "zeros")
            self.adapt_variance = self._statistic("variance", sizes, "ones")
            self.count = self._statistic("count", (), "zeros", dtype="int32")

    def _statistic(self, name: str, sizes: tuple[int, ...], initializer: str, dtype: Any = None) -> Variable:
        return self.add_weight(sizes, initializer, dtype=dtype, trainable=False, name=name)

    @property
    def mean(self) -> Any:
        """The mean, in a shape that broadcasts against the input."""
        return self._moment(self.input_mean, "adapt_mean")

    @property
    def variance(self) -> Any:
        """The variance, in a shape that broadcasts against the input."""
        return self._moment(self.input_variance, "adapt_variance")

    def _moment(self, given: Any, weight: str) -> Any:
        if not hasattr(self, "kept"):
            raise NotBuiltError(f"{self._who()} does not know its features yet. Call adapt(x), or the layer, first.")
        sizes = tuple(self._broadcast[axis] for axis in self.kept)
        value = getattr(self, weight).value if given is None else jnp.asarray(given)
        return jnp.broadcast_to(value, sizes).reshape(self._broadcast).astype(self.compute_dtype)

    def call(self, inputs: Any) -> Any:
        """Normalizes, or undoes it."""
        x = jnp.asarray(inputs, self.compute_dtype)
        mean, variance = self.mean, self.variance
        self._check_inputs_fit(x.shape)
        if mean.size == 1:  # so that a column (n,) stays one, and does not become (1, n)
            mean, variance = mean.reshape(()), variance.reshape(())
        deviation = jnp.maximum(jnp.sqrt(variance), config.epsilon())
        return x * deviation + mean if self.invert else (x - mean) / deviation

    def _check_inputs_fit(self, shape: tuple[Any, ...]) -> None:
        """Refuses other features than those of the statistics; more axes in front are welcome."""
        known = self._broadcast
        ends = [axis - len(known) for axis in self.kept if known[axis] != 1]
        if any(-end > len(shape) or shape[end] != known[end] for end in ends):
            wanted = tuple(d if i in self.kept else None for i, d in enumerate(known))
            raise ShapeError(
                f"{self._who()} expects inputs of shape {shape_text(wanted)}, as it was adapted or built for; received "
                f"{shape_text(shape)}.\nGive it the columns that adapt() was given, in that order."
            )

    def adapt(self, data: Any) -> None:
        """Takes the mean and variance from `data`; what an earlier call took is forgotten.

        Args:
            data: an array, a list of numbers, or an iterable of batches: arrays, or tuples whose first part is one.
                With the default axis a single column `(n,)` is one feature.
        """
        if self.input_mean is not None:
            raise ArgumentError(f"{self._who()} was made with a mean and variance; adapt() would have nothing to do.")
        mean = variance = count = 0
        for batch in self._batches(data):
            if not self.built:
                self.build(batch.shape)
            self._check_features(batch.shape)
            reduced = tuple(i for i in range(batch.ndim) if i not in self.kept)
            n = int(np.prod([batch.shape[i] for i in reduced]))
            batch_mean, batch_variance = batch.mean(reduced, dtype=np.float64), batch.var(reduced, dtype=np.float64)
            # Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances".
            shift, total = batch_mean - mean, count + n
            mean = mean + shift * (n / total)
            variance = (variance * count + batch_variance * n + shift**2 * (count * n / total)) / total
            count = total
        if count == 0:
            raise DataError(f"{self._who()}: adapt() was given no data.")
        self.adapt_mean.assign(np.asarray(mean, self.adapt_mean.dtype))
        self.adapt_variance.assign(np.asarray(variance, self.adapt_variance.dtype))
        self.count.assign(min(count, 2**31 - 1))

    def _batches(self, data: Any) -> Iterator[np.ndarray]:
        """The data piece by piece as checked arrays."""
        data = as_arrays(self, data)
        whole = hasattr(data, "__array__")
        if not whole and not isinstance(data, Iterable):
            raise DataError(
                f"{self._who()}: adapt() takes an array or an iterable of batches; received {value_text(data)}."
            )
        for part in [data] if whole else data:
            batch = self._checked(part[0] if isinstance(part, tuple) else part)
            if whole and batch.ndim == 1 and self.axis == (-1,) and (not self.built or self._broadcast[1:] == (1,)):
                batch = batch[:, None]  # a column of a table; each of its rows would be a feature of its own
            by_rows = batch.ndim > 0 and not any(axis in (0, -batch.ndim) for axis in self.axis)
            step = _ROWS_AT_ONCE if by_rows else max(1, len(batch) if batch.ndim else 1)
            yield from (batch[i : i + step] for i in range(0, len(batch), step)) if batch.ndim else [batch]

    def _checked(self, part: Any) -> np.ndarray:
        array = np.asarray(part)
        if array.dtype.kind not in "biuf" and "float" not in array.dtype.name:
            raise DataError(
                f"{self._who()}: adapt() takes numbers; received {value_text(array)}.\nEncode text as numbers first."
            )
        missing = np.argwhere(~np.isfinite(array.astype(np.float32)))
        if len(missing):
            raise DataError(
                f"{self._who()}: the data for adapt() have {len(missing)} missing or infinite values, the first at "
                f"position {tuple(int(i) for i in missing[0])}.\nFill or drop them: x[np.isfinite(x).all(axis=1)]."
            )
        return array

    def _check_features(self, shape: tuple[int, ...]) -> None:
        if len(shape) != len(self._broadcast) or any(shape[axis] != self._broadcast[axis] for axis in self.kept):
            known = tuple(d if i in self.kept else None for i, d in enumerate(self._broadcast))
            raise ShapeError(
                f"{self._who()} was built for shape {shape_text(known)}; adapt() received {shape_text(shape)}."
            )

    def get_config(self) -> dict[str, Any]:
        """The arguments, arrays as lists."""
        given = {"mean": self.input_mean, "variance": self.input_variance}
        plain = {name: None if value is None else np.asarray(value).tolist() for name, value in given.items()}
        return super().get_config() | plain
