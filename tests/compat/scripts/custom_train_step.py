"""A training step of one's own, in the form that Keras 3 has for JAX."""
import jax
import keras
import numpy as np
from keras import ops


class CustomModel(keras.Model):
    def compute_loss_and_updates(self, trainable_variables, non_trainable_variables, x, y, training=False):
        y_pred, non_trainable_variables = self.stateless_call(
            trainable_variables, non_trainable_variables, x, training=training)
        loss = ops.mean(ops.square(y - y_pred))
        return loss, (y_pred, non_trainable_variables)

    def train_step(self, state, data):
        trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables = state
        x, y = data
        grad_fn = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (loss, (y_pred, non_trainable_variables)), grads = grad_fn(
            trainable_variables, non_trainable_variables, x, y, training=True)
        trainable_variables, optimizer_variables = self.optimizer.stateless_apply(
            optimizer_variables, grads, trainable_variables)
        return {"loss": loss}, (trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables)


keras.utils.set_random_seed(0)
inputs = keras.Input(shape=(8,))
outputs = keras.layers.Dense(1)(inputs)
model = CustomModel(inputs, outputs)
model.compile(optimizer="adam")
x = np.random.random((64, 8))
y = np.random.random((64, 1))
history = model.fit(x, y, epochs=30, verbose=0)
print(history.history["loss"][-1] < history.history["loss"][0])
