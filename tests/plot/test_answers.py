"""Pictures of examples, classes and trainings: their words, marks and colours, and what bad input gets."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

import heron
from heron import plot
from heron.errors import ArgumentError, ArgumentTypeError, DataError
from heron.plot import look

NAMES = ["a", "b", "c"]
SAID = np.array([[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [0.0, 0.2, 0.8], [0.3, 0.7, 0.0]])
IMAGES = np.arange(64.0).reshape(4, 4, 4)


class Model:
    """A model that has learned by heart."""

    class_names = NAMES

    def predict(self, x, verbose=0):
        return SAID[: len(x)]


def captions(figure):
    return [ax.get_xlabel() for ax in figure.axes]


# ---- images -------------------------------------------------------------------------------------------------------


def test_images_name_all_and_mark_the_wrong(texts):
    predictions = np.eye(3)[[0, 1, 2, 0, 1]]
    figure = plot.images(np.zeros((5, 4, 4)), [0, 1, 2, 1, 2], predictions, NAMES, rows=2, columns=2)
    shown = texts(figure)
    assert "4 pictures and what they are taken for: 3 right, 1 wrong" in shown
    assert captions(figure) == ["a\n ", "b\n ", "c\n ", "✗ a\nreally: b"]
    colours = [ax.spines["top"].get_edgecolor() for ax in figure.axes]
    assert colours[0] == colours[1] == colours[2] != colours[3]


@pytest.mark.parametrize(
    "labels",
    [
        [0, 2, 1, 0],
        np.array([[0], [2], [1], [0]], np.uint8),
        np.eye(3)[[0, 2, 1, 0]],
        jnp.array([0, 2, 1, 0]),
        pd.Series([0, 2, 1, 0]),
        ["a", "c", "b", "a"],
        pd.Series(["a", "c", "b", "a"], dtype="category"),
    ],
    ids=["list", "column", "one-hot", "jax", "series", "names", "categories"],
)
@pytest.mark.parametrize("names", [NAMES, {0: "a", 2: "c", 1: "b"}, Model(), np.array(NAMES)], ids=type)
def test_labels_and_names_come_in_many_forms(labels, names):
    assert captions(plot.images(IMAGES, labels, class_names=names)) == ["a", "c", "b", "a"]


@pytest.mark.parametrize(
    ("given", "shape", "labels"),
    [
        (np.zeros((5, 8, 6)), (8, 6), None),
        (np.zeros((5, 8, 6, 1)), (8, 6), None),
        (np.zeros((5, 8, 6, 3)), (8, 6, 3), None),
        (np.zeros((5, 3, 8, 6)), (8, 6, 3), None),
        (np.zeros((5, 1, 8, 6), np.uint8), (8, 6), None),
        (np.zeros((5, 49)), (7, 7), range(5)),
        (jnp.zeros((5, 8, 6, 4), jnp.bfloat16), (8, 6, 4), None),
        (np.zeros((5, 8, 6)).tolist(), (8, 6), None),
        ([np.zeros((8, 6)), np.zeros((9, 9, 3)), np.ones((3, 9, 9)), np.ones((1, 4)), np.ones((2, 2))], (8, 6), None),
    ],
)
def test_pictures_come_in_many_forms(given, shape, labels):
    figure = plot.images(given, labels)
    assert len(figure.axes) == 5
    assert figure.axes[0].images[0].get_array().shape == shape


def test_one_picture_alone():
    assert len(plot.images(np.zeros((8, 6))).axes) == 1
    (ax,) = plot.images(np.zeros((8, 6, 3)), ["it"]).axes
    assert (ax.images[0].get_array().shape, ax.get_xlabel()) == ((8, 6, 3), "it")


@pytest.mark.parametrize(
    ("values", "limits", "colours"),
    [
        ([0.0, 0.2, 0.7, 0.5], (0, 1), "gray"),
        ([10, 90, 120, 13], (0, 255), "gray"),
        ([3.0, 16.0, 2.0, 9.0], (2, 16), "gray"),
        ([-1.0, 0.0, 0.5, 0.2], (-1, 1), "gray"),
        ([0, 0, 0, 254], (0, 255), "gray_r"),
    ],
)
def test_numbers_are_shown_on_their_own_scale(values, limits, colours):
    image = plot.images(np.array(values).reshape(1, 2, 2)).axes[0].images[0]
    assert image.get_clim() == limits
    assert image.get_cmap().name == colours


def test_what_has_two_signs_is_drawn_in_two_colours():
    figure = plot.images([np.array([[0.0, 2.0]]), np.array([[-3.0, 1.0]])], [7, "edges"], signed=True, title="Both")
    assert (figure.get_suptitle(), captions(figure)) == ("Both", ["7", "edges"])
    grey, two = (axes.images[0] for axes in figure.axes)
    assert (grey.get_cmap().name, *grey.get_clim()) == ("gray_r", 0, 2)
    assert (two.get_cmap().name, *two.get_clim()) == ("two sides", -3, 3)


def test_colours_are_brought_to_0_to_1():
    pixels = np.zeros((1, 2, 2, 3), np.uint8)
    pixels[0, 0, 0] = 255
    shown = plot.images(pixels).axes[0].images[0].get_array()
    np.testing.assert_allclose(shown[0], [[1, 1, 1], [0, 0, 0]])


def test_a_model_is_asked_and_has_the_names():
    assert captions(plot.images(IMAGES, [0, 0, 1, 1], Model())) == ["a\n ", "a\n ", "✗ c\nreally: b", "b\n "]
    assert captions(plot.mistakes(IMAGES, [0, 0, 1, 1], Model())) == ["c (80%)\nreally: b"]


# ---- mistakes, probabilities --------------------------------------------------------------------------------------


def test_mistakes_are_ordered_by_how_sure_the_model_was(texts):
    labels = [0, 1, 1, 2]
    figure = plot.mistakes(IMAGES, labels, SAID, NAMES)
    assert captions(figure) == ["c (80%)\nreally: b", "b (70%)\nreally: c", "a (60%)\nreally: b"]
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), IMAGES[2])
    assert "3 of 4 pictures are taken for something else" in texts(figure)
    fewer = plot.mistakes(IMAGES, labels, SAID, NAMES, rows=1, columns=2)
    assert "3 of 4 pictures are taken for something else, the 2 it was surest of" in texts(fewer)
    assert texts(plot.mistakes(IMAGES, [0, 0, 2, 1], SAID)) == ["0 of 4 pictures are taken for something else"]
    logits = plot.mistakes(IMAGES, labels, np.diag([2, 9, 5, 2]) @ np.eye(3)[[0, 0, 2, 1]], NAMES, columns=1, rows=1)
    assert captions(logits) == ["a (100%)\nreally: b"]
    assert captions(plot.mistakes(IMAGES, labels, [0, 1, 1, 0], NAMES)) == ["a\nreally: c"]


def test_a_single_sigmoid_stands_for_two_classes():
    figure = plot.mistakes(IMAGES, [0, 1, 1, 0], np.array([[0.2], [0.1], [0.8], [0.7]]), ["no", "yes"])
    assert captions(figure) == ["no (90%)\nreally: yes", "yes (70%)\nreally: no"]


def test_probabilities_mark_the_right_class_and_give_the_verdict(texts):
    figure = plot.probabilities([0.1, 0.7, 0.2], 2, np.zeros((4, 4)), NAMES)
    shown = texts(figure)
    for text in ("This is: c", "The model says: b (wrong)", "10.0%", "70.0%", "20.0%  ✓ right answer"):
        assert text in shown
    assert [bar.get_width() for bar in figure.axes[1].patches] == [0.1, 0.7, 0.2]
    colours = [bar.get_facecolor() for bar in figure.axes[1].patches]
    assert len(set(colours)) == 3
    right = plot.probabilities([0.1, 0.7, 0.2], "b", np.zeros((1, 4, 4)), NAMES)
    assert "The model says: b (right)" in texts(right)
    assert "70.0%  ✓" in texts(right)
    assert "The model says: b" in texts(plot.probabilities([0.1, 0.7, 0.2], class_names=NAMES))
    assert "The model says: a (right)" in texts(plot.probabilities(Model(), 0, IMAGES[0]))
    assert "The model says: yes" in texts(plot.probabilities([0.8], class_names=["no", "yes"]))


def test_of_many_probabilities_the_largest_are_drawn_and_the_right_one():
    shares = np.arange(1, 101) / 5050
    figure = plot.probabilities(shares, 3, top=4)
    names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert names == ["99", "98", "97", "3"]


def test_probabilities_are_of_one_example():
    with pytest.raises(DataError, match=r"one example; received predictions of shape \(4, 3\).\nChoose one"):
        plot.probabilities(SAID)
    with pytest.raises(ArgumentError, match=r"needs the example to ask about; received no image.\nPass image"):
        plot.probabilities(Model())


# ---- classes ------------------------------------------------------------------------------------------------------


def test_class_balance_counts_and_says_what_is_missing():
    figure = plot.class_balance([0, 0, 0, 2], NAMES)
    ax = figure.axes[0]
    assert [text.get_text() for text in ax.texts] == ["3 (75.0%)", "none", "1 (25.0%)"]
    assert ax.get_title(loc="left") == "4 examples of 3 classes: none of b"
    assert plot.class_balance([1, 0]).axes[0].get_title(loc="left") == "2 examples of 2 classes, 1 of each"
    ax = plot.class_balance(np.eye(2)[[0, 0, 1]]).axes[0]
    assert ax.get_title(loc="left") == "3 examples of 2 classes: most are 0 (2), fewest 1 (1)"


def test_class_balance_compares_parts_and_draws_many_classes():
    ax = plot.class_balance({"train": ["x", "x", "y", "x"], "test": ["y", "x"]}).axes[0]
    assert [text.get_text() for text in ax.texts] == ["75.0%", "25.0%", "50.0%", "50.0%"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["train", "test"]
    many = plot.class_balance(np.arange(100)).axes[0]
    assert many.get_ylabel() == "examples"
    assert not many.texts
    with pytest.raises(DataError, match=r"must be labels to count; received none.\nPass y_train"):
        plot.class_balance([])


def cells(ax):
    return {(int(t.get_position()[1]), int(t.get_position()[0])): t.get_text() for t in ax.texts}


def test_confusion_matrix_counts_by_true_class():
    labels = [0] * 4 + [1] * 10 + [2] * 2
    guesses = [0, 0, 0, 1] + [1] * 9 + [2] + [2] * 2
    axes = plot.confusion_matrix(labels, np.eye(3)[guesses], NAMES).axes[0]
    assert cells(axes) == {(0, 0): "75", (0, 1): "25", (1, 1): "90", (1, 2): "10", (2, 2): "100"}
    assert axes.get_title(loc="left").startswith("Commonest mistake: a taken for b (25 of 100)")
    counts = plot.confusion_matrix(labels, guesses, NAMES, percent=False).axes[0]
    assert cells(counts) == {(0, 0): "3", (0, 1): "1", (1, 1): "9", (1, 2): "1", (2, 2): "2"}
    names = plot.confusion_matrix([NAMES[i] for i in labels], [NAMES[i] for i in guesses]).axes[0]
    assert cells(names) == cells(axes)
    assert [tick.get_text() for tick in names.get_xticklabels()] == NAMES
    assert {tick.get_rotation() for tick in names.get_xticklabels()} == {0}
    slanted = plot.confusion_matrix(labels, guesses, ["scissors", *NAMES[1:]]).axes[0]
    assert {tick.get_rotation() for tick in slanted.get_xticklabels()} == {40}


def test_confusion_matrix_without_mistakes_and_of_many_classes():
    few = plot.confusion_matrix([0, 1], np.eye(3)[[0, 1]], NAMES).axes[0]
    assert few.get_title(loc="left").startswith("Hardly anything is taken for something else")
    many = plot.confusion_matrix(np.arange(100), np.arange(100)[::-1]).axes[0]
    assert not many.texts
    assert len(many.get_xticks()) == 50


# ---- history ------------------------------------------------------------------------------------------------------

HISTORY = {"accuracy": [0.5, 0.75], "loss": [1.0, 0.5]}


def test_history_labels_the_last_values_and_the_test(texts):
    figure = plot.history(HISTORY, test={"accuracy": 0.7, "loss": 0.6})
    assert {"training 75.0%", "training 0.500", "test 70.0%", "test 0.600", "epoch"} <= set(texts(figure))
    accuracy, loss = figure.axes
    assert accuracy.get_title(loc="left").startswith("Accuracy")
    assert loss.get_title(loc="left") == "Loss: how wrong (lower is better)\nbest training 0.500 in epoch 2"
    np.testing.assert_allclose(accuracy.lines[0].get_xydata(), [[1, 0.5], [2, 0.75]])


def test_history_marks_the_best_epoch_of_the_validation(texts):
    validation = [*np.linspace(1, 0.4, 20), *np.linspace(0.4, 0.9, 20)]
    figure = plot.history({"loss": list(np.linspace(1, 0.2, 40)), "val_loss": validation})
    (axes,) = figure.axes
    assert [line.get_marker() for line in axes.lines] == ["", ""]
    assert "validation 0.900" in texts(figure)
    assert axes.get_title(loc="left").endswith("best validation 0.400 in epoch 20")
    np.testing.assert_allclose(axes.collections[0].get_offsets(), [[20, 0.4]])


def test_history_takes_what_fit_returns_models_and_tables():
    model = heron.Sequential([heron.Input((1,)), heron.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    record = model.fit([[1.0], [2.0]], [1.0, 2.0], epochs=3, verbose=0)
    for given in (record, record.history, model, pd.DataFrame({"epoch": [0, 1, 2], **record.history})):
        metric, loss = plot.history(given).axes
        np.testing.assert_allclose(loss.lines[0].get_ydata(), record.history["loss"])
        assert metric.get_title(loc="left").startswith("Mean absolute error: how far off on average\nbest training")
    assert len(plot.history(record, "loss").axes) == 1


def test_histories_are_compared(texts):
    other = {"loss": [0.9, 0.3, 0.6], "val_loss": [1.0, 0.7, 0.8]}
    figure = plot.history({"slow": HISTORY, "fast": other}, "loss")
    assert {"slow 0.500", "fast 0.800", "epoch (dotted: training, ring: best)"} <= set(texts(figure))
    np.testing.assert_allclose([c.get_offsets()[0] for c in figure.axes[0].collections], [[2, 0.5], [2, 0.7]])
    assert {"training 1 0.500", "training 2 0.500"} <= set(texts(plot.history([HISTORY, HISTORY], "loss")))


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0.000"), (0.25, "0.250"), (0.00261, "0.00261"), (2.6e-05, "2.60e-05"), (1e5, "1.00e+05")]
)
def test_numbers_of_a_history_are_plain_where_they_can_be(value, said, texts):
    assert f"training {said}" in texts(plot.history({"loss": [2 * value, value]}))


def test_histories_without_a_best_epoch_have_no_ring(texts):
    assert "epoch" in texts(plot.history({"a": {"lr": [0.1]}, "b": {"lr": [0.2]}}))


def test_history_of_validation_now_and_then_and_of_nan():
    figure = plot.history({"loss": [4.0, 3.0, 2.0, float("nan")], "val_loss": [3.5, 2.5]})
    train, validation = figure.axes[0].lines
    np.testing.assert_array_equal(validation.get_xdata(), [2, 4])
    gone = plot.history({"loss": [float("nan")] * 2}).axes[0]
    assert gone.get_title(loc="left").endswith("no finite numbers: the training went astray")
    assert len(train.get_xdata()) == 4


@pytest.mark.parametrize("empty", [{"loss": []}, {}, {"a": {"loss": [1.0]}, "b": {"loss": []}}])
def test_history_of_nothing_says_so(empty, tmp_path):
    with pytest.raises(DataError, match=r"each epoch; received an empty history.*\.\nTrain for an epoch at least"):
        plot.history(empty, path=tmp_path / "c.png")
    assert not list(tmp_path.iterdir())


def test_history_of_something_else_and_unknown_metrics():
    with pytest.raises(ArgumentError, match=r"takes what fit returned; received 3.\nWrite history = model.fit"):
        plot.history(3)
    with pytest.raises(ArgumentError, match=r"received 'auc', recorded are accuracy, loss.\nOnly the loss"):
        plot.history(HISTORY, ["auc"])


# ---- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plot.images(IMAGES, [0, 1, 2]), r"images and labels must be equally long.*images: 4, labels: 3.\nCut"),
        (lambda: plot.images(IMAGES, [0, 1, 2, 0], SAID[:2]), r"labels and predictions must be equally long"),
        (lambda: plot.mistakes(IMAGES, [0, 1], SAID[:2]), r"images and labels must be equally long.*\n.*\[:2\]"),
        (lambda: plot.images(IMAGES, [0, 1, 2, 3], class_names=NAMES), r"from 0 to 2, .* received 3 in row 3.\nAdd"),
        (lambda: plot.images(IMAGES, ["a", "b", "x", "y"], class_names=NAMES), r"among class_names .* 'x', 'y'.\nAdd"),
        (lambda: plot.images(IMAGES, [0, 1, 2, 1.5], SAID), r"must be class numbers .* received \[0.0.*\nNumber"),
        (lambda: plot.images(IMAGES, np.zeros((4, 2, 2))), r"labels must be one class .* \(4, 2, 2\).\nFlatten"),
        (lambda: plot.images(np.zeros(5)), r"images must be numbers of shape .* received shape \(5,\).\nReshape"),
        (lambda: plot.images(np.zeros((2, 9, 9, 7))), r"1, 3 or 4 channels.* received shape \(9, 9, 7\).\nChoose"),
        (lambda: plot.images(np.array([["a", "b"]])), r"and dtype <U1.\nReshape"),
        (lambda: plot.images(np.zeros((0, 4, 4))), r"at least one picture; received none.\nPass some"),
        (lambda: plot.mistakes(IMAGES, None, SAID), r"compares labels with predictions; received no labels.\nPass"),
        (lambda: plot.confusion_matrix([0, 1], SAID[:2], ["a", "b"]), r"each of the 3 classes .* received 2 names.\nC"),
        (lambda: plot.confusion_matrix([0, 1], [[0, np.nan], [1, 0]]), r"NaN or infinity in row 0.\nA model"),
        (lambda: plot.confusion_matrix([], []), r"received nothing to compare.\nPass both"),
        (lambda: plot.confusion_matrix([0, 1], np.zeros((2, 2, 2))), r"\(n, classes\) or \(n,\); received .*2, 2, 2"),
        (lambda: plot.class_balance([0, -1]), r"must be class numbers 0, 1, 2.* received \[0, -1\].\nNumber"),
    ],
)
def test_bad_data_are_explained(draw, message):
    with pytest.raises(DataError, match=message):
        draw()


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: plot.images(None), ArgumentTypeError, r"images must be an array or a list; received None.\nPass"),
        (lambda: plot.class_balance([[1, 0], [1]]), ArgumentTypeError, r"rows of equal length; received .*\nGive"),
        (lambda: plot.class_balance([0], "cat"), ArgumentTypeError, r"takes a list of names.* received 'cat'.\nWrite"),
        (lambda: plot.class_balance([0], {1: "b"}), ArgumentError, r"number from 0 to 0; received the keys \[1\].\nW"),
        (lambda: plot.images(IMAGES, data_format="NCHW"), ArgumentError, r"'channels_first'; received 'NCHW'.\nLeave"),
        (lambda: plot.images(IMAGES, ax=3), ArgumentTypeError, r"ax= takes the axes .* received 3.\nMake them"),
        (lambda: plot.images(IMAGES, path="a.docx"), ArgumentError, r"\.png.*; received 'a.docx'.\nWrite path='a.png'"),
    ],
)
def test_bad_arguments_are_explained(draw, error, message):
    with pytest.raises(error, match=message):
        draw()


def test_names_of_the_module():
    with pytest.raises(AttributeError, match=r"heron.plot has no 'imags'. Did you mean 'images'\?"):
        _ = plot.imags
    with pytest.raises(ImportError, match=r"heron.plot has no 'confusion'"):
        from heron.plot import confusion  # noqa: F401
    assert set(plot.__all__) <= set(dir(plot))
    assert look.Picture is plot.Picture


@pytest.mark.filterwarnings("error")
def test_names_of_any_length_leave_room_for_what_they_name(tmp_path):
    long = ["a name that nobody would ever write in full " * 3, "short"]
    names = [f"training {number} with momentum and a decaying rate" for number in (1, 2)]
    balance = plot.class_balance([0, 0, 1], long, path=tmp_path / "balance.png")
    curves = plot.history({name: {"loss": [3.0, 2.0, 1.0]} for name in names}, path=tmp_path / "curves.png")
    matrix = plot.confusion_matrix([0, 0, 1], [1, 0, 1], long, path=tmp_path / "matrix.png")
    assert all(figure.axes[0].get_position().width > 0.35 for figure in (balance, curves, matrix))
    assert all(len(line) < 90 for figure in (balance, matrix) for line in figure.axes[0].get_title("left").split("\n"))


def test_a_picture_of_nothing_but_missing_values_is_refused():
    with pytest.raises(DataError, match=r"holds nothing but missing values \(NaN\)"):
        plot.images(np.full((2, 8, 8), np.nan))
