"""Where a `fit` stands: in which epoch, and in what order the samples come from there on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from heron.errors import ArgumentError


class Place:
    """The epochs of a `fit` and the order of its samples, for a callback that goes on where another process stopped.

    Args:
        feed: where the batches come from.
        generator: draws the order of each epoch.
        epochs: the numbers of the epochs; what a callback sets as `first` when training begins counts.

    Attributes:
        first: the epoch to begin with.
        is_interrupted: whether Ctrl-C has cut the epoch short.
    """

    def __init__(self, feed: Any, generator: np.random.Generator, epochs: range) -> None:
        self.feed, self.generator = feed, generator
        self.first, self.stop = epochs.start, epochs.stop
        self.is_interrupted = False

    def epochs(self) -> range:
        """The epochs to run."""
        return range(self.first, self.stop)

    def mark(self, done: int = 0) -> dict[str, Any]:
        """The order of all batches from here on, as plain data.

        Args:
            done: the batches of the running epoch that have been used; 0 between epochs.
        """
        if done and hasattr(self.feed, "running_pass"):
            return dict(self.feed.position(done))
        begun = getattr(self.feed, "running_pass", None)
        order, batch = begun if begun is not None else (self.generator.bit_generator.state, 0)
        mark = {"order": order, "batch": batch}
        if hasattr(self.feed, "resume"):
            mark["stream"] = self.feed.position(done or None)
        return mark

    def go_to(self, mark: Mapping[str, Any]) -> None:
        """From here on the batches come as they did from where `mark` was made, if the data can be gone through again.

        Raises:
            ArgumentError: for something that `mark` did not return.
        """
        try:
            self.generator.bit_generator.state = mark["order"]
            batch = int(mark["batch"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ArgumentError(f"There is no order of samples in what was kept of an earlier fit: {error}.") from None
        stream, done = mark.get("stream"), int(mark.get("done", 0))
        if stream is not None and hasattr(self.feed, "resume"):
            self.first += not self.feed.resume(stream)
        elif (batch or done) and hasattr(self.feed, "go_to"):
            self.feed.go_to(self.generator, batch, done)
