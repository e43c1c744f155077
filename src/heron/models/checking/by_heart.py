"""Whether one batch can be learned by heart: a model that cannot even do that has a fault."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from heron.data.description.wording import count_text
from heron.models.checking.findings import LOOK, MEND, OK, Findings, short
from heron.models.checking.probe import Probe
from heron.models.checking.target_looks import Target
from heron.models.checking.trials import Trials

ABOUT = "one batch by heart"
_LEARNED, _HALF = 0.1, 0.5  # of the loss by chance
_ROUNDS = 3
_SECONDS = 4.0
_ENOUGH_STEPS = 200
_STUCK = 0.9  # of the loss at the beginning of a round is left at its end


class Outcome(NamedTuple):
    """How it went.

    Attributes:
        first: the loss before the first step.
        last: the least loss that was reached, without penalties; NaN when none was finite.
        share: how much of the loss of one who knows nothing is left; 1 for a loss that did not fall.
        samples: how many were to be learned.
        steps: of training, at all rates together.
        is_stuck: whether the loss had come to a rest.
    """

    first: float
    last: float
    share: float
    samples: int
    steps: int
    is_stuck: bool


def learned_by_heart(trials: Trials, probe: Probe | None, target: Target | None, rates: Iterable[float]) -> Outcome:
    """Trains on at most 32 samples until the loss is close to 0, at one rate after the other.

    Args:
        trials: does the steps.
        probe: measures the loss without penalties; None to go without.
        target: the targets, when the loss by chance can be known of them.
        rates: learning rates.

    Raises:
        TooSlow: when there is no time for it.
    """
    rows = trials.few_rows
    chance = None
    if target is not None:
        chance = target.chance(None if target.classes() is not None else rows)
    first = last = math.nan
    steps, is_stuck, started = 0, False, time.perf_counter()
    for rate in dict.fromkeys(rates):
        state: Any = None
        for _ in range(_ROUNDS):
            if time.perf_counter() - started > _SECONDS:
                break
            tried = trials.by_heart(rate, state)
            losses, state = tried.losses, tried.state
            first = float(losses[0]) if math.isnan(first) else first
            end = float(np.mean(losses[-5:]))
            if probe is not None and math.isfinite(end):
                measured = probe(state, trials.rows(rows))
                end = min(end, measured.loss + measured.penalties) - measured.penalties
            steps += len(losses)
            is_stuck = end > _STUCK * float(np.mean(losses[:5]))
            last = end if math.isnan(last) or end < last else last
            if not math.isfinite(end) or _share(last, first, chance) <= _LEARNED:
                break
        if _share(last, first, chance) <= _LEARNED:
            break
    return Outcome(first, last, _share(last, first, chance), len(np.unique(rows)), steps, is_stuck)


def _share(last: float, first: float, chance: float | None) -> float:
    if not math.isfinite(last):
        return 1.0
    if chance is not None and chance > 0.05:
        return last / chance
    if first <= 0 or last < 0:  # losses without a least value of 0
        return 0.0 if last < first - 1e-3 * abs(first) else 1.0
    return last / first


def look_by_heart(found: Findings, outcome: Outcome, target: Target | None) -> None:
    """Adds what that means."""
    if math.isnan(outcome.first):
        return  # a step of the user's own that reports no loss
    went = f"from {short(outcome.first)} to {short(outcome.last)}"
    said = f"n {outcome.steps} steps the loss of {count_text(outcome.samples, 'sample')} went {went}"
    if outcome.share <= _LEARNED:
        found.add(OK, ABOUT, f"i{said}.")
    elif outcome.share <= _HALF:
        why = "There it stays." if outcome.is_stuck else "It learns, but slowly. Dropout and noise do that too."
        mend = "More units or a higher learning rate help, if it should be faster."
        if outcome.is_stuck:
            mend = "Look whether some targets can never be reached, or equal samples have different labels; or give it "
            mend += "more units."
        found.add(LOOK, ABOUT, f"I{said}, not close to 0.", why, mend, "underfitting")
    elif math.isfinite(outcome.last) and outcome.steps < _ENOUGH_STEPS:
        mend = "Train for an epoch, and see whether the loss falls."
        found.add(LOOK, ABOUT, f"I{said}.", "That says little, as a step takes long.", mend, "underfitting")
    elif target is not None and target.labels_of_a_sample > 1:
        why = "So many answers a sample take long to learn by heart."
        mend = "Train for an epoch, and see whether the loss falls; more units help."
        found.add(LOOK, ABOUT, f"I{said}.", why, mend, "underfitting")
    else:
        _look_at_failure(found, f"I{said}", target, np.arange(outcome.samples))


def _look_at_failure(found: Findings, said: str, target: Target | None, rows: np.ndarray) -> None:
    same = None if target is None else target.chance(rows)
    what = f"{said}." if same is None else f"{said}; one who always says the same has {short(same)}."
    why = "A network that cannot learn even these by heart will not learn all: the fault is in the model."
    mend = (
        "Look for a last layer whose activation cannot give the targets (relu, softmax over numbers), frozen layers, "
        "layers without gradient, a loss that does not go with the labels, too few units."
    )
    if any(found.says(one) for one in ("inputs", "labels", "activations", "gradients")):
        why = "It should fall close to 0; what else is named here is in its way."
        mend = "Mend the rest first, then check again."
    found.add(MEND, ABOUT, what, why, mend, "underfitting")
