import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
from transformer_fit import train

train(keras, steps_per_execution=int(sys.argv[3]))
