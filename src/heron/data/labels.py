"""Names of classes in the place of targets: recognised, numbered, and named again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from heron.data.arrays import on_host
from heron.data.tables import table_of
from heron.errors import ArgumentError, DataError, nearest, note, value_text

_LISTED = 10


def is_names(y: Any) -> bool:
    """Whether `y` - a list, an array, a column or a table of one column - holds words."""
    first = y
    while isinstance(first, list | tuple) and first:
        first = first[0]
    if first is not y:
        return isinstance(first, str | bytes | np.str_) or (isinstance(y, list | tuple) and _has_words(y))
    dtype = getattr(y, "dtype", None)
    kind = getattr(dtype, "kind", "O")
    if isinstance(dtype, np.dtype) and kind not in "OUST":
        return False
    table = table_of(y)
    if table is not None:
        return len(table.columns) == 1 and is_names(table.columns[0])
    if not hasattr(y, "__array__") or (dtype is not None and _is_number(dtype)):
        return False
    return _has_words(np.asarray(y, object).reshape(-1)[:1000])


def _is_number(dtype: Any) -> bool:
    """Whether a dtype that is not NumPy's is one of numbers: those of tensors, of pandas' and polars' own columns."""
    if getattr(dtype, "kind", "O") in "biufc" or getattr(dtype, "is_floating", False):
        return True
    is_numeric = getattr(dtype, "is_numeric", None)  # of polars
    return bool(callable(is_numeric) and is_numeric())


def _has_words(items: Any) -> bool:
    return any(isinstance(item, str | bytes) for item in items)


def words_of(y: Any, what: str) -> np.ndarray:
    """The names in `y` as an array of Python strings, `(rows,)` where they are one a row.

    Raises:
        DataError: for missing names, numbers among them, and rows of different lengths.
    """
    table = table_of(y)
    if table is not None:
        y = table.columns[0]
    try:
        words = np.array(np.asarray(on_host(y, what), object))
    except ValueError:
        words = np.asarray(None)
    if words.ndim == 0 or any(isinstance(item, list | tuple) for item in words.reshape(-1)[:1000]):
        raise DataError(
            f"{what} holds lists of names of different lengths. Expected one name for each sample.\n"
            "For several classes a sample, give a row of 0 and 1 with a column for each class."
        )
    flat = words.reshape(-1)
    missing = [row for row, item in enumerate(flat) if item is None or item != item]
    if missing:
        raise DataError(
            f"{what} has {len(missing)} missing name{'s' * (len(missing) > 1)}; the first is in row "
            f"{missing[0] * len(words) // flat.size}. Leave those samples out, or give them a name of their own."
        )
    for place, item in enumerate(flat):
        if isinstance(item, bytes):
            flat[place] = item.decode()
        elif isinstance(item, np.str_):
            flat[place] = str(item)
        elif not isinstance(item, str):
            raise DataError(
                f"{what} holds names and numbers: {value_text(item)} in row {place * len(words) // flat.size}, and "
                f"{next(i for i in flat if isinstance(i, str | bytes))!r}. Expected one or the other.\n"
                f"Make names of all: {what.split()[-1]} = [str(name) for name in {what.split()[-1]}]."
            )
    return words[:, 0] if words.ndim == 2 and words.shape[1] == 1 else words


def distinct(words: np.ndarray) -> list[str]:
    """Each name once, sorted as `np.unique` sorts them."""
    return sorted(set(words.reshape(-1).tolist()))


def numbered(words: np.ndarray, names: Sequence[str], what: str) -> np.ndarray:
    """The place of each name in `names`, int32.

    Raises:
        DataError: for names that are not among them.
    """
    table = {name: number for number, name in enumerate(names)}
    numbers = np.fromiter((table.get(word, -1) for word in words.flat), np.int32, words.size).reshape(words.shape)
    unknown = np.flatnonzero(numbers.reshape(-1) < 0)
    if unknown.size:
        found = list(dict.fromkeys(words.reshape(-1)[unknown].tolist()))
        near = nearest(found[0], names)
        raise DataError(
            f"{what} has {unknown.size} label{'s' * (unknown.size > 1)} that the model does not know: "
            f"{listed(found)}; the first is in row {int(unknown[0]) * len(words) // words.size}. "
            f"It knows {listed(names)}." + (f" Did you mean {near!r}?" if near else "") + "\n"
            "Every class must occur in the data of the first fit; or set model.class_names to all names before it."
        )
    return numbers


def check_same_numbers(names: Sequence[str], known: Sequence[str], what: str, sure: bool) -> None:
    """Refuses data that number the classes otherwise than the model: each would be taken for another.

    Args:
        names: those of the data, in the order of their numbers.
        known: those of the model.
        what: put in front of "data" in messages.
        sure: whether the numbers are those of the names; a note is written where they may have been changed.

    Raises:
        DataError: where a name has another number, or is unknown while others are known.
    """
    numbers = {name: number for number, name in enumerate(known)}
    odd = next((number for number, name in enumerate(names) if numbers.get(name) != number), None)
    if odd is None or not numbers.keys() & set(names):
        return
    there = f"number {numbers[names[odd]]} in the model" if names[odd] in numbers else "unknown to the model"
    text = (
        f"The {what}data number their classes otherwise than the model: {names[odd]!r} is number {odd} in the data and "
        f"{there}. The data have {listed(names)}; the model was trained on {listed(known)}.\n"
        f"Number them alike: give class_names={list(known)[:_LISTED]!r} where the data set is made, with an empty "
        "subfolder for a class that has no files."
    )
    if sure:
        raise DataError(text)
    note(text + " If map has renumbered them, all is well.")


def check_same_columns(names: Sequence[str], known: Sequence[str], what: str) -> None:
    """Refuses columns in another order than those that the model was trained on; notes those of other names.

    Raises:
        DataError: for the same names in another order.
    """
    if list(names) == list(known) or not set(names) & set(known) or len(names) != len(known):
        return  # other numbers of columns do not fit the model, and are refused with their shape
    odd = next(number for number, name in enumerate(names) if name != known[number])
    text = (
        f"The {what}data have other columns than those that the model was trained on: number {odd} is {names[odd]!r}, "
        f"and was {known[odd]!r}. They have {listed(names)}; the model was trained on {listed(known)}.\n"
        "Make the columns alike; the values of a category are said as kinds={'color': ['blue', 'red']}."
    )
    if set(names) == set(known):
        raise DataError(text)
    note(text)


def listed(names: Sequence[str]) -> str:
    """Names in quotes, the first ten of many."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(map(repr, names[:_LISTED])) + more


def checked_names(names: Any, what: str = "class_names") -> Any:
    """Names of classes: a list of different strings, or a dict of such lists by output; None for none.

    Raises:
        ArgumentError: for anything else.
    """
    if names is None:
        return None
    if isinstance(names, Mapping):
        return {str(output): checked_names(part, f"{what}[{output!r}]") for output, part in names.items()}
    if not isinstance(names, str) and isinstance(names, Sequence | np.ndarray):
        found = [name.item() if isinstance(name, np.generic) else name for name in names]
        if found and all(isinstance(name, str) for name in found) and len(set(found)) == len(found):
            return found
    raise ArgumentError(
        f"{what} must be a list of different names, in the order of the classes' numbers; received "
        f"{value_text(names)}.\nWrite model.class_names = ['cat', 'dog']."
    )
