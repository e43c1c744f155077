"""What every program shares: whether this is the rehearsal, and the JSON line at the end."""

import json
import os
import sys

REHEARSAL = bool(os.environ.get("BENCHMARK_REHEARSAL"))


def without_bytecode():
    """The loaded modules that had to be compiled from source because their bytecode is not on disk."""
    found = 0
    for module in list(sys.modules.values()):
        spec = getattr(module, "__spec__", None)
        origin, cached = getattr(spec, "origin", None), getattr(spec, "cached", None)
        if origin and cached and origin.endswith(".py") and not os.path.exists(cached):
            found += 1
    return found


def report(**figures):
    """Prints the figures as the last line of the program."""
    if REHEARSAL:
        figures["modules_without_bytecode"] = without_bytecode()
    print(json.dumps(figures), flush=True)
