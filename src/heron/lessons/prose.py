"""The prose of lessons: markdown, whose links to the glossary are words, and how it reads without markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

_GLOSSARY = re.compile(r"\[(?P<word>[^\]]+)\]\(glossary:(?P<term>[a-z0-9]+(?:-[a-z0-9]+)*)\)")
_LINK = re.compile(r"\[(?P<word>[^\]]+)\]\((?P<target>[^)\s]+)\)")
_ITEM = re.compile(r"(?P<sign>[-*]|\d+\.) +")


def terms(prose: str) -> list[str]:
    """The terms of the glossary that are linked to, each once, in their order.

    >>> terms("An [epoch](glossary:epoch), a [loss](glossary:loss), [epochs](glossary:epoch).")
    ['epoch', 'loss']
    """
    return list(dict.fromkeys(link["term"] for link in _GLOSSARY.finditer(prose)))


def linked(prose: str, address: Callable[[str], str]) -> str:
    """The prose with ordinary links in place of those to the glossary.

    Args:
        prose: markdown.
        address: where a term is explained.

    Example:
    >>> linked("An [epoch](glossary:epoch).", lambda term: f"glossary.md#{term}")
    'An [epoch](glossary.md#epoch).'
    """
    return _GLOSSARY.sub(lambda link: f"[{link['word']}]({address(link['term'])})", prose)


def unlinked(prose: str, form: str = "{}") -> str:
    """The prose with words, in some form, in place of links to the glossary.

    >>> unlinked("An [epoch](glossary:epoch).", "*{}*")
    'An *epoch*.'
    """
    return _GLOSSARY.sub(lambda link: form.format(link["word"]), prose)


def plain(prose: str, width: int) -> str:
    r"""The prose for a page that knows no markdown: filled lines, words without signs.

    Args:
        prose: markdown: paragraphs, lists, headings, tables, fenced code, bold words, links.
        width: the most columns of a line; tables and code keep theirs.

    Example:
    >>> print(plain("A **long** line of [words](glossary:word).\n\n- one and two\n- three", 12))
    A long line
    of words.
    <BLANKLINE>
    - one and
      two
    - three
    """
    return "\n\n".join(_block(block, width) for block in _blocks(prose))


def _blocks(prose: str) -> list[str]:
    """Paragraphs, and fenced code whole."""
    pieces = re.split(r"(^```.*?^```$)", prose, flags=re.MULTILINE | re.DOTALL)
    blocks = [[piece] if piece.startswith("```") else re.split(r"\n\s*\n", piece) for piece in pieces]
    return [block.strip("\n") for some in blocks for block in some if block.strip()]


def _block(block: str, width: int) -> str:
    if block.startswith("```"):
        return textwrap.indent("\n".join(block.splitlines()[1:-1]), "    ")
    if block.lstrip().startswith("|"):
        return _words(block)
    lines: list[str] = []
    for line in block.splitlines():  # an item of a list begins a line of its own
        if not lines or _ITEM.match(line):
            lines.append(line)
        else:
            lines[-1] += " " + line.strip()
    return "\n".join(filled(_words(line), width) for line in lines)


def filled(line: str, width: int) -> str:
    r"""One paragraph, or one item of a list, in lines that end with a word; no word is cut.

    Args:
        line: plain text.
        width: the most columns of a line, but for a longer word.

    Example:
    >>> print(filled("- one and two", 10))
    - one and
      two
    """
    item = _ITEM.match(line)
    indent = " " * len(item[0]) if item else ""
    return textwrap.fill(line, max(width, 20), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _words(line: str) -> str:
    line = _LINK.sub(lambda link: link["word"], unlinked(line))
    line = re.sub(r"\*\*(\S(?:[^*]*\S)?)\*\*", r"\1", line)
    line = re.sub(r"(?<![\w*])\*(\S(?:[^*]*\S)?)\*(?![\w*])", r"\1", line)
    return re.sub(r"^#+ +", "", re.sub(r"`([^`]+)`", r"\1", line))
