from predict_clock import MANY_IMAGES, ONE_IMAGE, ONE_NUMBER, seconds_of, seconds_of_other_sizes
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
    many=seconds_of(lambda rows: clothes.predict(rows, verbose=0), MANY_IMAGES),
    others=seconds_of_other_sizes(lambda rows: clothes.predict(rows, verbose=0)),
)
