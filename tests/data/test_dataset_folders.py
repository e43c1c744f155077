"""Folders of pictures, texts and sounds: files, labels, splits and pixels of Keras, and clear words for the rest."""

from __future__ import annotations

import struct
import wave

import numpy as np
import pytest
from keras.src.utils import dataset_utils
from keras.src.utils.image_dataset_utils import _load_image_grain
from PIL import Image

import heron
from heron.data.sources.images import FORMATS
from heron.data.sources.kernels import KERNELS, weights
from heron.data.sources.sounds import decoded, resampled
from heron.errors import ArgumentError, ArgumentTypeError, DataError, HeronNote

images_of = heron.data.image_dataset_from_directory
texts_of = heron.data.text_dataset_from_directory
sounds_of = heron.data.audio_dataset_from_directory


def picture(path, width=23, height=17, mode="RGB", seed=0):
    """Smooth colours, which a JPEG keeps."""
    x, y = np.meshgrid(np.linspace(0, 3, width), np.linspace(0, 2, height))
    channels = [128 + 100 * np.sin(x * (k + 1) + y + seed) for k in range(len(Image.new(mode, (1, 1)).getbands()))]
    array = np.stack(channels, -1).astype("uint8")
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array[..., 0] if mode == "L" else array, mode=None).save(path)
    return path


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    """Three classes, with a folder inside one, a hidden folder, and files that are no pictures."""
    root = tmp_path_factory.mktemp("pets")
    for number in range(6):
        picture(root / "cats" / f"{number}.png", seed=number)
        picture(root / "dogs" / f"{number}.JPG", 40, 30, seed=number + 20)
    for number in range(3):
        picture(root / "birds" / "far" / f"{number}.bmp", seed=number + 10)
    picture(root / "birds" / "z.gif", mode="L")
    picture(root / ".hidden" / "a.png")
    (root / "cats" / "notes.txt").write_text("no picture")
    return root


def of_keras(root, labels="inferred", shuffle=True, seed=0, class_names=None, formats=FORMATS):
    return dataset_utils.index_directory(
        str(root), labels, formats, class_names=class_names, shuffle=shuffle, seed=seed, verbose=False
    )


# ---- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(
    "how",
    [{}, {"class_names": ["dogs", "birds"]}, {"labels": None}, {"labels": list(range(16, -1, -1))}],
    ids=["inferred", "named", "none", "given"],
)
def test_files_and_labels_are_those_of_keras(pets, shuffle, how):
    ours = images_of(pets, shuffle=shuffle, seed=5, image_size=(4, 4), verbose=False, **how)
    paths, labels, names = of_keras(pets, shuffle=shuffle, seed=5, **{"labels": "inferred", **how})
    assert ours.file_paths == paths
    assert ours.class_names == names
    if labels is not None:
        assert ours._source.labels.tolist() == list(labels)
        assert len(ours) == 1
        assert next(iter(ours))[0].shape == (len(paths), 4, 4, 3)
    else:
        assert next(iter(ours)).shape == (len(paths), 4, 4, 3)


@pytest.mark.parametrize("subset", ["training", "validation"])
def test_splits_are_those_of_keras(pets, subset, capsys):
    how = {"validation_split": 0.3, "seed": 3, "image_size": (4, 4)}
    ours = images_of(pets, subset=subset, **how)
    paths, labels, _ = of_keras(pets, seed=3)
    expected = dataset_utils.get_training_or_validation_split(paths, labels, 0.3, subset)
    said = capsys.readouterr().out
    assert ours.file_paths == expected[0]
    assert ours._source.labels.tolist() == expected[1].tolist()
    assert said.splitlines()[:2] == [
        "Found 16 files belonging to 3 classes.",
        f"Using {len(expected[0])} files for {subset}.",
    ]
    both = images_of(pets, subset="both", verbose=False, **how)
    assert both[subset == "validation"].file_paths == expected[0]
    assert not set(both[0].file_paths) & set(both[1].file_paths)
    assert capsys.readouterr().out == ""


def test_labels_in_every_form(pets):
    def labels(mode, **how):
        data = images_of(pets, label_mode=mode, shuffle=False, image_size=2, batch_size=16, verbose=False, **how)
        return next(iter(data))[1]

    assert labels("int").tolist() == [0] * 4 + [1] * 6 + [2] * 6
    assert labels("int").dtype == "int32"
    one_hot = labels("categorical")
    assert one_hot.dtype == "float32"
    assert one_hot.shape == (16, 3)
    assert one_hot.argmax(1).tolist() == labels("int").tolist()
    binary = labels("binary", class_names=["cats", "dogs"])
    assert binary.dtype == "float32"
    assert binary[:, 0].tolist() == [0] * 6 + [1] * 6
    assert isinstance(next(iter(images_of(pets, label_mode=None, image_size=2, verbose=False))), np.ndarray)


def test_each_epoch_has_an_order_and_labels_go_with_their_pictures(pets):
    data = images_of(pets, seed=1, image_size=(4, 4), batch_size=5, verbose=False, interpolation="nearest")
    plain = images_of(pets, shuffle=False, image_size=(4, 4), batch_size=None, verbose=False, interpolation="nearest")
    known = {x.tobytes(): int(y) for x, y in plain}
    epochs = [[(x.tobytes(), int(y)) for xs, ys in data for x, y in zip(xs, ys, strict=True)] for _ in range(2)]
    assert epochs[0] != epochs[1]
    for epoch in epochs:
        assert len(epoch) == 16
        assert all(known[x] == y for x, y in epoch)
    assert [len(y) for _, y in data] == [5, 5, 5, 1]


def test_processes_give_what_threads_give(pets):
    made = [images_of(pets, seed=1, image_size=(8, 9), batch_size=5, verbose=False, workers=w) for w in (0, 2)]
    for (x, y), (other, labels) in zip(*made, strict=True):
        np.testing.assert_array_equal(x, other)
        np.testing.assert_array_equal(y, labels)


# ---- pixels --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("color", ["rgb", "rgba", "grayscale"])
@pytest.mark.parametrize("aspect", [None, "crop_to_aspect_ratio", "pad_to_aspect_ratio"])
@pytest.mark.parametrize("size", [(30, 44), (9, 12)])
def test_pixels_are_those_of_keras(pets, color, aspect, size):
    how = {} if aspect is None else {aspect: True}
    data = images_of(
        pets, shuffle=False, batch_size=16, image_size=size, color_mode=color, antialias=False, verbose=False, **how
    )
    x, _ = next(iter(data))
    assert x.dtype == "float32"
    channels = {"rgb": 3, "rgba": 4, "grayscale": 1}[color]
    for place in (1, 5, 12):  # a BMP, a PNG and a JPEG
        crop, pad = aspect == "crop_to_aspect_ratio", aspect == "pad_to_aspect_ratio"
        expected = _load_image_grain(data.file_paths[place], size, channels, "bilinear", "channels_last", crop, pad)
        assert np.abs(x[place] - np.asarray(expected)).max() <= 1.01


@pytest.mark.parametrize("name", ["nearest", "bicubic", "lanczos3"])
@pytest.mark.parametrize("size", [(34, 46), (9, 12)])
def test_interpolations_are_those_of_keras(pets, name, size):
    how = {"antialias": False, "interpolation": name, "image_size": size}
    data = images_of(pets, shuffle=False, class_names=["dogs"], batch_size=6, verbose=False, **how)
    expected = _load_image_grain(data.file_paths[0], size, 3, name, "channels_last")
    assert np.abs(next(iter(data))[0][0] - np.clip(np.asarray(expected), 0, 255)).max() <= 1.6


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("sizes", [(40, 13), (13, 40)])
def test_kernels_keep_a_slope_a_slope(name, sizes):
    before, after = sizes
    matrix = weights(before, after, name, True)
    np.testing.assert_allclose(matrix.sum(1), 1, atol=1e-6)
    slope = matrix @ ((np.arange(before) + 0.5) / before)
    inner = slice(after // 3, -after // 3)
    expected = (np.arange(after) + 0.5) / after
    assert np.abs(slope - expected)[inner].max() < (0.5 / before if name == "area" else 0.01)


@pytest.mark.parametrize("name", ["area", "lanczos5", "gaussian", "mitchellcubic"])
def test_the_other_interpolations_are_there(pets, name):
    data = images_of(pets, shuffle=False, image_size=(11, 13), interpolation=name.upper(), verbose=False)
    mean = next(iter(images_of(pets, shuffle=False, image_size=(11, 13), verbose=False)))[0].mean((1, 2, 3))
    np.testing.assert_allclose(next(iter(data))[0].mean((1, 2, 3)), mean, atol=3)


def test_a_smaller_picture_is_smoothed_and_a_large_jpeg_is_decoded_small(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (640, 640, 3)).astype("uint8")
    (tmp_path / "a").mkdir()
    Image.fromarray(noise).save(tmp_path / "a" / "noise.jpg", quality=95)
    (smooth, _), (rough, _) = (
        next(iter(images_of(tmp_path, image_size=40, antialias=a, verbose=False))) for a in (True, False)
    )
    assert smooth.std() < 0.3 * rough.std()
    exact = noise.reshape(40, 16, 40, 16, 3).mean((1, 3))
    assert np.abs(smooth[0] - exact).mean() < 8


def test_bytes_and_channels_first_and_sixteen_bits(tmp_path):
    picture(tmp_path / "a" / "x.png")
    how = {"image_size": (17, 23), "verbose": False}
    small = next(iter(images_of(tmp_path, dtype="uint8", **how)))[0]
    assert small.dtype == np.uint8
    first = next(iter(images_of(tmp_path, data_format="channels_first", **how)))[0]
    np.testing.assert_array_equal(first[0].transpose(1, 2, 0), small[0])
    deep = np.arange(17 * 23, dtype="uint16").reshape(17, 23) * 100
    Image.fromarray(deep).save(tmp_path / "a" / "y.png")
    grey = next(iter(images_of(tmp_path, color_mode="grayscale", shuffle=False, **how)))[0]
    np.testing.assert_array_equal(grey[1, :, :, 0], deep)
    color = next(iter(images_of(tmp_path, shuffle=False, **how)))[0]
    np.testing.assert_array_equal(color[1], np.repeat((deep >> 8)[:, :, None], 3, 2))
    with pytest.raises(DataError, match="more than 8 bits a pixel"):
        next(iter(images_of(tmp_path, color_mode="grayscale", dtype="uint8", **how)))


# ---- pictures that cannot be read ----------------------------------------------------------------------------------


@pytest.fixture
def damaged(tmp_path):
    for number in range(9):
        picture(tmp_path / "a" / f"{number}.png", seed=number)
    (tmp_path / "a" / "4.png").write_bytes(b"GIF? no")
    whole = (tmp_path / "a" / "6.png").read_bytes()
    (tmp_path / "a" / "6.png").write_bytes(whole[: len(whole) // 2])
    return tmp_path


@pytest.mark.parametrize("workers", [0, 1])
def test_a_picture_that_cannot_be_read_is_named(damaged, workers):
    data = images_of(damaged, image_size=4, batch_size=3, shuffle=False, verbose=False, workers=workers)
    iterator = iter(data)
    next(iterator)
    with pytest.raises(DataError, match=r"4\.png' cannot be read: it is no picture(.|\n)*on_error='skip'") as caught:
        next(iterator)
    assert any("in element 1 of epoch 0" in text for text in caught.value.__notes__)


def test_pictures_that_cannot_be_read_are_skipped_and_counted(damaged):
    data = images_of(damaged, image_size=4, batch_size=3, shuffle=False, verbose=False, on_error="skip")
    with pytest.warns(HeronNote, match=r"2 could not be read and were skipped: .*4\.png \(it is no picture.*6\.png"):
        shapes = [x.shape for x, _ in data]
    assert shapes == [(3, 4, 4, 3), (3, 4, 4, 3), (1, 4, 4, 3)], "batches are full all the same"
    with pytest.raises(TypeError, match="not known before"):
        len(data)


# ---- texts ---------------------------------------------------------------------------------------------------------


def test_texts(tmp_path):
    for name, text in {"bad/1.txt": "grim", "bad/2.txt": "\ufeffdull\r\nstuff", "good/1.txt": "größer"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
    x, y = next(iter(texts_of(tmp_path, shuffle=False, verbose=False)))
    assert x.tolist() == ["grim", "dull\nstuff", "größer"]
    assert y.tolist() == [0, 0, 1]
    assert next(iter(texts_of(tmp_path, shuffle=False, max_length=3, label_mode=None))).tolist() == [
        "gri",
        "dul",
        "grö",
    ]
    (tmp_path / "good" / "2.txt").write_bytes("größer".encode("latin-1"))
    with pytest.raises(DataError, match=r"Text '.*good.2\.txt' cannot be read: byte 2 is not UTF-8"):
        list(texts_of(tmp_path, verbose=False))
    with pytest.warns(HeronNote, match="1 could not be read and was skipped"):
        assert len([x for x, _ in texts_of(tmp_path, batch_size=None, verbose=False, on_error="skip")]) == 3


# ---- sounds --------------------------------------------------------------------------------------------------------


def sound(path, samples, rate=8000, channels=1, width=2):
    path.parent.mkdir(parents=True, exist_ok=True)
    tone = np.sin(2 * np.pi * 440 * np.arange(samples) / rate)
    whole = np.round(tone * (2 ** (8 * width - 1) - 1)).astype("<i4")
    frames = np.repeat(whole[:, None], channels, 1)
    if width == 1:
        data = (frames + 128).astype("uint8").tobytes()
    else:
        data = frames.reshape(-1, 1).view("uint8").reshape(-1, 4)[:, :width].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(data)
    return tone


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_samples_of_every_width(tmp_path, width):
    tone = sound(tmp_path / "a.wav", 100, channels=2, width=width)
    found, rate = decoded((tmp_path / "a.wav").read_bytes())
    assert rate == 8000
    assert found.shape == (100, 2)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found[:, 1], tone, atol=0.02 if width == 1 else 1e-4)


def test_samples_as_floats_and_in_the_newer_header():
    values = np.array([0.5, -0.25], "<f4").tobytes()
    form = struct.pack("<HHIIHHHHIH14x", 0xFFFE, 1, 16000, 64000, 4, 32, 22, 32, 4, 3)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"odd " + struct.pack("<I", 3) + b"abc\0"
    data = b"RIFF" + struct.pack("<I", 0) + b"WAVE" + chunks + b"data" + struct.pack("<I", 8) + values
    found, rate = decoded(data)
    assert (found[:, 0].tolist(), rate) == ([0.5, -0.25], 16000)


def test_a_sound_at_another_rate():
    slow, fast = (np.sin(2 * np.pi * 5 * np.arange(n) / n)[:, None] for n in (400, 1000))
    np.testing.assert_allclose(resampled(slow, 400, 1000), fast, atol=1e-5)
    np.testing.assert_allclose(resampled(fast, 1000, 400), slow, atol=1e-5)


def test_sounds(tmp_path):
    tone = sound(tmp_path / "dog" / "a.wav", 120)
    sound(tmp_path / "cat" / "b.wav", 80, rate=4000)
    x, y = next(iter(sounds_of(tmp_path, shuffle=False, verbose=False)))
    assert x.shape == (2, 120, 1)
    assert y.tolist() == [0, 1]
    assert not x[0, 80:].any()
    np.testing.assert_allclose(x[1, :, 0], tone, atol=1e-4)
    assert next(iter(sounds_of(tmp_path, output_sequence_length=100, verbose=False)))[0].shape == (2, 100, 1)
    x, _ = next(iter(sounds_of(tmp_path, sampling_rate=8000, shuffle=False, verbose=False)))
    assert x.shape == (2, 160, 1)
    assert next(iter(sounds_of(tmp_path, labels=None, batch_size=None, verbose=False))).ndim == 2
    sound(tmp_path / "dog" / "c.wav", 10, channels=2)
    with pytest.raises(DataError, match=r"c\.wav' cannot be read: it has 2 channels, the sounds before it 1"):
        list(sounds_of(tmp_path, shuffle=False, verbose=False))
    (tmp_path / "dog" / "c.wav").write_bytes(b"ID3 music")
    with pytest.raises(DataError, match="it is no WAV file"):
        list(sounds_of(tmp_path, verbose=False))
    sound(tmp_path / "dog" / "c.wav", 100)
    whole = (tmp_path / "dog" / "c.wav").read_bytes()
    (tmp_path / "dog" / "c.wav").write_bytes(whole[:-60])
    with pytest.raises(DataError, match=r"c\.wav' cannot be read: it ends after 140 of the 200 bytes of its sound"):
        list(sounds_of(tmp_path, verbose=False))
    unknown = b"data" + struct.pack("<I", 0xFFFFFFFF)
    assert len(decoded(whole[:-60].replace(b"data" + struct.pack("<I", 200), unknown))[0]) == 70
    (tmp_path / "dog" / "c.wav").write_bytes(b"RIFF....WAVE")
    with pytest.raises(DataError, match="it ends before its sound begins"):
        list(sounds_of(tmp_path, verbose=False))


# ---- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "kind", "said"),
    [
        ({"labels": "infered"}, ArgumentError, "labels must be 'inferred'.*received 'infered'"),
        ({"labels": [1, 2]}, ArgumentError, "labels has 2 entries, the folder 17 pictures"),
        ({"labels": ["a"] * 17}, ArgumentError, "labels must be whole numbers"),
        ({"label_mode": "ints"}, ArgumentError, "label_mode must be .*Did you mean 'int'"),
        ({"label_mode": "binary"}, ArgumentError, "needs exactly 2 classes; there are 3: birds, cats, dogs"),
        ({"class_names": ["cat"]}, ArgumentError, "'cat', which is no subfolder(.|\n)*Did you mean 'cats'"),
        ({"labels": None, "class_names": ["a"]}, ArgumentError, "class_names orders the subfolders"),
        ({"color_mode": "RGB"}, ArgumentError, "'color_mode' must be one of(.|\n)*Did you mean 'rgb'"),
        ({"interpolation": "cubic"}, ArgumentError, "Did you mean 'bicubic'"),
        ({"image_size": (8, 8, 3)}, ArgumentError, "a height and a width(.|\n)*see color_mode"),
        ({"validation_split": 20, "subset": "both"}, ArgumentError, "between 0 and 1(.|\n)*write 0.2"),
        ({"validation_split": 0.2}, ArgumentError, "validation_split and subset go together"),
        ({"subset": "training"}, ArgumentError, "validation_split and subset go together"),
        ({"subset": "test"}, ArgumentError, "subset must be 'training', 'validation', 'both' or None"),
        ({"validation_split": 0.2, "subset": "training"}, ArgumentError, "made with the same seed"),
        ({"validation_split": 0.01, "subset": "both"}, ArgumentError, "leaves none for validation"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, ArgumentError, "not both"),
        ({"format": "torch"}, ArgumentError, "'format' must be one of"),
        ({"batch_size": 0}, ArgumentError, "'batch_size' must be a positive integer"),
        ({"on_error": "ignore"}, ArgumentError, "'on_error' must be one of 'raise', 'skip'"),
        ({"directory": 3}, ArgumentTypeError, "expects the path of a folder; received 3"),
        ({"directory": "not/there"}, DataError, "'not/there' is not there. The current folder is"),
    ],
)
def test_arguments_that_cannot_be(pets, how, kind, said):
    with pytest.raises(kind, match=said):
        images_of(**{"directory": pets, "verbose": False, **how})


def test_folders_that_hold_something_else(tmp_path):
    with pytest.raises(DataError, match=r"has no subfolders; expected one for each class(.|\n)*labels=None"):
        images_of(tmp_path)
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match="It holds no files at all"):
        images_of(tmp_path)
    (tmp_path / "a" / "x.tiff").write_text("")
    (tmp_path / "a" / "y.tiff").write_text("")
    with pytest.raises(DataError, match=r"files that end in \.bmp, .*other kinds: 2 with \.tiff(.|\n)*Convert"):
        images_of(tmp_path)
    with pytest.raises(DataError, match="is a file, not a folder"):
        images_of(tmp_path / "a" / "x.tiff")
    picture(tmp_path / "b" / "x.png")
    with pytest.warns(HeronNote, match="1 of 2 class folders hold no pictures: a"):
        data = images_of(tmp_path, verbose=False, image_size=2)
    assert data.class_names == ["a", "b"]
    with pytest.raises(ArgumentError, match="ragged must be False"):
        sounds_of(tmp_path, ragged=True)
