"""Bounding boxes outside of layers: how they are written, moved and compared.

Formats, in any case of letters: `"xyxy"` (left, top, right, bottom), `"yxyx"`, `"xywh"` (left, top, width, height),
`"center_xywh"`, `"center_yxhw"`, and `"rel_xyxy"`, `"rel_yxyx"`, `"rel_xywh"`, `"rel_center_xywh"`, which count in
parts of the image's height and width.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp

from heron.config import epsilon
from heron.errors import ArgumentError, ArgumentTypeError, ShapeError, missing_name, shape_text, value_text
from heron.layers.image.boxes import BOX_FORMAT, between_formats, clipped, corners, surrounding
from heron.ops.op import array
from heron.validate import one_of

__all__ = [
    "affine_transform",
    "clip_to_image_size",
    "compute_ciou",
    "compute_iou",
    "convert_format",
    "crop",
    "decode_deltas_to_boxes",
    "encode_box_to_deltas",
    "pad",
]

_CODING = one_of("center_xywh", "center_yxhw")
_NO_LABEL = -1  # the label of a box that is no longer in the image


def convert_format(
    boxes: Any, source: str, target: str, height: Any = None, width: Any = None, dtype: Any = "float32"
) -> Any:
    """Writes boxes in another format.

    Args:
        boxes: an array `(..., 4)`, or a dict with one under `"boxes"`.
        source: the format of `boxes`.
        target: the format wanted.
        height: of the image, where one of the formats is relative and the other is not.
        width: of the image, likewise.
        dtype: of the result.

    Returns:
        An array of the shape of `boxes`, or a new dict with it.

    Raises:
        ArgumentError: for an unknown format, and without the size of the image where it is needed.
        ShapeError: when the last axis has not 4 places.

    Example:
    >>> convert_format([[10, 20, 30, 60]], "xyxy", "center_xywh").tolist()
    [[20.0, 40.0, 20.0, 40.0]]
    """
    if isinstance(boxes, Mapping):
        return {**boxes, "boxes": convert_format(boxes["boxes"], source, target, height, width, dtype)}
    source, target = _known("convert_format", "source", source), _known("convert_format", "target", target)
    boxes = _boxes("convert_format", boxes, dtype)
    if source == target:
        return boxes
    relative = [text.startswith("rel_") for text in (source, target)]
    if any(relative) and (height is None or width is None):
        raise ArgumentError(
            f"convert_format needs the height and width of the image between {source!r} and {target!r}; received "
            f"height={height} and width={width}.\nPass both: height=image.shape[0], width=image.shape[1]."
        )
    if all(relative):
        source, target = source.removeprefix("rel_"), target.removeprefix("rel_")
    return between_formats(boxes, source, target, height or 1, width or 1)


def _known(owner: str, name: str, text: Any) -> str:
    text = text.lower() if isinstance(text, str) else text
    BOX_FORMAT.check(owner, name, text)
    return str(text)


def _boxes(owner: str, boxes: Any, dtype: Any = None) -> Any:
    boxes = array(boxes, dtype)
    if boxes.shape[-1:] != (4,):
        raise ShapeError(
            f"{owner} expects boxes whose last axis has 4 places; received shape {shape_text(boxes.shape)}.\n"
            "Give each box as four numbers, [left, top, right, bottom] for 'xyxy'."
        )
    return boxes


def _absolute(owner: str, boxes: Any, bounding_box_format: str) -> tuple[Any, str]:
    """The boxes as xyxy, and their format, which must count in pixels."""
    given = _known(owner, "bounding_box_format", bounding_box_format)
    if given.startswith("rel_"):
        raise ArgumentError(
            f"{owner} takes boxes in pixels; received bounding_box_format={given!r}.\n"
            "Write them so first: convert_format(boxes, source, 'xyxy', height, width)."
        )
    boxes = _boxes(owner, boxes)
    return between_formats(boxes, given, "xyxy", 1, 1), given


def clip_to_image_size(
    bounding_boxes: Any, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy"
) -> Any:
    """Cuts boxes off at the rim of the image; the labels of those that lie outside become -1.

    Args:
        bounding_boxes: a dict of `"boxes"`, `(..., 4)`, and, if there are any, `"labels"`.
        height: of the image; not needed for a relative format.
        width: of the image, likewise.
        bounding_box_format: the format of the boxes.

    Returns:
        A new dict.

    Raises:
        ArgumentTypeError: for something else than such a dict.
        ArgumentError: without the size of the image where it is needed.

    Example:
    >>> boxes = {"boxes": [[-5.0, 0.0, 5.0, 9.0], [20.0, 20.0, 30.0, 30.0]], "labels": [3, 4]}
    >>> clip_to_image_size(boxes, 10, 10)["labels"].tolist()
    [3, -1]
    """
    if not isinstance(bounding_boxes, Mapping) or "boxes" not in bounding_boxes:
        raise ArgumentTypeError(
            f"clip_to_image_size expects a dict with 'boxes'; received {value_text(bounding_boxes)}.\n"
            "Write {'boxes': boxes, 'labels': labels}."
        )
    given = _known("clip_to_image_size", "bounding_box_format", bounding_box_format)
    plain, is_relative = given.removeprefix("rel_"), given.startswith("rel_")
    if not is_relative and (height is None or width is None):
        raise ArgumentError(
            f"clip_to_image_size needs the height and width of the image for {given!r}; received height={height} and "
            f"width={width}.\nPass both, or boxes in a relative format."
        )
    boxes = _boxes("clip_to_image_size", bounding_boxes["boxes"])
    edges = between_formats(boxes, plain, "xyxy", 1, 1)
    edges, is_inside = clipped(edges, *((1, 1) if is_relative else (height, width)))
    result = {**bounding_boxes, "boxes": between_formats(edges, "xyxy", plain, 1, 1)}
    if bounding_boxes.get("labels") is not None:
        result["labels"] = jnp.where(is_inside, array(bounding_boxes["labels"]), _NO_LABEL)
    return result


def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: Any = None,
    center_y: Any = None,
    bounding_box_format: str = "xyxy",
) -> Any:
    """Turns, shifts, zooms and shears boxes; each becomes the least upright box around its moved corners.

    Args:
        boxes: `(batch, boxes, 4)` or `(boxes, 4)`.
        angle: by how many degrees, a number or one for each image of the batch; so are those that follow.
        translate_x: the shift to the left, as a part of the width.
        translate_y: the shift upwards, as a part of the height.
        scale: the factor of size.
        shear_x: the angle of shear along the width, in degrees.
        shear_y: along the height.
        height: of the image in pixels.
        width: of the image in pixels.
        center_x: the fixed point, as a part of the width; None for the middle.
        center_y: as a part of the height.
        bounding_box_format: the format of the boxes, in pixels.

    Returns:
        Boxes of the same shape and format.

    Raises:
        ArgumentError: for a relative format.

    Example:
    >>> affine_transform([[0.0, 0.0, 2.0, 4.0]], 0, 0, 0, 0.5, 0, 0, height=9, width=9).tolist()
    [[2.0, 2.0, 3.0, 4.0]]
    """
    edges, given = _absolute("affine_transform", boxes, bounding_box_format)
    batch = edges if edges.ndim == 3 else edges[None]
    extent = jnp.stack([array(width), array(height)]).astype("float32") - 1
    center = _pair(0.5 if center_x is None else center_x, 0.5 if center_y is None else center_y) * extent
    matrix = _turning(angle, shear_x, shear_y) * jnp.reshape(array(scale).astype("float32"), (-1, 1, 1))
    start = center - _pair(translate_x, translate_y) * extent  # (B or 1, 2)
    points = corners(batch.astype("float32"))  # (B, 4 boxes, 2)
    moved = jnp.einsum("bij,bpj->bpi", jnp.broadcast_to(matrix, (len(batch), 2, 2)), points - start[:, None])
    there = surrounding(moved + center[:, None])
    return between_formats(there if edges.ndim == 3 else there[0], "xyxy", given, 1, 1)


def _pair(x: Any, y: Any) -> Any:
    """Two numbers, or numbers for each image, as `(B or 1, 2)`."""
    columns = [jnp.reshape(array(value).astype("float32"), (-1,)) for value in (x, y)]
    return jnp.stack(jnp.broadcast_arrays(*columns), -1)


def _turning(angle: Any, shear_x: Any, shear_y: Any) -> Any:
    """The matrices `(B or 1, 2, 2)` of a turn and a shear, angles in degrees."""
    turn, x, y = (-jnp.deg2rad(jnp.reshape(array(v).astype("float32"), (-1,))) for v in (angle, shear_x, shear_y))
    a, c = jnp.cos(turn - y) / jnp.cos(y), -jnp.sin(turn - y) / jnp.cos(y)
    b, d = a * jnp.tan(x) + jnp.sin(turn), jnp.cos(turn) - c * jnp.tan(x)
    rows = jnp.broadcast_arrays(d, -b, -c, a)
    return jnp.stack(rows, -1).reshape(-1, 2, 2)


def crop(boxes: Any, top: Any, left: Any, height: Any, width: Any, bounding_box_format: str = "xyxy") -> Any:
    """Returns boxes as they lie in a part of the image, cut off at its rim.

    Args:
        boxes: `(..., 4)`.
        top: the first row of the part.
        left: its first column.
        height: how many rows it has.
        width: how many columns.
        bounding_box_format: the format of the boxes, in pixels.

    Raises:
        ArgumentError: for a relative format.

    Example:
    >>> crop([[10, 20, 50, 60]], top=10, left=20, height=40, width=25).tolist()
    [[0, 10, 25, 40]]
    """
    edges, given = _absolute("crop", boxes, bounding_box_format)
    edges = clipped(edges - jnp.asarray([left, top, left, top], edges.dtype), height, width)[0]
    return between_formats(edges, "xyxy", given, 1, 1)


def pad(
    boxes: Any, top: Any, left: Any, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy"
) -> Any:
    """Returns boxes as they lie in the image after rows were added above it and columns to its left.

    Args:
        boxes: `(..., 4)`.
        top: how many rows.
        left: how many columns.
        height: for Keras's signature; it changes nothing.
        width: likewise.
        bounding_box_format: the format of the boxes, in pixels.

    Raises:
        ArgumentError: for a relative format.

    Example:
    >>> pad([[10, 20, 50, 60]], top=1, left=2).tolist()
    [[12, 21, 52, 61]]
    """
    edges, given = _absolute("pad", boxes, bounding_box_format)
    return between_formats(edges + jnp.asarray([left, top, left, top], edges.dtype), "xyxy", given, 1, 1)


def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """Says of boxes how far they are from anchors: the shift in parts of the anchor's size, and the log of the ratio.

    Args:
        anchors: `(boxes, 4)`.
        boxes: `(batch, boxes, 4)` or `(boxes, 4)`.
        anchor_format: the format of `anchors`.
        box_format: the format of `boxes`.
        encoding_format: the order of the differences, `"center_yxhw"` or `"center_xywh"`.
        variance: four numbers by which the differences are divided; None for none.
        image_shape: `(height, width, channels)`, for relative formats.

    Returns:
        The differences, of the shape of `boxes`.

    Raises:
        ArgumentError: for other formats or another number of variances.

    Example:
    >>> encode_box_to_deltas([[0, 0, 10, 10]], [[5, 0, 15, 10]], "xyxy", "xyxy").tolist()
    [[0.0, 0.5, 0.0, 0.0]]
    """
    _CODING.check("encode_box_to_deltas", "encoding_format", encoding_format)
    height, width = _size(image_shape)
    near = convert_format(anchors, anchor_format, encoding_format, height, width)
    boxes = convert_format(boxes, box_format, encoding_format, height, width)
    sizes = jnp.maximum(near[..., 2:], epsilon())
    shift = (boxes[..., :2] - near[..., :2]) / sizes
    ratio = jnp.log(jnp.maximum(boxes[..., 2:], epsilon()) / sizes)
    return jnp.concatenate([shift, jnp.broadcast_to(ratio, shift.shape)], -1) / _variance(variance)


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """Finds the boxes of which `encode_box_to_deltas` told the distance from anchors.

    Args:
        anchors: `(boxes, 4)`, or a dict of them by level.
        boxes_delta: `(batch, boxes, 4)` or `(boxes, 4)`, or a dict of them by level.
        anchor_format: the format of `anchors`.
        box_format: the format wanted.
        encoded_format: the order of the differences, `"center_yxhw"` or `"center_xywh"`.
        variance: four numbers by which the differences are multiplied; None for none.
        image_shape: `(height, width, channels)`, for relative formats.

    Returns:
        The boxes, of the shape of `boxes_delta`, or a dict of them by level.

    Raises:
        ArgumentError: for other formats or another number of variances.

    Example:
    >>> decode_deltas_to_boxes([[0, 0, 10, 10]], [[0.0, 0.5, 0.0, 0.0]], "xyxy", "xyxy").tolist()
    [[5.0, 0.0, 15.0, 10.0]]
    """
    if isinstance(anchors, Mapping) and isinstance(boxes_delta, Mapping):
        formats = (anchor_format, box_format, encoded_format, variance, image_shape)
        return {level: decode_deltas_to_boxes(one, boxes_delta[level], *formats) for level, one in anchors.items()}
    _CODING.check("decode_deltas_to_boxes", "encoded_format", encoded_format)
    height, width = _size(image_shape)
    near = convert_format(anchors, anchor_format, encoded_format, height, width)
    deltas = _boxes("decode_deltas_to_boxes", boxes_delta, "float32") * _variance(variance)
    place = deltas[..., :2] * near[..., 2:] + near[..., :2]
    boxes = jnp.concatenate([place, jnp.exp(deltas[..., 2:]) * near[..., 2:]], -1)
    return convert_format(boxes, encoded_format, box_format, height, width)


def _variance(variance: Any) -> Any:
    if variance is None:
        return 1.0
    numbers = array(variance, "float32")
    if numbers.shape[-1:] != (4,):
        raise ArgumentError(
            f"'variance' must be four numbers, one for each place of a box; received {value_text(variance)}.\n"
            "Write variance=[0.1, 0.1, 0.2, 0.2], or None."
        )
    return numbers


def _size(image_shape: Any) -> tuple[Any, Any]:
    return (None, None) if image_shape is None else (image_shape[0], image_shape[1])


def compute_iou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: Any = -1,
    image_shape: Any = None,
) -> Any:
    """The area that each two boxes share, divided by the area that they cover together.

    Args:
        boxes1: `(batch, M, 4)` or `(M, 4)`.
        boxes2: `(batch, N, 4)` or `(N, 4)`.
        bounding_box_format: the format of both.
        use_masking: whether pairs with a box of negative numbers only, which fills up a batch, get `mask_val`.
        mask_val: what they get.
        image_shape: `(height, width, channels)`, for relative formats.

    Returns:
        float32 `(batch, M, N)`, or `(M, N)` when neither has a batch.

    Raises:
        ShapeError: for boxes of other ranks.

    Example:
    >>> compute_iou([[0, 0, 10, 10]], [[0, 0, 10, 5], [20, 20, 30, 30]], "xyxy").round(3).tolist()
    [[0.5, 0.0]]
    """
    for name, boxes in (("boxes1", array(boxes1)), ("boxes2", array(boxes2))):
        if boxes.ndim not in (2, 3):
            raise ShapeError(
                f"compute_iou expects {name} of shape (boxes, 4) or (batch, boxes, 4); received shape "
                f"{shape_text(boxes.shape)}.\nFor one box write [box]."
            )
    size = _size(image_shape)
    one = convert_format(boxes1, bounding_box_format, "xyxy", *size)[..., :, None, :]  # (..., M, 1, 4)
    other = convert_format(boxes2, bounding_box_format, "xyxy", *size)[..., None, :, :]  # (..., 1, N, 4)
    shared = _shared(one, other)
    found = shared / (_area(one) + _area(other) - shared + epsilon())
    if not use_masking:
        return found
    is_filling = (one.max(-1) < 0) | (other.max(-1) < 0)
    return jnp.where(is_filling, jnp.asarray(mask_val, found.dtype), found)


def _area(boxes: Any) -> Any:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def _shared(one: Any, other: Any) -> Any:
    """The area that boxes written as xyxy share."""
    low, high = jnp.maximum(one[..., :2], other[..., :2]), jnp.minimum(one[..., 2:], other[..., 2:])
    return jnp.prod(jnp.maximum(high - low, 0), -1)


def compute_ciou(boxes1: Any, boxes2: Any, bounding_box_format: str, image_shape: Any = None) -> Any:
    """Compares boxes one by one: their IoU, less what their centers and the forms of their sides differ.

    Source: Zheng et al., "Distance-IoU Loss", 2020 (https://arxiv.org/abs/1911.08287).

    Args:
        boxes1: `(..., 4)`.
        boxes2: `(..., 4)`.
        bounding_box_format: the format of both.
        image_shape: `(height, width, channels)`, for relative formats.

    Returns:
        float32 `(...)`, 1 for equal boxes and less for others, below 0 for distant ones.

    Example:
    >>> compute_ciou([[0, 0, 10, 10]], [[0, 0, 10, 10]], "xyxy").round(3).tolist()
    [1.0]
    """
    size, tiny = _size(image_shape), epsilon()
    one, other = (convert_format(boxes, bounding_box_format, "xyxy", *size) for boxes in (boxes1, boxes2))
    sides = [(boxes[..., 2:] - boxes[..., :2]) + jnp.asarray([0, tiny]) for boxes in (one, other)]  # width, height
    shared = _shared(one, other)
    iou = shared / (jnp.prod(sides[0], -1) + jnp.prod(sides[1], -1) - shared + 2 * tiny)
    around = jnp.maximum(one[..., 2:], other[..., 2:]) - jnp.minimum(one[..., :2], other[..., :2])
    diagonal = jnp.sum(around**2, -1) + tiny
    distance = jnp.sum(((one[..., :2] + one[..., 2:] - other[..., :2] - other[..., 2:]) / 2) ** 2, -1)
    slopes = [jnp.arctan(side[..., 0] / side[..., 1]) for side in sides]
    form = 4 / math.pi**2 * (slopes[1] - slopes[0]) ** 2
    return iou - (distance / diagonal + form * form / (form - iou + (1 + tiny)))


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
