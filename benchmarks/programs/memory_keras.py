import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
from reporting import report
from resident import COURSES


def make():
    model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    return model


report(**COURSES[sys.argv[1]](make))
