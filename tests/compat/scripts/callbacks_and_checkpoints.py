"""Early stopping, checkpoints, a schedule, a callback of one's own."""
import os
import tempfile

import numpy as np
import tensorflow as tf
from keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau, LearningRateScheduler, Callback
from keras.layers import Dense
from keras.models import Sequential, load_model
from keras.optimizers import SGD
import keras.backend as K


class MyCallback(Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get('loss') < 0.01:
            print("\nReached a loss of 0.01 so cancelling training!")
            self.model.stop_training = True


def scheduler(epoch, lr):
    return lr if epoch < 2 else lr * tf.math.exp(-0.1).numpy()


folder = tempfile.mkdtemp()
filepath = os.path.join(folder, 'weights-{epoch:02d}-{val_loss:.2f}.keras')
x = np.random.rand(120, 4)
y = x.sum(axis=1)
model = Sequential([Dense(8, activation='relu', input_shape=(4,)), Dense(1)])
model.compile(loss='mse', optimizer=SGD(lr=0.05, decay=1e-6, momentum=0.9, nesterov=True), metrics=['mae'])
callbacks = [EarlyStopping(monitor='val_loss', patience=3, restore_best_weights=True),
             ModelCheckpoint(filepath, monitor='val_loss', verbose=1, save_best_only=True, mode='min'),
             ReduceLROnPlateau(monitor='val_loss', factor=0.5, patience=50),
             MyCallback()]
model.fit(x, y, validation_split=0.2, epochs=5, batch_size=16, callbacks=callbacks, verbose=0)

best = load_model(os.path.join(folder, sorted(os.listdir(folder))[-1]))
print(best.predict(x).shape)

model.compile(loss='mse', optimizer=tf.keras.optimizers.Adam(0.01))
model.fit(x, y, epochs=4, callbacks=[LearningRateScheduler(scheduler)], verbose=0)
print('lr %.5f' % K.get_value(model.optimizer.learning_rate))
