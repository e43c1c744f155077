import time

import jax
import jax.numpy as jnp
import numpy as np
from reporting import REHEARSAL, report

xs = np.array([[-1.0], [0.0], [1.0], [2.0], [3.0], [4.0]], np.float32)
ys = np.array([[-3.0], [-1.0], [1.0], [3.0], [5.0], [7.0]], np.float32)


def apply(weights, x):
    return x @ weights["kernel"] + weights["bias"]


def loss(weights, x, y):
    return jnp.mean((apply(weights, x) - y) ** 2)


@jax.jit
def train(weights, x, y):
    def step(weights, _):
        value, gradient = jax.value_and_grad(loss)(weights, x, y)
        return {name: weights[name] - 0.01 * gradient[name] for name in weights}, value

    return jax.lax.scan(step, weights, None, length=500)


weights = {"kernel": np.random.uniform(-1.7, 1.7, (1, 1)).astype(np.float32), "bias": np.zeros(1, np.float32)}
begin = time.perf_counter()
weights, losses = train(weights, xs, ys)
losses = np.asarray(losses)
fit = time.perf_counter() - begin
answer = float(jax.jit(apply)(weights, np.array([[10.0]], np.float32))[0, 0])
assert REHEARSAL or 18.9 < answer < 19.0, answer
report(fit=fit, answer=answer)
