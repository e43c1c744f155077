"""What a dense layer computes: 100 flattened images X, times weights W, plus a bias b, then softmax."""

import numpy as np

from heron import datasets
from heron.layers import Dense

(images, labels), _ = datasets.mnist.load_data()
X = images[:100].reshape(100, 784) / 255.0  # (100, 784): an image is a row

layer = Dense(10, activation="softmax")
by_layer = np.asarray(layer(X))  # (100, 10): the first call makes the weights

W, b = layer.get_weights()  # (784, 10), (10,)
logits = X @ W + b  # (100, 10)
exponentials = np.exp(logits)
by_hand = exponentials / exponentials.sum(axis=1, keepdims=True)

print("X", X.shape, "W", W.shape, "b", b.shape, "result", by_hand.shape)
print("each row sums to", by_hand.sum(axis=1).round(6).min(), "...", by_hand.sum(axis=1).round(6).max())
print("largest difference between layer and hand:", np.abs(by_layer - by_hand).max())
print("equal:", np.allclose(by_layer, by_hand, atol=1e-6))
