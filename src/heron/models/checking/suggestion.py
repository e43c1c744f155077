"""From the losses of a range test to a learning rate."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

_WINDOW = 2.5  # steps, the standard deviation of the window
_LEAST_FALL = 0.03
_RESTING = 20  # steps at the beginning, at rates too small to change anything
_BEGUN = 0.1
_CERTAIN = 4.0
_AWAY = 10.0


class Suggestion(NamedTuple):
    """What a range test tells.

    Attributes:
        rate: the rate to begin with; None when the loss fell at no rate.
        diverging: the rate from which on the loss grew; None when it did not.
        smoothed: the losses without their noise, `(steps,)`.
    """

    rate: float | None
    diverging: float | None
    smoothed: np.ndarray


def suggestion(rates: np.ndarray, losses: np.ndarray, spread: float = 0.0) -> Suggestion:
    """The rate of the steepest fall of the smoothed loss, at most a tenth of the rate at which it grows.

    Args:
        rates: growing learning rates, `(steps,)`.
        losses: the loss at each, `(steps,)`; what follows on a loss that is not finite is left out.
        spread: by how much the losses of two batches differ, where `losses` do not show it.

    Source: L. N. Smith, Cyclical learning rates for training neural networks, arXiv:1506.01186 (2015), section 3.3.

    Example:
    >>> rates = np.geomspace(1e-4, 1.0, 40)
    >>> suggestion(rates, 1 / (1 + (100 * rates) ** 2)).rate
    0.01
    """
    away = diverged(losses, spread)
    smoothed = smooth(losses)
    end = len(losses) if away is None else away
    diverging = None if away is None else float(rates[min(away, len(rates) - 1)])
    if end < 4:
        return Suggestion(None, diverging, smoothed)
    clean = smooth(losses[:end])
    best = int(clean.argmin())
    start = float(np.median(losses[: max(3, min(_RESTING, best))]))
    fall = start - float(clean[best])
    noise = spread_of(losses[:end])
    if best < 2 or fall < _LEAST_FALL * abs(start) or fall < noise:
        return Suggestion(None, diverging, smoothed)
    begin = int(np.flatnonzero(clean[: best + 1] >= start - _BEGUN * fall)[-1:].sum())  # from there on it falls
    slopes = np.gradient(clean, np.log(rates[:end]))[begin : best + 1]
    rate = float(rates[begin + int(slopes.argmin())])
    if diverging is not None:
        rate = min(rate, diverging / _AWAY)
    return Suggestion(rounded(rate), diverging, smoothed)


def smooth(losses: np.ndarray) -> np.ndarray:
    """The mean of each loss and its neighbours, the nearest counting most; the ends have fewer neighbours."""
    losses = np.asarray(losses, np.float64)
    losses = _tamed(losses)
    places = np.arange(len(losses))
    weights = np.exp(-0.5 * ((places[:, None] - places[None, :]) / _WINDOW) ** 2)  # (steps, steps)
    known = np.isfinite(losses)
    weights = weights * known
    return (weights @ np.where(known, losses, 0.0)) / np.maximum(weights.sum(1), 1e-30)


def _tamed(losses: np.ndarray) -> np.ndarray:
    """Losses, those far above all that came before held down: one of 1e30 would swallow its neighbours."""
    if not len(losses) or not np.isfinite(losses[0]):
        return losses
    first = float(losses[0])
    room = 10 * max(first - float(np.nanmin(losses)), abs(first))
    return np.minimum(losses, first + room) if room else losses


def diverged(losses: np.ndarray, spread: float = 0.0) -> int | None:
    """The step before which the loss began to run away; None when it did not.

    That is where it is not finite, or worse than at the beginning by as much as it had gained, by half of itself, and
    by more than batches differ: `spread`, or what the first losses show.
    """
    broken = np.flatnonzero(~np.isfinite(losses))
    finite = losses[: broken[0]] if len(broken) else losses
    if len(finite) < 3:
        return int(broken[0]) if len(broken) else None
    clean = smooth(finite)
    start = float(clean[0])
    spread = max(spread, spread_of(finite[:_RESTING]))
    room = np.maximum(start - np.minimum.accumulate(clean), max(0.5 * abs(start), _CERTAIN * spread))
    above = np.flatnonzero(clean > start + room)
    if not len(above):
        return int(broken[0]) if len(broken) else None
    best = int(clean[: above[0] + 1].argmin())
    gained = clean[best] + 0.1 * (start - clean[best])
    rising = np.flatnonzero(clean[best : above[0] + 1] > max(gained, clean[best]))
    return best + int(rising[0]) if len(rising) else int(above[0])


def spread_of(losses: np.ndarray) -> float:
    """The standard deviation of the noise in losses that else change slowly."""
    return float(np.std(np.diff(losses)) / math.sqrt(2)) if len(losses) > 2 else 0.0


def rounded(rate: float) -> float:
    """A rate to one digit: 0.00317 is 0.003.

    >>> rounded(0.00317)
    0.003
    """
    return float(f"{rate:.0e}")
