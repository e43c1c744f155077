"""Files of tables and arrays: CSV, JSON lines, Parquet, npy and npz."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from heron.data import columns
from heron.data.columns import Values
from heron.data.description.facts import WARNING, Finding
from heron.data.description.reading import records, source_of
from heron.data.description.source import MAX_COLUMNS, SAMPLE_ROWS, Part, Source, Wishes, pop_target
from heron.errors import DataError

_DELIMITERS = {".tsv": "\t", ".tab": "\t"}
_SNIFFED = ",;\t|"
_HEAD = 64 * 1024
_CELLS = 8_000_000
_ARRAY_NAMES = (
    ("train", "training"),
    ("validation", "validation"),
    ("valid", "validation"),
    ("val", "validation"),
    ("test", "test"),
    ("", "data"),
)

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".parquet", ".pq"})
SUFFIXES = TABLE_SUFFIXES | {".npy", ".npz"}
"""The endings of files that can be read."""


def file_source(parts: dict[str, list[Path]], name: str, wishes: Wishes) -> Source:
    """A source from files.

    Args:
        parts: the files of each part; several files of one part are put one below the other.
        name: what to call the data.
        wishes: what the caller said about them.

    Raises:
        DataError: for a file that is empty, of another kind, or damaged.
    """
    first = next(iter(parts.values()))[0]
    for path in (path for paths in parts.values() for path in paths):
        if path.stat().st_size == 0:
            raise DataError(f"The file {str(path)!r} is empty (0 bytes): there is nothing to describe. Was it written?")
    suffix = first.suffix.lower()
    if suffix in (".npy", ".npz"):
        arrays: dict[str, tuple[Any, Any]] = {}
        for part, paths in parts.items():
            found = _arrays(paths[0])
            arrays |= found if len(parts) == 1 else {part: next(iter(found.values()))}
        return source_of(name, arrays, wishes)
    if suffix not in TABLE_SUFFIXES:
        raise DataError(
            f"heron cannot read {first.name!r}: files that end with {suffix or 'nothing'} are not known to it.\n"
            f"Expected one of {', '.join(sorted(SUFFIXES))}. Save the data as one of them."
        )
    source = Source(name, "table", [], class_names=wishes.class_names)
    for part, paths in parts.items():
        _add_table(source, part, paths, wishes)
    return source


def _add_table(source: Source, name: str, paths: list[Path], wishes: Wishes) -> None:
    raw, rows = _read_columns(source, paths, wishes)
    looked_at = len(next(iter(raw.values()), []))
    if looked_at == 0:
        raise DataError(
            f"The file {str(paths[0])!r} has a header and no rows: there is nothing to describe. "
            "Check how it was written."
        )
    table = {
        key: column if isinstance(column, Values) else columns.of_objects(column, "text") for key, column in raw.items()
    }
    part = Part(name, rows, looked_at=looked_at)
    part.columns, part.target = pop_target(table, wishes.target, paths[0].name)
    source.columns_total = len(part.columns)
    if not part.columns:
        raise DataError(
            f"{paths[0].name} has no column besides the target {wishes.target!r}; there is nothing to learn from."
        )
    if len(part.columns) > MAX_COLUMNS:
        part.columns = dict(list(part.columns.items())[:MAX_COLUMNS])
        source.notes.append(f"{name}: facts of the first {MAX_COLUMNS} of {source.columns_total} columns.")
    source.parts.append(part)


def _read_columns(source: Source, paths: list[Path], wishes: Wishes) -> tuple[dict[str, Any], int]:
    suffix = paths[0].suffix.lower()
    if suffix in (".parquet", ".pq"):
        return _parquet(paths, wishes)
    if suffix in (".jsonl", ".ndjson", ".json"):
        return _json_lines(source, paths, wishes)
    return _csv(source, paths, wishes)


class _Sample:
    """Keeps each row that comes with the same chance, so that no more than `limit` are kept; `count` counts all."""

    def __init__(self, limit: int, seed: int) -> None:
        self.rows: list[Any] = []
        self.count = 0
        self._limit, self._chance = limit, 1.0
        self._rng = np.random.default_rng(seed)
        self._draws: Iterator[float] = iter(())

    def add(self, row: Any) -> None:
        self.count += 1
        if self._chance < 1 and self._draw() >= self._chance:
            return
        self.rows.append(row)
        if len(self.rows) > self._limit:
            keep = self._rng.random(len(self.rows)) < 0.5
            self.rows = [row for row, kept in zip(self.rows, keep.tolist(), strict=True) if kept]
            self._chance /= 2

    def _draw(self) -> float:
        value = next(self._draws, None)
        if value is None:
            self._draws = iter(self._rng.random(4096).tolist())
            value = next(self._draws)
        return value


# CSV


def _csv(source: Source, paths: list[Path], wishes: Wishes) -> tuple[dict[str, Any], int]:
    header: list[str] = []
    sample = _Sample(0, wishes.seed)
    csv.field_size_limit(2**27)
    for path in paths:
        with _opened(source, path) as text:
            head = text.read(_HEAD)
            text.seek(0)
            delimiter = _DELIMITERS.get(path.suffix.lower()) or _delimiter(head)
            lines = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter, skipinitialspace=True)
            rows = _numbered(lines, path)
            first, second = next(rows, None), next(rows, None)
            if first is None:
                raise DataError(f"The file {str(path)!r} holds only empty lines: no rows. Check how it was written.")
            own, has_header = _header(first[1], second[1] if second else None)
            if not header:
                header = own
                limit = wishes.sample or min(SAMPLE_ROWS, max(1000, _CELLS // len(header)))
                sample = _Sample(limit, wishes.seed)
                _tell_header(source, path, first[1], has_header)
            elif own != header:
                raise DataError(
                    f"{path.name} and {paths[0].name} are parts of one table but have different columns: "
                    f"{', '.join(own[:8])} and {', '.join(header[:8])}.\nDescribe them one by one."
                )
            wrong: list[int] = []
            early = [row for row in (None if has_header else first, second) if row]
            for line, row in itertools.chain(early, rows):
                if len(row) != len(header):
                    wrong.append(line)
                    row = (row + [""] * len(header))[: len(header)]
                sample.add(row)
            _tell_ragged(source, path, len(header), wrong)
    return {name: [row[i] for row in sample.rows] for i, name in enumerate(header)}, sample.count


def _numbered(lines: Any, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its last line."""
    try:
        for row in lines:
            if row and any(row):
                yield lines.line_num, row
    except csv.Error as error:
        raise DataError(f"{path.name} is no CSV file that can be read: {error}. Is it a text file at all?") from None


def _opened(source: Source, path: Path) -> io.TextIOWrapper:
    """The file as text: UTF-8 with or without a mark, UTF-16 with one, else Windows' western characters."""
    with path.open("rb") as file:
        start = file.read(4)
        encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        if encoding == "utf-8-sig":
            file.seek(0)
            for number, line in enumerate(file, 1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError as error:
                    encoding = "cp1252"
                    byte = line[error.start]
                    text = f"{path.name} is not UTF-8: byte 0x{byte:02X} in line {number}. It was read as Windows-1252."
                    mend = "Check letters with accents. Save it as UTF-8, so that every program reads the same."
                    source.findings.append(Finding(WARNING, path.name, text, mend))
                    break
    return path.open(encoding=encoding, errors="replace", newline="")


def _delimiter(head: str) -> str:
    lines = [line for line in head.splitlines()[:50] if line.strip()]
    counts = {mark: [line.count(mark) for line in lines[:-1] or lines] for mark in _SNIFFED}
    # The mark that stands in each line equally often, and often.
    return max(_SNIFFED, key=lambda m: (min(counts[m], default=0) > 0, min(counts[m], default=0), sum(counts[m])))


def _header(first: list[str], second: list[str] | None) -> tuple[list[str], bool]:
    """Names of the columns, and whether the file has them: a first row with a number in it is none."""

    def is_number(text: str) -> bool:
        try:
            float(text)
        except ValueError:
            return False
        return True

    has_header = not any(is_number(text) for text in first) or (
        second is not None
        and sum(map(is_number, first)) < sum(map(is_number, second))
        and len(set(first)) == len(first)
    )
    if not has_header:
        return [f"column {i + 1}" for i in range(len(first))], False
    names, seen = [], set()
    for i, text in enumerate(first):
        name = text.strip() or f"column {i + 1}"
        number = 2
        while name in seen:
            name = f"{text.strip()}.{number}"
            number += 1
        seen.add(name)
        names.append(name)
    return names, True


def _tell_header(source: Source, path: Path, first: list[str], has_header: bool) -> None:
    if not has_header:
        source.notes.append(f"{path.name} has no names of columns in its first row.")
        return
    stripped = [text.strip() for text in first]
    doubled = sorted({text for text in stripped if text and stripped.count(text) > 1})
    if doubled:
        text = f"{path.name} has several columns named {', '.join(map(repr, doubled))}."
        source.findings.append(Finding(WARNING, path.name, text, "Give each column a name of its own."))


def _tell_ragged(source: Source, path: Path, width: int, wrong: list[int]) -> None:
    if wrong:
        lines = ", ".join(map(str, wrong[:5])) + (", ..." if len(wrong) > 5 else "")
        rows = "1 row" if len(wrong) == 1 else f"{len(wrong):,} rows"
        text = f"{rows} of {path.name} with more or fewer than {width} values: line {lines}."
        mend = "Often a comma within a text that is not in quotes, or a line cut short. Values were added or left out."
        source.findings.append(Finding(WARNING, path.name, text, mend, len(wrong), tuple(wrong[:10])))


# JSON lines, Parquet, arrays


def _json_lines(source: Source, paths: list[Path], wishes: Wishes) -> tuple[dict[str, Any], int]:
    sample = _Sample(wishes.sample or SAMPLE_ROWS // 4, wishes.seed)
    for path in paths:
        with _opened(source, path) as text:
            try:
                if path.suffix.lower() == ".json":
                    found: Any = json.load(text)
                    rows = iter(found if isinstance(found, list) else [found])
                else:
                    rows = (json.loads(line) for line in text if line.strip())
                for row in rows:
                    sample.add(row if isinstance(row, dict) else {"value": row})
            except (json.JSONDecodeError, RecursionError) as error:
                expected = "a list of objects" if path.suffix == ".json" else "one object a line"
                raise DataError(
                    f"{path.name} is not JSON as expected, {expected}: {error} (row {sample.count + 1}). Mend that row."
                ) from None
    return records(sample.rows), sample.count


def _parquet(paths: list[Path], wishes: Wishes) -> tuple[dict[str, Any], int]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise DataError(
            f"{paths[0].name} is a Parquet file, which pyarrow reads; it is not installed.\n"
            "Install it: pip install pyarrow."
        ) from None
    try:
        files = [parquet.ParquetFile(path) for path in paths]
        rows = sum(file.metadata.num_rows for file in files)
        wanted = wishes.sample or min(SAMPLE_ROWS, max(1000, _CELLS // max(1, len(files[0].schema_arrow.names))))
        keep, tables = min(1.0, wanted / max(1, rows)), []
        rng = np.random.default_rng(wishes.seed)
        for file in files:
            for batch in file.iter_batches():
                picked = np.flatnonzero(rng.random(batch.num_rows) < keep) if keep < 1 else np.arange(batch.num_rows)
                tables.append(batch.take(picked))
    except (ArrowException, OSError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise DataError(f"{paths[0].name} is no Parquet file that can be read: {first} Write it anew.") from None
    names = files[0].schema_arrow.names
    return {name: _arrow_column([batch.column(i) for batch in tables]) for i, name in enumerate(names)}, rows


def _arrow_column(chunks: list[Any]) -> Values:
    arrays = [chunk.to_numpy(zero_copy_only=False) for chunk in chunks if not chunk.null_count]
    if arrays and len(arrays) == len(chunks) and all(array.dtype.kind in "biufM" for array in arrays):
        return columns.of_array(np.concatenate(arrays))
    return columns.of_objects(
        [value for chunk in chunks for value in chunk.to_pylist()], str(chunks[0].type) if chunks else ""
    )


def _arrays(path: Path) -> dict[str, tuple[Any, Any]]:
    try:
        loaded = np.load(path, mmap_mode="r" if path.suffix.lower() == ".npy" else None, allow_pickle=False)
        arrays = {"x": loaded} if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except Exception as error:  # a damaged file fails in zip, zlib, struct or the header's parser
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"{path.name} is no file of NumPy arrays that can be read: {reason}\n"
            "Write it with numpy.save or numpy.savez; arrays of Python objects are not read, as they can hold code."
        ) from None
    found = {}
    for suffix, part in _ARRAY_NAMES:
        x, y = (arrays.get(f"{letter}_{suffix}" if suffix else letter) for letter in "xy")
        if x is not None:
            found[part] = (x, y)
    if found:
        return {"training" if len(found) > 1 and part == "data" else part: pair for part, pair in found.items()}
    return {"data": (arrays if len(arrays) > 1 else next(iter(arrays.values())), None)}
