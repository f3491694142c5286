"""Fault rules: which requests they hit, and what the typed client makes of it, in process and over a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.sandbox.support import START, Clock, Http, error_of, named
from tests.sandbox.test_server import running
from tui.ordercloud import Credentials, OrderCloud, Timeouts, errors
from tui.ordercloud._httpx import AsyncClient
from tui.ordercloud.transports.retry import NO_RETRIES
from tui.sandbox import FAST, Sandbox
from tui.sandbox.control import Fault, Rule
from tui.sandbox.control.rules import ActiveRule, Faults
from tui.tokens.decode import decode

# -- which requests


def strikes(rule: Rule, count: int = 12) -> list[int]:
    active = ActiveRule("x", rule)
    return [number for number in range(1, count + 1) if active.strikes()]


def test_every_nth_the_next_n_and_by_chance() -> None:
    assert strikes(Rule(Fault.BOM)) == list(range(1, 13))
    assert strikes(Rule(Fault.BOM, every=5)) == [5, 10]
    assert strikes(Rule(Fault.BOM, next=2)) == [1, 2]
    by_chance = strikes(Rule(Fault.BOM, probability=0.4, seed=7), 200)
    assert by_chance == strikes(Rule(Fault.BOM, probability=0.4, seed=7), 200)
    assert by_chance != strikes(Rule(Fault.BOM, probability=0.4, seed=8), 200)
    assert 40 < len(by_chance) < 120
    assert strikes(Rule(Fault.BOM, probability=0)) == []


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (Rule(Fault.BOM, path="/v1/buyers*"), True),
        (Rule(Fault.BOM, path="/V1/BUYERS/*/users"), True),
        (Rule(Fault.BOM, path="/v1/buyers"), False),
        (Rule(Fault.BOM, path="/v1/[b]uyers*"), False),
        (Rule(Fault.BOM, path="/v1/?uyers*"), False),
        (Rule(Fault.BOM, method="GET"), True),
        (Rule(Fault.BOM, method="PUT"), False),
        (Rule(Fault.BOM, api_client="ABC"), True),
        (Rule(Fault.BOM, api_client="abd"), False),
    ],
)
def test_path_method_and_api_client(rule: Rule, fits: bool) -> None:
    assert rule.fits("GET", "/v1/buyers/1/users", "abc") is fits


def test_latency_goes_together_with_the_next_fault() -> None:
    faults = Faults()
    for fault in (Fault.LATENCY, Fault.LATENCY, Fault.BOM, Fault.DROP_BEFORE):
        faults.add(Rule(fault))
    assert [each.id for each in faults.strike("GET", "/", None)] == ["fault-1", "fault-2", "fault-3"]
    assert [each.hits for each in faults.rules] == [1, 1, 1, 0]


async def test_rules_are_listed_counted_removed_and_cleared(http: Http) -> None:
    send = http.client.request
    rule = {"Fault": "rate-limit", "Path": "/v1/me", "RetryAfter": 7, "Next": 1}
    added = await send("POST", "/sandbox/faults", json=rule)
    assert (added.status_code, added.json()) == (201, {"ID": "fault-1", **rule, "Seen": 0, "Hits": 0})
    await send("POST", "/sandbox/faults", json={"Fault": "bom"})
    assert [(await http.get("me")).status_code for _ in range(2)] == [429, 401]
    assert (await send("GET", "/sandbox/faults/FAULT-1")).json() == {"ID": "fault-1", **rule, "Seen": 2, "Hits": 1}
    assert len((await send("GET", "/sandbox/faults")).json()["Items"]) == 2
    assert (await send("DELETE", "/sandbox/faults/fault-1")).status_code == 204
    assert error_of(await send("DELETE", "/sandbox/faults/fault-1")) == (404, "NotFound")
    assert (await send("DELETE", "/sandbox/faults")).status_code == 204
    assert (await send("GET", "/sandbox/faults")).json() == {"Items": []}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "Fault is required"),
        ({"Fault": "flood"}, "one of latency, drop-before"),
        ({"Fault": "bom", "Paths": "/"}, "Paths is no member of a fault rule. Allowed: Fault, Path, Method"),
        ({"Fault": "bom", "Every": 0}, "a whole number from 1"),
        ({"Fault": "bom", "Every": 2, "Next": 2}, "not two of them"),
        ({"Fault": "bom", "Probability": 1.5}, "a number from 0 to 1"),
        ({"Fault": "bom", "Method": "get"}, "one of GET, POST"),
        ({"Fault": "bom", "Seconds": 2}, "for latency and clock-skew alone"),
        ({"Fault": "latency"}, "how long to wait"),
        ({"Fault": "latency", "Seconds": -1}, "from 0 to 600"),
        ({"Fault": "server-error", "Status": 404}, "from 500 to 599"),
        ({"Fault": "content-type", "ContentType": "a\nb"}, "in ASCII"),
    ],
)
async def test_a_rule_that_is_none_is_refused_in_clear_words(http: Http, body: dict[str, object], told: str) -> None:
    answer = await http.client.post("/sandbox/faults", json=body)
    assert answer.status_code == 400
    assert any(told in each["Message"] for each in answer.json()["Errors"]), answer.text
    assert http.sandbox.control.faults.rules == ()


async def test_by_api_client_of_a_token_and_of_a_form(admin: Http) -> None:
    faults = admin.sandbox.control.faults
    faults.add(Rule(Fault.SERVER_ERROR, api_client=named("Partner Portal").lower()))
    assert (await admin.get("me")).status_code == 200
    assert (await admin.password("Partner Portal", "shopper01")).status_code == 503
    assert (await admin.password("Buyer Storefront", "shopper01")).status_code == 200
    faults.clear()
    faults.add(Rule(Fault.SERVER_ERROR, path="/v1/*", api_client=named("Partner Portal")))
    partner = await admin.sign_in("Partner Portal", "shopper01")
    assert (await partner.get("me")).status_code == 503
    basic = await admin.client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=("x", "y"))
    assert basic.status_code == 400
    assert (await admin.get("me")).status_code == 200


# -- what happens, in process and over a socket


@asynccontextmanager
async def in_process() -> AsyncIterator[tuple[OrderCloud, AsyncClient]]:
    sandbox = await Sandbox.open(clock=Clock(), hashing=FAST)
    assert sandbox.control.faults.rules == ()
    async with client_of(sandbox.sign_in.url, sandbox.transport()) as both:
        yield both
    await sandbox.close()


@asynccontextmanager
async def over_a_socket() -> AsyncIterator[tuple[OrderCloud, AsyncClient]]:
    with running(None, extras="Extras(control=True)") as (process, sheet):
        async with client_of(sheet["url"], None) as both:
            yield both
        process.terminate()
        assert process.wait(20) == 0
        assert process.stderr.read() == ""


@asynccontextmanager
async def client_of(url: str, transport: Any) -> AsyncIterator[tuple[OrderCloud, AsyncClient]]:
    credentials = Credentials(named("Default API Client"), username="harbor-admin", password="Harbor-Supply-1")
    options: dict[str, Any] = {"credentials": credentials, "retries": NO_RETRIES}
    async with (
        OrderCloud(url, transport=transport, **options) as ordercloud,
        AsyncClient(base_url=url, transport=transport, trust_env=False) as control,
    ):
        yield ordercloud, control


@pytest.mark.timeout(120)
@pytest.mark.parametrize("opened", [in_process, over_a_socket])
async def test_the_typed_client_sees_the_same_in_process_and_over_a_socket(opened: Any) -> None:
    async with opened() as (ordercloud, control):
        await ordercloud.sign_in()
        for rule, error in (
            ({"Fault": "drop-before"}, errors.Disconnected),
            ({"Fault": "drop-after"}, errors.Disconnected),
            ({"Fault": "rate-limit", "RetryAfter": 3}, errors.RateLimited),
            ({"Fault": "server-error", "Status": 502}, errors.ServerFailed),
            ({"Fault": "truncated-json"}, errors.TruncatedJSON),
        ):
            added = await control.post("/sandbox/faults", json={"Path": "/v1/me", "Next": 1, **rule})
            assert added.status_code == 201, added.text
            with pytest.raises(error) as caught:
                await ordercloud.me.get()
            assert type(caught.value) is error, rule
            assert "before its answer was complete" in str(caught.value) or error is not errors.Disconnected
            if isinstance(caught.value, errors.RateLimited):
                assert caught.value.retry_after == 3
            assert (await ordercloud.me.get()).username == "harbor-admin"
        for rule in ({"Fault": "bom"}, {"Fault": "content-type", "ContentType": "text/html"}):
            await control.post("/sandbox/faults", json={"Path": "/v1/me", "Next": 1, **rule})
            assert (await ordercloud.me.get()).username == "harbor-admin"
        hits = [each["Hits"] for each in (await control.get("/sandbox/faults")).json()["Items"]]
        assert hits == [1] * 7


@pytest.mark.parametrize(("fault", "kept"), [("drop-before", False), ("drop-after", True)])
async def test_a_dropped_connection_before_and_after_the_work_is_done(fault: str, kept: bool) -> None:
    async with in_process() as (ordercloud, control):
        await ordercloud.sign_in()
        await control.post("/sandbox/faults", json={"Path": "/v1/buyers", "Method": "POST", "Fault": fault})
        with pytest.raises(errors.Disconnected) as caught:
            await ordercloud.buyers.create({"ID": "new", "Name": "New"})
        assert caught.value.may_have_happened
        assert ("new" in [each.id async for each in ordercloud.buyers.iterate()]) is kept
        (entry,) = (await control.get("/sandbox/log", params={"method": "POST", "path": "/v1"})).json()["Items"]
        assert (entry["Status"], entry["Faults"]) == (None, [f"fault-1 {fault}"])


async def test_latency_is_waited_for_and_a_deadline_still_holds(http: Http) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    http.sandbox._entrance.inner._sleep = sleep  # type: ignore[attr-defined]  # the middleware
    http.sandbox.control.faults.add(Rule(Fault.LATENCY, seconds=2.5, path="/v1/me"))
    assert error_of(await http.get("me")) == (401, "InvalidToken")
    assert waited == [2.5]


async def test_a_real_deadline_ends_a_real_wait() -> None:
    sandbox = await Sandbox.open(clock=Clock(), hashing=FAST)
    sandbox.control.faults.add(Rule(Fault.LATENCY, seconds=600))
    transport, timeout = sandbox.transport(), Timeouts(total=0.05)
    async with OrderCloud(sandbox.sign_in.url, transport=transport, timeout=timeout, retries=NO_RETRIES) as client:
        with pytest.raises(errors.DeadlinePassed):
            await client.oauth.password(named("Default API Client"), "harbor-admin", "x")
    await sandbox.close()


async def test_a_clock_that_is_off(http: Http) -> None:
    http.sandbox.control.faults.add(Rule(Fault.CLOCK_SKEW, seconds=300, next=1))
    answer = await http.password("Default API Client", "harbor-admin")
    claims = decode(answer.json()["access_token"]).claims
    assert claims.iat == claims.nbf == int(START.timestamp()) + 300
    assert answer.headers["Date"] == "Mon, 23 Nov 2026 19:05:00 GMT"
    early = http.bearer(answer.json()["access_token"])
    assert error_of(await early.get("me")) == (401, "InvalidToken")
    http.clock.forward(minutes=5)
    assert (await early.get("me")).status_code == 200


async def test_a_signature_by_an_unknown_key(http: Http) -> None:
    good = await http.password("Default API Client", "harbor-admin")
    http.sandbox.control.faults.add(Rule(Fault.FOREIGN_KEY, next=1))
    answer = await http.password("Default API Client", "harbor-admin")
    token, right = (decode(each.json()["access_token"]) for each in (answer, good))
    assert token.header.kid == right.header.kid
    assert token.claims.usr == "harbor-admin"
    assert error_of(await http.bearer(token.compact).get("me")) == (401, "InvalidToken")
    assert (await http.bearer(right.compact).get("me")).status_code == 200


async def test_faults_never_keep_one_from_the_controls(http: Http) -> None:
    http.sandbox.control.faults.add(Rule(Fault.DROP_BEFORE))
    assert (await http.client.delete("/Sandbox/faults")).status_code == 204
    assert error_of(await http.get("me")) == (401, "InvalidToken")
