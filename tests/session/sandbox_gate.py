"""A session on an embedded sandbox whose answers can be held back on their way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tui.config.credentials import MemoryStore
from tui.config.paths import find_paths
from tui.config.request import ConsoleRequest
from tui.config.settings import Settings
from tui.config.state import StateFile
from tui.ordercloud._httpx import AsyncBaseTransport, Request, Response
from tui.ordercloud.models import ApiClient
from tui.sandbox import Sandbox
from tui.session.session import Session

START = datetime(2026, 11, 23, 9, 14, 3, tzinfo=UTC)
Which = Callable[[Request], bool]


class Held:
    """An answer that is there and does not arrive until it is let go."""

    def __init__(self, which: Which) -> None:
        self.which = which
        self.caught = asyncio.Event()
        self.go = asyncio.Event()


class Gate(AsyncBaseTransport):
    """Lets the sandbox do what is asked at once, and holds its answer back where somebody wants that."""

    def __init__(self, inner: AsyncBaseTransport, held: list[Held]) -> None:
        self._inner = inner
        self._held = held

    async def handle_async_request(self, request: Request) -> Response:
        response = await self._inner.handle_async_request(request)
        hold = next((each for each in self._held if each.which(request)), None)
        if hold is not None:
            self._held.remove(hold)
            await response.aread()
            hold.caught.set()
            await hold.go.wait()
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class Gated:
    """The session with its gate."""

    def __init__(self, session: Session, held: list[Held]) -> None:
        self.session = session
        self._held = held

    def hold(self, which: Which) -> Held:
        """Hold the next answer to such a request back."""
        held = Held(which)
        self._held.append(held)
        return held

    def named(self, name: str) -> ApiClient:
        return next(each for each in self.session.marketplace.api_clients.values() if each.app_name == name)

    @property
    def writes(self) -> list[str]:
        """The requests so far that were to change something."""
        reads = ("GET", "HEAD")
        return [each.method for each in self.session.exchanges if each.method not in reads and "/v1/" in each.url]


def request(*, read_only: bool = False) -> ConsoleRequest:
    paths = find_paths()
    return ConsoleRequest(
        connection=None,
        sandbox_db=None,
        sandbox_memory=True,
        settings=Settings(),
        state=StateFile(paths.state_file),
        credentials=MemoryStore(),
        paths=paths,
        read_only=read_only,
    )


@asynccontextmanager
async def gated(monkeypatch: pytest.MonkeyPatch, *, read_only: bool = False) -> AsyncIterator[Gated]:
    """Open a session with its list read."""
    held: list[Held] = []
    straight = Sandbox.transport
    monkeypatch.setattr(Sandbox, "transport", lambda sandbox: Gate(straight(sandbox), held))
    session = Session(request(read_only=read_only), clock=lambda: START)
    await session.open()
    assert session.ready, session.problem
    async for _ in session.marketplace.read_api_clients():
        pass
    yield Gated(session, held)
    await session.close()
