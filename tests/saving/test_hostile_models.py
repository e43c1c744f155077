"""Model files that are damaged or made to do harm: one clear error before anything large is made or any code run."""

from __future__ import annotations

import copy
import json
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import heron
from heron import layers
from heron.errors import HeronError, UnknownNameError
from heron.saving import FileContentError, load_model, tensor_file

KERNEL, BIAS = np.ones((4, 3), "float32"), np.zeros(3, "float32")


def layer(name, module="keras.layers", /, **config):
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def dense(units=3, **config):
    return layer("Dense", units=units, **config)


def stack(*inside, size=4):
    parts = [layer("InputLayer", batch_shape=[None, size]), *inside]
    return layer("Sequential", "keras.models", name="net", layers=parts)


COMPILE = {"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def write(path, model, arrays=None, **about):
    """A file whose SHA-256 is right, whatever is in it."""
    arrays = {"dense/kernel": KERNEL, "dense/bias": BIAS} if arrays is None else arrays
    with open(path, "wb") as file:
        tensor_file.write(file, arrays, {"model": model, "weights": list(arrays), **about})


def refused(path, model, arrays=None, error=FileContentError, **about):
    """The text of the refusal to load such a file, found without making anything large."""
    write(path, model, arrays, **about)
    tracemalloc.start()
    try:
        with pytest.raises(error) as caught:
            load_model(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 80e6
    return str(caught.value)


def test_the_file_that_the_others_differ_from_is_good(path):
    write(path, stack(dense()), compile=COMPILE)
    model = load_model(path)
    assert model.predict(np.ones((1, 4))).tolist() == [[4.0, 4.0, 4.0]]
    assert model.compiled


# ---- appetite -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        stack(dense(10**9)),
        stack(dense(20_000), dense(20_000)),
        stack(*[dense(2_000) for _ in range(10)]),
        stack(stack(dense(10**7), size=10**7)),
        stack(layer("Embedding", input_dim=10**9, output_dim=10**9)),
        stack(layer("BatchNormalization"), size=10**10),
        stack(layer("LayerNormalization"), size=10**8),
    ],
    ids=["units", "product", "sum", "nested", "embedding", "batch", "norm"],
)
def test_a_model_may_not_be_larger_than_its_file(path, model):
    text = refused(path, model)
    assert "its weights hold 15 numbers; its config asks for " in text
    assert "(with '" in text
    assert "Get it again from where it comes from." in text


def test_metrics_may_not_be_larger_than_the_file_either(path):
    metric = layer("MeanIoU", "keras.metrics", num_classes=10**6)
    text = refused(path, stack(dense()), compile=COMPILE | {"metrics": [metric]})
    assert "its config asks for 1,000,000,000,015 or more" in text


@pytest.mark.parametrize(
    "inside, what",
    [
        ([dense(4)], "weight 'dense/kernel' has shape (4, 3) in the file and (4, 4) in the model"),
        ([dense(3), dense(3)], "the file has 2 weights, the model 4"),
        ([dense(3, use_bias=False)], "Only in the file: dense/bias"),
        ([layer("Flatten")], "the file has 2 weights, the model 0"),
        ([dense(3, dtype="int32", kernel_initializer="ones")], "has dtype float32 in the file and int32 in the model"),
    ],
)
def test_a_config_that_does_not_fit_the_weights(path, inside, what):
    assert what in refused(path, stack(*inside))


def test_states_that_do_not_fit_the_config(path):
    arrays = {"dense/kernel": KERNEL, "dense/bias": BIAS, "a": np.zeros((), "int32")}
    about = {"weights": ["dense/kernel", "dense/bias"], "compile": COMPILE}
    text = refused(path, stack(dense()), arrays, **about, optimizer=["a"])
    assert "it holds 1 states of the optimizer; the model that its config describes has 2" in text
    assert load_model(path, compile=False).count_params() == 15
    assert "it holds 1 states of random generators" in refused(path, stack(dense()), arrays, **about, random=["a"])


def test_configs_of_any_depth_are_refused(path):
    model = dense()
    for _ in range(40):
        model = stack(model)
    assert "its config is nested more than 100 deep" in refused(path, model)
    nested = []
    for _ in range(400):
        nested = [nested]
    assert "its config is nested more than 100 deep" in refused(path, stack(dense()), compile={"loss": nested})


def test_models_within_models_within_the_limit(path):
    model = stack(dense(), size=4)
    for _ in range(8):
        model = stack(model)
    write(path, model, {f"{'net/' * 9}dense/{name}": a for name, a in (("kernel", KERNEL), ("bias", BIAS))})
    assert load_model(path).count_params() == 15


def test_configs_of_many_objects_are_refused(path, monkeypatch):
    monkeypatch.setattr("heron.saving.limits.MAX_OBJECTS", 50)
    text = refused(path, stack(*[layer("ReLU") for _ in range(60)]))
    assert "its config describes 62 objects; at most 50 are made" in text


def test_configs_of_many_bytes_are_not_written_or_read(path, monkeypatch):
    write(path, stack(dense(name="d" * 2000)))
    monkeypatch.setattr("heron.saving.tensor_file.MAX_HEADER", 2000)
    with pytest.raises(FileContentError, match=r"its header is 2,\d+ bytes long; at most 2,000 are read"):
        load_model(path)
    model = heron.Sequential([layers.Input((4,)), layers.Dense(1, name="d" * 2000)])
    with pytest.raises(FileContentError, match=r"and the configs, take 1\d,\d+ bytes; at most 2,000 are written"):
        model.save(path)


# ---- code ---------------------------------------------------------------------------------------------------------

CODE = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None, "closure": None}}


@pytest.mark.parametrize(
    "about",
    [
        {"model": stack(layer("Lambda", function=CODE))},
        {"model": stack(dense(activation=CODE))},
        {"model": stack(dense()), "compile": COMPILE | {"loss": CODE}},
    ],
)
@pytest.mark.parametrize("safe_mode", [True, False])
def test_lambdas_are_refused(path, about, safe_mode):
    write(path, **about)
    with pytest.raises(FileContentError, match=r"holds Python code \(a lambda\), and heron runs no code out of a file"):
        load_model(path, safe_mode=safe_mode)


@pytest.mark.parametrize(
    "config, what",
    [
        (layer("Popen", "subprocess", args=["touch", "x"]), "the class 'Popen'"),
        (layer("function", "builtins") | {"config": "eval"}, "the function 'eval'"),
        (stack(layer("Message", "this")), "the class 'Message'"),
        (stack(dense(activation=layer("function", "os") | {"config": "system"})), "the function 'system'"),
        (stack(dense(kernel_initializer=layer("Message", "this"))), "the class 'Message'"),
    ],
)
def test_nothing_is_imported_by_a_name_in_a_file(path, config, what):
    sys.modules.pop("this", None)
    assert what in refused(path, config, error=UnknownNameError)
    assert "this" not in sys.modules


# ---- nonsense -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        dense(),
        "relu",
        {"units": 3},
        [],
        None,
        5,
        layer("Adam", "keras.optimizers"),
        layer("function") | {"config": "relu"},
    ],
)
def test_what_is_no_model(path, model):
    assert "which is no model." in refused(path, model)


@pytest.mark.parametrize(
    "model",
    [
        layer("Sequential", "keras.models"),
        layer("Sequential", "keras.models", layers=5),
        layer("Sequential", "keras.models", layers=[dense(), 5]),
        layer("Sequential", "keras.models") | {"config": None},
        layer("Sequential", "keras.models") | {"config": [1]},
        layer("Sequential", "keras.models") | {"class_name": ["Sequential"]},
        layer("Functional", "keras.models", layers=[dense()], input_layers=[], output_layers=[]),
        layer("Functional", "keras.models", layers=[], input_layers=["a", 0, 0], output_layers=["a", 0, 0]),
        stack(dense("many")),
        stack(dense(wings=2)),
        stack(layer("Rescaling", scale={"class_name": "__numpy__", "config": {"value": [1], "dtype": "V99999999999"}})),
        stack(layer("Rescaling", scale={"class_name": "__numpy__", "config": [1]})),
    ],
    ids=range(12),
)
def test_configs_that_make_no_sense(path, model):
    refused(path, model, error=HeronError)


def test_an_error_while_it_is_made_is_explained(path):
    text = refused(path, layer("Sequential", "keras.models"))
    assert "the model that its config describes cannot be made (KeyError: 'layers')" in text
    assert "call model.load_weights" in text


def test_damage_anywhere_is_noticed(path):
    write(path, stack(dense()), compile=COMPILE)
    whole = path.read_bytes()
    for at in range(0, len(whole), 5):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :])
        with pytest.raises(FileContentError):
            load_model(path)


GOOD = {"model": stack(dense(activation="relu"), layer("Dropout", rate=0.5)), "compile": COMPILE}
JUNK = st.none() | st.integers() | st.floats() | st.sampled_from(["", "Dense", [], {}, CODE, dense(10**9), {"a": [1]}])


def places(value, here=()):
    yield here
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*here, key))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.sampled_from([p for p in places(GOOD) if p]), JUNK)
def test_whatever_stands_in_a_config_there_is_one_kind_of_error(path, place, junk):
    about = copy.deepcopy(GOOD)
    inner = about
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = junk
    write(path, **json.loads(json.dumps(about)), random=["a"], weights=["dense/kernel", "dense/bias"], arrays={
        "dense/kernel": KERNEL, "dense/bias": BIAS, "a": np.zeros(2, "uint32")
    })  # fmt: skip
    try:
        model = load_model(path)
    except HeronError:
        return
    assert model.count_params() == 15
