"""The estimators under scikit-learn's own checks, and what they add."""

from __future__ import annotations

import subprocess
import sys
import unittest
import warnings

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import estimator_checks_generator

import heron
from heron import layers
from heron.errors import ArgumentError, NotCompiledError
from heron.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer


def network(X, y, loss, activation=None, units=()):
    heron.config.set_random_seed(0)  # some checks assume that fit is reproducible
    inputs = x = layers.Input((X.shape[1],))
    for size in units:
        x = layers.Dense(size, activation="relu")(x)
    outputs = layers.Dense(y.shape[1] if y.ndim > 1 else 1, activation=activation)(x)
    model = heron.Model(inputs, outputs)
    model.compile(loss=loss, optimizer=heron.optimizers.RMSprop())
    return model


ONE_STEP = {"batch_size": 1024}
SOFTMAX = {"loss": "categorical_crossentropy", "activation": "softmax"}
ESTIMATORS = [
    SKLearnClassifier(network, model_kwargs=SOFTMAX, fit_kwargs=ONE_STEP),
    SKLearnRegressor(network, model_kwargs={"loss": "mse"}, fit_kwargs=ONE_STEP),
    SKLearnTransformer(network, model_kwargs={"loss": "mse"}, fit_kwargs=ONE_STEP),
]
# The classifier alone, and some of those that Keras's does not pass, for the same reasons.
NOT_PASSED = {
    "SKLearnClassifier": {
        "check_classifiers_one_label_sample_weights": "a sample whose weight is 0 still counts as a class",
        "check_classifiers_classes": "with few samples not every class is predicted",
        "check_classifiers_train": "decision_function returns what the model does, probabilities too",
    }
}


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: type(one).__name__)
def test_it_passes_the_checks_of_scikit_learn(estimator):
    name, passed = type(estimator).__name__, []
    for made, check in estimator_checks_generator(estimator):
        title = getattr(check, "func", check).__name__
        if title in NOT_PASSED.get(name, ()):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd data, and of checks that do not apply
            try:
                check(made)
            except (unittest.SkipTest, SkipTestWarning):
                continue
            except Exception as error:
                error.add_note(f"(in {title})")
                raise
        passed.append(title)
    assert len(passed) > 30, passed


X = np.linspace(-1.0, 1.0, 60).reshape(20, 3)
WORDS = np.where(X[:, 0] > 0, "high", "low")


def test_labels_are_what_was_given_and_follow_the_decision():
    estimator = SKLearnClassifier(
        network, model_kwargs={"loss": "categorical_crossentropy", "activation": "softmax"}, fit_kwargs={"epochs": 80}
    )
    assert estimator.epoch_ == 0
    estimator.fit(X, WORDS, batch_size=4)
    assert (estimator.epoch_, list(estimator.classes_)) == (80, ["high", "low"])
    decisions = estimator.decision_function(X)
    assert decisions.shape == (20, 2)
    assert np.array_equal(estimator.predict(X), estimator.classes_[decisions.argmax(axis=1)])
    assert estimator.score(X, WORDS) > 0.8


def test_a_model_is_copied_unless_it_starts_warm():
    model = network(X, X[:, 0], "mse")
    before = model.get_weights()
    cold = SKLearnRegressor(model).fit(X, X[:, 0])
    assert cold.model_ is not model
    assert np.array_equal(model.get_weights()[0], before[0])
    warm = SKLearnRegressor(model, warm_start=True).fit(X, X[:, 0])
    steps = int(warm.fit(X, X[:, 0]).model_.optimizer.iterations)
    assert (warm.model_ is model, steps) == (True, 2)
    assert clone(SKLearnRegressor(model, fit_kwargs={"epochs": 3})).fit_kwargs == {"epochs": 3}


def test_it_works_in_pipelines_and_searches():
    regressor = SKLearnRegressor(network, model_kwargs={"loss": "mse"})
    search = GridSearchCV(regressor, {"fit_kwargs": [{"epochs": 1}, {"epochs": 2}]}, cv=2)
    pipeline = make_pipeline(SKLearnTransformer(network, model_kwargs={"loss": "mse"}), search)
    assert pipeline.fit(X, X[:, 0]).predict(X).shape == (20,)


def test_what_cannot_be_trained_is_refused():
    with pytest.raises(ArgumentError, match=r"model must be a heron.Model or a function .* received 3"):
        SKLearnRegressor(3).fit(X, X[:, 0])
    with pytest.raises(NotCompiledError, match="must be compiled with a loss and an optimizer"):
        SKLearnRegressor(heron.Sequential([layers.Dense(1)])).fit(X, X[:, 0])
    with pytest.raises(ArgumentError, match="received targets of type continuous"):
        SKLearnClassifier(network).fit(X, X[:, 0])
    with pytest.raises(NotFittedError):
        SKLearnRegressor(network).predict(X)


def test_arguments_of_fit_are_requested_with_metadata_routing_alone():
    with pytest.raises(ArgumentError, match="set_config\\(enable_metadata_routing=True\\)"):
        SKLearnRegressor(network).set_fit_request(sample_weight=True)
    with sklearn.config_context(enable_metadata_routing=True):
        asked = SKLearnRegressor(network).set_fit_request(sample_weight=True)
        assert asked.get_metadata_routing().fit.requests == {"sample_weight": True}


def test_without_scikit_learn_it_is_said_what_to_install():
    program = (
        "import sys\nsys.modules['sklearn'] = None\nfrom heron.wrappers import SKLearnClassifier\n"
        "try:\n    SKLearnClassifier(None)\nexcept ImportError as error:\n    print(error)"
    )
    path = str(heron.__path__[0]).rpartition("heron")[0]
    said = subprocess.run(
        [sys.executable, "-c", f"import sys\nsys.path.insert(0, {path!r})\n{program}"], capture_output=True, text=True
    )
    assert "Install it: pip install heron[sklearn]." in said.stdout, said.stderr
