# %% [markdown]
# # Words in order
#
# "Not bad, it was good" and "not good, it was bad": same words, and a net that tells
# them apart.
#
# After this lesson you can turn sentences into numbers, and train a net that reads them
# word by word.

# %% tags=["parameters"]
EPOCHS = 8
SEED = 1
FOLDER = "heron-sequences"

# %% [markdown]
# Did somebody like it or not? This is called *sentiment*. The sentences are **made by
# this program**, so that you can see every rule: a thing, words of praise or blame, and
# "not", which turns the word after it round.

# %%
import numpy as np

THINGS = "film story music food room book game play hotel service".split()
PRAISE = "good great funny lovely clever nice warm fresh".split()
BLAME = "bad awful boring dull silly poor cold stale".split()
HOW = ["", "very ", "really ", "quite ", "so "]


def sentence(rng):
    thing, how = rng.choice(THINGS), rng.choice(HOW)
    liked = int(rng.integers(2))
    fits, other = (PRAISE, BLAME) if liked else (BLAME, PRAISE)
    yes, no = rng.choice(fits), rng.choice(other)
    forms = [
        f"the {thing} was {how}{yes}",
        f"the {thing} was not {how}{no}",
        f"the {thing} was {how}{yes} and not {no}",
        f"the {thing} was not {no} and {how}{yes}",
        f"not {no} it was a {how}{yes} {thing}",
    ]
    return forms[rng.integers(5)], liked


def sentences(count, seed):
    rng = np.random.default_rng(seed)
    pairs = [sentence(rng) for _ in range(count)]
    return [text for text, _ in pairs], np.array([liked for _, liked in pairs])


train_texts, y_train = sentences(3000, SEED)
seen = set(train_texts)
pairs = [pair for pair in zip(*sentences(2000, SEED + 1000)) if pair[0] not in seen]
test_texts, y_test = [text for text, _ in pairs], np.array([y for _, y in pairs])
for text, liked in list(zip(train_texts, y_train))[:6]:
    print("liked:    " if liked else "not liked:", text)
print(f"{len(test_texts)} sentences for testing, none of them among the others")

# %% [markdown]
# A net computes with numbers. `TextVectorization` makes a list of all words, the
# [vocabulary](glossary:vocabulary), and writes the number of each. 0 fills up short
# sentences ([padding](glossary:padding)), 1 stands for any word that is not in the
# list.

# %%
import heron
from heron import layers, plot

numbers_of = layers.TextVectorization(output_sequence_length=9)
numbers_of.adapt(train_texts)
x_train, x_test = np.array(numbers_of(train_texts)), np.array(numbers_of(test_texts))
print("words:", numbers_of.vocabulary_size())
print(train_texts[0], "becomes", x_train[0])

# %% [markdown]
# The first net gets a **bag of words**: which words there are, in no order. It has a
# [hidden layer](glossary:hidden-layer), so it can learn that "not" changes something.
# But what it stands before, it cannot know.

# %%
bag_of = layers.CategoryEncoding(numbers_of.vocabulary_size(), output_mode="multi_hot")


def compiled(model):
    model.compile(heron.optimizers.Adam(0.005), "binary_crossentropy",
                  metrics=["accuracy"])
    return model


heron.utils.set_random_seed(SEED)
bag = compiled(heron.Sequential([
    heron.Input((9,), dtype="int32"),
    bag_of,
    layers.Dense(32, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
]))
bag_history = bag.fit(x_train, y_train, epochs=EPOCHS, verbose=0,
                      validation_data=(x_test, y_test))
bag_accuracy = bag.evaluate(x_test, y_test, verbose=0)[1]
print(f"bag of words: {bag_accuracy:.0%} of the unseen sentences")

# %% [markdown]
# The second net **reads**. Its [embedding](glossary:embedding) has a point in space
# for each word, 16 numbers that it learns. `GRU`, a [recurrent](glossary:recurrent)
# layer, goes through the sentence from left to right; after each word it changes its
# memory of 32 numbers. So "not" can wait there for the word that it turns round. What
# it remembers at the end decides.

# %%
heron.utils.set_random_seed(SEED)
reader = compiled(heron.Sequential([
    heron.Input((9,), dtype="int32"),
    layers.Embedding(numbers_of.vocabulary_size(), 16, mask_zero=True),
    layers.GRU(32),
    layers.Dense(1, activation="sigmoid"),
]))
reader_history = reader.fit(x_train, y_train, epochs=EPOCHS, verbose=0,
                            validation_data=(x_test, y_test))
reader_accuracy = reader.evaluate(x_test, y_test, verbose=0)[1]
print(f"reader: {reader_accuracy:.0%} of the unseen sentences")

file = f"{FOLDER}/training.png"
plot.history({"bag of words": bag_history, "reader": reader_history}, "accuracy",
             path=file)
print("Picture:", file)

# %% [markdown]
# Sentences in pairs, each with the same words in another order. 1 means liked, 0 not
# liked.

# %%
twins = ["the film was good and not bad", "the film was bad and not good",
         "not dull it was a funny play", "not funny it was a dull play",
         "the food was not cold and so fresh", "the food was not fresh and so cold"]


def liked(model, texts):
    return model.predict(np.array(numbers_of(texts)), verbose=0)[:, 0]


by_bag, by_reader = liked(bag, twins), liked(reader, twins)
for text, first, second in zip(twins, by_bag, by_reader):
    print(f"bag {first:.2f}, reader {second:.2f}: {text}")

file = f"{FOLDER}/twins.png"
with plot.subplots(figsize=(9, 4), path=file) as (figure, ax):
    ax.plot(by_bag, twins, "s", label="bag of words")
    ax.plot(by_reader, twins, "o", label="reader")
    ax.axvline(0.5, color="grey", linewidth=1)
    ax.invert_yaxis()
    ax.set(xlim=(-0.05, 1.05), xticks=[0, 0.5, 1],
           xticklabels=["not liked", "undecided", "liked"])
    ax.grid(True, axis="y")
    figure.legend(loc="outside upper right", ncols=2)
print("Picture:", file)

# %% tags=["promise"]
promised = {
    "the reader gets 95 % or more of the unseen sentences right":
        reader_accuracy >= 0.95,
    "the bag of words stays below 85 %": bag_accuracy < 0.85,
    "the bag gives sentences with the same words the same answer":
        bool(np.allclose(by_bag[::2], by_bag[1::2])),
    "the reader tells them apart":
        all(by_reader[::2] > 0.5) and all(by_reader[1::2] < 0.5),
}

# %% [markdown] tags=["experiment"]
# Give the reader the test sentences backwards, last word first. How many does it get
# right?
#
# - a) as many as before, within 5 in 100
# - b) fewer than that
# - c) more than that

# %% tags=["experiment"]
backwards = [" ".join(reversed(text.split())) for text in test_texts]
right = np.mean((liked(reader, backwards) > 0.5) == y_test)
print(f"{reader_accuracy:.0%} become {right:.0%}")
lost = reader_accuracy - right
answer = "a" if abs(lost) <= 0.05 else "b" if lost > 0 else "c"

# %% [markdown] tags=["experiment"]
# No sentence in the data has "not" twice. "the film was not not good" means good. What
# does the reader say?
#
# - a) liked
# - b) not liked
# - c) it refuses

# %% tags=["experiment"]
twice = liked(reader, ["the film was not not good"])[0]
print(f"{twice:.2f}")
answer = "a" if twice > 0.5 else "b"

# %% [markdown] tags=["experiment"]
# "the film was splendid": splendid is not in the list of words. How sure is the reader?
#
# - a) it says between 0.1 and 0.9: it is not sure
# - b) it says below 0.1 or above 0.9: it is sure all the same
# - c) it stops with an error

# %% tags=["experiment"]
unknown = liked(reader, ["the film was splendid"])[0]
print(f"{unknown:.2f}")
answer = "a" if 0.1 <= unknown <= 0.9 else "b"
