"""MNIST: a convolutional net reads handwritten digits."""

import matplotlib.pyplot as plt

from heron.datasets import mnist
from heron.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from heron.models import Sequential
from heron.utils import to_categorical

batch_size = 128
num_classes = 10
epochs = 12

(x_train, y_train), (x_test, y_test) = mnist.load_data()

# four digits and their labels
for place in range(4):
    plt.subplot(2, 2, place + 1)
    plt.imshow(x_train[place], cmap="gray")
    plt.title(y_train[place])
plt.show()

x_train = x_train.reshape(x_train.shape[0], 28, 28, 1).astype("float32") / 255
x_test = x_test.reshape(x_test.shape[0], 28, 28, 1).astype("float32") / 255
print("x_train shape:", x_train.shape)

# class 3 becomes 0 0 0 1 0 0 0 0 0 0
y_train = to_categorical(y_train, num_classes)
y_test = to_categorical(y_test, num_classes)

model = Sequential()
model.add(Conv2D(32, kernel_size=(3, 3), activation="relu", input_shape=(28, 28, 1)))
model.add(Conv2D(64, (3, 3), activation="relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(128, activation="relu"))
model.add(Dropout(0.5))
model.add(Dense(num_classes, activation="softmax"))
model.summary()

model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=batch_size, epochs=epochs, verbose=1, validation_data=(x_test, y_test))

score = model.evaluate(x_test, y_test, verbose=0)
print("Test loss:", score[0])
print("Test accuracy:", score[1])
