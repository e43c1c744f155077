"""What `dot_product_attention` does beyond what the table of ops holds against Keras."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron import KerasTensor, ops
from heron.errors import ArgumentError, ShapeError
from tests.oracle import array

Q, K = array(2, 3, 4, 8), array(2, 5, 2, 8)


def test_values_may_have_other_features_than_keys():
    value = array(2, 5, 2, 3)
    y = ops.dot_product_attention(Q, K, value)
    assert y.shape == (2, 3, 4, 3)
    scores = np.einsum("th,sh->ts", Q[1, :, 2], K[1, :, 1]) / np.sqrt(8)  # head 2 of 4 reads group 1 of 2
    np.testing.assert_allclose(y[1, :, 2], jax.nn.softmax(scores) @ value[1, :, 1], atol=1e-5)


def test_who_may_read_nothing_reads_the_mean():
    y = ops.dot_product_attention(Q, K, K, mask=np.zeros((3, 5), bool))
    np.testing.assert_allclose(y[:, 0, 0], K.mean(1)[:, 0], atol=1e-6)


def test_scores_are_capped():
    capped = ops.dot_product_attention(Q * 100, K, K, attn_logits_soft_cap=1e-6)
    np.testing.assert_allclose(capped, ops.dot_product_attention(Q * 0, K, K), atol=1e-4)


def test_unknown_sizes_fit_known_ones():
    query, source = KerasTensor((None, None, 4, 8)), KerasTensor((None, 5, 2, 8))
    assert ops.dot_product_attention(query, source, source, bias=array(1, 5)).shape == (None, None, 4, 8)


def test_the_kernel_of_gpus_is_asked_when_it_can_do_it(monkeypatch):
    asked = []

    def kernel(query, key, value, bias, mask, *, scale, is_causal, implementation):
        asked.append((implementation, query.dtype.name, is_causal, mask.shape))
        return query

    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    monkeypatch.setattr(jax.nn, "dot_product_attention", kernel)
    half = jnp.asarray(Q, jnp.bfloat16)
    ops.dot_product_attention(half, half, half, mask=np.ones((1, 3, 3), bool), is_causal=True)
    assert asked == [("cudnn", "bfloat16", True, (1, 1, 3, 3))]
    for wide in ((Q, Q, Q), (half, half, half[..., :4]), (half[..., :4], half[..., :4], half)):
        ops.dot_product_attention(*wide)
    ops.dot_product_attention(half, half, half, flash_attention=False)
    assert len(asked) == 1
    with pytest.raises(ArgumentError, match="received a call with attn_logits_soft_cap"):
        ops.dot_product_attention(half, half, half, flash_attention=True, attn_logits_soft_cap=3.0)


ERRORS = {
    "three axes": (
        (Q[0], K, K),
        {},
        r"axes \(batch, steps, heads, features\); received shapes \(3, 4, 8\), .*\nSplit the features into heads",
    ),
    "values for other keys": (
        (Q, K, K[:, :4]),
        {},
        "one value for each key: the same batch, steps and heads; received",
    ),
    "other features": ((Q[..., :6], K, K), {}, r"as many features; received shapes \(2, 3, 4, 6\)"),
    "other batch": ((Q[:1], K, K), {}, "queries and keys of the same batch"),
    "heads": ((Q[:, :, :3], K, K), {}, r"a multiple of the 2 heads of key and value; .* with 3 heads of the query"),
    "mask": (
        (Q, K, K),
        {"mask": np.ones((2, 3, 5), bool)},
        r"a mask that broadcasts to .*, here \(2, 4, 3, 5\); received shape \(2, 3, 5\).\n.* write mask\[:, None\]",
    ),
    "bias": (
        (Q, K, K),
        {"bias": np.ones((1, 2, 4, 3, 5))},
        r"a bias that broadcasts .* received shape \(1, 2, 4, 3, 5\)",
    ),
    "kernel": ((Q, K, K), {"flash_attention": True}, "expects an NVIDIA GPU and .*; received a call on cpu.\nLeave"),
    "cap": (
        (Q, K, K),
        {"attn_logits_soft_cap": 0},
        "'attn_logits_soft_cap' must be a number above 0, or None; received 0",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_is_said_of_bad_input(name):
    args, kwargs, text = ERRORS[name]
    with pytest.raises(ArgumentError, match=text) as caught:
        ops.dot_product_attention(*args, **kwargs)
    assert isinstance(caught.value, ShapeError) == (name not in ("kernel", "cap"))
