import os
import resource
import sys
import time
from itertools import pairwise
from statistics import median

import numpy as np
from clothes_data import BATCH, training_images
from reporting import REHEARSAL, report

import heron

EPOCHS = 2 if REHEARSAL else 5
KIND = sys.argv[1]


class Clock(heron.callbacks.Callback):
    """Notes when each epoch ends."""

    def on_train_begin(self, logs=None):
        self.times = [time.perf_counter()]

    def on_epoch_end(self, epoch, logs=None):
        self.times.append(time.perf_counter())


class Images(heron.utils.PyDataset):
    """The images in batches, in a new order each epoch."""

    def __init__(self):
        super().__init__()
        self.on_epoch_end()

    def __len__(self):
        return len(images) // BATCH

    def __getitem__(self, index):
        rows = self.order[index * BATCH : (index + 1) * BATCH]
        return images[rows], labels[rows]

    def on_epoch_end(self):
        self.order = generator.permutation(len(images))


def batches():
    """The same, without an end."""
    while True:
        order = generator.permutation(len(images))
        for start in range(0, len(images), BATCH):
            rows = order[start : start + BATCH]
            yield images[rows], labels[rows]


def parquet():
    """The images as bytes in a Parquet file, which is written once."""
    import pyarrow
    import pyarrow.parquet

    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"heron-benchmark-clothes-bytes-{len(images)}.parquet")
    if not os.path.exists(path):
        pixels = pyarrow.FixedShapeTensorArray.from_numpy_ndarray(np.rint(images * 255).astype(np.uint8))
        table = pyarrow.table({"image": pixels, "label": labels})
        pyarrow.parquet.write_table(table, f"{path}-{os.getpid()}", row_group_size=5000)
        os.replace(f"{path}-{os.getpid()}", path)
    return heron.data.parquet_dataset(path, "label", batch_size=BATCH, seed=0, verbose=False)


generator = np.random.default_rng(0)
images, labels = training_images()
model = heron.Sequential(
    [
        heron.Input((28, 28)),
        *([heron.layers.Rescaling(1 / 255)] if KIND == "parquet" else []),
        heron.layers.Flatten(),
        heron.layers.Dense(128, activation="relu"),
        heron.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
clock = Clock()
data = {
    "arrays": lambda: {"x": images, "y": labels, "batch_size": BATCH},
    "generator": lambda: {"x": batches(), "steps_per_epoch": len(images) // BATCH},
    "py_dataset": lambda: {"x": Images()},
    "parquet": lambda: {"x": parquet()},
}[KIND]()
history = model.fit(**data, epochs=EPOCHS, verbose=0, callbacks=[clock])
seconds = [after - before for before, after in pairwise(clock.times)]
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
report(epoch=median(seconds[1:]), first=seconds[0], memory=memory, accuracy=100 * history.history["accuracy"][-1])
