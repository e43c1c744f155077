"""The progress display: its text, how it moves on a terminal, and what it costs."""

from __future__ import annotations

import io
import math
import os
import re
import timeit
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heron.callbacks import EarlyStopping, ProgbarLogger, console, progbar_logger
from heron.callbacks.progress import (
    Forecast,
    Progress,
    Screen,
    bar,
    duration_text,
    keras_line,
    live_line,
    log_line,
    number_text,
    step_time,
    visible_width,
)
from tests.callbacks.fakes import FakeModel

LOGS = {"accuracy": 0.85123, "loss": 0.41204}
PLAIN = Screen(100, True, False)


def progress(**changes):
    return Progress("Epoch 3/5", 1200, 1875, 2.0, 1.2, False, LOGS)._replace(**changes)


# ---- text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, text",
    [
        (0.5, "0.5000"), (1e-3, "1.0000e-03"), (0.00101, "0.0010"), (0.0, "0.0000e+00"), (-1.5, "-1.5000"),
        (-1e-5, "-1.0000e-05"), (math.nan, "nan"), (math.inf, "inf"), (12345.678, "12345.6780"),
        (np.float32(0.25), "0.2500"), (np.array([0.25, 0.75]), "0.5000"),
    ],
)  # fmt: skip
def test_numbers(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize("seconds, text", [(0, "0s"), (0.4, "0s"), (59.6, "1:00"), (61, "1:01"), (3600, "1:00:00")])
def test_durations(seconds, text):
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    "seconds, steps, text",
    [(0.5, 1875, "267us/step"), (3, 1875, "2ms/step"), (7.5, 2, "4s/step"), (0.0, 3, "0s/step"), (1.0, 0, "")],
)
def test_times_of_a_step(seconds, steps, text):
    assert step_time(seconds, steps) == text


@pytest.mark.parametrize(
    "changes, line",
    [
        ({}, "Epoch 3/5 ━━━━━━━━━━━━╸─────── 1200/1875 1s left - accuracy: 0.8512 - loss: 0.4120"),
        ({"done": 37, "left": None}, "Epoch 3/5 ────────────────────   37/1875 2s - accuracy: 0.8512 - loss: 0.4120"),
        ({"done": 37, "steps": None, "left": None},
         "Epoch 3/5 ──────────────────── 37 2s - accuracy: 0.8512 - loss: 0.4120"),
        ({"done": 1875, "finished": True, "left": None},
         "Epoch 3/5 ━━━━━━━━━━━━━━━━━━━━ 1875/1875 2s 1ms/step - accuracy: 0.8512 - loss: 0.4120"),
        ({"doing": "validating", "left": 125},
         "Epoch 3/5 ━━━━━━━━━━━━╸─────── 1200/1875 2:05 left validating - accuracy: 0.8512 - loss: 0.4120"),
        ({"title": "", "left": 0.2}, "━━━━━━━━━━━━╸─────── 1200/1875 0s left - accuracy: 0.8512 - loss: 0.4120"),
        ({"logs": {}}, "Epoch 3/5 ━━━━━━━━━━━━╸─────── 1200/1875 1s left"),
    ],
)  # fmt: skip
def test_the_line_that_moves(changes, line):
    assert live_line(progress(**changes), PLAIN) == line


@pytest.mark.parametrize(
    "columns, line",
    [
        (72, "Epoch 3/5 ━━━━━╸─── 1200/1875 1s left - accuracy: 0.8512 - loss: 0.4120"),
        (66, "Epoch 3/5 1200/1875 1s left - accuracy: 0.8512 - loss: 0.4120"),
        (50, "Epoch 3/5 1200/1875 1s left - accuracy: 0.8512"),
        (30, "Epoch 3/5 1200/1875 1s left"),
        (12, "Epoch 3/5 1"),
    ],
)
def test_what_does_not_fit_is_left_out_in_order(columns, line):
    assert live_line(progress(), Screen(columns, True, False)) == line[: columns - 1]


@given(
    st.integers(1, 300),
    st.booleans(),
    st.booleans(),
    st.integers(0, 10**7),
    st.none() | st.integers(1, 10**6),
    st.dictionaries(st.text(st.characters(codec="ascii", categories=["L"]), max_size=30), st.floats(), max_size=6),
    st.none() | st.floats(0, 1e6),
)
def test_the_line_is_never_wider_than_the_screen(columns, unicode, colour, done, steps, logs, left):
    line = live_line(Progress("Epoch 3/5", done, steps, 2.0, left, False, logs), Screen(columns, unicode, colour))
    assert visible_width(line) <= max(1, columns - 1)
    assert "\n" not in line
    assert line.count("\x1b[0m") * 2 == line.count("\x1b[")


@pytest.mark.parametrize("columns", [20, 60, 80, 120])
def test_a_line_that_stays_keeps_all_metrics(columns):
    whole = progress(done=1875, finished=True, left=None, logs={**LOGS, "val_accuracy": 0.9, "val_loss": 0.25})
    line = live_line(whole, Screen(columns, True, False), moving=False)
    assert line.endswith(
        "1875/1875 2s 1ms/step - accuracy: 0.8512 - loss: 0.4120 - val_accuracy: 0.9000 - val_loss: 0.2500"
    )
    assert ("━" in line) is (columns == 120)


def test_the_bar_in_colours_and_in_ascii():
    assert bar(0.25, 8, Screen()) == "\x1b[32m━━\x1b[0m\x1b[2m──────\x1b[0m"
    assert [bar(f, 8, Screen(unicode=False)) for f in (0, 0.5, 1)] == ["[>.....]", "[===>..]", "[======]"]
    assert bar(1.0, 4, PLAIN) == "━━━━"


def test_lines_for_logs():
    whole = progress(done=1875, finished=True, left=None)
    assert log_line(whole) == "Epoch 3/5 - 2s - 1875/1875 - 1ms/step - accuracy: 0.8512 - loss: 0.4120"
    assert keras_line(whole) == "1875/1875 - 2s - 1ms/step - accuracy: 0.8512 - loss: 0.4120"
    assert log_line(whole._replace(done=37)) == (
        "Epoch 3/5 - 2s -   37/1875 - 54ms/step - accuracy: 0.8512 - loss: 0.4120"
    )
    assert log_line(whole._replace(done=0, steps=None)) == "Epoch 3/5 - 2s - accuracy: 0.8512 - loss: 0.4120"


def test_the_forecast_leaves_out_what_came_before_the_first_report():
    forecast = Forecast()
    assert forecast.left(0.5, 3, now=100.0) is None
    assert forecast.left(0.5, 3, now=101.0) is None
    assert forecast.left(1.0, 3, now=102.0) == 8.0
    assert forecast.left(3.0, 3, now=110.0) == 0.0


def test_a_line_costs_at_most_20_microseconds():
    whole = progress(done=1875, logs={**LOGS, "val_accuracy": 0.9, "val_loss": 0.1}, finished=True)
    for make in (log_line, keras_line):
        assert min(timeit.repeat(lambda make=make: make(whole), number=500, repeat=7)) / 500 < 20e-6


# ---- on a terminal ------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def __init__(self, encoding="utf-8"):
        super().__init__()
        self.code = encoding

    @property
    def encoding(self):
        return self.code

    def isatty(self):
        return True

    def shown(self):
        """The lines that somebody in front of the terminal sees at the end."""
        lines = []
        for line in self.getvalue().split("\n"):
            cells: list[str] = []
            for part in re.sub(r"\x1b\[\d+m", "", line).split("\r"):
                cells[: len(part)] = part
            lines.append("".join(cells).rstrip())
        return lines


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progbar_logger.time, "perf_counter", clock)
    return clock


def standard_output(monkeypatch, stream):
    """Makes `stream` the standard output of callbacks; pytest gives `sys.stdout` a value of its own for each test."""
    for module in (progbar_logger, console):
        monkeypatch.setattr(module, "sys", SimpleNamespace(stdout=stream))
    return stream


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    return standard_output(monkeypatch, Terminal())


def display(epochs=1, steps=10, verbose=1, **more):
    made = ProgbarLogger()
    made.set_model(FakeModel())
    made.set_params({"epochs": epochs, "steps": steps, "verbose": verbose, **more})
    return made


def fit(made, clock, epochs, seconds, pieces=4, validation=0.0):
    """`epochs` epochs of `seconds`, each reported in `pieces`."""
    steps = made.params["steps"] or 10
    made.on_train_begin()
    for epoch in range(epochs):
        made.on_epoch_begin(epoch)
        clock.now += 0 if pieces else seconds
        for piece in range(pieces):
            clock.now += seconds / pieces
            made.on_chunk_end(steps * (piece + 1) // pieces, {"loss": 1.0 / (epoch + 1)})
        if validation:
            made.on_test_begin()
            clock.now += validation
            made.on_chunk_end(3, {"loss": 99.0})
            made.on_test_end({"loss": 99.0})
        made.on_epoch_end(epoch, {"loss": 1.0 / (epoch + 1)})
    made.on_train_end({})


def test_500_tiny_epochs_are_one_line(terminal, clock):
    fit(display(epochs=500), clock, 500, seconds=0.004, pieces=1)
    assert terminal.shown() == ["Epoch 500/500 ━━━━━━━━━━━━━━━━━━━━ 10/10 0s 400us/step - loss: 0.0020", ""]
    assert terminal.getvalue().count("\r") <= 2 + 500 * 0.004 / 0.1


def test_long_epochs_stay(terminal, clock):
    fit(display(epochs=3), clock, 3, seconds=1.0)
    assert terminal.shown() == [
        *(f"Epoch {n}/3 ━━━━━━━━━━━━━━━━━━━━ 10/10 1s 100ms/step - loss: {1 / n:.4f}" for n in (1, 2, 3)),
        "",
    ]


def test_the_line_shows_the_time_left_for_all_epochs(terminal, clock):
    made = display(epochs=3)
    made.on_train_begin()
    made.on_epoch_begin(0)
    for done in (2, 4):
        clock.now += 1.0
        made.on_chunk_end(done, {"loss": 0.5})
    assert terminal.shown() == ["Epoch 1/3 ━━━━━━━━────────────  4/10 13s left - loss: 0.5000"]


def test_validation_is_shown_and_its_logs_are_not(terminal, clock):
    made = display(epochs=1)
    made.on_train_begin()
    made.on_epoch_begin(0)
    clock.now += 1.0
    made.on_chunk_end(10, {"loss": 0.5})
    made.on_test_begin()
    clock.now += 1.0
    made.on_chunk_end(3, {"loss": 99.0})
    assert terminal.shown() == ["Epoch 1/1 ━━━━━━━━━━━━━━━━━━━━ 10/10 2s validating - loss: 0.5000"]
    made.on_test_end({"loss": 99.0})
    made.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.7})
    made.on_train_end()
    assert terminal.shown() == [
        "Epoch 1/1 ━━━━━━━━━━━━━━━━━━━━ 10/10 2s 200ms/step - loss: 0.5000 - val_loss: 0.7000",
        "",
    ]


def test_unknown_steps_are_counted_and_known_from_the_second_epoch(terminal, clock):
    made = display(epochs=2, steps=None)
    made.on_train_begin()
    made.on_epoch_begin(0)
    clock.now += 1
    made.on_chunk_end(37, {"loss": 0.5})
    assert terminal.shown() == ["Epoch 1/2 ──────────────────── 37 1s - loss: 0.5000"]
    made.on_epoch_end(0, {"loss": 0.5})
    made.on_epoch_begin(1)
    clock.now += 1
    made.on_chunk_end(20, {"loss": 0.25})
    assert terminal.shown()[0] == "Epoch 1/2 ━━━━━━━━━━━━━━━━━━━━ 37/37 1s 27ms/step - loss: 0.5000"
    assert terminal.shown()[1].startswith("Epoch 2/2 ━━━━━━━━━━╸───────── 20/37 1s left")


def test_a_shorter_line_covers_a_longer_one(terminal, clock):
    made = display(epochs=2)
    made.on_train_begin()
    made.on_epoch_begin(0)
    clock.now += 0.2
    made.on_chunk_end(5, {"a_metric_with_a_long_name": 0.5, "loss": 0.5})
    clock.now += 0.2
    made.on_chunk_end(6, {"loss": 0.25})
    assert terminal.shown()[0].endswith("loss: 0.2500")
    assert "long" not in terminal.shown()[0]


def test_stopping_early_keeps_the_line_of_the_last_epoch(terminal, clock):
    made = display(epochs=500)
    stop = EarlyStopping("loss", verbose=1)
    stop.set_model(made.model)
    for one in (stop, made):
        one.on_train_begin()
    for epoch, loss in enumerate([1.0, 2.0]):
        for one in (stop, made):
            one.on_epoch_begin(epoch)
        clock.now += 0.001
        for one in (stop, made):
            one.on_epoch_end(epoch, {"loss": loss})
    for one in (stop, made):
        one.on_train_end()
    assert terminal.shown() == [
        "Epoch 2/500 ━━━━━━━━━━━━━━━━━━━━ 10/10 0s 100us/step - loss: 2.0000",
        "",
        "Epoch 2: early stopping",
        "",
    ]


def test_interrupted_training_leaves_the_last_results(terminal, clock):
    made = display(epochs=500)
    made.on_train_begin()
    for epoch in range(3):
        made.on_epoch_begin(epoch)
        clock.now += 0.001
        made.on_epoch_end(epoch, {"loss": float(epoch)})
    made.on_train_end()
    assert terminal.shown() == ["Epoch 3/500 ━━━━━━━━━━━━━━━━━━━━ 10/10 0s 100us/step - loss: 2.0000", ""]


def test_evaluation_and_prediction_are_lines_of_their_own(terminal, clock):
    made = display(steps=313, mode="test")
    made.on_test_begin()
    clock.now += 0.2
    made.on_chunk_end(300, {"loss": 9.0})
    clock.now += 0.12
    made.on_test_end(LOGS)
    assert terminal.shown() == ["━━━━━━━━━━━━━━━━━━━─ 300/313 0s 1ms/step - accuracy: 0.8512 - loss: 0.4120", ""]
    made = display(steps=313, mode="predict")
    made.on_predict_begin()
    clock.now += 0.32
    made.on_predict_end({"outputs": np.zeros(3)})
    assert terminal.shown()[1:] == ["━━━━━━━━━━━━━━━━━━━━ 313/313 0s 1ms/step", ""]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", None])
def test_a_terminal_without_the_characters_gets_others(monkeypatch, clock, terminal, encoding):
    terminal.code = encoding
    fit(display(), clock, 1, seconds=1.0)
    terminal.getvalue().encode("ascii")
    assert terminal.shown() == ["Epoch 1/1 [==================] 10/10 1s 100ms/step - loss: 1.0000", ""]


def test_no_colour_when_asked(monkeypatch, clock, terminal):
    monkeypatch.setenv("NO_COLOR", "1")
    fit(display(), clock, 1, seconds=1.0)
    assert "\x1b" not in terminal.getvalue()


# ---- elsewhere ----------------------------------------------------------------------------------------------------


@pytest.fixture
def pipe(monkeypatch):
    return standard_output(monkeypatch, io.StringIO())


def test_logs_get_one_plain_line_for_each_epoch(pipe, clock):
    made = display(epochs=2)
    assert not made.wants_chunks
    fit(made, clock, 2, seconds=0.01, pieces=0, validation=0.01)
    assert pipe.getvalue() == (
        "Epoch 1/2 - 0s - 10/10 - 2ms/step - loss: 1.0000\nEpoch 2/2 - 0s - 10/10 - 2ms/step - loss: 0.5000\n"
    )


def test_a_dumb_terminal_is_no_terminal(monkeypatch, terminal, clock):
    monkeypatch.setenv("TERM", "dumb")
    fit(display(), clock, 1, seconds=0.02)
    assert terminal.getvalue() == "Epoch 1/1 - 0s - 10/10 - 2ms/step - loss: 1.0000\n"


@pytest.mark.parametrize("where", ["terminal", "pipe"])
def test_verbose_2_is_two_lines_everywhere(request, where, clock):
    stream = request.getfixturevalue(where)
    fit(display(epochs=2, verbose=2), clock, 2, seconds=3.0, pieces=0)
    assert stream.getvalue() == (
        "Epoch 1/2\n10/10 - 3s - 300ms/step - loss: 1.0000\nEpoch 2/2\n10/10 - 3s - 300ms/step - loss: 0.5000\n"
    )


def test_evaluation_in_logs(pipe, clock):
    for verbose in (1, 2):
        made = display(steps=313, verbose=verbose)
        made.on_test_begin()
        clock.now += 0.32
        made.on_test_end(LOGS)
    assert pipe.getvalue() == "313/313 - 0s - 1ms/step - accuracy: 0.8512 - loss: 0.4120\n" * 2


@pytest.mark.parametrize("where", ["terminal", "pipe"])
def test_verbose_0_is_silent(request, where, clock):
    stream = request.getfixturevalue(where)
    made = display(verbose=0)
    assert not made.wants_chunks
    fit(made, clock, 1, seconds=1.0)
    assert stream.getvalue() == ""


def test_a_program_without_standard_output_trains_on(monkeypatch, clock):
    standard_output(monkeypatch, None)
    for verbose in (0, 1, 2):
        fit(display(verbose=verbose), clock, 1, seconds=1.0)


class Counted(io.StringIO):
    flushes = 0

    def flush(self):
        self.flushes += 1


def test_fast_epochs_are_handed_on_ten_times_a_second(monkeypatch, clock):
    stream = standard_output(monkeypatch, Counted())
    fit(display(epochs=500), clock, 500, seconds=0.001, pieces=0)
    assert stream.getvalue().count("\n") == 500
    assert stream.flushes <= 2 + 500 * 0.001 / 0.1


@pytest.mark.parametrize("verbose, wants", [(0, False), (1, True), ("auto", True), (2, False)])
def test_pieces_are_wanted_for_a_line_that_moves(terminal, verbose, wants):
    assert display(verbose=verbose).wants_chunks is wants


def test_the_real_terminal_is_asked_for_its_width(monkeypatch, terminal, clock):
    monkeypatch.setattr(os, "get_terminal_size", lambda *a: os.terminal_size((30, 24)))
    monkeypatch.delenv("COLUMNS")
    made = display()
    made.on_train_begin()
    made.on_epoch_begin(0)
    clock.now += 1
    made.on_chunk_end(5, {f"metric_{i}": 0.5 for i in range(9)})
    assert terminal.shown() == ["Epoch 1/1  5/10 1s"]
