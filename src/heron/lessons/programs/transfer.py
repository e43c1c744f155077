# %% [markdown]
# # Learning from what was learned
#
# A net that reads 0 to 4 learns 5 to 9 from ten examples each.
#
# After this lesson you can use a trained net for a new task: keep its layers, freeze
# them, put a new end on it, and fine-tune it.

# %% tags=["parameters"]
EPOCHS = 30
SEED = 1
FOLDER = "heron-transfer"

# %% [markdown]
# Examples with [labels](glossary:labels) are often few, because somebody must write
# the labels. But a net that has learned a *similar* task knows much already: what a
# stroke is, a curve, an end.
#
# Handwritten digits, in two piles. Of 0 to 4 there are plenty. Of 5 to 9 let there be
# ten examples each, and 2,000 to test.

# %%
import numpy as np

from heron.datasets import mnist

(images, labels), (test_images, test_labels) = mnist.load_data()
images, test_images = images / np.float32(255), test_images / np.float32(255)

low = np.flatnonzero(labels < 5)[:25000]
few = np.concatenate([np.flatnonzero(labels == digit)[:10] for digit in range(5, 10)])
unseen = np.flatnonzero(test_labels >= 5)[:2000]
x_few, y_few = images[few], labels[few] - 5  # class 0 is the digit 5
x_test, y_test = test_images[unseen], test_labels[unseen] - 5
print(f"{len(low):,} images of 0 to 4, {len(few)} of 5 to 9")

# %%
from heron import plot

file = f"{FOLDER}/few.png"
plot.images(x_few, labels[few], rows=5, columns=10, path=file,
            title="All that there is of 5 to 9")
print("Picture:", file)

# %% [markdown]
# The net has two parts. The **base** looks at the image: layers of
# [filters](glossary:filter). The **head** decides: one layer with a
# [neuron](glossary:neuron) for each class. Train both on 0 to 4.

# %%
import heron
from heron import layers


def make_base():
    return heron.Sequential([
        heron.Input((28, 28, 1)),
        layers.Conv2D(16, 5, strides=2, activation="relu"),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dropout(0.5),
    ])


def with_head(base, learning_rate=0.001):
    model = heron.Sequential([
        heron.Input((28, 28, 1)), base, layers.Dense(5, activation="softmax"),
    ])
    adam = heron.optimizers.Adam(learning_rate)
    model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


heron.utils.set_random_seed(SEED)
base = make_base()
first = with_head(base)
first.fit(images[low], labels[low], batch_size=64, epochs=2, verbose=2)

# %% [markdown]
# To compare: the same net **from scratch**, on the 50 examples of 5 to 9 alone.

# %%
def learn(model, epochs=EPOCHS):
    """Trains on the 50 examples, and tests after each epoch."""
    return model.fit(x_few, y_few, batch_size=10, epochs=epochs, verbose=0,
                     validation_data=(x_test, y_test)).history


scratch = learn(with_head(make_base()))
scratch_accuracy = scratch["val_accuracy"][-1]
print(f"from scratch: {scratch_accuracy:.1%} of the unseen images")

# %% [markdown]
# Now [transfer](glossary:transfer-learning). Keep the base, put a new head on it, and
# *freeze* the base: `base.trainable = False`. Its weights stay as they are; only the
# 2,885 of the head learn. Say `trainable` before `compile`.

# %%
base.trainable = False
model = with_head(base, learning_rate=0.003)
before = [weights.copy() for weights in base.get_weights()]
frozen = learn(model)
frozen_accuracy = frozen["val_accuracy"][-1]
untouched = all((a == b).all() for a, b in zip(before, base.get_weights()))
print(f"transfer: {frozen_accuracy:.1%} of the unseen images")
print("The base is as it was:", untouched)

# %% [markdown]
# [Fine-tuning](glossary:fine-tuning): when the head has learned, unfreeze the base
# and train all of it with a small [learning rate](glossary:learning-rate). With a
# large one the first steps would destroy what the base knows. Fifty examples have
# little more to teach: it may end a point or two above transfer or below it.

# %%
base.trainable = True
model.compile(heron.optimizers.Adam(0.0001), "sparse_categorical_crossentropy",
              metrics=["accuracy"])
tuned = learn(model)
tuned_accuracy = tuned["val_accuracy"][-1]
print(f"fine-tuned: {tuned_accuracy:.1%} of the unseen images")

# %%
shown = {
    "from scratch": {"val_accuracy": scratch["val_accuracy"]},
    "transfer, then fine-tuning": {
        "val_accuracy": frozen["val_accuracy"] + tuned["val_accuracy"],
    },
}
file = f"{FOLDER}/transfer.png"
plot.history(shown, "accuracy", title="Tested on unseen images of 5 to 9", path=file)
print("Picture:", file)

# %% tags=["promise"]
promised = {
    "the frozen base does not change": untouched,
    "transfer is right on 3 in 100 more unseen images than from scratch":
        frozen_accuracy >= scratch_accuracy + 0.03,
    "fine-tuning ends above from scratch, too": tuned_accuracy > scratch_accuracy,
}

# %% [markdown] tags=["experiment"]
# Is it the training on 0 to 4 that helps, or only that few weights learn? Freeze a base
# that was never trained, with its weights drawn by lot, and train a head on it.
#
# - a) it is as good as the trained base, within 2 in 100
# - b) it is worse by more than that
# - c) it is better by more than that

# %% tags=["experiment"]
lot = make_base()
lot.trainable = False
lot_accuracy = learn(with_head(lot, learning_rate=0.003))["val_accuracy"][-1]
print(f"untrained base: {lot_accuracy:.1%}, trained base: {frozen_accuracy:.1%}")
gain = lot_accuracy - frozen_accuracy
answer = "a" if abs(gain) <= 0.02 else "c" if gain > 0 else "b"

# %% [markdown] tags=["experiment"]
# The fine-tuned net has learned 5 to 9. Put the first head back on its base. Does it
# still read 0 to 4 as well as before, within 1 in 100?
#
# - a) yes
# - b) no, it has forgotten some of it

# %% tags=["experiment"]
old = np.flatnonzero(test_labels < 5)[:2000]
tuned_weights = base.get_weights()
first_now = first.evaluate(test_images[old], test_labels[old], verbose=0)[1]
base.set_weights(before)
first_then = first.evaluate(test_images[old], test_labels[old], verbose=0)[1]
base.set_weights(tuned_weights)
print(f"before: {first_then:.1%}, now: {first_now:.1%}")
answer = "a" if first_now >= first_then - 0.01 else "b"

# %% [markdown] tags=["experiment"]
# With 100 examples of each digit in place of 10: how far is transfer ahead of from
# scratch?
#
# - a) further than with 10 examples
# - b) less far, or behind
# - c) exactly as far

# %% tags=["experiment"]
many = np.concatenate([np.flatnonzero(labels == digit)[:100] for digit in range(5, 10)])


def with_many(model):
    model.fit(images[many], labels[many] - 5, batch_size=10, epochs=EPOCHS // 3 or 1,
              verbose=0)
    return model.evaluate(x_test, y_test, verbose=0)[1]


tuned_weights = base.get_weights()
base.set_weights(before)
base.trainable = False
lead = with_many(with_head(base, 0.003)) - with_many(with_head(make_base()))
base.set_weights(tuned_weights)
old_lead = frozen_accuracy - scratch_accuracy
print(f"ahead by {100 * lead:.1f} in 100; with 10 examples by {100 * old_lead:.1f}")
answer = "a" if lead > old_lead else "c" if lead == old_lead else "b"
