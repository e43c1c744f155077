"""What layers look at: windows that slide over numbers, learned filters, and what these make of an image."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from heron.errors import ArgumentError, DataError, shape_text, value_text
from heron.plot import look
from heron.plot.fonts import writable
from heron.plot.inputs import array
from heron.plot.pixels import pictures

_TINTS = ("#CFE3F1", "#FBE8C4", "#F6D7C6", "#D5ECE4")
_SHADE = _TINTS[1]


def sliding_window(
    image: Any,
    kernel: Any,
    result: Any,
    at: tuple[int, int] = (0, 0),
    *,
    ax: Any = None,
    path: look.Path | None = None,
) -> Figure:
    """Draws a filter on one of its places in an image of numbers, and the number that it makes there.

    Args:
        image: the numbers, `(height, width)`.
        kernel: the filter, `(kernel height, kernel width)`.
        result: what the filter makes of the image, `(height - kernel height + 1, width - kernel width + 1)`.
        at: row and column of the window's upper left corner, from 0, and of the result's cell.
        ax: axes in a grid of axes, whose place the picture takes.
        path: a file to write, in the format of its ending.

    Returns:
        The figure, which shows itself in notebooks.

    Raises:
        ArgumentError: when a window at this place is not inside the image.
    """
    image, kernel, result = (_table("sliding_window", one) for one in (image, kernel, result))
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
    with look.canvas((0.62 * sum(widths) + 2.6, 0.62 * image.shape[0] + 1.5), ax, path) as canvas:
        axes = canvas.part.subplots(1, 3, width_ratios=widths, gridspec_kw={"wspace": 0.1})
        titles = ("image", "× filter", "= result")
        shaded = [np.zeros(grid.shape, bool) for grid in (image, kernel, result)]
        shaded[0][row : row + height, column : column + width] = shaded[1][:] = True
        shaded[2][row, column] = True
        for one, grid, title, mask in zip(axes, (image, kernel, result), titles, shaded, strict=True):
            _cells(one, grid, np.where(mask, _SHADE, "white"), bold=mask)
            one.set_title(title)
        axes[0].add_patch(_outline(row, column, height, width))
        axes[2].add_patch(_outline(row, column, 1, 1))
        canvas.part.supxlabel(f"{products} = {result[row, column]:g}", size=13, weight="bold")
        return canvas.figure


def pooling_windows(image: Any, result: Any, *, ax: Any = None, path: look.Path | None = None) -> Figure:
    """Draws numbers in windows beside the largest of each window.

    Args:
        image: the numbers, `(height, width)`.
        result: the largest of each window, `(height / window height, width / window width)`.
        ax: axes in a grid of axes, whose place the picture takes.
        path: a file to write, in the format of its ending.

    Returns:
        The figure, which shows itself in notebooks.

    Raises:
        ArgumentError: when the image does not fall into as many equal windows as there are results.
    """
    image, result = (_table("pooling_windows", one) for one in (image, result))
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
    size = (0.72 * (image.shape[1] + result.shape[1]) + 1.4, 0.72 * image.shape[0] + 0.9)
    with look.canvas(size, ax, path) as canvas:
        before, after = canvas.part.subplots(
            1, 2, width_ratios=[image.shape[1], result.shape[1]], gridspec_kw={"wspace": 0.1}
        )
        _cells(before, image, tints.repeat(height, axis=0).repeat(width, axis=1), bold=largest)
        for row, column in np.ndindex(result.shape):
            before.add_patch(_outline(row * height, column * width, height, width))
        _cells(after, result, tints, bold=np.ones(result.shape, bool))
        before.set_title(f"windows of {height} x {width}")
        after.set_title("their largest")
        return canvas.figure


def filters(
    layer: Any,
    columns: int = 8,
    *,
    shape: tuple[int, int] | None = None,
    title: str | None = None,
    ax: Any = None,
    path: look.Path | None = None,
) -> Figure:
    """Draws the weights of a layer that looks at pictures as pictures, one for each filter or unit.

    Filters of one channel are orange where they want light and blue where they want none; those of three channels are
    drawn in their colours.

    Args:
        layer: a built convolution, or a `Dense` layer over flattened pictures; or its weights: `(height, width, 1 or 3,
            filters)`, `(height, width, filters)`, `(height * width, units)`.
        columns: how many are in a row.
        shape: height and width of the pictures that a `Dense` layer looks at; by default they are square.
        title: what is written above all.
        ax: axes in a grid of axes, whose place the picture takes.
        path: a file to write, in the format of its ending.

    Returns:
        The figure, which shows itself in notebooks.

    Raises:
        DataError: when the weights are no pictures.

    Example:
    >>> import heron
    >>> model = heron.Sequential([heron.Input((8, 8, 1)), heron.layers.Conv2D(4, 3, name="edges")])
    >>> figure = filters(model.layers[0])
    >>> figure.get_suptitle()
    'The 4 filters of edges'
    """
    kernel = _kernel(layer, shape)
    count, most = kernel.shape[-1], float(np.abs(kernel).max()) or 1.0
    kind = "units" if np.ndim(_weights(layer)) == 2 else "filters"
    name = f"{kind} of {layer.name}" if hasattr(layer, "name") else kind
    columns = min(columns, count)
    rows = -(-count // columns)
    with look.canvas((1.05 * columns + 1.2, 1.2 * rows + 0.6), ax, path, font_size=10) as canvas:
        axes = look.grid(canvas.part, count, columns)
        if kernel.ndim == 4:
            _tiles(axes, (kernel + most) / (2 * most))
        else:
            _tiles(axes, kernel, cmap=look.TWO_SIDES, vmin=-most, vmax=most)
            bar = canvas.part.colorbar(axes[0].images[0], ax=list(axes), pad=0.02)
            bar.outline.set_visible(False)
        canvas.part.suptitle(writable(title or f"The {count} {name}"), size=14)
        return canvas.figure


def _weights(layer: Any) -> np.ndarray:
    """The weights that a layer multiplies with, or the array itself."""
    if not hasattr(layer, "get_weights"):
        return array(layer, "layer")
    found = [one for one in layer.get_weights() if np.ndim(one) >= 2]
    if not found:
        raise DataError(
            f"filters() draws the weights of a layer; received {value_text(layer)}, which has none.\n"
            "Choose a convolution or a Dense layer, of a model that is built: model.layers[0]."
        )
    return np.asarray(found[0])


def _kernel(layer: Any, shape: tuple[int, int] | None) -> np.ndarray:
    """Filters `(height, width, n)`, or in colours `(height, width, 3, n)`."""
    kernel = _weights(layer).astype(float)
    if kernel.ndim == 2:
        side = int(np.sqrt(kernel.shape[0]))
        height, width = shape or (side, side)
        if height * width == kernel.shape[0]:
            return kernel.reshape(height, width, -1)
        raise DataError(
            f"filters() draws weights as pictures of {height} x {width} = {height * width} numbers; received weights "
            f"for {kernel.shape[0]} inputs.\nSay what size the pictures are: filters(layer, shape=(height, width))."
        )
    if kernel.ndim == 4 and kernel.shape[2] == 1:
        kernel = kernel[:, :, 0]
    if kernel.ndim != 3 and (kernel.ndim != 4 or kernel.shape[2] != 3):
        raise DataError(
            "filters() draws filters of one channel or of three, (height, width, 1 or 3, filters); received an array "
            f"of shape {shape_text(kernel.shape)}.\nChoose a channel: filters(kernel[:, :, :1])."
        )
    return kernel


def feature_maps(image: Any, maps: Any, columns: int = 8, *, ax: Any = None, path: look.Path | None = None) -> Figure:
    """Draws a picture, and what each filter of a layer makes of it: dark where the filter answers.

    Args:
        image: the picture, `(height, width)` or with channels.
        maps: what comes out of the layer for it, `(height, width, filters)`, or `(1, height, width, filters)`.
        columns: how many maps are in a row.
        ax: axes in a grid of axes, whose place the picture takes.
        path: a file to write, in the format of its ending.

    Returns:
        The figure, which shows itself in notebooks.

    Raises:
        DataError: when the maps have another number of axes.
    """
    maps = array(maps, "maps").astype(float)
    maps = maps[0] if maps.ndim == 4 and len(maps) == 1 else maps
    if maps.ndim != 3:
        raise DataError(
            "feature_maps() draws what a layer makes of one picture, (height, width, filters); received shape "
            f"{shape_text(maps.shape)}.\nChoose one: feature_maps(x[0], maps[0])."
        )
    count, most = maps.shape[2], float(maps.max())
    columns = min(columns, count)
    rows = -(-count // columns)
    with look.canvas((1.25 * columns + 3.2, max(1.4 * rows + 0.6, 3.0)), ax, path, font_size=10) as canvas:
        grid = canvas.part.add_gridspec(1, 2, width_ratios=[3.0, 1.25 * columns])
        left, right = canvas.part.add_subfigure(grid[0]), canvas.part.add_subfigure(grid[1])
        before = left.add_subplot()
        pictures(image, examples=1).show(before, 0)
        look.frame(before, look.GREY, 0.8)
        before.set_title("The image")
        _tiles(look.grid(right, count, columns), maps, cmap="gray_r", vmin=min(0.0, float(maps.min())), vmax=most)
        right.suptitle(f"What the {count} filters make of it", size=14)
        return canvas.figure


def _table(who: str, values: Any) -> np.ndarray:
    found = array(values, who)
    if found.ndim != 2:
        raise DataError(
            f"{who}() draws tables of numbers, (height, width); received shape {shape_text(found.shape)}.\n"
            "Choose one image and one channel: x[0, :, :, 0]."
        )
    return found


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
    """Draws each of `tiles`, `(height, width, n)` or `(height, width, 3, n)`, above its number."""
    for number, one in enumerate(axes):
        one.imshow(tiles[..., number], interpolation="nearest", **colours)
        look.frame(one, look.GREY, 0.8)
        one.set_xlabel(str(number), labelpad=2)


def _outline(row: int, column: int, height: int, width: int) -> Rectangle:
    return Rectangle((column, row), width, height, facecolor="none", edgecolor=look.INK, linewidth=3, zorder=3)
