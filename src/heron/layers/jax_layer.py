"""Functions of JAX and modules of Flax as layers: JaxLayer, FlaxLayer."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from heron import tree
from heron.errors import ArgumentError, ArgumentTypeError, MissingPackageError, suggestion, value_text
from heron.layers.layer import Layer
from heron.random.seed import SEED, SeedGenerator, draw_seed
from heron.registry import deserialize, serialize
from heron.registry.names import named_in, registered_name
from heron.validate import CALLABLE
from heron.variables import Variable

_OF_CALL = ("params", "state", "rng", "inputs", "training")
_OF_INIT = ("rng", "inputs", "training")


class JaxLayer(Layer):
    """A function of JAX with its parameters, as a layer.

    Args:
        call_fn: computes the output. It takes arguments of these names, in any order: `inputs`, and, where it needs
            them, `params` (trainable), `state` (what changes otherwise), `rng` (a key, None outside training) and
            `training`. With `state` it returns `(output, new state)`, else the output.
        init_fn: makes the parameters: of `inputs` (ones in the shape of the input, sizes that are not known being 1)
            and, where it needs them, `rng` and `training` (True). It returns the parameters, or `(params, state)` if
            `call_fn` takes `state`.
        params: the parameters, in any structure that JAX knows, instead of `init_fn`. A layer can only be made again
            from its config with `init_fn`.
        state: the state, likewise.
        seed: for `rng`: an integer, a `SeedGenerator`, or None.
        native_serialization_platforms: for Keras's signature.

    Input shape:
        Any, and any structure of arrays.

    Output shape:
        What `call_fn` gives.

    Raises:
        ArgumentTypeError: for functions with other arguments.
        ArgumentError: with neither `init_fn` nor `params` and `state` where parameters are needed.

    Example:
    >>> layer = JaxLayer(lambda params, inputs: inputs * params["scale"], params={"scale": jnp.array([2.0, 3.0])})
    >>> layer([[1.0, 1.0]]).tolist()
    [[2.0, 3.0]]
    """

    rules = {"call_fn": CALLABLE, "init_fn": CALLABLE.or_none(), "seed": SEED}
    _unscanned = Layer._unscanned | {"params", "state"}  # their variables are among the weights already

    def __init__(
        self,
        call_fn: Callable[..., Any],
        init_fn: Callable[..., Any] | None = None,
        params: Any = None,
        state: Any = None,
        seed: Any = None,
        native_serialization_platforms: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.call_fn, self.init_fn = call_fn, init_fn
        self._takes = _argument_names(self._who(), "call_fn", call_fn, _OF_CALL)
        self._init_takes = _argument_names(self._who(), "init_fn", init_fn, _OF_INIT) if init_fn else ()
        if init_fn is None and params is None and state is None and {"params", "state"} & set(self._takes):
            raise ArgumentError(
                f"{self._who()}: call_fn takes {' and '.join(n for n in ('params', 'state') if n in self._takes)}, and "
                "nothing gives them; expected init_fn, or params and state.\nWrite JaxLayer(call_fn, init_fn)."
            )
        self.seed_generator = None
        if "rng" in self._takes:
            self.seed_generator = seed if isinstance(seed, SeedGenerator) else SeedGenerator(seed)
        self._is_given = params is not None or state is not None
        self.params = self._variables(params, trainable=True)
        self.state = self._variables(state, trainable=False)

    def _variables(self, values: Any, trainable: bool) -> Any:
        """The same structure with a weight for each array and number in it."""

        def weight(path: Any, value: Any) -> Any:
            if not isinstance(value, jax.Array | np.ndarray | np.generic | bool | int | float):
                return value
            array = np.asarray(value)
            is_float = jnp.issubdtype(array.dtype, jnp.floating)
            dtype = None if is_float else jax.dtypes.canonicalize_dtype(array.dtype).name
            return self.add_weight(
                array.shape,
                initializer=lambda shape, dtype=None: array,
                dtype=dtype,
                trainable=trainable and is_float,
                name=".".join(map(_key, path)) or None,
            )

        return jax.tree_util.tree_map_with_path(weight, values)

    def build(self, input_shape: Any) -> None:
        """Makes the parameters with `init_fn`, unless they were given."""
        if self._is_given or self.init_fn is None or not {"params", "state"} & set(self._takes):
            return
        with jax.ensure_compile_time_eval():
            ones = tree.map_shape_structure(lambda shape: jnp.ones([1 if n is None else n for n in shape]), input_shape)
            given = {"rng": self._get_init_rng, "inputs": lambda: ones, "training": lambda: True}
            made = self.init_fn(*(given[name]() for name in self._init_takes))
        params, state = made if "state" in self._takes else (made, None)
        self.params = self._variables(params, trainable=True)
        self.state = self._variables(state, trainable=False)

    def _get_init_seed(self) -> Any:
        """A key for `init_fn`."""
        return draw_seed(None)

    def _get_init_rng(self) -> Any:
        """What `init_fn` gets as `rng`; a subclass may give several keys, each by `self._get_init_seed()`."""
        return self._get_init_seed()

    def _get_call_seed(self) -> Any:
        """A new key for each call of `call_fn`."""
        return None if self.seed_generator is None else self.seed_generator.next()

    def _get_call_rng(self, training: bool) -> Any:
        """What `call_fn` gets as `rng`; a subclass may give several keys, each by `self._get_call_seed()`."""
        return self._get_call_seed() if training else None

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Applies the function, and keeps the new state."""
        given: dict[str, Callable[[], Any]] = {
            "params": lambda: _values(self.params),
            "state": lambda: _values(self.state),
            "rng": lambda: self._get_call_rng(training),
            "inputs": lambda: inputs,
            "training": lambda: training,
        }
        result = self.call_fn(*(given[name]() for name in self._takes))
        if "state" not in self._takes:
            return result
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise ArgumentTypeError(
                f"{self._who()}: call_fn takes 'state', so it must return (output, new state); received "
                f"{value_text(result)}."
            )
        outputs, state = result
        found, expected = str(jax.tree.structure(state)), str(jax.tree.structure(self.state))
        if found != expected:
            raise ArgumentError(
                f"{self._who()}: call_fn returned a state of another structure than it began with: {found}; expected "
                f"{expected}.\n"
                "Return every part of the state, also those that did not change."
            )
        for variable, value in zip(jax.tree.leaves(self.state), jax.tree.leaves(state), strict=True):
            if isinstance(variable, Variable):
                variable.assign(value)
        return outputs

    def get_config(self) -> dict[str, Any]:
        """The functions by their names, without parameters, which stand among the weights."""
        return {k: v for k, v in super().get_config().items() if k not in ("params", "state", "seed")}


def _argument_names(who: str, what: str, function: Callable[..., Any], allowed: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(inspect.signature(function).parameters)
    wrong = [name for name in names if name not in allowed]
    if wrong or "inputs" not in names:
        found = f"an argument {wrong[0]!r}.{suggestion(wrong[0], allowed)}" if wrong else "no argument 'inputs'."
        raise ArgumentTypeError(
            f"{who}: {what} may take {', '.join(allowed)}, and must take inputs; it has {found}\n"
            f"Write a function around it: def {what}({', '.join(allowed)}): ..."
        )
    return names


def _values(structure: Any) -> Any:
    return jax.tree.map(lambda leaf: leaf.value if isinstance(leaf, Variable) else leaf, structure)


def _key(entry: Any) -> str:
    return str(next((getattr(entry, name) for name in ("key", "name", "idx") if hasattr(entry, name)), entry))


class FlaxLayer(JaxLayer):
    """A module of Flax (`pip install flax`) as a layer.

    What is in the module's collection `params` is trained; all else, moving averages say, is kept as state. Keys for
    random numbers are given under `"params"` when weights are made, and under `"dropout"` in training.

    Args:
        module: a `flax.linen.Module`. Its method takes `inputs` and, if it needs it, `training`.
        method: the method that computes the output, its name, or a function that takes the module first; by default
            `__call__`.
        variables: the variables as `module.init` returns them; None: made when the layer is built.

    Input shape:
        Any, and any structure of arrays.

    Output shape:
        What the module gives.

    Raises:
        MissingPackageError: (an `ImportError`) when Flax is not installed.

    To be loaded from a file, the class of the module must be passed in `custom_objects`, or be registered with
    `heron.saving.register_keras_serializable`, which needs methods `get_config` and `from_config`; without them its
    config is its fields.
    """

    def __init__(
        self, module: Any, method: Any = None, variables: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        linen = _flax_linen()
        if not isinstance(module, linen.Module):
            raise ArgumentTypeError(
                f"FlaxLayer takes a flax.linen.Module; received {value_text(module)}.\n"
                "Write FlaxLayer(MyModule()); for functions of JAX take heron.layers.JaxLayer."
            )
        self.module, self.method = module, method
        others = linen.DenyList(["params"])
        bound = getattr(module, method) if isinstance(method, str) else method or module.__call__
        takes_training = "training" in inspect.signature(bound).parameters

        def apply(params: Any, state: Any, rng: Any, inputs: Any, training: bool) -> Any:
            more = {"training": training} if takes_training else {}
            variables = {**(params or {}), **(state or {})}
            return module.apply(variables, inputs, rngs=rng, method=method, mutable=others, **more)

        def init(rng: Any, inputs: Any, training: bool) -> Any:
            more = {"training": training} if takes_training else {}
            return _in_two(module.init(rng, inputs, method=method, **more))

        params, state = (None, None) if variables is None else _in_two(variables)
        super().__init__(apply, init, params=params, state=state, **kwargs)

    def _get_init_rng(self) -> Any:
        return {"params": self._get_init_seed(), "dropout": self._get_init_seed()}

    def _get_call_rng(self, training: bool) -> Any:
        return {"dropout": self._get_call_seed()} if training else {}

    def get_config(self) -> dict[str, Any]:
        """The module by its class and fields, the method by its name."""
        kept = ("name", "trainable", "dtype", "autocast", "activity_regularizer", "native_serialization_platforms")
        base = {k: v for k, v in Layer.get_config(self).items() if k in kept}
        method = self.method
        if getattr(method, "__self__", None) is self.module:
            method = method.__name__
        return base | {"module": _module_config(self.module), "method": serialize(method)}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes the layer from what `get_config` returned."""
        module, method = _module(config["module"]), deserialize(config.get("method"))
        if isinstance(method, str) and method != "__call__" and (method.startswith("_") or not method.isidentifier()):
            raise ArgumentError(f"The config of FlaxLayer names {method!r} as the method of its module, which is none.")
        return super().from_config({**config, "module": module, "method": method})


def _flax_linen() -> Any:
    try:
        return importlib.import_module("flax.linen")
    except ImportError as error:
        raise MissingPackageError(
            f"FlaxLayer needs the package flax, which is not installed.\nInstall it: pip install flax. ({error})"
        ) from None


def _in_two(variables: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is trained, and the rest."""
    params = {k: v for k, v in variables.items() if k == "params"}
    return params, {k: v for k, v in variables.items() if k != "params"}


def _module_config(module: Any) -> dict[str, Any]:
    cls = type(module)
    if hasattr(module, "get_config"):
        config: dict[str, Any] = serialize(module)
        return config
    fields = [f.name for f in dataclasses.fields(module) if f.init and f.name not in ("parent", "name")]
    return {
        "module": cls.__module__,
        "class_name": cls.__name__,
        "config": {name: serialize(getattr(module, name)) for name in fields},
        "registered_name": registered_name(cls) or cls.__name__,
    }


def _module(config: Any) -> Any:
    if not isinstance(config, Mapping):
        return config
    cls: Any = named_in(config, config.get("class_name"), None)
    if hasattr(cls, "from_config"):
        return deserialize(config)
    if not inspect.isclass(cls) or not issubclass(cls, _flax_linen().Module):
        raise ArgumentError(f"The config of FlaxLayer names {value_text(cls)} as its module; expected a class of Flax.")
    return cls(**{name: deserialize(value) for name, value in config["config"].items()})
