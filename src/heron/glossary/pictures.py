"""The pictures of the glossary: curves and grids drawn in text, computed from the formulas they stand for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

_COLUMNS, _ROWS = 49, 9
Curve = Callable[[float], float]


def curves(
    lines: Sequence[tuple[str, Curve]],
    across: tuple[float, float],
    up: tuple[float, float],
    labels: tuple[str, str] = ("", ""),
) -> str:
    """Curves in text, each drawn with its mark; a later one covers an earlier.

    Args:
        lines: mark and function of each.
        across: the smallest and largest x.
        up: the smallest and largest y.
        labels: of the vertical and the horizontal axis.

    >>> curves([("o", lambda x: x)], (0, 1), (0, 1)).splitlines()[-1].split()
    ['0', '1']
    """
    (left, right), (low, high) = across, up
    grid = [[" "] * _COLUMNS for _ in range(_ROWS)]
    for mark, curve in lines:
        for column in range(_COLUMNS):
            x = left + (right - left) * column / (_COLUMNS - 1)
            row = round((high - curve(x)) / (high - low) * (_ROWS - 1))
            if 0 <= row < _ROWS:
                grid[row][column] = mark
    heads = [_number(high), *[""] * (_ROWS - 2), _number(low)]
    width = max(map(len, heads))
    drawn = [f"{head:>{width}} │{''.join(row)}".rstrip() for head, row in zip(heads, grid, strict=True)]
    ends = f"{_number(left)}{_number(right):>{_COLUMNS - len(_number(left))}}"
    top = [f"{'':>{width}} {labels[0]}"] if labels[0] else []
    bottom = [f"{'':>{width}}  {labels[1]:^{_COLUMNS}}".rstrip()] if labels[1] else []
    return "\n".join([*top, *drawn, f"{'':>{width}} └{'─' * _COLUMNS}", f"{'':>{width}}  {ends}", *bottom])


def _number(value: float) -> str:
    return f"{value:g}"


def relu() -> str:
    """0, then straight up."""
    return curves([("•", lambda x: max(0.0, x))], (-4, 4), (0, 4), ("relu(x)", "x"))


def sigmoid() -> str:
    """An S from 0 to 1."""
    return curves([("•", lambda x: 1 / (1 + math.exp(-x)))], (-6, 6), (0, 1), ("sigmoid(x)", "x"))


def tanh() -> str:
    """An S from -1 to 1."""
    return curves([("•", math.tanh)], (-4, 4), (-1, 1), ("tanh(x)", "x"))


def softmax() -> str:
    """Three scores and what softmax makes of them, as bars."""
    scores = {"cat": 2.0, "dog": 1.0, "fox": -1.0}
    total = sum(map(math.exp, scores.values()))
    lines = ["score           probability"]
    for name, score in scores.items():
        share = math.exp(score) / total
        lines.append(f"{name} {score:4g}   →   {share:.2f}  {'█' * round(30 * share)}")
    return "\n".join(lines)


def overfitting() -> str:
    """The loss on the training set falls on; that on the validation set turns."""
    drawn = curves(
        [("o", lambda x: 0.05 + math.exp(-x / 6)), ("*", lambda x: 0.14 + math.exp(-x / 6) + 0.0011 * x * x)],
        (0, 20),
        (0, 1.2),
        ("loss", "epoch"),
    )
    return f"{drawn}\no training set   * validation set: stop where it is lowest"


def underfitting() -> str:
    """Both losses stay high."""
    drawn = curves(
        [("o", lambda x: 0.7 + 0.4 * math.exp(-x / 3)), ("*", lambda x: 0.78 + 0.4 * math.exp(-x / 3))],
        (0, 20),
        (0, 1.2),
        ("loss", "epoch"),
    )
    return f"{drawn}\no training set   * validation set: both stay high"


def learning_curve() -> str:
    """A good one."""
    drawn = curves(
        [("o", lambda x: 0.1 + math.exp(-x / 5)), ("*", lambda x: 0.18 + math.exp(-x / 5))],
        (0, 20),
        (0, 1.2),
        ("loss", "epoch"),
    )
    return f"{drawn}\no training set   * validation set: both fall, close together"


def gradient_descent() -> str:
    """Steps down a parabola, each against the slope."""
    at, rate, steps = -3.6, 0.2, 5
    stops = []
    for _ in range(steps):
        stops.append(at)
        at -= rate * 2 * at
    rows, columns = _ROWS, _COLUMNS
    drawn = [list(line) for line in curves([("·", lambda w: w * w)], (-4, 4), (0, 16), ("loss", "weight")).split("\n")]
    indent = drawn[1].index("│") + 1
    for number, stop in enumerate(stops, 1):
        row = 1 + round((16 - stop * stop) / 16 * (rows - 1))
        column = indent + round((stop + 4) / 8 * (columns - 1))
        drawn[row].extend(" " * (column + 1 - len(drawn[row])))
        drawn[row][column] = str(number)
    return "\n".join("".join(line).rstrip() for line in drawn)


def learning_rates() -> str:
    """What becomes of the loss with three learning rates."""
    drawn = curves(
        [
            ("-", lambda x: 0.96**x),
            ("o", lambda x: 0.75**x),
            ("^", lambda x: min(1.3, 0.9 * 1.03**x + 0.12 * math.sin(2.2 * x))),
        ],
        (0, 12),
        (0, 1.2),
        ("loss", "epoch"),
    )
    return f"{drawn}\n- too low: slow   o right   ^ too high: it jumps, and may grow to NaN"


def one_hot() -> str:
    """Class numbers beside their one-hot rows."""
    names = ["cat", "dog", "fox"]
    lines = ["name   number   cat dog fox"]
    for number, name in enumerate(names):
        lines.append(f"{name}    {number}        " + "   ".join("1" if i == number else "0" for i in range(3)))
    return "\n".join(lines)


def grid(rows: Sequence[Sequence[float]]) -> list[str]:
    """Numbers in columns.

    >>> grid([[1, 10], [2, 3]])
    [' 1 10', ' 2  3']
    """
    width = max(len(_number(value)) for row in rows for value in row)
    return [" ".join(f"{_number(value):>{width}}" for value in row) for row in rows]


def _beside(left: Sequence[str], sign: str, right: Sequence[str]) -> list[str]:
    height, width = max(len(left), len(right)), max(map(len, left))
    middle = (height - 1) // 2

    def line(lines: Sequence[str], i: int) -> str:
        at = i - (height - len(lines)) // 2
        return lines[at] if 0 <= at < len(lines) else ""

    return [
        f"{line(left, i):<{width}}{sign if i == middle else ' ' * len(sign)}{line(right, i)}".rstrip()
        for i in range(height)
    ]


PICTURE = ((1, 1, 0, 0, 0), (1, 1, 0, 0, 0), (1, 1, 0, 0, 0), (1, 1, 0, 0, 0), (1, 1, 0, 0, 0))
FILTER = ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1))
POOLED = ((1, 3, 2, 9), (7, 4, 1, 5), (8, 5, 2, 3), (4, 2, 1, 4))


def slide(picture: Sequence[Sequence[float]], kernel: Sequence[Sequence[float]]) -> list[list[float]]:
    """A filter slid over a picture: at each place the sum of the products.

    >>> slide(((1, 2), (3, 4)), ((1, 0), (0, 1)))
    [[5]]
    """
    high, wide = len(kernel), len(kernel[0])
    return [
        [
            sum(picture[i + a][j + b] * kernel[a][b] for a in range(high) for b in range(wide))
            for j in range(len(picture[0]) - wide + 1)
        ]
        for i in range(len(picture) - high + 1)
    ]


def largest(picture: Sequence[Sequence[float]], size: int = 2) -> list[list[float]]:
    """The largest number of each square.

    >>> largest(POOLED)
    [[7, 9], [8, 4]]
    """
    return [
        [
            max(picture[i + a][j + b] for a in range(size) for b in range(size))
            for j in range(0, len(picture[0]) - size + 1, size)
        ]
        for i in range(0, len(picture) - size + 1, size)
    ]


def convolution() -> str:
    """A filter for edges slid over a picture with one."""
    first = _beside(grid(PICTURE), "   *   ", grid(FILTER))
    return "\n".join(
        [*_beside(first, "   =   ", grid(slide(PICTURE, FILTER))), "", "the filter answers where an edge is"]
    )


def pooling() -> str:
    """The largest number of each square of 2 x 2."""
    return "\n".join(_beside(grid(POOLED), "   →   ", grid(largest(POOLED))))


def padding() -> str:
    """Sequences filled up at the front."""
    rows = ([7, 2, 5], [3, 1], [4])
    longest = max(map(len, rows))
    filled = [[0] * (longest - len(row)) + row for row in rows]
    left = [" ".join(map(str, row)) for row in rows]
    return "\n".join(_beside(left, "   →   ", grid(filled)))


def confusion_matrix() -> str:
    """Two classes."""
    return "\n".join(
        [
            "            said cat   said dog",
            "is a cat          48          2",
            "is a dog           7         43     7 dogs were taken for cats",
        ]
    )


def neuron() -> str:
    """Three inputs, one output."""
    return "\n".join(
        [
            "x1 ──×w1──┐",
            "x2 ──×w2──┼──► sum + b ──► activation ──► output",
            "x3 ──×w3──┘",
        ]
    )


def splits() -> str:
    """The data in three parts."""
    return "\n".join(
        [
            "│ training set: learn from it        │ validation: choose │ test: once │",
            "└──────────── 70 % ──────────────────┴─────── 15 % ───────┴─── 15 % ───┘",
        ]
    )
