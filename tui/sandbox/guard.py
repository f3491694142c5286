"""What a port lets in: requests for this server by its own names, within bounds, from pages that were invited.

A web page can send requests to loopback. It can read the answers only when its origin is allowed (CORS), or when it
makes its own name mean 127.0.0.1 (DNS rebinding): hence the `Host` header must be a name that belongs here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tui.sandbox.calls import Clock
from tui.sandbox.errors import ApiError, ErrorEntry, refusal
from tui.sandbox.wire import LARGEST_BODY, http_date, json_response

LONGEST_URL = 24 * 1024
MOST_HEADERS = 100
LONGEST_HEADERS = 48 * 1024
_MOST_KNOWN = 100
_ONCE = frozenset(
    {
        b"origin",
        b"host",
        b"content-length",
        b"access-control-request-method",
        b"access-control-request-headers",
        b"access-control-request-private-network",
    }
)

_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?", re.IGNORECASE | re.ASCII)
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{0,5})?", re.IGNORECASE | re.ASCII)
_METHODS = "GET, POST, PUT, PATCH, DELETE"
_EXPOSED = "Date, Retry-After, WWW-Authenticate, Allow"
_DAY = "86400"


def check_origin(text: str) -> str:
    """Read an origin that may call from a browser: `*`, or scheme, host and port. Raises ValueError."""
    if text != "*" and not _ORIGIN.fullmatch(text):
        raise ValueError(f"{text!r} is no origin: write * or, say, http://localhost:3000 (no path)")
    return text.lower()


def check_host(text: str) -> str:
    """Read the name of a host, without a port. Raises ValueError."""
    found = _HOST.fullmatch(text)
    if found is None or found.group(2) is not None:
        raise ValueError(f"{text!r} is no host name: write, say, sandbox.test (no scheme, no port)")
    return text.lower()


@dataclass(frozen=True, slots=True)
class Doors:
    """Who may come in: names of this host beside loopback's and the address itself, and origins of web pages."""

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    def knows(self, host: str, here: str) -> bool:
        """Tell whether a `Host` header means this server, which was reached at the address `here`."""
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found.group(1).lower().rstrip(".").strip("[]")
        if name == "localhost" or name.endswith(".localhost") or name in self.hosts:
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or name == here

    def invites(self, origin: str) -> bool:
        """Tell whether a page of this origin may read answers."""
        return "*" in self.origins or self.names(origin)

    def names(self, origin: str) -> bool:
        """Tell whether this very origin was allowed; `*` does not name any."""
        return origin.lower() in self.origins


class Guard:
    """Stands before an application on a port. `largest` bounds bodies by path prefix, 1 MiB for all others.

    `clock` dates its own answers; `doors` say who may come in.
    """

    def __init__(self, app: ASGIApp, doors: Doors, clock: Clock, largest: Sequence[tuple[str, int]] = ()) -> None:
        self._app = app
        self._doors = doors
        self._clock = clock
        self._largest = largest
        self._known: set[tuple[str, str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told, size = _told(scope)
        origin = told.get(b"origin")
        invited = origin is not None and self._doors.invites(origin)
        answer = _Answering(send, origin if invited else None) if self._doors.origins else send
        try:
            self._check(scope, told, size)
        except ApiError as error:
            dated = {**error.headers, "Date": self._date()}
            await json_response(error.status, error.to_wire(), dated)(scope, receive, answer)
            return
        if invited and scope["method"] == "OPTIONS" and told.get(b"access-control-request-method") is not None:
            await answer(_preflight(told, self._date()))
            await answer({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, answer)

    def _date(self) -> str:
        return http_date(self._clock())

    def _check(self, scope: Scope, told: Mapping[bytes, str | None], size: int) -> None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_URL:
            raise refusal(414, "Request.TooLong", "The URL is too long.", {"Maximum": LONGEST_URL})
        if len(scope["headers"]) > MOST_HEADERS:
            raise refusal(431, "Request.TooManyHeaders", "There are too many headers.", {"Maximum": MOST_HEADERS})
        if size > LONGEST_HEADERS:
            raise refusal(431, "Request.HeadersTooLarge", "The headers are too large.", {"Maximum": LONGEST_HEADERS})
        host, here = told.get(b"host"), (scope.get("server") or ("", 0))[0]
        if host is None or not self._knows(host, here):
            message = (
                "The sandbox is not reached by this name: use its address, or start it with --allow-host and the name."
            )
            raise ApiError(421, ErrorEntry("Request.HostNotAllowed", message), headers={"Connection": "close"})
        declared = told.get(b"content-length") or "0"
        largest = next((size for path, size in self._largest if scope["path"].startswith(path)), LARGEST_BODY)
        if declared.isdigit() and (len(declared) > 15 or int(declared) > largest):
            message = f"Request body is larger than {largest // 2**20} MiB."
            entry = ErrorEntry("Request.TooLarge", message, {"Maximum": largest})
            raise ApiError(413, entry, headers={"Connection": "close"})

    def _knows(self, host: str, here: str) -> bool:
        """Ask the doors; the few names by which it is called are told apart from others once."""
        known = (host, here) in self._known
        if not known and self._doors.knows(host, here):
            known = True
            if len(self._known) < _MOST_KNOWN:
                self._known.add((host, here))
        return known


class _Answering:
    """Sends an answer on, with the headers that let an invited page read it."""

    def __init__(self, send: Send, origin: str | None) -> None:
        self._send = send
        self._origin = origin

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            added = [(b"vary", b"Origin")]
            if self._origin is not None:
                added.append((b"access-control-allow-origin", self._origin.encode("latin-1")))
                added.append((b"access-control-expose-headers", _EXPOSED.encode()))
            message = {**message, "headers": [*message.get("headers", ()), *added]}
        await self._send(message)


def _preflight(told: Mapping[bytes, str | None], date: str) -> Message:
    headers = [
        (b"date", date.encode()),
        (b"access-control-allow-methods", _METHODS.encode()),
        (b"access-control-max-age", _DAY.encode()),
        (b"content-length", b"0"),
    ]
    asked = told.get(b"access-control-request-headers")
    if asked is not None and re.fullmatch(r"[A-Za-z0-9_, -]{1,1000}", asked):
        headers.append((b"access-control-allow-headers", asked.encode()))
    if told.get(b"access-control-request-private-network") == "true":
        headers.append((b"access-control-allow-private-network", b"true"))
    return {"type": "http.response.start", "status": 204, "headers": headers}


def _told(scope: Scope) -> tuple[dict[bytes, str | None], int]:
    """Give the headers that must come once, with None for those that come twice, and the size of all."""
    told: dict[bytes, str | None] = {}
    size = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name in _ONCE:
            told[name] = None if name in told else value.decode("latin-1").strip()
    return told, size
