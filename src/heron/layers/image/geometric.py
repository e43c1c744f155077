"""Layers that map images to the plane anew at random while training: turns, zooms, shifts, shears, perspective."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from heron.errors import missing_method
from heron.layers.image.base import RandomImageLayer, Size
from heron.layers.image.draws import Draws, drawn_from, range_rule
from heron.ops.image.resampling import SAMPLING, homography, projected
from heron.validate import FRACTION, NUMBER, one_of

# Keras's layers know no "mirror".
_FILLING = one_of("reflect", "wrap", "constant", "nearest")


class _Projection(RandomImageLayer):
    """Reads each pixel elsewhere: `matrix` says where, as `affine_transform` takes it."""

    rules = {"interpolation": SAMPLING, "fill_value": NUMBER}
    moves_pixels = True
    fill_mode = "constant"

    def __init__(self, interpolation: str, fill_value: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.interpolation, self.fill_value = interpolation, fill_value

    def matrix(self, transformation: Any, size: Size) -> Any:
        """The map of each image, `(batch, 6)` or `(batch, 8)`."""
        raise missing_method(self, "matrix(self, transformation, size)", "the map of each image, (batch, 6 or 8)")

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Reads the pixels elsewhere."""
        matrix = self.matrix(transformation, Size(*images.shape)).astype("float32")
        return projected(images, matrix, interpolation, self.fill_mode, self.fill_value)

    def move(self, points: Any, transformation: Any, size: Size) -> Any:
        """The inverse map, of points."""
        matrix = self.matrix(transformation, size).astype(points.dtype)
        rest = jnp.broadcast_to(jnp.asarray([0, 0, 1], points.dtype), (matrix.shape[0], 3))
        square = jnp.concatenate([matrix, rest[:, matrix.shape[1] - 6 :]], 1).reshape(-1, 3, 3)
        there = jnp.concatenate([points, jnp.ones_like(points[..., :1])], -1)  # (batch, points, 3)
        moved = jnp.einsum("bij,bpj->bpi", jnp.linalg.inv(square), there)
        return moved[..., :2] / moved[..., 2:]


class _Affine(_Projection):
    """An affine map of each image."""

    rules = {"fill_mode": _FILLING}

    def __init__(
        self, fill_mode: str, interpolation: str, seed: Any, fill_value: float, data_format: Any, **kwargs: Any
    ) -> None:
        super().__init__(interpolation, fill_value, seed=seed, data_format=data_format, **kwargs)
        self.fill_mode = fill_mode


def _rows(*entries: Any) -> Any:
    """Numbers, or numbers for each image, as one matrix `(batch, len(entries))`."""
    return jnp.stack(jnp.broadcast_arrays(*(jnp.asarray(entry, "float32") for entry in entries)), -1)


class RandomRotation(_Affine):
    """Turns each image by a random angle while training.

    Args:
        factor: the angle, as a share of a full turn from -1 to 1; a number for both directions, or two between which
            it is drawn. Positive is counter-clockwise.
        fill_mode: what lies outside the image: `"reflect"`, `"wrap"`, `"constant"` or `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        fill_value: for `"constant"`, what there is.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        bounding_box_format: how boxes given beside images are written.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomFlip`.
        training: whether anything is turned.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> x = np.array([[[1.0], [2.0]], [[3.0], [4.0]]])
    >>> RandomRotation((0.25, 0.25), interpolation="nearest")(x)[..., 0].tolist()
    [[2.0, 4.0], [1.0, 3.0]]
    """

    rules = {"factor": range_rule(-1, 1)}

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Any = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.factor = drawn_from(factor)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`angle` in degrees, `(batch,)`."""
        return {"angle": draws.uniform((size.batch,), 360.0 * self.factor[0], 360.0 * self.factor[1])}

    def matrix(self, transformation: Any, size: Size) -> Any:
        """The turn about the middle."""
        angle = transformation["angle"] * (math.pi / 180)
        cos, sin = jnp.cos(angle), jnp.sin(angle)
        x, y = (size.width - 1) / 2, (size.height - 1) / 2
        return _rows(cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos)


class RandomZoom(_Affine):
    """Zooms each image by a random factor while training.

    Args:
        height_factor: by how much the height that is seen grows, as a share above -1, up to 1: -0.3 shows 70 % of it,
            so that things get greater; a number for both directions, or two between which it is drawn.
        width_factor: likewise for the width; by default that of the height, so that nothing is distorted.
        fill_mode: what lies outside the image: `"reflect"`, `"wrap"`, `"constant"` or `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        fill_value: for `"constant"`, what there is.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        bounding_box_format: how boxes given beside images are written.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomFlip`.
        training: whether anything is zoomed.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> x = np.array([[[0.0], [1.0], [2.0]]])
    >>> RandomZoom((-0.5, -0.5))(x)[0, :, 0].tolist()
    [0.5, 1.0, 1.5]
    """

    rules = {"height_factor": range_rule(-1, 1, True), "width_factor": range_rule(-1, 1, True).or_none()}

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Any = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_range = drawn_from(height_factor)
        self.width_range = None if width_factor is None else drawn_from(width_factor)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`height_zoom` and `width_zoom`: how much is seen, `(batch, 1)`."""
        height = 1 + draws.uniform((size.batch, 1), *self.height_range)
        width = height if self.width_range is None else 1 + draws.uniform((size.batch, 1), *self.width_range)
        return {"height_zoom": height, "width_zoom": width}

    def matrix(self, transformation: Any, size: Size) -> Any:
        """The zoom about the middle."""
        x, y = transformation["width_zoom"][:, 0], transformation["height_zoom"][:, 0]
        return _rows(x, 0, (size.width - 1) / 2 * (1 - x), 0, y, (size.height - 1) / 2 * (1 - y))


class RandomTranslation(_Affine):
    """Shifts each image at random while training.

    Args:
        height_factor: how far down, as a share of the height from -1 to 1; a number for both directions, or two
            between which it is drawn.
        width_factor: how far to the right, as a share of the width, likewise.
        fill_mode: what lies outside the image: `"reflect"`, `"wrap"`, `"constant"` or `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        fill_value: for `"constant"`, what there is.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        bounding_box_format: how boxes given beside images are written.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomFlip`.
        training: whether anything is shifted.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> x = np.array([[[1.0], [2.0], [3.0], [4.0]]])
    >>> RandomTranslation(0.0, (0.25, 0.25), fill_mode="constant")(x)[0, :, 0].tolist()
    [0.0, 1.0, 2.0, 3.0]
    """

    rules = {"height_factor": range_rule(-1, 1), "width_factor": range_rule(-1, 1)}

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Any = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_range, self.width_range = drawn_from(height_factor), drawn_from(width_factor)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`translations` in pixels, `(batch, 2)`: to the right and down."""
        down = draws.uniform((size.batch,), *self.height_range) * size.height
        right = draws.uniform((size.batch,), *self.width_range) * size.width
        return {"translations": jnp.stack([right, down], -1)}

    def matrix(self, transformation: Any, size: Size) -> Any:
        """The shift."""
        right, down = jnp.moveaxis(transformation["translations"], -1, 0)
        return _rows(1, 0, -right, 0, 1, -down)


class RandomShear(_Affine):
    """Slants each image at random while training.

    Args:
        x_factor: how far each row is shifted to the side for each row below the first, from 0 to 1, in a direction
            drawn at random; a number for the range around 0, or two between which it is drawn.
        y_factor: likewise for columns, downwards.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what lies outside the image: `"reflect"`, `"wrap"`, `"constant"` or `"nearest"`.
        fill_value: for `"constant"`, what there is.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        bounding_box_format: how boxes given beside images are written.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomFlip`.
        training: whether anything is slanted.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> x = np.array([[[0.0], [1.0]], [[2.0], [3.0]]])
    >>> RandomShear(x_factor=0.5, seed=1)(x)[0, :, 0].tolist()  # the first row stays
    [0.0, 1.0]
    """

    # Keras writes a number into its configs as the range around 0.
    rules = {"x_factor": range_rule(-1, 1), "y_factor": range_rule(-1, 1)}

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.x_range, self.y_range = drawn_from(x_factor), drawn_from(y_factor)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`shear_factor`, `(batch, 2)`: of rows and of columns."""
        both = [draws.uniform((size.batch,), *ends) for ends in (self.x_range, self.y_range)]
        return {"shear_factor": jnp.stack(both, -1) * draws.signs((size.batch, 1))}

    def matrix(self, transformation: Any, size: Size) -> Any:
        """The slant."""
        x, y = jnp.moveaxis(transformation["shear_factor"], -1, 0)
        return _rows(1, x, 0, y, 1, 0)


class RandomPerspective(_Projection):
    """Shows each image as if seen from elsewhere while training: its corners are moved at random.

    Args:
        factor: the share of images that are changed, from 0 to 1, or two numbers between which it is drawn.
        scale: how far corners are moved, from 0 to 1: up to half of it of the distance from the upper left one.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_value: what lies outside the image.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        bounding_box_format: how boxes given beside images are written.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomFlip`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> RandomPerspective(seed=1)(np.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    rules = {"factor": range_rule(0, 1), "scale": FRACTION}

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(interpolation, fill_value, seed=seed, data_format=data_format, **kwargs)
        self.factor, self.scale = drawn_from(factor, 0.0), scale

    def draw(self, draws: Draws, size: Size) -> Any:
        """Which images are changed, `(batch,)`, and their corners before and after, `(batch, 4, 2)`."""
        right, bottom = size.width - 1, size.height - 1
        start = jnp.asarray([[0, 0], [right, 0], [0, bottom], [right, bottom]], "float32")
        end = start * (1 + draws.uniform((size.batch, 4, 2), -self.scale / 2, self.scale / 2))
        return {
            "apply_perspective": draws.chosen(size.batch, self.factor),
            "start_points": jnp.broadcast_to(start, end.shape),
            "end_points": end,
        }

    def matrix(self, transformation: Any, size: Size) -> Any:
        """The projection that brings the corners back; for images that stay, none."""
        same = jnp.asarray([1, 0, 0, 0, 1, 0, 0, 0], "float32")
        there = homography(transformation["start_points"], transformation["end_points"])
        return jnp.where(transformation["apply_perspective"][:, None], there, same)
