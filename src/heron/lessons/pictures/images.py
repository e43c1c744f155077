"""Images, and what a model takes them for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from heron.lessons.pictures import look


def predictions_grid(
    images: Any,
    labels: Any,
    predictions: Any,
    class_names: Sequence[str],
    file: look.Path,
    rows: int = 5,
    columns: int = 6,
) -> str:
    """Draws images with the names that a model gave them, and the true names where it was wrong.

    Args:
        images: grey images, `(n, height, width)`; the first `rows * columns` are drawn.
        labels: their true classes, `(n,)`.
        predictions: the probabilities of the classes, `(n, classes)`.
        class_names: the name of each class.
        file: where the PNG goes; folders are made.
        rows: how many rows of images are drawn.
        columns: how many images are in a row.

    Returns:
        The name of the file.
    """
    images, labels = np.asarray(images), np.asarray(labels).reshape(-1)
    guesses = np.asarray(predictions).argmax(axis=1)
    shown = min(rows * columns, len(images))
    right = int((guesses[:shown] == labels[:shown]).sum())
    with rc_context({**look.LOOK, "font.size": 11}):
        figure = Figure(figsize=(1.72 * columns, 2.12 * rows + 0.5))
        for i in range(shown):
            axes = figure.add_subplot(rows, columns, i + 1)
            axes.imshow(images[i], cmap="gray_r", interpolation="nearest")
            correct = guesses[i] == labels[i]
            look.frame(axes, look.BLUE if correct else look.VERMILLION, 1.5 if correct else 4.0)
            guess = class_names[guesses[i]]
            text = f"{guess}\n " if correct else f"✗ {guess}\nreally: {class_names[labels[i]]}"
            axes.set_xlabel(
                text, color=look.INK if correct else look.VERMILLION, weight="normal" if correct else "bold"
            )
        figure.suptitle(
            f"The first {shown} test images and what the network takes them for: {right} right, {shown - right} wrong",
            size=14,
        )
        return look.save(figure, file)


def image_row(images: Sequence[Any], titles: Sequence[object], file: look.Path, title: str = "") -> str:
    """Draws images side by side, each under its title.

    Args:
        images: grey images, `(height, width)` each; where one has negative numbers too, these are drawn blue and the
            positive ones orange.
        titles: what is written above each.
        file: where the PNG goes; folders are made.
        title: what is written above all.

    Returns:
        The name of the file.
    """
    with rc_context(look.LOOK):
        figure = Figure(figsize=(2.6 * len(images), 3.0 + 0.4 * bool(title)))
        for axes, image, text in zip(figure.subplots(1, len(images), squeeze=False)[0], images, titles, strict=True):
            image = np.asarray(image, float)
            most, is_grey = np.abs(image).max(), image.min() >= 0
            colours = "gray_r" if is_grey else look.TWO_SIDES
            axes.imshow(image, cmap=colours, vmin=0 if is_grey else -most, vmax=most, interpolation="nearest")
            look.frame(axes, look.GREY, 1.0)
            axes.set_title(str(text))
        if title:
            figure.suptitle(title, size=14)
        return look.save(figure, file)


def mistakes(
    images: Any,
    labels: Any,
    predictions: Any,
    class_names: Sequence[str],
    file: look.Path,
    rows: int = 4,
    columns: int = 8,
) -> str:
    """Draws the images that a model takes for something else, those first of which it was surest.

    Args:
        images: grey images, `(n, height, width)`.
        labels: their true classes, `(n,)`.
        predictions: the probabilities of the classes, `(n, classes)`.
        class_names: the name of each class.
        file: where the PNG goes; folders are made.
        rows: how many rows of images are drawn at most.
        columns: how many images are in a row.

    Returns:
        The name of the file.
    """
    images, labels, predictions = np.asarray(images), np.asarray(labels).reshape(-1), np.asarray(predictions)
    guesses, sureness = predictions.argmax(axis=1), predictions.max(axis=1)
    wrong = np.flatnonzero(guesses != labels)
    shown = wrong[np.argsort(-sureness[wrong], kind="stable")][: rows * columns]
    rows = max(1, -(-len(shown) // columns))
    with rc_context({**look.LOOK, "font.size": 11}):
        figure = Figure(figsize=(1.6 * columns, 2.1 * rows + 0.5))
        for place, number in enumerate(shown):
            axes = figure.add_subplot(rows, columns, place + 1)
            axes.imshow(images[number], cmap="gray_r", interpolation="nearest")
            look.frame(axes, look.VERMILLION, 2.5)
            guess, really = class_names[guesses[number]], class_names[labels[number]]
            axes.set_xlabel(f"{guess} ({sureness[number]:.0%})\nreally: {really}")
        some = f", the {len(shown)} it was surest of" if len(shown) < len(wrong) else ""
        figure.suptitle(f"{len(wrong)} of {len(labels):,} images are taken for something else{some}", size=14)
        return look.save(figure, file)


def one_image(image: Any, label: int, probabilities: Any, class_names: Sequence[str], file: look.Path) -> str:
    """Draws one image beside the probability that a model gives to each class.

    Args:
        image: a grey image, `(height, width)`.
        label: its true class.
        probabilities: of the classes, `(classes,)`.
        class_names: the name of each class.
        file: where the PNG goes; folders are made.

    Returns:
        The name of the file.
    """
    probabilities, label = look.numbers(probabilities), int(label)
    guess = int(probabilities.argmax())
    with rc_context(look.LOOK):
        figure = Figure(figsize=(9.5, 4.0))
        picture, bars = figure.subplots(1, 2, width_ratios=[1, 1.4], gridspec_kw={"wspace": 0.1})
        picture.imshow(image, cmap="gray_r", interpolation="nearest")
        picture.set_anchor("N")
        look.frame(picture, look.GREY, 1.0)
        picture.set_title(f"This is: {class_names[label]}")
        places = np.arange(len(probabilities))
        colours = [look.VERMILLION if p == guess != label else look.BLUE for p in places]
        bars.barh(places, probabilities, color=colours)
        for place, share in zip(places, probabilities, strict=True):
            weight = "bold" if place == guess else "normal"
            bars.text(share + 0.015, place, f"{share:.1%}", va="center_baseline", weight=weight)
        verdict = "right" if guess == label else "wrong"
        bars.set(title=f"The network says: {class_names[guess]} ({verdict})", xlim=(0, 1.18), xticks=[])
        bars.set_yticks(places, class_names)
        bars.tick_params(length=0)
        bars.invert_yaxis()
        bars.spines[["bottom", "left"]].set_visible(False)
        return look.save(figure, file)


def confusion_matrix(labels: Any, predictions: Any, class_names: Sequence[str], file: look.Path) -> str:
    """Draws how often each class was taken for each other one, in percent of the images of the class.

    Args:
        labels: the true classes, `(n,)`.
        predictions: the probabilities of the classes, `(n, classes)`.
        class_names: the name of each class.
        file: where the PNG goes; folders are made.

    Returns:
        The name of the file.
    """
    size = len(class_names)
    labels, guesses = np.asarray(labels).reshape(-1).astype(int), np.asarray(predictions).argmax(axis=1)
    counts = np.zeros((size, size), int)  # (true, predicted)
    np.add.at(counts, (labels, guesses), 1)
    percent = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    with rc_context(look.LOOK):
        figure = Figure(figsize=(9.4, 8.6))
        axes = figure.add_subplot()
        axes.imshow(percent, cmap="Blues", vmin=0, vmax=100)
        for true, guess in np.ndindex(size, size):
            share = round(percent[true, guess])
            if share:
                dark = share > 55
                wrong = true != guess and share >= 5
                colour = "white" if dark else look.VERMILLION if wrong else look.INK
                bold = "bold" if wrong or true == guess else "normal"
                axes.text(guess, true, str(share), ha="center", va="center", color=colour, weight=bold)
        axes.set_xticks(np.arange(size), class_names, rotation=40, ha="right", rotation_mode="anchor")
        axes.set_yticks(np.arange(size), class_names)
        axes.set_xticks(np.arange(size - 1) + 0.5, minor=True)
        axes.set_yticks(np.arange(size - 1) + 0.5, minor=True)
        axes.grid(True, which="minor", color="white", linewidth=2)
        axes.tick_params(which="both", length=0)
        axes.spines[:].set_visible(False)
        axes.set(xlabel="what the network says", ylabel="what it is")
        axes.set_title(f"{_worst(percent, class_names)}\nOf 100 images of each kind, how many are taken for what")
        return look.save(figure, file)


def _worst(percent: np.ndarray, class_names: Sequence[str]) -> str:
    """The title: the commonest confusion in words."""
    mistakes = percent - np.diag(np.diag(percent))
    true, guess = divmod(int(mistakes.argmax()), mistakes.shape[1])
    if mistakes[true, guess] < 0.5:
        return "Hardly anything is taken for something else"
    how_often = f"{mistakes[true, guess]:.0f} of 100"
    return f"Commonest mistake: {class_names[true]} taken for {class_names[guess]} ({how_often})"
