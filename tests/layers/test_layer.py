"""The base class: layers as a user writes them."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from heron import layers
from heron.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    NotBuiltError,
    ShapeError,
    UnknownNameError,
)
from heron.symbolic import KerasTensor
from heron.variables import Variable
from tests.layers.samples import Block, Scale
from tests.oracle import array

# ---- weights ----


def test_a_layer_is_built_when_first_called():
    layer = Scale()
    assert not layer.built
    assert layer.weights == []
    assert layer(array(2, 3)).shape == (2, 3)
    assert layer.built
    assert [w.path for w in layer.weights] == [f"{layer.name}/factor"]
    np.testing.assert_array_equal(layer(array(2, 3)), array(2, 3) * 2)
    assert len(layer.weights) == 1


def test_build_runs_once_by_hand_or_by_calling():
    layer = Scale()
    layer.build((None, 3))
    layer.build((None, 3))
    layer(array(2, 3))
    assert [w.shape for w in layer.weights] == [(3,)]


def test_a_build_that_fails_leaves_nothing_behind():
    class Picky(layers.Layer):
        def build(self, input_shape):
            self.add_weight(shape=(1,), name="early")
            self.add_weight(shape=(1,), name="still", trainable=False)
            if input_shape[-1] != 3:
                raise ValueError("three, please")

        def call(self, inputs):
            return inputs

    layer = Picky()
    with pytest.raises(ValueError, match="three, please"):
        layer(array(2, 4))
    assert not layer.built
    layer(array(2, 3))
    assert [w.name for w in layer.weights] == ["early", "still"]


def test_weights_of_layers_inside_come_after_those_of_the_layer():
    block = Block(name="block")
    block(array(4, 5))
    assert [w.path for w in block.weights] == [
        "block/calls",
        "block/first/kernel",
        "block/first/bias",
        "block/norm/gamma",
        "block/norm/beta",
        "block/norm/moving_mean",
        "block/norm/moving_variance",
        "block/last/kernel",
        "block/last/bias",
    ]
    assert len(block.trainable_weights) == 6
    assert [w.name for w in block.non_trainable_weights] == ["calls", "moving_mean", "moving_variance"]
    assert block.count_params() == 1 + 15 + 3 + 12 + 6 + 2


def test_a_layer_that_is_used_twice_counts_once():
    class Twice(layers.Layer):
        def __init__(self):
            super().__init__()
            self.one = layers.Dense(3)
            self.again = self.one
            self.both = [self.one]

        def call(self, inputs):
            return self.again(self.one(inputs))

    layer = Twice()
    layer(array(2, 3))
    assert len(layer.weights) == 2


def test_variables_as_attributes_are_weights():
    class Own(layers.Layer):
        def __init__(self):
            super().__init__()
            self.scale = Variable(2.0, name="scale")
            self.more = {"offsets": (Variable([1.0], name="offset", trainable=False),)}

        def call(self, inputs):
            return inputs * self.scale + self.more["offsets"][0]

    layer = Own()
    assert layer([3.0]).tolist() == [7.0]
    assert [w.name for w in layer.weights] == ["scale", "offset"]
    assert [w.name for w in layer.trainable_weights] == ["scale"]


def test_freezing_reaches_all_layers_inside():
    block = Block()
    block(array(4, 5))
    block.trainable = False
    assert block.trainable_weights == []
    assert len(block.non_trainable_weights) == 9
    assert not block.first.trainable
    block.trainable = True
    assert len(block.trainable_weights) == 6
    block.first.trainable = False
    assert len(block.trainable_weights) == 4
    assert block.trainable


def test_a_layer_frozen_before_it_is_built_has_no_trainable_weights():
    layer = layers.Dense(2, trainable=False)
    layer(array(2, 3))
    assert layer.trainable_weights == []
    layer.trainable = True
    assert len(layer.trainable_weights) == 2


def test_add_weight():
    layer = layers.Layer(name="plain", dtype="mixed_bfloat16")
    kernel = layer.add_weight((2, 3), name="kernel", regularizer="l2", constraint="non_neg")
    assert (kernel.path, kernel.shape, kernel.dtype, kernel.trainable) == ("plain/kernel", (2, 3), "float32", True)
    assert np.abs(kernel.numpy()).max() > 0
    assert float(kernel.regularizer(jnp.ones(3))) == pytest.approx(0.03)
    assert kernel.constraint(jnp.array([-1.0, 2.0])).tolist() == [0.0, 2.0]
    count = layer.add_weight(dtype="int32", trainable=False, name="count")
    assert (count.shape, count.dtype, int(count)) == ((), "int32", 0)
    assert layer.weights == [kernel, count]
    with pytest.raises(UnknownNameError, match="Did you mean 'zeros'"):
        layer.add_weight((2,), initializer="zeross")


def test_set_weights_is_all_or_nothing():
    layer = layers.Dense(2, name="d")
    layer(array(2, 3))
    before = layer.get_weights()
    with pytest.raises(ShapeError, match=r"Dense 'd' has 2 weight arrays; set_weights received 1\.$"):
        layer.set_weights([np.zeros((3, 2))])
    with pytest.raises(ShapeError) as caught:
        layer.set_weights([np.zeros((3, 2)), np.zeros(3)])
    assert str(caught.value) == (
        "Weight 'd/bias' of Dense 'd' has shape (2,); set_weights received shape (3,) in its place. "
        "Nothing was changed."
    )
    for old, now in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)
    layer.set_weights([np.ones((3, 2)), [1.0, 2.0]])
    np.testing.assert_array_equal(layer([[1.0, 1.0, 1.0]]), [[4.0, 5.0]])


def test_what_needs_weights_says_so_before_there_are_any():
    layer = layers.Dense(2, name="d")
    for question in (layer.count_params, lambda: layer.stateless_call([], [], array(2, 3))):
        with pytest.raises(NotBuiltError, match=r"Dense 'd' has no weights yet\. Call it on data, or build"):
            question()
    with pytest.raises(ShapeError, match="It is not built yet: call it on data"):
        layer.set_weights([np.zeros((3, 2)), np.zeros(2)])


def test_get_weights_are_copies():
    layer = layers.Dense(2)
    layer(array(2, 3))
    layer.get_weights()[0][:] = 7.0
    assert np.abs(layer.kernel.numpy()).max() < 7


# ---- losses ----


def test_losses_of_a_call_and_of_weights():
    class Noisy(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(2, kernel_regularizer="l2", activity_regularizer="l1")

        def call(self, inputs):
            self.add_loss(jnp.sum(inputs))
            self.add_loss([1.0, 2.0])
            return self.inner(inputs)

    layer = Noisy()
    x = array(4, 3)
    y = layer(x)
    kernel = layer.inner.kernel.numpy()
    expected = [x.sum(), 1.0, 2.0, 0.01 * np.abs(y).sum() / 4, 0.01 * (kernel**2).sum()]
    np.testing.assert_allclose([float(loss) for loss in layer.losses], expected, rtol=1e-5)
    layer(x)
    assert len(layer.losses) == 5
    layer.inner.trainable = False
    assert len(layer.losses) == 4


def test_drawing_a_graph_adds_no_losses():
    layer = layers.ActivityRegularization(l2=0.1)
    layer(KerasTensor((None, 3)))
    assert layer.losses == []


def test_losses_are_per_sample_also_for_an_empty_batch():
    layer = layers.ActivityRegularization(l1=1.0)
    layer(np.zeros((0, 3), "float32"))
    assert [float(loss) for loss in layer.losses] == [0.0]
    layer(np.ones((4, 3), "float32"))
    assert [float(loss) for loss in layer.losses] == [3.0]


# ---- calling ----


@pytest.mark.parametrize(
    "inputs", [[[1.0, 2.0]], ((1.0, 2.0),), np.array([[1.0, 2.0]]), jnp.array([[1.0, 2.0]]), [[1, 2]]], ids=repr
)
def test_inputs_as_users_write_them(inputs):
    y = Scale()(inputs)
    assert y.tolist() == [[2.0, 4.0]]
    assert y.dtype == jnp.float32


def test_a_number_and_a_variable_are_inputs():
    layer = layers.Rescaling(2.0)
    assert float(layer(3.0)) == 6.0
    assert float(layer(3)) == 6.0
    assert float(layer(np.float64(3.0))) == 6.0
    assert layer(Variable([1.0, 2.0])).tolist() == [2.0, 4.0]


def test_structures_of_inputs():
    class Join(layers.Layer):
        def call(self, inputs, extra=None):
            total = inputs["a"] + inputs["b"][0]
            return {"sum": total if extra is None else total + extra, "pair": (inputs["a"], inputs["b"][0])}

    layer = Join()
    y = layer({"a": [1.0], "b": [np.array([2.0])]}, extra=[10.0])
    assert y["sum"].tolist() == [13.0]
    assert y["pair"][0].tolist() == [1.0]
    drawn = layer({"a": KerasTensor((None, 2)), "b": [KerasTensor((None, 1))]})
    assert drawn["sum"].shape == (None, 2)
    assert drawn["pair"][1].shape == (None, 1)


def test_the_input_may_be_named():
    assert layers.Dense(2)(inputs=array(2, 3)).shape == (2, 2)


def test_build_with_a_shape_for_each_input():
    class Pair(layers.Layer):
        def build(self, left_shape, right_shape):
            self.kernel = self.add_weight(shape=(left_shape[-1], right_shape[-1]), initializer="ones", name="kernel")

        def call(self, left, right):
            return left @ self.kernel.value @ right.T

    layer = Pair()
    assert layer(array(2, 3), array(4, 5)).shape == (2, 4)
    assert Pair()(array(2, 3), right=array(4, 5)).shape == (2, 4)
    assert layer.kernel.shape == (3, 5)


@pytest.mark.parametrize(
    ("bad", "error", "text"),
    [
        ([[1.0, 2.0], [3.0]], DataError, r"rows of a list have different lengths \(lengths 1, 2\)"),
        ([[1.0], 2.0], DataError, "rows of a list have different lengths"),
        (layers.Dense, ArgumentTypeError, "Dense was called on the class Dense; expected an array or tensor"),
        (abs.__class__, ArgumentTypeError, "was called on the class"),
    ],
)
def test_inputs_that_are_none(bad, error, text):
    with pytest.raises(error, match=text):
        layers.Dense(2)(bad)


def test_calling_without_inputs():
    with pytest.raises(ArgumentTypeError, match=r"Dense 'd' was called without inputs\. Pass them: layer\(x\)\."):
        layers.Dense(2, name="d")()
    with pytest.raises(
        ArgumentTypeError, match=r"Layer has no call\(\) method\. Write def call\(self, inputs\): \.\.\."
    ):
        layers.Layer()(array(2, 3))


def test_a_forgotten_super_init():
    class Hasty(layers.Layer):
        def __init__(self):
            self.dense = layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)

    with pytest.raises(AttributeError, match=r"Hasty\.__init__\(\) must call super\(\)\.__init__\(\) before"):
        Hasty()(array(2, 3))


def test_an_error_in_call_tells_the_layer_and_the_shapes():
    class Wrong(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = layers.Lambda(lambda x: x @ jnp.ones((7, 7)), name="inner")

        def call(self, inputs):
            return self.inner(inputs)

    with pytest.raises(TypeError, match="contracting dimensions to have the same shape") as caught:
        Wrong(name="outer")(array(2, 3))
    assert caught.value.__notes__[-1] == "(in Lambda 'inner', called on inputs of shape (2, 3))"


def test_a_variable_given_to_a_jax_function():
    class Wrong(layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight(shape=input_shape[-1:], name="factor")

        def call(self, inputs):
            return jnp.multiply(inputs, self.factor)

    with pytest.raises(ValueError, match="__jax_array__") as caught:
        Wrong()(array(2, 3))
    assert "Write its value, kernel.value, or use heron.ops." in caught.value.__notes__[-2]


# ---- shapes ----


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (
            (5,),
            "expects inputs with at least 2 axes, (samples, features); received shape (5,).\n"
            "One sample? Add the batch axis: x[None]. Many samples of one feature? Add the feature axis: x[:, None].",
        ),
        (
            (32, 28, 28),
            "expects inputs whose last axis has 784 values, as on its first call; received shape (32, 28, 28).\n"
            "Add heron.layers.Flatten() before it, or reshape the data to (32, 784).",
        ),
        (
            (32, 10),
            "expects inputs whose last axis has 784 features, as on its first call; received shape (32, 10).\n"
            "Did the data gain or lose columns since then? A model for these data starts with heron.Input((10,)).",
        ),
    ],
)
def test_what_a_dense_layer_says_about_shapes(shape, text):
    layer = layers.Dense(10, name="hidden")
    layer.build((None, 784))
    with pytest.raises(ShapeError) as caught:
        layer(np.zeros(shape, "float32"))
    assert str(caught.value) == f"Dense 'hidden' {text}"


def test_sizes_that_weights_need_must_be_known():
    with pytest.raises(ShapeError) as caught:
        layers.Dense(2, name="d")(KerasTensor((None, None)))
    assert str(caught.value) == (
        "Dense 'd' needs to know the size of axis -1 of its input to create its weights; received shape (None, None).\n"
        "Give it in Input(shape=...), or reshape before this layer."
    )


def test_compute_output_shape_builds_and_records_nothing():
    layer = layers.Dense(2)
    assert layer.compute_output_shape((None, 7, 3)) == (None, 7, 2)
    assert layer.built
    with pytest.raises(ArgumentError, match="has not been called on symbolic tensors yet, so it has no single output"):
        _ = layer.output
    assert layers.Add().compute_output_shape([(None, 3), (None, 3)]) == (None, 3)
    spec = layer.compute_output_spec(KerasTensor((4, 3)))
    assert (spec.shape, spec.dtype) == ((4, 2), "float32")


def test_input_and_output_of_a_layer_in_a_graph():
    layer, x = layers.Dense(2, name="d"), layers.Input((3,))
    y = layer(x)
    assert layer.input is x
    assert layer.output is y
    layer(x)
    with pytest.raises(ArgumentError, match="Dense 'd' has been called several times, so it has no single input"):
        _ = layer.input


def test_shapes_in_a_constructor():
    assert layers.Dense(2, input_dim=4)._batch_input_shape == (None, 4)
    assert layers.Dense(2, input_shape=(4,))._batch_input_shape == (None, 4)
    assert layers.Dense(2, input_shape=[4])._batch_input_shape == (None, 4)
    assert layers.Dense(2, batch_input_shape=(8, 4))._batch_input_shape == (8, 4)
    assert layers.Dense(2, input_shape=())._batch_input_shape == (None,)
    assert layers.Dense(2)._batch_input_shape is None
    with pytest.raises(
        ArgumentError, match=r"Dense: argument 'input_shape' must be a tuple of sizes.*\nWrite \(4,\)\."
    ):
        layers.Dense(2, input_shape=4)
