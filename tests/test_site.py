"""The documentation site: every page and every public name has its place, every link leads somewhere."""

from __future__ import annotations

import doctest
import json
import re
import tomllib
from pathlib import Path

import pytest

import heron
from heron.lessons import catalogue
from tests.public_names import spaces
from tools.docs import __main__ as site
from tools.docs import docstrings, formulas, lessons, links, pages, reference

OWN = ("auto_mpg", "basic_motions", "cats_vs_dogs", "horses_or_humans", "rock_paper_scissors")
MODULES = (*spaces.MODULES, "compat", "data", "errors", "plot", *(f"datasets.{name}" for name in OWN))


@pytest.fixture(scope="module")
def api():
    return reference.Reference()


@pytest.fixture(scope="module")
def api_pages(api):
    return api.pages()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site without the results of lessons and without the reference, in a folder; builds in some seconds."""
    folder = tmp_path_factory.mktemp("site")
    arguments = [
        "--lessons",
        "none",
        "--no-reference",
        "--build",
        str(folder / "build"),
        "--site",
        str(folder / "site"),
    ]
    assert site.main(arguments) == 0
    return folder / "site"


def in_nav(entry) -> list[str]:
    """The pages of a part of the nav."""
    if isinstance(entry, str):
        return [entry]
    return [page for one in (entry.values() if isinstance(entry, dict) else entry) for page in in_nav(one)]


def test_every_page_is_in_the_nav_once():
    nav = in_nav(tomllib.loads(pages.SETTINGS.read_text(encoding="utf-8"))["project"]["nav"])
    docs = [path.relative_to(pages.ROOT / "docs").as_posix() for path in (pages.ROOT / "docs").rglob("*.md")]
    assert sorted(nav) == sorted([*docs, *pages.ROOT_PAGES.values(), "lessons/*", "reference/*"])


def test_the_site_is_built_with_a_page_for_each_lesson(built):
    assert (built / "index.html").is_file()
    assert (built / "search.json").is_file()
    assert (built / "assets" / "iframe-worker.js").is_file()
    for name in catalogue.names():
        written = (built / "lessons" / f"{name}.html").read_text(encoding="utf-8")
        assert catalogue.find(name).title.replace("'", "&#39;") in written or catalogue.find(name).title in written
        assert (built / "lessons" / f"{name}.ipynb").is_file()


def test_formulas_need_no_script(built):
    glossary = (built / "glossary.html").read_text(encoding="utf-8")
    assert "<math" in glossary
    assert "$$" not in glossary
    assert glossary.count('<div class="formula">') == (pages.ROOT / "docs/glossary.md").read_text().count("$$") // 2


def test_a_broken_link_and_what_is_fetched_from_elsewhere_are_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<h1 id="here">A</h1><a href="#here"></a><a href="b.html#there"></a><a href="b.html#gone"></a>'
        '<a href="c.html"></a><a href="https://example.org"></a><script src="https://example.org/x.js"></script>'
        '<img src="data:image/png;base64,"><img src="no.png">'
    )
    (tmp_path / "b.html").write_text('<p id="there">```python no-run</p>')
    (tmp_path / "a.css").write_text('body { background: url("https://example.org/x.png") }')
    assert sorted(links.complaints(tmp_path)) == [
        "a.css: fetches from elsewhere, so it does not work offline",
        "a.html: b.html#gone leads to a page without that anchor",
        "a.html: c.html leads nowhere",
        "a.html: fetches https://example.org/x.js, so it does not work offline",
        "a.html: no.png leads nowhere",
        "b.html: shows ``` as text, so a block of code is not read as one",
    ]


def test_a_site_with_a_broken_link_is_not_published(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(site, "build", lambda *_: ["a.html: b.html leads nowhere"])
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old.html").write_text("before")
    assert site.main(["--lessons", "none", "--build", str(tmp_path / "build"), "--site", str(tmp_path / "site")]) == 1
    assert (tmp_path / "site" / "old.html").is_file()
    assert "b.html leads nowhere" in capsys.readouterr().err


def test_lessons_are_chosen_by_name():
    assert lessons.chosen("all") == list(catalogue.names())
    assert lessons.chosen("none") == []
    assert lessons.chosen("xor line") == ["xor", "line"]
    with pytest.raises(heron.errors.UnknownNameError, match="xor"):
        lessons.chosen("xorr")


def test_a_lesson_that_runs_has_its_results_and_pictures(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "names", lambda: ("line",))
    assert lessons.write(tmp_path, ["line"]) == ["line.md"]
    written = (tmp_path / "line.md").read_text(encoding="utf-8")
    assert written.startswith('# A line\n\n<a class="badge" href="line.ipynb" download>Jupyter notebook</a>')
    assert "as promised" in written
    assert "(../glossary.md#" in written
    drawn = re.findall(r"!\[[^\]]*\]\((line/[^)]+)\)", written)
    assert drawn
    assert [name for name in drawn if not (tmp_path / name).is_file()] == []


def test_colab_is_offered_once_the_notebooks_have_an_address(tmp_path, monkeypatch):
    assert "colab" not in lessons.with_badges("# A\n\nText.\n", "line")
    settings = tmp_path / "site.toml"
    settings.write_text('[project.extra]\nnotebooks = "someone/heron/blob/pages/lessons"\n')
    monkeypatch.setattr(lessons, "SETTINGS", settings)
    address = "https://colab.research.google.com/github/someone/heron/blob/pages/lessons/line.ipynb"
    assert f'<a class="badge" href="{address}">Open in Colab</a>' in lessons.with_badges("# A\n\nText.\n", "line")


# The reference


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_has_a_place(name, api, api_pages):
    space = spaces.module(heron, name)
    wanted = [n for n in spaces.public(space) if f"{reference.full(name)}.{n}" not in map(reference.full, MODULES)]
    for public in (f"{reference.full(name)}.{n}" for n in wanted):
        entry = api.entries[public]
        assert f"{{ #{entry.name} }}" in api_pages[f"{entry.page}.md"]
        assert public == entry.name or any(f'<span id="{public}">' in page for page in api_pages.values())


def test_links_inside_the_reference_lead_to_entries(api_pages):
    anchors = {
        (name, anchor)
        for name, page in api_pages.items()
        for anchor in re.findall(r'(?:\{ #|<span id=")([\w.]+)', page)
    }
    targets = {
        (target or name, anchor)
        for name, page in api_pages.items()
        for target, anchor in re.findall(r"\]\(([\w.]*)#(heron[\w.]*)\)", page)
    }
    assert targets - anchors == set()


def test_an_entry_says_how_a_layer_is_called_and_what_it_takes(api_pages):
    page = api_pages["layers.md"]
    entry = page[page.index("{ #heron.layers.Dense }") : page.index("{ #heron.layers.EinsumDense }")]
    assert "heron.layers.Dense(\n    units: int,\n    activation=None," in entry
    assert "Base: [`heron.layers.Layer`](#heron.layers.Layer)" in entry
    assert "**Args**\n\n`units`\n:   positive integer, the number of outputs." in entry
    assert "**Output shape**\n\n`(batch, ..., units)`, in the compute dtype." in entry
    assert "```pycon\n>>> Dense(3)([[1.0, 2.0]]).shape\n(1, 3)\n```" in entry


def test_every_list_of_arguments_reads_as_one(api):
    found = [
        f"{entry.name}: {title}"
        for entry in {entry.name: entry for entry in api.entries.values()}.values()
        for title, body in docstrings.sections(reference.said(entry.thing))
        if title in docstrings.LISTS and not docstrings.items(body, lambda name: "")
    ]
    assert found == []


def test_second_names_lead_to_one_entry(api, api_pages):
    assert api.entries["heron.losses.mse"] is api.entries["heron.losses.mean_squared_error"]
    assert "`heron.losses.mse`" in api_pages["losses.md"]
    assert api.entries["heron.Model"].address == "models.md#heron.models.Model"
    assert api.entries["heron.ops.nn.relu"].name == "heron.ops.relu"


def test_docstrings_keep_their_signs():
    text = (
        "Rows *n* and `a_b`, <b>, [c].\n\nArgs:\n    x, y: one,\n        or two\n    **kwargs: more.\n\nSource: A_B.\n"
    )
    assert docstrings.markdown(text) == (
        "Rows \\*n\\* and `a_b`, &lt;b>, \\[c\\].\n\n**Args**\n\n`x`, `y`\n:   one,\n    or two\n\n"
        "`**kwargs`\n:   more.\n\n**Source**\n\nA\\_B."
    )


@pytest.mark.parametrize("module", [docstrings, formulas, reference])
def test_the_examples_of_the_tools(module):
    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0


# The pages


def test_links_to_files_that_are_no_pages_are_words():
    docs = pages.ROOT / "docs" / "page.md"
    assert pages.relinked("[plan](../ARCHITECTURE.md#x) [`t`](../tests/a) [d](data.md)\n", docs) == (
        "[plan](architecture.md#x) `t` [d](data.md)\n"
    )
    assert pages.relinked("[d](docs/data.md) [u](https://a.b) `[x](y)`\n", pages.ROOT / "CHANGELOG.md") == (
        "[d](data.md) [u](https://a.b) `[x](y)`\n"
    )


# Containers


def test_the_containers_name_files_and_tools_that_exist():
    dockerfile = (pages.ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        word for line in re.findall(r"^COPY (?:--\S+ )*(.+) \S+$", dockerfile, re.MULTILINE) for word in line.split()
    ]
    assert [name for name in copied if name != "/opt/heron" and not Path(pages.ROOT, name).exists()] == []
    ignored = (pages.ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert ignored[0] == "*"
    assert [name for name in copied if f"!{name.rstrip('/')}" not in ignored and name != "/opt/heron"] == []
    assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)
    assert 'ENTRYPOINT ["heron"]' in dockerfile
    settings = (pages.ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    settings = json.loads(re.sub(r"^ *//.*$", "", settings, flags=re.MULTILINE))
    target = settings["postCreateCommand"].removeprefix("make ")
    assert f"{target.replace('.venv', '$(VENV)')}:" in (pages.ROOT / "Makefile").read_text(encoding="utf-8")
