"""A lesson that runs at once: two numbers, a picture, a promise, two experiments."""

from __future__ import annotations

PICTURE = "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8db00000000049454e44ae426082"  # noqa: E501
TEXT = f'''# %% [markdown]
# # Mini
#
# A short one.
#
# After this lesson you can count to
# seven.
#
# More of it.

# %% tags=["parameters"]
EPOCHS = 5
SEED = 2
FOLDER = "heron-mini"

# %% [markdown]
# **Numbers** and an [epoch](glossary:epoch), of a [learning
# rate](glossary:learning-rate).

# %% tags=["long-output"]
total = EPOCHS + SEED
for number in range(20):
    print("line", number)

# %%
with open(FOLDER + "/dot.png", "wb") as file:
    file.write(bytes.fromhex("{PICTURE}"))
print("Picture:", FOLDER + "/dot.png")

# %% tags=["promise"]
promised = {{"five and two are seven": total == 7}}

# %% [markdown] tags=["experiment"]
# Add one. What comes
# out?
#
# - a) seven
# - b) eight, as
#   one expects

# %% tags=["experiment"]
total = total + 1
print("total:", total)
answer = "b" if total == 8 else "a"

# %% [markdown] tags=["experiment"]
# And without it?
#
# - a) seven
# - b) eight
# - c) nine

# %% tags=["experiment"]
print("total:", total)
answer = "a" if total == 7 else "c"
'''
