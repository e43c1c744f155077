"""Functions on bounding boxes against Keras's, and what they refuse."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from heron.errors import ArgumentError, ArgumentTypeError, ShapeError
from heron.utils import bounding_boxes as ours

theirs = keras.utils.bounding_boxes
FORMATS = ("xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh")
BOXES = np.array([[[1.0, 2.0, 7.0, 9.0], [3.0, 3.0, 4.0, 8.0]], [[0.0, 5.0, 12.0, 6.0], [2.0, 0.0, 9.0, 9.0]]])
OTHERS = np.array([[2.0, 2.0, 6.0, 10.0], [3.0, 3.0, 4.0, 8.0], [20.0, 20.0, 21.0, 22.0]])
SIZE = {"height": 10, "width": 12}


def same(a, b, **kwargs):
    a, b = np.asarray(a), np.asarray(b)
    assert (a.shape, a.dtype) == (b.shape, b.dtype)
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5, **kwargs)


@pytest.mark.parametrize("source", FORMATS)
def test_formats_are_keras_s(source):
    for target in FORMATS:
        same(ours.convert_format(BOXES, source, target, **SIZE), theirs.convert_format(BOXES, source, target, **SIZE))


def test_a_dict_is_converted_without_being_changed():
    given = {"boxes": BOXES[0], "labels": [1, 2]}
    found = ours.convert_format(given, "XYXY", "xyWH", dtype="float16")
    assert found["labels"] == [1, 2]
    assert found["boxes"].dtype == "float16"
    assert given["boxes"] is not found["boxes"]
    np.testing.assert_array_equal(given["boxes"], BOXES[0])


@pytest.mark.parametrize("form", ["xyxy", "rel_xyxy"])
def test_clipping_is_keras_s(form):
    boxes = BOXES * 2 - 3 if form == "xyxy" else BOXES / 12 - 0.5
    given = {"boxes": boxes.astype("float32"), "labels": np.array([[1, 2], [3, 4]])}
    a = ours.clip_to_image_size(given, 5, 6, form)
    b = theirs.clip_to_image_size(dict(given), 5, 6, form)
    same(a["boxes"], b["boxes"])
    assert np.asarray(a["labels"]).tolist() == np.asarray(b["labels"]).tolist()
    assert -1 in np.asarray(a["labels"])


def test_clipping_knows_every_format_and_boxes_without_labels():
    wide = ours.clip_to_image_size({"boxes": np.array([[4.0, 2.0, 6.0, 2.0]])}, 10, 6, "center_xywh")
    assert wide["boxes"].tolist() == [[3.5, 2.0, 5.0, 2.0]]
    assert "labels" not in wide


def test_affine_maps_are_keras_s():
    numbers = {
        "angle": [30.0, -10.0],
        "translate_x": [0.1, 0.0],
        "translate_y": [0.2, -0.1],
        "scale": [0.7, 1.3],
        "shear_x": [5.0, 0.0],
        "shear_y": [0.0, 8.0],
    }
    numbers = {k: np.array(v, "float32") for k, v in numbers.items()}
    for center in ({}, {"center_x": 0.2, "center_y": 0.9}):
        same(
            ours.affine_transform(BOXES, **numbers, **SIZE, **center),
            theirs.affine_transform(BOXES, **numbers, **SIZE, **center),
        )
    one = ours.affine_transform(BOXES[0], **{k: v[0] for k, v in numbers.items()}, **SIZE)
    same(one, ours.affine_transform(BOXES, **numbers, **SIZE)[0])


def test_cropping_and_padding_are_keras_s():
    boxes = BOXES.astype("float32")
    same(ours.crop(boxes, 2, 3, 5, 4), theirs.crop(boxes, 2, 3, 5, 4))
    same(ours.pad(boxes, 2, 3), theirs.pad(boxes, 2, 3))
    moved = ours.crop(ours.convert_format(boxes, "xyxy", "yxyx"), 2, 3, 5, 4, bounding_box_format="yxyx")
    same(ours.convert_format(moved, "yxyx", "xyxy"), theirs.crop(boxes, 2, 3, 5, 4))


@pytest.mark.parametrize("form", ["center_yxhw", "center_xywh"])
@pytest.mark.parametrize("variance", [None, [0.1, 0.1, 0.2, 0.2]])
def test_deltas_are_keras_s_and_lead_back(form, variance):
    anchors = OTHERS[:2] / 12
    shape = {"variance": variance, "image_shape": (10, 12, 3)}
    deltas = ours.encode_box_to_deltas(anchors, BOXES, "rel_xyxy", "xyxy", form, **shape)
    same(deltas, theirs.encode_box_to_deltas(anchors, BOXES, "rel_xyxy", "xyxy", form, **shape))
    back = ours.decode_deltas_to_boxes(anchors, deltas, "rel_xyxy", "xyxy", form, **shape)
    same(back, BOXES.astype("float32"))
    same(back, theirs.decode_deltas_to_boxes(anchors, np.asarray(deltas), "rel_xyxy", "xyxy", form, **shape))
    levels = ours.decode_deltas_to_boxes({3: anchors}, {3: deltas}, "rel_xyxy", "xyxy", form, **shape)
    same(levels[3], back)


@pytest.mark.parametrize(("a", "b"), [(BOXES, OTHERS), (OTHERS, BOXES), (BOXES, BOXES), (OTHERS, OTHERS)])
def test_iou_is_keras_s(a, b):
    same(ours.compute_iou(a, b, "xyxy"), theirs.compute_iou(a, b, "xyxy"))


def test_iou_of_filling_is_the_mask_value():
    filled = np.concatenate([OTHERS, -np.ones((1, 4))])
    same(
        ours.compute_iou(filled, OTHERS, "xyxy", use_masking=True, mask_val=-5),
        theirs.compute_iou(filled, OTHERS, "xyxy", use_masking=True, mask_val=-5),
    )
    shape = (10, 12, 3)
    same(ours.compute_iou(OTHERS / 9, OTHERS / 9, "rel_xyxy", image_shape=shape)[0, 0], np.float32(1.0))


def test_ciou_is_keras_s():
    a, b = BOXES[0], BOXES[1]
    for form in ("xyxy", "center_xywh"):
        same(ours.compute_ciou(a + 1, b + 1, form), theirs.compute_ciou(a + 1, b + 1, form))
    relative = ours.compute_ciou(a / [12, 10, 12, 10], b / [12, 10, 12, 10], "rel_xyxy", image_shape=(10, 12, 3))
    same(relative, ours.compute_ciou(a, b, "xyxy"))


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: ours.convert_format([1.0, 2.0], "xyxy", "xywh"), ShapeError, "4 places; received shape \\(2,\\)"),
        (lambda: ours.convert_format(BOXES, "xyyx", "xywh"), ArgumentError, "'source' must be .* received 'xyyx'"),
        (lambda: ours.convert_format(BOXES, "xyxy", "rel_xyxy"), ArgumentError, "needs the height and width"),
        (lambda: ours.clip_to_image_size(BOXES, 3, 3), ArgumentTypeError, "expects a dict with 'boxes'"),
        (lambda: ours.clip_to_image_size({"boxes": BOXES}), ArgumentError, "needs the height and width"),
        (lambda: ours.crop(BOXES, 0, 0, 1, 1, "rel_xyxy"), ArgumentError, "takes boxes in pixels"),
        (
            lambda: ours.encode_box_to_deltas(OTHERS, OTHERS, "xyxy", "xyxy", "xyxy"),
            ArgumentError,
            "must be one of 'center_xywh'",
        ),
        (
            lambda: ours.encode_box_to_deltas(OTHERS, OTHERS, "xyxy", "xyxy", variance=[1, 2]),
            ArgumentError,
            "four numbers",
        ),
        (lambda: ours.compute_iou([0, 0, 1, 1], OTHERS, "xyxy"), ShapeError, "expects boxes1 of shape \\(boxes, 4\\)"),
    ],
)
def test_what_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call()
