# %% [markdown]
# # Clothes
#
# A network learns to tell shirts from shoes in small images.
#
# After this lesson you can train a network on images, test it on others, look at
# its mistakes and save it.

# %% tags=["parameters"]
EPOCHS = 5
SEED = 1
FOLDER = "heron-clothes"

# %% [markdown]
# 70,000 grey images of clothes, 28 by 28 pixels each, in ten classes. 60,000 are for
# learning. 10,000 are kept aside for testing: whether something was learned shows
# only on images never seen before. The images are the [features](glossary:features),
# their classes the [labels](glossary:labels).

# %%
from heron import datasets

fashion_mnist = datasets.fashion_mnist
(train_images, train_labels), (test_images, test_labels) = fashion_mnist.load_data()
class_names = fashion_mnist.CLASS_NAMES

print(train_images.shape, test_images.shape)
print("The first image shows:", class_names[train_labels[0]])

# %% [markdown]
# A pixel is a number from 0 to 255. Networks learn best from small numbers, so make
# it 0 to 1.

# %%
train_images = train_images / 255.0
test_images = test_images / 255.0

# %% [markdown]
# The network: `Flatten` puts the 28 x 28 pixels in one row of 784. A
# [dense](glossary:dense) layer of 128 neurons looks for what matters;
# [relu](glossary:relu) keeps what is above 0. The last layer has a
# [neuron](glossary:neuron) for each class, and [softmax](glossary:softmax) makes
# their ten outputs probabilities, which add up to 1.

# %%
import heron
from heron.layers import Dense, Flatten
from heron.models import Sequential

heron.utils.set_random_seed(SEED)
model = Sequential([
    Flatten(input_shape=(28, 28)),
    Dense(128, activation="relu"),
    Dense(10, activation="softmax"),
])

# %% [markdown]
# The [loss](glossary:loss) says how wrong the network is: this one,
# [cross-entropy](glossary:cross-entropy), is large when the right class gets a small
# probability. Training makes it smaller. The [accuracy](glossary:accuracy) is for us
# to read: the share of images whose most probable class is the right one.

# %%
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy",
              metrics=["accuracy"])

# %% [markdown]
# Train. One [epoch](glossary:epoch) is one look at all 60,000 images, a
# [batch](glossary:batch) of 32 at a time; after each batch the weights change a
# little.

# %%
history = model.fit(train_images, train_labels, epochs=EPOCHS)

# %% [markdown]
# And on the 10,000 images that it has never seen? A little worse is normal: the
# network knows some training images by heart.

# %%
test_loss, test_accuracy = model.evaluate(test_images, test_labels)
print(f"{test_accuracy:.1%} of the test images are recognized.")

# %% [markdown]
# Look at one test image. `predict` gives ten probabilities for each: nine near 0 and
# one near 1 when the network is sure. `argmax` is the place of the largest.

# %%
predictions = model.predict(test_images)

number = 34
print("It is:            ", class_names[test_labels[number]])
print("The network says: ", class_names[predictions[number].argmax()])
for name, probability in zip(class_names, predictions[number]):
    print(f"  {name:12} {probability:.4f}")

# %% [markdown]
# Pictures of it all: the training, this test image, thirty others with the names they
# were given, and which clothes are mistaken for which (a [confusion
# matrix](glossary:confusion-matrix)).

# %%
from heron import plot

test = {"loss": test_loss, "accuracy": test_accuracy}
plot.history(history, test=test, path=FOLDER + "/training.png")
plot.probabilities(predictions[number], test_labels[number],
                   test_images[number], class_names, path=FOLDER + "/one.png")
plot.images(test_images, test_labels, predictions, class_names,
            path=FOLDER + "/predictions.png")
plot.confusion_matrix(test_labels, predictions, class_names,
                      path=FOLDER + "/confusion.png")

for picture in ["training", "one", "predictions", "confusion"]:
    print(f"Picture: {FOLDER}/{picture}.png")

# %% [markdown]
# What was learned is 101,770 numbers, the weights. The whole network goes into one
# file and comes back out of it, in another program, on another day, without training
# again.

# %%
file = FOLDER + "/clothes.safetensors"
model.save(file)

again = heron.saving.load_model(file)
print("Model:", file)
probabilities = again.predict(test_images)[number]
print("Read back, it says:", class_names[probabilities.argmax()])

# %% tags=["promise"]
promised = {
    "at least 86 of 100 test images are recognized": test_accuracy >= 0.86,
    "it does better in training, at least 88 of 100":
        history.history["accuracy"][-1] >= 0.88,
    "read back from its file, the network says the same":
        (probabilities == predictions[number]).all(),
}

# %% [markdown] tags=["experiment"]
# Train for one epoch instead of five. What happens to the accuracy on the test
# images?
#
# - a) it is a few points lower
# - b) it is the same: one look is enough
# - c) it falls to that of guessing, one in ten

# %% tags=["experiment"]
heron.utils.set_random_seed(SEED)
hurried = heron.models.clone_model(model)
hurried.compile(optimizer="adam", loss="sparse_categorical_crossentropy",
                metrics=["accuracy"])
hurried.fit(train_images, train_labels, epochs=1, verbose=0)
after_one = hurried.evaluate(test_images, test_labels, verbose=0)[1]
print(f"after one epoch {after_one:.1%}, after {EPOCHS} {test_accuracy:.1%}")
answer = "c" if after_one < 0.2 else "a" if after_one < test_accuracy - 0.005 else "b"

# %% [markdown] tags=["experiment"]
# Forget to divide by 255 and train one epoch on the pixels as they are. How many
# test images are recognized, compared with one epoch on numbers from 0 to 1?
#
# - a) more: larger numbers say more
# - b) as many: the network sees the same images
# - c) fewer: its first steps are far too large

# %% tags=["experiment"]
accuracies = []
for scale in [1, 255]:
    heron.utils.set_random_seed(SEED)
    scaled = heron.models.clone_model(model)
    scaled.compile(optimizer="adam", loss="sparse_categorical_crossentropy",
                   metrics=["accuracy"])
    scaled.fit(train_images * scale, train_labels, epochs=1, verbose=0)
    accuracies.append(scaled.evaluate(test_images * scale, test_labels, verbose=0)[1])
    print(f"pixels from 0 to {scale}: {accuracies[-1]:.1%}")
small, large = accuracies
answer = "b" if abs(small - large) < 0.01 else "a" if large > small else "c"

# %% [markdown] tags=["experiment"]
# Look at confusion.png before you answer. For what is a shirt taken most often, when
# it is not seen to be a shirt?
#
# - a) a T-shirt
# - b) a sneaker
# - c) a bag

# %% tags=["experiment"]
said = predictions[test_labels == class_names.index("Shirt")].argmax(axis=1)
counts = {}
for letter, wrong in [("a", "T-shirt/top"), ("b", "Sneaker"), ("c", "Bag")]:
    counts[letter] = int((said == class_names.index(wrong)).sum())
    print(f"of {len(said)} shirts {counts[letter]:3} are taken for: {wrong}")
answer = max(counts, key=counts.get)
