"""What the pictures show: their words, marks and colours, and that they are files."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from matplotlib.text import Text

from heron.errors import ArgumentError
from heron.lessons import pictures
from heron.lessons.pictures import look

NAMES = ["a", "b", "c"]


class Rule:
    """A model that is a function."""

    def __init__(self, function):
        self.function = function

    def predict(self, x, batch_size=None):
        return self.function(np.asarray(x, float))


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were saved."""
    figures = []
    save = look.save

    def keep(figure, file):
        figures.append(figure)
        return save(figure, file)

    monkeypatch.setattr(look, "save", keep)
    return figures


def texts(figure):
    """Every text of the figure that is not empty."""
    found = (text.get_text() for text in figure.findobj(Text))
    return [text for text in found if text.strip()]


def size_of(path):
    """Width and height of a PNG file."""
    with open(path, "rb") as file:
        head = file.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:24])


def test_fitted_line_names_the_line_and_the_prediction(drawn, tmp_path):
    file = tmp_path / "new" / "folder" / "line.png"
    xs = np.arange(-1.0, 5.0)
    returned = pictures.fitted_line(Rule(lambda x: (2 * x - 1).reshape(-1, 1)), xs, 2 * xs - 1, file, at=10.0)
    assert returned == str(file)
    width, height = size_of(file)
    assert 900 < width < 2000
    assert 600 < height < 1500
    shown = texts(drawn[0])
    assert "The line the model found: y = 2.000 x − 1.000" in shown
    assert "predicted for x = 10:\ny = 19.000" in shown
    axes = drawn[0].axes[0]
    np.testing.assert_allclose(axes.collections[0].get_offsets(), np.stack([xs, 2 * xs - 1], axis=1))
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[-1.8, -4.6], [10.8, 20.6]])


def test_fitted_line_without_a_prediction(drawn, tmp_path):
    pictures.fitted_line(Rule(lambda x: 3 * x + 1), [0, 1], [1, 4], tmp_path / "line.png")
    assert "The line the model found: y = 3.000 x + 1.000" in texts(drawn[0])
    assert not any("predicted" in text for text in texts(drawn[0]))


def test_decision_surface_shows_answers_outputs_and_border(drawn, tmp_path):
    points = [[0, 0], [0, 1], [1, 0], [1, 1]]
    model = Rule(lambda x: 0.1 + 0.8 * ((x[:, :1] > 0.5) ^ (x[:, 1:] > 0.5)))
    size_of(pictures.decision_surface(model, points, [[0], [1], [1], [0]], tmp_path / "xor.png"))
    shown = texts(drawn[0])
    assert [shown.count(text) for text in ("output 0.10", "output 0.90")] == [2, 2]
    assert "what the network answers" in shown
    border = drawn[0].axes[0].collections[1].get_paths()[0].vertices
    assert np.abs(border - 0.5).min(axis=1).max() < 0.02  # along x = 0.5 and y = 0.5


HISTORY = {"accuracy": [0.5, 0.75], "loss": [1.0, 0.5]}


def test_training_curves_label_the_last_values_and_the_test(drawn, tmp_path):
    size_of(pictures.training_curves(HISTORY, tmp_path / "c.png", test={"accuracy": 0.7, "loss": 0.6}))
    shown = texts(drawn[0])
    for text in ("training 75.0%", "training 0.500", "test images 70.0%", "test images 0.600", "epoch"):
        assert text in shown
    accuracy, loss = drawn[0].axes
    assert accuracy.get_title(loc="left").startswith("Accuracy")
    assert loss.get_title(loc="left").startswith("Loss")
    np.testing.assert_allclose(accuracy.lines[0].get_xydata(), [[1, 0.5], [2, 0.75]])


def test_training_curves_with_validation_and_many_epochs(drawn, tmp_path):
    history = {"loss": list(np.linspace(1, 0.2, 40)), "val_loss": list(np.linspace(1, 0.4, 40))}
    pictures.training_curves(history, tmp_path / "c.png")
    (axes,) = drawn[0].axes
    assert len(axes.lines) == 2
    assert [line.get_marker() for line in axes.lines] == ["", ""]
    assert "validation 0.400" in texts(drawn[0])


def test_training_curves_of_nothing_say_so(tmp_path):
    with pytest.raises(ArgumentError, match="needs the history of a training with a loss"):
        pictures.training_curves({"loss": []}, tmp_path / "c.png")
    assert not list(tmp_path.iterdir())


def test_predictions_grid_names_all_and_marks_the_wrong(drawn, tmp_path):
    images = np.zeros((5, 4, 4))
    predictions = np.eye(3)[[0, 1, 2, 0, 1]]
    labels = [0, 1, 2, 1, 2]
    size_of(pictures.predictions_grid(images, labels, predictions, NAMES, tmp_path / "g.png", rows=2, columns=2))
    shown = texts(drawn[0])
    assert "The first 4 test images and what the network takes them for: 3 right, 1 wrong" in shown
    assert sum("✗" in text for text in shown) == 1
    assert "✗ a\nreally: b" in shown
    assert len(drawn[0].axes) == 4


def test_one_image_shows_ten_probabilities_and_the_verdict(drawn, tmp_path):
    size_of(pictures.one_image(np.zeros((4, 4)), 2, [0.1, 0.7, 0.2], NAMES, tmp_path / "o.png"))
    shown = texts(drawn[0])
    for text in ("This is: c", "The network says: b (wrong)", "10.0%", "70.0%", "20.0%"):
        assert text in shown
    widths = [bar.get_width() for bar in drawn[0].axes[1].patches]
    assert widths == [0.1, 0.7, 0.2]
    pictures.one_image(np.zeros((4, 4)), 1, [0.1, 0.7, 0.2], NAMES, tmp_path / "o.png")
    assert "The network says: b (right)" in texts(drawn[1])


def test_confusion_matrix_counts_by_true_class(drawn, tmp_path):
    labels = [0] * 4 + [1] * 10 + [2] * 2
    guesses = [0, 0, 0, 1] + [1] * 9 + [2] + [2] * 2
    size_of(pictures.confusion_matrix(labels, np.eye(3)[guesses], NAMES, tmp_path / "m.png"))
    axes = drawn[0].axes[0]
    cells = {(int(t.get_position()[1]), int(t.get_position()[0])): t.get_text() for t in axes.texts}
    assert cells == {(0, 0): "75", (0, 1): "25", (1, 1): "90", (1, 2): "10", (2, 2): "100"}
    assert axes.get_title(loc="left").startswith("Commonest mistake: a taken for b (25 of 100)")


def test_confusion_matrix_without_mistakes_and_without_a_class(drawn, tmp_path):
    pictures.confusion_matrix([0, 1], np.eye(3)[[0, 1]], NAMES, tmp_path / "m.png")
    assert drawn[0].axes[0].get_title(loc="left").startswith("Hardly anything is taken for something else")


def test_image_row_draws_what_has_two_signs_in_two_colours(drawn, tmp_path):
    images = [np.array([[0.0, 2.0]]), np.array([[-3.0, 1.0]])]
    size_of(pictures.image_row(images, [7, "edges"], tmp_path / "r.png", title="Both"))
    assert {"7", "edges", "Both"} <= set(texts(drawn[0]))
    grey, two = (axes.images[0] for axes in drawn[0].axes)
    assert (grey.get_cmap().name, *grey.get_clim()) == ("gray_r", 0, 2)
    assert (two.get_cmap().name, *two.get_clim()) == ("two sides", -3, 3)
    with pytest.raises(ValueError, match="zip"):
        pictures.image_row(images, ["one"], tmp_path / "r.png")


def test_mistakes_are_ordered_by_how_sure_the_model_was(drawn, tmp_path):
    predictions = [[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [0.0, 0.2, 0.8], [0.3, 0.7, 0.0]]
    labels, images = [0, 1, 1, 2], np.arange(16.0).reshape(4, 2, 2)
    size_of(pictures.mistakes(images, labels, predictions, NAMES, tmp_path / "m.png"))
    assert [axes.get_xlabel() for axes in drawn[0].axes] == [
        "c (80%)\nreally: b",
        "b (70%)\nreally: c",
        "a (60%)\nreally: b",
    ]
    np.testing.assert_array_equal(drawn[0].axes[0].images[0].get_array(), images[2])
    assert "3 of 4 images are taken for something else" in texts(drawn[0])
    pictures.mistakes(images, labels, predictions, NAMES, tmp_path / "m.png", rows=1, columns=2)
    assert "3 of 4 images are taken for something else, the 2 it was surest of" in texts(drawn[1])
    pictures.mistakes(images, [0, 0, 2, 1], predictions, NAMES, tmp_path / "m.png")
    assert texts(drawn[2]) == ["0 of 4 images are taken for something else"]


IMAGE, KERNEL = np.arange(12).reshape(3, 4), np.array([[1, 0], [0, -1]])


def test_sliding_window_shows_the_numbers_and_the_sum(drawn, tmp_path):
    size_of(pictures.sliding_window(IMAGE, KERNEL, np.full((2, 3), -5), (1, 2), tmp_path / "s.png"))
    shown = texts(drawn[0])
    assert "6·1 + 7·0 + 10·0 + 11·-1 = -5" in shown
    assert {"image", "× filter", "= result"} <= set(shown)
    before, kernel, after = drawn[0].axes
    assert [text.get_text() for text in before.texts] == [str(number) for number in range(12)]
    bold = [text.get_text() for text in before.texts if text.get_weight() == "bold"]
    assert bold == ["6", "7", "10", "11"]
    outline, mark = before.patches[-1], after.patches[-1]
    assert (outline.get_xy(), outline.get_width(), outline.get_height()) == ((2, 1), 2, 2)
    assert (mark.get_xy(), mark.get_width()) == ((2, 1), 1)
    assert len(kernel.texts) == 4


@pytest.mark.parametrize("at", [(2, 0), (0, 3), (-1, 0)])
def test_a_window_must_lie_inside_the_image(tmp_path, at):
    with pytest.raises(
        ArgumentError, match=r"2 x 2 must lie inside the image of 3 x 4; .*\nIts row .* 0 to 1, .* 0 to 2"
    ):
        pictures.sliding_window(IMAGE, KERNEL, np.zeros((2, 3)), at, tmp_path / "s.png")


def test_pooling_windows_are_outlined_and_their_largest_bold(drawn, tmp_path):
    numbers = np.array([[1, 3, 2, 9], [7, 4, 1, 5]])
    size_of(pictures.pooling_windows(numbers, np.array([[7, 9]]), tmp_path / "p.png"))
    before, after = drawn[0].axes
    assert [text.get_text() for text in before.texts if text.get_weight() == "bold"] == ["9", "7"]
    assert [text.get_text() for text in after.texts] == ["7", "9"]
    assert [patch.get_xy() for patch in before.patches[-2:]] == [(0, 0), (2, 0)]
    colours = [patch.get_facecolor() for patch in after.patches]
    assert before.patches[0].get_facecolor() == colours[0] != colours[1] == before.patches[2].get_facecolor()
    with pytest.raises(ArgumentError, match=r"equal windows, one for each of the 1 x 3 results; received .* of 2 x 4"):
        pictures.pooling_windows(numbers, np.zeros((1, 3)), tmp_path / "p.png")


def test_filters_share_a_scale_around_zero(drawn, tmp_path):
    kernel = np.linspace(-1, 3, 90).reshape(3, 3, 1, 10)
    size_of(pictures.filters(kernel, tmp_path / "f.png"))
    pictures.filters(kernel[:, :, 0], tmp_path / "f.png", columns=12)
    for figure in drawn:
        shown = [axes.images[0] for axes in figure.axes if axes.images]
        assert len(shown) == 10
        assert {image.get_clim() for image in shown} == {(-3, 3)}
        assert "The 10 filters of the first layer" in texts(figure)
        np.testing.assert_array_equal(shown[9].get_array(), kernel[:, :, 0, 9])
    with pytest.raises(ArgumentError, match=r"filters of one channel, .* received an array of shape \(3, 3, 3, 4\)"):
        pictures.filters(np.zeros((3, 3, 3, 4)), tmp_path / "f.png")


def test_feature_maps_stand_beside_the_image(drawn, tmp_path):
    maps = np.random.default_rng(0).random((3, 3, 10))
    size_of(pictures.feature_maps(np.zeros((5, 5)), maps, tmp_path / "m.png"))
    shown = texts(drawn[0])
    assert {"The image", "What the 10 filters make of it", "0", "9"} <= set(shown)
    drawings = [axes.images[0] for axes in drawn[0].axes if axes.images]
    assert len(drawings) == 11
    np.testing.assert_array_equal(drawings[10].get_array(), maps[:, :, 9])
