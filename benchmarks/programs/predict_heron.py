from predict_clock import ONE_IMAGE, ONE_NUMBER, seconds_of
from reporting import report

import heron

line = heron.Sequential([heron.Input((1,)), heron.layers.Dense(1)])
clothes = heron.Sequential(
    [
        heron.Input((784,)),
        heron.layers.Dense(128, activation="relu"),
        heron.layers.Dense(10, activation="softmax"),
    ]
)
report(
    line=seconds_of(lambda row: line.predict(row, verbose=0), ONE_NUMBER),
    clothes=seconds_of(lambda row: clothes.predict(row, verbose=0), ONE_IMAGE),
)
