"""What is seen of labels on the host."""

from __future__ import annotations

import time

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from heron.losses import LabelFacts


def test_class_numbers():
    facts = LabelFacts.of(np.array([4, 0, 2, 2], np.uint8))
    assert facts == LabelFacts((4,), "uint8", 0.0, 4.0, True, (0.0, 2.0, 4.0), False)


def test_one_hot_rows():
    facts = LabelFacts.of(np.eye(3)[[0, 1, 1]])
    assert (facts.one_hot, facts.whole, facts.values) == (True, True, (0.0, 1.0))
    assert not LabelFacts.of(np.eye(3)[:, :2]).one_hot
    assert not LabelFacts.of(np.full((4, 2), 0.5)).one_hot
    assert not LabelFacts.of(np.ones((4, 1))).one_hot


def test_numbers():
    facts = LabelFacts.of(np.linspace(-1, 1, 30))
    assert (facts.minimum, facts.maximum, facts.whole, facts.values) == (-1.0, 1.0, False, None)


@pytest.mark.parametrize(
    "labels", [[1, 2], [[1.0], [2.0]], jnp.array([1, 2]), (1.0, 2.0), jnp.array([1, 2], "bfloat16")]
)
def test_whatever_holds_numbers(labels):
    facts = LabelFacts.of(labels)
    assert (facts.minimum, facts.maximum, facts.whole, facts.values) == (1.0, 2.0, True, (1.0, 2.0))


def test_truth_values_are_0_and_1():
    facts = LabelFacts.of([True, False])
    assert (facts.minimum, facts.maximum, facts.whole, facts.dtype) == (0.0, 1.0, True, "bool")


def test_nothing_can_be_said_of_text_and_of_nothing():
    for labels in (np.array(["cat", "dog"]), np.zeros((0, 3)), np.array([None, 1]), np.array([np.nan, np.nan])):
        facts = LabelFacts.of(labels)
        assert facts.shape == labels.shape
        assert (facts.minimum, facts.maximum, facts.whole, facts.values) == (None, None, False, None)


def test_missing_values_are_left_out():
    facts = LabelFacts.of([1.0, np.nan, 3.0])
    assert (facts.minimum, facts.maximum, facts.values) == (1.0, 3.0, (1.0, 3.0))
    assert not LabelFacts.of(np.array([[1.0, 0.0], [np.nan, 1.0]])).one_hot


@given(arrays.arrays(np.int32, st.integers(1, 50), elements=st.integers(-5, 30)))
def test_the_bounds_are_exact(labels):
    facts = LabelFacts.of(labels)
    assert (facts.minimum, facts.maximum) == (labels.min(), labels.max())
    assert facts.values == (tuple(np.unique(labels)) if len(np.unique(labels)) <= 20 else None)


def test_one_label_out_of_range_among_many_is_seen():
    labels = np.zeros(60_000, np.uint8)
    labels[41_234] = 10
    assert LabelFacts.of(labels).maximum == 10


def test_looking_is_cheap():
    labels = np.random.default_rng(0).integers(0, 10, 60_000).astype(np.uint8)
    LabelFacts.of(labels)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        LabelFacts.of(labels)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.005
