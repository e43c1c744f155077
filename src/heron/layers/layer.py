"""The base class of all layers: weights, building on first call, masks, dtypes, nesting, configs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

import jax
import jax.numpy as jnp

from heron import config, constraints, dtype_policies, initializers, regularizers, symbolic
from heron.errors import (
    ArgumentError,
    ArgumentTypeError,
    NotBuiltError,
    ShapeError,
    UnknownAttributeError,
    note,
    shape_text,
)
from heron.layers import context as calls
from heron.layers.input_spec import InputSpec
from heron.layers.remat import current_mode, rematerialized
from heron.layers.stored import Stored
from heron.layers.structure import as_arrays, first_text, map_leaves, shapes_of
from heron.registry import Configurable, accepted_arguments
from heron.symbolic import KerasTensor, Node, has_symbolic
from heron.validate import BOOL, POSITIVE_INT, SHAPE, TEXT
from heron.variables import AutocastScope, Scope, Variable, current_path, in_scope, name_scope, own_name_scope

_BASE_ARGUMENTS = ("name", "trainable", "dtype", "autocast", "input_shape", "input_dim", "batch_input_shape")


class CallSpec(NamedTuple):
    """Which of the framework's arguments a `call` method takes."""

    names: tuple[str, ...]
    training: bool
    mask: bool


@functools.cache
def _call_spec(call: Callable[..., Any]) -> CallSpec:
    parameters = list(inspect.signature(call).parameters.values())[1:]
    names = tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
    return CallSpec(names, "training" in names, "mask" in names)


def _building(build: Callable[..., None]) -> Callable[..., None]:
    """Wraps a `build` method: it runs once, in the layer's name scope, and leaves no weights behind when it fails."""

    @functools.wraps(build)
    def built_once(self: Layer, *args: Any, **kwargs: Any) -> None:
        if type(self).build is not built_once:  # reached by super().build(...)
            build(self, *args, **kwargs)
        elif not self.built:
            before = len(self._trainable_variables), len(self._non_trainable_variables)
            try:
                with own_name_scope(self.name):
                    self._path = current_path()
                    build(self, *args, **kwargs)
            except Exception:
                del self._trainable_variables[before[0] :], self._non_trainable_variables[before[1] :]
                raise
            self.built = True
            self._build_shapes = (*args, *kwargs.values())  # for the summary of layers that were only called on arrays

    return built_once


class Layer(Stored, Configurable):
    """A step of a model: weights and a function of them and of its inputs.

    A subclass writes `__init__` (store the arguments), `build(input_shape)` (create weights with `add_weight`) and
    `call(inputs)` (mathematics only). Shapes, dtypes and configs are derived.

    Args:
        activity_regularizer: a penalty on the output, added to the loss.
        trainable: whether optimizers change the weights.
        dtype: a dtype name or policy: `"float32"`, `"bfloat16"`, `"float16"`, `"mixed_bfloat16"`, `"mixed_float16"`,
            ...
        autocast: whether floating inputs are cast to the compute dtype.
        name: by default the class's name in snake case, numbered.
        input_shape: the shape of one sample; the layer may then stand first in a `Sequential`.
        input_dim: the number of features of one sample, short for `input_shape=(input_dim,)`.
        batch_input_shape: `input_shape` with the batch size in front.

    Example:
    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
    ...
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> Scale()([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    rules = {
        "trainable": BOOL,
        "autocast": BOOL,
        "name": TEXT.or_none(),
        "input_shape": SHAPE.or_none(),
        "batch_input_shape": SHAPE.or_none(),
        "input_dim": POSITIVE_INT.or_none(),
    }
    _unscanned = frozenset(
        {"_arguments", "_nodes", "_losses", "input_spec", "dtype_policy", "_programs", "_programs_of"}
    )
    supports_masking = False
    input_spec: Any = None
    _build_shapes: tuple[Any, ...] | None = None  # what `build` was called with
    _path: str | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _building(cls.__dict__["build"])  # type: ignore[method-assign]

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: tuple[int | None, ...] | None = None,
        input_dim: int | None = None,
        batch_input_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        self.name = name or config.auto_name(config.snake_case(type(self).__name__))
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype_policy = dtype_policies.get(dtype)
        self.autocast = autocast
        self.built = False
        self._remat_mode = current_mode()
        self._trainable = trainable
        self._trainable_variables: list[Variable] = []
        self._non_trainable_variables: list[Variable] = []
        self._losses: list[Any] = []
        self._nodes: list[Node] = []
        shape = (input_dim,) if input_dim is not None else input_shape
        self._batch_input_shape = tuple(batch_input_shape) if batch_input_shape else (None, *shape) if shape else None
        if shape == ():
            self._batch_input_shape = (None,)

    def __getattr__(self, name: str) -> Any:
        if name in ("name", "built", "_trainable_variables", "_nodes", "_losses", "_trainable"):
            raise UnknownAttributeError(
                f"{type(self).__name__}.__init__() must call super().__init__() before it uses layers and weights."
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # ---- for subclasses -------------------------------------------------------------------------------------------

    @_building
    def build(self, input_shape: Any) -> None:
        """Creates the weights; called once, before the first `call`, with the shape of the input (batch included)."""

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the output from the inputs; mathematics only."""
        raise ArgumentTypeError(f"{type(self).__name__} has no call() method. Write def call(self, inputs): ...")

    def add_weight(
        self,
        shape: tuple[int, ...] | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Creates a weight of this layer and returns it.

        Args:
            shape: its shape, `()` by default.
            initializer: a name, object or function; by default Glorot-uniform for floats, zeros for other dtypes.
            dtype: by default the layer's variable dtype.
            trainable: whether optimizers change it.
            autocast: whether it is read in the compute dtype during `call`.
            regularizer: a penalty on it, added to the loss.
            constraint: a projection applied to it after each update.
            aggregation: how replicas are combined; kept for distribution.
            overwrite_with_gradient: whether the optimizer replaces it by its gradient.
            name: the last part of its path.
        """
        dtype = dtype or self.variable_dtype
        if initializer is None:
            initializer = "glorot_uniform" if "float" in str(dtype) else "zeros"
        with own_name_scope(self.name):
            variable = Variable(
                initializers.get(initializer),
                shape=tuple(shape or ()),
                dtype=dtype,
                trainable=trainable and self._trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
            )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        (self._trainable_variables if trainable else self._non_trainable_variables).append(variable)
        return variable

    def known_size(self, input_shape: tuple[int | None, ...], axis: int) -> int:
        """The size of one axis of the input, which weights depend on; `ShapeError` when it is unknown."""
        size = input_shape[axis]
        if size is None:
            raise ShapeError(
                f"{self._who()} needs to know the size of axis {axis} of its input to create its weights; received "
                f"shape {shape_text(input_shape)}.\nGive it in Input(shape=...), or reshape before this layer."
            )
        return size

    def own_weight(self, name: str, shape: tuple[int, ...], **kwargs: Any) -> Variable:
        """`add_weight` with this layer's `<name>_initializer`, `<name>_regularizer` and `<name>_constraint`."""
        for part in ("initializer", "regularizer", "constraint"):
            kwargs.setdefault(part, getattr(self, f"{name}_{part}", None))
        return self.add_weight(shape, name=name, **kwargs)

    def add_loss(self, loss: Any) -> None:
        """Adds a number, or several, to the loss of this call; to be called inside `call`."""
        self._losses.extend(loss if isinstance(loss, list | tuple) else [loss])

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Returns the mask of the output; by default that of the input."""
        return previous_mask

    # ---- calling --------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Builds the layer if need be and computes its output; on symbolic tensors the call is recorded."""
        if args and (text := first_text(args[0])) is not None:
            raise ArgumentTypeError(
                f"{self._who()} takes numbers; received text, such as {text!r}.\nNumber it first: "
                "heron.layers.TextVectorization for sentences, StringLookup for words, float(text) for numerals."
            )
        args = tuple(as_arrays(self, a) for a in args)
        kwargs = {k: as_arrays(self, v) if k not in ("training",) else v for k, v in kwargs.items()}
        if not args and kwargs:
            first = _call_spec(type(self).call).names[:1]
            if first and first[0] in kwargs:
                args = (kwargs.pop(first[0]),)
        if not args:
            raise ArgumentTypeError(f"{self._who()} was called without inputs. Pass them: layer(x).")
        self._check_inputs(args[0])
        self._ensure_built(args, kwargs)
        if has_symbolic(args) or has_symbolic(kwargs):
            return self._record(args, kwargs)
        return self._run(args, kwargs)

    def _record(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        def pure(*args: Any, **kwargs: Any) -> Any:
            with Scope():
                return self._run(args, kwargs)

        try:
            if symbolic.has_text((args, kwargs)):  # only a layer that says so itself knows what it makes of text
                outputs = self.compute_output_spec(*args, **kwargs)
            else:
                outputs = symbolic.infer(pure, args, kwargs)
        finally:
            self._clear_losses()
        self._nodes.append(Node(self, args, kwargs, outputs))
        return outputs

    def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        outer = calls.current()
        if outer is None:
            self._clear_losses()
            with calls.entered(calls.CallContext(None)):
                return self._run(args, kwargs)
        spec = _call_spec(type(self).call)
        args = tuple(map_leaves(self._cast, a) for a in args)
        training = kwargs.pop("training", None)
        training = outer.training if training is None else training
        previous = map_leaves(calls.get_mask, args[0])
        has_mask = any(m is not None for m in jax.tree.leaves(previous, is_leaf=lambda m: m is None))
        if spec.mask and kwargs.get("mask") is None and has_mask:
            kwargs["mask"] = previous
        if spec.training:
            kwargs["training"] = bool(training) if training is not None else False
        outer_training, outer.training = outer.training, training
        try:
            outputs = self._call_in_scope(args, kwargs)
        finally:
            outer.training = outer_training
        if outer.seen is not None:
            outer.seen.append((self, args[0], outputs))
        self._mask_outputs(args[0], previous if has_mask else None, outputs)
        if self.activity_regularizer is not None:
            for leaf in jax.tree.leaves(outputs):
                self.add_loss(self.activity_regularizer(leaf) / (leaf.shape[0] or 1 if leaf.ndim else 1))
        return outputs

    def _call_in_scope(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        cast = self.compute_dtype if self.autocast and self.compute_dtype != self.variable_dtype else None
        try:
            with name_scope(self.name), AutocastScope(cast):
                if in_scope():
                    with jax.named_scope(self.name):
                        return self.rematerialized_call(self.call, *args, **kwargs)(*args, **kwargs)
                return self.call(*args, **kwargs)
        except Exception as error:
            if not getattr(error, "_located", False):
                error._located = True  # type: ignore[attr-defined]
                if "__jax_array__" in str(error):
                    error.add_note(
                        "A variable was given to a JAX function. Write its value, kernel.value, or use heron.ops."
                    )
                error.add_note(f"(in {self._who()}, called on inputs of shape {shapes_of(args[0])})")
            raise

    def rematerialized_call(self, layer_call: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """Returns `layer_call` as the `RematScope` says in which the layer was made; outside of any as it is."""
        return rematerialized(self, self._remat_mode, layer_call)

    def _cast(self, x: Any) -> Any:
        if not self.autocast or not hasattr(x, "dtype") or isinstance(x, KerasTensor):
            return x
        if jnp.issubdtype(x.dtype, jnp.floating) and x.dtype != self.compute_dtype and "float" in self.compute_dtype:
            mask = calls.get_mask(x)
            x = jnp.asarray(x).astype(self.compute_dtype)
            calls.set_mask(x, mask)
            return x
        return x if isinstance(x, jax.Array) or x.dtype.kind not in "biufc" else jnp.asarray(x)

    def _mask_outputs(self, inputs: Any, previous: Any, outputs: Any) -> None:
        makes_masks = type(self).compute_mask is not Layer.compute_mask
        if previous is not None and not (self.supports_masking or makes_masks):
            if not self._passes_masks_inside():
                note(f"{self._who()} does not know what to do with the mask of its input; it is dropped here.")
            return
        if not makes_masks and previous is None:
            return
        mask = self.compute_mask(inputs, previous)
        if mask is None:
            return
        for leaf, leaf_mask in zip(
            jax.tree.leaves(outputs), [mask] if not isinstance(mask, list | tuple) else mask, strict=False
        ):
            calls.set_mask(leaf, leaf_mask)

    def _passes_masks_inside(self) -> bool:
        """True for layers made of layers: the masks went through those."""
        return next(iter(self._layers_inside()), None) is not None or _call_spec(type(self).call).mask

    def _check_inputs(self, inputs: Any) -> None:
        spec = self.input_spec
        if spec is None:
            return
        specs = spec if isinstance(spec, list | tuple) else [spec]
        tensors = inputs if isinstance(inputs, list | tuple) else [inputs]
        if len(specs) != len(tensors):
            raise ShapeError(f"{self._who()} expects {len(specs)} inputs; received {len(tensors)}.")
        for one, tensor in zip(specs, tensors, strict=True):
            if isinstance(one, InputSpec) and hasattr(tensor, "shape"):
                one.check(self._who(), tuple(tensor.shape))

    def _ensure_built(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self.built:
            return
        build = type(self).build
        names = [n for n in inspect.signature(build).parameters if n not in ("self", "kwargs", "args")]
        shapes = [map_leaves(_shape_of, a) for a in args]
        if len(names) <= 1:
            self.build(*shapes[:1])
        else:
            given = dict(zip(_call_spec(type(self).call).names, shapes, strict=False))
            given |= {k: map_leaves(_shape_of, v) for k, v in kwargs.items() if hasattr(v, "shape")}
            self.build(**{n: given[n.removesuffix("_shape")] for n in names if n.removesuffix("_shape") in given})

    # ---- pure form ------------------------------------------------------------------------------------------------

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Calls the layer as a pure function of its variables' values.

        Args:
            trainable_variables: values in the order of `self.trainable_variables`.
            non_trainable_variables: values in the order of `self.non_trainable_variables`.
            *args: the inputs, as for calling the layer.
            return_losses: also return the list of losses of this call.
            **kwargs: further arguments, as for calling the layer.

        Returns:
            `(outputs, non_trainable_variables)`, and the losses third when asked for.
        """
        if not self.built:
            raise NotBuiltError(f"{self._who()} has no weights yet. Call it on data, or build(input_shape), first.")
        trainable, fixed = self.trainable_variables, self.non_trainable_variables
        if len(trainable) != len(trainable_variables) or len(fixed) != len(non_trainable_variables):
            raise ArgumentError(
                f"{self._who()} has {len(trainable)} trainable and {len(fixed)} other variables; received "
                f"{len(trainable_variables)} and {len(non_trainable_variables)} values."
            )
        pairs = [*zip(trainable, trainable_variables, strict=True), *zip(fixed, non_trainable_variables, strict=True)]
        with Scope(pairs) as scope:
            try:
                outputs = self(*args, **kwargs)
                losses = self.losses if return_losses else None
            finally:
                self._clear_losses()
        after = [scope.value_of(v) for v in fixed]
        return (outputs, after, losses) if return_losses else (outputs, after)

    # ---- dtypes, shapes, graph ------------------------------------------------------------------------------------

    @property
    def compute_dtype(self) -> str:
        """The dtype in which `call` computes."""
        return self.dtype_policy.for_path(self.path).compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The dtype in which weights are kept."""
        return self.dtype_policy.for_path(self.path).variable_dtype

    dtype = variable_dtype

    @property
    def input_dtype(self) -> str:
        """The dtype to which floating inputs are cast."""
        return self.compute_dtype

    @property
    def call_signature_parameters(self) -> list[str]:
        """The names of the arguments of `call`."""
        return list(inspect.signature(self.call).parameters)

    @property
    def metrics(self) -> list[Any]:
        """The metrics that are attributes of this layer or of those inside it, also in lists."""
        found = [
            part
            for layer in self._flatten_layers()
            for name, value in layer.__dict__.items()
            if name not in ("_objective", "_arguments")
            for part in (value if isinstance(value, list | tuple) else [value])
            if all(hasattr(type(part), name) for name in ("update_state", "result", "reset_state"))
        ]
        return list({id(metric): metric for metric in found}.values())

    @property
    def metrics_variables(self) -> list[Variable]:
        """The variables of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic output for symbolic inputs; builds the layer if need be, records nothing."""
        self._ensure_built(args, kwargs)

        def pure(*args: Any, **kwargs: Any) -> Any:
            with Scope():
                return self._run(args, kwargs)

        try:
            return symbolic.infer(pure, args, kwargs)
        finally:
            self._clear_losses()

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output, batch included, for an input shape (or a structure of them)."""
        inputs = _map_shapes(lambda s: KerasTensor(s, self.compute_dtype), input_shape)
        return map_leaves(lambda t: t.shape, self.compute_output_spec(inputs))

    def _one_node(self, what: str) -> Node:
        if len(self._nodes) != 1:
            state = (
                "has not been called on symbolic tensors yet" if not self._nodes else "has been called several times"
            )
            raise ArgumentError(f"{self._who()} {state}, so it has no single {what}.")
        return self._nodes[0]

    @property
    def input(self) -> Any:
        """The symbolic input of a layer that was called once."""
        node = self._one_node("input")
        return node.args[0] if len(node.args) == 1 else list(node.args)

    @property
    def output(self) -> Any:
        """The symbolic output of a layer that was called once."""
        return self._one_node("output").outputs

    @property
    def path(self) -> str:
        """What stands before the names of its weights: its name, behind those of the layers that built it."""
        return self._path or self.name

    # ---- config ---------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The constructor call as plain data: name, trainable, dtype and the layer's own arguments."""
        accepted = accepted_arguments(type(self))
        base = {"name": self.name, "trainable": self._trainable, "dtype": dtype_policies.written(self.dtype_policy)}
        init = type(self).__init__
        # Embedding, and many a user's layer, has an `input_dim` of its own.
        renewed = {} if init is Layer.__init__ else inspect.signature(init).parameters
        hidden = [k for k in _BASE_ARGUMENTS if not (k.startswith("input_") and k in renewed)]
        own = {k: v for k, v in super().get_config().items() if k not in hidden}
        if own.get("activity_regularizer", 0) is None:
            del own["activity_regularizer"]
        return {k: v for k, v in base.items() if k in accepted} | own

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a layer from what `get_config` returned; unknown arguments are passed over where they are None."""
        known = accepted_arguments(cls)
        return super().from_config({k: v for k, v in config.items() if k in known or v is not None})

    def __repr__(self) -> str:
        state = "" if self.built else ", built=False"
        return f"<{type(self).__name__} name={self.name}{state}>"


def _shape_of(x: Any) -> tuple[int | None, ...]:
    return tuple(d if isinstance(d, int) else None for d in x.shape)


def _map_shapes(function: Callable[[Any], Any], shape: Any) -> Any:
    if isinstance(shape, dict):
        return {k: _map_shapes(function, s) for k, s in shape.items()}
    if isinstance(shape, list | tuple) and shape and isinstance(shape[0], list | tuple | dict):
        return type(shape)(_map_shapes(function, s) for s in shape)
    return function(tuple(shape))
