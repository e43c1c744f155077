"""What the base of optimizers does around the rule: variables, learning rate, gradients, errors."""

from __future__ import annotations

import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron import Variable, optimizers
from heron.errors import ArgumentError, ArgumentTypeError, NotBuiltError, ShapeError, UnknownNameError
from heron.optimizers import SGD, Adam, LossScaleOptimizer, Optimizer, schedules


def two():
    return [Variable(np.ones((2, 3)), name="kernel"), Variable(np.zeros(3), name="bias")]


def ones(variables):
    return [np.ones(v.shape, np.float32) for v in variables]


# Names


def test_names_configs_classes_and_objects_stand_for_optimizers():
    made = Adam(0.5)
    assert optimizers.get(made) is made
    assert optimizers.get(None) is None
    assert isinstance(optimizers.get(Adam), Adam)
    assert repr(optimizers.get({"class_name": "adam", "config": {"learning_rate": 0.5}})) == "Adam(learning_rate=0.5)"
    assert repr(optimizers.get({"class_name": "SGD"})) == "SGD()"


@pytest.mark.parametrize(
    ("identifier", "error", "text"),
    [
        ("adamm", UnknownNameError, "Unknown optimizer 'adamm'. Did you mean 'adam'.*Known: adadelta, adafactor"),
        (3, ArgumentError, "Cannot use 3 as an optimizer"),
        (abs, ArgumentError, "Cannot use <built-in function abs> as an optimizer; expected a name such as 'adam'"),
        ({"config": {}}, ArgumentError, "needs 'class_name' and 'config'"),
        ({"class_name": "Adamm", "config": {}}, UnknownNameError, "Adamm"),
    ],
)
def test_what_is_no_optimizer_is_refused(identifier, error, text):
    with pytest.raises(error, match=text):
        optimizers.get(identifier)


def test_names_are_numbered_and_written_into_configs():
    first, second = Adam(), Adam()
    assert first.name != second.name
    assert first.get_config()["name"] == first.name
    assert Adam(name="mine").variables[0].path == "mine/iteration"


# Learning rate


def test_the_learning_rate_is_a_variable_that_can_be_set():
    optimizer = SGD(0.5)
    assert isinstance(optimizer.learning_rate, Variable)
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate = 0.25
    assert float(optimizer.learning_rate) == 0.25
    optimizer.learning_rate *= 2
    optimizer.learning_rate.assign(optimizer.learning_rate * 2)
    assert repr(optimizer) == "SGD(learning_rate=1.0)"
    assert optimizer.get_config()["learning_rate"] == 1.0
    assert Adam(0.001).get_config()["learning_rate"] == 0.001  # not float32's nearest


def test_a_schedule_may_take_the_place_of_a_number_but_not_the_reverse():
    optimizer = SGD(0.5)
    assert len(optimizer.variables) == 2
    optimizer.learning_rate = schedules.ExponentialDecay(0.1, 1, 0.5)
    assert [v.name for v in optimizer.variables] == ["iteration"]
    w = two()
    optimizer.apply(ones(w), w)
    assert float(optimizer.learning_rate) == pytest.approx(0.05)
    assert "ExponentialDecay" in repr(optimizer)
    with pytest.raises(ArgumentTypeError, match=r"takes its learning rate from Exp.*so a number cannot be set"):
        optimizer.learning_rate = 0.1
    optimizer.learning_rate = lambda: 0.125
    assert float(optimizer.learning_rate) == 0.125


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        ("fast", "must be a number of 0 or more, a learning-rate schedule.*received 'fast'.\nWrite a number such as"),
        ("0.01", "Write 0.01 without quotes"),
        (-0.01, "A negative rate climbs the loss instead of descending it; write 0.01"),
        (float("inf"), "received inf"),
        (schedules.CosineDecay, r"You passed the class CosineDecay; create one: CosineDecay\(...\)"),
        (Variable(0.1), "received <Variable"),
    ],
)
def test_what_is_no_learning_rate_is_refused(rate, text):
    with pytest.raises(ArgumentError, match=text):
        SGD(learning_rate=rate)


def test_a_learning_rate_is_checked_when_set_and_when_passed_on_by_a_subclass():
    optimizer = SGD(0.5)
    with pytest.raises(ArgumentError, match="'learning_rate' must be"):
        optimizer.learning_rate = -1

    class Own(Optimizer):
        def __init__(self, speed):
            super().__init__(learning_rate=speed)

    with pytest.raises(ArgumentError, match="Own: argument 'learning_rate' must be"):
        Own("fast")


def test_only_one_way_to_clip():
    with pytest.raises(ArgumentError, match=r"only one of .* can be set; received clipnorm=1.0, clipvalue=0.5"):
        SGD(clipnorm=1.0, clipvalue=0.5)


# Variables


def test_a_second_build_for_the_same_variables_changes_nothing():
    w, optimizer = two(), Adam()
    optimizer.build(w)
    before = [id(v) for v in optimizer.variables]
    optimizer.build(w)
    assert [id(v) for v in optimizer.variables] == before


def test_other_variables_are_refused_by_name():
    w, optimizer = two(), Adam(name="adam")
    optimizer.build(w)
    extra = Variable(np.ones(2), name="gamma")
    text = (
        "Adam 'adam' was built for the variables kernel, bias; received also gamma.\nYou changed trainable layers; call"
    )
    with pytest.raises(ArgumentError, match=text):
        optimizer.build([*w, extra])
    with pytest.raises(ArgumentError, match=text):
        optimizer.apply(ones([*w, extra]), [*w, extra])
    with pytest.raises(ArgumentError, match=text):
        optimizer.update_step(np.ones(2), extra, 0.1)
    with pytest.raises(ArgumentError, match=r"some of them are missing now.\nYou changed trainable layers"):
        optimizer.build(w[:1])
    optimizer.apply(ones(w[:1]), w[:1])  # a part of them may be updated
    assert int(optimizer.iterations) == 1


def test_numbers_of_gradients_and_values_are_checked():
    w, optimizer = two(), Adam()
    with pytest.raises(NotBuiltError, match=r"does not know its variables yet. Call optimizer.build"):
        optimizer.apply(ones(w))
    with pytest.raises(NotBuiltError, match=r"is not built. Call optimizer.build"):
        optimizer.stateless_apply([], ones(w), [])
    with pytest.raises(NotBuiltError, match=r"has no weights yet"):
        optimizer.set_weights([])
    optimizer.build(w)
    with pytest.raises(ArgumentError, match=r"one gradient for each of 2 variables \(kernel, bias\); received 1"):
        optimizer.apply(ones(w[:1]))
    own = [v.value for v in optimizer.variables]
    with pytest.raises(
        ArgumentError, match=r"2 trainable variables \(kernel, bias\).*1 values.\nYou changed trainable"
    ):
        optimizer.stateless_apply(own, ones(w), [w[0].value])
    with pytest.raises(ArgumentError, match=r"has 6 variables; received 5 values"):
        optimizer.stateless_apply(own[1:], ones(w), [v.value for v in w])
    with pytest.raises(ArgumentError, match="has 6 variables; set_weights received 1 arrays"):
        optimizer.set_weights([0])
    ema = SGD(use_ema=True)
    ema.build(w)
    with pytest.raises(ArgumentError, match="keeps averages of 2 variables; received 1"):
        ema.finalize_variable_values(w[:1])


def test_weights_can_be_set():
    w, optimizer = two(), Adam()
    optimizer.build(w)
    optimizer.set_weights([np.full(v.shape, k) for k, v in enumerate(optimizer.variables)])
    assert [float(np.max(v.numpy())) for v in optimizer.variables] == [0, 1, 2, 3, 4, 5]


def test_initializers_of_added_variables():
    optimizer, w = SGD(), two()[0]
    assert optimizer.add_variable((2,), "ones", name="a").numpy().tolist() == [1, 1]
    assert optimizer.add_variable((2,), lambda shape, dtype: np.full(shape, 3.0)).numpy().tolist() == [3, 3]
    made = optimizer.add_variable_from_reference(w, "m", np.full((2, 3), 2.0))
    assert (made.path, made.shape) == (f"{optimizer.name}/kernel_m", (2, 3))
    assert optimizer.variables[-1] is made
    with pytest.raises(ArgumentError, match="'initializer' must be 'zeros', 'ones', an array or a function"):
        optimizer.add_variable((2,), "glorot_uniform")
    with pytest.raises(ArgumentError, match="received 1 for 2 names"):
        optimizer.add_optimizer_variables([w], ["a", "b"], ["zeros"])


def test_weight_decay_is_settled_before_the_first_step():
    w, optimizer = two(), SGD(weight_decay=0.1)
    optimizer.build(w)
    with pytest.raises(ArgumentError, match=r"is built already. Call exclude_from_weight_decay before"):
        optimizer.exclude_from_weight_decay(var_names=["bias"])


def test_a_built_optimizer_can_be_pickled():
    w, optimizer = two(), Adam(0.1)
    optimizer.apply(ones(w), w)
    again = pickle.loads(pickle.dumps(optimizer))
    assert int(again.iterations) == 1
    assert repr(again) == repr(optimizer)


# Gradients


def test_no_gradients_do_nothing_and_pairs_return_the_count():
    w, optimizer = two(), SGD(1.0)
    optimizer.apply([], w)
    assert int(optimizer.iterations) == 0
    count = optimizer.apply_gradients(zip(ones(w), w, strict=True))
    assert int(count) == 1
    assert w[0].numpy().tolist() == np.zeros((2, 3)).tolist()


@pytest.mark.parametrize("make", [lambda: SGD(name="o"), lambda: LossScaleOptimizer(SGD(), name="o")])
def test_gradients_that_are_all_missing_or_have_wrong_shapes(make):
    w, optimizer = two(), make()
    with pytest.raises(
        ArgumentError, match=r"every gradient is None \(variables: kernel, bias\).\nThe loss does not depend"
    ):
        optimizer.apply([None, None], w)
    with pytest.raises(ShapeError, match=r"gradient of 'bias' must have its shape \(3,\); received shape \(3, 1\)"):
        optimizer.apply([np.ones((2, 3)), np.ones((3, 1))], w)


def test_a_global_norm_that_is_infinite_makes_everything_nan():
    w, optimizer = two(), SGD(global_clipnorm=1.0)
    optimizer.apply([np.full((2, 3), np.inf), np.ones(3)], w)
    assert np.isnan(w[1].numpy()).all()


def test_norms_of_float16_gradients_do_not_overflow():
    w = Variable(np.zeros(3), dtype="float16")
    SGD(1.0, clipnorm=1.0).apply([np.full(3, 1000.0, np.float16)], [w])
    np.testing.assert_allclose(w.numpy(), -np.full(3, 3**-0.5), rtol=1e-3)
    assert w.dtype == "float16"


def test_settings_changed_between_steps_count():
    w, optimizer = Variable([1.0]), SGD(1.0, momentum=0.5)
    optimizer.apply([np.ones(1)], [w])
    optimizer.momentum = 0.0
    optimizer.weight_decay = 0.5
    assert repr(optimizer) == "SGD(learning_rate=1.0, weight_decay=0.5)"
    w.assign([2.0])
    optimizer.apply([np.zeros(1)], [w])
    assert w.numpy().tolist() == [1.0]


def test_averages_put_in_place_do_not_share_memory():
    w, optimizer = two(), SGD(0.1, use_ema=True)
    optimizer.apply(ones(w), w)
    optimizer.finalize_variable_values(w)
    for v, average in zip(w, optimizer.variables[2:], strict=True):
        assert v.value.unsafe_buffer_pointer() != average.value.unsafe_buffer_pointer()


# Optimizers of one's own


class Momentum(Optimizer):
    """Written as Keras's guide tells."""

    def __init__(self, learning_rate=0.1, momentum=0.9, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.momentums = self.add_optimizer_variables(variables, "momentum")
        self.seen = Variable(0.0, name="seen")

    def update_step(self, gradient, variable, learning_rate):
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, m * self.momentum - gradient * learning_rate)
        self.assign_add(variable, m)
        self.assign_sub(self.seen, -1.0)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


@pytest.mark.parametrize("given", [{}, {"weight_decay": 0.1, "clipnorm": 1.0}, {"gradient_accumulation_steps": 2}])
def test_update_step_can_be_overridden(given):
    mine, theirs = two(), two()
    own, built_in = Momentum(0.2, **given), SGD(0.2, momentum=0.9, **given)
    own.build(mine)
    step = jax.jit(lambda state, grads: own.stateless_apply(state[1], grads, state[0]))
    state = [v.value for v in mine], [v.value for v in own.variables]
    for _ in range(4):
        built_in.apply(ones(theirs), theirs)
        own.apply(ones(mine), mine)
        state = step(state, ones(mine))
    for k, v in enumerate(theirs):
        np.testing.assert_allclose(mine[k].numpy(), v.numpy(), rtol=1e-5)
        np.testing.assert_allclose(state[0][k], v.numpy(), rtol=1e-5)
    assert own.variables[-1] is own.seen
    assert float(state[1][-1]) == float(own.seen) == 2 * int(own.iterations)
    again = Momentum.from_config(own.get_config())
    assert again.get_config() == own.get_config()


def test_a_rule_can_be_given_with_blocks_of_slots():
    class Mean(Optimizer):
        slots = (("sum",), "count")

        def scalars(self, lr, step):
            return {"lr": lr / step}

        def rule(self, w, g, slots, scalars):
            total, count = slots["sum"] + g, slots["count"] + 1
            return w - scalars["lr"] * total / count, {"sum": total, "count": count}

    w, optimizer = two(), Mean(0.5, name="mean")
    optimizer.apply(ones(w), w)
    optimizer.apply(ones(w), w)
    assert w[1].numpy().tolist() == [-0.75] * 3
    paths = [v.path for v in optimizer.variables[2:]]
    assert paths == ["mean/kernel_sum", "mean/bias_sum", "mean/kernel_count", "mean/bias_count"]
    optimizer.update_step(jnp.ones(3), w[1], 0.0)
    assert w[1].numpy().tolist() == [-0.75] * 3


def test_an_optimizer_without_a_rule_says_so():
    with pytest.raises(NotImplementedError, match="Optimizer has no update rule: write a method rule"):
        Optimizer(0.1).apply([np.ones(1)], [Variable([1.0])])


# Loss scale


def test_the_loss_is_scaled():
    assert SGD().scale_loss(2.0) == 2.0
    assert SGD(loss_scale_factor=4.0).scale_loss(2.0) == 8.0
    optimizer = LossScaleOptimizer(SGD(0.5, loss_scale_factor=3.0), initial_scale=8.0)
    assert optimizer.inner_optimizer.loss_scale_factor is None
    assert optimizer.scale_loss(2.0) == 16.0
    optimizer.build(two())
    optimizer.dynamic_scale.assign(2.0)
    assert float(optimizer.scale_loss(2.0)) == 4.0
    optimizer.learning_rate = 0.25
    assert float(optimizer.inner_optimizer.learning_rate) == float(optimizer.learning_rate) == 0.25


def test_the_loss_scale_hands_on_to_the_optimizer_within():
    inner = SGD(0.5, weight_decay=0.5, use_ema=True)
    w, optimizer = two(), LossScaleOptimizer(inner, initial_scale=1.0)
    optimizer.exclude_from_weight_decay(var_names=["kernel"])
    optimizer.apply([np.zeros(v.shape) for v in w], w)
    assert w[0].numpy().tolist() == np.ones((2, 3)).tolist()
    for v in inner.variables[2:4]:
        v.assign(np.full(v.shape, 7.0))
    optimizer.finalize_variable_values(w)
    assert w[1].numpy().tolist() == [7.0] * 3
    optimizer.apply([])
    assert int(optimizer.iterations) == 1


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("adam", r"'inner_optimizer' must be an optimizer; received 'adam'.\nWrite .*LossScaleOptimizer\(heron"),
        (LossScaleOptimizer(SGD()), "It scales the loss already; use it as it is"),
    ],
)
def test_the_loss_scale_needs_an_optimizer(inner, text):
    with pytest.raises(ArgumentError, match=text):
        LossScaleOptimizer(inner)


def test_the_loss_scale_refuses_what_belongs_inside():
    for name, rule in LossScaleOptimizer.rules.items():
        for bad in rule.bad:
            with pytest.raises(ArgumentError, match=f"LossScaleOptimizer: argument '{name}' must be"):
                LossScaleOptimizer(**{"inner_optimizer": SGD(), name: bad})
    with pytest.raises(ArgumentTypeError, match="Its scale is always dynamic"):
        LossScaleOptimizer(SGD(), dynamic=False)
    with pytest.raises(ArgumentTypeError, match=r"Leave it out: without it the learning rate is constant"):
        SGD(decay=0.0)
