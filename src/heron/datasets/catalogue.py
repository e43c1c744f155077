"""The table of the shipped data sets: their containers with checksums, how they are decoded, and what must come out."""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from functools import partial

from heron.datasets.cache import Arrays, ArraySpec, DataSet
from heron.datasets.decoders import idx, table, time_series

BOSTON_FEATURES = ("CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT")
MPG_FEATURES = ("cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year", "origin")

_IDX_FILES = {
    "x_train": "train-images-idx3-ubyte.xz",
    "y_train": "train-labels-idx1-ubyte.xz",
    "x_test": "t10k-images-idx3-ubyte.xz",
    "y_test": "t10k-labels-idx1-ubyte.xz",
}


def _decode_images(contents: Mapping[str, bytes]) -> Arrays:
    return {name: idx(lzma.decompress(contents[file])) for name, file in _IDX_FILES.items()}


def _decode_series(contents: Mapping[str, bytes], train: str, test: str) -> Arrays:
    x_train, y_train = time_series(lzma.decompress(contents[train]))
    x_test, y_test = time_series(lzma.decompress(contents[test]))
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _decode_table(contents: Mapping[str, bytes], file: str, features: tuple[str, ...], target: str) -> Arrays:
    rows = table(contents[file], (*features, target))
    return {"x": rows[:, :-1], "y": rows[:, -1]}


MNIST = DataSet(
    name="mnist",
    containers={
        "train-images-idx3-ubyte.xz": "037499b299a624dbc1fbbc308c6f8e085ec08df9e241f7296a73ace16d7355e4",
        "train-labels-idx1-ubyte.xz": "0b691ea7422403e7bd1bfc7f2ac58334416a723a3d2941e5352eba5099dd3280",
        "t10k-images-idx3-ubyte.xz": "31f8666c3e0dee34c8f6c14aefae6b7b8e72c2efc030a9e4a857d8ccea2fa970",
        "t10k-labels-idx1-ubyte.xz": "415b72b2ab3860ef01e17a0991178c2a62102b84a9ac8a6f2d0caf48f2f66f09",
    },
    decode=_decode_images,
    arrays={
        "x_train": ArraySpec("|u1", (60000, 28, 28), 0xF3639B56),
        "y_train": ArraySpec("|u1", (60000,), 0xBA07E8EF),
        "x_test": ArraySpec("|u1", (10000, 28, 28), 0xE4CA5F57),
        "y_test": ArraySpec("|u1", (10000,), 0xEE8604D9),
    },
)

FASHION_MNIST = DataSet(
    name="fashion_mnist",
    containers={
        "train-images-idx3-ubyte.xz": "abf7f76d38bdbfce67c56afdb419ce9a4dbf9ad2ada068ab4704137ac3f17c6e",
        "train-labels-idx1-ubyte.xz": "b74bbd2e9a7e17b521850545f55ccc30e4e6adec87cd9afce5f90b78d43c1041",
        "t10k-images-idx3-ubyte.xz": "d3afe0b854e33a3c39d6b87d35b26929e6836bf2a295c4d745bfa0d5ebdfe460",
        "t10k-labels-idx1-ubyte.xz": "fca1da597648630f65e9b63f39527a619970d3d408480a19efd3f0fddb72abea",
    },
    decode=_decode_images,
    arrays={
        "x_train": ArraySpec("|u1", (60000, 28, 28), 0xAE65DCCD),
        "y_train": ArraySpec("|u1", (60000,), 0x2ED6E46A),
        "x_test": ArraySpec("|u1", (10000, 28, 28), 0x12728439),
        "y_test": ArraySpec("|u1", (10000,), 0x242BC73F),
    },
)

BASIC_MOTIONS = DataSet(
    name="basic_motions",
    containers={
        "BasicMotions_TRAIN.ts.xz": "04e5a8cc415439957cad9898972e79af030ce69f267c84e0c33ac472c34f6271",
        "BasicMotions_TEST.ts.xz": "1b6ed915b259b03374cb37f572e17e6bac84fb43082f767e537827aa921d583a",
    },
    decode=partial(_decode_series, train="BasicMotions_TRAIN.ts.xz", test="BasicMotions_TEST.ts.xz"),
    arrays={
        "x_train": ArraySpec("<f4", (40, 100, 6), 0x0527B917),
        "y_train": ArraySpec("<i4", (40,), 0x3874705D),
        "x_test": ArraySpec("<f4", (40, 100, 6), 0x0546C9AD),
        "y_test": ArraySpec("<i4", (40,), 0x3874705D),
    },
)

BOSTON_HOUSING = DataSet(
    name="boston_housing",
    containers={"boston_housing.csv": "6eb46e3763e23e85609fb319175fa05d6c82c66036c184f116730a5e52e53fed"},
    decode=partial(_decode_table, file="boston_housing.csv", features=BOSTON_FEATURES, target="MEDV"),
    arrays={
        "x": ArraySpec("<f8", (506, 13), 0x4B735DB6),
        "y": ArraySpec("<f8", (506,), 0xDD300D73),
    },
)

AUTO_MPG = DataSet(
    name="auto_mpg",
    containers={"auto_mpg.csv": "9d1d0b584a874d63f91edacc7ae61df0a6f4e37fd60fd25f3fe17eb1e459b043"},
    decode=partial(_decode_table, file="auto_mpg.csv", features=MPG_FEATURES, target="mpg"),
    arrays={
        "x": ArraySpec("<f8", (392, 7), 0x45E131C7),
        "y": ArraySpec("<f8", (392,), 0xC94547E1),
    },
)

CATALOGUE = {data_set.name: data_set for data_set in (MNIST, FASHION_MNIST, BOSTON_HOUSING, AUTO_MPG, BASIC_MOTIONS)}
"""Every shipped data set by name."""
