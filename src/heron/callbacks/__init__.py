"""Callbacks: what `fit`, `evaluate` and `predict` tell about, and those who listen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heron.callbacks.backup_and_restore import BackupAndRestore
from heron.callbacks.callback import Callback, CallbackList
from heron.callbacks.csv_logger import CSVLogger
from heron.callbacks.early_stopping import EarlyStopping
from heron.callbacks.history import History
from heron.callbacks.lambda_callback import LambdaCallback
from heron.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from heron.callbacks.model_checkpoint import ModelCheckpoint
from heron.callbacks.orbax_checkpoint import OrbaxCheckpoint
from heron.callbacks.progbar_logger import ProgbarLogger
from heron.callbacks.remote_monitor import RemoteMonitor
from heron.callbacks.swap_ema_weights import SwapEMAWeights
from heron.callbacks.tensor_board import TensorBoard
from heron.callbacks.terminate_on_nan import TerminateOnNaN
from heron.errors import missing_name

# Not published to `heron.registry`: a callback is never part of a model file, so no file may name one.
__all__ = [
    "BackupAndRestore",
    "Callback",
    "CallbackList",
    "CSVLogger",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "OrbaxCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
