# %% [markdown]
# # House prices
#
# A net learns prices from a table, and names a price for a house that is not in it.
#
# After this lesson you can predict a number from the columns of a table, and say how
# wrong the prediction is likely to be.

# %% tags=["parameters"]
EPOCHS = 100
SEED = 1
FOLDER = "heron-houses"

# %% [markdown]
# The table has 506 rows, one for each district of Boston in 1970, and the typical price
# of a house there, in thousands of dollars. 404 rows are for learning, 102 for testing.

# %%
import numpy as np

from heron.datasets import boston_housing

(x_train, y_train), (x_test, y_test) = boston_housing.load_data()
names = list(boston_housing.FEATURE_NAMES)
print("columns:", *names)
print("for learning:", x_train.shape, "for testing:", x_test.shape)

# %% [markdown]
# **Look at the columns before you use them.** Column `B` was computed from the share of
# Black people in a district: whoever made the table took it for granted that skin
# colour makes prices. A net would learn that, and pass it on. Take it out. (`LSTAT`,
# the share of poor people, stays; would you use it to decide about anybody's house?)

# %%
keep = [names.index(name) for name in names if name != "B"]
x_train, x_test = x_train[:, keep], x_test[:, keep]
names.remove("B")
print("left:", *names)

# %% [markdown]
# The columns live on different scales: taxes around 400, pollution (`NOX`) around
# 0.5. A net learns badly from that. `Normalization` measures mean and spread of each
# column in the [training data](glossary:training-set), and makes numbers around 0 of
# all of them ([standardization](glossary:standardization)).

# %%
import heron
from heron import layers, plot

for name in ["TAX", "NOX", "RM"]:
    column = x_train[:, names.index(name)]
    print(f"{name:4} mean {column.mean():6.2f}  spread {column.std():6.2f}")


def make_model(x, normalize=True):
    heron.utils.set_random_seed(SEED)
    model = heron.Sequential([heron.Input((x.shape[1],))])
    if normalize:
        normalization = layers.Normalization()
        normalization.adapt(x)
        model.add(normalization)
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(1))  # one number, any size: no activation
    model.compile(heron.optimizers.Adam(0.003), loss="mse", metrics=["mae"])
    return model

# %% [markdown]
# The answer is a number and no class. This is called
# [regression](glossary:regression). The [loss](glossary:loss) is the mean of the
# squared errors ([mean squared error](glossary:mean-squared-error)); the
# [metric](glossary:metric) `mae`, the mean absolute error, is for us to read: by how
# many thousands of dollars it is wrong on average.

# %%
model = make_model(x_train)
history = model.fit(x_train, y_train, validation_split=0.2, epochs=EPOCHS, verbose=0)
file = f"{FOLDER}/training.png"
plot.history(history, "mae", path=file)
print("Picture:", file)

# %% [markdown]
# How wrong is it? Say it for the districts that it learned from, and for those that it
# has never seen. The second number counts. And compare it with a guess that needs no
# net: always the mean price.

# %%
train_error = model.evaluate(x_train, y_train, verbose=0)[1]
test_error = model.evaluate(x_test, y_test, verbose=0)[1]
guess_error = np.abs(y_test - y_train.mean()).mean()
print(f"training error: {1000 * train_error:5,.0f} dollars")
print(f"test error:     {1000 * test_error:5,.0f} dollars")
print(f"always the mean: {1000 * guess_error:,.0f} dollars")

# %% [markdown]
# Every test district is a point: what it cost and what the net says, its
# [prediction](glossary:prediction). On the line it is right. The points at 50 were
# cut off there by the people who made the table.

# %%
predictions = model.predict(x_test)[:, 0]
file = f"{FOLDER}/prices.png"
with plot.subplots(figsize=(6, 6), path=file) as (figure, ax):
    ax.scatter(y_test, predictions)
    ax.plot([0, 55], [0, 55], color="black", linewidth=1)
    ax.set(xlabel="price, in 1,000 dollars", ylabel="what the net says", aspect="equal",
           title=f"102 unseen districts: mean error {1000 * test_error:,.0f} dollars")
print("Picture:", file)

# %% [markdown]
# Now a house that is in no table: seven rooms, quiet streets, clean air. One house is a
# table with one row, so there are two pairs of brackets.

# %%
house = {
    "CRIM": 0.1, "ZN": 20, "INDUS": 5, "CHAS": 0, "NOX": 0.45, "RM": 7, "AGE": 40,
    "DIS": 5, "RAD": 4, "TAX": 300, "PTRATIO": 16, "LSTAT": 6,
}
row = [[house[name] for name in names]]
price = float(model.predict(row)[0, 0])
print(f"{1000 * price:,.0f} dollars, give or take {1000 * test_error:,.0f}, in 1970")

# %% tags=["promise"]
promised = {
    "the error on unseen districts is below 3,500 dollars": test_error < 3.5,
    "that is less than half the error of always guessing the mean":
        test_error < guess_error / 2,
    "the house that is in no table costs between 20,000 and 45,000 dollars":
        20 < price < 45,
}

# %% [markdown] tags=["experiment"]
# Build the same house with eight rooms in place of seven (`RM`). What does the net say?
#
# - a) it gets cheaper
# - b) about the same, within 500 dollars
# - c) it gets dearer

# %% tags=["experiment"]
bigger = {**house, "RM": 8}
more = float(model.predict([[bigger[name] for name in names]])[0, 0]) - price
print(f"{1000 * more:+,.0f} dollars")
answer = "b" if abs(more) < 0.5 else "c" if more > 0 else "a"

# %% [markdown] tags=["experiment"]
# Leave `Normalization` out. What happens to the error on unseen districts?
#
# - a) hardly anything: it changes by less than a tenth
# - b) it grows by more than a tenth
# - c) it falls by more than a tenth

# %% tags=["experiment"]
raw = make_model(x_train, normalize=False)
raw.fit(x_train, y_train, validation_split=0.2, epochs=EPOCHS, verbose=0)
raw_error = raw.evaluate(x_test, y_test, verbose=0)[1]
print(f"{1000 * test_error:,.0f} dollars become {1000 * raw_error:,.0f}")
change = raw_error / test_error
answer = "b" if change > 1.1 else "c" if change < 0.9 else "a"

# %% [markdown] tags=["experiment"]
# What has the fairer table cost? Train with column `B` once more. Is the error on
# unseen districts lower by a tenth or more?
#
# - a) yes
# - b) no

# %% tags=["experiment"]
(all_train, _), (all_test, _) = boston_housing.load_data()
unfair = make_model(all_train)
unfair.fit(all_train, y_train, validation_split=0.2, epochs=EPOCHS, verbose=0)
unfair_error = unfair.evaluate(all_test, y_test, verbose=0)[1]
print(f"with B: {1000 * unfair_error:,.0f} dollars, without: {1000 * test_error:,.0f}")
answer = "a" if unfair_error <= 0.9 * test_error else "b"
