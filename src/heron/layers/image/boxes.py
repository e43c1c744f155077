"""Bounding boxes: how they are written, and what becomes of them when points move."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.validate import one_of

_ABSOLUTE = ("xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw")
_RELATIVE = ("rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh")
BOX_FORMAT = one_of(*_ABSOLUTE, *_RELATIVE)


def between_formats(boxes: Any, source: str, target: str, height: Any, width: Any) -> Any:
    """Boxes `(..., 4)` written another way; `height` and `width` of the image serve the relative formats."""
    scale = jnp.asarray([width, height, width, height], boxes.dtype)
    x1, y1, x2, y2 = _read(boxes, source.removeprefix("rel_"))
    edges = jnp.stack([x1, y1, x2, y2], -1)
    edges = edges * scale if source.startswith("rel_") else edges
    edges = edges / scale if target.startswith("rel_") else edges
    return _written(edges, target.removeprefix("rel_"))


def _read(boxes: Any, source: str) -> tuple[Any, Any, Any, Any]:
    a, b, c, d = (boxes[..., i] for i in range(4))
    if source.endswith(("yxyx", "yxhw")):
        a, b, c, d = b, a, d, c
    if source.startswith("center"):
        return a - c / 2, b - d / 2, a + c / 2, b + d / 2
    return (a, b, a + c, b + d) if source == "xywh" else (a, b, c, d)


def _written(edges: Any, target: str) -> Any:
    x1, y1, x2, y2 = (edges[..., i] for i in range(4))
    four = (x1, y1, x2, y2)
    if target.startswith("center"):
        four = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
    elif target == "xywh":
        four = (x1, y1, x2 - x1, y2 - y1)
    a, b, c, d = four
    return jnp.stack((b, a, d, c) if target.endswith(("yxyx", "yxhw")) else four, -1)


def corners(boxes: Any) -> Any:
    """The corners of boxes `(batch, boxes, 4)` written as xyxy: `(batch, 4 boxes, 2)`."""
    picked = boxes[..., jnp.array([0, 1, 2, 1, 0, 3, 2, 3])]
    return picked.reshape(boxes.shape[0], -1, 2)


def surrounding(points: Any) -> Any:
    """The least upright boxes around each four points: the inverse of `corners` when nothing was turned."""
    four = points.reshape(points.shape[0], -1, 4, 2)
    return jnp.concatenate([four.min(2), four.max(2)], -1)


def clipped(boxes: Any, height: Any, width: Any) -> tuple[Any, Any]:
    """Boxes as xyxy cut off at the rim of the image, and which of them are still there."""
    limits = jnp.asarray([width, height, width, height], boxes.dtype)
    boxes = jnp.clip(boxes, 0, limits)
    return boxes, (boxes[..., 2] > boxes[..., 0]) & (boxes[..., 3] > boxes[..., 1])
