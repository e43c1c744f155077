"""What must hold for every layer in the published table."""

from __future__ import annotations

import inspect
import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from heron import layers, registry
from heron.errors import ArgumentError, HeronNote
from heron.layers import image
from heron.layers.context import get_mask
from heron.symbolic import KerasTensor
from heron.validate import SHAPE
from tests.oracle import QUICK, array, ids


def scaled(x):
    """A function with a name, which a saved Lambda may hold."""
    return 2.0 * x


PAIR = [array(4, 3), array(4, 3) + 1]
SEQUENCES = [array(4, 2, 3), array(4, 5, 3)]
# Layer -> the arguments of its constructor and its input.
CASES = {
    "Activation": ({"activation": "tanh"}, array(4, 3)),
    "ActivityRegularization": ({"l2": 0.1}, array(4, 3)),
    "AdaptiveAveragePooling1D": ({"output_size": 2}, array(4, 6, 2)),
    "AdaptiveAveragePooling2D": ({"output_size": 2}, array(4, 6, 4, 2)),
    "AdaptiveAveragePooling3D": ({"output_size": 2}, array(4, 4, 3, 4, 2)),
    "AdaptiveMaxPooling1D": ({"output_size": 2}, array(4, 6, 2)),
    "AdaptiveMaxPooling2D": ({"output_size": 2}, array(4, 6, 4, 2)),
    "AdaptiveMaxPooling3D": ({"output_size": 2}, array(4, 4, 3, 4, 2)),
    "Add": ({}, PAIR),
    "AlphaDropout": ({"rate": 0.5, "seed": 1}, array(4, 3)),
    "AdditiveAttention": ({"dropout": 0.5, "seed": 1}, SEQUENCES),
    "Attention": ({"use_scale": True, "score_mode": "concat"}, SEQUENCES),
    "Average": ({}, PAIR),
    "AveragePooling1D": ({"pool_size": 3, "strides": 2, "padding": "same"}, array(4, 6, 2)),
    "AveragePooling2D": ({"pool_size": (2, 1)}, array(4, 6, 4, 2)),
    "AveragePooling3D": ({"pool_size": 3, "strides": 2, "padding": "same"}, array(4, 4, 3, 4, 2)),
    "BatchNormalization": ({"momentum": 0.9}, array(4, 3)),
    "CategoryEncoding": ({"num_tokens": 5, "output_mode": "count"}, ids(4, 3, below=5)),
    "Concatenate": ({"axis": -1}, PAIR),
    "Conv1D": ({"filters": 4, "kernel_size": 2, "padding": "causal", "activation": "relu"}, array(4, 3, 2)),
    "Conv1DTranspose": ({"filters": 2, "kernel_size": 3, "strides": 2}, array(4, 3, 2)),
    "Conv2D": ({"filters": 4, "kernel_size": (2, 1), "padding": "SAME"}, array(4, 3, 3, 2)),
    "Conv2DTranspose": ({"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"}, array(4, 3, 3, 2)),
    "Conv3D": ({"filters": 4, "kernel_size": 2}, array(4, 2, 3, 2, 2)),
    "Conv3DTranspose": ({"filters": 2, "kernel_size": 2, "strides": 2}, array(4, 2, 2, 2, 2)),
    "ConvLSTM1D": ({"filters": 2, "kernel_size": 2}, array(4, 2, 3, 2)),
    "ConvLSTM2D": ({"filters": 2, "kernel_size": (2, 1), "padding": "same"}, array(4, 2, 3, 2, 2)),
    "ConvLSTM3D": ({"filters": 1, "kernel_size": 2}, array(4, 2, 2, 3, 2, 1)),
    "Cropping1D": ({"cropping": (1, 0)}, array(4, 6, 2)),
    "Cropping2D": ({"cropping": ((1, 0), (1, 0))}, array(4, 6, 4, 2)),
    "Cropping3D": ({"cropping": ((1, 0), (1, 0), (1, 0))}, array(4, 4, 3, 4, 2)),
    "Dense": ({"units": 2, "activation": "relu"}, array(4, 3)),
    "DepthwiseConv1D": ({"kernel_size": 2, "depth_multiplier": 2}, array(4, 3, 2)),
    "DepthwiseConv2D": ({"kernel_size": 2, "strides": 2}, array(4, 3, 3, 2)),
    "Discretization": ({"bin_boundaries": [-1.0, 0.5], "output_mode": "one_hot"}, array(4, 3)),
    "Dot": ({"axes": 1, "normalize": True}, PAIR),
    "Dropout": ({"rate": 0.5, "seed": 1}, array(4, 3)),
    "ELU": ({"alpha": 0.5}, array(4, 3)),
    "EinsumDense": ({"equation": "ab,bc->ac", "output_shape": 2, "bias_axes": "c"}, array(4, 3)),
    "Embedding": ({"input_dim": 5, "output_dim": 2}, ids(4, 3, below=5)),
    "Flatten": ({}, array(4, 2, 3)),
    "GRU": ({"units": 2, "return_sequences": True}, array(4, 2, 3)),
    "GaussianDropout": ({"rate": 0.5, "seed": 1}, array(4, 3)),
    "GaussianNoise": ({"stddev": 0.5, "seed": 1}, array(4, 3)),
    "GlobalAveragePooling1D": ({"keepdims": False}, array(4, 6, 2)),
    "GlobalAveragePooling2D": ({"keepdims": True}, array(4, 6, 4, 2)),
    "GlobalAveragePooling3D": ({"keepdims": False}, array(4, 4, 3, 4, 2)),
    "GlobalMaxPooling1D": ({"keepdims": False}, array(4, 6, 2)),
    "GlobalMaxPooling2D": ({"keepdims": True}, array(4, 6, 4, 2)),
    "GlobalMaxPooling3D": ({"keepdims": False}, array(4, 4, 3, 4, 2)),
    "GroupNormalization": ({"groups": 3}, array(4, 3)),
    "Identity": ({}, array(4, 3)),
    "InputLayer": ({"shape": (3,)}, array(4, 3)),
    "LSTM": ({"units": 2, "return_sequences": True}, array(4, 2, 3)),
    "Lambda": ({"function": scaled}, array(4, 3)),
    "LayerNormalization": ({"epsilon": 0.01}, array(4, 3)),
    "LeakyReLU": ({"negative_slope": 0.1}, array(4, 3)),
    "Masking": ({"mask_value": 9.0}, array(4, 2, 3)),
    "MaxPooling1D": ({"pool_size": 3, "strides": 2, "padding": "same"}, array(4, 6, 2)),
    "MaxPooling2D": ({"pool_size": (2, 1)}, array(4, 6, 4, 2)),
    "MaxPooling3D": ({"pool_size": 3, "strides": 2, "padding": "same"}, array(4, 4, 3, 4, 2)),
    "Maximum": ({}, PAIR),
    "MelSpectrogram": (
        {"fft_length": 16, "sequence_stride": 8, "num_mel_bins": 4, "sampling_rate": 16000},
        array(4, 40),
    ),
    "Minimum": ({}, PAIR),
    "Multiply": ({}, PAIR),
    "Normalization": ({"axis": -1}, array(4, 3)),
    "PReLU": ({"alpha_initializer": "ones"}, array(4, 3)),
    "Permute": ({"dims": (2, 1)}, array(4, 2, 3)),
    "RMSNormalization": ({"epsilon": 0.01}, array(4, 3)),
    "ReLU": ({"max_value": 1.0}, array(4, 3)),
    "RepeatVector": ({"n": 2}, array(4, 3)),
    "Rescaling": ({"scale": 0.5, "offset": 1.0}, array(4, 3)),
    "Reshape": ({"target_shape": (3, 2)}, array(4, 2, 3)),
    "ReversibleEmbedding": ({"input_dim": 5, "output_dim": 2, "tie_weights": False}, ids(4, 3, below=5)),
    "STFTSpectrogram": ({"frame_length": 16, "expand_dims": True}, array(4, 40, 2)),
    "SeparableConv1D": ({"filters": 3, "kernel_size": 2, "depth_multiplier": 2}, array(4, 3, 2)),
    "SeparableConv2D": ({"filters": 3, "kernel_size": 2, "dilation_rate": 2}, array(4, 3, 3, 2)),
    "SimpleRNN": ({"units": 2, "return_sequences": True}, array(4, 2, 3)),
    "Softmax": ({"axis": -1}, array(4, 3)),
    "SpatialDropout1D": ({"rate": 0.5, "seed": 1}, array(4, 2, 3)),
    "SpatialDropout2D": ({"rate": 0.5, "seed": 1}, array(4, 2, 2, 3)),
    "SpatialDropout3D": ({"rate": 0.5, "seed": 1}, array(4, 2, 2, 2, 3)),
    "Subtract": ({}, PAIR),
    "UnitNormalization": ({}, array(4, 3)),
    "UpSampling1D": ({"size": 2}, array(4, 6, 2)),
    "UpSampling2D": ({"size": 2, "interpolation": "bilinear"}, array(4, 6, 4, 2)),
    "UpSampling3D": ({"size": 2}, array(4, 4, 3, 4, 2)),
    "ZeroPadding1D": ({"padding": 2}, array(4, 6, 2)),
    "ZeroPadding2D": ({"padding": ((1, 0), (2, 1))}, array(4, 6, 4, 2)),
    "ZeroPadding3D": ({"padding": 2}, array(4, 4, 3, 4, 2)),
}
# Layers that are made of layers or cells, or called on more than inputs: their contracts are in the file named.
ELSEWHERE = dict.fromkeys(
    [
        *["Bidirectional", "GRUCell", "LSTMCell", "RNN", "SimpleRNNCell", "StackedRNNCells", "TimeDistributed"],
        *["GroupQueryAttention", "MultiHeadAttention", "SpectralNormalization", "Wrapper"],
    ],
    "tests/layers/test_composed_contracts.py",
)
ELSEWHERE |= dict.fromkeys(
    ["HashedCrossing", "Hashing", "IntegerLookup", "Pipeline", "StringLookup", "TextVectorization"],
    "tests/layers/test_preprocessing.py",
)
ELSEWHERE |= dict.fromkeys(["FlaxLayer", "JaxLayer"], "tests/layers/test_jax_layer.py")
ELSEWHERE |= dict.fromkeys(image.__all__, "tests/layers/test_image.py")
every_layer = pytest.mark.parametrize("name", sorted(CASES))


def new(case, /, **changes):
    kwargs, inputs = CASES[case]
    return getattr(layers, case)(**{**kwargs, **changes}), inputs


def symbols(inputs, batch=None):
    return jax.tree.map(lambda x: KerasTensor((batch, *x.shape[1:]), x.dtype.name), inputs)


def accepts_training(layer):
    return "training" in inspect.signature(layer.call).parameters


def test_every_published_layer_has_a_case():
    published = {k for k, v in registry.published("layers").items() if issubclass(v, layers.Layer)}
    assert published == set(CASES) | set(ELSEWHERE)
    assert published <= set(layers.__all__)


# ---- config ----


@every_layer
def test_the_config_is_plain_data_that_makes_the_same_layer(name):
    layer, inputs = new(name)
    expected = layer(inputs)
    config = json.loads(json.dumps(layer.get_config()))
    custom = {"scaled": scaled}
    twin = layers.deserialize({"class_name": name, "config": config}, custom_objects=custom)
    assert json.loads(json.dumps(twin.get_config())) == config
    twin(inputs)
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(np.asarray(twin(inputs)), np.asarray(expected))


@every_layer
def test_keras_and_heron_read_the_config_of_each_other(name):
    kwargs, _ = CASES[name]
    ours, theirs = getattr(layers, name)(**kwargs, name="x"), getattr(keras.layers, name)(**kwargs, name="x")
    custom = {"scaled": scaled}
    with keras.utils.custom_object_scope(custom), registry.custom_object_scope(custom):
        from_ours = type(theirs).from_config(json.loads(json.dumps(ours.get_config())))
        from_theirs = type(ours).from_config(json.loads(json.dumps(theirs.get_config())))
        there_and_back = type(theirs).from_config(json.loads(json.dumps(from_theirs.get_config())))
    expected = json.dumps(theirs.get_config())
    assert json.dumps(from_ours.get_config()) == expected
    assert json.dumps(there_and_back.get_config()) == expected


@every_layer
def test_the_repr_names_class_and_layer(name):
    layer, inputs = new(name, name="mine")
    assert repr(layer).startswith(f"<{name} name=mine")
    layer(inputs)
    assert repr(layer) == f"<{name} name=mine>"


# ---- arguments ----

# Values that pass their own rule but not beside the other arguments of the case, and what is said then.
NOT_ALONE = {
    ("InputLayer", "shape", "None"): "needs the shape of one sample; received none",
    ("BatchNormalization", "synchronized", "True"): "is a setting of TensorFlow's replicas",
    ("EinsumDense", "equation", "a"): "cannot read the equation 'a'",
    ("Discretization", "bin_boundaries", "None"): "'bin_boundaries' or 'num_bins'; received neither",
    **{("Discretization", "num_bins", value): "received both" for value in ("1", "16")},
    ("STFTSpectrogram", "fft_length", "1"): "fft_length must be at least frame_length=16; received 1",
    **{("InputLayer", "batch_shape", str(shape)): "already holds the shape" for shape in SHAPE.good},
    **{("Normalization", "mean", value): "a mean but no variance" for value in ("1.5", "(1.0, 2.0)", "(0, 1)")},
    **{("Normalization", "variance", value): "a variance but no mean" for value in ("1.5", "(1.0, 2.0)", "(0, 1)")},
}
RULES = [
    (name, argument, rule)
    for name in sorted(CASES)
    for argument, rule in {
        k: v for base in reversed(getattr(layers, name).__mro__) for k, v in base.__dict__.get("rules", {}).items()
    }.items()
    if argument in inspect.signature(getattr(layers, name).__init__).parameters or argument in ("name", "trainable")
]


@pytest.mark.parametrize(("name", "argument", "rule"), RULES, ids=[f"{n}.{a}" for n, a, _ in RULES])
def test_arguments_are_checked(name, argument, rule):
    for bad in rule.bad:
        with pytest.raises(ArgumentError, match=rf"^{name}: argument '{argument}' must be "):
            new(name, **{argument: bad})
    for good in rule.good:
        if (name, argument, str(good)) in NOT_ALONE:
            with pytest.raises(ArgumentError, match=NOT_ALONE[name, argument, str(good)]):
                new(name, **{argument: good})
        elif argument == "input_length" and good is not None:
            with pytest.warns(HeronNote, match="is no longer needed"):
                new(name, **{argument: good})
        else:
            assert argument in new(name, **{argument: good})[0].arguments


@every_layer
def test_an_unknown_argument_is_answered_with_the_nearest(name):
    with pytest.raises(TypeError, match=rf"{name} has no argument 'trainabel'. Did you mean 'trainable'\?"):
        new(name, trainabel=True)


@every_layer
def test_arguments_and_defaults_are_those_of_keras(name):
    ours = inspect.signature(getattr(layers, name).__init__).parameters
    theirs = inspect.signature(getattr(keras.layers, name).__init__).parameters
    # Features of Keras's layers that are wrappers here, or not arguments: quantization and LoRA.
    elsewhere = {"lora_rank", "lora_alpha", "quantization_config", "gptq_unpacked_column_size"}
    wanted = [p for p in theirs.values() if p.name not in elsewhere and p.kind is not p.VAR_KEYWORD]
    if set(theirs) == {"self", "kwargs"}:
        return  # takes only what every layer takes
    assert [p.name for p in wanted] == list(ours)[: len(wanted)]
    for parameter in wanted:
        assert str(ours[parameter.name].default).lower() == str(parameter.default).lower()


# ---- shapes and dtypes ----


@every_layer
@pytest.mark.parametrize("batch", [None, 4])
def test_the_inferred_shape_and_dtype_are_the_real_ones(name, batch):
    layer, inputs = new(name)
    symbolic = layer(symbols(inputs, batch))
    real = layer(inputs)
    assert symbolic.shape == (batch, *real.shape[1:])
    assert symbolic.dtype == real.dtype.name
    shapes = [x.shape for x in inputs] if isinstance(inputs, list) else inputs.shape
    assert layer.compute_output_shape(shapes) == real.shape


WITHOUT_COMPUTATION = {"InputLayer": "hands on data whose dtype its argument names"}


@every_layer
@pytest.mark.parametrize("policy", ["float32", "bfloat16", "float16", "mixed_bfloat16", "mixed_float16"])
def test_the_output_has_the_compute_dtype_and_weights_the_variable_dtype(name, policy):
    if name in WITHOUT_COMPUTATION:
        policy = policy.removeprefix("mixed_")
    layer, inputs = new(name, dtype=policy)
    for training in [False, True] if accepts_training(layer) else [None]:
        kwargs = {} if training is None else {"training": training}
        assert layer.compute_output_spec(symbols(inputs), **kwargs).dtype == layer.compute_dtype
        if policy == "mixed_float16":
            output = layer(inputs, **kwargs)
            assert output.dtype == layer.compute_dtype
            assert bool(jnp.isfinite(output).all())
    floats = [w for w in layer.weights if "int" not in w.dtype]
    assert {w.dtype for w in floats} <= {layer.variable_dtype}


# ---- calls ----


@every_layer
def test_compiled_is_as_it_is_uncompiled(name):
    layer, inputs = new(name)
    kwargs = {"training": True} if accepts_training(layer) else {}
    layer(inputs)
    trainable, fixed = ([v.value for v in vs] for vs in (layer.trainable_variables, layer.non_trainable_variables))
    compiled = jax.jit(lambda t, f, x: layer.stateless_call(t, f, x, **kwargs), compiler_options=QUICK)
    outputs, states = compiled(trainable, fixed, inputs)
    np.testing.assert_allclose(outputs, layer(inputs, **kwargs), rtol=1e-5, atol=1e-6)
    for state, variable in zip(states, layer.non_trainable_variables, strict=True):
        np.testing.assert_allclose(state, variable.value, rtol=1e-5, atol=1e-6)


@every_layer
def test_gradients_are_finite(name):
    layer, inputs = new(name)
    layer(symbols(inputs))
    is_float = not isinstance(inputs, np.ndarray) or inputs.dtype == np.float32
    kwargs = {"training": True} if accepts_training(layer) else {}

    def total(weights, x):
        fixed = [v.value for v in layer.non_trainable_variables]
        return jnp.sum(layer.stateless_call(weights, fixed, x, **kwargs)[0] ** 2)

    gradients = jax.jit(jax.grad(total, argnums=(0, 1) if is_float else (0,)), compiler_options=QUICK)
    weights = [v.value for v in layer.trainable_variables]
    for scale in (0.0, 1.0, 100.0):
        x = jax.tree.map(lambda x: jnp.asarray(x * scale if is_float else x), inputs)  # noqa: B023
        for gradient in jax.tree.leaves(gradients(weights, x)):
            assert np.isfinite(gradient).all()


@every_layer
def test_it_takes_an_empty_batch(name):
    layer, inputs = new(name)
    layer(inputs)
    empty = layer(jax.tree.map(lambda x: x[:0], inputs))
    assert empty.shape == (0, *layer(inputs).shape[1:])


# What becomes of a mask, other than that it stays: what comes out for an input with a mask of time steps.
OTHER_MASKS = {
    "Masking": "makes a new one",
    **dict.fromkeys(["Embedding", "ReversibleEmbedding"], "makes a new one or none"),
    "Dot": "the steps are summed over",
    "Lambda": "its `mask` argument says",
    **dict.fromkeys(["Flatten", "Permute", "RepeatVector", "Reshape", "Dense"], "see test_layer.py"),
    **dict.fromkeys(["SpatialDropout2D", "SpatialDropout3D", "InputLayer", "EinsumDense"], "other axes"),
    **dict.fromkeys(["CategoryEncoding", "Discretization"], "numbers of classes, whose axes come and go"),
    **dict.fromkeys(["MelSpectrogram", "STFTSpectrogram"], "other steps"),
    **{name: "places are mixed" for name in CASES if "Conv" in name or "Pooling" in name},
    **{name: "other steps" for name in CASES if name.startswith(("ZeroPadding", "Cropping", "UpSampling"))},
    **dict.fromkeys(["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"], "see test_recurrent.py"),
}


@pytest.mark.parametrize("name", sorted(set(CASES) - set(OTHER_MASKS)))
def test_a_mask_is_passed_on(name):
    layer, inputs = new(name)
    one = array(4, 2, 3)
    x = [one, one + 1.0] if isinstance(inputs, list) else one
    mask = np.array([[True, False]] * 4)
    x = jax.tree.map(layers.Masking(mask_value=7.0), jax.tree.map(lambda a: np.where(mask[..., None], a, 7), x))
    np.testing.assert_array_equal(get_mask(layer(x)), mask)
    assert getattr(keras.layers, name)(**CASES[name][0]).supports_masking or name == "RMSNormalization"


# ---- weights and words ----


@every_layer
def test_the_weights_are_those_of_keras(name):
    layer, inputs = new(name)
    twin = getattr(keras.layers, name)(**CASES[name][0])
    layer(symbols(inputs))
    twin.build([x.shape for x in inputs] if isinstance(inputs, list) else inputs.shape)
    for kind in ("weights", "trainable_weights", "non_trainable_weights", "variables"):
        ours, theirs = ([(v.path.split("/")[-1], tuple(v.shape)) for v in getattr(o, kind)] for o in (layer, twin))
        assert ours == theirs, kind
    assert layer.count_params() == sum(int(np.prod(w.shape)) for w in twin.weights)


@every_layer
def test_the_docstring_tells_what_a_user_needs(name):
    text = inspect.getdoc(getattr(layers, name))
    for section in ("Args:", "Example:", ">>> ") + (() if name == "InputLayer" else ("Input shape:", "Output shape:")):
        assert section in text, section
    own = vars(getattr(layers, name)).get("__init__", lambda self: None)
    parameters = inspect.signature(own).parameters
    for argument in set(parameters) - {"self", "kwargs", "name", "dtype"}:
        assert f"{argument}:" in text, argument


def test_the_functions_are_the_layers():
    for name in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot"):
        function, layer = getattr(layers, name), getattr(layers, name.capitalize())
        kwargs = {"axes": 1} if name == "dot" else {}
        np.testing.assert_array_equal(function(PAIR, **kwargs), layer(**kwargs)(PAIR))
        assert inspect.getdoc(function).startswith(f"Calls a new `{name.capitalize()}` layer")
