import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
from predict_clock import MANY_IMAGES, ONE_IMAGE, ONE_NUMBER, seconds_of, seconds_of_other_sizes
from reporting import report

line = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
clothes = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
report(
    line=seconds_of(lambda row: line.predict(row, verbose=0), ONE_NUMBER),
    clothes=seconds_of(lambda row: clothes.predict(row, verbose=0), ONE_IMAGE),
    many=seconds_of(lambda rows: clothes.predict(rows, verbose=0), MANY_IMAGES),
    others=seconds_of_other_sizes(lambda rows: clothes.predict(rows, verbose=0)),
)
