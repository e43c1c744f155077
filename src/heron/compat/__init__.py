"""Programs written for Keras and TensorFlow, as they are: `install()`, the Jupyter magic, and what they import.

`heron run script.py` does the same for a script, and `%load_ext heron.compat` for a notebook.
"""

from __future__ import annotations

from typing import Any

from heron.compat.installation import Installation, TooLateError, install, is_installed, uninstall

__all__ = [
    "Installation",
    "TooLateError",
    "install",
    "is_installed",
    "load_ipython_extension",
    "uninstall",
    "unload_ipython_extension",
]


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext heron.compat` in a notebook: imports of Keras and TensorFlow are heron's from here on."""
    install()
    print("From here on, keras and tensorflow are heron.")  # noqa: T201


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext heron.compat` ends it."""
    uninstall()
