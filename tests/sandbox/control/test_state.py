"""Snapshots, restoring, resetting, seeds, and a marketplace that repeats."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.support import Clock, Http, error_of, named
from tui.ordercloud._httpx import AsyncClient
from tui.sandbox import FAST, NotASandbox, Planting, Sandbox, SandboxError, SandboxTooNew
from tui.sandbox.large import LargeSize


async def open_http(path: Path | None = None, **options: Any) -> Http:
    clock = Clock()
    sandbox = await Sandbox.open(path, clock=clock, hashing=FAST, **options)
    client = AsyncClient(transport=sandbox.transport(), base_url=sandbox.sign_in.url)
    return Http(sandbox, client, clock)


def files(folder: Path, pattern: str = "*") -> list[str]:
    return sorted(each.name for each in folder.glob(pattern))


async def enter(http: Http) -> Http:
    sheet = http.sandbox.sign_in
    form = {"client_id": sheet.client_id, "username": sheet.username, "password": sheet.password}
    answer = await http.token(grant_type="password", **form)
    assert answer.status_code == 200, answer.text
    return http.bearer(answer.json()["access_token"])


@pytest.mark.parametrize("in_file", [False, True])
async def test_a_snapshot_is_restored_with_its_tokens_and_its_users(tmp_path: Path, in_file: bool) -> None:
    http = await open_http(tmp_path / "sandbox.db" if in_file else None)
    state = http.sandbox.control.state
    admin = await enter(http)
    await admin.ok("POST", "buyers", {"ID": "before", "Name": "Before"}, 201)
    await state.snapshot(tmp_path / "kept.db")
    assert (tmp_path / "kept.db").stat().st_mode & 0o777 == 0o600
    assert files(tmp_path, "kept*") == ["kept.db"]
    await admin.ok("DELETE", "buyers/before", status=204)
    await admin.ok("POST", "buyers", {"ID": "after", "Name": "After"}, 201)
    await state.restore(tmp_path / "kept.db")
    assert (await admin.get("buyers/before")).status_code == 200
    assert (await admin.get("buyers/after")).status_code == 404
    check = await http.sandbox._services.store.run(lambda c: c.execute("PRAGMA integrity_check").fetchone())
    assert check == ("ok",)
    await http.client.aclose()
    await http.sandbox.close()
    if in_file:
        again = await open_http(tmp_path / "sandbox.db")
        assert (await (await enter(again)).get("buyers/before")).status_code == 200
        await again.client.aclose()
        await again.sandbox.close()


async def test_a_snapshot_of_one_marketplace_becomes_another(tmp_path: Path) -> None:
    demo, empty = await open_http(), await open_http(tmp_path / "empty.db", seed="empty")
    token = await enter(empty)
    await demo.sandbox.control.state.snapshot(tmp_path / "demo.db")
    await empty.sandbox.control.state.restore(tmp_path / "demo.db")
    assert empty.sandbox.sign_in == demo.sandbox.sign_in
    assert error_of(await token.get("me")) == (401, "InvalidToken")
    assert len(await (await enter(empty)).items("buyers")) == 6
    for each in (demo, empty):
        await each.client.aclose()
        await each.sandbox.close()


async def test_what_is_no_snapshot_leaves_the_marketplace_alone(http: Http, tmp_path: Path) -> None:
    state = http.sandbox.control.state
    letter, songs, newer, nothing = (tmp_path / name for name in ("letter", "songs.db", "newer.db", "nothing.db"))
    letter.write_text("a letter " * 1000)
    nothing.touch()
    with closing(sqlite3.connect(songs)) as other:
        other.execute("CREATE TABLE songs (title)")
        other.commit()
    await state.snapshot(newer)
    damaged = tmp_path / "damaged.db"
    content = bytearray(newer.read_bytes())
    content[8192:40960] = b"\xff" * (40960 - 8192)
    damaged.write_bytes(content)
    with closing(sqlite3.connect(newer)) as other:
        other.execute("PRAGMA user_version = 99")
    for path, error in ((letter, NotASandbox), (songs, NotASandbox), (newer, SandboxTooNew)):
        before = path.read_bytes()
        for attempt in (state.restore, state.snapshot):
            with pytest.raises(error, match=path.name):
                await attempt(path)
        assert path.read_bytes() == before
    for path in (damaged, nothing, tmp_path / "missing.db", tmp_path):
        with pytest.raises(SandboxError, match=path.name):
            await state.restore(path)
    with pytest.raises(SandboxError):
        await state.snapshot(letter / "x.db")
    assert len(await (await enter(http)).items("buyers")) == 6


async def test_snapshots_by_name_over_the_wire(http: Http, tmp_path: Path) -> None:
    send = http.client.request
    assert error_of(await send("PUT", "/sandbox/snapshots/one")) == (400, "Sandbox.NoSnapshots")
    http.sandbox.control.state.folder = tmp_path / "kept"
    admin = await enter(http)
    assert (await send("PUT", "/sandbox/snapshots/one")).status_code == 204
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700
    await admin.ok("DELETE", "buyers/foghorn-cruises", status=204)
    assert (await send("GET", "/sandbox/snapshots")).json() == {"Items": ["one"]}
    restored = await send("POST", "/sandbox/snapshots/one/restore")
    assert (restored.status_code, restored.json()["username"]) == (200, "harbor-admin")
    assert (await admin.get("buyers/foghorn-cruises")).status_code == 200
    assert error_of(await send("POST", "/sandbox/snapshots/two/restore")) == (404, "NotFound")
    for name in ("..", "a%2Fb", ".hidden", "a.b", "%2e%2e%2fx", "x" * 101):
        assert (await send("PUT", f"/sandbox/snapshots/{name}")).status_code in (400, 404, 405), name
    assert files(tmp_path / "kept") == files(tmp_path, "**/*.db") == ["one.db"]


async def test_a_reset_makes_it_anew_and_old_tokens_are_dead(http: Http) -> None:
    admin = await enter(http)
    await admin.ok("DELETE", "buyers/foghorn-cruises", status=204)
    answer = await http.client.post("/sandbox/reset")
    assert answer.status_code == 200
    assert error_of(await admin.get("me")) == (401, "InvalidToken")
    assert (await (await enter(http)).get("buyers/foghorn-cruises")).status_code == 200
    emptied = (await http.client.post("/sandbox/reset", json={"Seed": "empty"})).json()
    assert (emptied["marketplace"], emptied["username"]) == ("New Marketplace", "admin")
    assert await (await enter(http)).items("buyers") == []
    sizes = {"ApiClients": 3, "Buyers": 4, "Suppliers": 2, "Users": 5}
    await http.client.post("/sandbox/reset", json={"Seed": "large", **sizes})
    assert len(await (await enter(http)).items("buyers")) == 4
    await http.client.post("/sandbox/reset", json={})
    assert len(await (await enter(http)).items("apiclients")) == 4


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"Seed": "huge"}, "one of demo, empty, large"),
        ({"Buyers": 3}, "for the seed large alone"),
        ({"Seed": "large", "Users": -1}, "from 0 to 1,000,000"),
        ({"Size": 1}, "Allowed: Seed, ApiClients"),
    ],
)
async def test_a_reset_that_makes_no_sense(http: Http, body: dict[str, object], told: str) -> None:
    answer = await http.client.post("/sandbox/reset", json=body)
    assert answer.status_code == 400
    assert any(told in each["Message"] for each in answer.json()["Errors"])
    assert len(await (await enter(http)).items("buyers")) == 6


async def content_of(sandbox: Sandbox) -> list[Any]:
    tables = ("buyers", "suppliers", "api_clients", "api_client_assignments", "security_profile_assignments")
    users = 'SELECT key, kind, buyer, supplier, "Username", "FirstName", "Active" FROM users'
    queries = (*(f"SELECT * FROM {each}" for each in tables), users)
    return await sandbox._services.store.run(lambda c: [c.execute(each).fetchall() for each in queries])


async def test_the_large_marketplace_is_the_same_for_the_same_number() -> None:
    def planting(number: int) -> Planting:
        return Planting("large", LargeSize(20, 30, 10, 50, number))

    opened = [await open_http(planting=planting(number)) for number in (1, 1, 2)]
    for each in opened:
        # API client of the seed itself is made at random
        await each.sandbox._services.store.run(lambda c: c.execute("UPDATE api_clients SET ID = 'x' WHERE key = 1"))
    first, same, other = [await content_of(each.sandbox) for each in opened]
    assert first == same
    assert first != other
    assert [len(rows) for rows in first[:3]] == [30, 10, 21]
    problems = await opened[0].sandbox._services.store.run(lambda c: c.execute("PRAGMA foreign_key_check").fetchall())
    assert problems == []
    user = await opened[0].token(
        grant_type="password", client_id=next(row[1] for row in first[2] if row[11]), username="user-1", password="no"
    )
    assert user.status_code == 400
    for each in opened:
        await each.client.aclose()
        await each.sandbox.close()


@pytest.mark.timeout(60)  # two or three seconds on a quiet machine
async def test_a_hundred_thousand_buyers_are_planted_in_one_go() -> None:
    size = LargeSize(api_clients=10_000, buyers=100_000, suppliers=1_000, users=10_000)
    http = await open_http(planting=Planting("large", size))
    answer = await (await enter(http)).get("buyers", pageSize="1")
    assert answer.json()["Meta"]["TotalCount"] == 100_000
    await http.client.aclose()
    await http.sandbox.close()


async def demo_tokens(http: Http) -> list[str]:
    tokens = []
    for _ in range(2):
        answer = (await http.password("Admin Backoffice", "harbor-admin")).json()
        tokens += [answer["access_token"], answer["refresh_token"]]
    admin = await enter(http)
    made = await admin.ok("POST", "apiclients", {"AppName": "New", "AccessTokenDuration": 10}, 201)
    secret = await admin.ok("POST", f"apiclients/{made['ID']}/secrets", {"Name": "S"}, 201)
    connect = {
        "ID": "sso",
        "OrderCloudApiClientID": named("Buyer Storefront"),
        "ConnectClientID": "sso",
        "ConnectClientSecret": "sso",
        "AppStartUrl": "https://shop.example/",
        "AuthorizationEndpoint": f"{http.sandbox.sign_in.url}/idp/authorize",
        "TokenEndpoint": f"{http.sandbox.sign_in.url}/idp/token",
    }
    await admin.ok("POST", "openidconnects", connect, 201)
    began = await http.client.get("/ocrplogin?id=sso")
    picked = await http.client.get(f"{began.headers['Location']}&login_hint=shopper01")
    drawn = [began.headers["Location"], began.headers["Set-Cookie"], picked.headers["Location"]]
    for path in ("reset", "onetimepassword"):
        asked = {"ClientID": named("Buyer Storefront"), "Username": "shopper01"}
        assert (await http.client.post(f"/v1/password/{path}", json=asked)).status_code == 204
    await admin.ok("DELETE", "openidconnects/sso", status=204)
    drawn += [message.code or "" for message in await http.sandbox.outbox()]
    ids = [made["ID"], secret["ID"], secret["ClientSecret"]]
    return [*tokens, *ids, *drawn, (await admin.get("me")).headers["Date"]]


async def test_a_deterministic_marketplace_gives_the_same_tokens_twice(tmp_path: Path) -> None:
    first = await open_http(planting=Planting(random_seed="x"))
    again = await open_http(planting=Planting(random_seed="x"))
    other = await open_http(planting=Planting(random_seed="y"))
    tokens = await demo_tokens(first)
    again.clock.forward(hours=3)
    assert await demo_tokens(again) == tokens
    assert set(await demo_tokens(other)).isdisjoint(tokens[:-1])
    state = first.sandbox.control.state
    await state.snapshot(tmp_path / "kept.db")
    first.sandbox.control.clock.run(5)
    first.clock.forward(hours=1)
    await state.reset()
    assert await demo_tokens(first) == tokens
    await state.restore(tmp_path / "kept.db")
    assert set(await demo_tokens(first)).isdisjoint(tokens[1:7:2])
    empty = [await open_http(planting=Planting("empty", random_seed="x")) for _ in range(2)]
    assert empty[0].sandbox.sign_in == empty[1].sandbox.sign_in
    for each in (first, again, other, *empty):
        await each.client.aclose()
        await each.sandbox.close()
