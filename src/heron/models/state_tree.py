"""The state of a model as nested dicts of arrays, for checkpointing libraries and loops of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heron.errors import ArgumentError, UnknownNameError, suggestion, value_text
from heron.training.state import StateVariables
from heron.validate import one_of
from heron.variables import Variable

_FORMAT = one_of("backend_tensor", "numpy_array")


class StateTree:
    """Gives and takes all variables as nested dicts; mixed into `Model`."""

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, dict[str, Any]]:
        """Returns all variables as nested dicts, by the parts of their paths.

        Args:
            value_format: `"backend_tensor"` for JAX arrays, `"numpy_array"` for NumPy's. Default `"backend_tensor"`.

        Returns:
            A dict with `trainable_variables`, `non_trainable_variables`, `optimizer_variables` and
            `metrics_variables`.

        Raises:
            ArgumentError: when two variables have the same path.
        """
        _FORMAT.check("get_state_tree", "value_format", value_format)
        return {
            group: _nested({path: v.numpy() if value_format == "numpy_array" else v.value for path, v in found.items()})
            for group, found in self._by_path().items()
        }

    def set_state_tree(self, state_tree: Mapping[str, Mapping[str, Any]]) -> None:
        """Gives the variables the values of a tree of the form that `get_state_tree` returns.

        What is not in the tree stays as it is.

        Raises:
            UnknownNameError: for a group or a path that the model does not have; nothing is changed then.
            ShapeError: for a value of another shape than its variable's.
        """
        groups = self._by_path()
        pairs: list[tuple[Variable, Any]] = []
        for group, tree in state_tree.items():
            if group not in groups:
                raise UnknownNameError(f"set_state_tree: there is no group {group!r}.{suggestion(group, groups)}")
            for path, value in _flat(tree).items():
                if path not in groups[group]:
                    raise UnknownNameError(
                        f"set_state_tree: there is no variable {path!r} in {group!r}.{suggestion(path, groups[group])}"
                    )
                pairs.append((groups[group][path], value))
        for variable, value in pairs:
            variable.assign(value)

    def _by_path(self) -> dict[str, dict[str, Variable]]:
        """The variables of each group by their paths."""
        state: StateVariables = self._state_variables()  # type: ignore[attr-defined]
        found: dict[str, dict[str, Variable]] = {}
        for group, variables in state._asdict().items():
            paths = found[f"{group}_variables"] = {v.path: v for v in variables}
            if len(paths) < len(variables):
                twice = next(v.path for v in variables if paths[v.path] is not v)
                raise ArgumentError(
                    f"Two variables have the path {twice!r}, so they cannot be told apart in a tree.\n"
                    "Give your layers names of their own: Dense(8, name='hidden')."
                )
        return found


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`{"a/b": 1}` as `{"a": {"b": 1}}`.

    >>> _nested({"dense/kernel": 1, "dense/bias": 2})
    {'dense': {'kernel': 1, 'bias': 2}}
    """
    tree: dict[str, Any] = {}
    for path, value in flat.items():
        *folders, last = path.split("/")
        inner = tree
        for folder in folders:
            inner = inner.setdefault(folder, {})
        inner[last] = value
    return tree


def _flat(tree: Any, path: str = "") -> dict[str, Any]:
    """The other way round."""
    if not isinstance(tree, Mapping):
        if not path:
            raise ArgumentError(f"set_state_tree: a group must be a dict of dicts; received {value_text(tree)}.")
        return {path: tree}
    return {p: v for name, part in tree.items() for p, v in _flat(part, f"{path}/{name}" if path else name).items()}
