"""One neuron finds the rule behind six pairs of numbers: y = 2x - 1, and then y = 3x + 1."""

import numpy as np

from heron import Sequential
from heron.layers import Dense

xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0])
ys = np.array([-3.0, -1.0, 1.0, 3.0, 5.0, 7.0])

model = Sequential([Dense(units=1, input_shape=[1])])
model.compile(optimizer="sgd", loss="mean_squared_error")
model.fit(xs, ys, epochs=500)
print(model.predict([10.0]))

ys = np.array([-2.0, 1.0, 4.0, 7.0, 10.0, 13.0])

model = Sequential([Dense(units=1, input_shape=[1])])
model.compile(optimizer="sgd", loss="mean_squared_error")
model.fit(xs, ys, epochs=500)
print(model.predict([10.0]))
