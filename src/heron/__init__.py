"""heron: the Keras 3 API written anew on JAX, in which ``fit`` is one compiled program.

The root is lazy: ``import heron`` loads neither JAX nor NumPy; each name below is imported when it is first asked for.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from heron._version import __version__ as __version__

if TYPE_CHECKING:
    from heron import activations as activations
    from heron import backend as backend
    from heron import callbacks as callbacks
    from heron import compat as compat
    from heron import config as config
    from heron import constraints as constraints
    from heron import data as data
    from heron import datasets as datasets
    from heron import dtype_policies as dtype_policies
    from heron import errors as errors
    from heron import initializers as initializers
    from heron import layers as layers
    from heron import losses as losses
    from heron import metrics as metrics
    from heron import mixed_precision as mixed_precision
    from heron import models as models
    from heron import ops as ops
    from heron import optimizers as optimizers
    from heron import plot as plot
    from heron import random as random
    from heron import regularizers as regularizers
    from heron import saving as saving
    from heron import tree as tree
    from heron import utils as utils
    from heron import wrappers as wrappers
    from heron._version import version as version
    from heron.dtype_policies import DTypePolicy as DTypePolicy
    from heron.dtype_policies import FloatDTypePolicy as FloatDTypePolicy
    from heron.initializers import Initializer as Initializer
    from heron.layers import Input as Input
    from heron.layers import InputSpec as InputSpec
    from heron.layers import Layer as Layer
    from heron.layers.remat import RematScope as RematScope
    from heron.layers.remat import remat as remat
    from heron.losses import Loss as Loss
    from heron.metrics import Metric as Metric
    from heron.models import Model as Model
    from heron.models import Sequential as Sequential
    from heron.models.function import Function as Function
    from heron.ops.operation import Operation as Operation
    from heron.optimizers import Optimizer as Optimizer
    from heron.regularizers import Regularizer as Regularizer
    from heron.symbolic import KerasTensor as KerasTensor
    from heron.symbolic import SymbolicScope as SymbolicScope
    from heron.variables import StatelessScope as StatelessScope
    from heron.variables import Variable as Variable
    from heron.variables import name_scope as name_scope

_SUBMODULES = frozenset(
    {
        "activations",
        "backend",
        "callbacks",
        "compat",
        "config",
        "constraints",
        "data",
        "datasets",
        "dtype_policies",
        "errors",
        "initializers",
        "layers",
        "losses",
        "metrics",
        "mixed_precision",
        "models",
        "ops",
        "optimizers",
        "plot",
        "random",
        "regularizers",
        "saving",
        "tree",
        "utils",
        "wrappers",
    }
)

_HOME_OF = {
    "DTypePolicy": "heron.dtype_policies",
    "FloatDTypePolicy": "heron.dtype_policies",
    "Function": "heron.models.function",
    "Initializer": "heron.initializers",
    "Input": "heron.layers",
    "InputSpec": "heron.layers",
    "KerasTensor": "heron.symbolic",
    "Layer": "heron.layers",
    "Loss": "heron.losses",
    "Metric": "heron.metrics",
    "Model": "heron.models",
    "Operation": "heron.ops.operation",
    "Optimizer": "heron.optimizers",
    "Regularizer": "heron.regularizers",
    "RematScope": "heron.layers.remat",
    "Sequential": "heron.models",
    "StatelessScope": "heron.variables",
    "SymbolicScope": "heron.symbolic",
    "Variable": "heron.variables",
    "name_scope": "heron.variables",
    "remat": "heron.layers.remat",
    "version": "heron._version",
}

__all__ = ["__version__", *sorted(_HOME_OF), *sorted(_SUBMODULES)]


def __getattr__(name: str) -> Any:
    """Import what ``name`` stands for, once: the result is kept as an ordinary attribute of the module."""
    if name in _SUBMODULES:
        return _load(f"heron.{name}")
    if name in _HOME_OF:
        value = globals()[name] = getattr(_load(_HOME_OF[name]), name)
        return value
    from heron.errors import no_such_name  # here because only a mistake needs it

    raise no_such_name("heron", name, _unknown(name))


def _load(module: str) -> Any:
    """Imports a module; the first time, when JAX comes with it, without the garbage collector.

    JAX makes a great many objects that live for ever. Walking them again and again costs a tenth of a second of the
    import, and as much once more in the first `fit`, unless they are put into the oldest generation: freezing does it.
    """
    import gc

    if "jax" in sys.modules or not gc.isenabled() or gc.get_freeze_count():
        return importlib.import_module(module)
    gc.disable()
    try:
        return importlib.import_module(module)
    finally:
        gc.freeze()
        gc.unfreeze()
        gc.enable()


class _Missing:
    """Asked last for modules that nobody has: an import of one of heron's that is gone is told what to write."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> None:
        parent = sys.modules.get(name.rpartition(".")[0])
        if name.startswith("heron.") and path is getattr(parent, "__path__", 0):  # an import, not somebody who looks
            from heron.old_modules import missing_module  # here because only a mistake needs it

            raise missing_module(name, _SUBMODULES)


sys.meta_path.append(_Missing)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _unknown(name: str) -> str:
    # Imported here because only a mistake needs them.
    import difflib

    from heron.old_modules import where_now

    folded = {public.lower(): public for public in __all__}
    near = difflib.get_close_matches(name.lower(), folded, n=1)
    hint = f"Did you mean heron.{folded[near[0]]}?" if near else "dir(heron) lists the names it has."
    hint = where_now(f"heron.{name}") or hint
    return f"heron has no attribute {name!r}. {hint}"
