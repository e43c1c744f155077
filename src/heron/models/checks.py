"""What is checked before training begins, so that nothing is traced, built or changed for a mistake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from heron import losses, symbolic
from heron.errors import ArgumentError, DataError, note
from heron.layers import Dropout, Flatten, Layer, Reshape, Softmax
from heron.models.inputs import check_fits
from heron.validate import is_int


def check_epochs(epochs: Any, initial_epoch: Any) -> None:
    """Raises `ArgumentError` unless both are whole numbers of 0 or more."""
    for name, value in (("epochs", epochs), ("initial_epoch", initial_epoch)):
        if not is_int(value) or value < 0:
            raise ArgumentError(f"fit({name}=...) must be an integer of 0 or more; received {value!r}.")


def check_steps(steps: Any) -> None:
    """Raises `ArgumentError` unless `steps` is None or a positive integer."""
    if steps is not None and (not is_int(steps) or steps < 1):
        raise ArgumentError(f"The number of steps must be a positive integer or None; received {steps!r}.")


def validation_due(frequency: Any) -> Callable[[int], bool]:
    """Whether validation is due after an epoch (counted from 1)."""
    if is_int(frequency) and frequency > 0:
        return lambda epoch: epoch % frequency == 0
    if isinstance(frequency, list | tuple | set):
        return lambda epoch: epoch in frequency
    raise ArgumentError(f"validation_freq must be a positive integer or a list of epochs; received {frequency!r}.")


def check_has_layers(model: Any) -> None:
    """Raises `ArgumentError` for a Sequential without layers."""
    if getattr(model, "_stack", None) == []:
        raise ArgumentError(f"{model._who()} has no layers. Add some: model.add(heron.layers.Dense(1)).")


def check_inputs(model: Any, x: Any) -> None:
    """Raises unless data of the shapes of `x` fit the symbolic inputs of the model and its layers' own checks."""
    given = list(x.values()) if isinstance(x, dict) else list(x) if isinstance(x, list | tuple) else [x]
    if len(model.inputs) == len(given) and not isinstance(x, dict):
        for tensor, value in zip(model.inputs, given, strict=True):
            check_fits(model._who(), tensor, tuple(value.shape))
    elif not isinstance(x, dict):
        model._matched(list(given))


def last_activation(tensor: Any) -> str | None:
    """The name of the activation that made a symbolic output, as far as the graph tells."""
    node = getattr(tensor, "node", None)
    if node is None or not isinstance(node.operation, Layer):
        return None
    layer = node.operation
    if getattr(layer, "outputs", None):
        return last_activation(symbolic.leaves(layer.outputs)[0])
    if isinstance(layer, Dropout | Flatten | Reshape):
        return last_activation(node.inputs[0])
    if isinstance(layer, Softmax):
        return "softmax"
    return getattr(getattr(layer, "activation", None), "__name__", None)


def check_compile(model: Any, objective: Any) -> None:
    """Raises `ArgumentError` for a loss that cannot work with the last layer, whatever the data."""
    outputs = symbolic.leaves(model.outputs) if model.outputs else []
    given = objective.given[0]
    if len(outputs) != 1 or given is None or isinstance(given, list | dict):
        return
    if given not in ("crossentropy", "ce"):  # which of them it is depends on the targets
        losses.check_labels(losses.get(given), losses.LabelFacts.of(0), outputs[0].shape, last_activation(outputs[0]))


def check_targets(model: Any, objective: Any, data: Any, outputs: Any, method: str) -> None:
    """Raises when the targets cannot be what the losses are about; notes what is merely odd.

    Args:
        model: the model.
        objective: its losses and metrics.
        data: `(x, y, sample_weight)`, whole arrays or a first batch.
        outputs: the symbolic outputs.
        method: `"fit"`, `"evaluate"`, ... for messages.
    """
    x, y, _ = data
    if y is None and objective.given[0] is not None:
        if method == "fit":
            raise DataError("fit() needs targets, because the model was compiled with a loss: call fit(x, y).")
        raise DataError(f"{method}() needs targets to compute the loss: call {method}(x, y).")
    for layer in model._flatten_layers():
        if hasattr(layer, "check_data") and (len(layer._nodes) == 1) and model.inputs:
            _check_layer_data(model, layer, x)
    flat_outputs = symbolic.leaves(outputs)
    targets = jax.tree.leaves(y)
    if len(targets) != len(flat_outputs):
        if objective.given[0] is not None and isinstance(y, list | tuple):
            raise DataError(
                f"{model._who()} has {len(flat_outputs)} outputs; y holds {len(targets)} arrays. Give one for each."
            )
        return
    given = objective.given[0]
    for i, (target, output) in enumerate(zip(targets, flat_outputs, strict=True)):
        one = _loss_of(given, i, objective)
        if one is not None:
            loss = losses.as_loss(one, target.shape, output.shape)
            losses.check_labels(loss, losses.LabelFacts.of(np.asarray(target)), output.shape, last_activation(output))
    _note_accuracy(objective, targets, flat_outputs)


def _loss_of(given: Any, index: int, objective: Any) -> Any:
    if isinstance(given, dict):
        name = objective.output_names[index] if index < len(objective.output_names) else None
        return given.get(name)
    if isinstance(given, list | tuple):
        return given[index] if index < len(given) else None
    return given


def _check_layer_data(model: Any, layer: Any, x: Any) -> None:
    """Lets a layer that stands directly on an input look at the data it will get."""
    flat = jax.tree.leaves(x)
    for tensor, value in zip(model.inputs, flat, strict=False):
        if any(t is tensor for t in layer._nodes[0].inputs):
            layer.check_data(np.asarray(value))


def _note_accuracy(objective: Any, targets: list[Any], outputs: list[Any]) -> None:
    """Notes that accuracy says nothing about numbers that are not classes."""
    metrics = objective.given[2]
    names = metrics if isinstance(metrics, list | tuple) else [metrics]
    given = objective.given[0]
    regression = isinstance(given, str) and given in ("mse", "mae", "mean_squared_error", "mean_absolute_error")
    if not regression or not any(n in ("accuracy", "acc") for n in names if isinstance(n, str)) or objective.resolved:
        return
    target = np.asarray(targets[0])
    if outputs[0].shape[-1] == 1 and not np.isin(target, (0, 1)).all():
        note(
            "metrics=['accuracy'] counts exact matches and says little about predicted numbers; "
            "metrics=['mae'] gives the mean distance from the target.",
        )
