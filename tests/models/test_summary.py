"""summary() against Keras's own, character for character, and the notebook view."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import heron
from heron.errors import ArgumentError


def keras_text(model, **options):
    lines = []
    model.summary(print_fn=lines.append, **options)
    return "\n".join(lines).rstrip("\n")


def heron_text(model, **options):
    lines = []
    model.summary(print_fn=lines.append, **options)
    return "\n".join(lines)


@pytest.fixture(autouse=True)
def _fresh_names(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    keras.utils.clear_session(free_memory=False)
    heron.config.reset_names()


def dense_stack(k):
    return k.Sequential(
        [
            k.Input((28, 28)),
            k.layers.Flatten(),
            k.layers.Dense(128, activation="relu"),
            k.layers.Dropout(0.5),
            k.layers.BatchNormalization(),
            k.layers.Dense(10),
        ],
        name="digits",
    )


def unbuilt_stack(k):
    return k.Sequential([k.layers.Dense(3), k.layers.Dense(2)])


def chain(k):
    x = k.Input((4,), name="in")
    return k.Model(x, k.layers.Dense(2)(k.layers.Dense(5)(x) * 2))


def branches(k):
    a, b = k.Input((4,), name="a"), k.Input((3,), name="a_name_that_is_longer_than_its_column_can_ever_show_to_you")
    shared = k.layers.Dense(10, name="shared")
    joined = k.layers.Concatenate()([k.layers.Dense(5)(a), k.layers.Dense(5)(b)])
    once = shared(joined)
    twice = shared(once)
    inner = k.Sequential([k.Input((10,)), k.layers.Dense(7), k.layers.Dropout(0.5)], name="inner")
    return k.Model([a, b], [inner(twice * 2 + once), twice], name="branches")


def two_heads(k):
    x = k.Input((4,), name="x")
    trunk = k.layers.Dense(3, name="trunk")(x)
    return k.Model(x, {"left": k.layers.Dense(1, name="left")(trunk), "right": k.layers.Dense(2, name="right")(trunk)})


def called_elsewhere(k):
    """A layer that is also part of another graph: only this model's connections are shown."""
    x, y = k.Input((4,), name="x"), k.Input((4,), name="y")
    dense = k.layers.Dense(4, name="both")
    dense(y)
    h = dense(x)
    return k.Model(x, k.layers.Add(name="add")([h, x]))


def models_in_models(k):
    x = k.Input((6,), name="x")
    small = k.Sequential([k.Input((6,)), k.layers.Dense(4, name="deep")], name="small")
    mid = k.Model(x, k.layers.Dense(3, name="mid_dense")(small(x)), name="mid")
    return k.Sequential([k.Input((6,)), mid, k.layers.Dense(1, name="top")], name="outer")


def frozen(k):
    model = dense_stack(k)
    model.layers[1].trainable = False
    return model


MODELS = [dense_stack, unbuilt_stack, chain, branches, two_heads, called_elsewhere, models_in_models, frozen]
OPTIONS = [
    {},
    {"line_length": 60},
    {"expand_nested": True, "show_trainable": True},
    {"show_trainable": True, "line_length": 77},
]


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_summary_is_that_of_keras(make):
    ours, theirs = make(heron), make(keras)
    for options in OPTIONS:
        assert heron_text(ours, **options) == keras_text(theirs, **options), options


@pytest.mark.parametrize("make", [dense_stack, branches])
def test_summary_fits_the_terminal_as_in_keras(monkeypatch, make):
    ours, theirs = make(heron), make(keras)
    for columns in (60, 84, 100, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        text = heron_text(ours)
        assert text == keras_text(theirs)
        assert max(map(len, text.splitlines())) <= columns


def test_positions_are_those_of_keras():
    for make, positions in ((dense_stack, [0.2, 0.6, 1.0]), (branches, [0.25, 0.5, 0.6, 1.0])):
        assert heron_text(make(heron), positions=positions) == keras_text(make(keras), positions=positions)


def test_layer_range_is_that_of_keras():
    ours, theirs = branches(heron), branches(keras)
    for layer_range in (["shared", "add"], ["dense", "dense_1"], ["inner", "a"], ["d.*", "c.*"]):
        assert heron_text(ours, layer_range=layer_range) == keras_text(theirs, layer_range=layer_range)


def test_optimizer_is_counted_once_it_is_built():
    ours, theirs = dense_stack(heron), dense_stack(keras)
    for optimizer in ("sgd", "adam", "rmsprop"):
        for model in (ours, theirs):
            model.compile(optimizer, "mse")
        assert heron_text(ours) == keras_text(theirs)
        assert "Optimizer params" not in heron_text(ours)
        for model in (ours, theirs):
            model.optimizer.build(model.trainable_variables)
        assert heron_text(ours) == keras_text(theirs)
        assert "Optimizer params" in heron_text(ours)


def subclassed(k):
    class Reader(k.Model):
        def __init__(self):
            super().__init__()
            self.first = k.layers.Dense(3)
            self.more = [k.layers.Dense(4), k.layers.BatchNormalization()]

        def call(self, inputs):
            x = self.first(inputs)
            for layer in self.more:
                x = layer(x)
            return x

    return Reader()


def test_subclassed_model_before_and_after_its_first_call():
    texts = []
    for k, text in ((heron, heron_text), (keras, keras_text)):
        model = subclassed(k)
        before = text(model)
        model(np.zeros((5, 2), "float32"))
        texts.append((before, text(model)))
    assert texts[0] == texts[1]
    assert "0 (unbuilt)" in texts[0][0]
    assert "(5, 3)" in texts[0][1]


def test_half_precision_takes_half_the_memory():
    def half(k):
        return k.Sequential([k.Input((8,)), k.layers.Dense(8, dtype="float16")])

    assert heron_text(half(heron)) == keras_text(half(keras))
    assert "72 (144.00 B)" in heron_text(half(heron))


def test_line_longer_than_the_terminal_is_not_cut(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    text = heron_text(dense_stack(heron), line_length=120)
    assert {len(line) for line in text.splitlines()[1:-3]} == {120}


def test_narrow_terminal_still_shows_a_table(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    assert "(Flatten)" in heron_text(dense_stack(heron))


def test_mistakes_are_explained():
    model = dense_stack(heron)
    with pytest.raises(ArgumentError, match=r"no layer's name matches 'denze'.*\n.*flatten, dense, dropout"):
        model.summary(layer_range=["denze", "dense_1"])
    with pytest.raises(ArgumentError, match=r"takes two layer names.*received 'dense'"):
        model.summary(layer_range="dense")
    with pytest.raises(ArgumentError, match=r"a line of 12 characters is too short.*\n.*line_length=88"):
        model.summary(line_length=12)
    with pytest.raises(ArgumentError, match=r"takes 3 shares of the line"):
        model.summary(positions=[0.5, 1.0])


def test_notebook_view_lists_the_layers_escaped():
    x = heron.Input((4,), name="<b>")
    model = heron.Model(x, heron.layers.Dense(2, name="a<b&c")(x), name="<i>")
    html = model._repr_html_()
    assert html.startswith("<table")
    assert html.endswith("</table>")
    assert html.count("<tr>") == 4  # head, two layers, total
    for shown in ("a&lt;b&amp;c (Dense)", "&lt;i&gt;", "(None, 2)", ">10<", "Total params: 10 (40.00 B)"):
        assert shown in html
    assert "<b>" not in html.replace("<b>Functional</b>", "")


def test_notebook_view_shows_what_is_inside_models():
    html = models_in_models(heron)._repr_html_()
    assert html.index("mid (Functional)") < html.index("   └ small (Sequential)") < html.index("      └ deep (Dense)")
