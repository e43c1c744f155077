"""predict of one row and of many, after the first call."""

from __future__ import annotations

from benchmarks.measure import JAX, KERAS_JAX, KERAS_TENSORFLOW, KERAS_TORCH, OURS, TORCH, Figure, Measure, Target

MEASURE = Measure(
    name="predict",
    title="predict of one row and of many, after the first call",
    text=(
        "NumPy in, NumPy out, the median of up to 2,000 calls in one process: predict(x, verbose=0) of Keras and "
        "heron, a call of the module under inference_mode in torch, a call of a jitted function in JAX. Many rows "
        "go in batches of 32; other numbers of them are ten between 5,000 and 10,000 that had not come before."
    ),
    contestants=(
        KERAS_TENSORFLOW.runs("predict_keras.py"),
        KERAS_JAX.runs("predict_keras.py"),
        KERAS_TORCH.runs("predict_keras.py"),
        TORCH.runs("predict_torch.py"),
        JAX.runs("predict_jax.py"),
        OURS.runs("predict_heron.py"),
    ),
    figures=(
        Figure("line", "Dense(1) on one number", "µs"),
        Figure("clothes", "784-128-10 on one image", "µs"),
        Figure("many", "784-128-10 on 10,000 images", "ms"),
        Figure("others", "The same on another number of images", "ms"),
    ),
    targets=(Target("line", 1e-4), Target("clothes", 1e-4)),
)
