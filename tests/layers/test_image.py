"""Layers on images: against Keras on what heron has drawn, and the contracts of layers, a program or two for each."""

from __future__ import annotations

import inspect
import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import heron
from heron import layers, registry
from heron.errors import ArgumentError, ShapeError
from heron.layers import image as image_layers
from heron.layers.image.geometric import _Projection
from heron.symbolic import KerasTensor
from tests.oracle import QUICK

X = np.random.default_rng(0).uniform(0, 255, (3, 6, 8, 3)).astype("float32")
# Layer -> the arguments of its constructor, chosen so that something happens to most images.
CASES = {
    "AugMix": {"num_chains": 2, "chain_depth": 2, "seed": 1},
    "AutoContrast": {},
    "CenterCrop": {"height": 3, "width": 4},
    "ContrastLimitedAdaptiveHistogramEqualization": {"tile_grid_size": [2, 3]},
    "CutMix": {"seed": 1},
    "Equalization": {"bins": 8},
    "MaxNumBoundingBoxes": {"max_number": 2},
    "MixUp": {"alpha": 0.5, "seed": 1},
    "RandAugment": {"seed": 1},
    "RandomBrightness": {"factor": 0.5, "seed": 1},
    "RandomColorDegeneration": {"factor": 0.5, "seed": 1},
    "RandomColorJitter": {"brightness_factor": 0.2, "contrast_factor": 0.2, "hue_factor": 0.5, "seed": 1},
    "RandomContrast": {"factor": [0.5, 0.5], "seed": 1},
    "RandomCrop": {"height": 3, "width": 4, "seed": 1},
    "RandomElasticTransform": {"seed": 1},
    "RandomErasing": {"factor": [0.7, 0.9], "seed": 1},
    "RandomFlip": {"mode": "horizontal", "seed": 1},
    "RandomGaussianBlur": {"kernel_size": [3, 5], "factor": [0.7, 0.9], "seed": 1},
    "RandomGrayscale": {"factor": 0.5, "seed": 1},
    "RandomHue": {"factor": 0.5, "seed": 1},
    "RandomInvert": {"factor": 0.9, "seed": 1},
    "RandomPerspective": {"scale": 0.6, "seed": 1},
    "RandomPosterization": {"factor": 4, "seed": 1},
    "RandomRotation": {"factor": 0.2, "seed": 1},
    "RandomSaturation": {"factor": [0.1, 0.49], "seed": 1},
    "RandomSharpness": {"factor": [0.0, 1.0], "seed": 1},
    "RandomShear": {"x_factor": [0.2, 0.5], "y_factor": [0.0, 0.3], "fill_mode": "wrap", "seed": 1},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": 0.2, "fill_mode": "constant", "seed": 1},
    "RandomZoom": {"height_factor": 0.3, "width_factor": [0.1, 0.4], "fill_mode": "nearest", "seed": 1},
    "Resizing": {"height": 4, "width": 5},
    "Solarization": {"addition_factor": 0.3, "threshold_factor": 0.9, "seed": 1},
}
ALWAYS = {"AutoContrast", "CenterCrop", "ContrastLimitedAdaptiveHistogramEqualization", "RandomCrop", "Resizing"}
SEED = 12  # of what is drawn for both: with it some images are changed and some not
# What Keras cannot be given: it draws inside, or its drawing is not what is meant.
WITHOUT_A_TWIN = {"AugMix", "RandAugment", "RandomColorJitter", "RandomElasticTransform", "MaxNumBoundingBoxes"}
REPERTOIRES = {"AugMix", "RandAugment"}  # of layers that are tested on their own
every_layer = pytest.mark.parametrize("name", sorted(CASES))


def new(case, /, **changes):
    return getattr(layers, case)(**{**CASES[case], **changes})


def compiled(function):
    return jax.jit(function, compiler_options=QUICK)


def test_every_layer_has_a_case():
    assert set(CASES) == set(image_layers.__all__)


# ---- against Keras ----


def for_keras(name, twin, drawn):
    """What heron has drawn, in the form of Keras's layer."""
    if name == "RandomRotation":
        zero, one = jnp.zeros(3), jnp.ones(3)
        matrix = twin._compute_affine_matrix(0.5, 0.5, drawn["angle"], zero, zero, one, zero, zero, 6, 8)
        return {"rotation_matrix": matrix}
    if name == "RandomGaussianBlur":
        return {**drawn, "blur_factor": drawn["blur_factor"][0]}
    if name == "RandomErasing":
        return {**drawn, "batch_masks": jnp.repeat(drawn["batch_masks"], 3, -1)}
    if name == "RandomPosterization":
        return {"shift_factor": drawn["shift_factor"].astype("uint8")}
    if name == "RandomCrop":
        return tuple(int(start) for start in drawn)
    return drawn


@pytest.mark.parametrize("name", sorted(set(CASES) - WITHOUT_A_TWIN))
def test_a_layer_changes_images_as_keras_does(name):
    layer, twin = new(name), getattr(keras.layers, name)(**CASES[name])
    # Keras evens out the whole batch, heron each image.
    images = X[:1] if name == "Equalization" else X
    drawn = layer.get_random_transformation(images, seed=SEED)
    if name == "RandomGaussianBlur":
        drawn["blur_factor"] = jnp.broadcast_to(drawn["blur_factor"][:1], (3, 2))
    ours = compiled(layer.transform_images)(images, drawn)
    given = for_keras(name, twin, drawn)
    theirs = (
        twin.transform_images(jnp.asarray(images), given)
        if name == "RandomCrop"
        else compiled(twin.transform_images)(jnp.asarray(images), given)
    )
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=2e-3)
    assert ours.shape != images.shape or not np.allclose(ours, images)


def test_a_crop_of_a_small_image_is_keras_s_and_so_is_resizing_with_margins():
    for name, kwargs in (
        ("CenterCrop", {"height": 9, "width": 4}),
        ("Resizing", {"height": 4, "width": 4, "pad_to_aspect_ratio": True}),
        ("Resizing", {"height": 4, "width": 4, "crop_to_aspect_ratio": True, "interpolation": "nearest"}),
    ):
        ours, theirs = (compiled(getattr(module, name)(**kwargs))(X) for module in (layers, keras.layers))
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-3)
    crop = layers.RandomCrop(9, 4)
    np.testing.assert_allclose(crop(X, training=True), layers.CenterCrop(9, 4)(X), rtol=1e-5, atol=1e-3)


@every_layer
def test_configs_are_read_by_both(name):
    ours, theirs = new(name, name="x"), getattr(keras.layers, name)(**CASES[name], name="x")
    expected = json.dumps(theirs.get_config())
    assert json.dumps(type(theirs).from_config(json.loads(json.dumps(ours.get_config()))).get_config()) == expected
    again = type(ours).from_config(json.loads(expected))
    if name not in ("RandomCrop", "RandomPerspective"):
        assert json.dumps(type(theirs).from_config(again.get_config()).get_config()) == expected
    config = json.loads(json.dumps(ours.get_config()))
    twin = layers.deserialize({"class_name": name, "config": config})
    assert json.loads(json.dumps(twin.get_config())) == config


@every_layer
def test_names_defaults_weights_and_words(name):
    ours, theirs = (inspect.signature(getattr(m, name).__init__).parameters for m in (layers, keras.layers))
    wanted = [p for p in theirs.values() if p.kind is not p.VAR_KEYWORD]
    assert [(p.name, p.default) for p in wanted] == [(p.name, p.default) for p in list(ours.values())[: len(wanted)]]
    twin, layer = getattr(keras.layers, name)(**CASES[name]), new(name)
    assert layer.weights == [] == twin.weights
    assert len(layer.variables) == len(twin.variables) or name in ("AugMix", "RandAugment", "RandomColorJitter")
    text = inspect.getdoc(getattr(layers, name))
    for part in ("Args:", "Call arguments:", "Input shape:", "Output shape:", "Example:"):
        assert part in text
    for argument in set(ours) - {"self", "kwargs", "name"}:
        assert f"{argument}:" in text, argument


def rules_of(name):
    cls = getattr(layers, name)
    return {k: v for base in reversed(cls.__mro__) for k, v in base.__dict__.get("rules", {}).items()}


@every_layer
def test_arguments_are_checked(name):
    accepted = registry.accepted_arguments(getattr(layers, name))
    for argument, rule in rules_of(name).items():
        if argument in accepted and argument not in ("input_shape", "batch_input_shape", "input_dim"):
            for bad in rule.bad:
                with pytest.raises(ArgumentError, match=rf"^{name}: argument '{argument}' must be "):
                    new(name, **{argument: bad})
            for good in rule.good:
                assert argument in new(name, **{argument: good}).arguments


# ---- shapes, layouts, training ----


@every_layer
def test_layouts_shapes_training_and_gradients(name):
    """One program for both layouts and the gradient."""
    layer, first = new(name), new(name, data_format="channels_first")

    def results(x):
        drawn = layer.get_random_transformation(x, seed=7)
        batch = layer.transform_images(x, drawn)
        return jnp.sum(batch**2), (batch, jnp.moveaxis(first.transform_images(jnp.moveaxis(x, -1, 1), drawn), 1, -1))

    if name not in REPERTOIRES:
        program = compiled(jax.value_and_grad(results, has_aux=True))
        (_, (batch, moved)), gradient = program(X)
        np.testing.assert_allclose(moved, batch, rtol=1e-5, atol=1e-3)
        assert np.isfinite(gradient).all()
        for scale in (0.0, 100.0):
            assert np.isfinite(program(X * np.float32(scale))[1]).all()
    shape = new(name).compute_output_shape(X.shape)
    symbolic = layer(KerasTensor((None, 6, 8, 3)))
    assert symbolic.shape == (None, *shape[1:])
    same = layer(X, training=False)
    assert same.shape == (shape if name in ALWAYS else X.shape)
    if name not in ALWAYS:
        np.testing.assert_array_equal(same, X)


@every_layer
def test_the_dtype_is_the_compute_dtype(name):
    layer = new(name, dtype="mixed_float16")
    for dtype in ("float32", "uint8"):
        expected = dtype if name in ("Resizing",) and dtype == "uint8" else "float16"
        assert layer.compute_output_spec(KerasTensor((2, 6, 8, 3), dtype), training=True).dtype == expected


def test_one_image_is_a_batch_of_one():
    for name in ("Resizing", "RandomFlip", "RandomZoom"):
        one, batch = (new(name)(x) for x in (X[0], X[:1]))
        np.testing.assert_allclose(one, batch[0], rtol=1e-5, atol=1e-3)


def test_an_empty_batch_stays_empty():
    for name in ("Resizing", "RandomFlip", "RandomRotation", "RandomContrast", "MixUp", "RandomErasing"):
        assert new(name)(X[:0]).shape[0] == 0


# ---- chance ----


def test_a_seed_repeats_and_calls_differ():
    one, other = layers.RandomFlip(seed=3), layers.RandomFlip(seed=3)
    many = np.repeat(X[:1], 32, 0)
    first = np.asarray(one(many))
    np.testing.assert_array_equal(first, other(many))
    assert not np.array_equal(first, one(many))
    kinds = {sample.tobytes() for sample in first}
    assert len(kinds) == 4  # each direction has a choice of its own


def test_what_is_drawn_lies_in_its_range_and_differs_between_images():
    many = np.zeros((200, 4, 4, 3), "float32")
    angle = layers.RandomRotation((-0.1, 0.2), seed=1).get_random_transformation(many)["angle"]
    assert -36 <= angle.min() < -25
    assert 60 < angle.max() <= 72
    share = layers.RandomInvert((0.3, 0.3), seed=1).get_random_transformation(many)["apply_inversion"].mean()
    assert 0.2 < share < 0.4
    delta = layers.RandomBrightness(0.5, value_range=(0, 1), seed=1).get_random_transformation(many)["rgb_delta"]
    assert (delta.min() < -0.4) & (delta.max() > 0.4) & (abs(delta).max() <= 0.5)
    contrast = layers.RandomContrast(0.5, seed=1).get_random_transformation(many)["contrast_factor"]
    assert (contrast.min() < 0.6) & (contrast.max() > 1.4)
    drawn = layers.CutMix(seed=1).get_random_transformation(many)
    assert sorted(drawn["permutation_order"].tolist()) == list(range(200))
    np.testing.assert_allclose(1 - drawn["mix_weight"].ravel(), drawn["batch_masks"].mean((1, 2, 3)), atol=0.5)


def test_rand_augment_and_aug_mix_change_images_within_their_range():
    for name in ("RandAugment", "AugMix"):
        layer = new(name)
        program = compiled(lambda key: layer.transform_images(X, layer.get_random_transformation(X, seed=key)))  # noqa: B023
        results = [np.asarray(program(np.array([i, 0], "uint32"))) for i in range(4)]
        assert all(r.min() >= -1e-3 and r.max() <= 255.001 for r in results)
        assert len({r.tobytes() for r in results}) > 2


def test_a_model_trains_on_changed_images_and_predicts_on_plain_ones():
    flip = layers.RandomFlip("horizontal", seed=1)
    model = heron.Sequential(
        [layers.Input((6, 8, 3)), flip, layers.RandomBrightness(0.2, (0, 1), seed=2), layers.Flatten()]
    )
    model.add(layers.Dense(1, kernel_initializer="zeros"))
    model.compile("sgd", "mse")
    before = flip.generator.state.numpy().copy()
    model.fit(X / 255, np.ones((3, 1)), epochs=2, batch_size=2, verbose=0)
    assert flip.generator.state.numpy()[1] == before[1] + 4  # a key for each of two batches in each of two epochs
    flat = X.reshape(3, -1) / 255 @ model.layers[-1].kernel.numpy() + model.layers[-1].bias.numpy()
    np.testing.assert_allclose(model.predict(X / 255, verbose=0), flat, rtol=1e-5, atol=1e-5)


# ---- labels, masks and boxes ----


def marked(rank=4):
    """An image with one bright pixel in row 1 and column 2, its mask and its box."""
    image = np.zeros((1, 6, 8, 3), "float32")
    image[0, 1, 2] = 255.0
    boxes = {"boxes": np.array([[[2, 1, 1, 1], [0, 0, 8, 6]]], "float32"), "labels": np.array([[7, 8]])}
    mask = (image[..., :1] > 0).astype("int32")
    return {"images": image, "segmentation_masks": mask, "bounding_boxes": boxes, "labels": np.ones((1, 2), "float32")}


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("RandomFlip", {"seed": 4}),
        ("RandomTranslation", {"height_factor": (0.5, 0.5), "width_factor": (0.25, 0.25), "fill_mode": "constant"}),
        ("RandomRotation", {"factor": (0.5, 0.5), "interpolation": "nearest"}),
        ("CenterCrop", {"height": 4, "width": 6}),
        ("RandomCrop", {"height": 5, "width": 7, "seed": 1}),
        ("Resizing", {"height": 12, "width": 16, "interpolation": "nearest"}),
        ("RandomBrightness", {"factor": (-0.1, -0.1)}),
    ],
)
def test_masks_and_boxes_go_with_the_pixels(name, kwargs):
    result = getattr(layers, name)(**kwargs, bounding_box_format="xywh")(marked(), training=True)
    bright = np.asarray(result["images"][0, ..., 0] > 100)
    rows, columns = np.nonzero(bright)
    np.testing.assert_array_equal(np.asarray(result["segmentation_masks"])[0, ..., 0] == 1, bright)
    box = np.asarray(result["bounding_boxes"]["boxes"])[0, 0]
    expected = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
    np.testing.assert_allclose(box, expected, atol=1e-3)
    assert result["bounding_boxes"]["labels"].tolist() == [[7, 8]]
    np.testing.assert_array_equal(result["labels"], [[1, 1]])


def test_a_box_that_leaves_the_image_is_marked():
    away = layers.RandomTranslation(0.0, (-0.5, -0.5), bounding_box_format="rel_xyxy", fill_mode="constant")
    boxes = {"boxes": [[[0.0, 0.0, 0.25, 1.0], [0.25, 0.0, 1.0, 0.5]]], "labels": [[1, 2]]}
    moved = away({"images": X[:1], "bounding_boxes": boxes})["bounding_boxes"]
    assert moved["labels"].tolist() == [[-1, 2]]
    np.testing.assert_allclose(moved["boxes"][0], [[-1, -1, -1, -1], [0, 0, 0.5, 0.5]], atol=1e-5)


def test_mixed_labels_have_the_weights_of_the_images():
    x = np.arange(4, dtype="float32")[:, None, None, None] * np.ones((1, 2, 2, 1), "float32")
    mixed = layers.MixUp(1.0, seed=2)({"images": x, "labels": np.eye(4, dtype="float32")})
    np.testing.assert_allclose(mixed["labels"] @ np.arange(4.0), mixed["images"][:, 0, 0, 0], rtol=1e-4, atol=1e-5)
    assert mixed["labels"].max() < 0.999


def test_refusals_say_why():
    x = marked()
    with pytest.raises(ArgumentError, match=r"no bounding_box_format\.\nMake it with bounding_box_format='xyxy'"):
        layers.RandomFlip()(x)
    for name in ("RandomElasticTransform", "CutMix", "MixUp"):
        with pytest.raises(ArgumentError, match=r"cannot|does not"):
            new(name).move(x, None, None)
    with pytest.raises(ArgumentError, match="received segmentation_masks, which it cannot move"):
        new("RandAugment", bounding_box_format="xywh").transform_segmentation_masks(x, None)
    with pytest.raises(ArgumentError, match="expects images, or a dict with 'images'"):
        layers.RandomFlip()({"pictures": X})
    with pytest.raises(ShapeError, match=r"expects one image \(height, width, channels\)"):
        layers.RandomFlip()(np.zeros((4, 4)))
    with pytest.raises(ShapeError, match="expects images with 3 channels; received images with 1"):
        layers.RandomHue(0.5)(np.zeros((4, 4, 1)))
    with pytest.raises(ArgumentError, match="only one of crop_to_aspect_ratio and pad_to_aspect_ratio"):
        layers.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)


def test_a_projection_without_a_matrix_is_told_what_to_write():
    class Tilt(_Projection):
        pass

    with pytest.raises(
        NotImplementedError, match=r"^Tilt has no method matrix\(\), .*\nAdd to class Tilt: def matrix\("
    ):
        Tilt("nearest", 0.0).matrix(None, None)
