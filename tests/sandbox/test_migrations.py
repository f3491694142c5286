"""Files of older versions are brought up to date, with everything that is in them."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.sandbox.support import Clock, Http
from tui.ordercloud._httpx import AsyncClient
from tui.sandbox import FAST, Sandbox
from tui.sandbox.passwords import hash_password
from tui.sandbox.schema import APPLICATION_ID, MIGRATIONS
from tui.sandbox.store import Store

CLIENT = "5F0C9A1E-0000-4000-8000-00000000BEEF"
DATE = "2026-01-05T08:00:00.000Z"

VERSION_1 = f"""
INSERT INTO marketplace VALUES (1, 'old', 'Old Marketplace', 1);
INSERT INTO buyers (key, ID, Name, DefaultCatalogID, Active, DateCreated, xp) VALUES
    (3, 'kelp', 'Kelp', 'kelp', 1, '{DATE}', '{{"a":1}}'), (4, 'reef', 'Reef', 'KELP', 1, '{DATE}', NULL),
    (5, 'sand', 'Sand', NULL, 1, '{DATE}', NULL), (6, 'silt', 'Silt', '', 1, '{DATE}', NULL);
INSERT INTO suppliers (key, ID, Name, Active, DateCreated, AllBuyersCanOrder) VALUES
    (2, 'tide', 'Tide', 1, '{DATE}', 1);
INSERT INTO users (key, kind, buyer, supplier, ID, Username, Password, FirstName, LastName, Email, Active, DateCreated)
VALUES (7, 'seller', NULL, NULL, 'admin', 'admin', :password, 'A', 'A', 'a@x.example', 1, '{DATE}'),
    (8, 'buyer', 3, NULL, 'kim', 'kim', :password, 'K', 'K', 'k@x.example', 1, '{DATE}'),
    (9, 'supplier', NULL, 2, 'tia', 'tia', NULL, 'T', 'T', 't@x.example', 1, '{DATE}');
INSERT INTO api_clients VALUES (5, '{CLIENT}', NULL, 600, 1, 'Old Client', 60, 10080, 'kim', NULL, 1, 0, 1, 0,
    '[]', '[]', '[]', '[]');
INSERT INTO api_client_assignments (api_client, buyer, supplier) VALUES (5, 3, NULL), (5, 4, NULL), (5, NULL, 2);
INSERT INTO security_profiles (key, ID, Name, Roles, CustomRoles) VALUES
    (1, 'full', 'Full', '["FullAccess"]', '[]'), (2, 'shop', 'Shop', '["Shopper"]', '["Old"]');
INSERT INTO security_profile_assignments (profile, buyer, supplier, user) VALUES
    (1, NULL, NULL, 7), (2, 3, NULL, NULL), (2, NULL, 2, NULL), (2, NULL, NULL, NULL);
INSERT INTO sign_in VALUES (1, 5, 7, NULL);
"""


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """Give a file as the first version wrote it."""
    path = tmp_path / "sandbox.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(MIGRATIONS[0])
        password = hash_password("Kept-Password-1", FAST)
        connection.executescript(VERSION_1.replace(":password", f"'{password}'"))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
    return path


async def test_a_file_of_the_first_version_keeps_everything(old_file: Path) -> None:
    sandbox = await Sandbox.open(old_file, clock=Clock(), hashing=FAST)
    async with AsyncClient(transport=sandbox.transport(), base_url=sandbox.sign_in.url) as client:
        http = Http(sandbox, client, Clock())
        form = {"grant_type": "password", "client_id": CLIENT, "password": "Kept-Password-1"}
        admin = http.bearer((await http.token(**form, username="admin")).json()["access_token"])
        assert sandbox.sign_in.marketplace == "Old Marketplace"

        assert (await admin.ok("GET", "buyers/kelp"))["xp"] == {"a": 1}
        assert (await admin.ok("GET", f"apiclients/{CLIENT}"))["OrderCheckoutIntegrationEventID"] is None
        assert (await admin.ok("GET", "buyers/kelp/users/kim"))["AvailableRoles"] == ["Old", "Shopper"]
        assert (await admin.ok("GET", "suppliers/tide/users/tia"))["AvailableRoles"] == ["Old", "Shopper"]
        assert (await admin.ok("GET", "me"))["AvailableRoles"] == ["FullAccess", "Old", "Shopper"]
        assert len(await admin.items("securityprofiles/assignments")) == 4

        assert [each["ID"] for each in await admin.items("catalogs")] == ["kelp"]
        shown = await admin.items("catalogs/assignments")
        assert [(each["CatalogID"], each["BuyerID"]) for each in shown] == [("kelp", "kelp"), ("kelp", "reef")]

        counts = ("AssignedBuyerCount", "AssignedSupplierCount")
        client_now = await admin.ok("GET", f"apiclients/{CLIENT}")
        assert [client_now[name] for name in counts] == [2, 1]
        await admin.ok("DELETE", "buyers/reef", status=204)
        client_now = await admin.ok("GET", f"apiclients/{CLIENT}")
        assert [client_now[name] for name in counts] == [1, 1]

        await admin.ok("POST", "buyers/kelp/usergroups", {"ID": "crew", "Name": "Crew"}, 201)
        await admin.ok("DELETE", "buyers/sand", status=204)
    await sandbox.close()
    with closing(sqlite3.connect(old_file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_an_upgraded_file_has_the_tables_of_a_new_one(old_file: Path, tmp_path: Path) -> None:
    new_file = tmp_path / "new.db"
    schemas = []
    query = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"
    for path in (old_file, new_file):
        store = Store(path)
        schemas.append(await store.open(lambda c: c.execute(query).fetchall()))
        await store.close()
    assert schemas[0] == schemas[1]


async def test_an_upgrade_that_fails_leaves_the_old_file(old_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (*MIGRATIONS, "CREATE TABLE one_more (key INTEGER) STRICT; INSERT INTO nowhere VALUES (1)")
    with monkeypatch.context() as patch:
        patch.setattr("tui.sandbox.store.MIGRATIONS", broken)
        with pytest.raises(Exception, match="nowhere"):
            await Sandbox.open(old_file, hashing=FAST)
    with closing(sqlite3.connect(old_file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'user_groups'").fetchone() == (0,)
    await (await Sandbox.open(old_file, hashing=FAST)).close()


async def test_two_may_upgrade_one_file_at_the_same_time(old_file: Path) -> None:
    both = await asyncio.gather(*(Sandbox.open(old_file, hashing=FAST) for _ in range(2)))
    for each in both:
        await each.close()


def test_every_reference_of_every_table_has_its_target() -> None:
    """A migration that replaces a table must not leave others pointing to nothing."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for script in MIGRATIONS:
            connection.executescript(script)
        tables = {row[1] for row in connection.execute("PRAGMA table_list")}
        for table in tables:
            for reference in connection.execute(f"PRAGMA foreign_key_list({table})"):
                assert reference[2] in tables, (table, reference)
