"""Text and whole numbers put into a fixed number of bins without a vocabulary: Hashing and HashedCrossing."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron import symbolic
from heron.errors import ArgumentError, ShapeError, shape_text, value_text
from heron.layers.layer import Layer
from heron.layers.preprocessing.batches import (
    as_numbers,
    in_program,
    is_symbolic_text,
    is_text,
    text_array,
    whole_numbers,
)
from heron.layers.preprocessing.encoding import DENSE, MODES, encode
from heron.layers.preprocessing.fingerprint import buckets_of_integers, crossed, hash_texts
from heron.validate import POSITIVE_INT, Rule, is_int, one_of

SALT = Rule(
    "an integer or two of them",
    lambda v: is_int(v) or (isinstance(v, list | tuple) and len(v) == 2 and all(map(is_int, v))),
    (133, (133, 137)),
    (1.5, (1, 2, 3), "salt"),
)


def key_of(salt: Any) -> list[int] | None:
    """A salt as the key of SipHash."""
    return None if salt is None else [salt, salt] if is_int(salt) else list(salt)


def bins(owner: Any, inputs: Any, count: int, key: list[int] | None) -> Any:
    """The bin of each text or whole number, of which the decimal digits are hashed."""
    if in_program(inputs) and jnp.issubdtype(inputs.dtype, np.number):
        return buckets_of_integers(inputs.astype("int32"), count, key)
    values = text_array(owner, inputs) if is_text(inputs) or in_program(inputs) else _as_written(owner, inputs)
    hashes = hash_texts([str(v) for v in values.reshape(-1).tolist()], key)
    return (hashes % np.uint64(count)).astype(np.int64).reshape(values.shape)


def _as_written(owner: Any, inputs: Any) -> np.ndarray:
    """Whole numbers; fractions are cut off."""
    kind = getattr(getattr(inputs, "dtype", None), "kind", "")
    return whole_numbers(owner, np.trunc(np.asarray(inputs)) if kind == "f" else inputs)


class Hashing(Layer):
    """Puts text or whole numbers into bins by a hash, the same on every machine and in Keras.

    Args:
        num_bins: how many bins there are, that of `mask_value` among them.
        mask_value: a value that gets bin 0 for itself.
        salt: an integer, or two, that make the hash another: SipHash under this key. Without it FarmHash is used.
        output_mode: `"int"`: the numbers of the bins; for `"one_hot"`, `"multi_hot"` and `"count"` see
            `CategoryEncoding`.
        sparse: for Keras's signature; heron's arrays are dense.

    Input shape:
        Any. Text is hashed on the host, before the compiled part of a model; whole numbers also inside it.

    Output shape:
        That of the input, int32; for the other modes see `CategoryEncoding`.

    Raises:
        ArgumentError: for another dtype than one of whole numbers with `output_mode="int"`.

    Source: FarmHash's Fingerprint64 (https://github.com/google/farmhash); Aumasson and Bernstein, SipHash, 2012.

    Example:
    >>> Hashing(num_bins=3)([["A"], ["B"], ["C"], ["D"], ["E"]]).tolist()
    [[1], [0], [1], [1], [2]]
    """

    rules = {
        "num_bins": POSITIVE_INT,
        "salt": SALT.or_none(),
        "output_mode": one_of(*MODES),
        "sparse": DENSE,
    }

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        if kwargs.get("dtype") is None and output_mode == "int":
            kwargs["dtype"] = "int64"
        super().__init__(**kwargs)
        if output_mode == "int" and "int" not in self.dtype_policy.name:
            raise ArgumentError(
                f"{self._who()}: with output_mode='int', dtype must be 'int32' or 'int64'; received "
                f"{self.dtype_policy.name!r}.\nLeave dtype out."
            )
        self.num_bins = num_bins
        self.mask_value = mask_value
        self.salt = key_of(salt)
        self.output_mode = output_mode
        self.sparse = sparse

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Hashes text, on the host, or whole numbers."""
        return super().__call__(text_array(self, inputs) if is_text(inputs) else inputs, **kwargs)

    def _cast(self, x: Any) -> Any:
        return x

    def compute_output_spec(self, inputs: Any) -> Any:
        """The symbolic output; that for text is that for whole numbers."""
        if not is_symbolic_text(inputs):
            return super().compute_output_spec(inputs)
        return symbolic.infer(lambda bins: self._encoded(self._without_last(bins)), (as_numbers(inputs),), {})

    def _without_last(self, x: Any) -> Any:
        return x[..., 0] if self.output_mode == "one_hot" and x.ndim > 0 and x.shape[-1] == 1 else x

    def call(self, inputs: Any) -> Any:
        """Finds the bins."""
        x = self._without_last(inputs)
        apart = self.mask_value is not None and self.num_bins > 1
        indices = bins(self, x, self.num_bins - apart, self.salt)
        if apart:
            where = jnp.where if in_program(indices) else np.where
            indices = where(x == self.mask_value, 0, indices + 1)
        return self._encoded(indices)

    def _encoded(self, indices: Any) -> Any:
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return encode(indices, self.output_mode, self.num_bins, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments, the salt as two numbers."""
        return super().get_config() | {"salt": self.salt}


class HashedCrossing(Layer):
    """Puts combinations of features into bins by a hash: city and profession, say, as one category.

    Args:
        num_bins: how many bins there are.
        output_mode: `"int"`: the numbers of the bins; `"one_hot"`: a vector for each.
        sparse: for Keras's signature; heron's arrays are dense.

    Input shape:
        A list of two or more arrays of text or whole numbers, each `(batch,)`, `(batch, 1)` or `()`. Text is hashed on
        the host, before the compiled part of a model; whole numbers also inside it.

    Output shape:
        That of one input, int32; `(batch, num_bins)` for `"one_hot"`.

    Raises:
        ShapeError: for less than two inputs, or other shapes.

    Source: the cross of TensorFlow's `tf.sparse.cross_hashed`.

    Example:
    >>> HashedCrossing(num_bins=1000)([["a", "b"], ["x", "yy"]]).tolist()
    [892, 984]
    """

    rules = {"num_bins": POSITIVE_INT, "output_mode": one_of("int", "one_hot"), "sparse": DENSE}

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype or ("int64" if output_mode == "int" else None), **kwargs)
        self.num_bins = num_bins
        self.output_mode = output_mode
        self.sparse = sparse

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Crosses a list of inputs: text, on the host, or whole numbers."""
        if not isinstance(inputs, list | tuple) or len(inputs) < 2:
            raise ShapeError(
                f"{self._who()} takes a list of two or more inputs; received {value_text(inputs)}.\n"
                "Write layer([cities, professions])."
            )
        return super().__call__([self._feature(x) for x in inputs], **kwargs)

    def _feature(self, x: Any) -> Any:
        return text_array(self, x) if is_text(x) or is_symbolic_text(x) else whole_numbers(self, x)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic output; that for text is that for whole numbers."""
        return super().compute_output_spec(*as_numbers(args), **kwargs)

    def _cast(self, x: Any) -> Any:
        return x

    def call(self, inputs: Any) -> Any:
        """Finds the bins."""
        shapes = [tuple(x.shape) for x in inputs]
        if len(shapes[0]) > 2 or (len(shapes[0]) == 2 and shapes[0][1] != 1) or len(set(shapes)) > 1:
            raise ShapeError(
                f"{self._who()} takes inputs of one shape: (), (batch,) or (batch, 1); received "
                f"{', '.join(map(shape_text, shapes))}.\nCross one column with another: layer([x[:, 0], x[:, 1]])."
            )
        if any(map(in_program, inputs)):
            with jax.enable_x64(True):
                features = [x.astype(np.int64).astype(np.uint64) for x in (whole_numbers(self, x) for x in inputs)]
                indices = crossed(features, self.num_bins).astype(np.int32)
        else:
            features = [
                hash_texts(x.reshape(-1).tolist()) if x.dtype == object else x.reshape(-1).astype(np.uint64)
                for x in map(np.asarray, inputs)
            ]
            indices = crossed(features, self.num_bins).astype(np.int64).reshape(shapes[0])
        return encode(indices, self.output_mode, self.num_bins, "int32" if self.output_mode == "int" else self.dtype)
