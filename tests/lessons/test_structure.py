"""Every lesson has the form that lessons have: held against its file, without running it."""

from __future__ import annotations

import ast
import re

import pytest

from heron import glossary, lessons
from heron.lessons import prose
from heron.lessons.catalogue import _PROGRAMS, _SECONDS

NAMES = lessons.names()


def strings_given_to_dict(cell, name):
    """The keys of the dict that a cell assigns to `name`."""
    for node in ast.parse(cell.source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            assert isinstance(node.value, ast.Dict), f"{name} is a dict: sentence to condition"
            return [ast.literal_eval(key) for key in node.value.keys]
    raise AssertionError(f"the cell sets no {name}")


def test_every_program_is_in_the_catalogue():
    assert {path.stem for path in _PROGRAMS.glob("*.py")} <= set(_SECONDS)
    assert list(NAMES) == [name for name in _SECONDS if name in NAMES]
    assert not (_PROGRAMS / "__init__.py").exists()
    assert max(_SECONDS.values()) <= 60


@pytest.mark.parametrize("name", NAMES)
def test_it_begins_with_what_it_is_and_what_one_can_do_afterwards(name):
    lesson = lessons.find(name)
    assert lesson.title[0].isupper()
    assert len(lesson.title) <= 40
    assert lesson.summary.endswith((".", "?"))
    assert len(lesson.summary) <= 100
    assert lesson.aims.endswith(".")
    assert len(lesson.aims) <= 160


@pytest.mark.parametrize("name", NAMES)
def test_its_parameters_are_those_that_a_reader_may_choose(name):
    lesson = lessons.find(name)
    assert set(lesson.parameters) <= {"EPOCHS", "SEED", "FOLDER"}
    assert lesson.folder == f"heron-{name}"
    code = "\n".join(cell.source for cell in lesson.cells[2:] if cell.kind == "code")
    for parameter in lesson.parameters:
        assert re.search(rf"\b{parameter}\b", code), f"{parameter} is used"
    assert not re.search(r"\bsys\.argv\b|\binput\(", code.replace("heron.Input(", "")), "it asks for nothing"


@pytest.mark.parametrize("name", NAMES)
def test_it_saves_a_picture_and_prints_its_name(name):
    code = "\n".join(cell.source for cell in lessons.find(name).cells)
    assert re.search(r"\.(png|svg)\b", code)
    assert re.search(r"""print\(f?["']Picture:""", code)


@pytest.mark.parametrize("name", NAMES)
def test_it_promises_something(name):
    promise = lessons.find(name).cells[-1]
    sentences = strings_given_to_dict(promise, "promised")
    assert len(set(sentences)) == len(sentences) > 0
    for sentence in sentences:
        assert not sentence.endswith("."), "sentences stand after 'as promised:'"


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_with_three_experiments(name):
    experiments = lessons.find(name).experiments
    assert len(experiments) == 3
    for experiment in experiments:
        assert "?" in experiment.question
        letters = list(experiment.choices)
        assert letters == ["a", "b", "c", "d"][: len(letters)]
        assert len(letters) in (2, 3, 4)
        given = [node for node in ast.walk(ast.parse(experiment.cell.source)) if isinstance(node, ast.Assign)]
        values = [node.value for node in given if getattr(node.targets[0], "id", "") == "answer"]
        assert values
        assert not all(isinstance(value, ast.Constant) for value in values), "the answer is computed"


def names_in(cells, context):
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell.source))]
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, context)}


@pytest.mark.parametrize("name", NAMES)
def test_its_experiments_can_be_made_in_any_order(name):
    lesson = lessons.find(name)
    cells = [experiment.cell for experiment in lesson.experiments]
    known = names_in([cell for cell in lesson.cells if cell.kind == "code"], ast.Store)
    for place, cell in enumerate(cells):
        others = [*cells[:place], *cells[place + 1 :]]
        spoilt = names_in([cell], ast.Store) & known & names_in(others, ast.Load) - names_in(others, ast.Store)
        assert spoilt == set(), "another experiment reads what this one overwrites"


@pytest.mark.parametrize("name", NAMES)
def test_its_links_to_the_glossary_are_well_formed(name):
    lesson = lessons.find(name)
    asked = "\n".join(experiment.question for experiment in lesson.experiments)
    said = "\n".join(cell.source for cell in lesson.cells if cell.kind == "markdown") + asked
    terms = prose.terms(said)
    assert terms, "at least one word is linked to the glossary"
    for term in terms:
        assert glossary.find(term).sentence
    assert "](glossary" not in prose.unlinked(said)
    assert "glossary:" not in prose.unlinked(said)


@pytest.mark.parametrize("name", NAMES)
def test_its_lines_fit_a_narrow_page(name):
    long = [line for line in lessons.find(name).text.splitlines() if len(line) > 100]
    assert long == []


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_paragraph_is_an_item_of_a_list_by_chance(name):
    item = re.compile(r"(\d+[.)]|[-+*]|#+) ")
    for cell in lessons.find(name).cells:
        for paragraph in re.split(r"\n\s*\n", cell.source) if cell.kind == "markdown" else ():
            first, *rest = paragraph.splitlines()
            assert item.match(first) or not any(item.match(line) for line in rest), paragraph


# Words that everybody understands as they stand in a lesson, or that a lesson is about from its first line.
EVERYDAY = {"bias", "class", "compile", "features", "layer", "model", "sample", "sequence", "shape", "tensor", "weight"}


@pytest.mark.parametrize("name", NAMES)
def test_each_technical_word_is_linked_to_the_glossary(name):
    lesson = lessons.find(name)
    said = [cell.source for cell in lesson.cells if cell.kind == "markdown"]
    said = "\n\n".join([*said, *(experiment.question for experiment in lesson.experiments)])
    linked = {glossary.find(term).name for term in prose.terms(said)}
    bare = re.sub(r"\[[^\]]*\]\(glossary:[^)]*\)|`[^`]*`", " ", said)
    bare = " ".join(bare.lower().split())
    used = {term for term in glossary.TERMS if re.search(rf"\b{re.escape(term.lower())}s?\b", bare)}
    assert used - linked - EVERYDAY == set()
