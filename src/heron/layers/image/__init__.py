"""Layers that bring images into one form, and that change them at random while training."""

from __future__ import annotations

from heron.layers.image.color import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomColorJitter,
    RandomContrast,
    RandomGrayscale,
    RandomHue,
    RandomSaturation,
)
from heron.layers.image.elastic import RandomElasticTransform
from heron.layers.image.erasing import RandomErasing
from heron.layers.image.flip import RandomFlip
from heron.layers.image.geometric import (
    RandomPerspective,
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from heron.layers.image.max_num_bounding_boxes import MaxNumBoundingBoxes
from heron.layers.image.mixing import CutMix, MixUp
from heron.layers.image.repertoires import AugMix, RandAugment
from heron.layers.image.sharpness import RandomGaussianBlur, RandomSharpness
from heron.layers.image.sizes import CenterCrop, RandomCrop, Resizing
from heron.layers.image.tones import (
    AutoContrast,
    ContrastLimitedAdaptiveHistogramEqualization,
    Equalization,
    RandomInvert,
    RandomPosterization,
    Solarization,
)

__all__ = [
    "AugMix",
    "AutoContrast",
    "CenterCrop",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "CutMix",
    "Equalization",
    "MaxNumBoundingBoxes",
    "MixUp",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "Resizing",
    "Solarization",
]
