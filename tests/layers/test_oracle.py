"""Every layer against Keras 3, one line a configuration."""

from __future__ import annotations

import jax.numpy as jnp
import keras
import numpy as np
import pytest

from heron import layers
from tests.oracle import array, assert_same_as_keras, ids

STEPS = np.array([[True, True, False], [True, False, False]])  # a mask of (samples, steps)
GROUPS = {"beta_initializer": "ones", "gamma_regularizer": "l2"}


def case(name, kwargs, inputs, **call):
    shapes = [x.shape for x in inputs] if isinstance(inputs, list) else inputs.shape
    shown = ",".join(f"{k}={getattr(v, '__name__', v)}" for k, v in {**kwargs, **call}.items() if k != "mask")
    return pytest.param(name, kwargs, inputs, call, id=f"{name}({shown})@{shapes}".replace(" ", ""))


DENSE = [
    case("Dense", {"units": 3}, array(2, 4)),
    case("Dense", {"units": 3, "activation": "relu", "use_bias": False}, array(2, 4)),
    case("Dense", {"units": 2, "activation": "softmax", "kernel_regularizer": "l2"}, array(2, 3, 4)),
    case("Dense", {"units": 2, "bias_regularizer": "l1", "activity_regularizer": "l2"}, array(3, 4)),
    case("Dense", {"units": 2, "dtype": "mixed_bfloat16"}, array(3, 4)),
    case("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 5, "bias_axes": "c"}, array(2, 4)),
    case("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (None, 5), "bias_axes": "d"}, array(2, 3, 4)),
    case("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (3, 5), "bias_axes": "bd"}, array(2, 3, 4)),
    case("EinsumDense", {"equation": "abc,cde->abde", "output_shape": (None, 2, 3), "bias_axes": "de"}, array(2, 3, 4)),
    case("EinsumDense", {"equation": "abc,bd->acd", "output_shape": (4, 3), "activation": "tanh"}, array(2, 3, 4)),
    case("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 5, "bias_axes": "y"}, array(2, 3, 4)),
    case("EinsumDense", {"equation": "...bc,cd->...bd", "output_shape": (None, 5)}, array(2, 3, 2, 4)),
    case("EinsumDense", {"equation": "ab...,bc->ac...", "output_shape": 5, "bias_axes": "c"}, array(2, 3, 4)),
    case("Embedding", {"input_dim": 10, "output_dim": 4}, ids(2, 3, below=10)),
    case("Embedding", {"input_dim": 5, "output_dim": 2, "embeddings_regularizer": "l2"}, ids(2, below=5)),
    case("Embedding", {"input_dim": 5, "output_dim": 2, "mask_zero": True}, ids(2, 3, below=5)),
    case("Embedding", {"input_dim": 5, "output_dim": 2, "dtype": "mixed_float16"}, ids(2, 3, below=5)),
    case("Embedding", {"input_dim": 5, "output_dim": 2}, ids(2, 3, below=5).astype("float32")),
]
SHAPES = [
    case("Flatten", {}, array(2, 3, 4)),
    case("Flatten", {}, array(5)),
    case("Flatten", {"data_format": "channels_first"}, array(2, 3, 4, 5)),
    case("Flatten", {"data_format": "channels_first"}, array(2, 3)),
    case("Reshape", {"target_shape": (4, 3)}, array(2, 3, 4)),
    case("Reshape", {"target_shape": (-1, 2)}, array(2, 3, 4)),
    case("Reshape", {"target_shape": (-1,)}, array(2, 3, 4)),
    case("Permute", {"dims": (2, 1)}, array(2, 3, 4)),
    case("Permute", {"dims": (3, 1, 2)}, array(2, 3, 4, 5)),
    case("RepeatVector", {"n": 3}, array(2, 4)),
]
ACTIVATIONS = [
    case("Activation", {"activation": "gelu"}, array(2, 4)),
    case("Activation", {"activation": "softmax"}, array(2, 3, 4)),
    case("Activation", {"activation": "selu", "activity_regularizer": "l2"}, array(2, 4)),
    case("ReLU", {}, array(2, 4)),
    case("ReLU", {"max_value": 1.0}, array(2, 40)),
    case("ReLU", {"negative_slope": 0.2, "threshold": 0.5}, array(2, 40)),
    case("ReLU", {"negative_slope": 0.2, "threshold": 0.5, "max_value": 1.0}, array(2, 40)),
    case("ReLU", {"max_value": 6.0, "dtype": "float16"}, array(2, 4)),
    case("LeakyReLU", {}, array(2, 4)),
    case("LeakyReLU", {"negative_slope": 0.01}, array(2, 4)),
    case("PReLU", {}, array(2, 3, 4)),
    case("PReLU", {"shared_axes": [1, 2], "alpha_regularizer": "l2"}, array(2, 3, 4, 5)),
    case("PReLU", {"shared_axes": 1, "alpha_initializer": "ones"}, array(2, 3, 4)),
    case("ELU", {}, array(2, 4)),
    case("ELU", {"alpha": 0.5}, array(2, 4)),
    case("Softmax", {}, array(2, 4)),
    case("Softmax", {"axis": 1}, array(2, 3, 4)),
    case("Softmax", {"axis": (1, 2)}, array(2, 3, 4)),
    case("Softmax", {"axis": [-1]}, array(2, 3, 4)),
    case("Softmax", {}, array(2, 3), mask=STEPS),
    case("Softmax", {}, array(2, 3), mask=STEPS.astype("float32")),
    case("Softmax", {"dtype": "float16"}, array(2, 3), mask=STEPS),
    case("Softmax", {}, array(2, 3, 4), mask=np.array([True, False, True, True])),
]
QUIET = [  # what random layers do when there is nothing to do, and layers that return their input
    case("Dropout", {"rate": 0.5}, array(2, 4), training=False),
    case("Dropout", {"rate": 0.0}, array(2, 4), training=True),
    case("GaussianNoise", {"stddev": 0.5}, array(2, 4)),
    case("GaussianDropout", {"rate": 0.5}, array(2, 4), training=False),
    case("AlphaDropout", {"rate": 0.5}, array(2, 4), training=False),
    case("SpatialDropout1D", {"rate": 0.5}, array(2, 3, 4), training=False),
    case("SpatialDropout2D", {"rate": 0.5}, array(2, 3, 4, 5), training=False),
    case("SpatialDropout3D", {"rate": 0.5}, array(2, 3, 4, 2, 2), training=False),
    case("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, array(2, 4)),
    case("ActivityRegularization", {"l2": 0.2}, array(2, 3, 4)),
    case("Identity", {}, array(2, 4)),
    case("Identity", {}, [array(2, 4), array(3)]),
    case("Masking", {}, array(2, 3, 4)),
    case("Masking", {"mask_value": 1.0}, np.where(array(2, 3, 1) > 0, np.float32(1), array(2, 3, 4))),
    case("Lambda", {"function": jnp.square}, array(2, 4)),
]
PAIR = [array(2, 3), array(2, 3) * 2 - 1]
MERGES = [
    *[case(name, {}, PAIR) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")],
    *[case(name, {}, [*PAIR, array(2, 3) ** 2]) for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")],
    *[case(name, {}, [array(2, 3, 4), array(2, 1, 4)]) for name in ("Add", "Subtract", "Multiply", "Maximum")],
    *[case(name, {}, [array(2, 3, 4), array(2, 4)]) for name in ("Add", "Average", "Minimum")],
    case("Add", {"dtype": "bfloat16"}, PAIR),
    case("Concatenate", {"axis": 1}, [array(2, 3, 4), array(2, 5, 4)]),
    case("Concatenate", {"axis": 0}, [array(2, 4), array(2, 4)]),
    case("Concatenate", {"axis": -2}, [array(2, 3, 4), array(2, 1, 4), array(2, 2, 4)]),
    case("Dot", {"axes": 1}, [array(2, 3), array(2, 3) * 2]),
    case("Dot", {"axes": -1, "normalize": True}, [array(2, 3), array(2, 3) * 2]),
    case("Dot", {"axes": (1, 2)}, [array(2, 3, 5), array(2, 4, 3)]),
    case("Dot", {"axes": (2, 1), "normalize": True}, [array(2, 3, 5), array(2, 5, 4)]),
    case("Dot", {"axes": (1, 1)}, [array(2, 3), array(2, 3, 4)]),
    case("Dot", {"axes": (2, 1)}, [array(2, 3, 4), array(2, 4)]),
    case("Dot", {"axes": (3, 1)}, [array(2, 3, 2, 4), array(2, 4, 5)]),
]
NORMS = [
    *[case("BatchNormalization", {}, array(8, 3), training=training) for training in (True, False)],
    *[case("BatchNormalization", {"axis": 1}, array(4, 3, 2), training=training) for training in (True, False)],
    case("BatchNormalization", {"momentum": 0.5, "epsilon": 0.1}, array(8, 3), training=True),
    case("BatchNormalization", {"center": False, "gamma_regularizer": "l2"}, array(8, 3), training=True),
    case("BatchNormalization", {"scale": False, "beta_initializer": "ones"}, array(2, 3, 2, 4), training=True),
    case("BatchNormalization", {"trainable": False}, array(8, 3), training=True),
    case("BatchNormalization", {"dtype": "mixed_float16"}, array(8, 3), training=True),
    case("BatchNormalization", {"dtype": "float16"}, array(8, 3), training=True),
    case("BatchNormalization", {"dtype": "bfloat16"}, array(8, 3), training=False),
    case("BatchNormalization", {}, array(2, 3, 4), training=True, mask=STEPS),
    case("BatchNormalization", {}, array(2, 3, 4), training=False, mask=STEPS),
    *[case("BatchNormalization", {"renorm": True}, array(8, 3), training=training) for training in (True, False)],
    case(
        "BatchNormalization",
        {"renorm": True, "renorm_clipping": {"rmin": 0.9, "rmax": 1.1, "dmax": 0.1}, "renorm_momentum": 0.5},
        array(8, 3),
        training=True,
    ),
    case("BatchNormalization", {"renorm": True, "scale": False, "center": False}, array(8, 3), training=True),
    case("LayerNormalization", {}, array(2, 4)),
    case("LayerNormalization", {"axis": 1, "epsilon": 0.1}, array(2, 3, 4)),
    case("LayerNormalization", {"axis": (1, 2)}, array(2, 3, 4)),
    case("LayerNormalization", {"axis": [2, 1], "center": False}, array(2, 3, 4)),
    case("LayerNormalization", {"scale": False, "beta_regularizer": "l2"}, array(2, 4)),
    case("LayerNormalization", {"dtype": "mixed_bfloat16"}, array(2, 4)),
    case("LayerNormalization", {"dtype": "float16"}, array(2, 4)),
    case("RMSNormalization", {}, array(2, 4)),
    case("RMSNormalization", {"axis": (1, 2), "epsilon": 0.1}, array(2, 3, 4)),
    case("UnitNormalization", {}, array(2, 4)),
    case("UnitNormalization", {"axis": [1, 2]}, array(2, 3, 4)),
    case("GroupNormalization", {"groups": 2}, array(2, 3, 4)),
    case("GroupNormalization", {"groups": 3, "axis": 1, "epsilon": 0.1}, array(2, 6, 4)),
    case("GroupNormalization", {"groups": -1, "scale": False}, array(2, 5, 5, 4)),
    case("GroupNormalization", {"groups": 1, "center": False}, array(2, 5, 4)),
    case("GroupNormalization", {"groups": 2, "dtype": "mixed_float16"}, array(2, 3, 4)),
]
SCALES = [
    case("Rescaling", {"scale": 0.5}, array(2, 4)),
    case("Rescaling", {"scale": 2.0, "offset": -1.0}, ids(2, 3, below=255).astype("uint8")),
    case("Rescaling", {"scale": [1.0, 2.0], "offset": [0.5, 0.0]}, array(2, 3, 2)),
    case("Normalization", {"mean": 1.0, "variance": 4.0}, array(2, 4)),
    case("Normalization", {"mean": [1.0, 2.0], "variance": [4.0, 9.0], "invert": True}, array(3, 2)),
    case("Normalization", {"axis": (1, 2), "mean": [1.0, 2.0], "variance": [4.0, 9.0]}, array(3, 4, 2)),
    case("Normalization", {"axis": None, "mean": 1.0, "variance": 0.0}, array(3, 2)),
    case("Normalization", {}, array(3, 2)),
]


@pytest.mark.parametrize(
    ("name", "kwargs", "inputs", "call"),
    [*DENSE, *SHAPES, *ACTIVATIONS, *QUIET, *MERGES, *NORMS, *SCALES],
)
def test_same_as_keras(name, kwargs, inputs, call):
    low_precision = "16" in str(kwargs.get("dtype"))
    twin = getattr(keras.layers, name)(**kwargs)
    tolerance = {"rtol": 2e-2, "atol": 2e-2} if low_precision else {}
    assert_same_as_keras(getattr(layers, name)(**kwargs), twin, inputs, **tolerance, **call)
