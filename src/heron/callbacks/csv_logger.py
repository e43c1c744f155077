"""The logs of training as a table in a file."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from heron.callbacks.callback import Callback, Logs
from heron.errors import ArgumentError, note
from heron.registry import Configurable
from heron.validate import BOOL, Rule

_FILENAME = Rule(
    "a path",
    lambda v: isinstance(v, str | os.PathLike) and bool(os.fspath(v)),
    ("log.csv", Path("run") / "log.csv"),
    (None, 3, ""),
)
_SEPARATOR = Rule(
    "one character",
    lambda v: isinstance(v, str) and len(v) == 1 and v not in '\r\n"',
    (",", ";", "\t"),
    ("", ", ", "\n", None, 1),
)


class CSVLogger(Configurable, Callback):
    """Writes one row of logs for every epoch to a CSV file.

    The columns are `epoch` (from 0) and then the names in the logs of the first epoch, sorted; when there are no `val_`
    names among them, columns for these follow. A value that is missing is written `NA`. Every row is handed to
    the system when its epoch ends: after a crash of the program the file holds all epochs before it.

    Args:
        filename: the file; missing folders are made.
        separator: what stands between columns. Default `","`.
        append: add to a file that exists, keeping its columns. Default False: begin a new one.

    Raises:
        ArgumentError: with `append=True`, when training begins, for a file that is no such table.

    Source: `keras.callbacks.CSVLogger`.

    Example:
    >>> CSVLogger("run/log.csv", append=True)
    CSVLogger(filename='run/log.csv', append=True)
    """

    rules = {"filename": _FILENAME, "separator": _SEPARATOR, "append": BOOL}

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys: list[str] | None = None
        self._noted = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.keys = None
        self._noted = False
        folder = os.path.dirname(self.filename)
        if folder:
            os.makedirs(folder, exist_ok=True)
        torn = self._read_columns() if self.append and os.path.exists(self.filename) else False
        self._write("\r\n" if torn else "", "a" if self.append else "w")

    def _read_columns(self) -> bool:
        """Takes the columns of the file that exists; returns whether its last line was cut off."""
        with open(self.filename, encoding="utf-8", errors="replace", newline="") as file:
            text = file.read()
        header = next(csv.reader(text.splitlines()[:1], delimiter=self.sep), None)
        if header and header[0] != "epoch":
            raise ArgumentError(
                f"CSVLogger(append=True): {self.filename!r} exists, but its first column with separator {self.sep!r} "
                f"is {header[0]!r}, not 'epoch'.\nPass the separator it was written with, or another filename."
            )
        self.keys = header[1:] if header else None
        return bool(text) and not text.endswith(("\n", "\r"))

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        text = ""
        if self.keys is None:
            self.keys = _columns(logs)
            text = self._line(["epoch", *self.keys])
        elif not self._noted and not set(logs) <= set(self.keys):
            self._note_columns(sorted(set(logs) - set(self.keys)))
        row = [epoch, *(_cell(logs.get(key, "NA")) for key in self.keys)]
        self._write(text + self._line(row), "a")

    def _write(self, text: str, mode: str) -> None:
        with open(self.filename, mode, encoding="utf-8", newline="") as file:
            file.write(text)

    def _line(self, row: list[Any]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self.sep).writerow(row)
        return text.getvalue()

    def _note_columns(self, extra: list[str]) -> None:
        self._noted = True
        note(
            f"CSVLogger: {self.filename!r} has no column for {', '.join(extra)}; left out.\n"
            "Write to a new file to have all columns."
        )


def _columns(logs: Logs) -> list[str]:
    keys = sorted(logs)
    return keys if any(key.startswith("val_") for key in keys) else keys + [f"val_{key}" for key in keys]


def _cell(value: Any) -> Any:
    if isinstance(value, Iterable) and not isinstance(value, str) and getattr(value, "ndim", 1) > 0:
        return f'"[{", ".join(map(str, value))}]"'
    return value
