"""Attention layers."""

from __future__ import annotations

from heron.layers.attention.dot_product import AdditiveAttention, Attention
from heron.layers.attention.multi_head import GroupQueryAttention, MultiHeadAttention

__all__ = ["AdditiveAttention", "Attention", "GroupQueryAttention", "MultiHeadAttention"]
