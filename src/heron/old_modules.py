"""Modules that heron does not have and people import: what they held, and where that is now."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from heron.errors import HeronError

_PICTURES = (
    "Folders of pictures: heron.utils.image_dataset_from_directory(folder); changes by chance: layers such as "
    "heron.layers.RandomFlip and RandomRotation in the model; load_img and img_to_array: heron.utils"
)
_TEXT = "For texts: heron.layers.TextVectorization"
_OLD = {
    "heron.preprocessing": "Sequences: heron.utils.pad_sequences. Pictures: heron.utils and heron.layers.RandomFlip, "
    "RandomRotation, ... Texts: heron.layers.TextVectorization",
    "heron.preprocessing.image": _PICTURES,
    "heron.preprocessing.sequence": "Write heron.utils.pad_sequences(x)",
    "heron.preprocessing.text": _TEXT,
    "heron.utils.np_utils": "Write heron.utils.to_categorical(y)",
    "heron.utils.generic_utils": "Its functions are in heron.utils and heron.saving",
    "heron.utils.vis_utils": "Write heron.utils.plot_model(model), or model.plot()",
    "heron.wrappers.scikit_learn": "Write heron.wrappers.SKLearnClassifier(model) or SKLearnRegressor(model)",
    "heron.layers.convolutional": "Write from heron.layers import Conv2D, MaxPooling2D, ...",
    "heron.layers.wrappers": "Write from heron.layers import TimeDistributed, Bidirectional",
    "heron.engine": "Write from heron import Model, and heron.layers.Layer for layers of your own",
}


class UnknownModuleError(HeronError, ModuleNotFoundError):
    """A module that heron does not have."""


def where_now(name: str) -> str:
    """Where to find what a module of old held, or the module around it; empty for a name that was never one.

    >>> where_now("heron.utils.np_utils"), where_now("heron.layer")
    ('Write heron.utils.to_categorical(y).', '')
    """
    while name and name not in _OLD:
        name = name.rpartition(".")[0]
    return f"{_OLD[name]}." if name else ""


def missing_module(name: str, known: Iterable[str]) -> UnknownModuleError:
    """The error for `import name`, where `name` is in none of heron's packages.

    Args:
        name: the module's full name.
        known: the public modules under `heron`.

    >>> str(missing_module("heron.utils.np_utils", []))
    "heron has no module 'heron.utils.np_utils'. Write heron.utils.to_categorical(y)."
    >>> str(missing_module("heron.layer", ["layers", "losses"]))
    "heron has no module 'heron.layer'. Did you mean heron.layers?"
    """
    first = name.split(".")[1]
    near = difflib.get_close_matches(first, list(known), n=1)
    hint = f"Did you mean heron.{near[0]}?" if near and near[0] != first else "dir(heron) lists what it has."
    hint = where_now(name) or hint
    return UnknownModuleError(f"heron has no module {name!r}. {hint}", name=name)
