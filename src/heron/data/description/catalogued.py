"""The data sets of `heron.datasets` as sources."""

from __future__ import annotations

from types import ModuleType

from heron import datasets
from heron.data.description.reading import source_of
from heron.data.description.source import Source, Wishes

_TARGETS = {"auto_mpg": "mpg", "boston_housing": "MEDV", "california_housing": "MedHouseVal"}


def data_set_names() -> list[str]:
    """The data sets that can be described by name."""
    return list(_modules())


def _modules() -> dict[str, ModuleType]:
    found = {name: getattr(datasets, name) for name in datasets.__all__}
    return {name: module for name, module in found.items() if hasattr(module, "load_data")}


def data_set_source(name: str, wishes: Wishes) -> Source:
    """A data set of heron's by its name."""
    module = _modules()[name]
    (x, y), (x_test, y_test) = module.load_data()
    wishes.class_names = wishes.class_names or getattr(module, "CLASS_NAMES", None)
    wishes.feature_names = (
        wishes.feature_names or getattr(module, "FEATURE_NAMES", None) or getattr(module, "CHANNEL_NAMES", None)
    )
    wishes.target = _TARGETS.get(name, "class" if wishes.class_names else "target")
    return source_of(name, {"training": (x, y), "test": (x_test, y_test)}, wishes)
