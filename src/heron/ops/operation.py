"""Operations of one's own: steps of a functional model that keep no weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from heron import config, symbolic
from heron.errors import ArgumentError, missing_method, value_text
from heron.registry import Configurable
from heron.symbolic import KerasTensor, Node, has_symbolic
from heron.validate import TEXT
from heron.variables import Scope

__all__ = ["Operation"]


class Operation(Configurable):
    """A computation that can be called on arrays, and on symbolic tensors while a model is drawn.

    A subclass writes `call`, and `compute_output_spec` where the output's shape cannot be found by tracing `call`. Its
    config is its constructor's arguments. What has weights is a `heron.Layer`.

    Args:
        name: its name in a model, by default the class's in snake case, numbered.

    Raises:
        ArgumentError: for a name with a slash.

    Example:
    >>> import heron
    >>> class Scaled(Operation):
    ...     def __init__(self, factor, name=None):
    ...         super().__init__(name=name)
    ...         self.factor = factor
    ...
    ...     def call(self, x):
    ...         return x * self.factor
    >>> x = heron.Input((2,))
    >>> heron.Model(x, Scaled(3.0)(x))([[1.0, 2.0]]).tolist()
    [[3.0, 6.0]]
    """

    rules = {"name": TEXT.or_none()}

    def __init__(self, name: str | None = None) -> None:
        if "/" in (name or ""):
            raise ArgumentError(
                f"{type(self).__name__}: argument 'name' must be a string without '/'; received {value_text(name)}."
            )
        self.name = name or config.auto_name(config.snake_case(type(self).__name__))
        self._nodes: list[Node] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the output; on symbolic tensors the call is recorded."""
        if has_symbolic(args) or has_symbolic(kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the output from arrays."""
        raise missing_method(self, "call(self, x)", "the output")

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Records a call on symbolic tensors and returns its symbolic outputs."""
        outputs = self.compute_output_spec(*args, **kwargs)
        if not symbolic.leaves(outputs):
            raise ArgumentError(
                f"{type(self).__name__}.compute_output_spec() must return heron.KerasTensor(shape, dtype), or a "
                f"structure of them; received {value_text(outputs)}."
            )
        self._nodes.append(Node(self, args, kwargs, outputs))
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic output for symbolic inputs, by default found by tracing `call`; records nothing."""

        def pure(*args: Any, **kwargs: Any) -> Any:
            with Scope():
                return self.call(*args, **kwargs)

        return symbolic.infer(pure, args, kwargs)

    def _first_node(self) -> Node:
        if not self._nodes:
            raise ArgumentError(
                f"{type(self).__name__} '{self.name}' has not been called on symbolic tensors yet.\n"
                "Call it on heron.Input(shape=...)."
            )
        return self._nodes[0]

    @property
    def input(self) -> Any:
        """What went in at the first call on symbolic tensors: a tensor, or a list of them."""
        inputs: list[KerasTensor] = self._first_node().inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """What came out at the first call on symbolic tensors."""
        return self._first_node().outputs

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data; the name, where the constructor takes one."""
        own = super().get_config()
        return own | {"name": self.name} if "name" in own else own

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes an operation from what `get_config` returned."""
        return super().from_config(config)

    def __repr__(self) -> str:
        return f"<Operation name={self.name}>"
