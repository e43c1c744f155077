"""Docstrings as markdown: the sentence, then Args, shapes, errors and examples, each in a form that reads well."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator

_HEADING = re.compile(r"(?P<title>[A-Z][A-Za-z ]*):")
_INLINE = re.compile(r"(?P<title>Source|Example): +(?P<rest>\S.*)", re.DOTALL)
_ITEM = re.compile(r"(?P<names>\*{0,2}[\w.]+(?:\[[^\]]*\])?(?:,\s+\*{0,2}[\w.]+)*):(?:\s+|$)(?P<text>.*)", re.DOTALL)
LISTS = ("Args", "Attributes", "Call arguments", "Raises")
_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)

Linker = Callable[[str], str]  # what stands between backquotes -> the address of its page, or ""


def markdown(docstring: str, link: Linker = lambda name: "") -> str:
    """A docstring in the form of Google as markdown.

    >>> print(markdown("Adds.\\n\\nArgs:\\n    x, y: *two* numbers.\\n"))
    Adds.
    <BLANKLINE>
    **Args**
    <BLANKLINE>
    `x`, `y`
    :   \\*two\\* numbers.
    """
    parts: list[str] = []
    for title, body in sections(docstring):
        if title:
            parts.append(f"**{title}**")
        parts.append(items(body, link) or prose(body, link) if title in LISTS else prose(body, link))
    return "\n\n".join(part for part in parts if part)


def sections(docstring: str) -> Iterator[tuple[str, str]]:
    """The parts of a docstring: the words of the heading, "" where there is none, and the dedented text below it."""
    title, body, inside = "", [], False
    lines = docstring.expandtabs().splitlines()
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        heading = _HEADING.fullmatch(line)
        indented = bool(after[:1].isspace()) or after.startswith(">>>")
        inline = None if inside else _INLINE.fullmatch(line)
        if heading and indented:
            yield title, _dedented(body)
            title, body, inside = heading["title"], [], False
        elif inline:
            yield title, _dedented(body)
            title, body = inline["title"], [inline["rest"]]
        elif title and line and not line[0].isspace() and not line.startswith(">>>") and _ended(title, body):
            yield title, _dedented(body)
            title, body = "", [line]
        else:
            body.append(line)
        inside = line.startswith(">>>") or (inside and bool(line))
    yield title, _dedented(body)


def _ended(title: str, body: list[str]) -> bool:
    """Whether a line at the margin begins something else: an empty line is above it, or indented text."""
    return bool(body) and (not body[-1].strip() or (title not in ("Source", "Example") and body[-1][0].isspace()))


def _dedented(lines: list[str]) -> str:
    return textwrap.dedent("\n".join(lines)).strip("\n")


def items(body: str, link: Linker) -> str:
    """A list of names and what they are as a list of definitions; "" when it is none."""
    found: list[list[str]] = []
    for line in body.splitlines():
        if line[:1].isspace() or not line:
            if not found:
                return ""
            found[-1].append(line)
        else:
            found.append([line])
    parts = []
    for lines in found:
        item = _ITEM.fullmatch("\n".join([lines[0], textwrap.dedent("\n".join(lines[1:]))]).rstrip())
        if item is None:
            return ""
        names = ", ".join(f"`{name.strip()}`" for name in item["names"].split(","))
        parts.append(f"{names}\n:   {textwrap.indent(prose(item['text'], link), '    ').strip()}")
    return "\n\n".join(parts)


def prose(text: str, link: Linker) -> str:
    """Paragraphs, lists and examples; signs that markdown would read otherwise are kept from it."""
    blocks = re.split(r"\n\s*\n", text.strip("\n"))
    return "\n\n".join(_block(block, link) for block in blocks if block.strip())


def _block(block: str, link: Linker) -> str:
    if "```" in block or (block[0].isspace() and not block.lstrip().startswith((">>>", "- "))):
        return block  # code already
    before, prompt, example = (
        block.partition(">>> ") if re.search(r"^\s*>>> ", block, re.MULTILINE) else (block, "", "")
    )
    parts = [_escaped(before.rstrip(), link)] if before.strip() else []
    if prompt:
        indent = before[len(before.rstrip(" ")) :]
        parts.append(f"```pycon\n{textwrap.dedent(indent + prompt + example)}\n```")
    return "\n\n".join(parts)


def _escaped(text: str, link: Linker) -> str:
    if re.search(r"^- ", text, re.MULTILINE) and not text.startswith("- "):
        text = re.sub(r"\n(?=- )", "\n\n", text, count=1)  # markdown wants an empty line before a list
    pieces, end = [], 0
    for code in _CODE.finditer(text):
        address = link(code[2])
        pieces += [_plain(text[end : code.start()]), f"[{code[0]}]({address})" if address else code[0]]
        end = code.end()
    return "".join([*pieces, _plain(text[end:])])


def _plain(text: str) -> str:
    return re.sub(r"([\\*_\[\]|#$~^])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))
