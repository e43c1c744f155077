"""Computing again instead of keeping: the same numbers, and less kept."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, ArgumentTypeError, ShapeError
from heron.layers.remat import current_mode

X = np.linspace(-1.0, 1.0, 48, dtype="float32").reshape(12, 4)


class Block(layers.Layer):
    """Weights, moving statistics, randomness, a penalty, a metric and an argument that is no array."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = layers.Dense(6, activation="tanh", name="inner")
        self.norm = layers.BatchNormalization(name="norm")
        self.drop = layers.Dropout(0.5, seed=3, name="drop")
        self.seen = heron.metrics.Mean(name="seen")

    def call(self, inputs, training=False):
        x = self.norm(self.inner(inputs), training=training)
        self.add_loss(jnp.mean(x**2))
        self.seen.update_state(x)
        return self.drop(x, training=training)


def trained(mode=None, **kwargs):
    heron.config.set_random_seed(1)
    with heron.RematScope(mode, **kwargs):
        model = heron.Sequential([layers.Input((4,)), Block(name="block"), layers.Dense(1, name="out")])
    model.compile("sgd", "mse")
    history = model.fit(X, X[:, :1], batch_size=5, epochs=2, verbose=0, shuffle=False)
    return model, history


def has_remat(model):
    """Whether the gradient of the model computes something again."""
    trainable, fixed = (
        [v.value for v in group] for group in (model.trainable_variables, model.non_trainable_variables)
    )

    def loss(weights):
        return jnp.sum(model.stateless_call(weights, fixed, X, training=True)[0])

    return "remat" in str(jax.make_jaxpr(jax.grad(loss))(trainable))


@pytest.fixture(scope="module")
def plain():
    return trained()


@pytest.mark.parametrize(
    "mode, options, remats",
    [
        ("full", {}, True),
        ("activations", {}, True),
        ("larger_than", {"output_size_threshold": 50}, True),
        ("larger_than", {"output_size_threshold": 500}, False),
        ("list_of_layers", {"layer_names": ["block"]}, True),
        ("list_of_layers", {"layer_names": ["other"]}, False),
    ],
)
def test_training_is_the_same_and_the_gradient_computes_again(plain, mode, options, remats):
    model, history = trained(mode, **options)
    assert has_remat(model) is remats
    for name, values in plain[1].history.items():
        assert history.history[name] == pytest.approx(values, rel=1e-5, abs=1e-6)
    for ours, theirs in zip(model.variables, plain[0].variables, strict=True):
        assert np.allclose(ours.numpy(), theirs.numpy(), rtol=1e-4, atol=1e-6), ours.path


def test_without_a_scope_nothing_is_computed_again(plain):
    assert not has_remat(plain[0])


def test_scopes_nest_and_end():
    with heron.RematScope("full"), heron.RematScope(None):
        assert current_mode() is None
    with heron.RematScope("full"):
        assert current_mode().mode == "full"
    assert current_mode() is None
    with pytest.raises(ArgumentError, match="RematScope: argument 'mode' must be one of 'full'"):
        heron.RematScope("some")


def test_masks_go_through_a_layer_that_is_computed_again():
    heron.config.set_random_seed(1)
    outputs = []
    for mode in (None, "full"):
        heron.config.set_random_seed(1)
        with heron.RematScope(mode):
            model = heron.Sequential([layers.Masking(), layers.Dense(3), layers.SimpleRNN(2)])
        outputs.append(model.predict(np.concatenate([X.reshape(2, 6, 4), np.zeros((2, 2, 4), "float32")], axis=1)))
    assert np.allclose(*outputs)


def test_a_function_may_assign_variables():
    variable = heron.Variable([1.0, 2.0])

    @heron.remat
    def double(x, times, name="kept"):
        variable.assign(variable.value * times)
        return jnp.sin(x) * variable.value

    with heron.StatelessScope([(variable, jnp.array([1.0, 3.0]))]) as scope:
        gradient = jax.grad(lambda x: jnp.sum(double(x, 2)))(jnp.zeros(2))
        assert gradient.tolist() == [2.0, 6.0]
        assert scope.get_current_value(heron.Variable(0.0)) is None
    assert variable.numpy().tolist() == [1.0, 2.0]
    assert double.__name__ == "double"
    with pytest.raises(ArgumentTypeError, match="remat expects a function; received 3"):
        heron.remat(3)


def test_a_stateless_scope_takes_variables_and_their_shapes():
    variable = heron.Variable([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"has shape \(2,\); StatelessScope received one of shape \(3,\)"):
        heron.StatelessScope([(variable, jnp.zeros(3))])
    with pytest.raises(ArgumentError, match="maps variables to values; received a key of type str"):
        heron.StatelessScope([("a", 1)])


def test_a_layer_knows_its_metrics_and_arguments():
    layer = Block(dtype="mixed_bfloat16")
    assert [metric.name for metric in layer.metrics] == ["seen"]
    assert layer.metrics_variables == layer.seen.variables
    assert layer.call_signature_parameters == ["inputs", "training"]
    assert layer.input_dtype == "bfloat16"


def test_the_loss_is_a_pure_function_of_the_variables():
    model = heron.Sequential([layers.Input((4,)), layers.Dense(1, kernel_regularizer="l2")])
    model.compile("sgd", "mse")
    model.train_on_batch(X, X[:, :1])
    groups = (model.trainable_variables, model.non_trainable_variables, model.metrics_variables)
    values = [[v.value for v in group] for group in groups]
    doubled = [[2 * value for value in values[0]], *values[1:]]
    outputs = np.ones((12, 1), "float32")
    loss, after = model.stateless_compute_loss(*doubled, x=X, y=jnp.asarray(X[:, :1]), y_pred=jnp.asarray(outputs))
    penalty = 0.01 * np.sum(np.square(2 * model.get_weights()[0]))
    assert float(loss) == pytest.approx(float(np.mean((outputs - X[:, :1]) ** 2)) + penalty, rel=1e-5)
    assert after[0] is doubled[0]


def test_mixed_precision_has_the_names_of_keras_2():
    assert heron.mixed_precision.Policy is heron.DTypePolicy
    assert heron.mixed_precision.global_policy() == heron.config.dtype_policy()
