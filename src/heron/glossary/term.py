"""What the glossary says of one word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    r"""A word of deep learning, explained.

    Args:
        name: as it is written in the middle of a sentence.
        sentence: what it is, in one plain sentence.
        formula: the same in symbols, as text for a terminal; several lines where there are several.
        latex: the same for documents, without dollar signs.
        example: a few lines of Python as at its prompt, which the tests run.
        picture: draws it in text.
        see: names of other terms.
        also: other words and spellings for it.

    Example:
    >>> Term("epoch", "One pass over the training set.", also=("round",)).anchor
    'epoch'
    >>> Term("learning rate", "The length of a step.").anchor
    'learning-rate'
    """

    name: str
    sentence: str
    formula: str = ""
    latex: str = ""
    example: str = ""
    picture: Callable[[], str] | None = None
    see: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The name as links and commands write it."""
        return self.name.lower().replace(" ", "-")
