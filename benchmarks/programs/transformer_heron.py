from transformer_fit import train

import heron

train(heron)
