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


OF_A_LAYER = """
import numpy as np
import heron
from heron import layers, ops

class Refuses(layers.Layer):
    def call(self, x):
        raise ValueError("I refuse")

class Adds(layers.Layer):
    def call(self, x):
        return x + ops.ones((5,))

model = heron.Sequential([{}()])
model.compile("sgd", "mse")
model.fit(np.zeros((4, 3)), np.zeros((4, 3)), verbose=0)
"""
OF_JAX = "ValueError: Incompatible shapes for broadcasting: shapes=[(d0, 3), (5,)]"
UNKNOWN = "(d0 is a size that is not known yet, such as the number of samples)"


@pytest.mark.parametrize(
    ("layer", "line", "said"),
    [
        ("Refuses", 'raise ValueError("I refuse")', ["ValueError: I refuse"]),
        ("Adds", "return x + ops.ones((5,))", [OF_JAX]),
    ],
)
@pytest.mark.parametrize("how", ["python", "heron run"])
def test_errors_inside_a_layer_of_the_program_are_one_and_show_its_lines(tmp_path, layer, line, said, how):
    launcher = "import sys; sys.argv[1:1] = ['run']; from heron.cli import main; main()"
    text = OF_A_LAYER.format(layer)
    lines = run(path := tmp_path / "own.py", text, launcher=launcher if how == "heron run" else None)
    assert lines[0] == "Traceback (most recent call last):"
    assert files(lines) == [str(path), str(path)]
    assert line in [one.strip() for one in lines]
    at = lines.index(said[0])
    assert lines[at + 1 :] == [
        f"(in {layer} '{layer.lower()}', called on inputs of shape (None, 3))",
        *([UNKNOWN] if layer == "Adds" else []),
        tracebacks.HOW_TO_SEE_ALL,
    ]
    assert lines.count("Traceback (most recent call last):") == 1


def test_all_lines_of_an_error_inside_a_layer_on_request(tmp_path):
    lines = run(tmp_path / "own.py", OF_A_LAYER.format("Adds"), HERON_TRACEBACK_FILTERING="off")
    assert sum(file.startswith(SOURCES) for file in files(lines)) > 5
    assert OF_JAX in lines
    assert tracebacks.HOW_TO_SEE_ALL not in lines
    assert any(tracebacks._OF_JAX in line for line in lines), "JAX says how to see its own"


def test_errors_of_callbacks_show_the_program_and_nothing_of_heron(tmp_path):
    program = """
import heron

class Mine(heron.callbacks.Callback):
    def on_train_begin(self, logs=None):
        raise RuntimeError("of a callback")

model = heron.Sequential([heron.Input((1,)), heron.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit([1.0], [1.0], verbose=0, callbacks=[Mine()])
"""
    lines = run(path := tmp_path / "other.py", program)
    assert lines[-2:] == ["RuntimeError: of a callback", tracebacks.HOW_TO_SEE_ALL]
    assert files(lines) == [str(path), str(path)]


def test_errors_that_are_not_of_heron_and_other_hooks_are_left_alone(tmp_path):
    program = "import json\nimport heron\njson.loads('{')"
    lines = run(path := tmp_path / "other.py", program)
    assert files(lines)[0] == str(path)
    assert os.path.join("json", "decoder.py") in files(lines)[-1]
    assert lines[-1].startswith("json.decoder.JSONDecodeError")
    hooked = (
        "import sys\nsys.excepthook = lambda kind, error, tb: print('mine', tb.tb_next is not None, file=sys.stderr)"
    )
    assert run(tmp_path / "hooked.py", f"{hooked}\nimport heron\nheron.layers.Dense('3')\n") == ["mine True"]


@pytest.mark.parametrize(
    ("module", "instead_of", "is_replaced"),
    [
        ("sys", ("sys",), True),
        ("typer.main", ("sys",), False),
        ("typer.main", ("sys", "typer.main"), True),
        ("theirs", ("sys", "typer.main"), False),
    ],
)
def test_which_hooks_are_replaced(module, instead_of, is_replaced, monkeypatch):
    def hook(*raised):
        """Of somebody."""

    hook.__module__ = module
    monkeypatch.setattr(sys, "excepthook", hook)
    tracebacks.show_cut(instead_of)
    assert (sys.excepthook is not hook) == is_replaced


def test_at_the_prompt(tmp_path):
    """Where lines are typed they have no file; what was typed counts as the program."""
    program = f"import code\ncode.InteractiveInterpreter().runsource({OF_A_LAYER.format('Refuses')!r}, symbol='exec')"
    lines = run(tmp_path / "typed.py", program + "\nraise SystemExit(1)")
    assert [file for file in files(lines) if not file.startswith("<")] == []
    assert lines[-1] == tracebacks.HOW_TO_SEE_ALL


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


def test_notes_of_jax_about_its_own_lines_are_back_afterwards():
    error = caught(lambda: heron.layers.Dense("3"))
    error.add_note("mine")
    error.add_note("--------------------\nSet JAX_TRACEBACK_FILTERING=off to include these.")
    with tracebacks.cut(error):
        assert error.__notes__ == ["mine"]
    assert len(error.__notes__) == 2


def test_the_line_of_the_program_at_which_an_error_was_raised():
    error = caught(lambda: heron.layers.Dense("3"))
    assert tracebacks.last_line(error) == (__file__, error.__traceback__.tb_next.tb_lineno)
    assert tracebacks.last_line(ValueError("never raised")) is None


class Shell:
    """As much of IPython's shell as shows errors."""

    class InteractiveTB:
        tb_offset = 1

        @staticmethod
        def structured_traceback(kind, error, shown, tb_offset):
            return [kind.__name__, *names(error)]

    def __init__(self):
        self.custom_exceptions, self.handler, self.shown = (), None, []

    def set_custom_exc(self, kinds, handler):
        self.custom_exceptions, self.handler = kinds, handler

    def showtraceback(self, raised, tb_offset=None, running_compiled_code=False):
        kind, error, shown = raised
        asks = hasattr(error, "_render_traceback_")
        lines = error._render_traceback_() if asks else self.InteractiveTB.structured_traceback(kind, error, shown, 1)
        self.shown = lines


def test_ipython_shows_errors_that_came_through_heron_cut(monkeypatch):
    shell = Shell()
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(sys, "excepthook", lambda *raised: None)
    monkeypatch.setattr(tracebacks.filtering, "chosen", True)
    tracebacks.show_cut()
    assert shell.custom_exceptions == (Exception,)

    class Refuses(heron.layers.Layer):
        def call(self, x):
            raise ValueError("I refuse")

    def shown(action):
        with pytest.raises(ValueError, match=r"refuse|invalid literal") as found:
            action()
        shell.handler(shell, ValueError, found.value, found.value.__traceback__)
        assert not hasattr(found.value, "_render_traceback_")
        return shell.shown

    through = shown(lambda: Refuses()(heron.ops.ones((2, 2))))
    assert (through[0], through[-2:]) == ("ValueError", ["call", tracebacks.HOW_TO_SEE_ALL])
    assert "_run" not in through
    assert shown(lambda: int("x"))[-1] == "<lambda>"
    shell.set_custom_exc((KeyError,), None)
    tracebacks.show_cut()
    assert shell.custom_exceptions == (KeyError,), "what the user set stays"


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
