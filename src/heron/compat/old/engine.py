"""What was imported from `keras.engine`."""

from __future__ import annotations

from heron.layers import Input, InputLayer, InputSpec, Layer
from heron.utils import get_source_inputs

__all__ = ["Input", "InputLayer", "InputSpec", "Layer", "get_source_inputs"]

GONE = {
    "Merge": "Write keras.layers.concatenate([a, b]) or add([a, b]).",
}
