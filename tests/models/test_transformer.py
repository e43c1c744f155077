"""A transformer encoder of two blocks trains as Keras's does."""

from __future__ import annotations

import keras
import numpy as np

import heron
from tests.oracle import ids

LENGTHS = np.array([6, 3, 4, 2, 5, 6, 1, 3])
TOKENS = np.where(np.arange(6) < LENGTHS[:, None], 1 + ids(8, 6, below=9), 0)  # 0 is padding
LABELS = ids(8, below=3)


def encoder(api):
    layers = api.layers
    inputs = api.Input((6,), dtype="int32")
    x = layers.Embedding(10, 8, mask_zero=True)(inputs)
    for _ in range(2):
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(2, 4)(y, y)])
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.Dense(8)(layers.Dense(16, activation="gelu")(y))])
    outputs = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(x))
    model = api.Model(inputs, outputs)
    model.compile(api.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_the_trained_weights_are_those_of_keras():
    ours, theirs = encoder(heron), encoder(keras)
    ours.set_weights(theirs.get_weights())
    names = [[w.path.split("/")[-1] for w in model.weights] for model in (ours, theirs)]
    assert names[0] == names[1]
    first, second = (
        model.fit(TOKENS, LABELS, batch_size=4, epochs=3, shuffle=False, verbose=0) for model in (ours, theirs)
    )
    np.testing.assert_allclose(first.history["loss"], second.history["loss"], rtol=1e-4)
    assert first.history["loss"][-1] < first.history["loss"][0]
    for one, other, name in zip(ours.get_weights(), theirs.get_weights(), names[0], strict=True):
        # Scores do not depend on the bias of the keys: Adam makes steps of the noise of its gradient.
        if not (name == "bias" and one.shape == (2, 4)):
            np.testing.assert_allclose(one, other, atol=2e-4, err_msg=name)
    np.testing.assert_allclose(ours.predict(TOKENS, verbose=0), theirs.predict(TOKENS, verbose=0), atol=1e-3)


def test_padding_changes_nothing():
    model = encoder(heron)
    short = TOKENS[3:4]  # two tokens, four of padding
    table = model.layers[1].embeddings
    before = model.predict(short, verbose=0)
    table.assign(np.concatenate([np.full((1, 8), 5.0, "float32"), table.numpy()[1:]]))
    np.testing.assert_allclose(model.predict(short, verbose=0), before, atol=1e-5)
