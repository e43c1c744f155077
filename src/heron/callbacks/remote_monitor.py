"""Sending the logs to a server."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

import numpy as np

from heron.callbacks.callback import Callback, Logs
from heron.errors import note
from heron.registry import Configurable
from heron.validate import BOOL, TEXT, Rule

_SECONDS = 10.0
_ROOT = Rule(
    "an address that begins with http:// or https://",
    lambda v: isinstance(v, str) and v.startswith(("http://", "https://")),
    ("http://localhost:9000",),
    ("localhost:9000", "file:///etc", None, 9000),
    lambda v: f"Write 'http://{v}'." if isinstance(v, str) and "://" not in v else "",
)
_HEADERS = Rule(
    "a dict of strings",
    lambda v: isinstance(v, Mapping) and all(isinstance(part, str) for pair in v.items() for part in pair),
    ({}, {"Authorization": "Bearer 1"}),
    ("a", {"a": 1}, [("a", "b")]),
)


class RemoteMonitor(Configurable, Callback):
    """Sends the logs of every epoch to a server, by HTTP POST.

    What is sent is a JSON object with `epoch` (from 0) and the logs by name. A server that cannot be reached, does not
    answer within 10 seconds, or answers with an error, is noted; training goes on.

    Args:
        root: the address of the server. Default `"http://localhost:9000"`.
        path: what stands behind it. Default `"/publish/epoch/end/"`.
        field: the field of the form in which the JSON text is sent, without `send_as_json`. Default `"data"`.
        headers: further headers of the request.
        send_as_json: send JSON as it is, as `application/json`, and not in a form. Default False.

    Source: `keras.callbacks.RemoteMonitor`.

    Example:
    >>> RemoteMonitor("http://localhost:8000", send_as_json=True)
    RemoteMonitor(root='http://localhost:8000', send_as_json=True)
    """

    rules = {"root": _ROOT, "path": TEXT, "field": TEXT, "headers": _HEADERS.or_none(), "send_as_json": BOOL}

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        text = json.dumps({"epoch": epoch} | {name: _plain(value) for name, value in (logs or {}).items()})
        body = text if self.send_as_json else urllib.parse.urlencode({self.field: text})
        kind = "application/json" if self.send_as_json else "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind} | dict(self.headers or {})
        address = self.root + self.path
        try:
            request = urllib.request.Request(address, body.encode(), headers, method="POST")
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                answer.read()
        except (OSError, ValueError, http.client.HTTPException) as error:
            note(f"RemoteMonitor could not send the logs of epoch {epoch + 1} to {address}: {error}. Training goes on.")


def _plain(value: Any) -> Any:
    """A number or list of numbers that JSON has."""
    return np.asarray(value).tolist() if hasattr(value, "dtype") else value
