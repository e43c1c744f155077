"""`model.check`: what can be said of a model and its data before they are trained.

Importing this module loads nothing of it; the first check does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from heron.errors import no_such_name

if TYPE_CHECKING:
    from heron.models.checking.checking import check_model as check_model
    from heron.models.checking.findings import Finding as Finding
    from heron.models.checking.result import CheckResult as CheckResult

_HOME_OF = {"check_model": "checking", "CheckResult": "result", "Finding": "findings"}

__all__ = list(_HOME_OF)


def __getattr__(name: str) -> Any:
    """Imports the module of a name when it is first asked for."""
    if name in _HOME_OF:
        return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    raise no_such_name(__name__, name, f"{__name__} has no {name!r}. It has {', '.join(__all__)}.")
