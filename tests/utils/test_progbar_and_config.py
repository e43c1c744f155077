"""Progress of loops of one's own, settings of one's own, questions to graphs."""

from __future__ import annotations

import json
import re
import sys

import keras
import pytest

import heron
from heron.errors import ArgumentError, ArgumentTypeError
from heron.utils import Config, Progbar, get_source_inputs


class Terminal:
    encoding = "utf-8"

    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_values_are_averaged_or_shown_as_they_are(capsys):
    bar = Progbar(None, stateful_metrics=["last"], unit_name="row")
    bar.update(1, [("mean", 1.0), ("last", 1.0)])
    bar.update(3, [("mean", 4.0), ("last", 4.0)])
    assert bar._sums["mean"] == (9.0, 3)
    assert bar._sums["last"] == (4.0, 1)
    assert capsys.readouterr().out == ""
    bar.update(3, finalize=True)
    assert re.fullmatch(r"3/3 - 0s - \S+s/row - mean: 3.0000 - last: 4.0000\n", capsys.readouterr().out)
    averaged = Progbar(2, stateless_metrics=["a"], verbose=2)
    averaged.add(1, [("a", 1.0), ("b", 5.0)])
    averaged.add(1, [("b", 7.0)])
    assert re.search(r"2/2 - 0s - \S+ - a: 1.0000 - b: 7.0000\n", capsys.readouterr().out)
    Progbar(1, verbose=0).add(1)
    assert capsys.readouterr().out == ""
    with pytest.raises(ArgumentError, match="were both given"):
        Progbar(1, stateful_metrics=[], stateless_metrics=[])


def test_on_a_terminal_one_line_is_written_over(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm")
    bar = Progbar(4, interval=0)
    for _ in range(4):
        bar.add(1, [("loss", 0.5)])
    assert terminal.text.count("\n") == 1
    assert terminal.text.count("\r") == 4
    assert "4/4" in terminal.text.splitlines()[-1]


def test_a_config_is_a_dict_and_an_object_as_in_keras():
    for kind in (Config, keras.utils.Config):
        config = kind(rate=0.1)
        config.seed = 1
        config["name"] = "a"
        config.update(seed=2)
        assert (config.rate, config["seed"], config.get("no", 3), len(config)) == (0.1, 2, 3, 3)
        assert (list(config), "rate" in config) == (["name", "rate", "seed"], True)
        assert json.loads(config.to_json()) == config.as_dict() == {"rate": 0.1, "seed": 2, "name": "a"}
        assert config.pop("name") == "a"
        del config["seed"]
        assert repr(config) == "<Config {'rate': 0.1}>"
        with pytest.raises(AttributeError, match="Did you mean 'rate'"):
            _ = config.rat
        config.freeze()
        assert config.frozen
        with pytest.raises(ValueError, match="frozen"):
            config.rate = 1
        config.unfreeze()
        config.rate = 1
        assert config.rate == 1


def test_the_inputs_behind_a_tensor():
    a, b, c = heron.Input((2,)), heron.Input((2,)), heron.Input((2,))
    both = heron.layers.Add()([a, b])
    assert get_source_inputs(heron.layers.Dense(2)(both) + a) == [a, b]
    assert get_source_inputs(c) == [c]
    with pytest.raises(ArgumentTypeError, match="expects a symbolic tensor; received 3"):
        get_source_inputs(3)
