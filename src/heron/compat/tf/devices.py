"""`tf.config` and `tf.test`: which devices there are. JAX chooses; what would set something does nothing."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import jax

PhysicalDevice = namedtuple("PhysicalDevice", "name device_type")
LogicalDevice = namedtuple("LogicalDevice", "name device_type")


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices, of one kind (`"CPU"`, `"GPU"`, `"TPU"`) or of all."""
    kinds = {"cpu": "CPU", "gpu": "GPU", "cuda": "GPU", "rocm": "GPU", "tpu": "TPU"}
    found = [kinds.get(one.platform, one.platform.upper()) for one in jax.devices()]
    if "CPU" not in found:
        found.insert(0, "CPU")
    named = [PhysicalDevice(f"/physical_device:{kind}:{found[:i].count(kind)}", kind) for i, kind in enumerate(found)]
    return [one for one in named if device_type in (None, one.device_type)]


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The same."""
    return [
        LogicalDevice(one.name.replace("physical_", ""), one.device_type) for one in list_physical_devices(device_type)
    ]


get_visible_devices = list_physical_devices


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Nothing: JAX chooses."""


set_memory_growth = set_visible_devices = set_logical_device_configuration = set_virtual_device_configuration = _nothing
set_soft_device_placement = set_intra_op_parallelism_threads = set_inter_op_parallelism_threads = set_jit = _nothing
enable_op_determinism = run_functions_eagerly = experimental_run_functions_eagerly = _nothing


def functions_run_eagerly() -> bool:
    """True: functions run as they are written."""
    return True


def is_gpu_available(*args: Any, **kwargs: Any) -> bool:
    """Whether there is a GPU."""
    return bool(list_physical_devices("GPU"))


def is_built_with_cuda() -> bool:
    """Whether there is a GPU."""
    return is_gpu_available()


def is_built_with_gpu_support() -> bool:
    """Whether there is a GPU."""
    return is_gpu_available()


def gpu_device_name() -> str:
    """`"/device:GPU:0"`, or nothing."""
    return "/device:GPU:0" if is_gpu_available() else ""


GONE = {
    "experimental_connect_to_cluster": "A program runs on one machine.\nLeave it out.",
    "TestCase": "Write unittest.TestCase.",
}

__all__ = (
    "LogicalDevice PhysicalDevice enable_op_determinism experimental_run_functions_eagerly functions_run_eagerly "
    "get_visible_devices gpu_device_name is_built_with_cuda is_built_with_gpu_support is_gpu_available "
    "list_logical_devices list_physical_devices run_functions_eagerly set_inter_op_parallelism_threads "
    "set_intra_op_parallelism_threads set_jit set_logical_device_configuration set_memory_growth "
    "set_soft_device_placement set_virtual_device_configuration set_visible_devices"
).split()
