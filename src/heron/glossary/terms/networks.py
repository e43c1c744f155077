"""Words for networks: what they are made of."""

from __future__ import annotations

from heron.glossary import pictures
from heron.glossary.term import Term

TERMS = (
    Term(
        "model",
        "Layers put together with weights: a function from inputs to predictions that can be trained.",
        example=">>> import heron\n>>> model = heron.Sequential([heron.Input((8,)), heron.layers.Dense(1)])\n"
        ">>> model.count_params()\n9",
        see=("layer", "compile", "weights and biases"),
        also=("network", "neural network", "net", "sequential"),
    ),
    Term(
        "layer",
        "One step of a model, from a tensor to a tensor, mostly with weights of its own.",
        see=("dense", "convolution", "model"),
        also=("layers",),
    ),
    Term(
        "hidden layer",
        "A layer between the first and the last; what it computes is nobody's answer, only a help on the way.",
        see=("layer", "neuron"),
    ),
    Term(
        "neuron",
        "One unit of a layer: it weighs its inputs, adds them up with a bias, and applies an activation.",
        formula="output = activation(w₁x₁ + w₂x₂ + … + b)",
        latex=r"a = f\left(\sum_i w_i x_i + b\right)",
        picture=pictures.neuron,
        see=("dense", "weights and biases", "activation"),
        also=("unit", "units", "node", "perceptron"),
    ),
    Term(
        "weight",
        "A number of a layer that training changes; how much an input counts.",
        see=("weights and biases", "gradient", "initializer"),
        also=("weights", "kernel of a layer", "parameter", "parameters", "variable"),
    ),
    Term(
        "bias",
        "The number that a neuron adds whatever its inputs; it shifts where the neuron begins to answer.",
        formula="w·x + b",
        latex=r"w^\top x + b",
        see=("weights and biases", "neuron"),
        also=("biases", "intercept", "offset"),
    ),
    Term(
        "weights and biases",
        "All the numbers of a model that training changes; together they are what has been learned.",
        formula="y = W·x + b",
        latex=r"y = W x + b",
        example=">>> import heron\n>>> layer = heron.layers.Dense(2)\n>>> layer.build((None, 3))\n"
        ">>> [w.shape for w in layer.get_weights()]\n[(3, 2), (2,)]",
        see=("weight", "bias", "dense"),
        also=("trainable variables",),
    ),
    Term(
        "initializer",
        "What draws the first weights, small and by chance, so that the neurons of a layer do not all learn the same.",
        example=">>> import heron\n>>> heron.initializers.get('zeros')((2,)).tolist()\n[0.0, 0.0]",
        see=("weight", "gradient descent"),
        also=("initialization", "glorot", "he initialization", "seed"),
    ),
    Term(
        "dense",
        "A layer each of whose neurons takes all inputs; also called fully connected.",
        formula="outputs = activation(inputs · W + b)",
        latex=r"Y = f(X W + b)",
        example=">>> import heron\n>>> heron.layers.Dense(3)([[1.0, 2.0]]).shape\n(1, 3)",
        see=("neuron", "flatten", "weights and biases"),
        also=("fully connected", "dense layer", "linear layer"),
    ),
    Term(
        "activation",
        "The function that a neuron applies to its sum; without one, many layers are no more than a single line.",
        picture=pictures.relu,
        see=("relu", "sigmoid", "softmax", "tanh"),
        also=("activation function", "nonlinearity"),
    ),
    Term(
        "relu",
        "The activation of most hidden layers: what is negative becomes 0, all else stays.",
        formula="relu(x) = max(0, x)",
        latex=r"\operatorname{relu}(x) = \max(0, x)",
        example=">>> import heron\n>>> heron.activations.relu([-2.0, 3.0]).tolist()\n[0.0, 3.0]",
        picture=pictures.relu,
        see=("activation", "sigmoid"),
        also=("rectified linear unit", "rectifier"),
    ),
    Term(
        "sigmoid",
        "Turns a score into a probability between 0 and 1: the activation at the end of a yes-or-no model.",
        formula="sigmoid(x) = 1 / (1 + e⁻ˣ)",
        latex=r"\sigma(x) = \frac{1}{1 + e^{-x}}",
        example=">>> import heron\n>>> heron.activations.sigmoid([0.0]).tolist()\n[0.5]",
        picture=pictures.sigmoid,
        see=("binary classification", "logits", "softmax"),
        also=("logistic", "logistic function"),
    ),
    Term(
        "tanh",
        "An activation between -1 and 1, used inside recurrent layers.",
        formula="tanh(x) = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)",
        latex=r"\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}",
        picture=pictures.tanh,
        see=("activation", "LSTM"),
        also=("hyperbolic tangent",),
    ),
    Term(
        "softmax",
        "Turns the scores of several classes into probabilities that add up to 1: the activation at the end of a "
        "classifier. Over a single unit it is always 1.",
        formula="softmax(z)ᵢ = e^zᵢ / (e^z₁ + e^z₂ + … + e^zₙ)",
        latex=r"\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
        example=">>> import heron\n>>> [round(float(p), 2) for p in heron.activations.softmax([[2.0, 1.0, -1.0]])[0]]\n"
        "[0.71, 0.26, 0.04]",
        picture=pictures.softmax,
        see=("logits", "cross-entropy", "sigmoid", "one-hot"),
        also=("soft max",),
    ),
    Term(
        "logits",
        "The scores of the last layer before softmax or sigmoid: any numbers, the largest being the likeliest class. A "
        "loss must be told of them: from_logits=True.",
        formula="probabilities = softmax(logits)",
        latex=r"p = \operatorname{softmax}(z)",
        example=">>> import heron\n>>> heron.losses.SparseCategoricalCrossentropy(from_logits=True).from_logits\nTrue",
        see=("softmax", "sigmoid", "cross-entropy"),
        also=("logit", "scores", "from_logits"),
    ),
    Term(
        "flatten",
        "Writing the axes of each sample one after the other, as a dense layer wants them.",
        example=">>> import heron, numpy as np\n>>> heron.layers.Flatten()(np.zeros((60, 28, 28))).shape\n(60, 784)",
        see=("dense", "shape", "pooling"),
        also=("flattening",),
    ),
    Term(
        "convolution",
        "A small filter slides over the picture and answers, place by place, how well it fits there; a layer has many "
        "filters and learns them.",
        formula="outᵢⱼ = Σₐ Σᵦ inᵢ₊ₐ,ⱼ₊ᵦ · filterₐᵦ",
        latex=r"y_{ij} = \sum_{a, b} x_{i+a,\, j+b}\, k_{ab}",
        example=">>> import heron, numpy as np\n>>> heron.layers.Conv2D(16, 3)(np.zeros((1, 28, 28, 1))).shape\n"
        "(1, 26, 26, 16)",
        picture=pictures.convolution,
        see=("filter", "pooling", "channel", "padding"),
        also=("convolutional", "conv2d", "cnn", "convolutional network", "conv"),
    ),
    Term(
        "filter",
        "The small table of weights that a convolution slides over its input; also called kernel.",
        picture=pictures.convolution,
        see=("convolution", "channel"),
        also=("kernel", "filters", "kernel_size", "feature detector"),
    ),
    Term(
        "pooling",
        "Makes a picture smaller by keeping of each little square one number: the largest, or the mean.",
        formula="outᵢⱼ = max of a 2 × 2 square",
        latex=r"y_{ij} = \max_{a, b \in \{0, 1\}} x_{2i+a,\, 2j+b}",
        example=">>> import heron, numpy as np\n>>> heron.layers.MaxPooling2D()(np.zeros((1, 28, 28, 8))).shape\n"
        "(1, 14, 14, 8)",
        picture=pictures.pooling,
        see=("convolution", "flatten"),
        also=("max pooling", "average pooling", "maxpooling", "maxpool", "downsampling"),
    ),
    Term(
        "embedding",
        "A layer that gives each token a row of numbers and learns them, so that words of like meaning get like rows. "
        "Its input_dim is the largest token id + 1.",
        formula="token i  →  row i of a table",
        latex=r"\operatorname{embed}(i) = E_i",
        example=">>> import heron\n>>> heron.layers.Embedding(input_dim=50, output_dim=4)([[7, 49]]).shape\n(1, 2, 4)",
        see=("token", "vocabulary", "one-hot"),
        also=("embeddings", "word vector", "word embedding"),
    ),
    Term(
        "recurrent",
        "Of a layer that reads a sequence step by step and keeps a memory; it gives its last step alone, or all of "
        "them with return_sequences=True.",
        formula="hₜ = f(W·xₜ + U·hₜ₋₁ + b)",
        latex=r"h_t = f(W x_t + U h_{t-1} + b)",
        example=">>> import heron, numpy as np\n>>> x = np.zeros((1, 8, 3))\n"
        ">>> heron.layers.SimpleRNN(4)(x).shape\n(1, 4)\n"
        ">>> heron.layers.SimpleRNN(4, return_sequences=True)(x).shape\n(1, 8, 4)",
        see=("LSTM", "sequence"),
        also=("rnn", "recurrent network", "return_sequences", "gru"),
    ),
    Term(
        "LSTM",
        "A recurrent layer with gates that decide what to remember and what to forget, so that it keeps things over "
        "many steps.",
        see=("recurrent", "sequence", "tanh"),
        also=("long short-term memory",),
    ),
    Term(
        "dropout",
        "Sets a share of the values to 0 by chance, in training only, so that the model does not lean on a few of "
        "them.",
        formula="Dropout(0.5): half of the values, drawn anew at each step",
        example=">>> import heron\n>>> heron.layers.Dropout(0.5)([[1.0, 1.0]], training=False).tolist()\n[[1.0, 1.0]]",
        see=("overfitting", "regularization"),
        also=("drop out",),
    ),
    Term(
        "transfer learning",
        "Taking a model that has learned on many data, and teaching only a new last layer on few of one's own.",
        see=("fine-tuning",),
        also=("pretrained", "pretrained model", "pre-trained"),
    ),
    Term(
        "fine-tuning",
        "Training a model that has learned already a little further, on one's own data and with a low learning rate.",
        example=">>> import heron\n>>> layer = heron.layers.Dense(1)\n>>> layer.trainable = False  # frozen\n"
        ">>> layer.build((None, 3))\n>>> len(layer.trainable_weights)\n0",
        see=("transfer learning", "learning rate"),
        also=("finetuning", "fine tune", "freeze", "frozen", "trainable"),
    ),
)
