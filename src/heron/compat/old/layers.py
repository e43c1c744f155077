"""Layers of Keras 1 and 2 that have another name today, or none."""

from __future__ import annotations

from typing import Any

import heron
from heron.compat.notes import is_now
from heron.compat.old.respelled import respelled
from heron.errors import ArgumentError

__all__ = ["Convolution1D", "Convolution2D", "Convolution3D"]

_MERGES = {
    "sum": heron.layers.Add,
    "mul": heron.layers.Multiply,
    "ave": heron.layers.Average,
    "max": heron.layers.Maximum,
    "concat": heron.layers.Concatenate,
    "dot": heron.layers.Dot,
}

GONE = {
    "AtrousConvolution1D": "Write keras.layers.Conv1D(..., dilation_rate=2).",
    "AtrousConvolution2D": "Write keras.layers.Conv2D(..., dilation_rate=2).",
    "Deconvolution2D": "Write keras.layers.Conv2DTranspose(filters, kernel_size).",
    "DenseFeatures": "Feature columns were removed with Keras 3.\nWrite keras.utils.FeatureSpace.",
    "Highway": "Write a layer of your own: a gate times keras.layers.Dense, plus the rest times the input.",
    "LocallyConnected1D": "It was removed with Keras 3.\nWrite keras.layers.Conv1D.",
    "LocallyConnected2D": "It was removed with Keras 3.\nWrite keras.layers.Conv2D.",
    "MaxoutDense": "Write keras.layers.Dense(n * k), Reshape((n, k)) and a Lambda that takes keras.ops.max(x, -1).",
    "Merge": "It joined Sequential models.\nWrite keras.layers.concatenate([a, b]) or add([a, b]) on tensors, and "
    "keras.Model(inputs, outputs).",
    "RandomHeight": "It was removed with Keras 3.\nWrite keras.layers.RandomZoom.",
    "RandomWidth": "It was removed with Keras 3.\nWrite keras.layers.RandomZoom.",
}

TODAY = {
    "AtrousConv2D": "Conv2D(..., dilation_rate=2)",
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "SyncBatchNormalization": "BatchNormalization(synchronized=True)",
    "ThresholdedReLU": "ReLU(threshold=...)",
    "TimeDistributedDense": "Dense, which works on each step",
    "merge": "concatenate([a, b]), add([a, b]), ...",
}

AtrousConv2D = heron.layers.Conv2D
CuDNNGRU, CuDNNLSTM = heron.layers.GRU, heron.layers.LSTM
SyncBatchNormalization = heron.layers.BatchNormalization
TimeDistributedDense = heron.layers.Dense


def ThresholdedReLU(theta: float = 1.0, **kwargs: Any) -> Any:
    """The layer that keeps what is above `theta`."""
    return heron.layers.ReLU(threshold=theta, **kwargs)


def merge(inputs: Any, mode: str = "sum", concat_axis: int = -1, dot_axes: Any = -1, name: str | None = None) -> Any:
    """Joins tensors, as the function of Keras 1.

    Raises:
        ArgumentError: for a mode that has no layer today.
    """
    if mode not in _MERGES:
        raise ArgumentError(
            f"merge(mode={mode!r}) is not among what heron runs; expected one of {', '.join(_MERGES)}.\n"
            "Write what it computes with keras.layers.Lambda or keras.ops."
        )
    given: dict[str, Any] = {"concat": {"axis": concat_axis}, "dot": {"axes": dot_axes}}.get(mode, {})
    return _MERGES[mode](**given, name=name)(inputs)


def _of_keras_1(real: Any) -> Any:
    """Sizes of the window one by one, as `Convolution2D(32, 3, 3)` has them."""
    rank, today = real.rank, real.__name__
    names = ("nb_row", "nb_col") if rank == 2 else ("kernel_dim1", "kernel_dim2", "kernel_dim3")
    old = f"Convolution{rank}D"

    def translate(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        sizes = args[1 : 1 + rank]
        if len(sizes) == rank > 1 and all(isinstance(size, int) for size in sizes):
            args = (args[0], tuple(sizes), *args[1 + rank :])
        elif all(name in kwargs for name in names[:rank]) and rank > 1:
            sizes = tuple(kwargs.pop(name) for name in names[:rank])
            kwargs = {**kwargs, "kernel_size": sizes}
        else:
            is_now(f"keras.layers.{old}", f"keras.layers.{today}")
            return args, kwargs
        written = ", ".join(map(str, sizes))
        is_now(f"{old}(..., {written})", f"{today}(..., ({written}))")
        return args, kwargs

    return respelled(real, translate, old)


Convolution1D = _of_keras_1(heron.layers.Conv1D)
Convolution2D = _of_keras_1(heron.layers.Conv2D)
Convolution3D = _of_keras_1(heron.layers.Conv3D)
