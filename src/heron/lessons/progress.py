"""Which lessons were finished, and where one is: a small file in heron's folder of the user.

The file is a convenience. One that is damaged is as none, and a folder that cannot be written stops no lesson.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heron.folders import cache_folder


@dataclass
class Progress:
    """What one has done so far.

    Attributes:
        at: the lesson that was begun last; None before the first.
        finished: the lessons that ran to their end.
        right: lesson to how many of its questions were answered rightly, the last time they were asked.
    """

    at: str | None = None
    finished: set[str] = field(default_factory=set)
    right: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Progress:
        """Returns what the file says; nothing done yet, where there is none that can be read."""
        try:
            return _checked(json.loads(file().read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError):
            return cls()

    def following(self, names: Iterable[str]) -> str | None:
        """The lesson to take next, of those in `names`; None when all are finished.

        >>> Progress(finished={"line"}).following(["line", "xor"])
        'xor'
        """
        unfinished = [name for name in names if name not in self.finished]
        return self.at if self.at in unfinished else next(iter(unfinished), None)

    def save(self) -> bool:
        """Writes the file, whole or not at all, and returns whether it could be written."""
        text = json.dumps({"at": self.at, "finished": sorted(self.finished), "right": self.right}, indent=1)
        try:
            file().parent.mkdir(parents=True, exist_ok=True)
            descriptor, part = tempfile.mkstemp(dir=file().parent, prefix="lessons-", suffix=".part")
        except OSError:
            return False
        try:
            with open(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text + "\n")
            os.replace(part, file())
        except OSError:
            Path(part).unlink(missing_ok=True)
            return False
        return True


def _checked(said: Any) -> Progress:
    """What is of the right kind in a file that anybody may have changed."""
    if not isinstance(said, dict):
        return Progress()
    at, finished, right = said.get("at"), said.get("finished"), said.get("right")
    return Progress(
        at if isinstance(at, str) else None,
        {name for name in finished if isinstance(name, str)} if isinstance(finished, list) else set(),
        {name: count for name, count in right.items() if type(count) is int} if isinstance(right, dict) else {},
    )


def file() -> Path:
    """Where it is kept: `lessons.json` in heron's folder of the user, which `$HERON_HOME` sets."""
    return cache_folder() / "lessons.json"
