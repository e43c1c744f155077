"""Evaluating with the moving averages of the weights."""

from __future__ import annotations

from typing import Any

from heron.callbacks.callback import Callback, Logs
from heron.errors import ArgumentError
from heron.registry import Configurable
from heron.validate import BOOL


class SwapEMAWeights(Configurable, Callback):
    """Puts the moving averages of the weights in their place for validation, `evaluate` and `predict`.

    The optimizer keeps averages with `use_ema=True`. Afterwards the weights are what they were.

    Args:
        swap_on_epoch: have the averages in place from the end of an epoch to the beginning of the next one too, for
            callbacks that follow in the list, such as `ModelCheckpoint`. Default False.

    Raises:
        ArgumentError: when the optimizer keeps no averages.

    Source: `keras.callbacks.SwapEMAWeights`.

    Example:
    >>> SwapEMAWeights(swap_on_epoch=True)
    SwapEMAWeights(swap_on_epoch=True)
    """

    rules = {"swap_on_epoch": BOOL}

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._weights: list[tuple[Any, Any]] | None = None  # while the averages are in their place

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._put_back()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.swap_on_epoch:
            self._put_averages()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._weights = None  # the optimizer has put its averages in place for good

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._put_averages()

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._put_back()

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._put_averages()

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._put_back()

    def _put_averages(self) -> None:
        if self._weights is None:
            pairs = self._pairs()
            self._weights = [(weight, weight.numpy()) for weight, _ in pairs]
            for weight, average in pairs:
                weight.assign(average.numpy())

    def _put_back(self) -> None:
        for weight, value in self._weights or ():
            weight.assign(value)
        self._weights = None

    def _pairs(self) -> list[tuple[Any, Any]]:
        """The weights that have averages, with these."""
        given = self.model.optimizer
        outer = getattr(given, "inner_optimizer", given)
        optimizers = [one for one in getattr(outer, "optimizers", [outer]) if getattr(one, "use_ema", False)]
        if not optimizers:
            raise ArgumentError(
                "SwapEMAWeights needs an optimizer that keeps moving averages of the weights; "
                f"{type(outer).__name__} has use_ema=False.\nWrite optimizer=heron.optimizers.Adam(use_ema=True)."
            )
        return [
            (weight, average)
            for one in optimizers
            for weight, average in zip(one._trainable_variables, one._averages, strict=True)
            if average is not None
        ]
