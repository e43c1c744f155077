"""Program 1: a line through six points, 500 epochs."""

from __future__ import annotations

from benchmarks.measure import HERON, JAX, KERAS_JAX, KERAS_TENSORFLOW, KERAS_TORCH, OURS, Figure, Measure, Target

MEASURE = Measure(
    name="line",
    title="A line through six points: Dense(1), SGD, 500 epochs, one prediction",
    text=(
        "The whole process is timed from outside: start of Python, imports, fit (verbose=0), predict, exit. "
        "fit alone is timed inside, compilation included. With verbose=1 the output goes into a pipe."
    ),
    contestants=(
        KERAS_TENSORFLOW.runs("line_keras.py", rounds=3),
        KERAS_JAX.runs("line_keras.py"),
        KERAS_TORCH.runs("line_keras.py"),
        JAX.runs("line_jax.py"),
        OURS.runs("line_heron.py", "0"),
        OURS.runs("line_heron.py", "1", called="verbose=1"),
    ),
    figures=(Figure("process", "Whole process"), Figure("fit", "fit alone")),
    targets=(
        Target("process", 1.1),
        Target("process", 1.1, contestant=f"{HERON}, verbose=1"),
        Target("process", 1.5, times=JAX.name),
        Target("fit", 0.25),
    ),
)
