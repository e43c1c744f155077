"""Operations and functions of one's own, against Keras's."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import heron
from heron import layers, ops, saving
from heron.errors import ArgumentError, ArgumentTypeError, ShapeError
from heron.symbolic import in_symbolic_scope
from tests.oracle import array


def operations(api):
    """The same two operations in either API."""

    class Scaled(api.Operation):
        def __init__(self, factor, name=None):
            super().__init__(name=name)
            self.factor = factor

        def call(self, x):
            return api.ops.multiply(x, self.factor)

    class Halves(api.Operation):
        """Traced with unknown sizes it would fail, so it says its output itself."""

        def call(self, x, share=2):
            rows = int(x.shape[1]) // share
            return {"low": x[:, :rows], "high": x[:, rows:]}

        def compute_output_spec(self, x, share=2):
            size = x.shape[1] // share
            return {
                "low": api.KerasTensor((x.shape[0], size), x.dtype),
                "high": api.KerasTensor((x.shape[0], x.shape[1] - size), x.dtype),
            }

    return Scaled, Halves


def drawn(api):
    Scaled, Halves = operations(api)
    inputs = api.Input((4,))
    halves = Halves()(api.layers.Dense(6, name="dense")(inputs), share=3)
    scaled = Scaled(0.5, name="scaled")
    return api.Model(inputs, [scaled(halves["high"]), scaled(halves["low"])]), scaled


def test_operations_stand_in_functional_models_as_in_keras():
    (ours, scaled), (theirs, other) = drawn(heron), drawn(keras)
    assert [tuple(t.shape) for t in ours.outputs] == [tuple(t.shape) for t in theirs.outputs] == [(None, 4), (None, 2)]
    assert scaled.input.shape == other.input.shape == scaled.output.shape == (None, 4)
    assert scaled.get_config() == other.get_config() == {"factor": 0.5, "name": "scaled"}
    assert [type(o).__name__ for o in ours.operations] == [type(o).__name__ for o in theirs.operations]
    ours.set_weights(theirs.get_weights())
    for a, b in zip(ours.predict(array(3, 4)), theirs.predict(array(3, 4), verbose=0), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_a_model_with_operations_trains_and_is_saved_and_cloned(tmp_path):
    Scaled, _ = operations(heron)
    inputs = heron.Input((4,))
    model = heron.Model(inputs, Scaled(3.0)(layers.Dense(1)(inputs)))
    model.compile("sgd", "mse")
    first = model.fit(array(8, 4), array(8, 1), epochs=2, verbose=0).history["loss"]
    assert first[1] < first[0]
    model.save(path := str(tmp_path / "a.keras"))
    twin = saving.load_model(path, custom_objects={"Scaled": Scaled})
    np.testing.assert_array_equal(twin.predict(array(3, 4)), model.predict(array(3, 4)))
    clone = heron.models.clone_model(model)
    assert clone.operations[-1] is not model.operations[-1]
    assert clone.operations[-1].factor == 3.0


def test_an_operation_computes_on_arrays_and_records_nothing():
    Scaled, _ = operations(heron)
    scaled = Scaled(2.0)
    assert np.asarray(scaled(np.ones(2))).tolist() == [2.0, 2.0]
    assert repr(Scaled(1.0, name="a")) == "<Operation name=a>"
    with pytest.raises(ArgumentError, match="has not been called on symbolic tensors yet"):
        _ = scaled.output


def functions(api):
    a, b = api.Input((3,)), api.Input((None,))
    x = api.layers.Dense(3, kernel_initializer="ones")(a)
    middle = x * 2
    return api.Function({"a": a, "b": b}, [middle + b, x]), api.Function(x, middle)


def test_functions_compute_what_they_compute_in_keras():
    (ours, inner), (theirs, other) = functions(heron), functions(keras)
    given = {"a": array(2, 3), "b": array(2, 3)}
    for a, b in zip(ours(given), theirs(given), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(inner(array(2, 3))), np.asarray(other(array(2, 3))))
    assert [type(o).__name__ for o in inner.operations] != []
    assert len(ours.inputs) == len(theirs.inputs) == 2
    assert [t.shape for t in ours.outputs] == [t.shape for t in theirs.outputs]
    shapes = {"a": (5, 3), "b": (5, 3)}
    assert ours.compute_output_shape(shapes) == theirs.compute_output_shape(shapes) == [(5, 3), (5, 3)]


def test_a_function_is_an_operation():
    inner = functions(heron)[1]
    inputs = heron.Input((3,))
    model = heron.Model(inputs, inner(inputs))
    np.testing.assert_array_equal(model.predict(array(2, 3)), 2 * array(2, 3))
    with pytest.raises(ArgumentError, match=r"has no config\. Make a model of it"):
        model.get_config()


def test_code_can_ask_whether_shapes_are_being_found():
    seen = []

    class Asking(heron.Operation):
        def call(self, x):
            seen.append(in_symbolic_scope())
            return ops.abs(x)

    asking = Asking()
    asking(heron.Input((2,)))
    asking(np.ones(2))
    with heron.SymbolicScope():
        asking(np.ones(2))
    assert seen == [True, False, True]


class Silent(heron.Operation):
    pass


class Wrong(heron.Operation):
    def compute_output_spec(self, x):
        return (None, 3)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda a: heron.Function([], a), ArgumentError, "at least one symbolic tensor; received none"),
        (lambda a: heron.Function(a, 3), ArgumentTypeError, r"Function\(outputs=...\) takes symbolic tensors"),
        (lambda a: heron.Function(heron.Input((2,)), a + 1), ArgumentError, "depends on Input"),
        (lambda a: heron.Function([a], a + 1)(np.ones((1, 3))), ArgumentError, "another structure than its inputs"),
        (lambda a: heron.Function(a, a + 1)(np.ones((1, 4))), ShapeError, r"expects shape \(None, 3\).*\(1, 4\)"),
        (lambda a: heron.Operation(name="a/b"), ArgumentError, "'name' must be a string without '/'"),
        (lambda a: Silent()(np.ones(2)), NotImplementedError, r"Silent has no method call\(\)"),
        (lambda a: Wrong()(a), ArgumentError, r"compute_output_spec\(\) must return heron.KerasTensor"),
    ],
)
def test_what_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call(heron.Input((3,)))
