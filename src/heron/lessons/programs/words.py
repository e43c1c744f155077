# %% [markdown]
# # Words in any language
#
# Labels may be words, and words may be in any language and any script.
#
# After this lesson you can train on names instead of numbers, read names as answers,
# and translate what a net says.

# %% tags=["parameters"]
EPOCHS = 6
SEED = 1
FOLDER = "heron-words"

# %% [markdown]
# In Fashion-MNIST an ankle boot is number 9. Why a number? A net computes with numbers,
# and a number favours no language. What it is called is written in a table beside it,
# and there may be many tables.

# %%
WORDS = {
    "English": ["T-shirt", "trousers", "pullover", "dress", "coat",
                "sandal", "shirt", "sneaker", "bag", "ankle boot"],
    "Irish": ["T-léine", "bríste", "geansaí", "gúna", "cóta",
              "cuarán", "léine", "bróg reatha", "mála", "bróg rúitín"],
    "German": ["T-Shirt", "Hose", "Pullover", "Kleid", "Mantel",
               "Sandale", "Hemd", "Turnschuh", "Tasche", "Stiefelette"],
    "Chinese": ["T恤", "裤子", "套头衫", "连衣裙", "外套",
                "凉鞋", "衬衫", "运动鞋", "包", "踝靴"],
    "Japanese": ["Tシャツ", "ズボン", "セーター", "ドレス", "コート",
                 "サンダル", "シャツ", "スニーカー", "バッグ", "アンクルブーツ"],
}
for language, words in WORDS.items():
    print(f"9 in {language}: {words[9]}")

# %% [markdown]
# A file holds bytes, not letters. UTF-8 is the rule that turns the letters of all
# scripts into bytes and back: one byte for an English letter, up to four for others.
# Say `encoding="utf-8"` when you open a file, and every computer reads the same words.

# %%
from pathlib import Path

for word in ["boot", "bróg", "踝靴"]:
    print(f"{word}: {len(word)} letters, {len(word.encode('utf-8'))} bytes")

table = Path(FOLDER) / "words.csv"
table.parent.mkdir(parents=True, exist_ok=True)
rows = [",".join(WORDS), *(",".join(row) for row in zip(*WORDS.values()))]
table.write_text("\n".join(rows), encoding="utf-8")
print("Table:", table)

# %% [markdown]
# Now suppose that people in Galway sorted 6,000 images of clothes. Their
# [labels](glossary:labels) are Irish words. heron takes the words as they are:
# `fit` numbers them and keeps the names.

# %%
import numpy as np

import heron
from heron import layers, plot
from heron.datasets import fashion_mnist

(images, numbers), (test_images, test_numbers) = fashion_mnist.load_data()
x_train, x_test = images[:6000] / 255, test_images[:2000] / 255
irish = np.array(WORDS["Irish"])
y_train, y_test = irish[numbers[:6000]], irish[test_numbers[:2000]]
print("the first three labels:", ", ".join(y_train[:3]))


def make_model():
    heron.utils.set_random_seed(SEED)
    model = heron.Sequential([
        heron.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


model = make_model()
model.fit(x_train, y_train, epochs=EPOCHS, verbose=2)
accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
print(f"{accuracy:.0%} of the test images get the right word.")

# %% [markdown]
# `class_names` has the words of the [classes](glossary:class) in the order of their
# numbers: sorted, as nobody said otherwise. `predict_names` answers in words.

# %%
print(model.class_names)
said = model.predict_names(x_test)
print("the first three answers:", ", ".join(said[:3]))

# %% [markdown]
# To translate an answer, look it up in the table. The net knows nothing of it: for the
# net a word is a number with a tag on it.

# %%
for word in said[:3]:
    row = WORDS["Irish"].index(word)
    print(" = ".join(words[row] for words in WORDS.values()))

# %% [markdown]
# A picture with Irish names. Pictures need a *font* that has the letters; where none is
# installed for a script, heron writes the number before the name. This terminal shows
# Chinese and Japanese if it has such a font itself.

# %%
file = f"{FOLDER}/irish.png"
plot.images(x_test, y_test, said, rows=3, path=file)
print("Picture:", file)
file = f"{FOLDER}/chinese.png"
plot.images(x_test[:6], test_numbers[:6], class_names=WORDS["Chinese"], path=file)
print("Picture:", file)

# %% [markdown]
# The names travel with the model: into the file and out of it.

# %%
file = f"{FOLDER}/clothes.safetensors"
model.save(file)
again = heron.saving.load_model(file)
print("Model:", file)
print("read back:", ", ".join(again.predict_names(x_test[:3])))

# %% tags=["promise"]
promised = {
    "80 % or more of the test images get the right word": accuracy >= 0.8,
    "the first test image is a bróg rúitín": str(said[0]) == "bróg rúitín",
    "the names come back out of the file": again.class_names == model.class_names,
}

# %% [markdown] tags=["experiment"]
# Train on the Japanese words instead. What happens to the
# [accuracy](glossary:accuracy)?
#
# - a) it falls by more than 3 in 100: Japanese has more letters
# - b) it stays within 3 in 100
# - c) it rises by more than 3 in 100: Japanese words are shorter

# %% tags=["experiment"]
japanese = np.array(WORDS["Japanese"])
other = make_model()
other.fit(x_train, japanese[numbers[:6000]], epochs=EPOCHS, verbose=0)
gain = other.evaluate(x_test, japanese[test_numbers[:2000]], verbose=0)[1] - accuracy
print("it says:", ", ".join(other.predict_names(x_test[:3])))
print(f"accuracy: {accuracy + gain:.1%}, with Irish words {accuracy:.1%}")
answer = "b" if abs(gain) <= 0.03 else "c" if gain > 0 else "a"

# %% [markdown] tags=["experiment"]
# An é can be written as one character, or as an e followed by an accent. Both look the
# same. Half of the people in Galway have the other kind of keyboard. How many different
# words are among their labels?
#
# - a) still 10
# - b) more than 10
# - c) none that a program can read

# %% tags=["experiment"]
import unicodedata

mixed = [unicodedata.normalize("NFD", word) if place % 2 else str(word)
         for place, word in enumerate(y_train)]
different = set(mixed)
print(len(different), "words:", ", ".join(sorted(different)))
mended = {unicodedata.normalize("NFC", word) for word in mixed}
print("after unicodedata.normalize('NFC', word):", len(mended))
answer = "a" if len(different) == 10 else "b"

# %% [markdown] tags=["experiment"]
# Give the trained model Chinese names, in the right order: `model.class_names = [...]`.
# It has never seen a Chinese word. How many test images get the right one?
#
# - a) as many as before
# - b) fewer: it must be trained again
# - c) none

# %% tags=["experiment"]
chinese = [WORDS["Chinese"][WORDS["Irish"].index(word)] for word in again.class_names]
again.class_names = chinese
truth = np.array(WORDS["Chinese"])[test_numbers[:2000]]
chinese_accuracy = np.mean(again.predict_names(x_test) == truth)
print(f"{chinese_accuracy:.1%}, before {accuracy:.1%}")
if chinese_accuracy > accuracy - 0.01:
    answer = "a"
else:
    answer = "b" if chinese_accuracy > 0 else "c"
