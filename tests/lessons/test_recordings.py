"""Lessons as notebooks and as pages."""

from __future__ import annotations

import base64
import itertools
import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from heron import lessons
from heron.lessons import Lesson
from tests.lessons.mini import PICTURE, TEXT

SOURCES = Path(lessons.__file__).parents[2]
MINI = Lesson.of("mini", TEXT)


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """Records a lesson with its text changed."""
    monkeypatch.chdir(tmp_path)

    def made(*change, experiments=False):
        text = TEXT.replace(*change, 1) if change else TEXT
        return lessons.record(Lesson.of("mini", text), experiments)

    return made


def test_a_recording_holds_what_each_cell_wrote_and_drew(recorded, capsys):
    recording = recorded(experiments=True)
    assert capsys.readouterr().out == ""
    assert [ran.cell for ran in recording.cells] == list(recording.lesson.cells)
    long, picture, _ = recording.cells[3:]
    assert long.text.splitlines()[:7] == [*(f"line {n}" for n in range(6)), "... (10 more) ..."]
    assert long.text.endswith("line 19\n")
    assert picture.pictures == [Path("heron-mini/dot.png")]
    assert recording.promises == {"five and two are seven": True}
    assert [(ran.text, letter) for _, ran, letter in recording.answers] == [("total: 8\n", "b"), ("total: 7\n", "a")]


def test_notes_and_errors_are_recorded(recorded):
    code = "import heron.errors\nheron.errors.note('ah')\n1 / 0\n"
    recording = recorded("total = EPOCHS + SEED\n", code)
    ran = recording.cells[-1]
    assert ran.notes == ["HeronNote: ah"]
    assert isinstance(ran.error, ZeroDivisionError)
    assert len(recording.cells) == 4
    assert recording.promises is None


# Notebooks


def cells_of(recording):
    page = nbformat.reads(lessons.notebook(recording), as_version=4)
    nbformat.validate(page)
    assert (page.nbformat, page.nbformat_minor) == (4, 5)
    return page.cells


def test_a_notebook_has_prose_code_and_outputs(recorded):
    cells = cells_of(recorded())
    install, title, parameters, prose, long, picture, promise = cells[:7]
    assert "%pip install heron" in install.source
    assert all(line.startswith("#") for line in install.source.splitlines())
    assert title.source.startswith("# Mini\n\nA short one.\n")
    assert parameters.source.startswith('EPOCHS = 5\nSEED = 2\nFOLDER = "heron-mini"')
    assert parameters.metadata.tags == ["parameters"]
    assert prose.source == "**Numbers** and an *epoch*, of a *learning\nrate*."
    assert "... (10 more) ..." in long.outputs[0].text
    shown = picture.outputs[1].data
    assert base64.b64decode(shown["image/png"]) == bytes.fromhex(PICTURE)
    assert picture.source.endswith('display(Image(FOLDER + "/dot.png"))')
    assert promise.outputs[0].text == "As promised: five and two are seven\n"
    assert [cell.execution_count for cell in cells[:7] if cell.cell_type == "code"] == [None, 1, 2, 3, 4]
    asked, code = cells[8:10]
    assert asked.source.endswith("- a) seven\n- b) eight, as one expects")
    assert code.source.endswith('print("Answer:", answer)')
    assert code.outputs == []
    assert len({cell.id for cell in cells}) == len(cells) == 12


def test_drawings_and_notes_and_errors_stand_in_a_notebook(recorded):
    code = "import heron.errors, pathlib\nheron.errors.note('ah')\npathlib.Path('a.svg').write_text('<svg/>')\n"
    cells = cells_of(recorded("total = EPOCHS + SEED\n", code + "print('Picture: a.svg')\n1 / 0\n"))
    outputs = cells[4].outputs
    assert [output.output_type for output in outputs] == ["stream", "stream", "display_data", "error"]
    assert outputs[1].text == "HeronNote: ah\n"
    assert outputs[2].data["image/svg+xml"] == "<svg/>"
    assert (outputs[3].ename, outputs[3].evalue) == ("ZeroDivisionError", "division by zero")
    assert 'display(SVG("a.svg"))' in cells[4].source
    assert cells[5].execution_count is None


def kinds_in(cell):
    """The kinds of output; what was printed in pieces is one."""
    return [kind for kind, _ in itertools.groupby(output.output_type for output in cell.outputs)]


def test_the_notebook_of_a_lesson_runs_in_jupyter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = os.pathsep.join(filter(None, [str(SOURCES), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("JPY_SESSION_NAME", "line")
    recording = lessons.record(lessons.find("line"))
    page = nbformat.reads(lessons.notebook(recording), as_version=4)
    written = [kinds_in(cell) for cell in page.cells if cell.cell_type == "code"]
    NotebookClient(page, timeout=120, kernel_name="python3").execute()
    ran = [cell.outputs for cell in page.cells if cell.cell_type == "code"]
    assert [kinds_in(cell) for cell in page.cells if cell.cell_type == "code"][:-3] == written[:-3]
    assert written[-3:] == [[], [], []]
    assert json.dumps(ran[-1]).count("Answer: b") == 1
    assert [output.text.count("As promised: ") for output in ran[-4]] == [2]


# Pages


def test_a_page_is_markdown(recorded):
    page = lessons.page(recorded(experiments=True), language="python no-run")
    assert page.startswith("# Mini\n\nA short one.\n")
    assert "```python no-run\nEPOCHS = 5\n" in page
    assert "an [epoch](glossary.md#epoch), of a [learning\nrate](glossary.md#learning-rate)." in page
    assert "```text\nline 0\n" in page
    assert "line 19\n```\n" in page
    assert "![dot](dot.png)\n" in page
    assert "Picture:" not in page.replace('print("Picture:"', "")
    assert "## What was promised\n\n- five and two are seven: as promised\n" in page
    assert "**1.** Add one. What comes\nout?\n\n- a) seven\n- b) eight, as one expects\n" in page
    folded = '<details markdown="1">\n\n<summary>Answer</summary>\n\n**b)** eight, as one expects\n\n```python no-run\n'
    assert f"{folded}total = total + 1" in page
    assert page.count("</details>") == 2
    assert "promised =" not in page


def test_addresses_in_a_page_can_be_chosen_and_errors_are_shown(recorded):
    recording = recorded("promised = {", "1 / 0\npromised = {")
    page = lessons.page(recording, lambda file: f"img/{file.name}", lambda term: f"/words/{term}")
    assert "![dot](img/dot.png)" in page
    assert "[epoch](/words/epoch)" in page
    assert "ZeroDivisionError: division by zero" in page
    assert "What was promised" not in page
    assert "<details" not in page
