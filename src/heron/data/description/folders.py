"""Folders: class folders of pictures or of texts, tables in several files, parts named train, validation and test."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from heron.data import columns
from heron.data.columns import Values
from heron.data.description.facts import SERIOUS, WARNING, Finding
from heron.data.description.files import TABLE_SUFFIXES, file_source
from heron.data.description.pictures import PictureFiles
from heron.data.description.source import Part, Source, Wishes
from heron.errors import DataError

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})
_TEXT_SUFFIXES = frozenset({".txt", ".md", ".text"})
_PART_NAMES = {
    **dict.fromkeys(("train", "training"), "training"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_PARTS = ("training", "validation", "test")
_PICTURES = 4000
_TEXT_BYTES = 2**20


def part_of_name(stem: str) -> str | None:
    """The part that a folder or a file is named after: `"training"` for `train`, None for none."""
    return _PART_NAMES.get(stem.lower())


def folder_source(folder: Path, wishes: Wishes) -> Source:
    """A source from a folder.

    Raises:
        DataError: for a folder in which nothing is found that can be described.
    """
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    named = {part_of_name(entry.name): entry for entry in entries if entry.is_dir()}
    parts = {part: named[part] for part in _PARTS if part in named}
    listed = {name: _files(root) for name, root in parts.items()} if parts else {"data": _files(folder)}
    counts = {
        "pictures": _count(listed, PICTURE_SUFFIXES),
        "texts": _count(listed, _TEXT_SUFFIXES),
        "table": _count(listed, TABLE_SUFFIXES),
    }
    kind = wishes.kind if wishes.kind in counts else max(counts, key=counts.__getitem__)
    if counts[kind] == 0:
        there = sorted({path.suffix or path.name for paths in listed.values() for path in paths})
        found = f"only {', '.join(there[:8])}" if there else "no files"
        raise DataError(
            f"The folder {str(folder)!r} has {found}: nothing that heron can describe. Expected pictures or texts in a "
            "folder for each class, or tables (.csv, .jsonl, .parquet)."
        )
    if kind == "table":
        return _tables(folder, listed, wishes)
    roots = {name: parts.get(name, folder) for name in listed}
    source = Source(folder.name or str(folder), kind, [], class_names=None)
    for name, paths in listed.items():
        _read_part(source, str(name), roots[name], paths, wishes)
    source.parts = [part for part in source.parts if part.looked_at]
    return source


def _files(folder: Path) -> list[Path]:
    found = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(root, name) for name in sorted(names) if not name.startswith(".")]
    return found


def _count(listed: dict[str | None, list[Path]] | dict[str, list[Path]], suffixes: frozenset[str]) -> int:
    return sum(path.suffix.lower() in suffixes for paths in listed.values() for path in paths)


def _tables(folder: Path, listed: dict[str, list[Path]], wishes: Wishes) -> Source:
    parts: dict[str, list[Path]] = {}
    for name, paths in listed.items():
        for path in paths:
            if path.suffix.lower() in TABLE_SUFFIXES:
                own = part_of_name(path.stem.split("-")[0].split("_")[0]) if name == "data" else name
                parts.setdefault(own or "data", []).append(path)
    if len(parts) > 1 and "data" in parts:
        parts = {"data": [path for paths in parts.values() for path in paths]}
    for paths in parts.values():
        suffixes = {path.suffix.lower() for path in paths}
        if len(suffixes) > 1:
            raise DataError(
                f"The folder {str(folder)!r} has tables of several kinds, {', '.join(sorted(suffixes))}. "
                "Describe them one by one: heron describe FILE."
            )
    order = [name for name in (*_PARTS, "data") if name in parts]
    return file_source({name: parts[name] for name in order}, folder.name, wishes)


def _read_part(source: Source, name: str, root: Path, paths: list[Path], wishes: Wishes) -> None:
    suffixes = PICTURE_SUFFIXES if source.kind == "pictures" else _TEXT_SUFFIXES
    found = [path for path in paths if path.suffix.lower() in suffixes]
    others = [path for path in paths if path.suffix.lower() not in suffixes]
    labels = [path.relative_to(root).parts[0] if len(path.relative_to(root).parts) > 1 else None for path in found]
    part = Part(name, len(found))
    if others:
        kinds = ", ".join(sorted({path.suffix or path.name for path in others})[:5])
        source.notes.append(f"{name}: {len(others):,} other files ({kinds}) were left alone.")
    _tell_empty_classes(source, name, root, {label for label in labels if label})
    limit = wishes.sample or (_PICTURES if source.kind == "pictures" else 100_000)
    if len(found) > limit:
        part.index = np.sort(np.random.default_rng(wishes.seed).choice(len(found), limit, replace=False))
        found, labels = [found[i] for i in part.index], [labels[i] for i in part.index]
    part.looked_at = len(found)
    if any(labels):
        part.target["class"] = _label_column(labels)
        stray = sum(label is None for label in labels)
        if stray:
            text = f"{stray:,} files of the {name} part lie beside the folders of the classes, and have no label."
            source.findings.append(Finding(WARNING, name, text, "Move them into the folder of their class.", stray))
    if source.kind == "pictures":
        part.files = PictureFiles(root, found)
    else:
        part.columns["text"] = _texts(source, name, root, found)
        source.columns_total = 1
    source.parts.append(part)


def _label_column(labels: list[str | None]) -> Values:
    data = np.empty(len(labels), object)
    data[:] = labels
    return Values(columns.CATEGORY, data, "folder")


def _tell_empty_classes(source: Source, name: str, root: Path, used: set[str]) -> None:
    folders = [entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
    if not used:
        return
    for folder in sorted(set(folders) - used):
        text = f"The folder {folder!r} of the {name} part has no {source.kind}, so its class has no examples."
        source.findings.append(Finding(SERIOUS, folder, text, "Put some there, or remove the folder."))


def _texts(source: Source, name: str, root: Path, paths: list[Path]) -> Values:
    data = np.empty(len(paths), object)
    odd, empty = [], []
    for i, path in enumerate(paths):
        with path.open("rb") as file:
            content = file.read(_TEXT_BYTES)
        text = content.decode("utf-8-sig", "replace")
        if "\ufffd" in text[:-4]:
            odd.append(path.relative_to(root).as_posix())
            text = content.decode("cp1252", "replace")
        if not text.strip():
            empty.append(path.relative_to(root).as_posix())
        data[i] = text if text.strip() else None
    if odd:
        said = (
            f"{len(odd):,} texts of the {name} part are not UTF-8, {odd[0]!r} for one; they were read as Windows-1252."
        )
        mend = "Save them as UTF-8, so that every program reads the same."
        source.findings.append(Finding(WARNING, name, said, mend, len(odd), tuple(odd[:10])))
    return Values(
        columns.TEXT if len(empty) < len(paths) else columns.EMPTY,
        data if len(empty) < len(paths) else np.full(len(paths), np.nan),
        "file",
    )
