"""A layer of one's own, with weights, a config and a place in a saved model."""
import numpy as np
import tensorflow as tf
from tensorflow import keras


class Linear(keras.layers.Layer):
    def __init__(self, units=32, **kwargs):
        super(Linear, self).__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b

    def get_config(self):
        config = super(Linear, self).get_config()
        config.update({"units": self.units})
        return config


class ComputeSum(keras.layers.Layer):
    def __init__(self, input_dim):
        super().__init__()
        self.total = tf.Variable(initial_value=tf.zeros((input_dim,)), trainable=False)

    def call(self, inputs):
        self.total.assign_add(tf.reduce_sum(inputs, axis=0))
        return self.total


x = tf.ones((2, 2))
linear_layer = Linear(4)
print(linear_layer(x).numpy().shape, len(linear_layer.weights))

my_sum = ComputeSum(2)
print(my_sum(x).numpy())
print(my_sum(x).numpy(), len(my_sum.non_trainable_weights))

model = keras.Sequential([keras.Input((3,)), Linear(8), keras.layers.Activation(tf.nn.relu), Linear(1)])
model.compile('adam', 'mse')
model.fit(np.random.rand(32, 3), np.random.rand(32), epochs=2, verbose=0)
config = model.get_config()
with keras.utils.custom_object_scope({"Linear": Linear}):
    again = keras.Sequential.from_config(config)
print(again.count_params() == model.count_params())
