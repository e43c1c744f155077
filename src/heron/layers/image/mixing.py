"""Layers that mix the images of a batch while training: CutMix and MixUp."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError
from heron.layers.image.base import RandomImageLayer, Size, spread
from heron.layers.image.draws import Draws, drawn_from, range_rule
from heron.layers.image.erasing import box_at_random
from heron.validate import POSITIVE


class _Mixture(RandomImageLayer):
    """Mixes each image with another of the batch, and their labels by the same weights."""

    def mix(self, labels: Any, transformation: Any) -> Any:
        """The weighted mean of the labels of both images."""
        labels = labels if jnp.issubdtype(labels.dtype, jnp.floating) else labels.astype(self.compute_dtype)
        weight = jnp.reshape(transformation["mix_weight"], (-1,) + (1,) * (labels.ndim - 1)).astype(labels.dtype)
        return weight * labels + (1 - weight) * labels[transformation["permutation_order"]]


class CutMix(_Mixture):
    """Puts a box of another image of the batch into each image while training; labels are mixed by area.

    Args:
        factor: how even the areas are: both parameters of a beta distribution, from 0 to 1, or two numbers between
            which they are drawn.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Call arguments:
        inputs: a batch of images, or a dict with `"images"` and any of `"labels"` (one-hot) and
            `"segmentation_masks"`.
        training: whether anything is mixed.

    Input shape:
        `(batch, height, width, channels)`; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Source: Yun et al., https://arxiv.org/abs/1905.04899.

    Example:
    >>> import numpy as np
    >>> x = {"images": np.zeros((2, 4, 4, 1)), "labels": np.eye(2)}
    >>> CutMix(seed=1)(x)["labels"].sum(-1).tolist()
    [1.0, 1.0]
    """

    rules = {"factor": range_rule(0, 1)}
    moves_pixels = True

    def __init__(self, factor: Any = 1.0, seed: Any = None, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = drawn_from(factor, 0.0)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`permutation_order` and `mix_weight` for each image, `batch_masks` `(batch, height, width, 1)`."""
        alpha = draws.uniform((), *self.factor) + 1e-6
        side = jnp.sqrt(1 - jax.random.beta(draws.next_key(), alpha, alpha, (size.batch,)))
        masks, area = box_at_random(draws, size, side, side)
        order = draws.permutation(size.batch)
        return {"permutation_order": order, "batch_masks": masks, "mix_weight": spread(1 - area)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Puts the box in."""
        return jnp.where(transformation["batch_masks"], images[transformation["permutation_order"]], images)

    def move(self, points: Any, transformation: Any, size: Size) -> Any:
        """Boxes would be cut."""
        raise ArgumentError(
            f"{self._who()} cannot cut bounding boxes: expected images, labels and segmentation_masks; received "
            "bounding_boxes too.\nUse MixUp for classes, or RandomErasing beside boxes."
        )


class MixUp(_Mixture):
    """Lays another image of the batch over each image while training; labels are mixed by the same weights.

    Args:
        alpha: how even the weights are: both parameters of a beta distribution, above 0.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: a batch of images, or a dict with `"images"` and any of `"labels"` (one-hot), `"segmentation_masks"`
            (which are mixed as the images) and `"bounding_boxes"` (those of both images come out).
        training: whether anything is mixed.

    Input shape:
        `(batch, height, width, channels)`; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Source: Zhang et al., https://arxiv.org/abs/1710.09412.

    Example:
    >>> import numpy as np
    >>> x = {"images": np.zeros((2, 4, 4, 1)), "labels": np.eye(2)}
    >>> MixUp(seed=1)(x)["labels"].sum(-1).tolist()
    [1.0, 1.0]
    """

    rules = {"alpha": POSITIVE}
    moves_pixels = True

    def __init__(self, alpha: float = 0.2, data_format: str | None = None, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        self.alpha = alpha

    def draw(self, draws: Draws, size: Size) -> Any:
        """`mix_weight` and `permutation_order`, `(batch,)`."""
        weight = jax.random.beta(draws.next_key(), self.alpha, self.alpha, (size.batch,))
        return {"mix_weight": weight, "permutation_order": draws.permutation(size.batch)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """The weighted mean of both images."""
        weight = spread(transformation["mix_weight"])
        weight = weight.astype(images.dtype) if jnp.issubdtype(images.dtype, jnp.floating) else weight
        return weight * images + (1 - weight) * images[transformation["permutation_order"]]

    def _boxes(self, given: Any, transformation: Any, training: bool, size: Size, outputs: dict[str, Any]) -> Any:
        """The boxes of both images."""
        if not training:
            return given
        order = transformation["permutation_order"]
        parts = {name: jnp.asarray(given[name]) for name in ("boxes", "labels")}
        axis = parts["boxes"].ndim - 2
        other = {name: part[order] if axis else part for name, part in parts.items()}
        return {**given, **{name: jnp.concatenate([parts[name], other[name]], axis) for name in parts}}
