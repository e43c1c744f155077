import sys
import time

import numpy as np
from reporting import REHEARSAL, report

import heron

xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0])
ys = np.array([-3.0, -1.0, 1.0, 3.0, 5.0, 7.0])

model = heron.Sequential([heron.layers.Dense(units=1, input_shape=[1])])
model.compile(optimizer="sgd", loss="mean_squared_error")
begin = time.perf_counter()
if sys.argv[1] == "0":
    model.fit(xs, ys, epochs=20 if REHEARSAL else 500, verbose=0)
else:
    model.fit(xs, ys, epochs=20 if REHEARSAL else 500)
fit = time.perf_counter() - begin
answer = float(model.predict([10.0], verbose=0).ravel()[0])
assert REHEARSAL or 18.9 < answer < 19.0, answer
report(fit=fit, answer=answer)
