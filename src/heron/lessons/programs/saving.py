# %% [markdown]
# # Saving and deploying
#
# A trained model goes into a file and answers the same on another machine.
#
# After this lesson you can save a model whole or in parts, load it in another
# program, and know what to copy to another machine.

# %% tags=["parameters"]
EPOCHS = 3
SEED = 1
FOLDER = "heron-saving"

# %% [markdown]
# First a model that is worth keeping: clothes, as in the lesson of that name, but
# with 10,000 images and few [epochs](glossary:epoch).

# %%
import heron
from heron import datasets
from heron.layers import Dense, Flatten, Rescaling

(images, labels), (test_images, test_labels) = datasets.fashion_mnist.load_data()
class_names = datasets.fashion_mnist.CLASS_NAMES

heron.utils.set_random_seed(SEED)
model = heron.Sequential([
    heron.Input((28, 28)),
    Rescaling(1 / 255),
    Flatten(),
    Dense(64, activation="relu"),
    Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy",
              metrics=["accuracy"])
model.fit(images[:10000], labels[:10000], epochs=EPOCHS, verbose=2)
test_accuracy = model.evaluate(test_images, test_labels, verbose=0)[1]
print(f"{test_accuracy:.1%} of the test images are recognized.")

# %% [markdown]
# Note the layer `Rescaling`: the division by 255 is part of the model. Whatever is
# done to the numbers before a model sees them must be done on the other machine too,
# and what is inside cannot be forgotten.
#
# ## The whole model
#
# One file holds everything: the layers and how they are joined, the
# [weights](glossary:weights-and-biases), and where the
# [optimizer](glossary:optimizer) stood, so that training can go on.

# %%
whole = FOLDER + "/clothes.keras"
model.save(whole)
print("Model:", whole)

# %% [markdown]
# Load it. In real life this is another program on another day; all that it needs is
# heron and the file. A `.keras` file is read by Keras too, and heron reads those of
# Keras.

# %%
again = heron.saving.load_model(whole)

before = model.predict(test_images)
after = again.predict(test_images)
same = bool((before == after).all())
print("the same 10,000 predictions:", same)

# %% [markdown]
# ## Its parts
#
# What a model is made of can be kept apart. The architecture is text, JSON, that
# people and other programs can read. It knows nothing of what was learned.

# %%
from pathlib import Path

as_text = model.to_json()
Path(FOLDER, "architecture.json").write_text(as_text)
print(len(as_text), "characters:", as_text[:60], "...")

# %% [markdown]
# The weights go into a file of their own, with what the optimizer keeps. It knows
# nothing of the layers: to use it, build the same model first, from the text or with
# your program.

# %%
weights = FOLDER + "/clothes.weights.h5"
model.save_weights(weights)
print("Weights:", weights)

rebuilt = heron.models.model_from_json(as_text)
rebuilt.load_weights(weights)
same_from_parts = bool((rebuilt.predict(test_images) == before).all())
print("the same predictions from the parts:", same_from_parts)

# %% [markdown]
# ## What to copy to another machine
#
# | you want | copy |
# |---|---|
# | to ask it, or to train it further | the `.keras` file |
# | to ask it, in a program that builds the model | the `.weights.h5` file |
# | a file that can carry numbers only, never code | `model.save("clothes.safetensors")` |
#
# And the names of the classes, which are no part of a model: keep them in a file
# beside it. On the other machine heron must be installed; training images need not
# be there. To answer questions over a network, a model stands behind a server;
# that is a lesson of its own, to come.

# %%
import json

Path(FOLDER, "classes.json").write_text(json.dumps(class_names))
for file in sorted(Path(FOLDER).iterdir()):
    print(f"{file.name:20} {file.stat().st_size:9,} bytes")

# %% [markdown]
# The loaded model at work: twelve test images with the names that it gives them; the
# wrong ones are marked.

# %%
from heron import plot

names = json.loads(Path(FOLDER, "classes.json").read_text())
file = FOLDER + "/loaded.png"
plot.images(test_images[:12], test_labels[:12], after[:12], names, path=file)
print("Picture:", file)

# %% tags=["promise"]
promised = {
    "the loaded model gives the same 10,000 predictions": same,
    "architecture and weights together give them too": same_from_parts,
    "at least 80 of 100 test images are recognized": test_accuracy > 0.8,
}

# %% [markdown] tags=["experiment"]
# Build the model from its JSON and load no weights. How many of the test images does
# it recognize?
#
# - a) as many as the trained one
# - b) about half as many
# - c) about one in ten, as by guessing

# %% tags=["experiment"]
heron.utils.set_random_seed(SEED)
untrained = heron.models.model_from_json(as_text)
share = (untrained.predict(test_images).argmax(axis=1) == test_labels).mean()
print(f"{share:.1%} are recognized, {test_accuracy:.1%} by the trained one")
answer = "c" if share < 0.25 else "b" if share < 0.7 * test_accuracy else "a"

# %% [markdown] tags=["experiment"]
# The optimizer [Adam](glossary:adam) keeps two numbers for every weight. How much
# larger is the whole model's file than the weights are as plain numbers of four
# bytes?
#
# - a) hardly larger
# - b) about three times as large
# - c) about ten times as large

# %% tags=["experiment"]
plain = 4 * model.count_params()
size = Path(whole).stat().st_size
print(f"{plain:,} bytes of weights, {size:,} in the file: {size / plain:.1f} times")
answer = "a" if size < 2 * plain else "b" if size < 5 * plain else "c"

# %% [markdown] tags=["experiment"]
# Load the weights into a model whose first [dense](glossary:dense) layer has 32
# [neurons](glossary:neuron), not 64. What happens?
#
# - a) half of the weights are used
# - b) an error says which weight does not fit
# - c) the layer grows to 64 neurons

# %% tags=["experiment"]
smaller = heron.Sequential([
    heron.Input((28, 28)),
    Rescaling(1 / 255),
    Flatten(),
    Dense(32, activation="relu"),
    Dense(10, activation="softmax"),
])
try:
    smaller.load_weights(weights)
    answer = "c" if smaller.layers[2].units == 64 else "a"
except ValueError as error:
    print(error)
    answer = "b"
