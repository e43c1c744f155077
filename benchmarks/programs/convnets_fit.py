"""The nets in Keras's words, and their training: what is the same for Keras and heron, which come as an argument."""

import time
from itertools import pairwise

from convnets_data import BATCH, CLASSES, EPOCHS, NET, SHAPE, report_training, training_data


def digits(layers, x):
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(layers.Dropout(0.25)(x))
    return layers.Dropout(0.5)(layers.Dense(128, activation="relu")(x))


def lenet(layers, x):
    x = layers.Conv2D(6, 5, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(16, 5, activation="relu")(x)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    x = layers.Dense(120, activation="relu")(x)
    return layers.Dense(84, activation="relu")(x)


def sequences(layers, x):
    x = layers.Conv1D(64, 5, activation="relu")(x)
    x = layers.Conv1D(64, 5, activation="relu")(x)
    return layers.Flatten()(layers.MaxPooling1D(2)(x))


def resnet(layers, x):
    def normalized(x, filters, kernel, strides=1):
        x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    x = layers.ReLU()(normalized(x, 16, 3))
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        before = x if strides == 1 else normalized(x, filters, 1, strides)
        x = layers.ReLU()(normalized(x, filters, 3, strides))
        x = layers.ReLU()(layers.Add()([normalized(x, filters, 3), before]))
    return layers.GlobalAveragePooling2D()(x)


def mobilenet(layers, x):
    def active(x):
        return layers.ReLU()(layers.BatchNormalization()(x))

    x = active(layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False)(x))
    for filters, strides in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1)):
        x = active(layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(x))
        x = active(layers.Conv2D(filters, 1, use_bias=False)(x))
    return layers.GlobalAveragePooling2D()(x)


BODIES = {body.__name__: body for body in (digits, lenet, sequences, resnet, mobilenet)}


def train(framework):
    """Trains the net asked for with `framework`, which is Keras or heron, and reports."""

    class Clock(framework.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.times = [time.perf_counter()]

        def on_epoch_end(self, epoch, logs=None):
            self.times.append(time.perf_counter())

    framework.utils.set_random_seed(0)
    inputs = framework.Input(SHAPE)
    features = BODIES[NET](framework.layers, inputs)
    model = framework.Model(inputs, framework.layers.Dense(CLASSES, activation="softmax")(features))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    clock = Clock()
    history = model.fit(*training_data(), batch_size=BATCH, epochs=EPOCHS, verbose=0, callbacks=[clock])
    seconds = [after - before for before, after in pairwise(clock.times)]
    report_training(seconds, history.history["accuracy"][-1])
