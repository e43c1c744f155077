"""The files of a folder, their classes by subfolder, and which of them are kept for validation."""

from __future__ import annotations

import collections
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from heron.errors import ArgumentError, ArgumentTypeError, DataError, nearest, note, value_text
from heron.settings import draw_seed, is_interactive_logging_enabled
from heron.validate import is_number

LABEL_MODES = ("int", "categorical", "binary", None)
SUBSETS = ("training", "validation", "both", None)


class Listing(NamedTuple):
    """Files in order, with the number of the class of each; labels and names are None where there are none."""

    paths: list[str]
    labels: np.ndarray | None
    class_names: list[str] | None


class Request(NamedTuple):
    """What the three functions that read folders are asked for in common.

    Attributes:
        owner: the function, for messages.
        what: what the files hold, `pictures` say.
        formats: the endings of their names.
    """

    owner: str
    what: str
    formats: tuple[str, ...]
    directory: Any
    labels: Any
    label_mode: str | None
    class_names: Sequence[str] | None
    shuffle: bool
    seed: int | None
    validation_split: float | None
    subset: str | None
    follow_links: bool
    verbose: bool

    def checked(self) -> Request:
        """The request with a seed, and without labels where none are wanted.

        Raises:
            ArgumentError: for arguments that contradict each other.
        """
        _check_labels(self)
        _check_split(self)
        none = self.labels is None or self.label_mode is None
        return self._replace(
            directory=os.fspath(self.directory),
            labels=None if none else self.labels,
            label_mode=None if none else self.label_mode,
            seed=draw_seed() % 10**6 if self.seed is None else self.seed,
        )


def _check_labels(asked: Request) -> None:
    owner = asked.owner
    if not isinstance(asked.directory, str | os.PathLike):
        raise ArgumentTypeError(f"{owner} expects the path of a folder; received {value_text(asked.directory)}.")
    if asked.label_mode not in LABEL_MODES:
        near = nearest(str(asked.label_mode), [m for m in LABEL_MODES if m])
        raise ArgumentError(
            f"{owner}: label_mode must be 'int', 'categorical', 'binary' or None; received {asked.label_mode!r}."
            + (f" Did you mean {near!r}?" if near else "")
        )
    if not (asked.labels is None or asked.labels == "inferred" or isinstance(asked.labels, list | tuple | np.ndarray)):
        raise ArgumentError(
            f"{owner}: labels must be 'inferred' (a class for each subfolder), None, or a list with a whole number "
            f"for each file; received {value_text(asked.labels)}."
        )
    if asked.class_names is not None and not isinstance(asked.labels, str):
        raise ArgumentError(
            f"{owner}: class_names orders the subfolders, so it goes with labels='inferred' only; received labels="
            f"{value_text(asked.labels)}.\nLeave class_names out."
        )


def _check_split(asked: Request) -> None:
    owner, share = asked.owner, asked.validation_split
    if share and (not is_number(share) or not 0 < share < 1):
        percent = f"\nFor {share} per cent write {share / 100}." if is_number(share) and 1 < share < 100 else ""
        raise ArgumentError(f"{owner}: validation_split must be between 0 and 1; received {share!r}.{percent}")
    if asked.subset not in SUBSETS:
        raise ArgumentError(
            f"{owner}: subset must be 'training', 'validation', 'both' or None; received {asked.subset!r}."
        )
    if bool(share) != bool(asked.subset):
        raise ArgumentError(
            f"{owner}: validation_split and subset go together; received validation_split={share!r} and "
            f"subset={asked.subset!r}.\nWrite validation_split=0.2, subset='both' for a data set of each."
        )
    if share and asked.shuffle and asked.seed is None and asked.subset != "both":
        raise ArgumentError(
            f"{owner}: the files are shuffled before they are split, so the training and the validation part must be "
            "made with the same seed, or they would overlap.\nGive seed=0 to both calls, or take subset='both'."
        )


def listing(asked: Request) -> Listing:
    """All files asked for, in the order of Keras: by folder and name, or shuffled by the seed.

    Raises:
        DataError: when there is no folder, no subfolder or no file, with what is there instead.
    """
    if not os.path.isdir(asked.directory):
        there = "a file, not a folder" if os.path.exists(asked.directory) else "not there"
        raise DataError(
            f"{asked.owner}: {asked.directory!r} is {there}. The current folder is {str(Path.cwd())!r}; "
            "give the path from there, or a whole one."
        )
    names = _class_folders(asked) if isinstance(asked.labels, str) else [""]
    groups = [_files(os.path.join(asked.directory, name), asked) for name in names]
    paths = [path for group in groups for path in group]
    if not paths:
        raise _no_files(asked)
    labels: np.ndarray | None = None
    class_names: list[str] | None = None
    if isinstance(asked.labels, str):
        labels, class_names = np.repeat(np.arange(len(names), dtype=np.int32), [len(g) for g in groups]), names
        if empty := [name for name, group in zip(names, groups, strict=True) if not group]:
            note(
                f"{asked.owner}: {len(empty)} of {len(names)} class folders hold no {asked.what}: "
                f"{', '.join(empty[:5])}. Their classes have numbers, and never occur."
            )
    elif asked.labels is not None:
        if len(asked.labels) != len(paths):
            raise ArgumentError(
                f"{asked.owner}: labels has {len(asked.labels)} entries, the folder {len(paths)} {asked.what}; "
                "expected one for each, in the order of their paths."
            )
        labels = np.asarray(asked.labels)
        if labels.dtype.kind not in "iu":
            raise ArgumentError(f"{asked.owner}: labels must be whole numbers; received {labels.dtype} values.")
        labels, class_names = labels.astype(np.int32), [str(v) for v in sorted(set(asked.labels))]
    _check_binary(asked, class_names)
    found = "" if class_names is None else f" belonging to {len(class_names)} classes"
    say(f"Found {len(paths)} files{found}.", asked.verbose)
    return _shuffled(Listing(paths, labels, class_names), asked)


def _shuffled(found: Listing, asked: Request) -> Listing:
    if not asked.shuffle:
        return found
    order = np.arange(len(found.paths))
    np.random.RandomState(asked.seed).shuffle(order)  # NumPy's old generator, for the order of Keras
    labels = None if found.labels is None else found.labels[order]
    return found._replace(paths=[found.paths[i] for i in order], labels=labels)


def _check_binary(asked: Request, class_names: list[str] | None) -> None:
    if asked.label_mode == "binary" and class_names is not None and len(class_names) != 2:
        raise ArgumentError(
            f"{asked.owner}: label_mode='binary' needs exactly 2 classes; there are {len(class_names)}: "
            f"{', '.join(class_names[:8])}.\nWrite label_mode='int', and a loss of 'sparse_categorical_crossentropy'."
        )


def _class_folders(asked: Request) -> list[str]:
    entries = sorted(os.listdir(asked.directory))
    folders = [e for e in entries if not e.startswith(".") and os.path.isdir(os.path.join(asked.directory, e))]
    if not folders:
        files = sum(e.lower().endswith(asked.formats) for e in entries)
        raise DataError(
            f"{asked.owner}: {asked.directory!r} has no subfolders; expected one for each class, with its "
            f"{asked.what} inside. It holds {files} {asked.what} itself.\n"
            "Sort them into subfolders, or write labels=None for no labels."
        )
    if asked.class_names is None:
        return folders
    names = list(asked.class_names)
    if unknown := [name for name in names if name not in folders]:
        near = nearest(str(unknown[0]), folders)
        raise ArgumentError(
            f"{asked.owner}: class_names names {unknown[0]!r}, which is no subfolder of {asked.directory!r}."
            + (f" Did you mean {near!r}?" if near else "")
            + f"\nIts subfolders are: {', '.join(folders[:20])}."
        )
    return names


def _files(folder: str, asked: Request) -> list[str]:
    """The files below a folder, by subfolder and name."""
    return [
        os.path.join(root, name)
        for root, _, names in sorted(os.walk(folder, followlinks=asked.follow_links), key=lambda entry: entry[0])
        for name in sorted(names)
        if name.lower().endswith(asked.formats)
    ]


def _no_files(asked: Request) -> DataError:
    endings = collections.Counter(
        os.path.splitext(name)[1].lower() or "no ending" for _, _, names in os.walk(asked.directory) for name in names
    )
    others = ", ".join(f"{count} with {ending}" for ending, count in endings.most_common(4))
    return DataError(
        f"{asked.owner}: no {asked.what} in {asked.directory!r}; expected files that end in "
        f"{', '.join(asked.formats)}. "
        + (f"There are files of other kinds: {others}.\nConvert them first." if others else "It holds no files at all.")
    )


def parts(found: Listing, asked: Request) -> list[Listing]:
    """The part asked for, or the training and the validation part."""
    if not asked.validation_split:
        return [found]
    kept = int(asked.validation_split * len(found.paths))
    if not kept:
        raise ArgumentError(
            f"{asked.owner}: validation_split={asked.validation_split} of {len(found.paths)} files leaves none for "
            "validation. Give a greater share, or more files."
        )
    cut = len(found.paths) - kept
    both = {"training": slice(None, cut), "validation": slice(cut, None)}
    chosen = []
    for name, part in both.items():
        if asked.subset in (name, "both"):
            labels = None if found.labels is None else found.labels[part]
            chosen.append(found._replace(paths=found.paths[part], labels=labels))
            say(f"Using {len(chosen[-1].paths)} files for {name}.", asked.verbose)
    return chosen


def encoded(found: Listing, label_mode: str | None) -> np.ndarray | None:
    """The labels as the loss wants them: int32 `(n,)`, float32 `(n, 1)` of 0 and 1, or float32 rows of one 1."""
    if found.labels is None or found.class_names is None:
        return None
    if label_mode == "binary":
        return found.labels.astype(np.float32)[:, None]
    if label_mode == "categorical":
        return (found.labels[:, None] == np.arange(len(found.class_names))).astype(np.float32)
    return found.labels


def say(text: str, verbose: bool) -> None:
    """Writes a line to the terminal."""
    if verbose and is_interactive_logging_enabled():
        sys.stdout.write(text + "\n")
