"""What layers on images have in common: layouts, drawing for each image, and labels, boxes and masks beside images."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp

from heron import random
from heron.errors import ArgumentError, value_text
from heron.layers import context as calls
from heron.layers.image.boxes import BOX_FORMAT, between_formats, clipped, corners, surrounding
from heron.layers.image.draws import Draws
from heron.layers.layer import Layer
from heron.ops.image.layout import DATA_FORMAT, Layout, layout_of, opened
from heron.random.seed import SEED, draw_seed
from heron.settings import standardize_data_format
from heron.symbolic import has_symbolic

_PARTS = ("images", "labels", "bounding_boxes", "segmentation_masks")


class Size(NamedTuple):
    """The sizes of a batch of images."""

    batch: Any
    height: Any
    width: Any
    channels: Any


class ImageLayer(Layer):
    """A layer on images. A subclass writes `change`, on a batch `(batch, height, width, channels)` in any layout.

    Args:
        bounding_box_format: how boxes given beside images are written, `"xyxy"` for instance.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    A layer that moves pixels writes `move` too, for points; one that mixes images writes `mix` for labels.
    """

    rules = {"data_format": DATA_FORMAT, "bounding_box_format": BOX_FORMAT.or_none()}
    moves_pixels = False  # whether masks and boxes change with the image
    only_in_training = True
    keeps_dtype = False  # whether whole numbers stay whole

    def __init__(self, bounding_box_format: str | None = None, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bounding_box_format = bounding_box_format
        self.data_format = standardize_data_format(data_format)

    # ---- written by subclasses --------------------------------------------------------------------------------------

    def draw(self, draws: Draws, size: Size) -> Any:
        """What happens to each image this time: arrays whose first axis is the batch; None for nothing random."""
        return None

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """The batch `(batch, height, width, channels)` changed."""
        return images

    def change_masks(self, masks: Any, transformation: Any) -> Any:
        """Segmentation masks, with axes as `change` takes them, changed with the images, if pixels are moved."""
        return self.change(masks, transformation, "nearest")

    def move(self, points: Any, transformation: Any, size: Size) -> Any:
        """Where the places `(batch, points, 2)` of the images, as `(x, y)`, are afterwards."""
        return points

    def mix(self, labels: Any, transformation: Any) -> Any:
        """The labels that belong to the changed images."""
        return labels

    # ---- calling ----------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As for every layer; called directly on arrays, it is as if in training unless said otherwise."""
        outermost = calls.current() is None and not has_symbolic(args) and not has_symbolic(kwargs)
        if outermost and len(args) <= 1 and kwargs.get("training") is None:
            kwargs["training"] = True
        return super().__call__(*args, **kwargs)

    def call(self, inputs: Any, training: bool = True) -> Any:
        """Changes images, or a dict of images and of what goes with them."""
        if not isinstance(inputs, dict):
            return self.transform_images(inputs, self.get_random_transformation(inputs, training), training)
        if "images" not in inputs or any(part not in _PARTS for part in inputs):
            raise ArgumentError(
                f"{self._who()} expects images, or a dict with 'images' and any of {', '.join(_PARTS[1:])}; received a "
                f"dict with {value_text(sorted(inputs))}."
            )
        size, transformation = self._size(inputs["images"]), self.get_random_transformation(inputs, training)
        outputs = {**inputs, "images": self.transform_images(inputs["images"], transformation, training)}
        if "labels" in inputs:
            outputs["labels"] = self.transform_labels(inputs["labels"], transformation, training)
        if "segmentation_masks" in inputs:
            masks = inputs["segmentation_masks"]
            outputs["segmentation_masks"] = self.transform_segmentation_masks(masks, transformation, training)
        if "bounding_boxes" in inputs:
            outputs["bounding_boxes"] = self._boxes(inputs["bounding_boxes"], transformation, training, size, outputs)
        return outputs

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """What is drawn for these images (or a dict of them and more): a dict of arrays; None for nothing."""
        return None

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        """Applies what `get_random_transformation` has drawn to images."""
        images, layout = opened(self._who(), images, self.data_format)
        images = images if self.keeps_dtype else images.astype(self.compute_dtype)
        if training or not self.only_in_training:
            dtype = images.dtype
            images = self.change(images, transformation, getattr(self, "interpolation", "bilinear")).astype(dtype)
        return layout.back(images)

    def transform_labels(self, labels: Any, transformation: Any = None, training: bool = True) -> Any:
        """The labels that belong to the images after `transform_images`."""
        return self.mix(jnp.asarray(labels), transformation) if training else labels

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any, training: bool = True) -> Any:
        """The masks that belong to the images after `transform_images`, in the layout and rank of the images."""
        if not self.moves_pixels or not (training or not self.only_in_training):
            return segmentation_masks
        masks, layout = opened(self._who(), segmentation_masks, self.data_format)
        return layout.back(self.change_masks(masks, transformation).astype(masks.dtype))

    # ---- boxes ------------------------------------------------------------------------------------------------------

    def _boxes(self, given: Any, transformation: Any, training: bool, size: Size, outputs: dict[str, Any]) -> Any:
        if self.bounding_box_format is None:
            raise ArgumentError(
                f"{self._who()} received bounding boxes and needs to know how they are written; it has no "
                "bounding_box_format.\nMake it with bounding_box_format='xyxy', 'xywh', 'rel_xyxy', ..."
            )
        if not self.moves_pixels or not (training or not self.only_in_training):
            return given
        after = self._size(outputs["images"])
        boxes, labels = jnp.asarray(given["boxes"]), jnp.asarray(given["labels"])
        is_batch = boxes.ndim == 3
        boxes, labels = (boxes, labels) if is_batch else (boxes[None], labels[None])
        inner = between_formats(boxes.astype("float32"), self.bounding_box_format, "xyxy", size.height, size.width)
        # A pixel covers the places from its number to the next; what moves pixels moves their middles.
        moved = self.move(corners(inner) - 0.5, transformation, size) + 0.5
        inner, there = clipped(surrounding(moved), after.height, after.width)
        there = there & jnp.any(boxes != -1, -1) & (labels != -1)
        outer = between_formats(inner, "xyxy", self.bounding_box_format, after.height, after.width)
        boxes = jnp.where(there[..., None], outer, -1).astype(boxes.dtype)
        labels = jnp.where(there, labels, -1)
        return {**given, "boxes": boxes if is_batch else boxes[0], "labels": labels if is_batch else labels[0]}

    # ---- helpers ----------------------------------------------------------------------------------------------------

    def _layout(self, images: Any) -> Layout:
        return layout_of(self._who(), images, self.data_format)

    def _size(self, data: Any) -> Size:
        images = data["images"] if isinstance(data, dict) else data
        layout = self._layout(images)
        shape = images.shape if layout.is_batch else (1, *images.shape)
        batch, *sizes = shape
        return Size(batch, *(sizes[1:] + sizes[:1] if layout.channels_first else sizes))

    def get_config(self) -> dict[str, Any]:
        """The arguments, with the data format that was in force."""
        return {**super().get_config(), "data_format": self.data_format}


class RandomImageLayer(ImageLayer):
    """A layer that changes images by chance while training; a subclass writes `draw` too.

    Args:
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
    """

    rules = {"seed": SEED}

    def __init__(self, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.generator = seed if isinstance(seed, random.SeedGenerator) else random.SeedGenerator(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """What is drawn for these images (or a dict of them and more).

        Args:
            data: the images, one or a batch, or a dict with `"images"`.
            training: nothing is drawn outside training.
            seed: an integer, a `SeedGenerator` or a key; by default the layer's own generator.
        """
        if not training:
            return None
        key = draw_seed(self.generator if seed is None else seed)
        return self.draw(Draws(key), self._size(data))


def spread(values: Any, dtype: Any = None) -> Any:
    """Numbers for each image, of any shape with `batch` elements, as `(batch, 1, 1, 1)`."""
    values = jnp.reshape(values, (-1, 1, 1, 1))
    return values if dtype is None else values.astype(dtype)
