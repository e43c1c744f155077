"""The methods that models had in Keras 1 and 2, and what optimizers had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from heron.compat.notes import is_now


def predict_classes(self: Any, x: Any, **kwargs: Any) -> np.ndarray:
    """The class of each sample; for one sigmoid output, 0 or 1."""
    kwargs.setdefault("verbose", 0)
    y = self.predict(x, **kwargs)
    if y.shape[-1] > 1:
        is_now("predict_classes(x)", "predict(x).argmax(axis=-1)")
        return np.asarray(y.argmax(axis=-1))
    is_now("predict_classes(x)", "(predict(x) > 0.5).astype('int32')")
    return np.asarray(y > 0.5).astype("int32")


def _passed_on(old: str, today: str, renamed: dict[str, str]) -> Callable[..., Any]:
    def method(self: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
        is_now(f"{old}()", f"{today}()")
        for name, new in renamed.items():
            if name in kwargs:
                kwargs[new] = kwargs.pop(name)
        for name in ("workers", "use_multiprocessing", "max_queue_size", "max_q_size", "nb_worker", "pickle_safe"):
            kwargs.pop(name, None)
        if args:  # the number of batches came second
            kwargs["steps_per_epoch" if today == "fit" else "steps"], args = args[0], args[1:]
        if args and today == "fit":
            kwargs["epochs"], args = args[0], args[1:]
        return getattr(self, today)(x, *args, **kwargs)

    method.__name__ = old
    return method


METHODS: dict[str, Any] = {
    "predict_classes": predict_classes,
    "predict_proba": _passed_on("predict_proba", "predict", {}),
    "fit_generator": _passed_on("fit_generator", "fit", {"nb_epoch": "epochs", "generator": "x"}),
    "evaluate_generator": _passed_on("evaluate_generator", "evaluate", {}),
    "predict_generator": _passed_on("predict_generator", "predict", {}),
}


def _learning_rate(self: Any) -> Any:
    """The learning rate, under its old name."""
    is_now("optimizer.lr", "optimizer.learning_rate")
    return self.learning_rate


def _set_learning_rate(self: Any, value: Any) -> None:
    is_now("optimizer.lr", "optimizer.learning_rate")
    self.learning_rate = value


OF_OPTIMIZERS: dict[str, Any] = {"lr": property(_learning_rate, _set_learning_rate)}
