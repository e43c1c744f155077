"""Data sets from CSV files."""

from __future__ import annotations

import functools
import itertools
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from heron.data.columns import MISSING_WORDS
from heron.data.dataset import Dataset
from heron.data.sources import csv_arrow
from heron.data.sources.arrays import Arrays
from heron.data.sources.csv_format import Sample, chunks, sample
from heron.data.sources.csv_table import (
    CATEGORY,
    IGNORE,
    KINDS,
    MOST_COLUMNS,
    TEXT,
    YES_NO,
    Column,
    Layout,
    Policy,
    Reader,
    column_of,
)
from heron.data.sources.kept import Kept
from heron.data.sources.paths import files_of
from heron.data.structure import joined, rows_in
from heron.data.workers.pool import Pool
from heron.errors import ArgumentError, DataError, nearest, note
from heron.settings import is_interactive_logging_enabled
from heron.validate import BOOL, POSITIVE_INT, Rule, check, is_number, one_of
from heron.validate import TEXT as TEXT_RULE

SAMPLE_ROWS = 10_000
IN_MEMORY_BYTES = 32 * 2**20
PACKED = 10  # how many times smaller a packed file may be
MOST_LINES = 40  # of what is said about the columns

_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".tab")
_MISSING = Rule(
    "'raise', 'skip', 'mean' or a number",
    lambda v: v in ("raise", "skip", "mean") if isinstance(v, str) else is_number(v),
    ("raise", 0.0),
    ("drop", None),
    lambda v: "Write missing='skip' to leave rows out." if v == "drop" else "",
)
_CHARACTER = Rule("one character", lambda v: isinstance(v, str) and len(v) == 1, (",",), (", ", 1)).or_none()


def csv_dataset(
    path: Any,
    target: str | int | None = None,
    *,
    batch_size: int | None = 32,
    shuffle: bool = True,
    seed: int | None = None,
    form: str = "matrix",
    kinds: Mapping[str, str | Sequence[str]] | None = None,
    missing: Any = "raise",
    missing_values: Sequence[str] = (),
    class_names: Sequence[str] | None = None,
    header: bool | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    buffer_size: int = 100_000,
    verbose: bool = True,
) -> Dataset:
    r"""A data set of the rows of CSV files. What the columns hold is found out, and said in a table.

    Columns of numbers stay numbers; yes and no, true and false become 1 and 0; dates become days since 1970. A column
    of categories becomes a column of 0 and 1 for each of its values, up to 100 of them. Files of up to 32 MB are read
    at once; of larger ones the rows stream by, in constant memory: rows of up to 256 MB stay there once they are read,
    so that only the first epoch parses text.

    Args:
        path: a file, a folder of `.csv` and `.tsv` files, a pattern such as `"data/*.csv"`, or a list of files with the
            same columns; `.gz` is unpacked.
        target: the column of y, by name or number; None for none. Numbers stay numbers (float32); categories are
            numbered (int32), and their names are the `class_names` of the data set.
        batch_size: rows in a batch; None for single rows.
        shuffle: whether each epoch has a new order; rows of large files are drawn from a buffer.
        seed: for the shuffling.
        form: `"matrix"` for x as one float32 matrix, its columns named by `feature_names`; `"columns"` for a dict with
            an array for each column, in which categories and texts are strings.
        kinds: what columns hold, by their names, where it is found out wrongly: `"number"`, `"category"`, `"yes/no"`,
            `"date"`, `"text"` or `"ignore"`; how dates are written, `"%m/%d/%Y"`, as `datetime.strptime` has it; or the
            values of a category in the order of their columns, so that all files make the same columns.
        missing: what is done where a value is missing: `"raise"`, `"skip"` to leave out the row, `"mean"` for the mean
            of the rows looked at first, or a number. Rows without a target are left out unless it is `"raise"`.
        missing_values: texts that stand for a missing value, besides the empty one, NA, NaN, null, ? and their like.
        class_names: the classes of a target in the order of their numbers.
        header: whether the first row names the columns; None to find out.
        separator: between fields; None to find out among comma, semicolon, tab and bar.
        decimal: before the decimals, point or comma; None to find out.
        encoding: None for UTF-8, or UTF-16 with its mark, and Latin-1 where it is neither.
        buffer_size: rows of a large file that are kept to draw from.
        verbose: whether to say what was found.

    Returns:
        A `heron.data.Dataset` of x or `(x, y)`, with `feature_names` and `class_names`.

    Raises:
        DataError: for what is no table, rows with too few or too many fields, text among numbers and missing values,
            with file, line and column.
        ArgumentError: for columns that are not there, and other arguments that cannot be.

    Example:
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "houses.csv"
    >>> _ = file.write_text("area,city,price\n80,Rome,200\n120,Oslo,350\n60,Rome,180\n55,Oslo,170\n")
    >>> data = csv_dataset(file, target="price", shuffle=False, verbose=False)
    >>> data.feature_names
    ['area', 'city=Oslo', 'city=Rome']
    >>> x, y = next(iter(data))
    >>> x[0].tolist(), y.tolist()
    ([80.0, 0.0, 1.0], [200.0, 350.0, 180.0, 170.0])
    """
    rules = {
        "batch_size": POSITIVE_INT.or_none(),
        "shuffle": BOOL,
        "form": one_of("matrix", "columns"),
        "missing": _MISSING,
        "header": BOOL.or_none(),
        "separator": _CHARACTER,
        "decimal": _CHARACTER,
        "encoding": TEXT_RULE.or_none(),
        "buffer_size": POSITIVE_INT,
    }
    check("csv_dataset", rules, locals())
    paths = files_of("csv_dataset", path, _SUFFIXES)
    given = {"separator": separator, "decimal": decimal, "encoding": encoding, "header": header}
    samples = [sample(file, SAMPLE_ROWS, given) for file in paths]
    _check_same_columns(paths, samples)
    words = frozenset({*MISSING_WORDS, *(text.strip().lower() for text in missing_values)})
    layout = _layout(paths[0], samples[0], target, form, kinds or {}, class_names, words)
    size = sum(os.path.getsize(file) * (PACKED if file.endswith(".gz") else 1) for file in paths)
    by_arrow = size > csv_arrow.BYTES_WORTH_IMPORTING and csv_arrow.is_installed()
    readers = [Reader(s.format, layout, Policy(missing, words), by_arrow=by_arrow) for s in samples]
    small = size <= IN_MEMORY_BYTES
    if small:
        is_told = class_names is not None or any(isinstance(kind, list | tuple) for kind in (kinds or {}).values())
        data, layout = _in_memory(paths, readers, not is_told)
    else:
        data = Dataset(Rows(tuple(zip(paths, readers, strict=True))))
    if verbose and is_interactive_logging_enabled():
        sys.stdout.write(_table(paths, samples[0], layout, rows_in(data._source.structure) if small else None))
    names = list(layout.target.words) if layout.target and layout.target.kind in (CATEGORY, YES_NO) else None
    data = data._with(class_names=names, feature_names=layout.feature_names, file_paths=paths)
    if shuffle:
        data = data.shuffle(None if small else buffer_size, seed)
    return data if batch_size is None else data.batch(batch_size)


class Rows:
    """The rows of files, as a stream of chunks that are read ahead by threads.

    Args:
        files: each with its reader.
    """

    length = None

    def __init__(self, files: tuple[tuple[str, Reader], ...]) -> None:
        self._files, self._kept = files, Kept()

    def pieces(self) -> Iterator[Any]:
        """The rows in the order of the files."""
        for path, reader in self._files:
            yield from self._kept.pieces(path, functools.partial(_parsed, path, reader))


def _parsed(path: str, reader: Reader) -> Iterator[Any]:
    """The rows of a file."""
    pool = Pool()
    try:
        yield from pool.ordered(chunks(path, reader.format), reader)
        _note_unknown(path, reader)
    finally:
        pool.close()


def _note_unknown(path: str, reader: Reader) -> None:
    for name, text in reader.unknown.items():
        note(
            f"{path}: column {name!r} holds {text}, which none of the rows looked at first holds; it is "
            "taken for none of the known categories."
        )
    reader.unknown.clear()


def _in_memory(paths: list[str], readers: list[Reader], learns: bool) -> tuple[Dataset, Layout]:
    """All rows as arrays; categories that the first rows lack are learned, and then all is read again."""
    readers = [replace(reader, learns=learns) for reader in readers]
    pieces: list[Any] = []
    for _ in range(2):
        pieces = [
            piece
            for path, reader in zip(paths, readers, strict=True)
            for piece in map(reader, chunks(path, reader.format))
        ]
        new = {name: words for reader in readers for name, words in reader.new_words.items()}
        if not new:
            break
        for reader in readers:
            reader.new_words.update(new)
        readers = [reader.with_words() for reader in readers]
    for path, reader in zip(paths, readers, strict=True):
        _note_unknown(path, reader)
    pieces = [piece for piece in pieces if rows_in(piece)]
    if not pieces:
        raise DataError(f"csv_dataset: {paths[0]!r} has no rows, or each lacks a value; expected one or more.")
    return Dataset(Arrays(joined(pieces))), readers[0].layout


def _check_same_columns(paths: list[str], samples: list[Sample]) -> None:
    for path, other in zip(paths, samples, strict=True):
        if other.format.names != samples[0].format.names:
            raise DataError(
                f"csv_dataset: the files have different columns: {paths[0]!r} has "
                f"{', '.join(samples[0].format.names[:12])}; {path!r} has {', '.join(other.format.names[:12])}.\n"
                "Read files of the same kind together, the others apart."
            )


def _layout(
    path: str,
    head: Sample,
    target: str | int | None,
    form: str,
    kinds: Mapping[str, str | Sequence[str]],
    class_names: Sequence[str] | None,
    words: frozenset[str],
) -> Layout:
    """What becomes of the columns of the file."""
    names = head.format.names
    wanted = None if target is None else _named(path, names, target)
    for name, kind in kinds.items():
        _named(path, names, name)
        if not isinstance(kind, list | tuple) and kind not in KINDS and "%" not in str(kind):
            near = nearest(str(kind), KINDS)
            raise ArgumentError(
                f"csv_dataset: kinds[{name!r}] must be one of {', '.join(map(repr, KINDS))}; received {kind!r}."
                + (f" Did you mean {near!r}?" if near else "")
            )
    if not head.rows:
        raise DataError(f"csv_dataset: {path!r} has names of columns and no rows; expected one or more.")
    found = []
    by_columns = itertools.zip_longest(*head.rows, fillvalue="")
    for place, name in enumerate(names):
        texts: Sequence[str] = next(by_columns, [""] * len(head.rows))
        if not words <= MISSING_WORDS:
            texts = ["" if text.strip().lower() in words else text for text in texts]
        said = kinds.get(name)
        if said is None or isinstance(said, str):
            column = column_of(name, place, texts, said)
        else:
            column = replace(column_of(name, place, texts, CATEGORY), words=tuple(map(str, said)))
        is_told = name in kinds or name == wanted
        found.append(column if is_told else _left_out(path, column, texts, head.format.has_header))
    if wanted is None and class_names is not None:
        raise ArgumentError("csv_dataset: class_names are those of a target; received no target.")
    y = None
    if wanted is not None:
        y = next(column for column in found if column.name == wanted)
        if class_names is not None:
            y = replace(y, kind=CATEGORY, words=tuple(map(str, class_names)))
        elif y.kind == TEXT:
            y = replace(y, kind=CATEGORY, words=tuple(sorted({row[y.place].strip() for row in head.rows} - {""})))
        if y.kind == IGNORE:
            raise ArgumentError(f"csv_dataset: the target {wanted!r} cannot be of the kind 'ignore'.")
    inputs = tuple(c for c in found if c.name != wanted and c.kind != IGNORE)
    layout = Layout(form, inputs, y)
    if not layout.feature_names:
        raise DataError(
            f"csv_dataset: no column of {path!r} is left for x; there are {', '.join(names[:12])}, and target is "
            f"{target!r}.\n" + ("Texts are no numbers; write form='columns' to have them." if inputs else "")
        )
    return layout


def _left_out(path: str, column: Column, texts: Sequence[str], has_header: bool) -> Column:
    """The column, left out where it is empty; what looks like the numbers of rows that pandas writes is noted."""
    is_nameless = has_header and column.name == f"column_{column.place}"
    if column.missing == len(texts):
        if not is_nameless:  # a separator at the end of each line
            note(
                f"csv_dataset: column {column.name!r} of {path!r} has no value in the first {len(texts)} rows and is "
                f"left out. If values come later, write kinds={{{column.name!r}: 'number'}}."
            )
        return replace(column, kind=IGNORE)
    if is_nameless and column.place == 0 and len(texts) > 1 and all(map(str.isdigit, texts)) and _differ(texts):
        note(
            f"csv_dataset: the first column of {path!r} has no name and holds a number of its own for each row, as "
            "pandas writes it. A model can learn from it which row it sees.\n"
            f"Leave it out: kinds={{{column.name!r}: 'ignore'}}; write the file with to_csv(path, index=False)."
        )
    return column


def _differ(texts: Sequence[str]) -> bool:
    return len(set(texts)) == len(texts)


def _named(path: str, names: Sequence[str], column: str | int) -> str:
    if isinstance(column, int) and not isinstance(column, bool) and -len(names) <= column < len(names):
        return names[column]
    if column in names:
        return str(column)
    near = nearest(str(column), names)
    raise ArgumentError(
        f"csv_dataset: {path!r} has no column {column!r}."
        + (f" Did you mean {near!r}?" if near else "")
        + f"\nIts columns are: {', '.join(names[:40])}."
    )


def _table(paths: list[str], head: Sample, layout: Layout, rows: int | None) -> str:
    """What was found out, in lines."""
    form = head.format
    mark = {"\t": "tab", " ": "space"}.get(form.separator, form.separator)
    count = f"{rows} rows" if rows is not None else "streamed"
    title = paths[0] if len(paths) == 1 else f"{len(paths)} files from {paths[0]}"
    lines = [
        f"{title}: {count}, {len(form.names)} columns, separator {mark}, decimal {form.decimal}, {form.encoding}"
        + ("" if form.has_header else ", no header")
    ]
    looked = len(head.rows)
    lines.append(f"  {'column':<20} {'kind':<9} {'missing':>8}  examples (of the first {looked} rows)")
    columns = {c.place: c for c in (*layout.inputs, layout.target) if c}
    for place, name in enumerate(form.names):
        if place == MOST_LINES and place < len(form.names) - 1:
            lines.append(f"  ... and {len(form.names) - place} columns more")
            break
        column = columns.get(place)
        if column is None:
            lines.append(f"  {name[:20]:<20} {IGNORE:<9}")
            continue
        words = f"{len(column.words)} values: " if column.kind == CATEGORY else ""
        lines.append(
            f"  {name[:20]:<20} {column.kind:<9} {column.missing:>8}  {words}{column.examples}{_role(column, layout)}"
        )
    return "\n".join(lines) + "\n"


def _role(column: Column, layout: Layout) -> str:
    if layout.target is not None and column.place == layout.target.place:
        return "  -> target"
    if layout.form == "columns" or column.features:
        return ""
    many = f"more than {MOST_COLUMNS} values" if column.kind == CATEGORY else "no numbers"
    return f"  (left out of the matrix: {many})"
