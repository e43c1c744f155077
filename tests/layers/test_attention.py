"""Attention layers against Keras 3, and what heron says and does beyond it."""

from __future__ import annotations

import jax.numpy as jnp
import keras
import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, ArgumentTypeError, HeronError, ShapeError
from heron.layers.context import get_mask, set_mask
from tests.oracle import array, assert_same_as_keras

Q, V, K = array(2, 3, 4), array(2, 5, 4), array(2, 5, 4) + 1
QUERY_MASK = np.array([[True, True, False], [True, False, False]])
VALUE_MASK = np.array([[True, True, False, True, False], [True, False, False, True, True]])
PAIRS = np.arange(30).reshape(2, 3, 5) % 4 > 0  # (samples, steps, source steps)
MHA, GQA = "MultiHeadAttention", "GroupQueryAttention"
HEADS = {"num_heads": 2, "key_dim": 3}
GROUPS = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}


def case(name, kwargs, inputs=(Q, V), **call):
    shown = ",".join(f"{k}={v}" if "mask" not in k or v is True else k for k, v in {**kwargs, **call}.items())
    return pytest.param(name, kwargs, inputs, call, id=f"{name}({shown}){len(inputs)}".replace(" ", ""))


def around(api, inner):
    """A layer of a list of inputs, which is what the oracle takes, around one of two or three arguments."""

    class Around(api.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = inner

        def call(self, inputs, attention_mask=None, return_attention_scores=False, use_causal_mask=False):
            return self.inner(
                *inputs,
                attention_mask=attention_mask,
                return_attention_scores=return_attention_scores,
                use_causal_mask=use_causal_mask,
            )

    return Around()


PROJECTED = [
    case(MHA, HEADS),
    case(
        MHA,
        {**HEADS, "value_dim": 2, "dropout": 0.5, "use_bias": False, "use_gate": True},
        (Q, V, K),
        return_attention_scores=True,
    ),
    case(MHA, {**HEADS, "output_shape": (2, 3), "sliding_window": 2}, (Q, V, K), use_causal_mask=True),
    case(MHA, {**HEADS, "dropout": 0.5, "kernel_regularizer": "l2"}, attention_mask=PAIRS, use_causal_mask=True),
    case(MHA, {**HEADS, "bias_constraint": "non_neg", "bias_regularizer": "l1"}, attention_mask=PAIRS[:, None]),
    case(MHA, {**HEADS, "dropout": 0.5}, use_causal_mask=True),
    case(MHA, {**HEADS, "dtype": "mixed_bfloat16", "attention_axes": 1}, attention_mask=PAIRS),
    case(MHA, HEADS, (array(2, 2, 3, 4), array(2, 3, 2, 4)), return_attention_scores=True),
    case(
        MHA,
        {**HEADS, "attention_axes": -2},
        (array(2, 2, 3, 4), array(2, 2, 5, 4)),
        attention_mask=PAIRS[:, None, None],
    ),
    case(GQA, GROUPS, (Q, V, K), attention_mask=PAIRS),
    case(GQA, {**GROUPS, "use_gate": True}, use_causal_mask=True),
    case(GQA, {**GROUPS, "sliding_window": 2, "use_bias": False}, return_attention_scores=True),
    case(GQA, {**GROUPS, "num_key_value_heads": 1, "dropout": 0.3}, use_causal_mask=True, attention_mask=PAIRS),
]


@pytest.mark.parametrize(("name", "kwargs", "inputs", "call"), PROJECTED)
def test_projected_attention_is_that_of_keras(name, kwargs, inputs, call):
    low = {"rtol": 3e-2, "atol": 3e-2} if "16" in str(kwargs.get("dtype")) else {}
    ours, theirs = (around(api, getattr(api.layers, name)(**kwargs)) for api in (heron, keras))
    assert_same_as_keras(ours, theirs, list(inputs), **low, **call)


PLAIN = [
    case("Attention", {}, (Q, V, K)),
    case("Attention", {"use_scale": True}, mask=[QUERY_MASK, VALUE_MASK], use_causal_mask=True),
    case("Attention", {"score_mode": "concat", "use_scale": True}, mask=[None, VALUE_MASK]),
    case("Attention", {"score_mode": "concat", "dropout": 0.5}, return_attention_scores=True, use_causal_mask=True),
    case("Attention", {"dtype": "float16", "use_scale": True}, mask=[QUERY_MASK, VALUE_MASK]),
    case("AdditiveAttention", {}, (Q, array(2, 5, 3), K), mask=[QUERY_MASK, VALUE_MASK, None]),
    case("AdditiveAttention", {"use_scale": False}, return_attention_scores=True),
]


@pytest.mark.parametrize(("name", "kwargs", "inputs", "call"), PLAIN)
def test_plain_attention_is_that_of_keras(name, kwargs, inputs, call):
    low = {"rtol": 1e-2, "atol": 2e-2} if "16" in str(kwargs.get("dtype")) else {}
    ours, theirs = getattr(layers, name)(**kwargs), getattr(keras.layers, name)(**kwargs)
    assert_same_as_keras(ours, theirs, list(inputs), **low, **call)


def test_penalties_on_projections_are_those_of_keras():
    kwargs = {**HEADS, "activity_regularizer": "l2", "kernel_regularizer": "l1"}
    ours, theirs = layers.MultiHeadAttention(**kwargs), keras.layers.MultiHeadAttention(**kwargs)
    ours(Q, V), theirs(Q, V)
    ours.set_weights(theirs.get_weights())
    ours(Q, V)
    np.testing.assert_allclose(sorted(map(float, ours.losses)), sorted(map(float, theirs.losses)), rtol=1e-5)


# ---- masks ----


def masked(x, mask):
    x = jnp.asarray(x)
    set_mask(x, jnp.asarray(mask))
    return x


def keras_masked(x, mask):
    x = jnp.asarray(x)
    keras.src.backend.set_keras_mask(x, jnp.asarray(mask))
    return x


@pytest.mark.parametrize("name", [MHA, GQA])
def test_masks_that_travel_with_the_inputs_are_used_and_passed_on(name):
    kwargs = HEADS if name == MHA else GROUPS
    ours, theirs = getattr(layers, name)(**kwargs), getattr(keras.layers, name)(**kwargs)
    masks = {"query_mask": QUERY_MASK, "value_mask": VALUE_MASK, "use_causal_mask": True}
    x = Q if name == GQA else keras_masked(Q, QUERY_MASK)  # Keras's MultiHeadAttention takes no other mask of the query
    expected = theirs(x, V, **masks)
    ours(Q, V)
    ours.set_weights(theirs.get_weights())
    y = ours(masked(Q, QUERY_MASK), masked(V, VALUE_MASK), use_causal_mask=True)
    np.testing.assert_allclose(y, expected, atol=1e-5)
    np.testing.assert_array_equal(get_mask(y), QUERY_MASK)
    given = ours(Q, V, **masks)
    np.testing.assert_allclose(given, expected, atol=1e-5)
    assert get_mask(given) is None


def test_what_is_masked_is_not_read():
    layer = layers.MultiHeadAttention(**HEADS)
    layer(Q, V, V)
    _, scores = layer(Q, V, V, value_mask=VALUE_MASK, key_mask=VALUE_MASK[::-1], return_attention_scores=True)
    unread = ~(VALUE_MASK & VALUE_MASK[::-1])
    assert scores.shape == (2, 2, 3, 5)
    np.testing.assert_array_equal(np.asarray(scores).transpose(0, 3, 1, 2)[unread], 0)
    np.testing.assert_allclose(scores.sum(-1), 1, atol=1e-5)
    changed = V + unread[..., None] * 7
    masks = {"value_mask": VALUE_MASK, "key_mask": VALUE_MASK[::-1]}
    np.testing.assert_allclose(layer(Q, V, V, **masks), layer(Q, changed, changed, **masks), atol=1e-5)


def test_a_mask_with_heads_goes_with_masks_without():
    layer = layers.MultiHeadAttention(**HEADS)
    by_head = np.stack([PAIRS, ~PAIRS | (np.arange(5) == 0)], 1)
    _, scores = layer(Q, V, attention_mask=by_head, use_causal_mask=True, return_attention_scores=True)
    keep = by_head & (np.arange(3)[:, None] >= np.arange(5))
    np.testing.assert_array_equal(np.asarray(scores) > 0, keep)


def test_plain_attention_passes_on_the_mask_of_the_query():
    layer = layers.Attention()
    y = layer([masked(Q, QUERY_MASK), masked(V, VALUE_MASK)])
    np.testing.assert_array_equal(get_mask(y), QUERY_MASK)
    np.testing.assert_array_equal(np.asarray(y)[~QUERY_MASK], 0)


# ---- dropout, scores, subclasses ----


@pytest.mark.parametrize("name", [MHA, GQA, "Attention", "AdditiveAttention"])
def test_weights_are_dropped_in_training(name):
    kwargs = {MHA: HEADS, GQA: GROUPS}.get(name, {})
    layer = getattr(layers, name)(**kwargs, dropout=0.5, seed=1)
    call = (lambda **kw: layer(Q, V, **kw)) if kwargs else lambda **kw: layer([Q, V], **kw)
    quiet = call()
    np.testing.assert_array_equal(quiet, call(training=False))
    first, second = call(training=True), call(training=True)
    assert float(abs(first - quiet).max()) > 1e-3
    assert float(abs(first - second).max()) > 1e-3
    assert [v.name for v in layer.non_trainable_variables] == ["seed_generator_state"]


def test_how_heads_read_can_be_overridden():
    class First(layers.MultiHeadAttention):
        def _compute_attention(
            self, query, key, value, attention_mask=None, training=None, return_attention_scores=False
        ):
            assert attention_mask.shape == (1, 3, 5)
            return jnp.broadcast_to(value[:, :1], query.shape), None

    layer = First(**HEADS)
    y = layer(Q, V, use_causal_mask=True)
    np.testing.assert_allclose(y[:, 1], y[:, 0], atol=1e-6)


def test_a_graph_of_attention():
    query, source = heron.Input((None, 4)), heron.Input((5, 4))
    y, scores = layers.MultiHeadAttention(**HEADS)(query, value=source, return_attention_scores=True)
    assert (y.shape, scores.shape) == ((None, None, 4), (None, 2, None, 5))
    z = layers.Attention()([y, source])
    model = heron.Model([query, source], [z, scores])
    assert [out.shape for out in model([Q, V])] == [(2, 3, 4), (2, 2, 3, 5)]
    assert layers.MultiHeadAttention(**HEADS, output_shape=7).compute_output_shape((None, 3, 4), (None, 5, 4)) == (
        None,
        3,
        7,
    )


def test_the_kernel_of_gpus_is_not_for_dropout_and_scores():
    with pytest.raises(ArgumentError, match=r"expected dropout=0, received dropout=0.1.\nLeave"):
        layers.MultiHeadAttention(**HEADS, dropout=0.1, flash_attention=True)
    layer = layers.MultiHeadAttention(**HEADS, flash_attention=True)
    with pytest.raises(ArgumentError, match=r"computes no weights to return; .*\nMake the layer with"):
        layer(Q, V, return_attention_scores=True)
    with pytest.raises(ArgumentError, match="expects an NVIDIA GPU"):
        layer(Q, V)


# ---- errors ----

ERRORS = {
    "no value": (lambda: layers.MultiHeadAttention(2, 2)(Q), "received a query alone.\nFor self-attention write layer"),
    "a list": (lambda: layers.MultiHeadAttention(2, 2)([Q, V]), "as two arguments; received a list.\nFor self"),
    "two axes": (
        lambda: layers.MultiHeadAttention(2, 2)(Q[0], V[0]),
        r"axes \(samples, steps, features\), .*; received shapes \(3, 4\), .*\nAdd the missing axis: x\[None\]",
    ),
    "lengths": (
        lambda: layers.MultiHeadAttention(2, 2)(Q, V, K[:, :4]),
        r"one key for each value: .* for the key, \(2, 4, 4\)\.\nMake both of the same source",
    ),
    "batches": (lambda: layers.MultiHeadAttention(2, 2)(Q, V[:1]), r"differ on axis 0\.\nGive both the same samples"),
    "features": (
        lambda: [layer := layers.MultiHeadAttention(2, 2), layer(Q, V), layer(Q[..., :3], V)],
        "EinsumDense 'query' expects inputs whose last axis has 4",
    ),
    "mask": (
        lambda: layers.MultiHeadAttention(2, 2)(Q, V, attention_mask=VALUE_MASK),
        r"broadcasts to \(2, 2, 3, 5\): samples, heads .*; received a mask of shape \(2, 5\)\.\nWrite mask\[:, None",
    ),
    "two masks": (
        lambda: layers.MultiHeadAttention(2, 2)(Q, V, attention_mask=PAIRS, value_mask=QUERY_MASK),
        r"received a mask of shape \(2, 3, 5\)",
    ),
    "axes": (
        lambda: layers.MultiHeadAttention(2, 2, attention_axes=2)(Q, V),
        r"attention_axes=\(2,\) must lie between",
    ),
    "groups": (
        lambda: layers.GroupQueryAttention(2, 5, 2),
        "must be a multiple of num_key_value_heads, .*; received 5 and 2.\nUse num_query_heads=4, or",
    ),
    "heads": (lambda: layers.MultiHeadAttention(0, 2), "argument 'num_heads' must be a positive integer; received 0"),
    "one tensor": (lambda: layers.Attention()(Q), r"a list of tensors, \[query, .*; received \(2, 3, 4\)\.\nFor self"),
    "four tensors": (lambda: layers.Attention()([Q] * 4), "received a list of 4"),
    "two axes in a list": (lambda: layers.Attention()([Q[0], V[0]]), r"axes \(samples, steps, features\); received"),
    "lengths in a list": (lambda: layers.Attention()([Q, V, K[:, :2]]), "one key for each value, and the same samples"),
    "features in a list": (
        lambda: layers.AdditiveAttention()([Q[..., :3], V]),
        r"must have as many features; .*\nProject one: heron.layers.Dense\(3\)",
    ),
    "mask alone": (
        lambda: layers.Attention()([Q, V], mask=VALUE_MASK),
        r"a list, \[query_mask, value_mask\]; received",
    ),
    "mask of another length": (
        lambda: layers.Attention()([Q, V], mask=[None, QUERY_MASK]),
        r"a mask of shape \(2, 5\), \(samples, steps\), for its value; received shape \(2, 3\)",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_is_said_of_bad_input(name):
    call, text = ERRORS[name]
    with pytest.raises(HeronError, match=text) as caught:
        call()
    kinds = {"no value": ArgumentTypeError, "a list": ArgumentTypeError, "one tensor": ArgumentTypeError}
    kinds |= dict.fromkeys(["four tensors", "mask alone"], ArgumentTypeError)
    kinds |= dict.fromkeys(["axes", "groups", "heads"], ArgumentError)
    assert isinstance(caught.value, kinds.get(name, ShapeError))
