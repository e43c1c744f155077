"""model.check: the report, the forms of the result, and that nothing is changed by it."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, ArgumentTypeError, DataError, HeronNote
from heron.models.checking import CheckResult, Finding

ROWS = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
CLASSES = (ROWS[:, 0] > 0).astype("int32") + (ROWS[:, 1] > 0)


def classifier(*, built=True, optimizer="adam"):
    stack = [layers.Dense(16, activation="relu"), layers.Dropout(0.1), layers.Dense(3, activation="softmax")]
    model = heron.Sequential([heron.Input((4,)), *stack] if built else stack, name="classifier")
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def state_of(model):
    kept = [v.numpy() for v in (*model.variables, *model.optimizer.variables, *model.metrics_variables)]
    settings = heron.config._settings
    return kept, (str(settings.seeds.bit_generator.state), dict(settings.names), sorted(settings.complaints))


@pytest.fixture(scope="module")
def result():
    heron.config.set_random_seed(3)
    model = classifier()
    started = time.perf_counter()
    found = model.check(ROWS, CLASSES, verbose=0)
    assert time.perf_counter() - started < 60  # a second, where nobody else computes
    return found


def test_a_sound_model_is_told_to_be_sound(result, capsys):
    assert result.ok
    assert result.findings == ()
    about = [one.about for one in result.passed]
    assert about == [
        *("shapes", "inputs", "labels", "parameters", "activations", "gradients", "first loss"),
        *("learning rate", "one batch by heart"),
    ]
    lines = str(result).splitlines()
    assert lines[0] == "Check of Sequential 'classifier': 131 weights, 200 samples, 32 a batch"
    assert "  ok     labels              3 classes, which go with the loss and the last layer." in lines
    assert lines[-1] == f"Nothing to complain about. Suggested learning rate: {result.suggested_learning_rate:g}."
    assert max(map(len, lines)) <= 100


def test_the_report_is_printed_unless_verbose_is_0(capsys):
    model = classifier()
    quick = {"learning_rate": False, "overfit": False}
    shown = model.check(ROWS, CLASSES, **quick)
    assert capsys.readouterr().out == f"{shown}\n"
    model.check(ROWS, CLASSES, verbose=0, **quick)
    assert capsys.readouterr().out == ""
    assert shown.suggested_learning_rate is None
    assert shown.learning_rates == ()
    assert {"learning rate", "one batch by heart"}.isdisjoint(one.about for one in shown.passed)


def test_the_result_as_json_and_html(result):
    data = json.loads(result.to_json())
    assert data["ok"] is True
    assert data["findings"] == []
    assert data["passed"][0]["about"] == "shapes"
    assert len(data["learning_rates"]) == len(data["losses"]) >= 20
    assert data["suggested_learning_rate"] == result.suggested_learning_rate
    told = CheckResult("Check of <it>", [Finding("mend", "x", "a < b", "so", "write `c`\nor d", "learning rate")])
    assert "Check of &lt;it&gt;" in told._repr_html_()
    assert "a &lt; b so" in told._repr_html_()
    assert "> heron explain learning-rate" in str(told)
    assert str(told).endswith("\n\n1 thing to mend.")
    assert repr(told) == "<CheckResult of Check of <it>: 1 thing to mend.>"
    assert not told.ok
    assert json.loads(CheckResult("t", [], losses=[float("nan")]).to_json())["losses"] == [None]


def test_the_range_test_is_drawn(result, tmp_path):
    figure = result.plot(tmp_path / "rates.png")
    assert (tmp_path / "rates.png").read_bytes()[:4] == b"\x89PNG"
    axes = figure.axes[0]
    assert axes.get_xscale() == "log"
    assert axes.get_xlabel().startswith("learning rate")
    assert f"suggested: {result.suggested_learning_rate:g}" in [text.get_text() for text in axes.texts]
    with pytest.raises(DataError, match=r"no range test to draw: it was left out"):
        CheckResult("t", []).plot()


@pytest.mark.parametrize("trained", [False, True])
def test_nothing_is_changed(trained):
    model = classifier()
    if trained:
        model.fit(ROWS, CLASSES, verbose=0)
    history, built, programs = model.history, model.optimizer.built, dict(model._programs)
    before = state_of(model)
    model.check(ROWS, CLASSES, verbose=0)
    after = state_of(model)
    assert len(before[0]) == len(after[0])
    assert all(np.array_equal(a, b) for a, b in zip(before[0], after[0], strict=True))
    assert before[1] == after[1]
    assert (model.history, model.optimizer.built, model._programs) == (history, built, programs)
    assert model.class_names is None
    assert not model.losses


def test_a_model_that_is_not_built_stays_so_and_trains_as_without_the_check():
    fits = []
    for checked in (False, True):
        heron.config.set_random_seed(5)
        model = classifier(built=False)
        if checked:
            names = np.array(["cat", "cow", "dog"])[CLASSES]
            assert model.check(ROWS, names, verbose=0).suggested_learning_rate
            assert not model.built
            assert model.class_names is None
            assert not model._objective.resolved
        fits.append(model.fit(ROWS, CLASSES, epochs=2, verbose=0).history)
    assert fits[0] == fits[1]


def test_notes_that_fit_would_give_are_given_by_fit_all_the_same():
    model = heron.Sequential([heron.Input((4,)), layers.Dense(3)])
    model.compile("adam", "sparse_categorical_crossentropy")
    found = model.check(ROWS, CLASSES, verbose=0, learning_rate=False, overfit=False).findings
    told_now = [one for one in found if one.about == "labels"]
    assert [one.severity for one in told_now] == ["look"]
    with pytest.warns(HeronNote) as told:
        model.fit(ROWS, CLASSES, verbose=0)
    assert str(told[0].message) == str(told_now[0])


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"learning_rate": 0.1}, ArgumentError, r"check\(learning_rate=\.\.\.\) must be True or False.*received 0\.1"),
        ({"overfit": "yes"}, ArgumentError, r"check\(overfit=\.\.\.\) must be True or False.*received 'yes'"),
        ({"verbose": 7}, ArgumentError, r"verbose must be 0 .*received 7"),
        ({"batch_size": 0}, ArgumentError, r"batch_size must be a positive integer; received 0"),
        ({"epochs": 3}, ArgumentTypeError, r"check\(\) has no argument 'epochs'\. It is an argument of fit\(\)"),
        ({"over_fit": True}, ArgumentTypeError, r"check\(\) has no argument 'over_fit'\. Did you mean 'overfit'\?"),
    ],
)
def test_wrong_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        classifier().check(ROWS, CLASSES, **arguments)


class Again:
    """Two batches, as often as one likes."""

    def __iter__(self):
        yield ROWS[:40], CLASSES[:40]
        yield ROWS[40:80], CLASSES[40:80]


def test_streams_are_looked_at_as_far_as_need_be():
    taken = []

    def batches():
        while True:
            taken.append(len(taken))
            start = 20 * (len(taken) % 8)
            yield ROWS[start : start + 20], CLASSES[start : start + 20]

    found = classifier().check(batches(), verbose=0, learning_rate=False, overfit=False)
    assert len(taken) == 8
    assert found.ok
    assert found.title.endswith("the first 160 samples of a stream, 20 a batch")
    assert [one.what for one in found.findings if one.about == "data"] == [
        "x can be gone through only once, and its first batches were used up for this check."
    ]
    again = classifier().check(Again(), verbose=0, learning_rate=False, overfit=False)
    assert again.findings == ()
    assert "the first 80 samples of a stream" in again.title


def test_a_model_that_cannot_be_copied_is_told():
    model = classifier()
    model.lock = (n for n in range(3))
    found = model.check(ROWS, CLASSES, verbose=0).findings
    assert len(found) == 1
    assert "cannot be copied, so nothing was tried" in found[0].what


def test_models_with_their_own_steps_and_eager_ones():
    class Own(heron.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, inputs):
            return self.dense(inputs)

        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            return {"loss": logs["loss"], "twice": 2 * logs["loss"]}, state

    model = Own()
    model.compile("sgd", "mse")
    found = model.check(ROWS, ROWS @ np.ones(4, "float32"), verbose=0)
    assert found.ok
    assert not model.built
    assert 0.001 < found.suggested_learning_rate < 1
    eager = heron.Sequential([heron.Input((4,)), layers.Dense(1)])
    eager.compile("sgd", "mse", run_eagerly=True)
    told = eager.check(ROWS, ROWS @ np.ones(4, "float32"), verbose=0)
    assert told.ok
    assert any(one.about == "gradients" for one in told.passed)
