"""Transforms of sound, and sequences without alignment, held against Keras."""

from __future__ import annotations

import jax
import keras
import numpy as np
import pytest

from heron import ops
from heron.errors import ArgumentError, ArgumentTypeError, ShapeError
from tests.oracle import QUICK, array, ids

SCORES = array(3, 7, 4)
LENGTHS = np.array([7, 5, 1])


def assert_same(call, *args):
    """`call(ops, *args)` in heron and in Keras, each compiled as one; returns heron's."""
    ours, theirs = (jax.jit(lambda *a: call(module, *a), compiler_options=QUICK)(*args) for module in (ops, keras.ops))  # noqa: B023
    for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
    return ours


@pytest.mark.parametrize("center", [True, False])
def test_the_transform_over_time_and_back(center):
    windows = ["hann", "hamming", None, np.array([0.5, 1.0, 1.5, 0.25, 0.75])]
    sizes = {"sequence_length": 5, "sequence_stride": 2, "fft_length": 8, "center": center}

    def there_and_back(module, x):
        found = []
        for window in windows:
            parts = module.stft(x, **sizes, window=window)
            found += [*parts, module.istft(parts, **sizes, window=window)]
        return [*found, module.istft(parts, **sizes, window=window, length=9)]

    x = array(2, 23)
    found = assert_same(there_and_back, x)
    if center:
        np.testing.assert_allclose(found[2][:, :20], x[:, :20], atol=1e-5)


def test_frames_that_only_touch_come_back():
    x = array(12)
    sizes = {"sequence_length": 4, "sequence_stride": 4, "fft_length": 4, "window": np.full(4, 0.5), "center": False}
    back = jax.jit(lambda x: ops.istft(ops.stft(x, **sizes), **sizes), compiler_options=QUICK)(x)
    np.testing.assert_allclose(back, x, atol=1e-6)


def test_the_loss_of_unaligned_labels():
    labels = np.array([[1, 3, 3], [3, 1, 1], [1, 0, 0]], "int32")

    def loss_and_gradient(module, scores):
        args = (np.array([3, 2, 1]), np.array([7, 5, 4]), 2)
        losses = module.ctc_loss(labels, scores, *args)
        return losses, jax.grad(lambda s: module.ctc_loss(labels, s, *args).sum())(scores)

    _, gradient = assert_same(loss_and_gradient, SCORES)
    assert (np.asarray(gradient[2, 4:]) == 0).all()


def test_the_best_class_of_each_step():
    def every_way(module, scores):
        return [
            module.ctc_decode(scores, LENGTHS * 2, merge_repeated=merge, mask_index=mask)
            for merge, mask in [(True, 0), (False, 3)]
        ]

    assert_same(every_way, np.repeat(SCORES, 2, axis=1))


@pytest.mark.parametrize(("beam_width", "top_paths", "mask_index"), [(3, 2, 0), (20, 4, 3)])
def test_the_most_probable_labels(beam_width, top_paths, mask_index):
    kwargs = {"strategy": "beam_search", "beam_width": beam_width, "top_paths": top_paths, "mask_index": mask_index}
    assert_same(lambda module, scores: module.ctc_decode(scores, LENGTHS[:2], **kwargs), SCORES[:2])


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: ops.stft([1, 2, 3], 2, 1, 2), ArgumentTypeError, "must be float32 or float64; received int32"),
        (lambda: ops.stft(array(9), 4, 1, 2), ArgumentError, "'fft_length' must be at least sequence_length=4; rec"),
        (lambda: ops.stft(array(9), 2, 0, 2), ArgumentError, "'sequence_stride' must be a positive integer"),
        (lambda: ops.stft(array(9), 2, 1, 2, window="han"), ArgumentError, "Did you mean 'hann'"),
        (lambda: ops.stft(array(9), 2, 1, 2, window=np.ones(3)), ArgumentError, r"must have shape \(2,\), as sequence"),
        (lambda: ops.stft(array(2), 4, 1, 4), ShapeError, "reflected by fft_length // 2 = 2 at each end"),
        (lambda: ops.istft(array(9), 2, 1, 2), ShapeError, "must be a pair of arrays of shape"),
        (lambda: ops.ctc_loss(ids(2, below=3), SCORES, [1], [1]), ShapeError, "'target' must have shape"),
        (lambda: ops.ctc_loss(ids(3, 2, below=3), SCORES, [1], [1]), ShapeError, "a length for each of 3 sequences"),
        (lambda: ops.ctc_decode(SCORES[0], [1]), ShapeError, r"must have shape \(batch, steps, classes\)"),
        (lambda: ops.ctc_decode(SCORES, LENGTHS, "best"), ArgumentError, "must be one of 'greedy', 'beam_search'"),
        (
            lambda: ops.ctc_decode(SCORES, LENGTHS, "beam_search", beam_width=2, top_paths=3),
            ShapeError,
            "must be at most beam_width=2; received 3",
        ),
    ],
)
def test_what_does_not_fit_is_said(call, error, said):
    with pytest.raises(error, match=said):
        call()
