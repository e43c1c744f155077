import sys

from reporting import report
from resident import COURSES

import heron


def make():
    model = heron.Sequential([heron.Input((20,)), heron.layers.Dense(16, activation="relu"), heron.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    return model


report(**COURSES[sys.argv[1]](make))
