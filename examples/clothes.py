"""Fashion-MNIST: a network learns from 60,000 small pictures to tell clothes apart."""

import heron
from heron import activations, datasets, layers

(train_images, train_labels), (test_images, test_labels) = datasets.fashion_mnist.load_data()
train_images = train_images / 255.0
test_images = test_images / 255.0

model = heron.Sequential(
    [
        layers.Flatten(input_shape=(28, 28)),
        layers.Dense(128, activation=activations.relu),
        layers.Dense(10, activation=activations.softmax),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train_images, train_labels, epochs=5)

test_loss, test_accuracy = model.evaluate(test_images, test_labels)
print("Test accuracy:", test_accuracy)

classifications = model.predict(test_images)
print(classifications[34])
print("predicted:", classifications[34].argmax(), "label:", test_labels[34])
