"""An autoencoder that takes noise off digits, in the functional style of 2016."""
from keras.layers import Input, Dense, Conv2D, MaxPooling2D, UpSampling2D
from keras.models import Model
from keras.datasets import mnist
from keras import regularizers
import numpy as np

(x_train, _), (x_test, _) = mnist.load_data()
x_train = x_train[:200].astype('float32') / 255.
x_test = x_test[:50].astype('float32') / 255.
x_train = np.reshape(x_train, (len(x_train), 28, 28, 1))
x_test = np.reshape(x_test, (len(x_test), 28, 28, 1))

noise_factor = 0.5
x_train_noisy = np.clip(x_train + noise_factor * np.random.normal(loc=0.0, scale=1.0, size=x_train.shape), 0., 1.)
x_test_noisy = np.clip(x_test + noise_factor * np.random.normal(loc=0.0, scale=1.0, size=x_test.shape), 0., 1.)

input_img = Input(shape=(28, 28, 1))
x = Conv2D(8, (3, 3), activation='relu', padding='same')(input_img)
x = MaxPooling2D((2, 2), padding='same')(x)
encoded = Conv2D(4, (3, 3), activation='relu', padding='same', activity_regularizer=regularizers.l1(1e-5))(x)
x = UpSampling2D((2, 2))(encoded)
decoded = Conv2D(1, (3, 3), activation='sigmoid', padding='same')(x)

autoencoder = Model(input=input_img, output=decoded)
autoencoder.compile(optimizer='adadelta', loss='binary_crossentropy')
autoencoder.fit(x_train_noisy, x_train, nb_epoch=2, batch_size=64, shuffle=True,
                validation_data=(x_test_noisy, x_test), verbose=2)

encoder = Model(input_img, encoded)
print(encoder.predict(x_test).shape, autoencoder.predict(x_test_noisy).shape)
