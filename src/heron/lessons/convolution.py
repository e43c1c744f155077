"""The lesson of convolution: a filter slid by hand, pooling by hand, edges, and a filter that is learned."""

from __future__ import annotations

from heron.lessons.lesson import Lesson, Step

CONVOLUTION = Lesson(
    name="convolution",
    title="Convolution",
    summary="A filter slides over an image: by hand, as a layer, learned.",
    seconds=5,
    epochs=40,
    seed=1,
    steps=(
        Step(
            "An image is a table of numbers: here one of 5 by 5 pixels, dark where it says 1. A filter is a smaller "
            "table. This one asks for a cross: it counts the ones on its two diagonals.",
            """
import numpy as np

image = np.array([[1, 1, 1, 0, 0],
                  [0, 1, 1, 1, 0],
                  [0, 0, 1, 1, 1],
                  [0, 0, 1, 1, 0],
                  [0, 1, 1, 0, 0]])

cross = np.array([[1, 0, 1],
                  [0, 1, 0],
                  [1, 0, 1]])
""",
        ),
        Step(
            "Convolution is sliding: lay the filter on a 3 by 3 window of the image, multiply each of its numbers by "
            "the pixel under it, add the nine products up, move on by one pixel. The filter fits in three places "
            "across and three down, so the result is 3 by 3. It is large where the image looks like the filter.",
            """
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

by_hand = slide(image, cross)
print(by_hand)
""",
        ),
        Step(
            "One of the nine places as a picture, with its sum.",
            """
from heron import plot

folder = "$folder"
file = folder + "/sliding.png"
plot.sliding_window(image, cross, by_hand, (0, 1), path=file)
print("Picture:", file)
""",
        ),
        Step(
            "A Conv2D layer does the same, only faster. It takes many images of many channels (colours, say) at "
            "once: one image of one channel is an array of shape (1, 5, 5, 1). It has as many filters as it is told "
            "to have, here one. Its filter goes in as (height, width, channels, filters).",
            """
from heron.layers import Conv2D

layer = Conv2D(filters=1, kernel_size=(3, 3), use_bias=False)
layer.build((None, 5, 5, 1))
layer.set_weights([cross.reshape(3, 3, 1, 1)])

by_layer = np.asarray(layer(image.reshape(1, 5, 5, 1).astype("float32")))
print("The layer makes", by_layer.shape)
print("The same as by hand:", np.allclose(by_layer[0, :, :, 0], by_hand))
""",
        ),
        Step(
            "Pooling makes an image smaller and keeps what stands out: of each window of 2 by 2 pixels it takes the "
            "largest. Windows do not overlap, so 4 by 4 become 2 by 2.",
            """
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
file = folder + "/pooling.png"
plot.pooling_windows(numbers, pooled, path=file)
print("Picture:", file)
""",
        ),
        Step(
            "The layer for it is MaxPooling2D. It has nothing to learn.",
            """
from heron.layers import MaxPooling2D

batch = numbers.reshape(1, 4, 4, 1).astype("float32")
by_layer = np.asarray(MaxPooling2D(pool_size=(2, 2))(batch))
print("The same as by hand:", np.allclose(by_layer[0, :, :, 0], pooled))
""",
        ),
        Step(
            "Now a real image, and filters that find edges. This one takes what is on the right and subtracts what "
            "is on the left: where both are the same it gives 0, at a vertical edge it does not. Turned on its side "
            "it finds horizontal edges. In the picture orange means: below or to the right is more; blue: less.",
            """
from heron import datasets

(images, labels), _ = datasets.fashion_mnist.load_data()
images = images[:200] / 255.0
shoe = images[0]

vertical = np.array([[-1, 0, 1],
                     [-1, 0, 1],
                     [-1, 0, 1]])
horizontal = vertical.T
shoe_edges = [slide(shoe, vertical), slide(shoe, horizontal)]

file = folder + "/edges.png"
names = ["an image", "vertical edges", "horizontal edges"]
plot.images([shoe, *shoe_edges], names, signed=True, path=file)
print("Picture:", file)
""",
        ),
        Step(
            "In a network nobody writes the filters. To see how that works, give a Conv2D layer 200 images and, as "
            "the right answers, their vertical edges; it starts with nine random numbers. The loss says how far its "
            "answers are from the right ones. One epoch is one look at all images, and after every 32 of them the "
            "nine numbers change a little, so that the loss falls. (verbose=0 lets it learn in silence.)",
            """
import heron

edges = np.array([slide(image, vertical) for image in images])

heron.utils.set_random_seed($seed)
model = heron.Sequential([
    heron.Input((28, 28, 1)),
    Conv2D(filters=1, kernel_size=(3, 3), use_bias=False),
])
before = model.get_weights()[0][:, :, 0, 0]

optimizer = heron.optimizers.Adam(learning_rate=0.05)
model.compile(optimizer=optimizer, loss="mean_squared_error")
history = model.fit(images[..., None], edges[..., None], epochs=$epochs, verbose=0)
losses = history.history["loss"]
print(f"loss: {losses[0]:.4f} after the first epoch, {losses[-1]:.4f} at the end")
""",
        ),
        Step(
            "What it started with, and what it found: as good as the filter for vertical edges, though nobody told it. "
            "Networks for images are layers of such filters, each layer looking at what the one before has found.",
            """
found = model.get_weights()[0][:, :, 0, 0]
print(before.round(2))
print(found.round(2))

file = folder + "/learned.png"
names = ["the first guess", "what it learned"]
plot.images([before, found], names, signed=True, path=file)
print("Picture:", file)
""",
        ),
    ),
    outlook="A net of such layers reads handwriting: heron learn digits. Or stop the learning early: --epochs 3.",
)
