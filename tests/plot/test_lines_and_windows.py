"""Lines, borders, windows that slide, and what layers look at."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

import heron
from heron import plot
from heron.errors import ArgumentError, DataError


class Rule:
    """A model that is a function."""

    def __init__(self, function):
        self.function = function

    def predict(self, x, batch_size=None):
        return self.function(np.asarray(x, float))


def test_fitted_line_names_the_line_and_the_prediction(texts, size_of, tmp_path):
    file = tmp_path / "new" / "folder" / "line.png"
    xs = np.arange(-1.0, 5.0)
    figure = plot.fitted_line(Rule(lambda x: (2 * x - 1).reshape(-1, 1)), xs, 2 * xs - 1, at=10.0, path=file)
    width, height = size_of(file)
    assert 900 < width < 2000
    assert 600 < height < 1500
    shown = texts(figure)
    assert "The line the model found: y = 2.000 x − 1.000" in shown
    assert "predicted for x = 10:\ny = 19.000" in shown
    axes = figure.axes[0]
    np.testing.assert_allclose(axes.collections[0].get_offsets(), np.stack([xs, 2 * xs - 1], axis=1))
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[-1.8, -4.6], [10.8, 20.6]])


def test_fitted_line_without_a_prediction(texts):
    shown = texts(plot.fitted_line(Rule(lambda x: 3 * x + 1), [0, 1], [1, 4]))
    assert "The line the model found: y = 3.000 x + 1.000" in shown
    assert not any("predicted" in text for text in shown)
    with pytest.raises(DataError, match=r"xs and ys must be equally long, .* received xs: 3, ys: 2.\nCut all"):
        plot.fitted_line(Rule(lambda x: x), [0, 1, 2], [1, 4])


def test_decision_surface_shows_answers_outputs_and_border(texts):
    points = [[0, 0], [0, 1], [1, 0], [1, 1]]
    model = Rule(lambda x: 0.1 + 0.8 * ((x[:, :1] > 0.5) ^ (x[:, 1:] > 0.5)))
    figure = plot.decision_surface(model, points, [[0], [1], [1], [0]])
    shown = texts(figure)
    assert [shown.count(text) for text in ("output 0.10", "output 0.90")] == [2, 2]
    assert "what the network answers" in shown
    border = figure.axes[0].collections[1].get_paths()[0].vertices
    assert np.abs(border - 0.5).min(axis=1).max() < 0.02  # along x = 0.5 and y = 0.5


IMAGE, KERNEL = np.arange(12).reshape(3, 4), np.array([[1, 0], [0, -1]])


def test_sliding_window_shows_the_numbers_and_the_sum(texts):
    figure = plot.sliding_window(IMAGE, KERNEL, np.full((2, 3), -5), (1, 2))
    shown = texts(figure)
    assert "6·1 + 7·0 + 10·0 + 11·-1 = -5" in shown
    assert {"image", "× filter", "= result"} <= set(shown)
    before, kernel, after = figure.axes
    assert [text.get_text() for text in before.texts] == [str(number) for number in range(12)]
    bold = [text.get_text() for text in before.texts if text.get_weight() == "bold"]
    assert bold == ["6", "7", "10", "11"]
    outline, mark = before.patches[-1], after.patches[-1]
    assert (outline.get_xy(), outline.get_width(), outline.get_height()) == ((2, 1), 2, 2)
    assert (mark.get_xy(), mark.get_width()) == ((2, 1), 1)
    assert len(kernel.texts) == 4


@pytest.mark.parametrize("at", [(2, 0), (0, 3), (-1, 0)])
def test_a_window_must_lie_inside_the_image(at):
    with pytest.raises(
        ArgumentError, match=r"2 x 2 must lie inside the image of 3 x 4; .*\nIts row .* 0 to 1, .* 0 to 2"
    ):
        plot.sliding_window(IMAGE, KERNEL, np.zeros((2, 3)), at)
    with pytest.raises(DataError, match=r"tables of numbers, .* received shape \(1, 3, 4\).\nChoose one image"):
        plot.sliding_window(IMAGE[None], KERNEL, np.zeros((2, 3)), at)


def test_pooling_windows_are_outlined_and_their_largest_bold():
    table = np.array([[1, 3, 2, 9], [7, 4, 1, 5]])
    before, after = plot.pooling_windows(table, np.array([[7, 9]])).axes
    assert [text.get_text() for text in before.texts if text.get_weight() == "bold"] == ["9", "7"]
    assert [text.get_text() for text in after.texts] == ["7", "9"]
    assert [patch.get_xy() for patch in before.patches[-2:]] == [(0, 0), (2, 0)]
    colours = [patch.get_facecolor() for patch in after.patches]
    assert before.patches[0].get_facecolor() == colours[0] != colours[1] == before.patches[2].get_facecolor()
    with pytest.raises(ArgumentError, match=r"equal windows, one for each of the 1 x 3 results; received .* of 2 x 4"):
        plot.pooling_windows(table, np.zeros((1, 3)))


def test_filters_share_a_scale_around_zero(texts):
    kernel = np.linspace(-1, 3, 90).reshape(3, 3, 1, 10)
    for figure in (plot.filters(kernel), plot.filters(kernel[:, :, 0], columns=12)):
        shown = [axes.images[0] for axes in figure.axes if axes.images]
        assert len(shown) == 10
        assert {image.get_clim() for image in shown} == {(-3, 3)}
        assert "The 10 filters" in texts(figure)
        np.testing.assert_array_equal(shown[9].get_array(), kernel[:, :, 0, 9])
    with pytest.raises(DataError, match=r"one channel or of three, .* received an array of shape \(3, 3, 5, 4\)"):
        plot.filters(np.zeros((3, 3, 5, 4)))


def test_filters_of_layers_in_colours_and_of_units():
    layer = heron.layers.Conv2D(2, 3, name="eye")
    layer.build((None, 8, 8, 3))
    figure = plot.filters(layer)
    assert figure.get_suptitle() == "The 2 filters of eye"
    assert figure.axes[0].images[0].get_array().shape == (3, 3, 3)
    dense = heron.layers.Dense(2, name="out")
    dense.build((None, 12))
    figure = plot.filters(dense, shape=(3, 4))
    assert figure.get_suptitle() == "The 2 units of out"
    assert figure.axes[1].images[0].get_array().shape == (3, 4)
    with pytest.raises(DataError, match=r"3 x 3 = 9 numbers; received weights for 12 inputs.\nSay what size"):
        plot.filters(dense)
    with pytest.raises(DataError, match=r"draws the weights of a layer; received .*Flatten.*, which has none.\nChoose"):
        plot.filters(heron.layers.Flatten())


def test_feature_maps_stand_beside_the_image(texts):
    maps = np.random.default_rng(0).random((3, 3, 10))
    figure = plot.feature_maps(np.zeros((5, 5)), maps[None])
    assert {"The image", "What the 10 filters make of it", "0", "9"} <= set(texts(figure))
    drawings = [axes.images[0] for axes in figure.axes if axes.images]
    assert len(drawings) == 11
    np.testing.assert_array_equal(drawings[10].get_array(), maps[:, :, 9])
    for image in (np.eye(7)[..., None], np.eye(7)[None], np.eye(7)[None, ..., None]):  # with a channel, and as a batch
        shown = plot.feature_maps(image, maps).axes[0].images[0]
        np.testing.assert_array_equal(shown.get_array(), np.eye(7))
    with pytest.raises(DataError, match=r"one picture, .* received shape \(2, 3, 3, 4\).\nChoose one"):
        plot.feature_maps(np.zeros((5, 5)), np.zeros((2, 3, 3, 4)))


# ---- a picture of one's own ---------------------------------------------------------------------------------------


def test_subplots_have_the_look_and_are_written_when_the_block_ends(tmp_path, size_of):
    file = tmp_path / "new" / "own.png"
    with plot.subplots(2, 1, figsize=(5, 4), sharex=True, path=file) as (figure, axes):
        lines = axes[0].plot([[1, 2], [3, 4]], label=["a", "b"])
        axes[1].scatter([0, 1], [3, 5])
        axes[1].set_title("猫")
        assert not file.exists()
    width, height = size_of(file)
    assert 600 < width < 900
    assert 400 < height < 700
    assert [line.get_color() for line in lines] == ["#0072B2", "#D55E00"]
    assert lines[0].get_linewidth() == 2.5
    assert axes[1].get_title(loc="left") == "猫"
    assert not axes[0].spines["top"].get_visible()
    assert axes[0].get_shared_x_axes().joined(*axes)
    assert figure._repr_png_()[0][:4] == b"\x89PNG"
    with plot.subplots() as (_, alone):
        plot.history({"loss": [2.0, 1.0]}, ax=alone)
    assert alone.get_title(loc="left").startswith("Loss")


def test_subplots_are_those_of_pyplot_without_a_block(tmp_path):
    figure, axes = plot.subplots(1, 3, path=tmp_path / "never.png")
    assert isinstance(figure, plot.Picture)
    assert axes.shape == (3,)
    with pytest.raises(ZeroDivisionError), plot.subplots(path=tmp_path / "never.png") as (figure, ax):
        ax.plot([1 / 0])
    assert not list(tmp_path.iterdir())
    assert matplotlib.rcParams["lines.linewidth"] == matplotlib.rcParamsDefault["lines.linewidth"]


def test_subplots_say_what_is_wrong(tmp_path):
    with pytest.raises(ArgumentError, match=r"subplots: argument 'nrows' must be a positive integer; received 0"):
        plot.subplots(0)
    with (
        pytest.raises(ArgumentError, match=r"must end with the kind of picture: .*received '.*own.doc'"),
        plot.subplots(path=tmp_path / "own.doc"),
    ):
        pass
