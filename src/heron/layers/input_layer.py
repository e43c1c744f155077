"""Where data enter a functional model."""

from __future__ import annotations

from typing import Any

from heron import config, symbolic
from heron.errors import ArgumentError, shape_text, value_text
from heron.layers.layer import Layer
from heron.registry import forgiving
from heron.symbolic import KerasTensor, Node, is_symbolic
from heron.validate import BOOL, POSITIVE_INT, SHAPE, Rule, is_int

_SHAPE_OR_SIZE = Rule(
    "a tuple of sizes without the number of samples, each a positive integer or None",
    lambda v: (is_int(v) and v > 0) or SHAPE.accepts(v),
    (8, (), (28, 28), [None, 3]),
    ("8", (0,), (2.5,), 0),
)


class InputLayer(Layer):
    """The step of a functional model that stands for its data; made by `Input`.

    Args:
        shape: the shape of one sample, None for sizes that may vary; a single integer `n` is read as `(n,)`.
        batch_size: the number of samples, if it is fixed.
        dtype: the dtype of the data, `heron.config.floatx()` by default.
        sparse: only False: heron's arrays are dense.
        ragged: only False: heron's arrays are rectangular.
        batch_shape: `shape` with the number of samples in front, in place of `shape` and `batch_size`.
        input_tensor: an existing symbolic tensor to stand for the data.
        optional: whether None may be passed as data.
        name: the name of the input, by which data in a dict are found.

    Output shape:
        `batch_shape`, or `(batch_size, *shape)`.

    Raises:
        ArgumentError: for no shape, for two that exclude each other, and for sparse or ragged data.

    Example:
    >>> InputLayer(shape=(28, 28)).output.shape
    (None, 28, 28)
    """

    rules = {
        "shape": _SHAPE_OR_SIZE.or_none(),
        "batch_size": POSITIVE_INT.or_none(),
        "batch_shape": SHAPE.or_none(),
        "optional": BOOL,
    }
    renamed = {"input_shape": "shape", "batch_input_shape": "batch_shape"}

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: KerasTensor | None = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if input_tensor is not None:
            batch_shape, dtype = _fitting(input_tensor, shape, batch_size, batch_shape, dtype)
            shape = batch_size = None
        super().__init__(name=name, dtype=dtype or config.floatx(), **kwargs)
        if sparse or ragged:
            kind = "sparse" if sparse else "ragged"
            raise ArgumentError(
                f"{self._who()}: {kind}=True is not possible, heron's arrays are dense; received {kind}=True.\n"
                + ("Convert the data: x.toarray()." if sparse else "Pad the data: heron.utils.pad_sequences(x).")
            )
        self.batch_shape = self._full_shape(shape, batch_size, batch_shape)
        self.sparse = self.ragged = False
        self.optional = optional
        self.built = True
        self._nodes.append(Node(self, (), {}, self._placeholder(name) if input_tensor is None else input_tensor))

    def _full_shape(self, shape: Any, batch_size: int | None, batch_shape: Any) -> tuple[int | None, ...]:
        if batch_shape is not None and (shape is not None or batch_size is not None):
            raise ArgumentError(
                f"{self._who()}: batch_shape={tuple(batch_shape)} already holds the shape and the batch size; received "
                f"{'shape' if shape is not None else 'batch_size'} besides it.\nLeave one of them out."
            )
        if batch_shape is not None:
            return tuple(None if d is None else int(d) for d in batch_shape)
        if shape is None:
            raise ArgumentError(
                f"{self._who()} needs the shape of one sample; received none.\n"
                "Write Input((8,)) for 8 features, Input((28, 28)) for images, Input(()) for single numbers."
            )
        sizes = (shape,) if is_int(shape) else shape
        return (batch_size, *(None if d is None else int(d) for d in sizes))

    def _placeholder(self, name: str | None) -> KerasTensor:
        return symbolic.input_tensor(self.batch_shape, self.dtype, name)

    def call(self, inputs: Any) -> Any:
        """Returns the data."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The shape, dtype and name."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }


def _fitting(tensor: Any, shape: Any, batch_size: Any, batch_shape: Any, dtype: Any) -> tuple[tuple[Any, ...], str]:
    """The full shape and dtype of an existing tensor, checked against what else was said."""
    if not is_symbolic(tensor):
        raise ArgumentError(
            f"InputLayer: argument 'input_tensor' must be a symbolic tensor; received {value_text(tensor)}.\n"
            "Data are passed later, when the model is called."
        )
    said = {
        "shape": shape is None or tuple(shape) == tensor.shape[1:],
        "batch_size": batch_size is None or batch_size == tensor.shape[0],
        "batch_shape": batch_shape is None or tuple(batch_shape) == tensor.shape,
        "dtype": dtype is None or dtype == tensor.dtype,
    }
    for name, fits in said.items():
        if not fits:
            raise ArgumentError(
                f"InputLayer: argument '{name}' contradicts the tensor, which has shape {shape_text(tensor.shape)} and "
                f"dtype {tensor.dtype}.\nLeave '{name}' out."
            )
    return tensor.shape, tensor.dtype


@forgiving(renamed={"input_shape": "shape", "batch_input_shape": "batch_shape"})
def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: KerasTensor | None = None,
    optional: bool = False,
) -> KerasTensor:
    """Returns a symbolic tensor that stands for the data of a functional model.

    Args:
        shape: the shape of one sample, without the number of samples; None for sizes that may vary. A single integer
            `n` is read as `(n,)`.
        batch_size: the number of samples, if it is fixed.
        dtype: the dtype of the data, `heron.config.floatx()` by default.
        sparse: only False: heron's arrays are dense.
        ragged: only False: heron's arrays are rectangular.
        batch_shape: `shape` with the number of samples in front, in place of `shape` and `batch_size`.
        name: the name of the input, by which data in a dict are found.
        tensor: an existing symbolic tensor to stand for the data.
        optional: whether None may be passed as data.

    Raises:
        ArgumentError: for no shape, for two that exclude each other, and for sparse or ragged data.

    Example:
    >>> Input((28, 28)).shape
    (None, 28, 28)
    """
    layer = InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name)
    return layer.output
