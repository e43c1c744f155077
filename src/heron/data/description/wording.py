"""Words that findings share: counts, places, lists of names."""

from __future__ import annotations

from heron.data.description.facts import PartFacts
from heron.data.description.measure import number_text


def count_text(count: int, one: str, many: str | None = None) -> str:
    """`"1 row"`, `"1,200 rows"`.

    >>> count_text(1200, "row"), count_text(1, "row")
    ('1,200 rows', '1 row')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def verb(count: int) -> str:
    """`"is"` or `"are"`."""
    return "is" if count == 1 else "are"


def in_part(part: PartFacts) -> str:
    """`" of the test part"`; nothing when there is one part."""
    return "" if part.name == "data" else f" of the {part.name} part"


def place_of(name: str) -> str:
    """`"the test part"`, or `"the data"` when there is one part."""
    return "the data" if name == "data" else f"the {name} part"


def listed(names: list[str], most: int = 6) -> str:
    """The first names, and how many more there are.

    >>> listed(["cat", "dog", "cow"], most=2)
    "'cat', 'dog' and 1 more"
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + more


def percent(share: float) -> str:
    """A share in per cent, to one digit."""
    return f"{100 * share:.1f} %" if share >= 0.001 else "less than 0.1 %"


def number(value: float | str | None) -> str:
    """A number in up to six digits; a text as it is."""
    return number_text(value) if isinstance(value, float) else str(value)
