"""Dense layer for tensors: any product of input and kernel that an einsum equation can say."""

from __future__ import annotations

import copy
import re
from typing import Any

import jax.numpy as jnp

from heron import activations, constraints, initializers, regularizers
from heron.errors import ArgumentError, ShapeError, shape_text
from heron.layers.input_spec import InputSpec
from heron.layers.layer import Layer
from heron.ops.lowering.products import dense
from heron.validate import POSITIVE_INT, TEXT, Rule

_EQUATION = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")
_OUTPUT_SHAPE = Rule(
    "a positive integer, or a sequence of positive integers and None",
    lambda v: (
        POSITIVE_INT.accepts(v)
        or (isinstance(v, list | tuple) and all(d is None or POSITIVE_INT.accepts(d) for d in v))
    ),
    (8, (None, 8), [4, 2]),
    (0, "8", 1.5, (0, 2), None),
)


class EinsumDense(Layer):
    """Computes `activation(einsum(equation, inputs, kernel) + bias)`.

    Args:
        equation: such as `"abc,cd->abd"` or `"...x,xy->...y"`: axes of the input, of the kernel and of the output. An
            ellipsis may stand before or after the letters of input and output.
        output_shape: the sizes of the output without the batch (and without what an ellipsis stands for); None for
            sizes that are those of the input.
        activation: name or function applied to the result; None for none.
        bias_axes: the letters of the output that the bias has, such as `"d"`; None for no bias.
        kernel_initializer: how the kernel starts, Glorot-uniform by default.
        bias_initializer: how the bias starts, zeros by default.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.

    Input shape:
        As the equation says, the batch first.

    Output shape:
        As the equation and `output_shape` say.

    Raises:
        ArgumentError: for an equation of another form, or one whose letters do not agree with each other.
        ShapeError: when `output_shape` and the input disagree, or a size that the kernel needs is unknown.

    Example:
    >>> import numpy as np
    >>> layer = EinsumDense("abc,cd->abd", output_shape=(None, 64), bias_axes="d")
    >>> layer(np.zeros((2, 32, 128))).shape
    (2, 32, 64)
    """

    rules = {"equation": TEXT, "output_shape": _OUTPUT_SHAPE, "bias_axes": TEXT.or_none()}

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.equation = equation
        self.axes = EinsumAxes(equation, bias_axes)
        self.partial_output_shape = (output_shape,) if POSITIVE_INT.accepts(output_shape) else tuple(output_shape)
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the kernel and the bias that the equation asks for."""
        sizes = self.axes.sizes(self._who(), input_shape, self.partial_output_shape)
        kernel_shape = self.axes.kernel_shape(self._who(), sizes)
        self.kernel = self.own_weight("kernel", kernel_shape, initializer=self._fitted_initializer())
        bias_shape = self.axes.bias_shape(sizes, len(input_shape))
        self.bias = None if bias_shape is None else self.own_weight("bias", bias_shape)
        self.input_spec = InputSpec(ndim=len(input_shape))

    def _fitted_initializer(self) -> Any:
        """The initializer, told which axes of the kernel are summed over, if it is one whose scale depends on that."""
        initializer = self.kernel_initializer
        if not isinstance(initializer, initializers.VarianceScaling) or initializer.input_axes is not None:
            return initializer
        fitted = copy.copy(initializer)
        fitted.input_axes, fitted.output_axes = self.axes.kernel_roles()
        return fitted

    def call(self, inputs: Any) -> Any:
        """Computes the output."""
        summed, bias = self.axes.summed_rows(), None if self.bias is None else self.bias.value
        if summed and (bias is None or bias.shape == self.kernel.shape[summed:]):
            return self.activation(dense(inputs, self.kernel.value, bias, summed))
        x = jnp.einsum(self.equation, inputs, self.kernel.value)
        return self.activation(x if bias is None else x + bias)


class EinsumAxes:
    """The letters of an equation.

    Args:
        equation: the equation.
        bias_axes: the letters of the output that the bias has, or None.
    """

    def __init__(self, equation: str, bias_axes: str | None) -> None:
        found = _EQUATION.fullmatch(equation.replace(" ", ""))
        if found is None or found[1] != found[5] or found[3] != found[7] or (found[1] and found[3]):
            raise ArgumentError(
                f"EinsumDense: cannot read the equation {equation!r}; expected one of the forms 'ab,bc->ac', "
                "'...b,bc->...c' and 'ab...,bc->ac...'."
            )
        self.equation = equation
        self.inputs, self.kernel, self.outputs = found[2], found[4], found[6]
        self.elided_first, self.elided_last = found[1] is not None, found[3] is not None
        self.bias = bias_axes
        for letters, known, what in (
            (self.outputs, self.inputs + self.kernel, "output"),
            (self.kernel, self.inputs + self.outputs, "kernel"),
            (bias_axes or "", self.outputs, "bias"),
        ):
            for letter in letters:
                if letter not in known:
                    raise ArgumentError(
                        f"EinsumDense: letter '{letter}' of the {what} stands nowhere else in the equation "
                        f"{equation!r}; its size cannot be known."
                    )

    def sizes(
        self, who: str, input_shape: tuple[int | None, ...], output_shape: tuple[int | None, ...]
    ) -> dict[str, Any]:
        """The size of each letter, None where unknown."""
        elided = len(input_shape) - len(self.inputs)
        if elided < 0 or (elided and not (self.elided_first or self.elided_last)):
            raise ShapeError(
                f"{who} has the equation {self.equation!r}, which takes inputs with {len(self.inputs)} axes; received "
                f"shape {shape_text(input_shape)}."
            )
        seen = input_shape[elided:] if self.elided_first else input_shape[: len(self.inputs)]
        wanted = output_shape if self.elided_first else (input_shape[0], *output_shape)
        if len(wanted) != len(self.outputs):
            raise ShapeError(
                f"{who} has the equation {self.equation!r}, whose output has {len(self.outputs)} lettered axes; "
                f"output_shape={output_shape} gives {len(wanted)}"
                + (", the batch included." if not self.elided_first else ".")
            )
        sizes = dict(zip(self.inputs, seen, strict=True))
        for letter, size in zip(self.outputs, wanted, strict=True):
            if size is not None and sizes.get(letter) not in (None, size):
                raise ShapeError(
                    f"{who}: axis '{letter}' of {self.equation!r} has size {sizes[letter]} in the input but {size} in "
                    f"output_shape={output_shape}; received inputs of shape {shape_text(input_shape)}.\nWrite None "
                    "there."
                )
            sizes[letter] = sizes.get(letter) if size is None else size
        return sizes

    def kernel_shape(self, who: str, sizes: dict[str, Any]) -> tuple[int, ...]:
        """The shape of the kernel."""
        unknown = [letter for letter in self.kernel if sizes[letter] is None]
        if unknown:
            raise ShapeError(
                f"{who} needs to know the size of axis '{unknown[0]}' of {self.equation!r} to create its kernel.\n"
                "Give it in output_shape, or in Input(shape=...)."
            )
        return tuple(sizes[letter] for letter in self.kernel)

    def kernel_roles(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The axes of the kernel that are summed over, and those that come out."""
        summed = tuple(i for i, letter in enumerate(self.kernel) if letter not in self.outputs)
        return summed, tuple(i for i in range(len(self.kernel)) if i not in summed)

    def summed_rows(self) -> int:
        """How many axes are summed over, if they end the input and begin the kernel, the others in order; else 0."""
        summed = len(self.kernel_roles()[0])
        kept, last = self.inputs[: len(self.inputs) - summed], self.inputs[len(self.inputs) - summed :]
        is_plain = self.kernel[:summed] == last and kept + self.kernel[summed:] == self.outputs
        return summed if is_plain and not self.elided_last else 0

    def bias_shape(self, sizes: dict[str, Any], input_ndim: int) -> tuple[int, ...] | None:
        """The shape of the bias: from its first letter on, 1 for letters it has not."""
        if not self.bias:
            return None
        first = min(map(self.outputs.index, self.bias))
        own = tuple(sizes[letter] if letter in self.bias else 1 for letter in self.outputs[first:])
        return own + (1,) * (input_ndim - len(self.inputs) if self.elided_last else 0)
