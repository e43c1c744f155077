"""Writing the weights to a file during training."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from heron.callbacks.callback import Logs
from heron.callbacks.console import VERBOSE, say
from heron.callbacks.monitor import Monitor
from heron.errors import ArgumentError, suggestion, value_text
from heron.validate import BOOL, NUMBER, Rule, is_int

_WHOLE = (".keras", ".safetensors", ".h5", ".hdf5")
_WEIGHTS = (".weights.h5", ".weights.safetensors")
_SAVE_FREQ = Rule(
    "'epoch' or a positive number of batches",
    lambda v: v == "epoch" or (is_int(v) and v > 0),
    ("epoch", 100),
    ("batch", 0, -1, 2.5, None),
)
_FILEPATH = Rule(
    "a path",
    lambda v: isinstance(v, str | os.PathLike) and bool(os.fspath(v)),
    ("best.weights.safetensors", Path("run") / "best.keras"),
    (None, 3, ""),
)


class ModelCheckpoint(Monitor):
    """Saves the model after every epoch, after the best ones, or after so many batches.

    Each file is written whole or not at all: a crash leaves the last complete one.

    Args:
        filepath: the file, ending in `.keras`, `.safetensors` or `.h5` for whole models and in `.weights.h5` or
            `.weights.safetensors` for weights; `{epoch}`, `{batch}` and the names in the logs are filled in, as
            in `"{epoch:02d}-{val_loss:.2f}.keras"`; epochs and batches count from 1. Missing folders are made.
        monitor: the value that `save_best_only` goes by. Default `"val_loss"`.
        verbose: 1 says what is saved and why. Default 0.
        save_best_only: save only when `monitor` has improved. Default False.
        save_weights_only: save the weights alone, for `load_weights`; otherwise the whole model, for
            `heron.saving.load_model`. A name for weights means the weights either way.
        mode: `"min"`, `"max"`, or `"auto"` to go by the metric. Default `"auto"`.
        save_freq: `"epoch"`, or a number of batches; counted on through the epochs. Training then returns to Python
            after every batch, which costs time. Default `"epoch"`.
        initial_value_threshold: with `save_best_only`, the value to beat first.

    Raises:
        ArgumentError: for a file name that ends in anything else, or that names what is not in the logs.

    Source: `keras.callbacks.ModelCheckpoint`.

    Example:
    >>> ModelCheckpoint("best.weights.safetensors", monitor="val_accuracy", save_best_only=True)
    ModelCheckpoint(filepath='best.weights.safetensors', monitor='val_accuracy', save_best_only=True)
    """

    without_value = "so every time is taken for the best"
    rules = {
        "filepath": _FILEPATH,
        "verbose": VERBOSE,
        "save_best_only": BOOL,
        "save_weights_only": BOOL,
        "save_freq": _SAVE_FREQ,
        "initial_value_threshold": NUMBER.or_none(),
    }

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = self.is_watching = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._epoch = 0
        self._batches = 0
        is_for_weights = self.filepath.endswith(_WEIGHTS)
        if not (is_for_weights or self.filepath.endswith(_WHOLE)) or (
            save_weights_only and self.filepath.endswith(".keras")
        ):
            what, endings = ("weights", _WEIGHTS) if save_weights_only else ("models", _WHOLE)
            stem = re.sub(r"(\.weights)?(\.(keras|h5|hdf5|npz|weights))?$", "", self.filepath)
            raise ArgumentError(
                f"ModelCheckpoint writes {what} to files that end in '{endings[0]}' or '{endings[1]}'; received "
                f"filepath={value_text(self.filepath)}.\nWrite filepath='{stem}{endings[0]}'."
            )

    def wants_batches(self, mode: str) -> bool:
        """True for training with a number as `save_freq`."""
        return mode == "train" and self.save_freq != "epoch"

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            return
        self._batches += 1
        if self._batches >= int(self.save_freq):
            self._batches = 0
            self._save(self._epoch, {"batch": batch + 1} | (logs or {}), logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, logs or {}, logs or {})

    def _save(self, epoch: int, fields: dict[str, Any], logs: Logs) -> None:
        path = self._path({"epoch": epoch + 1} | fields)
        if not self._is_due(epoch, logs, path):
            return
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        weights_only = self.save_weights_only or path.endswith(_WEIGHTS)
        (self.model.save_weights if weights_only else self.model.save)(path, overwrite=True)
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: finished saving model to {path}")

    def _is_due(self, epoch: int, logs: Logs, path: str) -> bool:
        value = self.watched(logs) if self.save_best_only else None
        if value is None:
            self._say(f"Epoch {epoch + 1}: saving model to {path}")
            return True
        before = "None" if self.best is None else f"{self.best:.5f}"
        if not self.is_improvement(value, self.best):
            self._say(f"Epoch {epoch + 1}: {self.monitor} did not improve from {before}")
            return False
        self._say(f"Epoch {epoch + 1}: {self.monitor} improved from {before} to {value:.5f}, saving model to {path}")
        self.best = value
        return True

    def _say(self, text: str) -> None:
        if self.verbose > 0:
            say(text)

    def _path(self, fields: dict[str, Any]) -> str:
        try:
            return self.filepath.format(**fields)
        except KeyError as error:
            name = error.args[0]
            raise ArgumentError(
                f"ModelCheckpoint(filepath={self.filepath!r}) names {{{name}}}, which is not in the logs."
                f"{suggestion(str(name), fields)}"
            ) from None
        except (ValueError, IndexError, TypeError, AttributeError) as error:
            raise ArgumentError(
                f"ModelCheckpoint(filepath={self.filepath!r}) cannot be filled in: {error}.\n"
                "Write fields as in '{epoch:02d}-{loss:.2f}', and braces that are meant as they are as '{{' and '}}'."
            ) from None
