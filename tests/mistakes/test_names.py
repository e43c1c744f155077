"""Misspelt arguments, missing arguments and misspelt imports are answered in heron's words."""

from __future__ import annotations

import sys

import jax
import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import (
    ArgumentError,
    ArgumentTypeError,
    HeronError,
    HeronNote,
    UnknownAttributeError,
    UnknownImportError,
)


def model():
    return heron.Sequential([heron.Input((3,)), layers.Dense(1)])


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (lambda: heron.Input(shap=(3,)), r"Input\(\) has no argument 'shap'. Did you mean 'shape'\?"),
        (lambda: model().summary(line_lenght=3), r"summary\(\) has no argument 'line_lenght'. Did you mean 'line_len"),
        (lambda: model().predict(), r"predict\(\) needs the argument 'x'; received nothing for it.\nWrite predict\(x"),
        (lambda: model().predict(verbose=0), r"predict\(\) needs the argument 'x'; received only verbose.\nWrite"),
        (lambda: model().predict_on_batch(), r"predict_on_batch\(\) needs the argument 'x'"),
        (lambda: model().train_on_batch(y=[1.0]), r"train_on_batch\(\) needs the argument 'x'; received only y"),
    ],
    ids=["Input", "summary", "predict", "predict verbose", "predict_on_batch", "train_on_batch"],
)
def test_arguments(action, text):
    with pytest.raises(ArgumentTypeError, match=text):
        action()


def test_the_older_names_of_a_shape_are_understood():
    with pytest.warns(HeronNote, match=r"Input\(input_shape=...\) is now shape=...; taken as that."):
        assert heron.Input(input_shape=(3,)).shape == (None, 3)
    with pytest.warns(HeronNote, match=r"Input\(batch_input_shape=...\) is now batch_shape=...; taken as that."):
        assert heron.Input(batch_input_shape=(2, 3)).shape == (2, 3)


@pytest.mark.parametrize("name", ["relu", "silu", "softmax", "gelu", "elu", "sigmoid", "logsumexp"])
def test_functions_of_jax_say_where_heron_has_theirs(name):
    with pytest.raises(ArgumentError, match=r"holds no numbers.*\nUse the function of the same name in heron.ops"):
        getattr(jax.nn, name)(heron.Input((3,)))


IMPORTS = {
    "from heron.utils import np_utils": r"heron.utils has no 'np_utils'. Write heron.utils.to_categorical\(y\)",
    "from heron import preprocessing": r"heron has no attribute 'preprocessing'. Sequences: heron.utils.pad_sequences.",
    "from heron.layers import Dens": r"heron.layers has no layer or function 'Dens'. Did you mean Dense\?",
    "from heron.losses import mse, masked": r"heron.losses has no 'masked'",
    "from heron import Sequentia": r"heron has no attribute 'Sequentia'. Did you mean heron.Sequential\?",
}


@pytest.mark.parametrize("statement", IMPORTS)
def test_imports(statement):
    with pytest.raises(UnknownImportError, match=IMPORTS[statement]):
        exec(statement, {})


MODULES = {
    "import heron.preprocessing": r"no module 'heron.preprocessing'. Sequences: heron.utils.pad_sequences. Pictures:",
    "from heron.preprocessing.image import ImageDataGenerator": r"heron.layers.RandomFlip",
    "from heron.utils.np_utils import to_categorical": r"Write heron.utils.to_categorical\(y\).$",
    "from heron.wrappers.scikit_learn import KerasClassifier": r"Write heron.wrappers.SKLearnClassifier\(model\)",
    "from heron.layers.convolutional import Conv2D": r"Write from heron.layers import Conv2D",
    "from heron.layer import Dense": r"no module 'heron.layer'. Did you mean heron.layers\?$",
    "import heron.layers.nothing": r"no module 'heron.layers.nothing'. dir\(heron\) lists what it has.$",
}


@pytest.mark.parametrize("statement", MODULES)
def test_29_modules_of_old(statement):
    with pytest.raises(ModuleNotFoundError, match=MODULES[statement]) as caught:
        exec(statement, {})
    assert isinstance(caught.value, HeronError)


def test_who_only_looks_for_a_module_is_not_refused():
    finder = next(one for one in sys.meta_path if getattr(one, "__name__", "") == "_Missing")
    assert finder.find_spec("heron.nothing", ["somewhere"]) is None
    assert finder.find_spec("herons", None) is None


def test_a_long_function_imports_too():
    names = "\n".join(f"    a{i} = {i}.5" for i in range(300))  # so many constants that instructions have prefixes
    many = {}
    exec(f"def many():\n{names}\n    from heron.layers import Dens\n", many)
    with pytest.raises(UnknownImportError, match="Did you mean Dense"):
        many["many"]()


def test_asking_for_an_attribute_stays_an_attribute_error():
    with pytest.raises(UnknownAttributeError, match="Did you mean Dense"):
        heron.layers.Dens  # noqa: B018
    with pytest.raises(AttributeError, match=r"Did you mean heron.Sequential\?"):
        heron.Sequentia  # noqa: B018
    assert getattr(heron.layers, "Dens", None) is None
    assert not hasattr(heron, "nothing_of_the_kind")


def test_the_names_at_the_root():
    assert heron.version() == heron.__version__
    assert heron.DTypePolicy is heron.FloatDTypePolicy is heron.dtype_policies.DTypePolicy
    assert heron.InputSpec is layers.InputSpec
    with heron.name_scope("outer"):
        assert heron.Variable(np.zeros(2), name="v").path == "outer/v"
    assert heron.saving.get_custom_objects() is heron.utils.get_custom_objects()


def test_dtype_policies_as_plain_data():
    policy = heron.DTypePolicy("mixed_bfloat16")
    written = heron.dtype_policies.serialize(policy)
    assert written["class_name"] == "DTypePolicy"
    assert heron.dtype_policies.deserialize(written) == policy
