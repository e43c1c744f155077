"""Recurrent nets: LSTM(64) over 100 steps of 32 features, seconds for each epoch after the first."""

from __future__ import annotations

from benchmarks.measure import KERAS_JAX, KERAS_TENSORFLOW, OURS, TORCH, Figure, Measure, Target

ROWS = 3_200


def _measure(name: str, batch: int) -> Measure:
    size = (str(batch), str(ROWS))
    return Measure(
        name=name,
        title=f"LSTM(64) over 100 steps of 32 features, Dense(1), batch {batch}, Adam: an epoch after the first",
        text=(
            f"{ROWS:,} made-up sequences, {ROWS // batch} steps an epoch; the median of the epochs after the first, in "
            "which programs are compiled. All report the loss; torch has its fused Adam. spe is Keras's "
            "steps_per_execution, here a whole epoch."
        ),
        contestants=(
            KERAS_TENSORFLOW.runs("recurrent_keras.py", *size, "1"),
            KERAS_JAX.runs("recurrent_keras.py", *size, "1"),
            KERAS_JAX.runs("recurrent_keras.py", *size, str(ROWS // batch), called="spe=epoch"),
            TORCH.runs("recurrent_torch.py", *size, "all"),
            TORCH.runs("recurrent_torch.py", *size, "1", called="1 thread"),
            OURS.runs("recurrent_heron.py", *size),
        ),
        figures=(
            Figure("epoch", "An epoch after the first"),
            Figure("first", "The first epoch, compilation included"),
        ),
        targets=(Target("epoch", 1.0, times="best peer"),),
    )


MEASURES = (_measure("recurrent", 32), _measure("recurrent128", 128))
