"""Names and classes: every object is its constructor call, written down as a config and read back safely.

`Configurable` remembers the arguments an object was made with; `serialize` turns an object into plain data,
`deserialize` turns the data back, taking classes only from heron's own published tables and from what the caller
registered or passed as `custom_objects`. Nothing is ever imported by a name found in a config.
"""

from __future__ import annotations

from heron.registry.configs import deserialize, resolve, serialize, sharing
from heron.registry.configurable import Configurable, accepted_arguments, accepts_anything, argument_defaults
from heron.registry.forgiving import forgiving
from heron.registry.names import (
    custom_object,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    publish,
    published,
    register_keras_serializable,
)

__all__ = [
    "Configurable",
    "accepted_arguments",
    "accepts_anything",
    "argument_defaults",
    "custom_object",
    "custom_object_scope",
    "deserialize",
    "forgiving",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "publish",
    "published",
    "register_keras_serializable",
    "resolve",
    "serialize",
    "sharing",
]
