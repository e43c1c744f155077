"""Every lesson runs, keeps what it promises, makes the pictures that it names, and finds answers to its questions."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import matplotlib.image
import pytest

from heron import lessons
from heron.errors import HeronNote

FEWER_EPOCHS = {"digits": 1}  # a lesson that keeps its promise after fewer than its own, slow epochs


@pytest.mark.parametrize("name", lessons.names())
def test_a_lesson_keeps_its_promise(name, tmp_path, capsys):
    lesson = lessons.find(name).chosen(epochs=FEWER_EPOCHS.get(name), folder=tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HeronNote)  # some lessons are about notes
        variables = lessons.run(lesson)
        broken = [sentence for sentence, so in lessons.kept(variables).items() if not so]
        assert broken == []

        pictures = re.findall(r"^Picture: (.*)$", capsys.readouterr().out, re.MULTILINE)
        assert pictures
        for picture in map(Path, pictures):
            assert picture.parent == tmp_path
            assert matplotlib.image.imread(picture).std() > 0, f"{picture.name} shows something"

        for experiment in lesson.experiments:
            assert lessons.answer(lesson, experiment, variables) in experiment.choices
            assert capsys.readouterr().out.strip(), "an experiment prints what it saw"
