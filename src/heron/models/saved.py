"""Models in files: whole or only the weights, and the configs from which they are made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heron.errors import note
from heron.layers import Layer
from heron.layers.structure import map_leaves
from heron.models.json_configs import model_to_json
from heron.models.trainer import Trainer
from heron.registry import deserialize, forgiving, serialize
from heron.saving import load_weights, save_model, save_weights
from heron.symbolic import KerasTensor

_COMPILED = ("loss", "loss_weights", "metrics", "weighted_metrics")


class Saved(Trainer, Layer):
    """What a model needs to be kept in files; the base of `Model`."""

    inputs: Any
    _first_call: dict[str, Any] | None = None  # shapes and dtypes of what a model without symbolic inputs was built on

    @forgiving(
        gone={
            "save_format": "The ending of the file name says the format.",
            "include_optimizer": "The optimizer is kept too; heron.saving.load_model(file, compile=False) leaves it.",
        }
    )
    def save(self, filepath: Any, overwrite: bool = True, zipped: bool | None = None) -> None:
        """Writes the whole model to one file; `heron.saving.load_model` makes it again.

        Kept are the architecture, the weights, how the model was compiled and where its training stood.

        Args:
            filepath: the file, ending in `.keras` (an archive that Keras 3 loads too) or `.safetensors`, or in `.h5`.
            overwrite: whether a file that exists may be replaced. Default True.
            zipped: for Keras's signature; None.

        Raises:
            ArgumentError: for another ending, a file that may not be replaced, or a part without a written form.
            NotBuiltError: for a model that has no weights yet.
        """
        save_model(self, filepath, overwrite=overwrite, zipped=zipped)

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Writes the weights to a `.weights.h5` (as Keras 3), `.safetensors` or `.h5` file, whole or not at all."""
        save_weights(self, filepath, overwrite=overwrite)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Reads weights that `save_weights` or `save`, or Keras, wrote; nothing is changed unless the whole file fits.

        Args:
            filepath: a `.safetensors`, `.weights.h5` or `.keras` file, or an `.h5` file of Keras 1 or 2.
            skip_mismatch: load what fits and leave the rest as it is, with a note. Default False.
            **kwargs: `by_name` and `objects_to_skip`, see `heron.saving.load_weights`.
        """
        load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def to_json(self, **kwargs: Any) -> str:
        """Returns the architecture, and how the model was compiled, as JSON for `model_from_json`, and for Keras 3.

        Args:
            **kwargs: for `json.dumps`, such as `indent=2`.

        Raises:
            ArgumentError: for a part without a written form, such as a lambda.
        """
        return model_to_json(self, **kwargs)

    # ---- how it was compiled --------------------------------------------------------------------------------------

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of `compile` as plain data; empty before it.

        Raises:
            ArgumentError: for a loss or metric that has no written form, such as a lambda.
        """
        if not self.compiled or self._objective is None:
            return {}
        given = dict(zip(_COMPILED, self._objective.given, strict=True))
        how = {"run_eagerly": self.run_eagerly, "steps_per_execution": 1, "jit_compile": "auto"}
        return {"optimizer": serialize(self.optimizer)} | {k: serialize(v) for k, v in given.items()} | how

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Calls `compile` with what `get_compile_config` returned.

        A model with a `compile` of its own, whose arguments may be others, is left as it is, with a note.
        """
        if type(self).compile is not Trainer.compile:
            note(
                f"{type(self).__name__} has a compile() of its own, which was not called. Call it before training, or "
                "write get_compile_config() and compile_from_config(config) as well."
            )
            return
        self.compile(**{name: deserialize(value) for name, value in config.items()})

    # ---- what it was built on -------------------------------------------------------------------------------------

    def _ensure_built(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not self.built:
            tensors = {name: value for name, value in kwargs.items() if hasattr(value, "dtype")}
            self._first_call = {"args": map_leaves(_as_spec, list(args)), "kwargs": map_leaves(_as_spec, tensors)}
        super()._ensure_built(args, kwargs)

    def get_build_config(self) -> dict[str, Any] | None:
        """What the model was first called on, as plain data; None when its own config tells, and before that call."""
        if self.inputs is not None or not self.built:
            return None
        first = self._first_call
        if first is None:  # build(input_shape) was called by hand
            shapes = self._build_shapes or ()
            first = {"args": [_spec(shape, self.compute_dtype) for shape in shapes], "kwargs": {}}
        return {**_keras_shapes(first), **first}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Makes the weights from what `get_build_config` returned, as the first call did; nothing is computed.

        What Keras 3 wrote is read as well: `{"input_shape": shape}`, or `{"shapes_dict": {"x_shape": shape}}`.
        """
        if "args" in config:
            self.compute_output_spec(*_tensors(config["args"]), **_tensors(config["kwargs"]))
        elif config.get("input_shape") is not None:
            self.compute_output_spec(_of_shape(config["input_shape"], self.compute_dtype))
        elif config.get("shapes_dict"):
            shapes = {name.removesuffix("_shape"): shape for name, shape in config["shapes_dict"].items()}
            self.compute_output_spec(**{k: _of_shape(shape, self.compute_dtype) for k, shape in shapes.items()})


def _keras_shapes(first: Mapping[str, Any]) -> dict[str, Any]:
    """The first call in Keras's form, which is of shapes alone."""
    if len(first["args"]) == 1 and not first["kwargs"]:
        return {"input_shape": _shapes_in(first["args"][0])}
    return {}


def _shapes_in(structure: Any) -> Any:
    if isinstance(structure, list | tuple):
        return [_shapes_in(part) for part in structure]
    if isinstance(structure, dict) and structure.get("class_name") != "__keras_tensor__":
        return {name: _shapes_in(part) for name, part in structure.items()}
    return structure["config"]["shape"] if isinstance(structure, dict) else None


def _of_shape(shape: Any, dtype: str) -> Any:
    """A symbolic tensor for a shape, or a structure of them."""
    if isinstance(shape, dict):
        return {name: _of_shape(part, dtype) for name, part in shape.items()}
    if all(size is None or isinstance(size, int) for size in shape):
        return KerasTensor(tuple(shape), dtype)
    return [_of_shape(part, dtype) for part in shape]


def _spec(shape: Any, dtype: str) -> dict[str, Any]:
    sizes = [size if isinstance(size, int) else None for size in shape]
    return {"class_name": "__keras_tensor__", "config": {"shape": sizes, "dtype": dtype}}


def _as_spec(value: Any) -> Any:
    """An array as its shape and dtype, anything else as it is."""
    return _spec(value.shape, str(value.dtype)) if hasattr(value, "dtype") else value


def _tensors(structure: Any) -> Any:
    """Symbolic tensors in place of the shapes and dtypes that `_as_spec` made."""
    if isinstance(structure, list):
        return [_tensors(part) for part in structure]
    if isinstance(structure, dict) and structure.get("class_name") == "__keras_tensor__":
        return KerasTensor(tuple(structure["config"]["shape"]), structure["config"]["dtype"])
    return {k: _tensors(part) for k, part in structure.items()} if isinstance(structure, dict) else structure
