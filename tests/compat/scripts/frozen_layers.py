"""Transfer: a network that was trained on one task, frozen, under a new head; then fine-tuned."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models

(x_train, y_train), _ = tf.keras.datasets.mnist.load_data()
x_train = x_train[:400].reshape((-1, 28, 28, 1)).astype('float32') / 255
y_train = y_train[:400]

base_model = models.Sequential([
    layers.Conv2D(8, (3, 3), strides=2, activation='relu', input_shape=(28, 28, 1)),
    layers.Conv2D(8, (3, 3), strides=2, activation='relu', name='features'),
    layers.GlobalAveragePooling2D(),
    layers.Dense(5, activation='softmax'),
])
small = y_train < 5
base_model.compile('adam', 'sparse_categorical_crossentropy')
base_model.fit(x_train[small], y_train[small], epochs=1, verbose=0)

features = tf.keras.Model(base_model.inputs, base_model.get_layer('features').output)
features.trainable = False
before = features.get_weights()

inputs = tf.keras.Input(shape=(28, 28, 1))
x = features(inputs, training=False)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(5, activation='softmax')(x)
model = tf.keras.Model(inputs, outputs)
print('trainable:', len(model.trainable_variables), 'of', len(model.variables))

model.compile(optimizer=tf.keras.optimizers.Adam(), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(x_train[~small], y_train[~small] - 5, epochs=1, verbose=0)
print('unchanged:', all(np.array_equal(a, b) for a, b in zip(before, features.get_weights())))

features.trainable = True
for layer in features.layers[:-1]:
    layer.trainable = False
model.compile(optimizer=tf.keras.optimizers.Adam(1e-5), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(x_train[~small], y_train[~small] - 5, epochs=1, verbose=0)
print('fine-tuned:', not np.array_equal(before[-1], features.get_weights()[-1]))
