"""What heron and Keras 3.15 both have is called in the same way: names, order and defaults of arguments agree."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import keras
import pytest

import heron
from tests.public_names import spaces


class Differs(NamedTuple):
    """Why a call differs, and the arguments that only one of the two has."""

    reason: str
    keras: str = ""
    heron: str = ""


QUANTIZED = "later: quantization and LoRA, as transforms of the weight tree"
SHARDS = "later: weights in several files"
EXCEPTIONS = {
    "layers.Dense": Differs(QUANTIZED, keras="lora_rank lora_alpha quantization_config"),
    "layers.EinsumDense": Differs(
        QUANTIZED, keras="lora_rank lora_alpha gptq_unpacked_column_size quantization_config"
    ),
    "layers.Embedding": Differs(
        f"{QUANTIZED}; Keras takes input_length among **kwargs",
        keras="lora_rank lora_alpha quantization_config",
        heron="input_length",
    ),
    "layers.LayerNormalization": Differs("Keras takes it among **kwargs", heron="rms_scaling"),
    **{
        f"layers.{name}": Differs("Keras takes it among **kwargs", heron="implementation")
        for name in ("GRU", "GRUCell", "LSTM", "LSTMCell")
    },
    "KerasTensor": Differs(
        "no ragged tensors; a tensor knows where it stands in the graph",
        keras="ragged record_history",
        heron="node index",
    ),
    "Variable": Differs("later: several devices", keras="layout"),
    "Optimizer.add_variable": Differs("later: several devices", keras="aggregation layout"),
    "callbacks.CallbackList": Differs("fit adds them itself", keras="add_history add_progbar"),
    "saving.deserialize_keras_object": Differs("says where a bare name is looked up", heron="kind"),
    "utils.deserialize_keras_object": Differs("says where a bare name is looked up", heron="kind"),
    "utils.image_dataset_from_directory": Differs(
        "what Keras leaves to tf.data", heron="dtype antialias on_error workers"
    ),
    "utils.text_dataset_from_directory": Differs("what Keras leaves to tf.data", heron="on_error workers"),
    "utils.audio_dataset_from_directory": Differs("what Keras leaves to tf.data", heron="on_error workers"),
    "saving.load_weights": Differs("Keras takes them among **kwargs", heron="by_name objects_to_skip"),
    "saving.save_weights": Differs(SHARDS, keras="max_shard_size"),
    "Model.save_weights": Differs(SHARDS, keras="max_shard_size"),
    "Sequential.save_weights": Differs(SHARDS, keras="max_shard_size"),
    "utils.get_file": Differs("an address that is not safe must be allowed", heron="allow_http"),
}
# Calls whose arguments have another form, with the reason.
OTHER_FORM = {
    "KerasTensor.reshape": "takes sizes too, as arrays do",
    "layers.PReLU": "the same initializer by its other name",
    "Layer.compute_output_shape": "Keras's takes what a subclass says",
    "Model.compute_output_spec": "takes what call takes, whatever that is",
    "Sequential.compute_output_spec": "takes what call takes, whatever that is",
}
# Passed on as they are given.
PASSED_ON = tuple(f"CallbackList.on_{name}" for name in ("batch", "epoch", "train", "test", "predict"))


class Argument(NamedTuple):
    """How an argument may be passed, and its default, None for none, else its repr."""

    keyword_only: bool
    default: str | None


def arguments(function: Any) -> dict[str, Argument]:
    """The arguments by name, without `self`, `*args` and `**kwargs`."""
    return {
        p.name: Argument(p.kind is p.KEYWORD_ONLY, None if p.default is p.empty else repr(p.default))
        for p in _parameters(function)
        if p.name != "self" and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    }


def takes_any_keyword(function: Any) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in _parameters(function))


def _parameters(function: Any) -> list[inspect.Parameter]:
    called = function.__init__ if inspect.isclass(function) else function
    return list(inspect.signature(inspect.unwrap(called)).parameters.values())


def differences(name: str, ours: Any, theirs: Any) -> list[str]:
    """What a program that calls Keras's function in every way it may be called would trip over in heron's."""
    listed = EXCEPTIONS.get(name, Differs(""))
    only_keras, only_heron = listed.keras.split(), listed.heron.split()
    mine, wanted = arguments(ours), arguments(theirs)
    found = [f"{n} is listed as Keras's own and is not" for n in only_keras if n in mine or n not in wanted]
    found += [f"{n} is listed as heron's own and is not" for n in only_heron if n not in mine or n in wanted]
    mine = {n: a for n, a in mine.items() if n not in only_heron}
    wanted = {n: a for n, a in wanted.items() if n not in only_keras}
    if takes_any_keyword(theirs):  # heron names what Keras takes as **kwargs
        mine = {n: a for n, a in mine.items() if n in wanted or not a.keyword_only}
    if list(mine) != list(wanted):
        return [*found, f"heron's arguments are {', '.join(mine)}; Keras's {', '.join(wanted)}"]
    for n, a in wanted.items():
        if mine[n].keyword_only and not a.keyword_only:
            found.append(f"{n} must be given by name")
        if a.default is not None and mine[n].default != a.default:
            found.append(f"{n}={mine[n].default}; in Keras {n}={a.default}")
    return found


def _callables() -> dict[str, tuple[Any, Any]]:
    """Every class, function and method that both have, by its name in Keras."""
    found = {}
    for name in spaces.MODULES:
        ours, theirs = spaces.module(heron, name), spaces.module(keras, name)
        for public in sorted(spaces.heron_names(name) & spaces.keras_names(name)):
            pair = getattr(ours, public), getattr(theirs, public)
            if callable(pair[0]) and callable(pair[1]):
                found[f"{name}.{public}".lstrip(".")] = pair
    classes = {name: (type(make(heron)), type(make(keras))) for name, make in spaces.OBJECTS.items()}
    for name, pair in {**classes, "Sequential": (heron.Sequential, keras.Sequential)}.items():
        for public in sorted(spaces.attributes(pair[0]) & spaces.attributes(pair[1])):
            methods = [inspect.getattr_static(cls, public) for cls in pair]
            if all(inspect.isfunction(m) for m in methods):
                found[f"{name}.{public}"] = tuple(methods)
    return found


CALLABLES = _callables()


def test_every_call_has_the_arguments_of_keras():
    found = {
        name: wrong
        for name, (ours, theirs) in CALLABLES.items()
        if name not in OTHER_FORM and not name.startswith(PASSED_ON) and (wrong := differences(name, ours, theirs))
    }
    assert not found, "\n".join(f"{name}: {'; '.join(wrong)}" for name, wrong in found.items())


def test_what_is_excepted_is_there_and_differs():
    same = [name for name in OTHER_FORM if name not in CALLABLES or not differences(name, *CALLABLES[name])]
    assert same == []
    assert set(EXCEPTIONS) <= set(CALLABLES)


def test_enough_is_compared():
    assert len(CALLABLES) > 700


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (lambda a, b=1: 0, lambda a, b=2: 0, "b=1; in Keras b=2"),
        (lambda a, b: 0, lambda a, b=2: 0, "b=None; in Keras b=2"),
        (lambda a, b: 0, lambda b, a: 0, "heron's arguments are a, b; Keras's b, a"),
        (lambda a, *, b: 0, lambda a, b: 0, "b must be given by name"),
        (lambda a: 0, lambda a, b=None: 0, "heron's arguments are a; Keras's a, b"),
        (lambda a, b=None: 0, lambda a, **kwargs: 0, "heron's arguments are a, b; Keras's a"),
    ],
)
def test_a_difference_is_seen(ours, theirs, said):
    assert differences("x", ours, theirs) == [said]


def test_what_takes_more_than_keras_is_no_difference():
    assert differences("x", lambda a, *, b=1: 0, lambda a, **kwargs: 0) == []
    assert differences("x", lambda a=1: 0, lambda a: 0) == []
    assert differences("x", lambda a: 0, lambda *, a: 0) == []
