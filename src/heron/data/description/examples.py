"""Examples to look at: pictures of each class, pairs that are nearly equal, suspicious ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from heron.data.description.facts import Facts, Repeats, Thumbnail
from heron.data.description.pictures import Looks
from heron.data.description.png import as_pixels, png
from heron.data.description.source import Part, Source, class_labels

_OF_A_CLASS, _CLASSES, _WITHOUT_CLASS = 10, 30, 40
_PAIRS = 8


@dataclass(frozen=True)
class Pair:
    """Two rows that are equal or nearly so."""

    first: Thumbnail
    second: Thumbnail
    exact: bool


@dataclass(frozen=True)
class Examples:
    """Pictures to show.

    Attributes:
        of_class: some of each class of the first part; one entry, `""`, when there are no classes.
        pairs: equal and nearly equal ones.
        blank: those of a single colour.
    """

    of_class: dict[str, list[Thumbnail]] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)
    blank: list[Thumbnail] = field(default_factory=list)


def examples(source: Source, facts: Facts, looks: Sequence[Looks | None]) -> Examples:
    """Chooses pictures evenly from all rows, so that sorted data show their variety too."""
    first, look = source.parts[0], looks[0]
    if source.kind != "pictures" or look is None:
        return Examples()
    readable = np.isfinite(look.brightness)
    of_class: dict[str, list[Thumbnail]] = {}
    classes = facts.parts[0].classes
    if classes:
        (target,) = first.target.values()
        labels = class_labels(target, source.class_names)
        for name in list(classes)[:_CLASSES]:
            rows = np.flatnonzero((labels == name) & readable)
            of_class[name] = [_thumbnail(first, look, int(i)) for i in _spread(rows, _OF_A_CLASS)]
    else:
        rows = np.flatnonzero(readable)
        of_class[""] = [_thumbnail(first, look, int(i)) for i in _spread(rows, _WITHOUT_CLASS)]
    blank = [
        _thumbnail(part, seen, int(i))
        for part, seen in zip(source.parts, looks, strict=True)
        if seen is not None
        for i in np.flatnonzero(seen.blank)[:_OF_A_CLASS]
    ]
    return Examples(of_class, _pairs(source, facts.repeats, looks), blank)


def _spread(rows: np.ndarray, count: int) -> np.ndarray:
    return rows if len(rows) <= count else rows[np.linspace(0, len(rows) - 1, count).astype(int)]


def _pairs(source: Source, repeats: Sequence[Repeats], looks: Sequence[Looks | None]) -> list[Pair]:
    number = {part.name: i for i, part in enumerate(source.parts)}
    shown = []
    for found in sorted(repeats, key=lambda item: item.first == item.second):
        sides = [(source.parts[number[name]], looks[number[name]]) for name in (found.first, found.second)]
        for *rows, exact in found.pairs[:_PAIRS]:
            thumbs = [
                _thumbnail(part, look, _place(part, row))
                for (part, look), row in zip(sides, rows, strict=True)
                if look is not None
            ]
            shown.append(Pair(thumbs[0], thumbs[1], exact))
    return shown[: 2 * _PAIRS]


def _place(part: Part, row: int) -> int:
    return row if part.index is None else int(np.searchsorted(part.index, row))


def _thumbnail(part: Part, look: Looks, place: int) -> Thumbnail:
    where = "" if part.name == "data" else f"{part.name} "
    if part.files is not None:
        pixels = part.files.picture(place)
        shown = np.zeros((8, 8), np.uint8) if pixels is None else pixels
        return Thumbnail(png(shown), f"{where}{part.files.name(place)}")
    picture = part.block[place]  # type: ignore[index]
    return Thumbnail(png(as_pixels(picture, look.minimum, look.maximum)), f"{where}{part.row(place)}")
