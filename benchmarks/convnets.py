"""Convolutional nets: images a second while they train, what the first epoch adds, and memory. One measure a net."""

from __future__ import annotations

from benchmarks.measure import (
    HERON,
    JAX,
    KERAS_JAX,
    KERAS_TENSORFLOW,
    OURS,
    TORCH,
    Contestant,
    Figure,
    Measure,
    Target,
)

AGAIN = "compiled by a process before"

_FIGURES = (
    Figure("rate", "Training, after the first epoch", "a second", is_more_better=True),
    Figure("first", "The first epoch, compilation included"),
    Figure("compilation", "What the first epoch takes longer than a later one of as many images"),
    Figure("memory", "The most memory of the process", "MB"),
    Figure("accuracy", "Accuracy on the training data in the last epoch", "%", is_ratio_meant=False),
)
_HOW = (
    "Each program trains for an epoch and then for two more, of which the median counts; Adam, batches of {batch}, "
    "loss and accuracy reported by all, torch with its fused Adam and its default number of threads, in the memory "
    "format that is faster for this net. {rows:,} {things} an epoch, but {few:,} for Keras on JAX, which is slow, so "
    "that its first epoch is not to be compared. {data}"
)
_MNIST = "The images are the first of MNIST's."
_MADE_UP = "The data are made up (noise, and in it a pattern for each class) in the shape of real ones."


def _measure(
    net: str,
    title: str,
    rows: int,
    few: int,
    targets: tuple[Target, ...],
    *,
    batch: int = 128,
    things: str = "images",
    data: str = _MNIST,
    torch_format: str = "channels_last",
    more: tuple[Contestant, ...] = (),
) -> Measure:
    def sizes(count: int) -> tuple[str, str, str]:
        return net, str(count), str(batch)

    return Measure(
        name=net,
        title=title,
        text=_HOW.format(batch=batch, rows=rows, few=few, things=things, data=data),
        contestants=(
            KERAS_TENSORFLOW.runs("convnets_keras.py", *sizes(rows)),
            KERAS_JAX.runs("convnets_keras.py", *sizes(few), rounds=2),
            TORCH.runs("convnets_torch.py", *sizes(rows), torch_format),
            OURS.runs("convnets_heron.py", *sizes(rows)),
            *more,
        ),
        figures=_FIGURES,
        targets=targets,
    )


_NEAR_THE_BEST = (
    Target("rate", 0.8, times="best peer"),
    Target("memory", 1.3, times=KERAS_TENSORFLOW.name),
)

DIGITS = _measure(
    "digits",
    "Digits: 3x3 convolutions of 32 and 64 filters, pooling, dropout, 128-10",
    12_800,
    2_560,
    (
        Target("rate", 0.9, times=KERAS_TENSORFLOW.name),
        Target("rate", 1.1, times=KERAS_TENSORFLOW.name),
        Target("rate", 1.6, times=TORCH.name),
        Target("rate", 6.0, times=KERAS_JAX.name),
        Target("compilation", 2.5),
        Target("compilation", 0.5, contestant=f"{HERON}, {AGAIN}"),
        Target("memory", 1.3, times=KERAS_TENSORFLOW.name),
    ),
    more=(
        OURS.runs("convnets_heron.py", "digits", "12800", "128", "again", called=AGAIN, rounds=2),
        JAX.runs("digits_jax.py", "digits", "2560", "128", called="a step a call", rounds=2),
    ),
)

CONVNETS = (
    _measure(
        "resnet",
        "ResNet of three blocks: 32x32x3, 16, 32 and 64 filters, batch normalization, strides of 2",
        2_560,
        640,
        _NEAR_THE_BEST,
        data=_MADE_UP,
    ),
    _measure(
        "mobilenet",
        "MobileNet-like: 32x32x3, a convolution and five depthwise-separable ones, batch normalization",
        2_560,
        640,
        _NEAR_THE_BEST,
        data=_MADE_UP,
    ),
    _measure("lenet", "LeNet-5: 28x28, 5x5 convolutions of 6 and 16 filters, 120-84-10", 12_800, 2_560, _NEAR_THE_BEST),
    _measure(
        "sequences",
        "Conv1D on sequences: 128 steps of 9 channels, twice 64 filters of width 5, pooling, 6 classes",
        7_680,
        1_280,
        _NEAR_THE_BEST,
        things="sequences",
        data=_MADE_UP,
        torch_format="channels_first",
    ),
)
