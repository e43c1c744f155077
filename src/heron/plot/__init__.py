"""Pictures of data, trainings and answers: each function draws one, returns its figure, and writes it to `path=`.

Figures show themselves in notebooks; no window is opened, and pyplot is not touched. Colours are those of Okabe and
Ito, which people with any colour vision can tell apart; what is wrong is marked by more than a colour. Importing this
module does not load matplotlib; the first picture does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from heron.errors import nearest, no_such_name

if TYPE_CHECKING:
    from heron.plot.classes import class_balance as class_balance
    from heron.plot.classes import confusion_matrix as confusion_matrix
    from heron.plot.classes import probabilities as probabilities
    from heron.plot.convolution import feature_maps as feature_maps
    from heron.plot.convolution import filters as filters
    from heron.plot.convolution import pooling_windows as pooling_windows
    from heron.plot.convolution import sliding_window as sliding_window
    from heron.plot.curves import history as history
    from heron.plot.grids import images as images
    from heron.plot.grids import mistakes as mistakes
    from heron.plot.lines import decision_surface as decision_surface
    from heron.plot.lines import fitted_line as fitted_line
    from heron.plot.look import Picture as Picture
    from heron.plot.own import subplots as subplots

_HOME_OF = {
    "images": "grids",
    "mistakes": "grids",
    "class_balance": "classes",
    "confusion_matrix": "classes",
    "probabilities": "classes",
    "history": "curves",
    "filters": "convolution",
    "feature_maps": "convolution",
    "sliding_window": "convolution",
    "pooling_windows": "convolution",
    "fitted_line": "lines",
    "decision_surface": "lines",
    "subplots": "own",
    "Picture": "look",
}

__all__ = list(_HOME_OF)


def __getattr__(name: str) -> Any:
    """Imports the module of a picture when it is first asked for."""
    if name in _HOME_OF:
        return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    near = nearest(name, __all__)
    hint = f"Did you mean {near!r}?" if near else f"dir({__name__}) lists what it has."
    raise no_such_name(__name__, name, f"{__name__} has no {name!r}. {hint}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
