"""A lesson as a notebook that Jupyter and Colab open: nbformat 4.5, with what its cells wrote and drew.

Source: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from heron.lessons.lesson import Lesson
from heron.lessons.percent import Cell
from heron.lessons.prose import unlinked
from heron.lessons.recording import Ran, Recording

_INSTALL = """# Where heron is not installed yet (in Colab, say), take away the sign before % and run this cell.
# %pip install heron"""
_REPORT = """

for sentence, so in promised.items():
    print("As promised:" if so else "Not as promised this time:", sentence)"""
_QUESTIONS = """## Three questions

Guess first, then run the code below each question."""


def notebook(recording: Recording) -> str:
    """Returns a lesson that ran as the text of an .ipynb file.

    The cells of the lesson have their output in it, with the pictures themselves. Those of the experiments have none:
    they are the reader's to run.

    Args:
        recording: what `record` returned.

    Raises:
        OSError: when a picture cannot be read.
    """
    lesson = recording.lesson
    done = {id(ran.cell): ran for ran in recording.cells}
    cells = [_code(_INSTALL, [], None)]
    count = 0
    for cell in lesson.cells:
        if cell.kind == "markdown":
            cells.append(_markdown(cell.source, cell.tags))
            continue
        ran = done.get(id(cell))
        count += ran is not None
        source = cell.source + "".join(_added(cell, ran, lesson))
        outputs = _outputs(ran, recording.promises) if ran else []
        cells.append(_code(source, outputs, count if ran else None, cell.tags))
    cells.append(_markdown(_QUESTIONS))
    for experiment in lesson.experiments:
        choices = "\n".join(f"- {letter}) {said}" for letter, said in experiment.choices.items())
        cells.append(_markdown(f"{experiment.question}\n\n{choices}", experiment.cell.tags))
        cells.append(_code(experiment.cell.source + '\nprint("Answer:", answer)', [], None, experiment.cell.tags))
    for number, one in enumerate(cells):
        one["id"] = f"{lesson.name.replace('_', '-')}-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}, "title": lesson.title}
    page = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(page, indent=1, ensure_ascii=False) + "\n"


def _added(cell: Cell, ran: Ran | None, lesson: Lesson) -> list[str]:
    """What a cell says in a notebook alone: it shows its pictures, and what was promised."""
    if "parameters" in cell.tags:
        return ["\n\nfrom IPython.display import SVG, Image, display"]
    if "promise" in cell.tags:
        return [_REPORT]
    shown = [
        f"\ndisplay({'SVG' if picture.suffix == '.svg' else 'Image'}({_place(picture, lesson)}))"
        for picture in (ran.pictures if ran else [])
    ]
    return ["\n", *shown] if shown else []


def _place(picture: Path, lesson: Lesson) -> str:
    folder = Path(lesson.folder)
    if folder in picture.parents:
        return "FOLDER + " + json.dumps("/" + picture.relative_to(folder).as_posix(), ensure_ascii=False)
    return json.dumps(picture.as_posix(), ensure_ascii=False)


def _markdown(source: str, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": _tagged(tags), "source": _lines(unlinked(source, "*{}*"))}


def _code(source: str, outputs: list[Any], count: int | None, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": count,
        "metadata": _tagged(tags),
        "outputs": outputs,
        "source": _lines(source),
    }


def _tagged(tags: tuple[str, ...]) -> dict[str, Any]:
    return {"tags": list(tags)} if tags else {}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _outputs(ran: Ran, promises: dict[str, bool] | None) -> list[dict[str, Any]]:
    outputs: list[dict[str, Any]] = []
    text = ran.text
    if "promise" in ran.cell.tags and promises is not None:
        said = {True: "As promised:", False: "Not as promised this time:"}
        text += "".join(f"{said[so]} {sentence}\n" for sentence, so in promises.items())
    if text:
        outputs.append({"output_type": "stream", "name": "stdout", "text": _lines(text)})
    if ran.notes:
        outputs.append({"output_type": "stream", "name": "stderr", "text": [note + "\n" for note in ran.notes]})
    outputs += [_picture(picture) for picture in ran.pictures]
    if ran.error is not None:
        name, message = type(ran.error).__name__, str(ran.error)
        outputs.append({"output_type": "error", "ename": name, "evalue": message, "traceback": [f"{name}: {message}"]})
    return outputs


def _picture(file: Path) -> dict[str, Any]:
    if file.suffix == ".svg":
        data: dict[str, Any] = {"image/svg+xml": _lines(file.read_text(encoding="utf-8"))}
    else:
        data = {"image/png": base64.b64encode(file.read_bytes()).decode("ascii")}
    return {"output_type": "display_data", "data": {**data, "text/plain": [file.name]}, "metadata": {}}
