"""Layers on images: against Keras on what heron has drawn, and the contracts of layers, a program or two for each."""

from __future__ import annotations

import functools
import inspect
import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import heron
from heron import config, layers, registry
from heron.errors import ArgumentError, ShapeError
from heron.layers import image as image_layers
from heron.layers.image.base import Size
from heron.layers.image.draws import Draws
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
# Keras draws inside of them, or they change no pixels; each has a test of its own.
WITHOUT_A_TWIN = {"AugMix", "RandAugment", "RandomColorJitter", "RandomElasticTransform", "MaxNumBoundingBoxes"}
REPERTOIRES = {"AugMix", "RandAugment"}  # of layers that are tested on their own
every_layer = pytest.mark.parametrize("name", sorted(CASES))


def new(case, /, **changes):
    return getattr(layers, case)(**{**CASES[case], **changes})


def compiled(function):
    return jax.jit(function, compiler_options=QUICK)


def drawn_by(layer, images, seed=None):
    """What a layer draws, by its own generator without a seed."""
    if seed is None:
        seed = layer.generator.next()
    return compiled(lambda images: layer.get_random_transformation(images, seed=seed))(images)


def test_every_layer_has_a_case():
    assert set(CASES) == set(image_layers.__all__)


# ---- against Keras ----


def for_keras(name, twin, drawn):
    """What heron has drawn, in the form of Keras's layer."""
    if name == "RandomRotation":
        zero, one = jnp.zeros_like(drawn["angle"]), jnp.ones_like(drawn["angle"])
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

    def both(images):
        drawn = layer.get_random_transformation(images, seed=SEED)
        if name == "RandomGaussianBlur":
            drawn["blur_factor"] = jnp.broadcast_to(drawn["blur_factor"][:1], (3, 2))
        ours = layer.transform_images(images, drawn)
        given = drawn if name == "RandomCrop" else for_keras(name, twin, drawn)
        return ours, given if name == "RandomCrop" else twin.transform_images(images, given)

    ours, theirs = compiled(both)(images)
    if name == "RandomCrop":  # Keras takes numbers of Python
        theirs = twin.transform_images(jnp.asarray(images), tuple(map(int, theirs)))
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=2e-3)
    assert ours.shape != images.shape or not np.allclose(ours, images)


def rand_augments():
    """heron's of two changes, Keras's of one, the names of heron's layers and their places in Keras's list."""
    ours, theirs = layers.RandAugment(num_ops=2, factor=0.4), keras.layers.RandAugment(num_ops=1, factor=0.4)
    names = [config.snake_case(type(layer).__name__) for layer in ours.layers]
    # Keras's form compiles for twenty seconds with 256 bins.
    ours.layers[names.index("equalization")].bins = theirs.equalization.bins = 8
    order = [list(theirs._AUGMENT_LAYERS).index(name) for name in names]
    return ours, theirs, names, order


def test_rand_augment_and_aug_mix_are_keras_s_changes_one_after_the_other():
    """Both are given the same draws; what Keras makes of them is put together in NumPy."""
    augment, twin, names, order = rand_augments()
    mix = layers.AugMix(num_chains=2, chain_depth=2, factor=0.4)
    images, keys = X[:1], np.array([[5, i] for i in range(4)], "uint32")  # Keras evens out whole batches

    def one_change(images, index, key):
        drawn = [layer.draw(Draws(key), Size(*images.shape)) for layer in augment.layers]
        pairs = zip(names, augment.layers, drawn, strict=True)
        given = {name: for_keras(type(layer).__name__, getattr(twin, name), values) for name, layer, values in pairs}
        given = {name: given[name] for name in twin._AUGMENT_LAYERS}
        return twin.transform_images(images, {"layer_idxes": index[None], "transforms": given})

    theirs = compiled(one_change)

    def changed(images, *steps):
        for number, key in steps:
            images = images if number == len(order) else np.asarray(theirs(images, np.array(order[number]), key))
        return images.astype("float64")

    ours = compiled(augment.transform_images)
    seen = set()
    for first in range(len(order)):
        picked = np.array([first, (3 * first + 1) % len(order)])
        found = ours(images, {"layer_idxes": picked, "keys": keys[:2]})
        expected = changed(images, *zip(picked, keys[:2], strict=True))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=5e-3, err_msg=str([names[i] for i in picked]))
        seen.add(expected.tobytes())
    assert len(seen) == len(order)

    picked, keys = np.array([[0, 9], [4, len(order)]]), keys.reshape(2, 2, 2)
    weights, own = np.array([0.3, 0.7], "float32"), np.float32(0.2)
    drawn = {"layer_idxes": picked, "keys": keys, "chain_mixing_weights": weights, "weight_sample": own}
    chains = [changed(images, *zip(*pair, strict=True)) for pair in zip(picked, keys, strict=True)]
    mixed = own * images + (1 - own) * sum(share * chain for share, chain in zip(weights, chains, strict=True))
    np.testing.assert_allclose(compiled(mix.transform_images)(images, drawn), mixed, rtol=1e-4, atol=5e-3)


def test_color_jitter_is_four_layers_of_keras_in_their_order():
    factors = {"brightness": 0.2, "contrast": 0.5, "saturation": (0.3, 0.6), "hue": 0.5}
    layer = layers.RandomColorJitter(**{f"{name}_factor": factor for name, factor in factors.items()})
    twins = [getattr(keras.layers, f"Random{name.title()}")(factor) for name, factor in factors.items()]

    def changed(images):
        drawn = layer.get_random_transformation(images, seed=SEED)
        return layer.transform_images(images, drawn), drawn

    ours, drawn = compiled(changed)(X)
    theirs = X
    for twin, one in zip(twins, drawn, strict=True):  # compiled apart: as one program Keras's hues jump by rounding
        theirs = compiled(twin.transform_images)(theirs, one)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=5e-3)
    assert not np.allclose(ours, X, atol=1.0)


def test_elastic_distortion_is_keras_s_for_the_same_shifts():
    layer, twin = (api.layers.RandomElasticTransform(scale=(0.8, 0.8), fill_mode="nearest") for api in (heron, keras))
    key, changed, scale = np.array([3, 0], "uint32"), np.array([True, False, True]), 0.8
    # Keras shifts by one noise along both axes.
    alpha, sigma = 0.1 * scale * 8, 0.05 * scale * 6
    noise = np.asarray(jax.random.normal(key, (3, 6, 8))) * sigma
    taps = int(6 * sigma) | 1
    shift = alpha * keras.ops.image.gaussian_blur(noise[..., None], (taps, taps), (sigma, sigma))[..., 0]
    theirs = {"apply_transform": changed, "distortion_factor": scale, "seed": 3}
    theirs = twin.transform_images(jnp.asarray(X), theirs)
    ours = compiled(layer.transform_images)(X, {"apply_transform": changed, "shifts": (shift, shift)})
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=2e-3)
    np.testing.assert_array_equal(ours[1], X[1])
    assert np.abs(ours[0] - X[0]).max() > 1


def test_elastic_shifts_are_smooth_noise():
    """What is drawn, against the formula in float64: a blur of normal numbers, far and wide as the scale says."""
    layer, key, (height, width) = layers.RandomElasticTransform(scale=(1.0, 1.0)), np.array([3, 4], "uint32"), (12, 20)
    drawn = drawn_by(layer, np.zeros((2, height, width, 1), "float32"), seed=key)
    sigma, far = 0.05 * height, 0.1 * width
    noise = np.asarray(jax.random.normal(jax.random.fold_in(key, 2), (2, height, width, 2)), "float64") * sigma
    reach = (int(6 * sigma) | 1) // 2
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    bell /= bell.sum()
    for axis in (1, 2):
        padded = np.pad(noise, [(reach, reach) if i == axis else (0, 0) for i in range(4)])
        noise = sum(b * np.take(padded, range(i, i + noise.shape[axis]), axis) for i, b in enumerate(bell))
    for shifts, expected in zip(drawn["shifts"], np.moveaxis(far * noise, -1, 0), strict=True):
        np.testing.assert_allclose(shifts, expected, rtol=1e-4, atol=1e-5)
    assert drawn["apply_transform"].shape == (2,)


@pytest.mark.parametrize("number", [1, 3, 5])
def test_boxes_are_brought_to_a_number_as_by_keras(number):
    given = {"boxes": X[:, :3, :4, 0], "labels": np.arange(9).reshape(3, 3)}
    ours, theirs = (api.layers.MaxNumBoundingBoxes(number, fill_value=-2) for api in (heron, keras))
    ours = ours({"images": X, "bounding_boxes": dict(given)})
    theirs = theirs.transform_bounding_boxes({k: jnp.asarray(v) for k, v in given.items()}, None)
    for part in given:
        np.testing.assert_array_equal(ours["bounding_boxes"][part], theirs[part])
    np.testing.assert_array_equal(ours["images"], X)


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
    same = (compiled if name in ALWAYS else lambda call: call)(functools.partial(layer, training=False))(X)
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
    angle = drawn_by(layers.RandomRotation((-0.1, 0.2), seed=1), many)["angle"]
    assert -36 <= np.min(angle) < -25
    assert 60 < np.max(angle) <= 72
    share = np.mean(drawn_by(layers.RandomInvert((0.3, 0.3), seed=1), many)["apply_inversion"])
    assert 0.2 < share < 0.4
    delta = np.asarray(drawn_by(layers.RandomBrightness(0.5, value_range=(0, 1), seed=1), many)["rgb_delta"])
    assert (delta.min() < -0.4) & (delta.max() > 0.4) & (abs(delta).max() <= 0.5)
    contrast = np.asarray(drawn_by(layers.RandomContrast(0.5, seed=1), many)["contrast_factor"])
    assert (contrast.min() < 0.6) & (contrast.max() > 1.4)
    drawn = jax.tree.map(np.asarray, drawn_by(layers.CutMix(seed=1), many))
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
    layer = getattr(layers, name)(**kwargs, bounding_box_format="xywh")
    result = compiled(lambda given: layer(given, training=True))(marked())
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


class Turned(layers.RandAugment):
    """Always a shift, then half a turn: the second and the third layer of the list."""

    def draw(self, draws, size):
        return {**super().draw(draws, size), "layer_idxes": np.array([1, 2])}


def test_masks_and_boxes_go_through_the_layers_that_rand_augment_draws():
    given, kwargs = marked(), {"bounding_box_format": "xywh", "interpolation": "nearest"}
    layer = Turned(factor=(0.5, 0.5), **kwargs)
    ours = compiled(lambda given: layer(given, training=True))(given)
    single = [layers.RandomTranslation((0.5, 0.5), (0.5, 0.5), **kwargs), layers.RandomRotation((0.5, 0.5), **kwargs)]
    expected = compiled(lambda given: single[1](single[0](given, training=True), training=True))(given)
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-3)
    np.testing.assert_allclose(ours["bounding_boxes"]["boxes"][0, 0], [8 - 6 - 1, 6 - 4 - 1, 1, 1], atol=1e-3)


def test_aug_mix_leaves_boxes_and_mixes_masks_as_images():
    layer, masks, keys = new("AugMix"), X[..., :1] / 255, np.array([[[8, i], [9, i]] for i in (1, 2)], "uint32")
    picked, (share, rest), own = np.array([[1, 2], [3, len(layer.layers)]]), np.float32([0.3, 0.7]), np.float32(0.2)
    drawn = {"layer_idxes": picked, "keys": keys, "chain_mixing_weights": np.array([share, rest]), "weight_sample": own}

    def both(masks):
        moved = masks
        for number, key in zip(picked[0], keys[0], strict=True):
            one = layer.layers[number]
            moved = one.transform_segmentation_masks(moved, one.draw(Draws(key), Size(*masks.shape)))
        mixed = own * masks + (1 - own) * (share * moved + rest * masks)  # solarization moves nothing
        return layer.transform_segmentation_masks(masks, drawn), mixed

    ours, expected = compiled(both)(masks)
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)
    assert not np.allclose(ours, masks, atol=0.05)
    boxes = marked()["bounding_boxes"]
    assert layer._boxes(boxes, None, True, None, {}) is boxes


def test_mix_up_gives_the_boxes_of_both_images():
    layer = layers.MixUp(seed=1)
    boxes = {"boxes": np.arange(24.0).reshape(3, 2, 4), "labels": np.arange(6).reshape(3, 2)}
    order = np.array([2, 0, 1])
    both = layer._boxes(boxes, {"permutation_order": order}, True, None, {})
    for part, value in boxes.items():
        np.testing.assert_array_equal(both[part], np.concatenate([value, value[order]], 1))
    twin = keras.layers.MixUp().transform_bounding_boxes(boxes, {"permutation_order": order})
    np.testing.assert_array_equal(both["boxes"], twin["boxes"])
    assert layer._boxes(boxes, None, False, None, {}) is boxes
    alone = layer._boxes({k: v[0] for k, v in boxes.items()}, {"permutation_order": np.array([0])}, True, None, {})
    assert alone["boxes"].shape == (4, 4)


def test_mixed_labels_have_the_weights_of_the_images():
    x = np.arange(4, dtype="float32")[:, None, None, None] * np.ones((1, 2, 2, 1), "float32")
    layer = layers.MixUp(1.0, seed=2)
    mixed = compiled(lambda given: layer(given, training=True))({"images": x, "labels": np.eye(4, dtype="float32")})
    np.testing.assert_allclose(mixed["labels"] @ np.arange(4.0), mixed["images"][:, 0, 0, 0], rtol=1e-4, atol=1e-5)
    assert mixed["labels"].max() < 0.999


def test_refusals_say_why():
    x = marked()
    with pytest.raises(ArgumentError, match=r"no bounding_box_format\.\nMake it with bounding_box_format='xyxy'"):
        layers.RandomFlip()(x)
    for name in ("RandomElasticTransform", "CutMix"):
        with pytest.raises(ArgumentError, match=r"cannot (move|cut) bounding boxes: .* received bounding_boxes too"):
            new(name).move(x, None, None)
    with pytest.raises(ArgumentError, match=r"received masks of dtype int32\.\nWrite heron\.ops\.one_hot"):
        new("AugMix").transform_segmentation_masks(x["segmentation_masks"], None)
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
