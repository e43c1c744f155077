"""Muon: steps of matrices made orthogonal."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from heron.optimizers.adam import moments
from heron.optimizers.base import Arrays, Optimizer
from heron.optimizers.options import SHARE, options
from heron.validate import BOOL, NON_NEGATIVE, NUMBER, POSITIVE_INT, Rule
from heron.variables import Variable

_PATTERNS = Rule(
    "a list of patterns for paths of variables",
    lambda v: isinstance(v, list | tuple) and all(isinstance(p, str) for p in v),
    ([], ["head"]),
    ("head", 3, [1]),
    lambda v: f"Write [{v!r}]." if isinstance(v, str) else "",
)


class Muon(Optimizer):
    """Momentum whose steps, for matrices, are replaced by the nearest orthogonal matrix; Adam for all else.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        adam_beta_1: `beta_1` of Adam.
        adam_beta_2: `beta_2` of Adam.
        adam_weight_decay: the weight decay of the variables that Adam updates; None for none.
        epsilon: `epsilon` of Adam.
        weight_decay: that of the matrices.
        clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.
        exclude_layers: regular expressions; a matrix whose path contains one is left to Adam.
        exclude_embeddings: True leaves matrices with "embedding" in their path to Adam.
        muon_a: the first coefficient of the polynomial that makes matrices orthogonal, of x.
        muon_b: the second, of x cubed.
        muon_c: the third, of x to the fifth.
        adam_lr_ratio: Adam's learning rate as a multiple of `learning_rate`.
        momentum: the share of the last step that is made again, from 0 to 1.
        ns_steps: how often the polynomial is applied.
        nesterov: True looks ahead along the momentum.
        rms_rate: the root mean square of a step of a matrix with rate 1; None leaves steps orthogonal.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Jordan et al. 2024, Muon: an optimizer for hidden layers; Liu et al. 2025, arXiv:2502.16982.

    Example:
    >>> from heron import Variable
    >>> w = Variable([[1.0, 2.0]])
    >>> Muon(learning_rate=0.1, weight_decay=None).apply([[[1.0, -1.0]]], [w])
    >>> w.numpy().round(2)
    array([[0.99, 2.01]], dtype=float32)
    """

    rules = {
        "adam_beta_1": SHARE,
        "adam_beta_2": SHARE,
        "adam_weight_decay": NON_NEGATIVE.or_none(),
        "epsilon": NON_NEGATIVE,
        "exclude_layers": _PATTERNS.or_none(),
        "exclude_embeddings": BOOL,
        "muon_a": NUMBER,
        "muon_b": NUMBER,
        "muon_c": NUMBER,
        "adam_lr_ratio": NON_NEGATIVE,
        "momentum": SHARE,
        "ns_steps": POSITIVE_INT,
        "nesterov": BOOL,
        "rms_rate": NON_NEGATIVE.or_none(),
    }
    slots = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.775,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
    ) -> None:
        super().__init__(**options(locals()))
        self.adam_beta_1 = float(adam_beta_1)
        self.adam_beta_2 = float(adam_beta_2)
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = float(epsilon)
        self.exclude_layers = list(exclude_layers or [])
        self.exclude_embeddings = exclude_embeddings
        self.muon_a, self.muon_b, self.muon_c = float(muon_a), float(muon_b), float(muon_c)
        self.adam_lr_ratio = float(adam_lr_ratio)
        self.momentum = float(momentum)
        self.ns_steps = int(ns_steps)
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "exclude_layers": self.exclude_layers}

    def _is_for_adam(self, variable: Variable) -> bool:
        if variable.ndim != 2 or (self.exclude_embeddings and "embedding" in variable.path.lower()):
            return True
        return any(re.search(pattern, variable.path) for pattern in self.exclude_layers)

    def initial_slot(self, slot: str, variable: Variable) -> Any:
        return "zeros" if slot == "momentum" or self._is_for_adam(variable) else None

    def _decay_of(self, variable: Variable) -> float | None:
        if not self._is_for_adam(variable):
            return super()._decay_of(variable)
        return self.adam_weight_decay if self._may_decay(variable) else None

    def scalars(self, lr: jax.Array, step: jax.Array) -> Arrays:
        unbiased = jnp.sqrt(1 - self.adam_beta_2**step) / (1 - self.adam_beta_1**step)
        return {"lr": lr, "adam": lr * self.adam_lr_ratio * unbiased}

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        if "velocity" in slots:
            m, v = moments(g, slots, self.adam_beta_1, self.adam_beta_2)
            return w - scalars["adam"] * m / (jnp.sqrt(v) + self.epsilon), {"momentum": m, "velocity": v}
        m = self.momentum * slots["momentum"] + g
        step = self._orthogonal(g + self.momentum * m if self.nesterov else m)
        size = 1.0 if self.rms_rate is None else math.sqrt(max(w.shape)) * self.rms_rate
        return w - scalars["lr"] * size * step, {"momentum": m}

    def _orthogonal(self, x: jax.Array) -> jax.Array:
        """`x` with singular values near 1: Newton-Schulz iteration of an odd polynomial of the fifth degree."""
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        x = x / (jnp.linalg.norm(x) + 1e-7)
        for _ in range(self.ns_steps):
            square = x @ x.T
            x = self.muon_a * x + (self.muon_b * square + self.muon_c * square @ square) @ x
        return x.T if tall else x
