"""Where heron keeps what belongs to the user: decoded data sets and compiled programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """Returns heron's cache folder: `$HERON_HOME` where that is set, else the user's cache folder on this system."""
    chosen = os.environ.get("HERON_HOME")
    if not chosen and sys.platform == "linux":  # what platformdirs says there, without the 3 ms of importing it
        chosen = os.path.join(os.environ.get("XDG_CACHE_HOME", "").strip() or "~/.cache", "heron")
    if not chosen:
        import platformdirs

        chosen = platformdirs.user_cache_dir("heron", appauthor=False)
    return Path(os.path.expanduser(chosen))
