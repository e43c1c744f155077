"""One batch through the layers and back: how large what they give and their gradients are."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from heron.compilation import compiled
from heron.data.description.wording import listed, percent
from heron.layers import context as calls
from heron.models.checking.findings import LOOK, MEND, OK, Findings, short
from heron.variables import Scope

_DEAD = ("relu", "relu6")
_SATURATING = ("sigmoid", "tanh", "hard_sigmoid", "softsign")
_MANY = 0.5
_VANISHED = 1e-4
_EXPLODED = 1e4
_HUGE, _TINY = 1e3, 1e-4


class Signal(NamedTuple):
    """What one layer gave for the batch.

    Attributes:
        layer: the layer.
        size: the root of the mean square of its outputs.
        spread: the mean standard deviation of a unit over the batch; 0 when it gives the same for all samples.
        dead: the share of units that are 0 for the whole batch.
        saturated: the share of outputs within a hundredth of -1 or 1, or, of a sigmoid, of 0 or 1.
    """

    layer: Any
    size: float
    spread: float
    dead: float
    saturated: float


class Measured(NamedTuple):
    """What the batch told.

    Attributes:
        loss: its loss, in training mode, without penalties.
        penalties: those of regularizers and `add_loss`.
        signals: of the layers, in the order in which they were called.
        gradients: the length of the gradient of each trainable variable, in their order.
    """

    loss: float
    penalties: float
    signals: list[Signal]
    gradients: list[float]


class Probe:
    """The measuring, compiled once for batches of one shape.

    Args:
        model: a built and compiled model, which may be changed.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._variables = model._state_variables()
        self._watched = {id(layer) for layer in _outer_layers(model)}
        self._layers: list[Any] = []
        self._run = self._measure if model.run_eagerly else compiled(self._measure)

    def __call__(self, state: Any, batch: Any) -> Measured:
        """Measures one batch."""
        try:
            found = self._run(state, batch)
        except jax.errors.UnexpectedTracerError:  # layers called inside a loop of another
            self._watched = set()
            self._run = compiled(lambda *given: self._measure(*given))
            found = self._run(state, batch)
        loss, penalties, signals, gradients = jax.tree.map(np.asarray, found)
        told = [Signal(layer, *(float(v) for v in values)) for layer, values in zip(self._layers, signals, strict=True)]
        return Measured(float(loss), float(penalties), told, [float(g) for g in gradients])

    def _measure(self, state: Any, batch: Any) -> Any:
        model, (x, y, weight) = self._model, batch
        self._layers = []

        def loss_of(trainable: Any) -> Any:
            groups = zip(self._variables, (trainable, *state[1:]), strict=True)
            pairs = [pair for group, values in groups for pair in zip(group, values, strict=True)]
            context = calls.CallContext(True)
            seen = context.seen = []
            with Scope(pairs), calls.entered(context):
                try:
                    y_pred = model(x, training=True)
                    penalties = sum((jnp.sum(extra) for extra in model.losses), jnp.zeros(()))
                    loss = model.compute_loss(x, y, y_pred, weight, training=True)
                finally:
                    model._clear_losses()
            return loss, (penalties, self._signals(seen))

        (loss, (penalties, signals)), gradients = jax.value_and_grad(loss_of, has_aux=True)(list(state[0]))
        lengths = [jnp.sqrt(jnp.sum(jnp.square(g.astype(jnp.float32)))) for g in gradients]
        return loss - penalties, penalties, signals, lengths

    def _signals(self, seen: Any) -> list[Any]:
        found = []
        for layer, _, outputs in seen:
            leaves = [a for a in jax.tree.leaves(outputs) if hasattr(a, "ndim") and a.ndim > 1 and a.size]
            if id(layer) not in self._watched or not leaves or not jnp.issubdtype(leaves[0].dtype, jnp.floating):
                continue
            a = jax.lax.stop_gradient(leaves[0]).astype(jnp.float32)
            low = 0.0 if activation_of(layer) in ("sigmoid", "hard_sigmoid") else -1.0
            at_ends = (a < low + 0.01) | (a > 0.99)
            dead = jnp.all(a == 0, axis=tuple(range(a.ndim - 1)))
            size = jnp.sqrt(jnp.mean(jnp.square(a)))
            found.append((size, jnp.mean(jnp.std(a, axis=0)), jnp.mean(dead), jnp.mean(at_ends)))
            self._layers.append(layer)
        return found


def _outer_layers(model: Any) -> list[Any]:
    """The layers of a model, those of models inside it, and no layers inside other layers, which may run in loops."""
    found = []
    for layer in model.layers:
        found.append(layer)
        if hasattr(layer, "layers") and hasattr(layer, "compile"):
            found += _outer_layers(layer)
    return found


def activation_of(layer: Any) -> str:
    """The name of a layer's activation, of `ReLU` and its like that of the class in small letters."""
    activation = getattr(getattr(layer, "activation", None), "__name__", "")
    return str(activation or type(layer).__name__.lower())


def look_at_signals(found: Findings, measured: Measured, rows: int) -> None:
    """Adds which layers are dead, saturated, or give numbers that grow or shrink out of bounds."""
    signals = measured.signals
    hidden = signals[:-1]
    about = "activations"
    for one in hidden:
        kind, who = activation_of(one.layer), one.layer._who()
        if kind in _DEAD and one.dead > _MANY:
            found.add(
                *(MEND if one.dead > 0.95 else LOOK, about),
                f"{percent(one.dead)} of the units of {who} give 0 for the whole batch.",
                "A relu that gives 0 for all samples has no gradient: it never learns.",
                "Scale the inputs, use kernel_initializer='he_normal', or activation='leaky_relu'.",
                "relu",
            )
        elif kind in _SATURATING and one.saturated > _MANY:
            found.add(
                *(LOOK, about, f"{percent(one.saturated)} of what {who} gives lies at the ends of its {kind}."),
                why="There it is flat and has hardly any gradient.",
                mend="Scale the inputs, or use activation='relu'.",
                term="sigmoid" if "sigmoid" in kind else "tanh",
            )
    broken = next((one for one in signals if not math.isfinite(one.size)), None)
    if broken is not None:
        what = f"{broken.layer._who()} is the first layer to give values that are not finite."
        found.add(
            MEND,
            about,
            what,
            "The loss is NaN from the first step on.",
            "Look at its inputs and at what it computes.",
            "NaN",
        )
        return
    same = next((one for one in signals if one.spread == 0 and one.size > 0), None)
    if same is not None and len(signals) > 1 and rows > 1:
        what = f"{same.layer._who()} gives the same for all samples of the batch."
        found.add(LOOK, about, what, "Nothing that comes behind it can tell them apart.")
    far = [one for one in hidden if one.size > _HUGE or 0 < one.size < _TINY]
    if far:
        size = far[0].size
        found.add(
            *(LOOK, about, f"What {far[0].layer._who()} gives is about {size:.1e} in size."),
            why="From layer to layer it should stay around 1, or learning is slow or runs away.",
            mend="Scale the inputs, keep the default initializers, or put heron.layers.BatchNormalization() behind it.",
            term="normalization",
        )
    if not found.says(about) and signals:
        sizes = [one.size for one in signals]
        found.add(OK, about, f"the layers give numbers of size {_range_text(sizes)}.")


def look_at_gradients(found: Findings, model: Any, measured: Measured) -> None:
    """Adds which layers get no gradient, and whether gradients vanish or explode."""
    about = "gradients"
    by_layer = _by_layer(model, measured.gradients)
    if not by_layer or not math.isfinite(measured.loss):
        return
    lengths = list(by_layer.values())
    if not all(map(math.isfinite, lengths)):
        which = [name for name, length in by_layer.items() if not math.isfinite(length)]
        found.add(
            *(MEND, about, f"The gradient of {listed(which)} is not finite."),
            why="One step makes all weights NaN.",
            mend="Look for a division by 0, a logarithm or a square root of 0 behind it.",
            term="NaN",
        )
        return
    none = [name for name, length in by_layer.items() if length == 0]
    if none:
        found.add(
            *(
                MEND,
                about,
                f"{', '.join(none)} {'gets' if len(none) == 1 else 'get'} no gradient at all, so nothing is",
            ),
            why="learned there: it leads to no output with a loss, or what comes behind is flat (a relu that gives 0, "
            "round, argmax).",
            mend="Connect it to an output, or freeze it with trainable = False if that is meant.",
            term="gradient",
        )
    present = {name: length for name, length in by_layer.items() if length > 0}
    if len(present) > 1 and min(present.values()) < _VANISHED * max(present.values()):
        small, large = min(present, key=present.__getitem__), max(present, key=present.__getitem__)
        found.add(
            *(LOOK, about, f"The gradient of {small} is {present[large] / present[small]:.0e} times smaller than"),
            why=f"that of {large}: it vanishes on its way back, and {small} learns next to nothing.",
            mend="Use activation='relu' between the layers, BatchNormalization, or fewer layers.",
            term="gradient",
        )
    if present and max(present.values()) > _EXPLODED:
        large = max(present, key=present.__getitem__)
        found.add(
            *(MEND, about, f"The gradient of {large} is {present[large]:.1e} long: the first step goes astray."),
            why="Mostly the inputs or the targets are too large.",
            mend="Scale them, or give the optimizer clipnorm=1.0.",
            term="gradient",
        )
    if not found.says(about):
        found.add(OK, about, f"all layers with weights get one, of length {_range_text(lengths)}.")


def _range_text(sizes: list[float]) -> str:
    low, high = short(min(sizes)), short(max(sizes))
    return low if low == high else f"{low} to {high}"


def _by_layer(model: Any, gradients: list[float]) -> dict[str, float]:
    """The length of the gradient of each layer that has trainable weights of its own."""
    places = {id(variable): i for i, variable in enumerate(model.trainable_variables)}
    found = {}
    for layer in _outer_layers(model):
        if hasattr(layer, "layers") and hasattr(layer, "compile"):
            continue
        own = [gradients[places[id(v)]] for v in layer.trainable_variables if id(v) in places]
        if own:
            found[layer._who()] = (
                math.sqrt(sum(length**2 for length in own)) if all(map(math.isfinite, own)) else math.inf
            )
    return found


def look_at_first_loss(found: Findings, measured: Measured, target: Any, rows: Any, is_new: bool) -> None:
    """Adds whether the loss begins where one who knows nothing stands."""
    about = "first loss"
    chance, loss = target.chance(), measured.loss
    if chance is None or not is_new or not math.isfinite(loss):
        if math.isfinite(loss):
            found.add(OK, about, f"{short(loss)} on one batch.")
        return
    classes = target.classes() is not None
    count = 2 if classes and (target.units or 1) == 1 else target.units
    says = f"ln {count} = {chance:.3g} by chance" if classes else f"{short(chance)} for one who always says the mean"
    limit = 3 * chance + 1 if classes else 100 * chance
    if loss > limit:
        found.add(
            *(
                MEND if loss > 3 * limit else LOOK,
                about,
                f"The loss of one batch is {short(loss)}; it would be {says}.",
            ),
            why="An untrained model should know nothing; this one is wrong and sure of it.",
            mend="Scale the inputs and keep the default initializers."
            if classes
            else "Scale the targets and the inputs.",
            term="loss",
        )
    elif loss < chance / 2:
        found.add(
            *(LOOK, about, f"The loss of one batch is {short(loss)} before any training; it would be {says}."),
            why="Either the weights are trained already, or the inputs hold the answer.",
            mend="Look whether a column of x says what y is.",
            term="loss",
        )
    else:
        found.add(OK, about, f"{short(loss)} on one batch, {says}.")
