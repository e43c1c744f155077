"""`describe`: from data of any kind to a description."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from heron.data import columns
from heron.data.columns import Values
from heron.data.description.catalogued import data_set_names, data_set_source
from heron.data.description.examples import examples
from heron.data.description.facts import ColumnFacts, Facts, PartFacts, Shift
from heron.data.description.files import SUFFIXES, file_source
from heron.data.description.findings import findings
from heron.data.description.folders import folder_source
from heron.data.description.leakage import determined, shifts
from heron.data.description.measure import column_facts
from heron.data.description.pictures import Looks, look_at_block
from heron.data.description.reading import source_of
from heron.data.description.repeats import repeats
from heron.data.description.result import Description
from heron.data.description.source import Part, Source, Wishes, as_classes, class_labels, sample_note
from heron.errors import ArgumentError, ArgumentTypeError, DataError, UnknownNameError, nearest, value_text
from heron.validate import NON_NEGATIVE_INT, POSITIVE_INT, one_of

CLASS = "class"
"""The kind of a target that names classes; the parts hold the number of rows of each."""

_KIND = one_of("table", "pictures", "sequences", "texts").or_none()


def describe(
    x: Any,
    y: Any = None,
    *,
    validation: Any = None,
    test: Any = None,
    target: str | None = None,
    kind: str | None = None,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    name: str | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> Description:
    """Looks at data and says what is in them, what is wrong with them, and how to mend it.

    Rows, kinds of columns, missing values, ranges, class balance, equal and nearly equal rows, what the test part has
    in common with the training part, columns that hold the answer, pictures that cannot be read. `print` the result;
    in a notebook it is a page, which `save("page.html")` writes to a file.

    Args:
        x: arrays `(rows, ...)` of NumPy, JAX or another library, frames of pandas or polars, tables of pyarrow,
            dicts of columns, lists of numbers, of texts or of dicts, iterables of batches; or a file (.csv, .tsv,
            .jsonl, .json, .parquet, .npy, .npz), a folder, or the name of a data set of `heron.datasets`.
        y: the targets, one a row; or the name of the column that is the target.
        validation: the validation part: `(x, y)`, or `x` alone; or a file.
        test: the test part, likewise.
        target: the name of the column that is to be predicted.
        kind: `"table"`, `"pictures"`, `"sequences"` or `"texts"`, where heron should not find out by itself.
        feature_names: a name for each column of an array, or each channel of sequences.
        class_names: a name for each class number.
        name: what the description calls the data.
        sample: the most rows of a part to look at. By default 400,000 and 400 MB, 4,000 pictures in files; the
            description says so when there are more.
        seed: of the choice of those rows.

    Raises:
        DataError: for data that are empty, do not fit together or cannot be read.
        UnknownNameError: for a name that is no data set, no file and no folder.
        ArgumentError: for other arguments that cannot be used.

    Example:
    >>> import numpy as np
    >>> ages = np.array([[31.0, 1.0], [48.0, 1.0], [np.nan, 1.0], [25.0, 1.0]])
    >>> for finding in describe(ages, feature_names=["age", "here"]).findings[:2]:
    ...     print(finding.text)
    Missing values in 1 column: 'age' 1 (25.0 %).
    Column 'here' is 1 in every row: it says nothing.
    """
    _KIND.check("describe", "kind", kind)
    POSITIVE_INT.or_none().check("describe", "sample", sample)
    NON_NEGATIVE_INT.check("describe", "seed", seed)
    if isinstance(y, str):
        target, y = y, None
    wishes = Wishes(kind, target, feature_names, class_names, sample, seed)
    others = {"validation": validation, "test": test}
    if isinstance(x, str | os.PathLike):
        source = _named_source(x, y, others, wishes)
    else:
        parts = {"data": (x, y)} if validation is None and test is None else {"training": (x, y)}
        parts |= {part: _pair(given, part) for part, given in others.items() if given is not None}
        source = source_of("data", parts, wishes)
    source.name = name or source.name
    return described(source)


def _pair(given: Any, part: str) -> tuple[Any, Any]:
    if isinstance(given, tuple):
        if len(given) not in (1, 2, 3):
            raise ArgumentError(f"describe: {part} must be (x, y), or x alone; received a tuple of {len(given)}.")
        return (*given, None)[:2]
    if isinstance(given, str | os.PathLike):
        raise ArgumentTypeError(
            f"describe: {part} must be data as x is, (x, y) or x alone; received {value_text(given)} beside data.\n"
            "Name a file for both, or read the file first."
        )
    return given, None


def _named_source(x: str | os.PathLike[str], y: Any, others: Mapping[str, Any], wishes: Wishes) -> Source:
    if y is not None:
        raise ArgumentTypeError(
            "describe: a file, folder or data set has its own targets. Name a column: target='price'."
        )
    text = os.fspath(x)
    known = data_set_names()
    given = {part: value for part, value in others.items() if value is not None}
    path = Path(text).expanduser()
    if isinstance(x, str) and x in known:
        if given:
            raise ArgumentError(f"describe: the data set {x!r} has its own parts. Leave {' and '.join(given)} out.")
        return data_set_source(x, wishes)
    if not path.exists():
        raise _no_such(text, path, known)
    if path.is_dir():
        if given:
            raise ArgumentError("describe: a folder has its parts inside, in folders named train and test.")
        return folder_source(path, wishes)
    files = {"training" if given else "data": [path]}
    for part, value in given.items():
        if not isinstance(value, str | os.PathLike):
            raise ArgumentTypeError(
                f"describe: beside the file {text!r}, {part} must be a file too; received {value_text(value)}."
            )
        if not Path(value).expanduser().is_file():
            raise _no_such(os.fspath(value), Path(value), [])
        files[part] = [Path(value).expanduser()]
    try:
        return file_source(files, path.name, wishes)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. Check who may read it.") from None


def _no_such(text: str, path: Path, known: list[str]) -> UnknownNameError:
    """The error for a name of nothing, with the nearest data set or file beside."""
    try:
        beside = [entry.name for entry in path.parent.iterdir() if entry.is_dir() or entry.suffix.lower() in SUFFIXES]
    except OSError:
        beside = []
    near = nearest(path.name, [*known, *beside])
    if near is None:
        hint = f"Data sets: {', '.join(known)}." if known else "Check the path."
    else:
        hint = f"Did you mean {str(path.parent / near) if near in beside else near!r}?"
    return UnknownNameError(f"There is no file, folder or data set named {text!r}. {hint}")


def described(source: Source) -> Description:
    """A description of a source."""
    looks = [_look(part) if source.kind == "pictures" else None for part in source.parts]
    parts = _part_facts(source, looks)
    notes = [*source.notes, *filter(None, (sample_note(part, _noun(source)) for part in source.parts))]
    facts = Facts(
        name=source.name,
        kind=source.kind,
        shape=source.shape,
        parts=tuple(parts),
        columns_total=source.columns_total,
        target=source.target,
        repeats=tuple(repeats(source, looks)),
        determined=tuple(determined(source)),
        shifts=(*_brightness_shifts(source, looks), *shifts(source)),
        notes=tuple(dict.fromkeys(notes)),
    )
    said = findings(replace(facts, findings=()))
    order = {"serious": 0, "warning": 1, "hint": 2}
    both = sorted([*source.findings, *said], key=lambda item: order[item.severity])
    facts = replace(facts, findings=tuple(both))
    return Description(facts, examples(source, facts, looks))


def _noun(source: Source) -> str:
    return {"table": "row", "pictures": "picture", "sequences": "sequence", "texts": "text"}[source.kind]


def _look(part: Part) -> Looks:
    return look_at_block(part.block) if part.block is not None else part.files.look()


def _part_facts(source: Source, looks: Sequence[Looks | None]) -> list[PartFacts]:
    named = source.class_names is not None
    first = source.parts[0]
    has_classes = len(first.target) == 1 and as_classes(next(iter(first.target.values())), named)
    labels = [
        class_labels(next(iter(part.target.values())), source.class_names)
        if has_classes and len(part.target) == 1
        else None
        for part in source.parts
    ]
    order = _class_order(source, labels)
    made: list[PartFacts] = []
    edges: dict[tuple[str, str], tuple[float, ...]] = {}
    for part, look, own in zip(source.parts, looks, labels, strict=True):
        found: list[ColumnFacts] = []
        for role, table in (("input", part.columns), ("target", part.target)):
            for name, values in table.items():
                facts = column_facts(name, values, role, edges.get((role, name)))
                if role == "target" and has_classes:
                    facts = _as_class(facts)
                if facts.histogram is not None:
                    edges.setdefault((role, name), facts.histogram.edges)
                found.append(facts)
        classes = None
        if own is not None:
            names, counts = np.unique([label for label in own if label is not None], return_counts=True)
            table_of_classes = dict(zip(names.tolist(), counts.tolist(), strict=True))
            classes = {name: int(table_of_classes.get(name, 0)) for name in order}
        made.append(
            PartFacts(part.name, part.rows, part.looked_at, tuple(found), classes, look.facts(part) if look else None)
        )
    return made


def _as_class(facts: ColumnFacts) -> ColumnFacts:
    """A target that names classes: its numbers have no order, mean or range."""
    numbers = {"minimum": None, "maximum": None, "mean": None, "std": None, "histogram": None, "sentinel": None}
    return replace(facts, kind=CLASS, quantiles={}, outliers=0, top=(), **numbers)  # type: ignore[arg-type]


def _class_order(source: Source, labels: Sequence[np.ndarray | None]) -> list[str]:
    """All classes: in the order of their names, else of their numbers, else of the alphabet."""
    seen = {label for own in labels if own is not None for label in own if label is not None}
    if source.class_names is not None:
        named = [str(name) for name in source.class_names]
        return [*dict.fromkeys(named), *sorted(seen - set(named))]

    def key(label: str) -> tuple[float, str]:
        try:
            return (float(label), "")
        except ValueError:
            return (float("inf"), label)

    return sorted(seen, key=key)


def _brightness_shifts(source: Source, looks: Sequence[Looks | None]) -> list[Shift]:
    """Parts whose pictures are clearly brighter or darker."""
    if looks[0] is None or len(looks) < 2:
        return []
    parts = [
        Part(part.name, part.rows, {"brightness": Values(columns.NUMBER, look.brightness, "")})
        for part, look in zip(source.parts, looks, strict=True)
        if look is not None
    ]
    return shifts(Source(source.name, "table", parts))
