"""The names under which losses and metrics are logged: the one that was meant, and which direction is better."""

from __future__ import annotations

import re
from collections.abc import Iterable

from heron.errors import nearest

_OTHER_SPELLING = {"acc": "accuracy", "accuracy": "acc"}
_HIGHER_IS_BETTER = re.compile(
    r"(^|_)(acc|accuracy|auc|precision|recall|sensitivity|specificity|f1|fbeta|f1_score|fbeta_score|iou|"
    r"mean_io_u|io_u|one_hot_io_u|one_hot_mean_io_u|binary_io_u|r2|r2_score|cosine_similarity|pearson_correlation|"
    r"concordance_correlation)(_\d+)?$"
)
_LOWER_IS_BETTER = re.compile(
    r"(^|_)(loss|error|mae|mse|mape|msle|rmse|crossentropy|hinge|logcosh|log_cosh_error|kl_divergence|poisson|"
    r"perplexity|deviance)(_\d+)?$"
)


def same_log(name: str, known: Iterable[str]) -> str | None:
    """Returns the name in `known` that is `name` in the other spelling of accuracy, or None.

    >>> same_log("val_acc", ["loss", "val_accuracy"])
    'val_accuracy'
    """
    prefix, bare = ("val_", name[4:]) if name.startswith("val_") else ("", name)
    other = prefix + _OTHER_SPELLING.get(bare, "")
    return other if other in set(known) else None


def nearest_log(name: str, known: Iterable[str]) -> str | None:
    """Returns the name in `known` that was most likely meant by `name`, or None.

    A validation name is only taken for another validation name.

    >>> nearest_log("acuracy", ["accuracy", "loss", "val_accuracy"])
    'accuracy'
    """
    validation = str(name).startswith("val_")
    alike = [k for k in known if k.startswith("val_") == validation]
    near = nearest(str(name)[4 * validation :], [k[4 * validation :] for k in alike])
    return same_log(str(name), alike) or (("val_" * validation + near) if near else None)


def better_of(name: str) -> str | None:
    """Returns `"min"` or `"max"`, whichever is better for the log `name`, or None when its name does not tell.

    >>> better_of("val_loss"), better_of("sparse_categorical_accuracy"), better_of("my_metric")
    ('min', 'max', None)
    """
    if _HIGHER_IS_BETTER.search(name):
        return "max"
    return "min" if _LOWER_IS_BETTER.search(name) else None
