"""Data sets: five that come with heron, and eight that are downloaded when they are first asked for.

Each module has `load_data()`, which returns `(x_train, y_train), (x_test, y_test)`. The first call decodes or downloads
the data into a per-user cache, later calls read them from there. A module is imported when it is first named.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from heron.errors import nearest, no_such_name

__all__ = [
    *("mnist", "fashion_mnist", "boston_housing", "auto_mpg", "basic_motions"),
    *("cifar10", "cifar100", "imdb", "reuters", "california_housing"),
    *("rock_paper_scissors", "horses_or_humans", "cats_vs_dogs"),
]

if TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    from heron.datasets import auto_mpg as auto_mpg
    from heron.datasets import basic_motions as basic_motions
    from heron.datasets import boston_housing as boston_housing
    from heron.datasets import california_housing as california_housing
    from heron.datasets import cats_vs_dogs as cats_vs_dogs
    from heron.datasets import cifar10 as cifar10
    from heron.datasets import cifar100 as cifar100
    from heron.datasets import fashion_mnist as fashion_mnist
    from heron.datasets import horses_or_humans as horses_or_humans
    from heron.datasets import imdb as imdb
    from heron.datasets import mnist as mnist
    from heron.datasets import reuters as reuters
    from heron.datasets import rock_paper_scissors as rock_paper_scissors
else:

    def __getattr__(name: str) -> Any:
        """Imports the module of that name."""
        if name in __all__:
            return importlib.import_module(f"{__name__}.{name}")
        near = nearest(name, __all__)
        hint = f"Did you mean {near!r}?" if near else f"dir({__name__}) lists what it has."
        raise no_such_name(__name__, name, f"{__name__} has no {name!r}. {hint}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
