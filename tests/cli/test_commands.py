"""The command line as people use it: in a process of its own, through a pipe."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import heron
from heron import datasets, lessons, saving
from heron.cli.paper import Output

SOURCES = Path(__file__).resolve().parents[2] / "src"


def environment(**more):
    path = os.pathsep.join(filter(None, [str(SOURCES), os.environ.get("PYTHONPATH")]))
    kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS")}
    return {**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "TERM": "xterm", **more}


def run(*arguments, folder, module="heron", input=None, **more):
    """What `heron ARGUMENTS` did."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        input=input,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


def flat(text):
    """Text without the line breaks and the frame that its width gave it."""
    return " ".join(text.replace("│", " ").split())


# What there is


@pytest.mark.parametrize("module", ["heron", "heron.cli"])
def test_version(tmp_path, module):
    done = run("--version", folder=tmp_path, module=module)
    assert (done.returncode, done.stdout) == (0, f"heron {heron.__version__}\n")


def test_without_arguments_the_commands_are_listed(tmp_path):
    done = run(folder=tmp_path)
    assert "learn" in done.stdout
    assert "--version" in done.stdout


def test_help_names_the_defaults(tmp_path):
    said = flat(run("learn", "--help", folder=tmp_path, COLUMNS="140").stdout)
    assert "LESSON.ipynb" in said
    assert "heron-LESSON" in said


def test_learn_lists_the_path(tmp_path):
    done = run("learn", folder=tmp_path, COLUMNS="140", HERON_HOME=str(tmp_path / "home"))
    assert done.returncode == 0
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    places = []
    for name in lessons.names():
        lesson = lessons.find(name)
        place = next(number for number, line in enumerate(lines) if line.startswith(f"{name} "))
        assert lesson.summary in lines[place]
        assert f"{lesson.seconds} s" in lines[place]
        assert f"You can then {lesson.aims[:25]}" in lines[place + 1]
        places.append(place)
    assert places == sorted(places)
    assert lines[places[0]].endswith("you are here")
    assert lines[-1] == "Take the next one: heron learn line, or heron learn next"
    assert not any(tmp_path.iterdir())


def test_the_command_line_starts_without_jax(tmp_path):
    code = "import sys, heron.cli; print({'jax', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment())
    assert done.stdout == "set()\n", done.stderr


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["learn", "clothe"], "There is no lesson named 'clothe'. Did you mean 'clothes'?"),
        (["learn", "quantum"], f"There is no lesson named 'quantum'. Known: {', '.join(sorted(lessons.names()))}."),
        (["learn", "line", "--epochs", "0"], "Invalid value for '--epochs'"),
        (["learn", "line", "--epochs", "many"], "Invalid value for '--epochs'"),
        (["learn", "line", "--seed", "-1"], "Invalid value for '--seed'"),
        (["learn", "line", "--seed", str(2**32)], "Invalid value for '--seed'"),
        (
            ["learn", "line", "--out", "taken"],
            "Pictures cannot be saved in 'taken': File exists. Choose another folder.",
        ),
        (["learn", "--epochs", "3"], "An option needs a lesson: heron learn line --epochs 100"),
        (["learn", "line", "--epoch", "3"], "--epochs"),
        (
            ["learn", "saving", "--epochs", "3", "--answers", "a,b,c"],
            "received 'a,b,c' without --check. Write: heron learn saving",
        ),
        (
            ["learn", "line", "--check", "--answers", "a,b"],
            "Expected --check and 3 letters, one for each question (a to c, a to c, a to c);",
        ),
        (["learn", "line", "--check", "--answers", "a,b,z"], "received 'a,b,z'. Write: heron learn line --check"),
        (["learn", "line", "some.ipynb"], "A file is for notebooks: heron learn line --notebook some.ipynb"),
        (["lern"], "learn"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_mistakes_are_explained_with_exit_code_2(tmp_path, arguments, said):
    (tmp_path / "taken").write_text("a file")
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert said in flat(done.stderr)
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


# Lessons


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    folder = tmp_path_factory.mktemp("line")
    return run("learn", "line", folder=folder), folder


def test_line_shows_code_then_result_then_picture(line):
    done, folder = line
    assert done.returncode == 0, done.stderr
    out = done.stdout
    parts = [
        "A line\n\nOne neuron finds the rule behind six pairs of numbers.\n\nAfter this lesson you can build",
        "\n    EPOCHS = 500\n",
        "\nUsually people write the rule",
        "    xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0])\n",
        "there is: one layer with one neuron.",
        "    history = model.fit(xs, ys, epochs=EPOCHS)\n\nEpoch 1/500 - ",
        "Epoch 500/500 - ",
        "    print(answer_for_10)\n\n18.9",
        "    print(other_answer)\n",
        "\n30.9",
        "As promised: the answer for 10 is between 18.9 and 19.1.\n",
        "Words of this lesson: neuron, weights and biases, loss, optimizer, epoch.",
        "heron explain neuron\n",
        "Three questions to try your hand at: heron learn line --check\n",
        "The whole program: heron learn line --no-run",
    ]
    places, start = [], 0
    for part in parts:
        start = out.index(part, start)
        places.append(start)
    assert "\x1b" not in out
    assert "glossary:" not in out
    assert "promised =" not in out
    for name in ("line.png", "other_line.png"):
        assert f"Picture: heron-line/{name}\n" in out
        assert (folder / "heron-line" / name).read_bytes()[:4] == b"\x89PNG"


def test_lines_that_were_filled_end_with_a_word(line):
    done, _ = line
    said = done.stdout[done.stdout.index("As promised") :]
    assert re.search(r"Words of this lesson: .*\n.*heron explain neuron\n", said), "this one is longer than a line"
    assert [line for line in said.splitlines() if line != line.rstrip()] == []


def test_whoever_reads_only_the_head_of_a_lesson_hears_no_more_of_it(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "heron", "learn", "line", "--epochs", "1"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "A line\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait(timeout=60)


def test_line_leaves_out_most_of_the_500_epochs(line):
    done, _ = line
    shown = [int(n) for n in re.findall(r"^Epoch (\d+)/500", done.stdout, re.MULTILINE)]
    assert shown == [1, 2, 3, 4, 5, 6, 497, 498, 499, 500]
    assert "... (490 more) ..." in done.stdout


def test_choices_reach_the_program(tmp_path):
    done = run("learn", "line", "--epochs", "3", "--seed", "8", "--out", "my pictures", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "EPOCHS = 3\n    SEED = 8\n" in done.stdout
    assert "Picture: my pictures/line.png" in done.stdout
    assert "Epoch 3/3" in done.stdout
    assert "Not as promised this time: the answer for 10 is between 18.9 and 19.1." in done.stdout
    again = run("learn", "line", "--epochs", "3", "--seed", "8", "--out", "x", "--no-code", folder=tmp_path)
    assert "import numpy" not in again.stdout
    assert "The model is the smallest network" in again.stdout
    weights = re.findall(r"^weight: .*", done.stdout, re.MULTILINE)
    assert len(weights) == 1
    assert re.findall(r"^weight: .*", again.stdout, re.MULTILINE) == weights


def test_no_run_prints_a_program_that_runs(tmp_path):
    done = run("learn", "line", "--epochs", "2", "--no-run", folder=tmp_path)
    assert done.stdout == lessons.find("line").chosen(epochs=2).text
    assert not any(tmp_path.iterdir())
    (tmp_path / "line.py").write_text(done.stdout)
    ran = subprocess.run([sys.executable, "line.py"], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "heron-line" / "other_line.png").exists()


def test_xor_in_the_words_of_2016(tmp_path):
    done = run("learn", "xor", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "nb_epoch=EPOCHS, verbose=2)\n\nEpoch 1/500\n1/1 - " in done.stdout
    assert re.search(r"^Note: .*nb_epoch.*epochs", done.stdout, re.MULTILINE)
    answers = done.stdout[done.stdout.index("\n[[") :]
    assert re.findall(r"\d\.", answers[: answers.index("]]")]) == ["0.", "1.", "1.", "0."]
    assert (tmp_path / "heron-xor" / "xor.png").exists()
    assert "Warning" not in done.stderr


def test_clothes_trains_predicts_and_saves(tmp_path):
    done = run("learn", "clothes", "--epochs", "1", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    saved = re.findall(r"^(?:Picture|Model): (.*)$", done.stdout, re.MULTILINE)
    names = ["training.png", "one.png", "predictions.png", "confusion.png", "clothes.safetensors"]
    assert saved == [f"heron-clothes/{name}" for name in names]
    assert sorted(path.name for path in (tmp_path / "heron-clothes").iterdir()) == sorted(names)
    accuracy = float(re.search(r"([\d.]+)% of the test images are recognized", done.stdout).group(1))
    assert 80 < accuracy < 88
    probabilities = [float(p) for p in re.findall(r"^  \S.* ([01]\.\d{4})$", done.stdout, re.MULTILINE)]
    assert len(probabilities) == 10
    assert sum(probabilities) == pytest.approx(1, abs=1e-3)
    assert "Bag" in re.search(r"^It is: +(.*)$", done.stdout, re.MULTILINE).group(1)

    assert "Read back, it says: Bag" in done.stdout
    model = saving.load_model(tmp_path / saved[-1])
    _, (images, labels) = datasets.fashion_mnist.load_data()
    right = model.predict(images / 255.0, batch_size=1000).argmax(axis=1) == labels
    assert 100 * np.mean(right) == pytest.approx(accuracy, abs=0.06)


def test_a_terminal_gets_highlighted_code(tmp_path):
    done = run("learn", "line", "--epochs", "1", folder=tmp_path, FORCE_COLOR="1")
    assert done.returncode == 0, done.stderr
    assert "\x1b[1mA line\x1b[0m" in done.stdout
    plain = re.sub(r"\x1b\[[\d;]*m", "", done.stdout)
    assert "model = Sequential([Dense(units=1, input_shape=[1])])" in plain
    assert "model = Sequential([Dense(units=1, input_shape=[1])])" not in done.stdout


def test_ctrl_c_in_training_goes_on_with_what_was_learned(tmp_path):
    command = [sys.executable, "-u", "-m", "heron", "learn", "line", "--epochs", "10000000", "--no-code"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    seen = []
    for text in process.stdout:
        seen.append(text)
        if text.startswith("Epoch 5/"):
            process.send_signal(signal.SIGINT)
        elif text.startswith("Now other answers"):  # the second training of the lesson
            process.send_signal(signal.SIGINT)
            break
    rest, errors = process.communicate(timeout=120)
    out = "".join(seen) + rest
    assert process.returncode in (0, 130), errors  # 130 when the second Ctrl-C came before the training began
    assert "Traceback" not in errors
    assert "Stopped by Ctrl-C in epoch" in flat(out)
    assert "Picture: heron-line/line.png" in out
    assert (tmp_path / "heron-line" / "line.png").exists()


def test_a_lesson_that_fails_says_why_without_a_traceback(tmp_path):
    (tmp_path / "pictures" / "line.png").mkdir(parents=True)
    done = run("learn", "line", "--epochs", "1", "--out", "pictures", folder=tmp_path)
    assert done.returncode == 1
    assert "heron: " in done.stderr
    assert "line.png" in done.stderr
    assert "Traceback" not in done.stderr


# Questions, notebooks, progress


def test_check_asks_makes_the_experiments_and_says_what_is_right(tmp_path):
    done = run("learn", "line", "--check", folder=tmp_path, input="z\nB)\na\n", HERON_HOME=str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr
    out = flat(done.stdout)
    parts = [
        "1. Train for 50 epochs instead of 500.",
        "- b) further away",
        "Your answer (a, b, c, or Enter to be shown): z Type one of a, b, c.",
        "to be shown): b after 50 epochs",
        "Right: b) further away.",
        "the learning rate: 0.01 unless you choose",
        "Note: The loss is",
        "No, not a. It is c) every step overshoots",
        "to be shown): loss after 2000 epochs",  # the input has ended
        "It is b) the line that comes nearest",
        "1 of 3 right.",
    ]
    start = 0
    for part in parts:
        start = out.index(part, start)
    assert "Epoch 1/500" not in out
    listed = run("learn", folder=tmp_path, COLUMNS="140", HERON_HOME=str(tmp_path / "home")).stdout
    assert "you are here" in listed.splitlines()[0]  # asked, and not taken yet


def test_answers_can_be_given_at_once(tmp_path):
    done = run("learn", "line", "--check", "--answers", "b, C,b", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("3 of 3 right.")
    assert "Your answer" not in done.stdout


def test_a_lesson_becomes_a_notebook(tmp_path):
    done = run("learn", "line", "--notebook", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Notebook: line.ipynb\n")
    cells = json.loads((tmp_path / "line.ipynb").read_text(encoding="utf-8"))["cells"]
    pictures = [output for cell in cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    assert len(pictures) == 2
    failed = run("learn", "line", "--notebook", "new/file.ipynb", "--out", "line.ipynb/a", folder=tmp_path)
    assert failed.returncode == 2
    assert not (tmp_path / "new").exists()


def test_a_notebook_that_cannot_be_written_or_ends_with_an_error(tmp_path):
    (tmp_path / "pictures" / "line.png").mkdir(parents=True)
    done = run("learn", "line", "--notebook", "a.ipynb", "--epochs", "1", "--out", "pictures", folder=tmp_path)
    assert done.returncode == 1
    assert "line.png" in done.stderr
    assert "Traceback" not in done.stderr
    assert '"output_type": "error"' in (tmp_path / "a.ipynb").read_text(encoding="utf-8")


def test_what_was_taken_is_remembered(tmp_path):
    home = {"HERON_HOME": str(tmp_path / "home"), "COLUMNS": "140"}
    assert run("learn", "line", "--epochs", "2", folder=tmp_path, **home).returncode == 0
    listed = run("learn", folder=tmp_path, **home).stdout
    marks = {line.split()[0]: line.rstrip()[-12:] for line in listed.splitlines() if line[:1].strip()}
    assert marks["line"].endswith("  done")
    assert marks["xor"] == "you are here"
    following = run("learn", "next", "--no-run", folder=tmp_path, **home)
    assert following.stdout == lessons.find("xor").text


def test_after_the_last_lesson_next_says_so(tmp_path):
    (tmp_path / "lessons.json").write_text(json.dumps({"finished": list(lessons.names())}))
    done = run("learn", "next", folder=tmp_path, HERON_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "All lessons are done. Take one again: heron learn line\n")


@pytest.mark.parametrize("text", ["{", "\x00"])
def test_a_damaged_memory_does_not_stop_a_lesson(tmp_path, text):
    (tmp_path / "lessons.json").write_text(text)
    done = run("learn", folder=tmp_path, HERON_HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


# The stream that leaves lines out


def written(pieces, first, last):
    page = io.StringIO()
    output = Output(page, first, last)
    for piece in pieces:
        assert output.write(piece) == len(piece)
    output.finish()
    return page.getvalue()


def test_output_begins_with_an_empty_line_only_if_anything_is_written():
    assert written([], None, 0) == ""
    assert written(["a\n", "b"], None, 0) == "\na\nb"


def test_output_keeps_the_first_and_the_last_lines_however_they_are_cut():
    lines = [f"line {n}\n" for n in range(10)]
    wanted = "\nline 0\nline 1\n... (5 more) ...\nline 7\nline 8\nline 9\n"
    assert written(lines, 2, 3) == wanted
    assert written(["".join(lines)], 2, 3) == wanted
    assert written(list("".join(lines)), 2, 3) == wanted
    assert written(lines[:5], 2, 3) == "\n" + "".join(lines[:5])
    assert written(lines[:6], 2, 3).count("(1 more)") == 1


def test_output_passes_on_a_line_that_is_written_over():
    page = io.StringIO()
    output = Output(page, 2, 3)
    output.write("\rEpoch 1")
    assert page.getvalue() == "\n\rEpoch 1"
    output.finish()


def test_output_is_a_terminal_when_the_stream_is():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    assert Output(Terminal()).isatty()
    assert not Output(io.StringIO()).isatty()
    assert Output(sys.__stdout__).encoding == sys.__stdout__.encoding
