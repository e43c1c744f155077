"""The names of `keras.backend`."""

from __future__ import annotations

import itertools

import keras
import pytest

from heron import backend, config
from heron.errors import ArgumentError

DTYPES = "bool int8 uint8 int16 uint16 int32 uint32 float16 bfloat16 float32 complex64".split()


def test_it_has_keras_s_names():
    assert set(backend.__all__) == {n for n in dir(keras.backend) if not n.startswith("_")}
    assert backend.backend() == keras.backend.backend() == "jax"


@pytest.mark.parametrize("dtype", [*DTYPES, int, float, bool])
def test_kinds_of_dtypes_are_keras_s(dtype):
    assert backend.is_float_dtype(dtype) == keras.backend.is_float_dtype(dtype)
    assert backend.is_int_dtype(dtype) == keras.backend.is_int_dtype(dtype)


def test_the_result_of_two_dtypes_is_keras_s():
    pairs = itertools.combinations_with_replacement([d for d in DTYPES if d != "complex64"] + [int, float], 2)
    for a, b in pairs:
        assert backend.result_type(a, b) == keras.backend.result_type(a, b), (a, b)
    assert backend.result_type() == keras.backend.result_type()


def test_settings_are_those_of_config():
    backend.set_epsilon(1e-3)
    backend.set_floatx("float16")
    backend.set_image_data_format("channels_first")
    try:
        assert (config.epsilon(), config.floatx(), config.image_data_format()) == (1e-3, "float16", "channels_first")
        assert (backend.epsilon(), backend.floatx(), backend.image_data_format()) == (1e-3, "float16", "channels_first")
    finally:
        config.set_epsilon(1e-7)
        config.set_floatx("float32")
        config.set_image_data_format("channels_last")


def test_a_wrong_setting_is_refused():
    with pytest.raises(ArgumentError, match=r"set_floatx: argument 'value' must be one of .*received 'float'"):
        backend.set_floatx("float")


def test_uids_count_names():
    backend.clear_session()
    assert [backend.get_uid("a"), backend.get_uid("a"), backend.get_uid("b")] == [1, 2, 1]
    assert config.auto_name("a") == "a_2"
