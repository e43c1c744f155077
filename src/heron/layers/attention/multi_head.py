"""Attention with weights: many heads, and many heads that share a few keys and values."""

from __future__ import annotations

from typing import Any

from heron import config, regularizers
from heron.errors import ArgumentError
from heron.layers.arguments import own_arguments
from heron.layers.attention.projected import ProjectedAttention
from heron.validate import INTS, POSITIVE_INT, Rule, is_int

_SIZES = Rule(
    "a positive integer, or a sequence of them",
    lambda v: (
        POSITIVE_INT.accepts(v) or (isinstance(v, list | tuple) and len(v) > 0 and all(map(POSITIVE_INT.accepts, v)))
    ),
    (8, (2, 4), [3]),
    (0, "8", (), (2, None)),
)


class MultiHeadAttention(ProjectedAttention):
    """Lets each step of a sequence read from the steps of another, or of its own, with several heads at once.

    Query, key and value are projected, each head reads with `softmax(query · key / sqrt(key_dim)) · value`, and what
    the heads read is projected back together.

    Args:
        num_heads: positive integer, the number of heads.
        key_dim: positive integer, the size of each head's query and key.
        value_dim: the size of each head's value; that of the keys by default.
        dropout: the share of the attention weights that is dropped in training.
        use_bias: whether the projections add a bias.
        output_shape: the size of the last axis of the output, or several sizes; those of the query by default.
        attention_axes: the axes that are attended to; by default all between batch and features.
        sliding_window: a step reads only steps less than this far away.
        flash_attention: True for cuDNN's kernel, which needs a GPU; None for it where it can be used, unless
            `heron.config.disable_flash_attention()` was called.
        kernel_initializer: how the kernels of the projections start, Glorot-uniform by default.
        bias_initializer: how their biases start, zeros by default.
        kernel_regularizer: penalty on the kernels.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the outputs of the projections.
        kernel_constraint: projection of the kernels after each update.
        bias_constraint: projection of the biases after each update.
        use_gate: whether what is read is multiplied by a gate, a sigmoid of a projection of the query.
        seed: an integer for the same dropout in every process, a `SeedGenerator`, or None.

    Call arguments:
        query: `(batch, steps, features)`.
        value: `(batch, source_steps, features)`.
        key: `(batch, source_steps, features)`; the value by default.
        query_mask: booleans `(batch, steps)`; by default the mask that travels with the query, from `Embedding` or
            `Masking`. Likewise for value and key.
        value_mask: booleans `(batch, source_steps)`, False for what is not read.
        key_mask: booleans `(batch, source_steps)`, False for what is not read.
        attention_mask: booleans `(batch, steps, source_steps)`, with heads after the batch or not, True where a step
            may read.
        return_attention_scores: whether the weights `(batch, heads, steps, source_steps)` come out too.
        training: whether anything is dropped.
        use_causal_mask: whether a step reads no later ones.

    Input shape:
        `(batch, steps, features)`, each; more axes of steps are allowed.

    Output shape:
        `(batch, steps, features)`, or `(batch, steps, *output_shape)`; with `return_attention_scores` a pair.

    Raises:
        ArgumentTypeError: when called without a value.
        ShapeError: for inputs and masks that do not fit together.

    Source: Vaswani et al., "Attention is all you need", 2017; the gate: https://arxiv.org/abs/2505.06708.

    Example:
    >>> import numpy as np
    >>> x = np.ones((2, 5, 8))
    >>> MultiHeadAttention(num_heads=2, key_dim=4)(x, x, use_causal_mask=True).shape
    (2, 5, 8)
    """

    rules = {
        "num_heads": POSITIVE_INT,
        "key_dim": POSITIVE_INT,
        "value_dim": POSITIVE_INT.or_none(),
        "output_shape": _SIZES.or_none(),
        "attention_axes": INTS.or_none(),
    }

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        given = own_arguments(locals())
        del given["output_shape"], given["activity_regularizer"]
        super().__init__(given, **kwargs)
        self._projected_regularizer = regularizers.get(activity_regularizer)
        self._output_sizes = (output_shape,) if is_int(output_shape) else output_shape and tuple(output_shape)
        self.attention_axes = (attention_axes,) if is_int(attention_axes) else attention_axes
        self.value_dim = value_dim or key_dim
        self.query_heads = self.key_heads = num_heads
        self.key_size, self.value_size = key_dim, self.value_dim

    def _made(self, query_shape: tuple[int | None, ...]) -> tuple[int, ...]:
        return self._output_sizes or super()._made(query_shape)


class GroupQueryAttention(ProjectedAttention):
    """Multi-head attention whose heads share keys and values, several queries to each: fewer weights, less to keep.

    With one head of keys and values it is multi-query attention, with as many as queries multi-head attention.

    Args:
        head_dim: positive integer, the size of each head.
        num_query_heads: the number of heads of the query, a multiple of the next.
        num_key_value_heads: the number of heads of key and value.
        dropout: the share of the attention weights that is dropped in training.
        use_bias: whether the projections add a bias.
        sliding_window: a step reads only steps less than this far away.
        flash_attention: True for cuDNN's kernel, which needs a GPU; None for it where it can be used, unless
            `heron.config.disable_flash_attention()` was called.
        kernel_initializer: how the kernels of the projections start, Glorot-uniform by default.
        bias_initializer: how their biases start, zeros by default.
        kernel_regularizer: penalty on the kernels.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the outputs of the projections and of the layer.
        kernel_constraint: projection of the kernels after each update.
        bias_constraint: projection of the biases after each update.
        use_gate: whether what is read is multiplied by a gate, a sigmoid of a projection of the query.
        seed: an integer for the same dropout in every process, a `SeedGenerator`, or None.

    Call arguments:
        query: `(batch, steps, features)`.
        value: `(batch, source_steps, features)`.
        key: `(batch, source_steps, features)`; the value by default.
        query_mask: booleans `(batch, steps)`; by default the mask that travels with the query, from `Embedding` or
            `Masking`. Likewise for value and key.
        value_mask: booleans `(batch, source_steps)`, False for what is not read.
        key_mask: booleans `(batch, source_steps)`, False for what is not read.
        attention_mask: booleans `(batch, steps, source_steps)`, with heads after the batch or not, True where a step
            may read.
        return_attention_scores: whether the weights `(batch, heads, steps, source_steps)` come out too.
        training: whether anything is dropped.
        use_causal_mask: whether a step reads no later ones.

    Input shape:
        `(batch, steps, features)`, each.

    Output shape:
        `(batch, steps, features)`; with `return_attention_scores` a pair.

    Raises:
        ArgumentError: when the heads do not divide.
        ArgumentTypeError: when called without a value.
        ShapeError: for inputs and masks that do not fit together.

    Source: Ainslie et al., "GQA", https://arxiv.org/abs/2305.13245.

    Example:
    >>> import numpy as np
    >>> x = np.ones((2, 5, 8))
    >>> GroupQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)(x, x).shape
    (2, 5, 8)
    """

    rules = {"head_dim": POSITIVE_INT, "num_query_heads": POSITIVE_INT, "num_key_value_heads": POSITIVE_INT}
    class_in_files = "GroupedQueryAttention"  # the name of Keras's class, which it publishes under a shorter one
    names_in_files = {f"{name}_dense": f"_{name}_dense" for name in ("query", "key", "value", "output")}

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        given = own_arguments(locals())
        if kwargs.get("name") is None:
            kwargs["name"] = config.auto_name(config.snake_case(self.class_in_files))
        super().__init__(given, activity_regularizer=given.pop("activity_regularizer"), **kwargs)
        if num_query_heads % num_key_value_heads:
            raise ArgumentError(
                f"{type(self).__name__}: num_query_heads must be a multiple of num_key_value_heads, so that each head "
                f"of keys serves as many queries; received {num_query_heads} and {num_key_value_heads}.\n"
                f"Use num_query_heads={num_key_value_heads * max(1, round(num_query_heads / num_key_value_heads))}, or "
                "num_key_value_heads=1."
            )
        self._projected_regularizer = self.activity_regularizer
        self.query_heads, self.key_heads = num_query_heads, num_key_value_heads
        self.key_size = self.value_size = head_dim
