"""The form of lessons, how they run, and what is remembered of them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from heron import lessons
from heron.errors import ArgumentError, UnknownNameError
from heron.lessons import Cell, Lesson, LessonError, Progress, catalogue, percent, progress, prose
from tests.lessons.mini import TEXT

MINI = Lesson.of("mini", TEXT)
SOURCES = Path(lessons.__file__).parents[2]


# The percent format


def test_cells_have_kind_tags_source_and_line():
    text = '# %% [markdown]\n# Some *words*.\n#\n#   more\n\n#%% tags=["a", "b"]\n\nx = 1\n\n# said\ny = 2\n\n\n# %%\n'
    assert percent.read(text) == (
        Cell("markdown", "Some *words*.\n\n  more", (), 2),
        Cell("code", "x = 1\n\n# said\ny = 2", ("a", "b"), 8),
        Cell("code", "", (), 15),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "p, line 1: expected that a cell begins with a line '# %%'"),
        ("\nx = 1\n# %%\n", r"p, line 2: .* received 'x = 1'"),
        ("# %% [markdown]\n# one\ntwo\n", r"line 3: expected that a line of prose begins with '# '; received 'two'"),
        ("# %% [raw]\n", r"line 1: expected that the head of a cell is .* received '# %% \[raw\]'"),
        ("# %% tags=[a]\n", "line 1: expected that the head of a cell"),
        ("# %% tags=[1]\n", "line 1: expected that the head of a cell"),
        ("# %%\nx = 1\n\ny = = 2\n", r"line 4: expected that a cell of code is whole Python \(invalid .* 'y = = 2'"),
        ("# %%\nif x:\n# %%\n", "expected that a cell of code is whole Python"),
    ],
)
def test_a_file_in_another_form_is_refused_by_line(text, said):
    with pytest.raises(LessonError, match=said):
        percent.read(text, "p")


# Lessons


def test_a_lesson_is_read():
    assert (MINI.title, MINI.summary, MINI.aims) == ("Mini", "A short one.", "count to seven.")
    assert MINI.parameters == {"EPOCHS": 5, "SEED": 2, "FOLDER": "heron-mini"}
    assert [cell.kind for cell in MINI.cells] == ["markdown", "code", "markdown", "code", "code", "code"]
    first, second = MINI.experiments
    assert first.question == "Add one. What comes\nout?"
    assert first.choices == {"a": "seven", "b": "eight, as one expects"}
    assert list(second.choices) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("# # Mini", "# Mini", r"line 2: expected that the first cell has '# Title'.* received 'Mini'"),
        ("# After this lesson you can", "# You may", "a paragraph 'After this lesson you can '"),
        ('tags=["parameters"]', "", 'the first cell of code has the tag "parameters"'),
        ("FOLDER =", "folder =", 'the first cell of code has the tag "parameters"'),
        ("SEED = 2", "SEED = len('ab')", r"received \"SEED = len\('ab'\)\""),
        ("SEED = 2", "import os", "received 'import os'"),
        ('tags=["promise"]', "", "ends with one cell of promises"),
        ('tags=["long-output"]', 'tags=["promise"]', "ends with one cell of promises"),
        ('tags=["long-output"]', 'tags=["long"]', r"tags are among .* received \['long'\]"),
        ("# - a) seven\n# - b) eight, as", "# - a) seven\n# eight, as", "received 1 choices"),
        ("answer = \"b\" if total == 8 else \"a\"", "pass", "its code sets answer"),
        ('# %% [markdown] tags=["experiment"]\n# And', "# %% [markdown]\n# And", "the lesson ends with"),
        ('# %% [markdown] tags=["experiment"]\n# And', '# %% tags=["experiment"]\n# And', "an experiment is a"),
    ],
)  # fmt: skip
def test_a_program_that_is_no_lesson_is_refused(old, new, said):
    assert old in TEXT
    with pytest.raises(LessonError, match=said):
        Lesson.of("mini", TEXT.replace(old, new, 1))


def test_choices_are_written_into_the_program():
    chosen = MINI.chosen(epochs=3, seed=7, folder="my pictures")
    assert chosen.parameters == {"EPOCHS": 3, "SEED": 7, "FOLDER": "my pictures"}
    assert 'EPOCHS = 3\nSEED = 7\nFOLDER = "my pictures"\n' in chosen.text
    assert chosen.text.replace("EPOCHS = 3\nSEED = 7", "EPOCHS = 5\nSEED = 2").replace("my pictures", "heron-mini") == (
        TEXT
    )
    assert MINI.chosen() == MINI


@pytest.mark.parametrize("folder", ['a "b"', "a\\b", "C:\\new\\table", "später", "$seed", "{x}"])
def test_any_folder_survives_in_the_program(folder):
    assert MINI.chosen(folder=folder).folder == folder


def test_a_choice_that_a_lesson_does_not_have_is_refused():
    without = Lesson.of("mini", TEXT.replace("EPOCHS = 5\n", "").replace("EPOCHS", "5"))
    with pytest.raises(ArgumentError, match=r"'mini' has no epochs to choose; it has seed, folder\. Leave --epochs"):
        without.chosen(epochs=3)


# The catalogue


def test_the_lessons_come_in_their_order():
    own = ("line", "xor", "by_hand", "clothes", "layer", "digits", "saving")
    assert tuple(name for name in lessons.names() if name in own) == own
    assert all(lessons.find(name).name == name for name in lessons.names())


def test_find_knows_the_nearest():
    assert lessons.find("xor") is lessons.find("xor")
    with pytest.raises(UnknownNameError, match=r"no lesson named 'cloths'\. Did you mean 'clothes'\? Known: "):
        lessons.find("cloths")


def test_a_lesson_without_a_program_is_not_listed(monkeypatch):
    monkeypatch.setitem(catalogue._SECONDS, "quantum", 3)
    lessons.names.cache_clear()
    assert "quantum" not in lessons.names()
    lessons.names.cache_clear()


def test_importing_lessons_is_light():
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    code = "import sys, heron.lessons; heron.lessons.find('line')\n"
    code += "print({'jax', 'numpy', 'matplotlib', 'rich', 'typer'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout == "set()\n", done.stderr


# The runner


@pytest.fixture
def inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_run_shares_one_namespace_makes_the_folder_and_returns_the_variables(inside, capsys):
    variables = lessons.run(MINI.chosen(epochs=3, folder="new/folder"))
    assert variables["total"] == 5
    assert variables["__name__"] == "__main__"
    assert lessons.kept(variables) == {"five and two are seven": False}
    assert (inside / "new" / "folder" / "dot.png").is_file()
    assert "line 19\nPicture: new/folder/dot.png\n" in capsys.readouterr().out


def test_run_lets_a_front_end_present_each_cell(inside):
    seen = []

    @contextlib.contextmanager
    def present(cell):
        seen.append(("before", cell))
        yield
        seen.append(("after", cell))

    lessons.run(MINI, present)
    assert seen == [(when, cell) for cell in MINI.cells for when in ("before", "after")]


def test_an_error_shows_the_line_of_the_program(inside):
    text = TEXT.replace("total = EPOCHS + SEED", "total = EPOCHS / (SEED - 2)")
    with pytest.raises(ZeroDivisionError) as caught:
        lessons.run(Lesson.of("bad", text))
    shown = "".join(traceback.format_exception(caught.value))
    line = text.splitlines().index("total = EPOCHS / (SEED - 2)") + 1
    assert f'"<lesson bad>", line {line}' in shown
    assert "total = EPOCHS / (SEED - 2)\n" in shown


@pytest.mark.parametrize("promised", ["promised = {}", "promised = True", "kept = {}"])
def test_a_promise_is_a_dict_of_sentences(inside, promised):
    lesson = Lesson.of("mini", TEXT.replace('promised = {"five and two are seven": total == 7}', promised))
    with pytest.raises(LessonError, match=r"expected that a lesson sets promised = \{'a sentence': a condition\}"):
        lessons.kept(lessons.run(lesson))


def test_experiments_find_the_answer_and_spoil_nothing(inside, capsys):
    variables = lessons.run(MINI)
    assert [lessons.answer(MINI, one, variables) for one in MINI.experiments] == ["b", "a"]
    assert capsys.readouterr().out.endswith("total: 8\ntotal: 7\n")
    assert variables["total"] == 7
    assert "answer" not in variables


def test_an_answer_is_one_of_the_letters(inside):
    lesson = Lesson.of("mini", TEXT.replace('answer = "b"', 'answer = "x"'))
    with pytest.raises(LessonError, match=r"sets answer to one of a, b; received 'x'"):
        lessons.answer(lesson, lesson.experiments[0], lessons.run(lesson))


# Prose


def test_prose_without_markdown():
    text = (
        "# A *head*\n\n- **one** `two`\n  three\n- four [five](glossary:five) 2 * 3 * 4\n\n```\nx  =  1\n```\n\n|a|b|"
    )
    assert prose.plain(text, 80) == "A head\n\n- one two three\n- four five 2 * 3 * 4\n\n    x  =  1\n\n|a|b|"


def test_a_link_may_run_over_a_line():
    said = MINI.cells[2].source
    assert lessons.terms(said) == ["epoch", "learning-rate"]
    assert lessons.plain(said, 80) == "Numbers and an epoch, of a learning rate."


# What is remembered


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HERON_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_progress_is_remembered(home):
    assert Progress.load() == Progress()
    done = Progress("xor", {"line"}, {"line": 2})
    assert done.save()
    assert Progress.load() == done
    assert [path.name for path in home.iterdir()] == ["lessons.json"]


def test_the_next_lesson_is_the_one_begun_or_the_first_not_finished():
    names = ["line", "xor", "clothes"]
    assert Progress().following(names) == "line"
    assert Progress("clothes", {"line"}).following(names) == "clothes"
    assert Progress("line", {"line"}).following(names) == "xor"
    assert Progress("gone", {"line"}).following(names) == "xor"
    assert Progress("line", set(names)).following(names) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": 3, "finished": {}, "right": []}', "\x00\xff", "[" * 100_000])
def test_a_damaged_file_is_as_none(home, text):
    home.mkdir()
    progress.file().write_text(text, encoding="latin-1")
    assert Progress.load() == Progress()
    assert Progress("xor").save()
    assert Progress.load().at == "xor"


def test_what_is_of_the_wrong_kind_is_left_out(home):
    home.mkdir()
    progress.file().write_text('{"at": "xor", "finished": ["line", 3], "right": {"line": 2, "xor": "all"}}')
    assert Progress.load() == Progress("xor", {"line"}, {"line": 2})


def test_a_folder_that_cannot_be_written_stops_nothing(home):
    home.write_text("a file")
    assert not Progress("line").save()
    assert Progress.load() == Progress()


def test_a_file_that_cannot_be_replaced_leaves_no_part(home):
    progress.file().mkdir(parents=True)
    assert not Progress("line").save()
    assert [path.name for path in home.iterdir()] == ["lessons.json"]
