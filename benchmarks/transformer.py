"""A transformer encoder of two blocks over padded sequences of tokens, seconds for each epoch after the first."""

from __future__ import annotations

from benchmarks.measure import KERAS_JAX, KERAS_TENSORFLOW, OURS, TORCH, Figure, Measure, Target

BATCH, ROWS = 32, 1_600
_SIZE = (str(BATCH), str(ROWS))

MEASURE = Measure(
    name="transformer",
    title="Transformer encoder: 64 tokens, two blocks of 4 heads of 32 and 128-512-128, batch 32, Adam: an epoch",
    text=(
        f"{ROWS:,} made-up sequences of 16 to 64 tokens, padded, {ROWS // BATCH} steps an epoch; the median of the "
        "epochs after the first, in which programs are compiled. Normalization first, no dropout, padding masked. All "
        "report the loss; torch has its fused Adam. spe is Keras's steps_per_execution, here a whole epoch."
    ),
    contestants=(
        KERAS_TENSORFLOW.runs("transformer_keras.py", *_SIZE, "1"),
        KERAS_JAX.runs("transformer_keras.py", *_SIZE, "1"),
        KERAS_JAX.runs("transformer_keras.py", *_SIZE, str(ROWS // BATCH), called="spe=epoch"),
        TORCH.runs("transformer_torch.py", *_SIZE),
        OURS.runs("transformer_heron.py", *_SIZE),
    ),
    figures=(
        Figure("epoch", "An epoch after the first"),
        Figure("first", "The first epoch, compilation included"),
    ),
    targets=(Target("epoch", 1.0, times="best peer"),),
)
