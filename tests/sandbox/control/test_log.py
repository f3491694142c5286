"""The log of every request: what is in it, what never is, and the counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from tests.sandbox.support import Http, error_of, named
from tests.sandbox.test_server import running
from tui.ordercloud._httpx import httpx
from tui.sandbox.control import Entry, Filter, RequestLog
from tui.sandbox.control.log import MOST_ENTRIES, shown_path
from tui.sandbox.demo import PASSWORD


def entry(number: int, milliseconds: float = 1.0, status: int | None = 200, secret: str | None = None) -> Entry:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Entry(number, moment, "GET", "/", "abc", "u", None, secret, None, None, status, milliseconds)


async def test_an_attempt_is_logged_with_client_user_secret_and_decision(http: Http) -> None:
    secret = {"client_id": named("ERP Middleware"), "client_secret": PASSWORD}
    await http.token(grant_type="client_credentials", **secret)
    legacy = {"client_id": named("Reporting Job"), "client_secret": PASSWORD}
    await http.token(grant_type="client_credentials", **legacy)
    await http.token(grant_type="client_credentials", client_id=named("ERP Middleware"), client_secret="wrong-one")
    await http.password("Partner Portal", "breakwater-buyer")
    first, second, third, fourth = [each.to_wire() for each in http.sandbox.control.log.entries()]
    assert first == {
        "Number": 1,
        "Time": "2026-11-23T19:00:00.000Z",
        "Method": "POST",
        "Path": "/oauth/token",
        "ApiClientID": named("ERP Middleware").lower(),
        "Username": "erp-service",
        "Grant": "client_credentials",
        "Secret": "rotation-a",
        "Check": None,
        "ErrorCode": None,
        "Status": 200,
        "Milliseconds": first["Milliseconds"],
        "Faults": [],
    }
    assert [second[name] for name in ("Secret", "Check", "ErrorCode", "Status")] == [
        "legacy",
        10,
        "Auth.OauthError",
        400,
    ]
    assert [third[name] for name in ("Secret", "Check", "Status")] == [None, 6, 400]
    assert [fourth[name] for name in ("Username", "Grant", "Check")] == ["breakwater-buyer", "password", 13]


async def test_a_call_is_logged_with_who_made_it(admin: Http) -> None:
    await admin.get("me")
    await admin.get("buyers/nobody")
    await admin.send("POST", "buyers", {"ID": "new"})
    await admin.get("nowhere")
    found = [each.to_wire() for each in admin.sandbox.control.log.entries(Filter(path="/v1"))]
    assert [each["Status"] for each in found] == [200, 404, 400, 404]
    assert [each["ErrorCode"] for each in found] == [None, "NotFound", "ValidationFailure", "NotFound"]
    assert {each["ApiClientID"] for each in found[:3]} == {named("Default API Client").lower()}
    assert {each["Username"] for each in found[:3]} == {"harbor-admin"}


async def test_no_credential_is_ever_in_it(http: Http) -> None:
    answer = await http.password("Default API Client", "harbor-admin")
    granted = answer.json()
    admin = http.bearer(granted["access_token"])
    (erp,) = await admin.items("apiclients", AppName="ERP Middleware")
    made = await admin.ok("POST", f"apiclients/{erp['ID']}/secrets", {"Name": "Mine"}, 201)
    await http.token(grant_type="client_credentials", client_id=erp["ID"], client_secret=made["ClientSecret"])
    await http.token(grant_type="refresh_token", client_id=erp["ID"], refresh_token=granted["refresh_token"])
    await http.token(grant_type=PASSWORD, client_id=made["ClientSecret"], username=PASSWORD, password=PASSWORD)
    await http.token(grant_type="password", client_id=PASSWORD, username=made["ClientSecret"], password="p")
    await http.client.get(f"/v1/me?access_token={granted['access_token']}&password={PASSWORD}")
    await http.client.get(f"/v1/{granted['access_token']}/me")
    await http.bearer(PASSWORD).get("me")
    listed = (await http.client.get("/sandbox/log", params={"limit": "1000"})).text
    counted = (await http.client.get("/sandbox/log/counts")).text
    for value in (PASSWORD, granted["access_token"], granted["refresh_token"], made["ClientSecret"]):
        assert value not in listed + counted
        assert value not in repr(http.sandbox.control.log.entries())
    assert granted["access_token"][:40] not in listed
    assert len(http.sandbox.control.log.entries()) == 10


async def test_it_is_filtered_counted_and_cleared(admin: Http) -> None:
    await admin.password("Partner Portal", "breakwater-buyer")
    await admin.get("me")
    form = {"client_id": named("ERP Middleware"), "client_secret": PASSWORD, "grant_type": "client_credentials"}
    await admin.token(**form)
    get = admin.client.get

    async def numbers(**query: str) -> list[int]:
        return [each["Number"] for each in (await get("/sandbox/log", params=query)).json()["Items"]]

    assert await numbers() == [1, 2, 3, 4]
    assert await numbers(apiClientID=named("Partner Portal")) == [2]
    assert await numbers(USERNAME="HARBOR-ADMIN") == [1, 3]
    assert await numbers(secret="rotation-a") == [4]
    assert await numbers(status="400", errorCode="Auth.OauthError", method="post") == [2]
    assert await numbers(refused="false", path="/v1") == [3]
    assert await numbers(after="2") == [3, 4]
    assert await numbers(limit="1") == [4]
    counts = (await get("/sandbox/log/counts")).json()
    by_client = {each["ApiClientID"]: each for each in counts["ApiClients"]}
    mine = by_client[named("Default API Client").lower()]
    assert (mine["Requests"], mine["Refusals"], mine["LastUsed"]) == (2, 0, "2026-11-23T19:00:00.000Z")
    assert 0 <= mine["P50"] <= mine["P95"]
    assert (counts["Secrets"][0]["Secret"], counts["Secrets"][0]["Requests"]) == ("rotation-a", 1)
    assert (await admin.client.delete("/sandbox/log")).status_code == 204
    assert await numbers() == []
    await admin.get("me")
    assert await numbers() == [5]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"client": "x"}, "Allowed: apiClientID, username"),
        ({"status": "ok"}, "status is a whole number"),
        ({"after": "²"}, "after is a whole number"),
        ({"refused": "maybe"}, "refused is true or false"),
    ],
)
async def test_an_unknown_filter_is_refused(http: Http, query: dict[str, str], told: str) -> None:
    answer = await http.client.get("/sandbox/log", params=query)
    assert answer.status_code == 400
    assert told in answer.json()["Errors"][0]["Message"]


def test_percentiles_and_bounds() -> None:
    log = RequestLog()
    for number in range(1, 101):
        log.add(entry(number, float(number), 400 if number > 90 else 200, "s"))
    told = log.api_clients["abc"].to_wire()
    assert (told["P50"], told["P95"], told["Requests"], told["Refusals"]) == (50.0, 95.0, 100, 10)
    assert log.secrets["abc", "s"].to_wire() == told
    for number in range(MOST_ENTRIES + 10):
        log.add(entry(number))
    assert len(log.entries()) == MOST_ENTRIES
    assert log.entries(limit=0) == []


def test_a_segment_too_long_for_an_id_is_left_out() -> None:
    assert shown_path("/v1/buyers/" + "a" * 100) == "/v1/buyers/" + "a" * 100
    assert shown_path("/v1/" + "a" * 101 + "/x") == "/v1/…/x"
    assert len(shown_path("/a" * 9999)) < 30


async def test_it_is_followed_live_until_it_is_closed() -> None:
    log = RequestLog()
    heard: list[int] = []

    async def follow() -> None:
        heard.extend([each.number async for each in log.follow(Filter(refused=True))])

    task = asyncio.create_task(follow())
    await asyncio.sleep(0)
    log.add(entry(1))
    log.add(entry(2, status=None))
    log.add(entry(3, status=500))
    log.close()
    await asyncio.wait_for(task, 5)
    assert heard == [2, 3]
    assert [each.number async for each in log.follow()] == []


def events(lines: Sequence[str]) -> list[dict[str, object]]:
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


@pytest.mark.timeout(120)
async def test_a_stream_over_a_socket_catches_up_and_ends_with_the_server() -> None:
    with running(None, extras="Extras(control=True)") as (process, sheet):
        assert sheet["control"] == f"{sheet['url']}/sandbox"
        assert "control_token" not in sheet
        async with httpx.AsyncClient(base_url=sheet["url"], trust_env=False, timeout=20) as client:
            await client.get("/v1/me")
            await client.get("/v1/first")
            headers = {"Last-Event-ID": "1"}
            async with client.stream("GET", "/sandbox/log/stream?status=404", headers=headers) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                lines = answer.aiter_lines()
                got = [await until_data(lines)]
                await client.get("/v1/second")
                got.append(await until_data(lines))
                assert [each["Path"] for each in events(got)] == ["/v1/first", "/v1/second"]
                process.terminate()
                assert [each async for each in lines if each.startswith("data")] == []
        assert process.wait(20) == 0
        assert process.stderr.read() == ""


async def until_data(lines: AsyncIterator[str]) -> str:
    async for line in lines:
        if line.startswith("data: "):
            return line
    raise AssertionError("the stream ended")


async def test_the_control_api_answers_in_ordercloud_form(http: Http) -> None:
    assert error_of(await http.client.get("/sandbox/nothing")) == (404, "NotFound")
    answer = await http.client.post("/sandbox/clock")
    assert error_of(answer) == (405, "MethodNotAllowed")
    assert answer.headers["Allow"] == "DELETE, GET, PATCH"
    text = await http.client.patch("/sandbox/clock", content="{}", headers={"Content-Type": "text/plain"})
    assert error_of(text) == (415, "Request.InvalidContentType")
    broken = await http.client.patch("/sandbox/clock", content="{", headers={"Content-Type": "application/json"})
    assert error_of(broken) == (400, "Request.InvalidRequestBody")
    overview = (await http.client.get("/sandbox")).json()
    assert (overview["Marketplace"], overview["Seed"], overview["Faults"]) == ("Harbor Supply", "demo", 0)


async def test_without_control_there_is_no_control_api() -> None:
    from tui.sandbox import FAST, Sandbox

    sandbox = await Sandbox.open(hashing=FAST)
    async with httpx.AsyncClient(transport=sandbox.transport(), base_url=sandbox.sign_in.url) as client:
        assert error_of(await client.get("/sandbox/clock")) == (404, "NotFound")
        assert sandbox.control.log.entries() == []
        assert (await client.get("/sandbox/clock")).status_code == 200
    await sandbox.close()
