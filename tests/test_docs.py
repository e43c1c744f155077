"""The pages of the documentation run, show what comes out, link to what exists, and name commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import markdown

pytestmark = pytest.mark.usefixtures("as_shipped")  # pages show what users see
ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_the_code_of_a_page_runs_and_shows_what_the_page_says(path, tmp_path):
    with markdown.settled(tmp_path):
        found = list(markdown.complaints(path, path.read_text(encoding="utf-8")))
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_the_links_of_a_page_lead_somewhere(path):
    targets = [target.partition("#")[0] for target in markdown.links(path.read_text(encoding="utf-8"))]
    inside = [target for target in targets if target and "://" not in target]
    assert [target for target in inside if not (path.parent / target).exists()] == []


def test_every_page_is_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            targets = [target.partition("#")[0] for target in markdown.links(page.read_text(encoding="utf-8"))]
            waiting += [(page.parent / t).resolve() for t in targets if t.endswith(".md") and "://" not in t]
    assert [name_of(page) for page in PAGES if page not in reached] == []


def test_every_make_target_that_a_page_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    named = {target for path in PAGES for target in make_targets(path.read_text(encoding="utf-8"))}
    assert named - targets == set()
    assert {"demo", "test", "bench"} <= named


def make_targets(page: str) -> list[str]:
    """What follows `make` in the console blocks and between the backquotes of a page."""
    consoles = [block.text for block in markdown.blocks(page) if block.language == "console"]
    code = "\n".join([*consoles, *re.findall(r"`([^`\n]+)`", page)])
    return re.findall(r"^(?:\$ )?make ([a-z]+)", code, re.MULTILINE)


def test_the_readme_has_a_place_for_the_measurements():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"<!-- benchmark table -->.*<!-- end of benchmark table -->", readme, re.DOTALL)


# What runs the pages


def complaints(page: str) -> list[str]:
    return list(markdown.complaints(Path("page.md"), page))


def test_blocks_share_a_namespace_and_may_be_indented():
    assert (
        complaints("```python\na = 1\n```\n\n- item\n\n  ```python\n  print(a + 1)\n  ```\n\n  ```text\n  2\n  ```\n")
        == []
    )


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("```python\nprint(1)\n```\n```text\n2\n```\n", "page.md:2: the page says\n2\n\nthe block shows\n1\n"),
        ("\n```python\n1 / 0\n```\n", "page.md:3: the block shows what the page does not:\nZeroDivisionError: divis"),
        ("```python\nimport heron\nheron.errors.note('ah')\n```\n", "page does not:\nHeronNote: ah\n"),
        ("```python\nprint(1)\n```\n```text\n```\n", "the block shows\n1\n"),
    ],
)
def test_a_page_that_is_not_true_is_found(page, said):
    (found,) = complaints(page)
    assert said in found


def test_what_is_shown_may_be_an_error_a_note_or_have_gaps():
    shown = "HeronNote: a note"
    assert complaints(f"```python\nimport heron\nheron.errors.note('a note')\n```\n```text\n{shown}\n```\n") == []
    error = "UnknownAttributeError: heron has no attribute 'layer'. ..."
    assert complaints(f"```python\nimport heron\nheron.layer\n```\n```text\n{error}\n```\n") == []


def test_blocks_that_do_not_run_are_still_python():
    assert complaints("```python no-run\nraise SystemExit\n```\n") == []
    with pytest.raises(SyntaxError, match=r"page\.md, line 2"):
        complaints("```python no-run\n1 +\n```\n")


def test_other_languages_do_not_run():
    assert complaints("```console\nmake demo\n```\n```text\nfree\n```\n") == []


def test_pages_can_be_rewritten_to_be_true():
    page = "```python\nprint(1)\n```\n\n```text\n2\n```\n- so\n\n  ```python\n  1 / 0\n  ```\n  ```text\n  ```\nend\n"
    true = page.replace("2", "1").replace("```text\n  ```", "```text\n  ZeroDivisionError: division by zero\n  ```")
    assert markdown.rewritten(Path("page.md"), page) == true
    assert complaints(true) == []
