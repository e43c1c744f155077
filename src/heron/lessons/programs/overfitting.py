# %% [markdown]
# # Too little, too much
#
# The same net trained too little, well, and too much; and three cures.
#
# After this lesson you can read the two loss curves of a training, tell when a net
# learns by heart, and do something about it.

# %% tags=["parameters"]
EPOCHS = 80
SEED = 1
FOLDER = "heron-overfitting"

# %% [markdown]
# Clothes again, but only 400 images for learning. A big net has a
# [weight](glossary:weight) for every pixel and [neuron](glossary:neuron), far more
# weights than there are images: it could learn them by heart. 1,000 other images are
# the [validation set](glossary:validation-set): nothing is learned from them, they
# are asked after every [epoch](glossary:epoch).

# %%
import heron
from heron import layers, plot
from heron.datasets import fashion_mnist

(images, labels), (test_images, test_labels) = fashion_mnist.load_data()
x_train, y_train = images[:400] / 255, labels[:400]
x_val, y_val = test_images[:1000] / 255, test_labels[:1000]


def make_model(neurons=256, before=(), dropout=0.0):
    heron.utils.set_random_seed(SEED)
    model = heron.Sequential([
        heron.Input((28, 28, 1)),
        *before,
        layers.Flatten(),
        layers.Dense(neurons, activation="relu"),
        layers.Dropout(dropout),
        layers.Dense(neurons, activation="relu"),
        layers.Dropout(dropout),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(model, epochs, x=x_train, y=y_train, callbacks=()):
    history = model.fit(x, y, epochs=epochs, verbose=0, callbacks=list(callbacks),
                        validation_data=(x_val, y_val))
    return history.history


print(f"{make_model().count_params():,} weights, {len(x_train)} images")

# %% [markdown]
# Train the same net three times: for 2 epochs, for 12, and for many. Each training
# has two [curves](glossary:learning-curve): the [loss](glossary:loss) on the images
# it learns from, and on those it does not.

# %%
trainings = {}
for name, epochs in [("too little", 2), ("about right", 12), ("too much", EPOCHS)]:
    trainings[name] = train(make_model(), epochs)
    loss, val_loss = (trainings[name][key][-1] for key in ["loss", "val_loss"])
    print(f"{name:11}  loss {loss:.2f} in training, {val_loss:.2f} in validation")

# %% [markdown]
# How to read the picture:
#
# - **Too little** ([underfitting](glossary:underfitting)): both curves still fall.
#   The net could learn more.
# - **About right**: the validation curve is near its lowest point.
# - **Too much** ([overfitting](glossary:overfitting)): the training loss goes on
#   falling to 0, the validation loss turns and rises. The net learns the images by
#   heart, and gets surer of its mistakes on others.

# %%
file = f"{FOLDER}/three.png"
with plot.subplots(1, 3, figsize=(16, 4.8), sharey=True, path=file) as (figure, axes):
    for ax, (name, training) in zip(axes, trainings.items()):
        plot.history(training, "loss", title=name.capitalize(), ax=ax)
    axes[0].set_ylim(0, 2)
print("Picture:", file)

# %% [markdown]
# Cures. The best one is more data. When there are no more:
#
# - [Dropout](glossary:dropout) leaves out 70 % of the neurons at random in each step.
#   No neuron can rely on another one that knows an image by heart.
# - [Augmentation](glossary:augmentation) makes new images of old ones: moved a
#   little, mirrored. A mirrored boot is a boot. No image comes twice.
# - [Early stopping](glossary:early-stopping) watches the validation loss, stops when
#   it has not fallen for a while, and goes back to the best weights.

# %%
augment = [layers.RandomFlip("horizontal"), layers.RandomTranslation(0.08, 0.08)]
stop = heron.callbacks.EarlyStopping(patience=8, restore_best_weights=True)
stopped = make_model()

cures = {
    "no cure": trainings["too much"],
    "dropout": train(make_model(dropout=0.7), EPOCHS),
    "augmentation": train(make_model(before=augment), EPOCHS),
    "early stopping": train(stopped, EPOCHS, callbacks=[stop]),
}
file = f"{FOLDER}/cures.png"
plot.history(cures, "loss", path=file)
print("Picture:", file)

# %%
final = {name: cure["val_loss"][-1] for name, cure in cures.items()}
final["early stopping"] = stopped.evaluate(x_val, y_val, verbose=0)[0]
for name, loss in final.items():
    print(f"{name:14} validation loss {loss:.2f}")

# %% [markdown]
# Two warnings. The [accuracy](glossary:accuracy) suffers less than the loss: the net
# is often still right, but it is sure when it is wrong. And a validation set by which
# you choose is used up a little each time: for the last word keep a [test
# set](glossary:test-set) that you look at once.

# %% tags=["promise"]
little, much = trainings["too little"], trainings["too much"]
promised = {
    "too little: the loss is above 0.5 even on the training images":
        little["loss"][-1] > 0.5,
    "too much: the training loss is less than a tenth of the validation loss":
        much["loss"][-1] < 0.1 * much["val_loss"][-1],
    "too much: the validation loss ends a quarter or more above its lowest point":
        much["val_loss"][-1] > 1.25 * min(much["val_loss"]),
    "each cure ends with a lower validation loss than no cure":
        all(final[name] < final["no cure"] for name in final if name != "no cure"),
}

# %% [markdown] tags=["experiment"]
# Take 4,000 images in place of 400, and a tenth of the epochs: as many steps. What
# happens to the validation loss at the end?
#
# - a) it is higher than that of 400 images
# - b) it is lower, by a quarter or more
# - c) it is nearly the same

# %% tags=["experiment"]
more = train(make_model(), max(EPOCHS // 10, 1), images[:4000] / 255, labels[:4000])
ratio = more["val_loss"][-1] / final["no cure"]
print(f"{final['no cure']:.2f} becomes {more['val_loss'][-1]:.2f}")
answer = "a" if ratio > 1 else "b" if ratio <= 0.75 else "c"

# %% [markdown] tags=["experiment"]
# Give the 400 images wrong [labels](glossary:labels), drawn by lot. There is no rule
# left to find. How many of them does the net name "right" after the same training?
#
# - a) about 40 of 400, as by guessing
# - b) about half
# - c) nearly all

# %% tags=["experiment"]
import numpy as np

drawn = np.random.default_rng(SEED).integers(0, 10, 400)
by_heart = train(make_model(), EPOCHS, x_train, drawn)["accuracy"][-1]
print(f"{400 * by_heart:.0f} of 400")
answer = "c" if by_heart > 0.8 else "b" if by_heart > 0.25 else "a"

# %% [markdown] tags=["experiment"]
# A net with 4 neurons in place of 256 in each layer, trained for as long. Can it learn
# the 400 images by heart?
#
# - a) yes: its training loss ends below 0.1, too
# - b) no: its training loss stays higher

# %% tags=["experiment"]
small = train(make_model(neurons=4), EPOCHS)
print(f"training loss {small['loss'][-1]:.2f}")
answer = "a" if small["loss"][-1] < 0.1 else "b"
