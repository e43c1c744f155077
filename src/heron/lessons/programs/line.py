# %% [markdown]
# # A line
#
# One neuron finds the rule behind six pairs of numbers.
#
# After this lesson you can build a model, train it and ask it for an answer.

# %% tags=["parameters"]
EPOCHS = 500
SEED = 1
FOLDER = "heron-line"

# %% [markdown]
# Usually people write the rule and the computer works out the answers. Here it
# has the answers and looks for the rule. Can you see it? Every y is twice its x,
# minus 1.

# %%
import numpy as np

xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0])
ys = np.array([-3.0, -1.0, 1.0, 3.0, 5.0, 7.0])

# %% [markdown]
# The model is the smallest network there is: one layer with one
# [neuron](glossary:neuron). It computes y = weight * x + bias.
# [Weight and bias](glossary:weights-and-biases) start as a random guess; the seed
# makes it the same guess every time.

# %%
import heron
from heron.layers import Dense
from heron.models import Sequential

heron.utils.set_random_seed(SEED)
model = Sequential([Dense(units=1, input_shape=[1])])

# %% [markdown]
# The [loss](glossary:loss) is a number that says how wrong the model is: here the
# distance between its answers and ours, squared, on average. The
# [optimizer](glossary:optimizer) changes weight and bias a little, again and
# again, so that the loss falls; "sgd" is the simplest one.

# %%
model.compile(optimizer="sgd", loss="mean_squared_error")

# %% [markdown]
# Now it practises. One [epoch](glossary:epoch) is one look at all the examples.
# Watch the loss: it should come close to 0.

# %% tags=["long-output"]
history = model.fit(xs, ys, epochs=EPOCHS)

# %% [markdown]
# Ask for x = 10, which was not among the examples. By the rule it is 19.

# %%
answer_for_10 = model.predict([10.0])[0, 0]
print(answer_for_10)

# %% [markdown]
# Close to 19, but not 19: the model does not know the rule, it has come near it.
# Look at its two numbers; the rule's are 2 and -1.

# %%
weight, bias = model.get_weights()
print("weight:", weight[0, 0], "bias:", bias[0])

# %% [markdown]
# A picture of the points and of the line that the model found.

# %%
from heron import plot

file = FOLDER + "/line.png"
plot.fitted_line(model, xs, ys, at=10.0, path=file)
print("Picture:", file)

# %% [markdown]
# Now other answers, from another rule: 3x + 1. Nothing else in the program
# changes, and yet it finds this rule too: 3 * 10 + 1 is 31. (`verbose=0` lets it
# practise in silence.)

# %%
ys = np.array([-2.0, 1.0, 4.0, 7.0, 10.0, 13.0])

model = Sequential([Dense(units=1, input_shape=[1])])
model.compile(optimizer="sgd", loss="mean_squared_error")
model.fit(xs, ys, epochs=EPOCHS, verbose=0)
other_answer = model.predict([10.0])[0, 0]
print(other_answer)

file = FOLDER + "/other_line.png"
plot.fitted_line(model, xs, ys, at=10.0, path=file)
print("Picture:", file)

# %% tags=["promise"]
promised = {
    "the answer for 10 is between 18.9 and 19.1": 18.9 < answer_for_10 < 19.1,
    "by the other rule it is between 30.9 and 31.1": 30.9 < other_answer < 31.1,
}

# %% [markdown] tags=["experiment"]
# Train for 50 epochs instead of 500. How far from 31, the right answer for 10, is the
# model then?
#
# - a) as close as after 500
# - b) further away
# - c) it gives no answer at all

# %% tags=["experiment"]
heron.utils.set_random_seed(SEED)
little = Sequential([Dense(units=1, input_shape=[1])])
little.compile(optimizer="sgd", loss="mean_squared_error")
little.fit(xs, ys, epochs=50, verbose=0)

distance = abs(little.predict([10.0])[0, 0] - 31)
usual_distance = abs(other_answer - 31)
print(f"after 50 epochs {distance:.3f} away from 31")
print(f"after {EPOCHS} epochs {usual_distance:.3f} away from 31")
answer = "b" if distance > usual_distance else "a"

# %% [markdown] tags=["experiment"]
# The optimizer takes steps of a certain size, the
# [learning rate](glossary:learning-rate): 0.01 unless you choose. What happens
# with 0.3?
#
# - a) it learns thirty times as fast
# - b) nothing changes: the loss falls to the same value
# - c) every step overshoots: the loss grows and grows

# %% tags=["experiment"]
heron.utils.set_random_seed(SEED)
hasty = Sequential([Dense(units=1, input_shape=[1])])
sgd = heron.optimizers.SGD(learning_rate=0.3)
hasty.compile(optimizer=sgd, loss="mean_squared_error")
losses = hasty.fit(xs, ys, epochs=10, verbose=0).history["loss"]
print("loss after each epoch:", *(f"{loss:.3g}" for loss in losses))
answer = "c" if losses[-1] > losses[0] else "b"

# %% [markdown] tags=["experiment"]
# Give it answers that lie on no line: y = x * x. What does one neuron make of
# them?
#
# - a) the curve, if it practises long enough
# - b) the line that comes nearest; the loss stays far from 0
# - c) the same line as before

# %% tags=["experiment"]
heron.utils.set_random_seed(SEED)
bent = Sequential([Dense(units=1, input_shape=[1])])
bent.compile(optimizer="sgd", loss="mean_squared_error")
loss = bent.fit(xs, xs**2, epochs=2000, verbose=0).history["loss"][-1]
print("loss after 2000 epochs:", loss)
print("its answer for 10:", bent.predict([10.0])[0, 0], "and 10 * 10 is 100")
answer = "b" if loss > 0.1 else "a"
