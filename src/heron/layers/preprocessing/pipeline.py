"""Layers one after the other as one layer: Pipeline."""

from __future__ import annotations

from typing import Any

from heron.layers import context as calls
from heron.layers.layer import Layer
from heron.layers.preprocessing.batches import is_text, text_array
from heron.validate import Rule

_LAYERS = Rule(
    "a list of layers",
    lambda v: isinstance(v, list | tuple) and len(v) > 0 and all(isinstance(one, Layer) for one in v),
    (),
    ([], 3, ["Dense"], None),
    lambda v: "Write Pipeline([layer, layer])." if isinstance(v, Layer) else "",
)


class Pipeline(Layer):
    """Applies layers one after the other; the first may take text, which a model cannot.

    Args:
        layers: the layers, a model among them if you like. The first may also be a `heron.utils.FeatureSpace`, which
            takes tables.

    Input shape:
        That of the first layer.

    Output shape:
        That of the last.

    Called on its own it applies layers as in training, random augmentation for instance; say `training=False` for the
    other way.

    Example:
    >>> from heron.layers import CategoryEncoding, StringLookup
    >>> layer = Pipeline([StringLookup(vocabulary=["a", "b"]), CategoryEncoding(num_tokens=3)])
    >>> layer([["a", "b"], ["b", "z"]]).tolist()
    [[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]]
    """

    rules = {"layers": _LAYERS}

    def __init__(self, layers: Any, name: str | None = None) -> None:
        super().__init__(name=name)
        self.layers = list(layers)
        self._before = int(getattr(self.layers[0], "takes_tables", False))  # layers that are applied before the call

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Applies the layers, on the host as long as they give text."""
        outer = calls.current()
        if kwargs.get("training") is None and (outer is None or outer.training is None):
            kwargs["training"] = True
        if self._before:
            inputs = self.layers[0](inputs)
        return super().__call__(text_array(self, inputs) if is_text(inputs) else inputs, **kwargs)

    def _cast(self, x: Any) -> Any:
        return x

    def call(self, inputs: Any, training: bool = True, mask: Any = None) -> Any:
        """Applies the layers."""
        if mask is not None:
            calls.set_mask(inputs, mask)
        for layer in self.layers[self._before :]:
            inputs = layer(inputs)
        return inputs
