"""The same kind of network with other settings: add(), one-hot labels, SGD, batches of 32 and 128."""

import numpy as np

from heron.layers import Dense
from heron.models import Sequential

# 1,200 rows of 100 numbers in ten classes; in class 3 the numbers in columns 30 to 39 are larger.
classes = np.random.randint(10, size=1200)
y = np.eye(10)[classes]  # one-hot: class 3 is 0 0 0 1 0 0 0 0 0 0
x = np.random.random((1200, 100)) + np.repeat(y, 10, axis=1)
x_train, y_train, x_test, y_test = x[:1000], y[:1000], x[1000:], y[1000:]

model = Sequential()
model.add(Dense(64, activation="relu", input_dim=100))
model.add(Dense(10, activation="softmax"))

model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, batch_size=32)

loss_and_metrics = model.evaluate(x_test, y_test, batch_size=128)
print(loss_and_metrics)

probabilities = model.predict(x_test, batch_size=128)
print(probabilities.shape, probabilities[0].sum())
