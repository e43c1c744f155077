"""Words for data: samples, features, labels, and what is done to them before training."""

from __future__ import annotations

from heron.glossary import pictures
from heron.glossary.term import Term

TERMS = (
    Term(
        "sample",
        "One thing to learn from: one picture, one row of a table, one sentence; the first axis of x counts them.",
        example=">>> import numpy as np\n>>> x = np.zeros((60, 28, 28))  # 60 samples, each a picture of 28 x 28\n"
        ">>> len(x)\n60",
        see=("batch", "features", "shape"),
        also=("example", "data point", "instance", "row"),
    ),
    Term(
        "features",
        "What is known of a sample, as numbers: the columns of a table, the pixels of a picture.",
        formula="x = (x₁, x₂, …, xₙ)",
        latex=r"x = (x_1, x_2, \dots, x_n)",
        see=("labels", "sample", "standardization"),
        also=("feature", "column", "input", "inputs", "attribute"),
    ),
    Term(
        "labels",
        "The right answers of the samples, which the model is to find: class numbers, one-hot rows, or numbers.",
        example=">>> names = ['T-shirt', 'Trouser', 'Pullover']\n>>> labels = [2, 0]  # a pullover, then a T-shirt\n"
        ">>> names[labels[0]]\n'Pullover'",
        see=("label encoding", "one-hot", "class"),
        also=("label", "target", "targets", "ground truth", "y", "answer"),
    ),
    Term(
        "class",
        "One of the kinds between which a model decides; classes are numbered from 0.",
        see=("labels", "softmax", "binary classification"),
        also=("classes", "category", "classification", "multiclass classification"),
    ),
    Term(
        "label encoding",
        "How right answers are written as numbers: class numbers such as 2, or one-hot rows such as 0 0 1. "
        "Class numbers go with sparse_categorical_crossentropy, one-hot rows with categorical_crossentropy.",
        example=">>> import heron\n>>> heron.utils.to_categorical([0, 2, 1], 3).tolist()\n"
        "[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]",
        picture=pictures.one_hot,
        see=("one-hot", "labels", "cross-entropy"),
        also=("encoding", "class number", "sparse labels"),
    ),
    Term(
        "one-hot",
        "A class written as a row with a column for each class: 1 in its own, 0 in all others.",
        formula="class 2 of 4  →  0 0 1 0",
        latex=r"(e_k)_i = \begin{cases} 1 & i = k \\ 0 & i \ne k \end{cases}",
        example=">>> import numpy as np\n>>> np.eye(4)[[2]].tolist()\n[[0.0, 0.0, 1.0, 0.0]]",
        picture=pictures.one_hot,
        see=("label encoding", "cross-entropy", "embedding"),
        also=("one hot", "onehot", "to_categorical", "dummy variables", "one-hot encoding"),
    ),
    Term(
        "tensor",
        "An array of numbers with any number of axes: a number has none, a list one, a table two, a picture in "
        "colours three.",
        example=">>> import numpy as np\n>>> np.zeros((32, 28, 28, 3)).ndim\n4",
        see=("shape", "dtype", "batch"),
        also=("array", "ndarray", "matrix", "vector", "scalar"),
    ),
    Term(
        "shape",
        "How many places each axis of a tensor has; None stands for any number, mostly the samples of a batch.",
        formula="(60, 28, 28)  =  60 samples of 28 × 28",
        example=">>> import heron\n>>> heron.Input((28, 28)).shape\n(None, 28, 28)",
        see=("tensor", "batch", "channel"),
        also=("axis", "axes", "dimension", "rank", "ndim", "batch axis"),
    ),
    Term(
        "dtype",
        "What kind of numbers a tensor holds and in how many bits; weights are float32 unless one says otherwise.",
        example=">>> import numpy as np\n>>> (np.array([0, 255], 'uint8') / 255).dtype.name\n'float64'",
        see=("tensor", "NaN"),
        also=("data type", "float32", "precision"),
    ),
    Term(
        "channel",
        "One of several numbers at each place of a picture: red, green and blue, or what the filters of a layer found; "
        "the last axis.",
        example=">>> import numpy as np\n>>> grey = np.zeros((60, 28, 28))\n"
        ">>> grey[..., None].shape  # with one channel\n"
        "(60, 28, 28, 1)",
        see=("convolution", "filter", "shape"),
        also=("channels", "channels last", "channels first", "rgb", "depth"),
    ),
    Term(
        "broadcasting",
        "An axis of size 1 is repeated where the other tensor has more places: handy in sums, a trap where y of shape "
        "(n,) meets predictions of shape (n, 1).",
        example=">>> import numpy as np\n>>> (np.zeros(3) - np.zeros((3, 1))).shape\n(3, 3)",
        see=("shape", "mean squared error"),
        also=("broadcast",),
    ),
    Term(
        "normalization",
        "Bringing numbers to a common scale, such as pixels from 0..255 to 0..1, so that one learning rate suits all "
        "weights; layers such as BatchNormalization do it inside a model.",
        formula="x' = (x - min) / (max - min)",
        latex=r"x' = \frac{x - \min x}{\max x - \min x}",
        example=">>> import heron\n>>> heron.layers.Rescaling(1 / 255)([[0.0, 255.0]]).tolist()\n[[0.0, 1.0]]",
        see=("standardization", "learning rate"),
        also=("scaling", "rescaling", "batch normalization", "normalisation", "min-max scaling"),
    ),
    Term(
        "standardization",
        "Bringing each column to mean 0 and standard deviation 1.",
        formula="x' = (x - mean) / std",
        latex=r"x' = \frac{x - \mu}{\sigma}",
        example=">>> import numpy as np\n>>> x = np.array([1.0, 2.0, 3.0])\n"
        ">>> ((x - x.mean()) / x.std()).round(2).tolist()\n"
        "[-1.22, 0.0, 1.22]",
        see=("normalization", "features"),
        also=("standardisation", "z-score", "zscore"),
    ),
    Term(
        "NaN",
        '"Not a number": what a missing value is read as, and what becomes of 0/0 or infinity minus infinity. One of '
        "them in x, or steps that are too large, make the loss NaN, and then nothing is learned.",
        example=">>> import numpy as np\n>>> bool(np.nan == np.nan), np.isfinite([1.0, np.nan, np.inf]).tolist()\n"
        "(False, [True, False, False])",
        see=("learning rate", "normalization"),
        also=("nan", "not a number", "inf", "infinity", "missing value"),
    ),
    Term(
        "training set",
        "The samples from which the weights are learned.",
        picture=pictures.splits,
        see=("validation set", "test set", "epoch"),
        also=("training data", "train set"),
    ),
    Term(
        "validation set",
        "Samples kept out of training, on which one sees after each epoch how the model does on what is new, to choose "
        "settings and when to stop.",
        example=">>> import numpy as np, heron\n"
        ">>> model = heron.Sequential([heron.Input((1,)), heron.layers.Dense(1)])\n"
        ">>> model.compile('sgd', 'mse')\n>>> x = np.arange(10.0) / 10\n"
        ">>> sorted(model.fit(x, x, validation_split=0.2, verbose=0).history)\n['loss', 'val_loss']",
        picture=pictures.splits,
        see=("training set", "test set", "early stopping", "overfitting"),
        also=("validation data", "validation split", "val_loss", "holdout", "dev set"),
    ),
    Term(
        "test set",
        "Samples that are looked at once, at the very end: what the model does on them is what it will do on new data.",
        picture=pictures.splits,
        see=("validation set", "generalisation", "inference"),
        also=("test data",),
    ),
    Term(
        "augmentation",
        "Making more samples of those there are by changes that leave the answer as it is: a cat that is mirrored "
        "is a cat.",
        see=("image augmentation", "overfitting", "regularization"),
        also=("data augmentation",),
    ),
    Term(
        "image augmentation",
        "Pictures turned, mirrored, shifted or zoomed by chance during training, so that the model learns what "
        "does not "
        "matter.",
        example=">>> import heron\n>>> flip = heron.layers.RandomFlip('horizontal')\n"
        ">>> flip([[[[1.0], [2.0]]]], training=False).shape  # in use, pictures stay whole\n(1, 1, 2, 1)",
        see=("augmentation", "overfitting"),
        also=("picture augmentation", "ImageDataGenerator"),
    ),
    Term(
        "token",
        "A piece of text with a number: a word, a part of one, or a letter.",
        example=">>> vocabulary = ['', '[UNK]', 'the', 'cat']\n"
        ">>> [vocabulary.index(word) for word in 'the cat'.split()]\n[2, 3]",
        see=("vocabulary", "embedding", "sequence"),
        also=("token id", "tokenizer", "tokenization"),
    ),
    Term(
        "vocabulary",
        "All the tokens that a model knows, in the order of their numbers; all others are one unknown token.",
        see=("token", "embedding"),
        also=("vocab", "dictionary"),
    ),
    Term(
        "sequence",
        "Values in an order that matters: words, days, notes; an axis of steps between samples and features.",
        formula="(samples, steps, features)",
        example=">>> import numpy as np\n>>> np.zeros((32, 8))[..., None].shape  # 8 steps of one feature\n(32, 8, 1)",
        see=("recurrent", "LSTM", "padding", "mask"),
        also=("time series", "timestep", "time step", "steps"),
    ),
    Term(
        "padding",
        "Filling up with zeros: short sequences to the length of the longest, or the rim of a picture so that a "
        "convolution keeps its size.",
        example=">>> import heron\n>>> heron.utils.pad_sequences([[7, 2], [3]]).tolist()\n[[7, 2], [0, 3]]",
        picture=pictures.padding,
        see=("mask", "sequence", "convolution"),
        also=("pad", "pad_sequences", "same", "valid", "zero padding"),
    ),
    Term(
        "mask",
        "Says which steps of a sequence are real and which are padding, so that layers leave the padding out.",
        example=">>> import numpy as np\n>>> (np.array([[7, 2, 0], [3, 0, 0]]) != 0).tolist()\n"
        "[[True, True, False], [True, False, False]]",
        see=("padding", "sequence"),
        also=("masking", "mask_zero"),
    ),
)
