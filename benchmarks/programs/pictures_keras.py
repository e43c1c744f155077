import os
import time
from itertools import pairwise

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import tensorflow as tf
from keras.layers import Conv2D, Dense, GlobalAveragePooling2D, MaxPooling2D, RandomFlip, RandomRotation, Rescaling
from pictures_data import BATCH, CLASSES, COUNT, SIZE, memory, pictures
from reporting import report


class Clock(keras.callbacks.Callback):
    """Notes when each epoch ends."""

    def on_train_begin(self, logs=None):
        self.times = [time.perf_counter()]

    def on_epoch_end(self, epoch, logs=None):
        self.times.append(time.perf_counter())


def read(path, label):
    """One picture, decoded and resized."""
    picture = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    return tf.image.resize(picture, (SIZE, SIZE)), label


paths = [
    (os.path.join(pictures(), name, file), i)
    for i, name in enumerate(CLASSES)
    for file in sorted(os.listdir(os.path.join(pictures(), name)))
]
data = tf.data.Dataset.from_tensor_slices(([path for path, _ in paths], [label for _, label in paths]))
data = data.shuffle(len(paths)).map(read, num_parallel_calls=2).batch(BATCH).prefetch(tf.data.AUTOTUNE)
model = keras.Sequential(
    [
        keras.Input((SIZE, SIZE, 3)),
        Rescaling(1 / 255),
        RandomFlip("horizontal"),
        RandomRotation(0.1),
        *(layer for width in (16, 32, 64) for layer in (Conv2D(width, 3, activation="relu"), MaxPooling2D())),
        GlobalAveragePooling2D(),
        Dense(2, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
clock = Clock()
model.fit(data, epochs=2, verbose=0, callbacks=[clock])
seconds = [after - before for before, after in pairwise(clock.times)]
begin = time.perf_counter()
seen = sum(len(y) for _, y in data)
report(rate=COUNT / seconds[1], feed=seen / (time.perf_counter() - begin), memory=memory())
