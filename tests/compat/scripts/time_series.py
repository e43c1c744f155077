"""Forecasting a series: windows with tf.data, a convolution and an LSTM."""
import numpy as np
import tensorflow as tf

time = np.arange(400, dtype="float32")
series = np.sin(time * 0.1) + 0.1 * np.random.randn(400)
split_time = 300
x_train, x_valid = series[:split_time], series[split_time:]
window_size = 16
batch_size = 32
shuffle_buffer_size = 100


def windowed_dataset(series, window_size, batch_size, shuffle_buffer):
    series = tf.expand_dims(series, axis=-1)
    ds = tf.data.Dataset.from_tensor_slices(series)
    ds = ds.window(window_size + 1, shift=1, drop_remainder=True)
    ds = ds.flat_map(lambda w: w.batch(window_size + 1))
    ds = ds.shuffle(shuffle_buffer)
    ds = ds.map(lambda w: (w[:-1], w[-1]))
    return ds.batch(batch_size).prefetch(1)


tf.keras.backend.clear_session()
tf.random.set_seed(51)
np.random.seed(51)
dataset = windowed_dataset(x_train, window_size, batch_size, shuffle_buffer_size)
for x, y in dataset.take(1):
    print(x.shape, y.shape)

model = tf.keras.models.Sequential([
    tf.keras.layers.Conv1D(filters=8, kernel_size=5, strides=1, padding="causal", activation="relu",
                           input_shape=[None, 1]),
    tf.keras.layers.LSTM(8),
    tf.keras.layers.Dense(1),
    tf.keras.layers.Lambda(lambda x: x * 2.0)
])
model.compile(loss=tf.keras.losses.Huber(), optimizer=tf.keras.optimizers.SGD(learning_rate=1e-2, momentum=0.9),
              metrics=["mae"])
history = model.fit(dataset, epochs=3, verbose=2)

forecast = model.predict(x_valid[np.newaxis, :window_size, np.newaxis])
print(forecast.shape, len(history.history["mae"]))
print(tf.keras.metrics.mean_absolute_error([1.0, 2.0], [1.5, 2.5]).numpy())
