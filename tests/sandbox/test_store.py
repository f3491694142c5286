"""The database file: what is kept, who may read it, and what is said when it cannot be used."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tui.sandbox import FAST, NotASandbox, Sandbox, SandboxError, SandboxLocked, SandboxReadOnly, SandboxTooNew
from tui.sandbox.schema import MIGRATIONS
from tui.sandbox.store import Store


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "sandbox.db"
    first = await Sandbox.open(path, hashing=FAST)
    key = await first._services.key()
    await first._services.store.run(lambda c: c.execute("UPDATE buyers SET Name = 'Kept'"), write=True)
    await first.close()
    await first.close()
    again = await Sandbox.open(path, seed="empty", hashing=FAST)
    assert again.sign_in == first.sign_in
    assert (await again._services.key()).public == key.public
    names = await again._services.store.run(lambda c: c.execute("SELECT DISTINCT Name FROM buyers").fetchall())
    assert names == [("Kept",)]
    await again.close()


async def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "sandbox.db"
    sandbox = await Sandbox.open(path, hashing=FAST)
    await sandbox._services.store.run(lambda c: c.execute("UPDATE buyers SET Name = 'x'"), write=True)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.stat().st_mode & 0o777 for each in path.parent.iterdir()] == [0o600] * 3
    await sandbox.close()


async def test_two_may_open_one_file_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    both = await asyncio.gather(*(Sandbox.open(path, hashing=FAST) for _ in range(2)))
    keys = [await each._services.key() for each in both]
    assert keys[0].public == keys[1].public
    assert both[0].sign_in == both[1].sign_in
    for each in both:
        await each.close()


async def test_a_unit_that_fails_leaves_nothing(tmp_path: Path) -> None:
    sandbox = await Sandbox.open(hashing=FAST)
    store = sandbox._services.store

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM api_clients")
        raise KeyError("half way")

    with pytest.raises(KeyError):
        await store.run(half, write=True)
    assert (await store.run(lambda c: c.execute("SELECT count(*) FROM api_clients").fetchone()))[0] > 0
    await sandbox.close()
    with pytest.raises(RuntimeError):
        await store.run(half)


def test_every_table_is_strict_and_refers_soundly() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for script in MIGRATIONS:
            connection.executescript(script)
        tables = connection.execute("PRAGMA table_list").fetchall()
        assert [row[1] for row in tables if not row[5] and not row[1].startswith("sqlite_")] == []
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


async def refused(path: Path, *, busy_seconds: float = 0.05) -> SandboxError:
    store = Store(path, busy_seconds=busy_seconds)
    with pytest.raises(SandboxError) as caught:
        await store.open(lambda _: None)
    error = caught.value
    assert str(path) in str(error)
    assert str(error).endswith(".")
    assert "\n" not in str(error)
    return error


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    path.write_bytes(b"this is a letter to my grandmother, not a database " * 100)
    before = path.read_bytes()
    assert isinstance(await refused(path), NotASandbox)
    assert path.read_bytes() == before


async def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    await (await Sandbox.open(path, hashing=FAST)).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(NotASandbox):
        await Sandbox.open(path)


async def test_a_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE songs (title)")
        other.commit()
    assert isinstance(await refused(path), NotASandbox)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_schema").fetchall() == [("songs",)]


async def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    await (await Sandbox.open(path, hashing=FAST)).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    assert isinstance(await refused(path), SandboxTooNew)


async def test_a_database_that_another_process_holds(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert isinstance(await refused(path), SandboxLocked)


async def test_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert isinstance(await refused(tmp_path / "file" / "sandbox.db"), SandboxReadOnly)
    assert isinstance(await refused(tmp_path), SandboxReadOnly)


async def test_a_password_changed_over_the_api_is_no_longer_told(tmp_path: Path) -> None:
    from tests.sandbox.support import Clock, Http
    from tui.ordercloud._httpx import AsyncClient

    path = tmp_path / "sandbox.db"
    sandbox = await Sandbox.open(path, seed="empty", hashing=FAST)
    sheet = sandbox.sign_in
    async with AsyncClient(transport=sandbox.transport(), base_url=sheet.url) as client:
        http = Http(sandbox, client, Clock())
        form = {"client_id": sheet.client_id, "username": sheet.username, "password": sheet.password}
        token = (await http.token(grant_type="password", **form)).json()["access_token"]
        await http.bearer(token).ok("PATCH", "adminusers/admin", {"Password": "Another-One-5"})
    await sandbox.close()
    again = await Sandbox.open(path, hashing=FAST)
    assert (again.sign_in.username, again.sign_in.password) == ("admin", "")
    await again.close()


async def test_writers_of_one_file_never_lose_what_the_other_wrote(tmp_path: Path) -> None:
    """Two consoles over one file, each with many PATCHes of different members of one object at the same time."""
    from tests.sandbox.support import Clock, Http
    from tui.ordercloud._httpx import AsyncClient

    path = tmp_path / "sandbox.db"
    both = [await Sandbox.open(path, hashing=FAST, clock=Clock()) for _ in range(2)]
    members = {"Name": "Renamed", "Active": False, "xp": {"deep": {"one": 1}}, "DefaultCatalogID": "chandlery"}
    changes = [{name: value} for name, value in members.items()] + [{"xp": {f"n{n}": n}} for n in range(30)]
    changes += [{"xp": {"deep": {f"d{n}": n}}} for n in range(30)]
    async with (
        AsyncClient(transport=both[0].transport(), base_url=both[0].sign_in.url) as one,
        AsyncClient(transport=both[1].transport(), base_url=both[1].sign_in.url) as other,
    ):
        first = Http(both[0], one, Clock())
        admin = await first.sign_in("Default API Client", "harbor-admin")
        callers = [admin, Http(both[1], other, Clock(), admin.headers)]
        sent = [callers[n % 2].ok("PATCH", "buyers/anchor-boats", change) for n, change in enumerate(changes)]
        await asyncio.gather(*sent)
        buyer = await admin.ok("GET", "buyers/anchor-boats")
    for each in both:
        await each.close()
    xp = {f"n{n}": n for n in range(30)} | {"deep": {"one": 1} | {f"d{n}": n for n in range(30)}}
    assert {name: buyer[name] for name in members} == {**members, "xp": xp}


async def test_two_that_share_a_file_see_each_others_changes(tmp_path: Path) -> None:
    both = [await Sandbox.open(tmp_path / "sandbox.db", hashing=FAST) for _ in range(2)]
    stores = [each._services.store for each in both]

    async def append(number: int) -> None:
        change = f"UPDATE buyers SET Name = Name || '{number}.'"
        await stores[number % 2].run(lambda c: c.execute(change), write=True)

    await asyncio.gather(*(append(number) for number in range(20)))
    names = [await each.run(lambda c: c.execute("SELECT Name FROM buyers").fetchall()) for each in stores]
    assert names[0] == names[1]
    assert all(f"{number}." in names[0][0][0] for number in range(20))
    for each in both:
        await each.close()
