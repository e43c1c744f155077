"""The record that `fit` returns."""

from __future__ import annotations

from typing import Any

from heron.callbacks.callback import Callback, Logs
from heron.callbacks.names import nearest_log
from heron.errors import HeronError


class UnknownLogError(HeronError, KeyError):
    """A name under which nothing was recorded."""

    def __str__(self) -> str:  # KeyError shows the repr of its text, line breaks and all
        return str(self.args[0])


class HistoryDict(dict[str, list[Any]]):
    """A dict of lists that says which name was meant when one is missing.

    Raises:
        UnknownLogError: (a `KeyError`) for a name that is not in it.
    """

    def __missing__(self, name: str) -> list[Any]:
        near = nearest_log(name, self)
        if near is not None:
            mend = f"The metric is called {near!r}: write history[{near!r}]."
        elif str(name).startswith("val_") and not any(known.startswith("val_") for known in self):
            mend = "There was no validation: give fit() validation_data=(x_val, y_val) or validation_split=0.2."
        else:
            mend = "Only the loss and what compile(metrics=[...]) names is recorded."
        raise UnknownLogError(f"The history has no {name!r}; it has: {', '.join(self) or 'nothing'}.\n{mend}")


class History(Callback):
    """Keeps the logs of every epoch; `fit` makes one and returns it.

    Attributes:
        history: for each name a list with one float for each epoch; `val_` names only for epochs with validation.
        epoch: the numbers of the epochs, from 0.
        params: `{"verbose", "epochs", "steps"}` as `fit` had them.

    Source: `keras.callbacks.History`.

    Example:
    >>> record = History()
    >>> record.on_train_begin()
    >>> record.on_epoch_end(0, {"accuracy": 0.5, "loss": 1.25})
    >>> record.history["loss"]
    [1.25]
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: HistoryDict = HistoryDict()
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch = []
        if self.model is not None:
            self.model.history = self

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
