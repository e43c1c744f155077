"""The lesson of XOR, in the words of the first Keras."""

from __future__ import annotations

from heron.lessons.lesson import Lesson, Step

XOR = Lesson(
    name="xor",
    title="XOR",
    summary="One or the other, but not both: seventeen neurons learn it.",
    seconds=3,
    epochs=500,
    seed=5,
    steps=(
        Step(
            "XOR asks whether two inputs differ: 0 and 1 give 1, 1 and 0 give 1, and two equal inputs give 0. Draw "
            "the four points on paper: no straight line parts the ones from the zeros, so one neuron cannot do it.",
            """
import numpy as np

training_data = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
target_data = np.array([[0], [1], [1], [0]], "float32")
""",
        ),
        Step(
            "This program was written in 2016 for the first Keras, and heron reads it as it is. Sixteen neurons "
            "look at the two inputs; relu lets each of them bend the plane once. A last neuron puts their answers "
            "together, and its sigmoid makes the result a number between 0 and 1.",
            """
import heron as keras
from heron.layers.core import Dense
from heron.models import Sequential

keras.utils.set_random_seed($seed)
model = Sequential()
model.add(Dense(16, input_dim=2, activation='relu'))
model.add(Dense(1, activation='sigmoid'))
""",
        ),
        Step(
            "The loss says how wrong the answers are; training makes it smaller. The accuracy is easier to read: "
            'the share of right answers, where anything above 0.5 counts as a 1. The optimizer "adam" is a quick '
            "one.",
            """
model.compile(loss='mean_squared_error', optimizer='adam',
              metrics=['binary_accuracy'])
""",
        ),
        Step(
            "Practise. One epoch is one look at all four examples. In 2016 epochs was called nb_epoch; heron says "
            "so and takes it. verbose=2 writes two lines for each epoch.",
            """
model.fit(training_data, target_data, nb_epoch=$epochs, verbose=2)
""",
            long_output=True,
        ),
        Step(
            "Rounded, the answers should be 0, 1, 1, 0.",
            """
print(model.predict(training_data).round())
""",
        ),
        Step(
            "The network can be asked about every point of the plane, also between the four. The picture shows "
            "where it says 0 and where it says 1.",
            """
from heron import plot

file = "$folder/xor.png"
plot.decision_surface(model, training_data, target_data, path=file)
print("Picture:", file)
""",
        ),
    ),
    outlook="Try another first guess (--seed 2), or more practice (--epochs 2000): the outputs come closer to 0 and 1.",
)
