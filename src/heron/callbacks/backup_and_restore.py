"""Going on after a crash: training is kept in a folder as it goes."""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path
from typing import Any

from heron.callbacks.callback import Callback, Logs
from heron.errors import ArgumentError, note
from heron.registry import Configurable
from heron.validate import BOOL, Rule, is_int

_BACKUP_DIR = Rule(
    "the name of a folder",
    lambda v: isinstance(v, str | os.PathLike) and bool(os.fspath(v)),
    ("backup", Path("run") / "backup"),
    (None, 3, ""),
)
_SAVE_FREQ = Rule(
    "'epoch' or a positive number of batches",
    lambda v: v == "epoch" or (is_int(v) and v > 0),
    ("epoch", 100),
    ("batch", 0, -1, 2.5, None, True),
)
_OWN_WEIGHTS = re.compile(r"\d+-\d+\.weights\.h5")
_METADATA, _BEFORE, _KERAS_WEIGHTS = "training_metadata.json", "training_metadata.json.bkp", "latest.weights.h5"


class BackupAndRestore(Configurable, Callback):
    """Keeps the state of training in a folder, so that the same program, started again, goes on where it was killed.

    Kept are the weights, the state of the optimizer and of random layers, the number of the epoch, and the order in
    which the samples come from there on: the weights are in the end those of a training that was never interrupted.
    This holds for arrays, a `heron.data.Dataset` and a `PyDataset`; generators and the data of other libraries are
    begun anew. A `PyDataset` that keeps an order of its own has `get_state()`, which returns it as plain data, and
    `set_state(state)`. A backup is there whole or not at all. It is deleted when training has ended; not after Ctrl-C.

    Args:
        backup_dir: the folder, of this training alone; made if need be.
        save_freq: `"epoch"`, or a number of batches, counted on through the epochs. An epoch that was killed then goes
            on after the batch of the last backup, its metrics being those of the rest; and training returns to Python
            after every batch. Default `"epoch"`.
        double_checkpoint: keep the backup before the last one too, for when the last cannot be read. Default False.
        delete_checkpoint: delete the backup when training has ended. Default True.

    Raises:
        ArgumentError: when training begins, for a backup that cannot be read or is of another model.

    Source: `keras.callbacks.BackupAndRestore`.

    Example:
    >>> BackupAndRestore("run/backup")
    BackupAndRestore(backup_dir='run/backup')
    """

    rules = {
        "backup_dir": _BACKUP_DIR,
        "save_freq": _SAVE_FREQ,
        "double_checkpoint": BOOL,
        "delete_checkpoint": BOOL,
    }

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._batches = 0
        self._is_complete = False
        self._begun: tuple[int, dict[str, Any]] = (0, {})  # the epoch that runs, and its order of samples

    def wants_batches(self, mode: str) -> bool:
        """True for training with a number as `save_freq`."""
        return mode == "train" and self.save_freq != "epoch"

    # ---- going on -------------------------------------------------------------------------------------------------

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._batches, self._is_complete = 0, False
        kept = [name for name in (_METADATA, _BEFORE) if os.path.exists(self._path(name))]
        for name in kept:
            try:
                self._restore(name)
                break
            except (OSError, ValueError) as error:
                if name == kept[-1]:
                    raise ArgumentError(
                        f"BackupAndRestore cannot go on from the backup in {self.backup_dir!r}: {error}\n"
                        "Delete that folder to begin anew, or name another one."
                    ) from error
                note(f"The last backup in {self.backup_dir!r} cannot be read; the one before it is taken. ({error})")

    def _restore(self, name: str) -> None:
        with open(self._path(name), encoding="utf-8") as file:
            data = json.load(file)
        weights = data.get("weights", _KERAS_WEIGHTS) if isinstance(data, dict) else None
        if not weights or os.path.basename(str(weights)) != weights or not is_int(data.get("epoch")):
            raise ArgumentError(f"{name!r} does not say which epoch and weights it is of.")
        self.model.load_weights(self._path(weights))
        place = self.model._place
        place.first = data["epoch"]
        if "place" in data:
            place.go_to(data["place"])

    # ---- keeping --------------------------------------------------------------------------------------------------

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._begun = epoch, self.model._place.mark()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.model._place.is_interrupted:
            return
        self._is_complete = epoch + 1 >= self.params.get("epochs", 0) or self.model.stop_training
        is_whole = self.save_freq == "epoch" or self._batches % int(self.save_freq) == 0  # nobody may know its length
        if is_whole:
            self._save(epoch + 1, self.model._place.mark())

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            return
        self._batches += 1
        if self._batches % int(self.save_freq) == 0:
            self._keep(batch + 1)

    def _keep(self, done: int) -> None:
        """Keeps the place after `done` batches of this process in the epoch that runs."""
        epoch, begun = self._begun
        place = self.model._place
        mark = place.mark(done)
        if place.feed.ends_with(done):
            self._save(epoch + 1, place.mark())
        elif "done" not in mark and mark.get("stream") is None:  # data that cannot go on in the middle
            self._save(epoch, begun)
        else:
            self._save(epoch, mark)

    def _save(self, epoch: int, place: dict[str, Any]) -> None:
        """Writes the weights, then the text that names them; what it does not name any more is deleted last."""
        os.makedirs(self.backup_dir, exist_ok=True)
        before = self._named(_METADATA)
        number = max((int(n.partition("-")[0]) for n in self._own_files()), default=-1) + 1
        weights = f"{number}-{epoch}.weights.h5"
        self.model.save_weights(self._path(weights), overwrite=True)
        if self.double_checkpoint and before is not None:
            os.replace(self._path(_METADATA), self._path(_BEFORE))
        text = json.dumps({"epoch": epoch, "weights": weights, "place": place})
        part = self._path(f"{_METADATA}.part")
        with open(part, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self._path(_METADATA))
        self._delete_but({weights, self._named(_BEFORE)})

    def on_train_end(self, logs: Logs | None = None) -> None:
        if not self.delete_checkpoint or not self._is_complete:
            return
        for name in (_METADATA, _BEFORE, f"{_METADATA}.part"):  # what names the weights goes first
            Path(self._path(name)).unlink(missing_ok=True)
        self._delete_but(set())
        with contextlib.suppress(OSError):  # a folder that holds something else stays
            os.rmdir(self.backup_dir)

    # ---- the folder -----------------------------------------------------------------------------------------------

    def _path(self, name: str) -> str:
        return os.path.join(self.backup_dir, name)

    def _own_files(self) -> list[str]:
        if not os.path.isdir(self.backup_dir):
            return []
        return [name for name in os.listdir(self.backup_dir) if _OWN_WEIGHTS.fullmatch(name)]

    def _named(self, name: str) -> str | None:
        """The file of weights that one of the texts names, None if there is none."""
        try:
            return str(json.loads(Path(self._path(name)).read_text(encoding="utf-8")).get("weights", _KERAS_WEIGHTS))
        except (OSError, ValueError, AttributeError):
            return None

    def _delete_but(self, kept: set[str | None]) -> None:
        for name in self._own_files():
            if name not in kept:
                Path(self._path(name)).unlink(missing_ok=True)
