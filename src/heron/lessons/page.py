"""A lesson as a page of documentation: its prose, its code, what that wrote and drew, and questions with answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from heron.lessons.prose import linked
from heron.lessons.recording import Ran, Recording


def page(
    recording: Recording,
    picture: Callable[[Path], str] = lambda file: file.name,
    term: Callable[[str], str] = lambda word: f"glossary.md#{word}",
    language: str = "python",
) -> str:
    """Returns a lesson that ran as markdown.

    Args:
        recording: what `record` returned; with experiments, their answers stand folded under the questions.
        picture: the address of a file that was drawn, in the page.
        term: the address of a term of the glossary.
        language: what stands behind the fence of code.

    Returns:
        The page. What was promised stands in it as sentences; an error, where there was one, as text.
    """
    lesson = recording.lesson
    parts: list[str] = []
    for ran in recording.cells:
        if "promise" in ran.cell.tags and ran.error is None:
            continue
        if ran.cell.kind == "markdown":
            parts.append(linked(ran.cell.source, term))
        else:
            parts.append(_fenced(ran.cell.source, language))
        parts += _result(ran, picture)
    if recording.promises is not None:
        parts.append("## What was promised")
        said = {True: "as promised", False: "not this time"}
        parts.append("\n".join(f"- {sentence}: {said[so]}" for sentence, so in recording.promises.items()))
    if lesson.experiments:
        parts.append("## Three questions" if len(lesson.experiments) == 3 else "## Questions")
    answers = {id(experiment): (ran, letter) for experiment, ran, letter in recording.answers}
    for number, experiment in enumerate(lesson.experiments, start=1):
        listed = "\n".join(f"- {letter}) {said}" for letter, said in experiment.choices.items())
        parts += [f"**{number}.** {linked(experiment.question, term)}", linked(listed, term)]
        if id(experiment) in answers:
            ran, letter = answers[id(experiment)]
            right = f"**{letter})** {linked(experiment.choices[letter], term)}"
            inside = [right, _fenced(ran.cell.source, language), *_result(ran, picture)]
            parts += ['<details markdown="1">', "<summary>Answer</summary>", *inside, "</details>"]
    parts.append(
        f"Run it: `heron learn {lesson.name}`. Be asked: `heron learn {lesson.name} --check`. "
        f"As a notebook: `heron learn {lesson.name} --notebook`."
    )
    return "\n\n".join(parts) + "\n"


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def _result(ran: Ran, picture: Callable[[Path], str]) -> list[str]:
    lines = [line for line in ran.text.splitlines() if not line.startswith("Picture: ")]
    lines += ran.notes
    if ran.error is not None:
        lines.append(f"{type(ran.error).__name__}: {ran.error}")
    written = [_fenced("\n".join(lines).strip("\n"), "text")] if any(map(str.strip, lines)) else []
    return written + [f"![{file.stem.replace('_', ' ')}]({picture(file)})" for file in ran.pictures]
