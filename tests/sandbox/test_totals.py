"""The totals that are kept instead of counted: they stay what a count would say, whatever happens to the rows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.sandbox.support import Http
from tui.sandbox import FAST, Sandbox
from tui.sandbox.schema_speed import COUNTED, TOTAL


def differences(connection: sqlite3.Connection) -> list[str]:
    """Give the tables whose kept total is not the count of their rows."""
    count = "SELECT count(*) FROM {}"
    return [
        table
        for table in COUNTED
        if connection.execute(TOTAL, (table,)).fetchone() != connection.execute(count.format(table)).fetchone()
    ]


def miscounted(connection: sqlite3.Connection) -> list[str]:
    """Give the API clients of which other companies are counted than are assigned."""
    count = "(SELECT count({}) FROM api_client_assignments WHERE api_client = c.key)"
    differ = f'c."AssignedBuyerCount" <> {count} OR c."AssignedSupplierCount" <> {count}'.format("buyer", "supplier")
    return [row[0] for row in connection.execute(f"SELECT c.AppName FROM api_clients c WHERE {differ}")]


async def found(sandbox: Sandbox) -> list[str]:
    return await sandbox._services.store.run(lambda c: [*differences(c), *miscounted(c)])


async def test_totals_follow_creation_deletion_and_cascades(admin: Http) -> None:
    assert await found(admin.sandbox) == []
    await admin.ok("POST", "buyers", {"ID": "one-more", "Name": "One More", "Active": True}, 201)
    made = await admin.ok("POST", "apiclients", {"AppName": "One More", "AccessTokenDuration": 10}, 201)
    for _ in range(2):
        await admin.ok("POST", "apiclients/assignments", {"ApiClientID": made["ID"], "BuyerID": "one-more"}, 204)
    supplier = {"ApiClientID": made["ID"], "SupplierID": "gale-sails"}
    await admin.ok("POST", "apiclients/assignments", supplier, 204)
    assert await found(admin.sandbox) == []
    shown = await admin.ok("GET", f"apiclients/{made['ID']}")
    assert (shown["AssignedBuyerCount"], shown["AssignedSupplierCount"]) == (1, 1)
    await admin.ok("DELETE", f"suppliers/gale-sails/ApiClients/Assignments/{made['ID']}", status=204)
    assert await found(admin.sandbox) == []
    before = (await admin.ok("GET", "apiclients/assignments"))["Meta"]["TotalCount"]
    await admin.ok("DELETE", "buyers/one-more", status=204)
    assert (await admin.ok("GET", "apiclients/assignments"))["Meta"]["TotalCount"] == before - 1
    assert await found(admin.sandbox) == []
    await admin.ok("DELETE", f"apiclients/{made['ID']}", status=204)
    assert await found(admin.sandbox) == []


async def test_a_unit_of_work_that_fails_leaves_them_alone(admin: Http) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM api_client_assignments")
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        await admin.sandbox._services.store.run(fail, write=True)
    assert await found(admin.sandbox) == []


async def test_they_come_along_with_a_snapshot_and_a_reset(tmp_path: Path) -> None:
    sandbox = await Sandbox.open(tmp_path / "sandbox.db", hashing=FAST)
    state = sandbox.control.state
    await state.snapshot(tmp_path / "before.db")
    await sandbox._services.store.run(lambda c: c.execute("DELETE FROM api_client_assignments"), write=True)
    await state.restore(tmp_path / "before.db")
    assert await found(sandbox) == []
    await state.reset()
    assert await found(sandbox) == []
    await sandbox.close()
