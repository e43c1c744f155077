"""What convolution and pooling compute: a 3x3 filter slid over a 5x5 image, and the largest of each 2x2 window."""

import numpy as np

from heron.layers import Conv2D, MaxPooling2D

image = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]])
kernel = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])

by_hand = np.zeros((3, 3))
for row in range(3):
    for column in range(3):
        window = image[row : row + 3, column : column + 3]
        by_hand[row, column] = (window * kernel).sum()
print(by_hand)

layer = Conv2D(1, kernel_size=3, use_bias=False)
layer.build((None, 5, 5, 1))
layer.set_weights([kernel.reshape(3, 3, 1, 1)])  # (height, width, channels, filters)
by_layer = np.asarray(layer(image.reshape(1, 5, 5, 1).astype("float32")))  # (1, 3, 3, 1)
print("convolution equal:", np.allclose(by_layer[0, :, :, 0], by_hand))

numbers = np.array([[1, 3, 2, 9], [7, 4, 1, 5], [8, 5, 2, 3], [4, 2, 1, 4]])

by_hand = np.zeros((2, 2))
for row in range(2):
    for column in range(2):
        window = numbers[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        by_hand[row, column] = window.max()
print(by_hand)

by_layer = np.asarray(MaxPooling2D(2)(numbers.reshape(1, 4, 4, 1).astype("float32")))  # (1, 2, 2, 1)
print("pooling equal:", np.allclose(by_layer[0, :, :, 0], by_hand))
