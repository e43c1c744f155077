"""How much a file may ask for: configs of any size, depth or appetite are refused before anything is made of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from heron.errors import shape_text
from heron.saving.files import FileContentError
from heron.saving.tensor_file import DTYPES

MAX_DEPTH = 100
"""How deep lists and dicts may be nested in a config; a model within a model takes four."""

MAX_OBJECTS = 100_000
"""How many objects a config may describe: a network of a thousand layers has some ten thousand."""

SPARE = 2**23
"""How many numbers a model may keep besides those in the file, the states of metrics say: 32 MiB in float32."""

ANY = 2**32
"""How many numbers a model may have whose config comes without weights: 16 GiB in float32."""


def check_config(path: str, config: Any) -> None:
    """Checks the configs out of a file before anything is made of them.

    Raises:
        FileContentError: when they are nested too deeply, describe too many objects, hold code, or an array of a dtype
            that no file has.
    """
    waiting, objects = [(config, 1)], 0
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise _refused(path, f"is nested more than {MAX_DEPTH} deep")
        if isinstance(value, dict):
            objects += "class_name" in value
            _check_object(path, value)
        if isinstance(value, dict | list):
            waiting += [(part, depth + 1) for part in (value.values() if isinstance(value, dict) else value)]
    if objects > MAX_OBJECTS:
        raise _refused(path, f"describes {objects:,} objects; at most {MAX_OBJECTS:,} are made")


def _check_object(path: str, value: dict[str, Any]) -> None:
    name, inner = value.get("class_name"), value.get("config")
    called = inner.get("name") if isinstance(inner, dict) else None
    if isinstance(called, str) and ".." in called.replace("\\", "/").split("/"):
        raise _refused(path, f"calls a layer {called[:80]!r}, as if it were a way out of a folder")
    if name == "__lambda__":
        raise FileContentError(
            f"{path!r} was not loaded: its config holds Python code (a lambda), and heron runs no code out of a file.\n"
            "Build the model by your own program and call model.load_weights, or replace the lambda by a function with "
            "a name, registered with @heron.saving.register_keras_serializable(), and save again."
        )
    if name == "__numpy__" and (not isinstance(inner, dict) or inner.get("dtype") not in DTYPES.values()):
        raise _refused(path, "holds an array of no known dtype")


def _refused(path: str, what: str) -> FileContentError:
    return FileContentError(
        f"{path!r} was not loaded: its config {what}.\n"
        "It is damaged or made to do harm. Get it again from where it comes from."
    )


def budget(path: str, numbers: int) -> Callable[[str, tuple[int, ...]], None]:
    """Returns a check for `variables.admission`: all variables together may hold `numbers` numbers, and some to spare.

    `numbers` may be `ANY`, for a config that comes without weights.

    The check raises `FileContentError`.
    """
    made = 0

    def admit(variable: str, shape: tuple[int, ...]) -> None:
        nonlocal made
        made += math.prod(shape)
        if made > numbers + SPARE:
            if numbers == ANY:
                raise FileContentError(
                    f"{path} asks for {made:,} numbers or more (with '{variable}' of shape {shape_text(shape)}); at "
                    f"most {ANY:,} are made of a text.\nMake a model of this size by your own program."
                )
            raise FileContentError(
                f"{path!r} was not loaded: its weights hold {numbers:,} numbers; its config asks for {made:,} or more "
                f"(with '{variable}' of shape {shape_text(shape)}).\n"
                "It is damaged or made to do harm. Get it again from where it comes from."
            )

    return admit
