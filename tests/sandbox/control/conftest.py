from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.support import Clock, Http
from tui.ordercloud._httpx import AsyncClient
from tui.sandbox import FAST, Sandbox


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def http(clock: Clock) -> AsyncIterator[Http]:
    """A controlled sandbox, seen by nobody in particular."""
    sandbox = await Sandbox.open(clock=clock, hashing=FAST)
    assert sandbox.control.faults.rules == ()
    async with AsyncClient(transport=sandbox.transport(), base_url=sandbox.sign_in.url) as client:
        yield Http(sandbox, client, clock)
    await sandbox.close()


@pytest.fixture
async def admin(http: Http) -> Http:
    return await http.sign_in("Default API Client", "harbor-admin")
