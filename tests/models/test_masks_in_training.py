"""Padding that an Embedding masks counts neither in the loss nor in the metrics."""

from __future__ import annotations

import keras
import numpy as np

import heron

RNG = np.random.default_rng(0)
IDS = RNG.integers(0, 9, (50, 5))
TAGS = RNG.integers(0, 3, (50, 5))
WEIGHTS = RNG.random((50, 5)).astype("float32")


def tagger(k):
    layers = [
        k.Input((5,), dtype="int32"),
        k.layers.Embedding(9, 4, mask_zero=True),
        k.layers.Dense(3, activation="softmax"),
    ]
    return k.Sequential(layers)


def test_loss_and_weights_are_those_of_keras():
    for extra in ({}, {"sample_weight": WEIGHTS}):
        ours, theirs = tagger(heron), tagger(keras)
        ours.set_weights(theirs.get_weights())
        histories = []
        for model in (ours, theirs):
            model.compile("adam", "sparse_categorical_crossentropy")
            histories.append(model.fit(IDS, TAGS, epochs=2, shuffle=False, verbose=0, **extra).history["loss"])
        np.testing.assert_allclose(*histories, rtol=1e-4)
        for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-6)


def test_accuracy_leaves_padding_out():
    model = tagger(heron)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    reported = model.evaluate(IDS, TAGS, verbose=0, return_dict=True)["accuracy"]
    right = model.predict(IDS).argmax(-1) == TAGS
    np.testing.assert_allclose(reported, right[IDS != 0].mean(), rtol=1e-5)
    assert not np.isclose(reported, right.mean(), rtol=1e-4)
