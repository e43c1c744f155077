"""Models and weights of Keras 1 and 2 (`.h5`), read.

Such a file holds the model's config as JSON in the attribute `model_config`, how it was compiled in `training_config`,
and for each layer a group with the list `weight_names`. Configs are put into the words of Keras 3 here; what is made of
them goes the way of all configs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heron.registry import accepted_arguments, published
from heron.saving import legacy_optimizers, operations
from heron.saving.archive import parsed
from heron.saving.files import FileContentError
from heron.saving.hdf5 import Hdf5File
from heron.saving.tensor_file import Entry, damaged
from heron.saving.weights_source import Source

# Arguments that were renamed since Keras 1, for all classes that do not have the old name today.
_RENAMED = {
    "output_dim": "units",
    "nb_filter": "filters",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "p": "rate",
    "border_mode": "padding",
    "subsample": "strides",
    "dim_ordering": "data_format",
    "inner_activation": "recurrent_activation",
    "batch_input_shape": "batch_shape",
    "lr": "learning_rate",
}
_VALUES = {
    "data_format": {"tf": "channels_last", "th": "channels_first", "default": "channels_last"},
    "reduction": {"auto": "sum_over_batch_size"},
}
_CLASSES = {
    **{f"Convolution{n}D": f"Conv{n}D" for n in (1, 2, 3)},
    "Model": "Functional",
    "BatchNormalizationV1": "BatchNormalization",
}
_KINDS = {"_initializer": "initializers", "_regularizer": "regularizers", "_constraint": "constraints"}
_LAYERS_INSIDE = ("layer", "cell", "forward_layer", "backward_layer")
_TREES = ("Sequential", "Functional")
_NOTHING: tuple[Any, ...] = (None, False, 0, 1, "", [], {}, "auto", "float32")  # values that say what is so anyway
_TOP, _OPTIMIZER = "top_level_model_weights", "optimizer_weights"


def is_legacy(file: Hdf5File) -> bool:
    """Whether an HDF5 file is in the form of Keras 1 and 2."""
    return "model_weights" in file.groups() or bool(file.names("layer_names")) or file.text("model_config") is not None


# ---- configs --------------------------------------------------------------------------------------------------------


def model_config(file: Hdf5File) -> dict[str, Any]:
    """The config of the model in the words of Keras 3.

    Raises:
        FileContentError: when there is none, or one that is not understood.
    """
    text = file.text("model_config")
    if text is None:
        raise FileContentError(
            f"{file.path!r} holds weights and no model: it has no 'model_config'.\n"
            "Build the model by your own program and call model.load_weights."
        )
    return _Reader(file.path).layer(parsed(file.path, "model_config", text))


def compile_config(file: Hdf5File) -> dict[str, Any]:
    """The arguments of `compile` in the words of Keras 3; empty where the model was not compiled."""
    text = file.text("training_config")
    if text is None:
        return {}
    config = parsed(file.path, "training_config", text)
    reader = _Reader(file.path)
    found = {key: reader.objects(config.get(key), kind) for key, kind in (("loss", "losses"), ("metrics", "metrics"))}
    found["weighted_metrics"] = reader.objects(config.get("weighted_metrics"), "metrics")
    found["optimizer"] = reader.objects(config.get("optimizer_config"), "optimizers")
    return found | {"loss_weights": config.get("loss_weights")}


class _Reader:
    """Puts configs of Keras 1 and 2 into the words of Keras 3; `path` is for messages."""

    def __init__(self, path: str) -> None:
        self.path = path

    def layer(self, config: Any) -> dict[str, Any]:
        """The config of a layer or model."""
        if not isinstance(config, dict) or not isinstance(config.get("class_name"), str) or "config" not in config:
            raise damaged(self.path, "a layer in its config has no class or no config")
        inner = config["config"]
        given: str = config["class_name"]
        name = _CLASSES.get(given, given)
        if name == "Sequential" and isinstance(inner, list):  # Keras 1, and Keras 2 before 2.2.3
            inner = {"layers": inner}
        if not isinstance(inner, dict):
            raise damaged(self.path, f"the config of {name[:80]!r} is no JSON object")
        form = operations.form_of(name)
        if form is not None and "trainable" not in inner:  # an operation of Keras 3 that an .h5 file holds
            return {"module": form.module, "class_name": name, "config": inner, "name": config.get("name")}
        tree = name in _TREES
        inner = self.tree(inner) if tree else self.arguments(name, "layers", inner)
        return self.named("models" if tree else "layers", name, inner) | {
            key: value for key, value in config.items() if key == "name"
        }

    @staticmethod
    def named(kind: str, name: str, inner: Any) -> dict[str, Any]:
        registered = name if ">" in name else None
        return {
            "module": f"keras.{kind}",
            "class_name": name.split(">")[-1],
            "config": inner,
            "registered_name": registered,
        }

    def tree(self, config: dict[str, Any]) -> dict[str, Any]:
        """The config of a Sequential or Functional."""
        listed = config.get("layers")
        if not isinstance(listed, list):
            raise damaged(self.path, "a model in its config has no list of layers")
        layers = [self.layer(layer) for layer in listed]
        tree = {**config, "layers": layers}
        old = False
        for layer, before in zip(layers, listed, strict=True):
            nodes = before.get("inbound_nodes")
            if isinstance(nodes, list):
                old = old or any(isinstance(node, list) for node in nodes)
                layer["inbound_nodes"] = [_node(node) if isinstance(node, list) else node for node in nodes]
        for ends in ("input_layers", "output_layers"):
            places = config.get(ends)
            if isinstance(places, list) and len(places) == 1 and (old or len(layers) == 1):
                tree[ends] = places[0]
        return tree

    def arguments(self, name: str, kind: str, config: dict[str, Any]) -> dict[str, Any]:
        """The arguments of one of heron's classes by their present names; those of other classes as they are."""
        cls = published(kind).get(name)
        known = set(accepted_arguments(cls)) if cls is not None else None
        made: dict[str, Any] = {}
        for old, value in config.items():
            new = _RENAMED.get(old, old) if known is not None and old not in known else old
            if name == "InputLayer" and old == "batch_input_shape":
                new = "batch_shape"
            if known is None or new in known or value not in _NOTHING:
                made[new] = self.value(new, value)
        if "nb_row" in made and "nb_col" in made:
            made["kernel_size"] = [made.pop("nb_row"), made.pop("nb_col")]
        if name == "Lambda":
            made = _lambda(made)
        if name == "BatchNormalization" and isinstance(made.get("axis"), list) and len(made["axis"]) == 1:
            made["axis"] = made["axis"][0]
        return made

    def value(self, argument: str, value: Any) -> Any:
        """One argument's value."""
        if isinstance(value, str):
            return _VALUES.get(argument, {}).get(value, value)
        if not isinstance(value, dict) or "class_name" not in value:
            return value
        kind = next((kind for ending, kind in _KINDS.items() if argument.endswith(ending)), None)
        if argument in _LAYERS_INSIDE:
            return self.layer(value)
        if argument == "dtype":
            inner = value.get("config")
            return inner.get("name") if isinstance(inner, dict) else None
        return self.objects(value, kind) if kind else value

    def objects(self, value: Any, kind: str) -> Any:
        """Losses, metrics, an optimizer or the like, alone or in lists and dicts."""
        if isinstance(value, list):
            return [self.objects(part, kind) for part in value]
        if not isinstance(value, dict):
            return value
        if "class_name" not in value:
            return {key: self.objects(part, kind) for key, part in value.items()}
        name, inner = value["class_name"], value.get("config")
        if not isinstance(name, str) or not isinstance(inner, dict):
            return value
        if name in ("MeanMetricWrapper", "LossFunctionWrapper") and isinstance(inner.get("fn"), str):
            return inner["fn"]
        if kind == "optimizers":
            name, inner = legacy_optimizers.settings(name, inner)
        return self.named(kind, name, self.arguments(name, kind, inner))


def _node(node: list[Any]) -> dict[str, Any]:
    """One call of a layer, written as a list of places with the named arguments behind the first."""
    tensors = [_tensor(place) for place in node if isinstance(place, list) and len(place) >= 3]
    named: Any = next((place[3] for place in node if isinstance(place, list) and len(place) > 3 and place[3]), {})
    kwargs = {key: _tensors(value) for key, value in named.items()} if isinstance(named, dict) else {}
    return {"args": [tensors[0] if len(tensors) == 1 else tensors], "kwargs": kwargs, "meant": ["training"]}


def _tensor(place: list[Any]) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": place[:3]}}


def _tensors(value: Any) -> Any:
    """A named argument, with tensors in place of lists such as `["dense", 0, 0]`."""
    if not isinstance(value, list):
        return value
    is_place = len(value) in (3, 4) and isinstance(value[0], str) and all(isinstance(i, int) for i in value[1:3])
    return _tensor(value) if is_place else [_tensors(part) for part in value]


def _lambda(made: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a Lambda: code is marked as such, so that it is refused, and a function is named."""
    made = {key: value for key, value in made.items() if key in ("name", "trainable", "dtype", "function", "arguments")}
    if isinstance(made.get("function"), str):
        made["function"] = {"module": "builtins", "class_name": "function", "config": made["function"]}
    elif isinstance(made.get("function"), list):
        made["function"] = {"class_name": "__lambda__", "config": {}}
    return made


# ---- weights --------------------------------------------------------------------------------------------------------


def source(file: Hdf5File, model: Any, keys: Mapping[str, Any], by_name: bool = False) -> Source:
    """The arrays of the file under the names, in `keys`, of the weights of `model` that they are for.

    Layers are matched by name, or where those differ by order; the weights of a layer by order, unless their names say
    another. Arrays without a place keep theirs. `by_name` leaves out the layers that only one of the two has.
    """
    root = "model_weights" if "model_weights" in file.groups() else ""
    stored = {name: _arrays_of(file, root, name) for name in [*file.names("layer_names", root), _TOP]}
    stored = {name: entries for name, entries in stored.items() if entries}
    layers = {layer.name: _weights_of(layer) for layer in getattr(model, "layers", [])}
    layers[_TOP] = list(model._stored_variables())
    layers = {name: variables for name, variables in layers.items() if variables}
    if by_name:
        pairs = [(name, name) for name in stored if name in layers]
    elif set(stored) == set(layers):
        pairs = [(name, name) for name in stored]
    else:
        pairs = list(zip(stored, layers, strict=False)) if len(stored) == len(layers) else []
    names = {id(variable): key for key, variable in keys.items()}
    entries, original = [], {}
    for theirs, ours in pairs:
        found = _ordered(stored.pop(theirs), layers[ours])
        for entry, variable in found:
            name = names[id(variable)] if variable is not None else entry.name
            original[name] = entry.name
            entries.append(entry._replace(name=name))
    for left in () if by_name else stored.values():
        original |= {entry.name: entry.name for entry in left}
        entries += left
    return Source(entries, lambda wanted: {name: file.arrays([original[name]])[original[name]] for name in wanted})


def _arrays_of(file: Hdf5File, root: str, layer: str) -> list[Entry]:
    group = f"{root}/{layer}" if root else layer
    found = [f"{group}/{name}" for name in file.names("weight_names", group)]
    missing = next((name for name in found if name not in file.entries), None)
    if missing is not None:
        raise damaged(file.path, f"it names the weight {missing[:80]!r}, which is not there")
    return [file.entries[name] for name in found]


def _weights_of(layer: Any) -> list[Any]:
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _ordered(entries: list[Entry], variables: list[Any]) -> list[tuple[Entry, Any]]:
    """Each array with its variable, None for none: by what stands last in their names, else by order."""
    theirs = [_last(entry.name) for entry in entries]
    ours = [_last(variable.path) for variable in variables]
    if theirs != ours and set(theirs) == set(ours) and len(set(ours)) == len(ours) == len(theirs):
        return [(entry, variables[ours.index(name)]) for entry, name in zip(entries, theirs, strict=True)]
    padded = [*variables, *[None] * len(entries)]
    return list(zip(entries, padded, strict=False))


def _last(name: str) -> tuple[str, ...]:
    """The last two parts of a weight's name, without the number of its output."""
    return tuple(name.partition(":")[0].split("/")[-2:])


def optimizer_arrays(file: Hdf5File) -> list[Entry]:
    """The state of the optimizer in order; empty for none."""
    names = file.names("weight_names", _OPTIMIZER)
    return [file.entries[f"{_OPTIMIZER}/{name}"] for name in names if f"{_OPTIMIZER}/{name}" in file.entries]


def is_kind_by_kind(file: Hdf5File) -> bool:
    """Whether the optimizer's arrays are likely to be in the order of Keras before 2.11."""
    return '"jit_compile"' not in (file.text("training_config") or "")
