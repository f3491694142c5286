"""Storage that people try to break: killed, filled, locked, taken away."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from tests.sandbox.support import Clock, Http, error_of
from tests.sandbox.test_server import running, sign_in
from tui.ordercloud._httpx import AsyncClient, httpx
from tui.sandbox import FAST, NotASandbox, Sandbox, SandboxError, SandboxReadOnly, SandboxServed, SandboxTooNew
from tui.sandbox.lock import ServerLock

KILLS = 50
BUYER = {"Name": "Kept", "xp": {"x": "y" * 3000}}
NAMES = "SELECT Username, DefaultContextUserName FROM users u, api_clients c WHERE u.ID = 'service' AND c.ID = ?"

# Starts a server in a child for every line it reads, and says how it ended; so a start costs a fork, not an import.
NURSERY = """
import os, sys
from pathlib import Path
import uvicorn, uvicorn.protocols.http.h11_impl, joserfc.jws, joserfc.jwk
from cryptography.hazmat.primitives.asymmetric import padding
from tui.sandbox.server import serve
import tui.sandbox.seeds
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
        os._exit(serve(host="127.0.0.1", port=int(sys.argv[2]), path=Path(sys.argv[1]), seed="empty"))
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


class Nursery:
    """Servers on one file and one port, one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.child = 0

    def start(self) -> str:
        """Start a server; gives its first line."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        self.child = int(self._line())
        return self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def kill(self) -> None:
        """Kill it, at once."""
        os.kill(self.child, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until it is gone."""
        assert self._line() == "gone\n"


@contextmanager
def nursery(path: Path, port: int) -> Iterator[Nursery]:
    command = [sys.executable, "-c", NURSERY, str(path), str(port)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield Nursery(process)
        finally:
            process.kill()


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 is of POSIX")
@pytest.mark.timeout(180)
def test_fifty_times_killed_while_writing(tmp_path: Path) -> None:
    """Every acknowledged write is kept; the one under way is there as a whole or not at all; the file is intact."""
    path, draw = tmp_path / "sandbox.db", random.Random(1)
    kept: set[str] = set()
    renamed, attempts = "service", 0
    with nursery(path, free_port()) as servers:
        sheet = json.loads(servers.start())
        with sign_in(sheet) as client:
            user = {"ID": "service", "Username": renamed, "FirstName": "a", "LastName": "b", "Email": "a@b.example"}
            assert client.post("/v1/adminusers", json={**user, "Active": True}).status_code == 201
            machine = {"AppName": "Machine", "AccessTokenDuration": 10, "DefaultContextUserName": renamed}
            machine_id = client.post("/v1/apiclients", json=machine).json()["ID"]
            token = client.headers["Authorization"]
        for number in range(KILLS):
            under_way = ""
            with httpx.Client(base_url=sheet["url"], trust_env=False, headers={"Authorization": token}) as client:
                killer = threading.Timer(draw.uniform(0.0, 0.06), servers.kill)
                try:
                    while True:
                        attempts += 1
                        under_way = f"b-{number}-{attempts}"
                        answer = client.post(
                            "/v1/buyers", json={"ID": under_way, "Name": "Kept", "xp": {"x": "y" * 3000}}
                        )
                        assert answer.status_code == 201, answer.text
                        kept.add(under_way)
                        under_way = ""
                        if killer.ident is None:  # however slow the machine is, each life has a write to lose
                            killer.start()
                        wanted = f"service-{attempts}"
                        answer = client.patch("/v1/adminusers/service", json={"Username": wanted})
                        assert answer.status_code == 200, answer.text
                        renamed = wanted
                except httpx.TransportError:
                    pass
                killer.join()
            servers.wait()
            assert json.loads(servers.start()) == sheet
            with closing(sqlite3.connect(path)) as database:
                assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                rows = {row[0]: row[1:] for row in database.execute("SELECT ID, Name, length(xp) FROM buyers")}
                assert kept <= set(rows) <= kept | {under_way}
                assert set(rows.values()) <= {("Kept", 3008)}
                kept = set(rows)
                # one write to two tables: both, or neither
                username, context_user = database.execute(NAMES, (machine_id,)).fetchone()
                assert username == context_user
                assert username in (renamed, f"service-{attempts}")
                renamed = username
        with httpx.Client(base_url=sheet["url"], trust_env=False, headers={"Authorization": token}) as client:
            listed = client.get("/v1/buyers", params={"Name": "Kept"}).json()["Meta"]["TotalCount"]
            assert listed == len(kept)
        servers.kill()
        servers.wait()
    assert attempts > KILLS


# -- two on one file


@pytest.mark.timeout(120)
def test_two_servers_on_one_file(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with running(path) as (first, _):
        with running(path) as (second, sheet):
            assert sheet is None
            assert second.wait(20) == 3
            told = second.stderr.read()
            assert told.count("\n") == 1
            assert f"(process {first.pid}) serves {path}" in told
            assert "--memory" in told
        first.send_signal(signal.SIGKILL)
        first.wait(20)
        with running(path) as (_, sheet), sign_in(sheet):
            pass


@pytest.mark.timeout(120)
async def test_a_console_and_a_server_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with running(path) as (_, sheet), sign_in(sheet) as client:
        console = await Sandbox.open(path, hashing=FAST)
        another = await Sandbox.open(path, hashing=FAST)
        assert client.post("/v1/buyers", json={"ID": "shared", "Name": "Shared"}).status_code == 201
        count = "SELECT count(*) FROM buyers WHERE ID = 'shared'"
        for each in (console, another):
            assert await each._services.store.run(lambda c: c.execute(count).fetchone()) == (1,)
        await console._services.store.run(lambda c: c.execute("UPDATE buyers SET Name = 'Ours'"), write=True)
        assert client.get("/v1/buyers/shared").json()["Name"] == "Ours"
        for each in (console, another):
            await each.close()


def test_the_lock_is_private_and_can_be_let_go(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "sandbox.db"
    lock = ServerLock(path)
    assert path.with_name("sandbox.db.lock").stat().st_mode & 0o777 == 0o600
    with pytest.raises(SandboxServed, match=f"process {os.getpid()}"):
        ServerLock(path)
    lock.release()
    lock.release()
    ServerLock(path).release()
    (tmp_path / "file").touch()
    with pytest.raises(SandboxReadOnly):
        ServerLock(tmp_path / "file" / "sandbox.db")


# -- no room, no permission


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Http]:
    sandbox = await Sandbox.open(path, hashing=FAST)
    async with AsyncClient(transport=sandbox.transport(), base_url=sandbox.sign_in.url) as client:
        yield await Http(sandbox, client, Clock()).sign_in("Default API Client", "harbor-admin")
    await sandbox.close()


async def test_a_full_disk_refuses_the_write_and_the_server_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    async with opened(path) as http:
        store = http.sandbox._services.store

        def limit(connection: sqlite3.Connection) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + 2}")

        await store.run_alone(limit)
        kept = []
        for number in range(100):
            xp = {"x": "y" * 7000}
            answer = await http.send("POST", "buyers", {"ID": f"full-{number}", "Name": "Full", "xp": xp})
            if answer.status_code != 201:
                break
            kept.append(f"full-{number}")
        assert error_of(answer) == (507, "Storage.Full")
        assert "nothing was changed" in answer.json()["Errors"][0]["Message"]
        assert (await http.get("buyers/anchor-boats")).status_code == 200
        assert (await http.send("PATCH", "buyers/anchor-boats", {"Name": "Short"})).status_code == 200
        await store.run_alone(lambda c: c.execute("PRAGMA max_page_count = 1000000"))
        assert (await http.send("POST", "buyers", {"ID": "room", "Name": "Full"})).status_code == 201
        assert [each["ID"] for each in await http.items("buyers", Name="Full")] == [*kept, "room"]
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_writer_that_does_not_let_go_is_told_as_busy(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    async with opened(path) as http:
        await http.sandbox._services.store.run_alone(lambda c: c.execute("PRAGMA busy_timeout = 20"))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = await http.send("PATCH", "buyers/anchor-boats", {"Name": "x"})
            assert error_of(answer) == (503, "Storage.Busy")
            assert answer.headers["Retry-After"] == "1"
        assert (await http.send("PATCH", "buyers/anchor-boats", {"Name": "x"})).status_code == 200


@pytest.fixture
def read_only_folder() -> Iterator[Path]:
    """Give a folder with a sandbox's file that this process may read and not write; root may write everywhere."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder, user = Path(name), os.geteuid()
        yield folder
        if os.geteuid() != user:
            os.seteuid(user)
        folder.chmod(0o700)


def take_away(path: Path) -> None:
    """Forbid this process to write the file and its folder."""
    path.chmod(0o444)
    path.parent.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
async def test_a_folder_that_cannot_be_written(read_only_folder: Path) -> None:
    path = read_only_folder / "sandbox.db"
    await (await Sandbox.open(path, hashing=FAST)).close()
    before = path.read_bytes()
    take_away(path)
    for target in (path, read_only_folder / "new.db", read_only_folder / "deeper" / "new.db"):
        with pytest.raises(SandboxReadOnly, match=str(target)):
            await Sandbox.open(target, hashing=FAST)
    with pytest.raises(SandboxReadOnly):
        ServerLock(path)
    assert path.read_bytes() == before


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: path.write_text("a letter " * 1000), NotASandbox),
        (lambda path: sqlite3.connect(path).execute("PRAGMA user_version = 99; ").connection.close(), SandboxTooNew),
    ],
)
async def test_what_cannot_be_used_is_not_damaged(tmp_path: Path, make: object, error: type[SandboxError]) -> None:
    path = tmp_path / "sandbox.db"
    if error is SandboxTooNew:
        await (await Sandbox.open(path, hashing=FAST)).close()
    assert callable(make)
    make(path)
    before = path.read_bytes()
    with running(path) as (process, sheet):
        assert sheet is None
        assert process.wait(20) == 3
        assert str(path) in process.stderr.read()
    with pytest.raises(error):
        await Sandbox.open(path)
    assert path.read_bytes() == before
