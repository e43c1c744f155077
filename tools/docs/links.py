"""What is wrong with a built site: dead links, what is fetched from elsewhere, code that is shown as text."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Attributes by which a browser fetches something at once; a link that a person may follow is href of <a>.
_FETCHED = {("img", "src"), ("script", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("link", "href")}
_LINKED = {("a", "href")}
_NOT_FETCHED = {"canonical", "alternate", "prev", "next", "edit"}  # kinds of <link> that only say something


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.anchors: set[str] = {"", "top"}
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.fences = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := found.get(name))}
        for name, value in found.items():
            if value is None:
                continue
            if (tag, name) in _LINKED:
                self.links.append(value)
            elif (tag, name) in _FETCHED and not _NOT_FETCHED & set((found.get("rel") or "").split()):
                self.fetched.append(value)

    def handle_data(self, data: str) -> None:
        self.fences += data.count("```")


def complaints(site: Path) -> Iterator[str]:
    """One line for each thing that is wrong."""
    files = {path.resolve(): _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    if not files:
        yield f"there are no pages in {site}"
    for path, page in files.items():
        if path.name == "404.html":
            continue  # its links begin at the root of the server
        name = path.relative_to(site.resolve()).as_posix()
        if page.fences:
            yield f"{name}: shows ``` as text, so a block of code is not read as one"
        for address in dict.fromkeys([*page.fetched, *page.links]):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if address in page.fetched and parts.scheme != "data":
                    yield f"{name}: fetches {address}, so it does not work offline"
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                yield f"{name}: {address} leads nowhere"
            elif target in files and unquote(parts.fragment) not in files[target].anchors:
                yield f"{name}: {address} leads to a page without that anchor"
    for path in sorted(site.rglob("*.css")):
        if "url(http" in path.read_text(encoding="utf-8").replace('"', "").replace("'", ""):
            yield f"{path.relative_to(site).as_posix()}: fetches from elsewhere, so it does not work offline"
