"""Recurrent layers."""

from __future__ import annotations

from heron.layers.recurrent.bidirectional import Bidirectional
from heron.layers.recurrent.conv_lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from heron.layers.recurrent.gru import GRU, GRUCell
from heron.layers.recurrent.lstm import LSTM, LSTMCell
from heron.layers.recurrent.rnn import RNN
from heron.layers.recurrent.simple_rnn import SimpleRNN, SimpleRNNCell
from heron.layers.recurrent.stacked_cells import StackedRNNCells
from heron.layers.recurrent.time_distributed import TimeDistributed

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "GRUCell",
    "LSTMCell",
    "SimpleRNN",
    "SimpleRNNCell",
    "StackedRNNCells",
    "TimeDistributed",
]
