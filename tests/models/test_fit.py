"""Every argument of fit, evaluate, predict and the methods for single batches, in its forms, held against Keras."""

from __future__ import annotations

import itertools

import keras
import numpy as np
import pytest

import heron
from tests.models.twins import (
    CLASSES,
    ONE_HOT,
    QUIET,
    SPARSE,
    TABLE,
    WEIGHTS,
    X,
    assert_close,
    assert_trains_alike,
    stack,
    twins,
)

A, B = X, X[:, :2] * 2


def two_inputs(api):
    a, b = api.Input((4,), name="a"), api.Input((2,), name="b")
    return api.Model([a, b], api.layers.Dense(1)(api.layers.Concatenate()([a, b])))


def dict_inputs(api):
    a, b = api.Input((4,), name="a"), api.Input((2,), name="b")
    return api.Model({"b": b, "a": a}, api.layers.Dense(1)(api.layers.Concatenate()([a, b])))


def nested_inputs(api):
    a, b = api.Input((4,), name="a"), api.Input((2,), name="b")
    joined = api.layers.Concatenate()([a, b])
    return api.Model({"a": a, "more": {"b": b}}, {"out": {"y": api.layers.Dense(1, name="y")(joined)}})


def two_outputs(api):
    x = api.Input((4,))
    value, kind = api.layers.Dense(1, name="value"), api.layers.Dense(3, activation="softmax", name="kind")
    return api.Model(x, [value(x), kind(x)])


def classifier(api):
    return stack(api, 3, "softmax")


def endless(*parts):
    for i in itertools.count():
        rows = slice(i % 5 * 10, i % 5 * 10 + 10)
        yield tuple(part[rows] for part in parts)


class Batches(keras.utils.PyDataset):
    """Keras's own data set class, which heron takes as any sequence of batches."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        rows = slice(index * 10, index * 10 + 10)
        return X[rows], TABLE[rows]


BOTH = {"loss": {"value": "mse", "kind": SPARSE}, "metrics": {"kind": ["accuracy"], "value": "mae"}}
FORMS = {
    "a tuple of inputs, validation every second epoch": (
        two_inputs,
        {},
        (A, B),
        TABLE,
        {"validation_split": 0.2, "validation_freq": 2},
    ),
    "a dict by the names": (two_inputs, {}, {"b": B, "a": A}, TABLE, {}),
    "a dict for a dict": (dict_inputs, {}, {"a": A, "b": B}, TABLE, {}),
    "nested dicts": (nested_inputs, {}, {"a": A, "more": {"b": B}}, {"out": {"y": TABLE}}, {}),
    "targets in a tuple": (two_outputs, BOTH, X, (TABLE, CLASSES), {}),
    "targets by name": (two_outputs, BOTH, X, {"value": TABLE, "kind": CLASSES}, {}),
    "losses in a list": (
        two_outputs,
        {"loss": ["mse", SPARSE], "loss_weights": [0.5, 2.0]},
        X,
        [TABLE, CLASSES],
        {"validation_split": 0.2},
    ),
    "loss weights by name": (
        two_outputs,
        BOTH | {"loss_weights": {"value": 3.0, "kind": 0.1}},
        X,
        [TABLE, CLASSES],
        {},
    ),
    "a loss for one of two": (two_outputs, {"loss": [None, SPARSE]}, X, [TABLE, CLASSES], {}),
    "weights for each output": (two_outputs, BOTH, X, [TABLE, CLASSES], {"sample_weight": [WEIGHTS, WEIGHTS[::-1]]}),
    "weights for all outputs": (two_outputs, BOTH, X, [TABLE, CLASSES], {"sample_weight": WEIGHTS}),
    "lists of numbers": (stack, {}, X, TABLE, {"validation_data": [X[:9], TABLE[:9]]}),
    "float64 and whole numbers": (stack, {}, np.round(X.astype("float64") * 3), np.round(TABLE).astype("int64"), {}),
    "booleans": (lambda api: stack(api, 1, "sigmoid"), {"loss": "binary_crossentropy"}, X, TABLE > 0, {}),
    "validation with weights": (stack, {"metrics": ["mae"]}, X, TABLE, {"validation_data": (X, TABLE, WEIGHTS)}),
    "validation in batches of its own": (
        stack,
        {"metrics": ["mae"]},
        X,
        TABLE,
        {"validation_data": (X, TABLE), "validation_batch_size": 7, "validation_steps": 3},
    ),
    "a split with weights": (stack, {}, X, TABLE, {"validation_split": 0.3, "sample_weight": WEIGHTS}),
    "validation in some epochs": (stack, {}, X, TABLE, {"validation_split": 0.2, "validation_freq": [1, 3]}),
    "few steps an epoch": (stack, {}, X, TABLE, {"steps_per_epoch": 3, "batch_size": 16}),
    "classes weighed": (classifier, {"loss": SPARSE}, X, CLASSES, {"class_weight": {0: 0.2, 1: 3.0, 2: 1.0}}),
    "one-hot classes weighed": (
        classifier,
        {"loss": "categorical_crossentropy", "weighted_metrics": ["accuracy"]},
        X,
        ONE_HOT,
        {"class_weight": {0: 0.2, 1: 3.0, 2: 1.0}, "validation_split": 0.2},
    ),
    "from a later epoch": (stack, {}, X, TABLE, {"initial_epoch": 2}),
    "one batch": (stack, {}, X, TABLE, {"batch_size": 1000}),
    "batches of one": (stack, {"metrics": ["mae"]}, X[:5], TABLE[:5], {"batch_size": 1}),
}


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # Keras, at the end of the data
@pytest.mark.parametrize("case", FORMS)
def test_fit_takes_what_keras_takes(case):
    make, compiling, x, y, fitting = FORMS[case]
    pair = twins(make, **compiling)
    assert_trains_alike(pair, lambda model: model.fit(x, y, **QUIET | {"epochs": 3} | fitting))


def test_no_epochs_at_all():
    assert_trains_alike(twins(), lambda model: model.fit(X, TABLE, **QUIET, epochs=0))


def test_more_steps_than_there_are_end_an_epoch_early():
    model, same = twins()[0], stack(heron)
    same.set_weights(model.get_weights())
    same.compile("sgd", "mse")
    history = model.fit(X, TABLE, **QUIET, epochs=2, steps_per_epoch=9)
    np.testing.assert_allclose(history.history["loss"], same.fit(X, TABLE, **QUIET, epochs=2).history["loss"])


@pytest.mark.filterwarnings("ignore:Your `PyDataset` class should call")
@pytest.mark.parametrize("source", ["generator", "weighted generator", "data set"])
def test_fit_takes_batches(source):
    fitting = {"epochs": 2, "verbose": 0, "shuffle": False}
    if source == "data set":
        assert_trains_alike(twins(), lambda m: m.fit(Batches(), validation_data=Batches(), **fitting))
        return
    parts = (X, TABLE, WEIGHTS) if "weighted" in source else (X, TABLE)
    fitting |= {"steps_per_epoch": 3, "validation_data": (X, TABLE), "validation_batch_size": 10}
    fitting |= {"validation_steps": 2}
    assert_trains_alike(twins(metrics=["mae"]), lambda m: m.fit(endless(*parts), **fitting))


def test_classes_are_weighed_in_batches_as_in_arrays():
    model, same = twins(classifier, loss=SPARSE)[0], classifier(heron)
    same.set_weights(model.get_weights())
    same.compile("sgd", SPARSE)
    fitting = {"class_weight": {0: 0.5, 1: 2.0, 2: 1.0}, "verbose": 0, "shuffle": False}
    mine = model.fit(endless(X, CLASSES), steps_per_epoch=5, **fitting).history["loss"]
    np.testing.assert_allclose(mine, same.fit(X, CLASSES, batch_size=10, **fitting).history["loss"], rtol=1e-5)


def test_an_iterable_that_can_be_begun_anew():
    class Three:
        begun = 0

        def __iter__(self):
            self.begun += 1
            return itertools.islice(endless(X, TABLE), 3)

    source, model = Three(), twins()[0]
    history = model.fit(source, epochs=4, verbose=0)
    assert len(history.history["loss"]) == 4
    assert source.begun == 4
    assert history.params["steps"] is None


def test_inputs_in_batches_of_several_forms():
    rows = [slice(0, 10), slice(10, 20), slice(20, 30)]
    as_lists = [([A[r].tolist(), B[r].tolist()], TABLE[r].tolist()) for r in rows]
    as_dicts = [({"a": A[r], "b": B[r]}, TABLE[r]) for r in rows]
    first, second = twins(two_inputs)[0], two_inputs(heron)
    second.set_weights(first.get_weights())
    second.compile("sgd", "mse")
    mine = first.fit(iter(as_lists), verbose=0).history["loss"]
    np.testing.assert_allclose(second.fit(iter(as_dicts), verbose=0).history["loss"], mine, rtol=1e-6)


# ---- shuffling ------------------------------------------------------------------------------------------------------


def visited(shuffle, epochs=2):
    """The batches of row numbers of each epoch."""
    heron.utils.set_random_seed(11)
    order = []

    class Spy(heron.Sequential):
        def train_step(self, state, data):
            order.append(np.asarray(data[0])[:, 0].astype(int).tolist())
            return super().train_step(state, data)

    rows = np.arange(10, dtype="float32")[:, None]
    model = Spy([heron.Input((1,)), heron.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(rows, rows, batch_size=4, epochs=epochs, shuffle=shuffle, verbose=0)
    return [order[i * 3 : i * 3 + 3] for i in range(epochs)]


def test_shuffle_visits_every_sample_once_in_a_new_order():
    epochs = visited(True)
    assert all(sorted(itertools.chain(*batches)) == list(range(10)) for batches in epochs)
    assert [len(batch) for batch in epochs[0]] == [4, 4, 2]
    assert epochs[0] != epochs[1]
    assert visited(False) == [[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]] * 2
    assert visited(True) == visited(True), "the seed decides"


def test_shuffle_batch_keeps_the_batches_together():
    for batches in visited("batch", epochs=4):
        assert sorted(batches[:2]) == [[0, 1, 2, 3], [4, 5, 6, 7]]
        assert batches[2] == [8, 9], "the odd batch stays the last"


# ---- evaluate, predict, single batches ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained():
    return twins(metrics=["mae"], weighted_metrics=["mse"])


EVALUATIONS = {
    "plain": ((X, TABLE), {}),
    "weighted": ((X, TABLE), {"sample_weight": WEIGHTS}),
    "some steps": ((X, TABLE), {"batch_size": 10, "steps": 2}),
    "batches": ((Batches(),), {}),
    "a generator": ((endless(X, TABLE, WEIGHTS),), {"steps": 3}),
}


@pytest.mark.filterwarnings("ignore:Your `PyDataset` class should call")
@pytest.mark.parametrize("case", EVALUATIONS)
def test_evaluate(trained, case):
    args, kwargs = EVALUATIONS[case]
    if case == "a generator":
        args = (endless(X, TABLE, WEIGHTS),)
    mine = trained[0].evaluate(*args, verbose=0, **kwargs)
    if case == "a generator":
        args = (endless(X, TABLE, WEIGHTS),)
    assert_close(mine, trained[1].evaluate(*args, verbose=0, **kwargs))
    assert isinstance(mine, list)
    assert all(isinstance(value, float) for value in mine)


def test_evaluate_as_a_dict(trained):
    mine, other = (model.evaluate(X, TABLE, verbose=0, return_dict=True) for model in trained)
    assert set(mine) == set(other) == {"loss", "mae", "mse"}
    for name in other:
        assert_close(mine[name], other[name])


def test_evaluate_without_metrics_is_one_number():
    ours, theirs = twins()
    assert_close(ours.evaluate(X, TABLE, verbose=0), theirs.evaluate(X, TABLE, verbose=0))
    assert isinstance(ours.evaluate(X, TABLE, verbose=0), float)
    assert ours.evaluate(X, TABLE, verbose=0) == ours.evaluate(X.tolist(), TABLE[:, 0].tolist(), verbose=0)


def test_evaluate_changes_no_weights(trained):
    before = trained[0].get_weights()
    trained[0].evaluate(X, TABLE, verbose=0)
    trained[0].test_on_batch(X, TABLE)
    trained[0].predict(X)
    assert all(np.array_equal(a, b) for a, b in zip(before, trained[0].get_weights(), strict=True))


@pytest.mark.filterwarnings("ignore:Your `PyDataset` class should call")
def test_predict(trained):
    ours, theirs = trained
    wanted = theirs.predict(X, verbose=0)
    for batch_size in (None, 7, 50, 1000):
        assert_close(ours.predict(X, batch_size=batch_size, verbose=0), wanted)
    assert_close(ours.predict(X, batch_size=10, steps=2), wanted[:20])
    assert_close(ours.predict(X[:3]), wanted[:3])
    assert_close(ours.predict([X[0].tolist()]), wanted[:1])
    assert_close(ours.predict(Batches()), theirs.predict(Batches(), verbose=0))
    assert_close(ours.predict(iter([(X[:10],), (X[10:15],)])), wanted[:15])
    assert_close(ours.predict_on_batch(X), wanted)
    assert isinstance(ours.predict(X), np.ndarray)


def test_predict_gives_the_structure_of_the_outputs():
    for make, x in ((two_outputs, X), (nested_inputs, {"a": A, "more": {"b": B}})):
        ours, theirs = twins(make)
        mine, other = ours.predict(x, batch_size=7, verbose=0), theirs.predict(x, verbose=0)
        keras.tree.assert_same_structure(mine, other)
        assert_close(mine, other)


def test_predict_without_compile():
    model = stack(heron)
    np.testing.assert_allclose(model.predict(X), np.asarray(model(X)), rtol=1e-5, atol=1e-6)


def test_predict_tells_callbacks_of_batches(trained):
    def outputs_of(model, api):
        class Listener(api.callbacks.Callback):
            seen = []

            def on_predict_batch_end(self, batch, logs=None):
                self.seen.append((batch, logs["outputs"]))

        listener = Listener()
        model.predict(X, batch_size=20, callbacks=[listener], verbose=0)
        return listener.seen

    mine, other = outputs_of(trained[0], heron), outputs_of(trained[1], keras)
    assert [batch for batch, _ in mine] == [batch for batch, _ in other] == [0, 1, 2]
    assert_close([out for _, out in mine], [out for _, out in other])


BATCHES = {
    "plain": ({}, stack, TABLE),
    "weighted": ({"sample_weight": WEIGHTS}, stack, TABLE),
    "classes": ({"class_weight": {0: 1.0, 1: 2.0, 2: 3.0}}, classifier, CLASSES),
}


@pytest.mark.parametrize("case", BATCHES)
def test_train_on_batch_goes_on_with_the_metrics(case):
    weights, make, y = BATCHES[case]
    compiling = {"loss": SPARSE, "metrics": ["accuracy"]} if make is classifier else {"metrics": ["mae"]}
    ours, theirs = twins(make, **compiling)
    for _ in range(3):
        assert_close(ours.train_on_batch(X, y, **weights), theirs.train_on_batch(X, y, **weights))
    logs = [model.train_on_batch(X, y, **weights, return_dict=True) for model in (ours, theirs)]
    assert set(logs[0]) == set(logs[1])
    assert_close([logs[0][k] for k in sorted(logs[0])], [logs[1][k] for k in sorted(logs[1])])
    for model in (ours, theirs):
        model.reset_metrics()
    if "class_weight" not in weights:
        assert_close(ours.test_on_batch(X, y, **weights), theirs.test_on_batch(X, y, **weights))
    assert_close(ours.get_weights(), theirs.get_weights(), rtol=1e-3)


# ---- callbacks: when they are called, and with what -----------------------------------------------------------------

HOOKS = [f"on_{mode}_{what}" for mode in ("train", "test", "predict") for what in ("begin", "end")]
HOOKS += [f"on_{mode}_batch_{what}" for mode in ("train", "test", "predict") for what in ("begin", "end")]
HOOKS += ["on_epoch_begin", "on_epoch_end"]


def recorder(api):
    """A callback that writes down every call of every hook: its name, its number, its logs."""

    def hook(name):
        def called(self, *args, **kwargs):
            logs = (
                kwargs.get("logs")
                if "logs" in kwargs
                else (args[-1] if isinstance(args[-1:], tuple) and args else None)
            )
            number = args[0] if args and isinstance(args[0], int) else None
            self.calls.append((name, number))
            self.logs.append(dict(logs) if isinstance(logs, dict) else {})

        return called

    made = type("Recorder", (api.callbacks.Callback,), {name: hook(name) for name in HOOKS})()
    made.calls, made.logs = [], []
    return made


def test_hooks_are_called_in_keras_order_with_its_logs():
    pair = twins(metrics=["mae"])
    records = []
    for model, api in zip(pair, (heron, keras), strict=True):
        record = recorder(api)
        model.fit(X, TABLE, **QUIET, epochs=2, validation_split=0.4, callbacks=[record])
        model.evaluate(X, TABLE, batch_size=25, verbose=0, callbacks=[record])
        model.predict(X, batch_size=25, verbose=0, callbacks=[record])
        records.append(record)
    mine, other = records
    assert mine.calls == other.calls
    for (name, number), a, b in zip(mine.calls, mine.logs, other.logs, strict=True):
        assert set(a) == set(b), (name, number, a, b)
        assert_close([a[k] for k in sorted(a)], [b[k] for k in sorted(b)])


def test_callbacks_get_model_and_params():
    class Listener(heron.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.seen = (self.model, dict(self.params))

    listener, model = Listener(), twins()[0]
    history = model.fit(X, TABLE, **QUIET, epochs=3, callbacks=listener)
    assert listener.seen == (model, {"epochs": 3, "steps": 5, "verbose": 0})
    assert history is model.history
    assert history.params == listener.seen[1]
    assert history.epoch == [0, 1, 2]
    assert history.model is model


def test_a_callback_stops_training_within_an_epoch():
    def batches(api, model):
        class Stop(api.callbacks.Callback):
            seen = 0

            def on_train_batch_end(self, batch, logs=None):
                self.seen += 1
                if self.seen == 6:
                    self.model.stop_training = True

        stop = Stop()
        history = model.fit(X, TABLE, **QUIET, epochs=5, callbacks=[stop])
        return stop.seen, len(history.history["loss"])

    ours, _ = twins()
    assert batches(heron, ours) == (6, 2)
    assert ours.stop_training
    ours.fit(X, TABLE, verbose=0)
    assert not ours.stop_training, "the next fit begins anew"


# ---- what is printed ------------------------------------------------------------------------------------------------


def test_verbose(capsys):
    model = twins(metrics=["mae"])[0]
    model.fit(X, TABLE, verbose=0)
    model.evaluate(X, TABLE, verbose=0)
    model.predict(X)
    assert capsys.readouterr().out == ""
    model.fit(X, TABLE, verbose=2, epochs=2, validation_split=0.2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/2"
    assert lines[1].startswith("2/2 - ")
    assert all(name in lines[1] for name in ("loss: ", "mae: ", "val_loss: ", "val_mae: "))
    for verbose in (1, "auto", True):
        model.fit(X, TABLE, verbose=verbose, epochs=2)
        out = capsys.readouterr().out
        assert "Epoch 2/2" in out
        assert "loss: " in out
    model.evaluate(X, TABLE, verbose=1)
    assert "mae: " in capsys.readouterr().out
