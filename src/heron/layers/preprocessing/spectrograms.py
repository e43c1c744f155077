"""Sound as pictures of its frequencies: STFTSpectrogram, whose waves can be trained, and MelSpectrogram."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from heron import config, initializers
from heron.errors import ArgumentError, note
from heron.layers.input_spec import InputSpec
from heron.layers.layer import Layer
from heron.layers.preprocessing.batches import real_numbers
from heron.ops.convolution import conv
from heron.ops.spectra import stft
from heron.validate import BOOL, NON_NEGATIVE, NUMBER, POSITIVE, POSITIVE_INT, Rule, one_of

_WINDOW = Rule(
    "the name of a window such as 'hann', an array, or None",
    lambda v: v is None or isinstance(v, str | list | tuple) or hasattr(v, "__array__"),
    ("hann", None),
    (1.5, True),
)


class STFTSpectrogram(Layer):
    """Which frequencies there are in a signal at which time, by a convolution with waves that can be trained.

    Args:
        mode: `"log"`: the logarithm of the magnitude; `"magnitude"`; `"psd"`: the power; `"real"`, `"imag"`: the parts;
            `"angle"`; `"stft"`: both parts, one after the other.
        frame_length: how many numbers of the signal each frame takes.
        frame_step: how far apart frames are; by default half of `frame_length`.
        fft_length: the size of the transform, by default the next power of two.
        window: the name of a window of `scipy.signal.get_window`, an array of the frame's length, or None.
        periodic: whether the window is periodic rather than symmetric.
        scaling: `"density"`, `"spectrum"` or None; see `heron.initializers.STFT`.
        padding: `"valid"`: frames lie within the signal; `"same"`: zeros around it.
        expand_dims: whether channels keep an axis of their own.
        data_format: `"channels_last"` or `"channels_first"`; by default `heron.config.image_data_format()`.

    Input shape:
        `(batch, time, channels)`, or `(batch, channels, time)` for `"channels_first"`.

    Output shape:
        `(batch, frames, channels * frequencies)`, or `(batch, channels * frequencies, frames)`; with `expand_dims`
        `(batch, frames, frequencies, channels)`, or `(batch, channels, frames, frequencies)`.

    Raises:
        ArgumentError: for a `frame_step` above, or an `fft_length` below, `frame_length`.

    Example:
    >>> signal = np.sin(np.arange(16.0)).reshape(1, 16, 1)
    >>> STFTSpectrogram(mode="magnitude", frame_length=8)(signal).shape
    (1, 3, 5)
    """

    rules = {
        "mode": one_of("log", "magnitude", "psd", "real", "imag", "angle", "stft"),
        "frame_length": POSITIVE_INT,
        "frame_step": POSITIVE_INT.or_none(),
        "fft_length": POSITIVE_INT.or_none(),
        "window": _WINDOW,
        "periodic": BOOL,
        "scaling": one_of("density", "spectrum").or_none(),
        "padding": one_of("valid", "same"),
        "expand_dims": BOOL,
        "data_format": one_of("channels_last", "channels_first").or_none(),
    }

    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: Any = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.mode = mode
        self.frame_length = frame_length
        self.frame_step = frame_step or max(frame_length // 2, 1)
        self.fft_length = fft_length or 2 ** (frame_length - 1).bit_length()
        self.window = window
        self.periodic = periodic
        self.scaling = scaling
        self.padding = padding
        self.expand_dims = expand_dims
        self.data_format = data_format or config.image_data_format()
        self.input_spec = InputSpec(ndim=3)
        if self.frame_step > frame_length:
            raise ArgumentError(
                f"{self._who()}: frame_step must be at most frame_length={frame_length}; received {frame_step}.\n"
                "A larger step would pass over parts of the signal."
            )
        if self.fft_length < frame_length:
            raise ArgumentError(
                f"{self._who()}: fft_length must be at least frame_length={frame_length}; received {fft_length}.\n"
                f"The next power of two is {2 ** (frame_length - 1).bit_length()}."
            )
        if self.fft_length & (self.fft_length - 1):
            note(f"{self._who()}: fft_length={fft_length} is no power of two, which are faster.")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the waves."""
        shape = (self.frame_length, 1, self.fft_length // 2 + 1)
        for side in ("real", "imag"):
            if self.mode not in {"real", "imag"} - {side}:
                waves = initializers.STFT(side, self.window, self.scaling, self.periodic)
                setattr(self, f"{side}_kernel", self.add_weight(shape, waves, name=f"{side}_kernel"))

    def _part(self, x: Any, side: str) -> Any:
        """The signal `(B, C, T)` against the waves of one side: `(B, C, frames, frequencies)`."""
        kernel = jnp.asarray(getattr(self, f"{side}_kernel").value).astype(x.dtype)
        flat = x.reshape(-1, x.shape[2], 1)  # (B * C, T, 1)
        waves = conv(flat, kernel, strides=self.frame_step, padding=self.padding, data_format="channels_last")
        return waves.reshape(-1, x.shape[1], *waves.shape[1:])

    def call(self, inputs: Any) -> Any:
        """Convolves."""
        real_numbers(self, inputs)
        x = jnp.asarray(inputs).astype(jnp.promote_types(self.compute_dtype, "float32"))
        if self.data_format == "channels_last":
            x = jnp.swapaxes(x, 1, 2)  # (B, C, T)
        found = self._in_mode(x).astype(self.compute_dtype)  # (B, C, frames, frequencies)
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return jnp.transpose(found, (0, 2, 3, 1)) if last else found
        batch, channels, frames, frequencies = found.shape
        found = jnp.transpose(found, (0, 2, 1, 3) if last else (0, 1, 3, 2))
        return (
            found.reshape(batch, *((frames, -1) if last else (-1, frames)))
            if batch
            else jnp.zeros(
                (0, frames, channels * frequencies) if last else (0, channels * frequencies, frames), found.dtype
            )
        )

    def _in_mode(self, x: Any) -> Any:
        if self.mode in ("real", "imag"):
            return self._part(x, self.mode)
        real, imaginary = self._part(x, "real"), self._part(x, "imag")
        if self.mode == "angle":
            return jnp.arctan2(imaginary, real)
        if self.mode == "stft":
            return jnp.concatenate([real, imaginary], axis=-1)
        power = jnp.square(real) + jnp.square(imaginary)
        if self.mode == "psd":  # all frequencies but the first and the last stand for two
            return power.at[..., 1:-1].multiply(2)
        magnitude = jnp.sqrt(jnp.maximum(power, config.epsilon()))
        return magnitude if self.mode == "magnitude" else jnp.log(jnp.maximum(magnitude, config.epsilon()))


class MelSpectrogram(Layer):
    """How loud a sound is in bands as the ear tells them apart, over time.

    Args:
        fft_length: the size of the transform.
        sequence_stride: how far apart frames are.
        sequence_length: how many numbers of the sound each frame takes; by default `fft_length`.
        window: `"hann"`, `"hamming"`, an array of the frame's length, or None.
        sampling_rate: how many numbers a second the sound has.
        num_mel_bins: how many bands there are.
        min_freq: the lowest frequency, in hertz.
        max_freq: the highest frequency, in hertz; by default half of `sampling_rate`.
        power_to_db: whether the result is in decibels.
        top_db: how many decibels below the loudest of all values the quietest may be.
        mag_exp: the power to which magnitudes are raised: 1 for energy, 2 for power.
        min_power: the least power, for decibels.
        ref_power: the power that is 0 decibels.

    Input shape:
        `(batch, time)` or `(time,)`.

    Output shape:
        `(batch, num_mel_bins, frames)` or `(num_mel_bins, frames)`.

    Raises:
        ArgumentError: for a `sequence_length` above `fft_length`.

    Source: Stevens, Volkmann and Newman, A scale for the measurement of the psychological magnitude pitch, 1937, in the
    form `1127 * log(1 + f / 700)`.

    Example:
    >>> MelSpectrogram(fft_length=64, sequence_stride=32, num_mel_bins=8)(np.sin(np.arange(320.0))).shape
    (8, 11)
    """

    rules = {
        "fft_length": POSITIVE_INT,
        "sequence_stride": POSITIVE_INT,
        "sequence_length": POSITIVE_INT.or_none(),
        "window": _WINDOW,
        "sampling_rate": POSITIVE,
        "num_mel_bins": POSITIVE_INT,
        "min_freq": NON_NEGATIVE,
        "max_freq": POSITIVE.or_none(),
        "power_to_db": BOOL,
        "top_db": NUMBER,
        "mag_exp": NUMBER,
        "min_power": POSITIVE,
        "ref_power": NUMBER,
    }

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: Any = "hann",
        sampling_rate: float = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: float | None = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.fft_length = fft_length
        self.sequence_stride = sequence_stride
        self.sequence_length = sequence_length or fft_length
        self.window = window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = num_mel_bins
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power
        if fft_length < self.sequence_length:
            raise ArgumentError(
                f"{self._who()}: fft_length must be at least sequence_length={sequence_length}; received "
                f"{fft_length}.\n"
                f"The next power of two is {2 ** (self.sequence_length - 1).bit_length()}."
            )

    def call(self, inputs: Any) -> Any:
        """Transforms, adds up the bands, and takes the logarithm."""
        real_numbers(self, inputs)
        x = jnp.asarray(inputs).astype("float64" if self.compute_dtype == "float64" else "float32")
        real, imaginary = stft(x, self.sequence_length, self.sequence_stride, self.fft_length, self.window, True)
        power = jnp.square(real) + jnp.square(imaginary)  # (..., frames, frequencies)
        if self.mag_exp != 2:  # the root has no derivative at 0
            power = jnp.where(power > 0, jnp.where(power > 0, power, 1) ** (self.mag_exp / 2), 0)
        bands = power @ jnp.asarray(self._bands(), power.dtype)  # (..., frames, bands)
        if self.power_to_db:
            reference = 10 * np.log10(max(abs(self.ref_power), self.min_power))
            bands = 10 * jnp.log10(jnp.maximum(bands, self.min_power)) - reference
            bands = jnp.maximum(bands, jnp.max(bands, initial=-jnp.inf) - self.top_db)
        return jnp.swapaxes(bands, -1, -2).astype(self.compute_dtype)

    def _bands(self) -> np.ndarray:
        """How much each frequency counts in each band, a triangle on the mel scale: `(frequencies, bands)`."""

        def mel(hertz: Any) -> Any:
            return 1127.0 * np.log(1 + np.asarray(hertz) / 700.0)

        frequencies = mel(np.linspace(0, self.sampling_rate / 2, self.fft_length // 2 + 1))[:, None]
        edges = np.linspace(mel(self.min_freq), mel(self.max_freq), self.num_mel_bins + 2)
        low, centre, high = edges[:-2], edges[1:-1], edges[2:]
        triangles = np.minimum((frequencies - low) / (centre - low), (high - frequencies) / (high - centre))
        triangles[0] = 0  # the constant part is no sound
        return np.maximum(triangles, 0)
