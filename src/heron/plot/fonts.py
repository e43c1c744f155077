"""Names in any script: which installed font can write them, and what to write where none can.

matplotlib is imported when a text is first looked at, so that whatever may be drawn later can import this module.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.text import Text

DEFAULT = "DejaVu Sans"  # comes with matplotlib: Latin, Greek, Cyrillic, Hebrew, Arabic and many signs
_LAST_RESORT = "Last Resort High-Efficiency"  # comes with newer versions: a box that names the script
_BOX = "\N{WHITE SQUARE}"
_FIRST = ("noto sans", "pingfang", "hiragino", "microsoft", "yu gothic", "malgun", "nirmala", "arial unicode")
_DECORATIVE = ("last resort", "stix", "cmr", "cmm", "cms", "cmt", "cmb", "cme", "math", "mono", "serif")


def writable(text: object) -> str:
    r"""Returns `text` as one that draws as it reads: no formulas between dollar signs, no signs without a font.

    >>> print(writable("$5 to $10"))
    \$5 to \$10
    """
    plain = "".join(c if c.isprintable() else " " for c in str(text)).replace("$", r"\$")
    if _has_last_resort():
        return plain
    return "".join(c if c in _basic() or _font_for(c) else _BOX for c in plain)


def is_writable(text: str) -> bool:
    """True when some installed font has every letter of `text`."""
    return all(ord(c) in _letters(DEFAULT) or _font_for(c) is not None for c in text if c.isprintable())


def families(text: str) -> list[str]:
    """The fonts that `text` needs, in the order in which they are to be asked for a letter."""
    found = dict.fromkeys(font for c in text if ord(c) not in _letters(DEFAULT) and (font := _font_for(c)))
    return [DEFAULT, *found, *([_LAST_RESORT] if _has_last_resort() else [])]


def give_fonts(texts: Iterable[Text]) -> None:
    """Gives each text that the default font cannot write the fonts that can."""
    for text in texts:
        if any(ord(c) not in _letters(DEFAULT) for c in text.get_text()):
            text.set_fontfamily(families(text.get_text()))


@functools.cache
def _basic() -> frozenset[str]:
    return frozenset(map(chr, _letters(DEFAULT)))


@functools.cache
def _paths() -> dict[str, str]:
    """Installed upright fonts by name: the first choices, then all others, those for formulas left out."""
    from matplotlib import font_manager

    fonts = {
        font.name: font.fname
        for font in font_manager.fontManager.ttflist
        if font.style == "normal" and not any(part in font.name.lower() for part in _DECORATIVE)
    }
    return dict(sorted(fonts.items(), key=lambda font: (not font[0].lower().startswith(_FIRST), font[0])))


@functools.cache
def _letters(family: str) -> frozenset[int]:
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    path = font_manager.findfont(DEFAULT) if family == DEFAULT else _paths()[family]
    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()  # a damaged font of the system


@functools.cache
def _font_for(letter: str) -> str | None:
    return next((family for family in _paths() if ord(letter) in _letters(family)), None)


@functools.cache
def _has_last_resort() -> bool:
    from matplotlib import font_manager

    return any(font.name == _LAST_RESORT for font in font_manager.fontManager.ttflist)
