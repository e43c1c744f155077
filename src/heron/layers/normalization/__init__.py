"""Normalization layers."""

from __future__ import annotations

from heron.layers.normalization.batch_normalization import BatchNormalization
from heron.layers.normalization.group_normalization import GroupNormalization
from heron.layers.normalization.layer_normalization import LayerNormalization, RMSNormalization, UnitNormalization
from heron.layers.normalization.spectral import SpectralNormalization

__all__ = [
    "BatchNormalization",
    "GroupNormalization",
    "LayerNormalization",
    "RMSNormalization",
    "SpectralNormalization",
    "UnitNormalization",
]
