"""Terms as text for a pipe, and all of them as the page of the documentation."""

from __future__ import annotations

import textwrap

from heron.glossary.look_up import TERMS
from heron.glossary.term import Term

_WIDTH = 92


def as_text(term: Term, width: int = _WIDTH) -> str:
    """A term as plain lines: name, sentence, formula, example, picture, other terms.

    Args:
        term: the word.
        width: the most columns of a line of prose.

    Example:
    >>> from heron.glossary import find
    >>> print(as_text(find("epoch")).splitlines()[0])
    epoch
    """

    def prose(text: str) -> str:
        return textwrap.fill(
            text, width, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )

    parts = [f"{term.name}\n{prose(term.sentence)}"]
    parts += [textwrap.indent(part, "    ") for part in (term.formula, drawn(term), code(term)) if part]
    if term.see:
        parts.append(prose("See also: " + ", ".join(term.see)))
    return "\n\n".join(parts)


def drawn(term: Term) -> str:
    """Its picture; empty for none."""
    return "" if term.picture is None else term.picture()


def code(term: Term) -> str:
    """Its example as it is typed at Python's prompt; empty for none."""
    return term.example


def markdown() -> str:
    """The page of the glossary, `docs/glossary.md`: a heading for each term, so that links can lead to it."""
    letters = " · ".join(f"[{name}](#{term.anchor})" for name, term in TERMS.items())
    head = (
        "# Glossary\n\n"
        "The words of deep learning, each in a sentence. `heron explain softmax` prints one of them; error "
        f"messages name those that help.\n\n{letters}"
    )
    return "\n\n".join([head, *map(_section, TERMS.values())]) + "\n"


def _section(term: Term) -> str:
    parts = [f"## {term.name}", _wrapped(term.sentence)]
    if term.latex:
        parts.append(f"$${term.latex}$$")
    elif term.formula:
        parts.append(f"`{term.formula}`")
    if term.picture is not None:
        parts.append(f"```\n{term.picture()}\n```")
    if term.example:
        parts.append(f"```pycon\n{term.example}\n```")
    if term.see:
        parts.append("See also: " + ", ".join(f"[{name}](#{TERMS[name].anchor})" for name in term.see))
    return "\n\n".join(parts)


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 119, break_long_words=False, break_on_hyphens=False))
