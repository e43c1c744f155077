"""A model as callbacks see it, and a loop that calls them in the order in which `fit` does."""

from __future__ import annotations

from types import SimpleNamespace


class FakeModel:
    """Its one weight is the number of the epoch that was trained last."""

    def __init__(self, learning_rate=0.1, metrics=()):
        self.stop_training = False
        self.optimizer = SimpleNamespace(learning_rate=learning_rate)
        self.metrics = list(metrics)
        self.weight = -1
        self.saved = []

    def get_weights(self):
        return [self.weight]

    def set_weights(self, weights):
        (self.weight,) = weights

    def save_weights(self, path, overwrite=False):
        assert overwrite
        self.saved.append(path)

    save = save_weights


def train(callback, epochs, model=None, batches=()):
    """Runs one training over the logs in `epochs`, each epoch having `batches` (a list of logs); returns the model."""
    model = model or FakeModel()
    callback.set_model(model)
    callback.set_params({"epochs": len(epochs), "steps": len(batches) or None, "verbose": 0})
    callback.on_train_begin()
    for epoch, logs in enumerate(epochs):
        model.weight = epoch
        callback.on_epoch_begin(epoch)
        for batch, batch_logs in enumerate(batches):
            callback.on_train_batch_begin(batch)
            callback.on_train_batch_end(batch, dict(batch_logs))
        callback.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    callback.on_train_end(epochs[-1] if epochs else {})
    return model


def losses(*values, name="loss"):
    """Logs of epochs that hold one value each."""
    return [{name: value} for value in values]
