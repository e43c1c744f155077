"""Layers that turn what data are made of - words, categories, sound - into numbers to learn from."""

from __future__ import annotations

from heron.layers.preprocessing.discretization import Discretization
from heron.layers.preprocessing.encoding import CategoryEncoding
from heron.layers.preprocessing.hashing import HashedCrossing, Hashing
from heron.layers.preprocessing.lookup import IntegerLookup, StringLookup
from heron.layers.preprocessing.pipeline import Pipeline
from heron.layers.preprocessing.spectrograms import MelSpectrogram, STFTSpectrogram
from heron.layers.preprocessing.text_vectorization import TextVectorization

__all__ = [
    "CategoryEncoding",
    "Discretization",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "MelSpectrogram",
    "Pipeline",
    "STFTSpectrogram",
    "StringLookup",
    "TextVectorization",
]
