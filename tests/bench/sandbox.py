"""How quick the sandbox is: `python -m tests.bench.sandbox`.

Three tables. What calls cost in a large marketplace against the demo marketplace, in process, in turn; the first call
of a list after a write may have to look at all rows, the ratio is of those that follow it. How many tokens
and resources a server gives per second against a server that does only what cannot be left out (`bare`), in turn; the
client is this process; by processor time the ratio says less of threads that wait for one another, and nothing of what
else the machine does. And for how long calls from the console, and passwords on their way, hold the event loop,
against a loop on which nothing else happens. On a machine that does other things as well only the ratios mean much.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from urllib.parse import urlencode

from starlette.types import Message

from tests.bench import wire
from tui.ordercloud import Credentials, ListQuery, OrderCloud
from tui.ordercloud.errors import OAuthRefused
from tui.sandbox import Planting, Sandbox, SignInSheet
from tui.sandbox.large import LargeSize

ROOT = Path(__file__).resolve().parent.parent.parent
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CONNECTIONS = 4
TICK = 0.001

Row = tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """A call that is measured."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def wire(self) -> bytes:
        """The call as it goes over the wire."""
        return wire.request(
            self.method, f"{self.path}?{self.query}" if self.query else self.path, self.headers, self.body
        )


async def send(sandbox: Sandbox, request: Request) -> bytes:
    """Send a request in process, with no client around it. Raises RuntimeError when it is refused."""
    status, body = await exchange(sandbox, request)
    if status >= 300:
        raise RuntimeError(f"{request.method} {request.path}: {status} {body[:200]!r}")
    return body


async def exchange(sandbox: Sandbox, request: Request) -> tuple[int, bytes]:
    """Send a request in process, and return the status and the body of the answer."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def take(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers.items()],
        "client": ("127.0.0.1", 1),
    }
    await sandbox.app(scope, receive, take)
    body: bytes = sent[1]["body"]
    return sent[0]["status"], body


def token_form(**fields: str) -> Request:
    """Ask for a token."""
    return Request("POST", "/oauth/token", "", FORM, urlencode(fields).encode())


class Caller:
    """The seller's Full Access user of a marketplace."""

    def __init__(self, ask: Callable[[Request], Awaitable[bytes]], sheet: SignInSheet) -> None:
        self._ask = ask
        self._sheet = sheet
        self._headers: dict[str, str] = {}

    async def sign_in(self) -> None:
        """Get a token by password."""
        sheet = self._sheet
        form = {"client_id": sheet.client_id, "username": sheet.username, "password": sheet.password}
        body = json.loads(await self._ask(token_form(grant_type="password", **form)))
        self._headers = {"Authorization": f"Bearer {body['access_token']}", "Content-Type": "application/json"}

    def get(self, path: str, **query: str) -> Request:
        """A reading call."""
        return Request("GET", f"/v1/{path}", urlencode(query), self._headers)

    async def credentials(self) -> Request:
        """Make an API client for client credentials, and give the call for a token of its."""
        wanted = {
            "AppName": "Measured",
            "AccessTokenDuration": 60,
            "RefreshTokenDuration": 60,
            "Active": True,
            "AllowSeller": True,
            "DefaultContextUserName": self._sheet.username,
        }
        request = Request("POST", "/v1/apiclients", "", self._headers, json.dumps(wanted).encode())
        made = json.loads(await self._ask(request))
        return token_form(grant_type="client_credentials", client_id=made["ID"])

    async def calls(self) -> dict[str, Request]:
        """The calls that must cost the same in every marketplace; their pages are as long in each."""
        page = json.loads(await self._ask(self.get("apiclients", pageSize="100")))
        most = max(page["Items"], key=lambda each: each["AssignedBuyerCount"])["ID"]
        buyer = json.loads(await self._ask(self.get("buyers")))["Items"][-1]
        return {
            "one API client by ID": self.get(f"apiclients/{most}"),
            "one buyer by ID": self.get(f"buyers/{buyer['ID']}"),
            "API clients: a page": self.get("apiclients", pageSize="10"),
            "API clients: active, by name": self.get("apiclients", Active="true", sortBy="AppName", pageSize="10"),
            "API clients: any buyer, by name": self.get(
                "apiclients", AllowAnyBuyer="true", sortBy="!AppName", pageSize="3"
            ),
            "buyers: by name": self.get("buyers", sortBy="Name", pageSize="5"),
            "buyers: of one name, by ID": self.get("buyers", Name=buyer["Name"], sortBy="!ID", pageSize="5"),
            "assignments: of an API client": self.get("apiclients/assignments", apiClientID=most, pageSize="2"),
            "assignments: of a buyer": self.get("apiclients/assignments", buyerID=buyer["ID"], pageSize="1"),
            "assignments: all, a page": self.get("apiclients/assignments", pageSize="3"),
            "a token by client credentials": await self.credentials(),
            "API clients: search": self.get("apiclients", search="portal", pageSize="2"),
            "API clients: search for nothing": self.get("apiclients", search="there is none", pageSize="2"),
            "API clients: a letter in the name": self.get("apiclients", AppName="*r*", pageSize="3"),
            "API clients: with assigned buyers": self.get("apiclients", AssignedBuyerCount=">0", pageSize="3"),
            "API clients: a value in xp": self.get("apiclients", **{"xp.none": "1", "pageSize": "3"}),
            "buyers: active, by name": self.get("buyers", Active="true", sortBy="Name", pageSize="3"),
            "buyers: by date": self.get("buyers", sortBy="DateCreated", pageSize="3"),
            "buyers: search, by name": self.get("buyers", search="a", sortBy="Name", pageSize="3"),
        }


async def make_large(path: Path, api_clients: int, buyers: int, assignments: int) -> None:
    """Make the large marketplace in a file; its assignments are spread evenly over its API clients."""
    planting = Planting("large", LargeSize(api_clients=api_clients, buyers=buyers, users=buyers // 10))
    await (await Sandbox.open(path, planting=planting)).close()
    draw, each = Random(1), assignments // api_clients
    insert = "INSERT OR IGNORE INTO api_client_assignments (api_client, buyer) VALUES (?, ?)"
    with closing(sqlite3.connect(path)) as connection, connection:
        clients = [row[0] for row in connection.execute("SELECT key FROM api_clients ORDER BY key LIMIT -1 OFFSET 1")]
        for client in clients:
            connection.executemany(insert, ((client, number + 1) for number in draw.sample(range(buyers), each)))


async def make_forget(sandbox: Sandbox) -> None:
    """Make lists find everything anew, as after a write: what follows in the same marketplace finds it remembered."""
    await sandbox._services.store.run_alone(lambda _: None)


async def compare_sizes(demo: Path, large: Path, runs: int) -> Iterator[Row]:
    """Measure every call on both marketplaces in turn."""
    sandboxes = [await Sandbox.open(path) for path in (demo, large)]
    calls: list[dict[str, Request]] = []
    for sandbox in sandboxes:
        caller = Caller(lambda request, sandbox=sandbox: send(sandbox, request), sandbox.sign_in)  # type: ignore[misc]  # a lambda with a default
        await caller.sign_in()
        calls.append(await caller.calls())
    rows: list[Row] = []
    for name in calls[0]:
        times: tuple[list[float], list[float]] = ([], [])
        firsts = []
        for sandbox, named in zip(sandboxes, calls, strict=True):
            await make_forget(sandbox)
            began = time.perf_counter()
            await send(sandbox, named[name])
            firsts.append(time.perf_counter() - began)
        for _ in range(runs):
            for sandbox, named, taken in zip(sandboxes, calls, times, strict=True):
                began = time.perf_counter()
                await send(sandbox, named[name])
                taken.append(time.perf_counter() - began)
        small, big = median(times[0]), median(times[1])
        first = f"{firsts[1] * 1000:.1f} ms"
        rows.append((name, f"{small * 1000:.2f} ms", f"{big * 1000:.2f} ms", f"{big / small:.2f}", first))
    for sandbox in sandboxes:
        await sandbox.close()
    return iter(rows)


@contextmanager
def served(command: Sequence[str], given: bytes = b"") -> Iterator[tuple[bytes, int]]:
    """Run a server, and give its first line and its process ID."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, *command], cwd=ROOT, stdin=pipe, stdout=pipe) as process:
        try:
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("the server has no pipes")
            process.stdin.write(given)
            process.stdin.close()
            yield process.stdout.readline(), process.pid
        finally:
            process.terminate()


def processor_time(process: int) -> float:
    """Give the seconds of processor time that a process has used, 0 where the system does not tell."""
    try:
        ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return 0
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


async def compare_servers(path: Path, rounds: int, runs: int) -> list[Row]:
    """Measure a server of the marketplace in a file, and the bare one, in turn."""
    with served(["-m", "tui", "sandbox", "--db", str(path)]) as (line, our_process):
        sheet = SignInSheet(**json.loads(line))
        ours = int(sheet.url.rpartition(":")[2])

        async def ask(request: Request) -> bytes:
            return wire.ask(ours, request.wire)

        caller = Caller(ask, sheet)
        await caller.sign_in()
        reads = {
            "reads of one API client": (await caller.calls())["one API client by ID"],
            "reads of oneself": caller.get("me"),
            "reads of 5 buyers": caller.get("buyers", sortBy="Name", pageSize="5"),
            "reads of 10 API clients": caller.get("apiclients", sortBy="AppName", pageSize="10"),
        }
        token = await caller.credentials()
        answers = [(await ask(each)).decode() for each in reads.values()]
        with served(["-m", "tests.bench.bare"], json.dumps(answers).encode()) as (bare, their_process):
            theirs = int(bare)
            pairs = {"tokens by client credentials": (token, Request("POST", "/token", "", FORM, token.body))} | {
                name: (read, Request("GET", f"/resource/{at}", "", read.headers))
                for at, (name, read) in enumerate(reads.items())
            }
            rows: list[Row] = []
            for name, (request, least) in pairs.items():
                busy = processor_time(their_process), processor_time(our_process)
                pairs_per_second = [
                    (
                        wire.per_second(theirs, least.wire, rounds, CONNECTIONS),
                        wire.per_second(ours, request.wire, rounds, CONNECTIONS),
                    )
                    for _ in range(runs)
                ]
                used = processor_time(their_process) - busy[0], processor_time(our_process) - busy[1]
                its, mine = (median(each) for each in zip(*pairs_per_second, strict=True))
                ratio = median(ours / bare for bare, ours in pairs_per_second)  # of neighbours: the load changes
                by_processor = f"{used[0] / used[1]:.2f}" if used[1] else ""
                rows.append((name, f"{its:.0f} /s", f"{mine:.0f} /s", f"{ratio:.2f}", by_processor))
    return rows


async def longest_gap(work: Awaitable[object]) -> float:
    """Do the work beside a task that ticks, and give the longest time between two ticks beyond the tick itself."""
    gaps: list[float] = []

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            gaps.append(time.perf_counter() - began - TICK)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(5 * TICK)
    await work
    await asyncio.sleep(5 * TICK)
    ticking.cancel()
    return max(gaps)


async def measure_gaps(large: Path, runs: int) -> list[Row]:
    """Measure how long calls of the typed client on the large marketplace, and passwords, hold the event loop."""
    sandbox = await Sandbox.open(large)
    sheet = sandbox.sign_in
    credentials = Credentials(sheet.client_id, username=sheet.username, password=sheet.password)
    async with OrderCloud(sheet.url, transport=sandbox.transport(), credentials=credentials) as ordercloud:

        async def idle() -> None:
            await asyncio.sleep(0.05)

        async def list_hundred() -> None:
            await ordercloud.api_clients.list(ListQuery(page_size=100))

        async def sign_in() -> None:
            ordercloud.sign_out()
            await ordercloud.sign_in(credentials)

        async def guess() -> None:
            with suppress(OAuthRefused):  # an unknown user costs the whole hash of a new password
                await ordercloud.oauth.password(sheet.client_id, "nobody", "A-Password-1")

        async def guesses() -> None:
            await asyncio.gather(*(guess() for _ in range(4)))

        works = {
            "nothing": idle,
            "listing 100 API clients": list_hundred,
            "signing in": sign_in,
            "four passwords at once": guesses,
        }
        found: dict[str, list[float]] = {name: [] for name in works}
        for work in works.values():
            await work()
        for _ in range(runs):
            for name, work in works.items():
                found[name].append(await longest_gap(work()))
    await sandbox.close()
    return [(name, f"{median(gaps) * 1000:.1f} ms", f"{max(gaps) * 1000:.1f} ms") for name, gaps in found.items()]


async def _measure(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        demo, large, served_file = (Path(folder, name) for name in ("demo.db", "large.db", "served.db"))
        await (await Sandbox.open(demo)).close()
        await make_large(large, arguments.api_clients, arguments.buyers, arguments.assignments)
        head: Row = ("in process", "demo", "large", "ratio", "large, first")
        _print(head, list(await compare_sizes(demo, large, arguments.runs)))
        head = ("over loopback", "bare route", "sandbox", "ratio", "by processor time")
        _print(head, await compare_servers(served_file, arguments.rounds, 7))
        head = ("longest the event loop is held by", "median", "worst")
        _print(head, await measure_gaps(large, 15))


def _print(head: Row, body: list[Row]) -> None:
    rows = [head, *body]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "| " + " | ".join(f"{cell:{'>' if at else '<'}{widths[at]}}" for at, cell in enumerate(row)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 1) + (":" if at else "-") for at, width in enumerate(widths)) + "|")
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sandbox", description=__doc__)
    parser.add_argument("--runs", type=int, default=60, help="calls of each kind on each marketplace (60)")
    parser.add_argument(
        "--rounds", type=int, default=150, help="requests on each of four connections, seven times (150)"
    )
    parser.add_argument("--api-clients", type=int, default=10_000)
    parser.add_argument("--buyers", type=int, default=100_000)
    parser.add_argument("--assignments", type=int, default=1_000_000)
    asyncio.run(_measure(parser.parse_args()))


if __name__ == "__main__":
    main()
