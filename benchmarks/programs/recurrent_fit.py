"""The net in Keras's words, and its training: what is the same for Keras and heron, which come as an argument."""

import time
from itertools import pairwise
from statistics import median

from recurrent_data import BATCH, EPOCHS, FEATURES, STEPS, UNITS, training_data
from reporting import report


def train(framework, **compiling):
    """Trains with `framework`, which is Keras or heron, and reports."""

    class Clock(framework.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.times = [time.perf_counter()]

        def on_epoch_end(self, epoch, logs=None):
            self.times.append(time.perf_counter())

    framework.utils.set_random_seed(0)
    layers = framework.layers
    model = framework.Sequential([framework.Input((STEPS, FEATURES)), layers.LSTM(UNITS), layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse", **compiling)
    clock = Clock()
    model.fit(*training_data(), batch_size=BATCH, epochs=EPOCHS, verbose=0, callbacks=[clock])
    seconds = [after - before for before, after in pairwise(clock.times)]
    report(epoch=median(seconds[1:]), first=seconds[0])
