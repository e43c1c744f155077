"""heron in place of Keras and TensorFlow inside a test, whatever other tests have imported."""

from __future__ import annotations

import contextlib
import warnings

import pytest

import heron
from heron.errors import HeronNote
from tests.stand_in import without_keras

collect_ignore = ["scripts"]  # programs that are run, not imported


@contextlib.contextmanager
def heard():
    """The texts of the notes in a block, in a list."""
    texts = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    assert [str(one) for one in caught if not issubclass(one.category, HeronNote)] == []
    texts += [str(one.message) for one in caught]


@pytest.fixture
def without_them():
    """No module of Keras or TensorFlow in the process, for the length of a test."""
    with without_keras():
        yield


@pytest.fixture
def installed(without_them):
    """heron in their place."""
    with heron.compat.install() as installation:
        yield installation


@pytest.fixture
def tf(installed):
    """`tensorflow`, as heron makes it."""
    import tensorflow  # heron's, while `installed` holds

    return tensorflow
