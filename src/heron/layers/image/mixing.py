"""Layers that mix images of a batch, or several changes of an image: CutMix, MixUp, RandAugment, AugMix."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError
from heron.layers.image.base import ImageLayer, RandomImageLayer, Size, spread
from heron.layers.image.color import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
    RandomPosterization,
    RandomSharpness,
    ValueLayer,
    box_at_random,
)
from heron.layers.image.draws import Draws, drawn_from, range_rule
from heron.layers.image.geometric import RandomRotation, RandomShear, RandomTranslation
from heron.layers.image.tones import AutoContrast, Equalization, Solarization
from heron.ops.image.resampling import SAMPLING
from heron.validate import BOOL, INT, POSITIVE, POSITIVE_INT


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
        inputs: a batch of images, or a dict with `"images"` and any of `"labels"` (one-hot) and
            `"segmentation_masks"`.
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

    def move(self, points: Any, transformation: Any, size: Size) -> Any:
        """Both images' boxes would be needed."""
        raise ArgumentError(
            f"{self._who()} does not mix bounding boxes: expected images, labels and segmentation_masks; received "
            "bounding_boxes too.\nUse it for classes, or RandomErasing beside boxes."
        )


class _Repertoire(ValueLayer):
    """Applies layers drawn from a list; the ones that are not drawn cost nothing."""

    rules = {"factor": range_rule(0, 1), "interpolation": SAMPLING}
    moves_pixels = True
    layers: list[ImageLayer]

    def __init__(self, value_range: Any, factor: Any, interpolation: str, all_ops: bool, **kwargs: Any) -> None:
        super().__init__(value_range, **kwargs)
        self.factor, self.interpolation = drawn_from(factor, 0.0), interpolation
        ends = self.factor
        shared = {"data_format": self.data_format, "dtype": self.dtype_policy}
        moved = {**shared, "interpolation": interpolation, "seed": kwargs["seed"]}
        valued = {**shared, "value_range": value_range}
        random = {**valued, "seed": kwargs["seed"]}
        # In the order of Keras, which is that of the states of their generators.
        self.layers = [
            RandomShear(ends, ends, **moved),
            RandomTranslation(ends, ends, **moved),
            RandomRotation(ends, **moved),
            Solarization(ends, ends, **random),
            RandomPosterization(max(1, int(8 * ends[1])), **random),
            AutoContrast(**valued),
            Equalization(**valued),
        ]
        if all_ops:
            kinds = (RandomBrightness, RandomColorDegeneration, RandomContrast, RandomSharpness)
            self.layers += [kind(ends, **random) for kind in kinds]

    def apply(self, images: Any, index: Any, key: Any) -> Any:
        """The images changed by the layer of that number; by none for the number after the last."""
        size = Size(*images.shape)

        def branch(layer: ImageLayer) -> Any:
            def changed(images: Any, key: Any) -> Any:
                drawn = layer.draw(Draws(key), size)
                return layer.change(images, drawn, self.interpolation).astype(images.dtype)

            return changed

        return jax.lax.switch(index, [*map(branch, self.layers), lambda images, key: images], images, key)

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any, training: bool = True) -> Any:
        """Refuses masks, which would have to be moved by what was drawn."""
        raise ArgumentError(
            f"{self._who()} changes images and labels; received segmentation_masks, which it cannot move.\n"
            "Use single layers, RandomRotation and others, beside masks."
        )

    def move(self, points: Any, transformation: Any, size: Size) -> Any:
        """Refuses boxes, likewise."""
        raise ArgumentError(
            f"{self._who()} changes images and labels; received bounding_boxes, which it cannot move.\n"
            "Use single layers, RandomRotation and others, beside boxes."
        )


class RandAugment(_Repertoire):
    """Changes images by a few layers drawn from eleven while training: the same ones for a batch.

    Args:
        value_range: the least and the greatest possible value of a pixel.
        num_ops: how many are applied, one after the other.
        factor: how strong they are, from 0 to 1; a number for the range from 0, or two between which it is drawn.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Call arguments:
        inputs: one color image or a batch, or a dict with `"images"` and `"labels"`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, 3)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Source: Cubuk et al., https://arxiv.org/abs/1909.13719.

    Example:
    >>> import numpy as np
    >>> RandAugment(seed=1)(np.ones((2, 4, 4, 3)), training=False).shape
    (2, 4, 4, 3)
    """

    rules = {"num_ops": POSITIVE_INT}

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, factor, interpolation, True, seed=seed, data_format=data_format, **kwargs)
        self.num_ops = num_ops

    def draw(self, draws: Draws, size: Size) -> Any:
        """`layer_idxes` `(num_ops,)`, and a key for each."""
        index = jax.random.randint(draws.next_key(), (self.num_ops,), 0, len(self.layers))
        return {"layer_idxes": index, "keys": jax.random.split(draws.next_key(), self.num_ops)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """One layer after the other."""

        def step(images: Any, drawn: Any) -> tuple[Any, None]:
            return self.apply(images, *drawn), None

        return jax.lax.scan(step, images, (transformation["layer_idxes"], transformation["keys"]))[0]


class AugMix(_Repertoire):
    """Mixes images with chains of changes of them while training: the same chains for a batch.

    Args:
        value_range: the least and the greatest possible value of a pixel.
        num_chains: how many chains.
        chain_depth: how many layers are drawn for each; one of them is to do nothing.
        factor: how strong they are, from 0 to 1; a number for the range from 0, or two between which it is drawn.
        alpha: how even the chains, and the image itself, are mixed: the parameter of the distributions of the weights.
        all_ops: whether brightness, contrast, color and sharpness are changed too.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Call arguments:
        inputs: one color image or a batch, or a dict with `"images"` and `"labels"`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, 3)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Source: Hendrycks et al., https://arxiv.org/abs/1912.02781.

    Example:
    >>> import numpy as np
    >>> AugMix(seed=1)(np.ones((2, 4, 4, 3)), training=False).shape
    (2, 4, 4, 3)
    """

    rules = {"num_chains": POSITIVE_INT, "chain_depth": POSITIVE_INT, "alpha": POSITIVE, "all_ops": BOOL}

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, factor, interpolation, all_ops, seed=seed, data_format=data_format, **kwargs)
        self.num_chains, self.chain_depth, self.alpha = num_chains, chain_depth, alpha

    def draw(self, draws: Draws, size: Size) -> Any:
        """The weights of the chains and of the image itself, and for each step of each chain a layer and a key."""
        shape = (self.num_chains, self.chain_depth)
        shares = jax.random.gamma(draws.next_key(), self.alpha, (self.num_chains,))
        return {
            "chain_mixing_weights": shares / jnp.sum(shares),
            "weight_sample": jax.random.beta(draws.next_key(), self.alpha, self.alpha),
            "layer_idxes": jax.random.randint(draws.next_key(), shape, 0, len(self.layers) + 1),
            "keys": jax.random.split(draws.next_key(), shape),
        }

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """The mixture."""

        def step(changed: Any, drawn: Any) -> tuple[Any, None]:
            return self.apply(changed, *drawn), None

        def chain(total: Any, drawn: Any) -> tuple[Any, None]:
            share, *steps = drawn
            changed, _ = jax.lax.scan(step, images, tuple(steps))
            return total + share.astype(images.dtype) * changed, None

        names = ("chain_mixing_weights", "layer_idxes", "keys")
        mixed, _ = jax.lax.scan(chain, jnp.zeros_like(images), tuple(transformation[name] for name in names))
        own = transformation["weight_sample"].astype(images.dtype)
        return self.kept(own * images + (1 - own) * mixed)


class MaxNumBoundingBoxes(ImageLayer):
    """Brings the bounding boxes beside images to one number: later ones are dropped, missing ones filled in.

    Args:
        max_number: how many boxes each image gets.
        fill_value: what stands in boxes and labels that are filled in, an integer.
        bounding_box_format: how boxes are written; any will do.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Call arguments:
        inputs: images, which stay, or a dict with `"images"` and `"bounding_boxes"`, itself a dict with `"boxes"`
            `(batch, boxes, 4)` and `"labels"` `(batch, boxes)`.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input; boxes `(batch, max_number, 4)`.

    Example:
    >>> import numpy as np
    >>> boxes = {"boxes": np.zeros((1, 1, 4)), "labels": np.zeros((1, 1))}
    >>> x = {"images": np.zeros((1, 4, 4, 1)), "bounding_boxes": boxes}
    >>> MaxNumBoundingBoxes(2)(x)["bounding_boxes"]["labels"].tolist()
    [[0.0, -1.0]]
    """

    rules = {"max_number": POSITIVE_INT, "fill_value": INT}

    def __init__(self, max_number: int, fill_value: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_number, self.fill_value = max_number, fill_value

    def _boxes(self, given: Any, transformation: Any, training: bool, size: Size, outputs: dict[str, Any]) -> Any:
        def brought(part: Any, axis: int) -> Any:
            part = jax.lax.slice_in_dim(part, 0, min(self.max_number, part.shape[axis]), axis=axis)
            missing = [(0, 0)] * part.ndim
            missing[axis] = (0, self.max_number - part.shape[axis])
            return jnp.pad(part, missing, constant_values=self.fill_value)

        boxes, labels = jnp.asarray(given["boxes"]), jnp.asarray(given["labels"])
        return {**given, "boxes": brought(boxes, boxes.ndim - 2), "labels": brought(labels, labels.ndim - 1)}
