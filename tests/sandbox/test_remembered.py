"""What reads remember of totals, pages and oneself is never older than the database."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.sandbox.support import Clock, Http, named
from tui.ordercloud._httpx import AsyncClient
from tui.sandbox import FAST, Sandbox
from tui.sandbox.connection import Memory
from tui.sandbox.lists import compile_listing
from tui.sandbox.pages import page_of
from tui.sandbox.resources import BUYERS
from tui.tokens.token import JSON

SEARCH = {"search": "boats", "searchOn": "Name"}
"""A search makes lists remember which rows they have, as its patterns are no short read."""
LONG = SEARCH | {"pageSize": "100"}
"""Of long pages it is remembered which rows they have, of short ones what is written of them, too."""
both_lengths = pytest.mark.parametrize("wanted", [SEARCH, LONG], ids=["short", "long"])


async def listed(http: Http, path: str = "buyers", **query: str) -> tuple[int, list[str]]:
    answer = await http.get(path, **query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["Meta"]["TotalCount"], [item["ID"] for item in body["Items"]]


async def scans(http: Http, path: str, **query: str) -> int:
    """Give how often the tables were gone through for a list: counted and searched."""
    seen: list[str] = []
    store = http.sandbox._services.store
    await store.run(lambda c: c.set_trace_callback(seen.append))
    await listed(http, path, **query)
    await store.run(lambda c: c.set_trace_callback(None))
    return sum("LIKE" in statement for statement in seen)


@both_lengths
async def test_a_list_is_found_once(admin: Http, wanted: dict[str, str]) -> None:
    expected = await listed(admin, **wanted)
    assert expected[0] > 0
    assert await scans(admin, "buyers", **wanted) == 0
    assert await listed(admin, **wanted) == expected
    assert await scans(admin, "buyers", **wanted, sortBy="Name") == 1, "the total is known, the order is not"
    assert await scans(admin, "buyers", search="nothing has this") == 1, "of no rows there is no page"


@both_lengths
async def test_every_write_is_seen(admin: Http, wanted: dict[str, str]) -> None:
    total, ids = await listed(admin, **wanted)
    await admin.ok("POST", "buyers", {"ID": "a-new-one", "Name": "New Boats", "Active": True}, 201)
    assert await listed(admin, **wanted) == (total + 1, sorted([*ids, "a-new-one"]))
    await admin.ok("PATCH", "buyers/a-new-one", {"Name": "Other"})
    assert await listed(admin, **wanted) == (total, ids)
    await admin.ok("PATCH", "buyers/a-new-one", {"Name": "More Boats"})
    assert (await listed(admin, **wanted))[0] == total + 1
    await admin.ok("DELETE", "buyers/a-new-one", status=204)
    assert await listed(admin, **wanted) == (total, ids)


async def test_what_was_seen_in_a_write_that_failed_is_forgotten(admin: Http) -> None:
    store = admin.sandbox._services.store
    expected = await listed(admin, **SEARCH)
    listing = compile_listing(BUYERS.members, [*SEARCH.items()])

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM buyers")
        page = page_of(connection, BUYERS, listing.conditions, listing.order, listing.paging)
        assert json.loads(page)["Items"] == []
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        await store.run(half, write=True)
    assert await listed(admin, **SEARCH) == expected


async def test_another_process_and_another_marketplace_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    both = [await Sandbox.open(path, hashing=FAST, clock=Clock()) for _ in range(2)]
    async with AsyncClient(transport=both[0].transport(), base_url=both[0].sign_in.url) as client:
        admin = await Http(both[0], client, Clock()).sign_in("Default API Client", "harbor-admin")
        state = both[0].control.state
        before = await listed(admin, **SEARCH)
        await state.snapshot(tmp_path / "before.db")
        assert await listed(admin, **SEARCH) == before

        rename = "UPDATE buyers SET Name = 'Renamed ' || key"
        await both[1]._services.store.run(lambda c: c.execute(rename), write=True)
        assert await listed(admin, **SEARCH) != before

        await state.restore(tmp_path / "before.db")
        assert await listed(admin, **SEARCH) == before
        await both[0]._services.store.run(lambda c: c.execute(rename), write=True)
        assert await listed(admin, **SEARCH) != before
        await state.reset()
        admin = await admin.sign_in("Default API Client", "harbor-admin")
        assert await listed(admin, **SEARCH) == before
    for each in both:
        await each.close()


async def test_tokens_make_only_lists_of_users_forget(admin: Http) -> None:
    users = "buyers/anchor-boats/users"
    expected = await listed(admin, **SEARCH)
    idle = await listed(admin, users, search="shopper", LastActive="!*")
    assert "shopper01" in idle[1]
    await admin.sign_in("Buyer Storefront", "shopper01")
    assert await scans(admin, "buyers", **SEARCH) == 0
    assert await listed(admin, **SEARCH) == expected
    assert "shopper01" not in (await listed(admin, users, search="shopper", LastActive="!*"))[1]


async def test_short_pages_and_oneself_are_written_once_and_anew_after_each_write(admin: Http) -> None:
    store = admin.sandbox._services.store

    async def rows_read(path: str) -> tuple[int, dict[str, JSON]]:
        seen: list[str] = []
        await store.run(lambda c: c.set_trace_callback(seen.append))
        answer = (await admin.get(path)).json()
        await store.run(lambda c: c.set_trace_callback(None))
        return sum("DateCreated" in each or "FirstName" in each for each in seen), answer

    for path in ("buyers?pageSize=3", "me"):
        before = (await rows_read(path))[1]
        assert await rows_read(path) == (0, before)
    await admin.ok("PATCH", "buyers/anchor-boats", {"xp": {"note": "new"}})
    read, page = await rows_read("buyers?pageSize=3")
    assert read == 1
    assert '"note": "new"' in json.dumps(page)
    admin.clock.forward(minutes=5)
    again = await admin.sign_in("Default API Client", "harbor-admin")
    assert (await rows_read("me"))[1]["LastActive"] != before["LastActive"]
    await again.ok("PATCH", "me", {"FirstName": "Another"})
    assert (await rows_read("me"))[1]["FirstName"] == "Another"


async def test_tokens_write_to_nothing_that_lists_show_but_users(http: Http, admin: Http) -> None:
    written: set[str | None] = set()
    writing = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE)

    def note(action: int, table: str | None, *_: str | None) -> int:
        if action in writing:
            written.add(table)
        return sqlite3.SQLITE_OK

    store = admin.sandbox._services.store
    await store.run(lambda c: c.set_authorizer(note))
    answer = await http.password("Buyer Storefront", "shopper01")
    refresh = answer.json()["refresh_token"]
    await http.password("Buyer Storefront", "shopper01", "wrong")
    await http.token(grant_type="refresh_token", client_id=named("Buyer Storefront"), refresh_token=refresh)
    await http.token(grant_type="client_credentials", client_id=named("Guest Storefront"))
    await http.client.post("/v1/password/onetimepassword", json={})
    written_by_tokens = written.copy()
    await store.run(lambda c: c.set_authorizer(None))
    assert {"access_tokens", "refresh_tokens", "users"} <= written_by_tokens
    assert written_by_tokens <= {"access_tokens", "refresh_tokens", "users", "codes"}


def test_the_memory_is_bounded_and_forgets_by_table() -> None:
    memory = Memory()
    assert memory.recall(str, lambda: "x" * 100_000, "buyers", "long") == "x" * 100_000
    assert memory.known(str, "buyers", "long") is None
    for number in range(2_000):
        assert memory.recall(int, lambda number=number: number, "users" if number % 2 else "buyers", number) == number  # type: ignore[misc]  # a lambda with a default
    assert memory.known(int, "buyers", 0) is None
    assert memory.known(int, "buyers", 1_998) == 1_998
    memory.forget("users")
    assert memory.known(int, "users", 1_999) is None
    assert memory.known(int, "buyers", 1_998) == 1_998
