"""Recorded traffic from files, each request with the API client that its bearer token was issued to.

Reads HAR, as browsers and proxies export it, and access logs of one JSON object a line. Tokens are read for their
claims and forgotten at once: nothing of them is kept, and nothing here is I/O.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from urllib.parse import parse_qsl, urlsplit

from tui.tokens.decode import decode
from tui.tokens.token import NotAToken

_BEARER = re.compile(r"\s*Bearer\s+(\S+)\s*", re.IGNORECASE)
_TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
_STATUS = ("status", "statuscode", "status_code", "response_status", "code", "sc-status")
_METHOD = ("method", "verb", "request_method", "httpmethod", "cs-method")
_URL = ("url", "uri", "path", "request_uri", "requesturi", "request", "cs-uri-stem")
_TIME = ("time", "timestamp", "@timestamp", "ts", "date", "starteddatetime", "datetime")
_AGENT = ("user_agent", "useragent", "user-agent", "http_user_agent", "agent")
_ADDRESS = ("client_ip", "clientip", "remote_addr", "remoteaddr", "remoteip", "ip", "remote_ip", "x-forwarded-for")
_MILLISECONDS = ("duration_ms", "durationms", "elapsed_ms", "elapsedms", "ms", "responsetime", "latency_ms", "time_ms")
_SECONDS = ("duration", "elapsed", "request_time", "duration_s", "latency", "response_time")


class NotTraffic(ValueError):
    """A file is neither a HAR file nor an access log of JSON lines; the message says why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it was recorded, without any credential.

    `cid` is the API client in lower case: of the bearer token, or the one that asked for a token; blank when neither
    tells. `system` is what sent it, by user agent or address, as far as the file says so. `failed` says that no answer
    came; a file that tells no status says nothing of it.
    """

    cid: str
    method: str
    path: str
    status: int | None
    milliseconds: float | None = None
    at: datetime | None = None
    user: str = ""
    system: str = ""
    failed: bool = False


@dataclass
class Recorded:
    """Everything that was read of a file. `skipped` are the lines, from 1, that are no request."""

    seen: list[Seen] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)


# -- reading ----------------------------------------------------------------------------------------------------------


def read_traffic(lines: Iterable[str]) -> Recorded:
    """Read a file, line by line. Raises NotTraffic."""
    reader = _Reader()
    held = iter(lines)
    first = next((line for line in held if line.strip()), None)
    if first is None:
        raise NotTraffic("the file is empty")
    log = _object(first)
    # A log is one object a line; a HAR file is one object over many lines, or one that holds a log.
    if log is not None and not isinstance(log.get("log"), Mapping):
        return reader.lines(chain((first,), held))
    return reader.har("".join(chain((first,), held)))


def _object(text: str) -> Mapping[str, object] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, Mapping) else None


class _Reader:
    def __init__(self) -> None:
        self._known: dict[bytes, tuple[str, str]] = {}

    def lines(self, lines: Iterable[str]) -> Recorded:
        recorded = Recorded()
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            entry = _object(line)
            seen = None if entry is None else self._line(entry)
            if seen is None:
                recorded.skipped.append(number)
            else:
                recorded.seen.append(seen)
        if not recorded.seen:
            raise NotTraffic("no line of it is a request: each should be a JSON object with method, path and status")
        return recorded

    def har(self, text: str) -> Recorded:
        whole = _object(text)
        log = None if whole is None else whole.get("log")
        entries = log.get("entries") if isinstance(log, Mapping) else None
        if not isinstance(entries, list):
            raise NotTraffic("it is neither a HAR file (log.entries) nor one JSON object a line")
        recorded = Recorded()
        for number, entry in enumerate(entries, 1):
            seen = self._har_entry(entry) if isinstance(entry, Mapping) else None
            if seen is None:
                recorded.skipped.append(number)
            else:
                recorded.seen.append(seen)
        return recorded

    def _har_entry(self, entry: Mapping[str, object]) -> Seen | None:
        request, response = entry.get("request"), entry.get("response")
        if not isinstance(request, Mapping):
            return None
        headers = _headers(request.get("headers"))
        status = response.get("status") if isinstance(response, Mapping) else None
        path = _path(request.get("url"))
        cid, user = self._who(headers.get("authorization"))
        return Seen(
            cid or _asking(path, _form(request.get("postData"))),
            str(request.get("method") or "GET"),
            path,
            _status(status),
            _number(entry.get("time")),
            _moment(entry.get("startedDateTime")),
            user,
            headers.get("user-agent", ""),
            failed=status == 0,  # as browsers write a request that was blocked or broke off
        )

    def _line(self, entry: Mapping[str, object]) -> Seen | None:
        flat = {name.casefold(): value for name, value in _flat(entry)}
        status, url = _first(flat, _STATUS), _first(flat, _URL)
        if status is None and url is None:
            return None
        words = str(url or "").split()  # an access log's request line: GET /v1/me HTTP/1.1
        method = _first(flat, _METHOD) or (words[0] if len(words) > 1 else "GET")
        path = _path(words[1] if len(words) > 1 else (words or [""])[0])
        cid, user = self._who(_first(flat, ("authorization", "http_authorization", "bearer", "token")))
        milliseconds = _number(_first(flat, _MILLISECONDS))
        seconds = _number(_first(flat, _SECONDS))
        if milliseconds is None and seconds is not None:
            milliseconds = seconds * 1000
        known = str(_first(flat, ("cid", "client_id", "clientid")) or "").casefold()
        return Seen(
            cid or known,
            str(method),
            path,
            _status(status),
            milliseconds,
            _moment(_first(flat, _TIME)),
            user or str(_first(flat, ("usr", "username")) or ""),
            str(_first(flat, _AGENT) or _first(flat, _ADDRESS) or ""),
        )

    def _who(self, authorization: object) -> tuple[str, str]:
        """Return API client and user of a bearer token; it is decoded once, and known by its digest after that."""
        if not isinstance(authorization, str):
            return "", ""
        found = _BEARER.fullmatch(authorization)
        text = found[1] if found else authorization.strip()
        digest = sha256(text.encode("utf-8", "surrogatepass")).digest()
        if digest not in self._known:
            try:
                claims = decode(text).claims
            except NotAToken:
                self._known[digest] = "", ""
            else:
                self._known[digest] = (claims.cid or "").casefold(), claims.usr or ""
        return self._known[digest]


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, list):
        return {}
    pairs = [each for each in value if isinstance(each, Mapping)]
    return {str(each.get("name", "")).casefold(): str(each.get("value", "")) for each in pairs}


def _form(post: object) -> Mapping[str, str]:
    if not isinstance(post, Mapping):
        return {}
    params = post.get("params")
    if isinstance(params, list) and params:
        return {str(e.get("name", "")): str(e.get("value", "")) for e in params if isinstance(e, Mapping)}
    text = post.get("text")
    try:
        return dict(parse_qsl(text, max_num_fields=100)) if isinstance(text, str) else {}
    except ValueError:
        return {}


def _asking(path: str, form: Mapping[str, str]) -> str:
    """Return the API client that asks for a token with a request."""
    return form.get("client_id", "").casefold() if path.casefold().endswith(_TOKEN_PATH) else ""


def _flat(entry: Mapping[str, object], depth: int = 0) -> Iterator[tuple[str, object]]:
    """Give every member, those of the objects inside too: the outer ones win, so they come last."""
    for value in entry.values():
        if isinstance(value, Mapping) and depth < 4:
            yield from _flat(value, depth + 1)
    for name, value in entry.items():
        if not isinstance(value, Mapping):
            yield name, value[0] if isinstance(value, list) and len(value) == 1 else value


def _first(flat: Mapping[str, object], names: Sequence[str]) -> object:
    return next((flat[name] for name in names if flat.get(name) not in (None, "")), None)


def _path(url: object) -> str:
    """Return the path alone: a query may hold what is secret."""
    try:
        return urlsplit(str(url or "")).path
    except ValueError:
        return ""


def _status(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 100 <= number <= 599 else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number < 1e12 else None


def _moment(value: object) -> datetime | None:
    number = None if isinstance(value, str) and not value.replace(".", "", 1).isdigit() else _number(value)
    try:
        if number is not None:
            return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment is None or moment.tzinfo is not None else moment.replace(tzinfo=UTC)
