"""Data that come as they train: Fashion-MNIST as a stream, a file larger than memory, pictures in folders, a table."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.measure import HERON, KERAS_TENSORFLOW, OURS, TORCH, Contestant, Figure, Measure, Target

RESIDENT = "arrays in memory"
APART = "one core computes"
KINDS = ("", ", PyDataset", ", Parquet")
ONE_CORE = replace(OURS, environment={"NPROC": "1"})

STREAMS = Measure(
    name="streams",
    title="Fashion-MNIST as a stream, 784-128-10, batch 32, Adam: an epoch after the first",
    text=(
        "60,000 images in 1,875 steps, in a new order each epoch; loss and accuracy reported by all. tf.data: "
        "from_tensor_slices, shuffle(10,000), batch, prefetch; torch: a DataLoader over a TensorDataset, with no "
        "worker processes, which is faster here, and fused Adam. heron: a Python generator, and beside it a PyDataset, "
        "a Parquet file of bytes in row groups of 5,000, which the model scales, and for comparison the arrays "
        "themselves; generator and arrays once more with a program that computes on one core, which leaves the source "
        "one of its own."
    ),
    contestants=(
        KERAS_TENSORFLOW.runs("streams_keras.py", called="tf.data"),
        TORCH.runs("streams_torch.py", called="DataLoader"),
        OURS.runs("streams_heron.py", "generator"),
        OURS.runs("streams_heron.py", "py_dataset", called="PyDataset"),
        replace(OURS, needs=("heron", "pyarrow")).runs("streams_heron.py", "parquet", called="Parquet"),
        OURS.runs("streams_heron.py", "arrays", called=RESIDENT),
        ONE_CORE.runs("streams_heron.py", "generator", called=APART),
        ONE_CORE.runs("streams_heron.py", "arrays", called=f"{RESIDENT}, {APART}"),
    ),
    figures=(
        Figure("epoch", "An epoch after the first"),
        Figure("first", "The first epoch, compilation included"),
        Figure("memory", "The most memory of the process", "MB"),
        Figure("accuracy", "Accuracy on the training images in the last epoch", "%", is_ratio_meant=False),
    ),
    targets=(
        *(Target("epoch", 0.5, f"{HERON}{kind}", times="best peer") for kind in KINDS),
        *(Target("epoch", 1.1, f"{HERON}{kind}", times=f"{HERON}, {RESIDENT}") for kind in KINDS),
        Target("epoch", 1.1, f"{HERON}, {APART}", times=f"{HERON}, {RESIDENT}, {APART}"),
    ),
)

MAPPED = Measure(
    name="mapped",
    title="20 GB in a memory-mapped file, 1,024-32-1, batch 256, Adam",
    text=(
        "5,000,000 rows of 1,024 float32 in a sparse file, visited in a new order: one epoch, in two halves. The "
        "memory counted is the process's own, pages of the file included."
    ),
    contestants=(OURS.runs("mapped_heron.py"),),
    figures=(
        Figure("memory", "The most memory of the process", "MB"),
        Figure("growth", "The most memory in the second half, over that in the first", "MB", is_ratio_meant=False),
        Figure("rate", "Rows", "a second", is_more_better=True),
    ),
    targets=(Target("memory", 1500), Target("growth", 100)),
)

PICTURES = Measure(
    name="pictures",
    title="10,000 JPEG files of 200x200 from a folder: decode, resize to 96x96, augment, a small convolutional net",
    text=(
        "Two classes, batches of 32, Adam; three convolutions of 16, 32 and 64 filters with pooling, a random flip and "
        "a random rotation. tf.data: image_dataset_from_directory with two parallel calls, prefetch; torch: a "
        "DataLoader with two workers, Pillow, the same augmentation on batches; heron: image_dataset_from_directory "
        "with two threads, which is what it does unless told otherwise, and with two worker processes. The second "
        "epoch counts."
    ),
    contestants=(
        KERAS_TENSORFLOW.runs("pictures_keras.py"),
        TORCH.runs("pictures_torch.py"),
        OURS.runs("pictures_heron.py", "0"),
        OURS.runs("pictures_heron.py", "2", called="processes"),
    ),
    figures=(
        Figure("rate", "Training, after the first epoch", "a second", is_more_better=True),
        Figure("feed", "Decoding and resizing alone", "a second", is_more_better=True),
        Figure("memory", "The most memory of the process and its children", "MB"),
    ),
    targets=(Target("rate", 1.0, times="best peer"),),
)

TABLE = Measure(
    name="table",
    title="A CSV file of 1,000,000 rows and 20 columns, 145 MB",
    text=(
        "14 columns of decimals, four of whole numbers, a category of four texts, a target. pandas: read_csv, which "
        "gives a row only when it has all; heron: csv_dataset in batches of 256, shuffled in its buffer, the category "
        "as four columns of 0 and 1, all as float32. With pyarrow, and with the parser of heron's own that is there "
        "without it."
    ),
    contestants=(
        Contestant("pandas", ("pandas",)).runs("table_pandas.py"),
        replace(OURS, needs=("heron", "pyarrow")).runs("table_heron.py", "pyarrow"),
        OURS.runs("table_heron.py", "numpy", called="without pyarrow"),
    ),
    figures=(
        Figure("first", "To the first batch"),
        Figure("whole", "To the end of the file"),
        Figure("again", "A second pass"),
        Figure("memory", "The most memory of the process", "MB"),
    ),
    targets=(Target("first", 1.0), Target("whole", 1.0, times="pandas")),
)

MEASURES = (STREAMS, MAPPED, PICTURES, TABLE)
