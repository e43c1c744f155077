"""Whether a loss fits the labels and the end of the model, judged before anything is traced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from heron.errors import DataError, ShapeError, more, note, shape_text
from heron.losses import crossentropy, divergence, focal, margin, regression
from heron.losses.alignment import columns_text
from heron.losses.label_facts import LabelFacts

_BINARY = (crossentropy.binary_crossentropy, focal.binary_focal_crossentropy)
_CATEGORICAL = (crossentropy.categorical_crossentropy, focal.categorical_focal_crossentropy)
_SPARSE = (crossentropy.sparse_categorical_crossentropy, focal.categorical_generalized_cross_entropy)
_ONE_LABEL_PER_PREDICTION = (
    regression.mean_squared_error,
    regression.mean_absolute_error,
    regression.mean_absolute_percentage_error,
    regression.mean_squared_logarithmic_error,
    regression.huber,
    regression.log_cosh,
    regression.cosine_similarity,
    divergence.kl_divergence,
    divergence.poisson,
    margin.hinge,
    margin.squared_hinge,
    margin.categorical_hinge,
)
_PROBABILITIES = ("softmax", "sigmoid", "hard_sigmoid", "sparsemax")
Shape = tuple[int | None, ...]


def check_labels(loss: Any, facts: LabelFacts, output_shape: Any, last_activation: str | None = None) -> None:
    """Raises the error that tells which of labels, loss and last layer to change, if they do not go together.

    Args:
        loss: a loss object or function; of those that are not heron's own nothing is known, and nothing checked.
        facts: what was seen of the labels.
        output_shape: the model's output shape, None for unknown sizes.
        last_activation: the name of the last layer's activation, `"linear"` for none; None when it is not known.

    Raises:
        ShapeError: when the shapes of labels and output do not go with the loss.
        DataError: when the labels have values that the loss cannot use.

    Example:
    >>> check_labels(crossentropy.SparseCategoricalCrossentropy(), LabelFacts.of([0, 4]), (None, 4))
    Traceback (most recent call last):
    heron.errors.DataError: Loss 'sparse_categorical_crossentropy' needs class numbers from 0 to 3, ...
    """
    function = getattr(loss, "fn", loss)
    name = f"Loss '{getattr(loss, 'name', None) or getattr(function, '__name__', function)}'"
    output: Shape = tuple(d if isinstance(d, int) else None for d in output_shape)
    if output and output[-1] == 1 and last_activation == "softmax":
        raise ShapeError(
            f"The last layer has 1 unit and softmax, which always gives exactly 1, so {name} can teach it nothing; "
            f"expected a softmax over 2 units or more; received the output shape {shape_text(output)}.\n"
            "For two classes use Dense(1, activation='sigmoid') with binary_crossentropy; for numbers, Dense(1)."
            + more("softmax")
        )
    check = next((check for functions, check in _CHECKS if any(function is f for f in functions)), None)
    if check is None or not output or not facts.shape or getattr(loss, "axis", -1) not in (-1, len(output) - 1):
        return
    check(name, loss, facts, output)
    if function not in _ONE_LABEL_PER_PREDICTION:
        _check_activation(name, bool(getattr(loss, "from_logits", False)), output, last_activation)


def label_bounds(loss: Any, output_shape: Any) -> tuple[float, float] | None:
    """The smallest and largest label that a loss can use, for a quick look at every batch; None when any may be.

    >>> label_bounds(crossentropy.sparse_categorical_crossentropy, (None, 4))
    (0, 3)
    """
    function = getattr(loss, "fn", loss)
    if any(function is one for one in _BINARY):
        return 0, 1
    classes = (
        output_shape[-1] if len(output_shape) and getattr(loss, "axis", -1) in (-1, len(output_shape) - 1) else None
    )
    if not isinstance(classes, int) or not any(function is one for one in _SPARSE):
        return None
    ignored = getattr(loss, "ignore_class", None)
    return (0, classes - 1) if ignored is None else (min(0, ignored), max(classes - 1, ignored))


# ---- one check for each family of losses ----------------------------------------------------------------------------


def _check_sparse(name: str, loss: Any, facts: LabelFacts, output: Shape) -> None:
    classes = output[-1]
    _refuse_one_class(name, output)
    _refuse_many_predictions(name, facts, output)
    labels = facts.shape[:-1] if _has_class_axis_of_one(facts, output) else facts.shape
    if len(labels) == len(output):
        what = f"one-hot ({labels[-1]} columns of 0 and 1)" if facts.one_hot else f"of {labels[-1]} columns"
        raise ShapeError(
            f"{name} needs class numbers, one per prediction: y of shape {shape_text(labels[:-1])}; received y that is "
            f"{what}, of shape {shape_text(facts.shape)}.\n"
            f"Use loss='categorical_crossentropy', or turn the rows into class numbers: y.argmax(-1).{more('one-hot')}"
        )
    if not _same(labels, output[:-1]):
        raise ShapeError(
            f"{name} needs one class number per prediction; received y of shape {shape_text(facts.shape)} for the "
            f"output shape {shape_text(output)}.\nReshape y, or change the layers so that both have the same axes."
        )
    _check_class_numbers(name, facts, classes, getattr(loss, "ignore_class", None))


def _check_class_numbers(name: str, facts: LabelFacts, classes: int | None, ignored: int | None) -> None:
    if facts.minimum is None or facts.maximum is None:
        return
    if not facts.whole:
        raise DataError(
            f"{name} needs class numbers, which are whole; received y with values from {facts.minimum:g} to "
            f"{facts.maximum:g} that are not.\nFor numbers use loss='mse' with Dense(1) at the end of the model."
        )
    low, high = int(facts.minimum), int(facts.maximum)
    too_low = low < 0 and low != ignored
    too_high = classes is not None and high >= classes and high != ignored
    if too_low or too_high:
        shift = low == 1 or low == -1
        moved = f"{'subtract 1 from' if low == 1 else 'add 1 to'} y, as class numbers start at 0" if shift else ""
        if too_high and low == 1 and high == classes:
            mend = f"{moved[0].upper()}{moved[1:]}; or use Dense({high + 1})."
        elif too_low:
            mend = (
                f"{moved[0].upper()}{moved[1:]}." if shift else "Number the classes from 0."
            ) + f" If {low} means 'no label', give the loss ignore_class={low}."
        else:
            mend = f"Use Dense({high + 1}) as the last layer" + (f", or {moved}." if moved else ".")
        raise DataError(
            f"{name} needs class numbers from 0 to {'the number of units - 1' if classes is None else classes - 1}, "
            f"as the last layer has {classes or 'unknown'} units; received y with class numbers from {low} to {high}.\n"
            f"{mend}{more('labels')}"
        )


def _check_categorical(name: str, loss: Any, facts: LabelFacts, output: Shape) -> None:
    classes = output[-1]
    if facts.shape[1:] != (1,) or classes != 1 or not facts.one_hot:
        _refuse_one_class(name, output)
    _refuse_many_predictions(name, facts, output)
    if _has_class_axis_of_one(facts, output) or len(facts.shape) == len(output) - 1:
        held = (
            f"class numbers ({facts.minimum:g} to {facts.maximum:g})"
            if facts.whole and facts.minimum is not None
            else "one value per prediction"
        )
        raise ShapeError(
            f"{name} needs one-hot rows: y of shape {shape_text(('n', *output[1:]))}; received y of shape "
            f"{shape_text(facts.shape)}, which holds {held}.\n"
            f"Use loss='sparse_categorical_crossentropy', or heron.utils.to_categorical(y, {classes}).{more('one-hot')}"
        )
    _check_columns(name, facts, output)


def _check_binary(name: str, loss: Any, facts: LabelFacts, output: Shape) -> None:
    _refuse_many_predictions(name, facts, output)
    single = len(facts.shape) == len(output) - 1 or _has_class_axis_of_one(facts, output)
    if single and output[-1] not in (1, None):
        raise ShapeError(
            f"{name} compares each of the {output[-1]} outputs with a label of its own; received y of shape "
            f"{shape_text(facts.shape)} for the output shape {shape_text(output)}.\n"
            "A softmax over classes goes with loss='sparse_categorical_crossentropy'; or, for two classes, end the "
            f"model with Dense(1, activation='sigmoid').{more('binary classification')}"
        )
    if not single:
        _check_columns(name, facts, output)
    if facts.minimum is None or facts.maximum is None or (facts.minimum >= 0 and facts.maximum <= 1):
        return
    raise DataError(
        f"{name} needs labels 0 and 1 (or numbers between); received y with {_values_text(facts)}.\n"
        f"{_two_class_mend(facts)}{more('binary classification')}"
    )


def _two_class_mend(facts: LabelFacts) -> str:
    if facts.values == (-1.0, 1.0):
        return "Turn -1 and 1 into 0 and 1: (y + 1) / 2."
    if facts.values is not None and len(facts.values) == 2:
        low, high = facts.values
        turned = f"y - {low:g}" if high - low == 1 else f"y == {high:g}"
        return f"Turn {low:g} and {high:g} into 0 and 1: {turned}."
    if facts.whole and facts.minimum == 0 and facts.maximum is not None:
        classes = int(facts.maximum) + 1
        return (
            f"For {classes} classes end the model with Dense({classes}, activation='softmax') and use "
            "loss='sparse_categorical_crossentropy'."
        )
    return "For numbers use loss='mse'; for classes number them from 0 and use sparse_categorical_crossentropy."


def _check_elementwise(name: str, loss: Any, facts: LabelFacts, output: Shape) -> None:
    _refuse_many_predictions(name, facts, output)
    _check_columns(name, facts, output)


# ---- what the checks share ------------------------------------------------------------------------------------------


def _same(labels: Shape, output: Shape) -> bool:
    """True when the axes after the first agree; None agrees with every size."""
    pairs = list(zip(labels[1:], output[1:], strict=False))
    return len(labels) == len(output) and all(b is None or a == b for a, b in pairs)


def _has_class_axis_of_one(facts: LabelFacts, output: Shape) -> bool:
    return len(facts.shape) == len(output) > 1 and facts.shape[-1] == 1 and output[-1] != 1


def _check_columns(name: str, facts: LabelFacts, output: Shape) -> None:
    """Labels and output must have the same shape, a last axis of size 1 apart."""
    labels: Shape = facts.shape
    if len(labels) == len(output) - 1 and output[-1] in (1, None):
        labels = (*labels, 1)
    elif len(labels) == len(output) + 1 and labels[-1] == 1:
        labels = labels[:-1]
    if _same(labels, output):
        return
    if len(labels) == len(output) and _same(labels[:-1], output[:-1]):
        mend = f"Use Dense({labels[-1]}) as the last layer, or give y {columns_text(output[-1] or 0)}."
    elif len(labels) == 1:
        mend = "Use Dense(1) as the last layer" + (
            "; for classes, use loss='sparse_categorical_crossentropy'." if facts.whole else "."
        )
    else:
        mend = "Change the layers, or reshape y, so that both have the same shape."
    held = columns_text(facts.shape[-1] if len(labels) > 1 else 1)
    raise ShapeError(
        f"{name} compares each prediction with one label, so y and the output need the same shape; received y of shape "
        f"{shape_text(facts.shape)} ({held}) for the output shape {shape_text(output)} (the model predicts "
        f"{output[-1]}).\n{mend}"
    )


def _refuse_many_predictions(name: str, facts: LabelFacts, output: Shape) -> None:
    """A forgotten Flatten: many predictions for each sample, and one label."""
    per_sample = len(facts.shape) == 1 or (len(facts.shape) == 2 and facts.shape[1] in (1, output[-1]))
    if len(output) > 2 and per_sample and not _same(facts.shape, output[:-1]):
        places = " x ".join("None" if d is None else str(d) for d in output[1:-1])
        pooling = f" or heron.layers.GlobalAveragePooling{len(output) - 2}D()" if len(output) <= 5 else ""
        mend = f"Put heron.layers.Flatten(){pooling} before the last layer.{more('flatten')}"
        raise ShapeError(
            f"{name} needs as many predictions per sample as labels; received y of shape {shape_text(facts.shape)} for "
            f"the output shape {shape_text(output)}: {places} predictions per sample.\n{mend}"
        )


def _refuse_one_class(name: str, output: Shape) -> None:
    if output[-1] == 1:
        raise ShapeError(
            f"{name} needs one output per class, 2 or more; received the output shape {shape_text(output)}. Over one "
            "class the loss is always 0 and nothing would be learned.\n"
            "For two classes use loss='binary_crossentropy' with Dense(1, activation='sigmoid')."
            + more("cross-entropy")
        )


def _check_activation(name: str, from_logits: bool, output: Shape, activation: str | None) -> None:
    """Notes, as it may be meant: probabilities where scores are expected, or the other way round."""
    if activation is None:
        return
    wanted = "sigmoid" if output[-1] == 1 or "binary" in name else "softmax"
    if from_logits and activation in _PROBABILITIES:
        note(
            f"{name} has from_logits=True but the last layer already applies {activation}: it would be applied twice.\n"
            f"Leave out one of the two.{more('logits')}",
        )
    elif not from_logits and activation in ("linear", "relu", "tanh"):
        ends = "has no activation" if activation == "linear" else f"has the activation {activation}"
        note(
            f"{name} expects probabilities, but the last layer {ends}.\n"
            f"Add activation='{wanted}' to it"
            + (", or from_logits=True to the loss." if activation == "linear" else ".")
            + more("logits"),
        )


def _values_text(facts: LabelFacts) -> str:
    if facts.values is not None and len(facts.values) <= 5:
        return "the values " + ", ".join(f"{v:g}" for v in facts.values)
    kind = "class numbers" if facts.whole else "values"
    return f"{kind} from {facts.minimum:g} to {facts.maximum:g}"


Check = Callable[[str, Any, LabelFacts, Shape], None]
_CHECKS: tuple[tuple[tuple[Any, ...], Check], ...] = (
    (_SPARSE, _check_sparse),
    (_CATEGORICAL, _check_categorical),
    (_BINARY, _check_binary),
    (_ONE_LABEL_PER_PREDICTION, _check_elementwise),
)
