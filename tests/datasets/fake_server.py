"""A server on this machine that serves files, and misbehaves as it is told."""

from __future__ import annotations

import contextlib
import re
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeServer:
    """Serves `files` by path; `faults` maps a path to what goes wrong there, one fault for each request in turn.

    Faults: `"cut N"` ends the connection after N bytes, `"hang"` answers nothing, `"trickle"` a byte now and then,
    `"status N"` another status, `"ignore range"`, `"wrong range"`, `"short length"`, `"long length"`, `"no length"`,
    `"redirect URL"`.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, list[str]] = {}
        self.requests: list[tuple[str, str | None]] = []  # path and Range
        self.stopped = threading.Event()
        self.etag = '"one"'
        self.delay = 0.0
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    server.answer(self)

            def log_message(self, *args: Any) -> None:
                """Tests are quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True

    def url(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.http.server_port}{path}"

    def serve(self, path: str, content: bytes, *faults: str) -> str:
        self.files[path] = content
        self.faults[path] = list(faults)
        return self.url(path)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path
        self.requests.append((path, request.headers.get("Range")))
        fault, _, value = (self.faults[path].pop(0) if self.faults.get(path) else "").partition(" ")
        request.close_connection = True
        time.sleep(self.delay)
        if fault == "hang":
            self.stopped.wait(30)
        elif fault == "status" or path not in self.files:
            request.send_response(int(value or 404))
            request.send_header("Retry-After", "0")
            request.send_header("Content-Length", "0")
            request.end_headers()
        elif fault == "redirect":
            request.send_response(302)
            request.send_header("Location", value)
            request.end_headers()
        else:
            self.send(request, self.files[path], f"{fault} {value}".strip())

    def send(self, request: BaseHTTPRequestHandler, content: bytes, fault: str) -> None:
        start = self.start_of(request, len(content)) if fault != "ignore range" else 0
        if start >= len(content) > 0:
            request.send_error(416)
            return
        body = content[start:]
        claimed = len(body) + {"short length": -3, "long length": 100}.get(fault, 0)
        request.send_response(206 if start else 200)
        if start:
            shown = start + 1 if fault == "wrong range" else start
            request.send_header("Content-Range", f"bytes {shown}-{len(content) - 1}/{len(content)}")
        if fault != "no length":
            request.send_header("Content-Length", str(claimed))
        request.send_header("ETag", self.etag)
        request.end_headers()
        if fault == "trickle":
            for i in range(len(body)):
                request.wfile.write(body[i : i + 1])
                if self.stopped.wait(0.05):
                    return
        cut = re.fullmatch(r"cut (\d+)", fault)
        request.wfile.write(body[: int(cut[1])] if cut else body)

    def start_of(self, request: BaseHTTPRequestHandler, size: int) -> int:
        found = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        same = request.headers.get("If-Range", self.etag) == self.etag
        return int(found[1]) if found and same else 0


@contextlib.contextmanager
def running(certificate: str | None = None) -> Iterator[FakeServer]:
    """A `FakeServer` in a thread; with the path of a certificate it speaks TLS."""
    server = FakeServer()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.http.socket = context.wrap_socket(server.http.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.http.shutdown()
        server.http.server_close()
        thread.join(5)
