"""Two inputs, two outputs, a shared layer: the functional API, saved and loaded."""
import os
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, Model
from tensorflow.keras.layers import Input, Dense, concatenate

tf.random.set_seed(42)

left = Input(shape=(8,), name='left')
right = Input(shape=(8,), name='right')
shared = Dense(16, activation='relu', name='shared')
merged = concatenate([shared(left), shared(right)])
merged = layers.BatchNormalization()(merged)
merged = layers.Dropout(0.2)(merged)
score = Dense(1, name='score')(merged)
kind = Dense(3, activation='softmax', name='kind')(merged)
model = Model(inputs=[left, right], outputs=[score, kind])
model.summary()

model.compile(optimizer=tf.keras.optimizers.Adam(1e-2),
              loss={'score': 'mse', 'kind': tf.keras.losses.SparseCategoricalCrossentropy()},
              loss_weights={'score': 1.0, 'kind': 0.5},
              metrics={'kind': ['accuracy']})

a = np.random.rand(96, 8).astype('float32')
b = np.random.rand(96, 8).astype('float32')
history = model.fit({'left': a, 'right': b},
                    {'score': a.sum(axis=1), 'kind': np.random.randint(0, 3, 96)},
                    epochs=3, batch_size=32, validation_split=0.25, verbose=2)

path = os.path.join(tempfile.mkdtemp(), 'model.keras')
model.save(path)
restored = tf.keras.models.load_model(path)
same = np.allclose(model.predict([a, b])[0], restored.predict([a, b])[0], atol=1e-5)
print('restored:', same, sorted(history.history)[:2])
