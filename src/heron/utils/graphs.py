"""Questions to the graph behind a symbolic tensor."""

from __future__ import annotations

from heron import symbolic
from heron.errors import ArgumentTypeError, value_text
from heron.symbolic import KerasTensor


def get_source_inputs(tensor: KerasTensor) -> list[KerasTensor]:
    """Returns the inputs from which a symbolic tensor is computed, each once.

    Args:
        tensor: what layers and operations returned for symbolic tensors.

    Raises:
        ArgumentTypeError: for something that is no symbolic tensor.

    Example:
    >>> from heron import Input
    >>> a, b = Input((2,)), Input((2,))
    >>> get_source_inputs(a + b) == [a, b]
    True
    """
    if not symbolic.is_symbolic(tensor):
        raise ArgumentTypeError(
            f"get_source_inputs expects a symbolic tensor; received {value_text(tensor)}.\n"
            "Start from heron.Input(shape=...)."
        )
    found: dict[int, KerasTensor] = {}
    seen: set[int] = set()
    stack = [tensor]
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if one.node is None or not one.node.inputs:
            found[id(one)] = one
        else:
            stack.extend(reversed(one.node.inputs))
    return list(found.values())
