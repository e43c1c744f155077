from recurrent_fit import train

import heron

train(heron)
