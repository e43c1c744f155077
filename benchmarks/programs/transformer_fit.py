"""The net in Keras's words, and its training: what is the same for Keras and heron, which come as an argument."""

import time
from itertools import pairwise
from statistics import median

from reporting import report
from transformer_data import BATCH, BLOCKS, EPOCHS, HEADS, INNER, STEPS, TOKENS, WIDTH, training_data


def encoder(framework):
    """Blocks of attention and two dense layers, normalization before each, and the mean over what is no padding."""
    layers = framework.layers
    inputs = framework.Input((STEPS,), dtype="int32")
    x = layers.Embedding(TOKENS, WIDTH, mask_zero=True)(inputs)
    for _ in range(BLOCKS):
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(y, y)])
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.Dense(WIDTH)(layers.Dense(INNER, activation="gelu")(y))])
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    return framework.Model(inputs, layers.Dense(2, activation="softmax")(x))


def train(framework, **compiling):
    """Trains with `framework`, which is Keras or heron, and reports."""

    class Clock(framework.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.times = [time.perf_counter()]

        def on_epoch_end(self, epoch, logs=None):
            self.times.append(time.perf_counter())

    framework.utils.set_random_seed(0)
    model = encoder(framework)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", **compiling)
    clock = Clock()
    model.fit(*training_data(), batch_size=BATCH, epochs=EPOCHS, verbose=0, callbacks=[clock])
    seconds = [after - before for before, after in pairwise(clock.times)]
    report(epoch=median(seconds[1:]), first=seconds[0])
