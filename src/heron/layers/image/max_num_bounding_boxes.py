"""A layer that brings the bounding boxes beside images to one number."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.layers.image.base import ImageLayer, Size
from heron.validate import INT, POSITIVE_INT


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
