"""The lessons as pages and notebooks, run while the site is built, or without what they write and draw."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import heron
from heron.lessons import catalogue
from heron.lessons.notebook import notebook
from heron.lessons.page import page
from heron.lessons.recording import Ran, Recording, record
from tools.docs.formulas import with_mathml
from tools.docs.pages import SETTINGS

_BADGE = '<a class="badge" href="{address}"{more}>{words}</a>'


def chosen(words: str) -> list[str]:
    """The lessons that LESSONS names: all, none, or some by their names."""
    if words.strip() in ("all", "none"):
        return list(catalogue.names()) if words.strip() == "all" else []
    return [catalogue.find(name).name for name in words.split()]


def write(stage: Path, running: list[str]) -> list[str]:
    """Writes the pages of all lessons into `stage` and returns their names in order; runs those in `running`.

    Raises:
        RuntimeError: when a lesson fails, or does not do what it promises.
    """
    stage.mkdir(parents=True, exist_ok=True)
    for name in catalogue.names():
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            recording = ran(name) if name in running else unrun(name)
            text = page(recording, lambda file, name=name: f"{name}/{file.name}", lambda term: f"../glossary.md#{term}")
            (stage / f"{name}.ipynb").write_text(notebook(recording), encoding="utf-8")
            for picture in pictures(recording):
                (stage / name).mkdir(exist_ok=True)
                shutil.copyfile(picture, stage / name / picture.name)
        (stage / f"{name}.md").write_text(with_mathml(with_badges(text, name)), encoding="utf-8")
    return [f"{name}.md" for name in catalogue.names()]


def unrun(name: str) -> Recording:
    """A lesson as it is read, without results."""
    lesson = catalogue.find(name)
    return Recording(lesson, [Ran(cell) for cell in lesson.cells])


def ran(name: str) -> Recording:
    """A lesson that has run in the current folder, its experiments too."""
    began = time.perf_counter()
    heron.config.reset_names()
    heron.config.set_random_seed(0)
    with wide():
        recording = record(catalogue.find(name), experiments=True)
    print(f"docs: lesson {name} ran in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    failed = [cell.error for cell in recording.cells if cell.error is not None]
    broken = [sentence for sentence, so in (recording.promises or {}).items() if not so]
    if failed or broken:
        raise RuntimeError(f"The lesson {name} does not do what it says: {failed or broken}")
    return recording


def pictures(recording: Recording) -> list[Path]:
    """What the lesson drew, and its experiments."""
    cells = [*recording.cells, *(ran for _, ran, _ in recording.answers)]
    return [picture for ran in cells for picture in ran.pictures]


@contextlib.contextmanager
def wide():
    """Tables of what is printed have 88 columns, whatever screen the site is built on."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "88"
    try:
        yield
    finally:
        os.environ.pop("COLUMNS")
        os.environ.update({} if before is None else {"COLUMNS": before})


def with_badges(text: str, name: str) -> str:
    """Below the title, the notebook; and Colab, once site.toml says where the notebooks are published."""
    badges = [_BADGE.format(address=f"{name}.ipynb", more=" download", words="Jupyter notebook")]
    published = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["project"]["extra"]["notebooks"]
    if published:
        colab = f"https://colab.research.google.com/github/{published}/{name}.ipynb"
        badges.append(_BADGE.format(address=colab, more="", words="Open in Colab"))
    return re.sub(r"\A(# .*\n)", lambda title: f"{title[0]}\n{' '.join(badges)}\n", text)
