"""What convolutions do: windows that slide over numbers, learned filters, and what these make of an image."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from heron.errors import ArgumentError
from heron.lessons.pictures import look

_TINTS = ("#CFE3F1", "#FBE8C4", "#F6D7C6", "#D5ECE4")
_SHADE = _TINTS[1]


def sliding_window(image: Any, kernel: Any, result: Any, at: tuple[int, int], file: look.Path) -> str:
    """Draws a filter on one of its places in an image of numbers, and the number that it makes there.

    Args:
        image: the numbers, `(height, width)`.
        kernel: the filter, `(kernel height, kernel width)`.
        result: what the filter makes of the image, `(height - kernel height + 1, width - kernel width + 1)`.
        at: row and column of the window's upper left corner, from 0, and of the result's cell.
        file: where the PNG goes; folders are made.

    Returns:
        The name of the file.

    Raises:
        ArgumentError: when a window at this place is not inside the image.
    """
    image, kernel, result = np.asarray(image), np.asarray(kernel), np.asarray(result)
    (row, column), (height, width) = at, kernel.shape
    window = image[max(row, 0) : row + height, max(column, 0) : column + width]
    if window.shape != kernel.shape:
        raise ArgumentError(
            f"sliding_window(): a window of {height} x {width} must lie inside the image of {image.shape[0]} x "
            f"{image.shape[1]}; received at={at}.\nIts row must be from 0 to {image.shape[0] - height}, its column "
            f"from 0 to {image.shape[1] - width}."
        )
    products = " + ".join(f"{a:g}·{b:g}" for a, b in zip(window.flat, kernel.flat, strict=True))
    widths = [image.shape[1], kernel.shape[1], result.shape[1]]
    with rc_context(look.LOOK):
        figure = Figure(figsize=(0.62 * sum(widths) + 2.6, 0.62 * image.shape[0] + 1.5))
        axes = figure.subplots(1, 3, width_ratios=widths, gridspec_kw={"wspace": 0.1})
        titles = ("image", "× filter", "= result")
        shaded = [np.zeros(grid.shape, bool) for grid in (image, kernel, result)]
        shaded[0][row : row + height, column : column + width] = shaded[1][:] = True
        shaded[2][row, column] = True
        for one, grid, title, mask in zip(axes, (image, kernel, result), titles, shaded, strict=True):
            _cells(one, grid, np.where(mask, _SHADE, "white"), bold=mask)
            one.set_title(title)
        axes[0].add_patch(_outline(row, column, height, width))
        axes[2].add_patch(_outline(row, column, 1, 1))
        figure.supxlabel(f"{products} = {result[row, column]:g}", size=13, weight="bold")
        return look.save(figure, file)


def pooling_windows(image: Any, result: Any, file: look.Path) -> str:
    """Draws numbers in windows beside the largest of each window.

    Args:
        image: the numbers, `(height, width)`.
        result: the largest of each window, `(height / window height, width / window width)`.
        file: where the PNG goes; folders are made.

    Returns:
        The name of the file.

    Raises:
        ArgumentError: when the image does not fall into as many equal windows as there are results.
    """
    image, result = np.asarray(image), np.asarray(result)
    if image.shape[0] % result.shape[0] or image.shape[1] % result.shape[1]:
        raise ArgumentError(
            f"pooling_windows(): the image must fall into equal windows, one for each of the {result.shape[0]} x "
            f"{result.shape[1]} results; received an image of {image.shape[0]} x {image.shape[1]}.\n"
            "Leave out the rows and columns at its end that fill no window."
        )
    height, width = image.shape[0] // result.shape[0], image.shape[1] // result.shape[1]
    rows, columns = np.indices(result.shape)
    tints = np.array(_TINTS)[(rows % 2) * 2 + columns % 2]
    spread = np.ones((height, width), int)
    largest = image == np.kron(result, spread)
    with rc_context(look.LOOK):
        size = (0.72 * (image.shape[1] + result.shape[1]) + 1.4, 0.72 * image.shape[0] + 0.9)
        figure = Figure(figsize=size)
        before, after = figure.subplots(
            1, 2, width_ratios=[image.shape[1], result.shape[1]], gridspec_kw={"wspace": 0.1}
        )
        _cells(before, image, tints.repeat(height, axis=0).repeat(width, axis=1), bold=largest)
        for row, column in np.ndindex(result.shape):
            before.add_patch(_outline(row * height, column * width, height, width))
        _cells(after, result, tints, bold=np.ones(result.shape, bool))
        before.set_title(f"windows of {height} x {width}")
        after.set_title("their largest")
        return look.save(figure, file)


def filters(kernel: Any, file: look.Path, columns: int = 8) -> str:
    """Draws the filters of a first convolution: orange where it wants light, blue where it wants none.

    Args:
        kernel: the filters, `(height, width, 1, filters)`, as the layer holds them, or `(height, width, filters)`.
        file: where the PNG goes; folders are made.
        columns: how many are in a row.

    Returns:
        The name of the file.

    Raises:
        ArgumentError: when the filters look at more than one channel.
    """
    kernel = np.asarray(kernel, float)
    if kernel.ndim == 4 and kernel.shape[2] == 1:
        kernel = kernel[:, :, 0]
    if kernel.ndim != 3:
        raise ArgumentError(
            "filters() draws filters of one channel, (height, width, 1, filters); received an array of shape "
            f"{kernel.shape}.\nChoose a channel: filters(kernel[:, :, :1], file)."
        )
    count, most = kernel.shape[2], np.abs(kernel).max()
    with rc_context({**look.LOOK, "font.size": 10}):
        rows = -(-count // columns)
        figure = Figure(figsize=(1.05 * min(columns, count) + 1.2, 1.2 * rows + 0.6))
        axes = figure.subplots(rows, min(columns, count), squeeze=False).ravel()
        _tiles(axes, kernel, cmap=look.TWO_SIDES, vmin=-most, vmax=most)
        bar = figure.colorbar(axes[0].images[0], ax=list(axes), pad=0.02)
        bar.outline.set_visible(False)
        figure.suptitle(f"The {count} filters of the first layer", size=14)
        return look.save(figure, file)


def feature_maps(image: Any, maps: Any, file: look.Path, columns: int = 8) -> str:
    """Draws an image, and what each filter of a layer makes of it: dark where the filter answers.

    Args:
        image: the image, `(height, width)`.
        maps: what comes out of the layer for it, `(height, width, filters)`.
        file: where the PNG goes; folders are made.
        columns: how many maps are in a row.

    Returns:
        The name of the file.
    """
    maps = np.asarray(maps, float)
    count, most = maps.shape[2], maps.max()
    rows = -(-count // columns)
    with rc_context({**look.LOOK, "font.size": 10}):
        figure = Figure(figsize=(1.25 * columns + 3.2, 1.4 * rows + 0.6))
        grid = figure.add_gridspec(1, 2, width_ratios=[3.0, 1.25 * columns])
        left, right = figure.add_subfigure(grid[0]), figure.add_subfigure(grid[1])
        before = left.add_subplot()
        before.imshow(image, cmap="gray_r", interpolation="nearest")
        look.frame(before, look.GREY, 0.8)
        before.set_title("The image")
        axes = right.subplots(rows, columns, squeeze=False).ravel()
        _tiles(axes, maps, cmap="gray_r", vmin=0, vmax=most)
        right.suptitle(f"What the {count} filters make of it", size=14)
        return look.save(figure, file)


def _cells(axes: Axes, values: np.ndarray, colours: Any, bold: np.ndarray) -> None:
    """Draws a number in each cell of a grid."""
    height, width = values.shape
    for row, column in np.ndindex(height, width):
        cell = Rectangle((column, row), 1, 1, facecolor=str(colours[row, column]), edgecolor=look.GREY, linewidth=1)
        axes.add_patch(cell)
        weight = "bold" if bold[row, column] else "normal"
        text = f"{values[row, column]:g}"
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", size=15, weight=weight)
    axes.set(xlim=(-0.05, width + 0.05), ylim=(height + 0.05, -0.05), aspect="equal", anchor="NW")
    axes.set_axis_off()


def _tiles(axes: Iterable[Axes], tiles: np.ndarray, **colours: Any) -> None:
    """Draws each of `tiles`, `(height, width, n)`, above its number; axes that are left over stay empty."""
    for number, one in enumerate(axes):
        if number >= tiles.shape[2]:
            one.set_axis_off()
            continue
        one.imshow(tiles[:, :, number], interpolation="nearest", **colours)
        look.frame(one, look.GREY, 0.8)
        one.set_xlabel(str(number), labelpad=2)


def _outline(row: int, column: int, height: int, width: int) -> Rectangle:
    return Rectangle((column, row), width, height, facecolor="none", edgecolor=look.INK, linewidth=3, zorder=3)
