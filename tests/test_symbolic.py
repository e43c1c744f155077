"""Symbolic tensors, nodes, and the inference of shapes."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest

from heron import symbolic
from heron.errors import ArgumentError, ArgumentTypeError, ShapeError
from heron.symbolic import KerasTensor, Node, Operation

X = KerasTensor((None, 4), name="x")


def test_what_a_tensor_knows():
    x = KerasTensor((None, np.int64(3)), np.dtype("int32"), name="tokens")
    assert (x.shape, x.ndim, x.size, x.dtype) == ((None, 3), 2, None, "int32")
    assert KerasTensor((2, 3)).size == 6
    assert len(KerasTensor((2, 3))) == 2
    assert repr(x) == "<KerasTensor shape=(None, 3), dtype=int32, name=tokens>"


@pytest.mark.parametrize(
    ("use", "text"),
    [
        (bool, r"has no truth value.*\nTo choose between two values use heron\.ops\.where"),
        (list, r"cannot be iterated.*\nIndex it \(x\[:, 0\]\) or use heron\.ops\.split"),
        (len, "has no known length: its first axis is unknown"),
        (np.exp, r"holds no numbers: .*\nUse the function of the same name in heron\.ops"),
        (np.asarray, "holds no numbers"),
        (np.sum, "holds no numbers"),
        (lambda x: np.concatenate([x, x]), "holds no numbers"),
        (lambda x: jnp.concatenate([x, x]), "holds no numbers"),
        (jnp.exp, "holds no numbers"),
        (float, "holds no numbers"),
        (int, "holds no numbers"),
        (lambda x: np.ones(4) + x, "holds no numbers"),
        (lambda x: 1 if x > 0 else 2, "has no truth value"),
    ],
)
def test_what_a_placeholder_cannot_do(use, text):
    with pytest.raises((ArgumentTypeError, ArgumentError), match=text):
        use(X)


@pytest.mark.parametrize(
    ("compute", "shape", "dtype"),
    [
        (lambda x: x + 1, (None, 4), "float32"),
        (lambda x: 1 - x, (None, 4), "float32"),
        (lambda x: x * [1.0, 2.0, 3.0, 4.0], (None, 4), "float32"),
        (lambda x: x / x, (None, 4), "float32"),
        (lambda x: 2**x, (None, 4), "float32"),
        (lambda x: x // 2, (None, 4), "float32"),
        (lambda x: x % 2, (None, 4), "float32"),
        (lambda x: x @ jnp.ones((4, 5)), (None, 5), "float32"),
        (lambda x: -abs(x), (None, 4), "float32"),
        (lambda x: x > 0, (None, 4), "bool"),
        (lambda x: ~((x >= 0) & (x < 1) | (x <= 3) ^ (x > 2)), (None, 4), "bool"),
        (lambda x: x[:, 0], (None,), "float32"),
        (lambda x: x[:, None, 1:3], (None, 1, 2), "float32"),
        (lambda x: x[..., ::2], (None, 2), "float32"),
        (lambda x: x.reshape(-1, 2, 2), (None, 2, 2), "float32"),
        (lambda x: x.reshape((-1, 2)), (None, 2), "float32"),
        (lambda x: x.astype("int32"), (None, 4), "int32"),
    ],
)
def test_computing_with_it_records_a_node(compute, shape, dtype):
    y = compute(X)
    assert (y.shape, y.dtype) == (shape, dtype)
    assert y.node.outputs is y
    assert isinstance(y.node.operation, Operation)


def test_nodes_know_what_went_in_and_out():
    y = X * 2
    z = 3 + y
    assert y.node.inputs == [X]
    assert z.node.inputs == [y]
    assert z.node.args == (3, y)
    assert y.node.operation(np.array([1.0, 2.0]), 2).tolist() == [2.0, 4.0]
    assert repr(y.node.operation) == f"<Operation {y.node.operation.name}>"
    pair = Node(Operation(lambda x: (x, x), "pair"), (X,), {}, (KerasTensor((1,)), {"b": KerasTensor((2,))}))
    assert [t.index for t in symbolic.leaves(pair.outputs)] == [0, 1]


class Point(NamedTuple):
    x: object
    y: object


def test_structures():
    a, b, c = KerasTensor((1,)), KerasTensor((2,)), KerasTensor((3,))
    structure = {"z": [a, 3], "k": Point(b, (c, None))}
    assert symbolic.leaves(structure) == [b, c, a]
    assert symbolic.has_symbolic(structure)
    assert not symbolic.has_symbolic({"a": [1, (None, "x")]})
    assert symbolic.is_symbolic(a)
    assert not symbolic.is_symbolic(np.ones(1))
    replaced = symbolic.replace(structure, lambda t: t.shape[0])
    assert replaced == {"z": [1, 3], "k": Point(2, (3, None))}
    assert list(replaced) == ["z", "k"]


@pytest.mark.parametrize("keys", [("a", "b"), ("b", "a")])
def test_the_order_of_a_dict_does_not_matter(keys):
    sizes = {"a": 3, "b": 5}
    inputs = {key: KerasTensor((None, sizes[key])) for key in keys}
    outputs = symbolic.infer(lambda d: {"second": d["b"], "first": d["a"]}, (inputs,), {})
    assert outputs["first"].shape == (None, 3)
    assert outputs["second"].shape == (None, 5)


@pytest.mark.parametrize(
    ("function", "args", "shape"),
    [
        (lambda x: x, (KerasTensor((None, None, 3)),), (None, None, 3)),
        (lambda x: jnp.concatenate([x, x]), (X,), (None, 4)),
        (lambda x: x.sum(0), (X,), (4,)),
        (lambda x: x[:2], (X,), (None, 4)),
        (lambda x: x if x.shape[0] == 3 else x + 1, (X,), (None, 4)),
        (lambda x: jnp.zeros((7 if x.shape[0] > 5 else 3, 2)), (X,), (7, 2)),
        (lambda x, y: x + y, (X, KerasTensor((None, 1))), (None, 4)),
        (lambda x, y: x + y, (X, KerasTensor((6, 4))), (6, 4)),
        (lambda x, y: x + y, (KerasTensor((None, None, 4)), KerasTensor((None, 5, 4))), (None, 5, 4)),
        (lambda x: x, (KerasTensor((2, 3)),), (2, 3)),
    ],
)
def test_inference(function, args, shape):
    assert symbolic.infer(function, args, {}).shape == shape


def test_inference_computes_nothing_and_takes_keywords():
    ran = []

    def function(x, *, scale):
        ran.append(type(x).__name__)
        return x * scale

    y = symbolic.infer(function, (), {"x": X, "scale": KerasTensor((4,), "int32")})
    assert (y.shape, y.dtype, y.node) == ((None, 4), "float32", None)
    assert all("Tracer" in name for name in ran)


def test_mistakes_come_out_as_they_were_made():
    with pytest.raises(
        ValueError, match=r"Incompatible shapes for broadcasting: shapes=\[\(d0, 4\), \(5,\)\]"
    ) as found:
        symbolic.infer(lambda x: x + jnp.ones(5), (X,), {})
    assert "(d0 is a size that is not known yet, such as the number of samples)" in found.value.__notes__
    assert found.value.__suppress_context__, "one error, not the same for one trial after the other"

    def asks(x):
        if x.shape[0] > 5:  # which has no answer before the size is known
            raise ValueError("too many samples")
        return x

    with pytest.raises(ValueError, match="too many samples") as found:
        symbolic.infer(asks, (X,), {})
    assert found.value.__suppress_context__

    def refuse(x):
        raise ShapeError("not this one")

    with pytest.raises(ShapeError, match=r"^not this one(\n|$)"):
        symbolic.infer(refuse, (X,), {})


def test_a_tensor_has_twelve_axes_at_most():
    assert symbolic.input_tensor((None,) * 12, "float32", "x").ndim == 12
    with pytest.raises(ArgumentError, match=r"may have 12 axes at most; received shape \(None, None"):
        symbolic.input_tensor((None,) * 13, "float32", "x")
