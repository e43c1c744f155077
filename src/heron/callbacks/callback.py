"""The base class of callbacks, and the list that calls them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from heron.errors import ArgumentTypeError, value_text

Logs = dict[str, Any]
_BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


class Callback:
    """Something that is told about training as it goes on; a subclass overrides the hooks it wants.

    A callback that overrides a batch hook makes training return to Python after every batch, which costs time; epoch
    hooks cost next to nothing. `logs` holds Python floats; `self.model` is the model.

    Example:
    >>> class Shout(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(f"epoch {epoch}: {logs['loss']:.2f}!")
    """

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}
        self._model: Any = None

    @property
    def model(self) -> Any:
        """The model being trained."""
        return self.__dict__.get("_model")

    def set_params(self, params: dict[str, Any]) -> None:
        """Takes `{"epochs", "steps", "verbose"}`."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Takes the model, before training begins."""
        self._model = model

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Called once when `fit` begins."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Called once when `fit` ends, with the logs of the last epoch."""

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Called when `evaluate`, or the validation within `fit`, begins."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Called when `evaluate`, or the validation within `fit`, ends."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Called when `predict` begins."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Called when `predict` ends."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Called when an epoch begins; epochs count from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Called when an epoch ends, validation included; what it changes in `logs` later callbacks see."""

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """An older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """An older name of `on_train_batch_end`."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each training batch; by default calls `on_batch_begin`."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each training batch with the metrics so far; by default calls `on_batch_end`."""
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each evaluation batch."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each evaluation batch with the metrics so far."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each prediction batch."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each prediction batch, with `{"outputs": array}`."""

    def on_chunk_end(self, done: int, logs: Logs | None = None) -> None:
        """Called a few times a second during an epoch, when `wants_chunks`: `done` batches of it are done."""

    @property
    def wants_chunks(self) -> bool:
        """Whether epochs are cut into pieces for this callback: when it overrides `on_chunk_end`."""
        return self._has_own("on_chunk_end")

    def wants_batches(self, mode: str) -> bool:
        """Whether a batch hook of `mode` (`"train"`, `"test"`, `"predict"`) is overridden."""
        return any(self._has_own(hook) for hook in _BATCH_HOOKS[mode])

    def _has_own(self, hook: str) -> bool:
        """Whether `hook` is not the empty one above: overridden in a subclass, or set on this object."""
        return getattr(getattr(self, hook), "__func__", None) is not getattr(Callback, hook)


class CallbackList(Callback):
    """Calls several callbacks in order.

    Args:
        callbacks: one, a list of them, or None.
        model: the model they are told about.
        **params: what they are given as `params`.

    Raises:
        ArgumentTypeError: for something that is not a callback, a class without its brackets above all.
    """

    def __init__(self, callbacks: Any = None, model: Any = None, **params: Any) -> None:
        super().__init__()
        given = [] if callbacks is None else callbacks
        given = list(given) if isinstance(given, Iterable) and not isinstance(given, Callback) else [given]
        for one in given:
            _check(one)
        self.callbacks: list[Any] = given
        self.set_model(model)
        self.set_params(params)

    def append(self, callback: Any) -> None:
        """Adds one at the end."""
        _check(callback)
        callback.set_model(self.model)
        callback.set_params(self.params)
        self.callbacks.append(callback)

    def set_params(self, params: dict[str, Any]) -> None:
        """Passes `params` on."""
        self.params = params
        for one in self.callbacks:
            one.set_params(params)

    def set_model(self, model: Any) -> None:
        """Passes the model on."""
        self._model = model
        for one in self.callbacks:
            one.set_model(model)

    @property
    def wants_chunks(self) -> bool:
        """True when one of them wants chunks."""
        return any(one.wants_chunks for one in self.callbacks)

    def wants_batches(self, mode: str) -> bool:
        """True when one of them overrides a batch hook."""
        return any(one.wants_batches(mode) for one in self.callbacks)

    def __iter__(self) -> Any:
        return iter(self.callbacks)


def _check(one: Any) -> None:
    if isinstance(one, type):
        raise ArgumentTypeError(
            f"callbacks has the class {one.__name__} where an object is expected. Make one: {one.__name__}(...)."
        )
    if not isinstance(one, Callback):
        raise ArgumentTypeError(f"callbacks must be heron.callbacks.Callback objects; received {value_text(one)}.")


def _forward(hook: str) -> Any:
    def call(self: CallbackList, *args: Any, **kwargs: Any) -> None:
        for one in self.callbacks:
            getattr(one, hook)(*args, **kwargs)

    call.__name__, call.__doc__ = hook, f"Calls `{hook}` of each."
    return call


for _hook in [name for name in vars(Callback) if name.startswith("on_")]:
    setattr(CallbackList, _hook, _forward(_hook))
