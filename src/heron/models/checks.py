"""What is checked before training begins, so that nothing is traced, built or changed for a mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from heron import losses, metrics, optimizers, symbolic
from heron.errors import ArgumentError, DataError, ShapeError, UnknownNameError, more, note, value_text
from heron.layers import Dropout, Flatten, Layer, Reshape, Softmax
from heron.losses.label_checks import label_bounds
from heron.models.hints import note_accuracy
from heron.models.inputs import check_fits
from heron.training.objective import by_output
from heron.validate import is_int


def check_kinds(optimizer: Any, loss: Any, loss_weights: Any) -> None:
    """Raises `ArgumentError` for arguments of `compile` that stand in each other's places."""
    for part in jax.tree.leaves(loss_weights):
        if isinstance(part, str) or callable(part) or hasattr(part, "update_state"):
            raise ArgumentError(
                f"compile(loss_weights=...) takes numbers; received {value_text(loss_weights)}. The third argument of "
                f"compile is loss_weights.\nWrite metrics by name: compile(optimizer, loss, metrics=...)."
            )
    for given, what, own, others in (
        (optimizer, "optimizer", optimizers.get, (("loss", losses.get),)),
        (loss, "loss", losses.get, (("optimizer", optimizers.get), ("metric", metrics.get))),
    ):
        if not isinstance(given, str) or _is_known(own, given) or given.lower() in ("crossentropy", "ce"):
            continue
        for other, get in others:
            if _is_known(get, given):
                raise ArgumentError(
                    f"compile({what}={given!r}): {given!r} is {_KINDS[other]}, not {_KINDS[what]}.\n"
                    "Write compile(optimizer='adam', loss='mse', metrics=['mae']), each in its place."
                )


_KINDS = {"optimizer": "an optimizer", "loss": "a loss", "metric": "a metric"}


def _is_known(get: Callable[[Any], Any], name: str) -> bool:
    try:
        get(name)
    except UnknownNameError:
        return False
    return True


def check_epochs(epochs: Any, initial_epoch: Any) -> None:
    """Raises `ArgumentError` unless both are whole numbers of 0 or more; notes when there is nothing to do."""
    for name, value in (("epochs", epochs), ("initial_epoch", initial_epoch)):
        if not is_int(value) or value < 0:
            mend = f"\nWrite {value} without quotes." if isinstance(value, str) and value.isdigit() else ""
            raise ArgumentError(f"fit({name}=...) must be an integer of 0 or more; received {value!r}.{mend}")
    if initial_epoch >= epochs > 0:
        note(
            f"fit(initial_epoch={initial_epoch}, epochs={epochs}) trains nothing, as epochs is the number of the last "
            f"epoch.\nFor {epochs} more of them write epochs={initial_epoch + epochs}."
        )


def check_shuffle(shuffle: Any) -> None:
    """Raises `ArgumentError` unless `shuffle` is True, False or `"batch"`."""
    if not (isinstance(shuffle, bool | np.bool_) or shuffle in (0, 1) or shuffle == "batch"):
        raise ArgumentError(f"fit(shuffle=...) must be True, False or 'batch'; received {value_text(shuffle)}.")


def verbosity(verbose: Any) -> int:
    """`verbose` as 0, 1 or 2.

    Raises:
        ArgumentError: for anything but these, True, False and `"auto"`.
    """
    if isinstance(verbose, str) and verbose == "auto":
        return 1
    if isinstance(verbose, bool | np.bool_) or (is_int(verbose) and 0 <= verbose <= 2):
        return int(verbose)
    raise ArgumentError(
        "verbose must be 0 (silent), 1 (a progress line), 2 (a line for each epoch) or 'auto'; "
        f"received {value_text(verbose)}."
    )


def at_most(limit: int | None, given: Any, what: str, setter: str) -> Any:
    """`given`, or the limit of the whole process when that is less; None stands for all there are."""
    if limit is None or (given is not None and given <= limit):
        return given
    if given is not None:
        note(f"{what}={given} is limited to {limit}, as heron.config.{setter} or the environment says.")
    return limit


def check_steps(steps: Any) -> None:
    """Raises `ArgumentError` unless `steps` is None or a positive integer."""
    if steps is not None and (not is_int(steps) or steps < 1):
        raise ArgumentError(
            f"The number of steps must be a positive integer, or None for all there are; received {steps!r}."
        )


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
    for tensor, value in model._fed(x):
        rows = (tensor.shape[0] or len(value),) if value.ndim else ()  # a fixed number is that of a batch
        check_fits(model._who(), tensor, (*rows, *value.shape[1:]))


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


def note_kept_weights(model: Any, optimizer: Any, loss: Any) -> None:
    """Notes that weights stay, where a trained model is compiled as it was: a cell run twice, or a loop over parts."""
    before = model.optimizer
    if before is None or before is optimizer or not before.built or not int(before.iterations.numpy()):
        return
    configs = [{**one.get_config(), "name": None} for one in (before, optimizer)]  # names are numbered
    is_same = type(before) is type(optimizer) and configs[0] == configs[1] and model.loss == loss
    if is_same and model._trainable_at_compile == tuple(id(v) for v in model.trainable_variables):
        note(
            f"compile() keeps the weights: {model._who()} has been trained, and fit() will go on from there.\n"
            "To start afresh make the model again." + more("compile")
        )


def check_targets(model: Any, objective: Any, data: Any, outputs: Any, method: str) -> None:
    """Raises when the targets cannot be what the losses are about; notes what is merely odd.

    Args:
        model: the model.
        objective: its losses and metrics.
        data: `(x, y, sample_weight)`, whole arrays or a first batch.
        outputs: the symbolic outputs.
        method: `"fit"`, `"evaluate"`, ... for messages.
    """
    y = data[1]
    if y is None and objective.given[0] is not None:
        if method == "validation":
            raise DataError("the targets are missing. Write validation_data=(x_val, y_val).")
        raise DataError(
            f"{method}() needs targets, because the model was compiled with a loss: call {method}(x, y).\n"
            "A generator must yield batches (x, y)."
        )
    predictions, names = jax.tree.leaves(outputs), objective.names_of(outputs)
    if isinstance(y, list | tuple) and len(y) != len(predictions):
        raise DataError(
            f"{model._who()} has {len(predictions)} outputs ({', '.join(names)}); y holds {len(y)} "
            f"array{'s' * (len(y) != 1)}. "
            "Give one for each, in this order."
        )
    targets, notes = by_output(y, outputs, names), method != "validation"
    for target, prediction, name, loss in zip(targets, predictions, names, _losses(objective, names), strict=True):
        if loss is None:
            continue
        if target is None:
            _refuse_missing(model, y, name, names)
        loss = losses.as_loss(loss, target.shape, prediction.shape)
        facts = losses.LabelFacts.of(np.asarray(target))
        try:
            losses.check_labels(loss, facts, prediction.shape, last_activation(prediction) if notes else None)
        except ShapeError as error:
            raise ShapeError(_with_steps_named(str(error), model, facts, prediction.shape)) from None
    if notes and not objective.resolved and targets[0] is not None:
        note_accuracy(objective, targets, predictions)


def _with_steps_named(text: str, model: Any, facts: losses.LabelFacts, output: Any) -> str:
    """Names the recurrent layer that gives all its steps, where one answer a sequence is wanted."""
    giving = [layer for layer in model._flatten_layers() if getattr(layer, "return_sequences", False)]
    if not giving or len(output) != 3 or len(facts.shape) > 2:
        return text
    mend = f"{giving[-1]._who()} gives all its steps. For one answer a sequence take its return_sequences=True away."
    first = text.partition("\n")[0]
    return f"{first}\n{mend}{more('recurrent')}"


def check_of_batches(model: Any, objective: Any, outputs: Any) -> Callable[[Any], None] | None:
    """A quick look at batches that come later than the first: labels and token ids out of range.

    Returns:
        A function of `(x, y, sample_weight)` that raises `DataError`; None when no values need be looked at.
    """
    predictions, names = jax.tree.leaves(outputs), objective.names_of(outputs)
    given = [] if model._has_own_loss() else _losses(objective, names)
    looks = bool(model.inputs) and bool(looking_layers(model))
    if not looks and all(loss is None for loss in given):
        return None

    known: dict[tuple[str, int], Any] = {}  # what each output's labels may be

    def check(batch: Any) -> None:
        if looks:
            check_layer_data(model, batch[0])
        targets = by_output(batch[1], outputs, names)
        for name, target, prediction, loss in zip(names, targets, predictions, given, strict=False):
            if loss is None or target is None or not target.size:
                continue
            if (name, target.ndim) not in known:
                found = losses.as_loss(loss, target.shape, prediction.shape)
                known[name, target.ndim] = found, label_bounds(found, prediction.shape)
            found, bounds = known[name, target.ndim]
            if bounds is not None and not (target.min() >= bounds[0] and target.max() <= bounds[1]):
                losses.check_labels(found, losses.LabelFacts.of(np.asarray(target)), prediction.shape)

    return check


def _refuse_missing(model: Any, y: Any, name: str, names: list[str]) -> None:
    keys = f"has {', '.join(map(repr, y))} and " if isinstance(y, dict) else ""
    raise DataError(
        f"{model._who()} has the outputs {', '.join(map(repr, names))}; y {keys}lacks {name!r}. Give one array for "
        "each output that has a loss."
    )


def _losses(objective: Any, names: list[str]) -> list[Any]:
    """The loss that `compile` was given for each output."""
    given = objective.given[0]
    if isinstance(given, dict):
        return [given.get(name) for name in names]
    if isinstance(given, list | tuple):
        return [given[i] if i < len(given) else None for i in range(len(names))]
    return [given] * len(names)


def check_layer_data(model: Any, x: Any) -> None:
    """Lets the layers that stand directly on an input look at the data they will get."""
    if not model.inputs:
        return
    for layer in looking_layers(model):
        for tensor, value in model._fed(x):
            if any(one is tensor for one in layer._nodes[0].inputs):
                layer.check_data(np.asarray(value))


def looking_layers(model: Any) -> list[Any]:
    """The layers that want to see the data before they enter a compiled program, such as `Embedding`."""
    return [layer for layer in model._flatten_layers() if hasattr(type(layer), "check_data") and len(layer._nodes) == 1]


def check_optimizer(model: Any, optimizer: Any, trainable: list[Any]) -> None:
    """Raises `ArgumentError` when the optimizer has been built for other variables than the model trains now."""
    known = {id(variable) for variable in optimizer._trainable_variables} if optimizer.built else None
    if known is None or known == {id(variable) for variable in trainable}:
        return
    if known.isdisjoint(id(variable) for variable in model.variables):
        raise ArgumentError(
            f"{type(optimizer).__name__} '{optimizer.name}' already trains another model; an optimizer remembers the "
            f"weights of one.\nMake a new one: compile(heron.optimizers.{type(optimizer).__name__}(...), ...)."
        )
    raise ArgumentError(
        f"Layers of {model._who()} were frozen, unfrozen, added or taken off after compile(): it was compiled with "
        f"{len(known)} trainable weights and has {len(trainable)} now.\nCall compile() again, with a new optimizer."
    )


@contextmanager
def within(what: str) -> Iterator[None]:
    """Puts `what` in front of errors about data."""
    try:
        yield
    except (DataError, ShapeError) as error:
        raise type(error)(f"In {what}: {error}") from None
