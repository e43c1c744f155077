"""What `load_data()` of each data set returns, against facts published with the data and against Keras's rules."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import heron
from heron.datasets import auto_mpg, basic_motions, boston_housing, fashion_mnist, mnist
from heron.datasets.cache import SHIPPED
from heron.datasets.catalogue import CATALOGUE
from heron.datasets.split import PATH, SEED, TEST_SPLIT
from heron.errors import ArgumentError

ROOT = Path(__file__).parents[2]

IMAGES = {
    "mnist": (mnist, 33.3184, 78.5675, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
    "fashion_mnist": (fashion_mnist, 72.9404, 90.0212, [6000] * 10),
}


def statistics(images: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation over all pixels, exact, without a float copy of them all."""
    counts = sum(np.bincount(part.ravel(), minlength=256) for part in np.array_split(images, 20))
    values = np.arange(256)
    mean = np.average(values, weights=counts)
    return mean, np.sqrt(np.average((values - mean) ** 2, weights=counts))


@pytest.mark.parametrize("name", IMAGES)
def test_images_have_the_published_shapes_and_statistics(name):
    module, mean, std, counts = IMAGES[name]
    (x_train, y_train), (x_test, y_test) = module.load_data()
    assert [a.shape for a in (x_train, y_train, x_test, y_test)] == [
        (60000, 28, 28),
        (60000,),
        (10000, 28, 28),
        (10000,),
    ]
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    assert statistics(x_train) == pytest.approx((mean, std), abs=1e-4)
    assert np.bincount(y_train).tolist() == counts
    assert len(module.CLASS_NAMES) == 10
    assert (x_train.min(), x_train.max()) == (0, 255)


def test_test_parts_of_the_images_have_the_published_class_counts():
    assert np.bincount(mnist.load_data()[1][1]).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(fashion_mnist.load_data()[1][1]).tolist() == [1000] * 10


def test_images_are_plain_arrays_that_stand_upright():
    (x_train, y_train), _ = fashion_mnist.load_data()
    assert type(x_train) is np.ndarray
    assert x_train.flags.c_contiguous
    assert x_train.flags.writeable
    trousers = x_train[y_train == fashion_mnist.CLASS_NAMES.index("Trouser")].mean(axis=0)  # (28, 28)
    assert trousers[3, 14] > 150  # the waist is above
    assert trousers[26, 14] < 50  # the gap between the legs is below
    assert trousers[26, [11, 17]].min() > 150  # a leg on each side of it


def test_boston_has_the_rows_of_keras_in_the_order_of_keras():
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data()
    # The first rows that Keras returns with its defaults, test_split=0.2 and seed=113.
    first_train = [1.23247, 0, 8.14, 0, 0.538, 6.142, 91.7, 3.9769, 4, 307, 21, 396.9, 18.72]
    first_test = [18.0846, 0, 18.1, 0, 0.679, 6.434, 100, 1.8347, 24, 666, 20.2, 27.25, 29.05]
    assert x_train[0].tolist() == first_train
    assert x_test[0].tolist() == first_test
    assert (y_train[0], y_test[0]) == (15.2, 7.2)
    assert [a.shape for a in (x_train, y_train, x_test, y_test)] == [(404, 13), (404,), (102, 13), (102,)]
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("float64")}


def test_boston_columns_are_named():
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data()
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    means = dict(zip(boston_housing.FEATURE_NAMES, x.mean(axis=0), strict=True))
    assert y.mean() == pytest.approx(22.5328, abs=1e-4)
    assert means["RM"] == pytest.approx(6.2846, abs=1e-4)
    assert means["B"] == pytest.approx(356.674, abs=1e-3)
    assert boston_housing.FEATURE_NAMES.index("B") == 11  # the number in the docstring's advice


@pytest.mark.parametrize("test_split, rows", [(0, 506), (0.5, 253), (0.999, 0), (np.float32(0.25), 379)])
def test_boston_is_cut_where_keras_cuts(test_split, rows):
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data(test_split=test_split)
    assert (len(x_train), len(y_train)) == (rows, rows)
    assert (len(x_test), len(y_test)) == (506 - rows, 506 - rows)


@pytest.mark.parametrize("module", [boston_housing, auto_mpg])
def test_the_seed_decides_the_order(module):
    rows = [module.load_data(seed=seed)[0][0] for seed in (1, 1, 2)]
    assert np.array_equal(rows[0], rows[1])
    assert not np.array_equal(rows[0], rows[2])
    drawn = [module.load_data(seed=None)[0][0] for _ in range(2)]
    assert not np.array_equal(drawn[0], drawn[1])


def test_auto_mpg_has_the_cars_whose_horsepower_is_known():
    (x_train, y_train), (x_test, y_test) = auto_mpg.load_data()
    assert [a.shape for a in (x_train, y_train, x_test, y_test)] == [(313, 7), (313,), (79, 7), (79,)]
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    assert (x.dtype, y.dtype) == (np.float64, np.float64)
    assert (y.min(), y.max(), y.mean()) == (9, 46.6, pytest.approx(23.4459, abs=1e-4))
    columns = dict(zip(auto_mpg.FEATURE_NAMES, x.T, strict=True))
    assert columns["horsepower"].mean() == pytest.approx(104.469, abs=1e-3)
    assert (columns["model_year"].min(), columns["model_year"].max()) == (70, 82)
    assert {auto_mpg.ORIGIN_NAMES[code]: int((columns["origin"] == code).sum()) for code in auto_mpg.ORIGIN_NAMES} == {
        "USA": 245,
        "Europe": 68,
        "Japan": 79,
    }
    assert np.corrcoef(columns["weight"], y)[0, 1] == pytest.approx(-0.832, abs=1e-3)  # rows of x and y belong together


def test_basic_motions_has_ten_recordings_of_each_class():
    (x_train, y_train), (x_test, y_test) = basic_motions.load_data()
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert (x.shape, x.dtype) == ((40, 100, 6), np.float32)
        assert (y.shape, y.dtype) == ((40,), np.int32)
        assert np.bincount(y).tolist() == [10, 10, 10, 10]
    # The first steps of the first recordings' first channel, as the files have them.
    assert x_train[0, 0, 0] == np.float32(0.079106)
    assert x_train[0, 1, 0] == np.float32(0.079106)
    assert x_train[0, 2, 0] == np.float32(-0.903497)
    assert x_test[0, 2, 0] == np.float32(10.208449)
    assert len(basic_motions.CHANNEL_NAMES) == 6


def test_basic_motions_labels_fit_their_names():
    (x_train, y_train), _ = basic_motions.load_data()
    swing = x_train[:, :, :3].std(axis=(1, 2))  # (40,)
    by_class = {name: swing[y_train == label].mean() for label, name in enumerate(basic_motions.CLASS_NAMES)}
    assert min(by_class, key=by_class.get) == "Standing"
    assert max(by_class, key=by_class.get) == "Running"


@pytest.mark.parametrize("load_data", [boston_housing.load_data, auto_mpg.load_data])
@pytest.mark.parametrize(
    "arguments, text",
    [
        ({"test_split": 2}, r"argument 'test_split' must be a number from 0 up to, but not including, 1 \(the share"),
        ({"test_split": 20}, r"received 20\.\nFor 20 per cent write 0\.2\."),
        ({"test_split": -0.1}, r"received -0\.1"),
        ({"test_split": 1}, r"received 1\."),
        ({"test_split": float("nan")}, r"received nan"),
        ({"test_split": "0.2"}, r"received '0\.2'"),
        ({"test_split": None}, r"received None"),
        ({"seed": -1}, r"argument 'seed' must be an integer from 0 to 4294967295, or None; received -1"),
        ({"seed": 1.5}, r"received 1\.5"),
    ],
)
def test_bad_arguments_are_refused(load_data, arguments, text):
    with pytest.raises(ArgumentError, match=text):
        load_data(**arguments)


@pytest.mark.parametrize("rule", [TEST_SPLIT, SEED, PATH])
def test_the_rules_hold_for_their_own_samples(rule):
    for value in rule.good:
        rule.check("load_data", "argument", value)
    for value in rule.bad:
        with pytest.raises(ArgumentError, match="load_data: argument 'argument' must be"):
            rule.check("load_data", "argument", value)


def test_keras_file_names_are_accepted_and_read_from_nowhere():
    assert np.array_equal(mnist.load_data("elsewhere.npz")[1][1], mnist.load_data()[1][1])
    assert np.array_equal(boston_housing.load_data(Path("b.npz"))[1][1], boston_housing.load_data(path="a.npz")[1][1])


def test_a_share_given_as_path_gets_the_argument_to_write():
    with pytest.raises(
        ArgumentError, match=r"'path' must be a file name .*received 0\.3\.\nWrite test_split=0\.3, by name"
    ):
        boston_housing.load_data(0.3)


def test_both_ways_to_reach_a_data_set():
    assert heron.datasets.fashion_mnist is fashion_mnist
    assert set(heron.datasets.__all__) > set(CATALOGUE)
    assert all(callable(getattr(heron.datasets, name).load_data) for name in heron.datasets.__all__)


def test_loading_imports_no_jax():
    code = (
        "import sys; import heron; heron.datasets.fashion_mnist.load_data(); heron.datasets.auto_mpg.load_data(); "
        "print(sorted({'jax', 'pandas', 'rich', 'PIL', 'ssl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "src")
    assert done.stdout.strip() == "[]"


def test_every_shipped_container_is_in_the_catalogue():
    shipped = {p.relative_to(SHIPPED).as_posix() for p in SHIPPED.glob("*/*") if p.name != "LICENSE"}
    assert shipped == {f"{name}/{file}" for name, data_set in CATALOGUE.items() for file in data_set.containers}


def test_the_documentation_lists_the_checksums_of_the_catalogue():
    documented = re.findall(
        r"^([0-9a-f]{64})  (\S+)$", (ROOT / "docs" / "datasets.md").read_text("utf-8"), re.MULTILINE
    )
    assert {path: sha256 for sha256, path in documented} == {
        f"{name}/{file}": sha256 for name, data_set in CATALOGUE.items() for file, sha256 in data_set.containers.items()
    }
