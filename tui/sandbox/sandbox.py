"""A sandbox: one open marketplace, in process or behind a server."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from tui.sandbox.app import App
from tui.sandbox.calls import Clock
from tui.sandbox.outbox import Message, read
from tui.sandbox.passwords import DEFAULT, Hashing
from tui.sandbox.services import Services
from tui.sandbox.store import Store

if TYPE_CHECKING:
    from tui.ordercloud._httpx import ASGITransport

SeedName: TypeAlias = Literal["demo", "empty"]
SEEDS: tuple[SeedName, ...] = ("demo", "empty")

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


class Sandbox:
    """An open marketplace. `app` answers OrderCloud's API as an ASGI application."""

    def __init__(self, services: Services, sheet: SignInSheet) -> None:
        """Use `Sandbox.open`."""
        self._services = services
        self.sign_in = sheet
        self.app = App(services)

    @classmethod
    async def open(
        cls,
        path: Path | None = None,
        *,
        seed: SeedName = "demo",
        clock: Clock = utc_now,
        hashing: Hashing = DEFAULT,
        base_url: str = IN_PROCESS_URL,
    ) -> Self:
        """Open the marketplace in a file, or a new one in memory; `seed` says what is in a new one.

        `base_url` is where its clients reach it, and what its tokens are good for. Raises SandboxError with a sentence
        for people when the file cannot be used.
        """
        store = Store(path)
        row = await store.open(_read_sheet)
        try:
            if row is None:
                row = await store.run(lambda c: _plant(c, seed, clock(), hashing), write=True)
        except BaseException:
            await store.close()
            raise
        client_id, username, password, marketplace = row
        sheet = SignInSheet(base_url, client_id or "", username or "", password or "", marketplace)
        return cls(Services(store, clock, hashing, base_url), sheet)

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

    async def close(self) -> None:
        """Let go of the file. Closing twice does nothing more."""
        await self._services.store.close()


_Row: TypeAlias = tuple[str | None, str | None, str | None, str]


def _read_sheet(connection: sqlite3.Connection) -> _Row | None:
    row: _Row | None = connection.execute(_SHEET).fetchone()
    return row


def _plant(connection: sqlite3.Connection, seed: SeedName, now: datetime, hashing: Hashing) -> _Row:
    from tui.sandbox.demo import HARBOR_SUPPLY
    from tui.sandbox.seeds import EMPTY, plant

    plant(connection, HARBOR_SUPPLY if seed == "demo" else EMPTY, now, hashing)
    row = _read_sheet(connection)
    if row is None:
        raise RuntimeError("the marketplace was not made")
    return row
