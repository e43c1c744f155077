"""Settings of the whole process, for users: those of `heron.settings`, and the dtype policy.

What is not in `__all__` is for heron's own modules.
"""

from __future__ import annotations

from heron.dtype_policies import dtype_policy, set_dtype_policy
from heron.settings import _settings as _settings
from heron.settings import auto_name as auto_name
from heron.settings import (
    compilation_cache,
    disable_flash_attention,
    disable_interactive_logging,
    disable_traceback_filtering,
    enable_flash_attention,
    enable_interactive_logging,
    enable_traceback_filtering,
    epsilon,
    floatx,
    image_data_format,
    is_flash_attention_enabled,
    is_interactive_logging_enabled,
    is_traceback_filtering_enabled,
    max_epochs,
    max_steps_per_epoch,
    set_compilation_cache,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    set_max_epochs,
    set_max_steps_per_epoch,
    set_random_seed,
)
from heron.settings import draw_seed as draw_seed
from heron.settings import is_new_complaint as is_new_complaint
from heron.settings import reset_names as reset_names
from heron.settings import snake_case as snake_case
from heron.settings import standardize_data_format as standardize_data_format

__all__ = [
    "compilation_cache",
    "disable_flash_attention",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_flash_attention",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_flash_attention_enabled",
    "is_interactive_logging_enabled",
    "is_traceback_filtering_enabled",
    "max_epochs",
    "max_steps_per_epoch",
    "set_compilation_cache",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
    "set_random_seed",
]
