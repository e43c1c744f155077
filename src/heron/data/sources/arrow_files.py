"""Files of Arrow's kinds, read part by part: row groups of Parquet, record batches of Feather and Arrow."""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from heron.data.sources import arrow_columns
from heron.data.sources.images import Images
from heron.data.sources.kept import Kept
from heron.data.structure import rows_of
from heron.errors import DataError, MissingPackageError, note

PIECE_BYTES = 8 * 2**20  # of rows that are read together
_PARQUET, _ARROW = b"PAR1", b"ARROW1"


@functools.cache
def pyarrow() -> Any:
    """The package, with what reads Parquet.

    Raises:
        MissingPackageError: where it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.dataset
        import pyarrow.parquet
    except ImportError:
        raise MissingPackageError(
            "parquet_dataset reads files with pyarrow, which is not installed.\nInstall it: pip install heron[data]"
        ) from None
    return pyarrow


class Part(NamedTuple):
    """A row group or record batch: its file, its number there, the number of its first row in the file."""

    path: str
    number: int
    first: int


class Heading(NamedTuple):
    """What is known of a file before its rows are read."""

    schema: Any
    rows: int
    parts: tuple[Part, ...]


def heading_of(path: str) -> Heading:
    """The columns, rows and parts of a file.

    Raises:
        DataError: for what is no such file.
    """
    arrow = pyarrow()
    with open(path, "rb") as file:
        start = file.read(6)
    try:
        if start[:4] == _PARQUET:
            with arrow.parquet.ParquetFile(path) as parquet:
                about = parquet.metadata
                counts = [about.row_group(number).num_rows for number in range(about.num_row_groups)]
                schema = parquet.schema_arrow
        elif start == _ARROW:
            with arrow.memory_map(path) as file, arrow.ipc.open_file(file) as batches:
                counts = [batches.get_batch(number).num_rows for number in range(batches.num_record_batches)]
                schema = batches.schema
        else:
            raise DataError(
                f"parquet_dataset: {path!r} is neither Parquet nor Arrow (Feather): it begins with {start[:4]!r}.\n"
                "Is it a CSV file? heron.data.csv_dataset reads those. Was it cut in a copy or a download?"
            )
    except (arrow.ArrowException, OSError) as error:
        raise DataError(
            f"parquet_dataset: {path!r} cannot be read: {str(error).splitlines()[0]}\n"
            "Was it cut in a copy or a download?"
        ) from None
    firsts = np.cumsum([0, *counts])
    parts = tuple(Part(path, n, int(firsts[n])) for n, count in enumerate(counts) if count)
    return Heading(schema, sum(counts), parts)


class Layout(NamedTuple):
    """What becomes of the columns.

    Attributes:
        form: `"matrix"`, `"columns"`, or `"single"` for the only column as it is.
        inputs: the names of the columns of x.
        target: that of y, or None.
        words: the names of the classes, in their order; None where y is no text.
        missing: what is done about missing values: `"raise"`, `"skip"` or a number to put there.
        pictures: how pictures are decoded.
    """

    form: str
    inputs: tuple[str, ...]
    target: str | None
    words: tuple[str, ...] | None
    missing: Any
    pictures: Images


class Rows:
    """The rows of files of Arrow's kinds, part by part.

    Args:
        parts: in their order.
        length: the number of rows; None where rows may be left out.
        layout: what becomes of the columns.
    """

    def __init__(self, parts: tuple[Part, ...], length: int | None, layout: Layout) -> None:
        self.parts, self.length, self.layout = parts, length, layout
        self._kept = Kept()

    def pieces(self) -> Iterator[Any]:
        """The rows in the order of the files."""
        return self._pieces(range(len(self.parts)))

    def shuffled(self, generator: np.random.Generator) -> Iterator[Any]:
        """The rows, the parts in an order by chance."""
        return self._pieces(generator.permutation(len(self.parts)).tolist())

    def _pieces(self, order: Any) -> Iterator[Any]:
        opened: dict[str, Any] = {}  # one reader at a time
        for number in order:
            part = self.parts[number]
            yield from self._kept.pieces(part, functools.partial(self._read, part, opened))

    def _read(self, part: Part, opened: dict[str, Any]) -> Iterator[Any]:
        """The pieces of a part, from its file."""
        arrow = pyarrow()
        names = [*self.layout.inputs, *([self.layout.target] if self.layout.target else [])]
        if part.path not in opened:
            opened.clear()
            opened[part.path] = _reader(arrow, part.path)
        row = part.first
        try:
            for batch in opened[part.path](part.number, names):
                yield self._piece(arrow, batch, part.path, row)
                row += batch.num_rows
        except (arrow.ArrowException, OSError) as error:
            raise DataError(
                f"{part.path}, from row {row}, cannot be read: {str(error).splitlines()[0]}\nIs the file damaged?"
            ) from None

    def _piece(self, arrow: Any, batch: Any, path: str, first: int) -> Any:
        """X or `(x, y)` of some rows."""
        layout, keep = self.layout, np.ones(batch.num_rows, bool)
        arrays = {
            name: self._array(arrow, column, name, path, first, keep)
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        }
        y = None if layout.target is None else self._target(arrays.pop(layout.target), path, first, keep)
        if layout.form == "single":
            x: Any = arrays[layout.inputs[0]]
        elif layout.form == "columns":
            x = {name: arrays[name] for name in layout.inputs}
        else:
            x = np.empty((len(keep), len(layout.inputs)), np.float32)
            for place, name in enumerate(layout.inputs):
                x[:, place] = arrays[name]
        piece = x if y is None else (x, y)
        return piece if keep.all() else rows_of(piece, keep)

    def _array(self, arrow: Any, column: Any, name: str, path: str, first: int, keep: np.ndarray) -> np.ndarray:
        """A column as an array; rows whose value is missing leave `keep`, or get the value that the user gave."""
        missing = column.is_null(nan_is_null=True) if column.type in _floats(arrow) else column.is_null()
        if not missing.true_count:
            return self._plain(arrow, column, name, path, first)
        where = missing.to_numpy(zero_copy_only=False)
        fill = self.layout.missing
        if fill == "raise":
            raise DataError(
                f"{path}, row {first + int(where.argmax())}: column {name!r} has no value.\n"
                "Write missing='skip' to leave such rows out, or a number to put there."
            )
        skips = fill == "skip" or name == self.layout.target
        if skips:
            keep &= ~where
        known = column.filter(arrow.array(~where))
        plain = self._plain(arrow, known, name, path, first)
        if plain.dtype.kind in "iub" and not skips:
            plain = plain.astype(np.float64)
        whole = np.full(
            (len(column), *plain.shape[1:]), "" if plain.dtype == object else 0 if skips else fill, plain.dtype
        )
        whole[~where] = plain
        return whole

    def _plain(self, arrow: Any, column: Any, name: str, path: str, first: int) -> np.ndarray:
        if arrow_columns.kind_of(arrow, column.type) == arrow_columns.PICTURE:
            return self._pictures(column.field("bytes").to_pylist(), f"{path}, after row {first}: column {name!r}")
        try:
            return arrow_columns.array_of(arrow, column)
        except arrow_columns.Unequal as lengths:
            raise DataError(
                f"{path}, after row {first}: the lists of column {name!r} have {lengths} values; expected one length.\n"
                "Pad or cut them where the file is written."
            ) from None
        except DataError:
            raise DataError(
                f"{path}, after row {first}: a list of column {name!r} lacks a value.\n"
                "Fill it in where the file is written."
            ) from None

    def _pictures(self, files: list[bytes | None], where: str) -> np.ndarray:
        """Pictures as bytes `(rows, height, width, channels)`, decoded by threads."""
        images = self.layout.pictures
        channels = len(images.mode)
        found: list[np.ndarray] = []
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            waiting = [threads.submit(images.decode, io.BytesIO(file or b"")) for file in files]
            for number, (file, future) in enumerate(zip(files, waiting, strict=True)):
                try:
                    found.append(future.result().reshape(*future.result().shape[:2], channels))
                except Exception as error:  # decoders raise what they like
                    what = "cannot be decoded" if file else "is not in the file, which has its path alone"
                    raise DataError(
                        f"{where}: picture {number} {what} ({len(file or b'')} bytes).\n"
                        "Write the files again with the bytes of all pictures, or leave the row out."
                    ) from error
        sizes = {picture.shape for picture in found}
        if len(sizes) > 1:
            some = ", ".join(f"{height}x{width}" for height, width, _ in sorted(sizes)[:4])
            raise DataError(
                f"{where} holds pictures of {len(sizes)} sizes: {some}{', ...' if len(sizes) > 4 else ''}; expected "
                "one.\nBring them to one size: image_size=(height, width)."
            )
        return np.stack(found) if found else np.zeros((0, *(images.size or (1, 1)), channels), np.uint8)

    def _target(self, y: np.ndarray, path: str, first: int, keep: np.ndarray) -> np.ndarray:
        """Numbers as they are, the names of classes as their numbers."""
        words = self.layout.words
        if words is None:
            return y
        table = {word: number for number, word in enumerate(words)}
        codes = np.array([table.get(word, -1) for word in y.tolist()], np.int32)
        unknown = np.flatnonzero((codes < 0) & keep)
        if len(unknown):
            raise DataError(
                f"{path}, row {first + int(unknown[0])}: column {self.layout.target!r} holds {y[unknown[0]]!r}, which "
                f"is none of the classes {', '.join(map(repr, words[:10]))}.\nGive all classes as class_names."
            )
        return codes


def _floats(arrow: Any) -> tuple[Any, ...]:
    return arrow.float16(), arrow.float32(), arrow.float64()


def _reader(arrow: Any, path: str) -> Any:
    """A function from the number of a part and names of columns to its batches of rows, each of a few MB."""
    with open(path, "rb") as file:
        is_parquet = file.read(4) == _PARQUET
    if is_parquet:
        parquet = arrow.parquet.ParquetFile(path, memory_map=False, pre_buffer=False)

        def groups(number: int, names: list[str]) -> Iterator[Any]:
            about = parquet.metadata.row_group(number)
            count = _rows_together(about.total_byte_size, about.num_rows)
            for batch in parquet.iter_batches(count, row_groups=[number], columns=names, use_threads=False):
                yield batch.select(names)

        return groups
    batches = arrow.ipc.open_file(arrow.memory_map(path))

    def slices(number: int, names: list[str]) -> Iterator[Any]:
        batch = batches.get_batch(number).select(names)
        count = _rows_together(batch.nbytes, batch.num_rows)
        for start in range(0, batch.num_rows, count):
            yield batch.slice(start, count)

    return slices


def _rows_together(size: int, rows: int) -> int:
    return max(64, min(2**16, PIECE_BYTES * rows // max(1, size)))


def words_of(parts: tuple[Part, ...], target: str) -> tuple[str, ...]:
    """The different texts of a column, in the order of the alphabet."""
    arrow, found = pyarrow(), set()
    for path in dict.fromkeys(part.path for part in parts):
        reader = _reader(arrow, path)
        for part in parts:
            if part.path == path:
                for batch in reader(part.number, [target]):
                    found.update(batch.column(0).unique().to_pylist())
    if len(found) > 1000:
        note(f"parquet_dataset: column {target!r} has {len(found)} different texts. Is it meant to be the target?")
    return tuple(sorted(word for word in found if word is not None))
