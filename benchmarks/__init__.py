"""heron beside its peers: each measure runs all of them in turn, in one call, on the same machine.

`python -m benchmarks` runs everything; `python -m benchmarks line predict --repeats 3 --markdown` a part of it.
"""
