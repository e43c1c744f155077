import os
import tempfile
import time

import numpy as np
from reporting import REHEARSAL, report

import heron

ROWS, COLUMNS, BATCH = (50_000 if REHEARSAL else 5_000_000), 1_024, 256


def peak():
    """The most memory since the last reset, in MB; the kernel counts pages of mapped files as well."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def reset():
    """Lets the kernel begin to count anew."""
    with open("/proc/self/clear_refs", "w") as switch:
        switch.write("5")


with tempfile.TemporaryDirectory() as scratch:
    path = os.path.join(scratch, "rows.npy")
    np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(ROWS, COLUMNS))
    x, y = np.load(path, mmap_mode="r"), np.random.default_rng(0).normal(size=ROWS).astype(np.float32)
    model = heron.Sequential(
        [heron.Input((COLUMNS,)), heron.layers.Dense(32, activation="relu"), heron.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    peaks = []
    begin = time.perf_counter()
    steps = -(-ROWS // BATCH)
    for _ in range(2):
        reset()
        model.fit(x, y, batch_size=BATCH, steps_per_epoch=steps // 2, verbose=0)
        peaks.append(peak())
    seconds = time.perf_counter() - begin
report(memory=max(peaks), growth=peaks[1] - peaks[0], rate=steps // 2 * 2 * BATCH / seconds)
