"""The glossary: every term is whole, its example runs, it is found however it is spelt, and pages are up to date."""

from __future__ import annotations

import ast
import doctest
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from heron import glossary
from heron.cli import explaining
from heron.glossary import TERMS, UnknownTermError, find, pictures

ROOT = Path(__file__).resolve().parents[2]
INTRODUCTIONS = (
    *("batch", "cross-entropy", "dense", "epoch", "features", "labels", "learning rate", "logits", "loss", "neuron"),
    *("one-hot", "optimizer", "overfitting", "relu", "sigmoid", "softmax", "tensor", "weights and biases"),
)
LESSONS = (
    *("accuracy", "activation", "adam", "augmentation", "backpropagation", "bias", "binary classification"),
    *("broadcasting", "callback", "channel", "class", "compile", "confusion matrix", "convolution", "dropout"),
    *("dtype", "early stopping", "embedding", "filter", "fine-tuning", "flatten", "generalisation", "gradient"),
    *("gradient descent", "hidden layer", "hyperparameter", "image augmentation", "inference", "initializer"),
    *("label encoding", "layer", "learning curve", "LSTM", "mask", "mean squared error", "metric", "mini-batch"),
    *("model", "NaN", "normalization", "padding", "pooling", "prediction", "recurrent", "regression"),
    *("regularization", "sample", "sequence", "shape", "standardization", "test set", "token", "training set"),
    *("transfer learning", "underfitting", "validation set", "vocabulary", "weight"),
)
PICTURES = ("relu", "sigmoid", "softmax", "overfitting", "convolution", "pooling", "gradient descent")


def test_the_words_of_the_introductions_and_the_lessons_are_there():
    assert set(INTRODUCTIONS) | set(LESSONS) <= set(TERMS)
    assert [name for name in PICTURES if TERMS[name].picture is None] == []


@pytest.mark.parametrize("name", TERMS)
def test_a_term_is_whole(name):
    term = TERMS[name]
    assert term.sentence.endswith(".")
    assert term.sentence[0] in "\"'" or term.sentence[0].isupper()
    assert [other for other in term.see if other not in TERMS] == []
    assert name not in term.see
    assert all(len(line) <= 92 for line in glossary.as_text(term).splitlines())
    picture = term.picture() if term.picture else ""
    assert all(len(line) <= 72 for line in picture.splitlines()), "it fits a terminal of 80 columns"
    assert bool(term.latex) <= bool(term.formula), "a terminal shows the formula too"


@pytest.mark.parametrize("name", [name for name, term in TERMS.items() if term.example])
def test_an_example_shows_what_it_says(name):
    example = doctest.DocTestParser().get_doctest(TERMS[name].example, {}, name, None, None)
    assert example.examples
    said = io.StringIO()
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=said.write)
    assert said.getvalue() == ""


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("crossentropy", "cross-entropy"),
        ("categorical_crossentropy", "cross-entropy"),
        ("one hot", "one-hot"),
        ("onehot", "one-hot"),
        ("ReLU", "relu"),
        ("minibatch", "mini-batch"),
        ("Batches", "batch"),
        ("classes", "class"),
        ("kernel", "filter"),
        ("learning-rate", "learning rate"),
        ("lstm", "LSTM"),
        ("nan", "NaN"),
        ("optimiser", "optimizer"),
        ("Normalisation", "normalization"),
        ("generalization", "generalisation"),
        ("losses", "loss"),
        ("weights", "weight"),
        ("bias", "bias"),
        ("biases", "bias"),
        ("categories", "class"),
        ("over-fitting", "overfitting"),
        ("mse", "mean squared error"),
    ],
)
def test_a_word_is_found_however_it_is_spelt(written, name):
    assert find(written).name == name


def test_no_spelling_stands_for_two_terms():
    owners: dict[str, set[str]] = {}
    for name, term in TERMS.items():
        for written in (name, *term.also):
            owners.setdefault(glossary.spelling(written), set()).add(name)
    assert {written: names for written, names in owners.items() if len(names) > 1} == {}


def test_an_unknown_word_gets_the_nearest():
    with pytest.raises(
        UnknownTermError, match=r"no word 'sofmax'. Did you mean 'softmax'\? All of them: heron explain"
    ):
        find("sofmax")
    with pytest.raises(UnknownTermError, match=r"no word 'qqq'. All of them: heron explain"):
        find("qqq")


def test_the_page_of_the_documentation_is_up_to_date():
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert page == glossary.markdown(), "write it anew: python -m heron.glossary docs/glossary.md"


def terms_named(source: str) -> set[str]:
    """What a module hands to `errors.more`: `more("one-hot")`, or `term="one-hot"` with `more(finding.term)` later."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "term"]
    named = [
        part for value in named for part in ((value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,))
    ]
    for call in calls:
        if getattr(call.func, "id", "") == "more" and getattr(call.args[0], "attr", "") != "term":
            assert isinstance(call.args[0], ast.Constant), f"line {call.lineno}: write the term itself"
            named.append(call.args[0])
    return {part.value for part in named if isinstance(part, ast.Constant) and part.value}


def test_terms_named_in_messages_are_in_the_glossary():
    assert terms_named("more('a')\nmore(self.term)\nadd(term='b' if x in 'c' else 'd')\nmore('')") == {"a", "b", "d"}
    folder = ROOT / "src" / "heron"
    sources = {path.relative_to(folder): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}
    messages = {path: text for path, text in sources.items() if "more(" in text or path.parent.name == "checking"}
    named = {path: terms_named(text) for path, text in messages.items()}
    assert sum(map(len, named.values())) >= 10
    assert {path: terms - set(TERMS) for path, terms in named.items() if not terms <= set(TERMS)} == {}


def test_terms_that_lessons_link_to_have_an_anchor():
    anchors = {term.anchor for term in TERMS.values()}
    assert len(anchors) == len(TERMS)
    linked = {
        term: path.name
        for path in sorted((ROOT / "src" / "heron" / "lessons" / "programs").glob("*.py"))
        for term in re.findall(r"\(glossary:([a-z0-9-]+)\)", path.read_text(encoding="utf-8"))
    }
    assert {term: file for term, file in linked.items() if term not in anchors} == {}
    assert len(linked) > 5


# ---- pictures -------------------------------------------------------------------------------------------------------


def test_curves_go_through_their_points():
    lines = pictures.curves([("•", lambda x: max(0.0, x))], (-4, 4), (0, 4)).splitlines()
    assert lines[0] == "4 │" + " " * 47 + "••"
    assert lines[8].startswith("0 │" + "•" * 26)
    assert pictures.curves([("a", lambda x: 9.0)], (0, 1), (0, 1)).count("a") == 0, "what lies outside is not drawn"


def test_pictures_compute_what_they_show():
    assert pictures.slide(pictures.PICTURE, pictures.FILTER) == [[-3, -3, 0]] * 3
    assert pictures.largest(pictures.POOLED) == [[7, 9], [8, 4]]
    assert "cat    2   →   0.71  " in pictures.softmax()
    for number in "12345":
        assert number in pictures.gradient_descent()


# ---- the command ----------------------------------------------------------------------------------------------------


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "heron", "explain", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_prints_a_word():
    done = command("learning", "rate")
    assert (done.returncode, done.stdout) == (0, glossary.as_text(TERMS["learning rate"]) + "\n")


def test_the_command_says_which_word_is_near():
    done = command("sofmax")
    assert done.returncode == 2
    assert "Did you mean 'softmax'?" in done.stderr


def test_a_term_fits_the_columns_that_there_are():
    narrow = glossary.as_text(TERMS["overfitting"], 40).splitlines()
    prose = [line for line in narrow[1:] if line.startswith("  ") and not line.startswith("   ")]
    assert max(map(len, prose)) <= 40
    assert " ".join(line.strip() for line in prose).startswith(TERMS["overfitting"].sentence)


def test_all_words_in_a_pipe(capsys):
    explaining.list_terms()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(TERMS)
    assert lines[0] == f"accuracy: {TERMS['accuracy'].sentence}"


@pytest.mark.parametrize("name", ["softmax", "padding", "learning rate", "hidden layer"])
def test_words_on_a_terminal(name, monkeypatch):
    page = io.StringIO()
    monkeypatch.setattr(
        explaining, "Console", lambda **kwargs: Console(file=page, force_terminal=True, width=100, **kwargs)
    )
    explaining.explain(TERMS[name])
    explaining.list_terms()
    shown = page.getvalue()
    assert "\x1b[" in shown
    assert name in shown
    assert all(line.strip() in shown for line in (TERMS[name].formula or name).splitlines())
    assert "heron explain softmax" in shown
