"""Event files that TensorBoard shows."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np

from heron.callbacks import event_file
from heron.callbacks.callback import Callback, Logs
from heron.callbacks.event_file import EventWriter
from heron.errors import ArgumentError, HeronError, suggestion
from heron.layers import Embedding
from heron.registry import Configurable
from heron.validate import BOOL, Rule, is_int

_LOG_DIR = Rule(
    "the name of a folder",
    lambda v: isinstance(v, str | os.PathLike) and bool(os.fspath(v)),
    ("logs", Path("run") / "logs"),
    (None, 3, ""),
)
_EVERY = Rule("0 for never, or a number of epochs", lambda v: is_int(v) and v >= 0, (0, 2), (-1, 1.5, "1", None, True))
_UPDATE_FREQ = Rule(
    "'epoch', 'batch' or a positive number of batches",
    lambda v: v in ("epoch", "batch") or (is_int(v) and v > 0),
    ("epoch", "batch", 100),
    ("step", 0, -1, 2.5, None),
)


def _batches(value: Any) -> tuple[int, int] | None:
    """The first and the last batch to profile, None for something that is neither a number nor a pair of them."""
    if isinstance(value, str):
        parts = [part.strip() for part in value.split(",")]
        value = [int(part) for part in parts] if all(part.isdigit() for part in parts) else ()
    pair = [value, value] if is_int(value) else list(value) if isinstance(value, tuple | list) else []
    pair = pair * 2 if len(pair) == 1 else pair
    good = len(pair) == 2 and all(map(is_int, pair)) and 0 <= pair[0] <= pair[1] and (pair[0] > 0 or pair[1] == 0)
    return (pair[0], pair[1]) if good else None


_PROFILE_BATCH = Rule(
    "0 for none, the number of a batch (from 1), or a pair (first, last)",
    lambda v: not isinstance(v, bool) and _batches(v) is not None,
    (0, 5, (2, 4), "2,4"),
    (-1, (4, 2), (1, 2, 3), "x", None, 1.5, True),
)
_METADATA = Rule(
    "a path, or a dict from the names of Embedding layers to paths",
    lambda v: v is None or isinstance(v, str | os.PathLike | Mapping),
    (None, "words.tsv", {}),
    (3, ["a"]),
)


class TensorBoard(Configurable, Callback):
    """Writes event files, which TensorBoard shows; neither TensorFlow nor TensorBoard is needed for writing them.

    In `log_dir`, the folder `train` gets `epoch_loss`, `epoch_learning_rate` and the other logs of each epoch, and
    `validation` those of the validation, and `evaluation_loss_vs_iterations` and so on for each evaluation. Look at
    them with `tensorboard --logdir logs`.

    Args:
        log_dir: the folder; made if need be. Default `"logs"`.
        histogram_freq: how often, in epochs, the distributions of the weights are written; 0 for never. Default 0.
        write_graph: write the model's layers, of functional and sequential models. Default True.
        write_images: with the distributions, write the weights as pictures too. Default False.
        write_steps_per_second: write how many batches a second were trained. Default False.
        update_freq: write `batch_loss` and so on every so many batches (`"batch"`: every one), besides the logs of the
            epochs; training then returns to Python after every batch. Default `"epoch"`: not.
        profile_batch: the number of a batch, or `(first, last)`, of which JAX's profiler writes a trace; batches count
            from 1 through the epochs, and training returns to Python after every one. Default 0: none.
        embeddings_freq: how often, in epochs, the weights of `Embedding` layers are written for TensorBoard's
            projector; 0 for never. Default 0.
        embeddings_metadata: the file with the names of their rows, or a dict of such by the layers' names.

    Raises:
        ArgumentError: when training begins, for `embeddings_metadata` of a layer that is no `Embedding` of the model.

    Source: `keras.callbacks.TensorBoard`.

    Example:
    >>> TensorBoard("run/logs", histogram_freq=1)
    TensorBoard(log_dir='run/logs', histogram_freq=1)
    """

    rules = {
        "log_dir": _LOG_DIR,
        "histogram_freq": _EVERY,
        "write_graph": BOOL,
        "write_images": BOOL,
        "write_steps_per_second": BOOL,
        "update_freq": _UPDATE_FREQ,
        "profile_batch": _PROFILE_BATCH,
        "embeddings_freq": _EVERY,
        "embeddings_metadata": _METADATA,
    }

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._profiled = _batches(profile_batch) or (0, 0)
        self._writers: dict[str, EventWriter] = {}
        self._is_tracing = False
        self._batch = 0  # trained so far
        self._epoch_began = self._batch_began = (0.0, 0)  # when, and the number of updates

    def wants_batches(self, mode: str) -> bool:
        """True for training when something is written, or looked at, by batch."""
        return mode == "train" and (self.update_freq != "epoch" or self._profiled[1] > 0)

    def _write(self, run: str, step: int, *summaries: bytes) -> None:
        if run not in self._writers:
            self._writers[run] = EventWriter(os.path.join(self.log_dir, run))
        self._writers[run].add(step, *summaries)

    # ---- what happens ---------------------------------------------------------------------------------------------

    def set_model(self, model: Any) -> None:
        """Takes the model; a new training has files of its own."""
        super().set_model(model)
        self._writers = {}

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._batch = 0
        if self.write_graph and hasattr(self.model, "to_json") and getattr(self.model, "inputs", None):
            self._write_layers()
        if self.embeddings_freq:
            self._configure_projector()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._stop_trace()

    def on_test_end(self, logs: Logs | None = None) -> None:
        step, names = self._updates(), logs or {}
        self._write("validation", step, *_scalars("evaluation_{}_vs_iterations", names))

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch_began = time.perf_counter(), self._updates()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        given = logs or {}
        train = {name: value for name, value in given.items() if not name.startswith("val_")} | self._rates()
        if self.write_steps_per_second:
            train["steps_per_second"] = self._pace(self._epoch_began)
        validation = {name[4:]: value for name, value in given.items() if name.startswith("val_")}
        for run, values in (("train", train), ("validation", validation)):
            if values:
                self._write(run, epoch, *_scalars("epoch_{}", values))
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._write_embeddings()

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._batch += 1
        self._batch_began = time.perf_counter(), self._updates()
        if self._profiled[0] == self._batch and not self._is_tracing:
            jax.profiler.start_trace(os.path.join(self.log_dir, "train"))
            self._is_tracing = True

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self.update_freq != "epoch" and self._batch % int(self.update_freq) == 0:
            values = dict(logs or {})
            if self.write_steps_per_second:
                values["steps_per_second"] = self._pace(self._batch_began)
            self._write("train", self._batch, *_scalars("batch_{}", values))
        if self._batch >= self._profiled[1]:
            self._stop_trace()

    # ---- what is written ------------------------------------------------------------------------------------------

    def _updates(self) -> int:
        optimizer = getattr(self.model, "optimizer", None)
        return 0 if optimizer is None else int(optimizer.iterations)

    def _pace(self, began: tuple[float, int]) -> float:
        return (self._updates() - began[1]) / max(time.perf_counter() - began[0], 1e-9)

    def _rates(self) -> dict[str, float]:
        given = getattr(self.model, "optimizer", None)
        outer = getattr(given, "inner_optimizer", given)
        several = getattr(outer, "optimizers", None)
        if several is not None:
            return {f"learning_rate_{one.name}": float(one.learning_rate) for one in several}
        return {} if outer is None else {"learning_rate": float(outer.learning_rate)}

    def _write_layers(self) -> None:
        try:
            text = self.model.to_json()
        except (HeronError, TypeError, ValueError):  # a model with a part that is no data has no such picture
            return
        self._write("train", 0, event_file.text("keras", "graph_keras_model", text))

    def _write_weights(self, epoch: int) -> None:
        summaries = []
        for weight in (weight for layer in self.model.layers for weight in layer.weights):
            array = weight.numpy()
            summaries.append(event_file.histogram(f"{weight.path}/histogram", array))
            pictures = _pictures(array) if self.write_images else None
            if pictures is not None:
                summaries.append(event_file.images(f"{weight.path}/image", pictures))
        self._write("train", epoch, *summaries)

    def _embeddings(self) -> list[Any]:
        return [layer for layer in self.model.layers if isinstance(layer, Embedding)]

    def _configure_projector(self) -> None:
        metadata, entries = self.embeddings_metadata, []
        names = [layer.name for layer in self._embeddings()]
        for name in names:
            path = metadata.get(name) if isinstance(metadata, Mapping) else metadata
            lines = [f'tensor_name: "{name}"', f'tensor_path: "{name}.tsv"']
            lines += [f'metadata_path: "{os.fspath(path)}"'] if path is not None else []
            entries.append("embeddings {\n  " + "\n  ".join(lines) + "\n}\n")
        unknown = [name for name in metadata if name not in names] if isinstance(metadata, Mapping) else []
        if unknown:
            raise ArgumentError(
                f"TensorBoard: embeddings_metadata names {unknown[0]!r}, which is no Embedding layer of the model."
                f"{suggestion(unknown[0], names)}"
            )
        os.makedirs(self.log_dir, exist_ok=True)
        Path(self.log_dir, "projector_config.pbtxt").write_text("".join(entries), encoding="utf-8")

    def _write_embeddings(self) -> None:
        for layer in self._embeddings():
            np.savetxt(os.path.join(self.log_dir, f"{layer.name}.tsv"), layer.weights[0].numpy(), delimiter="\t")

    def _stop_trace(self) -> None:
        if self._is_tracing:
            self._is_tracing = False
            jax.profiler.stop_trace()


def _scalars(pattern: str, values: Logs) -> list[bytes]:
    """The summaries of those values that are one number."""
    return [event_file.scalar(pattern.format(k), float(v)) for k, v in values.items() if np.ndim(v) == 0]


def _pictures(array: np.ndarray) -> np.ndarray | None:
    """A weight as grey pictures, uint8 (n, height, width, 1): a line, a matrix, or one for each kernel.

    None for weights of more than three axes that are longer than 1.
    """
    array = np.squeeze(array.astype(np.float32))
    if array.ndim == 2 and array.shape[0] > array.shape[1]:
        array = array.T
    if array.ndim > 3 or array.size == 0:
        return None
    array = array.transpose(2, 0, 1) if array.ndim == 3 else array.reshape(1, -1, array.shape[-1] if array.ndim else 1)
    low, high = np.nanmin(array), np.nanmax(array)
    scaled = (array - low) / (high - low if high > low else 1.0)
    return np.nan_to_num(scaled * 255).astype(np.uint8)[..., None]
