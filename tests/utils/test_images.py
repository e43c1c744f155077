"""Pictures from and to files and arrays, against Keras's."""

from __future__ import annotations

import io

import keras
import numpy as np
import pytest

from heron import utils
from heron.errors import ArgumentError, ArgumentTypeError, HeronNote, ShapeError

PIXELS = np.random.default_rng(1).integers(0, 256, (6, 8, 4)).astype("float32")


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_arrays_to_pictures_and_back_are_keras_s(channels, scale, data_format):
    x = PIXELS[..., :channels]
    x = x.transpose(2, 0, 1) if data_format == "channels_first" else x
    ours = utils.array_to_img(x, data_format, scale)
    theirs = keras.utils.array_to_img(x, data_format, scale)
    assert (ours.mode, ours.size) == (theirs.mode, theirs.size)
    assert ours.tobytes() == theirs.tobytes()
    back = utils.img_to_array(ours, data_format)
    assert back.dtype == "float32"
    np.testing.assert_array_equal(back, keras.utils.img_to_array(theirs, data_format))


def test_grey_beyond_255_keeps_its_numbers():
    x = np.array([[[300.0], [7.0]]])
    img = utils.array_to_img(x, scale=False)
    assert img.mode == "I"
    assert utils.img_to_array(img, dtype="int32").tolist() == x.tolist()


@pytest.mark.parametrize("ending", ["png", "bmp"])
@pytest.mark.parametrize("color_mode", ["grayscale", "rgb", "rgba"])
def test_files_are_read_as_keras_reads_them(tmp_path, ending, color_mode):
    path = tmp_path / f"a.{ending}"
    utils.save_img(path, PIXELS[..., :3], scale=False)
    np.testing.assert_array_equal(utils.img_to_array(utils.load_img(path)), PIXELS[..., :3])
    for options in (
        {},
        {"target_size": (3, 5), "interpolation": "bilinear"},
        {"target_size": (5, 3), "interpolation": "lanczos", "keep_aspect_ratio": True},
    ):
        ours = utils.load_img(path, color_mode, **options)
        theirs = keras.utils.load_img(path, color_mode, **options)
        assert (ours.mode, ours.size) == (theirs.mode, theirs.size)
        assert ours.tobytes() == theirs.tobytes()


def test_jpeg_loses_transparency_with_a_note(tmp_path):
    with pytest.warns(HeronNote, match="JPEG files have no transparency"):
        utils.save_img(str(tmp_path / "a.jpg"), PIXELS, quality=90)
    assert utils.load_img(str(tmp_path / "a.jpg").encode()).size == (8, 6)


def test_open_files_need_a_format():
    file = io.BytesIO()
    with pytest.raises(ArgumentError, match=r"Give a path that ends in \.png"):
        utils.save_img(file, PIXELS)
    utils.save_img(file, PIXELS, file_format="png", scale=False)
    np.testing.assert_array_equal(utils.img_to_array(utils.load_img(file, "rgba")), PIXELS)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda p: utils.array_to_img(PIXELS[None]), ShapeError, "one image .* received shape \\(1, 6, 8, 4\\)"),
        (lambda p: utils.array_to_img(PIXELS[..., :2]), ShapeError, "1, 3 or 4 channels"),
        (lambda p: utils.img_to_array(PIXELS[None]), ShapeError, "expects a picture"),
        (lambda p: utils.save_img(p / "a.xyz", PIXELS), ArgumentError, "no files of format 'xyz'"),
        (lambda p: utils.load_img(p / "none.png"), FileNotFoundError, "There is no file"),
        (lambda p: utils.load_img(io.BytesIO(b"no picture")), ValueError, "holds no picture"),
        (lambda p: utils.load_img(3), ArgumentTypeError, "expects a path"),
        (lambda p: utils.load_img(p, "gray"), ArgumentError, "'color_mode' must be"),
        (lambda p: utils.load_img(p, interpolation="linear"), ArgumentError, "'interpolation' must be"),
    ],
)
def test_what_is_refused(tmp_path, call, error, said):
    with pytest.raises(error, match=said):
        call(tmp_path)


def test_a_target_size_has_two_numbers(tmp_path):
    utils.save_img(tmp_path / "a.png", PIXELS)
    with pytest.raises(ArgumentTypeError, match=r"must be \(height, width\); received 3"):
        utils.load_img(tmp_path / "a.png", target_size=3)
