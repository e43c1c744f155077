"""Every op against Keras's on its JAX backend: values and dtypes, and the shapes inferred on symbolic tensors."""

from __future__ import annotations

import functools
import inspect

import jax
import keras
import numpy as np
import pytest

from heron import KerasTensor, ops
from tests.ops.cases import BY_VALUE, CALLS, DATA, NAMES

WITHOUT_A_KERAS_CALL = {  # tested in test_ops.py: they take functions, or their answer is not an array
    *"associative_scan cond convert_to_numpy custom_gradient dtype fori_loop is_tensor jvp map scan switch".split(),
    *"vectorize vectorized_map while_loop eig argpartition".split(),
    "sparsemax",  # Keras's is not the projection of the paper
    *"ctc_decode ctc_loss istft stft".split(),  # tested in test_sequences.py, in fewer programs
}


def evaluate(call, module, data):
    names = {name: getattr(module, name) for name in dir(module) if not name.startswith("__")}
    return eval(call, {**names, **NAMES, **data})


@functools.cache
def heron_result(call):
    return leaves(evaluate(call, ops, DATA))


def shape_of(x):
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def leaves(result):
    return list(result) if isinstance(result, list | tuple) else [result]


@pytest.mark.parametrize("call", CALLS)
def test_an_op_computes_what_keras_computes(call):
    ours, theirs = heron_result(call), leaves(evaluate(call, keras.ops, DATA))
    assert len(ours) == len(theirs)
    for mine, keras_s in zip(ours, theirs, strict=True):
        assert getattr(mine, "dtype", type(mine)) == getattr(keras_s, "dtype", type(keras_s))
        half = getattr(mine, "dtype", None) == "float16"
        np.testing.assert_allclose(
            np.asarray(mine), np.asarray(keras_s), rtol=2e-3 if half else 2e-5, atol=2e-3 if half else 2e-6
        )


@pytest.mark.parametrize("call", [c for c in CALLS if not c.startswith(BY_VALUE)])
def test_the_symbolic_result_has_the_real_shape_and_dtype(call):
    symbols = {n: KerasTensor(x.shape, x.dtype) for n, x in DATA.items()}
    inferred = leaves(evaluate(call, ops, symbols))
    assert [(shape_of(s), getattr(s, "dtype", None)) for s in inferred] == [
        (shape_of(r), getattr(r, "dtype", None)) for r in heron_result(call)
    ]


def test_every_op_is_in_the_table():
    called = {call.partition("(")[0] for call in CALLS}
    assert set(ops.__all__) == called | WITHOUT_A_KERAS_CALL


@pytest.mark.parametrize("name", ops.__all__)
def test_an_op_has_keras_s_arguments_and_defaults(name):
    def arguments(module):
        parameters = inspect.signature(getattr(module, name)).parameters.values()
        return [(p.name, p.default) for p in parameters if p.kind is not p.VAR_KEYWORD]

    assert arguments(ops) == arguments(keras.ops)


@pytest.mark.parametrize("name", ops.__all__)
def test_an_op_has_its_name_and_a_sentence(name):
    op = getattr(ops, name)
    assert op.__name__ == name or name in ("swish", "hard_swish")
    assert op.__doc__.strip().splitlines()[0].endswith((".", ":"))


GRADIENTS = """
    relu(a) sigmoid(a) softmax(a) log_softmax(a) gelu(a) mean(a,axis=1) logsumexp(a) normalize(a) layer_normalization(a)
    categorical_crossentropy(p,a,from_logits=True) binary_crossentropy(p,a,from_logits=True) matmul(a,transpose(b))
    norm(a) sparse_categorical_crossentropy(labels,a,from_logits=True) clip(a,-0.5,0.5) max(a,axis=1) sort(a)
""".split()


@pytest.mark.parametrize("call", GRADIENTS)
def test_a_gradient_is_keras_s(call):
    def total(module):
        return lambda a: module.sum(module.square(evaluate(call, module, {**DATA, "a": a})))

    ours, theirs = (jax.grad(total(module))(DATA["a"]) for module in (ops, keras.ops))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
