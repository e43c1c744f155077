"""Convolution layers, and Keras's second names for them."""

from __future__ import annotations

from heron.layers.convolution.conv import Conv1D, Conv2D, Conv3D
from heron.layers.convolution.depthwise import DepthwiseConv1D, DepthwiseConv2D
from heron.layers.convolution.separable import SeparableConv1D, SeparableConv2D
from heron.layers.convolution.transposed import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose

Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
Convolution1DTranspose, Convolution2DTranspose = Conv1DTranspose, Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D

__all__ = [
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
]
