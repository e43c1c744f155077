"""What the pictures show: their words, marks and colours, and that they are files."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from matplotlib.text import Text

from heron.errors import ArgumentError
from heron.lessons import pictures

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
    save = pictures._save

    def keep(figure, file):
        figures.append(figure)
        return save(figure, file)

    monkeypatch.setattr(pictures, "_save", keep)
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
