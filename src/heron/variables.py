"""Variables: named arrays that a layer, metric or optimizer keeps, and the scope that makes their use pure.

Outside a scope a `Variable` is a box: `value` reads it, `assign` writes it. Inside `Scope(values)` reads and writes
go to the scope, so that a function which uses variables can be traced as a pure function of their values:

    with Scope({kernel: traced}) as scope:
        y = layer(x)
    new = scope.value_of(kernel)
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from heron import config
from heron.errors import ArgumentError, ShapeError, shape_text

__all__ = ["AutocastScope", "Scope", "StatelessScope", "Variable", "in_scope", "name_scope"]


class _Thread(threading.local):
    """What holds for the code that this thread is running."""

    def __init__(self) -> None:
        self.scope: Scope | None = None
        self.autocast: str | None = None
        self.names: list[str] = []
        self.admit: Callable[[str, tuple[int, ...]], None] | None = None


_thread = _Thread()


class Scope:
    """Binds variables to values for the length of a `with` block; what is assigned inside stays inside.

    Args:
        pairs: variable and value, in any iterable of pairs.
    """

    def __init__(self, pairs: Iterable[tuple[Variable, Any]] = ()) -> None:
        self._held: dict[int, tuple[Variable, Any]] = {id(variable): (variable, value) for variable, value in pairs}

    def __enter__(self) -> Self:
        self._outer, _thread.scope = _thread.scope, self
        return self

    def __exit__(self, *exc: object) -> None:
        _thread.scope = self._outer

    def value_of(self, variable: Variable) -> Any:
        """The value that `variable` has in this scope."""
        held = self._held.get(id(variable))
        if held is not None:
            return held[1]
        return self._outer.value_of(variable) if self._outer is not None else variable._value

    def assign(self, variable: Variable, value: Any) -> None:
        """Gives `variable` a value in this scope."""
        self._held[id(variable)] = (variable, value)

    def assigned(self) -> list[tuple[Variable, Any]]:
        """The variables that have a value of their own in this scope, with these values."""
        return list(self._held.values())

    _outer: Scope | None = None


class StatelessScope(Scope):
    """`Scope` in Keras's form: inside the block variables have the given values, and assignments stay inside.

    Args:
        state_mapping: pairs of variable and value.
        collect_losses: accepted for Keras's signature; `Layer.stateless_call(return_losses=True)` returns losses.
        initialize_variables: accepted for Keras's signature; variables always have a value.

    Raises:
        ArgumentError: for a key that is no variable.
        ShapeError: for a value of another shape than its variable's.

    Source: `keras.StatelessScope`.

    Example:
    >>> v = Variable([1.0])
    >>> with StatelessScope([(v, jnp.array([5.0]))]) as scope:
    ...     v.assign_add([1.0])
    >>> scope.get_current_value(v).tolist(), v.numpy().tolist()
    ([6.0], [1.0])
    """

    def __init__(
        self,
        state_mapping: Iterable[tuple[Variable, Any]] | None = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
    ) -> None:
        super().__init__()
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables
        for variable, value in state_mapping or ():
            self.add_update((variable, value))

    def add_update(self, update: tuple[Variable, Any]) -> None:
        """Gives a variable, the first of a pair, a value, the second, in this scope."""
        variable, given = update
        if not isinstance(variable, Variable):
            raise ArgumentError(
                f"StatelessScope maps variables to values; received a key of type {type(variable).__name__}."
            )
        value = jnp.asarray(given, variable.dtype)
        if value.shape != variable.shape:
            raise ShapeError(
                f"Variable '{variable.path}' has shape {shape_text(variable.shape)}; StatelessScope received one of "
                f"shape {shape_text(value.shape)} for it."
            )
        self.assign(variable, value)

    def get_current_value(self, variable: Variable) -> Any:
        """The value of a variable in this scope, None when it has none of its own."""
        return self._held.get(id(variable), (None, None))[1]


def in_scope() -> bool:
    """True while variables are bound to a scope, that is while a pure function is being traced or run."""
    return _thread.scope is not None


@contextmanager
def AutocastScope(dtype: str | None) -> Iterator[None]:
    """Inside the block floating variables with `autocast=True` are read as `dtype`; None reads them as they are."""
    outer, _thread.autocast = _thread.autocast, dtype
    try:
        yield
    finally:
        _thread.autocast = outer


@contextmanager
def name_scope(name: str) -> Iterator[None]:
    """Inside the block new variables have `name` in front of theirs in their path."""
    _thread.names.append(name)
    try:
        yield
    finally:
        _thread.names.pop()


@contextmanager
def own_name_scope(name: str) -> Iterator[None]:
    """`name_scope(name)`, unless that is the innermost scope already."""
    if _thread.names[-1:] == [name]:
        yield
    else:
        with name_scope(name):
            yield


def current_path() -> str:
    """The names of the scopes around, from the outermost in: `"model/block"`."""
    return "/".join(_thread.names)


@contextmanager
def admission(check: Callable[[str, tuple[int, ...]], None]) -> Iterator[None]:
    """Inside the block `check(path, shape)` is asked before a function makes the first value of a variable.

    What it raises keeps the array from being made: a model from a file cannot ask for more memory than the file's own
    weights take.
    """
    outer, _thread.admit = _thread.admit, check
    try:
        yield
    finally:
        _thread.admit = outer


class Variable:
    """A named array that can be assigned.

    Args:
        initializer: an array, number or list; or a function `(shape, dtype) -> array`, which needs `shape`.
        shape: its shape, fixed for life; by default that of the array given.
        dtype: its dtype; by default that of an array given, else `heron.config.floatx()`.
        trainable: whether optimizers change it.
        autocast: whether layers that compute in another float dtype read it in that dtype.
        name: the last part of its path; by default `variable`, `variable_1`, ...

    Raises:
        ArgumentError: for a function without a shape.
        ShapeError: when an array of another shape is given or assigned.

    Example:
    >>> v = Variable([1.0, 2.0], name="v")
    >>> v.assign_add([1.0, 1.0])
    >>> v.numpy()
    array([2., 3.], dtype=float32)
    """

    def __init__(
        self,
        initializer: Any,
        shape: tuple[int, ...] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.name = name or config.auto_name(config.snake_case(type(self).__name__))
        self.path = "/".join([*_thread.names, self.name])
        self.trainable = trainable
        self.autocast = autocast
        self.aggregation = aggregation
        self.synchronization = synchronization
        self.overwrite_with_gradient = False
        self.regularizer: Callable[[Any], Any] | None = None
        self.constraint: Callable[[Any], Any] | None = None
        self._value = _first_value(self.name, initializer, shape, dtype)
        self._lent = isinstance(_raw(initializer), jax.Array)  # the caller may hold the very array
        self._shared = self.is_given = False
        self.shape: tuple[int, ...] = self._value.shape
        self.dtype: str = self._value.dtype.name

    @property
    def value(self) -> jax.Array:
        """The array: as bound in the current scope, cast to the compute dtype of the layer that reads it."""
        if _thread.scope is None:
            self._lent, value = True, self._value
        else:
            value = _thread.scope.value_of(self)
        cast = _thread.autocast
        if cast is not None and self.autocast and value.dtype != cast and jnp.issubdtype(value.dtype, jnp.floating):
            return value.astype(cast)
        return value

    def assign(self, value: Any) -> Any:
        """Replaces the array by one of the same shape, cast to this variable's dtype."""
        given = value = value.value if isinstance(value, Variable) else value
        if np.shape(value) != self.shape:
            raise ShapeError(
                f"Variable '{self.path}' has shape {shape_text(self.shape)} and keeps it; "
                f"received a value of shape {shape_text(np.shape(value))}."
            )
        if not isinstance(value, jax.Array) or value.dtype != self.dtype:
            value = _array(value, self.dtype)
        if _thread.scope is None:
            self._value, self._lent = value, value is given  # the caller's own array is not to be destroyed
        else:
            _thread.scope.assign(self, value)

    def assign_add(self, value: Any) -> None:
        """Adds `value`."""
        self.assign(self._read() + _operand(value))

    def assign_sub(self, value: Any) -> None:
        """Subtracts `value`."""
        self.assign(self._read() - _operand(value))

    def _read(self) -> jax.Array:
        return self._value if _thread.scope is None else _thread.scope.value_of(self)

    def numpy(self) -> np.ndarray:
        """A copy of the array as NumPy's."""
        return np.array(self._read())

    def peek(self) -> jax.Array:
        """The array, for a program that only reads it and is done before the next one is given it."""
        return self._value

    def give(self) -> jax.Array:
        """Hands the array to a program that will destroy it; a copy when somebody else may still hold it."""
        self.is_given = True
        if self._shared:
            return jnp.copy(self._value)
        if self._lent:
            self._value, self._lent = jnp.copy(self._value), False
        return self._value

    def take(self, value: jax.Array) -> None:
        """Keeps an array of the right shape and dtype that a program returned."""
        self._value, self._lent, self.is_given = value, False, False

    def share(self) -> None:
        """From here on programs are given copies: another thread reads this variable while they run."""
        self._shared = True

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype)

    def __jax_array__(self) -> jax.Array:
        return self.value

    def __getitem__(self, index: Any) -> jax.Array:
        return self.value[index]

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __repr__(self) -> str:
        head = f"<Variable path={self.path}, shape={shape_text(self.shape)}, dtype={self.dtype}"
        return f"{head}, value={self.value}>" if self.size <= 20 else f"{head}>"

    __hash__ = object.__hash__


def _array(value: Any, dtype: Any) -> jax.Array:
    """A concrete array outside of any trace in progress; a traced value stays in its trace."""
    if isinstance(value, jax.Array):
        return value.astype(dtype)
    with jax.ensure_compile_time_eval():
        return jax.device_put(np.array(value, dtype=dtype))


def _first_value(name: str, initializer: Any, shape: Any, dtype: Any) -> jax.Array:
    if callable(initializer) and not hasattr(initializer, "__array__"):
        if shape is None:
            raise ArgumentError(f"Variable '{name}' is made by a function, so it needs a shape; write shape=(...).")
        if _thread.admit is not None:
            _thread.admit("/".join([*_thread.names, name]), tuple(shape))
        dtype = dtype or config.floatx()
        with jax.ensure_compile_time_eval():
            value = _array(initializer(tuple(shape), dtype=dtype), dtype)
    else:
        given = getattr(initializer, "dtype", None) if hasattr(initializer, "shape") else None
        value = _array(_raw(initializer), dtype or given or config.floatx())
    if shape is not None and tuple(shape) != value.shape:
        raise ShapeError(
            f"Variable '{name}' was to have shape {shape_text(tuple(shape))}; "
            f"its initializer gave shape {shape_text(value.shape)}."
        )
    return value


def _raw(value: Any) -> Any:
    return value.value if isinstance(value, Variable) else value


def _operand(value: Any) -> Any:
    """A variable as its value and a list as an array; numbers and arrays as they are."""
    value = _raw(value)
    return value if hasattr(value, "dtype") or np.isscalar(value) else np.asarray(value)


def _binary(function: Callable[[Any, Any], Any], reflected: bool) -> Callable[[Variable, Any], Any]:
    def apply(self: Variable, other: Any) -> Any:
        other = _operand(other)
        return function(other, self.value) if reflected else function(self.value, other)

    return apply


def _unary(function: Callable[[Any], Any]) -> Callable[[Variable], Any]:
    return lambda self: function(self.value)


for _name in "add sub mul truediv floordiv mod pow matmul".split():
    setattr(Variable, f"__{_name}__", _binary(getattr(operator, _name), reflected=False))
    setattr(Variable, f"__r{_name}__", _binary(getattr(operator, _name), reflected=True))
for _name in "lt le gt ge eq ne".split():
    setattr(Variable, f"__{_name}__", _binary(getattr(operator, _name), reflected=False))
for _name in "neg abs".split():
    setattr(Variable, f"__{_name}__", _unary(getattr(operator, _name)))
