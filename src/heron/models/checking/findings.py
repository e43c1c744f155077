"""What a check says: findings, and the list in which they are gathered."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from heron.errors import HeronNote, more

ERROR, MEND, LOOK, OK = "error", "mend", "look", "ok"
SEVERITIES = (ERROR, MEND, LOOK, OK)
"""`fit` would refuse; training goes badly; it may be meant; all is well."""

_MORE = more("")
T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """Something that was found out about a model and its data.

    Attributes:
        severity: `"error"` when `fit` would raise it, `"mend"` when training will go badly, `"look"` when it may be
            meant, `"ok"` when all is well.
        about: what it is about: `"inputs"`, `"labels"`, `"gradients"`, ...
        what: what was found, in a sentence.
        why: why that matters.
        mend: what to do about it, mostly code.
        term: the word of the glossary that explains more.

    Example:
    >>> print(Finding("mend", "inputs", "Column 2 is constant.", mend="Leave it out."))
    Column 2 is constant.
    Leave it out.
    """

    severity: str
    about: str
    what: str
    why: str = ""
    mend: str = ""
    term: str = ""

    def __str__(self) -> str:
        what = f"{self.what} {self.why}".strip()
        return "\n".join(filter(None, (what, self.mend))) + (more(self.term) if self.term else "")

    @classmethod
    def of_text(cls, severity: str, about: str, text: str) -> Finding:
        """The finding for the text of an error or a note, of which `str` gives that text again."""
        text, _, term = text.partition(_MORE)
        what, _, mend = text.partition("\n")
        return cls(severity, about, what, mend=mend, term=term.strip())


def short(value: float) -> str:
    """A number in three digits: `0.25`, `3,010`, `2.49e+06`.

    >>> short(3012.4), short(-0.0254), short(2.4912e6)
    ('3,010', '-0.0254', '2.49e+06')
    """
    return f"{float(f'{value:.3g}'):,g}"


class Findings:
    """Findings on their way into a result; what is said twice is kept once."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def add(self, severity: str, about: str, what: str, why: str = "", mend: str = "", term: str = "") -> None:
        """Adds one."""
        self._keep(Finding(severity, about, what, why, mend, term))

    def _keep(self, finding: Finding) -> None:
        if finding not in self.found:
            self.found.append(finding)

    def has(self, severity: str, about: str | None = None) -> bool:
        """Whether one of this severity is there."""
        return any(one.severity == severity and about in (None, one.about) for one in self.found)

    @property
    def errors_about(self) -> set[str]:
        """What there are errors about."""
        return {one.about for one in self.found if one.severity == ERROR}

    def says(self, about: str) -> bool:
        """Whether there is anything but praise about something."""
        return any(one.about == about and one.severity != OK for one in self.found)

    def tried(self, about: str, attempt: Callable[[], T]) -> T | None:
        """What `attempt` returns; what it raises becomes an error, what it notes something to look at."""
        with self.noting(about):
            try:
                return attempt()
            except Exception as error:
                one = Finding.of_text(ERROR, about, str(error))
                places = [line for line in getattr(error, "__notes__", ()) if line.startswith("(")]
                self._keep(replace(one, mend="\n".join(filter(None, (one.mend, *places)))))
        return None

    @contextmanager
    def noting(self, about: str, severity: str = LOOK) -> Iterator[None]:
        """Inside the block, heron's notes become findings; other warnings stay what they are."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                yield
            finally:
                others: list[Any] = []
                for one in caught:
                    if isinstance(one.message, HeronNote):
                        self._keep(Finding.of_text(severity, about, str(one.message)))
                    else:
                        others.append(one)
        for one in others:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)

    def in_order(self) -> tuple[Finding, ...]:
        """All findings, the most serious first, else as they were found."""
        return tuple(sorted(self.found, key=lambda one: SEVERITIES.index(one.severity)))
