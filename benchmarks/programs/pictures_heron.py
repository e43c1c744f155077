import sys
import time
from itertools import pairwise

from pictures_data import BATCH, COUNT, SIZE, memory, pictures
from reporting import report

import heron
from heron.layers import Conv2D, Dense, GlobalAveragePooling2D, MaxPooling2D, RandomFlip, RandomRotation, Rescaling


class Clock(heron.callbacks.Callback):
    """Notes when each epoch ends."""

    def on_train_begin(self, logs=None):
        self.times = [time.perf_counter()]

    def on_epoch_end(self, epoch, logs=None):
        self.times.append(time.perf_counter())


if __name__ == "__main__":
    data = heron.utils.image_dataset_from_directory(
        pictures(), image_size=(SIZE, SIZE), batch_size=BATCH, seed=1, verbose=False, workers=int(sys.argv[1])
    )
    model = heron.Sequential(
        [
            heron.Input((SIZE, SIZE, 3)),
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
