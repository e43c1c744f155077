# %% [markdown]
# # What a layer is
#
# Dense, convolution and pooling, each computed by hand and by its layer.
#
# After this lesson you can say what a dense, a convolutional and a pooling layer
# compute, and check it with a few lines of NumPy.

# %% tags=["parameters"]
EPOCHS = 40
SEED = 1
FOLDER = "heron-layer"

# %% [markdown]
# ## Dense
#
# A hundred images of digits, 28 by 28 pixels. Flattened, an image is a row of 784
# numbers, and the hundred are a table X of 100 by 784: a [tensor](glossary:tensor)
# of two axes.

# %%
import numpy as np
from heron import datasets

(images, labels), _ = datasets.mnist.load_data()
X = images[:100].reshape(100, 784) / 255.0
print("X:", X.shape)

# %% [markdown]
# A [dense](glossary:dense) layer of ten [neurons](glossary:neuron) has [weights and
# biases](glossary:weights-and-biases): a table W of 784 by 10, a column for each
# neuron, and b, a number for each neuron. It computes X W + b. The results are called
# [logits](glossary:logits): ten scores for each image, of any size.

# %%
import heron
from heron.layers import Dense

heron.utils.set_random_seed(SEED)
dense = Dense(10, activation="softmax")
dense.build((None, 784))
W, b = dense.get_weights()
b = np.linspace(-1, 1, 10)          # it starts with zeros; take others, to see them
dense.set_weights([W, b])

logits = X @ W + b
print("W:", W.shape, "b:", b.shape, "X W + b:", logits.shape)

# %% [markdown]
# [Softmax](glossary:softmax) makes the ten scores of an image probabilities: e to
# the power of each, which is above 0, divided by their sum, so that together they
# are 1. The layer does the same.

# %%
powers = np.exp(logits)
by_hand = powers / powers.sum(axis=1, keepdims=True)

by_layer = np.asarray(dense(X))
same_dense = np.allclose(by_layer, by_hand, atol=1e-5)
print("the first image:", by_hand[0].round(3), "sum:", by_hand[0].sum().round(6))
print("The same as by hand:", same_dense)

# %% [markdown]
# ## Convolution
#
# A dense layer does not know which pixels are neighbours. A [filter](glossary:filter)
# does: it is a small table that is laid on a part of the image. This image has 5 by 5
# pixels, dark where it says 1. The filter asks for a cross: it counts the ones on its
# two diagonals.

# %%
image = np.array([[1, 1, 1, 0, 0],
                  [0, 1, 1, 1, 0],
                  [0, 0, 1, 1, 1],
                  [0, 0, 1, 1, 0],
                  [0, 1, 1, 0, 0]])

cross = np.array([[1, 0, 1],
                  [0, 1, 0],
                  [1, 0, 1]])

# %% [markdown]
# [Convolution](glossary:convolution) is sliding: lay the filter on a 3 by 3 window of
# the image, multiply each of its numbers by the pixel under it, add the nine products
# up, move on by one pixel. The filter fits in three places across and three down, so
# three by three numbers result. They are large where the image looks like the filter.

# %%
def slide(image, kernel):
    height, width = kernel.shape
    rows = image.shape[0] - height + 1
    columns = image.shape[1] - width + 1
    result = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            window = image[row:row + height, column:column + width]
            result[row, column] = (window * kernel).sum()
    return result


crossed = slide(image, cross)
print(crossed)

# %% [markdown]
# One of the nine places as a picture, with its sum.

# %%
from heron import plot

file = FOLDER + "/sliding.png"
plot.sliding_window(image, cross, crossed, (0, 1), path=file)
print("Picture:", file)

# %% [markdown]
# A `Conv2D` layer does the same, only faster. It takes many images of many
# [channels](glossary:channel) (colours, say) at once: one image of one channel is an
# array of shape (1, 5, 5, 1). It has as many filters as it is told to have, here one.
# Its filter goes in as (height, width, channels, filters).

# %%
from heron.layers import Conv2D

convolution = Conv2D(filters=1, kernel_size=(3, 3), use_bias=False)
convolution.build((None, 5, 5, 1))
convolution.set_weights([cross.reshape(3, 3, 1, 1)])

by_layer = np.asarray(convolution(image.reshape(1, 5, 5, 1).astype("float32")))
same_convolution = np.allclose(by_layer[0, :, :, 0], crossed)
print("The layer makes", by_layer.shape)
print("The same as by hand:", same_convolution)

# %% [markdown]
# ## Pooling
#
# [Pooling](glossary:pooling) makes an image smaller and keeps what stands out: of
# each window of 2 by 2 pixels it takes the largest. Windows do not overlap, so 4 by 4
# become 2 by 2.

# %%
numbers = np.array([[1, 3, 2, 9],
                    [7, 4, 1, 5],
                    [8, 5, 2, 3],
                    [4, 2, 1, 4]])

pooled = np.zeros((2, 2))
for row in range(2):
    for column in range(2):
        window = numbers[2 * row:2 * row + 2, 2 * column:2 * column + 2]
        pooled[row, column] = window.max()
print(pooled)
file = FOLDER + "/pooling.png"
plot.pooling_windows(numbers, pooled, path=file)
print("Picture:", file)

# %% [markdown]
# The layer for it is `MaxPooling2D`. It has nothing to learn.

# %%
from heron.layers import MaxPooling2D

grid = numbers.reshape(1, 4, 4, 1).astype("float32")
by_layer = np.asarray(MaxPooling2D(pool_size=(2, 2))(grid))
same_pooling = np.allclose(by_layer[0, :, :, 0], pooled)
print("The same as by hand:", same_pooling)

# %% [markdown]
# ## A filter that is learned
#
# Now real images, of clothes, and a filter that finds edges. It takes what is on the
# right and subtracts what is on the left: where both are the same it gives 0, at a
# vertical edge it does not. Turned on its side it finds horizontal edges. In the
# picture orange means: below or to the right is more; blue: less.

# %%
(clothes, _), _ = datasets.fashion_mnist.load_data()
clothes = clothes[:200] / 255.0
shoe = clothes[0]

vertical = np.array([[-1, 0, 1],
                     [-1, 0, 1],
                     [-1, 0, 1]])
horizontal = vertical.T
shoe_edges = [slide(shoe, vertical), slide(shoe, horizontal)]

file = FOLDER + "/edges.png"
names = ["an image", "vertical edges", "horizontal edges"]
plot.images([shoe, *shoe_edges], names, signed=True, path=file)
print("Picture:", file)

# %% [markdown]
# In a network nobody writes the filters. To see how that works, give a `Conv2D`
# layer 200 images and, as the right answers, their vertical edges; it starts with
# nine random numbers. The [loss](glossary:loss) says how far its answers are from
# the right ones. One [epoch](glossary:epoch) is one look at all images, and after
# every 32 of them the nine numbers change a little, so that the loss falls.
# (`verbose=0` lets it learn in silence.)

# %%
edges = np.array([slide(one, vertical) for one in clothes])

heron.utils.set_random_seed(SEED)
model = heron.Sequential([
    heron.Input((28, 28, 1)),
    Conv2D(filters=1, kernel_size=(3, 3), use_bias=False),
])
before = model.get_weights()[0][:, :, 0, 0]

optimizer = heron.optimizers.Adam(learning_rate=0.05)
model.compile(optimizer=optimizer, loss="mean_squared_error")
history = model.fit(clothes[..., None], edges[..., None], epochs=EPOCHS, verbose=0)
losses = history.history["loss"]
print(f"loss: {losses[0]:.4f} after the first epoch, {losses[-1]:.4f} at the end")

# %% [markdown]
# What it started with, and what it found: as good as the filter for vertical edges,
# though nobody told it. Networks for images are layers of such filters, each layer
# looking at what the one before has found. Such a net reads handwriting:
# `heron learn digits`.

# %%
found = model.get_weights()[0][:, :, 0, 0]
print(before.round(2))
print(found.round(2))

file = FOLDER + "/learned.png"
names = ["the first guess", "what it learned"]
plot.images([before, found], names, signed=True, path=file)
print("Picture:", file)

# %% tags=["promise"]
promised = {
    "the dense layer computes softmax(X W + b)": same_dense,
    "the convolution by hand is that of the layer": same_convolution,
    "2 by 2 pooling gives 7 9 and 8 4, by hand and by the layer":
        same_pooling and pooled.tolist() == [[7, 9], [8, 4]],
    "nine random numbers became the filter for edges":
        np.abs(found - vertical).max() < 0.15 and np.abs(before - vertical).max() > 0.5,
    "the loss fell below a hundredth of what it was after the first epoch":
        history.history["loss"][-1] < 0.01 * history.history["loss"][0],
}

# %% [markdown] tags=["experiment"]
# Add 100 to all ten logits of an image. What becomes of its ten probabilities?
#
# - a) they stay the same: only differences count
# - b) they become 100 times as large
# - c) they all become 1

# %% tags=["experiment"]
moved = np.exp(logits[0] + 100) / np.exp(logits[0] + 100).sum()
print("before:", by_hand[0].round(3))
print("after: ", moved.round(3))
answer = "a" if np.allclose(moved, by_hand[0]) else "c"

# %% [markdown] tags=["experiment"]
# Build the convolution with [padding](glossary:padding), `padding="same"`. How large
# is the result for the image of 5 by 5?
#
# - a) 3 by 3, as before
# - b) 5 by 5: a border of zeros is laid around the image
# - c) 7 by 7

# %% tags=["experiment"]
padded = Conv2D(filters=1, kernel_size=(3, 3), padding="same", use_bias=False)
padded.build((None, 5, 5, 1))
padded.set_weights([cross.reshape(3, 3, 1, 1)])
wide = np.asarray(padded(image.reshape(1, 5, 5, 1).astype("float32")))[0, :, :, 0]
print(wide)
answer = {3: "a", 5: "b", 7: "c"}[len(wide)]

# %% [markdown] tags=["experiment"]
# Take `AveragePooling2D` for the 4 by 4 numbers instead. What stands at the top
# right, where the largest was 9?
#
# - a) 9
# - b) 4.25
# - c) 17

# %% tags=["experiment"]
average = np.asarray(heron.layers.AveragePooling2D(pool_size=(2, 2))(grid))
print(average[0, :, :, 0])
answer = {9.0: "a", 4.25: "b", 17.0: "c"}[float(average[0, 0, 1, 0])]
