"""What compat says: each note once, with today's spelling; and what it refuses, by name."""

from __future__ import annotations

from heron.errors import note

_said: set[str] = set()


def say(text: str) -> None:
    """Shows a note, unless the same was shown since `install()`."""
    if text not in _said:
        _said.add(text)
        note(text)


def is_now(old: str, today: str) -> None:
    """Notes that `old` was understood, and how it is written today."""
    say(f"{old} is now {today}; taken as that.")


def forget() -> None:
    """Lets every note be said again."""
    _said.clear()
