"""What the parts of a model keep in files besides numbers, vocabularies say.

heron's layers write and read bytes by name, by `save_own_assets(store)` and `load_own_assets(store)`. Classes of one's
own may do so too, or write files to a folder, as in Keras: `save_assets(dir_path)` and `load_assets(dir_path)`. The
folder is a new one that is removed afterwards.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from heron.saving.files import FileContentError
from heron.saving.layout import parts


def assets_of(model: Any) -> dict[str, bytes]:
    """What the parts of a model keep besides numbers, by path."""
    assets: dict[str, bytes] = {}
    for part in parts(model):
        store: dict[str, bytes] = {}
        if _goes_by_folder(part.object, "save"):
            store = _written_by(part.object)
        elif hasattr(part.object, "save_own_assets"):
            part.object.save_own_assets(store)
        assets |= {part.inside(name): data for name, data in store.items()}
    return assets


def put_assets(model: Any, places: Mapping[str, str], read: Callable[[str], bytes]) -> None:
    """Gives the parts of a model what they keep besides numbers: `places` says where what has a path is read."""
    for part in parts(model):
        before = part.inside("")
        by_folder = _goes_by_folder(part.object, "load")
        if by_folder or hasattr(part.object, "load_own_assets"):
            own = {path.removeprefix(before): place for path, place in places.items() if path.startswith(before)}
            store = {name: read(place) for name, place in own.items()}
            if not by_folder:
                part.object.load_own_assets(store)
            elif store:
                _read_by(part.object, store)


def _goes_by_folder(part: Any, verb: str) -> bool:
    """Whether the class that comes first has its own way with files, not with bytes."""
    for cls in type(part).__mro__:
        if f"{verb}_own_assets" in vars(cls):
            return False
        if f"{verb}_assets" in vars(cls):
            return True
    return False


def _written_by(part: Any) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        part.save_assets(folder)
        found = sorted(Path(here, name) for here, _, names in os.walk(folder) for name in names)
        return {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in found
            if file.is_file() and not file.is_symlink()
        }


def _read_by(part: Any, store: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in store.items():
            if any(piece in ("", ".", "..") for piece in name.split("/")) or any(c in name for c in "\\:\0"):
                raise FileContentError(
                    f"The file was not loaded: it holds an asset {name[:80]!r}, which leads out of its folder.\n"
                    "It is made to do harm. Get it again from where it comes from."
                )
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        part.load_assets(folder)
