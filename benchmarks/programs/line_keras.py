import os
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np
from reporting import REHEARSAL, report

xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0])
ys = np.array([-3.0, -1.0, 1.0, 3.0, 5.0, 7.0])

model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(units=1)])
model.compile(optimizer="sgd", loss="mean_squared_error")
begin = time.perf_counter()
model.fit(xs, ys, epochs=20 if REHEARSAL else 500, verbose=0)
fit = time.perf_counter() - begin
answer = float(model.predict(np.array([10.0]), verbose=0).ravel()[0])
assert REHEARSAL or 18.9 < answer < 19.0, answer
report(fit=fit, answer=answer)
