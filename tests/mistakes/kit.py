"""What the tests of beginners' mistakes share: models, data, and how a mistake is refused."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import HeronError, HeronNote

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 8)).astype("float32")
Y = RNG.normal(size=(64, 1)).astype("float32")
CLASSES = np.arange(64) % 5
ONE_HOT = np.eye(5, dtype="float32")[CLASSES]
IMAGES = RNG.integers(0, 256, (64, 28, 28)).astype("uint8")
SPARSE = "sparse_categorical_crossentropy"

_compiled: list[str] = []


def _listen(event: str, seconds: float, **kwargs: Any) -> None:
    if "backend_compile" in event:
        _compiled.append(event)


jax.monitoring.register_event_duration_secs_listener(_listen)


def regression(**compiling: Any) -> Any:
    """8 features, one number; compiled."""
    model = heron.Sequential([heron.Input((8,)), layers.Dense(4, "relu"), layers.Dense(1)])
    model.compile(**{"optimizer": "adam", "loss": "mse"} | compiling)
    return model


def classifier(units: int = 5, activation: str | None = "softmax", loss: Any = SPARSE, **compiling: Any) -> Any:
    """8 features, some classes; compiled."""
    model = heron.Sequential([heron.Input((8,)), layers.Dense(units, activation)])
    model.compile("adam", loss, **compiling)
    return model


def two_inputs() -> Any:
    """Inputs `a` of 8 and `b` of 4 features, one number; compiled."""
    a, b = heron.Input((8,), name="a"), heron.Input((4,), name="b")
    model = heron.Model([a, b], layers.Dense(1)(layers.Concatenate()([a, b])))
    model.compile("adam", "mse")
    return model


def fit(model: Any, x: Any, y: Any, **fitting: Any) -> Any:
    """Trains in silence."""
    return model.fit(x, y, **{"verbose": 0} | fitting)


def _state(model: Any) -> dict[str, Any]:
    kept = ("compiled", "optimizer", "loss", "history", "stop_training", "_objective", "built", "trainable")
    return {name: getattr(model, name) for name in kept} | {
        "optimizer variables": len(model.optimizer.variables) if model.optimizer is not None else None,
        "metrics": model.metrics_names,
        "layers": model.layers,
    }


def refused(action: Callable[[], Any], *texts: str, model: Any = None, compiles: bool = False) -> str:
    """Asserts that `action` raises one of heron's errors whose message holds all `texts`, and returns it.

    Nothing may be compiled on the way, nor noted (a warning is an error in the tests), and `model` must be as it was:
    weights, compiled state, history.
    """
    before = None if model is None else (_state(model), model.get_weights())
    count = len(_compiled)
    with pytest.raises((ValueError, TypeError, AttributeError, KeyError)) as caught:
        action()
    message = str(caught.value)
    assert isinstance(caught.value, HeronError), f"not one of heron's errors: {caught.value!r}"
    assert message.count("\n") <= 3, "what happened, what was expected, how to mend it: not a page"
    for text in texts:
        assert text in message, message
    assert compiles or len(_compiled) == count, "something was compiled before the mistake was found"
    if before is not None:
        state, weights = before
        assert _state(model) == state
        assert all(np.array_equal(a, b) for a, b in zip(weights, model.get_weights(), strict=True))
    return message


@contextmanager
def noted(file: str, *texts: str) -> Any:
    """Asserts that the block shows exactly one note, that it holds all `texts` and names a line of `file`."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        yield
    notes = [one for one in seen if issubclass(one.category, HeronNote)]
    assert len(notes) == len(seen) == 1, [str(one.message) for one in seen]
    for text in texts:
        assert text in str(notes[0].message)
    assert notes[0].filename in (file, __file__), "the line of the user's program, not one of heron's"
