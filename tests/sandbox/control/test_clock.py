"""The controlled clock, pure and over the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.support import START, Clock, Http, error_of
from tui.sandbox.control import ControlledClock


def test_it_tells_the_time_of_its_base_until_told_otherwise() -> None:
    base = Clock()
    clock = ControlledClock(base)
    base.forward(hours=1)
    assert (clock(), clock.speed, clock.changed) == (base.now, 1.0, False)


def test_it_can_be_set_advanced_frozen_and_run() -> None:
    base = Clock()
    clock = ControlledClock(base)
    clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    base.forward(seconds=10)
    assert clock() == datetime(2030, 1, 1, 0, 0, 10, tzinfo=UTC)
    clock.advance(timedelta(days=1))
    clock.freeze()
    base.forward(hours=5)
    assert clock() == datetime(2030, 1, 2, 0, 0, 10, tzinfo=UTC)
    assert clock.frozen
    clock.advance(timedelta(minutes=1))
    assert clock.frozen
    clock.run(60)
    base.forward(seconds=2)
    assert clock() == datetime(2030, 1, 2, 0, 3, 10, tzinfo=UTC)
    clock.freeze()
    clock.run()
    assert clock.speed == 60
    clock.reset()
    assert clock() == base.now


@given(st.lists(st.sampled_from(["freeze", "run", "wait", "fast"]), max_size=12))
def test_it_never_jumps_by_itself(steps: list[str]) -> None:
    base = Clock()
    clock = ControlledClock(base)
    before = clock()
    for step in steps:
        if step == "wait":
            base.forward(seconds=1)
        elif step == "freeze":
            clock.freeze()
        else:
            clock.run(2 if step == "fast" else 1)
        now = clock()
        assert timedelta(0) <= now - before <= timedelta(seconds=2)
        assert step == "wait" or now == before
        before = now


@pytest.mark.parametrize("moment", [datetime(1969, 1, 1, tzinfo=UTC), datetime(9001, 1, 1, tzinfo=UTC)])
def test_it_stays_inside_the_calendar(moment: datetime) -> None:
    clock = ControlledClock(Clock())
    with pytest.raises(ValueError, match="1970 to 9000"):
        clock.set(moment)
    with pytest.raises(ValueError, match="1970 to 9000"):
        clock.advance(timedelta(days=10**8))
    with pytest.raises(ValueError, match="above 0"):
        clock.run(0)
    clock.run(1_000_000)
    clock.base = lambda: START + timedelta(days=100 * 365)
    assert clock().year == 9000


async def test_everything_that_knows_time_follows_it(http: Http) -> None:
    granted = await http.password("Partner Portal", "shopper01")
    caller = http.bearer(granted.json()["access_token"])
    changed = await http.client.patch("/sandbox/clock", json={"advance": "119m"})
    assert changed.json() == {"Now": "2026-11-23T20:59:00.000Z", "Frozen": False, "Speed": 1.0, "SecondsAhead": 7140.0}
    answer = await caller.get("me")
    assert answer.status_code == 200
    assert parsedate_to_datetime(answer.headers["Date"]) == START + timedelta(minutes=119)
    assert parsedate_to_datetime(changed.headers["Date"]) == START + timedelta(minutes=119)
    await http.client.patch("/sandbox/clock", json={"Advance": 60})
    assert error_of(await caller.get("me")) == (401, "InvalidToken")
    refresh = {"grant_type": "refresh_token", "refresh_token": granted.json()["refresh_token"]}
    client = http.sandbox.control.log.entries()[0].api_client or ""
    assert (await http.token(client_id=client, **refresh)).status_code == 200
    await http.client.patch("/sandbox/clock", json={"Advance": "1d"})
    assert error_of(await http.token(client_id=client, **refresh)) == (400, "Auth.OauthError")
    admin = await http.sign_in("Default API Client", "harbor-admin")
    (user,) = [each for each in await admin.items("adminusers") if each["Username"] == "harbor-admin"]
    assert user["LastActive"] == "2026-11-24T21:00:00.000Z"


async def test_a_lockout_and_an_expiring_secret_follow_it(admin: Http) -> None:
    for _ in range(10):
        await admin.password("Default API Client", "support-agent", "wrong")
    locked = await admin.password("Default API Client", "support-agent")
    assert error_of(locked) == (400, "Auth.LockedOut")
    admin.sandbox.control.clock.advance(timedelta(minutes=2, seconds=1))
    assert (await admin.password("Default API Client", "support-agent")).status_code == 200
    expires = "2026-11-24T00:00:00Z"
    (erp,) = await admin.items("apiclients", AppName="ERP Middleware")
    made = await admin.ok("POST", f"apiclients/{erp['ID']}/secrets", {"Name": "S", "Expiration": expires}, 201)
    form = {"grant_type": "client_credentials", "client_id": erp["ID"], "client_secret": made["ClientSecret"]}
    assert (await admin.token(**form)).status_code == 200
    admin.sandbox.control.clock.set(datetime(2026, 11, 24, tzinfo=UTC))
    assert error_of(await admin.token(**form)) == (400, "Auth.OauthError")


async def test_it_freezes_runs_and_goes_back_to_the_real_time(http: Http) -> None:
    frozen = await http.client.patch("/sandbox/clock", json={"Now": "2027-01-01T00:00:00+01:00", "Frozen": True})
    assert (frozen.json()["Now"], frozen.json()["Frozen"]) == ("2026-12-31T23:00:00.000Z", True)
    http.clock.forward(hours=1)
    assert (await http.client.get("/sandbox/clock")).json()["Now"] == "2026-12-31T23:00:00.000Z"
    await http.client.patch("/sandbox/clock", json={"Speed": 3600})
    http.clock.forward(seconds=1)
    assert (await http.client.get("/sandbox/clock")).json()["Now"] == "2027-01-01T00:00:00.000Z"
    reset = await http.client.delete("/sandbox/clock")
    assert reset.json() == {"Now": "2026-11-23T20:00:01.000Z", "Frozen": False, "Speed": 1.0, "SecondsAhead": 0.0}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"Tempo": 2}, "Allowed: Now, Advance, Frozen, Speed"),
        ({"Now": "yesterday"}, "Now is a date-time"),
        ({"Advance": "soon"}, "90m, 10h"),
        ({"Advance": 1e30}, "a number of seconds"),
        ({"Advance": "9999999d 1h"}, "1970 to 9000"),
        ({"Frozen": 1}, "true or false"),
        ({"Speed": 0}, "a number from"),
        ({"Frozen": True, "Speed": 2}, "stands"),
    ],
)
async def test_bad_changes_are_refused_in_clear_words(http: Http, body: dict[str, object], told: str) -> None:
    answer = await http.client.patch("/sandbox/clock", json=body)
    assert answer.status_code == 400
    assert told in answer.json()["Errors"][0]["Message"]
    assert http.sandbox.control.clock() == START
