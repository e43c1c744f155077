"""The data sets that Keras has."""

from __future__ import annotations

from typing import Any

from heron import datasets

__all__ = "boston_housing california_housing cifar10 cifar100 fashion_mnist imdb mnist reuters".split()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(datasets, name)
