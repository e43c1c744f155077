"""The mistakes that beginners make with names and in building a model; `test_mistakes` has those with data."""

from __future__ import annotations

import numpy as np
import pytest

import heron
from heron import layers
from heron.optimizers import SGD, Adam
from tests.mistakes.kit import X, Y, fit, noted, refused, regression

# ---- 28: misspelt names ---------------------------------------------------------------------------------------------

MISSPELT = {
    "activation": (lambda: layers.Dense(4, activation="rleu"), ("Unknown activation 'rleu'. Did you mean 'relu'?",)),
    "optimizer": (lambda: regression(optimizer="adamm"), ("Unknown optimizer 'adamm'. Did you mean 'adam'?",)),
    "loss": (lambda: regression(loss="msee"), ("Unknown loss 'msee'. Did you mean 'mse'?",)),
    "metric": (lambda: regression(metrics=["acuracy"]), ("Unknown metric 'acuracy'. Did you mean 'accuracy'?",)),
    "weighted metric": (lambda: regression(weighted_metrics="maee"), ("Unknown metric 'maee'", "'mae'")),
    "initializer": (lambda: layers.Dense(4, kernel_initializer="glorot_unifrm"), ("'glorot_uniform'?",)),
    "regularizer": (lambda: layers.Dense(4, kernel_regularizer="l3"), ("Unknown regularizer 'l3'", "l2")),
    "argument of a layer": (lambda: layers.Dense(unit=4), ("Dense has no argument 'unit'. Did you mean 'units'?",)),
    "missing argument": (lambda: layers.Dense(), ("Dense: missing a required argument: 'units'", "Its arguments are")),
    "argument of an optimizer": (lambda: Adam(learningrate=1), ("no argument 'learningrate'", "'learning_rate'?")),
    "argument of Sequential": (lambda: heron.Sequential([], nam="x"), ("no argument 'nam'. Did you mean 'name'?",)),
    "fit": (lambda: regression().fit(X, Y, epoch=5), ("fit() has no argument 'epoch'. Did you mean 'epochs'?",)),
    "compile": (lambda: regression().compile(optimiser="adam"), ("'optimiser'. Did you mean 'optimizer'?",)),
    "compile metric": (lambda: regression().compile("adam", "mse", metric=["mae"]), ("Did you mean 'metrics'?",)),
    "predict": (lambda: regression().predict(X, batchsize=3), ("predict() has no argument", "'batch_size'?")),
    "evaluate": (lambda: regression().evaluate(X, Y, batchsize=3), ("evaluate() has no argument", "'batch_size'?")),
    "train_on_batch": (lambda: regression().train_on_batch(X, Y, weight=1), ("has no argument 'weight'",)),
    "layers.dense": (lambda: layers.dense, ("'dense'. Did you mean Dense?",)),
    "optimizers": (lambda: heron.optimizers.Adamm, ("heron.optimizers has no 'Adamm'. Did you mean 'Adam'?",)),
    "losses": (lambda: heron.losses.MeanSquareError, ("Did you mean 'MeanSquaredError'?",)),
    "callbacks": (lambda: heron.callbacks.EarlyStoping, ("Did you mean 'EarlyStopping'?",)),
    "datasets": (lambda: heron.datasets.mnst, ("Did you mean 'mnist'?",)),
    "get_layer": (lambda: regression().get_layer("densee"), ("has no layer named 'densee'. Did you mean 'dense",)),
    "method": (lambda: regression().sumary(), ("no attribute 'sumary'. Did you mean 'summary'?",)),
}


@pytest.mark.parametrize("case", MISSPELT)
def test_28_a_misspelt_name(case):
    action, texts = MISSPELT[case]
    refused(action, *texts)


def test_28_a_misspelt_name_in_fit_or_compile_changes_nothing():
    model = regression()
    refused(lambda: model.fit(X, Y, epoch=5), "epochs", model=model)
    refused(lambda: model.compile("sgd", "msee"), "mse", model=model)
    refused(lambda: model.compile("sgd", "mse", metrics=["acuracy"]), "accuracy", model=model)


# ---- 29 and 30: Keras 1 and 2 ---------------------------------------------------------------------------------------

OLD_AND_UNDERSTOOD = {
    "nb_epoch": (lambda: fit(regression(), X, Y, nb_epoch=2), "fit(nb_epoch=...) is now epochs=...; taken as that"),
    "workers": (lambda: fit(regression(), X, Y, workers=2), "fit(workers=...) is no longer needed; left out"),
    "max_queue_size": (lambda: regression().predict(X, max_queue_size=2), "max_queue_size=...) is no longer needed"),
    "class_mode": (
        lambda: regression().compile("adam", class_mode="binary"),
        "compile(class_mode=...) is no longer needed",
    ),
    "output_dim": (lambda: layers.Dense(output_dim=3), "Dense(output_dim=...) is now units=..."),
    "init": (lambda: layers.Dense(3, init="uniform"), "is now kernel_initializer=..."),
    "W_regularizer": (lambda: layers.Dense(3, W_regularizer="l2"), "is now kernel_regularizer=..."),
    "p": (lambda: layers.Dropout(p=0.5), "Dropout(p=...) is now rate=..."),
    "lr": (lambda: Adam(lr=0.1), "Adam(lr=...) is now learning_rate=..."),
    "input_length": (lambda: layers.Embedding(9, 2, input_length=4), "no longer needed"),
}


@pytest.mark.parametrize("case", OLD_AND_UNDERSTOOD)
def test_29_an_old_spelling_is_understood_with_one_note(case):
    action, text = OLD_AND_UNDERSTOOD[case]
    with noted(__file__, text):
        action()


def test_29_an_old_spelling_does_what_it_did():
    with noted(__file__, "epochs"):
        assert len(fit(regression(), X, Y, nb_epoch=3).history["loss"]) == 3
    x = heron.Input((8,))
    with pytest.warns(heron.errors.HeronNote, match="is now inputs|is now outputs"):
        assert heron.Model(input=x, output=layers.Dense(2)(x)).output_shape == (None, 2)


def test_30_arguments_of_optimizers():
    with noted(__file__, "learning_rate"):
        assert float(SGD(lr=0.25).learning_rate.numpy()) == 0.25
    refused(lambda: SGD(decay=0.1), "ExponentialDecay(")


OLD_AND_GONE = {
    "predict_classes": (lambda: regression().predict_classes(X), "use model.predict(x).argmax(-1)"),
    "predict_proba": (lambda: regression().predict_proba(X), "use model.predict(x)"),
    "fit_generator": (lambda: regression().fit_generator(iter([])), "use model.fit(generator)"),
    "evaluate_generator": (lambda: regression().evaluate_generator(iter([])), "use model.evaluate(generator)"),
    "show_accuracy": (lambda: regression().fit(X, Y, show_accuracy=True), "compile(..., metrics=['accuracy'])"),
    "samples_per_epoch": (lambda: regression().fit(X, Y, samples_per_epoch=9), "steps_per_epoch="),
    "metrics in fit": (lambda: regression().fit(X, Y, metrics=["mae"]), "an argument of compile()"),
    "rate in compile": (lambda: regression(lr=0.1), "optimizer=heron.optimizers.Adam(learning_rate=...)"),
    "epochs in compile": (lambda: regression(epochs=3), "an argument of fit()"),
    "K.mean": (lambda: heron.backend.mean, "It is heron.ops.mean"),
    "np_utils": (lambda: heron.utils.np_utils, "heron.utils.to_categorical(y)"),
    "model_from_yaml": (lambda: heron.models.model_from_yaml, "heron.models.load_model(path)"),
    "legacy": (lambda: heron.optimizers.legacy, "All optimizers are in heron.optimizers itself"),
    "reset_metrics": (lambda: regression().train_on_batch(X, Y, reset_metrics=True), "reset_metrics()"),
}


@pytest.mark.parametrize("case", OLD_AND_GONE)
def test_29_what_is_gone_is_told_with_what_to_write(case):
    action, text = OLD_AND_GONE[case]
    refused(action, text)


def test_29_imports_of_old_modules():
    from heron.layers.core import Activation, Dense

    assert Dense is layers.Dense
    assert Activation is layers.Activation


# ---- 31 to 37: building ---------------------------------------------------------------------------------------------


def inp(*shape, name=None):
    return heron.Input(shape, name=name)


def ends(name, units):
    return layers.Dense(units, name=name)(inp(units))


BUILDING = {
    "31 a class": (lambda: heron.Sequential([layers.Dense]), ("the class Dense", "Make one: Dense(...)")),
    "31 add a class": (lambda: regression().add(layers.Dense), ("the class Dense", "Make one: Dense(...)")),
    "31 a tensor": (
        lambda: heron.Sequential([layers.Dense(3)(inp(3))]),
        ("takes layers", "heron.Model(inputs, outputs)"),
    ),
    "31 a function": (lambda: heron.Sequential([abs]), ("takes layers", "heron.layers.Lambda(function)")),
    "31 text": (lambda: heron.Sequential(["relu"]), ("takes layers; received 'relu'",)),
    "31 no brackets": (
        lambda: heron.Sequential(layers.Dense(3), layers.Dense(2)),
        ("takes one list of layers; received 2", "Sequential([layer, layer, ...])"),
    ),
    "31 two brackets": (lambda: heron.Sequential([[layers.Dense(3)]]), ("takes layers", "Take the brackets")),
    "32 a layer on a layer": (
        lambda: layers.Dense(2)(layers.Dense(4, name="hidden")),
        ("called on the layer 'hidden' itself; expected its output", "x = Dense(...)(inputs)"),
    ),
    "32 layers to a merge": (
        lambda: layers.Add()([layers.Dense(4), layers.Dense(4)]),
        ("itself; expected its output",),
    ),
    "32 a layer as output": (
        lambda: heron.Model(inp(2), layers.Dense(4, name="last")),
        ("received the layer 'last' itself, not its output", "x = Dense(...)(x)"),
    ),
    "32 an input left out": (
        lambda: heron.Model(inp(2), layers.Dense(4)(inp(2, name="b"))),
        ("depends on Input 'b', which is not in Model(inputs=...). Add it there",),
    ),
    "33 numpy": (lambda: np.exp(inp(2)), ("holds no numbers", "the same name in heron.ops")),
    "33 if": (lambda: 1 if inp(2) > 0 else 2, ("has no truth value", "heron.ops.where(condition, a, b)")),
    "33 list": (lambda: list(inp(2)), ("cannot be iterated", "x[:, 0]")),
    "34 add": (
        lambda: layers.Add()([ends("left", 8), ends("right", 4)]),
        ("'left' (None, 8)", "'right' (None, 4)", "sizes 4 and 8"),
    ),
    "34 concatenate": (
        lambda: layers.Concatenate()([inp(3, 4, name="one"), inp(2, 5, name="two")]),
        ("'one' (None, 3, 4)", "'two' (None, 2, 5)", "Axis 1 has sizes 2 and 3"),
    ),
    "34 not a list": (lambda: layers.Concatenate()(inp(2), inp(2)), ("takes a list", "Concatenate()([a, b])")),
    "34 reshape": (lambda: layers.Reshape((3, 3))(inp(8)), ("8 values", "3x3 = 9")),
    "37 text units": (lambda: layers.Dense("16"), ("positive integer; received '16'", "Write 16 without quotes")),
    "37 no units": (lambda: layers.Dense(0), ("'units' must be a positive integer; received 0",)),
    "37 per cent": (lambda: layers.Dropout(50), ("'rate'", "received 50", "write 0.5")),
    "37 input_shape": (lambda: layers.Dense(3, input_shape=8), ("'input_shape'", "Write (8,)")),
    "37 no shape": (lambda: heron.Input(), ("needs the shape of one sample", "Input((8,))")),
}


@pytest.mark.parametrize("case", BUILDING)
def test_31_to_37_building(case):
    action, texts = BUILDING[case]
    refused(action, *texts)


def test_37_a_number_as_shape_is_understood():
    assert heron.Input(8).shape == (None, 8)
