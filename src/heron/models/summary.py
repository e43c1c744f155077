"""The layers of a model as a table: in box characters for a terminal, in HTML for a notebook."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from heron import symbolic
from heron.errors import ArgumentError, HeronError
from heron.layers import Layer

_MIN_LENGTH = 40
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


class _Column(NamedTuple):
    title: str
    align: str


_NAME, _SHAPE, _COUNT = _Column("Layer (type)", "<"), _Column("Output Shape", "<"), _Column("Param #", ">")
_FROM, _TRAINABLE = _Column("Connected to", "<"), _Column("Trainable", "^")


class _Layout(NamedTuple):
    """Columns, where each ends as a share of the line, and the line's length if the terminal is wide enough."""

    columns: tuple[_Column, ...]
    ends: tuple[float, ...]
    length: int


_CHAIN = _Layout((_NAME, _SHAPE, _COUNT), (0.45, 0.80, 1.0), 88)
_BRANCHES = _Layout((_NAME, _SHAPE, _COUNT, _FROM), (0.3, 0.56, 0.74, 1.0), 108)


def summary_text(
    model: Any,
    line_length: int | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
    positions: Sequence[float] | None = None,
) -> str:
    """Returns the layers of `model` as a table, in the form in which Keras prints it.

    Args:
        model: the model.
        line_length: the width in characters; by default 88 (108 when a column says how layers are connected), or
            that of the terminal if it is narrower.
        expand_nested: whether the layers of models inside the model get rows of their own.
        show_trainable: whether a column says if a layer is trained.
        layer_range: two layer names, or regular expressions for them: the first and the last row.
        positions: where the columns end, as shares of the line.

    Raises:
        ArgumentError: when the line is too short for the columns, or `layer_range` fits no layers.

    Example:
    >>> import heron
    >>> model = heron.Sequential([heron.Input((4,)), heron.layers.Dense(2, name="out")], name="small")
    >>> print(summary_text(model, line_length=52))
    Model: "small"
    ┏━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━━━━┓
    ┃ Layer (type)         ┃ Output Shape   ┃  Param # ┃
    ┡━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━━━━┩
    │ out (Dense)          │ (None, 2)      │       10 │
    └──────────────────────┴────────────────┴──────────┘
     Total params: 10 (40.00 B)
     Trainable params: 10 (40.00 B)
     Non-trainable params: 0 (0.00 B)
    """
    steps = _in_range(_steps(model), layer_range)
    nodes = _nodes_of_steps(model)
    layout = _CHAIN if _is_chain(model) else _BRANCHES
    if positions is not None:
        layout = layout._replace(ends=_checked_positions(positions, layout))
    if show_trainable:
        ends = (*(end * 0.9 for end in layout.ends), 1.0)
        layout = _Layout((*layout.columns, _TRAINABLE), ends, layout.length + 12)
    rows = [
        [_text(column, step, depth, nodes.get(id(step), [])) for column in layout.columns]
        for step, depth in _with_nested(steps, expand_nested)
    ]
    table = _table(layout.columns, _cell_widths(layout, line_length), rows)
    return "\n".join([f'Model: "{model.name}"', *table, *_totals(model)])


def summary_html(model: Any) -> str:
    """Returns the layers of `model` as a small HTML table, all names escaped.

    Example:
    >>> import heron
    >>> summary_html(heron.Sequential([heron.layers.Dense(2, name="out")], name="a<b"))[:46]
    '<table class="heron-model"><caption style="cap'
    """
    nodes = _nodes_of_steps(model)
    rows = [
        [_text(column, step, depth, nodes.get(id(step), [])) for column in _CHAIN.columns]
        for step, depth in _with_nested(_steps(model), expand=True)
    ]
    titles = [column.title for column in _CHAIN.columns]
    total = _totals(model)[0].strip()
    lines = [
        '<table class="heron-model"><caption style="caption-side:top;text-align:left">'
        f"<b>{html.escape(type(model).__name__)}</b> {html.escape(model.name)}</caption>",
        f"<thead>{_html_row('th', titles)}</thead>",
        "<tbody>",
        *(_html_row("td", fields) for fields in rows),
        "</tbody>",
        f'<tfoot><tr><td colspan="3" style="text-align:left">{html.escape(total)}</td></tr></tfoot>',
        "</table>",
    ]
    return "".join(lines)


def _html_row(tag: str, fields: Sequence[str]) -> str:
    sides = ("left", "left", "right")
    cells = (
        f'<{tag} style="text-align:{side};white-space:pre">{html.escape(field)}</{tag}>'
        for field, side in zip(fields, sides, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


# ---- what stands in the rows --------------------------------------------------------------------------------------


def _steps(model: Any) -> list[Any]:
    """What the model consists of: layers, and in a functional model the operations between them."""
    return list(getattr(model, "operations", model.layers))


def _graph_of(model: Any) -> Any:
    return getattr(model, "_graph", None)


def _is_chain(model: Any) -> bool:
    """True when each step takes what the one before gave, so that connections need not be shown."""
    graph = _graph_of(model)
    if graph is None:
        return True
    before = [tensor.node for tensor in graph.inputs] + graph.nodes[:-1]
    return (
        len(graph.inputs) == 1
        and len({id(node.operation) for node in graph.nodes}) == len(graph.nodes)
        and all([t.node for t in node.inputs] == [previous] for node, previous in zip(graph.nodes, before, strict=True))
    )


def _nodes_of_steps(model: Any) -> dict[int, list[Any]]:
    """The nodes of a functional model by the identity of the step that was called, in the order of the calls."""
    found: dict[int, list[Any]] = {}
    graph = _graph_of(model)
    for node in graph.nodes if graph is not None else ():
        found.setdefault(id(node.operation), []).append(node)
    for nodes in found.values():
        nodes.sort(key=_call_number)
    return found


def _call_number(node: Any) -> int:
    """Which call of its layer a node is; an operation is called once."""
    calls = getattr(node.operation, "_nodes", [node])
    return next(index for index, call in enumerate(calls) if call is node)


def _with_nested(steps: Sequence[Any], expand: bool, depth: int = 0) -> Iterator[tuple[Any, int]]:
    for step in steps:
        yield step, depth
        if expand:
            yield from _with_nested(getattr(step, "layers", None) or [], expand, depth + 1)


def _text(column: _Column, step: Any, depth: int, nodes: list[Any]) -> str:
    """What stands in a column of the row of a step that is `depth` models inside and was called at `nodes`."""
    if column is _NAME:
        prefix = "   " * depth + "└ " if depth else ""
        return f"{prefix}{step.name} ({kind_of(step)})"
    if column is _SHAPE:
        return _shape_text(outputs_of(step, nodes))
    if column is _COUNT:
        return _count_of(step)
    if column is _FROM:
        return _connections(nodes)
    has_weights = len(getattr(step, "weights", ())) > 0
    return ("Y" if step.trainable else "N") if has_weights else "-"


def kind_of(step: Any) -> str:
    """The class of a layer, or what an operation does in the form of a class name."""
    return type(step).__name__ if isinstance(step, Layer) else "".join(part.title() for part in step.kind.split("_"))


def _count_of(step: Any) -> str:
    if not isinstance(step, Layer):
        return "0"
    return f"{step.count_params():,}" if step.built else "0 (unbuilt)"


def _shape_text(outputs: Any) -> str:
    leaves = symbolic.leaves(outputs)
    if len(leaves) == 1:
        return _sizes_text(leaves[0])
    return str(symbolic.replace(outputs, _sizes_text)).replace("'", "") if leaves else "?"


def _sizes_text(tensor: Any) -> str:
    return f"({', '.join(map(str, tensor.shape))})"


def outputs_of(step: Any, nodes: list[Any]) -> Any:
    """The symbolic outputs of the last call; failing that, what the shapes it was built for lead to; else None."""
    calls = getattr(step, "_nodes", nodes)
    if calls:
        return calls[-1].outputs
    shapes = getattr(step, "_build_shapes", None)
    if not step.built or not shapes or not all(map(_is_shape, shapes)):
        return None
    try:
        return step.compute_output_spec(*(symbolic.KerasTensor(shape, step.compute_dtype) for shape in shapes))
    except (HeronError, TypeError, ValueError):
        return None  # Called with more than inputs, so that shapes alone cannot repeat the call.


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, tuple) and all(size is None or isinstance(size, int) for size in shape)


def _connections(nodes: Sequence[Any]) -> str:
    came_from = (
        f"{tensor.node.operation.name}[{_call_number(tensor.node)}][{tensor.index}]"
        for node in nodes
        for tensor in node.inputs
    )
    return ", ".join(came_from) or "-"


def _in_range(steps: list[Any], layer_range: Any) -> list[Any]:
    if layer_range is None:
        return steps
    if (
        not isinstance(layer_range, list | tuple)
        or len(layer_range) != 2
        or not all(isinstance(name, str) for name in layer_range)
    ):
        raise ArgumentError(
            f"summary(layer_range=...) takes two layer names, the first and the last to show; received {layer_range!r}."
            "\nWrite layer_range=['first_name', 'last_name']."
        )
    first, last = ([i for i, step in enumerate(steps) if re.match(name, step.name)] for name in layer_range)
    if not first or not last:
        missing = layer_range[0] if not first else layer_range[1]
        raise ArgumentError(
            f"summary(layer_range=...): no layer's name matches {missing!r}.\n"
            f"The layers are {', '.join(step.name for step in steps)}."
        )
    if first[0] > last[-1]:
        return steps[last[0] : first[-1] + 1]
    return steps[first[0] : last[-1] + 1]


# ---- totals -------------------------------------------------------------------------------------------------------


def _totals(model: Any) -> list[str]:
    trainable, fixed = _size(model.trainable_weights), _size(model.non_trainable_weights)
    counted = {"Trainable": trainable, "Non-trainable": fixed}
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and optimizer.built:
        counted["Optimizer"] = _size(optimizer.variables)
    total = (sum(count for count, _ in counted.values()), sum(memory for _, memory in counted.values()))
    sizes = {"Total": total, **counted}
    return [f" {name} params: {count:,} ({_memory_text(memory)})" for name, (count, memory) in sizes.items()]


def _size(variables: Sequence[Any]) -> tuple[int, int]:
    """How many numbers the variables hold, and in how many bytes."""
    counts = [int(np.prod(v.shape, dtype=np.int64)) for v in variables]
    return sum(counts), sum(n * np.dtype(v.dtype).itemsize for n, v in zip(counts, variables, strict=True))


def _memory_text(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} {_UNITS[-1]}"


# ---- the table ----------------------------------------------------------------------------------------------------


def _checked_positions(positions: Sequence[float], layout: _Layout) -> tuple[float, ...]:
    if len(positions) != len(layout.columns):
        raise ArgumentError(
            f"summary(positions=...) takes {len(layout.columns)} shares of the line, where the columns end; received "
            f"{list(positions)!r}.\nWrite positions={list(layout.ends)}."
        )
    return tuple(positions)


def _cell_widths(layout: _Layout, line_length: int | None) -> list[int]:
    """The widths of the columns without their padding; they give up what padding and rules take in equal parts."""
    length = line_length or max(_MIN_LENGTH, min(layout.length, shutil.get_terminal_size().columns - 4))
    ends = [int(end * length) for end in layout.ends]
    widths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    excess = 3 * len(widths) + 1 + sum(widths) - length
    cells = []
    for index, width in enumerate(widths):
        share = round(excess / (len(widths) - index))
        excess -= share
        cells.append(width - share)
    if min(cells) < 1:
        titles = ", ".join(column.title for column in layout.columns)
        raise ArgumentError(
            f"summary(): a line of {length} characters is too short for the columns {titles}.\n"
            f"Widen the terminal, or pass line_length={max(layout.length, _MIN_LENGTH)}."
        )
    return cells


def _table(columns: Sequence[_Column], widths: Sequence[int], rows: Sequence[Sequence[str]]) -> list[str]:
    rules = [["━" * (width + 2) for width in widths], ["─" * (width + 2) for width in widths]]
    aligns = [column.align for column in columns]
    lines = ["┏" + "┳".join(rules[0]) + "┓"]
    lines += _row_lines([column.title for column in columns], aligns, widths, "┃", at_bottom=True)
    lines.append("┡" + "╇".join(rules[0]) + "┩")
    for index, row in enumerate(rows):
        if index:
            lines.append("├" + "┼".join(rules[1]) + "┤")
        lines += _row_lines(row, aligns, widths, "│")
    return [*lines, "└" + "┴".join(rules[1]) + "┘"]


def _row_lines(
    fields: Sequence[str], aligns: Sequence[str], widths: Sequence[int], rule: str, *, at_bottom: bool = False
) -> list[str]:
    wrapped = [_wrap(field, width) for field, width in zip(fields, widths, strict=True)]
    height = max(map(len, wrapped))
    blanks = [[""] * (height - len(cell)) for cell in wrapped]
    filled = [blank + cell if at_bottom else cell + blank for cell, blank in zip(wrapped, blanks, strict=True)]
    lines = []
    for parts in zip(*filled, strict=True):
        cells = (f" {part:{align}{width}} " for part, align, width in zip(parts, aligns, widths, strict=True))
        lines.append(rule + rule.join(cells) + rule)
    return lines


def _wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, broken between words; a longer word is cut, with an ellipsis."""
    lines = [""]
    for word in re.findall(r"\s*\S+\s*", text):
        if lines[-1] and len(lines[-1]) + len(word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    kept = (line.rstrip() for line in lines)
    return [line if len(line) <= width else line[: width - 1] + "…" for line in kept]
