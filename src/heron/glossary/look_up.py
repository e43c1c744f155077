"""Finding a term by what people write for it."""

from __future__ import annotations

import difflib
import re

from heron.errors import UnknownNameError
from heron.glossary.term import Term
from heron.glossary.terms import data, networks, training

TERMS: dict[str, Term] = {
    term.name: term
    for term in sorted((*data.TERMS, *networks.TERMS, *training.TERMS), key=lambda term: term.name.lower())
}


class UnknownTermError(UnknownNameError):
    """A word that is not in the glossary."""


def spelling(word: str) -> str:
    """A word without what spellings differ in: capitals, spaces, hyphens, the s of the plural, British endings.

    >>> spelling("One-Hot") == spelling("one hot") == spelling("onehot")
    True
    >>> spelling("Optimisers"), spelling("loss"), spelling("classes")
    ('optimizer', 'loss', 'class')
    """
    plain = re.sub(r"[\W_]+", "", word.lower())
    plain = re.sub(r"is(ation|er|e|ing)(s?)$", r"iz\1\2", plain)
    if plain.endswith(("sses", "xes", "ches")):
        return plain[:-2]
    if plain.endswith("ies") and len(plain) > 4:
        return plain[:-3] + "y"
    return plain[:-1] if plain.endswith("s") and not plain.endswith(("ss", "us", "is")) and len(plain) > 3 else plain


def _spellings() -> dict[str, str]:
    found = {spelling(other): name for name, term in TERMS.items() for other in term.also}
    return found | {spelling(name): name for name in TERMS}


_BY_SPELLING = _spellings()


def find(word: str) -> Term:
    """The term that a word stands for, however it is spelt.

    Raises:
        UnknownTermError: for a word that is not there, with the nearest that are.

    Example:
    >>> find("ReLU").name, find("mini batches").name, find("crossentropy").name, find("lr").name
    ('relu', 'mini-batch', 'cross-entropy', 'learning rate')
    """
    found = _BY_SPELLING.get(spelling(word))
    if found is not None:
        return TERMS[found]
    near = difflib.get_close_matches(spelling(word), _BY_SPELLING, n=5, cutoff=0.6)
    names = list(dict.fromkeys(_BY_SPELLING[one] for one in near))[:3]
    hint = f"Did you mean {' or '.join(map(repr, names))}? " if names else ""
    raise UnknownTermError(f"The glossary has no word {word!r}. {hint}All of them: heron explain")
