"""Basic regression: fuel efficiency from a table, with a Normalization layer."""
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

np.set_printoptions(precision=3, suppress=True)
rng = np.random.default_rng(0)
raw_dataset = pd.DataFrame({
    'Cylinders': rng.choice([4, 6, 8], 120),
    'Horsepower': rng.uniform(50, 200, 120),
    'Weight': rng.uniform(1600, 5000, 120),
    'Origin': rng.choice([1, 2, 3], 120),
})
raw_dataset['MPG'] = 50 - raw_dataset['Weight'] / 130 + rng.normal(size=120)

dataset = raw_dataset.copy().dropna()
dataset['Origin'] = dataset['Origin'].map({1: 'USA', 2: 'Europe', 3: 'Japan'})
dataset = pd.get_dummies(dataset, columns=['Origin'], prefix='', prefix_sep='', dtype=float)

train_dataset = dataset.sample(frac=0.8, random_state=0)
test_dataset = dataset.drop(train_dataset.index)
train_features = train_dataset.copy()
test_features = test_dataset.copy()
train_labels = train_features.pop('MPG')
test_labels = test_features.pop('MPG')

normalizer = tf.keras.layers.Normalization(axis=-1)
normalizer.adapt(np.array(train_features))
print(normalizer.mean.numpy().shape)
first = np.array(train_features[:1])
with np.printoptions(precision=2, suppress=True):
    print('Normalized:', normalizer(first).numpy().shape)


def build_and_compile_model(norm):
    model = keras.Sequential([
        norm,
        layers.Dense(16, activation='relu'),
        layers.Dense(1)
    ])
    model.compile(loss='mean_absolute_error', optimizer=tf.keras.optimizers.Adam(0.05))
    return model


dnn_model = build_and_compile_model(normalizer)
history = dnn_model.fit(train_features, train_labels, validation_split=0.2, verbose=0, epochs=30)
hist = pd.DataFrame(history.history)
hist['epoch'] = history.epoch
print(hist.tail(1)['epoch'].item())

test_results = {'dnn_model': dnn_model.evaluate(test_features, test_labels, verbose=0)}
test_predictions = dnn_model.predict(test_features).flatten()
print(test_predictions.shape, test_results['dnn_model'] < 30)
