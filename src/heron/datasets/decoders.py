"""From the bytes of a container to arrays: IDX, CSV and the .ts format. Bytes in, arrays out, no files."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from heron.errors import DataError

Array: TypeAlias = NDArray[Any]

_IDX_UINT8 = b"\x00\x00\x08"


def idx(data: bytes) -> Array:
    """Returns the `uint8` array stored in an IDX file, read-only, without a copy.

    An IDX file is two zero bytes, a type code (8: unsigned bytes), the number of axes, each size as a big-endian
    32-bit integer, then the values in C order (Y. LeCun, "The MNIST database").

    Args:
        data: the whole file.

    Raises:
        DataError: when `data` is not such a file, or is longer or shorter than its header says.

    Example:
        >>> idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]))
        array([7, 8, 9], dtype=uint8)
    """
    if len(data) < 4 or data[:3] != _IDX_UINT8:
        raise DataError(
            f"idx: expected an IDX file of unsigned bytes, which begins with {_IDX_UINT8!r}; received {len(data)} "
            f"bytes that begin with {data[:3]!r}.\nGive the whole uncompressed file."
        )
    start = 4 + 4 * data[3]
    shape = tuple(int.from_bytes(data[i : i + 4], "big") for i in range(4, start, 4))
    expected = start + math.prod(shape)
    if len(data) != expected:
        raise DataError(
            f"idx: expected {expected} bytes for values of shape {shape}; received {len(data)}.\n"
            "Give the whole uncompressed file."
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def table(data: bytes, columns: Sequence[str]) -> Array:
    r"""Returns the numbers in `columns` of a CSV file whose first line names its columns.

    Args:
        data: the whole file, UTF-8.
        columns: names of the wanted columns, in the wanted order.

    Output shape:
        `(rows, len(columns))`, float64.

    Raises:
        DataError: when a column is missing, a row is short, or a value is no number.

    Example:
        >>> table(b"name,height,mass\nsaw,2,5.5\nbow,3,1\n", ["mass", "height"])
        array([[5.5, 2. ],
               [1. , 3. ]])
    """
    names, *rows = list(csv.reader(data.decode(errors="replace").splitlines())) or [[]]
    missing = [column for column in columns if column not in names]
    if missing:
        raise DataError(
            f"table: expected the columns {', '.join(missing)}; received a file with {', '.join(names) or 'none'}.\n"
            "Ask for columns that its first line names."
        )
    places = [names.index(column) for column in columns]
    values = np.empty((len(rows), len(places)))
    for i, row in enumerate(rows):
        try:
            values[i] = [float(row[place]) for place in places]
        except (ValueError, IndexError) as error:
            raise DataError(
                f"table: expected numbers in the columns {', '.join(columns)}; row {i + 1} is {','.join(row)!r}.\n"
                "Mend that row, or ask for other columns."
            ) from error
    return values


def time_series(data: bytes) -> tuple[Array, Array]:
    r"""Returns the series and the class labels of a .ts file with equal lengths and no missing values.

    Such a file has comment lines (`#`), header lines (`@classLabel true A B`, `@data`), then one series a line: the
    channels separated by colons, their values by commas, the class name last (UEA and UCR time series archives).

    Args:
        data: the whole file, UTF-8.

    Output shape:
        `(series, steps, channels)`, float32, and `(series,)`, int32: the place of each series' class in `@classLabel`.

    Raises:
        DataError: when a line is no such series, has another shape than the first, or a class that the header does not
            name.

    Example:
        >>> series, labels = time_series(b"@classLabel true up down\n@data\n1,2:3,4:up\n2,1:4,3:down\n")
        >>> series.shape, labels
        ((2, 2, 2), array([0, 1], dtype=int32))
    """
    lines = [line.strip() for line in data.decode(errors="replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    header = {line.split()[0].lower(): line.split()[1:] for line in lines if line.startswith("@")}
    classes = header.get("@classlabel", [])[1:]
    series: list[Array] = []
    labels: list[int] = []
    for line in lines:
        if line.startswith("@"):
            continue
        *channels, label = line.split(":")
        try:
            values = np.array([channel.split(",") for channel in channels], np.float64)  # (channels, steps)
            labels.append(classes.index(label))
        except ValueError as error:
            raise DataError(_series_text(len(series), f"numbers and one of the classes {classes}", line)) from error
        if series and values.shape != series[0].shape:
            raise DataError(_series_text(len(series), f"{series[0].shape} channels and steps, as in series 1", line))
        series.append(values)
    if not series:
        raise DataError("time_series: expected series after the line '@data'; received none.\nGive the whole .ts file.")
    stacked = np.stack(series).transpose(0, 2, 1)  # (series, steps, channels)
    return np.ascontiguousarray(stacked, dtype=np.float32), np.array(labels, np.int32)


def _series_text(index: int, expected: str, line: str) -> str:
    shown = line if len(line) <= 60 else f"{line[:30]}...{line[-25:]}"
    return f"time_series: expected {expected}; series {index + 1} is {shown!r}.\nMend that line of the .ts file."
