# %% [markdown]
# # A network by hand
#
# Two tables of weights and twenty lines of NumPy learn XOR.
#
# After this lesson you can write a network and its back-propagation yourself, and
# know what `fit` does for you.

# %% tags=["parameters"]
EPOCHS = 1500
SEED = 1
FOLDER = "heron-by_hand"

# %% [markdown]
# XOR again: 1 when the two inputs differ. X has a row for each example. A third
# column of ones gives each neuron something to add that is always there: a
# [bias](glossary:bias).

# %%
import numpy as np

X = np.array([[0.0, 0, 1],
              [0.0, 1, 1],
              [1.0, 0, 1],
              [1.0, 1, 1]])
y = np.array([[0.0], [1.0], [1.0], [0.0]])

# %% [markdown]
# The [sigmoid](glossary:sigmoid) squeezes any number between 0 and 1, and its slope
# can be computed from its own value, which will save work:
#
# - σ(z) = 1 / (1 + e⁻ᶻ)
# - σ'(z) = σ(z) · (1 − σ(z))

# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))     # σ(z)


def slope(s):                       # of a value s = σ(z)
    return s * (1 - s)              # σ'(z)

# %% [markdown]
# Two tables of [weights](glossary:weights-and-biases), of random numbers: W1 leads
# from 3 inputs to 4 hidden [neurons](glossary:neuron), W2 from these to 1 output.

# %%
random = np.random.default_rng(SEED)
W1 = random.random((3, 4))
W2 = random.random((4, 1))
first_W1, first_W2 = W1, W2         # for later

# %% [markdown]
# Forward: inputs times weights, summed up, squeezed; and once more. `@` multiplies
# two tables: each row of the first with each column of the second.
#
# - H = σ(X W1)
# - O = σ(H W2)

# %%
def forward(X, W1, W2):
    H = sigmoid(X @ W1)             # H = σ(X W1)      (4, 4)
    O = sigmoid(H @ W2)             # O = σ(H W2)      (4, 1)
    return H, O

# %% [markdown]
# The [loss](glossary:loss) says how wrong the answers O are: L = Σ (O − y)². In which
# direction does each weight change it? Calculus answers backwards, by the chain rule,
# from the loss to the weights. That is [back-propagation](glossary:backpropagation);
# each result is called a [gradient](glossary:gradient):
#
# - ∂L/∂O = 2 (O − y)
# - D2 = ∂L/∂O · σ'(H W2), what reaches the output neuron
# - ∂L/∂W2 = Hᵀ D2
# - D1 = (D2 W2ᵀ) · σ'(X W1), what reaches the hidden neurons
# - ∂L/∂W1 = Xᵀ D1

# %%
def backward(X, y, W2, H, O):
    D2 = 2 * (O - y) * slope(O)     # ∂L/∂O · σ'(H W2)     (4, 1)
    D1 = (D2 @ W2.T) * slope(H)     # (D2 W2ᵀ) · σ'(X W1)  (4, 4)
    return X.T @ D1, H.T @ D2       # ∂L/∂W1, ∂L/∂W2

# %% [markdown]
# Learning: take a step downhill, against the gradient, again and again:
#
# - W1 ← W1 − η ∂L/∂W1
# - W2 ← W2 − η ∂L/∂W2
#
# η is the [learning rate](glossary:learning-rate), here 1. One
# [epoch](glossary:epoch) is one look at all four examples.

# %%
def learn(X, y, W1, W2, epochs):
    losses = []
    for epoch in range(epochs):
        H, O = forward(X, W1, W2)
        losses.append(((O - y) ** 2).sum())          # L = Σ (O − y)²
        to_W1, to_W2 = backward(X, y, W2, H, O)
        W1 = W1 - to_W1                              # W1 ← W1 − η ∂L/∂W1
        W2 = W2 - to_W2                              # W2 ← W2 − η ∂L/∂W2
    return W1, W2, losses


W1, W2, losses = learn(X, y, W1, W2, EPOCHS)
print(f"loss: {losses[0]:.4f} before, {losses[-1]:.4f} at the end")

# %% [markdown]
# What does it answer now?

# %%
answers = forward(X, W1, W2)[1]
for row, said, right in zip(X, answers, y):
    print(f"{row[0]:.0f} xor {row[1]:.0f} is {right[0]:.0f}; it says {said[0]:.3f}")

# %% [markdown]
# The loss as a picture. It lies on a plateau for a while: all four answers are near
# a half there. Then the neurons find their parts and it falls.

# %%
from heron import plot

file = FOLDER + "/loss.png"
plot.history({"loss": losses}, path=file)
print("Picture:", file)

# %% [markdown]
# Now the same with heron. Two [dense](glossary:dense) layers without a bias of their
# own are the two tables. They get the same first weights, and `fit` takes one step
# of size 1. How far it moved each weight is the gradient that heron computed; nobody
# told it a derivative.

# %%
import heron
from heron.layers import Dense


def sum_of_squares(y_true, y_pred):
    return heron.ops.sum((y_pred - y_true) ** 2)


model = heron.Sequential([
    heron.Input((3,)),
    Dense(4, activation="sigmoid", use_bias=False),
    Dense(1, activation="sigmoid", use_bias=False),
])
model.set_weights([first_W1, first_W2])
sgd = heron.optimizers.SGD(learning_rate=1.0)
model.compile(optimizer=sgd, loss=sum_of_squares)
model.fit(X, y, batch_size=4, epochs=1, verbose=0)
moved_W1, moved_W2 = model.get_weights()

H, O = forward(X, first_W1, first_W2)
to_W1, to_W2 = backward(X, y, first_W2, H, O)
print("gradient of W2 by hand: ", to_W2.ravel().round(4))
print("gradient of W2 by heron:", (first_W2 - moved_W2).ravel().round(4))

# %% [markdown]
# The numbers are equal, those of W1 too. And if heron goes on for as many epochs as
# the program above? It ends with the same answers.

# %%
same_W1 = np.allclose(to_W1, first_W1 - moved_W1, atol=1e-5)
same_W2 = np.allclose(to_W2, first_W2 - moved_W2, atol=1e-5)
print("the same gradients:", same_W1 and same_W2)

model.fit(X, y, batch_size=4, epochs=EPOCHS - 1, verbose=0)
by_heron = model.predict(X)
print("by hand: ", answers.ravel().round(3))
print("by heron:", by_heron.ravel().round(3))

# %% tags=["promise"]
promised = {
    "the rounded answers are 0, 1, 1, 0": (answers.round() == y).all(),
    "the gradients by hand are those of heron": same_W1 and same_W2,
    "after as many epochs heron gives the same answers":
        np.allclose(by_heron, answers, atol=0.01),
}

# %% [markdown] tags=["experiment"]
# Take one hidden neuron instead of four. How many of the four answers are right?
#
# - a) four: one is enough
# - b) fewer than four
# - c) four, but it takes twice as long

# %% tags=["experiment"]
one = np.random.default_rng(SEED)
narrow = learn(X, y, one.random((3, 1)), one.random((1, 1)), 2 * EPOCHS)
said = forward(X, *narrow[:2])[1]
right = int((said.round() == y).sum())
print(right, "of 4 are right:", said.ravel().round(3))
answer = "b" if right < 4 else "a"

# %% [markdown] tags=["experiment"]
# Let all weights be 0 in the beginning instead of random. What does it learn?
#
# - a) the same, from another start
# - b) the same, and sooner: nothing has to be unlearned
# - c) nothing: its answers stay at a half

# %% tags=["experiment"]
empty = learn(X, y, np.zeros((3, 4)), np.zeros((4, 1)), EPOCHS)
said = forward(X, *empty[:2])[1]
print("its answers:", said.ravel().round(3))
print("its hidden neurons have the same weights:", np.ptp(empty[0], axis=1).max() == 0)
answer = "c" if np.allclose(said, 0.5, atol=0.05) else "a"

# %% [markdown] tags=["experiment"]
# Let the network walk in steps of 50 times the gradient, where it takes 1. Does it
# get there 50 times as fast?
#
# - a) yes
# - b) no: it is thrown to a place where the slopes are 0, and stays
# - c) it learns as before: only the direction counts

# %% tags=["experiment"]
far_W1, far_W2 = first_W1, first_W2
for epoch in range(EPOCHS):
    H, O = forward(X, far_W1, far_W2)
    to_W1, to_W2 = backward(X, y, far_W2, H, O)
    far_W1, far_W2 = far_W1 - 50 * to_W1, far_W2 - 50 * to_W2
said = forward(X, far_W1, far_W2)[1]
print("its answers:", said.ravel().round(3))
print("the largest slope that is left:", slope(said).max())
answer = "a" if (said.round() == y).all() else "b"
