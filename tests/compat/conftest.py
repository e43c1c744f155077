"""heron in place of Keras and TensorFlow inside a test, whatever other tests have imported."""

from __future__ import annotations

import contextlib
import sys
import warnings

import pytest

import heron
from heron.errors import HeronNote

collect_ignore = ["scripts"]  # programs that are run, not imported
ROOTS = ("keras", "tensorflow", "tf_keras")


def is_theirs(name):
    return name.partition(".")[0] in ROOTS


@contextlib.contextmanager
def heard():
    """The texts of the notes in a block, in a list."""
    texts = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    assert all(issubclass(one.category, HeronNote) for one in caught)
    texts += [str(one.message) for one in caught]


@pytest.fixture
def without_them():
    """No module of Keras or TensorFlow in the process, for the length of a test."""
    real = {name: sys.modules.pop(name) for name in list(sys.modules) if is_theirs(name)}
    yield
    heron.compat.uninstall()
    for name in [name for name in sys.modules if is_theirs(name)]:
        del sys.modules[name]
    sys.modules.update(real)


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
