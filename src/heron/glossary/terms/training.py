"""Words for training: what is made small, how, and how one sees whether it goes well."""

from __future__ import annotations

from heron.glossary import pictures
from heron.glossary.term import Term

TERMS = (
    Term(
        "compile",
        "Says how a model is trained: with which optimizer, to make which loss small, reporting which metrics. Weights "
        "stay as they are.",
        example=">>> import heron\n>>> model = heron.Sequential([heron.Input((8,)), heron.layers.Dense(1)])\n"
        ">>> model.compile(optimizer='adam', loss='mse', metrics=['mae'])",
        see=("optimizer", "loss", "metric"),
    ),
    Term(
        "batch",
        "Some samples that are computed together, 32 unless one says otherwise; the weights change once a batch. One "
        "sample alone is a batch of 1: x[None].",
        example=">>> import numpy as np\n>>> image = np.zeros((28, 28))\n>>> image[None].shape\n(1, 28, 28)",
        see=("epoch", "mini-batch", "shape"),
        also=("batch size", "batch_size", "batches"),
    ),
    Term(
        "mini-batch",
        "A batch, where one wants to say that it is not all the data.",
        see=("batch", "gradient descent"),
        also=("minibatch", "mini batch", "stochastic gradient descent"),
    ),
    Term(
        "epoch",
        "One pass over the whole training set.",
        formula="batches in an epoch = samples / batch size, rounded up",
        latex=r"\text{batches} = \lceil n / \text{batch size} \rceil",
        example=">>> import math\n>>> math.ceil(60_000 / 32)\n1875",
        see=("batch", "learning curve"),
        also=("epochs", "nb_epoch"),
    ),
    Term(
        "loss",
        "A number that says how wrong the predictions are; training makes it small.",
        see=("cross-entropy", "mean squared error", "gradient descent", "metric"),
        also=("losses", "loss function", "cost", "objective", "error function"),
    ),
    Term(
        "mean squared error",
        "The loss of predicted numbers: the mean of the squared distances from the targets.",
        formula="mse = mean of (y - ŷ)²",
        latex=r"\frac{1}{n} \sum_i (y_i - \hat{y}_i)^2",
        example=">>> import heron\n>>> float(heron.losses.MeanSquaredError()([1.0, 2.0], [1.0, 4.0]))\n2.0",
        see=("regression", "loss"),
        also=("mse", "squared error", "mean absolute error", "mae"),
    ),
    Term(
        "cross-entropy",
        "The loss of classifiers: minus the logarithm of the probability that the model gave to the right class. Sure "
        "and right is 0, sure and wrong is large.",
        formula="loss = -log(p of the right class)",
        latex=r"-\sum_k y_k \log p_k = -\log p_{\text{right}}",
        example=">>> import math\n>>> [round(-math.log(p), 2) for p in (0.99, 0.5, 0.01)]\n[0.01, 0.69, 4.61]",
        see=("softmax", "one-hot", "label encoding", "logits", "binary classification"),
        also=(
            *("crossentropy", "cross entropy", "log loss", "categorical crossentropy", "binary crossentropy"),
            *("sparse categorical crossentropy", "sparse_categorical_crossentropy"),
        ),
    ),
    Term(
        "gradient",
        "For each weight, how much and in which direction the loss changes when the weight does.",
        formula="∂loss / ∂w",
        latex=r"\frac{\partial L}{\partial w}",
        example=">>> import jax\n>>> float(jax.grad(lambda w: w**2)(3.0))\n6.0",
        see=("gradient descent", "backpropagation"),
        also=("gradients", "derivative", "slope"),
    ),
    Term(
        "gradient descent",
        "Learning by steps: each weight moves a little against its gradient, downhill on the loss.",
        formula="w ← w - learning rate · ∂loss/∂w",
        latex=r"w \leftarrow w - \eta \frac{\partial L}{\partial w}",
        example=">>> w = -3.6\n>>> for step in range(10):\n"
        "...     w = w - 0.2 * 2 * w  # the slope of w**2 is 2 w\n>>> round(w, 2)\n-0.02",
        picture=pictures.gradient_descent,
        see=("gradient", "learning rate", "optimizer", "mini-batch"),
        also=("sgd", "descent"),
    ),
    Term(
        "backpropagation",
        "How the gradients of all weights are found in one go: from the loss back through the layers, by the chain "
        "rule.",
        formula="∂L/∂x = ∂L/∂y · ∂y/∂x",
        latex=r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \frac{\partial y}{\partial x}",
        see=("gradient", "gradient descent"),
        also=("backprop", "back-propagation", "chain rule"),
    ),
    Term(
        "learning rate",
        "The length of the steps of training. Too low is slow; too high lets the loss jump, grow, and become NaN.",
        formula="w ← w - learning rate · gradient",
        latex=r"w \leftarrow w - \eta g",
        example=">>> import heron\n>>> optimizer = heron.optimizers.Adam(learning_rate=1e-4)",
        picture=pictures.learning_rates,
        see=("gradient descent", "optimizer", "NaN"),
        also=("lr", "step size", "learning_rate"),
    ),
    Term(
        "optimizer",
        "The rule by which weights follow their gradients: SGD, Adam and others.",
        see=("adam", "gradient descent", "learning rate"),
        also=("optimiser", "rmsprop"),
    ),
    Term(
        "adam",
        "An optimizer with a step length for each weight, from how its gradients were lately; the first to try.",
        formula="w ← w - η · m̂ / (√v̂ + ε)",
        latex=r"w \leftarrow w - \eta \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}",
        see=("optimizer", "learning rate"),
        also=("adamw",),
    ),
    Term(
        "hyperparameter",
        "What one chooses and training does not learn: learning rate, batch size, layers, units, epochs.",
        see=("learning rate", "validation set"),
        also=("hyperparameters", "hyper-parameter", "setting"),
    ),
    Term(
        "callback",
        "An object that is told of each epoch or batch while a model trains, and may do something: stop, save, log.",
        example=">>> import heron\n>>> stop = heron.callbacks.EarlyStopping(monitor='val_loss', patience=3)",
        see=("early stopping", "epoch"),
        also=("callbacks",),
    ),
    Term(
        "early stopping",
        "Ending training when the loss on the validation set no longer falls.",
        example=">>> import heron\n"
        ">>> heron.callbacks.EarlyStopping(patience=3, restore_best_weights=True).patience\n3",
        picture=pictures.overfitting,
        see=("overfitting", "validation set", "callback"),
        also=("earlystopping", "patience"),
    ),
    Term(
        "metric",
        "A number that tells people how good a model is; it is reported, and training does not aim at it.",
        see=("accuracy", "loss", "confusion matrix"),
        also=("metrics",),
    ),
    Term(
        "accuracy",
        "The share of samples whose class was predicted rightly. Of predicted numbers it says nothing: take the mean "
        "absolute error.",
        formula="accuracy = right / all",
        latex=r"\frac{\text{right}}{\text{all}}",
        example=">>> import numpy as np\n>>> float(np.mean(np.array([2, 0, 1, 1]) == np.array([2, 0, 1, 0])))\n0.75",
        see=("metric", "confusion matrix", "regression"),
        also=("acc",),
    ),
    Term(
        "confusion matrix",
        "A table of how often samples of one class (row) were taken for another (column).",
        picture=pictures.confusion_matrix,
        see=("accuracy", "class"),
        also=("confusion",),
    ),
    Term(
        "regression",
        "Predicting a number, such as a price; the last layer is Dense(1) without activation, the loss mse.",
        example=">>> import heron\n>>> model = heron.Sequential([heron.Input((8,)), heron.layers.Dense(1)])\n"
        ">>> model.compile('adam', 'mse', metrics=['mae'])",
        see=("mean squared error", "class"),
        also=("linear regression",),
    ),
    Term(
        "binary classification",
        "Deciding between two classes, yes and no; the last layer is Dense(1, activation='sigmoid'), the loss "
        "binary_crossentropy, the labels 0 and 1.",
        example=">>> import heron\n>>> layer = heron.layers.Dense(1, activation='sigmoid')",
        see=("sigmoid", "cross-entropy", "class"),
        also=("binary", "two classes", "yes or no"),
    ),
    Term(
        "overfitting",
        "Learning the training set by heart: the loss on it falls on, that on new samples rises. More data, dropout, "
        "augmentation or a smaller model help, and stopping early.",
        picture=pictures.overfitting,
        see=("validation set", "early stopping", "dropout", "augmentation", "underfitting"),
        also=("overfit", "over-fitting", "memorizing"),
    ),
    Term(
        "underfitting",
        "Not learning even the training set: the model is too small, or is trained too short or too carefully.",
        picture=pictures.underfitting,
        see=("overfitting", "learning rate"),
        also=("underfit", "under-fitting"),
    ),
    Term(
        "generalisation",
        "Doing well on samples that were never seen; what training is for.",
        see=("test set", "overfitting"),
        also=("generalization", "generalise", "generalize"),
    ),
    Term(
        "regularization",
        "Whatever holds a model back from learning by heart: a penalty on large weights, dropout, augmentation.",
        formula="loss + λ · Σ w²",
        latex=r"L + \lambda \sum_i w_i^2",
        example=">>> import heron\n>>> layer = heron.layers.Dense(4, kernel_regularizer='l2')",
        see=("dropout", "overfitting"),
        also=("regularisation", "regularizer", "l2", "l1", "weight decay"),
    ),
    Term(
        "learning curve",
        "The loss, or a metric, drawn over the epochs, on the training set and the validation set.",
        picture=pictures.learning_curve,
        see=("overfitting", "underfitting", "epoch"),
        also=("loss curve", "history", "training curve"),
    ),
    Term(
        "prediction",
        "What a model says of a sample: probabilities of the classes, or a number.",
        example=">>> import numpy as np\n>>> probabilities = np.array([[0.1, 0.7, 0.2]])\n"
        ">>> probabilities.argmax(-1).tolist()\n[1]",
        see=("inference", "labels", "softmax"),
        also=("predictions", "predict", "output", "ŷ"),
    ),
    Term(
        "inference",
        "Using a trained model on new samples: model.predict(x). Nothing is learned, dropout does nothing.",
        see=("prediction", "test set"),
        also=("serving", "deployment"),
    ),
)
