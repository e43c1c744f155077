"""What the pictures are given, in whatever form people have it: arrays, class numbers, probabilities, names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from heron.errors import ArgumentError, ArgumentTypeError, DataError, shape_text, value_text
from heron.plot import fonts

_SOME = 5


class Answers(NamedTuple):
    """What examples are and what they are taken for, as class numbers.

    Attributes:
        labels: the true classes, `(n,)`, or None.
        guesses: the predicted classes, `(n,)`, or None.
        shares: the probabilities of all classes, `(n, classes)`, or None when only classes were predicted.
        names: what to write for each class.
    """

    labels: np.ndarray | None
    guesses: np.ndarray | None
    shares: np.ndarray | None
    names: list[str]


def array(value: Any, argument: str) -> np.ndarray:
    """`value` as a NumPy array: lists, NumPy, JAX, torch (on any device, with gradients), tables and columns.

    Raises:
        ArgumentTypeError: when there is nothing, or nothing rectangular, in it.
    """
    if hasattr(value, "detach"):  # torch, which gives no array of what is on another device or has a gradient
        value = value.detach().cpu()
        value = value.float() if str(value.dtype) == "torch.bfloat16" else value
    try:
        found = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise ArgumentTypeError(
            f"{argument} must be an array or rows of equal length; received {value_text(value)}.\n"
            f"Give every row the same number of values. NumPy says: {error}"
        ) from error
    if value is None or (found.ndim == 0 and found.dtype.kind not in "biuf"):
        raise ArgumentTypeError(
            f"{argument} must be an array or a list; received {value_text(value)}.\n"
            f"Pass the data themselves: {argument}=[...]."
        )
    return found if found.dtype.kind in "biufUSOT" else found.astype(np.float32)  # bfloat16 and its like


def numbers(value: Any, argument: str) -> np.ndarray:
    """`value` as floats in one row, `(n,)`.

    Raises:
        DataError: when there are none, or some are no numbers.
    """
    found = array(value, argument)
    try:
        found = found.astype(float).reshape(-1)
    except (ValueError, TypeError) as error:
        raise DataError(f"{argument} must hold numbers; received {value_text(value)}.\nLeave out the text.") from error
    if not found.size:
        raise DataError(f"{argument} must hold numbers; received none.\nPass at least one.")
    return found


def class_names(given: Any) -> list[str] | None:
    """The names as a list: of names, of `{number: name}`, or of something that has `class_names`; else None."""
    for attribute in ("class_names", "CLASS_NAMES"):
        if getattr(given, attribute, None) is not None:
            given = getattr(given, attribute)
    if given is None or hasattr(given, "predict"):
        return None
    if isinstance(given, Mapping):
        if sorted(given) != list(range(len(given))):
            raise ArgumentError(
                f"class_names as a dict needs a name for each number from 0 to {len(given) - 1}; received the keys "
                f"{value_text(list(given))}.\nWrite the names in a list, in the order of the numbers."
            )
        given = [given[number] for number in range(len(given))]
    if isinstance(given, str) or not hasattr(given, "__len__") or not hasattr(given, "__getitem__"):
        raise ArgumentTypeError(
            f"class_names takes a list of names, one for each class; received {value_text(given)}.\n"
            "Write class_names=['cat', 'dog']."
        )
    return [str(name) for name in np.asarray(given, dtype=object).reshape(-1)]


def drawn_names(names: Sequence[str]) -> list[str]:
    """What to write for classes; the number goes before a name for which no font is installed."""
    return [
        fonts.writable(name if fonts.is_writable(name) else f"{number}: {name}") for number, name in enumerate(names)
    ]


def answers(who: str, labels: Any, predictions: Any = None, names: Any = None) -> Answers:
    """Labels and predictions in any of their forms as class numbers, held against each other and the names.

    Args:
        who: the function that asks, for messages.
        labels: class numbers `(n,)` or `(n, 1)`, one-hot rows `(n, classes)`, or names; None if unknown.
        predictions: probabilities or logits `(n, classes)`, probabilities of class 1 `(n,)` or `(n, 1)`, class numbers
            or names; None if there are none.
        names: of the classes; by default the numbers, or the names that occur, sorted.

    Raises:
        DataError: for unequal lengths, labels for which there is no name, numbers that are no classes, NaN.
    """
    known = class_names(names)
    true = None if labels is None else array(labels, "labels")
    said = None if predictions is None else array(predictions, "predictions")
    if known is None:
        texts = [str(one) for part in (true, said) if part is not None and _is_text(part) for one in part.reshape(-1)]
        known = sorted(set(texts)) or None
    shares = None if said is None or _is_text(said) else _shares(who, said)
    chosen = None if true is None else _numbers_of(who, true, "labels", known)
    if shares is not None:
        guesses: np.ndarray | None = shares.argmax(axis=1)
    else:
        guesses = None if said is None else _numbers_of(who, said, "predictions", known)
    if chosen is not None and guesses is not None:
        same_length(who, labels=len(chosen), predictions=len(guesses))
    if known is None:
        found = [int(part.max()) + 1 for part in (chosen, guesses) if part is not None and len(part)]
        known = [str(number) for number in range(max([*found, 0 if shares is None else shares.shape[1]]))]
    if shares is not None and shares.shape[1] != len(known):
        raise DataError(
            f"{who}(): class_names must name each of the {shares.shape[1]} classes of predictions; received "
            f"{len(known)} names.\nCheck that the model's last layer has a unit for each class, and the list of names."
        )
    return Answers(chosen, guesses, shares, drawn_names(known))


def same_length(who: str, **lengths: int) -> None:
    """Raises a `DataError` when what belongs together is not equally long."""
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise DataError(
            f"{who}(): {' and '.join(lengths)} must be equally long, one for each example; received {listed}.\n"
            f"Cut all of them in the same place: {', '.join(f'{name}[:{min(lengths.values())}]' for name in lengths)}."
        )


def predicted(predictions: Any, images: Any) -> Any:
    """What a model says of `images`, when `predictions` is a model; else `predictions`."""
    return predictions.predict(images, verbose=0) if hasattr(predictions, "predict") else predictions


def _is_text(values: np.ndarray) -> bool:
    return values.dtype.kind in "UST" or (
        values.dtype.kind == "O" and any(isinstance(one, str) for one in values.reshape(-1)[:1000])
    )


def _shares(who: str, said: np.ndarray) -> np.ndarray | None:
    """Probabilities `(n, classes)`; of logits their softmax; None when these are classes already."""
    said = said.astype(float)
    if not said.size:
        return None
    bad = np.flatnonzero(~np.isfinite(said).reshape(len(said), -1).all(axis=1))
    if len(bad):
        raise DataError(
            f"{who}(): predictions must be finite numbers; received NaN or infinity in row {bad[0]}"
            f"{f' and {len(bad) - 1} more' if len(bad) > 1 else ''}.\n"
            "A model that predicts NaN has lost its way in training: train it again with a smaller learning rate."
        )
    if said.ndim == 2 and said.shape[1] > 1:
        if said.min() >= 0 and said.max() <= 1:
            return said
        powers = np.exp(said - said.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    if said.size != len(said):
        raise DataError(
            f"{who}(): predictions must be (n, classes) or (n,); received shape {shape_text(said.shape)}.\n"
            "Flatten each prediction to one row of probabilities."
        )
    said = said.reshape(-1)
    if (said == np.round(said)).all():
        return None
    if said.min() < 0 or said.max() > 1:
        said = 1 / (1 + np.exp(-said))
    return np.stack([1 - said, said], axis=1)


def _numbers_of(who: str, values: np.ndarray, argument: str, names: Sequence[str] | None) -> np.ndarray:
    """Class numbers `(n,)` of numbers, names or one-hot rows."""
    if values.ndim == 2 and values.shape[1] > 1:
        values = values.astype(float).argmax(axis=1)
    if values.ndim > 2 or values.size != len(values.reshape(-1)[: len(values)] if values.ndim else [0]):
        raise DataError(
            f"{who}(): {argument} must be one class for each example, (n,), or one-hot rows, (n, classes); received "
            f"shape {shape_text(values.shape)}.\nFlatten them: {argument}.reshape(-1)."
        )
    values = values.reshape(-1)
    if _is_text(values):
        return _places(who, values, argument, list(names or ()))
    try:
        rounded = values.astype(float).astype(np.int64)
        whole = (rounded == values.astype(float)).all() and (not len(rounded) or rounded.min() >= 0)
    except (ValueError, TypeError):
        whole = False
    if not whole:
        raise DataError(
            f"{who}(): {argument} must be class numbers 0, 1, 2, ... or names; received {value_text(values.tolist())}."
            "\nNumber the classes from 0: np.unique(labels, return_inverse=True)[1]."
        )
    if names is not None and len(rounded) and rounded.max() >= len(names):
        raise DataError(
            f"{who}(): {argument} must be from 0 to {len(names) - 1}, as class_names has {len(names)} names; received "
            f"{rounded.max()} in row {rounded.argmax()}.\n"
            "Add the missing names, or subtract 1 if the labels begin at 1."
        )
    return rounded


def _places(who: str, values: np.ndarray, argument: str, names: list[str]) -> np.ndarray:
    place = {name: number for number, name in enumerate(names)}
    unknown = list(dict.fromkeys(str(one) for one in values if str(one) not in place))
    if unknown:
        more = f" and {len(unknown) - _SOME} more" if len(unknown) > _SOME else ""
        raise DataError(
            f"{who}(): {argument} must be among class_names ({value_text(names)}); received "
            f"{', '.join(map(repr, unknown[:_SOME]))}{more}.\nAdd the missing names, or check how they are spelt."
        )
    return np.array([place[str(one)] for one in values], dtype=np.int64)
