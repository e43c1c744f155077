"""Every lesson runs, keeps what it promises, makes the pictures that it names, and finds answers to its questions."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from heron import lessons
from heron.errors import HeronNote

FEWER_EPOCHS = {"digits": 1}  # a lesson that keeps its promise after fewer than its own, slow epochs


def edges_of_a_shoe(variables, printed):
    """The filter written out: right column minus left column, three rows summed up; and the same on its side."""
    shoe = variables["shoe"]
    across, down = shoe[:, 2:] - shoe[:, :-2], shoe[2:] - shoe[:-2]
    vertical, horizontal = variables["shoe_edges"]
    np.testing.assert_allclose(vertical, across[:-2] + across[1:-1] + across[2:], atol=1e-12)
    np.testing.assert_allclose(horizontal, down[:, :-2] + down[:, 1:-1] + down[:, 2:], atol=1e-12)
    assert vertical.shape == horizontal.shape == (26, 26)
    assert np.rint(255 * vertical[12, 8:14]).astype(int).tolist() == [6, -4, 385, 706, 276, -33]
    assert np.rint(255 * horizontal[-6:, 12]).astype(int).tolist() == [-30, -90, 64, -535, -685, -35]


def parameters_of_the_summary(variables, printed):
    """10 weights a filter of 3 x 3, 289 of the second layer, then 9,216 and 128 inputs to each neuron."""
    count = 32 * 10 + 64 * 289 + 128 * 9217 + 10 * 129
    assert variables["model"].count_params() == count == 1_199_882
    assert "Total params: 1,199,882 " in printed
    assert re.search(r"conv2d_1 \(Conv2D\) .* 18,496 ", printed)


MORE = {"layer": edges_of_a_shoe, "digits": parameters_of_the_summary}


@pytest.mark.parametrize("name", lessons.names())
def test_a_lesson_keeps_its_promise(name, tmp_path, capsys):
    lesson = lessons.find(name).chosen(epochs=FEWER_EPOCHS.get(name), folder=tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HeronNote)  # some lessons are about notes
        variables = lessons.run(lesson)
        broken = [sentence for sentence, so in lessons.kept(variables).items() if not so]
        assert broken == []

        printed = capsys.readouterr().out
        pictures = re.findall(r"^Picture: (.*)$", printed, re.MULTILINE)
        assert pictures
        for picture in map(Path, pictures):
            assert picture.parent == tmp_path
            assert matplotlib.image.imread(picture).std() > 0, f"{picture.name} shows something"
        if name in MORE:
            MORE[name](variables, printed)

        for experiment in lesson.experiments:
            assert lessons.answer(lesson, experiment, variables) in experiment.choices
            assert capsys.readouterr().out.strip(), "an experiment prints what it saw"
