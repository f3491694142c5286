"""Traffic as it happens: the console's exchanges, joined with what a sandbox logs of every request that reaches it.

The embedded sandbox's log is listened to. A sandbox that another program serves on this machine is asked for its log,
where its control API is open: that alone tells of other programs' requests.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from tui.session.traffic_requests import Request, caller_of, of_entry, of_exchange

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.ordercloud._httpx import AsyncBaseTransport
    from tui.sandbox.control.log import Entry, RequestLog
    from tui.session.session import Session

MOST_LOGGED = 5_000
"""So many of the last logged requests are shown."""
POLL_SECONDS = 1.0
_TIMEOUT_SECONDS = 3.0


class Logged(Protocol):
    """What a sandbox logged."""

    def entries(self) -> Sequence[Entry]:
        """Return the last requests, oldest first."""


class EmbeddedLog:
    """The log of the sandbox in this console."""

    def __init__(self, log: RequestLog) -> None:
        self._log = log

    def entries(self) -> Sequence[Entry]:
        """Return the last requests, oldest first."""
        return self._log.entries(limit=MOST_LOGGED)

    @contextmanager
    def listening(self, heard: Callable[[], object]) -> Iterator[None]:
        """Call a function whenever a request was logged."""
        with self._log.listening(lambda _: heard()):
            yield


class ServedLog:
    """The log of a sandbox that another program serves on this machine; `read` fetches what is new."""

    def __init__(self, url: str, transport: AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._url = f"{url.rstrip('/')}/sandbox/log"
        self._entries: deque[Entry] = deque(maxlen=MOST_LOGGED)
        self._last = 0

    def entries(self) -> Sequence[Entry]:
        """Return the last requests, oldest first."""
        return tuple(self._entries)

    async def read(self) -> bool | None:
        """Fetch what is new; return whether there was something, None when no log answers."""
        from tui.ordercloud._httpx import AsyncClient, httpx

        query = {"after": str(self._last), "limit": str(MOST_LOGGED)}
        try:
            async with AsyncClient(transport=self._transport, timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
                answer = await client.get(self._url, params=query)
            found = json.loads(answer.content) if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError, RecursionError):
            return None
        return self.take(found)

    def take(self, answer: object) -> bool | None:
        """Take an answer of the log in; return as `read` does."""
        items = answer.get("Items") if isinstance(answer, Mapping) else None
        if not isinstance(items, list):
            return None
        new = [entry for each in items if (entry := _entry(each)) is not None and entry.number > self._last]
        for entry in new:
            self._entries.append(entry)
            self._last = max(self._last, entry.number)
        return bool(new)


def _entry(item: object) -> Entry | None:
    """Read an entry as the control API writes it; None for anything else."""
    from tui.sandbox.control.log import Entry
    from tui.sandbox.fields import parse_time

    if not isinstance(item, Mapping):
        return None
    number, status, spent, check = (item.get(name) for name in ("Number", "Status", "Milliseconds", "Check"))
    time = item.get("Time")
    at = parse_time(time) if isinstance(time, str) else None
    if type(number) is not int or at is None or not isinstance(spent, int | float):
        return None
    faults = item.get("Faults")

    def text(name: str) -> str | None:
        value = item.get(name)
        return value[:200] if isinstance(value, str) else None

    return Entry(
        number,
        at,
        text("Method") or "",
        text("Path") or "",
        text("ApiClientID"),
        text("Username"),
        text("Grant"),
        text("Secret"),
        check if type(check) is int else None,
        text("ErrorCode"),
        status if type(status) is int else None,
        float(spent),
        tuple(str(each)[:200] for each in faults[:20]) if isinstance(faults, list) else (),
    )


def may_serve_a_sandbox(url: str) -> bool:
    """Tell whether an address is one of this machine, where a sandbox may be asked for its log."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


async def open_log(session: Session) -> EmbeddedLog | ServedLog | None:
    """Return the log of the marketplace that is open: the embedded sandbox's, or that of one on this machine."""
    log = await session.request_log()
    if log is not None:
        return EmbeddedLog(log)
    if session.ready and may_serve_a_sandbox(session.identity.url):
        served = ServedLog(session.identity.url)
        return None if await served.read() is None else served
    return None


class LiveTraffic:
    """Joins exchanges with log entries, each pair to one request, in the order in which they were answered."""

    def __init__(self) -> None:
        self._log: Logged | None = None
        self._listening = ExitStack()
        self._before: set[int] = set()
        self._numbers: dict[int, int] = {}
        self._own: set[int] = set()
        self._made: dict[object, Request] = {}

    @property
    def is_served(self) -> bool:
        """Whether the log is another program's, and `read` has to fetch what is new in it."""
        return isinstance(self._log, ServedLog)

    async def follow(self, session: Session, heard: Callable[[], object]) -> None:
        """Join with the log of the marketplace that is open, and have a function called when it has more."""
        self.close()
        log = await open_log(session)
        self.attach(log, tuple(session.exchanges))
        if isinstance(log, EmbeddedLog):
            self._listening.enter_context(log.listening(heard))

    async def read(self) -> bool:
        """Fetch what is new where the log is another program's; that one may end, and be back."""
        return bool(isinstance(self._log, ServedLog) and await self._log.read())

    def close(self) -> None:
        """Listen no more."""
        self._listening.close()

    def attach(self, log: Logged | None, exchanges: Sequence[Exchange]) -> None:
        """Join with this log from now on; exchanges of before are joined with what it holds already, if at all."""
        self._log = log
        self._numbers.clear()
        self._own.clear()
        self._made.clear()
        self._before = set()
        if log is not None:
            self._join(exchanges, log.entries())
        self._before = {id(each) for each in exchanges}

    def requests(self, exchanges: Sequence[Exchange]) -> tuple[Request, ...]:
        """Return every request, the oldest first."""
        entries = () if self._log is None else self._log.entries()
        alive = {id(each) for each in exchanges}
        self._numbers = {each: number for each, number in self._numbers.items() if each in alive}
        self._before &= alive
        self._join(exchanges, entries)
        by_number = {number: each for each, number in self._numbers.items()}
        rows: list[tuple[tuple[int, int], object, Exchange | None, Entry | None]] = []
        kept = {each.number: each for each in entries}
        after = 0
        for order, exchange in enumerate(exchanges, 1):
            after = max(after, self._numbers.get(id(exchange), 0))
            entry = kept.get(self._numbers.get(id(exchange), 0))
            place = (after, order) if entry is None else (entry.number, 0)
            rows.append((place, (id(exchange), entry is not None), exchange, entry))
        rows += [
            ((each.number, 0), ("log", each.number), None, each) for each in entries if each.number not in by_number
        ]
        rows.sort(key=lambda row: row[0])
        made = self._made
        self._made = {key: made.get(key) or self._make(exchange, entry) for _, key, exchange, entry in rows}
        return tuple(self._made.values())

    def _make(self, exchange: Exchange | None, entry: Entry | None) -> Request:
        if exchange is not None:
            return of_exchange(exchange, entry)
        assert entry is not None, "a row has an exchange or an entry"
        return of_entry(entry, own=entry.number in self._own)

    def _join(self, exchanges: Sequence[Exchange], entries: Sequence[Entry]) -> None:
        """Find the entry of each exchange that has none yet: the newest first, since older ones may not be logged."""
        waiting = [each for each in exchanges if id(each) not in self._numbers and id(each) not in self._before]
        if not waiting or not entries:
            return
        from tui.sandbox.control.log import shown_path

        free: dict[tuple[str, str, int | None], list[Entry]] = {}
        for entry in entries:
            if entry.number not in self._own:
                free.setdefault((entry.method, entry.path, entry.status), []).append(entry)
        for exchange in reversed(waiting):
            found = free.get((exchange.method, shown_path(exchange.path), exchange.status), [])
            caller = caller_of(exchange)
            for place in range(len(found) - 1, -1, -1):
                if _may_be(found[place].api_client, caller.cid) and _may_be(found[place].user, caller.user):
                    number = found.pop(place).number
                    self._numbers[id(exchange)] = number
                    self._own.add(number)
                    break


def _may_be(logged: str | None, carried: str) -> bool:
    return not logged or not carried or logged.casefold() == carried.casefold()
