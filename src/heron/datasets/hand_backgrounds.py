"""What lies behind a drawn hand: a plain wall, a gradient, a texture, or a desk."""

from __future__ import annotations

import numpy as np

from heron.datasets.decoders import Array


def background(rows: int, columns: int, random: np.random.Generator) -> Array:
    """Returns a background `(rows, columns, 3)` with values from 0 to 1."""
    kinds = (_plain, _gradient, _texture, _desk, _clutter)
    chosen = kinds[random.choice(len(kinds), p=[0.3, 0.25, 0.12, 0.2, 0.13])]
    made: Array = np.clip(chosen(rows, columns, random), 0, 1)
    return made.astype(np.float32)


def waves(rows: int, columns: int, count: int, random: np.random.Generator) -> Array:
    """Smooth noise of about `count` bumps across the picture, with the standard deviation of about 0.6."""
    made = random.standard_normal((count + 1, count + 1), dtype=np.float32)
    for size in (rows, columns):  # interpolates along the first axis, and makes the other one the first
        place = np.linspace(0, count - 1e-4, size, dtype=np.float32)
        below = place.astype(int)
        share = (place - below)[:, None]
        share = share * share * (3 - 2 * share)
        made = (made[below] * (1 - share) + made[below + 1] * share).T
    return made


def _colour(random: np.random.Generator) -> Array:
    if random.random() < 0.35:  # walls and paper
        made = np.clip(random.uniform(0.75, 1.0) + random.normal(0, 0.02, 3), 0, 1)
    else:
        made = random.uniform(0.05, 0.95) * 0.5 + random.uniform(0.05, 0.95, 3) * 0.5
    return made.astype(np.float32)


def _plain(rows: int, columns: int, random: np.random.Generator) -> Array:
    return _colour(random) * (1 + 0.02 * waves(rows, columns, 3, random))[..., None]


def _gradient(rows: int, columns: int, random: np.random.Generator) -> Array:
    angle = random.uniform(0, 2 * np.pi)
    y, x = _grid(rows, columns)
    share = 0.5 + 0.35 * (np.cos(angle) * x + np.sin(angle) * y)
    return _mixed(share, random)


def _texture(rows: int, columns: int, random: np.random.Generator) -> Array:
    first = int(random.integers(3, 12))
    share = 0.5 + sum(0.2 / 1.5**i * waves(rows, columns, min(first * 2**i, rows), random) for i in range(3))
    return _mixed(np.clip(share, 0, 1), random)


def _desk(rows: int, columns: int, random: np.random.Generator) -> Array:
    """Boards with a grain, and perhaps a sheet of paper."""
    angle = random.uniform(0, np.pi)
    y, x = _grid(rows, columns)
    across = np.cos(angle) * x + np.sin(angle) * y + 0.06 * waves(rows, columns, 4, random)
    grain = np.sin(across * random.uniform(12, 40)) + 0.5 * np.sin(across * random.uniform(50, 90))
    wood = np.array([0.62, 0.43, 0.26]) * random.uniform(0.5, 1.5) + random.normal(0, 0.05, 3)
    made = wood.astype(np.float32) * (1 + 0.1 * grain + 0.05 * waves(rows, columns, 12, random))[..., None]
    joints = np.abs((across * random.uniform(0.8, 2.0)) % 1 - 0.5) < 0.012
    made[joints] *= 0.6
    if random.random() < 0.5:
        _sheet(made, x, y, random)
    return made


def _clutter(rows: int, columns: int, random: np.random.Generator) -> Array:
    """Things out of focus: blots and bars of other colours."""
    made = _gradient(rows, columns, random)
    y, x = _grid(rows, columns)
    for _ in range(int(random.integers(2, 7))):
        if random.random() < 0.5:
            _sheet(made, x, y, random)
            continue
        place, size = random.uniform(-1, 1, 2), random.uniform(0.1, 0.5)
        share = np.clip((size - np.hypot(x - place[0], y - place[1])) / 0.15, 0, 1) * random.uniform(0.3, 0.9)
        made += share[..., None] * (_colour(random) - made)
    return made


def _sheet(made: Array, x: Array, y: Array, random: np.random.Generator) -> None:
    """Lays a rectangle down, in place."""
    angle, place, half = random.uniform(0, np.pi), random.uniform(-0.8, 0.8, 2), random.uniform(0.1, 0.6, 2)
    u = np.cos(angle) * (x - place[0]) + np.sin(angle) * (y - place[1])
    v = np.cos(angle) * (y - place[1]) - np.sin(angle) * (x - place[0])
    share = np.clip((half[0] - np.abs(u)) * 30, 0, 1) * np.clip((half[1] - np.abs(v)) * 30, 0, 1)
    made += share[..., None] * (_colour(random) - made)


def _grid(rows: int, columns: int) -> tuple[Array, Array]:
    """Coordinates from -1 to 1, `(rows, 1)` and `(1, columns)`."""
    return (
        np.linspace(-1, 1, rows, dtype=np.float32)[:, None],
        np.linspace(-1, 1, columns, dtype=np.float32)[None, :],
    )


def _mixed(share: Array, random: np.random.Generator) -> Array:
    first, second = _colour(random), _colour(random)
    return first + share[..., None] * (second - first)
