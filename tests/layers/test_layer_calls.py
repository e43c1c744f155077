"""The base class: masks, the training flag, pure calls, dtypes, names, configs and seeds."""

from __future__ import annotations

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron import config, layers, random
from heron.errors import (
    ArgumentError,
    ArgumentTypeError,
    HeronNote,
    UnknownNameError,
)
from heron.layers.context import get_mask
from heron.symbolic import KerasTensor
from tests.layers.samples import Block, Scale
from tests.oracle import array

# ---- masks ----


def masked(shape=(2, 3, 4)):
    x = array(*shape)
    x[:, -1] = 0
    return layers.Masking()(x)


def test_a_mask_travels_through_layers_inside_layers():
    class Inner(layers.Layer):
        supports_masking = True

        def call(self, inputs, mask=None):
            return inputs * 1.0 if mask is None else inputs * mask[..., None]

    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.masking, self.dense, self.inner = layers.Masking(), layers.Dense(2), Inner()

        def call(self, inputs):
            return self.inner(self.dense(self.masking(inputs)))

    x = array(2, 3, 4)
    x[:, -1] = 0
    outer = Outer()
    outer.build(x.shape)
    y = outer(x)
    assert np.abs(y[:, -1]).max() == 0
    np.testing.assert_array_equal(get_mask(y), [[True, True, False]] * 2)
    values = [v.value for v in outer.trainable_variables]
    compiled = jax.jit(lambda v, x: outer.stateless_call(v, [], x)[0])(values, x)
    np.testing.assert_allclose(compiled, y, rtol=1e-6)


def test_a_layer_that_knows_no_masks_drops_them_with_a_note():
    with pytest.warns(HeronNote, match=r"Scale 'scale.*' does not know what to do with the mask of its input"):
        assert get_mask(Scale()(masked())) is None


def test_a_layer_may_make_a_mask_of_its_own():
    class Half(layers.Layer):
        def call(self, inputs):
            return inputs[:, ::2]

        def compute_mask(self, inputs, previous_mask):
            return None if previous_mask is None else previous_mask[:, ::2]

    np.testing.assert_array_equal(get_mask(Half()(masked())), [[True, False]] * 2)
    assert get_mask(Half()(array(2, 3, 4))) is None


def test_a_mask_given_by_hand_comes_first():
    class Seen(layers.Layer):
        supports_masking = True

        def call(self, inputs, mask=None):
            self.seen = mask
            return inputs

    layer = Seen()
    layer(masked())
    np.testing.assert_array_equal(layer.seen, [[True, True, False]] * 2)
    layer(masked(), mask=np.ones((2, 3), bool))
    assert layer.seen.all()


# ---- training ----


def test_the_training_flag_reaches_layers_inside():
    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.drop = layers.Dropout(0.5, seed=1)

        def call(self, inputs):
            return self.drop(inputs)

    layer, ones = Outer(), np.ones((4, 8), "float32")
    assert (np.asarray(layer(ones)) == 1).all()
    assert (np.asarray(layer(ones, training=True)) != 1).all()
    assert (np.asarray(layer(ones, training=False)) == 1).all()
    assert (np.asarray(layer(ones)) == 1).all()


# ---- pure calls ----


def test_a_stateless_call_changes_nothing():
    block = Block()
    x = array(8, 5)
    block(x)
    before = [v.numpy() for v in block.variables]
    trainable = [jnp.zeros(v.shape) for v in block.trainable_variables]
    fixed = [v.value for v in block.non_trainable_variables]
    y, after, losses = block.stateless_call(trainable, fixed, x, training=True, return_losses=True)
    assert np.abs(y).max() == 0
    assert losses == []
    for old, variable in zip(before, block.variables, strict=True):
        np.testing.assert_array_equal(old, variable.numpy())
    assert float(after[0]) == float(fixed[0]) + 1
    with pytest.raises(ArgumentError, match=r"has 6 trainable and 3 other variables; received 6 and 2 values"):
        block.stateless_call(trainable, fixed[:2], x)


def test_an_error_in_a_stateless_call_leaves_the_layer_usable():
    block = Block()
    block(array(8, 5))
    with pytest.raises(ValueError, match="matmul input operand 1 must have ndim at least 1, but it has ndim 0"):
        block.stateless_call([0.0] * 6, [0.0] * 3, array(8, 5))
    assert block(array(8, 5)).shape == (8, 2)


def test_assignments_in_a_drawn_graph_do_not_count():
    block = Block()
    block(KerasTensor((None, 5)))
    assert float(block.calls) == 0
    block(array(2, 5))
    assert float(block.calls) == 1


# ---- dtypes ----


def test_mixed_precision():
    layer = layers.Dense(2, dtype="mixed_bfloat16")
    y = layer(array(2, 3))
    assert (y.dtype, layer.kernel.dtype) == (jnp.bfloat16, "float32")
    assert (layer.compute_dtype, layer.variable_dtype, layer.dtype) == ("bfloat16", "float32", "float32")
    assert layer.get_config()["dtype"] == "mixed_bfloat16"


def test_inputs_are_cast_unless_autocast_is_off():
    class Echo(layers.Layer):
        def call(self, inputs):
            return inputs

    assert Echo()(np.ones(2, "float64")).dtype == jnp.float32
    assert Echo(dtype="float16")(np.ones(2, "float32")).dtype == jnp.float16
    assert Echo(dtype="float16", autocast=False)(jnp.ones(2)).dtype == jnp.float32
    assert Echo(dtype="float16")(np.ones(2, "int32")).dtype == jnp.int32
    assert Echo(dtype="int32")(jnp.ones(2)).dtype == jnp.float32


def test_layers_inside_keep_their_own_dtype():
    class Outer(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.exact = layers.Dense(2, dtype="float32")

        def call(self, inputs):
            self.seen = inputs.dtype
            return self.exact(inputs)

    layer = Outer(dtype="mixed_float16")
    assert layer(array(2, 3)).dtype == jnp.float32
    assert layer.seen == jnp.float16


def test_unknown_dtypes():
    with pytest.raises(UnknownNameError, match=r"Unknown dtype policy 'float31'\. Did you mean 'float32'"):
        layers.Dense(2, dtype="float31")


# ---- names, configs ----


def test_names_are_counted_by_class():
    config.reset_names()
    assert [layers.Dense(1).name, layers.Dense(1).name, layers.BatchNormalization().name, Scale().name] == [
        "dense",
        "dense_1",
        "batch_normalization",
        "scale",
    ]
    assert layers.Dense(1, name="mine").path == "mine"


def test_the_config_of_a_layer_of_ones_own_is_its_constructor_call():
    layer = Scale(start=3.0, name="s", trainable=False)
    assert layer.get_config() == {"name": "s", "trainable": False, "dtype": "float32", "start": 3.0}
    twin = Scale.from_config(json.loads(json.dumps(layer.get_config())))
    assert (twin.start, twin.name, twin.trainable) == (3.0, "s", False)
    assert repr(twin) == "<Scale name=s, built=False>"


def test_a_layer_may_have_an_input_dim_of_its_own():
    class Linear(layers.Layer):
        def __init__(self, units=32, input_dim=32):
            super().__init__()
            self.kernel = self.add_weight(shape=(input_dim, units), name="kernel")

        def call(self, inputs):
            return inputs @ self.kernel.value

    assert Linear(2, input_dim=4)(array(3, 4)).shape == (3, 2)
    assert Linear(2, 4).get_config() == {"units": 2, "input_dim": 4}
    assert "input_dim" not in layers.Dense(2, input_dim=4).get_config()


def test_unknown_arguments_in_a_config_pass_only_where_they_are_none():
    plain = layers.Dense(2).get_config()
    assert layers.Dense.from_config({**plain, "quantization_config": None}).units == 2
    with pytest.raises(ArgumentTypeError, match="Dense has no argument 'quantization_config'"):
        layers.Dense.from_config({**plain, "quantization_config": {"mode": "int8"}})


def test_layers_inside_are_written_into_the_config():
    class Wrap(layers.Layer):
        def __init__(self, inner, **kwargs):
            super().__init__(**kwargs)
            self.inner = inner

        def call(self, inputs):
            return self.inner(inputs)

    data = json.loads(json.dumps(Wrap(layers.Dense(3, name="x")).get_config()))
    twin = Wrap.from_config(data)
    assert (twin.inner.units, twin.inner.name) == (3, "x")
    assert [layer.name for layer in twin._layers_inside()] == ["x"]


# ---- seeds ----


def test_the_same_seed_gives_the_same_weights():
    kernels = []
    for seed in (1, 1, 2):
        config.set_random_seed(seed)
        layer = layers.Dense(3)
        layer(array(2, 4))
        kernels.append(layer.kernel.numpy())
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])


def test_weights_do_not_depend_on_how_a_layer_is_built():
    kernels = []
    for build in (lambda d: d(array(2, 4)), lambda d: d(KerasTensor((None, 4))), lambda d: d.build((None, 4))):
        config.set_random_seed(1)
        layer = layers.Dense(3)
        build(layer)
        kernels.append(layer.kernel.numpy())
    np.testing.assert_array_equal(kernels[0], kernels[1])
    np.testing.assert_array_equal(kernels[0], kernels[2])


def test_generators_are_variables_but_not_weights():
    class Chance(layers.Layer):
        def __init__(self):
            super().__init__()
            self.generator = random.SeedGenerator(1)

        def call(self, inputs):
            return inputs + random.normal(inputs.shape, seed=self.generator)

    layer = Chance()
    first, second = layer(np.zeros(3, "float32")), layer(np.zeros(3, "float32"))
    assert not np.array_equal(first, second)
    assert layer.weights == []
    assert [v.name for v in layer.non_trainable_variables] == ["seed_generator_state"]


@pytest.mark.parametrize("text", ["a", ["a", "b"], [["a"]], {"x": ["a"]}])
def test_text_is_refused_by_layers_that_compute(text):
    with pytest.raises(
        ArgumentTypeError, match=r"Dense 'first' takes numbers; received text, such as 'a'\.\nNumber it"
    ):
        layers.Dense(2, name="first")(text)
