"""Vectors for whole numbers: the table of embeddings."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron import constraints, initializers, regularizers
from heron.errors import DataError, more, note
from heron.layers.layer import Layer
from heron.validate import BOOL, POSITIVE_INT


class Embedding(Layer):
    """Looks up a learned vector for each token id, a whole number from 0 to `input_dim - 1`.

    An id outside that range raises an error where the numbers are at hand. Inside a compiled program, which cannot
    raise, its vector is NaN, so that it does not pass unnoticed; `fit`, `evaluate` and `predict` check the data before.

    Args:
        input_dim: how many different ids there are, the largest id plus one.
        output_dim: the length of the vectors.
        embeddings_initializer: how the vectors start, `"uniform"` from -0.05 to 0.05 by default.
        embeddings_regularizer: penalty on the vectors.
        embeddings_constraint: projection of the vectors after each update.
        mask_zero: whether id 0 is padding, which later layers skip.
        weights: an array `(input_dim, output_dim)` to start from, or a list with that array.
        input_length: accepted for old programs: the number of ids in a sample.

    Input shape:
        `(batch, ...)`, integers.

    Output shape:
        `(batch, ..., output_dim)`, in the compute dtype.

    Raises:
        ArgumentError: when a size is not a positive integer.
        DataError: when called on an array with an id out of range.
        ShapeError: when `weights` has another shape.

    Example:
    >>> Embedding(10, 4)([[1, 2, 3]]).shape
    (1, 3, 4)
    """

    rules = {
        "input_dim": POSITIVE_INT,
        "output_dim": POSITIVE_INT,
        "mask_zero": BOOL,
        "input_length": POSITIVE_INT.or_none(),
    }
    renamed = {"init": "embeddings_initializer", "W_regularizer": "embeddings_regularizer"}
    input_dtype = "int32"

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        input_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        if input_length is not None:
            note("Embedding(input_length=...) is no longer needed: the length is taken from the data.")
            kwargs.setdefault("input_shape", (input_length,))
        super().__init__(**kwargs)
        self.input_dim, self.output_dim = int(input_dim), int(output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False
        if weights is not None:
            self.build(None)
            self.set_weights(weights if isinstance(weights, list) and len(weights) == 1 else [weights])

    def build(self, input_shape: Any = None) -> None:
        """Creates the table `(input_dim, output_dim)`."""
        self.embeddings = self.own_weight("embeddings", (self.input_dim, self.output_dim))

    def call(self, inputs: Any) -> Any:
        """Looks the vectors up."""
        self.check_data(inputs)
        ids = inputs if jnp.issubdtype(inputs.dtype, jnp.integer) else inputs.astype("int32")
        table = self.embeddings.value.astype(self.compute_dtype)
        return table.at[ids].get(mode="fill", fill_value=jnp.nan, wrap_negative_indices=False)  # (B, ..., output_dim)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns True where the id is not padding; None unless `mask_zero`."""
        return inputs != 0 if self.mask_zero else None

    def check_data(self, inputs: Any) -> None:
        """Checks ids before they enter a compiled program; ids that are only traced pass.

        Raises:
            DataError: naming an id that is out of range.
        """
        if isinstance(inputs, jax.core.Tracer) or np.size(inputs) == 0:
            return
        ids = np.asarray(inputs)
        low, high = ids.min(), ids.max()
        if low >= 0 and high < self.input_dim:
            return
        worst = low if low < 0 else high
        mend = (
            f"Use input_dim={int(high) + 1}."
            if low >= 0
            else "Ids count from 0; shift them, or map them to 0, 1, 2, ..."
        )
        raise DataError(
            f"The input has token id {worst:g} but {self._who()} has input_dim={self.input_dim} "
            f"(ids 0 to {self.input_dim - 1}).\n{mend}{more('embedding')}"
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments without the starting weights."""
        return {k: v for k, v in super().get_config().items() if k not in ("weights", "input_length")}
