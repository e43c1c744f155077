"""Sequences without alignment: connectionist temporal classification, its loss and its decoders."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ShapeError, shape_text
from heron.ops.op import array, floating, op
from heron.validate import INT, POSITIVE_INT, one_of

__all__ = ["ctc_decode", "ctc_loss"]

# The logarithm that stands for "impossible": finite, so that gradients are.
_NEVER = -1e5
_STRATEGY = one_of("greedy", "beam_search")


def _scores(name: str, what: str, x: Any) -> Any:
    """Scores of shape (batch, steps, classes) in float32 or wider."""
    x = floating(x)
    if x.ndim != 3:
        raise ShapeError(
            f"heron.ops.{name}: argument '{what}' must have shape (batch, steps, classes); received "
            f"{shape_text(x.shape)}.\nGive a score per class at each step; for a single sequence add an axis: x[None]."
        )
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))


def _lengths(name: str, what: str, lengths: Any, batch: int) -> Any:
    lengths = array(lengths).astype(jnp.int32)
    if lengths.shape != (batch,):
        raise ShapeError(
            f"heron.ops.{name}: argument '{what}' must have a length for each of {batch} sequences, shape "
            f"({batch},); received shape {shape_text(lengths.shape)}."
        )
    return lengths


@op
def ctc_loss(target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0) -> Any:
    """Minus the logarithm of the probability that the steps spell the labels, for each sequence.

    Args:
        target: class numbers of shape `(batch, length)`.
        output: scores before softmax, of shape `(batch, steps, classes)`.
        target_length: how many labels of each row count, of shape `(batch,)`.
        output_length: how many steps of each row count, of shape `(batch,)`.
        mask_index: the class that stands for no label, the blank.

    Raises:
        ShapeError: for other ranks, or different batch sizes.

    Source: Graves et al., Connectionist Temporal Classification, 2006.

    Example:
    >>> ctc_loss([[1]], [[[0.0, 0.0]]], [1], [1]).round(3).tolist()
    [0.693...]
    """
    INT.check("heron.ops.ctc_loss", "mask_index", mask_index)
    labels, scores = array(target), _scores("ctc_loss", "output", output)
    if labels.ndim != 2 or labels.shape[0] != scores.shape[0]:
        raise ShapeError(
            "heron.ops.ctc_loss: argument 'target' must have shape (batch, length), the batch that of 'output'; "
            f"received {shape_text(labels.shape)} and {shape_text(scores.shape)}.\n"
            "Pad the label rows to one length and say in 'target_length' how many count."
        )
    batch, count = labels.shape
    labels = labels.astype(jnp.int32)
    length = _lengths("ctc_loss", "target_length", target_length, batch)
    steps = _lengths("ctc_loss", "output_length", output_length, batch)
    log_p = jax.nn.log_softmax(scores)

    # The labels with blanks between and around them: b l1 b l2 b ... (B, S = 2 * count + 1).
    spelled = jnp.full((batch, 2 * count + 1), mask_index, jnp.int32).at[:, 1::2].set(labels)
    emitted = jnp.take_along_axis(log_p, spelled[:, None, :] % log_p.shape[-1], axis=-1)  # (B, T, S)
    # A blank between two different labels may be skipped.
    differs = (spelled[:, 2:] != mask_index) & (spelled[:, 2:] != spelled[:, :-2])
    skips = jnp.zeros(spelled.shape, bool).at[:, 2:].set(differs)

    def step(reached: jax.Array, now: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        index, emitted = now
        from_one = jnp.pad(reached[:, :-1], ((0, 0), (1, 0)), constant_values=_NEVER)
        from_two = jnp.pad(reached[:, :-2], ((0, 0), (2, 0)), constant_values=_NEVER)
        from_two = jnp.where(skips, from_two, _NEVER)
        after = jnp.logaddexp(jnp.logaddexp(reached, from_one), from_two) + emitted
        return jnp.where((index < steps)[:, None], after, reached), None

    before = jnp.full(spelled.shape, _NEVER, log_p.dtype).at[:, 0].set(0.0)
    # Before the first step only the first blank is reached, from which the first label may follow at once.
    reached, _ = jax.lax.scan(step, before, (jnp.arange(log_p.shape[1]), jnp.swapaxes(emitted, 0, 1)))
    last_blank = jnp.take_along_axis(reached, 2 * length[:, None], axis=1)[:, 0]
    last_label = jnp.take_along_axis(reached, jnp.maximum(2 * length - 1, 0)[:, None], axis=1)[:, 0]
    return -jnp.logaddexp(last_blank, jnp.where(length > 0, last_label, _NEVER))


@op
def ctc_decode(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> Any:
    """The labels that the steps spell.

    Args:
        inputs: scores before softmax, of shape `(batch, steps, classes)`.
        sequence_lengths: how many steps of each row count, of shape `(batch,)`.
        strategy: `"greedy"` takes the best class of each step; `"beam_search"` the most probable labels, all ways to
            spell them together.
        beam_width: how many beginnings the search keeps.
        top_paths: how many results the search gives, the best first; not more than `beam_width`.
        merge_repeated: whether `"greedy"` takes a class that is repeated without a blank as one label.
        mask_index: the class that stands for no label, the blank.

    Returns:
        The labels, filled up with -1, of shape `(1, batch, steps)` - `(top_paths, batch, steps)` for the search; and
        scores: minus the sum of the best scores of the steps, of shape `(batch, 1)`, or for the search the logarithm
        of the probability, of shape `(batch, top_paths)`.

    Source: Graves et al., Connectionist Temporal Classification, 2006; Hannun et al., First-Pass Large Vocabulary
    Continuous Speech Recognition using Bi-Directional Recurrent DNNs, 2014 (the search).

    Example:
    >>> labels, _ = ctc_decode([[[0.0, 9.0], [9.0, 0.0], [0.0, 9.0], [0.0, 9.0]]], [4])
    >>> labels.tolist()
    [[[1, 1, -1, -1]]]
    """
    for name, rule, value in (
        ("strategy", _STRATEGY, strategy),
        ("beam_width", POSITIVE_INT, beam_width),
        ("top_paths", POSITIVE_INT, top_paths),
        ("mask_index", INT, mask_index),
    ):
        rule.check("heron.ops.ctc_decode", name, value)
    scores = _scores("ctc_decode", "inputs", inputs)
    lengths = _lengths("ctc_decode", "sequence_lengths", sequence_lengths, scores.shape[0])
    counts = jnp.arange(scores.shape[1]) < lengths[:, None]  # (B, T)
    blank = mask_index % scores.shape[-1]
    if strategy == "greedy":
        return _greedy(scores, counts, merge_repeated, blank)
    _top_of_beam(top_paths, beam_width)
    log_p = jax.nn.log_softmax(scores)
    paths, found = jax.vmap(lambda p, c: _search(p, c, beam_width, top_paths, blank))(log_p, counts)
    return jnp.swapaxes(paths, 0, 1), found


def _top_of_beam(top_paths: int, beam_width: int) -> None:
    if top_paths > beam_width:
        raise ShapeError(
            f"heron.ops.ctc_decode: argument 'top_paths' must be at most beam_width={beam_width}; received "
            f"{top_paths}.\nKeep more beginnings: beam_width={top_paths}."
        )


def _greedy(scores: Any, counts: Any, merge_repeated: bool, blank: int) -> Any:
    best = jnp.where(counts, jnp.argmax(scores, -1), blank)
    repeats = jnp.pad(best[:, 1:] == best[:, :-1], ((0, 0), (1, 0))) & merge_repeated
    labels = jnp.where(repeats | (best == blank), -1, best)
    order = jnp.argsort(labels < 0, axis=-1, stable=True)  # labels first, as they came
    total = -jnp.sum(jnp.where(counts, jnp.max(scores, -1), 0), -1, keepdims=True)
    return jnp.take_along_axis(labels, order, -1)[None], total


def _search(log_p: Any, counts: Any, width: int, top: int, blank: int) -> Any:
    """The best labels of one sequence: `(top, T)`, and their log-probabilities.

    A beam is a beginning with two numbers: how probable it is with a blank last, and with its last label last.
    """
    steps, classes = log_p.shape
    never = -jnp.inf

    def step(beams: Any, now: Any) -> Any:
        paths, length, ends_blank, ends_label = beams
        p, counted = now
        rows, last = jnp.arange(width), jnp.take_along_axis(paths, jnp.maximum(length - 1, 0)[:, None], 1)[:, 0]
        either = jnp.logaddexp(ends_blank, ends_label)
        # One label more: after a blank any, else only another than the last. (W, C)
        longer = jnp.where(jnp.arange(classes) == last[:, None], ends_blank[:, None], either[:, None]) + p
        longer = longer.at[:, blank].set(never)
        # A longer beginning that is in the beam already is added to it: the child's path without its last label is
        # the parent's. (W parents, W children)
        before_last = jnp.where(jnp.arange(steps) < length[:, None] - 1, paths, -1)
        child = jnp.all(before_last[None] == paths[:, None], -1) & (length[None] == length[:, None] + 1)
        child &= jnp.isfinite(either)[:, None] & jnp.isfinite(either)[None]
        given = jnp.where(child, longer[:, jnp.maximum(last, 0)], never)
        taken = jnp.zeros((width, classes), bool).at[rows[:, None], jnp.maximum(last, 0)[None]].max(child)
        stays_label = jnp.logaddexp(
            jnp.where(last >= 0, ends_label + p[jnp.maximum(last, 0)], never), jax.nn.logsumexp(given, axis=0)
        )
        stays_blank = either + p[blank]
        longer = jnp.where(taken, never, longer)
        total = jnp.concatenate([jnp.logaddexp(stays_blank, stays_label), longer.reshape(-1)])
        _, chosen = jax.lax.top_k(total, width)
        grows = chosen >= width
        row, label = jnp.where(grows, (chosen - width) // classes, chosen), (chosen - width) % classes
        at = jnp.arange(steps) == jnp.where(grows, length[row], steps)[:, None]
        after = (
            jnp.where(at, label[:, None], paths[row]),
            length[row] + grows,
            jnp.where(grows, never, stays_blank[row]),
            jnp.where(grows, longer.reshape(-1)[jnp.maximum(chosen - width, 0)], stays_label[row]),
        )
        return jax.tree.map(lambda new, old: jnp.where(counted, new, old), after, beams), None

    nothing = jnp.full(width, never, log_p.dtype)
    start = jnp.full((width, steps), -1, jnp.int32), jnp.zeros(width, jnp.int32), nothing.at[0].set(0), nothing
    (paths, _, ends_blank, ends_label), _ = jax.lax.scan(step, start, (log_p, counts.at[0].set(True)))
    found, order = jax.lax.top_k(jnp.logaddexp(ends_blank, ends_label), top)
    return paths[order], found
