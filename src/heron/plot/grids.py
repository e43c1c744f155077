"""Pictures in rows, with what they are and what they are taken for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from heron.errors import DataError
from heron.plot import look
from heron.plot.fonts import writable
from heron.plot.inputs import Answers, answers, array, class_names, predicted, same_length
from heron.plot.pixels import Pictures, count, pictures

_LETTER = 0.087  # inches, the width of a letter under a picture
_LINE = 0.2  # inches, the height of a line under a picture
_FONT = 11
_WIDEST = 11.5  # inches, of a picture whose captions are long


def images(
    images: Any,
    labels: Any = None,
    predictions: Any = None,
    class_names: Any = None,
    *,
    rows: int | None = None,
    columns: int | None = None,
    title: str | None = None,
    signed: bool = False,
    data_format: str | None = None,
    ax: Any = None,
    path: look.Path | None = None,
) -> Figure:
    """Draws pictures in a grid, each above what it is, and what a model takes it for, right or wrong.

    Args:
        images: grey or coloured pictures: `(n, height, width)`, `(n, height, width, channels)`, `(n, channels, height,
            width)`, square ones in rows `(n, height * width)` if there are labels, a list of any sizes, or one alone.
            Numbers from 0 to 255, 0 to 1, -1 to 1 or any others; bright strokes on an empty ground are drawn as ink.
        labels: what they are: class numbers `(n,)`, one-hot rows `(n, classes)`, or names. Without `predictions`,
            any texts that are to stand below the pictures.
        predictions: what a model says: probabilities `(n, classes)`, or of class 1 `(n,)`, class numbers or names; or
            the model, which is then asked.
        class_names: the name of each class, or something that has `class_names` (a model, a data set).
        rows: how many rows are drawn at most, by default 5; the first pictures are taken.
        columns: how many are in a row, by default 6.
        title: what is written above all; by default, with predictions, how many are right.
        signed: whether numbers below 0 are blue and those above 0 orange.
        data_format: where the channels are, if the shape does not say it.
        ax: axes in a grid of axes, whose place the picture takes; by default a figure of its own.
        path: a file to write, in the format of its ending.

    Returns:
        The figure, which shows itself in notebooks.

    Raises:
        DataError: for lengths that differ, shapes of no picture, labels without a name.

    Example:
    >>> import heron
    >>> (x, y), _ = heron.datasets.fashion_mnist.load_data()
    >>> figure = heron.plot.images(x, y, class_names=heron.datasets.fashion_mnist, rows=2)
    >>> len(figure.axes), figure.axes[0].get_xlabel()
    (12, 'Ankle boot')
    """
    given = predictions
    predictions = predicted(predictions, images)
    known = class_names if class_names is not None else given if hasattr(given, "predict") else None
    total = count(images, None if labels is None else len(labels))
    columns = min(columns or 6, total) or 1
    shown = min((rows or 5) * columns, total)
    captions, wrong = _captions(labels, predictions, known, total, shown)
    ready = pictures(
        images, range(shown), examples=None if labels is None else len(labels), data_format=data_format, signed=signed
    )
    if not shown:
        raise DataError("images(): there must be at least one picture; received none.\nPass some: images(x[:30]).")
    if title is None and wrong is not None:
        right = shown - sum(wrong)
        title = f"{shown} pictures and what they are taken for: {right} right, {shown - right} wrong"
    return _tiles(ready, captions, wrong, columns, writable(title or ""), ax, path)


def mistakes(
    images: Any,
    labels: Any,
    predictions: Any,
    class_names: Any = None,
    *,
    rows: int = 5,
    columns: int = 6,
    data_format: str | None = None,
    ax: Any = None,
    path: look.Path | None = None,
) -> Figure:
    r"""Draws the pictures that a model takes for something else, those first of which it was surest.

    Args:
        images: the pictures, in any form that `heron.plot.images` takes, `(n, ...)`.
        labels: what they are: class numbers `(n,)`, one-hot rows, or names.
        predictions: probabilities `(n, classes)` or logits, or of class 1 `(n,)`; or the model, which is then asked.
        class_names: the name of each class, or something that has `class_names`.
        rows: how many rows are drawn at most.
        columns: how many pictures are in a row.
        data_format: where the channels are, if the shape does not say it.
        ax: axes in a grid of axes, whose place the picture takes.
        path: a file to write, in the format of its ending.

    Returns:
        The figure; each picture stands above what it is taken for, how surely, and what it really is.

    Raises:
        DataError: for lengths that differ, shapes of no picture, labels without a name.

    Example:
    >>> import numpy as np
    >>> said = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]])
    >>> figure = mistakes(np.zeros((3, 8, 8)), [0, 1, 0], said, ["cat", "dog"])
    >>> [ax.get_xlabel() for ax in figure.axes]
    ['cat (80%)\nreally: dog', 'dog (70%)\nreally: cat']
    """
    given = predictions
    predictions = predicted(predictions, images)
    known = class_names if class_names is not None else given if hasattr(given, "predict") else None
    found = answers("mistakes", labels, predictions, known)
    true, guesses = _both("mistakes", found)
    total = count(images, len(true))
    same_length("mistakes", images=total, labels=len(true))
    sure = np.ones(len(true)) if found.shares is None else found.shares.max(axis=1)
    wrong = np.flatnonzero(guesses != true)
    shown = wrong[np.argsort(-sure[wrong], kind="stable")][: rows * columns]
    some = f", the {len(shown)} it was surest of" if len(shown) < len(wrong) and found.shares is not None else ""
    title = f"{len(wrong):,} of {len(true):,} pictures are taken for something else{some}"
    said = [found.names[guesses[i]] + ("" if found.shares is None else f" ({sure[i]:.0%})") for i in shown]
    captions = [f"{guess}\nreally: {found.names[true[i]]}" for guess, i in zip(said, shown, strict=True)]
    ready = pictures(images, shown, examples=len(true), data_format=data_format)
    return _tiles(ready, captions, None, min(columns, max(len(shown), 1)), title, ax, path)


def _both(who: str, found: Answers) -> tuple[np.ndarray, np.ndarray]:
    if found.labels is None or found.guesses is None:
        missing = "labels" if found.labels is None else "predictions"
        raise DataError(
            f"{who}() compares labels with predictions; received no {missing}.\n"
            f"Pass them: {who}(images, labels, model.predict(images))."
        )
    return found.labels, found.guesses


def _captions(labels: Any, predictions: Any, names: Any, total: int, shown: int) -> tuple[list[str], list[bool] | None]:
    """What stands below each picture, and which are wrong; None when there is nothing to compare."""
    if labels is None and predictions is None:
        return [""] * shown, None
    if predictions is None and class_names(names) is None:
        texts = array(labels, "labels")
        same_length("images", images=total, labels=len(texts))
        if texts.ndim == 1 and texts.dtype.kind in "OUST":
            return [writable(text) for text in texts[:shown]], None
    found = answers("images", labels, predictions, names)
    lengths = {"labels": found.labels, "predictions": found.guesses}
    same_length("images", images=total, **{name: len(one) for name, one in lengths.items() if one is not None})
    if found.labels is None or found.guesses is None:
        numbers = found.guesses if found.labels is None else found.labels
        return [found.names[number] for number in (numbers if numbers is not None else [])[:shown]], None
    captions, wrong = [], []
    for true, guess in zip(found.labels[:shown], found.guesses[:shown], strict=True):
        wrong.append(bool(true != guess))
        name = found.names[guess]
        captions.append(f"✗ {name}\nreally: {found.names[true]}" if wrong[-1] else f"{name}\n ")
    return captions, wrong


def _tiles(
    ready: Pictures,
    captions: Sequence[str],
    wrong: Sequence[bool] | None,
    columns: int,
    title: str,
    ax: Any,
    path: look.Path | None,
) -> Figure:
    """Draws pictures above their captions, frames telling right from wrong."""
    lines = [line for caption in captions for line in caption.split("\n")]
    width = min(max([1.6 if len(captions) > 4 else 2.4, *(_LETTER * len(line) + 0.2 for line in lines)]), 2.6)
    width = min(width, max(1.6, _WIDEST / columns))
    captions = ["\n".join(look.shortened(one, int(width / _LETTER)) for one in text.split("\n")) for text in captions]
    rows = max(1, -(-len(captions) // columns))
    aspect = min(max(ready.aspect, 0.25), 4) if ready.arrays else 0.1
    below = _LINE * max((caption.count("\n") + 1 for caption in captions if caption), default=0) + 0.15
    size = (max(width * columns, 0.11 * len(title)), (width * aspect + below) * rows + 0.4 * bool(title))
    with look.canvas(size, ax, path, font_size=_FONT) as canvas:
        for number, one in enumerate(look.grid(canvas.part, len(captions), columns)):
            ready.show(one, number)
            is_wrong = wrong is not None and wrong[number]
            colour = look.GREY if wrong is None else look.VERMILLION if is_wrong else look.BLUE
            look.frame(one, colour, 0.8 if wrong is None else 3.5 if is_wrong else 1.5)
            one.set_xlabel(captions[number], color=look.VERMILLION if is_wrong else look.INK)
        if title:
            canvas.part.suptitle(title, size=14)
        return canvas.figure
