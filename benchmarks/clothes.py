"""Program 3: Fashion-MNIST with one hidden layer, seconds for each epoch after the first."""

from __future__ import annotations

from benchmarks.measure import JAX, KERAS_JAX, KERAS_TENSORFLOW, OURS, TORCH, Figure, Measure, Target

WITH_ACCURACY = "with accuracy"

MEASURE = Measure(
    name="clothes",
    title="Fashion-MNIST, 784-128-10, batch 32, Adam: an epoch after the first",
    text=(
        "60,000 images in 1,875 steps; the median of the epochs after the first, in which programs are compiled. "
        "Keras, torch and heron report loss and accuracy, hand-written JAX stands here with both and with the loss "
        "alone. spe is Keras's steps_per_execution."
    ),
    contestants=(
        KERAS_TENSORFLOW.runs("clothes_keras.py", "1", "auto", called="default", rounds=2),
        KERAS_TENSORFLOW.runs("clothes_keras.py", "375", "no", called="spe=375"),
        KERAS_TENSORFLOW.runs("clothes_keras.py", "375", "yes", called="spe=375, jit_compile"),
        KERAS_JAX.runs("clothes_keras.py", "1", "auto", called="default"),
        KERAS_JAX.runs("clothes_keras.py", "625", "auto", called="spe=625"),
        TORCH.runs("clothes_torch.py", "all", called="fused Adam"),
        TORCH.runs("clothes_torch.py", "1", called="fused Adam, 1 thread"),
        JAX.runs("clothes_jax.py", "loss"),
        JAX.runs("clothes_jax.py", "accuracy", called=WITH_ACCURACY),
        OURS.runs("clothes_heron.py"),
    ),
    figures=(
        Figure("epoch", "An epoch after the first"),
        Figure("first", "The first epoch, compilation included"),
        Figure("accuracy", "Accuracy on the training images in the last epoch", "%", is_ratio_meant=False),
    ),
    targets=(
        Target("epoch", 1.1, times=JAX.name),
        Target("epoch", 1.1, times=f"{JAX.name}, {WITH_ACCURACY}"),
        Target("epoch", 0.5, times="best peer"),
    ),
)
