# %% [markdown]
# # What is this person doing?
#
# A rule with three lines breaks; a net reads a smartwatch and gets it right.
#
# After this lesson you can tell when rules by hand are not enough, and train a net on
# recordings of sensors.

# %% tags=["parameters"]
EPOCHS = 30
SEED = 1
FOLDER = "heron-activity"

# %% [markdown]
# A watch shall say what its wearer does. It knows the speed, so write a rule:

# %%
def activity(speed):
    if speed < 4:
        return "WALKING"
    elif speed < 12:
        return "RUNNING"
    else:
        return "BIKING"


for speed in [3, 9, 20]:
    print(f"{speed:2} km/h: {activity(speed)}")

# %% [markdown]
# That looks good. Now meet some more people.

# %%
people = [
    ("walks fast to catch a train", "WALKING", 6),
    ("runs down a hill", "RUNNING", 14),
    ("bikes up a hill", "BIKING", 8),
    ("stands at the bus stop", "STANDING", 0),
    ("plays badminton", "BADMINTON", 3),
]
rule_right = 0
for person, truth, speed in people:
    rule_right += activity(speed) == truth
    print(f"A person {person}: {activity(speed)}, but it is {truth}")
print(f"right: {rule_right} of {len(people)}")

# %% [markdown]
# You could add an `if` for each of them. But speed alone cannot tell badminton from a
# walk, and nobody can write down what badminton feels like at the wrist.
#
# So turn it round: do not write the rule. Show examples, with the right answer to each,
# and let the computer look for the rule.
#
# The examples are real. People wore a smartwatch and stood, ran, walked or played
# badminton. A recording has ten seconds, with ten measurements a second. Each
# measurement has six numbers: the *accelerometer* feels pushes in three directions, the
# *gyroscope* feels turns around three axes.

# %%
import heron
from heron import layers, plot
from heron.datasets import basic_motions

(x_train, y_train), (x_test, y_test) = basic_motions.load_data()
names = basic_motions.CLASS_NAMES
print("for learning:", x_train.shape, "for testing:", x_test.shape)
print("activities:  ", ", ".join(names))

# %% [markdown]
# One recording of each, as the accelerometer felt it. Could you write the `if` for
# this?

# %%
file = f"{FOLDER}/recordings.png"
with plot.subplots(4, 1, figsize=(10, 8), sharex=True, sharey=True, path=file) as (figure, axes):
    for number, ax in enumerate(axes):
        recording = x_train[y_train == number][0]  # (100, 6)
        ax.plot(recording[:, :3], label=["x", "y", "z"])
        ax.set_title(names[number])
    axes[0].legend(ncols=3, loc="upper right")
    axes[3].set_xlabel("tenths of a second")
print("Picture:", file)

# %% [markdown]
# The net. [`Normalization`](glossary:normalization) brings the six
# [channels](glossary:channel) to the same scale. `Conv1D` slides 16 small
# [filters](glossary:filter) along the time ([convolution](glossary:convolution)),
# each nine measurements long, and looks for movements. `GlobalAveragePooling1D`
# ([pooling](glossary:pooling)) asks how much of each movement there was, no matter
# when. The last layer makes four probabilities of it ([softmax](glossary:softmax)).

# %%
heron.utils.set_random_seed(SEED)


def make_model():
    normalization = layers.Normalization()
    normalization.adapt(x_train)
    model = heron.Sequential([
        heron.Input((None, 6)),  # None: recordings may have any length
        normalization,
        layers.Conv1D(16, 9, activation="relu"),
        layers.GlobalAveragePooling1D(),
        layers.Dense(4, activation="softmax"),
    ])
    model.compile(heron.optimizers.Adam(0.01), "sparse_categorical_crossentropy",
                  metrics=["accuracy"])
    return model


model = make_model()
history = model.fit(x_train, y_train, batch_size=8, epochs=EPOCHS, verbose=0)
print(f"After {EPOCHS} epochs the loss is {history.history['loss'][-1]:.3f}.")

# %% [markdown]
# How good is it on the 40 recordings that it has never seen, the [test
# set](glossary:test-set)? Guessing would give 25 %.

# %%
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"{accuracy:.0%} of the unseen recordings are recognized.")

predictions = model.predict(x_test)
print("Test recording 35:", names[predictions[35].argmax()])

# %% [markdown]
# The [confusion matrix](glossary:confusion-matrix) shows what is taken for what: a
# row for what a recording is, a column for what the net says. Everything on the
# diagonal is right.

# %%
file = f"{FOLDER}/confusion.png"
plot.confusion_matrix(y_test, predictions, names, path=file)
print("Picture:", file)

# %% [markdown]
# Forty examples and one layer of filters were enough here, because the data are clean.
# A watch for everybody needs many people: left hands, old people, strollers, and bikes.

# %% tags=["promise"]
promised = {
    "the rule gets most of the five people wrong": rule_right < 3,
    "95 % or more of the unseen recordings are recognized": accuracy >= 0.95,
}

# %% [markdown] tags=["experiment"]
# Train on four recordings only, one of each activity, for as many steps. How many of
# the 40 test recordings are recognized then?
#
# - a) about a quarter, as by guessing
# - b) half of them or more, but fewer than with all 40 examples
# - c) as many as with all 40 examples

# %% tags=["experiment"]
few = [0, 10, 20, 30]
small = make_model()
small.fit(x_train[few], y_train[few], epochs=5 * EPOCHS, verbose=0)
few_accuracy = small.evaluate(x_test, y_test, verbose=0)[1]
print(f"four recordings: {few_accuracy:.0%}, all: {accuracy:.0%}")
answer = "c" if few_accuracy >= accuracy else "b" if few_accuracy >= 0.5 else "a"

# %% [markdown] tags=["experiment"]
# Ten seconds are long. Give the trained net the first two seconds of each test
# recording only: `x_test[:, :20]`. How many are recognized now?
#
# - a) two thirds or fewer
# - b) more than two thirds
# - c) it refuses: it was trained on ten seconds

# %% tags=["experiment"]
short_accuracy = model.evaluate(x_test[:, :20], y_test, verbose=0)[1]
print(f"two seconds: {short_accuracy:.0%}")
answer = "b" if short_accuracy > 2 / 3 else "a"

# %% [markdown] tags=["experiment"]
# Nobody in the data lay in bed. Ask the net about a watch that does not move at all:
# ten seconds of zeros. What does it say?
#
# - a) Standing
# - b) Badminton
# - c) that it has never seen such a thing

# %% tags=["experiment"]
import numpy as np

stillness = model.predict(np.zeros((1, 100, 6)))[0]
for name, probability in zip(names, stillness):
    print(f"{name:10} {probability:.2f}")
answer = "b" if names[stillness.argmax()] == "Badminton" else "a"
