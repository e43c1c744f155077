"""Memory after many calls of fit and predict."""

from __future__ import annotations

from benchmarks.measure import HERON, KERAS_JAX, KERAS_TENSORFLOW, KERAS_TORCH, OURS, Figure, Measure, Target

NEW_MODELS = "a new model for each fit"

MEASURE = Measure(
    name="memory",
    title="Memory of 200 fits and 1,000 predicts",
    text=(
        "How much more resident memory the process has after 200 fits (600 rows, 20 numbers each, 2 epochs) "
        "and then 1,000 predicts of one row than after 20 fits: of one model, and with a new model for each fit "
        "(60 of them, 20 predicts each)."
    ),
    contestants=(
        KERAS_TENSORFLOW.runs("memory_keras.py", "one", rounds=1),
        KERAS_TENSORFLOW.runs("memory_keras.py", "new", called=NEW_MODELS, rounds=1),
        KERAS_JAX.runs("memory_keras.py", "one", rounds=2),
        KERAS_JAX.runs("memory_keras.py", "new", called=NEW_MODELS, rounds=1),
        KERAS_TORCH.runs("memory_keras.py", "one", rounds=1),
        OURS.runs("memory_heron.py", "one", rounds=3),
        OURS.runs("memory_heron.py", "new", called=NEW_MODELS, rounds=3),
    ),
    figures=(
        Figure("growth", "Growth after all fits and predicts", "%", is_ratio_meant=False),
        Figure("start", "Resident after 20 fits", "MB", is_ratio_meant=False),
    ),
    targets=(Target("growth", 5.0), Target("growth", 5.0, contestant=f"{HERON}, {NEW_MODELS}")),
)
