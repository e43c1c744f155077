"""What `load_data()` of each downloaded data set makes of files of the right form, beside Keras where Keras has it."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import tarfile
import zipfile
from pathlib import Path

import keras.src.datasets.california_housing
import keras.src.datasets.imdb
import keras.src.datasets.reuters
import numpy as np
import pytest
from PIL import Image

from heron import config
from heron.datasets import california_housing, cats_vs_dogs, cifar10, cifar100, horses_or_humans, imdb, reuters
from heron.datasets import rock_paper_scissors as rps
from heron.datasets.download import DownloadError, RemoteFile
from heron.datasets.stored_arrays import StoredArrays
from heron.errors import ArgumentError, DataError, HeronNote
from tests.datasets.fake_server import FakeServer, running


@pytest.fixture
def server():
    with running() as server:
        yield server


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HERON_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "datasets"


def remote(server: FakeServer, path: str, content: bytes) -> RemoteFile:
    return RemoteFile(server.serve(path, content), sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def ragged(rows: list[list[int]]) -> np.ndarray:
    made = np.empty(len(rows), object)
    made[:] = rows
    return made


def texts(count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return ragged([random.integers(1, 60, random.integers(1, 25)).tolist() for _ in range(count)])


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=True, **arrays)
    return buffer.getvalue()


def same(ours: object, theirs: object) -> None:
    for mine, wanted in zip((a for part in ours for a in part), (a for part in theirs for a in part), strict=True):
        assert mine.dtype == wanted.dtype
        assert mine.tolist() == wanted.tolist()


WORDS = [
    {},
    {"num_words": 20},
    {"num_words": 20, "skip_top": 5, "oov_char": None},
    {"maxlen": 12, "seed": 5},
    {"start_char": None, "index_from": 0},
    {"start_char": None, "index_from": 7, "skip_top": 10},
    {"num_words": 0, "maxlen": 0, "seed": 0},
]


@pytest.mark.parametrize("arguments", WORDS)
def test_imdb_is_that_of_keras(server, home, monkeypatch, arguments):
    labels = np.arange(40) % 2
    content = npz(x_train=texts(40, 1), y_train=labels, x_test=texts(30, 2), y_test=labels[:30])
    monkeypatch.setattr(imdb, "IMDB", remote(server, "/imdb.npz", content))
    ours = imdb.load_data(**arguments)
    path = home / "imdb" / "imdb.npz"
    monkeypatch.setattr(keras.src.datasets.imdb, "get_file", lambda **_: str(path))
    same(ours, keras.src.datasets.imdb.load_data(**arguments))
    assert type(ours[0][0][0]) is list
    assert {type(word) for text in ours[0][0] for word in text} == {int}
    imdb.load_data()
    assert len(server.requests) == 1


@pytest.mark.parametrize("arguments", [*WORDS, {"test_split": 0.45}])
def test_reuters_is_that_of_keras(server, home, monkeypatch, arguments):
    content = npz(x=texts(50, 3), y=np.arange(50) % 46)
    monkeypatch.setattr(reuters, "REUTERS", remote(server, "/reuters.npz", content))
    ours = reuters.load_data("mine.npz", **arguments)
    path = home / "reuters" / "mine.npz"
    monkeypatch.setattr(keras.src.datasets.reuters, "get_file", lambda **_: str(path))
    same(ours, keras.src.datasets.reuters.load_data(**arguments))
    assert reuters.get_label_names() == keras.src.datasets.reuters.get_label_names()


@pytest.mark.parametrize("module, name", [(imdb, "IMDB_WORDS"), (reuters, "REUTERS_WORDS")])
def test_word_lists(server, home, monkeypatch, module, name):
    content = json.dumps({"the": 1, "café": 2}).encode()
    monkeypatch.setattr(
        module, name, RemoteFile(server.serve("/w.json", content), md5=hashlib.md5(content).hexdigest())
    )
    assert module.get_word_index() == {"the": 1, "café": 2}
    content = b'["the"]'
    monkeypatch.setattr(
        module, name, RemoteFile(server.serve("/w.json", content), md5=hashlib.md5(content).hexdigest())
    )
    with pytest.raises(DataError, match="Expected a JSON object with a number for each word"):
        module.get_word_index()


def test_texts_of_equal_length_stay_lists(server, home, monkeypatch):
    rows, labels = ragged([[1, 2], [3, 4], [5, 6]]), np.array([0, 1, 1])
    monkeypatch.setattr(
        imdb, "IMDB", remote(server, "/i", npz(x_train=rows, y_train=labels, x_test=rows, y_test=labels))
    )
    (x, _), _ = imdb.load_data("i.npz", num_words=100)
    assert x.shape == (3,)
    assert sorted(x.tolist()) == [[1, 4, 5], [1, 6, 7], [1, 8, 9]]


def test_a_maxlen_that_leaves_nothing(server, home, monkeypatch):
    content = npz(x=texts(5, 3), y=np.arange(5))
    monkeypatch.setattr(reuters, "REUTERS", remote(server, "/r.npz", content))
    with pytest.raises(ArgumentError, match=r"'maxlen' must leave some texts.* received 1, and the shortest has"):
        reuters.load_data(maxlen=1)


@pytest.mark.parametrize("load_data", [imdb.load_data, reuters.load_data])
@pytest.mark.parametrize(
    "arguments, text",
    [
        ({"num_words": -1}, "argument 'num_words' must be an integer of 0 or more, or None; received -1"),
        ({"skip_top": None}, "argument 'skip_top' must be"),
        ({"maxlen": 2.5}, "argument 'maxlen' must be"),
        ({"seed": "a"}, "argument 'seed' must be"),
        ({"start_char": "<"}, "argument 'start_char' must be an integer, or None; received '<'"),
        ({"path": "../imdb.npz"}, "argument 'path' must be the name of a file, without folders"),
        ({"path": ""}, "argument 'path' must be the name of a file"),
    ],
)
def test_bad_arguments_are_refused(home, load_data, arguments, text):
    with pytest.raises(ArgumentError, match=text):
        load_data(**arguments)


@pytest.mark.parametrize("arguments", [{}, {"version": "small"}, {"test_split": 0.5, "seed": 3}])
def test_california_is_that_of_keras(server, home, monkeypatch, arguments):
    x, y = np.random.default_rng(0).random((700, 8)), np.arange(700, dtype="float32")
    monkeypatch.setattr(california_housing, "CALIFORNIA_HOUSING", remote(server, "/c.npz", npz(x=x, y=y)))
    ours = california_housing.load_data(path="c.npz", **arguments)
    path = home / "california_housing" / "c.npz"
    monkeypatch.setattr(keras.src.datasets.california_housing, "get_file", lambda *_, **__: str(path))
    same(ours, keras.src.datasets.california_housing.load_data(**arguments))


def test_california_has_two_versions(home):
    with pytest.raises(ArgumentError, match="argument 'version' must be one of 'small', 'large'; received 'tiny'"):
        california_housing.load_data(version="tiny")
    with pytest.raises(ArgumentError, match="argument 'test_split' must be"):
        california_housing.load_data(test_split=1)


class Evil:
    def __reduce__(self):
        return print, ("never",)


@pytest.mark.parametrize(
    "array, text",
    [
        (ragged([[1], Evil()]), "it names builtins.print, which a list of integers does not need"),
        (ragged([[1], [2.5]]), "something else than lists of integers"),
        (ragged([[1], [True]]), "something else than lists of integers"),
        (ragged([[1], (2,)]), "something else than lists of integers"),
        (ragged([[1], [[2]]]), "something else than lists of integers"),
        (np.array([[[1], None]], object), "is not a row of lists|something else"),
        (ragged([[1], np.arange(2)]), "an array of 'i8' is stored as a pickle"),
    ],
)
def test_a_pickle_may_only_hold_lists_of_integers(tmp_path, capsys, array, text):
    (tmp_path / "a.npz").write_bytes(npz(x=array))
    with pytest.raises(DataError, match=rf"(?s)cannot be read.*({text})"):
        StoredArrays(tmp_path / "a.npz")
    assert capsys.readouterr().out == ""


def test_files_that_hold_no_arrays(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"nothing")
    with pytest.raises(DataError, match="received: File is not a zip file"):
        StoredArrays(tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", pickle.dumps([1]))
    with pytest.raises(DataError, match="cannot be read"):
        StoredArrays(tmp_path / "a.npz")
    (tmp_path / "a.npz").write_bytes(npz(x=np.arange(3), r=ragged([[1], [2, 3]])))
    stored = StoredArrays(tmp_path / "a.npz")
    assert stored.numbers("x").tolist() == [0, 1, 2]
    assert stored.rows("r").lengths.tolist() == [1, 2]
    with pytest.raises(DataError, match="received no numbers 'r'"):
        stored.numbers("r")
    with pytest.raises(DataError, match="received no lists 'none'"):
        stored.rows("none")


def cifar_archive(folder: str, files: dict[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, rows in files.items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = rows.nbytes
            archive.addfile(info, io.BytesIO(rows.tobytes()))
    return buffer.getvalue()


def test_cifar10(server, home, monkeypatch):
    random = np.random.default_rng(0)
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]
    files = {name: random.integers(0, 256, (4, 3073), np.uint8) for name in names}
    monkeypatch.setattr(cifar10, "CIFAR10", remote(server, "/c.tar.gz", cifar_archive("cifar-10-batches-bin", files)))
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert (x_train.shape, y_train.shape, x_test.shape, y_test.shape) == (
        (20, 32, 32, 3),
        (20, 1),
        (4, 32, 32, 3),
        (4, 1),
    )
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    row = files["data_batch_2.bin"][1]
    assert y_train[5, 0] == row[0]
    assert x_train[5, 3, 7].tolist() == [row[1 + 1024 * c + 3 * 32 + 7] for c in range(3)]
    assert sorted(p.name for p in (home / "cifar10").iterdir()) == ["files"]
    config.set_image_data_format("channels_first")
    try:
        (first, _), _ = cifar10.load_data()
    finally:
        config.set_image_data_format("channels_last")
    assert np.array_equal(first, x_train.transpose(0, 3, 1, 2))
    assert len(server.requests) == 1
    (home / "cifar10" / "files" / "cifar-10-batches-bin" / "test_batch.bin").write_bytes(b"x")
    with pytest.raises(DataError, match=r"Expected rows of 3073 bytes; received: 1 bytes\.\nDelete the folder"):
        cifar10.load_data()


def test_cifar100_has_two_kinds_of_labels(server, home, monkeypatch):
    files = {name: np.random.default_rng(1).integers(0, 256, (3, 3074), np.uint8) for name in ("train.bin", "test.bin")}
    content = cifar_archive("cifar-100-binary", files)
    monkeypatch.setattr(cifar100, "CIFAR100", remote(server, "/c.tar.gz", content))
    archive = home / "cifar100" / "c.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(content)  # put there by hand
    (x_train, fine), _ = cifar100.load_data()
    (_, coarse), _ = cifar100.load_data("coarse")
    rows = files["train.bin"]
    assert fine.tolist() == rows[:, 1:2].tolist()
    assert coarse.tolist() == rows[:, :1].tolist()
    assert x_train[0, 0, 0, 0] == rows[0, 2]
    assert server.requests == []
    assert archive.exists()
    with pytest.raises(ArgumentError, match="argument 'label_mode' must be one of 'fine', 'coarse'"):
        cifar100.load_data("all")


def test_class_names_are_as_many_as_the_classes():
    assert (len(cifar10.CLASS_NAMES), len(cifar100.CLASS_NAMES), len(cifar100.COARSE_NAMES)) == (10, 100, 20)
    assert list(cifar100.CLASS_NAMES) == sorted(set(cifar100.CLASS_NAMES))
    assert list(cifar100.COARSE_NAMES) == sorted(set(cifar100.COARSE_NAMES))
    assert len(california_housing.FEATURE_NAMES) == 8


def picture(colour: tuple[int, int, int], size: tuple[int, int] = (30, 20), file_format: str = "png") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, file_format)
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


COLOURS = {"paper": (250, 0, 0), "rock": (0, 250, 0), "scissors": (0, 0, 250)}


def test_rock_paper_scissors(server, home, monkeypatch):
    train = {f"rps/{name}/{name}{i}.png": picture(COLOURS[name]) for name in COLOURS for i in range(4)}
    train["rps/rock/read me.txt"] = b"no picture"
    test = {f"rps-test-set/{name}/{name}.png": picture(COLOURS[name]) for name in COLOURS}
    monkeypatch.setattr(rps, "ROCK_PAPER_SCISSORS", remote(server, "/rps.zip", zipped(train)))
    monkeypatch.setattr(rps, "ROCK_PAPER_SCISSORS_TEST", remote(server, "/rps-test-set.zip", zipped(test)))
    (x_train, y_train), (x_test, y_test) = rps.load_data(image_size=(8, 10))
    assert (x_train.shape, x_train.dtype, x_test.shape) == ((12, 8, 10, 3), np.dtype("uint8"), (3, 8, 10, 3))
    assert np.bincount(y_train).tolist() == [4, 4, 4]
    assert y_train.tolist() != sorted(y_train.tolist())
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert x[:, 4, 4].tolist() == [list(COLOURS[rps.CLASS_NAMES[label]]) for label in y]
    x_train[:] = 0
    assert rps.load_data(image_size=(8, 10))[0][0].max() == 250
    folders = [Path(folder) for folder in rps.folders()]
    assert [sorted(p.name for p in folder.iterdir()) for folder in folders] == [list(COLOURS)] * 2
    assert len(server.requests) == 2


def test_rock_paper_scissors_offline_says_that_hands_can_be_drawn(server, home, monkeypatch):
    monkeypatch.setattr(rps, "ROCK_PAPER_SCISSORS", RemoteFile(server.url("/gone.zip")))
    with pytest.raises(DownloadError, match=r"gone\.zip' by hand;.*\nOr take drawn hands.*source='drawn'"):
        rps.load_data()


def test_horses_or_humans_names_a_picture_that_cannot_be_read(server, home, monkeypatch):
    train = {"horses/a.png": picture((9, 9, 9)), "humans/b.png": picture((99, 99, 99)), "humans/c.png": b"broken"}
    test = {"horses/a.png": picture((1, 1, 1)), "humans/b.jpg": picture((200, 200, 200), file_format="jpeg")}
    monkeypatch.setattr(horses_or_humans, "HORSES_OR_HUMANS", remote(server, "/h.zip", zipped(train)))
    monkeypatch.setattr(horses_or_humans, "HORSES_OR_HUMANS_TEST", remote(server, "/v.zip", zipped(test)))
    with pytest.warns(HeronNote, match=r"1 of 3 pictures cannot be read and were left out: humans/c\.png\."):
        (x_train, y_train), (x_test, _) = horses_or_humans.load_data((5, 5))
    assert sorted(zip(y_train.tolist(), x_train[:, 2, 2, 0].tolist(), strict=True)) == [(0, 9), (1, 99)]
    assert x_test.shape == (2, 5, 5, 3)
    horses_or_humans.load_data((5, 5))  # says it once


def test_cats_vs_dogs_sets_broken_photographs_aside(server, home, monkeypatch):
    files = {f"PetImages/Cat/{i}.jpg": picture((200, 0, 0), (20 + i, 30), "jpeg") for i in range(5)}
    files |= {f"PetImages/Dog/{i}.jpg": picture((0, 0, 200), (20, 30 + i), "jpeg") for i in range(5)}
    files |= {"PetImages/Cat/666.jpg": b"", "PetImages/Dog/7.jpg": picture((1, 2, 3), file_format="jpeg")[:300]}
    files |= {"PetImages/Dog/Thumbs.db": b"x", "readme.txt": b"x"}
    monkeypatch.setattr(cats_vs_dogs, "CATS_VS_DOGS", remote(server, "/pets.zip", zipped(files)))
    with pytest.warns(HeronNote, match=r"3 of 13 pictures .*: Cat/666\.jpg, Dog/7\.jpg, Dog/Thumbs\.db"):
        (x_train, y_train), (x_test, y_test) = cats_vs_dogs.load_data((6, 4))
    assert (x_train.shape, x_test.shape) == ((8, 6, 4, 3), (2, 6, 4, 3))
    assert sorted([*y_train.tolist(), *y_test.tolist()]) == [0] * 5 + [1] * 5
    assert all((pixel[0] > pixel[2]) == (label == 0) for pixel, label in zip(x_train[:, 3, 2], y_train, strict=True))
    folder = Path(cats_vs_dogs.folder())
    assert sorted(p.name for p in folder.iterdir()) == ["Cat", "Dog"]
    assert len(list(folder.glob("Dog/*"))) == 5
    assert cats_vs_dogs.load_data((6, 4), test_split=0.5)[0][0].shape[0] == 5


def test_a_damaged_array_of_pictures_is_named(server, home, monkeypatch):
    test_rock_paper_scissors(server, home, monkeypatch)
    kept = home / "rock_paper_scissors" / "train-8x10.npy"
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"train-8x10\.npy' cannot be read\.\n.*\nDelete the file"):
        rps.load_data(image_size=(8, 10))


@pytest.mark.parametrize("load_data", [rps.load_data, horses_or_humans.load_data, cats_vs_dogs.load_data])
@pytest.mark.parametrize("size", [150, (150,), (0, 150), "150", None])
def test_sizes_are_checked(home, load_data, size):
    with pytest.raises(ArgumentError, match="argument 'image_size' must be a pair of positive integers"):
        load_data(image_size=size)
