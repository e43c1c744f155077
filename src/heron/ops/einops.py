"""`rearrange`: reshape, transpose and reshape again, said in one pattern."""

from __future__ import annotations

import math
import re
from typing import Any

import jax.numpy as jnp

from heron.errors import ArgumentError, shape_text
from heron.ops.op import array, op

__all__ = ["rearrange"]


def _groups(side: str) -> list[list[str]]:
    """`"a (b c)"` -> `[["a"], ["b", "c"]]`."""
    return [part.strip("()").split() for part in re.findall(r"\([^()]*\)|\w+", side)]


def _mistake(pattern: str, shape: Any, lengths: dict[str, int], reason: str) -> ArgumentError:
    given = "".join(f", {name}={size}" for name, size in lengths.items())
    return ArgumentError(
        f"heron.ops.rearrange: the pattern {pattern!r}{given} does not fit an array of shape {shape_text(shape)}: "
        f"{reason}.\nWrite one name or group for each axis, as in rearrange(x, 'b (h p) c -> b h (p c)', p=4)."
    )


@op
def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """`tensor` with its axes split, put in another order and joined as `pattern` says.

    Args:
        tensor: an array.
        pattern: a name for each axis on the left of `->`, the same names on the right; names in brackets are the parts
            that make up one axis.
        **axes_lengths: the sizes of parts; one of each group may be left out.

    Raises:
        ArgumentError: when the pattern does not fit.

    Example:
        >>> rearrange([[1, 2, 3, 4]], "a (b c) -> (a c) b", b=2).tolist()
        [[1, 3], [2, 4]]
    """
    x = array(tensor)
    if pattern.count("->") != 1:
        raise _mistake(pattern, x.shape, axes_lengths, "it needs one '->'")
    left, right = (_groups(side) for side in pattern.split("->"))
    names, wanted = ([name for group in side for name in group] for side in (left, right))
    if len(left) != x.ndim:
        raise _mistake(pattern, x.shape, axes_lengths, f"its left side has {len(left)} axes")
    if sorted(names) != sorted(wanted) or len(set(names)) != len(names):
        raise _mistake(pattern, x.shape, axes_lengths, "both sides must have the same names, each once")
    sizes: dict[str, Any] = {}
    for group, size in zip(left, x.shape, strict=True):
        open_ = [name for name in group if name not in axes_lengths]
        known = math.prod(axes_lengths[name] for name in group if name in axes_lengths)
        if len(open_) > 1 or (size % known != 0 if open_ else size != known):
            raise _mistake(pattern, x.shape, axes_lengths, f"the group ({' '.join(group)}) does not give {size}")
        sizes |= {name: axes_lengths.get(name, size // known) for name in group}
    x = x.reshape([sizes[name] for name in names])
    x = jnp.transpose(x, [names.index(name) for name in wanted])
    return x.reshape([math.prod(sizes[name] for name in group) for group in right])
