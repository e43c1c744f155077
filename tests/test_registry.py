"""Constructor calls as configs; names, registered classes, plain data."""

from __future__ import annotations

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import heron
from heron import activations, initializers, layers, registry
from heron.errors import ArgumentError, ArgumentTypeError, HeronNote, UnknownNameError
from heron.registry import Configurable, names
from heron.validate import BOOL, POSITIVE_INT


class Base(Configurable):
    rules = {"size": POSITIVE_INT}

    def __init__(self, size, *, name=None):
        self.size, self.name = size, name


class Thing(Base):
    rules = {"flag": BOOL}
    renamed = {"width": "size", "fl": "flag"}

    def __init__(self, size=3, flag=False, parts=(), function=None, **kwargs):
        super().__init__(size, **kwargs)
        self.flag, self.parts, self.function = flag, parts, function


class Silent(Thing):
    """No constructor of its own."""


class Anything(Configurable):
    def __init__(self, **kwargs):
        self.kwargs = kwargs


@pytest.fixture
def known(monkeypatch):
    """Names registered in a test are forgotten after it."""
    monkeypatch.setattr(registry.names, "_registered", {})


def named(x):
    return x


# ---- constructor calls ----


def test_the_constructor_call_is_kept():
    thing = Thing(5, name="t")
    assert thing.arguments == {"size": 5, "flag": False, "parts": (), "function": None, "name": "t"}
    assert thing.get_config() == {"size": 5, "flag": False, "parts": [], "function": None, "name": "t"}
    assert Thing.from_config(thing.get_config()).size == 5
    assert Silent(4).arguments["size"] == 4
    assert Anything(a=1).get_config() == {"a": 1}


def test_arguments_cannot_be_changed_from_outside():
    thing = Thing(5)
    thing.arguments["size"] = 6
    thing.size = 7
    assert thing.get_config()["size"] == 5


def test_repr_shows_what_is_not_the_default():
    assert repr(Thing()) == "Thing()"
    assert repr(Thing(5, function=named, name="x")) == "Thing(size=5, function=named, name='x')"
    assert repr(Thing(parts=[Base(2)])) == "Thing(parts=[Base(size=2)])"


@pytest.mark.parametrize("cls", [Thing, Silent])
def test_rules_of_all_bases_are_checked_before_the_constructor_runs(cls):
    with pytest.raises(
        ArgumentError, match=rf"^{cls.__name__}: argument 'size' must be a positive integer; received 0\.$"
    ):
        cls(0)
    with pytest.raises(ArgumentError, match=rf"^{cls.__name__}: argument 'flag' must be True or False; received 1\.$"):
        cls(flag=1)


def test_an_unknown_keyword_is_answered_with_the_nearest():
    with pytest.raises(ArgumentTypeError) as caught:
        Thing(siz=3)
    assert str(caught.value) == (
        "Thing has no argument 'siz'. Did you mean 'size'?\nIts arguments are: size, flag, parts, function, name."
    )
    with pytest.raises(
        ArgumentTypeError, match=r"^Base: missing a required argument: 'size'\.\nIts arguments are: size"
    ):
        Base()
    with pytest.raises(ArgumentTypeError, match="too many positional arguments"):
        Base(1, 2)


@pytest.mark.parametrize("cls", [Thing, Silent])
def test_old_spellings_are_taken_with_a_note(cls):
    with pytest.warns(HeronNote, match=rf"^{cls.__name__}\(width=...\) is now size=...; taken as that\.$"):
        assert cls(width=4).size == 4
    with pytest.raises(ArgumentTypeError, match="has no argument 'width'"):
        cls(width=4, size=3)


def test_what_a_class_accepts():
    assert registry.accepted_arguments(Silent) == ["size", "flag", "parts", "function", "name"]
    assert registry.argument_defaults(Silent)["size"] == 3
    assert registry.accepts_anything(Anything)
    assert not registry.accepts_anything(Thing)


# ---- names ----

TABLE = {"named": named, "thing": Thing, "Thing": Thing}


def test_resolve_takes_what_users_write():
    assert registry.resolve("named", "things", TABLE) is named
    assert registry.resolve("NAMED", "things", TABLE) is named
    assert isinstance(registry.resolve("thing", "things", TABLE), Thing)
    assert isinstance(registry.resolve(Thing, "things", TABLE), Thing)
    thing = Thing(7)
    assert registry.resolve(thing, "things", TABLE) is thing
    assert registry.resolve(abs, "things", TABLE) is abs
    with registry.custom_object_scope({"Thing": Thing}):
        assert registry.resolve({"class_name": "Thing", "config": {"size": 9}}, "things", TABLE).size == 9


@pytest.mark.parametrize(
    ("identifier", "error", "text"),
    [
        ("namd", UnknownNameError, r"^Unknown thing 'namd'\. Did you mean 'named'\? Known: Thing, named, thing\.$"),
        (
            3,
            ArgumentError,
            r"^Cannot use 3 as a thing; expected a name such as 'named', a thing object, its config, or a",
        ),
        (None, ArgumentError, "^Cannot use None as a thing"),
    ],
)
def test_what_resolve_refuses(identifier, error, text):
    with pytest.raises(error, match=text):
        registry.resolve(identifier, "things", TABLE)


def test_the_article_fits_the_word():
    with pytest.raises(
        ArgumentError, match=r"^Cannot use 3 as an activation; expected a name such as 'named', an activat"
    ):
        registry.resolve(3, "activations", TABLE)


def test_registered_names(known):
    @registry.register_keras_serializable("mine")
    class Own(Thing):
        pass

    @registry.register_keras_serializable(name="plain")
    def function(x):
        return x

    assert registry.get_registered_name(Own) == "mine>Own"
    assert registry.get_registered_name(named) == "named"
    assert registry.get_registered_object("mine>Own") is Own
    assert registry.get_registered_object("other") is None
    assert registry.get_registered_object("a", {"a": 1}) == 1
    assert registry.get_registered_object("a", module_objects={"a": 2}) == 2
    assert registry.custom_object("plain") is function
    twin = registry.deserialize(json.loads(json.dumps(registry.serialize(Own(5, function=function)))))
    assert (type(twin), twin.size, twin.function) == (Own, 5, function)


def test_only_classes_with_a_config_can_be_registered(known):
    with pytest.raises(ArgumentError, match=r"Cannot register class Bare: it has no get_config\(\) method"):

        @registry.register_keras_serializable()
        class Bare:
            pass


def test_scopes_end_and_the_innermost_decides():
    with registry.custom_object_scope({"x": 1}):
        with registry.custom_object_scope({"x": 2}):
            assert registry.custom_object("x") == 2
        assert registry.custom_object("x") == 1
        with pytest.raises(RuntimeError), registry.custom_object_scope({"x": 3}):  # noqa: PT012
            assert registry.custom_object("x") == 3
            raise RuntimeError
        assert registry.custom_object("x") == 1
    assert registry.custom_object("x") is None


# ---- plain data ----


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, None),
        (True, True),
        ("a", "a"),
        (1.5, 1.5),
        (np.float32(1.5), 1.5),
        (np.int64(2), 2),
        ((1, (2, "x")), [1, [2, "x"]]),
        ({"a": [np.int32(1)], 2: None}, {"a": [1], "2": None}),
        (np.dtype("int32"), "int32"),
        (activations.relu, "relu"),
        (jax.nn.relu, "relu"),
    ],
)
def test_serialize(value, data):
    assert registry.serialize(value) == data
    json.dumps(data)


@pytest.mark.parametrize("array", [np.array([[1, 2], [3, 4]], "int32"), jnp.array([1.5, 2.0]), np.array(3.0)])
def test_arrays_are_lists_with_a_dtype(array):
    back = registry.deserialize(json.loads(json.dumps(registry.serialize(array))))
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype


def test_objects_name_their_class():
    data = registry.serialize(initializers.Zeros())
    assert data == {"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": None}
    assert isinstance(registry.deserialize(data), initializers.Zeros)
    mine = registry.serialize(Thing(4))
    assert (mine["class_name"], mine["registered_name"], mine["config"]["size"]) == ("Thing", "Thing", 4)
    assert registry.deserialize(mine, custom_objects={"Thing": Thing}).size == 4


def test_functions_are_written_by_name():
    data = registry.serialize(named)
    assert data == {"module": "builtins", "class_name": "function", "config": "named", "registered_name": "named"}
    assert registry.deserialize(data, {"named": named}) is named
    # As Keras writes it.
    assert registry.deserialize({**data, "registered_name": "function"}, {"named": named}) is named
    with pytest.raises(
        ArgumentError, match=r"^A lambda cannot be saved: only its name .*\nWrite it as a function with a"
    ):
        registry.serialize(lambda x: x)
    with pytest.raises(ArgumentError, match=r"^Cannot write <object object at .*> as plain data: it has no get_config"):
        registry.serialize(object())


@pytest.mark.parametrize(
    ("config", "what"),
    [
        ({"class_name": "Popen", "module": "subprocess", "config": {}}, "class 'Popen'"),
        ({"class_name": "os.system", "module": "os", "config": {"command": "true"}}, "class 'os.system'"),
        (
            {"class_name": "Dense", "module": "evil", "config": {"units": 1}, "registered_name": "evil>Dense"},
            "class 'evil>Dense'",
        ),
        (
            {"class_name": "Dense", "module": "keras.layers", "config": {"units": 1}, "registered_name": "my>Dense"},
            "class 'my>Dense'",
        ),
        (
            {"class_name": "function", "module": "builtins", "config": "eval", "registered_name": "eval"},
            "function 'eval'",
        ),
    ],
)
def test_nothing_is_imported_by_a_name_in_a_config(config, what):
    with pytest.raises(
        UnknownNameError, match=rf"^The config names the {what}, which heron does not know\.\nPass it: custom"
    ):
        registry.deserialize(config)


@pytest.mark.parametrize("safe_mode", [True, False, None])
def test_code_in_a_config_is_refused(safe_mode):
    config = {"class_name": "__lambda__", "config": {"code": "4wEA"}}
    for inner in (config, [config], {"a": config}, registry.serialize(layers.Dense(2)) | {"config": {"units": config}}):
        with pytest.raises(
            ArgumentError, match=r"holds Python code \(a lambda\), and heron runs no code out of a config"
        ):
            registry.deserialize(inner, safe_mode=safe_mode)


def test_configs_of_another_form_are_refused():
    with pytest.raises(ArgumentError, match=r"The config of 'Dense' must be a dict, .* received 5 for Dense"):
        registry.deserialize({"class_name": "Dense", "module": "keras.layers", "config": 5})
    with pytest.raises(ArgumentError, match=r"names \['Dense'\] as a class or function; expected a name"):
        registry.deserialize({"class_name": ["Dense"], "module": "keras.layers", "config": {}})


def test_a_config_names_no_file_to_open():
    class Words(registry.Configurable):
        __module__ = "heron.words"

        def __init__(self, vocabulary=None):
            self.vocabulary = vocabulary

    assert Words.from_config({"vocabulary": ["a"]}).vocabulary == ["a"]
    with pytest.raises(ArgumentError, match="The config of Words names a file or address to open as its 'vocabulary'"):
        Words.from_config({"vocabulary": "/etc/passwd"})


def test_what_stands_in_two_places_is_made_once():
    dense = layers.Dense(2)
    with registry.sharing():
        config = registry.serialize([dense, layers.Dense(2), dense])
    assert [part.get("shared_object_id") for part in config] == [1, None, 1]
    with registry.sharing():
        made = registry.deserialize(config)
        assert made[0] is made[2]
        assert made[0] is not made[1]
    assert registry.deserialize(config[0]) is not registry.deserialize(config[2])


def test_deserialize_goes_into_structures():
    dense = registry.serialize(layers.Dense(2))
    back = registry.deserialize({"a": [dense, 3], "b": {"class_name": "no config here"}})
    assert (back["a"][0].units, back["a"][1], back["b"]) == (2, 3, {"class_name": "no config here"})
    assert registry.deserialize({"class_name": "__tuple__", "config": [1, 2]}) == (1, 2)


def test_the_package_decides_between_classes_of_one_name(monkeypatch):
    monkeypatch.setattr(registry.names, "_published", {"layers": {"A": Thing}, "losses": {"A": Base}})
    config = {"class_name": "A", "config": {"size": 2}}
    assert type(registry.deserialize({**config, "module": "keras.losses"})) is Base
    assert type(registry.deserialize({**config, "module": "keras.layers"})) is Thing
    assert type(registry.deserialize(config, kind="losses")) is Base
    registry.publish("heron.losses", {"B": Thing})
    assert registry.published("losses") == {"A": Base, "B": Thing}
    assert registry.published("nothing") == {}


def test_what_a_late_package_publishes_is_known_before_it_is_imported():
    """A config may name just this of heron.utils; the list stands apart, so that other names import nothing."""
    assert heron.utils.FeatureSpace in registry.published("utils").values()
    assert {*names._ALL_OF["utils"]} == {*registry.published("utils")}
