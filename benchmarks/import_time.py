"""How long an import takes, and an import with a first layer."""

from __future__ import annotations

from benchmarks.measure import (
    HERON,
    JAX,
    KERAS_JAX,
    KERAS_TENSORFLOW,
    KERAS_TORCH,
    OURS,
    TORCH,
    Contestant,
    Figure,
    Measure,
    Target,
)

WITH_DENSE = "and a Dense"

MEASURE = Measure(
    name="import",
    title="import",
    text="Timed inside a fresh process, bytecode compiled, files in the cache; a Dense(1) is built on (None, 1).",
    contestants=(
        Contestant("numpy", ("numpy",)).runs("import_one.py", "numpy"),
        JAX.runs("import_one.py", "jax", called="import jax"),
        TORCH.runs("import_one.py", "torch"),
        KERAS_TENSORFLOW.runs("import_one.py", "keras"),
        KERAS_JAX.runs("import_one.py", "keras"),
        KERAS_TORCH.runs("import_one.py", "keras"),
        KERAS_JAX.runs("import_one.py", "keras", "dense", called=WITH_DENSE),
        OURS.runs("import_one.py", "heron"),
        OURS.runs("import_one.py", "heron", "dense", called=WITH_DENSE),
    ),
    figures=(Figure("import", "Import"),),
    targets=(Target("import", 0.05), Target("import", 0.7, contestant=f"{HERON}, {WITH_DENSE}")),
)
