"""A file from an address on the network to a path on disk: whole, with the right checksum, or not there at all.

What has arrived is kept beside the target as `<name>.part`, and a later attempt asks the server for the rest (RFC 9110,
section 14). The file gets its name when it is complete and its checksum is right. One process downloads at a time; the
others wait for its file. Proxies are taken from the environment (`HTTPS_PROXY`, `NO_PROXY`), as `urllib` does.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heron import settings
from heron._version import __version__
from heron.datasets.locks import locked
from heron.datasets.transfer_line import TransferLine, size_text
from heron.errors import HeronError

if TYPE_CHECKING:
    from urllib.error import HTTPError

_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_BLOCK = 1 << 16
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for.

    Args:
        timeout: seconds without an answer, or without a byte, after which a connection is given up.
        attempts: how many connections in a row may bring next to nothing.
        connections: how many connections there may be in all.
        pause: seconds before the second attempt; each later pause is twice as long, up to `longest_pause`.
        longest_pause: the longest pause in seconds, also when the server asks for a longer one.
        slowest: bytes a second; a connection that brings less in the course of a `timeout` is given up.
    """

    timeout: float = 30.0
    attempts: int = 5
    connections: int = 100
    pause: float = 1.0
    longest_pause: float = 30.0
    slowest: float = 100.0


PATIENCE = Patience()


class DownloadError(HeronError, OSError):
    """A file could not be downloaded: no network, no such file, a server that gives up, or nowhere to write."""


class WrongContentError(DownloadError, ValueError):
    """What a server sent, or what a downloaded file holds, is not the file that was asked for."""


@dataclass(frozen=True)
class RemoteFile:
    """A file on the network.

    Args:
        url: its address, https unless `allow_http`; a `file:` address is copied.
        sha256: its SHA-256, or None.
        md5: its MD5 where no SHA-256 is known, or None.
        size: its size in bytes, or None.
        allow_http: whether plain http will do although no SHA-256 is known. With a SHA-256 it always will, as whatever
            was changed on the way is noticed.
    """

    url: str
    sha256: str | None = None
    md5: str | None = None
    size: int | None = None
    allow_http: bool = False

    @property
    def name(self) -> str:
        """The last part of the address's path."""
        return urllib.parse.unquote(urllib.parse.urlsplit(self.url).path.rpartition("/")[2])

    @property
    def checksum(self) -> tuple[str, str] | None:
        """The algorithm and the checksum, in small letters; None where none is known."""
        known = ("sha256", self.sha256) if self.sha256 else ("md5", self.md5)
        return (known[0], known[1].lower()) if known[1] else None

    def fits(self, path: Path) -> bool:
        """Whether the file at `path` has the size and the checksum that are known; True where none is."""
        if self.size is not None and path.stat().st_size != self.size:
            return False
        return self.checksum is None or file_hash(path, self.checksum[0]) == self.checksum[1]

    def about(self) -> str:
        """Its name and size, for messages."""
        return f"{self.name} ({size_text(self.size)})" if self.size is not None else self.name


class _TryAgain(Exception):
    """An attempt failed in a way that another may not; `pause` is what the server asks for."""

    def __init__(self, reason: str, pause: float = 0.0, offline: bool = False) -> None:
        super().__init__(reason)
        self.pause = pause
        self.offline = offline


def file_hash(path: str | os.PathLike[str], algorithm: str = "sha256") -> str:
    """Returns the checksum of a file in hexadecimal digits.

    Args:
        path: the file.
        algorithm: a name that `hashlib` knows.
    """
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def download(remote: RemoteFile, target: Path, again: bool = False, patience: Patience | None = None) -> bool:
    """Sees to it that the file at `target` is `remote`; downloads it if it is not there or not right.

    Args:
        remote: what is wanted.
        target: where it belongs; its folder is made if need be.
        again: whether to download it although it is there.
        patience: how long the server is waited for; None for the usual.

    Returns:
        True when it was downloaded, False when it was there already.

    Raises:
        DownloadError: when it cannot be had; the message says where to put it by hand.
        WrongContentError: when the server's file is another one.
    """
    if not again and _is_there(remote, target):
        return False
    _check_scheme(remote, remote.url)
    patience = patience or PATIENCE
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target.with_name(f".{target.name}.lock"), part, 4 * patience.timeout) as shared:
            if not again and _is_there(remote, target):  # another process was faster
                return False
            transfer = _Transfer(remote, target, shared, patience)
            transfer.run()
            os.replace(transfer.part, target)
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(
            f"{remote.name}: the file cannot be written to {str(target)!r}.\n"
            f"Expected a folder with space in which files can be made; received: {error.strerror or error}.\n"
            "Set the environment variable HERON_HOME to such a folder."
        ) from error
    return True


def _is_there(remote: RemoteFile, target: Path) -> bool:
    if not target.is_file():
        return False
    if remote.fits(target):
        return True
    say(f"{str(target)!r} is not the file at {remote.url}, or not all of it; it is downloaded again.")
    return False


def say(text: str) -> None:
    """Writes a line for the user, or to the logger, as `heron.config` says."""
    TransferLine.say(text, settings.is_interactive_logging_enabled())


def _check_scheme(remote: RemoteFile, url: str) -> None:
    address = urllib.parse.urlsplit(url)
    if address.scheme in ("https", "file") or (
        address.scheme == "http" and (remote.allow_http or remote.sha256 or address.hostname in _LOOPBACK)
    ):
        return
    raise DownloadError(
        f"{remote.name}: the address {url!r} is not safe to download from.\n"
        f"Expected an address that begins with https://; received the scheme {address.scheme!r}, on whose way anybody "
        "may change the file.\n"
        "Write https://, or give the file's SHA-256 as file_hash, or allow_http=True."
    )


def _opener(remote: RemoteFile) -> Any:
    """What follows a server to another address only if that is as safe, and never to a file of this machine."""
    from urllib.request import HTTPRedirectHandler, Request, build_opener  # 25 ms, which only a download needs

    class Redirects(HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
            if urllib.parse.urlsplit(newurl).scheme == "file":
                raise DownloadError(f"{remote.name}: {req.full_url} leads to a file of this machine, {newurl!r}.")
            _check_scheme(remote, newurl)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    return build_opener(Redirects)


class _Transfer:
    """One file on its way into its `.part`, over as many connections as it takes."""

    def __init__(self, remote: RemoteFile, target: Path, shared: bool, patience: Patience) -> None:
        self.remote, self.target, self.shared, self.patience = remote, target, shared, patience
        self.part = target.with_name(f"{target.name}.part" if shared else f"{target.name}.{os.getpid()}.part")
        self.opener = _opener(remote)
        self.validator: str | None = None  # the ETag or date of what is in the part
        if remote.checksum is None:  # what another process left cannot be known to belong to the same file
            self.part.unlink(missing_ok=True)
        self.resumed = self._have() > 0  # whether the part was filled over more than one connection

    def run(self) -> None:
        """Fills the part, checks it, and removes it when it is wrong."""
        line = TransferLine(self.remote.about(), self.remote.url, settings.is_interactive_logging_enabled())
        try:
            with line:
                self._fill(line)
            if not self.remote.fits(self.part) and self.resumed:  # its beginning was of another file
                self.part.unlink()
                self.validator = None
                with line:
                    self._fill(line)
            if not self.remote.fits(self.part):
                raise self._wrong(self._content())
        except BaseException as error:  # Ctrl-C too: keep only what a later attempt can go on with
            if not self.shared or self.remote.checksum is None or isinstance(error, WrongContentError):
                self.part.unlink(missing_ok=True)
            raise

    def _fill(self, line: TransferLine) -> None:
        failures, connections, most = 0, 0, self._have()
        while True:
            try:
                self._connect(line)
                return
            except _TryAgain as failure:
                connections += 1
                enough = most + self.patience.slowest * self.patience.timeout
                failures = 1 if self._have() > enough else failures + 1
                most = max(most, self._have())
                allowed = min(self.patience.attempts, 2) if failure.offline else self.patience.attempts
                if failures >= allowed or connections >= self.patience.connections:
                    raise self._unreachable(str(failure)) from failure
                pause = max(self.patience.pause * 2 ** (failures - 1) * random.uniform(0.8, 1.2), failure.pause)
                line.pause(str(failure))
                time.sleep(min(pause, self.patience.longest_pause))

    def _connect(self, line: TransferLine) -> None:
        """One connection: asks for what is missing and appends it."""
        from http.client import HTTPException
        from urllib.error import HTTPError, URLError
        from urllib.request import Request

        have = self._have()
        if have and self.remote.size is not None and have >= self.remote.size:
            return
        headers = {"User-Agent": f"heron/{__version__}", "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
            if self.validator:
                headers["If-Range"] = self.validator
        try:
            request = Request(self.remote.url, headers=headers)
            with self.opener.open(request, timeout=self.patience.timeout) as response:
                self._receive(response, have, line)
        except HTTPError as error:
            with error:
                self._refused(error, have)
        except DownloadError:
            raise
        except URLError as error:
            raise self._no_connection(error.reason) from error
        except (HTTPException, ConnectionError, TimeoutError) as error:
            raise self._no_connection(error) from error

    def _receive(self, response: Any, have: int, line: TransferLine) -> None:
        start, total = _extent(response, have)
        if start not in (0, have):
            self.part.unlink()
            raise _TryAgain("the server sent another part of the file than was asked for")
        if self.remote.size is not None and total is not None and total != self.remote.size:
            raise self._wrong(f"a file of {total} bytes")
        self._check_space(total, start)
        self.resumed = start > 0
        self.validator = _validator(response)
        done, began, mark = start, time.monotonic(), start
        line.start(done, total)
        with self.part.open("ab" if start else "wb") as file:
            while block := response.read1(_BLOCK):
                file.write(block)
                done += len(block)
                if (limit := self.remote.size) is not None and done > limit:
                    raise self._wrong(f"more than {limit} bytes")
                line.show(done)
                if (now := time.monotonic()) - began > self.patience.timeout:
                    if done - mark < self.patience.slowest * (now - began):
                        raise _TryAgain(f"only {done - mark} bytes came in {now - began:.0f} seconds")
                    began, mark = now, done
        if total is not None and done < total:
            raise _TryAgain(f"the connection ended after {done} of {total} bytes")

    def _refused(self, error: HTTPError, have: int) -> None:
        if error.code == 416 and have:  # the part is as long as the file, or longer
            if self.remote.checksum is not None and self.remote.fits(self.part):
                return
            self.part.unlink()
            raise _TryAgain("the server has no bytes beyond those that are here")
        reason = f"the server answered {error.code} {error.reason}"
        if error.code in _TRANSIENT:
            after = error.headers.get("Retry-After", "")
            raise _TryAgain(reason, float(after) if after.isascii() and after.isdigit() else 0.0)
        raise self._unreachable(reason) from error

    def _no_connection(self, reason: Any) -> Exception:
        """What a failed connection means: an error where another attempt cannot help."""
        import socket
        import ssl

        if isinstance(reason, ssl.SSLCertVerificationError):
            return self._unreachable(f"the server's certificate is not trusted ({reason.verify_message})")
        if isinstance(reason, FileNotFoundError | IsADirectoryError | PermissionError):
            return self._unreachable(str(reason))
        if isinstance(reason, TimeoutError):
            return _TryAgain(f"no answer for {self.patience.timeout:g} seconds")
        if isinstance(reason, socket.gaierror):
            return _TryAgain(f"the server's name was not found ({reason.strerror})", offline=True)
        text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return _TryAgain(f"the connection failed ({text})", offline=isinstance(reason, ConnectionRefusedError))

    def _have(self) -> int:
        with contextlib.suppress(FileNotFoundError):
            return self.part.stat().st_size
        return 0

    def _check_space(self, total: int | None, start: int) -> None:
        free = shutil.disk_usage(self.part.parent).free
        if total is not None and total - start > free:
            raise DownloadError(
                f"{self.remote.name}: there is no space for it in {str(self.part.parent)!r}.\n"
                f"Expected {size_text(total - start)} of free space; received {size_text(free)}.\n"
                "Make space, or set the environment variable HERON_HOME to a folder on another disk."
            )

    def _content(self) -> str:
        algorithm = (self.remote.checksum or ("sha256", ""))[0]
        return f"{self._have()} bytes with the {_TITLES[algorithm]} {file_hash(self.part, algorithm)}"

    def _wrong(self, received: str) -> WrongContentError:
        return WrongContentError(
            f"{self.remote.name}: the file at {self.remote.url} is not the one that was expected.\n"
            f"Expected {_identity(self.remote)}; received {received}.\n"
            f"Try again later; if the file there has changed for good, put the expected one at {str(self.target)!r}."
        )

    def _unreachable(self, reason: str) -> DownloadError:
        host = urllib.parse.urlsplit(self.remote.url).hostname or "this machine"
        return DownloadError(
            f"{self.remote.about()} could not be downloaded from {self.remote.url}.\n"
            f"Expected an answer from {host}; received: {reason}.\n"
            f"Offline, put the file ({_identity(self.remote)}) at {str(self.target)!r} by hand; behind a proxy, set "
            "the environment variable HTTPS_PROXY to its address, such as http://proxy.example.org:3128."
        )


_TITLES = {"sha256": "SHA-256", "md5": "MD5"}


def _identity(remote: RemoteFile) -> str:
    facts = [f"{remote.size} bytes"] if remote.size is not None else []
    if remote.checksum is not None:
        facts.append(f"the {_TITLES[remote.checksum[0]]} {remote.checksum[1]}")
    return " with ".join(facts) or "any content"


def _extent(response: Any, have: int) -> tuple[int, int | None]:
    """Where the bytes of a response begin in the file, and the size of the whole file, None if it is not said."""
    if getattr(response, "status", 200) == 206:
        with contextlib.suppress(ValueError):
            unit, _, spans = response.headers.get("Content-Range", "").partition(" ")
            span, _, total = spans.partition("/")
            if unit == "bytes":
                return int(span.partition("-")[0]), None if total == "*" else int(total)
        return -1, None
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isascii() and length.isdigit() else None


def _validator(response: Any) -> str | None:
    tag = response.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified")
