import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from convnets_data import BATCH, EPOCHS, report_training, training_data

RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


def convolved(x, kernel, bias):
    x = jax.lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return jax.nn.relu(x + bias)


def dropped(x, share, key):
    return jnp.where(jax.random.bernoulli(key, 1 - share, x.shape), x / (1 - share), 0)


def loss_of(weights, x, y, key):
    (k1, b1), (k2, b2), (k3, b3), (k4, b4) = weights
    x = convolved(convolved(x, k1, b1), k2, b2)  # (B, 24, 24, 64)
    x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    x = dropped(x, 0.25, jax.random.fold_in(key, 1)).reshape(len(x), -1)  # (B, 9216)
    x = dropped(jax.nn.relu(x @ k3 + b3), 0.5, jax.random.fold_in(key, 2))
    scores = jax.nn.log_softmax(x @ k4 + b4)
    return -jnp.mean(jnp.take_along_axis(scores, y[:, None], axis=1)), scores


@partial(jax.jit, donate_argnums=0)
def step(state, images, labels, rows):
    weights, first, second, t, loss_so_far, right = state
    x, y = images[rows], labels[rows]
    key = jax.random.fold_in(jax.random.key(0), t.astype(jnp.int32))
    (loss, scores), gradients = jax.value_and_grad(loss_of, has_aux=True)(weights, x, y, key)
    t = t + 1
    rate = RATE * jnp.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
    first = jax.tree.map(lambda m, g: m + (1 - BETA_1) * (g - m), first, gradients)
    second = jax.tree.map(lambda v, g: v + (1 - BETA_2) * (g * g - v), second, gradients)
    weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + EPSILON), weights, first, second)
    return weights, first, second, t, loss_so_far + loss, right + jnp.sum(jnp.argmax(scores, axis=1) == y)


generator = np.random.default_rng(0)


def glorot(*shape):
    window = np.prod(shape[:-2])
    limit = np.sqrt(6 / (window * (shape[-2] + shape[-1])))
    return generator.uniform(-limit, limit, shape).astype(np.float32), np.zeros(shape[-1], np.float32)


weights = [glorot(3, 3, 1, 32), glorot(3, 3, 32, 64), glorot(9216, 128), glorot(128, 10)]
zeros = jax.tree.map(np.zeros_like, weights)
state = jax.device_put((weights, zeros, jax.tree.map(np.copy, zeros), np.float32(0), np.float32(0), np.int32(0)))
data = jax.device_put(training_data())
count, seconds = len(data[1]), []
for _ in range(EPOCHS):
    begin = time.perf_counter()
    state = (*state[:4], np.float32(0), np.int32(0))
    for rows in generator.permutation(count).astype(np.int32).reshape(-1, BATCH):
        state = step(state, *data, rows)
    accuracy = int(state[5]) / count
    seconds.append(time.perf_counter() - begin)
report_training(seconds, accuracy)
