"""The lesson of the line: six pairs of numbers, one neuron."""

from __future__ import annotations

from heron.lessons.lesson import Lesson, Step

LINE = Lesson(
    name="line",
    title="A line",
    summary="One neuron finds the rule behind six pairs of numbers.",
    seconds=3,
    epochs=500,
    seed=1,
    steps=(
        Step(
            "Usually people write the rule and the computer works out the answers. Here it has the answers and "
            "looks for the rule. Can you see it? Every y is twice its x, minus 1.",
            """
import numpy as np

xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0])
ys = np.array([-3.0, -1.0, 1.0, 3.0, 5.0, 7.0])
""",
        ),
        Step(
            "The model is the smallest network there is: one layer with one neuron. It computes y = weight * x + "
            "bias. Weight and bias start as a random guess; the seed makes it the same guess every time.",
            """
import heron
from heron.layers import Dense
from heron.models import Sequential

heron.utils.set_random_seed($seed)
model = Sequential([Dense(units=1, input_shape=[1])])
""",
        ),
        Step(
            "The loss is a number that says how wrong the model is: here the distance between its answers and ours, "
            "squared, on average. The optimizer changes weight and bias a little, again and again, so that the loss "
            'falls; "sgd" is the simplest one.',
            """
model.compile(optimizer="sgd", loss="mean_squared_error")
""",
        ),
        Step(
            "Now it practises. One epoch is one look at all the examples. Watch the loss: it should come close to 0.",
            """
history = model.fit(xs, ys, epochs=$epochs)
""",
            long_output=True,
        ),
        Step(
            "Ask for x = 10, which was not among the examples. By the rule it is 19.",
            """
print(model.predict([10.0]))
""",
        ),
        Step(
            "Close to 19, but not 19: the model does not know the rule, it has come near it. Look at its two "
            "numbers; the rule's are 2 and -1.",
            """
weight, bias = model.get_weights()
print("weight:", weight[0, 0], "bias:", bias[0])
""",
        ),
        Step(
            "A picture of the points and of the line that the model found.",
            """
from heron import plot

file = "$folder/line.png"
plot.fitted_line(model, xs, ys, at=10.0, path=file)
print("Picture:", file)
""",
        ),
        Step(
            "Now other answers, from another rule: 3x + 1. Nothing else in the program changes, and yet it finds "
            "this rule too: 3 * 10 + 1 is 31. (verbose=0 lets it practise in silence.)",
            """
ys = np.array([-2.0, 1.0, 4.0, 7.0, 10.0, 13.0])

model = Sequential([Dense(units=1, input_shape=[1])])
model.compile(optimizer="sgd", loss="mean_squared_error")
model.fit(xs, ys, epochs=$epochs, verbose=0)
print(model.predict([10.0]))
file = "$folder/other_line.png"
plot.fitted_line(model, xs, ys, at=10.0, path=file)
print("Picture:", file)
""",
        ),
    ),
    outlook="Try less practice (--epochs 50), or another first guess (--seed 2). How close does it come?",
)
