"""The written pages on their way to the site: those of docs/, and those at the root that they link to."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from pathlib import Path

from tools.docs.formulas import with_mathml

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Path(__file__).parent / "site.toml"
# Pages at the root of the repository, and what they are called on the site.
ROOT_PAGES = {
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
_LINK = re.compile(r"(?P<picture>!?)\[(?P<words>[^\]\[]*)\]\((?P<target>[^)\s]+)\)")
_CODE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r'"(?P<folder>\w+)/\*"')


def copy(stage: Path) -> None:
    """Puts every page and asset into `stage`, with links and formulas as the site has them."""
    for path in sorted((ROOT / "docs").rglob("*")):
        target = stage / path.relative_to(ROOT / "docs")
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            target.write_text(page(path), encoding="utf-8")
        elif path.is_file():
            shutil.copyfile(path, target)
    for name, staged in ROOT_PAGES.items():
        (stage / staged).write_text(page(ROOT / name), encoding="utf-8")


def page(path: Path) -> str:
    """A page of the repository as one of the site; what the tests are told behind the language of a block goes."""
    text = re.sub(r"^( *```\w+) [^`\n]*$", r"\1", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return with_mathml(relinked(text, path))


def relinked(text: str, path: Path) -> str:
    """Links lead to the pages of the site; what is a file of the repository and no page is named in place of linked."""
    pieces = _CODE.split(text)
    return "".join(
        piece if number % 2 else _LINK.sub(lambda link: _address(link, path), piece)
        for number, piece in enumerate(_joined(pieces))
    )


def _joined(pieces: list[str]) -> list[str]:
    """Code inside the words of a link belongs to them: [`make`](page.md)."""
    joined = pieces[:1]
    for code, after in zip(pieces[1::2], pieces[2::2], strict=True):
        if not code.lstrip().startswith("```") and joined[-1].count("[") > joined[-1].count("]"):
            joined[-1] += code + after
        else:
            joined += [code, after]
    return joined


def _address(link: re.Match[str], path: Path) -> str:
    target, sign, anchor = link["target"].partition("#")
    if not target or "://" in target:
        return link[0]
    place = posixpath.normpath(posixpath.join(path.parent.relative_to(ROOT).as_posix(), target))
    docs = place.removeprefix("docs/") if place.startswith("docs/") else ROOT_PAGES.get(place)
    if docs is None:
        return link["words"]
    here = path.parent.relative_to(ROOT).as_posix().removeprefix("docs").strip("/.")
    return f"{link['picture']}[{link['words']}]({posixpath.relpath(docs, here or '.')}{sign}{anchor})"


def settings(stage: Path, built: Path, lists: dict[str, list[str]]) -> str:
    """What Zensical is told: tools/docs/site.toml, with the pages in place of "lessons/*" and "reference/*"."""
    text = SETTINGS.read_text(encoding="utf-8")
    text = _PLACE.sub(
        lambda place: ", ".join(json.dumps(f"{place['folder']}/{n}") for n in lists[place["folder"]]), text
    )
    return text.replace(
        "[project]\n", f"[project]\ndocs_dir = {json.dumps(stage.name)}\nsite_dir = {json.dumps(built.name)}\n", 1
    )
