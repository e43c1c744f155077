"""Checkpoints in the format of Orbax, the checkpointing library of the JAX world."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import jax

from heron.callbacks.callback import Logs
from heron.callbacks.console import VERBOSE, say
from heron.callbacks.monitor import Monitor
from heron.errors import MissingPackageError
from heron.validate import BOOL, NUMBER, POSITIVE_INT, Rule, is_int

_DIRECTORY = Rule(
    "the name of a folder",
    lambda v: isinstance(v, str | os.PathLike) and bool(os.fspath(v)),
    ("checkpoints", Path("run") / "checkpoints"),
    (None, 3, ""),
)
_SAVE_FREQ = Rule(
    "'epoch' or a positive number of batches",
    lambda v: v == "epoch" or (is_int(v) and v > 0),
    ("epoch", 100),
    ("batch", 0, -1, 2.5, None),
)


class OrbaxCheckpoint(Monitor):
    """Saves the state of training with Orbax (`pip install 'heron[orbax]'`), in the background if wanted.

    A checkpoint is a folder named after its epoch (or, with a number as `save_freq`, after the batches done). It holds
    the tree that `model.get_state_tree()` returns, as `pytree`, and the model's config, as `model_config`.

    Args:
        directory: the folder of the checkpoints; made if need be.
        monitor: the value that `save_best_only` goes by. Default `"val_loss"`.
        verbose: 1 says what is saved. Default 0.
        save_best_only: save only when `monitor` has improved. Default False.
        mode: `"min"`, `"max"`, or `"auto"` to go by the metric. Default `"auto"`.
        save_freq: `"epoch"`, or a number of batches; training then returns to Python after every batch. Default
            `"epoch"`.
        initial_value_threshold: with `save_best_only`, the value to beat first.
        max_to_keep: keep the latest so many; None for all. Default 1.
        save_on_background: go on with training while the files are written. Default True.
        save_weights_only: leave out the states of the optimizer and the metrics, and the config. Default False.

    Raises:
        MissingPackageError: (an `ImportError`) when Orbax is not installed.

    Training goes on from the latest one, in a model that was made and compiled as it was:

        checkpointer = orbax.checkpoint.v1.training.Checkpointer(directory)
        model.optimizer.build(model.trainable_variables)
        state = checkpointer.load_checkpointables(None, {"pytree": model.get_state_tree()})
        model.set_state_tree(state["pytree"])

    Source: `keras.callbacks.OrbaxCheckpoint`; https://orbax.readthedocs.io
    """

    without_value = "so every time is taken for the best"
    rules = {
        "directory": _DIRECTORY,
        "verbose": VERBOSE,
        "save_best_only": BOOL,
        "save_freq": _SAVE_FREQ,
        "initial_value_threshold": NUMBER.or_none(),
        "max_to_keep": POSITIVE_INT.or_none(),
        "save_on_background": BOOL,
        "save_weights_only": BOOL,
    }

    def __init__(
        self,
        directory: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        max_to_keep: int | None = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.directory = os.path.abspath(directory)  # which Orbax asks for
        self.verbose = verbose
        self.save_best_only = self.is_watching = save_best_only
        self.save_freq = save_freq
        self.max_to_keep = max_to_keep
        self.save_on_background = save_on_background
        self.save_weights_only = save_weights_only
        self._orbax = _orbax()
        self._checkpointer: Any = None
        self._running: list[Any] = []
        self._batches = 0

    def wants_batches(self, mode: str) -> bool:
        """True for training with a number as `save_freq`."""
        return mode == "train" and self.save_freq != "epoch"

    def on_train_begin(self, logs: Logs | None = None) -> None:
        super().on_train_begin(logs)
        self._batches = int(self.model.optimizer.iterations)
        training = self._orbax.training
        kept = None if self.max_to_keep is None else training.preservation_policies.LatestN(self.max_to_keep)
        self._checkpointer = training.Checkpointer(
            self.directory,
            save_decision_policy=training.save_decision_policies.FixedIntervalPolicy(1),
            preservation_policy=kept,
        )

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._batches += 1
        if self.save_freq != "epoch" and self._batches % int(self.save_freq) == 0:
            self._save(self._batches, logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, logs or {})

    def on_train_end(self, logs: Logs | None = None) -> None:
        self.wait_until_finished()
        self._checkpointer.close()

    def wait_until_finished(self) -> None:
        """Waits until what is being written in the background is on the disk.

        Raises:
            Exception: what went wrong in the background, if something did.
        """
        while self._running:
            self._running.pop(0).result()

    def is_multihost_enabled(self) -> bool:
        """Whether several hosts train together."""
        return bool(jax.distributed.is_initialized())

    def is_primary_host(self) -> bool:
        """Whether this process is the one, of several hosts, that speaks for all; True for one host."""
        return not self.is_multihost_enabled() or jax.process_index() == 0

    def _save(self, step: int, logs: Logs) -> None:
        if self.save_best_only:
            value = self.watched(logs)
            if value is not None:
                if not self.is_improvement(value, self.best):
                    return
                self.best = value
        tree = self.model.get_state_tree()
        groups = ("trainable_variables", "non_trainable_variables")
        parts: dict[str, Any] = {"pytree": {name: tree[name] for name in groups} if self.save_weights_only else tree}
        if not self.save_weights_only:
            parts["model_config"] = {"config": self.model.to_json()}
        if self.verbose > 0:
            say(f"Saving checkpoint {step} to {self.directory}")
        if self.save_on_background:
            self._running.append(self._checkpointer.save_checkpointables_async(step, parts))
        else:
            self._checkpointer.save_checkpointables(step, parts)


def _orbax() -> Any:
    """Orbax's present interface."""
    try:
        return importlib.import_module("orbax.checkpoint").v1
    except (ImportError, AttributeError) as error:  # installed, but so old that it has no v1
        raise MissingPackageError(
            "OrbaxCheckpoint needs the package orbax-checkpoint (0.12 or later), which is not installed.\n"
            f"Install it: pip install 'heron[orbax]'. ({error})"
        ) from None
