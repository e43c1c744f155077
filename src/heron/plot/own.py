"""A picture of one's own: empty axes with the look of the others."""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from heron import validate
from heron.plot import look

_WIDE, _TALL = 6.4, 4.6  # inches of one pair of axes


class Subplots(tuple[Figure, Any]):
    """The figure and its axes, as `matplotlib.pyplot.subplots` returns them; in a `with` block, what `subplots` says.

    Args:
        figure: the figure.
        axes: its axes, one pair or an array of them.
        path: the file that the end of the block writes.
    """

    _path: look.Path | None
    _block: contextlib.ExitStack

    def __new__(cls, figure: Figure, axes: Any, path: look.Path | None) -> Subplots:
        self = super().__new__(cls, (figure, axes))
        self._path = path
        return self

    def __enter__(self) -> Subplots:
        self._block = contextlib.ExitStack()
        self._block.enter_context(rc_context(look.LOOK))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._block:
            if kind is None:
                look.finish(self[0], self._path)


def subplots(
    nrows: int = 1,
    ncols: int = 1,
    *,
    figsize: tuple[float, float] | None = None,
    path: look.Path | None = None,
    **options: Any,
) -> Subplots:
    """Makes a figure with empty axes to draw in, as matplotlib's `subplots` does, without pyplot.

    In a `with` block what is drawn gets the look of the other pictures, and when the block ends all texts get fonts
    that can write them, and the picture is written to `path`.

    Args:
        nrows: rows of axes.
        ncols: columns of axes.
        figsize: width and height in inches; by default 6.4 by 4.6 for each pair of axes.
        path: a file that is written when the block ends, in the format of its ending.
        **options: what matplotlib's `Figure.subplots` takes: `sharex`, `sharey`, `width_ratios`, ...

    Returns:
        The figure, which shows itself in notebooks, and its axes: one pair alone, or an array of them.

    Raises:
        ArgumentError: when there is no row or no column, or `path` ends with no kind of picture.

    Source: https://matplotlib.org/stable/api/_as_gen/matplotlib.figure.Figure.subplots.html

    Example:
    >>> with subplots(1, 2, sharey=True) as (figure, (left, right)):
    ...     lines = left.plot([1, 4, 9], label="squares")
    ...     points = right.scatter([1, 2, 3], [3, 2, 1])
    >>> len(figure.axes)
    2
    """
    rules = {"nrows": validate.POSITIVE_INT, "ncols": validate.POSITIVE_INT}
    validate.check("subplots", rules, {"nrows": nrows, "ncols": ncols})
    with rc_context(look.LOOK):
        figure = look.Picture(figsize=figsize or (_WIDE * ncols, _TALL * nrows))
        return Subplots(figure, figure.subplots(nrows, ncols, **options), path)
