"""What attention layers with weights have in common: projections into heads, masks, and what is read by them."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from heron import config
from heron.errors import ArgumentError, ArgumentTypeError, ShapeError, shape_text
from heron.layers.arguments import keep_arguments
from heron.layers.context import get_mask
from heron.layers.dropout import Dropout
from heron.layers.einsum_dense import EinsumDense
from heron.layers.input_spec import InputSpec
from heron.layers.layer import Layer
from heron.ops.attention import causal_mask, differ, dot_product_attention, softmax_of_kept
from heron.random.seed import SEED
from heron.symbolic import KerasTensor
from heron.validate import BOOL, POSITIVE_INT, RATE, is_int

_SHARED = ("kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint")


class ProjectedAttention(Layer):
    """Projects query, key and value into heads, lets each head of the query read the values, and projects back.

    A subclass says how many heads there are and how long they are: `query_heads`, `key_heads`, `key_size`,
    `value_size`, and in `_made` the sizes of the last axes of the output.
    """

    rules = {
        "dropout": RATE,
        "use_bias": BOOL,
        "use_gate": BOOL,
        "sliding_window": POSITIVE_INT.or_none(),
        "flash_attention": BOOL.or_none(),
        "seed": SEED,
    }
    supports_masking = True
    query_heads: int
    key_heads: int
    key_size: int
    value_size: int
    attention_axes: tuple[int, ...] | None = None
    dropout: float
    use_bias: bool
    use_gate: bool
    sliding_window: int | None
    kernel_initializer: Any
    bias_initializer: Any
    seed: Any
    _projected_regularizer: Any

    def __init__(self, given: Mapping[str, Any], /, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep_arguments(self, given)
        self._flash = given["flash_attention"] or config.is_flash_attention_enabled()
        if self._flash and self.dropout > 0:
            raise ArgumentError(
                f"{type(self).__name__}: flash_attention=True needs a kernel that drops nothing; expected dropout=0, "
                f"received dropout={self.dropout}.\nLeave flash_attention at None, or drop after this layer."
            )

    # ---- weights --------------------------------------------------------------------------------------------------

    def build(
        self,
        query_shape: tuple[int | None, ...],
        value_shape: tuple[int | None, ...],
        key_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        """Creates the projections."""
        key_shape = value_shape if key_shape is None else key_shape
        self._check_shapes(query_shape, value_shape, key_shape)
        self.attention_axes = self._counted(len(query_shape))
        heads = (self.query_heads, self.value_size)
        self.query_dense = self._projection("query", query_shape, (self.query_heads, self.key_size))
        self.key_dense = self._projection("key", key_shape, (self.key_heads, self.key_size))
        if self.use_gate:
            self._gate_dense = self._projection("gate", query_shape, heads, activation="sigmoid")
        self.value_dense = self._projection("value", value_shape, (self.key_heads, self.value_size))
        self._dropout_layer = Dropout(self.dropout, seed=self.seed, dtype=self.dtype_policy)
        joined = (*query_shape[:-1], *heads)
        self.output_dense = self._projection("attention_output", joined, self._made(query_shape), bound=2)

    def _made(self, query_shape: tuple[int | None, ...]) -> tuple[int, ...]:
        """The sizes of the last axes of the output: by default those of the query."""
        return (self.known_size(query_shape, -1),)

    def _projection(
        self, name: str, shape: tuple[int | None, ...], made: tuple[int, ...], bound: int = 1, activation: Any = None
    ) -> EinsumDense:
        """A built layer that sums over the last `bound` axes of an input of `shape` and makes axes of sizes `made`."""
        free = len(shape) - bound
        letters = string.ascii_letters
        kept, summed, new = letters[:free], letters[free:][:bound], letters[free + bound :][: len(made)]
        dense = EinsumDense(
            f"{kept}{summed},{summed}{new}->{kept}{new}",
            output_shape=(*(None,) * (free - 1), *made),
            activation=activation,
            bias_axes=new if self.use_bias else None,
            kernel_initializer=self.kernel_initializer,
            bias_initializer=self.bias_initializer,
            activity_regularizer=self._projected_regularizer,
            name=name,
            trainable=self._trainable,
            dtype=self.dtype_policy,
            **{shared: getattr(self, shared) for shared in _SHARED},
        )
        dense.supports_masking = True  # the masks of what it projects are used here, not lost
        dense.build(shape)
        if bound == 1:
            dense.input_spec = InputSpec(ndim=len(shape), axes={-1: shape[-1]})
        return dense

    def _counted(self, ndim: int) -> tuple[int, ...]:
        """The axes that are attended to, counted from the front: by default all between batch and features."""
        axes = self.attention_axes
        if axes is None:
            return tuple(range(1, ndim - 1))
        counted = tuple(axis + ndim if axis < 0 else axis for axis in axes)
        if not all(0 < axis < ndim - 1 for axis in counted):
            raise ArgumentError(
                f"{self._who()}: attention_axes={axes} must lie between the batch axis 0 and the features, the last; "
                f"received inputs with {ndim} axes.\nFor (samples, steps, features) write attention_axes=1."
            )
        return counted

    # ---- calling --------------------------------------------------------------------------------------------------

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Computes the output, and the weights of all heads if asked for."""
        masks = (
            get_mask(query) if query_mask is None else query_mask,
            get_mask(value) if value_mask is None else value_mask,
            get_mask(key) if key_mask is None and key is not None else key_mask,
        )
        key = value if key is None else key
        own = type(self)._compute_attention is ProjectedAttention._compute_attention
        is_free = all(one is None for one in (*masks, attention_mask, self.sliding_window))
        causal_alone = {"use_causal_mask": True} if use_causal_mask and own and is_free else {}
        if not causal_alone:
            lengths = query.shape[1], value.shape[1]
            attention_mask = self._merged(lengths, masks, attention_mask, use_causal_mask)
        heads = self.query_dense(query), self.key_dense(key), self.value_dense(value)  # (B, ..., N, H)
        output, scores = self._compute_attention(
            *heads, attention_mask, training, return_attention_scores, **causal_alone
        )
        if self.use_gate:
            output = output * self._gate_dense(query)
        output = self.output_dense(output)  # (B, ..., features)
        return (output, scores) if return_attention_scores else output

    def _merged(self, lengths: tuple[Any, Any], masks: Sequence[Any], attention_mask: Any, is_causal: bool) -> Any:
        """All masks as one `(batch, steps, source_steps)`, or None."""
        query_mask, *source_masks = (None if mask is None else jnp.asarray(mask).astype(bool) for mask in masks)
        parts = [None if query_mask is None else query_mask[..., None]]  # (B, T, 1)
        parts += [None if mask is None else jnp.expand_dims(mask, -2) for mask in source_masks]  # (B, 1, S)
        if is_causal:
            parts.append(causal_mask(*lengths)[None])  # (1, T, S)
        if self.sliding_window is not None:
            steps, source_steps = (jnp.arange(length) for length in lengths)
            parts.append((abs(steps[:, None] - source_steps) < self.sliding_window)[None])
        merged = None if attention_mask is None else jnp.asarray(attention_mask).astype(bool)
        for part in parts:
            merged = part if merged is None else merged if part is None else merged & self._aligned(part, merged)
        return merged

    def _aligned(self, part: Any, mask: Any) -> Any:
        """A mask without heads beside one that may have them."""
        axes = len(self.attention_axes or (1,))
        if mask.ndim > part.ndim >= 2 * axes:
            gap = part.ndim - 2 * axes
            part = part.reshape(*part.shape[:gap], *(1,) * (mask.ndim - part.ndim), *part.shape[gap:])
        if differ(*_both(part.shape, mask.shape)):
            raise self._unfit(mask, part.shape)
        return part

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> tuple[Any, Any]:
        """What the heads read, `(batch, ..., heads, value_size)`, and their weights; to be overridden."""
        if self._flash and return_attention_scores:
            raise ArgumentError(
                f"{self._who()}: flash_attention=True computes no weights to return; expected "
                "return_attention_scores=False, received True.\nMake the layer with flash_attention=None."
            )
        axes = self.attention_axes or (1,)
        scale = 1 / math.sqrt(self.key_size)
        kept = [i for i in range(query.ndim - 1) if i not in axes]
        shape = [query.shape[i] for i in (*kept, *axes)] + [key.shape[i] for i in axes]
        mask = None if attention_mask is None else self._to_heads(attention_mask, shape)
        if self.dropout == 0 and not return_attention_scores and query.ndim == 4:
            return dot_product_attention(
                query, key, value, mask=mask, scale=scale, is_causal=use_causal_mask, flash_attention=self._flash
            ), None
        if use_causal_mask:
            mask = self._to_heads(causal_mask(query.shape[1], key.shape[1]), shape)
        if self.query_heads != self.key_heads:
            key, value = (jnp.repeat(x, self.query_heads // self.key_heads, axis=-2) for x in (key, value))
        ours, theirs, both = _letters(query.ndim, axes, kept)
        scores = jnp.einsum(f"{theirs},{ours}->{both}", key, query * jnp.asarray(scale, query.dtype))
        weights = softmax_of_kept(scores, mask, tuple(range(-len(axes), 0))).astype(query.dtype)
        if mask is not None:
            weights = jnp.where(mask, weights, 0)
        dropped = self._dropout_layer(weights, training=training)
        return jnp.einsum(f"{both},{theirs}->{ours}", dropped, value), weights

    def _to_heads(self, mask: Any, shape: Sequence[Any]) -> Any:
        """The mask, which may lack the axis of heads and those before, with as many axes as the scores."""
        gap = mask.ndim - 2 * len(self.attention_axes or (1,))
        if gap < 0 or mask.ndim > len(shape):
            raise self._unfit(mask, shape)
        full = (*mask.shape[:gap], *(1,) * (len(shape) - mask.ndim), *mask.shape[gap:])
        if differ(*_both(full, shape)):
            raise self._unfit(mask, shape)
        return mask.astype(bool).reshape(full)

    # ---- shapes ---------------------------------------------------------------------------------------------------

    def compute_output_shape(  # type: ignore[override]
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Any:
        """The shape of the output, batch included."""
        shapes = (query_shape, value_shape) if key_shape is None else (query_shape, value_shape, key_shape)
        return self.compute_output_spec(*(KerasTensor(shape, self.compute_dtype) for shape in shapes)).shape

    def _ensure_built(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = dict(zip(("query", "value", "key"), args, strict=False)) | kwargs
        if given.get("value") is None or not hasattr(given["query"], "shape"):
            raise ArgumentTypeError(
                f"{self._who()} expects a query and a value as two arguments; received "
                + ("a list." if isinstance(given["query"], list | tuple) else "a query alone.")
                + "\nFor self-attention write layer(x, x), for attention to other data layer(x, source)."
            )
        query, value = given["query"].shape, given["value"].shape
        self._check_shapes(query, value, value if given.get("key") is None else given["key"].shape)
        super()._ensure_built(args, kwargs)

    def _check_shapes(self, query: Any, value: Any, key: Any) -> None:
        received = f"received shapes {shape_text(query)}, {shape_text(value)} and, for the key, {shape_text(key)}"
        if len(query) < 3 or {len(query)} != {len(value), len(key)}:
            raise ShapeError(
                f"{self._who()} expects query, value and key with the axes (samples, steps, features), or more axes of "
                f"steps; {received}.\nAdd the missing axis: x[None] for one sample, x[:, None] for one step."
            )
        if differ(value[:-1], key[:-1]):
            raise ShapeError(
                f"{self._who()} expects one key for each value: all axes but the last alike; {received}.\n"
                "Make both of the same source, or leave the key out."
            )
        axes = self._counted(len(query))
        apart = [i for i in range(len(query) - 1) if i not in axes and differ(query[i : i + 1], value[i : i + 1])]
        if apart:
            raise ShapeError(
                f"{self._who()} expects query and value with the same sizes on all axes but those attended to, "
                f"{axes}, and the features; {received}, which differ on axis {apart[0]}.\n"
                "Give both the same samples, in the same order."
            )

    def _unfit(self, mask: Any, shape: Sequence[Any]) -> ShapeError:
        return ShapeError(
            f"{self._who()} expects an attention mask that broadcasts to {shape_text(shape)}: samples, heads (which "
            f"may be left out), steps of the query, steps of the source; received a mask of shape "
            f"{shape_text(mask.shape)}.\nWrite mask[:, None, :] for one that names the steps of the source alone."
        )


def _both(shape: Sequence[Any], other: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Two shapes that are to broadcast, without what is free to: axes of size 1, and those that one lacks."""
    pairs = [(a, b) for a, b in zip(shape[::-1], other[::-1], strict=False) if not _is_one(a) and not _is_one(b)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _is_one(size: Any) -> bool:
    return is_int(size) and size == 1


def _letters(ndim: int, axes: Sequence[int], kept: Sequence[int]) -> tuple[str, str, str]:
    """The axes of queries, of keys and of scores, for einsum."""
    ours = string.ascii_letters[:ndim]
    other = dict(zip(axes, string.ascii_letters[ndim:], strict=False))
    theirs = "".join(other.get(i, letter) for i, letter in enumerate(ours))
    return ours, theirs, "".join(ours[i] for i in (*kept, *axes)) + "".join(other[i] for i in axes)
