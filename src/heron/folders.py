"""Where heron keeps what belongs to the user: decoded data sets and compiled programs."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Returns heron's cache folder: `$HERON_HOME` where that is set, else the user's cache folder on this system."""
    chosen = os.environ.get("HERON_HOME")
    if not chosen:
        import platformdirs

        chosen = platformdirs.user_cache_dir("heron", appauthor=False)
    return Path(os.path.expanduser(chosen))
