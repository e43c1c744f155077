"""Processes that a program starts by `multiprocessing`: heron is in the place of Keras there as well.

A process that is not a copy of its parent (the start methods spawn and forkserver) runs the program again, as far as
`if __name__ == "__main__":`, before it does anything else. It is told to run `heron.compat.spawned` instead, which puts
heron in place and then runs the program.
"""

from __future__ import annotations

import json
import os
import runpy
from typing import Any

VARIABLE = "HERON_RUN_MAIN"
_BEGINNINGS = ("init_main_from_name", "init_main_from_path")  # of which Python says one to the process
_plain: list[Any] = []


def prepare() -> None:
    """From here on, processes begin with heron in place."""
    from multiprocessing import spawn  # here: few programs need it

    def told(name: str) -> dict[str, Any]:
        data = _plain[0](name)
        os.environ[VARIABLE] = json.dumps({key: data.pop(key) for key in _BEGINNINGS if key in data})
        return {**data, _BEGINNINGS[0]: "heron.compat.spawned"}

    if not _plain:
        _plain.append(spawn.get_preparation_data)
        spawn.get_preparation_data = told


def forget() -> None:
    """Ends what `prepare()` began."""
    from multiprocessing import spawn

    if _plain:
        spawn.get_preparation_data = _plain.pop()


def run_program(names: dict[str, Any]) -> None:
    """Runs the program of the parent in the module whose names these are."""
    found = json.loads(os.environ.get(VARIABLE, "{}"))
    if path := found.get(_BEGINNINGS[1]):
        with open(path, "rb") as file:
            code = compile(file.read(), path, "exec", dont_inherit=True)
        names.update(__file__=path, __spec__=None, __doc__=None)
        exec(code, names)
    elif name := found.get(_BEGINNINGS[0]):
        names.update(runpy.run_module(name, run_name="__mp_main__", alter_sys=True))
