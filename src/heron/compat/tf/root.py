"""Names at the root of `tensorflow` that are no functions on tensors, and those that heron does not run."""

from __future__ import annotations

import builtins
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import heron
from heron.compat.homes import VERSIONS
from heron.compat.notes import say
from heron.compat.tf.host import host_tensors, is_on_host, plain

_STEP = (
    "\nTrain with model.fit(x, y). For a step of your own, write a train_step with jax.value_and_grad in a subclass of "
    "keras.Model: docs/training.md, 'A training step of one's own'."
)
_GRAPH = (
    "Graphs and sessions of TensorFlow 1 are not run.\nWrite the model with keras.Sequential or keras.Model, and train "
    "it with fit()."
)

GONE = {
    "GradientTape": f"A tape records operations as they run; heron differentiates functions, which compile.{_STEP}",
    "gradients": f"heron differentiates functions, not tensors that were computed.{_STEP}",
    "custom_gradient": "Write keras.ops.custom_gradient.",
    **dict.fromkeys(
        (
            "Session InteractiveSession placeholder placeholder_with_default get_variable variable_scope Graph "
            "Operation global_variables_initializer initialize_all_variables get_default_graph reset_default_graph "
            "ConfigProto control_dependencies group disable_eager_execution disable_v2_behavior trainable_variables "
            "GPUOptions truncated_normal random_normal random_uniform set_random_seed app flags global_variables"
        ).split(),
        _GRAPH,
    ),
    "Module": "It tracks variables for TensorFlow.\nWrite a subclass of keras.Layer or keras.Model.",
    "RaggedTensor": "Ragged tensors have rows of several lengths, which XLA does not compile.\n"
    "Write keras.utils.pad_sequences(rows).",
    "SparseTensor": "Sparse tensors are filled up before they are computed with.\nWrite a NumPy or SciPy array.",
    "TensorArray": "Write a Python list and tf.stack, or keras.ops.scan.",
    "map_fn_v2": "Write tf.map_fn.",
    "scan": "Write keras.ops.scan.",
    "while_loop": "Write keras.ops.while_loop(condition, body, variables).",
    "vectorized_map": "Write keras.ops.vectorized_map.",
    "load_library": "Libraries of TensorFlow are not loaded.\nLeave it out.",
    "autograph": "Code runs as Python; what fit compiles is traced by JAX.\nLeave it out.",
    "autodiff": f"heron differentiates functions.{_STEP}",
    "raw_ops": "They are private to TensorFlow.\nWrite the public function, or keras.ops.",
    "name_scope": "Write keras.name_scope(name).",
}

__version__ = VERSIONS["tensorflow"]()

newaxis = None
constant_initializer = heron.initializers.Constant
ones_initializer = heron.initializers.Ones
random_normal_initializer = heron.initializers.RandomNormal
random_uniform_initializer = heron.initializers.RandomUniform
zeros_initializer = heron.initializers.Zeros


def function(func: Any = None, **kwargs: Any) -> Any:
    """The decorator, which leaves the function as it is."""
    say("tf.function has no effect: fit, evaluate and predict are compiled anyway, and other functions run as Python.")
    return func if callable(func) else lambda decorated: decorated


def executing_eagerly() -> builtins.bool:
    """True: what is no training runs as it is written."""
    return True


def get_logger() -> logging.Logger:
    """The logger `"tensorflow"`, to which heron writes nothing."""
    return logging.getLogger("tensorflow")


def enable_eager_execution(*args: Any, **kwargs: Any) -> None:
    """Nothing: code runs as it is written."""


enable_v2_behavior = enable_eager_execution


@contextmanager
def device(device_name: Any) -> Iterator[None]:
    """A block that runs where JAX runs everything, with a note."""
    say(f"tf.device({device_name!r}) has no effect: JAX chooses the device.")
    yield


def no_op(name: str | None = None) -> None:
    """Nothing."""


def print(*inputs: Any, output_stream: Any = None, sep: str = " ", end: str = "\n", **kwargs: Any) -> None:
    """Prints tensors."""
    builtins.print(*inputs, sep=sep, end=end, file=None if isinstance(output_stream, str) else output_stream)


def numpy_function(
    func: Callable[..., Any], inp: Any, Tout: Any = None, stateful: builtins.bool = True, name: Any = None
) -> Any:
    """Calls a function with NumPy arrays."""
    return host_tensors(plain(func(*(np.asarray(one) for one in inp))))


def py_function(func: Callable[..., Any], inp: Any, Tout: Any = None, name: str | None = None) -> Any:
    """Calls a function with tensors."""
    made = func(*(host_tensors(plain(one)) for one in inp))
    return host_tensors(plain(made)) if is_on_host() else made


__all__ = [
    "__version__",
    "constant_initializer",
    "device",
    "enable_eager_execution",
    "enable_v2_behavior",
    "executing_eagerly",
    "function",
    "get_logger",
    "newaxis",
    "no_op",
    "numpy_function",
    "ones_initializer",
    "print",
    "py_function",
    "random_normal_initializer",
    "random_uniform_initializer",
    "zeros_initializer",
]
