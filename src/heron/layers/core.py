"""The layers that Keras 1 and 2 kept in `keras.layers.core`."""

from __future__ import annotations

from heron.layers.activation import Activation
from heron.layers.dense import Dense
from heron.layers.dropout import Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from heron.layers.einsum_dense import EinsumDense
from heron.layers.embeddings import Embedding
from heron.layers.identity import ActivityRegularization, Identity
from heron.layers.input_layer import Input, InputLayer
from heron.layers.lambda_layer import Lambda
from heron.layers.masking import Masking
from heron.layers.shaping import Flatten, Permute, RepeatVector, Reshape

__all__ = [
    "Activation",
    "ActivityRegularization",
    "Dense",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "Identity",
    "Input",
    "InputLayer",
    "Lambda",
    "Masking",
    "Permute",
    "RepeatVector",
    "Reshape",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]
