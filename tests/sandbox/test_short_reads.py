"""Short reads make no hop to the store's thread, and are no less right for it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.support import Http, named
from tui.sandbox import FAST, Sandbox
from tui.sandbox.resources import ASSIGNMENTS, RESOURCES
from tui.sandbox.store import Store

HERE = threading.get_ident
LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT count(*) FROM n"
STRANGE: dict[str, Any] = {"a": '"\\\u0001\u007f\u2028é🛥', "b": [1, 1.5, 1e300, None, True, {"": {}}], "c": "</script>"}


def where(connection: sqlite3.Connection) -> tuple[int, int]:
    """Give the thread, and for how long another process would be waited for."""
    patience: int = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    return HERE(), patience


async def test_a_short_read_is_made_at_once_and_waits_for_nobody(tmp_path: Path) -> None:
    for path in (None, tmp_path / "sandbox.db"):
        store = Store(path)
        await store.open(lambda _: None)
        assert await store.look(where) == (HERE(), 0)
        thread, patience = await store.run(where)
        assert thread != HERE()
        assert patience == 5000
        assert await store.look(where) == (HERE(), 0)
        await store.close()
        with pytest.raises(RuntimeError):
            await store.look(where)


async def test_a_read_that_turns_out_to_be_long_goes_to_the_thread() -> None:
    store = Store(None)
    await store.open(lambda _: None)

    def long(connection: sqlite3.Connection) -> tuple[int, int]:
        connection.execute("SELECT 1").fetchone()
        return HERE(), connection.execute(LONG).fetchone()[0]

    thread, count = await store.look(long)
    assert thread != HERE()
    assert count == 200_000
    for _ in range(3_000):  # steps of earlier calls make no short read long
        assert (await store.look(where))[0] == HERE()
    await store.close()


async def test_a_read_comes_after_a_write_that_is_under_way() -> None:
    sandbox = await Sandbox.open(hashing=FAST)
    store = sandbox._services.store
    begun, go_on = threading.Event(), threading.Event()

    def write(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE buyers SET Name = 'Half Way'")
        begun.set()
        assert go_on.wait(30)

    def read(connection: sqlite3.Connection) -> Any:
        return HERE(), connection.execute("SELECT DISTINCT Name FROM buyers").fetchall()

    writing = asyncio.create_task(store.run(write, write=True))
    assert await asyncio.to_thread(begun.wait, 30)
    reading = asyncio.create_task(store.look(read))
    await asyncio.sleep(0)
    assert not reading.done()
    go_on.set()
    thread, names = await reading
    assert thread != HERE()
    assert names == [("Half Way",)]
    assert writing.done()
    await sandbox.close()


async def test_an_error_in_a_short_read_ends_its_transaction() -> None:
    store = Store(None)
    await store.open(lambda _: None)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await store.look(lambda c: c.execute("SELECT * FROM nowhere"))
    assert not await store.run_alone(lambda c: c.in_transaction)
    await store.close()


async def test_a_revoked_token_and_an_inactive_client_are_refused_at_once(admin: Http) -> None:
    shopper = await admin.sign_in("Buyer Storefront", "shopper01")
    path = f"apiclients/{named('Buyer Storefront')}"
    assert (await shopper.get("me")).status_code == 200
    await admin.ok("PATCH", path, {"Active": False})
    assert (await shopper.get("me")).status_code == 401
    await admin.ok("PATCH", path, {"Active": True})
    assert (await shopper.get("me")).status_code == 200
    await shopper.ok("DELETE", "me/tokens", status=204)
    answer = await shopper.get("me")
    assert (answer.status_code, answer.json()["Errors"][0]["ErrorCode"]) == (401, "Auth.TokenRevoked")


async def test_the_clock_ends_a_token_and_brings_it_back(admin: Http) -> None:
    statuses = []
    for hours in (0, 11, -11, -1):
        admin.clock.forward(hours=hours)
        statuses.append((await admin.get("me")).status_code)
    assert statuses == [200, 401, 200, 401]


async def test_what_is_written_reads_as_the_record_of_the_row(admin: Http) -> None:
    await admin.ok("PUT", "buyers/strange", {"Name": STRANGE["a"], "Active": False, "xp": STRANGE})

    def compare(connection: sqlite3.Connection) -> int:
        count = 0
        for each in (*RESOURCES, *ASSIGNMENTS):
            for row in connection.execute(f"{each.select} LIMIT 200").fetchall():
                assert json.loads(each.write(row)) == each.record(row)
                count += 1
        return count

    assert await admin.sandbox._services.store.run(compare) > 200
    shown = await admin.ok("GET", "buyers/strange")
    assert (shown["Name"], shown["Active"], shown["xp"]) == (STRANGE["a"], False, STRANGE)
