"""What is printed of an error that nobody caught: the lines of the user's program, in real processes and in a shell."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
import types
from pathlib import Path

import pytest

import heron
from heron import config, tracebacks
from heron.errors import ArgumentError, DataError, HeronError

SOURCES = str(Path(heron.__file__).resolve().parent.parent)
TRAINS = """
import numpy as np
import heron
from heron import layers

def train(model):
    model.compile("adam", "mse")
    model.fit(np.zeros((4, 3)), np.zeros(4))

train(heron.Sequential([heron.Input((8,)), layers.Dense(1)]))
"""
PLAIN = "heron.errors.ShapeError: Sequential 'sequential' expects data of shape (None, 8); received shape (4, 3)."


def run(path: Path, text: str, *, launcher: str | None = None, **environment: str) -> list[str]:
    """The lines that a program writes to standard error, which must not end well."""
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, *(["-c", launcher] if launcher else []), str(path)]
    whole = {name: value for name, value in os.environ.items() if not name.startswith("HERON_TRACEBACK")}
    done = subprocess.run(
        command, env={**whole, "PYTHONPATH": SOURCES, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    return done.stderr.splitlines()


def files(lines: list[str]) -> list[str]:
    return [line.split('"')[1] for line in lines if line.startswith('  File "')]


def test_a_program_sees_its_own_lines_and_how_to_see_all(tmp_path):
    lines = run(path := tmp_path / "learn.py", TRAINS)
    assert lines[0] == "Traceback (most recent call last):"
    assert files(lines) == [str(path), str(path)]
    assert [line.strip() for line in lines if "train(" in line or "fit(" in line] == [
        "train(heron.Sequential([heron.Input((8,)), layers.Dense(1)]))",
        "model.fit(np.zeros((4, 3)), np.zeros(4))",
    ]
    assert PLAIN in lines
    assert lines[-1] == tracebacks.HOW_TO_SEE_ALL


@pytest.mark.parametrize("how", ["environment", "call"])
def test_all_lines_on_request(tmp_path, how):
    if how == "environment":
        lines = run(tmp_path / "learn.py", TRAINS, HERON_TRACEBACK_FILTERING="off")
    else:
        lines = run(tmp_path / "learn.py", "import heron\nheron.config.disable_traceback_filtering()\n" + TRAINS)
    assert any(file.startswith(SOURCES) for file in files(lines))
    assert PLAIN in lines
    assert tracebacks.HOW_TO_SEE_ALL not in lines


def test_a_program_that_a_command_runs(tmp_path):
    """As a command does that runs scripts: through typer, which has a hook of its own, and runpy."""
    launcher = (
        "import runpy, sys, typer\n"
        "app = typer.Typer(pretty_exceptions_enable=False)\n"
        "@app.command()\ndef run(path: str): runpy.run_path(path, run_name='__main__')\n"
        "app()"
    )
    lines = run(path := tmp_path / "learn.py", TRAINS, launcher=launcher)
    assert set(files(lines)) == {str(path), "<string>"}
    assert PLAIN in lines
    assert lines[-1] == tracebacks.HOW_TO_SEE_ALL


def test_a_program_under_heron_run(tmp_path):
    launcher = "import sys; sys.argv[1:1] = ['run']; from heron.cli import main; main()"
    lines = run(path := tmp_path / "learn.py", TRAINS, launcher=launcher)
    assert set(files(lines)) == {str(path)}
    assert PLAIN in lines
    assert lines[-1] == tracebacks.HOW_TO_SEE_ALL
    lines = run(path, TRAINS, launcher=launcher, HERON_TRACEBACK_FILTERING="off")
    assert any(file.startswith(SOURCES) for file in files(lines))


def test_other_errors_and_other_hooks_are_left_alone(tmp_path):
    program = """
import heron

try:
    heron.layers.Dense("3")  # heron's hook is there now
except ValueError:
    pass

class Mine(heron.callbacks.Callback):
    def on_train_begin(self, logs=None):
        raise RuntimeError("of a callback")

model = heron.Sequential([heron.Input((1,)), heron.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit([1.0], [1.0], verbose=0, callbacks=[Mine()])
"""
    lines = run(path := tmp_path / "other.py", program)
    assert lines[-1] == "RuntimeError: of a callback"
    assert files(lines)[0] == files(lines)[-1] == str(path)
    assert any(file.startswith(SOURCES) for file in files(lines))
    hooked = (
        "import sys\nsys.excepthook = lambda kind, error, tb: print('mine', tb.tb_next is not None, file=sys.stderr)"
    )
    assert run(tmp_path / "hooked.py", f"{hooked}\nimport heron\nheron.layers.Dense('3')\n") == ["mine True"]


# ---- in this process ------------------------------------------------------------------------------------------------


def caught(action) -> HeronError:
    with pytest.raises(HeronError) as found:
        action()
    return found.value


def names(error: BaseException) -> list[str]:
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


def test_an_exception_keeps_all_its_lines_for_debuggers_and_logs():
    error = caught(lambda: heron.layers.Dense("3"))
    assert names(error)[-1] == "check"
    before = names(error)
    with tracebacks.cut(error) as is_shorter:
        assert is_shorter
        assert set(before) - set(names(error)) >= {"recorded", "check"}
        assert "<lambda>" in names(error)
    assert names(error) == before


def test_what_an_error_came_from_is_cut_too():
    def fails():
        try:
            int("many")
        except ValueError as first:
            raise DataError("second") from first

    error = caught(fails)
    error.__cause__.__traceback__ = caught(lambda: heron.layers.Dense("3")).__traceback__
    whole = names(error.__cause__)
    with tracebacks.cut(error) as is_shorter:
        assert is_shorter
        assert "check" not in names(error.__cause__)
    assert names(error.__cause__) == whole


def test_an_error_without_a_line_of_the_user_keeps_what_it_has():
    error = caught(lambda: heron.layers.Dense("3"))
    deepest = error.__traceback__
    while deepest.tb_next is not None:
        deepest = deepest.tb_next
    error.__traceback__ = deepest
    with tracebacks.cut(error) as is_shorter:
        assert not is_shorter
        assert names(error) == ["check"]


def test_errors_that_came_from_each_other_in_a_ring_end():
    one, two = ArgumentError("one"), ArgumentError("two")
    one.__cause__, two.__cause__ = two, one
    with tracebacks.cut(one) as is_shorter:
        assert not is_shorter


@pytest.mark.parametrize(
    ("file", "is_mine"),
    [
        ("/home/ada/learn.py", True),
        ("<stdin>", True),
        ("<ipython-input-3-abc>", True),
        ("/tmp/ipykernel_7/123.py", True),
        ("<frozen runpy>", False),
        (heron.__file__, False),
        (types.__file__, False),
        (pytest.__file__, False),
    ],
)
def test_which_files_are_the_user_s(file, is_mine):
    assert tracebacks.is_of_the_user(file) is is_mine


@pytest.mark.parametrize(
    ("written", "is_on"), [("off", False), ("0", False), (" No ", False), ("on", True), ("", True)]
)
def test_the_environment_says_so_until_the_program_does(monkeypatch, written, is_on):
    monkeypatch.setattr(tracebacks.filtering, "chosen", None)
    monkeypatch.setenv(tracebacks.VARIABLE, written)
    assert config.is_traceback_filtering_enabled() is is_on
    config.disable_traceback_filtering()
    assert not config.is_traceback_filtering_enabled()
    config.enable_traceback_filtering()
    assert config.is_traceback_filtering_enabled()


def test_ipython_is_handed_the_same(monkeypatch):
    class Tracebacks:
        tb_offset = 1

        def structured_traceback(self, kind, error, shown, tb_offset):
            return [f"{kind.__name__} {tb_offset}", *names(error)]

    shell = types.SimpleNamespace(InteractiveTB=Tracebacks())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    error = caught(lambda: heron.layers.Dense("3"))
    monkeypatch.setattr(tracebacks.filtering, "chosen", True)
    cut = error._render_traceback_()
    assert cut[0] == "ArgumentError 0"
    assert cut[-1] == tracebacks.HOW_TO_SEE_ALL
    assert "check" not in cut
    monkeypatch.setattr(tracebacks.filtering, "chosen", False)
    assert error._render_traceback_() == ["ArgumentError 1", *names(error)]
