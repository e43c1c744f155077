"""heron's layers held against Keras 3 on JAX: same config and weights, then same outputs, gradients and states."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from heron.symbolic import KerasTensor

# Compile fast, whatever the speed of what comes out.
QUICK: dict[str, bool | int] = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
if version("jaxlib").startswith("0.10."):  # later ones know no such option
    QUICK["xla_cpu_use_fusion_emitters"] = False
_SEED = 20240711


def array(*shape: int, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    """Always the same float32 numbers for a shape, none within 0.001 of 0, where functions may have a corner."""
    x = np.random.default_rng([_SEED, *shape]).uniform(low, high, shape).astype("float32")
    return np.where(np.abs(x) < 1e-3, np.float32(0.5), x)


def ids(*shape: int, below: int) -> np.ndarray:
    """Always the same whole numbers from 0 to `below - 1` for a shape."""
    return np.random.default_rng([_SEED, *shape]).integers(0, below, shape).astype("int32")


def _is_float(x: Any) -> bool:
    return jnp.issubdtype(x.dtype, jnp.floating)


def _random_weights(layer: Any) -> list[np.ndarray]:
    """New values for the weights, so that a wrong use of a bias of zeros or a scale of ones would show."""
    rng = np.random.default_rng(_SEED)
    new = []
    for weight in layer.weights:
        name, old = weight.path.split("/")[-1], np.asarray(weight.numpy())
        if not np.issubdtype(old.dtype, np.floating):
            new.append(old)
        elif "variance" in name or "stddev" in name:
            new.append(rng.uniform(0.5, 2.0, old.shape).astype(old.dtype))
        else:
            new.append((old + rng.uniform(-0.5, 0.5, old.shape)).astype(old.dtype))
    return new


def _keras_stateless_call(
    layer: Any, trainable: Any, fixed: Any, inputs: Any, return_losses: bool, **kwargs: Any
) -> Any:
    """What heron's `stateless_call` does; Keras's own skips casts and activity regularizers."""
    values = [*zip(layer.trainable_variables, trainable, strict=True)]
    values += zip(layer.non_trainable_variables, fixed, strict=True)
    with keras.StatelessScope(state_mapping=values, collect_losses=True) as scope:
        outputs = layer(inputs, **kwargs)
        losses = layer.losses
    return outputs, [scope.get_current_value(v) for v in layer.non_trainable_variables], losses


def _run(layer: Any, inputs: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Outputs, updated states, losses, and the gradients of a weighted sum of the outputs."""
    trainable = [jnp.asarray(v.value) for v in layer.trainable_variables]
    fixed = [jnp.asarray(v.value) for v in layer.non_trainable_variables]
    flat, structure = jax.tree.flatten(inputs)
    flat = [jax.device_put(x) for x in flat]
    floats = [i for i, x in enumerate(flat) if _is_float(x)]

    def weighted(trainable: Any, moving: list[Any]) -> Any:
        leaves = list(flat)
        for position, value in zip(floats, moving, strict=True):
            leaves[position] = value
        call = _keras_stateless_call if isinstance(layer, keras.Layer) else type(layer).stateless_call
        outputs, after, losses = call(
            layer, trainable, fixed, jax.tree.unflatten(structure, leaves), return_losses=True, **kwargs
        )
        total = sum(jnp.sum(y.astype("float32") * array(*y.shape)) for y in jax.tree.leaves(outputs) if _is_float(y))
        return total + sum(losses), (outputs, after, losses)

    program = jax.jit(jax.value_and_grad(weighted, argnums=(0, 1), has_aux=True), compiler_options=QUICK)
    (_, (outputs, after, losses)), gradients = program(trainable, [flat[i] for i in floats])
    names = [v.path.split("/")[-1] for v in layer.non_trainable_variables]
    kept = [value for name, value in zip(names, after, strict=True) if "seed_generator_state" not in name]
    return {"outputs": outputs, "states": kept, "losses": losses, "gradients": gradients}


def assert_same_as_keras(
    layer: Any, twin: Any, inputs: Any, *, rtol: float = 1e-5, atol: float = 2e-5, **kwargs: Any
) -> None:
    """Asserts that `layer` computes what Keras's layer `twin` computes.

    Both are built for the inputs, given the same random weights and compared: names, shapes and order of weights,
    outputs and their dtype, updated states, losses, and gradients with respect to inputs and trainable weights.
    """
    for one, tensor in ((layer, KerasTensor), (twin, keras.KerasTensor)):
        one(jax.tree.map(lambda x: tensor(x.shape, x.dtype.name), inputs))  # noqa: B023
    names = [[w.path.split("/")[-1] for w in one.weights] for one in (layer, twin)]
    assert names[0] == names[1]
    assert [tuple(w.shape) for w in layer.weights] == [tuple(w.shape) for w in twin.weights]
    assert [w.trainable for w in layer.weights] == [w.trainable for w in twin.weights]
    values = _random_weights(layer)
    layer.set_weights(values)
    twin.set_weights(values)
    if hasattr(twin, "finalize_state"):
        twin.finalize_state()
    ours, theirs = _run(layer, inputs, kwargs), _run(twin, inputs, kwargs)
    for part in ours:
        a, b = jax.tree.leaves(ours[part]), jax.tree.leaves(theirs[part])
        assert [(x.shape, x.dtype) for x in a] == [(x.shape, x.dtype) for x in b], part
        for one, other in zip(a, b, strict=True):
            one, other = (np.asarray(x, "float64") for x in (one, other))
            np.testing.assert_allclose(one, other, rtol=rtol, atol=atol, err_msg=part)
