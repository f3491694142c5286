"""The log of every request, and counts by API client and by secret. No credential is ever in it."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from tui.ordercloud.exchange import is_refused
from tui.sandbox.fields import format_time
from tui.tokens.token import JSON

_Key = TypeVar("_Key", str, tuple[str, str])

MOST_ENTRIES = 5_000
MOST_COUNTED = 20_000
_DURATIONS = 500
_BEHIND = 1_000
_LONGEST_SEGMENT = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. `status` is None when the connection was dropped; `fault` names the rules that hit it."""

    number: int
    time: datetime
    method: str
    path: str
    api_client: str | None
    user: str | None
    grant: str | None
    secret: str | None
    check: int | None
    code: str | None
    status: int | None
    milliseconds: float
    fault: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the answer was a no, or there was none."""
        return is_refused(self.status)

    def to_wire(self) -> dict[str, JSON]:
        """Give the entry with the control API's names."""
        return {
            "Number": self.number,
            "Time": format_time(self.time),
            "Method": self.method,
            "Path": self.path,
            "ApiClientID": self.api_client,
            "Username": self.user,
            "Grant": self.grant,
            "Secret": self.secret,
            "Check": self.check,
            "ErrorCode": self.code,
            "Status": self.status,
            "Milliseconds": round(self.milliseconds, 3),
            "Faults": [*self.fault],
        }


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries; None says nothing. Texts are compared without case, `path` is a beginning."""

    api_client: str | None = None
    user: str | None = None
    secret: str | None = None
    code: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    refused: bool | None = None
    after: int = 0

    def takes(self, entry: Entry) -> bool:
        """Tell whether an entry is wanted."""
        return (
            entry.number > self.after
            and _same(self.api_client, entry.api_client)
            and _same(self.user, entry.user)
            and _same(self.secret, entry.secret)
            and _same(self.code, entry.code)
            and _same(self.method, entry.method)
            and (self.path is None or entry.path.lower().startswith(self.path.lower()))
            and self.status in (None, entry.status)
            and self.refused in (None, entry.refused)
        )


def _same(wanted: str | None, value: str | None) -> bool:
    return wanted is None or wanted.lower() == (value or "").lower()


@dataclass(slots=True)
class Count:
    """What was counted of an API client, or of one of its secrets. The percentiles are of its last 500 requests."""

    requests: int = 0
    refusals: int = 0
    last_used: datetime | None = None
    _durations: deque[float] = field(default_factory=lambda: deque(maxlen=_DURATIONS), repr=False)

    def add(self, entry: Entry) -> None:
        """Count a request."""
        self.requests += 1
        self.refusals += entry.refused
        self.last_used = entry.time
        self._durations.append(entry.milliseconds)

    def percentile(self, part: float) -> float | None:
        """Give the duration in milliseconds that this part of the requests did not exceed."""
        ordered = sorted(self._durations)
        return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else None

    def to_wire(self) -> dict[str, JSON]:
        """Give the count with the control API's names."""
        p50, p95 = self.percentile(0.5), self.percentile(0.95)
        return {
            "Requests": self.requests,
            "Refusals": self.refusals,
            "P50": None if p50 is None else round(p50, 3),
            "P95": None if p95 is None else round(p95, 3),
            "LastUsed": None if self.last_used is None else format_time(self.last_used),
        }


class RequestLog:
    """The last requests, whoever listens to new ones, and the counts. All of it is bounded."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._number = 0
        self._listeners: list[Callable[[Entry | None], object]] = []
        self._closed = False
        self.api_clients: OrderedDict[str, Count] = OrderedDict()
        self.secrets: OrderedDict[tuple[str, str], Count] = OrderedDict()

    def next_number(self) -> int:
        """Give the number of the next entry."""
        self._number += 1
        return self._number

    def add(self, entry: Entry) -> None:
        """Keep an entry, count it, and tell the listeners."""
        self._entries.append(entry)
        if entry.api_client is not None:
            _count(self.api_clients, entry.api_client, entry)
            if entry.secret is not None:
                _count(self.secrets, (entry.api_client, entry.secret), entry)
        for listener in tuple(self._listeners):
            listener(entry)

    def entries(self, wanted: Filter | None = None, limit: int = MOST_ENTRIES) -> Sequence[Entry]:
        """Give the last entries that a filter takes, oldest first."""
        wanted = wanted or Filter()
        found = [each for each in self._entries if wanted.takes(each)]
        return found[-limit:] if limit else []

    def clear(self) -> None:
        """Forget entries and counts; numbers go on."""
        self._entries.clear()
        self.api_clients.clear()
        self.secrets.clear()

    @contextmanager
    def listening(self, listener: Callable[[Entry | None], object]) -> Iterator[None]:
        """Call a function with every new entry, and with None at the end of the log."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    async def follow(self, wanted: Filter | None = None) -> AsyncIterator[Entry]:
        """Give new entries as they come, until the log is closed. Who is too slow misses the oldest."""
        wanted = wanted or Filter()
        waiting: asyncio.Queue[Entry | None] = asyncio.Queue()

        def hear(entry: Entry | None) -> None:
            if waiting.qsize() >= _BEHIND:
                waiting.get_nowait()
            waiting.put_nowait(entry)

        with self.listening(hear):
            if self._closed:
                return
            while (entry := await waiting.get()) is not None:
                if wanted.takes(entry):
                    yield entry

    def close(self) -> None:
        """End what follows the log."""
        self._closed = True
        for listener in tuple(self._listeners):
            listener(None)


def _count(counts: OrderedDict[_Key, Count], key: _Key, entry: Entry) -> None:
    count = counts.get(key)
    if count is None:
        count = counts[key] = Count()
    counts.move_to_end(key)
    count.add(entry)
    while len(counts) > MOST_COUNTED:
        counts.popitem(last=False)


def shown_path(path: str) -> str:
    """Give a path for the log, without the code of a password reset.

    A segment too long for any ID may be a token that went astray, and is left out as well.
    """
    cut = ["…" if len(each) > _LONGEST_SEGMENT else each for each in path.split("/")[:12]]
    if [each.lower() for each in cut[1:4]] == ["v1", "password", "reset"]:
        cut[4:] = ["…"] * len(cut[4:])
    return "/".join(cut)
