"""The base class of models: a layer that can be compiled, trained, evaluated and asked for predictions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from heron.errors import ArgumentError, UnknownAttributeError, UnknownNameError, nearest, suggestion
from heron.layers import Layer
from heron.models import checking
from heron.models.drawing import Drawing, draw
from heron.models.saved import Saved
from heron.models.state_tree import StateTree
from heron.models.summary import summary_html, summary_text
from heron.registry import custom_object_scope, forgiving
from heron.symbolic import has_symbolic

if TYPE_CHECKING:
    from heron.models.checking import CheckResult

_OF_COMPILE = "It is an argument of compile()."
_OF_FIT = "It is an argument of fit()."
_GONE = {
    "predict_classes": "use model.predict(x).argmax(-1), or (model.predict(x) > 0.5) for one sigmoid output.",
    "predict_proba": "use model.predict(x).",
    "fit_generator": "use model.fit(generator).",
    "evaluate_generator": "use model.evaluate(generator).",
    "predict_generator": "use model.predict(generator).",
}


class Model(StateTree, Saved):
    """Layers put together.

    `Model(inputs, outputs)` makes a functional model of symbolic tensors. A subclass creates layers in `__init__` and
    uses them in `call(self, inputs, training=False)`.

    Args:
        inputs: symbolic inputs, for a functional model.
        outputs: what was computed from them.
        name: by default the class's name in snake case, numbered.

    Example:
    >>> from heron import layers
    >>> class Twice(Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.dense = layers.Dense(3)
    ...
    ...     def call(self, inputs):
    ...         return 2 * self.dense(inputs)
    >>> Twice()([[1.0, 2.0]]).shape
    (1, 3)
    """

    functional_class: ClassVar[type[Model]]

    renamed = {"input": "inputs", "output": "outputs"}

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """`Model(inputs, outputs)` is a `Functional`."""
        if cls is Model and _is_functional(args, kwargs):
            return object.__new__(cls.functional_class)
        return object.__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if _is_functional(args, kwargs):
            cls = type(self)
            if not issubclass(cls, Model.functional_class):
                self.__class__ = type(cls.__name__, (cls, Model.functional_class), {"__module__": cls.__module__})
            Model.functional_class.__init__(self, *args, **kwargs)
            return
        if args:
            raise ArgumentError(
                f"{type(self).__name__}() takes Model(inputs, outputs) with symbolic tensors, or no "
                f"positional arguments."
            )
        super().__init__(**kwargs)
        self._init_trainer()

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside, in the order of assignment."""
        return list({id(layer): layer for layer in self._layers_inside()}.values())

    inputs: Any = None
    outputs: Any = None

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights for inputs of a shape (batch included), or of a structure of shapes, by drawing one call.

        A model that is called on data needs none of this: its layers are built as the call reaches them.
        """
        if self._first_call is None and input_shape is not None:
            self.compute_output_shape(input_shape)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Returns a layer by name or by index.

        Raises:
            UnknownNameError: when no layer has that name, with the nearest.
            ArgumentError: when the index is out of range, or none or both are given.
        """
        layers = self.layers
        if (name is None) == (index is None):
            raise ArgumentError("get_layer() takes a name or an index: get_layer('dense') or get_layer(index=0).")
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ArgumentError(
                    f"get_layer(index={index}): {self._who()} has {len(layers)} layers, 0 to {len(layers) - 1}."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise UnknownNameError(
            f"{self._who()} has no layer named {name!r}.{suggestion(str(name), [x.name for x in layers])}"
        )

    @forgiving()
    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Prints the layers as a table: name, type, output shape, number of parameters.

        Args:
            line_length: the width in characters, by default that of the terminal.
            positions: where the columns end, as shares of the line.
            print_fn: where to print, by default `print`.
            expand_nested: whether the layers of models inside the model get rows of their own.
            show_trainable: whether a column says if a layer is trained.
            layer_range: two layer names, or regular expressions for them: the first and the last row.
        """
        text = summary_text(self, line_length, expand_nested, show_trainable, layer_range, positions)
        (print_fn or print)(text)

    def plot(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        show_shapes: bool = True,
        show_dtype: bool = False,
        show_layer_names: bool = True,
        show_params: bool = True,
        show_layer_activations: bool = True,
        show_trainable: bool = False,
        expand_nested: bool = False,
        rankdir: str = "TB",
        splines: str = "curved",
    ) -> Drawing:
        """Draws the architecture: a box for each call of a layer, branches and merges, models inside.

        Args:
            path: a file to write: .svg, .png, .pdf, .jpg or .dot. Folders are made.
            show_shapes: whether the boxes say the shapes of outputs.
            show_dtype: whether they say their dtypes.
            show_layer_names: whether they say the layers' names.
            show_params: whether they say how many numbers a layer has.
            show_layer_activations: whether they say the activations.
            show_trainable: whether they say if a layer is trained.
            expand_nested: whether models inside are drawn with their layers.
            rankdir: where the flow goes: "TB" (down), "BT", "LR" (to the right), "RL".
            splines: how edges run: "curved", "ortho" (right angles) or "line".

        Returns:
            The drawing, which shows itself in notebooks; `save(path)` writes it, `svg` is its text. Where only the
            model's own code knows how layers are connected, they stand in the order in which they were made.

        Raises:
            NotBuiltError: when the model is not built, so that shapes are unknown.
            ArgumentError: for an ending of the file, a direction or a form of lines that is not known.

        Example:
        >>> import heron
        >>> model = heron.Sequential([heron.Input((4,)), heron.layers.Dense(2)], name="small")
        >>> model.plot()
        <Drawing of Sequential · small: 2 boxes>
        """
        drawing = draw(
            self,
            expand_nested,
            show_shapes=show_shapes,
            show_dtype=show_dtype,
            show_layer_names=show_layer_names,
            show_params=show_params,
            show_layer_activations=show_layer_activations,
            show_trainable=show_trainable,
            rankdir=rankdir,
            splines=splines,
        )
        if path is not None:
            drawing.save(path)
        return drawing

    @classmethod
    def from_config(cls, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Makes the model, with fresh weights; `custom_objects` are the caller's own classes and functions by name."""
        with custom_object_scope(custom_objects or {}):
            return super().from_config(config)

    @forgiving(gone={"epochs": _OF_FIT, "callbacks": _OF_FIT, "optimizer": _OF_COMPILE, "loss": _OF_COMPILE})
    def check(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        *,
        validation_data: Any = None,
        validation_split: float = 0.0,
        class_weight: Any = None,
        sample_weight: Any = None,
        learning_rate: bool = True,
        overfit: bool = True,
        verbose: Any = 1,
    ) -> CheckResult:
        """Says everything that can be said before training, and leaves the model as it is.

        Shapes, scale of the inputs, labels against loss and last layer, class balance, number of weights, samples that
        are in the validation data too; what one batch does in the layers, how long the gradients are and where the
        loss begins; whether one batch can be learned by heart; and a learning rate to begin with. What is tried is
        tried on a copy: weights, optimizer and seeds are as before, and a model that was not built is not built.

        Args:
            x: inputs, as for `fit`. Of a stream the first 8 batches are looked at.
            y: targets, as for `fit`.
            batch_size: samples in a step of training, 32 by default.
            validation_data: as for `fit`.
            validation_split: as for `fit`.
            class_weight: as for `fit`.
            sample_weight: as for `fit`.
            learning_rate: whether to look for a learning rate: about 100 steps, each at a larger one.
            overfit: whether to try if one batch can be learned by heart.
            verbose: 0 to print nothing.

        Returns:
            The result: `findings`, `ok`, `suggested_learning_rate`, `plot(path)`, `to_json()`. What `fit` would raise
            is a finding of the severity `"error"`.

        Raises:
            ArgumentError: for a `batch_size`, `learning_rate`, `overfit` or `verbose` that cannot be used.

        Source: the learning rate is that of L. N. Smith, Cyclical learning rates for training neural networks,
        arXiv:1506.01186 (2015).

        Example:
        >>> import heron
        >>> model = heron.Sequential([heron.Input((2,)), heron.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> result = model.check([[0.0, 1.0, 2.0]], [1.0], verbose=0)
        >>> result.ok, result.findings[0].severity
        (False, 'error')
        """
        return checking.check_model(
            self,
            x,
            y,
            batch_size=batch_size,
            validation_data=validation_data,
            validation_split=validation_split,
            class_weight=class_weight,
            sample_weight=sample_weight,
            learning_rate=learning_rate,
            overfit=overfit,
            verbose=verbose,
        )

    def _repr_html_(self) -> str:
        return summary_html(self)

    def __getattr__(self, name: str) -> Any:
        if name in _GONE:
            raise UnknownAttributeError(f"Model.{name} was removed: {_GONE[name]}")
        if name.startswith("_") or name in ("shape", "dtype"):
            return super().__getattr__(name)
        near = nearest(name, [n for n in dir(type(self)) if not n.startswith("_")])
        hint = f" Did you mean {near!r}?" if near else ""
        raise UnknownAttributeError(f"{type(self).__name__!r} object has no attribute {name!r}.{hint}")


def _is_functional(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return (len(args) >= 2 and (has_symbolic(args[:2]) or all(isinstance(a, Layer) for a in args[:2]))) or (
        not {"outputs", "output"}.isdisjoint(kwargs) or ("inputs" in kwargs and not args)
    )
