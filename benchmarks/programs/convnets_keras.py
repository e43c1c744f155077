import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
from convnets_fit import train

train(keras)
