"""The ops of images against Keras's: values and dtypes in both layouts, one image and a batch, and shapes inferred."""

from __future__ import annotations

import inspect
import re

import jax
import keras
import numpy as np
import pytest

from heron import KerasTensor
from heron.errors import ArgumentError, ShapeError
from heron.ops import image
from tests.oracle import QUICK

_rng = np.random.default_rng(0)
CORNERS = np.array([[0, 0], [6, 0], [0, 4], [6, 4]], "float32")
DATA = {
    "x": _rng.uniform(0, 1, (2, 5, 7, 3)).astype("float32"),
    "u8": _rng.integers(0, 256, (2, 5, 7, 3)).astype("uint8"),
    "one": _rng.uniform(0, 1, (6, 4, 3)).astype("float32"),
    "cf": _rng.uniform(0, 1, (2, 3, 5, 7)).astype("float32"),
    "cf1": _rng.uniform(0, 1, (3, 5, 7)).astype("float32"),
    "vol": _rng.uniform(0, 1, (2, 4, 5, 4, 2)).astype("float32"),
    "big": _rng.uniform(0, 1, (2, 13, 12, 3)).astype("float32"),
    "big2": _rng.uniform(0, 1, (2, 13, 12, 3)).astype("float32"),
    "t": np.array([[0.9, 0.2, 0.3, -0.1, 1.1, 0.4, 0, 0], [1, 0, 1.5, 0, 1, -1.5, 0, 0]], "float32"),
    "p": CORNERS,
    "q": CORNERS + _rng.uniform(-1, 1, (2, 4, 2)).astype("float32"),
    "plane": _rng.uniform(0, 1, (5, 7)).astype("float32"),
    "places": _rng.uniform(-3, 9, (2, 3, 4)).astype("float32"),
}
FIRST = "data_format='channels_first'"
CALLS = [
    *(f"resize({x},(3,9){f})" for x, f in (("x", ""), ("one", ""), ("cf", f",{FIRST}"), ("cf1", f",{FIRST}"))),
    *(f"resize(x,(4,5),'{m}')" for m in ("nearest", "bicubic", "lanczos3", "lanczos5")),
    *"resize(u8,(3,9)) resize(u8,(3,9),'nearest') resize(x,(2,3),antialias=True)".split(),
    *"resize(x,(4,4),crop_to_aspect_ratio=True) resize(x,(3,9),crop_to_aspect_ratio=True)".split(),
    *"resize(x,(4,4),pad_to_aspect_ratio=True,fill_value=0.5) resize(one,(3,9),pad_to_aspect_ratio=True)".split(),
    f"resize(cf,(4,4),pad_to_aspect_ratio=True,{FIRST})",
    *(f"affine_transform(x,t,fill_mode='{m}')" for m in ("constant", "nearest", "wrap", "mirror", "reflect")),
    *"affine_transform(x,t,'nearest',fill_value=0.7) affine_transform(one,t[0])".split(),
    f"affine_transform(cf,t,{FIRST})",
    "affine_transform(u8,t)",
    *"perspective_transform(x,q,q+0.5) perspective_transform(one,p,q[0],'nearest',fill_value=0.3)".split(),
    f"perspective_transform(cf,q,q*0.9,{FIRST})",
    *"map_coordinates(plane,places,1) map_coordinates(plane,places,0,'wrap')".split(),
    "map_coordinates(plane,places,1,fill_value=2.0)",
    *"crop_images(x,1,2,1,3) crop_images(one,1,0,target_height=2,target_width=3)".split(),
    f"crop_images(cf,bottom_cropping=1,right_cropping=2,target_height=2,target_width=3,{FIRST})",
    *"pad_images(x,1,2,0,3) pad_images(one,1,0,target_height=9,target_width=8)".split(),
    f"pad_images(cf,bottom_padding=1,right_padding=2,target_height=9,target_width=11,{FIRST})",
    *"extract_patches(x,2) extract_patches(one,(3,2),1) extract_patches(x,(3,2),(2,1),padding='same')".split(),
    f"extract_patches(cf,2,1,dilation_rate=2,{FIRST})",
    *"extract_patches_3d(vol,2) extract_patches(vol,(2,3,2),(1,1,2),padding='same')".split(),
    "extract_patches_3d(vol[0],2,1)",
    *"rgb_to_grayscale(x) rgb_to_grayscale(one) rgb_to_grayscale(u8) rgb_to_hsv(x) rgb_to_hsv(one)".split(),
    *"hsv_to_rgb(x) hsv_to_rgb(one) rgb_to_hsv(x*0)".split(),
    *(f"{name}(cf,{FIRST})" for name in ("rgb_to_grayscale", "rgb_to_hsv", "hsv_to_rgb", "sobel_edges")),
    "gaussian_blur(x,(3,5),(0.7,1.5),data_format='channels_last')",
    "gaussian_blur(one,(4,3),data_format='channels_last')",
    f"gaussian_blur(cf,{FIRST})",
    "sobel_edges(x)",
    *"ssim(big,big2) ssim(big,big) ssim(one,one[::-1],filter_size=3,max_val=2.0)".split(),
    "scale_and_translate(x,(2,5,9,3),array([1.5],'float32'),array([-1.0],'float32'),(2,),'linear')",
    "scale_and_translate(x,(2,3,7,3),array([0.5],'float32'),array([0.0],'float32'),(1,),'cubic',False)",
]


def evaluate(call, module, data):
    """The result of a call; in one compiled program when all its data are arrays."""
    used = {n: x for n, x in data.items() if re.search(rf"\b{n}\b", call.partition("(")[2])}
    if all(isinstance(x, np.ndarray) for x in used.values()):
        return jax.jit(lambda used: written(call, module, used), compiler_options=QUICK)(used)
    return written(call, module, used)


def written(call, module, data):
    return eval(call, {**{name: getattr(module, name) for name in image.__all__}, "array": np.array, **data})


@pytest.mark.parametrize("call", CALLS)
def test_an_op_computes_what_keras_computes_and_infers_its_shape(call):
    ours, theirs = (evaluate(call, module, DATA) for module in (image, keras.ops.image))
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    # Whole numbers are rounded, or cut off, after sums in another order.
    step = 1.01 if ours.dtype == "uint8" and ("affine" in call or "gray" in call) else 0
    np.testing.assert_allclose(ours.astype(float), theirs.astype(float), rtol=2e-5, atol=max(step, 2e-5))
    symbols = {n: KerasTensor(x.shape, x.dtype) if n in ("x", "u8", "cf", "vol", "big") else x for n, x in DATA.items()}
    if any(f"({n}," in call or f"({n})" in call for n in ("x", "u8", "cf", "vol", "big")):
        inferred = evaluate(call, image, symbols)
        assert (inferred.shape, inferred.dtype) == (ours.shape, ours.dtype)


def test_sobel_edges_and_blur_take_one_image_and_whole_numbers():
    one, all_of_them = evaluate("sobel_edges(x[0])", image, DATA), evaluate("sobel_edges(x)", image, DATA)
    np.testing.assert_allclose(one, all_of_them[0], rtol=1e-6)
    pair = (DATA["u8"], DATA["u8"].astype("float32"))
    blurred, expected = (evaluate("gaussian_blur(x)", image, {"x": x}) for x in pair)
    np.testing.assert_allclose(blurred, expected, rtol=1e-6)


def test_an_unknown_batch_stays_unknown():
    x = KerasTensor((None, 5, 7, 3))
    assert image.resize(x, (3, 4)).shape == (None, 3, 4, 3)
    assert image.extract_patches(x, 2).shape == (None, 2, 3, 12)
    assert image.gaussian_blur(x).shape == (None, 5, 7, 3)
    assert image.crop_images(x, 1, 1, 1, 1).shape == (None, 3, 5, 3)


# ---- elastic distortion: Keras draws other numbers ----


elastic = jax.jit(image.elastic_transform, static_argnames=("sigma", "seed", "data_format"), compiler_options=QUICK)


def test_elastic_transform_moves_pixels_a_little_and_is_repeated_by_its_seed():
    rows = np.broadcast_to(np.arange(16.0, dtype="float32")[:, None, None], (2, 16, 16, 1))
    moved = np.asarray(elastic(rows, alpha=4.0, sigma=2.0, seed=3))
    np.testing.assert_array_equal(moved, elastic(rows, alpha=4.0, sigma=2.0, seed=3))
    assert np.abs(moved - elastic(rows, alpha=4.0, sigma=2.0, seed=4)).max() > 0.1
    inside = (moved - rows)[:, 4:-4, 4:-4]
    assert 0.05 < np.abs(inside).mean() < 4
    steps = np.abs(np.diff(inside[..., 0], axis=2))
    assert steps.max() < np.abs(inside).max()  # neighbours move together
    assert not np.array_equal(moved[0], moved[1])
    np.testing.assert_allclose(elastic(rows, alpha=0.0, sigma=2.0, seed=3), rows)


def test_elastic_transform_shifts_rows_and_columns_on_their_own():
    place = np.broadcast_to(np.arange(24.0, dtype="float32"), (24, 24))
    x = np.stack([place, place.T], -1)
    moved = np.asarray(elastic(x, alpha=4.0, sigma=2.0, seed=3)) - x
    right, down = moved[6:-6, 6:-6, 0].ravel(), moved[6:-6, 6:-6, 1].ravel()
    assert abs(np.corrcoef(right, down)[0, 1]) < 0.6  # in Keras they are the same shifts


def test_elastic_transform_keeps_layout_and_dtype():
    x = DATA["u8"]
    moved = np.asarray(elastic(x, sigma=5.0, seed=1))
    assert moved.dtype == np.uint8
    first = elastic(np.moveaxis(x, -1, 1), sigma=5.0, seed=1, data_format="channels_first")
    np.testing.assert_array_equal(np.moveaxis(np.asarray(first), 1, -1), moved)
    assert image.elastic_transform(KerasTensor((None, 5, 7, 3)), seed=1).shape == (None, 5, 7, 3)


# ---- gradients and messages ----


@pytest.mark.parametrize("call", ["resize(x,(3,9))", "affine_transform(x,t)", "rgb_to_hsv(x)", "gaussian_blur(x)"])
def test_gradients_are_keras_s(call):
    call = call.replace("blur(x", "blur(x,data_format='channels_last'")

    def total(module):
        return lambda x: (evaluate(call, module, {**DATA, "x": x}) ** 2).sum()

    gradients = (jax.jit(jax.grad(total(module)), compiler_options=QUICK) for module in (image, keras.ops.image))
    ours, theirs = (gradient(DATA["x"]) for gradient in gradients)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        ("resize(plane,(2,2))", ShapeError, r"expects one image \(height, width, channels\) or a batch.*axis: .*, -1"),
        ("resize(x,3)", ArgumentError, "'size' must be two positive integers, height and width; received 3"),
        ("resize(x,(3,3),'bilinaer')", ArgumentError, "Did you mean 'bilinear'"),
        ("resize(x,(3,3),fill_mode='wrap')", ArgumentError, "'fill_mode' must be one of 'constant'"),
        ("resize(x,(3,3),crop_to_aspect_ratio=True,pad_to_aspect_ratio=True)", ArgumentError, "only one of"),
        ("affine_transform(x,t[:,:6])", ShapeError, r"8 numbers.*received shape \(2, 6\).*End it with 0, 0"),
        ("affine_transform(x,t,'bicubic')", ArgumentError, "'interpolation' must be one of 'bilinear', 'nearest'"),
        ("perspective_transform(x,p[:3],p[:3])", ShapeError, r"received \(3, 2\) and \(3, 2\)"),
        ("map_coordinates(plane,places[0],1)", ShapeError, r"expects coordinates of shape \(2, \.\.\.\)"),
        ("map_coordinates(plane,places,3)", ArgumentError, "'order' must be one of 0, 1"),
        ("crop_images(x,1,2)", ArgumentError, "needs exactly two of top_cropping, bottom_cropping, target_height"),
        ("crop_images(x,1,2,-1,2)", ArgumentError, "'bottom_cropping' must be an integer of 0 or more; received -1"),
        ("crop_images(x,1,2,1,target_width=9)", ShapeError, "right_cropping -4.*Use heron.ops.image.pad_images"),
        ("pad_images(x,1,2,1,target_width=3)", ShapeError, "cannot reach target_width=3 by padding"),
        ("extract_patches(x,9)", ShapeError, "patches of 9 x 9 need images of at least that size"),
        ("extract_patches(x,0)", ArgumentError, "'size' must be a positive integer"),
        ("rgb_to_hsv(u8)", ArgumentError, "floats from 0 to 1; received dtype uint8.*x / 255"),
        ("rgb_to_hsv(cf)", ShapeError, "expects images with 3 channels; received images with 7"),
        ("ssim(x,x)", ShapeError, "at least 11 high and wide"),
        ("scale_and_translate(x,(2,5,7,3),[1.0],[0.0],(1,),'nearest')", ArgumentError, "'method' must be one of"),
    ],
)
def test_what_cannot_be_is_said(call, error, words):
    with pytest.raises(error, match=f"(?s){words}"):
        evaluate(call, image, DATA)


@pytest.mark.parametrize("name", image.__all__)
def test_an_op_has_keras_s_arguments_and_defaults(name):
    ours, theirs = (inspect.signature(getattr(module, name)).parameters for module in (image, keras.ops.image))
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()]
