"""Settings of the whole process: float type, epsilon, image data format, limits, compiled programs, seeds, names.

This is the only module that holds process-wide state, but for the switch in `tracebacks`, which errors need. Users
reach it as `heron.config`, which adds the dtype policy.
"""

from __future__ import annotations

import os
import random as _python_random
import re
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from heron.errors import ArgumentError, ArgumentTypeError, value_text
from heron.folders import cache_folder
from heron.tracebacks import filtering
from heron.validate import INT, POSITIVE, POSITIVE_INT, one_of

_FLOATX = one_of("float16", "bfloat16", "float32", "float64")
_DATA_FORMAT = one_of("channels_last", "channels_first")


class _Settings:
    """The values behind the functions of this module."""

    def __init__(self) -> None:
        self.floatx = "float32"
        self.epsilon = 1e-7
        self.image_data_format = "channels_last"
        self.dtype_policy: Any = None  # its name, or a map of policies
        self.interactive_logging = True
        self.limits: dict[str, int | None] = {}  # what is not in it, the environment decides
        self.flash_attention = True
        self.compilation_cache: bool | Path | None = None  # None: the environment decides
        self.complaints: set[str] = set()
        self.seeds = np.random.default_rng()
        self.names: Counter[str] = Counter()
        self.lock = threading.Lock()


_settings = _Settings()


def floatx() -> str:
    """Returns the dtype in which weights are made by default, `"float32"` unless changed."""
    return _settings.floatx


def set_floatx(value: str) -> None:
    """Sets the default float dtype: `"float16"`, `"bfloat16"`, `"float32"` or `"float64"`.

    Raises:
        ArgumentError: for any other value, and for `"float64"` while JAX's x64 mode is off.
    """
    _FLOATX.check("set_floatx", "value", value)
    if value == "float64":
        import jax

        if not jax.config.read("jax_enable_x64"):
            raise ArgumentError(
                "set_floatx('float64') needs JAX's 64-bit mode; it is off, so arrays would silently be float32.\n"
                "Call jax.config.update('jax_enable_x64', True) first."
            )
    _settings.floatx = value


def epsilon() -> float:
    """Returns the small number that keeps divisions and logarithms finite, 1e-7 unless changed."""
    return _settings.epsilon


def set_epsilon(value: float) -> None:
    """Sets the small number that keeps divisions and logarithms finite."""
    POSITIVE.check("set_epsilon", "value", value)
    _settings.epsilon = float(value)


def image_data_format() -> str:
    """Returns where images keep their channels: `"channels_last"` unless changed."""
    return _settings.image_data_format


def set_image_data_format(data_format: str) -> None:
    """Sets where images keep their channels: `"channels_last"` or `"channels_first"`."""
    _DATA_FORMAT.check("set_image_data_format", "data_format", data_format)
    _settings.image_data_format = data_format


def enable_traceback_filtering() -> None:
    """An uncaught error of heron is printed with the lines of your program alone; so it is by default.

    Other errors, and what an exception carries with it, are as they always are. The environment variable
    `HERON_TRACEBACK_FILTERING=off` makes it the other way round from the start.
    """
    filtering.chosen = True


def disable_traceback_filtering() -> None:
    """Uncaught errors of heron are printed with all lines, those inside heron too."""
    filtering.chosen = False


def is_traceback_filtering_enabled() -> bool:
    """Whether the lines inside heron are left out where its errors are printed."""
    return filtering.is_on


def enable_flash_attention() -> None:
    """Layers made from here on use the platform's attention kernel where there is one; so it is by default."""
    _settings.flash_attention = True


def disable_flash_attention() -> None:
    """Layers made from here on compute attention by plain matrix products on all platforms."""
    _settings.flash_attention = False


def is_flash_attention_enabled() -> bool | None:
    """False when the platform's attention kernel is not to be used; None, as in Keras, when it is where it can be."""
    return None if _settings.flash_attention else False


def enable_interactive_logging() -> None:
    """Progress and messages are written to standard output; so it is by default."""
    _settings.interactive_logging = True


def disable_interactive_logging() -> None:
    """Progress and messages go to Python's logger `"heron"`, at level INFO, a line for each epoch.

    What a program on a server wants: `logging.basicConfig(level="INFO")` shows them.
    """
    _settings.interactive_logging = False


def is_interactive_logging_enabled() -> bool:
    """Whether progress and messages are written to standard output."""
    return _settings.interactive_logging


def _limit(name: str) -> int | None:
    if name in _settings.limits:
        return _settings.limits[name]
    variable = f"HERON_{name.upper()}"
    written = os.environ.get(variable, "").strip()
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and int(written) > 0):
        raise ArgumentError(
            f"The environment variable {variable} must be a positive integer; received {written!r}.\n"
            f"Set it to 1, say, or remove it."
        )
    return int(written)


def max_epochs() -> int | None:
    """Returns the most epochs that any `fit` trains, None for no limit.

    None unless `set_max_epochs` or the environment variable `HERON_MAX_EPOCHS` says otherwise.
    """
    return _limit("max_epochs")


def set_max_epochs(max_epochs: int | None) -> None:
    """Limits the epochs of every `fit` of this process, to try out a long program quickly; None for no limit."""
    POSITIVE_INT.or_none().check("set_max_epochs", "max_epochs", max_epochs)
    _settings.limits["max_epochs"] = max_epochs


def max_steps_per_epoch() -> int | None:
    """Returns the most batches of an epoch of `fit`, and of `evaluate` and `predict`; None for no limit.

    None unless `set_max_steps_per_epoch` or the environment variable `HERON_MAX_STEPS_PER_EPOCH` says otherwise.
    """
    return _limit("max_steps_per_epoch")


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Limits the batches that `fit` (in an epoch), `evaluate` and `predict` go through; None for no limit."""
    POSITIVE_INT.or_none().check("set_max_steps_per_epoch", "max_steps_per_epoch", max_steps_per_epoch)
    _settings.limits["max_steps_per_epoch"] = max_steps_per_epoch


_CACHE_WORDS = dict.fromkeys(("off", "0", "false", "no"), False) | dict.fromkeys(("", "on", "1", "true", "yes"), True)


def compilation_cache() -> Path | None:
    """Returns the folder in which compiled programs are kept for the next process; None when they are not.

    `compiled` in heron's cache folder, unless `set_compilation_cache` or the environment variable
    `HERON_COMPILATION_CACHE` (`off`, `on` or a folder) says otherwise.
    """
    chosen = _settings.compilation_cache
    if chosen is None:
        written = os.environ.get("HERON_COMPILATION_CACHE", "").strip()
        chosen = _CACHE_WORDS.get(written.lower(), Path(os.path.expanduser(written)))
    if isinstance(chosen, bool):
        return cache_folder() / "compiled" if chosen else None
    return chosen


def set_compilation_cache(where: bool | str | os.PathLike[str]) -> None:
    """Says where compiled programs are kept, for those that are compiled from here on.

    Args:
        where: a folder, which is made if need be; True for `compiled` in heron's cache folder; False for nowhere.

    Raises:
        ArgumentTypeError: for anything else.
    """
    given: Any = where
    if isinstance(given, bool):
        _settings.compilation_cache = given
    elif isinstance(given, str | os.PathLike) and os.fspath(given):
        _settings.compilation_cache = Path(os.path.abspath(os.path.expanduser(given)))
    else:
        raise ArgumentTypeError(
            f"set_compilation_cache: argument 'where' must be True, False or a folder; received {value_text(where)}.\n"
            "Write set_compilation_cache(False) to keep no compiled programs."
        )


def is_new_complaint(text: str) -> bool:
    """True the first time it is asked with `text`: for what is to be said once in a process."""
    with _settings.lock:
        known = text in _settings.complaints
        _settings.complaints.add(text)
    return not known


def dtype_policy() -> Any:
    """Returns the process-wide dtype policy, by name or as a map of several; `floatx()` unless one was set."""
    return _settings.dtype_policy or _settings.floatx


def set_dtype_policy(policy: Any) -> None:
    """Sets the process-wide dtype policy, already checked: a name, a map of several, or None for `floatx()`."""
    _settings.dtype_policy = policy


def set_random_seed(seed: int) -> None:
    """Seeds Python, NumPy and heron: the same program then gives the same weights, bit for bit, on this machine."""
    INT.check("set_random_seed", "seed", seed)
    _python_random.seed(int(seed))
    np.random.seed(int(seed) % 2**32)
    _settings.seeds = np.random.default_rng(int(seed) % 2**63)


def draw_seed() -> int:
    """Returns a new seed from 0 to 2**31 - 1 off the process-wide sequence that `set_random_seed` starts."""
    with _settings.lock:
        return int(_settings.seeds.integers(2**31 - 1))


def standardize_data_format(value: str | None, owner: str = "data_format") -> str:
    """Returns `value` checked, or the process-wide setting for None."""
    if value is None:
        return image_data_format()
    _DATA_FORMAT.check(owner, "data_format", value)
    return value


def snake_case(name: str) -> str:
    """`"BatchNormalization"` -> `"batch_normalization"`, `"Conv2D"` -> `"conv2d"`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """Returns `prefix` at the first call, then `prefix_1`, `prefix_2`, ... until `reset_names`."""
    with _settings.lock:
        count = _settings.names[prefix]
        _settings.names[prefix] += 1
    return prefix if count == 0 else f"{prefix}_{count}"


def reset_names() -> None:
    """Starts the automatic names afresh."""
    with _settings.lock:
        _settings.names.clear()
