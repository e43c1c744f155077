"""`tf.strings`: functions of text, on arrays of it."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from heron.compat.tf.host import HostTensor, host_tensor

GONE = {
    "split": "It makes rows of several lengths.\nWrite keras.layers.TextVectorization, or str.split in a loop.",
    "unicode_split": "It makes rows of several lengths.\nWrite keras.layers.TextVectorization(split='character').",
}


def _text(one: Any) -> str:
    return one.decode() if isinstance(one, bytes) else str(one)


def _each(function: Callable[[str], Any], input: Any, kind: Any = object) -> HostTensor:
    given = np.asarray(input)
    made = [function(_text(one)) for one in given.ravel().tolist()]
    return host_tensor(np.array(made, dtype=kind).reshape(given.shape))


def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Texts in small letters."""
    return _each(str.lower, input)


def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Texts in capitals."""
    return _each(str.upper, input)


def strip(input: Any, name: str | None = None) -> Any:
    """Texts without spaces around."""
    return _each(str.strip, input)


def length(input: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """How long texts are, in bytes or in characters."""
    return _each(len if unit == "UTF8_CHAR" else lambda text: len(text.encode()), input, np.int32)


def regex_replace(input: Any, pattern: str, rewrite: str, replace_global: bool = True, name: str | None = None) -> Any:
    """Texts with `rewrite` for what a regular expression matches."""
    compiled = re.compile(pattern.replace("[:punct:]", re.escape(string.punctuation)))
    rewrite = re.sub(r"\\(\d)", r"\\g<\1>", rewrite)
    return _each(lambda text: compiled.sub(rewrite, text, count=0 if replace_global else 1), input)


def regex_full_match(input: Any, pattern: str, name: str | None = None) -> Any:
    """Whether a regular expression matches the whole text."""
    return _each(lambda text: re.fullmatch(pattern, text) is not None, input, bool)


def join(inputs: Sequence[Any], separator: str = "", name: str | None = None) -> Any:
    """Texts one after the other."""
    parts = np.broadcast_arrays(*(np.asarray(one, dtype=object) for one in inputs))
    made = [separator.join(map(_text, row)) for row in zip(*(part.ravel().tolist() for part in parts), strict=True)]
    return host_tensor(np.array(made, dtype=object).reshape(parts[0].shape))


def substr(input: Any, pos: int, len: int, **kwargs: Any) -> Any:
    """Parts of texts."""
    return _each(lambda text: text[pos : pos + len], input)


def as_string(input: Any, **kwargs: Any) -> Any:
    """Numbers as texts."""
    return host_tensor(np.asarray(input).astype(str).astype(object))


def to_number(input: Any, out_type: Any = "float32", name: str | None = None) -> Any:
    """Texts as numbers."""
    return _each(float, input, np.dtype(str(out_type)))


__all__ = "as_string join length lower regex_full_match regex_replace strip substr to_number upper".split()
