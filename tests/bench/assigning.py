"""How much quicker many assignments are than one by one: `python -m tests.bench.assigning [COUNT]`.

A marketplace in process that takes 50 ms a call; COUNT buyers (1,000) are assigned to one API client, so many at a
time, and taken back again. It fails when the number that a job uses is not six times as fast as one by one. On a
machine that does other things as well only the ratios mean much.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tui.access.facts import Party, PartyKind
from tui.config.credentials import MemoryStore
from tui.config.paths import find_paths
from tui.config.request import ConsoleRequest
from tui.config.settings import Settings
from tui.config.state import StateFile
from tui.sandbox import FAST, Planting, Sandbox
from tui.sandbox.control import Fault, Rule
from tui.sandbox.large import LargeSize
from tui.session.assigning import Pairing, assignment_job
from tui.session.bulk import AT_ONCE
from tui.session.session import Session

CALL_SECONDS = 0.05
WANTED = 6.0
"""As many times as fast as one by one."""


@asynccontextmanager
async def large_session(file: Path, size: LargeSize) -> AsyncIterator[Session]:
    """Open a session on a large marketplace, planted into a file; its API clients are read."""
    await (await Sandbox.open(file, planting=Planting("large", size), hashing=FAST)).close()
    paths = find_paths()
    request = ConsoleRequest(
        connection=None,
        sandbox_db=file,
        sandbox_memory=False,
        settings=Settings(),
        state=StateFile(paths.state_file),
        credentials=MemoryStore(),
        paths=paths,
    )
    session = Session(request)
    await session.open()
    if not session.ready:
        raise RuntimeError(session.problem)
    async for _ in session.marketplace.read_api_clients():
        pass
    yield session
    await session.close()


def free_buyers(count: int) -> list[Party]:
    """Give the buyers of a large marketplace, as its seed names them."""
    return [Party(PartyKind.BUYER, f"buyer-{number}", f"Buyer {number}") for number in range(1, count + 1)]


async def seconds(session: Session, count: int, at_once: int) -> float:
    """Assign so many buyers to the first API client that has none of them; they are taken back afterwards."""
    marketplace = session.marketplace
    api_client = next(iter(marketplace.api_clients.values()))
    there = {each.buyer_id for each in await marketplace.assignments(api_client.id)}
    wanted = [Pairing(api_client, party, True) for party in free_buyers(count) if party.id not in there]
    job = assignment_job(marketplace, "Assign", wanted, about="", timer=time.perf_counter, at_once=at_once)
    began = time.perf_counter()
    ended = await job.run()
    took = time.perf_counter() - began
    if ended.done != ended.total:
        raise RuntimeError(ended.words)
    await job.undo().run()
    return took


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(count: int) -> bool:
    """Print the table; the number of calls that a job makes at a time has to be quick enough."""
    with tempfile.TemporaryDirectory() as folder:
        size = LargeSize(api_clients=3, buyers=count, suppliers=1, users=1)
        async with large_session(Path(folder) / "large.db", size) as session:
            sandbox = session.opened.sandbox
            assert sandbox is not None
            sandbox.control.faults.add(Rule(Fault.LATENCY, path="/v1/*", seconds=CALL_SECONDS))
            alone = await seconds(session, count, 1)
            say(f"{count:,} buyers, {CALL_SECONDS * 1000:.0f} ms a call")
            say(f"{1:>3} at a time {alone:8.2f} s")
            enough = False
            for at_once in (2, 4, 6, 8, 12):
                took = await seconds(session, count, at_once)
                enough = enough or (at_once == AT_ONCE and alone / took >= WANTED)
                say(f"{at_once:>3} at a time {took:8.2f} s {alone / took:6.1f} x")
            return enough


if __name__ == "__main__":
    sys.exit(not asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)))
