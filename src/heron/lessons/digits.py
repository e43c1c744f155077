"""The lesson of the digits: MNIST and a convolutional net."""

from __future__ import annotations

from heron.lessons.lesson import Lesson, Step

DIGITS = Lesson(
    name="digits",
    title="Digits",
    summary="A convolutional net reads handwritten digits.",
    seconds=360,
    epochs=12,
    seed=1,
    steps=(
        Step(
            "70,000 digits that people wrote by hand, as grey images of 28 by 28 pixels; 10,000 of them are kept "
            "aside for testing. Look at four.",
            """
from heron import datasets
from heron import plot

(x_train, train_labels), (x_test, test_labels) = datasets.mnist.load_data()

folder = "$folder"
file = folder + "/four.png"
plot.images(x_train[:4], train_labels[:4], path=file)
print("Picture:", file)
""",
        ),
        Step(
            "A convolutional net wants to know the channels of an image too: three for colours, one for grey. So 28 "
            "x 28 becomes 28 x 28 x 1. And networks learn best from small numbers: 0 to 255 becomes 0 to 1.",
            """
x_train = x_train.reshape(-1, 28, 28, 1).astype("float32") / 255
x_test = x_test.reshape(-1, 28, 28, 1).astype("float32") / 255
print(x_train.shape, x_test.shape)
""",
        ),
        Step(
            "The network will give ten numbers for each image, one for each digit. The right answers get the same "
            "form: a 1 at the place of the digit, 0 elsewhere. This is called one-hot.",
            """
from heron.utils import to_categorical

y_train = to_categorical(train_labels, 10)
y_test = to_categorical(test_labels, 10)
print(train_labels[0], "becomes", y_train[0])
""",
        ),
        Step(
            "The network. Conv2D slides small filters over the image: 32 of 3 by 3 pixels that look for strokes, then "
            "64 that look for patterns of strokes. MaxPooling2D keeps the strongest answer of each 2 by 2. Dropout "
            "leaves out some neurons at random while the network learns, so that none of them matters too much. "
            "Flatten makes one row of it all; Dense layers decide; softmax makes ten probabilities. "
            "(How convolution computes: heron learn convolution.)",
            """
import heron
from heron.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from heron.models import Sequential

heron.utils.set_random_seed($seed)
model = Sequential()
model.add(Conv2D(32, kernel_size=(3, 3), activation="relu",
                 input_shape=(28, 28, 1)))
model.add(Conv2D(64, (3, 3), activation="relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(128, activation="relu"))
model.add(Dropout(0.5))
model.add(Dense(10, activation="softmax"))
model.summary()
""",
        ),
        Step(
            "The loss says how wrong the network is: it is large when the right digit gets a small probability. The "
            "accuracy is the share of images whose most probable digit is the right one.",
            """
model.compile(loss="categorical_crossentropy", optimizer="adam",
              metrics=["accuracy"])
""",
        ),
        Step(
            "Train. One epoch is one look at all 60,000 images, 128 at a time. After each epoch the 10,000 others "
            "are tested; nothing is learned from them. This takes a while: more than a million weights change 469 "
            "times an epoch. Ctrl-C ends the training early and goes on with what was learned so far.",
            """
history = model.fit(x_train, y_train, batch_size=128, epochs=$epochs,
                    validation_data=(x_test, y_test))
""",
        ),
        Step(
            "How good is it? The accuracy in training is lower than it could be, for there dropout is at work.",
            """
test_loss, test_accuracy = model.evaluate(x_test, y_test, verbose=0)
print("Test loss:", test_loss)
print("Test accuracy:", test_accuracy)
file = folder + "/training.png"
plot.history(history, path=file)
print("Picture:", file)
""",
        ),
        Step(
            "What has the first layer learned? Its 32 filters are 32 small images themselves: orange where a filter "
            "wants ink, blue where it wants none. Many have become detectors of edges of one direction.",
            """
kernel, bias = model.layers[0].get_weights()
print("filters:", kernel.shape)
file = folder + "/filters.png"
plot.filters(model.layers[0], path=file)
print("Picture:", file)
""",
        ),
        Step(
            "And what do they see? A model that ends after the first layer gives 32 images for one: the feature "
            "maps. Each is dark where its filter found what it looks for.",
            """
first_layer = heron.Model(model.inputs, model.layers[0].output)
maps = first_layer.predict(x_test[:1])
print("feature maps:", maps.shape)
file = folder + "/feature_maps.png"
plot.feature_maps(x_test[0], maps[0], path=file)
print("Picture:", file)
""",
        ),
        Step(
            "Which test images does it misread? argmax is the digit with the largest probability.",
            """
probabilities = model.predict(x_test)
guesses = probabilities.argmax(axis=1)
wrong = (guesses != test_labels).nonzero()[0]

print(len(wrong), "of", len(test_labels), "test images are misread:")
for number in wrong:
    sure = probabilities[number].max()
    print(f"  image {number:4} is a {test_labels[number]},"
          f" read as {guesses[number]}, {sure:.0%} sure")
""",
            long_output=True,
        ),
        Step(
            "Pictures of the misread digits, those first of which it was surest (would you have read them all?), and "
            "of which digits are taken for which. The whole network goes into a file.",
            """
plot.mistakes(x_test, test_labels, probabilities, path=folder + "/mistakes.png")
plot.confusion_matrix(test_labels, probabilities, path=folder + "/confusion.png")
for picture in ["mistakes", "confusion"]:
    print(f"Picture: {folder}/{picture}.png")

file = folder + "/digits.safetensors"
model.save(file)
print("Model:", file)
""",
        ),
    ),
    outlook="Short of time? Two epochs go a long way: heron learn digits --epochs 2. What does it lose?",
)
