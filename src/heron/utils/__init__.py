"""Small helpers: seeds, class numbers, padding, pictures, boxes, registration of one's own classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heron.config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
    set_random_seed,
)
from heron.data.directories import (
    audio_dataset_from_directory,
    image_dataset_from_directory,
    text_dataset_from_directory,
)
from heron.data.py_dataset import PyDataset
from heron.data.splitting import split_dataset
from heron.data.timeseries import timeseries_dataset_from_array
from heron.datasets.get_file import get_file
from heron.errors import missing_name
from heron.models.drawing import model_to_dot, plot_model
from heron.ops.op import standardize_dtype
from heron.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from heron.registry import deserialize as deserialize_keras_object
from heron.registry import serialize as serialize_keras_object
from heron.symbolic import is_symbolic as is_keras_tensor
from heron.utils import bounding_boxes as bounding_boxes
from heron.utils.config import Config
from heron.utils.feature_space import FeatureSpace
from heron.utils.graphs import get_source_inputs
from heron.utils.images import array_to_img, img_to_array, load_img, save_img
from heron.utils.numerical import normalize, to_categorical
from heron.utils.progbar import Progbar
from heron.utils.sequences import pad_sequences
from heron.utils.session import clear_session
from heron.utils.triples import pack_x_y_sample_weight, unpack_x_y_sample_weight

__all__ = [
    "Config",
    "CustomObjectScope",
    "FeatureSpace",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "audio_dataset_from_directory",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "load_img",
    "model_to_dot",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]

CustomObjectScope = custom_object_scope
Sequence = PyDataset


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__, {"np_utils": "Write heron.utils.to_categorical(y)."})
