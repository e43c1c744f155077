"""Lessons as data, and the runner."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import traceback
from pathlib import Path

import numpy as np
import pytest

from heron import datasets
from heron.errors import UnknownNameError
from heron.lessons import LESSONS, Lesson, Step, find, run

MINI = Lesson(
    name="mini",
    title="Mini",
    summary="A short one.",
    seconds=1,
    epochs=5,
    seed=7,
    steps=(
        Step("Numbers.", "\nn = $epochs\nseed = $seed\n"),
        Step("A file.", '\nfile = "$folder/a.png"\ntotal = n + seed\n'),
    ),
    outlook="More.",
)


# Lessons as data


def test_the_lessons_come_in_their_order():
    assert list(LESSONS) == ["line", "xor", "clothes", "convolution", "digits"]
    assert all(lesson.name == name for name, lesson in LESSONS.items())


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_every_lesson_can_be_read(lesson):
    assert lesson.summary.endswith(".")
    assert len(lesson.summary) <= 65  # name, sentence and seconds on one line of a list
    assert lesson.outlook.endswith((".", "?"))
    for step in lesson.chosen().steps:
        assert step.text.endswith((".", ")"))
        assert "$" not in step.code
        assert max(map(len, step.code.splitlines())) <= 84
    compile(lesson.chosen().program(), lesson.name, "exec")


@pytest.mark.parametrize(
    ("lesson", "word", "sign"),
    [
        *((name, "loss", "loss=") for name in LESSONS),
        *((name, "epoch", "epoch") for name in LESSONS),
        *((name, "accuracy", "accuracy") for name in ("xor", "clothes", "digits")),
        ("line", "optimizer", "optimizer="),
        ("line", "seed", "seed"),
        ("clothes", "softmax", "softmax"),
        ("digits", "softmax", "softmax"),
        ("digits", "one-hot", "to_categorical("),
        ("digits", "Dropout", "Dropout("),
        ("digits", "feature maps", "feature_maps("),
        ("convolution", "filter", "cross = "),
        ("convolution", "channels", "Conv2D("),
    ],
)
def test_a_word_is_explained_where_it_is_first_met(lesson, word, sign):
    steps = find(lesson).steps
    first = next(index for index, step in enumerate(steps) if sign in step.code)
    said = " ".join(step.text for step in steps[: first + 1])
    assert re.search(rf"\b{word}\b", said), f"{lesson} uses {word} and does not say what it is"


def test_choices_are_written_into_the_code():
    chosen = MINI.chosen(epochs=2, seed=1, folder="out")
    assert [step.code for step in chosen.steps] == ["n = 2\nseed = 1", 'file = "out/a.png"\ntotal = n + seed']
    assert chosen.chosen(epochs=9) == chosen
    assert MINI.chosen().steps[0].code == "n = 5\nseed = 7"
    assert "heron-mini/a.png" in MINI.chosen().steps[1].code


@pytest.mark.parametrize("folder", ['a "b"', "a\\b", "C:\\new\\table", "später", "$seed"])
def test_any_folder_survives_in_the_code(folder):
    assert run(MINI.chosen(folder=folder))["file"] == f"{folder}/a.png"


def test_program_is_the_code_with_the_sentences_as_comments():
    program = MINI.chosen(epochs=2).program()
    assert program == (
        "# Mini. A short one.\n\n"
        "# Numbers.\nn = 2\nseed = 7\n\n"
        '# A file.\nfile = "heron-mini/a.png"\ntotal = n + seed\n'
    )
    wide = Lesson("w", "W", "S.", 1, 1, 1, (Step("word " * 60 + "end.", "x = 1"),), "").program()
    assert max(map(len, wide.splitlines())) <= 88
    exec(compile(wide, "wide", "exec"), {})


def test_find_knows_the_nearest():
    assert find("xor") is LESSONS["xor"]
    with pytest.raises(UnknownNameError, match=r"no lesson named 'cloths'\. Did you mean 'clothes'\? Known: clothes"):
        find("cloths")


def test_importing_lessons_is_light():
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
    code = "import sys, heron.lessons; print({'jax', 'numpy', 'matplotlib', 'rich', 'typer'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout == "set()\n", done.stderr


# The runner


def test_run_shares_one_namespace_and_returns_it():
    variables = run(MINI.chosen(epochs=3))
    assert variables["total"] == 10
    assert variables["__name__"] == "__main__"


def test_run_lets_a_front_end_present_each_step():
    seen = []

    @contextlib.contextmanager
    def present(step):
        seen.append(("before", step.text, step.code))
        yield
        seen.append(("after", step.text, step.code))

    run(MINI.chosen(epochs=1), present)
    assert [(when, text) for when, text, _ in seen] == [
        ("before", "Numbers."),
        ("after", "Numbers."),
        ("before", "A file."),
        ("after", "A file."),
    ]
    assert seen[0][2] == "n = 1\nseed = 7"


def test_an_error_shows_the_line_of_the_lesson():
    lesson = Lesson("bad", "Bad", "S.", 1, 1, 1, (Step("Fine.", "x = 1"), Step("Not.", "y = 2\nx / (y - 2)")), "")
    with pytest.raises(ZeroDivisionError) as caught:
        run(lesson)
    shown = "".join(traceback.format_exception(caught.value))
    assert '"<lesson bad, step 2>", line 2' in shown
    assert "x / (y - 2)" in shown


def test_the_line_lesson_runs_without_a_terminal(tmp_path, capsys):
    variables = run(find("line").chosen(epochs=300, folder=tmp_path / "new"))
    assert 30 < variables["model"].predict([10.0])[0, 0] < 32
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["line.png", "other_line.png"]
    assert f"Picture: {tmp_path / 'new' / 'line.png'}" in capsys.readouterr().out


def test_the_convolution_lesson_finds_the_same_as_the_layers_and_learns_a_filter(tmp_path, capsys):
    variables = run(find("convolution").chosen(folder=tmp_path))
    out = capsys.readouterr().out
    assert out.count("The same as by hand: True") == 2
    np.testing.assert_array_equal(variables["by_hand"], [[4, 3, 4], [2, 4, 3], [2, 3, 4]])
    np.testing.assert_array_equal(variables["pooled"], [[7, 9], [8, 4]])
    shoe = variables["shoe"]
    across, down = variables["shoe_edges"]
    assert across[12, 20] == pytest.approx(shoe[12:15, 22].sum() - shoe[12:15, 20].sum())
    assert down[12, 20] == pytest.approx(shoe[14, 20:23].sum() - shoe[12, 20:23].sum())
    np.testing.assert_allclose(variables["found"], variables["vertical"], atol=0.15)
    assert np.abs(variables["before"] - variables["vertical"]).max() > 0.5
    assert variables["losses"][-1] < 0.01 * variables["losses"][0]
    made = ["edges.png", "learned.png", "pooling.png", "sliding.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == made
    assert all(f"Picture: {tmp_path}/{name}\n" in out for name in made)


def test_the_digits_lesson_with_a_hundredth_of_the_images(tmp_path, capsys, monkeypatch):
    (x, y), (x_test, y_test) = datasets.mnist.load_data()
    monkeypatch.setattr(datasets.mnist, "load_data", lambda: ((x[:384], y[:384]), (x_test[:128], y_test[:128])))
    variables = run(find("digits").chosen(epochs=3, folder=tmp_path))
    out = capsys.readouterr().out
    assert variables["test_accuracy"] > 0.5
    assert "Total params: 1,199,882 " in out
    assert "5 becomes [0. 0. 0. 0. 0. 1. 0. 0. 0. 0.]" in out
    assert variables["maps"].shape == (1, 26, 26, 32)
    assert variables["maps"].min() == 0 < variables["maps"].max()
    wrong = variables["wrong"]
    assert len(wrong) == round(128 * (1 - variables["test_accuracy"]))
    listed = re.findall(r"image +(\d+) is a (\d), read as (\d), \d+% sure", out)
    assert [int(number) for number, _, _ in listed] == wrong.tolist()
    assert all(int(really) == y_test[int(number)] and really != guess for number, really, guess in listed)
    made = "confusion.png digits.safetensors feature_maps.png filters.png four.png mistakes.png training.png"
    assert sorted(path.name for path in tmp_path.iterdir()) == made.split()
