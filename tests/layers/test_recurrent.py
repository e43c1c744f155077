"""Recurrent layers against Keras 3, and what heron says and does beyond it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, ShapeError
from heron.layers.context import get_mask, set_mask
from heron.layers.recurrent.cell import GatedCell
from heron.ops.lowering import recurrence
from tests.oracle import QUICK, array, assert_same_as_keras

STEPS = np.array([[True, True, False, True], [False, True, False, False]])  # a mask of (samples, steps)
X = array(2, 4, 3)
ALL = {"return_sequences": True, "return_state": True}


def case(name, kwargs, inputs=X, **call):
    shown = ",".join(f"{k}={v}" for k, v in kwargs.items()) + (",masked" if "mask" in call else "")
    return pytest.param(name, kwargs, inputs, call, id=f"{name}({shown})".replace(" ", ""))


GATED = [
    case("SimpleRNN", {"units": 2}),
    case("SimpleRNN", {"units": 2, "activation": "relu", "use_bias": False, **ALL}, mask=STEPS),
    case("LSTM", {"units": 2, **ALL}),
    case("LSTM", {"units": 2, "go_backwards": True, **ALL}, mask=STEPS),
    case("LSTM", {"units": 2, "return_sequences": True, "zero_output_for_mask": True}, mask=STEPS),
    case("LSTM", {"units": 2, "use_bias": False, "unroll": True}),
    case("LSTM", {"units": 2, "activation": "relu", "recurrent_activation": "hard_sigmoid"}),
    case("LSTM", {"units": 2, "kernel_regularizer": "l2", "recurrent_regularizer": "l1", "activity_regularizer": "l2"}),
    case("LSTM", {"units": 2, "dtype": "mixed_bfloat16", "return_sequences": True}),
    case("LSTM", {"units": 2, "implementation": 1, "dropout": 0.5, "recurrent_dropout": 0.5}, training=False),
    case("LSTM", {"units": 2, "trainable": False}),
    case("GRU", {"units": 2, **ALL}),
    case("GRU", {"units": 2, "return_sequences": True}, mask=STEPS),
    case("GRU", {"units": 2, "reset_after": False, **ALL}, mask=STEPS),
    case("GRU", {"units": 2, "reset_after": False, "use_bias": False}),
    case("GRU", {"units": 2, "activation": "softmax", "use_bias": False, "go_backwards": True}),
]
PICTURES = [
    case("ConvLSTM1D", {"filters": 2, "kernel_size": 3, "strides": 2, **ALL}, array(2, 4, 5, 1)),
    case(
        "ConvLSTM2D",
        {"filters": 2, "kernel_size": (2, 3), "padding": "same", "data_format": "channels_first", **ALL},
        array(2, 4, 1, 3, 4),
    ),
    case("ConvLSTM2D", {"filters": 1, "kernel_size": 2, "dilation_rate": 2, "use_bias": False}, array(2, 2, 4, 4, 2)),
    case("ConvLSTM3D", {"filters": 1, "kernel_size": 2, "recurrent_activation": "relu"}, array(2, 2, 2, 2, 2, 1)),
]


@pytest.mark.parametrize(("name", "kwargs", "inputs", "call"), [*GATED, *PICTURES])
def test_same_as_keras(name, kwargs, inputs, call):
    low = {"rtol": 2e-2, "atol": 2e-2} if "16" in str(kwargs.get("dtype")) else {}
    assert_same_as_keras(getattr(layers, name)(**kwargs), getattr(keras.layers, name)(**kwargs), inputs, **low, **call)


def cells(api):
    return [api.LSTMCell(2), api.GRUCell(3), api.SimpleRNNCell(2)]


def sequential(api):
    return [api.Dense(3), api.Dense(2)]


MADE = {
    "RNN(cell)": lambda api: api.RNN(api.GRUCell(2), **ALL),
    "RNN(cells)": lambda api: api.RNN(cells(api), return_sequences=True),
    "concat": lambda api: api.Bidirectional(api.LSTM(2, return_sequences=True)),
    "sum": lambda api: api.Bidirectional(api.GRU(2), merge_mode="sum"),
    "mul": lambda api: api.Bidirectional(api.SimpleRNN(2, return_sequences=True), merge_mode="mul"),
    "ave": lambda api: api.Bidirectional(
        api.LSTM(2), merge_mode="ave", backward_layer=api.LSTM(2, go_backwards=True, activation="relu")
    ),
    "apart": lambda api: api.Bidirectional(api.LSTM(2, **ALL), merge_mode=None),
    "dense": lambda api: api.TimeDistributed(api.Dense(2, activation="tanh")),
    "statistics": lambda api: api.TimeDistributed(api.BatchNormalization(momentum=0.5)),
}


@pytest.mark.parametrize("name", MADE)
def test_layers_of_layers_are_those_of_keras(name):
    call = {"training": True} if name == "statistics" else {}
    assert_same_as_keras(MADE[name](layers), MADE[name](keras.layers), X, **call)


@pytest.mark.parametrize("name", ["RNN(cells)", "concat", "apart"])
def test_layers_of_layers_skip_masked_steps_as_keras_does(name):
    assert_same_as_keras(MADE[name](layers), MADE[name](keras.layers), X, mask=STEPS)


# ---- the fast form ----

FORMS = {
    "lstm": (recurrence.tanh_lstm, recurrence.general_lstm(jnp.tanh, jax.nn.sigmoid), 4, 2),
    "gru": (recurrence.tanh_gru, recurrence.general_gru(jnp.tanh, jax.nn.sigmoid), 3, 1),
    "simple": (recurrence.tanh_simple, recurrence.general_simple(jnp.tanh), 1, 1),
}


@pytest.mark.parametrize("mask", [None, STEPS.T], ids=["unmasked", "masked"])
@pytest.mark.parametrize("name", FORMS)
def test_the_derivatives_of_the_fast_form_are_those_of_the_plain_one(name, mask):
    fast, plain, gates, count = FORMS[name]
    x, kernel, bias = array(4, 2, 3 * gates), array(3, 3 * gates), array(3 * gates)
    biases = (jnp.asarray(bias), None if fast.is_sum else jnp.asarray(bias) * 2)
    states = tuple(jnp.asarray(array(2, 3) * (i + 1)) for i in range(count))

    def by_rule(x, kernel, biases, states):
        outputs, last = recurrence.recur(fast, x, kernel, biases, states, mask)
        return jnp.sum(jnp.sin(outputs)) + sum(jnp.sum(s**2) for s in last)

    def by_steps(x, kernel, biases, states):
        def step(x, states, others):
            new = plain.function(*plain.into(x, states[0] @ kernel, biases), states)
            return new[0], new, others

        _, outputs, last, _ = recurrence.scan_steps(step, x, states, mask, previous=states[0])
        return jnp.sum(jnp.sin(outputs)) + sum(jnp.sum(s**2) for s in last)

    at = (jnp.asarray(x), jnp.asarray(kernel), biases, states)
    along = jax.tree.map(lambda a: jnp.cos(3 * a), at)

    def derivatives(function):
        gradient = jax.grad(function, argnums=(0, 1, 2, 3))

        def all_of_them(at):
            first, second = jax.jvp(gradient, at, along)
            forwards = jax.jvp(function, at, along)[1]
            twice = jax.grad(lambda kernel: jnp.sum(jax.grad(function, argnums=1)(at[0], kernel, *at[2:]) ** 2))(at[1])
            return first, second, forwards, twice

        return jax.jit(all_of_them, compiler_options=QUICK)(at)

    for a, b in zip(jax.tree.leaves(derivatives(by_rule)), jax.tree.leaves(derivatives(by_steps)), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-4)


def test_unrolled_is_as_it_is_in_a_loop():
    one, other = layers.GRU(2, return_sequences=True), layers.GRU(2, return_sequences=True, unroll=True)
    one(X), other(X)
    other.set_weights(one.get_weights())
    np.testing.assert_allclose(one(X, mask=STEPS), other(X, mask=STEPS), atol=1e-6)


# ---- states ----


def test_it_starts_from_the_states_it_is_given():
    ours, theirs = layers.LSTM(2, return_state=True), keras.layers.LSTM(2, return_state=True)
    start = [array(2, 2), array(2, 2) + 1]
    ours(X), theirs(X)
    ours.set_weights(theirs.get_weights())
    for a, b in zip(ours(X, initial_state=start), theirs(X, initial_state=start), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_states_are_tensors_of_a_graph():
    x, more = heron.Input((4, 3)), heron.Input((None, 3))
    _, h, c = layers.LSTM(2, return_state=True)(x)
    model = heron.Model([x, more], layers.LSTM(2)(more, initial_state=[h, c]))
    first, second = model.layers[2:]
    _, *states = first(X)
    np.testing.assert_allclose(model([X, X[:, :2]]), second(X[:, :2], initial_state=states), atol=1e-6)


def test_a_stateful_layer_goes_on_where_it_stopped():
    whole, parts = layers.GRU(2), layers.GRU(2, stateful=True)
    expected = whole(X)
    parts(X[:, :1])
    parts.set_weights(whole.get_weights())
    parts.reset_state()
    parts(X[:, :1])
    np.testing.assert_allclose(parts(X[:, 1:]), expected, atol=1e-6)
    assert [v.name for v in parts.non_trainable_variables] == ["rnn_state", "seed_generator_state"]
    assert len(parts.weights) == 3
    parts.reset_states()
    assert float(abs(parts.states[0].value).max()) == 0.0


def test_a_stateful_layer_goes_on_from_batch_to_batch_in_predict():
    model = heron.Sequential([heron.Input(batch_shape=(2, 3, 3)), layers.GRU(2, stateful=True)])
    x = array(4, 3, 3)
    found = model.predict(x, batch_size=2, verbose=0)
    whole = layers.GRU(2)
    together = np.concatenate([x[:2], x[2:]], axis=1)  # two samples of six steps
    whole(together)
    whole.set_weights(model.get_weights())
    np.testing.assert_allclose(found[2:], whole(together), rtol=1e-5, atol=1e-6)
    again = model.predict(x[:2], batch_size=2, verbose=0)
    assert not np.allclose(again, found[:2])
    model.layers[0].reset_state()
    np.testing.assert_array_equal(model.predict(x, batch_size=2, verbose=0), found)


def test_a_stateful_layer_goes_on_from_batch_to_batch_in_fit():
    model = heron.Sequential([heron.Input(batch_shape=(2, 2, 3)), layers.SimpleRNN(2, stateful=True), layers.Dense(1)])
    model.compile("sgd", "mse")
    halves = np.concatenate([X[:, :2], X[:, 2:]])  # two batches of the same samples
    model.optimizer.learning_rate = 0.0
    model.fit(halves, np.zeros((4, 1), "float32"), batch_size=2, shuffle=False, verbose=0)
    whole = layers.SimpleRNN(2)
    expected = whole(X)
    whole.set_weights(model.layers[0].get_weights())
    np.testing.assert_allclose(model.layers[0].states[0].numpy(), whole(X), atol=1e-6)
    assert expected.shape == (2, 2)


def test_both_directions_start_from_states_and_are_reset_together():
    layer = layers.Bidirectional(layers.LSTM(2, stateful=True, return_state=True))
    start = [array(2, 2) * i for i in range(1, 5)]
    outputs = layer(X, initial_state=start)
    assert [y.shape for y in outputs] == [(2, 4), *[(2, 2)] * 4]
    forward = layer.forward_layer(X, initial_state=start[:2])
    np.testing.assert_allclose(outputs[0][:, :2], forward[0], atol=1e-6)
    assert len(layer.states) == 4
    layer.reset_states()
    assert all(float(abs(v.value).max()) == 0.0 for v in layer.states)


# ---- dropout ----


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_inputs_are_dropped_alike_at_every_step(name):
    layer = getattr(layers, name)(8, dropout=0.5, seed=1, return_sequences=True)
    x = np.ones((3, 5, 6), "float32")
    layer(x)
    layer.set_weights([w * (0 if i == 1 else 1) for i, w in enumerate(layer.get_weights())])  # no memory
    layer.cell.recurrent_kernel.assign(np.zeros(layer.cell.recurrent_kernel.shape))
    if name == "SimpleRNN":
        y = np.asarray(layer(x, training=True))
        np.testing.assert_allclose(y, np.repeat(y[:, :1], 5, 1), atol=1e-6)
    one, other = layer(x, training=True), layer(x, training=True)
    assert float(abs(one - other).max()) > 1e-3
    assert layer.cell._dropout_mask is None
    np.testing.assert_array_equal(layer(x), layer(x))


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU", "ConvLSTM1D"])
def test_recurrent_dropout_keeps_the_share_it_should(name):
    kwargs = {"filters": 16, "kernel_size": 3} if name == "ConvLSTM1D" else {"units": 16}
    layer = getattr(layers, name)(**kwargs, recurrent_dropout=0.5, dropout=0.25, seed=3)
    x = array(2, 4, 6, 3) if name == "ConvLSTM1D" else X
    y = layer(x, training=True)
    assert bool(jnp.isfinite(y).all())
    assert float(abs(y - layer(x)).max()) > 1e-3
    cell = layer.cell
    drawn = cell.get_recurrent_dropout_mask(jnp.ones((50, 16)))
    kept = np.asarray(drawn if isinstance(drawn, list) else [drawn])
    assert len(kept) == (1 if name == "SimpleRNN" else {"GRU": 3}.get(name, 4))
    assert set(np.unique(kept)) == {0.0, 2.0}
    assert abs(kept.mean() - 1) < 0.1
    cell.reset_recurrent_dropout_mask()


def test_dropout_of_a_cell_is_kept_until_it_is_reset():
    cell = layers.LSTMCell(4, dropout=0.5, seed=2)
    x, states = np.ones((2, 9), "float32"), cell.get_initial_state(2)
    first = cell(x, states, training=True)[0]
    np.testing.assert_array_equal(first, cell(x, states, training=True)[0])
    cell.reset_dropout_mask()
    assert float(abs(first - cell(x, states, training=True)[0]).max()) > 0


# ---- cells of users ----


class Leaky(layers.Layer):
    """A cell with a weight, a state of another shape than its output, statistics and a loss of its own."""

    state_size = (3, 1)
    output_size = 2

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = self.add_weight((), initializer="zeros", trainable=False, name="seen")
        self.noise = layers.Dropout(0.5, seed=1)

    def build(self, input_shape):
        self.kernel = self.add_weight((3, 2), name="kernel")

    def call(self, inputs, states, training=False):
        self.seen.assign_add(1.0)
        total, count = states
        total, count = 0.5 * total + self.noise(inputs), count + 1
        self.add_loss(0.1)
        return total @ self.kernel.value, [total, count]


def test_a_cell_of_a_user_keeps_variables_and_losses_from_step_to_step():
    layer = layers.RNN(Leaky(), return_sequences=True, return_state=True)
    outputs, total, count = layer(X)
    assert float(layer.cell.seen.value) == 4.0
    assert count.tolist() == [[4.0], [4.0]]
    np.testing.assert_allclose(sum(map(float, layer.losses)), 0.4, atol=1e-6)
    expected = sum(0.5 ** (3 - t) * X[:, t] for t in range(4))
    np.testing.assert_allclose(total, expected, atol=1e-5)
    np.testing.assert_allclose(outputs[:, -1], total @ layer.cell.kernel.value, atol=1e-5)
    noisy = layer(np.ones((1, 6, 30), "float32")[..., :3], training=True)[0]
    assert len({tuple(np.round(v, 4)) for v in np.asarray(jnp.diff(noisy, axis=1))[0]}) > 1  # new noise at each step


def test_a_masked_step_keeps_the_output_of_a_cell_whose_state_is_something_else():
    layer = layers.RNN(Leaky(), return_sequences=True)
    y = np.asarray(layer(X, mask=STEPS))
    np.testing.assert_array_equal(y[0, 2], y[0, 1])
    np.testing.assert_array_equal(y[1, 0], np.zeros(2))
    np.testing.assert_array_equal(y[1, 3], y[1, 1])


def test_a_subclass_with_a_call_of_its_own_is_called_step_by_step():
    class Halved(layers.GRUCell):
        def call(self, inputs, states, training=False):
            output, states = super().call(inputs, states, training=training)
            return output / 2, states

    usual, halved = layers.RNN(layers.GRUCell(2)), layers.RNN(Halved(2))
    usual(X), halved(X)
    halved.set_weights(usual.get_weights())
    np.testing.assert_allclose(halved(X), usual(X) / 2, atol=1e-6)
    stack = layers.RNN([layers.SimpleRNNCell(2), Halved(2)])
    assert stack(X).shape == (2, 2)


def test_a_cell_need_not_be_a_layer():
    class Sum:
        state_size = 3

        def call(self, inputs, states):
            return inputs + states[0], inputs + states[0]

    np.testing.assert_allclose(layers.RNN(Sum())(X), X.sum(1), atol=1e-5)
    np.testing.assert_allclose(
        layers.RNN([Sum(), Sum()])(X)[0], (X[0] * np.array([[4], [3], [2], [1]])).sum(0), atol=1e-5
    )


def test_a_stack_runs_cell_by_cell_as_it_does_step_by_step():
    layer = layers.RNN([layers.LSTMCell(2), layers.GRUCell(2)], return_sequences=True, return_state=True)
    layer(X)
    expected = layer(X, mask=STEPS)
    states = layer.get_initial_state(2)
    _, outputs, last = layer._step_by_step(jnp.swapaxes(X, 0, 1), states, STEPS.T)
    np.testing.assert_allclose(jnp.swapaxes(outputs, 0, 1), expected[0], atol=1e-6)
    for a, b in zip(jax.tree.leaves(last), jax.tree.leaves(expected[1:]), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


# ---- masks ----


def test_masks_go_on_with_the_sequence_and_end_with_it():
    x = jnp.asarray(X)
    set_mask(x, jnp.asarray(STEPS))
    assert get_mask(layers.LSTM(2)(x)) is None
    np.testing.assert_array_equal(get_mask(layers.LSTM(2, **ALL)(x)[0]), STEPS)
    np.testing.assert_array_equal(get_mask(layers.Bidirectional(layers.GRU(2, return_sequences=True))(x)), STEPS)
    np.testing.assert_array_equal(get_mask(layers.TimeDistributed(layers.Dense(2))(x)), STEPS)


def test_a_wrapped_layer_gets_the_mask_of_its_step():
    layer = layers.TimeDistributed(layers.LSTM(2))
    x = array(2, 4, 3, 2)
    inner = np.arange(24).reshape(2, 4, 3) % 3 > 0
    y = layer(x, mask=inner)
    np.testing.assert_allclose(y[:, 1], layer.layer(x[:, 1], mask=inner[:, 1]), atol=1e-6)
    whole = layer(x, mask=STEPS)  # a masked step is masked from its beginning to its end
    np.testing.assert_array_equal(np.asarray(whole)[~STEPS], np.zeros((4, 2)))


def test_masked_pictures_are_skipped():
    for data_format in ("channels_last", "channels_first"):
        layer = layers.ConvLSTM2D(2, 2, data_format=data_format, zero_output_for_mask=True, **ALL)
        x = array(2, 4, 3, 3, 3)
        y, h, _ = layer(x, mask=STEPS)
        np.testing.assert_array_equal(np.asarray(y)[~STEPS], 0)
        np.testing.assert_allclose(h[0], layer(x[:1, [0, 1, 3]])[1][0], atol=1e-6)


# ---- errors ----


def stacked(*between):
    return [heron.Input((5, 4)), layers.LSTM(3, name="first"), *between, layers.LSTM(2, name="second")]


ERRORS = {
    "2-D": (
        lambda: layers.LSTM(3)(array(32, 8)),
        r"reads sequences: .* \(samples, steps, features\); received shape "
        r"\(32, 8\), which has 2\.\nFor 8 steps of one feature: x\[\.\.\., None\]",
    ),
    "stacked": (
        lambda: heron.Sequential(stacked()),
        "LSTM 'first' before it gives its last step alone. Set return_sequences=True on 'first'.",
    ),
    "stacked with dropout between": (lambda: heron.Sequential(stacked(layers.Dropout(0.1))), "=True on 'first'"),
    "2-D pictures": (lambda: layers.ConvLSTM2D(1, 2)(array(2, 4, 4, 1)), r"spatial axes, channels\); received"),
    "two many axes": (lambda: layers.GRU(1)(array(2, 2, 2, 2)), "expects inputs with 3 axes"),
    "no batch size": (lambda: layers.GRU(1, stateful=True)(heron.Input((5, 4))), r"Input\(batch_shape=\(32, 5, 4\)\)"),
    "other batch size": (
        lambda: [layer := layers.GRU(1, stateful=True), layer(X), layer(X[:1])],
        "keeps states for 2 samples; received a batch of 1",
    ),
    "one state for two": (
        lambda: layers.LSTM(2)(X, initial_state=[array(2, 2)]),
        "expects as initial_state 2 arrays of shape .* received 1 array .*\nPass a list of 2",
    ),
    "wide state": (lambda: layers.GRU(2)(X, initial_state=array(2, 3)), r"of shape \(2, 2\); received .* \(2, 3\)"),
    "unknown steps": (lambda: layers.GRU(2, unroll=True)(heron.Input((None, 3))), "needs to know the number of steps"),
    "no cell": (lambda: layers.RNN(layers.Dense(3)), "without state_size"),
    "a class": (lambda: layers.RNN(layers.LSTMCell), "received the class LSTMCell"),
    "no size": (lambda: layers.StackedRNNCells([type("C", (), {"call": None, "state_size": "3"})()]), "must be an int"),
    "states lost": (lambda: layers.RNN(Forgetful())(X), "with 1 states, as its state_size says; received 2"),
    "no layer": (lambda: layers.TimeDistributed(3), r"needs a layer; received 3"),
    "no time": (lambda: layers.TimeDistributed(layers.Dense(1))(array(2, 3)), r"at least 3 axes, \(samples, steps"),
    "short mask": (
        lambda: layers.TimeDistributed(layers.Dense(1))(X, mask=STEPS[:, :3]),
        "starts with .samples, steps",
    ),
    "no recurrent layer": (lambda: layers.Bidirectional(layers.Dense(3)), "must be a recurrent layer"),
    "same direction": (
        lambda: layers.Bidirectional(layers.GRU(1), backward_layer=layers.GRU(1)),
        "go_backwards=True on",
    ),
    "other outputs": (
        lambda: layers.Bidirectional(layers.GRU(1), backward_layer=layers.GRU(1, go_backwards=True, return_state=True)),
        "same return_state",
    ),
    "nothing to reset": (lambda: layers.Bidirectional(layers.GRU(1)).reset_state(), "keeps no states to reset"),
    "strides and dilation": (
        lambda: layers.ConvLSTM1D(1, 2, 2, dilation_rate=2),
        "cannot both be above 1; received strides=.2,. and",
    ),
}


class Forgetful(layers.Layer):
    state_size = 3

    def call(self, inputs, states):
        return inputs, [inputs, inputs]


@pytest.mark.parametrize("name", ERRORS)
def test_mistakes_are_answered_with_what_to_write(name):
    act, text = ERRORS[name]
    with pytest.raises((ShapeError, ArgumentError), match=text):
        act()


def test_a_gated_cell_without_a_formula_is_told_what_to_write():
    class Plain(GatedCell):
        pass

    cell = Plain({"units": 1, "seed": 1, "dropout": 0.0, "recurrent_dropout": 0.0})
    with pytest.raises(
        NotImplementedError, match=r"^Plain has no method formula\(\), .*\nAdd to class Plain: def formula\("
    ):
        cell.formula()


# ---- training ----


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_training_gives_the_weights_that_keras_gets(kind):
    def make(api):
        first, second = {
            "lstm": (api.layers.LSTM(4, return_sequences=True), api.layers.LSTM(3)),
            "gru": (api.layers.GRU(4, return_sequences=True), api.layers.Bidirectional(api.layers.SimpleRNN(2))),
        }[kind]
        return api.Sequential([api.Input((6, 3)), api.layers.Masking(9.0), first, second, api.layers.Dense(1)])

    x, y = array(12, 6, 3), array(12, 1)
    x[:4, 4:] = 9.0
    ours, theirs = make(heron), make(keras)
    ours.set_weights(theirs.get_weights())
    for model in (ours, theirs):
        model.compile(optimizer="adam", loss="mse")
    mine, other = (m.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0) for m in (ours, theirs))
    np.testing.assert_allclose(mine.history["loss"], other.history["loss"], rtol=1e-4)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=2e-5)
