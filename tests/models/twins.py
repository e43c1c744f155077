"""The same model in heron and in Keras, with the same weights, compiled and trained the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

import heron

RNG = np.random.default_rng(3)
X = RNG.normal(size=(50, 4)).astype("float32")
TABLE = RNG.normal(size=(50, 1)).astype("float32")
CLASSES = RNG.integers(0, 3, 50)
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
WEIGHTS = np.linspace(0.1, 2.0, 50).astype("float32")
SPARSE = "sparse_categorical_crossentropy"
QUIET = {"verbose": 0, "shuffle": False, "batch_size": 10}  # no odd batch, which is a program of its own


def stack(api: Any, units: int = 1, activation: str | None = None) -> Any:
    """4 features, two dense layers."""
    dense = api.layers.Dense
    return api.Sequential([api.Input((4,)), dense(5, activation="tanh"), dense(units, activation=activation)])


def twins(make: Callable[[Any], Any] = stack, x: Any = X, **compiling: Any) -> tuple[Any, Any]:
    """heron's model and Keras's, of equal weights; a lambda among the arguments is asked for each library."""
    ours, theirs = make(heron), make(keras)
    if not theirs.built:
        ours(x), theirs(x)
    ours.set_weights(theirs.get_weights())
    compiling = {"optimizer": "sgd", "loss": "mse"} | compiling
    for model, api in ((ours, heron), (theirs, keras)):
        mine = {k: v(api) if getattr(v, "__name__", "") == "<lambda>" else v for k, v in compiling.items()}
        model.compile(**mine)
    return ours, theirs


def assert_close(mine: Any, other: Any, rtol: float = 2e-4, atol: float = 2e-5) -> None:
    """Asserts that two structures of numbers agree."""
    mine, other = keras.tree.flatten(mine), keras.tree.flatten(other)
    assert len(mine) == len(other)
    for a, b in zip(mine, other, strict=True):
        np.testing.assert_allclose(np.asarray(a, "float64"), np.asarray(b, "float64"), rtol=rtol, atol=atol)


def assert_trains_alike(
    pair: tuple[Any, Any], fits: Callable[[Any], Any], rtol: float = 2e-4, atol: float = 2e-5
) -> None:
    """Asserts that `fits(model)` gives both models the same History and the same weights."""
    ours, theirs = pair
    mine, other = fits(ours), fits(theirs)
    assert {k: len(v) for k, v in mine.history.items()} == {k: len(v) for k, v in other.history.items()}
    for name, values in other.history.items():
        np.testing.assert_allclose(mine.history[name], values, rtol=rtol, atol=atol, err_msg=name)
    assert mine.epoch == other.epoch
    assert mine.params == other.params
    assert_close(ours.get_weights(), theirs.get_weights(), rtol=5 * rtol, atol=atol)
