"""Optimizers that take the `decay` of Keras 1 and 2."""

from __future__ import annotations

from typing import Any

import heron
from heron.compat.notes import is_now
from heron.compat.old.respelled import respelled

GONE = {
    "TFOptimizer": "It wraps optimizers of TensorFlow 1.\nWrite one of Keras, such as keras.optimizers.Adam().",
}


def _with_decay(real: Any) -> Any:
    name = real.__name__

    def translate(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        decay = kwargs.pop("decay", None)
        if not decay:
            return args, kwargs
        given = args[0] if args else kwargs.pop("learning_rate", kwargs.pop("lr", None))
        rate = real().learning_rate.numpy().item() if given is None else float(given)
        schedule = f"keras.optimizers.schedules.InverseTimeDecay({rate:g}, 1, {decay:g})"
        is_now(f"{name}(decay={decay:g})", f"{name}(learning_rate={schedule})")
        made = heron.optimizers.schedules.InverseTimeDecay(rate, decay_steps=1, decay_rate=decay)
        return ((made, *args[1:]), kwargs) if args else ((), {**kwargs, "learning_rate": made})

    return respelled(real, translate)


SGD = _with_decay(heron.optimizers.SGD)
RMSprop = _with_decay(heron.optimizers.RMSprop)
Adam = _with_decay(heron.optimizers.Adam)
Adagrad = _with_decay(heron.optimizers.Adagrad)
Adadelta = _with_decay(heron.optimizers.Adadelta)
Adamax = _with_decay(heron.optimizers.Adamax)
Nadam = _with_decay(heron.optimizers.Nadam)

TODAY = {
    name: f"written as a name, optimizer={name!r}"
    for name in ("sgd", "rmsprop", "adam", "adagrad", "adadelta", "adamax", "nadam")
}
sgd, rmsprop, adam, adagrad, adadelta, adamax, nadam = SGD, RMSprop, Adam, Adagrad, Adadelta, Adamax, Nadam

__all__ = ["SGD", "RMSprop", "Adam", "Adagrad", "Adadelta", "Adamax", "Nadam"]
