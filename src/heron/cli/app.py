"""The commands and their options."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

import heron
from heron import glossary
from heron.cli import describing, explaining, learning, running
from heron.errors import HeronError
from heron.lessons import Lesson, find

_MAX_SEED = 2**32 - 1

app = typer.Typer(
    name="heron",
    help="Deep learning that a beginner can read: the Keras API on JAX.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Runs the command line: the entry point of `heron`."""
    app(prog_name="heron")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"heron {heron.__version__}")
        raise typer.Exit


@app.callback()
def _heron(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Deep learning that a beginner can read: the Keras API on JAX."""


@app.command()
def learn(
    lesson: Annotated[
        str | None, typer.Argument(help="Its name, or next; without one, the lessons are listed.")
    ] = None,
    file: Annotated[
        Path | None, typer.Argument(help="Where --notebook writes to.", show_default="LESSON.ipynb")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="How long to train, in place of the lesson's own.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=_MAX_SEED, metavar="N", help="Where random numbers start.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where pictures and weights go.", show_default="heron-LESSON"),
    ] = None,
    code: Annotated[bool, typer.Option("--code/--no-code", help="Show the code before it runs.")] = True,
    execute: Annotated[bool, typer.Option("--run/--no-run", help="Run it; --no-run prints the program only.")] = True,
    check: Annotated[bool, typer.Option("--check", help="Be asked its questions and see what comes out.")] = False,
    answers: Annotated[
        str | None, typer.Option(metavar="LETTERS", help="Letters for --check, as in a,b,c, given at once.")
    ] = None,
    notebook: Annotated[bool, typer.Option("--notebook", help="Write it as a notebook, with what comes out.")] = False,
) -> None:
    """Run a lesson: its code step by step, what it means, and what comes out."""
    if lesson is None:
        given = any(choice is not None for choice in (epochs, seed, out, answers))
        if given or check or notebook or not (code and execute):
            raise typer.BadParameter("An option needs a lesson: heron learn line --epochs 100", param_hint="'LESSON'")
        learning.list_lessons()
        return
    if file is not None and not notebook:
        raise typer.BadParameter(
            f"A file is for notebooks: heron learn {lesson} --notebook {file}", param_hint="'FILE'"
        )
    chosen = _chosen(lesson, epochs, seed, out)
    letters = _letters(chosen, answers, check)
    if not execute:
        print(chosen.text, end="")
        return
    _make_folder(Path(chosen.folder))
    with _stops_well():
        if check:
            learning.check(chosen, letters)
        elif notebook:
            error = learning.write_notebook(chosen, file or Path(f"{chosen.name}.ipynb"))
            if error is not None:
                raise error
        else:
            learning.teach(chosen, code)


@app.command()
def describe(
    what: Annotated[
        str | None, typer.Argument(help="A file, a folder or a data set; without one, the data sets are listed.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="The column that is to be predicted.")] = None,
    validation: Annotated[Path | None, typer.Option(help="The file of the validation part.")] = None,
    test: Annotated[Path | None, typer.Option(help="The file of the test part.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="table, pictures, sequences or texts, where heron should not find out.")
    ] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="The most rows of a part to look at.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")] = False,
) -> None:
    """Look at data: what is in them, what is wrong with them, and how to mend it."""
    options = {"target": target, "validation": validation, "test": test, "kind": kind, "sample": sample}
    given: dict[str, Any] = {name: option for name, option in options.items() if option is not None}
    if what is None:
        if given or html is not None or as_json:
            raise typer.BadParameter(
                "An option needs data: heron describe data.csv --target price", param_hint="'WHAT'"
            )
        describing.list_data_sets()
        return
    try:
        found = heron.data.describe(what, **given)
    except (HeronError, OSError) as error:
        raise typer.BadParameter(describing.printable(str(error)), param_hint="'WHAT'") from None
    try:
        if html is not None:
            describing.save(found, html)
    except OSError as error:
        raise typer.BadParameter(
            f"The page cannot be written to {str(html)!r}: {error.strerror}. Choose another place.",
            param_hint="'--html'",
        ) from None
    if as_json:
        print(found.to_json())
    else:
        describing.show(found)


@app.command()
def explain(
    word: Annotated[list[str] | None, typer.Argument(help="A word; without one, all words are listed.")] = None,
) -> None:
    """Look up a word: what it means, its formula, a picture."""
    if not word:
        explaining.list_terms()
        return
    try:
        explaining.explain(glossary.find(" ".join(word)))
    except HeronError as error:
        raise typer.BadParameter(str(error), param_hint="'WORD'") from None


@app.command(context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True})
def run(
    script: Annotated[str, typer.Argument(help="A Python file or a notebook; with -m, the name of a module.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="What the program finds in sys.argv.")] = None,
    module: Annotated[bool, typer.Option("-m", help="Run a module, as python -m does.")] = False,
) -> None:
    """Run a program written for Keras or TensorFlow, as it is."""
    running.run(script, arguments or [], module)


def _chosen(name: str, epochs: int | None, seed: int | None, out: Path | None) -> Lesson:
    """The lesson of that name, with the reader's choices."""
    if name == "next":
        following = learning.next_lesson()
        if following is None:
            print("All lessons are done. Take one again: heron learn line")
            raise typer.Exit
        name = following
    try:
        return find(name).chosen(epochs, seed, out)
    except HeronError as error:
        raise typer.BadParameter(str(error), param_hint="'LESSON'") from None


def _letters(lesson: Lesson, answers: str | None, check: bool) -> list[str] | None:
    """The letters in `a,b,c`, one for each question."""
    if answers is None:
        return None
    letters = [letter.strip().lower() for letter in answers.split(",")]
    wanted = [list(experiment.choices) for experiment in lesson.experiments]
    fit = len(letters) == len(wanted) and all(one in known for one, known in zip(letters, wanted, strict=True))
    if not (check and fit):
        listed = ", ".join(f"{known[0]} to {known[-1]}" for known in wanted)
        raise typer.BadParameter(
            f"Expected --check and {len(wanted)} letters, one for each question ({listed}); received {answers!r}"
            f"{'' if check else ' without --check'}. "
            f"Write: heron learn {lesson.name} --check --answers {','.join(known[0] for known in wanted)}",
            param_hint="'--answers'",
        )
    return letters


def _make_folder(folder: Path) -> None:
    """Makes the folder before anything is computed, so that it is not all for nothing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(
            f"Pictures cannot be saved in {str(folder)!r}: {error.strerror}. Choose another folder.",
            param_hint="'--out'",
        ) from None


@contextlib.contextmanager
def _stops_well() -> Iterator[None]:
    """Ends with a line, not a traceback, what Ctrl-C or a foreseen error stops."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("\nStopped.", err=True)
        raise typer.Exit(130) from None
    except BrokenPipeError:
        raise  # whoever read the output has seen enough: this ends without a word
    except (HeronError, OSError) as error:
        typer.echo(f"heron: {error}", err=True)
        raise typer.Exit(1) from None
