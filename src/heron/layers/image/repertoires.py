"""Layers that apply several changes drawn from a list while training: RandAugment and AugMix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError
from heron.layers.image.base import ImageLayer, Size
from heron.layers.image.color import RandomBrightness, RandomColorDegeneration, RandomContrast
from heron.layers.image.draws import Draws, drawn_from, range_rule
from heron.layers.image.geometric import RandomRotation, RandomShear, RandomTranslation
from heron.layers.image.sharpness import RandomSharpness
from heron.layers.image.tones import AutoContrast, Equalization, RandomPosterization, Solarization
from heron.layers.image.values import ValueLayer
from heron.ops.image.resampling import SAMPLING
from heron.validate import BOOL, POSITIVE, POSITIVE_INT

Act = Callable[[ImageLayer, Any, Any], Any]
"""What is done with a layer, what was drawn for it, and a value: its result, of the shape of the value."""


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

    def at(self, index: Any, key: Any, size: Size, value: Any, act: Act) -> Any:
        """What `act` makes of a value by the layer of that number; the value itself for the number after the last."""

        def branch(layer: ImageLayer) -> Any:
            return lambda value, key: act(layer, layer.draw(Draws(key), size), value).astype(value.dtype)

        return jax.lax.switch(index, [*map(branch, self.layers), lambda value, key: value], value, key)

    def changing(self, layer: ImageLayer, drawn: Any, images: Any) -> Any:
        """Images changed by a layer."""
        return layer.change(images, drawn, self.interpolation)

    def changing_masks(self, layer: ImageLayer, drawn: Any, masks: Any) -> Any:
        """Masks changed by a layer, if it moves pixels."""
        return layer.change_masks(masks, drawn) if layer.moves_pixels else masks


class RandAugment(_Repertoire):
    """Changes images by a few layers drawn from eleven while training: the same ones for a batch.

    Args:
        value_range: the least and the greatest possible value of a pixel.
        num_ops: how many are applied, one after the other.
        factor: how strong they are, from 0 to 1; a number for the range from 0, or two between which it is drawn.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        bounding_box_format: how boxes given beside images are written.

    Call arguments:
        inputs: one color image or a batch, or a dict as for `RandomFlip`.
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

    def _one_after_the_other(self, transformation: Any, size: Size, value: Any, act: Act) -> Any:
        def step(value: Any, drawn: Any) -> tuple[Any, None]:
            index, key = drawn
            return self.at(index, key, size, value, act), None

        return jax.lax.scan(step, value, (transformation["layer_idxes"], transformation["keys"]))[0]

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """One layer after the other."""
        return self._one_after_the_other(transformation, Size(*images.shape), images, self.changing)

    def change_masks(self, masks: Any, transformation: Any) -> Any:
        """Those layers that move pixels."""
        return self._one_after_the_other(transformation, Size(*masks.shape), masks, self.changing_masks)

    def move(self, points: Any, transformation: Any, size: Size) -> Any:
        """Likewise, for points."""

        def act(layer: ImageLayer, drawn: Any, points: Any) -> Any:
            return layer.move(points, drawn, size)

        return self._one_after_the_other(transformation, size, points, act)


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
        inputs: one color image or a batch, or a dict with `"images"` and any of `"labels"`, `"bounding_boxes"` (which
            stay, as the image itself does) and `"segmentation_masks"` (floats, which are mixed as the image is).
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

    def _mixture(self, value: Any, transformation: Any, act: Act) -> Any:
        size = Size(*value.shape)

        def step(changed: Any, drawn: Any) -> tuple[Any, None]:
            index, key = drawn
            return self.at(index, key, size, changed, act), None

        def chain(total: Any, drawn: Any) -> tuple[Any, None]:
            share, *steps = drawn
            changed, _ = jax.lax.scan(step, value, tuple(steps))
            return total + share.astype(value.dtype) * changed, None

        names = ("chain_mixing_weights", "layer_idxes", "keys")
        mixed, _ = jax.lax.scan(chain, jnp.zeros_like(value), tuple(transformation[name] for name in names))
        own = transformation["weight_sample"].astype(value.dtype)
        return own * value + (1 - own) * mixed

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """The mixture."""
        return self.kept(self._mixture(images, transformation, self.changing))

    def change_masks(self, masks: Any, transformation: Any) -> Any:
        """The mixture of floats; numbers of classes cannot be mixed."""
        if not jnp.issubdtype(masks.dtype, jnp.floating):
            raise ArgumentError(
                f"{self._who()} mixes segmentation_masks, and expects a share of each class as floats; received masks "
                f"of dtype {masks.dtype}.\nWrite heron.ops.one_hot(masks[..., 0], number_of_classes), or use "
                "RandAugment, which moves masks as they are."
            )
        return self._mixture(masks, transformation, self.changing_masks)

    def _boxes(self, given: Any, transformation: Any, training: bool, size: Size, outputs: dict[str, Any]) -> Any:
        return given
