"""Where Keras 3 puts the variables of a model in a file: paths made of attributes and classes, not of names.

The layers of a Sequential or Functional are `layers/dense`, `layers/dense_1`, ...: classes in snake case, numbered in
the model's order. Any other part stands under the attribute that holds it, public attributes first, in the order of the
alphabet. The variables of a part are `<path>/vars/0`, `<path>/vars/1`, ...
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from heron.config import snake_case
from heron.layers import Layer
from heron.layers.holder import WeightHolder
from heron.optimizers import Optimizer
from heron.registry import published

OPTIMIZER = "optimizer"
_PARTS = (WeightHolder, Optimizer)
_INSIDE = ("inner_optimizer", "optimizers")  # where an optimizer holds others


class Part(NamedTuple):
    """A layer, model or optimizer, and its path in the file."""

    path: str
    object: Any

    def inside(self, name: str) -> str:
        """The path of what lies in this part under `name`."""
        return f"{self.path}/{name}" if self.path else name


def parts(root: Any) -> list[Part]:
    """`root`, at the empty path, and every layer and optimizer inside, each once, in the order of writing."""
    found: list[Part] = []
    seen: set[int] = set()

    def visit(part: Part) -> None:
        if id(part.object) in seen:
            return
        seen.add(id(part.object))
        found.append(part)
        for name, value in _attributes(part.object):
            visit_value(Part(part.inside(name), value))

    def visit_value(part: Part) -> None:
        if isinstance(part.object, _PARTS):
            visit(part)
        elif isinstance(part.object, list | tuple | dict) and id(part.object) not in seen:
            for inner in _members(part):
                visit_value(inner)

    visit(Part("", root))
    return found


def _members(container: Part) -> Iterator[Part]:
    """What stands in a list, tuple or dict, by numbered class names."""
    counts: dict[str, int] = {}
    values = container.object.values() if isinstance(container.object, dict) else container.object
    for value in values:
        is_part = isinstance(value, _PARTS)
        if is_part or isinstance(value, list | tuple | dict):
            cls = getattr(type(value), "class_in_files", type(value).__name__)
            name = snake_case(cls) if is_part else "container"
            counts[name] = counts.get(name, -1) + 1
            yield Part(container.inside(f"{name}_{counts[name]}" if counts[name] else name), value)


def _attributes(owner: Any) -> Iterator[tuple[str, Any]]:
    """The attributes of a part that may hold others, by the names that Keras gives them."""
    if isinstance(owner, Optimizer):
        return iter([(name, getattr(owner, name)) for name in _INSIDE if hasattr(owner, name)])
    models = published("models")
    first = {"layers": owner.layers} if isinstance(owner, (models["Functional"], models["Sequential"])) else {}
    values = {name: value for name, value in vars(owner).items() if name not in owner._unscanned and name not in _BASE}
    values |= {name: value for name, value in _of_classes(owner) if name not in values}
    if isinstance(owner, models["Model"]) and not first:
        values["layers"] = owner.layers
    renamed = getattr(type(owner), "names_in_files", {})
    listed = [(renamed.get(name, name), value) for name, value in values.items() if name not in first]
    return iter([*first.items(), *sorted(listed, key=lambda pair: (pair[0].startswith("_"), pair[0]))])


_BASE = frozenset(vars(Layer(name="base")))


def _of_classes(owner: Any) -> Iterator[tuple[str, Any]]:
    """What properties and attributes of the user's own classes give."""
    for cls in type(owner).__mro__:
        if cls.__module__.partition(".")[0] in ("heron", "builtins"):
            continue
        for name, value in vars(cls).items():
            if not name.startswith("__") and isinstance(value, property | list | tuple | dict):
                try:
                    yield name, getattr(owner, name)
                except Exception:  # a property that cannot be had now holds nothing to save
                    continue


def own_variables(part: Any) -> list[Any]:
    """The variables of one part alone, in Keras's order."""
    variables: list[Any] = part.variables if isinstance(part, Optimizer) else part._stored_variables()
    return variables


def own_arrays(part: Any) -> dict[str, np.ndarray]:
    """The values of the variables of one part alone, by their names in a file."""
    if writes_itself(part):
        store: dict[str, Any] = {}
        part.save_own_variables(store)
        return {str(key): np.asarray(value) for key, value in store.items()}
    return {str(i): variable.numpy() for i, variable in enumerate(own_variables(part))}


def writes_itself(part: Any) -> bool:
    """Whether a class, the user's own or one that says so, has its own way to write its variables."""
    if getattr(part, "writes_itself", False):
        return True
    ways = ("save_own_variables", "load_own_variables")
    theirs = (cls for cls in type(part).__mro__ if cls.__module__.partition(".")[0] != "heron")
    return any(way in vars(cls) for cls in theirs for way in ways)
