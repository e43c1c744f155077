"""How images lie in arrays: one image or a batch, channels last or first, brought to one form and back."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp

from heron.config import standardize_data_format
from heron.errors import ArgumentError, ShapeError, shape_text
from heron.ops.op import array
from heron.validate import Rule, one_of

DATA_FORMAT = one_of("channels_last", "channels_first").or_none()


class Layout(NamedTuple):
    """The form in which a caller's images came.

    Args:
        is_batch: whether there is a batch axis.
        channels_first: whether the channels come before height and width.
    """

    is_batch: bool
    channels_first: bool

    def batch(self, images: Any) -> Any:
        """The images as `(batch, height, width, channels)`."""
        images = images if self.is_batch else images[None]
        return jnp.moveaxis(images, 1, -1) if self.channels_first else images

    def back(self, images: Any) -> Any:
        """A batch `(batch, height, width, channels)` in the caller's form."""
        images = jnp.moveaxis(images, -1, 1) if self.channels_first else images
        return images if self.is_batch else images[0]


def layout_of(owner: str, images: Any, data_format: str | None, rank: int = 2) -> Layout:
    """The layout of `images`; `rank` counts the spatial axes.

    Raises:
        ShapeError: when they are neither one image nor a batch.
    """
    data_format = standardize_data_format(data_format)
    if images.ndim not in (rank + 1, rank + 2):
        axes = ("depth, " if rank == 3 else "") + "height, width"
        one = f"channels, {axes}" if data_format == "channels_first" else f"{axes}, channels"
        raise ShapeError(
            f"{owner} expects one image ({one}) or a batch of them (batch, {one}); "
            f"received shape {shape_text(images.shape)}.\nGive grey images a channel axis: "
            f"heron.ops.expand_dims(x, {1 if data_format == 'channels_first' else -1})."
        )
    return Layout(images.ndim == rank + 2, data_format == "channels_first")


def opened(owner: str, images: Any, data_format: str | None) -> tuple[Any, Layout]:
    """`images` as a batch with the channels last, and the layout that leads back."""
    images = array(images)
    layout = layout_of(owner, images, data_format)
    return layout.batch(images), layout


def checked(owner: str, name: str, value: Any, rule: Rule) -> Any:
    """`value`, if it may be given to an argument of an op."""
    rule.check(f"heron.ops.image.{owner}", name, value)
    return value


def need_channels(owner: str, images: Any, *counts: int) -> None:
    """Raises `ArgumentError` unless a batch of images has one of the numbers of channels."""
    if isinstance(images.shape[-1], int) and images.shape[-1] not in counts:
        wanted = " or ".join(map(str, counts))
        raise ShapeError(
            f"{owner} expects images with {wanted} channels; received images with {images.shape[-1]}.\n"
            "Say where the channels are: data_format='channels_first' or 'channels_last'."
        )


def need_floats(owner: str, images: Any) -> None:
    """Raises `ArgumentError` for whole numbers where the values must lie between 0 and 1."""
    if not jnp.issubdtype(images.dtype, jnp.floating):
        raise ArgumentError(
            f"{owner} expects images of floats from 0 to 1; received dtype {images.dtype}.\n"
            "Divide by the greatest value: x / 255."
        )
