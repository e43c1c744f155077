"""`keras.backend` of Keras 1 and 2: its functions, made of `keras.ops`. Each gives a note with today's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import heron
from heron import ops
from heron.compat.tf.random import seed_here
from heron.errors import ArgumentError

__all__: list[str] = []

_SESSION = "Sessions and graphs of TensorFlow 1 are not run.\nLeave it out: fit, evaluate and predict need none."
_PHASE = "Whether a layer trains is an argument of its call: layer(x, training=True).\nLeave it out."
GONE = {
    **dict.fromkeys(("get_session", "set_session", "get_graph", "manual_variable_initialization"), _SESSION),
    **dict.fromkeys(("learning_phase", "set_learning_phase", "learning_phase_scope"), _PHASE),
    "gradients": "heron differentiates functions, not tensors that were computed.\n"
    "Write jax.grad(lambda x: ops.mean(model(x)))(x).",
    "in_test_phase": "Write it in the call of a layer: if training: ... else: ....",
    "in_train_phase": "Write it in the call of a layer: if training: ... else: ....",
    "placeholder": "A graph is made of inputs.\nWrite keras.Input(shape).",
    "rnn": "Write keras.layers.RNN(cell), or keras.ops.scan(function, state, steps).",
    "print_tensor": "Write jax.debug.print('{}', x).",
    "update": "Write variable.assign(value).",
    "update_add": "Write variable.assign_add(value).",
    "update_sub": "Write variable.assign_sub(value).",
}

# Those that are an op with the same arguments, under the name of it.
_SAME = (
    "abs all any arange argmax argmin cast clip concatenate cos cumprod cumsum elu equal exp expand_dims eye flip "
    "greater greater_equal hard_sigmoid less less_equal log logsumexp max maximum mean min minimum not_equal one_hot "
    "ones_like prod relu reshape round selu sigmoid sign sin softmax softplus softsign sqrt square squeeze stack std "
    "sum swapaxes tanh tile transpose var zeros_like stop_gradient binary_crossentropy categorical_crossentropy "
    "sparse_categorical_crossentropy"
).split()
TODAY = {name: f"keras.ops.{name}" for name in _SAME} | {
    "batch_dot": "keras.ops.matmul or einsum",
    "batch_flatten": "keras.ops.reshape(x, (len(x), -1))",
    "batch_get_value": "variable.numpy()",
    "batch_set_value": "variable.assign(value)",
    "constant": "keras.ops.convert_to_tensor",
    "count_params": "keras.ops.size",
    "dot": "keras.ops.matmul",
    "dtype": "x.dtype",
    "eval": "numpy.asarray(x)",
    "flatten": "keras.ops.ravel",
    "function": "keras.Model(inputs, outputs)",
    "gather": "keras.ops.take(x, indices, axis=0)",
    "get_value": "variable.numpy()",
    "get_variable_shape": "variable.shape",
    "identity": "the tensor itself",
    "image_dim_ordering": "keras.config.image_data_format()",
    "int_shape": "x.shape",
    "is_nan": "keras.ops.isnan",
    "l2_normalize": "keras.ops.normalize",
    "ndim": "keras.ops.ndim",
    "ones": "keras.ops.ones",
    "permute_dimensions": "keras.ops.transpose",
    "pow": "keras.ops.power",
    "random_normal": "keras.random.normal",
    "random_uniform": "keras.random.uniform",
    "random_normal_variable": "keras.Variable(keras.random.normal(shape))",
    "repeat": "keras.ops.repeat",
    "repeat_elements": "keras.ops.repeat",
    "set_image_dim_ordering": "keras.config.set_image_data_format",
    "set_value": "variable.assign(value)",
    "shape": "keras.ops.shape",
    "switch": "keras.ops.where",
    "truncated_normal": "keras.random.truncated_normal",
    "variable": "keras.Variable",
    "zeros": "keras.ops.zeros",
}
_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}


def __getattr__(name: str) -> Any:
    if name not in _SAME:
        raise AttributeError(name)
    return getattr(ops, name)


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """The products of samples with samples, over an axis of each."""
    both = (axes, axes) if isinstance(axes, int) else axes
    x_axis, y_axis = both or (len(x.shape) - 1, len(y.shape) - 2 if len(y.shape) > 2 else len(y.shape) - 1)
    return heron.layers.Dot(axes=(x_axis, y_axis))([x, y])


def batch_flatten(x: Any) -> Any:
    """Each sample as a row."""
    return ops.reshape(x, (-1, int(np.prod(x.shape[1:]))))


def batch_get_value(variables: Any) -> list[Any]:
    """The values of variables as NumPy arrays."""
    return [get_value(one) for one in variables]


def batch_set_value(pairs: Any) -> None:
    """Gives variables values."""
    for variable, value in pairs:
        variable.assign(value)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """A tensor of a value."""
    made = ops.convert_to_tensor(value, dtype)
    return made if shape is None else ops.broadcast_to(made, shape)


def count_params(x: Any) -> int:
    """The number of elements."""
    return int(np.prod(x.shape))


def dot(x: Any, y: Any) -> Any:
    """The product of matrices."""
    return ops.matmul(x, y)


def dtype(x: Any) -> str:
    """The name of the dtype of a tensor."""
    return heron.backend.standardize_dtype(x.dtype)


def eval(x: Any) -> np.ndarray:
    """A tensor or variable as a NumPy array."""
    return np.asarray(x)


def flatten(x: Any) -> Any:
    """All elements in one axis."""
    return ops.ravel(x)


def function(inputs: Any, outputs: Any, updates: Any = None, **kwargs: Any) -> Callable[[Any], Any]:
    """A function from a list of arrays to what the model's tensors `outputs` are for them.

    Raises:
        ArgumentError: for updates, which belong to TensorFlow 1.
    """
    if updates:
        raise ArgumentError(
            "keras.backend.function(updates=...) is not among what heron runs; expected inputs and outputs.\n"
            "Write a train_step in a subclass of keras.Model."
        )
    inputs = inputs if isinstance(inputs, list | tuple) else [inputs]
    model = heron.Model(list(inputs), outputs)

    def called(arrays: Any) -> Any:
        given = [arrays[0]] if len(inputs) == 1 and isinstance(arrays, list | tuple) else arrays
        y = model(given[0] if isinstance(given, list) and len(given) == 1 else list(given))
        return [np.asarray(one) for one in y] if isinstance(outputs, list | tuple) else np.asarray(y)

    return called


def gather(reference: Any, indices: Any) -> Any:
    """The rows of these numbers."""
    return ops.take(reference, indices, axis=0)


def get_value(x: Any) -> Any:
    """The value of a variable; of a scalar, a number."""
    value = np.asarray(x)
    return value.item() if value.ndim == 0 else value


def get_variable_shape(x: Any) -> tuple[int, ...]:
    """The shape of a variable."""
    return tuple(x.shape)


def identity(x: Any, name: str | None = None) -> Any:
    """The tensor itself."""
    return x


def image_dim_ordering() -> str:
    """`"tf"` for channels last, `"th"` for channels first."""
    return {form: old for old, form in _ORDERINGS.items()}[heron.config.image_data_format()]


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Sets where the channels of images are: `"tf"` for last, `"th"` for first."""
    heron.config.set_image_data_format(_ORDERINGS.get(dim_ordering, dim_ordering))


def int_shape(x: Any) -> tuple[int | None, ...]:
    """The shape, with None for what is not known."""
    return tuple(size if isinstance(size, int) else None for size in x.shape)


def is_nan(x: Any) -> Any:
    """Whether elements are not a number."""
    return ops.isnan(x)


def l2_normalize(x: Any, axis: Any = None) -> Any:
    """Vectors of length 1."""
    square = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(square, 1e-12)))


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(x.shape)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of ones."""
    return heron.Variable(np.ones(shape), dtype=dtype or heron.config.floatx(), name=name)


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of zeros."""
    return heron.Variable(np.zeros(shape), dtype=dtype or heron.config.floatx(), name=name)


def permute_dimensions(x: Any, pattern: Any) -> Any:
    """The axes in another order."""
    return ops.transpose(x, tuple(pattern))


def pow(x: Any, a: Any) -> Any:
    """Powers."""
    return ops.power(x, a)


def random_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Numbers by chance, of the normal distribution."""
    return heron.random.normal(tuple(shape), mean, stddev, dtype, seed_here(seed))


def random_uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Numbers by chance between two."""
    return heron.random.uniform(tuple(shape), minval, maxval, dtype, seed_here(seed))


def random_normal_variable(
    shape: Any, mean: float, scale: float, dtype: Any = None, name: Any = None, seed: Any = None
) -> Any:
    """A variable of normal numbers."""
    return heron.Variable(random_normal(shape, mean, scale, dtype, seed), name=name)


def truncated_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Normal numbers within two standard deviations."""
    return heron.random.truncated_normal(tuple(shape), mean, stddev, dtype, seed_here(seed))


def repeat(x: Any, n: int) -> Any:
    """`(samples, features)` as `(samples, n, features)`."""
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Each element `rep` times along an axis."""
    return ops.repeat(x, rep, axis=axis)


def set_value(x: Any, value: Any) -> None:
    """Gives a variable a value."""
    x.assign(value)


def shape(x: Any) -> Any:
    """The shape."""
    return ops.shape(x)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One or the other, by a condition; functions are called."""
    then = then_expression() if callable(then_expression) else then_expression
    other = else_expression() if callable(else_expression) else else_expression
    return ops.where(condition, then, other)


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Any:
    """A variable with a value."""
    return heron.Variable(np.asarray(value), dtype=dtype or heron.config.floatx(), name=name)
