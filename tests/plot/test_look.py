"""Where pictures are drawn, how they are shown and kept, and names in every script."""

from __future__ import annotations

import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from heron import plot
from heron.errors import ArgumentError
from heron.plot import fonts

HISTORY = {"loss": [1.0, 0.5], "accuracy": [0.5, 0.75]}


def test_a_figure_shows_itself_in_notebooks():
    data, how = plot.class_balance([0, 1])._repr_png_()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert 300 < how["width"] < int.from_bytes(data[16:20], "big")


def test_no_global_state_is_touched():
    code = (
        "import sys, heron.plot; before = set(sys.modules); assert 'matplotlib' not in before\n"
        "import matplotlib; kept = dict(matplotlib.rcParams)\n"
        "heron.plot.class_balance([0, 1])._repr_png_()\n"
        "assert dict(matplotlib.rcParams) == kept\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf", "jpg"])
def test_the_ending_of_the_path_says_the_format(ending, tmp_path):
    file = tmp_path / "new" / f"picture.{ending}"
    plot.class_balance([0, 1], path=file)
    heads = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "jpg": b"\xff\xd8\xff"}
    assert file.read_bytes().startswith(heads[ending])
    plot.class_balance([0, 1], path=str(tmp_path / "plain"))
    assert (tmp_path / "plain").read_bytes().startswith(b"\x89PNG")


def test_pictures_are_drawn_into_axes_that_are_there():
    figure = Figure(layout="constrained")
    left, right = figure.subplots(1, 2)
    assert plot.class_balance([0, 0, 1], ax=left) is figure
    assert plot.images(np.zeros((4, 3, 3)), columns=2, ax=right) is figure
    assert [text.get_text() for text in left.texts] == ["2 (66.7%)", "1 (33.3%)"]
    assert right not in figure.axes
    assert len(figure.axes) == 5
    inside = [ax.get_window_extent().x0 for ax in figure.axes[1:]]
    figure.draw_without_rendering()
    assert min(inside) > left.get_window_extent().x0
    nested = Figure().subfigures(1, 2)[1].subplots()
    root = nested.get_figure(root=True)
    assert plot.history(HISTORY, ax=nested) is root
    free = Figure().add_axes((0, 0, 1, 1))
    with pytest.raises(ArgumentError, match=r"place in a grid, .* at free coordinates.\nMake them with"):
        plot.history(HISTORY, ax=free)
    assert plot.history(HISTORY, "loss", ax=free) is free.get_figure()
    free.remove()
    with pytest.raises(ArgumentError, match=r"belongs to no figure any more; received .* removed.\nMake new"):
        plot.history(HISTORY, "loss", ax=free)


SCRIPTS = ["кот", "γάτα", "קוש", "قطة", "猫", "ねこ", "고양이", "แมว", "बिल्ली", "😀", "$5 $x^$", "a\nb", "☃", "\ue000"]


def test_names_in_any_script_draw_without_a_warning(tmp_path):
    said = np.eye(len(SCRIPTS))
    plot.confusion_matrix(range(len(SCRIPTS)), said, SCRIPTS, path=tmp_path / "m.png")
    plot.class_balance(SCRIPTS, title=" ".join(SCRIPTS))._repr_png_()
    plot.images(np.zeros((len(SCRIPTS), 2, 2)), SCRIPTS)._repr_png_()
    plot.images(np.zeros((len(SCRIPTS), 2, 2)), range(len(SCRIPTS)), said, SCRIPTS)._repr_png_()
    plot.history(dict.fromkeys(SCRIPTS, HISTORY), title="猫")._repr_png_()
    plot.probabilities(said[0], 4, class_names=SCRIPTS)._repr_png_()


@pytest.fixture
def no_fonts(monkeypatch):
    monkeypatch.setattr(fonts, "_font_for", lambda letter: None)


def test_a_name_is_drawn_as_it_reads_and_has_its_number_where_no_font_can(no_fonts):
    assert fonts.writable("$5 and\n$6") == r"\$5 and \$6"
    assert fonts.is_writable("Größe Ψ кот")
    assert not fonts.is_writable("猫")
    figure = plot.class_balance(["猫", "fine"])
    assert [tick.get_text()[:2] for tick in figure.axes[0].get_yticklabels()] == ["fi", "1:"]


def test_without_a_font_of_last_resort_a_box_is_drawn(no_fonts, monkeypatch):
    monkeypatch.setattr(fonts, "_has_last_resort", lambda: False)
    assert fonts.writable("a猫") == "a□"
    assert fonts.families("a猫") == [fonts.DEFAULT]


def test_an_installed_font_is_found_for_a_letter(monkeypatch):
    monkeypatch.setattr(fonts, "_font_for", lambda letter: "Sans of Cats" if letter == "猫" else None)
    assert fonts.is_writable("猫 a")
    assert fonts.families("猫 a")[:2] == [fonts.DEFAULT, "Sans of Cats"]
    assert matplotlib.rcParams["font.family"] != [fonts.DEFAULT, "Sans of Cats"]
