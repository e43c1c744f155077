"""Ops that compute each place of an image from its neighbours, and a measure that does: blur, edges, likeness."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.errors import ShapeError, shape_text
from heron.ops.convolution import sizes, sizes_rule
from heron.ops.image.layout import checked, opened
from heron.ops.op import array, floating, op
from heron.validate import POSITIVE_INT

__all__ = ["gaussian_blur", "sobel_edges", "ssim"]


def blurring_matrix(places: Any, taps: int, sigma: Any, dtype: Any) -> Any:
    """The matrix `(..., places, places)` that blurs along an axis, zeros beyond its ends; `sigma` has shape `(...)`.

    A product with it is one call on every platform, whatever the number of taps, and `sigma` may be traced.
    """
    sigma = jnp.asarray(sigma, dtype)[..., None, None]
    middle = (taps - 1) // 2
    tap = jnp.arange(places)[None, :] - jnp.arange(places)[:, None] + middle  # (to, from)
    offset = jnp.arange(taps, dtype=dtype) - jnp.asarray((taps - 1) / 2, dtype)
    total = jnp.sum(jnp.exp(-0.5 * (offset / sigma) ** 2), -1, keepdims=True)
    weight = jnp.exp(-0.5 * ((tap - (taps - 1) / 2).astype(dtype) / sigma) ** 2) / total
    return jnp.where((tap >= 0) & (tap < taps), weight, 0)


def blur(images: Any, taps: tuple[int, int], sigma: tuple[Any, Any]) -> Any:
    """Blurs a batch `(batch, height, width, channels)`; `taps` and `sigma` are those of height and width."""
    rows = blurring_matrix(images.shape[1], taps[0], sigma[0], images.dtype)
    columns = blurring_matrix(images.shape[2], taps[1], sigma[1], images.dtype)
    images = jnp.einsum("...hk,bkwc->bhwc" if rows.ndim == 2 else "bhk,bkwc->bhwc", rows, images)
    return jnp.einsum("...wk,bhkc->bhwc" if columns.ndim == 2 else "bwk,bhkc->bhwc", columns, images)


def neighbours(images: Any, kernel: Any) -> Any:
    """The sums of the 3 x 3 neighbours of each place with the weights in `kernel`, zeros beyond the rim."""
    _, height, width, _ = images.shape
    padded = jnp.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return sum(
        weight * padded[:, i : i + height, j : j + width]
        for i, row in enumerate(kernel)
        for j, weight in enumerate(row)
        if weight
    )


@op
def gaussian_blur(
    images: Any, kernel_size: Any = (3, 3), sigma: Any = (1.0, 1.0), data_format: str | None = None
) -> Any:
    """Images blurred by a Gaussian bell.

    Args:
        images: one image or a batch.
        kernel_size: how many places the bell reaches over, along width and height.
        sigma: its standard deviation in places, along width and height.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Returns:
        Images of the same shape; beyond the rim counts as 0, so that the rim is darker.

    Example:
        >>> (100 * gaussian_blur([[[0.0], [1.0], [0.0]]], (3, 1)))[0, :, 0].round().tolist()
        [27.0, 45.0, 27.0]
    """
    images, layout = opened("heron.ops.image.gaussian_blur", images, data_format)
    taps = sizes(checked("gaussian_blur", "kernel_size", kernel_size, sizes_rule(2)), 2)
    images = floating(images)
    sigma = jnp.broadcast_to(array(sigma).astype(images.dtype), (2,))
    return layout.back(blur(images, (taps[1], taps[0]), (sigma[1], sigma[0])))


@op
def sobel_edges(images: Any, data_format: str | None = None) -> Any:
    """How steeply images rise downwards and to the right, by Sobel's kernels.

    Args:
        images: one image or a batch.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Returns:
        The shape of the images with an axis of 2 at the end: along height, along width.

    Example:
        >>> sobel_edges([[[0.0], [0.0], [1.0]]] * 3)[1, :, 0].tolist()
        [[0.0, 0.0], [0.0, 4.0], [0.0, 0.0]]
    """
    images, layout = opened("heron.ops.image.sobel_edges", images, data_format)
    kernel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    down = neighbours(images, list(zip(*kernel, strict=True)))
    return jnp.stack([layout.back(down), layout.back(neighbours(images, kernel))], -1)


@op
def ssim(
    image1: Any,
    image2: Any,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Any:
    """How alike images look: the structural similarity, 1 for the same image.

    Args:
        image1: one image or a batch.
        image2: the images to compare with, of the same shape.
        max_val: the distance between the least and the greatest possible value.
        filter_size: the size of the windows that are compared.
        filter_sigma: the standard deviation of the bell that weights the places of a window.
        k1: keeps the comparison of brightness finite.
        k2: keeps the comparison of contrast finite.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Returns:
        A number for each image.

    Raises:
        ShapeError: for images of different shapes, or smaller than a window.

    Source: Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004.

    Example:
        >>> import numpy as np
        >>> float(ssim(np.ones((11, 11, 1)), np.ones((11, 11, 1))))
        1.0
    """
    owner = "heron.ops.image.ssim"
    checked("ssim", "filter_size", filter_size, POSITIVE_INT)
    x, layout = opened(owner, image1, data_format)
    y, _ = opened(owner, image2, data_format)
    if x.shape != y.shape or any(isinstance(n, int) and n < filter_size for n in x.shape[1:3]):
        raise ShapeError(
            f"{owner} compares images of one shape, at least {filter_size} high and wide; received shapes "
            f"{shape_text(image1.shape)} and {shape_text(image2.shape)}.\nResize them, or write a smaller filter_size."
        )
    dtype = x.dtype
    x, y = floating(x), floating(y)
    lo, hi = (filter_size - 1) // 2, filter_size // 2

    def mean(values: Any) -> Any:
        blurred = blur(values, (filter_size, filter_size), (filter_sigma, filter_sigma))
        return blurred[:, lo : values.shape[1] - hi, lo : values.shape[2] - hi]  # windows inside the image

    mean_x, mean_y = mean(x), mean(y)
    var_x, var_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    together = mean(x * y) - mean_x * mean_y
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    likeness = (2 * mean_x * mean_y + c1) * (2 * together + c2)
    likeness = likeness / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))
    result = jnp.mean(likeness, (1, 2, 3)).astype(dtype)
    return result if layout.is_batch else result[0]
