# %% [markdown]
# # Noughts and crosses
#
# The computer plays against itself at random, learns from how it ended, and never
# loses.
#
# After this lesson you can make a net that judges positions of a game, build a player
# on it, and play against it.

# %% tags=["parameters"]
EPOCHS = 80
SEED = 1
FOLDER = "heron-noughts"

# %% [markdown]
# Nobody tells the computer how to play well. It gets the rules: where a line is, and
# when a game is over.
#
# A board is nine numbers: 1 for a stone of the player who has just moved, -1 for a
# stone of the other one, 0 for a free square. Many boards lie in one array, so NumPy
# can play thousands of games at once.

# %%
import numpy as np

LINES = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8],
                  [0, 4, 8], [2, 4, 6]])
rng = np.random.default_rng(SEED)


def has_won(boards):
    return (boards[:, LINES].sum(axis=2) == 3).any(axis=1)


def at_random(boards):
    return np.where(boards == 0, rng.random(boards.shape), -1).argmax(axis=1)


def games(first, second, count):
    """Plays games; returns all positions, their labels, and the results for `first`."""
    boards, alive = np.zeros((count, 9), int), np.arange(count)
    results, seen = np.zeros(count, int), []
    for turn in range(9):
        player, sign = (first, 1) if turn % 2 == 0 else (second, -1)
        moves = player(-boards[alive])  # the board as the player to move sees it
        boards[alive] *= -1
        boards[alive, moves] = 1
        seen.append((boards[alive].copy(), alive, sign))
        won = has_won(boards[alive])
        results[alive[won]] = sign
        alive = alive[~won]
    positions = np.concatenate([position for position, _, _ in seen])
    labels = np.concatenate([sign * results[game] for _, game, sign in seen])
    return positions, labels, results

# %% [markdown]
# Two players who draw their moves by lot play 100,000 games. Each position gets a
# [label](glossary:labels): 1 if the player who has just moved won that game in the end,
# -1 if that player lost, 0 for a draw.

# %%
positions, labels, results = games(at_random, at_random, 100_000)
print(f"{len(positions):,} positions; the first player won {(results == 1).mean():.0%}"
      f" of the games and lost {(results == -1).mean():.0%}")

# %% [markdown]
# The same position comes up in many games, won ones and lost ones. The mean of its
# labels says how good it is. A board that is turned or mirrored is just as good, so all
# eight views of it count together.

# %%
squares = np.arange(9).reshape(3, 3)
views = [np.rot90(s, turns).ravel() for s in (squares, squares.T) for turns in range(4)]
powers = 3 ** np.arange(9)  # a board as one number: its squares are the digits

sums, counts = np.zeros(3 ** 9), np.zeros(3 ** 9)
for view in views:
    numbers = (positions[:, view] + 1) @ powers
    sums += np.bincount(numbers, labels, minlength=3 ** 9)
    counts += np.bincount(numbers, minlength=3 ** 9)
known = np.flatnonzero(counts)
boards = known[:, None] // powers % 3 - 1
values = sums[known] / counts[known]
print(f"{len(boards):,} different positions")

# %% [markdown]
# The net gets a board as 18 [features](glossary:features): where my stones are, where
# yours are. It gives one number ([tanh](glossary:tanh) at its end), near 1 for a
# position that wins, near -1 for one that loses.

# %%
import heron
from heron import layers, plot


def features(boards):
    return np.concatenate([boards == 1, boards == -1], axis=1).astype("float32")


def learned(boards, values, epochs):
    heron.utils.set_random_seed(SEED)
    model = heron.Sequential([
        heron.Input((18,)),
        layers.Dense(128, activation="relu"),
        layers.Dense(128, activation="relu"),
        layers.Dense(1, activation="tanh"),
    ])
    model.compile(heron.optimizers.Adam(0.003), "mse", metrics=["mae"])
    model.fit(features(boards), values, batch_size=64, epochs=epochs, verbose=0)
    return model


model = learned(boards, values, EPOCHS)
error = model.evaluate(features(boards), values, verbose=0)[1]
print(f"The net is wrong by {error:.2f} on average, on a scale from -1 to 1.")

# %% [markdown]
# Now a player. It tries every move and asks the net about the board after it. And it
# looks one step further: what is the other player's best answer to that, says the same
# net? It takes the move with the weakest best answer.

# %%
def after_each_move(boards):
    return np.minimum(boards[:, None, :] + np.eye(9, dtype=int), 1)  # (games, 9, 9)


def judged(model, boards):
    """The net's value of each move, without a look at the answer."""
    after = after_each_move(boards).reshape(-1, 9)
    said = model.predict(features(after), batch_size=8192, verbose=0).reshape(-1, 9)
    return np.where(boards == 0, said, -2)


def looked_ahead(model, boards):
    """The value of each move when the other player gives the best answer."""
    after = after_each_move(boards).reshape(-1, 9)
    answers = judged(model, -after).max(axis=1)
    over = has_won(after) | (after != 0).all(axis=1)
    worth = np.where(over, 2 * has_won(after), -answers).reshape(-1, 9)
    return np.where(boards == 0, worth, -3)


def computer(boards):
    return looked_ahead(model, boards).argmax(axis=1)

# %% [markdown]
# It starts in 500 games against a player who moves at random, and comes second in 500
# more.

# %%
starting = games(computer, at_random, 500)[2]
coming_second = -games(at_random, computer, 500)[2]
played = np.concatenate([starting, coming_second])
lost = int((played == -1).sum())
print(f"won {(played == 1).sum()}, drawn {(played == 0).sum()}, lost {lost}")

first_move = int(computer(np.zeros((1, 9), int))[0])
print("It opens with square", first_move + 1, "(5 is the centre).")

# %% [markdown]
# A picture of what it thinks of each move: on the empty board, when it must stop a line
# of three, and when there is a trap. In the last one a move to a corner loses: the
# other player would then threaten two lines at once.

# %%
shown = {
    "the first move": [0, 0, 0, 0, 0, 0, 0, 0, 0],
    "X must stop a line": [-1, -1, 0, 0, 1, 0, 0, 0, 0],
    "X avoids a trap": [-1, 0, 0, 0, 1, 0, 0, 0, -1],
}
file = f"{FOLDER}/moves.png"
with plot.subplots(1, 3, figsize=(11, 4.2), path=file) as (figure, axes):
    for ax, (title, board) in zip(axes, shown.items()):
        board = np.array(board)
        worth = looked_ahead(model, board[None])[0].clip(-1, 1)
        free = np.where(board == 0, worth, np.nan).reshape(3, 3)
        ax.imshow(free, cmap="PuOr_r", vmin=-2, vmax=2)
        for square in range(9):
            best = square == computer(board[None])[0]
            text = {1: "X", -1: "O", 0: f"{worth[square]:.2f}"}[int(board[square])]
            ax.text(square % 3, square // 3, text, ha="center", va="center",
                    size=30 if board[square] else 13, weight="bold" if best else "normal")
        ax.set(title=title, xticks=[0.5, 1.5], yticks=[0.5, 1.5], xticklabels=[], yticklabels=[])
        ax.grid(color="black")
        ax.tick_params(length=0)
print("Picture:", file)

# %% [markdown]
# Your turn. `play()` asks you for squares: 1 to 9, row by row. In a notebook write
# `play()` in a new cell. On the terminal make a file of this lesson, `heron learn
# noughts --no-run > noughts.py`, and start it with `python -i noughts.py`. Here
# somebody plays who answers at random.

# %%
def play(ask=input):
    board = np.zeros(9, int)  # 1: you, -1: the computer
    while True:
        square = ask("Your square, 1 to 9: ").strip()
        if square not in list("123456789") or board[int(square) - 1]:
            continue  # no free square: ask again
        board[int(square) - 1] = 1
        if not has_won(board[None])[0] and (board == 0).any():
            board[computer(-board[None])[0]] = -1
        rows = [[{1: "X", -1: "O", 0: "."}[int(stone)] for stone in row]
                for row in board.reshape(3, 3)]
        print("\n".join(" ".join(row) for row in rows), end="\n\n")
        if has_won(board[None])[0]:
            return print("You win!")
        if has_won(-board[None])[0]:
            return print("The computer wins.")
        if (board != 0).all():
            return print("A draw.")


play(ask=lambda question: str(rng.integers(1, 10)))

import sys

if sys.flags.interactive and sys.stdin.isatty():
    play()

# %% tags=["promise"]
promised = {
    "not one of 1,000 games against a random player is lost": lost == 0,
    "it takes the centre first": first_move == 4,
}

# %% [markdown] tags=["experiment"]
# Take the look at the other player's answer away: the move that the net itself likes
# best. How many of 1,000 games against the random player are lost?
#
# - a) none
# - b) some, but fewer than one in ten
# - c) more than one in ten

# %% tags=["experiment"]
def hasty(boards):
    return judged(model, boards).argmax(axis=1)


hasty_lost = int((games(hasty, at_random, 500)[2] == -1).sum()
                 + (games(at_random, hasty, 500)[2] == 1).sum())
print("lost:", hasty_lost)
answer = "a" if hasty_lost == 0 else "b" if hasty_lost < 100 else "c"

# %% [markdown] tags=["experiment"]
# Let the computer play against itself. Who wins?
#
# - a) the one who starts
# - b) the one who comes second
# - c) nobody

# %% tags=["experiment"]
result = int(games(computer, computer, 1)[2][0])
print({1: "The first player wins.", -1: "The second wins.", 0: "A draw."}[result])
answer = {1: "a", -1: "b", 0: "c"}[result]

# %% [markdown] tags=["experiment"]
# Learn from 30 random games in place of 100,000. The player looks at the answers as
# before. How many of 1,000 games does it lose now?
#
# - a) none
# - b) some, but fewer than half
# - c) more than half

# %% tags=["experiment"]
few, ends, _ = games(at_random, at_random, 30)
novice_model = learned(few, ends.astype(float), EPOCHS)


def novice(boards):
    return looked_ahead(novice_model, boards).argmax(axis=1)


novice_lost = int((games(novice, at_random, 500)[2] == -1).sum()
                  + (games(at_random, novice, 500)[2] == 1).sum())
print("lost:", novice_lost)
answer = "a" if novice_lost == 0 else "b" if novice_lost < 500 else "c"
