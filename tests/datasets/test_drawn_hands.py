"""Drawn hands: reproducible, various, and different enough that a small net tells them apart."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import heron
from heron import layers, settings
from heron.datasets import hand_pictures, hand_poses
from heron.datasets import rock_paper_scissors as rps
from heron.datasets.hand_backgrounds import background, waves
from heron.errors import ArgumentError

SIZE = (24, 32)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HERON_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(rps, "_TRAIN", 9)
    monkeypatch.setattr(rps, "_TEST", 6)
    return tmp_path / "home" / "datasets" / "rock_paper_scissors"


def test_pictures_have_the_promised_form():
    x, y = rps.generate(10, SIZE, seed=3)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((10, 24, 32, 3), np.uint8, (10,), np.uint8)
    assert sorted(np.bincount(y)) == [3, 3, 4]
    assert x.std(axis=(1, 2, 3)).min() > 5


def test_the_seed_decides_and_the_count_does_not():
    x, _ = rps.generate(6, SIZE, seed=3)
    assert np.array_equal(x, rps.generate(6, SIZE, seed=3)[0])
    assert not np.array_equal(x, rps.generate(6, SIZE, seed=4)[0])
    assert len({picture.tobytes() for picture in x}) == 6


def test_it_says_once_that_they_are_synthetic(monkeypatch, capsys):
    monkeypatch.setattr(settings._settings, "complaints", set())
    rps.generate(1, SIZE)
    rps.generate(1, SIZE)
    assert capsys.readouterr().out == (
        "rock_paper_scissors: these hands are drawn by a program; they are synthetic, no photographs.\n"
    )


def test_load_data_draws_once(home, monkeypatch):
    (x_train, _), (x_test, y_test) = rps.load_data(image_size=SIZE, source="drawn")
    assert (x_train.shape, x_test.shape) == ((9, 24, 32, 3), (6, 24, 32, 3))
    assert np.array_equal(x_train, rps.generate(9, SIZE, seed=0)[0])
    assert np.array_equal(y_test, rps.generate(6, SIZE, seed=1)[1])
    monkeypatch.setattr(rps, "picture", None)
    assert np.array_equal(rps.load_data(image_size=SIZE, source="drawn")[0][0], x_train)
    assert sorted(p.suffix for p in home.iterdir()) == [".npy"] * 4


def test_folders_of_drawn_hands(home, monkeypatch):
    train, test = map(Path, rps.folders(source="drawn"))
    assert sorted(p.name for p in train.iterdir()) == ["paper", "rock", "scissors"]
    assert [len(list(folder.glob("*/*.png"))) for folder in (train, test)] == [9, 6]
    with Image.open(next(test.glob("*/*.png"))) as picture:
        assert (picture.size, picture.mode) == ((150, 150), "RGB")
    monkeypatch.setattr(rps, "picture", None)
    assert rps.folders(source="drawn") == (str(train), str(test))


@pytest.mark.parametrize("file_format, suffix", [("png", ".png"), ("jpeg", ".jpg")])
def test_pictures_are_written_into_folders(tmp_path, file_format, suffix):
    rps.write_folders(tmp_path / "hands", 6, SIZE, seed=2, file_format=file_format)
    x, y = rps.generate(6, SIZE, seed=2)
    for i, label in enumerate(y):
        name = rps.CLASS_NAMES[label]
        with Image.open(tmp_path / "hands" / name / f"{name}-{i:05d}{suffix}") as picture:
            difference = np.abs(np.asarray(picture).astype(int) - x[i])
        assert difference.mean() < (10 if file_format == "jpeg" else 1e-9)
    assert [p.name for p in tmp_path.iterdir()] == ["hands"]
    with pytest.raises(ArgumentError, match=r"must be a new or an empty folder; received '.*hands', which holds"):
        rps.write_folders(tmp_path / "hands", 6, SIZE)


@pytest.mark.parametrize(
    "arguments, text",
    [
        ({"count": 0}, "argument 'count' must be a positive integer; received 0"),
        ({"image_size": 64}, r"argument 'image_size' must be a pair .*received 64\.\nWrite \(64, 64\)\."),
        ({"image_size": (8, 64)}, r"must be at least 16 pixels each way, .*received \(8, 64\)"),
        ({"seed": -1}, "argument 'seed' must be an integer of 0 or more; received -1"),
        ({"seed": None}, "argument 'seed' must be"),
    ],
)
def test_bad_arguments_are_refused(tmp_path, arguments, text):
    with pytest.raises(ArgumentError, match=rf"rock_paper_scissors\.generate: .*{text}"):
        rps.generate(**arguments)
    with pytest.raises(ArgumentError, match=text):
        rps.write_folders(tmp_path / "new", **arguments)


def test_bad_choices_are_refused(tmp_path):
    with pytest.raises(ArgumentError, match="argument 'source' must be one of 'rendered', 'drawn'; received 'drwn'"):
        rps.load_data(source="drwn")
    with pytest.raises(ArgumentError, match="argument 'source' must be one of"):
        rps.folders(source=None)
    with pytest.raises(ArgumentError, match="argument 'file_format' must be one of 'png', 'jpeg'; received 'gif'"):
        rps.write_folders(tmp_path / "new", 3, SIZE, file_format="gif")


def reach(name: str, seed: int) -> list[bool]:
    """Which fingers, from index to little, are stretched: their tips are farther from the wrist than the knuckles."""
    made = hand_poses.bones(name, np.random.default_rng(seed))
    tips = [bone for bone in made if bone.kind == hand_poses.TIP][:4]
    return [bool(np.linalg.norm(bone.end) > 1.25) for bone in tips]


@pytest.mark.parametrize("seed", range(5))
def test_poses_stretch_the_right_fingers(seed):
    assert reach("rock", seed) == [False] * 4
    assert reach("paper", seed) == [True] * 4
    assert reach("scissors", seed) == [True, True, False, False]


def test_bones_of_a_finger_hang_together():
    made = [b for b in hand_poses.bones("scissors", np.random.default_rng(0)) if b.kind != hand_poses.PALM][-14:]
    for first, second in pairwise(made):
        if first.kind == hand_poses.FINGER:
            assert np.allclose(first.end, second.start)
            assert first.thickness[1] == pytest.approx(second.thickness[0])


def test_a_sphere_is_round_and_lit_from_the_side_of_the_lamp():
    ball = hand_poses.Bone(
        np.array([20.0, 20.0, 0.0]), np.array([20.0, 20.0, 0.1]), (10.0, 10.0), 0, np.array([0, 0, 1.0]), 1.0
    )
    relief = hand_pictures._relief([ball], 40, 40)
    assert relief.cover.sum() == pytest.approx(np.pi * 100, rel=0.02)
    assert relief.height[20, 20] == pytest.approx(10, abs=0.3)
    normals = hand_pictures._normals(relief.height)
    assert normals[0][20, 26] > 0.4
    assert normals[0][20, 13] < -0.4
    assert normals[2][20, 20] > 0.98


def test_smoothing_keeps_the_mean_of_a_plain():
    assert np.allclose(hand_pictures.smooth(np.full((9, 7), 2.0, np.float32), 3), 2)
    spike = np.zeros((21, 21), np.float32)
    spike[10, 10] = 1
    assert hand_pictures.smooth(spike, 2).sum() == pytest.approx(1, abs=1e-4)


def test_backgrounds_are_colours():
    for seed in range(12):
        made = background(20, 30, np.random.default_rng(seed))
        assert (made.shape, made.dtype) == ((20, 30, 3), np.float32)
        assert made.min() >= 0
        assert made.max() <= 1
    assert waves(20, 30, 4, np.random.default_rng(0)).shape == (20, 30)


def test_a_net_learns_from_them():
    heron.utils.set_random_seed(0)
    x, y = rps.generate(90, (32, 32), seed=5)
    model = heron.Sequential(
        [
            layers.Rescaling(1 / 255),
            layers.Conv2D(12, 5, strides=2, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=40, batch_size=30, verbose=0)
    assert history.history["accuracy"][-1] > 0.8
