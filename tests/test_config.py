"""Process-wide settings, seeds and automatic names."""

from __future__ import annotations

import random
import threading

import jax
import numpy as np
import pytest

import heron
from heron import config, dtype_policies, settings
from heron.errors import ArgumentError, HeronNote


@pytest.fixture(autouse=True)
def settings_of_its_own(monkeypatch):
    monkeypatch.setattr(settings, "_settings", type(settings._settings)())


def test_the_defaults_are_those_of_keras():
    assert (config.floatx(), config.epsilon(), config.image_data_format()) == ("float32", 1e-7, "channels_last")
    assert config.dtype_policy().name == "float32"


def test_setting():
    config.set_floatx("bfloat16")
    config.set_epsilon(1e-3)
    config.set_image_data_format("channels_first")
    assert (config.floatx(), config.epsilon(), config.image_data_format()) == ("bfloat16", 1e-3, "channels_first")
    assert config.dtype_policy().name == "bfloat16"
    config.set_dtype_policy("mixed_float16")
    assert config.dtype_policy().name == "mixed_float16"


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
    before = dict(vars(settings._settings), seeds=None, lock=None)
    with pytest.raises(ArgumentError, match=text):
        setter(value)
    assert dict(vars(settings._settings), seeds=None, lock=None) == before


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


def test_the_dtype_policy_is_among_the_settings():
    config.set_dtype_policy("mixed_bfloat16")
    assert config.dtype_policy() == dtype_policies.dtype_policy() == dtype_policies.DTypePolicy("mixed_bfloat16")


@pytest.mark.parametrize("name", ["max_epochs", "max_steps_per_epoch"])
def test_limits_are_set_by_a_call_or_the_environment(name, monkeypatch):
    read, write, variable = getattr(config, name), getattr(config, f"set_{name}"), f"HERON_{name.upper()}"
    monkeypatch.delenv(variable, raising=False)
    assert read() is None
    monkeypatch.setenv(variable, "7")
    assert read() == 7
    write(3)
    assert read() == 3
    write(None)
    assert read() is None
    with pytest.raises(ArgumentError, match=f"set_{name}: argument '{name}' must be a positive integer, or None"):
        write(0)


def test_a_limit_in_the_environment_must_be_a_number(monkeypatch):
    monkeypatch.setenv("HERON_MAX_EPOCHS", "few")
    with pytest.raises(ArgumentError, match="HERON_MAX_EPOCHS must be a positive integer; received 'few'"):
        config.max_epochs()


def test_fit_evaluate_and_predict_keep_to_the_limits():
    x = np.zeros((40, 1), "float32")
    model = heron.Sequential([heron.layers.Input((1,)), heron.layers.Dense(1)])
    model.compile("sgd", "mse")
    config.set_max_epochs(2)
    config.set_max_steps_per_epoch(3)
    with pytest.warns(HeronNote, match="epochs=9 is limited to 2, as heron.config.set_max_epochs"):
        history = model.fit(x, x, epochs=9, batch_size=8, verbose=0)
    assert history.epoch == [0, 1]
    assert int(model.optimizer.iterations) == 5, "three batches, then the two that are left"
    assert model.predict(x, batch_size=8).shape == (24, 1)


def test_without_interactive_logging_lines_go_to_the_logger(capsys, caplog):
    x = np.zeros((8, 1), "float32")
    model = heron.Sequential([heron.layers.Input((1,)), heron.layers.Dense(1)])
    model.compile("sgd", "mse")
    config.disable_interactive_logging()
    assert not config.is_interactive_logging_enabled()
    with caplog.at_level("INFO", logger="heron"):
        model.fit(x, x, epochs=2, callbacks=[heron.callbacks.LearningRateScheduler(lambda e, r: r, verbose=1)])
        bar = heron.utils.Progbar(1)
        bar.add(1)
    assert capsys.readouterr().out == ""
    said = [record.message for record in caplog.records]
    assert [line[:9] for line in said if line.startswith(("Epoch 1/2", "Epoch 2/2"))] == [
        "Epoch 1/2", "Epoch 2/2",
    ]  # fmt: skip
    assert said[-1].startswith("1/1 - 0s")
    config.enable_interactive_logging()
    model.evaluate(x, x)
    assert "loss" in capsys.readouterr().out
