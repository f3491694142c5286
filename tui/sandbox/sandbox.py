"""A sandbox: one open marketplace, in process or behind a server."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from tui.access.times import UNTIL_UNLOCKED
from tui.sandbox.app import App
from tui.sandbox.calls import Clock
from tui.sandbox.facts import find_user
from tui.sandbox.outbox import Message, read
from tui.sandbox.passwords import DEFAULT, Hashing
from tui.sandbox.planting import SEEDS, Planting, SeedName
from tui.sandbox.services import Services
from tui.sandbox.store import Store

if TYPE_CHECKING:
    from tui.ordercloud._httpx import ASGITransport
    from tui.sandbox.control import Control, ControlledClock
    from tui.sandbox.control.log import RequestLog

__all__ = ["IN_PROCESS_URL", "SEEDS", "Sandbox", "SeedName", "SignInSheet", "utc_now"]

IN_PROCESS_URL = "http://sandbox.ocgate"

_SHEET = """
SELECT c.ID, u.Username, i.password, m.Name FROM marketplace m JOIN sign_in i
LEFT JOIN api_clients c ON c.key = coalesce(i.api_client, (
    SELECT key FROM api_clients WHERE Active AND AllowSeller AND ClientSecret IS NULL
    AND key NOT IN (SELECT api_client FROM api_client_secrets) ORDER BY key))
LEFT JOIN users u ON u.key = i.user
"""


def utc_now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SignInSheet:
    """How to get in: an API client for the seller, and its Full Access user.

    `password` is empty when it was changed over the API since: then it is nowhere to be read.
    """

    url: str
    client_id: str
    username: str
    password: str = field(repr=False)
    marketplace: str


class _Entrance:
    """Where requests come in: the marketplace itself, or what was put before it."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.inner(scope, receive, send)


class Sandbox:
    """An open marketplace. `app` answers OrderCloud's API as an ASGI application."""

    def __init__(self, services: Services, sheet: SignInSheet, planting: Planting) -> None:
        """Use `Sandbox.open`."""
        self._services = services
        self._control: Control | None = None
        self.sign_in = sheet
        self.planting = planting
        self._entrance = _Entrance(App(services))
        self.app: ASGIApp = self._entrance

    @classmethod
    async def open(
        cls,
        path: Path | None = None,
        *,
        seed: SeedName = "demo",
        clock: Clock = utc_now,
        hashing: Hashing = DEFAULT,
        base_url: str = IN_PROCESS_URL,
        planting: Planting | None = None,
    ) -> Self:
        """Open the marketplace in a file, or a new one in memory; `seed` says what is in a new one.

        `planting` says more about it than a seed's name. With a `random_seed` in it, IDs, tokens and the signing key
        repeat, and the clock stands at the beginning until it is moved.

        `base_url` is where its clients reach it, and what its tokens are good for. Raises SandboxError with a sentence
        for people when the file cannot be used.
        """
        planting = planting or Planting(seed)
        if planting.random_seed is not None:
            from tui.sandbox.control.clock import ControlledClock
            from tui.sandbox.deterministic import stand_at_start

            clock = controlled = ControlledClock(clock)
            stand_at_start(controlled)
        store = Store(path, random_seed=planting.random_seed)
        row = await store.open(_read_sheet)
        try:
            if row is None:
                row = await store.run(lambda c: _plant(c, planting, clock(), hashing), write=True)
        except BaseException:
            await store.close()
            raise
        services = Services(store, clock, hashing, base_url)
        if planting.random_seed is not None:
            from tui.sandbox.deterministic import seeded_key

            services.new_key = partial(seeded_key, planting.random_seed)
        return cls(services, _sheet(base_url, row), planting)

    @property
    def control(self) -> Control:
        """What only a sandbox can do: its clock, faults, log and state. From its first use on, requests are logged."""
        if self._control is None:
            from tui.sandbox.control import Control

            self._control = Control(self, self._services)
            self._entrance.inner = self._control.before(self._entrance.inner)
        return self._control

    @property
    def log_so_far(self) -> RequestLog | None:
        """The log while requests are logged, which `control` begins. Loads nothing."""
        return None if self._control is None else self._control.log

    @property
    def changed_clock(self) -> ControlledClock | None:
        """The clock while `control` has it tell another time than it was opened with. Loads nothing."""
        clock = None if self._control is None else self._control.clock
        return clock if clock is not None and clock.changed else None

    async def look_again(self) -> None:
        """Find out anew how to get in, and forget the signing key: another marketplace has taken this one's place."""
        self._services.forget()
        row = await self._services.store.run(_read_sheet)
        if row is None:
            raise RuntimeError("there is no marketplace")
        self.sign_in = _sheet(self.sign_in.url, row)

    def close_provider(self) -> None:
        """Close the sign-in page of the built-in identity provider, where users are picked without a password."""
        self._services.provider_open = False

    def now(self) -> datetime:
        """Tell the marketplace's time."""
        return self._services.clock()

    @property
    def path(self) -> Path | None:
        """The file, None for memory."""
        return self._services.store.path

    def transport(self) -> ASGITransport:
        """Give a transport that reaches the sandbox without a port."""
        from tui.ordercloud._httpx import ASGITransport

        return ASGITransport(self.app)

    async def outbox(self) -> tuple[Message, ...]:
        """Give the mail to users, the newest first: reset codes, one-time passwords, user names."""
        return await self._services.store.run(read)

    async def locked_until(self, username: str) -> datetime | None:
        """Tell when the lockout of a user ends; None for a user who is not locked out, or until it is taken off."""
        user = await self._services.store.run(lambda connection: find_user(connection, username=username))
        until = None if user is None else user.facts.locked_until
        return until if until is not None and self.now() < until < UNTIL_UNLOCKED else None

    async def close(self) -> None:
        """Let go of the file. Closing twice does nothing more."""
        if self._control is not None:
            self._control.log.close()
        await self._services.store.close()


_Row: TypeAlias = tuple[str | None, str | None, str | None, str]


def _read_sheet(connection: sqlite3.Connection) -> _Row | None:
    row: _Row | None = connection.execute(_SHEET).fetchone()
    return row


def _sheet(url: str, row: _Row) -> SignInSheet:
    client_id, username, password, marketplace = row
    return SignInSheet(url, client_id or "", username or "", password or "", marketplace)


def _plant(connection: sqlite3.Connection, planting: Planting, now: datetime, hashing: Hashing) -> _Row:
    planting.plant(connection, now, hashing)
    row = _read_sheet(connection)
    if row is None:
        raise RuntimeError("the marketplace was not made")
    return row
