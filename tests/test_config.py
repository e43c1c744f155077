"""Process-wide settings, seeds and automatic names."""

from __future__ import annotations

import random
import threading

import jax
import numpy as np
import pytest

from heron import config
from heron.errors import ArgumentError


@pytest.fixture(autouse=True)
def settings_of_its_own(monkeypatch):
    monkeypatch.setattr(config, "_settings", type(config._settings)())


def test_the_defaults_are_those_of_keras():
    assert (config.floatx(), config.epsilon(), config.image_data_format()) == ("float32", 1e-7, "channels_last")
    assert config.dtype_policy_name() == "float32"


def test_setting():
    config.set_floatx("bfloat16")
    config.set_epsilon(1e-3)
    config.set_image_data_format("channels_first")
    assert (config.floatx(), config.epsilon(), config.image_data_format()) == ("bfloat16", 1e-3, "channels_first")
    assert config.dtype_policy_name() == "bfloat16"
    config.set_dtype_policy_name("mixed_float16")
    assert config.dtype_policy_name() == "mixed_float16"


@pytest.mark.parametrize(
    ("setter", "value", "text"),
    [
        (config.set_floatx, "float31", "must be one of 'float16', .*received 'float31'.\nDid you mean 'float32'"),
        (config.set_epsilon, 0, "set_epsilon: argument 'value' must be a number above 0; received 0"),
        (config.set_image_data_format, "last", "must be one of 'channels_last', 'channels_first'; received 'last'"),
        (config.set_random_seed, "one", "argument 'seed' must be an integer; received 'one'"),
    ],
)
def test_bad_values_change_nothing(setter, value, text):
    before = dict(vars(config._settings), seeds=None, lock=None)
    with pytest.raises(ArgumentError, match=text):
        setter(value)
    assert dict(vars(config._settings), seeds=None, lock=None) == before


def test_float64_needs_64_bit_mode():
    with pytest.raises(
        ArgumentError, match=r"needs JAX's 64-bit mode; .*\nCall jax.config.update\('jax_enable_x64', True\)"
    ):
        config.set_floatx("float64")
    with jax.enable_x64(True):
        config.set_floatx("float64")
    assert config.floatx() == "float64"


def test_a_seed_repeats_python_numpy_and_heron():
    draws = []
    for seed in (7, 7, 8):
        config.set_random_seed(seed)
        draws.append((random.random(), np.random.rand(), config.draw_seed(), config.draw_seed()))
    assert draws[0] == draws[1]
    assert all(a != b for a, b in zip(draws[0], draws[2], strict=True))
    assert draws[0][2] != draws[0][3]


@pytest.mark.parametrize("seed", [-1, 2**40, np.int64(3)])
def test_seeds_of_any_size(seed):
    config.set_random_seed(seed)
    assert 0 <= config.draw_seed() < 2**31


def test_data_formats():
    assert config.standardize_data_format(None) == "channels_last"
    assert config.standardize_data_format("channels_first") == "channels_first"
    with pytest.raises(ArgumentError, match="Conv2D: argument 'data_format' must be one of"):
        config.standardize_data_format("first", "Conv2D")


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("Dense", "dense"),
        ("BatchNormalization", "batch_normalization"),
        ("Conv2D", "conv2d"),
        ("LSTM", "lstm"),
        ("PReLU", "p_re_lu"),
        ("MyHTTPLayer", "my_http_layer"),
        ("<lambda>", "lambda"),
    ],
)
def test_snake_case(name, snake):
    assert config.snake_case(name) == snake


def test_names_are_numbered():
    assert [config.auto_name("dense") for _ in range(3)] == ["dense", "dense_1", "dense_2"]
    assert config.auto_name("other") == "other"
    config.reset_names()
    assert config.auto_name("dense") == "dense"


def test_names_are_unique_across_threads():
    names = []
    threads = [
        threading.Thread(target=lambda: names.extend(config.auto_name("x") for _ in range(200))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 800


def test_the_platforms_attention_kernel_is_used_where_it_can_be_unless_said_otherwise():
    assert config.is_flash_attention_enabled() is None
    config.disable_flash_attention()
    assert config.is_flash_attention_enabled() is False
    config.enable_flash_attention()
    assert config.is_flash_attention_enabled() is None
