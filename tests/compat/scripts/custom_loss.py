"""Losses and metrics of one's own, with keras.backend and with tf."""
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K


def root_mean_squared_error(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1))


def my_huber_loss(y_true, y_pred):
    threshold = 1
    error = y_true - y_pred
    is_small_error = tf.abs(error) <= threshold
    small_error_loss = tf.square(error) / 2
    big_error_loss = threshold * (tf.abs(error) - (0.5 * threshold))
    return tf.where(is_small_error, small_error_loss, big_error_loss)


def coeff_determination(y_true, y_pred):
    ss_res = K.sum(K.square(y_true - y_pred))
    ss_tot = K.sum(K.square(y_true - K.mean(y_true)))
    return 1 - ss_res / (ss_tot + K.epsilon())


class WeightedLoss(keras.losses.Loss):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, y_true, y_pred):
        y_true = tf.cast(y_true, y_pred.dtype)
        return self.factor * tf.reduce_mean(tf.math.squared_difference(y_true, y_pred), axis=-1)


x = np.random.rand(64, 5)
y = x @ np.arange(5.0)
for loss in (root_mean_squared_error, my_huber_loss, WeightedLoss(factor=3.0)):
    model = keras.Sequential([keras.layers.Dense(8, activation='relu', input_shape=(5,)), keras.layers.Dense(1)])
    model.compile(optimizer='adam', loss=loss, metrics=[coeff_determination])
    history = model.fit(x, y, epochs=2, verbose=0)
    print(sorted(history.history))
