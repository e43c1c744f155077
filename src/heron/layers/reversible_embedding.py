"""Embeddings that also read back: from vectors to scores of ids."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.layers import context
from heron.layers.embeddings import Embedding
from heron.validate import BOOL, POSITIVE, one_of


class ReversibleEmbedding(Embedding):
    """`Embedding` that, called with `reverse=True`, gives each vector's score for every id: for language models.

    Args:
        input_dim: how many different ids there are, the largest id plus one.
        output_dim: the length of the vectors.
        tie_weights: whether the scores are products with the embeddings themselves, not with a kernel of their own.
        embeddings_initializer: how the vectors start, `"uniform"` from -0.05 to 0.05 by default.
        embeddings_regularizer: penalty on the vectors.
        embeddings_constraint: projection of the vectors after each update.
        mask_zero: whether id 0 is padding, which later layers skip.
        reverse_dtype: the dtype in which scores are computed, by default the compute dtype.
        logit_soft_cap: when given, scores are brought between `-cap` and `cap` by `cap * tanh(scores / cap)`.

    Call arguments:
        inputs: ids, or with `reverse=True` vectors.
        reverse: whether scores are computed.

    Input shape:
        `(batch, ...)`, integers; with `reverse=True` `(batch, ..., output_dim)`.

    Output shape:
        `(batch, ..., output_dim)`; with `reverse=True` `(batch, ..., input_dim)`.

    Raises:
        DataError: when called on an array with an id out of range.

    Source: Press and Wolf, https://arxiv.org/abs/1608.05859.

    Example:
    >>> layer = ReversibleEmbedding(10, 4)
    >>> vectors = layer([[1, 2, 3]])
    >>> vectors.shape, layer(vectors, reverse=True).shape
    ((1, 3, 4), (1, 3, 10))
    """

    rules = {
        "tie_weights": BOOL,
        "reverse_dtype": one_of("float32", "bfloat16", "float16", None),
        "logit_soft_cap": POSITIVE.or_none(),
    }

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: str | None = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ) -> None:
        self.tie_weights = tie_weights  # asked when `weights` are given, which build at once
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Any = None) -> None:
        """Creates the table `(input_dim, output_dim)` and, unless they are tied, the kernel of the scores."""
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                (self.output_dim, self.input_dim), self.embeddings_initializer, name="reverse_embeddings"
            )

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Looks vectors up, or computes scores."""
        if not reverse:
            vectors = super().call(inputs)
            context.set_mask(vectors, super().compute_mask(inputs))
            return vectors
        dtype = self.reverse_dtype or self.compute_dtype
        kernel = self.embeddings.value.T if self.tie_weights else self.reverse_embeddings.value
        scores = jnp.matmul(jnp.asarray(inputs).astype(dtype), kernel.astype(dtype))  # (B, ..., input_dim)
        cap = self.logit_soft_cap
        return scores if cap is None else jnp.tanh(scores / cap) * cap

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns None: `call` says the mask itself, for it knows in which direction it goes."""
        return None
