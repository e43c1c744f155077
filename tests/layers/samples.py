"""Layers as users write them, for the tests of the base class."""

from __future__ import annotations

import numpy as np

from heron import layers


class Scale(layers.Layer):
    """A layer as it stands in many a tutorial."""

    def __init__(self, start=2.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = self.add_weight(
            shape=(input_shape[-1],), initializer=lambda shape, dtype: np.full(shape, self.start), name="factor"
        )

    def call(self, inputs):
        return inputs * self.factor


class Block(layers.Layer):
    """Layers inside a layer, one of them in a list, and a weight of its own that is not trained."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = layers.Dense(3, name="first")
        self.rest = [layers.BatchNormalization(name="norm"), {"last": layers.Dense(2, name="last")}]
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, inputs, training=False):
        self.calls.assign_add(1.0)
        x = self.rest[0](self.first(inputs), training=training)
        return self.rest[1]["last"](x)
