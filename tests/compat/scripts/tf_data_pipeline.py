"""The beginner quick start with tf.data, a subclassed model and logits."""
import tensorflow as tf
print("TensorFlow version:", tf.__version__)

from tensorflow.keras.layers import Dense, Flatten, Conv2D
from tensorflow.keras import Model

mnist = tf.keras.datasets.mnist
(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, x_test = x_train[:256] / 255.0, x_test[:64] / 255.0
y_train, y_test = y_train[:256], y_test[:64]

x_train = x_train[..., tf.newaxis].astype("float32")
x_test = x_test[..., tf.newaxis].astype("float32")

AUTOTUNE = tf.data.AUTOTUNE

def augment(image, label):
    image = tf.image.random_flip_left_right(image)
    image = tf.clip_by_value(tf.image.random_brightness(image, 0.1), 0.0, 1.0)
    return image, tf.cast(label, tf.int64)

train_ds = (tf.data.Dataset.from_tensor_slices((x_train, y_train))
            .shuffle(1000)
            .map(augment, num_parallel_calls=AUTOTUNE)
            .batch(32)
            .prefetch(AUTOTUNE))
test_ds = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(32).cache()
print(tf.data.experimental.cardinality(train_ds).numpy(), train_ds.element_spec[1].dtype)


class MyModel(Model):
    def __init__(self):
        super(MyModel, self).__init__()
        self.conv1 = Conv2D(8, 3, strides=2, activation='relu')
        self.flatten = Flatten()
        self.d1 = Dense(32, activation='relu')
        self.d2 = Dense(10)

    def call(self, x):
        x = self.conv1(x)
        x = self.flatten(x)
        x = self.d1(x)
        return self.d2(x)


model = MyModel()
predictions = model(x_train[:1]).numpy()
print(tf.nn.softmax(predictions).numpy().sum().round(3))

loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
print('start:', loss_fn(y_train[:1], predictions).numpy() > 0)
model.compile(optimizer='adam', loss=loss_fn, metrics=['accuracy'])
model.fit(train_ds, epochs=2, validation_data=test_ds)
model.evaluate(test_ds, verbose=2)

probability_model = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
print(probability_model(x_test[:5]).shape)

for images, labels in test_ds.take(1):
    print(images.shape, images[0].numpy().max() <= 1.0, labels[0].numpy() == y_test[0])
