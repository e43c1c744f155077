"""Data sets from Parquet, Arrow and Feather files."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from heron.data.dataset import Dataset
from heron.data.sources import arrow_columns
from heron.data.sources.arrow_files import Heading, Layout, Rows, heading_of, pyarrow, words_of
from heron.data.sources.images import MODES, SIZE, Images
from heron.data.sources.paths import files_of
from heron.data.structure import leaves, rows_in
from heron.errors import ArgumentError, DataError, nearest
from heron.settings import is_interactive_logging_enabled
from heron.validate import BOOL, POSITIVE_INT, Rule, check, is_number, one_of

MOST_DRAWN_FROM, LEAST_DRAWN_FROM, DRAWN_FROM_BYTES = 20_000, 256, 256 * 2**20
SUFFIXES = (".parquet", ".pq", ".feather", ".arrow")
_MISSING = Rule(
    "'raise', 'skip' or a number",
    lambda v: v in ("raise", "skip") if isinstance(v, str) else is_number(v),
    ("raise", 0.0),
    ("mean", None),
)


def parquet_dataset(
    path: Any,
    target: str | None = None,
    *,
    columns: Sequence[str] | None = None,
    batch_size: int | None = 32,
    shuffle: bool = True,
    seed: int | None = None,
    form: str | None = None,
    missing: Any = "raise",
    class_names: Sequence[str] | None = None,
    image_size: int | tuple[int, int] | None = None,
    color_mode: str = "rgb",
    buffer_size: int | None = None,
    verbose: bool = True,
) -> Dataset:
    """A data set of the rows of Parquet, Arrow or Feather files, which are read part by part, in constant memory.

    Rows of up to 256 MB stay in memory once they are read, so that only the first epoch unpacks them.
    Numbers and booleans stay numbers; dates become days since 1970. Lists of one length, tensors of Arrow and bytes of
    one length become arrays. Pictures, which stand there as files in bytes, are decoded to uint8
    `(rows, height, width, channels)`. pyarrow reads the files: `pip install heron[data]`.

    Args:
        path: a file, a folder of `.parquet`, `.pq`, `.feather` and `.arrow` files, a pattern such as
            `"data/*.parquet"`, or a list of files with the same columns.
        target: the name of the column of y; None for none. Numbers stay as they are; texts are numbered (int32), and
            are the `class_names` of the data set; for numbers these are what Hugging Face has noted.
        columns: the columns of x; None for all but the target, and but the numbers of rows that pandas wrote.
        batch_size: rows in a batch; None for single rows.
        shuffle: whether each epoch has a new order: of the row groups, and of the rows in a buffer.
        seed: for the shuffling.
        form: `"matrix"` for x as one float32 matrix of columns of numbers, `"columns"` for a dict with an array for
            each column; None for what fits: a single column as it is, a matrix of numbers, else a dict.
        missing: what is done where a value is missing: `"raise"`, `"skip"` to leave out the row, or a number to put
            there. Rows without a target are left out unless it is `"raise"`.
        class_names: the classes of a target of texts, in the order of their numbers; None to read them from the files,
            in the order of the alphabet.
        image_size: height and width to which pictures are brought, or one number for both; None for pictures that all
            have one size.
        color_mode: `"grayscale"`, `"rgb"` or `"rgba"`: 1, 3 or 4 channels of pictures.
        buffer_size: rows that are kept to draw from; None for 20,000, and for fewer where they take more than 256 MB.
        verbose: whether to say what was found.

    Returns:
        A `heron.data.Dataset` of x or `(x, y)`, with `feature_names` and `class_names`.

    Raises:
        MissingPackageError: where pyarrow is not installed.
        DataError: for files that cannot be read, columns that are no arrays and missing values, with file and row.
        ArgumentError: for columns that are not there.

    Source: the Apache Parquet format; pyarrow's `ParquetFile.iter_batches`.

    Example:
    >>> import pathlib, tempfile, pyarrow.parquet
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "houses.parquet"
    >>> pyarrow.parquet.write_table(pyarrow.table({"area": [80, 120], "rooms": [3, 5], "price": [2.0, 3.5]}), file)
    >>> data = parquet_dataset(file, target="price", shuffle=False, verbose=False)
    >>> x, y = next(iter(data))
    >>> x.tolist(), y.tolist(), len(data)
    ([[80.0, 3.0], [120.0, 5.0]], [2.0, 3.5], 1)
    """
    rules = {
        "batch_size": POSITIVE_INT.or_none(),
        "shuffle": BOOL,
        "form": one_of("matrix", "columns").or_none(),
        "missing": _MISSING,
        "image_size": SIZE.or_none(),
        "color_mode": one_of(*MODES),
        "buffer_size": POSITIVE_INT.or_none(),
    }
    check("parquet_dataset", rules, locals())
    pyarrow()
    paths = files_of("parquet_dataset", path, SUFFIXES)
    headings = [heading_of(file) for file in paths]
    _check_same_columns(paths, headings)
    parts = tuple(part for heading in headings for part in heading.parts)
    rows = sum(heading.rows for heading in headings)
    if not rows:
        raise DataError(f"parquet_dataset: {paths[0]!r} has columns and no rows; expected one or more.")
    side = (image_size, image_size) if isinstance(image_size, int) else image_size and (image_size[0], image_size[1])
    pictures = Images([], None, False, size=side, color_mode=color_mode)
    layout = _layout(paths[0], headings[0].schema, target, columns, form, missing, pictures)
    if layout.words is not None:
        layout = layout._replace(words=tuple(class_names) if class_names else words_of(parts, str(target)))
    elif class_names is not None:
        raise ArgumentError("parquet_dataset: class_names are those of a target of texts; received none.")
    if verbose and is_interactive_logging_enabled():
        sys.stdout.write(_table(paths, headings[0], rows, len(parts), layout))
    source = Rows(parts, rows if missing == "raise" else None, layout)
    data = Dataset(
        source,
        class_names=_classes_of(headings[0].schema, target) if layout.words is None else list(layout.words),
        feature_names=list(layout.inputs),
        file_paths=paths,
    )
    if shuffle:
        data = data.shuffle(buffer_size or _rows_to_draw_from(source), seed)
    return data if batch_size is None else data.batch(batch_size)


def _classes_of(schema: Any, target: str | None) -> list[str] | None:
    """The names of the classes that Hugging Face notes beside numbers; None where it does not."""
    try:
        names = json.loads(schema.metadata[b"huggingface"])["info"]["features"][target]["names"]
    except (TypeError, KeyError, ValueError):
        return None
    return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else None


def _rows_to_draw_from(source: Rows) -> int:
    """As many as take 256 MB, found by looking at the first; no more than twenty thousand, and not too few."""
    if source.layout.form == "matrix":
        return MOST_DRAWN_FROM
    first = next(source.pieces())
    size = sum(leaf.nbytes for _, leaf in leaves(first)) // max(1, rows_in(first))
    return int(min(MOST_DRAWN_FROM, max(LEAST_DRAWN_FROM, DRAWN_FROM_BYTES // max(1, size))))


def _check_same_columns(paths: list[str], headings: list[Heading]) -> None:
    first = headings[0].schema
    for path, heading in zip(paths, headings, strict=True):
        if sorted(heading.schema, key=str) != sorted(first, key=str):
            here, other = (
                [f"{field.name} ({field.type})" for field in schema if field not in list(rest)]
                for schema, rest in ((first, heading.schema), (heading.schema, first))
            )
            raise DataError(
                f"parquet_dataset: the files have different columns: only {paths[0]!r} has "
                f"{', '.join(here) or 'none'}; "
                f"only {path!r} has {', '.join(other) or 'none'}.\n"
                "Read files of the same kind together, the others apart."
            )


def _layout(
    path: str,
    schema: Any,
    target: Any,
    chosen: Sequence[str] | None,
    form: str | None,
    missing: Any,
    pictures: Images,
) -> Layout:
    """What becomes of the columns."""
    arrow, names = pyarrow(), list(schema.names)
    for name in [*([] if target is None else [target]), *(chosen or [])]:
        if name not in names:
            near = nearest(str(name), names)
            raise ArgumentError(
                f"parquet_dataset: {path!r} has no column {name!r}."
                + (f" Did you mean {near!r}?" if near else "")
                + f"\nIts columns are: {', '.join(names[:40])}."
            )
    inputs = tuple(name for name in (chosen or filter(_is_no_index, names)) if name != target)
    if not inputs:
        raise DataError(f"parquet_dataset: no column of {path!r} is left for x; there are {', '.join(names)}.")
    kinds = {
        name: arrow_columns.kind_of(arrow, schema.field(name).type) for name in (*inputs, *([target] if target else []))
    }
    for name, kind in kinds.items():
        if kind is None:
            rest = [other for other in inputs if kinds[other] is not None]
            raise DataError(
                f"parquet_dataset: column {name!r} of {path!r} is of the type {schema.field(name).type}, which is no "
                "array; expected numbers, dates, texts, or lists of numbers.\n"
                f"Leave it out: columns={rest!r}; or write it as lists of numbers."
            )
    flat = all(kinds[name] in (arrow_columns.NUMBER, arrow_columns.DATE) for name in inputs)
    if form == "matrix" and not flat:
        odd = next(name for name in inputs if kinds[name] not in (arrow_columns.NUMBER, arrow_columns.DATE))
        raise DataError(
            f"parquet_dataset: column {odd!r} of {path!r} holds {schema.field(odd).type}, which has no place in a "
            "matrix.\n"
            "Write form='columns', or leave it out with columns=[...]."
        )
    if form is None:
        single = len(inputs) == 1 and kinds[inputs[0]] in (arrow_columns.ARRAY, arrow_columns.PICTURE)
        form = "single" if single else "matrix" if flat else "columns"
    words = () if target and kinds[target] == arrow_columns.TEXT else None
    return Layout(form, inputs, target, words, missing, pictures)


def _is_no_index(name: str) -> bool:
    """Whether a column is more than the numbers of rows without a name that pandas wrote beside a frame."""
    return not (name.startswith("__index_level_") and name.endswith("__"))


def _table(paths: list[str], heading: Heading, rows: int, parts: int, layout: Layout) -> str:
    """What was found, in lines."""
    title = paths[0] if len(paths) == 1 else f"{len(paths)} files from {paths[0]}"
    many = f"{parts} row groups" if parts != 1 else "1 row group"
    lines = [f"{title}: {rows} rows in {many}, {len(heading.schema.names)} columns"]
    used = [*layout.inputs, *([layout.target] if layout.target else [])]
    for field in list(heading.schema)[:40]:
        role = "  -> target" if field.name == layout.target else "" if field.name in used else "  (left out)"
        lines.append(f"  {field.name[:20]:<20} {field.type}{role}")
    if len(heading.schema.names) > 40:
        lines.append(f"  ... and {len(heading.schema.names) - 40} columns more")
    return "\n".join(lines) + "\n"
