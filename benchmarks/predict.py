"""predict of one row, after the first call."""

from __future__ import annotations

from benchmarks.measure import JAX, KERAS_JAX, KERAS_TENSORFLOW, KERAS_TORCH, OURS, TORCH, Figure, Measure, Target

MEASURE = Measure(
    name="predict",
    title="predict of one row, after the first call",
    text=(
        "NumPy in, NumPy out, the median of up to 2,000 calls in one process: predict(x, verbose=0) of Keras and "
        "heron, a call of the module under inference_mode in torch, a call of a jitted function in JAX."
    ),
    contestants=(
        KERAS_TENSORFLOW.runs("predict_keras.py"),
        KERAS_JAX.runs("predict_keras.py"),
        KERAS_TORCH.runs("predict_keras.py"),
        TORCH.runs("predict_torch.py"),
        JAX.runs("predict_jax.py"),
        OURS.runs("predict_heron.py"),
    ),
    figures=(Figure("line", "Dense(1) on one number", "µs"), Figure("clothes", "784-128-10 on one image", "µs")),
    targets=(Target("line", 1e-4), Target("clothes", 1e-4)),
)
