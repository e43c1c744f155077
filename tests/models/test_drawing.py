"""Drawings of models: which boxes and arrows there are, where they stand, and the files they become."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as xml

import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, ArgumentTypeError, NotBuiltError
from heron.models.drawing.boxes import diagram_of
from heron.models.drawing.layout import Link, arrange
from heron.models.drawing.scene import Options, scene_of, text_width

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawing):
    """The lines of text of an SVG, in order."""
    return ["".join(one.itertext()) for one in xml.fromstring(drawing.svg).iter(f"{SVG}text")]


def sizes(path):
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.fixture(scope="module")
def chain():
    stack = [
        heron.Input((8, 8, 1), name="picture"),
        layers.Conv2D(4, 3, strides=2, activation="relu", name="conv"),
        layers.MaxPooling2D(name="pool"),
        layers.Dropout(0.25, name="drop"),
        layers.Flatten(name="flat"),
        layers.Dense(3, name="out"),
    ]
    return heron.Sequential(stack, name="chain")


@pytest.fixture(scope="module")
def residual():
    inputs = heron.Input((4,), name="x")
    x = layers.Dense(4, name="a")(inputs)
    y = layers.Dense(4, name="c")(layers.Dense(4, name="b")(x))
    return heron.Model(inputs, layers.Add(name="sum")([x, y]), name="residual")


@pytest.fixture(scope="module")
def twins():
    encoder = heron.Sequential([heron.Input((4,)), layers.Dense(2, name="inner")], name="encoder")
    left, right = heron.Input((4,), name="left"), heron.Input((4,), name="right")
    out = layers.Dense(1, name="out")(encoder(left) - encoder(right))
    return heron.Model([left, right], out, name="twins")


class Own(heron.Model):
    def __init__(self):
        super().__init__(name="own")
        self.first = layers.Dense(3, name="first")
        self.second = layers.Bidirectional(layers.LSTM(2), name="second")

    def call(self, inputs):
        return self.second(self.first(inputs)[:, None])


# ---- what is drawn ------------------------------------------------------------------------------------------------


def test_a_chain_says_layers_shapes_parameters_and_activations(chain):
    shown = texts(chain.plot())
    assert shown[:6] == [
        "InputLayer",
        "picture",
        "(None, 8, 8, 1)",
        "Conv2D3×3 · stride 2×2 · relu",
        "conv",
        "40 params",
    ]
    assert {"MaxPooling2D2×2", "Dropout0.25", "(None, 3, 3, 4)", "(None, 3)"} <= set(shown)
    assert len(scene_of(diagram_of(chain), Options()).arrows) == 5


@pytest.mark.parametrize(
    ("option", "there", "gone"),
    [
        ({"show_shapes": False}, "40 params", "(None, 3)"),
        ({"show_layer_names": False}, "40 params", "conv"),
        ({"show_params": False}, "conv", "40 params"),
        ({"show_layer_activations": False}, "Conv2D3×3 · stride 2×2", "Conv2D3×3 · stride 2×2 · relu"),
        ({"show_dtype": True}, "float32", ""),
        ({"show_trainable": True}, "40 params, trained", "40 params"),
        ({"show_trainable": True, "show_params": False}, "trained", "40 params"),
    ],
)
def test_options_choose_what_is_said(chain, option, there, gone):
    shown = texts(chain.plot(**option))
    assert there in shown
    assert gone not in shown


def test_frozen_layers_are_named(residual):
    residual.get_layer("b").trainable = False
    shown = texts(residual.plot(show_trainable=True))
    residual.get_layer("b").trainable = True
    assert shown.count("20 params, frozen") == 1


def test_shared_layers_have_a_box_for_each_call(twins):
    diagram = diagram_of(twins)
    assert [(box.name, box.call) for box in diagram.boxes if box.kind == "Sequential"] == [
        ("encoder", "call 1 of 2"),
        ("encoder", "call 2 of 2"),
    ]
    shown = texts(twins.plot())
    assert "Subtract" in shown
    assert shown.count("Sequential1 layer") == shown.count("10 params") == 2
    assert "inner" not in shown


def test_models_inside_are_drawn_with_their_layers(twins):
    scene = scene_of(diagram_of(twins, expand_nested=True), Options())
    assert [frame.title for frame in scene.frames] == [
        "Sequential · encoder · call 1 of 2",
        "Sequential · encoder · call 2 of 2",
    ]
    inside = [
        [box for box in scene.boxes if frame.x < box.x and box.x + box.width < frame.x + frame.width]
        for frame in scene.frames
    ]
    named = [[line.plain for box in boxes for line in box.lines] for boxes in inside]
    assert all("inner" in names for names in named)
    for frame in scene.frames:  # an arrow comes in just above the input inside
        middle = frame.x + frame.width / 2
        assert any(arrow[-1] == pytest.approx((middle, frame.y)) for arrow in scene.arrows)


def test_layers_that_only_code_connects_stand_in_order():
    model = Own()
    model(np.zeros((2, 3)))
    drawing = model.plot()
    shown = texts(drawing)
    assert "Own · own: its own code calls these layers" in shown
    assert [name for name in shown if name in ("first", "second")] == ["first", "second"]
    assert "BidirectionalLSTM" in shown
    assert "polygon" not in drawing.svg
    alone = heron.Sequential([heron.Input((3,)), model], name="around")
    assert "Own · own" in texts(alone.plot(expand_nested=True, rankdir="LR"))


def test_a_model_of_one_layer_of_its_own_is_a_box():
    class Bare(heron.Model):
        def build(self, shape):
            self.w = self.add_weight((3,), name="w")
            self.built = True

        def call(self, x):
            return x * self.w

    bare = Bare(name="bare")
    bare(np.zeros((2, 3)))
    assert {"Bare", "bare", "3 params"} <= set(texts(bare.plot()))


def test_a_model_that_begins_in_the_middle_of_another(residual):
    part = heron.Model(residual.get_layer("a").output, residual.output)
    diagram = diagram_of(part)
    assert [box.kind for box in diagram.boxes] == ["InputLayer", "Dense", "Dense", "Add"]
    assert {(edge.source, edge.target) for edge in diagram.edges} == {(0, 1), (1, 2), (0, 3), (2, 3)}


def test_every_text_is_escaped(tmp_path):
    model = heron.Sequential([heron.Input((2,)), layers.Dense(1, name='<b>"&"</b>')], name="<script>")
    drawing = model.plot(tmp_path / "m.svg")
    assert '<b>"&"</b>' in texts(drawing)
    assert "<script>" not in (tmp_path / "m.svg").read_text()
    assert "<b>" not in drawing.svg


def test_names_that_are_too_long_are_cut_and_in_the_tip():
    name = "a_name_that_goes_on_" * 6
    drawing = heron.Sequential([heron.Input((2,)), layers.Dense(1, name=name)]).plot()
    assert any(text.endswith("…") and name.startswith(text[:-1]) for text in texts(drawing))
    assert any(name in tip.text for tip in xml.fromstring(drawing.svg).iter(f"{SVG}title"))


# ---- where it stands ----------------------------------------------------------------------------------------------


def corners(scene):
    return [(box.x, box.y, box.x + box.width, box.y + box.height) for box in scene.boxes]


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
@pytest.mark.parametrize("expanded", [False, True])
def test_boxes_lie_apart_inside_the_paper_and_along_the_flow(twins, residual, rankdir, expanded):
    axis, sign = (0 if rankdir in ("LR", "RL") else 1), (1 if rankdir in ("TB", "LR") else -1)
    for model in (twins, residual):
        scene = scene_of(diagram_of(model, expanded), Options(rankdir=rankdir))
        found = corners(scene)
        assert not any(overlap(a, b) for i, a in enumerate(found) for b in found[:i])
        assert all(box[0] > 0 and box[2] < scene.size[0] and box[1] > 0 and box[3] < scene.size[1] for box in found)
        assert all(sign * (arrow[-1][axis] - arrow[0][axis]) > 0 for arrow in scene.arrows)


def test_a_chain_is_straight_and_a_shortcut_passes_beside_it(residual):
    scene = scene_of(diagram_of(residual), Options())
    middles = {box.lines[1].plain: box.x + box.width / 2 for box in scene.boxes}
    assert max(middles.values()) - min(middles.values()) < 1
    (shortcut,) = [arrow for arrow in scene.arrows if len(arrow) > 4]
    for box in corners(scene):
        inside = [p for p in shortcut if box[0] < p[0] < box[2] and box[1] + 1 < p[1] < box[3] - 1]
        assert inside == []


def test_crossings_are_undone():
    # 0 and 1 lead to 3 and 2: side by side in another order nothing crosses.
    layout = arrange([(10, 10)] * 4, [Link(0, 3), Link(1, 2)])
    u = [middle[0] for middle in layout.middles]
    assert (u[0] < u[1]) == (u[3] < u[2])
    assert all(path[0][0] == path[-1][0] for path in layout.paths)
    assert arrange([], []).size == (0.0, 0.0)


def test_a_deep_model_and_one_of_many_branches_are_drawn():
    inputs = x = heron.Input((4,))
    for _ in range(40):
        x = layers.Identity()(x)
    deep = scene_of(diagram_of(heron.Model(inputs, x)), Options())
    assert len({box.x for box in deep.boxes}) == 1
    many = [layers.Identity()(inputs) for _ in range(12)]
    wide = scene_of(diagram_of(heron.Model(inputs, layers.Concatenate()(many))), Options())
    ends = sorted(arrow[-1][0] for arrow in wide.arrows if arrow[-1][1] > 150)
    assert len(ends) == len({round(end, 1) for end in ends}) == 12


def test_widths_of_text_grow_with_the_letters():
    assert text_width("") == 0
    assert text_width("ill") < text_width("nnn") < text_width("MMM")
    assert text_width("猫") == text_width("猫\u0301") == 13


# ---- files --------------------------------------------------------------------------------------------------------


def test_files_of_several_kinds(chain, tmp_path):
    drawing = chain.plot(tmp_path / "new" / "chain.svg")
    assert (tmp_path / "new" / "chain.svg").read_text(encoding="utf-8") == drawing.svg == drawing._repr_svg_()
    width, height = (float(drawing.svg.split(f'{side}="')[1].split('"')[0]) for side in ("width", "height"))
    drawing.save(str(tmp_path / "a.png"), dpi=96)
    assert sizes(tmp_path / "a.png") == pytest.approx((width, height), abs=2)
    drawing.save(tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    drawing.save(tmp_path / "a.dot")
    assert (tmp_path / "a.dot").read_text().startswith("digraph")
    with pytest.raises(ArgumentError, match=r"must end with .svg, .* received '.*a.docx'.\nWrite '.*a.svg'"):
        drawing.save(tmp_path / "a.docx")


def test_a_picture_says_what_the_svg_says(twins):
    figure = twins.plot(expand_nested=True).figure()
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert {"Sequential · encoder · call 1 of 2", "left", "inner", "Dense", "10 params"} <= set(shown)
    assert "its own code calls" in "".join(t.get_text() for t in _own().plot().figure().axes[0].texts)


def _own():
    model = Own()
    model(np.zeros((2, 3)))
    return model


def test_plot_model_has_the_defaults_of_keras(chain, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    drawing = heron.utils.plot_model(chain)
    assert texts(drawing)[:2] == ["InputLayer", "Conv2D3×3 · stride 2×2"]
    assert "C" not in drawing.svg.split("<path d=")[1].split('"')[1]  # right angles, no curves
    small = sizes(tmp_path / "model.png")
    heron.utils.plot_model(chain, dpi=100)
    assert sizes(tmp_path / "model.png")[0] == pytest.approx(small[0] / 2, abs=2)
    shown = texts(heron.utils.plot_model(chain, to_file=None, show_shapes=True, show_layer_names=True))
    assert {"conv", "(None, 3)"} <= set(shown)
    with pytest.raises(ArgumentTypeError, match=r"plot_model\(\) has no argument 'layer_range'; .*\nLeave it away"):
        heron.utils.plot_model(chain, layer_range=["conv", "pool"])


def test_dot_names_boxes_edges_and_clusters(twins, tmp_path):
    dot = heron.utils.model_to_dot(twins, show_shapes=True, rankdir="LR", expand_nested=True)
    lines = [line.strip() for line in dot.to_string().splitlines()]
    assert lines[0] == "digraph G {"
    assert lines[1].startswith("graph [rankdir=LR, splines=ortho, dpi=200")
    assert 'n_0 [label="InputLayer\\nleft\\n(None, 4)"];' in lines
    assert {"subgraph cluster_n_2 {", "n_0 -> n_2_0;", "n_2_0 -> n_2_1;", "n_2_1 -> n_4;"} <= set(lines)
    assert dot.to_string().count("{") == dot.to_string().count("}")
    dot.write_raw(tmp_path / "m.dot")
    assert (tmp_path / "m.dot").read_text() == dot.to_string()
    part = heron.utils.model_to_dot(twins, subgraph=True).to_string()
    assert part.startswith("subgraph cluster_model {")
    assert 'label="Functional · twins"' in part


def test_dot_escapes_and_says_what_it_needs(tmp_path):
    model = heron.Sequential([heron.Input((2,)), layers.Dense(1, name='a"b\\c')])
    dot = heron.utils.model_to_dot(model)
    assert r"a\"b\\c" in dot.to_string()
    with pytest.raises(ArgumentError, match=r"needs the program 'no-such-dot' of Graphviz; .*\nInstall Graphviz"):
        dot.write(tmp_path / "m.png", prog="no-such-dot", format="png")
    with pytest.raises(ArgumentError, match=r"'false' must make format='png'; it said ''.\nChoose"):
        dot.create(prog="false")
    assert dot.create(prog="echo").startswith(b"-Tpng")
    dot.write_png(tmp_path / "m.png", prog="echo")
    dot.write_svg(tmp_path / "m.svg", prog="echo")
    assert (tmp_path / "m.svg").read_bytes().startswith(b"-Tsvg")


# ---- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [heron.Sequential([layers.Dense(2)], name="m"), Own()], ids=["stack", "own"])
def test_a_model_that_is_not_built_is_explained(model, tmp_path):
    message = r"cannot be drawn: the shapes in a model must be known, received one that .*\nStart it with heron.Input"
    with pytest.raises(NotBuiltError, match=message):
        model.plot(tmp_path / "m.svg")
    with pytest.raises(NotBuiltError, match=message):
        heron.utils.model_to_dot(model)
    assert not list(tmp_path.iterdir())


def test_bad_arguments_are_explained(chain):
    with pytest.raises(ArgumentError, match=r"rankdir must be one of 'TB', .* received 'UP'.\nLeave it away"):
        chain.plot(rankdir="UP")
    with pytest.raises(ArgumentError, match=r"splines must be one of 'ortho', .* received 'wavy'.\nLeave"):
        chain.plot(splines="wavy")
    with pytest.raises(ArgumentTypeError, match=r"Only models can be drawn; received 3.\nPass what"):
        heron.utils.plot_model(3)
