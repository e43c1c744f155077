"""What can be said of the inputs by looking at them: scale, centre, constants, repeats between two parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from heron.data.arrays import rows_at
from heron.data.description import describe
from heron.data.description.hashes import block_hashes
from heron.data.description.wording import count_text, listed, percent
from heron.data.feed import ArrayFeed
from heron.layers import Embedding, Lambda
from heron.models.checking.findings import LOOK, MEND, OK, Findings, short
from heron.models.checking.sample import Sample
from heron.models.hints import _SCALING, note_pixels

_ABOUT = "inputs"
_MANY_COLUMNS = 200
_LARGE = 100.0
_FAR_FROM_CENTRE = 5.0
_HASHED_BYTES = 256 * 2**20
_MANY_REPEATS = 0.05


def look_at_inputs(found: Findings, model: Any, sample: Sample, names: Sequence[str] | None) -> None:
    """Adds what the inputs are like."""
    with found.noting(_ABOUT, MEND):
        note_pixels(model, sample.x)
    layers = list(model._flatten_layers())
    if any(isinstance(layer, Embedding) for layer in layers):
        return  # token ids have no scale
    is_scaled = any(isinstance(layer, _SCALING) for layer in layers)
    leaves = jax.tree_util.tree_flatten_with_path(sample.x)[0]
    for path, array in leaves:
        if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
            continue
        name = "x" + jax.tree_util.keystr(path)
        if array.ndim == 2 and 1 <= array.shape[1] <= _MANY_COLUMNS:
            columns = list(names) if names is not None and len(names) == array.shape[1] else None
            columns = columns or [f"column {i}" for i in range(array.shape[1])]
            _look_at_columns(found, name, array, columns, is_scaled)
            if len(leaves) == 1:
                _describe(found, sample, columns)
        elif not is_scaled and not found.says(_ABOUT):
            _look_at_values(found, name, array)
    if not found.says(_ABOUT) and sample.is_finite():
        spans = [_span(array) for _, array in leaves if array.dtype.kind in "iufb"]
        known = any(isinstance(layer, _SCALING) and not isinstance(layer, Lambda) for layer in layers)
        inside = "; layers of the model scale them" if known else ""
        found.add(OK, _ABOUT, f"values from {', '.join(spans[:4])}{inside}.")


def _look_at_columns(found: Findings, name: str, array: np.ndarray, columns: list[str], is_scaled: bool) -> None:
    """Columns of a table: constants, scales, centres."""
    values = array.astype(np.float64)
    mean, std, reach = values.mean(0), values.std(0), np.abs(values).max(0)
    varies = std > 1e-7 * np.maximum(reach, 1e-30)
    if len(values) > 1 and not varies.all():
        fixed = [columns[i] for i in np.flatnonzero(~varies)]
        held = "is the same in every row and says" if len(fixed) == 1 else "are the same in every row and say"
        found.add(LOOK, _ABOUT, f"{listed(fixed)} of {name} {held} nothing.", mend="Leave out what never changes.")
    if is_scaled or not varies.any():
        return
    scale = (
        "normalize = heron.layers.Normalization(); normalize.adapt(x)\n"
        "Make it the first layer of the model: heron.Sequential([normalize, ...])."
    )
    places = np.flatnonzero(varies)
    large, small = places[std[places].argmax()], places[std[places].argmin()]
    if std[large] > _LARGE * std[small] or reach[large] > _LARGE:
        beside = f", {columns[small]!r} from {_span(values[:, small])}" if large != small else ""
        what = f"The columns of {name} are of different scales" if large != small else f"{name} is of a large scale"
        found.add(
            *(MEND, _ABOUT, f"{what}: {columns[large]!r} goes from {_span(values[:, large])}{beside}."),
            why="A network learns best from numbers around 1; the largest column drowns the others.",
            mend=scale,
            term="standardization",
        )
        return
    far = [columns[i] for i in places if abs(mean[i]) > _FAR_FROM_CENTRE * std[i]]
    if far:
        place = columns.index(far[0])
        found.add(
            *(LOOK, _ABOUT, f"{listed(far)} of {name} {'lies' if len(far) == 1 else 'lie'} far from 0 for how little"),
            why=f"it varies: {far[0]!r} is {short(mean[place])} on average, give or take {short(std[place])}. "
            "Centred on 0 it is learned faster.",
            mend=scale,
            term="standardization",
        )


def _span(values: np.ndarray) -> str:
    return f"{short(values.min())} to {short(values.max())}"


def _look_at_values(found: Findings, name: str, array: np.ndarray) -> None:
    """Pictures, sequences and wide tables: one scale for all."""
    reach = float(np.abs(array.astype(np.float32)).max(initial=0))
    if reach > _LARGE:
        found.add(
            *(MEND, _ABOUT, f"{name} has values from {_span(array)}."),
            why="A network learns best from numbers around 1.",
            mend=f"Write x = x / {reach:.3g} (and the same wherever you evaluate and predict).",
            term="normalization",
        )
    elif len(array) > 1 and (array == array[:1]).all():
        found.add(MEND, _ABOUT, f"All samples of {name} are the same: there is nothing to tell apart.")


def _describe(found: Findings, sample: Sample, columns: list[str]) -> None:
    """What `heron.describe` finds in a table, and is not said here in other words: ids, stand-ins, leaked answers."""
    target = sample.y if isinstance(sample.y, np.ndarray) and sample.y.size == sample.rows else None
    (array,) = jax.tree.leaves(sample.x)
    rows = np.unique(block_hashes(array), return_index=True)[1]  # of a stream, rows may come several times
    with found.noting(_ABOUT):
        y = None if target is None else target.reshape(-1)[rows]
        said = describe(array[rows], y, feature_names=columns, kind="table").findings
    for one in said:
        if one.about in columns and "it says nothing" not in one.text:
            text = one.text.replace("the target 'target'", "the target")
            found.add(MEND if one.severity == "serious" else LOOK, _ABOUT, text, mend=one.mend)


def look_for_repeats(found: Findings, feed: Any, validation: Any) -> None:
    """Adds how many samples of the validation data are among those of training."""
    if not (isinstance(feed, ArrayFeed) and isinstance(validation, ArrayFeed)) or feed.is_lazy or validation.is_lazy:
        return
    train, held = (jax.tree.leaves(one.data[0]) for one in (feed, validation))
    if sum(a.nbytes for a in train) > _HASHED_BYTES or [a.shape[1:] for a in train] != [a.shape[1:] for a in held]:
        return
    hashes = _hashes(train, [a.dtype for a in train])
    tested = _hashes(rows_at(held, slice(0, 10_000)), [a.dtype for a in train])
    known, counts = np.unique(hashes, return_counts=True)
    repeats = int(np.isin(tested, known).sum())
    if not repeats:
        found.add(OK, "validation", "none of its samples is among those of training.")
        return
    within = float(counts[counts > 1].sum() / len(hashes))
    share = repeats / len(tested)
    by_chance = within > share / 2  # few different rows exist, as in tables of categories
    found.add(
        MEND if share > _MANY_REPEATS and not by_chance else LOOK,
        "validation",
        f"{count_text(repeats, 'sample')} of the validation data ({percent(share)}) "
        f"{'is' if repeats == 1 else 'are'} in the training data too.",
        "As many repeat within the training data, so it may be chance."
        if by_chance
        else "What was learned by heart is right there, so the result looks better than it is.",
        "Take them out of one of the two, or divide the data anew with equal samples together.",
        "validation set",
    )


def _hashes(arrays: Sequence[Any], dtypes: Sequence[Any]) -> np.ndarray:
    total = np.zeros(len(arrays[0]), np.uint64)
    for place, (array, dtype) in enumerate(zip(arrays, dtypes, strict=True)):
        total ^= block_hashes(np.asarray(array).astype(dtype)) * np.uint64(2 * place + 1)
    return total
