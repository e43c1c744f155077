"""Formulas as MathML, which browsers set by themselves: no script, no font from elsewhere."""

from __future__ import annotations

import re

import latex2mathml.converter

_DISPLAY = re.compile(r"^\$\$(?P<latex>.+?)\$\$$", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)


def with_mathml(page: str) -> str:
    """The page with each `$$...$$` that is a paragraph of its own as MathML.

    >>> with_mathml("$$x$$").startswith('<div class="formula"><math')
    True
    """
    pieces = _FENCED.split(page)
    return "".join(piece if number % 2 else _DISPLAY.sub(_formula, piece) for number, piece in enumerate(pieces))


def _formula(found: re.Match[str]) -> str:
    written = latex2mathml.converter.convert(found["latex"].strip(), display="block")
    return f'<div class="formula">{written}</div>'
