"""Whole models as their files hold them, one class a format: configs, weights, and where training stood."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple

import numpy as np

from heron import registry
from heron.errors import ArgumentError, HeronError, note
from heron.saving import archive, hdf5, keras_weights, legacy, legacy_optimizers, legacy_writing, tensor_file
from heron.saving.archive import ASSETS, Archive
from heron.saving.assets import assets_of, put_assets
from heron.saving.files import ENDING, KERAS, FileContentError
from heron.saving.hdf5 import Hdf5File
from heron.saving.keras_weights import KerasWeights
from heron.saving.keys import unique
from heron.saving.states import random_states
from heron.saving.tensor_file import Entry, Header
from heron.saving.weights import put, put_fitting, source_of, variables_by_key
from heron.saving.weights_source import Source

UNFIT = (
    "{path!r} was not loaded: the model that its config describes does not fit the weights in it: {wrong}.\n"
    "Has a class of yours changed since it was saved? Build the model by your own program and call "
    "model.load_weights(..., skip_mismatch=True)."
)


class Configs(NamedTuple):
    """A model as plain data.

    Attributes:
        model: itself.
        build: what it was built on; may be empty.
        compile: how it was compiled; may be empty.
        class_names: the names of its classes, if it knows them.
    """

    model: Any
    build: Any
    compile: Any
    class_names: Any = None


class TensorModel:
    """A model in a `.safetensors` file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._header: Header = tensor_file.read_header(path)
        about = self._header.about
        if "model" not in about:
            raise FileContentError(
                f"{path!r} holds weights and no model: expected a file that model.save wrote.\n"
                "Build the model by your own program and call model.load_weights."
            )
        self.configs = Configs(about["model"], about.get("build"), about.get("compile"), about.get("class_names"))
        self.numbers = sum(math.prod(entry.shape) for entry in self._header.group("weights"))

    def read(self) -> None:
        """Reads the arrays, after the configs were found harmless."""
        self._arrays = tensor_file.read_arrays(self._path, self._header, self._header.entries)

    def put_weights(self, model: Any) -> None:
        """Gives the model its weights and the states of random generators."""
        source = Source(self._header.group("weights"), lambda names: {name: self._arrays[name] for name in names})
        put_fitting(self._path, source, variables_by_key(model, "load"), text=UNFIT)
        self._put_all("random generators", random_states(model), self._header.group("random"))
        keys = {entry.name.removeprefix(ASSETS): entry.name for entry in self._header.group("assets")}
        put_assets(model, keys, lambda key: self._arrays[key].tobytes())

    def compile(self, model: Any) -> None:
        """Compiles the model as it was."""
        model.compile_from_config(self.configs.compile)

    def put_optimizer(self, model: Any) -> None:
        """Gives the optimizer its state."""
        if self._header.group("optimizer"):
            model.optimizer.build(model.trainable_variables)
            self._put_all("the optimizer", model.optimizer.variables, self._header.group("optimizer"))

    def _put_all(self, what: str, variables: Sequence[Any], entries: Sequence[Entry]) -> None:
        """Gives the variables of `what` their values, by order."""
        shapes, stored = [tuple(v.shape) for v in variables], [entry.shape for entry in entries]
        if shapes != stored:
            raise FileContentError(
                f"{self._path!r} was not loaded: it holds {len(stored)} states of {what}; the model that its config "
                f"describes has {len(shapes)}, or of other shapes.\nload_model(..., compile=False) leaves the "
                "optimizer out; model.load_weights loads the weights alone."
            )
        for variable, entry in zip(variables, entries, strict=True):
            put(variable, self._arrays[entry.name])


class ArchiveModel:
    """A model in a `.keras` archive."""

    def __init__(self, path: str, members: Archive, weights: KerasWeights) -> None:
        self._path, self._archive, self._weights = path, members, weights
        config = members.config
        self.configs = Configs(
            config, config.get("build_config"), config.get("compile_config"), members.metadata.get("class_names")
        )
        self.numbers = weights.numbers

    def read(self) -> None:
        """Nothing: arrays are read as they are asked for."""

    def put_weights(self, model: Any) -> None:
        """Gives the model its weights, and what layers keep besides."""
        if self._weights.numbers or model.weights:
            source, variables = source_of(self._weights, model, variables_by_key(model, "load"))
            put_fitting(self._path, source, variables, text=UNFIT)
        self._weights.put_own(model)
        self._weights.put_random(model)
        stored = [name for name in self._archive.names if name.startswith(ASSETS)]
        put_assets(model, {name.removeprefix(ASSETS): name for name in stored}, self._archive.read)

    def compile(self, model: Any) -> None:
        """Compiles the model as it was."""
        model.compile_from_config(self.configs.compile)

    def put_optimizer(self, model: Any) -> None:
        """Gives the optimizer its state."""
        self._weights.put_optimizer(model)


class LegacyModel:
    """A model in an `.h5` file of Keras 1 or 2."""

    def __init__(self, path: str, file: Hdf5File) -> None:
        self._path, self._file = path, file
        class_names = file.names("class_names") or None  # of heron's own files
        self.configs = Configs(legacy.model_config(file), None, legacy.compile_config(file), class_names)
        self.numbers = sum(math.prod(entry.shape) for entry in file.entries.values())

    def read(self) -> None:
        """Nothing: arrays are read as they are asked for."""

    def put_weights(self, model: Any) -> None:
        """Gives the model its weights."""
        if not model.weights and not self.numbers:
            return
        source, variables = source_of(self._file, model, variables_by_key(model, "load"))
        put_fitting(self._path, source, variables, text=UNFIT)

    def compile(self, model: Any) -> None:
        """Compiles the model as it was, where that can be said today; else a note says why not."""
        try:
            model.compile_from_config(self.configs.compile)
        except HeronError as error:
            note(f"The model in {self._path!r} was not compiled: {error}\nCall compile() before training.")

    def put_optimizer(self, model: Any) -> None:
        """Gives the optimizer its state, in the order of any Keras; a note says so where it does not fit."""
        stored = legacy.optimizer_arrays(self._file)
        if not stored:
            return
        model.optimizer.build(model.trainable_variables)
        variables = model.optimizer.variables
        if [entry.shape for entry in stored] == [tuple(v.shape) for v in variables]:
            placed = list(zip(stored, variables, strict=True))
        else:
            found = legacy_optimizers.places(stored, model.optimizer, legacy.is_kind_by_kind(self._file))
            if found is None:
                text = f"The state of the optimizer in {self._path!r} is left out: it does not fit."
                note(f"{text} Training starts afresh.")
                return
            placed = found
        keras_weights.put_arrays(self._file, placed)
        legacy_optimizers.complete(model.optimizer, placed)


@contextlib.contextmanager
def opened(path: str) -> Iterator[TensorModel | ArchiveModel | LegacyModel]:
    """Opens the file of a whole model.

    Raises:
        FileContentError: for a file of another kind, a damaged one, and one that holds no model.
    """
    with contextlib.ExitStack() as stack:
        if path.endswith(ENDING):
            yield TensorModel(path)
        elif path.endswith(KERAS) and not _is_hdf5(path):
            members = stack.enter_context(archive.reading(path))
            file = stack.enter_context(hdf5.reading(path, archive.weights_file(members)))
            yield ArchiveModel(path, members, KerasWeights(file))
        else:  # until Keras 2.12, files that end in .keras were HDF5 too
            yield LegacyModel(path, stack.enter_context(hdf5.reading(path)))


def _is_hdf5(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(len(hdf5.SIGNATURE)) == hdf5.SIGNATURE


# ---- writing --------------------------------------------------------------------------------------------------------


def write_tensors(file: IO[bytes], model: Any, configs: Configs) -> None:
    """Writes a model in the safetensors format."""
    variables = variables_by_key(model, "save")
    about = {part: config for part, config in configs._asdict().items() if config}
    about["weights"], taken = list(variables), set(variables)
    states = {"optimizer": _optimizer_variables(model, configs), "random": random_states(model)}
    for group, members in states.items():
        about[group] = [unique(f"{group}/{i}", taken) for i in range(len(members))]
        variables |= zip(about[group], members, strict=True)
    arrays = {key: v.numpy() for key, v in variables.items()}
    assets = {f"{ASSETS}{name}": np.frombuffer(data, np.uint8) for name, data in assets_of(model).items()}
    if assets:
        about["assets"] = list(assets)
        arrays |= assets
    tensor_file.write(file, arrays, about)


def write_archive(file: IO[bytes], model: Any, configs: Configs) -> None:
    """Writes a model as a `.keras` archive."""
    variables_by_key(model, "save")  # which refuses a model without weights
    memory = io.BytesIO()
    unbuilt = bool(configs.compile) and not getattr(model.optimizer, "built", True)  # it counts no steps yet
    keras_weights.write(memory, model, optimizer=unbuilt or bool(_optimizer_variables(model, configs)))
    named = {"class_names": configs.class_names} if configs.class_names else {}  # Keras passes over what it knows not
    archive.write(file, keras_form(configs), memory.getvalue(), assets_of(model), named)


def write_legacy(file: IO[bytes], model: Any, configs: Configs) -> None:
    """Writes a model as an `.h5` file.

    Raises:
        ArgumentError: for a model whose layers keep what is neither config nor weights.
    """
    variables_by_key(model, "save")  # which refuses a model without weights
    if held := assets_of(model):
        raise ArgumentError(
            f"save_model: an '.h5' file has no place for what the layers of this model keep ({next(iter(held))!r}).\n"
            "Write a '.keras' file, which has."
        )
    state = _optimizer_variables(model, configs)
    legacy_writing.write_model(file, model, keras_form(configs), state, configs.class_names)


def writer_of(path: str) -> Callable[[IO[bytes], Any, Configs], None]:
    """What writes a whole model to a file of this name."""
    if path.endswith(KERAS):
        return write_archive
    return write_tensors if path.endswith(ENDING) else write_legacy


def _optimizer_variables(model: Any, configs: Configs) -> Sequence[Any]:
    """The variables of an optimizer that has begun to work on the weights that it would be given again."""
    if not configs.compile or model.optimizer is None or not model.optimizer.built:
        return []
    try:
        model.optimizer.build(model.trainable_variables)
    except ArgumentError as error:
        note(f"save_model leaves out the state of the optimizer: {error}")
        return []
    variables: Sequence[Any] = model.optimizer.variables
    return variables


def configs_of(model: Any) -> Configs:
    """A model as plain data, each object that stands in several places told by its number."""
    with registry.sharing():
        return Configs(
            registry.serialize(model),
            registry.serialize(model.get_build_config()),
            compile_config(model, "save_model"),
            getattr(model, "class_names", None),
        )


def compile_config(model: Any, what: str) -> Any:
    """How the model was compiled, as plain data; empty, with a note, where that has no written form."""
    try:
        return registry.serialize(model.get_compile_config())
    except ArgumentError as error:
        note(f"{what} leaves out how the model was compiled: {error}\nCall compile() again after loading.")
        return {}


def keras_form(configs: Configs) -> dict[str, Any]:
    """The config of a model as Keras 3 writes it."""
    whole = {**configs.model, "build_config": configs.build or None, "compile_config": configs.compile or None}
    form: dict[str, Any] = _with_policies({key: value for key, value in whole.items() if value is not None})
    return form


def _with_policies(value: Any) -> Any:
    """Configs with the dtypes of layers in the form of policies."""
    if isinstance(value, list):
        return [_with_policies(part) for part in value]
    if not isinstance(value, Mapping):
        return value
    made = {key: _with_policies(part) for key, part in value.items()}
    module, inner = made.get("module"), made.get("config")
    is_layer = module in ("keras", "keras.layers", "keras.src.models.functional")
    if not is_layer or made.get("class_name") == "InputLayer" or not isinstance(inner, dict):
        return made
    if isinstance(inner.get("dtype"), str):
        policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": inner["dtype"]}}
        made["config"] = {**inner, "dtype": {**policy, "registered_name": None}}
    return made
