# %% [markdown]
# # XOR
#
# One or the other, but not both: seventeen neurons learn it.
#
# After this lesson you can solve with a hidden layer what one neuron cannot, and
# read programs written for the first Keras.

# %% tags=["parameters"]
EPOCHS = 500
SEED = 5
FOLDER = "heron-xor"

# %% [markdown]
# XOR asks whether two inputs differ: 0 and 1 give 1, 1 and 0 give 1, and two equal
# inputs give 0. Draw the four points on paper: no straight line parts the ones from
# the zeros, so one [neuron](glossary:neuron) cannot do it.

# %%
import numpy as np

training_data = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
target_data = np.array([[0], [1], [1], [0]], "float32")

# %% [markdown]
# This program was written in 2016 for the first Keras, and heron reads it as it is.
# Sixteen neurons look at the two inputs: a [hidden layer](glossary:hidden-layer),
# whose numbers nobody asked for. Their [relu](glossary:relu) lets each of them bend
# the plane once. A last neuron puts their answers together, and its
# [sigmoid](glossary:sigmoid) makes the result a number between 0 and 1.

# %%
import heron as keras
from heron.layers.core import Dense
from heron.models import Sequential

keras.utils.set_random_seed(SEED)
model = Sequential()
model.add(Dense(16, input_dim=2, activation='relu'))
model.add(Dense(1, activation='sigmoid'))

# %% [markdown]
# The [loss](glossary:loss) says how wrong the answers are; training makes it smaller.
# The [accuracy](glossary:accuracy) is easier to read: the share of right answers,
# where anything above 0.5 counts as a 1. The [optimizer](glossary:optimizer)
# "[adam](glossary:adam)" is a quick one.

# %%
model.compile(loss='mean_squared_error', optimizer='adam',
              metrics=['binary_accuracy'])

# %% [markdown]
# Practise. One [epoch](glossary:epoch) is one look at all four examples. In 2016
# `epochs` was called `nb_epoch`; heron says so and takes it. `verbose=2` writes two
# lines for each epoch.

# %% tags=["long-output"]
model.fit(training_data, target_data, nb_epoch=EPOCHS, verbose=2)

# %% [markdown]
# Rounded, the answers should be 0, 1, 1, 0.

# %%
answers = model.predict(training_data)
print(answers.round())

# %% [markdown]
# The network can be asked about every point of the plane, also between the four.
# The picture shows where it says 0 and where it says 1.

# %%
from heron import plot

file = FOLDER + "/xor.png"
plot.decision_surface(model, training_data, target_data, path=file)
print("Picture:", file)

# %% tags=["promise"]
promised = {
    "the rounded answers are 0, 1, 1, 0": (answers.round() == target_data).all(),
}

# %% [markdown] tags=["experiment"]
# Take the sixteen neurons away, so that one is left with the two inputs, and let it
# practise for 2000 epochs. How many of the four answers are right?
#
# - a) all four: it only takes longer
# - b) three at most
# - c) none

# %% tags=["experiment"]
keras.utils.set_random_seed(SEED)
alone = Sequential([Dense(1, input_dim=2, activation='sigmoid')])
alone.compile(loss='mean_squared_error', optimizer='adam')
alone.fit(training_data, target_data, epochs=2000, verbose=0)
right = int((alone.predict(training_data).round() == target_data).sum())
print(right, "of 4 are right")
answer = "a" if right == 4 else "b" if right else "c"

# %% [markdown] tags=["experiment"]
# Go on practising for 2000 epochs more. What happens to the answers before they are
# rounded?
#
# - a) they come closer to 0 and 1
# - b) they stay as they were
# - c) they go back to 0.5

# %% tags=["experiment"]
longer = keras.models.clone_model(model)
longer.set_weights(model.get_weights())
longer.compile(loss='mean_squared_error', optimizer='adam')
longer.fit(training_data, target_data, epochs=2000, verbose=0)
later = longer.predict(training_data)
print("before:", answers.ravel().round(3), "after:", later.ravel().round(3))
before = np.abs(answers - target_data).mean()
after = np.abs(later - target_data).mean()
answer = "a" if after < 0.9 * before else "b" if after < 1.1 * before else "c"

# %% [markdown] tags=["experiment"]
# Leave the [activation](glossary:activation) `'relu'` away: sixteen neurons that only
# add and multiply. Can the network still learn XOR?
#
# - a) yes: sixteen neurons are enough either way
# - b) no: without a bend, two layers can do no more than one neuron
# - c) yes, and sooner

# %% tags=["experiment"]
keras.utils.set_random_seed(SEED)
straight = Sequential([Dense(16, input_dim=2), Dense(1, activation='sigmoid')])
straight.compile(loss='mean_squared_error', optimizer='adam')
straight.fit(training_data, target_data, epochs=2000, verbose=0)
right = int((straight.predict(training_data).round() == target_data).sum())
print(right, "of 4 are right after 2000 epochs")
answer = "a" if right == 4 else "b"
