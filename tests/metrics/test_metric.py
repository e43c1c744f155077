"""What all metrics share: state, pure functions of it, loops, and what is refused."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron import metrics
from heron.errors import ArgumentError, ArgumentTypeError, HeronNote, ShapeError
from heron.metrics import Mean, MeanMetricWrapper, Metric
from heron.variables import Variable
from tests.metrics.oracle import KIND, NEEDED, data


def make(name):
    return getattr(metrics, name)(**NEEDED.get(name, {}))


@pytest.mark.parametrize("name", KIND)
def test_the_pure_functions_agree_with_the_object_and_loop_without_growing(name):
    metric, pure = make(name), make(name)
    batches = [data(KIND[name], seed=seed) for seed in range(3)]
    for y_true, y_pred in batches:
        metric.update_state(y_true, y_pred)

    pure.make_variables(*batches[0])
    before = [v.numpy() for v in pure.variables]
    stacked = tuple(jnp.stack([jnp.asarray(b[i]) for b in batches]) for i in range(2))
    traces = []

    @jax.jit
    def epoch(state, y_true, y_pred):
        traces.append(1)
        body = lambda i, s: pure.stateless_update_state(s, y_true[i], y_pred[i])  # noqa: E731
        return jax.lax.fori_loop(0, 3, body, state)

    start = pure.stateless_reset_state()
    state = epoch(start, *stacked)
    again = epoch(jax.tree.map(jnp.zeros_like, state), *stacked)
    assert len(traces) == 1
    assert [(s.shape, s.dtype, s.weak_type) for s in state] == [(s.shape, s.dtype, False) for s in start]
    for ours, other in zip(state, metric.variables, strict=True):
        np.testing.assert_allclose(np.asarray(ours, float), np.asarray(other, float), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(jax.jit(pure.stateless_result)(again), metric.result(), rtol=1e-5, atol=1e-6)
    for kept, variable in zip(before, pure.variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), kept)


@pytest.mark.parametrize("name", KIND)
def test_the_result_before_the_first_batch_is_a_number(name):
    metric = make(name)
    if name == "R2Score":
        assert float(metric.result()) == 0.0
    else:
        assert np.isfinite(np.asarray(metric.result())).all()


class Scaled(Metric):
    """A metric as users of Keras write it."""

    def __init__(self, name="scaled", factor=2.0, **kwargs):
        super().__init__(name=name, **kwargs)
        self.factor = factor
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_variable(shape=(), initializer="zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(self.factor * jnp.sum(jnp.abs(y_true - y_pred)))
        self.count.assign(jnp.where(self.count > 0, self.count + 1.0, 1.0))

    def result(self):
        return self.total / self.count


def test_a_metric_of_ones_own_is_pure_without_any_code():
    metric = Scaled(factor=3.0)
    assert float(metric(np.zeros(2), np.ones(2))) == 6.0
    start = metric.stateless_reset_state()
    assert [float(s) for s in start] == [0.0, 0.0]
    state = jax.jit(metric.stateless_update_state)(start, np.zeros(2), 2 * np.ones(2))
    state = jax.jit(metric.stateless_update_state)(state, np.zeros(2), 2 * np.ones(2))
    assert not any(s.weak_type for s in state)
    assert float(metric.stateless_result(state)) == 12.0
    assert float(metric.result()) == 6.0
    metric.reset_state()
    assert float(metric.total) == 0.0


def test_a_metric_of_ones_own_is_read_back():
    again = metrics.deserialize(metrics.serialize(Scaled(factor=5.0)), custom_objects={"Scaled": Scaled})
    assert (again.factor, again.name) == (5.0, "scaled")


def test_variables_have_the_name_of_the_metric_in_their_path():
    metric = Scaled(name="a/b")
    assert [v.path for v in metric.variables] == ["a>b/total", "a>b/count"]
    assert [v.trainable for v in metric.variables] == [False, False]


def test_metrics_inside_a_metric_belong_to_it():
    class Pair(Metric):
        def __init__(self):
            super().__init__(name="pair")
            self.parts = [Mean(name="first"), {"second": Mean(name="second")}]
            self.alone = Variable(0.0, name="alone")
            self.same = self.parts[0]
            self.own = self.add_weight(name="own")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.parts[0].update_state(y_pred)
            self.parts[1]["second"].update_state(y_true)

        def result(self):
            return self.parts[0].result() - self.parts[1]["second"].result()

    pair = Pair()
    names = [v.path for v in pair.variables]
    assert names == ["pair/own", "alone", "first/total", "first/count", "second/total", "second/count"]
    assert float(pair(np.array([1.0]), np.array([4.0]))) == 3.0
    state = pair.stateless_update_state(pair.stateless_reset_state(), np.array([1.0]), np.array([2.0]))
    assert float(pair.stateless_result(state)) == 1.0
    pair.reset_state()
    assert float(pair.parts[0].count) == 0.0


def test_the_order_of_arguments_before_keras_3():
    class Old(Metric):
        def __init__(self):
            super().__init__()
            self.seen = self.add_weight("seen", initializer="ones")

    assert (Old().seen.name, Old().seen.shape, float(Old().seen)) == ("seen", (), 1.0)


def test_what_is_missing_is_told():
    with pytest.raises(ArgumentTypeError, match=r"Bare has no update_state method\.\nWrite: def update_state"):
        type("Bare", (Metric,), {})().update_state()
    with pytest.raises(ArgumentTypeError, match=r"Bare has no result method\.\nWrite: def result"):
        type("Bare", (Metric,), {})().result()

    class Hasty(Metric):
        def __init__(self):
            self.total = self.add_weight(name="total")

    with pytest.raises(ArgumentError, match=r"Hasty makes a variable .*\nBegin __init__ with super\(\)\.__init__"):
        Hasty()


def test_a_state_of_another_length_is_refused():
    with pytest.raises(ArgumentError, match=r"Metric 'mean' has 2 variables; .*; received 1 values\.$"):
        Mean().stateless_update_state([0.0], np.ones(3))
    with pytest.raises(ArgumentError, match=r"has 2 variables; .*; received 3 values"):
        Mean().stateless_result([0.0, 1.0, 2.0])
    with pytest.raises(ArgumentError, match=r"has 0 variables.*\n.*call make_variables\(y_true, y_pred\) first"):
        metrics.F1Score().stateless_update_state([0.0], np.ones((3, 2)), np.ones((3, 2)))


def test_variables_are_made_from_shapes_alone():
    for metric in (metrics.F1Score(), metrics.R2Score(), metrics.AUC(multi_label=True)):
        spec = jax.ShapeDtypeStruct((8, 3), "float32")
        metric.make_variables(spec, spec)
        assert metric.variables[-1].shape[-1:] == (3,)
        assert all(not np.any(v.numpy()) for v in metric.variables)


def test_numbers_lists_and_arrays():
    assert float(metrics.MeanSquaredError()([0.0, 0.0], [1.0, 3.0])) == 5.0
    assert float(metrics.Accuracy()([[1], [2]], [[1], [3]])) == 0.5
    assert float(Mean()(3.0)) == 3.0


def test_it_computes_in_its_dtype():
    assert metrics.Mean(dtype="float16")(1.0).dtype == "float16"
    assert metrics.MeanSquaredError(dtype="mixed_bfloat16").dtype == "bfloat16"
    assert metrics.IoU(2, [0]).dtype == "int32"


# ---- shapes and weights ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in KIND if KIND[n] not in ("classes", "labels") and "IoU" not in n])
def test_no_metric_repeats_values_silently(name):
    for true_shape, pred_shape in (((4, 3), (4, 1)), ((4, 1), (4, 3)), ((4,), (4, 3)), ((3,), (4, 3))):
        with pytest.raises(ShapeError, match="compares each prediction with one label"):
            make(name).update_state(np.ones(true_shape), np.ones(pred_shape))


@pytest.mark.parametrize("name", ["SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy"])
def test_class_numbers_of_a_wrong_shape(name):
    with pytest.raises(ShapeError, match=r"One-hot rows go with the metric of the same name without 'sparse_'"):
        make(name).update_state(np.ones((4, 3)), np.ones((4, 3)))
    with pytest.raises(ShapeError, match=r"Give y_true one class number per row of predictions"):
        make(name).update_state(np.ones(5), np.ones((4, 3)))


def test_functions_of_the_user_get_labels_of_the_same_rank():
    metric = MeanMetricWrapper(lambda y_true, y_pred: (y_true - y_pred) ** 2, name="square")
    assert float(metric(np.arange(4.0), np.arange(4.0)[:, None])) == 0.0


def test_a_function_that_returns_one_number():
    metric = MeanMetricWrapper(lambda y_true, y_pred: jnp.max(abs(y_true - y_pred)), name="worst")
    metric.update_state(np.zeros(3), np.array([1.0, 2.0, 3.0]))
    metric.update_state(np.zeros(3), np.array([1.0, 2.0, 5.0]))
    assert float(metric.result()) == 4.0
    with pytest.raises(ShapeError, match="one number for the whole batch cannot be weighted by sample"):
        metric.update_state(np.zeros(3), np.ones(3), sample_weight=np.ones(3))


@pytest.mark.parametrize("name", ["MeanSquaredError", "Precision", "AUC", "F1Score", "R2Score"])
def test_weights_that_do_not_fit_are_refused(name):
    y_true, y_pred = data(KIND[name])
    with pytest.raises(ShapeError, match=r"sample_weight must have the shape of the"):
        make(name).update_state(y_true, y_pred, sample_weight=np.ones(5))


def test_weights_of_samples_hold_for_all_their_labels():
    y_true, y_pred = data("binary", (4, 4))
    weight = np.array([1.0, 0.0, 0.0, 0.0])
    for name in ("Recall", "BinaryAccuracy", "R2Score", "F1Score"):
        weighted, alone = make(name), make(name)
        weighted.update_state(y_true, y_pred, sample_weight=weight)
        alone.update_state(y_true[:1], y_pred[:1])
        np.testing.assert_allclose(weighted.result(), alone.result(), rtol=1e-6)


def test_a_loss_object_is_a_metric():
    from heron import losses

    metric = MeanMetricWrapper(losses.MeanSquaredError(), name="mse")
    assert float(metric([[0.0], [0.0]], [[1.0], [3.0]])) == 5.0
    assert metric._direction == "down"


# ---- one by one -----------------------------------------------------------------------------------------------------


def test_class_numbers_are_not_rounded_or_wrapped():
    y_pred = np.eye(1000, dtype=np.float32)[[999, 300, 255]]
    for labels in (np.array([999, 300, 255]), np.array([999.0, 300.0, 255.0]), np.array([999, 300, 255], np.uint16)):
        assert float(metrics.SparseCategoricalAccuracy()(labels, jnp.asarray(y_pred, jnp.bfloat16))) == 1.0
    assert float(metrics.SparseCategoricalAccuracy()(np.array([255], np.uint8), y_pred[:1])) == 0.0


def test_probabilities_at_the_edges_are_counted():
    for name in ("AUC", "SensitivityAtSpecificity", "PrecisionAtRecall"):
        metric = make(name)
        metric.update_state([0, 0, 1, 1], [0.0, 0.0, 1.0, 1.0])
        assert float(metric.result()) == pytest.approx(1.0)


def test_many_predictions_cost_no_matrix_of_thresholds():
    metric = metrics.AUC(num_thresholds=200)
    rng = np.random.default_rng(0)
    y_pred = rng.random(300_000).astype(np.float32)
    compiled = (
        jax.jit(metric.stateless_update_state).lower(metric.stateless_reset_state(), y_pred > 0.5, y_pred).compile()
    )
    assert compiled.memory_analysis().temp_size_in_bytes < 40_000_000


def test_unsorted_thresholds_keep_their_order():
    limits = [0.9, 0.1, 0.5, 0.3, 0.7, 0.2, 0.8, 0.4, 0.65]
    metric = metrics.TruePositives(thresholds=limits)
    y_pred = np.linspace(0.01, 0.98, 21)
    metric.update_state(np.ones(21), y_pred)
    assert metric.result().tolist() == [float(np.sum(y_pred > t)) for t in limits]


def test_class_id_needs_a_class_axis():
    with pytest.raises(ShapeError, match=r"class_id=3 needs predictions with a class axis of 4 classes or more"):
        metrics.Precision(class_id=3).update_state(np.ones((4, 3)), np.ones((4, 3)))
    with pytest.raises(ShapeError, match=r"received y_pred of shape \(4,\)"):
        metrics.Recall(class_id=0).update_state(np.ones(4), np.ones(4))


def test_labels_of_auc():
    with pytest.raises(ArgumentError, match=r"num_labels=3 is for multi_label=True"):
        metrics.AUC(num_labels=3)
    metric = metrics.AUC(multi_label=True, num_labels=3)
    with pytest.raises(ShapeError, match=r"takes predictions of shape \(batch, 3\); received shape \(4, 2\)"):
        metric.update_state(np.ones((4, 2)), np.ones((4, 2)))
    with pytest.raises(ShapeError, match=r"takes predictions of shape \(batch, labels\); received shape \(4,\)"):
        metrics.AUC(multi_label=True).update_state(np.ones(4), np.ones(4))


def test_scores_take_two_axes():
    for metric in (metrics.F1Score(), metrics.R2Score()):
        with pytest.raises(ShapeError, match=r"takes predictions of shape \(batch, .*received shape \(4, 3, 2\)"):
            metric.update_state(np.ones((4, 3, 2)), np.ones((4, 3, 2)))


def test_f1_of_one_column_without_a_threshold_is_noted():
    with pytest.warns(HeronNote, match=r"with one column that is every prediction\.\nWrite threshold=0\.5\."):
        metrics.F1Score().update_state([[1.0], [0.0]], [[0.9], [0.1]])


def test_the_adjusted_r2_needs_more_samples_than_regressors():
    y_true, y_pred = data("numbers", (6, 1))
    plain, adjusted, too_many = (metrics.R2Score(num_regressors=n) for n in (0, 2, 9))
    for metric in (plain, adjusted, too_many):
        metric.update_state(y_true, y_pred)
    assert float(too_many.result()) == float(plain.result())
    assert float(adjusted.result()) < float(plain.result())


def test_regions():
    with pytest.raises(
        ArgumentError, match=r"target_class_ids must be below num_classes=2.*\[2\]\.\nUse num_classes=3"
    ):
        metrics.IoU(num_classes=2, target_class_ids=[2])
    with pytest.raises(ShapeError, match=r"received 3 labels, 6 predictions .*\n.*set sparse_y_true or sparse_y_pred"):
        metrics.MeanIoU(2).update_state([0, 1, 1], np.ones((3, 2)))
    with pytest.warns(HeronNote, match="counts in int32, so its weights lose what is after the point"):
        metrics.MeanIoU(2).update_state([0, 1], [0, 1], sample_weight=[0.5, 1.5])
