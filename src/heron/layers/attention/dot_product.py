"""Attention without projections: Luong's dot products, and Bahdanau's sums."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import random
from heron.errors import ArgumentTypeError, ShapeError, shape_text
from heron.layers.layer import Layer
from heron.layers.structure import shapes_of
from heron.ops.attention import causal_mask, differ
from heron.random.seed import SEED
from heron.validate import BOOL, RATE, one_of
from heron.variables import Variable

_FORM = "[query, value] or [query, value, key]"


class Attention(Layer):
    """Lets each step of a query read the values whose keys fit it: `softmax(query · key) · value`.

    Args:
        use_scale: whether the scores are multiplied by a learned number, 1 at first.
        score_mode: `"dot"` for dot products; `"concat"` for the sum of `tanh(query + key)`, times a learned number.
        dropout: the share of the weights that is dropped in training.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: a list of query, value and, if it is not the value, key.
        mask: a list of booleans `(batch, steps)` for the query, whose masked steps come out as 0, and
            `(batch, source_steps)` for the value, whose masked steps are not read; None for none.
        training: whether anything is dropped.
        return_attention_scores: whether the weights `(batch, steps, source_steps)` come out too.
        use_causal_mask: whether a step reads no later ones.

    Input shape:
        A list of `(batch, steps, features)`, `(batch, source_steps, value_features)` and, if there is a key,
        `(batch, source_steps, features)`.

    Output shape:
        `(batch, steps, value_features)`; with `return_attention_scores` a pair.

    Raises:
        ArgumentTypeError: for anything but a list of two or three.
        ShapeError: for tensors and masks that do not fit together.

    Source: Luong et al., "Effective approaches to attention-based neural machine translation", 2015.

    Example:
    >>> import numpy as np
    >>> query, value = np.ones((2, 3, 4)), np.ones((2, 5, 4))
    >>> Attention()([query, value]).shape
    (2, 3, 4)
    """

    rules = {"use_scale": BOOL, "score_mode": one_of("dot", "concat"), "dropout": RATE, "seed": SEED}
    scale: Variable | None = None
    concat_score_weight: Variable | None = None

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = dropout
        self.seed = seed
        if dropout > 0:
            self.seed_generator = seed if isinstance(seed, random.SeedGenerator) else random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        """Creates the learned numbers."""
        if self.use_scale:
            self.scale = self.add_weight((), "ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight((), "ones", name="concat_score_weight")

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Computes the output, and the weights if asked for."""
        query, value, *rest = inputs
        query_mask, value_mask = self._masks(mask)
        scores = self._calculate_scores(query, rest[0] if rest else value)  # (B, T, S)
        keep = self._kept(scores, value_mask, use_causal_mask)
        if keep is not None:
            scores = jnp.where(keep, scores, scores - (65504.0 if scores.dtype == jnp.float16 else 1e9))
        weights = jax.nn.softmax(scores, axis=-1)
        if training and self.dropout > 0:
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        output = jnp.matmul(weights, value)  # (B, T, value_features)
        if query_mask is not None:
            keep = self._fitted(query_mask, query.shape[:-1], "query")
            output = jnp.where(keep[..., None], output, 0)
        return (output, weights) if return_attention_scores else output

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        """How well each key fits each query, `(batch, steps, source_steps)`; to be overridden."""
        scale = 1 if self.scale is None else self.scale.value
        if self.concat_score_weight is None:
            return jnp.matmul(query, key.swapaxes(-2, -1)) * scale
        return self.concat_score_weight.value * _sums(scale, query, key).sum(-1)

    def _kept(self, scores: Any, value_mask: Any, is_causal: bool) -> Any:
        keep = None
        if value_mask is not None:
            keep = self._fitted(value_mask, (*scores.shape[:-2], scores.shape[-1]), "value")[..., None, :]  # (B, 1, S)
        if is_causal:
            causal = causal_mask(*scores.shape[-2:])
            keep = causal if keep is None else keep & causal
        return keep

    def _fitted(self, mask: Any, shape: tuple[Any, ...], name: str) -> Any:
        mask = jnp.asarray(mask).astype(bool)
        if mask.ndim != len(shape) or differ(mask.shape, shape):
            raise ShapeError(
                f"{self._who()} expects a mask of shape {shape_text(shape)}, (samples, steps), for its {name}; "
                f"received shape {shape_text(mask.shape)}.\nGive True for each step that counts, False for padding."
            )
        return mask

    def _masks(self, mask: Any) -> tuple[Any, Any]:
        if mask is not None and not (isinstance(mask, list | tuple) and len(mask) in (2, 3)):
            raise ArgumentTypeError(
                f"{self._who()} expects as mask a list, [query_mask, value_mask]; received {shapes_of(mask)}.\n"
                "Write mask=[None, value_mask] to mask the values alone."
            )
        return (None, None) if mask is None else (mask[0], mask[1])

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the mask of the query."""
        return previous_mask[0] if isinstance(previous_mask, list | tuple) else None

    def _check_inputs(self, inputs: Any) -> None:
        if not (isinstance(inputs, list | tuple) and len(inputs) in (2, 3)):
            found = f"a list of {len(inputs)}" if isinstance(inputs, list | tuple) else shapes_of(inputs)
            raise ArgumentTypeError(
                f"{self._who()} expects a list of tensors, {_FORM}; received {found}.\n"
                "For self-attention write layer([x, x])."
            )
        query, value, *rest = (tuple(x.shape) for x in inputs)
        key = rest[0] if rest else value
        received = f"received shapes {shapes_of(list(inputs))}"
        if len(query) < 3 or {len(query)} != {len(value), len(key)}:
            raise ShapeError(
                f"{self._who()} expects {_FORM} with the axes (samples, steps, features); {received}.\n"
                "Add the missing axis: x[None] for one sample, x[..., None] for one feature, x[:, None] for one step."
            )
        if differ(value[:-1], key[:-1]) or differ(query[:-2], key[:-2]):
            raise ShapeError(
                f"{self._who()} expects one key for each value, and the same samples in all; {received}.\n"
                "Make key and value of the same source, or leave the key out."
            )
        if differ(query[-1:], key[-1:]):
            raise ShapeError(
                f"{self._who()} compares query and key, which must have as many features; {received}.\n"
                f"Project one: heron.layers.Dense({query[-1] if isinstance(query[-1], int) else 'units'})."
            )


class AdditiveAttention(Attention):
    """Lets each step of a query read the values whose keys fit it, scored by `sum(scale * tanh(query + key))`.

    Args:
        use_scale: whether the features are weighed by a learned vector.
        dropout: the share of the weights that is dropped in training.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: a list of query, value and, if it is not the value, key.
        mask: a list of booleans `(batch, steps)` for the query, whose masked steps come out as 0, and
            `(batch, source_steps)` for the value, whose masked steps are not read; None for none.
        training: whether anything is dropped.
        return_attention_scores: whether the weights `(batch, steps, source_steps)` come out too.
        use_causal_mask: whether a step reads no later ones.

    Input shape:
        A list of `(batch, steps, features)`, `(batch, source_steps, value_features)` and, if there is a key,
        `(batch, source_steps, features)`.

    Output shape:
        `(batch, steps, value_features)`; with `return_attention_scores` a pair.

    Raises:
        ArgumentTypeError: for anything but a list of two or three.
        ShapeError: for tensors and masks that do not fit together.

    Source: Bahdanau et al., "Neural machine translation by jointly learning to align and translate", 2014.

    Example:
    >>> import numpy as np
    >>> query, value = np.ones((2, 3, 4)), np.ones((2, 5, 4))
    >>> AdditiveAttention()([query, value]).shape
    (2, 3, 4)
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Creates the learned vector `(features,)`."""
        if self.use_scale:
            features = self.known_size(input_shape[0], -1)
            self.scale = self.add_weight((features,), "glorot_uniform", name="scale")

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        sums = _sums(1, query, key)
        return jnp.sum(sums, -1) if self.scale is None else jnp.matmul(sums, self.scale.value)

    def get_config(self) -> dict[str, Any]:
        """The arguments, as Keras has them."""
        config = {k: v for k, v in super().get_config().items() if k != "score_mode"}
        return config | {"seed": config.get("seed")}


def _sums(scale: Any, query: Any, key: Any) -> Any:
    """The hyperbolic tangent of each query plus each key, `(batch, steps, source_steps, features)`."""
    return jnp.tanh(scale * (query[..., :, None, :] + key[..., None, :, :]))
