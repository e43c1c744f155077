"""The lesson of the clothes: Fashion-MNIST, 70,000 small images in ten classes."""

from __future__ import annotations

from heron.lessons.lesson import Lesson, Step

CLOTHES = Lesson(
    name="clothes",
    title="Clothes",
    summary="A network learns to tell shirts from shoes in small images.",
    seconds=12,
    epochs=5,
    seed=1,
    steps=(
        Step(
            "70,000 grey images of clothes, 28 by 28 pixels each, in ten classes. 60,000 are for learning. 10,000 "
            "are kept aside for testing: whether something was learned shows only on images never seen before.",
            """
from heron import datasets

fashion_mnist = datasets.fashion_mnist
(train_images, train_labels), (test_images, test_labels) = fashion_mnist.load_data()
class_names = fashion_mnist.CLASS_NAMES

print(train_images.shape, test_images.shape)
print("The first image shows:", class_names[train_labels[0]])
""",
        ),
        Step(
            "A pixel is a number from 0 to 255. Networks learn best from small numbers, so make it 0 to 1.",
            """
train_images = train_images / 255.0
test_images = test_images / 255.0
""",
        ),
        Step(
            "The network: Flatten puts the 28 x 28 pixels in one row of 784. A layer of 128 neurons looks for what "
            "matters; relu keeps what is above 0. The last layer has a neuron for each class, and softmax makes "
            "their ten outputs probabilities, which add up to 1.",
            """
import heron
from heron.layers import Dense, Flatten
from heron.models import Sequential

heron.utils.set_random_seed($seed)
model = Sequential([
    Flatten(input_shape=(28, 28)),
    Dense(128, activation="relu"),
    Dense(10, activation="softmax"),
])
""",
        ),
        Step(
            "The loss says how wrong the network is: this one is large when the right class gets a small "
            "probability. Training makes it smaller. The accuracy is for us to read: the share of images whose "
            "most probable class is the right one.",
            """
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy",
              metrics=["accuracy"])
""",
        ),
        Step(
            "Train. One epoch is one look at all 60,000 images, 32 at a time; after each 32 the weights change a "
            "little.",
            """
history = model.fit(train_images, train_labels, epochs=$epochs)
""",
        ),
        Step(
            "And on the 10,000 images that it has never seen? A little worse is normal: the network knows some "
            "training images by heart.",
            """
test_loss, test_accuracy = model.evaluate(test_images, test_labels)
print(f"{test_accuracy:.1%} of the test images are recognized.")
""",
        ),
        Step(
            "Look at one test image. predict gives ten probabilities for each: nine near 0 and one near 1 when "
            "the network is sure. argmax is the place of the largest.",
            """
predictions = model.predict(test_images)

number = 34
print("It is:            ", class_names[test_labels[number]])
print("The network says: ", class_names[predictions[number].argmax()])
for name, probability in zip(class_names, predictions[number]):
    print(f"  {name:12} {probability:.4f}")
""",
        ),
        Step(
            "Pictures of it all: the training, this test image, thirty others with the names they were given, and "
            "which clothes are mistaken for which.",
            """
from heron import plot

folder = "$folder"
test = {"loss": test_loss, "accuracy": test_accuracy}

plot.history(history, test=test, path=folder + "/training.png")
plot.probabilities(predictions[number], test_labels[number],
                   test_images[number], class_names, path=folder + "/one.png")
plot.images(test_images, test_labels, predictions, class_names,
            path=folder + "/predictions.png")
plot.confusion_matrix(test_labels, predictions, class_names,
                      path=folder + "/confusion.png")

for picture in ["training", "one", "predictions", "confusion"]:
    print(f"Picture: {folder}/{picture}.png")
""",
        ),
        Step(
            "What was learned is 101,770 numbers, the weights. The whole network goes into one file and comes back "
            "out of it, in another program, on another day, without training again.",
            """
file = folder + "/clothes.safetensors"
model.save(file)

again = heron.saving.load_model(file)
print("Model:", file)
probabilities = again.predict(test_images)[number]
print("Read back, it says:", class_names[probabilities.argmax()])
""",
        ),
    ),
    outlook="Try one epoch (--epochs 1) and twenty (--epochs 20): does the test accuracy go on rising with the other?",
)
