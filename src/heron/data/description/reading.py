"""Arrays, frames, dicts, lists and iterables of batches as parts of a source."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from heron.data import columns
from heron.data.adapt import is_stream
from heron.data.arrays import on_host
from heron.data.columns import Values
from heron.data.description.facts import HINT, Finding
from heron.data.description.source import MAX_COLUMNS, SAMPLE_BYTES, SAMPLE_ROWS, Part, Source, Wishes, pop_target
from heron.data.tables import is_column, table_of
from heron.errors import ArgumentTypeError, DataError, value_text

_AS = {"table": "a table", "pictures": "pictures", "sequences": "sequences", "texts": "texts"}
_PICTURE_CHANNELS = (1, 3, 4)
_SEQUENCE_VALUES = 4_000_000


def source_of(name: str, parts: Mapping[str, tuple[Any, Any]], wishes: Wishes) -> Source:
    """A source from what a user holds in memory.

    Args:
        name: what to call the data.
        parts: `(x, y)` by the name of the part.
        wishes: what the caller said about them.

    Raises:
        ArgumentTypeError: for what is no data.
        DataError: for data without rows, and for unequal numbers of rows.
    """
    source = Source(name, "table", [], class_names=wishes.class_names)
    for part, (x, y) in parts.items():
        if isinstance(y, str):
            wishes.target, y = y, None
        _read_part(source, part, x, y, wishes)
    return source


def _read_part(source: Source, name: str, x: Any, y: Any, wishes: Wishes) -> None:
    what = "x" if name in ("data", "training") else f"x of the {name} part"
    known = True
    if _is_batches(x):
        x, y, known = _gathered(x, y, what)
    x = _simplified(x, what)
    rows = _rows(x, what)
    if rows == 0:
        raise DataError(
            f"{what} has no rows: there is nothing to describe. Expected at least one; received {value_text(x)}.\n"
            "Check how the data were read or filtered."
        )
    part = Part(name, rows if known else None, looked_at=rows)
    kind = _kind_of(x, wishes)
    part.index = wishes.rows_to_look_at(rows, _row_bytes(x, rows), _columns_of(x) if kind == "table" else 1)
    x = _taken(x, part.index)
    part.looked_at = rows if part.index is None else len(part.index)
    if kind in ("pictures", "sequences"):
        _READERS[kind](source, part, x, wishes)
    else:
        _read_table(source, part, x, wishes, what, wishes.target if y is None else None)
    if source.parts and kind != source.kind:
        raise DataError(
            f"The parts are of different kinds: the {source.parts[0].name} part is {_AS[source.kind]}, the {name} part "
            f"{_AS[kind]}.\nGive all of them the same axes, or say kind='pictures', for instance."
        )
    source.kind = kind
    if y is not None:
        part.target = _targets(y, rows, part, wishes, source)
    source.parts.append(part)


# What is handed in


def _is_batches(x: Any) -> bool:
    if isinstance(x, range | set | frozenset) or not (hasattr(x, "__iter__") or hasattr(x, "__len__")):
        return False
    if table_of(x) is not None or is_column(x) or isinstance(x, Mapping) or hasattr(x, "shape"):
        return False
    return is_stream(x)


def _gathered(batches: Iterable[Any], y: Any, what: str) -> tuple[Any, Any, bool]:
    """The first batches one after the other, up to the limits; whether that was all of them."""
    if y is not None:
        raise ArgumentTypeError(
            f"{what} is an iterable of batches, which hold their targets; received y too. Leave y out."
        )
    xs, ys, rows, size = [], [], 0, 0
    stream = iter(batches) if hasattr(batches, "__iter__") else _indexed(batches)
    for batch in stream:
        first, *rest = batch if isinstance(batch, tuple) else (batch,)
        xs.append(_simplified(first, what))
        ys.extend([np.asarray(rest[0])] if rest else [])
        rows, size = rows + _rows(xs[-1], what), size + _row_bytes(xs[-1], 1)
        if rows >= SAMPLE_ROWS or size >= SAMPLE_BYTES:
            break
    if not xs:
        raise DataError(f"{what} gave no batches: there is nothing to describe. Check how the data were made.")
    ended = next(stream, _NOTHING) is _NOTHING
    if isinstance(xs[0], dict):
        joined: Any = {key: np.concatenate([np.asarray(part[key]) for part in xs]) for key in xs[0]}
    else:
        joined = list(itertools.chain(*xs)) if isinstance(xs[0], list) else np.concatenate(xs)
    return joined, np.concatenate(ys) if ys else None, ended


_NOTHING = object()


def _indexed(batches: Any) -> Iterator[Any]:
    for i in range(len(batches)):
        yield batches[i]


def _simplified(x: Any, what: str) -> Any:
    """A dict of columns, an array, or a list of texts or lists."""
    table = table_of(x)
    if table is not None:
        return dict(zip(_unique(table.names), table.columns, strict=True))
    if is_column(x):
        return {str(getattr(x, "name", None) or "x"): x}
    if isinstance(x, Mapping):
        return {str(key): value for key, value in x.items()}
    if isinstance(x, str | bytes) or x is None or isinstance(x, bool | int | float | complex):
        raise ArgumentTypeError(
            f"{what} must be data: arrays, a frame, a dict of columns, a list, a file or a folder; received "
            f"{value_text(x)}.\nGive it one row a sample: describe([[1.0, 2.0], [3.0, 4.0]])."
        )
    if isinstance(x, list | tuple | range | set | frozenset):
        return _from_list(list(x), what)
    if hasattr(x, "detach") and hasattr(x, "cpu"):
        x = np.asarray(on_host(x, what))
    if hasattr(x, "tocsr") and hasattr(x, "toarray"):
        return x.tocsr()
    if isinstance(x, np.ndarray) or (hasattr(x, "shape") and hasattr(x, "dtype") and hasattr(x, "__getitem__")):
        if not len(x.shape):
            return np.asarray(x).reshape(1)
        if isinstance(x, np.ndarray) and x.dtype.names and x.ndim == 1:
            return {field: x[field] for field in x.dtype.names}
        return x
    if hasattr(x, "__array__"):
        return np.asarray(x)
    raise ArgumentTypeError(
        f"{what} must be data: arrays, a frame, a dict of columns, a list, a file or a folder; received "
        f"{value_text(x)}.\nMake it an array first: numpy.asarray(x)."
    )


def _from_list(x: list[Any], what: str) -> Any:
    if x and all(isinstance(row, Mapping) for row in x):
        return records(x)
    if x and all(isinstance(row, str) or row is None for row in x):
        return x
    try:
        array = np.asarray(x)
    except ValueError:
        return x  # rows of different lengths
    if array.dtype.kind in "biufcmM" and array.ndim:
        return array
    if array.ndim == 2:
        return {f"column {i}": [row[i] for row in x] for i in range(array.shape[1])}
    return x


def records(rows: list[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Columns from a list of dicts, which need not all have the same keys."""
    names = list(dict.fromkeys(str(key) for row in rows for key in row))
    return {name: [row.get(name) for row in rows] for name in names}


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return out


def _rows(x: Any, what: str) -> int:
    if isinstance(x, dict):
        lengths = {name: len(column) for name, column in x.items()}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{name} has {length}" for name, length in list(lengths.items())[:5])
            raise DataError(
                f"The columns of {what} have different numbers of rows: {listed}. Each row needs one of each."
            )
        return next(iter(lengths.values()), 0)
    return int(x.shape[0]) if hasattr(x, "shape") else len(x)


def _columns_of(x: Any) -> int:
    if isinstance(x, dict):
        return len(x)
    return int(x.shape[1]) if len(getattr(x, "shape", ())) > 1 else 1


def _row_bytes(x: Any, rows: int) -> int:
    if isinstance(x, dict):
        return sum(_row_bytes(column, rows) if hasattr(column, "shape") else 16 for column in x.values())
    if hasattr(x, "shape") and hasattr(x, "dtype"):
        return int(np.prod(x.shape[1:], dtype=np.int64)) * int(getattr(x.dtype, "itemsize", 8))
    return 64


def _taken(x: Any, index: np.ndarray | None) -> Any:
    """The rows at `index`, read now: dicts of arrays and lists stay what they are."""
    if isinstance(x, dict):
        return {name: _taken(column, index) for name, column in x.items()}
    if isinstance(x, list | tuple):
        return x if index is None else [x[i] for i in index]
    if hasattr(x, "tocsr"):
        return (x if index is None else x[index]).toarray()
    if hasattr(x, "iloc"):
        x = x if index is None else x.iloc[index]
        return _series(x)
    if hasattr(x, "to_pylist"):
        return (x if index is None else x.take(index)).to_pylist()
    if hasattr(x, "null_count"):
        x = x if index is None else x[index]
        return np.asarray(x.to_list(), object) if x.null_count() else x.to_numpy()
    return np.asarray(x if index is None else x[index])


def _series(x: Any) -> np.ndarray:
    dtype = x.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufcmM":
        return x.to_numpy()
    if hasattr(dtype, "tz"):
        return x.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    return x.to_numpy(dtype=object, na_value=None) if hasattr(dtype, "na_value") else x.to_numpy(dtype=object)


# What it is


def _kind_of(x: Any, wishes: Wishes) -> str:
    if isinstance(x, dict | list):
        only_texts = isinstance(x, list) and all(isinstance(row, str) or row is None for row in x[:1000])
        return wishes.kind if wishes.kind == "texts" else "texts" if only_texts else "table"
    ndim = len(x.shape)
    if wishes.kind in ("pictures", "sequences") and ndim < 3:
        raise DataError(
            f"Data of kind {wishes.kind!r} need at least three axes, such as (rows, height, width); received shape "
            f"{tuple(x.shape)}.\nReshape them, x.reshape(-1, 28, 28) for instance, or leave kind out."
        )
    if ndim < 3:
        return "texts" if ndim == 1 and x.dtype.kind in "US" else "table"
    if wishes.kind in ("pictures", "sequences"):
        return wishes.kind
    return "pictures" if _are_pictures(x) else "sequences"


def _are_pictures(x: Any) -> bool:
    shape = x.shape
    if len(shape) == 4:
        return shape[3] in _PICTURE_CHANNELS or (shape[1] in _PICTURE_CHANNELS and min(shape[2:]) > 4)
    if len(shape) != 3 or np.dtype(x.dtype).kind not in "biuf":
        return False
    if np.dtype(x.dtype) == np.uint8 or (shape[1] == shape[2] and shape[1] >= 8):
        return True
    if min(shape[1:]) < 16 or not 0.5 <= shape[1] / shape[2] <= 2:
        return False
    some = np.asarray(x[:100])
    return bool(some.min() >= 0 and some.max() <= 255)


def _read_pictures(source: Source, part: Part, x: Any, wishes: Wishes) -> None:
    block = np.asarray(x)
    if block.dtype.kind not in "biuf":
        raise DataError(f"Pictures must hold numbers; received an array of {block.dtype}. Convert them first.")
    if block.ndim == 4 and block.shape[3] not in _PICTURE_CHANNELS and block.shape[1] in _PICTURE_CHANNELS:
        source.notes.append(f"{part.name}: the channels come first, {block.shape[1:]}; layers expect them last.")
        block = np.moveaxis(block, 1, 3)
    if block.ndim not in (3, 4) or (block.ndim == 4 and block.shape[3] not in _PICTURE_CHANNELS):
        raise DataError(
            "Pictures must be (rows, height, width) or (rows, height, width, channels) with 1, 3 or 4 channels; "
            f"received shape {block.shape}.\nReshape them, or give kind='sequences'."
        )
    part.block = block
    source.shape = block.shape[1:]


def _read_sequences(source: Source, part: Part, x: Any, wishes: Wishes) -> None:
    block = np.asarray(x)
    source.shape, part.block = block.shape[1:], block
    channels = block.reshape(len(block), block.shape[1], -1)
    step = max(1, channels[..., 0].size // _SEQUENCE_VALUES)
    names = wishes.feature_names or [f"channel {i}" for i in range(channels.shape[2])]
    source.columns_total = channels.shape[2]
    for i in range(min(channels.shape[2], MAX_COLUMNS)):
        part.columns[str(names[i])] = columns.of_array(channels[::step, :, i].reshape(-1))
    note = f"The facts of a channel are about the values of all {block.shape[1]} steps."
    source.notes.extend([note] if note not in source.notes else [])


def _read_table(source: Source, part: Part, x: Any, wishes: Wishes, what: str, target: str | None) -> None:
    if isinstance(x, dict):
        table = {name: column_of(column) for name, column in itertools.islice(x.items(), MAX_COLUMNS)}
        if target in x and target not in table:
            table[str(target)] = column_of(x[str(target)])
        source.columns_total = len(x)
    elif isinstance(x, list):
        texts = all(isinstance(row, str) or row is None for row in x)
        table = {"text" if texts else "x": columns.of_objects(x, "list")}
        source.columns_total = 1
    else:
        table = _array_columns(source, part, x, wishes)
    if not table:
        raise DataError(f"{what} has rows but no columns: there is nothing to describe. Check how the data were read.")
    part.columns, part.target = pop_target(table, target, what)
    source.columns_total -= len(part.target)
    if source.kind == "table" and len(part.columns) < source.columns_total:
        note = f"Facts of the first {len(part.columns)} of {source.columns_total} columns."
        source.notes.extend([note] if note not in source.notes else [])


def column_of(column: Any) -> Values:
    """The values of one column of a table, of whatever it is made."""
    array = column if isinstance(column, np.ndarray | list) else np.asarray(column)
    if isinstance(array, list):
        return columns.of_objects(array, "list")
    if array.ndim == 1:
        return columns.of_array(array)
    return Values(
        columns.SEQUENCE, np.full(len(array), float(np.prod(array.shape[1:]))), f"{array.dtype} {array.shape[1:]}"
    )


def _array_columns(source: Source, part: Part, x: np.ndarray, wishes: Wishes) -> dict[str, Values]:
    if x.ndim == 1:
        source.columns_total = 1
        name = wishes.feature_names[0] if wishes.feature_names else "text" if x.dtype.kind in "US" else "x"
        return {str(name): columns.of_array(x)}
    width = x.shape[1]
    names = [str(name) for name in wishes.feature_names or (f"column {i}" for i in range(width))]
    if len(names) != width:
        raise DataError(
            f"feature_names must name each of the {width} columns of x; received {len(names)} names.\n"
            f"Give {width} names, or leave them out."
        )
    source.columns_total, source.shape = width, (width,)
    if width > MAX_COLUMNS:
        part.block = x
        _flat_pictures(source, x)
    return {name: columns.of_array(x[:, i]) for i, name in enumerate(names[:MAX_COLUMNS])}


def _flat_pictures(source: Source, x: np.ndarray) -> None:
    for channels in (1, 3):
        side = round((x.shape[1] / channels) ** 0.5)
        if side * side * channels == x.shape[1] and x.dtype.kind in "uif" and not source.parts:
            shape = f"{side}, {side}" + (", 3" if channels == 3 else "")
            text = f"{x.shape[1]:,} columns of one kind may be pictures of {side} x {side}."
            mend = f"If they are, describe x.reshape(-1, {shape}); layers of convolution want them so too."
            source.findings.append(Finding(HINT, "x", text, mend))


# Targets


def _targets(y: Any, rows: int, part: Part, wishes: Wishes, source: Source) -> dict[str, Values]:
    y = _simplified(y, "y")
    found = _rows(y, "y")
    if found != rows:
        raise DataError(
            f"The numbers of rows differ in the {part.name} part: x has {rows}, y has {found}; each row needs one of "
            "each.\n"
            "Was a split, a filter or a dropna applied to only one of them?"
        )
    y = _taken(y, part.index)
    name = wishes.target or "target"
    if isinstance(y, dict):
        return {(name if len(y) == 1 and key == "x" else key): column_of(column) for key, column in y.items()}
    if isinstance(y, list):
        return {name: columns.of_objects(y, "list")}
    if y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
        return {name: columns.of_array(y.reshape(-1))}
    if y.ndim == 2 and y.dtype.kind in "biuf" and _is_one_hot(y):
        values = columns.of_array(y.argmax(1))
        source.notes.append(f"{part.name}: the targets are one-hot rows, taken for {y.shape[1]} classes.")
        return {name: Values(columns.WHOLE, values.data, f"{y.dtype} one-hot")}
    if y.ndim == 2 and y.shape[1] <= MAX_COLUMNS:
        return {f"{name} {i}": columns.of_array(y[:, i]) for i in range(y.shape[1])}
    source.notes.append(f"{part.name}: targets of shape {y.shape[1:]} are not described.")
    return {}


def _is_one_hot(y: np.ndarray) -> bool:
    return bool(((y == 0) | (y == 1)).all() and (y.sum(1) == 1).all())


_READERS: dict[str, Callable[[Source, Part, Any, Wishes], None]] = {
    "pictures": _read_pictures,
    "sequences": _read_sequences,
}
