"""Whole lives of sign-ins on the sandbox's clock, and the watch over a token's end, against the real sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.session.test_attempts import DEMO_PASSWORD, StandingClock, id_of, request
from tui.sandbox.control import Fault, Rule
from tui.session.attempts import Attempts, Form, Kind, Result
from tui.session.exhausting import Exhaustion
from tui.session.moments import longest_secret, outer_moments
from tui.session.session import Session
from tui.session.watching import Watching
from tui.tokens.exhaustion import Deed
from tui.tokens.timeline import Kind as MomentKind
from tui.tokens.watching import Fate


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def session(clock: StandingClock) -> AsyncIterator[Session]:
    session = Session(request(), clock=clock)
    await session.open()
    async for _ in session.marketplace.read_api_clients():
        pass
    yield session
    await session.close()


def form(session: Session, client: str, username: str = "", kind: Kind = Kind.PASSWORD) -> Form:
    secret = "" if kind is Kind.PASSWORD else DEMO_PASSWORD
    return Form(kind, id_of(session, client), username, DEMO_PASSWORD if username else "", secret)


# -- to exhaustion -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "username", "kind", "ended"),
    [
        ("Buyer Storefront", "shopper01", Kind.PASSWORD, "Signed in again after 30 d 10 h"),
        ("Kiosk Terminal", "shopper01", Kind.PASSWORD, "Signed in again after 10m"),
        ("Headless Shop", "", Kind.ANONYMOUS, "Signed in again after"),
        ("ERP Middleware", "", Kind.CLIENT_CREDENTIALS, "Signed in again after 30m"),
    ],
)
async def test_a_whole_life_comes_as_expected(
    session: Session, client: str, username: str, kind: Kind, ended: str
) -> None:
    clock = await session.sandbox_clock()
    clock.advance(timedelta(hours=3))
    before = clock()
    run = Exhaustion(session, clock, form(session, client, username, kind))
    drawn: list[int] = []
    await run.run(lambda: drawn.append(len(run.tried)))
    assert [(each.step.deed, each.step.at, each.words) for each in run.tried if not each.agreed] == []
    assert all(each.actual is each.step.allowed for each in run.tried if each.actual is not None), (
        "the durations say so"
    )
    assert run.verdict.startswith(ended)
    assert run.verdict.endswith("steps came as expected.")
    assert len(run.tried) == len(run.steps)
    assert drawn == sorted(drawn)
    assert clock() == before, "the clock went back"
    assert not clock.frozen
    again = await Attempts(session).run(form(session, client, username, kind))
    assert again.agreed, "the marketplace is as it was"


async def test_thousands_of_refreshes_are_counted_and_not_made(session: Session) -> None:
    marketplace = session.marketplace
    known = marketplace.api_clients[id_of(session, "Kiosk Terminal")]
    changed = await session.client.api_clients.patch(known.id, {"RefreshTokenDuration": 43_200})
    marketplace.forget()
    async for _ in marketplace.read_api_clients():
        pass
    assert changed.refresh_token_duration == 43_200
    run = Exhaustion(session, await session.sandbox_clock(), form(session, "Kiosk Terminal", "shopper01"))
    await run.run(lambda: None)
    assert [each.step.rounds for each in run.tried if each.step.deed is Deed.SKIP] == [4_308]
    assert all(each.agreed for each in run.tried)
    assert run.verdict.startswith("Signed in again after 30 d 0 h 10 m.")


async def test_a_life_that_cannot_begin_and_one_that_is_cut_short(session: Session) -> None:
    clock = await session.sandbox_clock()
    refused = Exhaustion(session, clock, form(session, "Vendor Onboarding", "shopper01"))
    await refused.run(lambda: None)
    assert refused.verdict == "There is no token to begin with."
    assert not clock.changed

    run = Exhaustion(session, clock, form(session, "Buyer Storefront", "shopper01"))
    enough = asyncio.Event()
    task = asyncio.create_task(run.run(lambda: enough.set() if len(run.tried) > 4 else None))
    await enough.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not run.active
    assert run.verdict.startswith("Cancelled.")
    assert not clock.changed


async def test_what_else_ends_is_known(session: Session, clock: StandingClock) -> None:
    attempts = Attempts(session)
    client = id_of(session, "ERP Middleware")
    secret = await session.client.api_clients.secrets(client).create(
        {"Name": "Short", "Expiration": (clock() + timedelta(days=2)).isoformat()}
    )
    session.marketplace.forget()
    async for _ in session.marketplace.read_api_clients():
        pass
    result = await attempts.run(Form(Kind.CLIENT_CREDENTIALS, client, secret=secret.client_secret or ""))
    assert result.token is not None
    moments = await outer_moments(session, result)
    assert [(each.kind, each.at) for each in moments] == [(MomentKind.SECRET, clock() + timedelta(days=2))]
    assert longest_secret((*moments, *moments)) == moments

    for _ in range(11):
        locked = await attempts.run(Form(Kind.PASSWORD, id_of(session, "Buyer Storefront"), "shopper01", "wrong"))
    found = await outer_moments(session, locked)
    assert [(each.kind, each.at - clock(), each.label) for each in found] == [
        (MomentKind.LOCKOUT, timedelta(minutes=2), "shopper01")
    ]
    clock.advance(minutes=2)
    assert await outer_moments(session, locked) == ()


# -- the watch -----------------------------------------------------------------------------------------------------


class World:
    """Two clocks: waiting moves both; a sleeping machine moves the wall clock alone."""

    def __init__(self, clock: StandingClock) -> None:
        self.clock = clock
        self.seconds = 500.0
        self.sleeps_before: datetime | None = None

    def steady(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.clock.advance(seconds=seconds)
        if self.sleeps_before is not None and self.clock() > self.sleeps_before:
            self.sleeps_before = None
            self.clock.advance(seconds=70)


async def token(session: Session) -> Result:
    result = await Attempts(session).run(form(session, "Kiosk Terminal", "shopper01"))
    assert result.token is not None
    return result


def calls_of(session: Session) -> list[datetime]:
    return [each.started_at for each in session.exchanges if each.path == "/v1/me"][1:]


async def test_the_end_of_a_token_is_watched(session: Session, clock: StandingClock) -> None:
    world = World(clock)
    watching = Watching(session, await token(session), steady=world.steady, sleep=world.sleep)
    seen: list[int] = []
    await watching.run(lambda: seen.append(watching.watch.settled))
    assert watching.watch.finding() == "Taken 5 s before the end, refused at the end: it ends when it says."
    assert seen == sorted(seen)
    calls = calls_of(session)
    assert len(calls) == 9
    assert all((after - before).total_seconds() >= 5 for before, after in pairwise(calls))
    assert not watching.active


async def test_lost_networks_and_a_sleep_are_told_and_it_goes_on(session: Session, clock: StandingClock) -> None:
    world = World(clock)
    result = await token(session)
    sandbox = session.opened.sandbox
    assert sandbox is not None
    sandbox.control.faults.add(Rule(Fault.DROP_BEFORE, path="/v1/me", next=3))
    watching = Watching(session, result, steady=world.steady, sleep=world.sleep)
    world.sleeps_before = watching.watch.expires_at - timedelta(seconds=33)
    await watching.run(lambda: None)
    fates = [call.fate for call in watching.watch.calls]
    assert fates[:3] == [Fate.NO_ANSWER] * 3, "each was asked once: nothing is sent again by itself"
    assert Fate.MISSED in fates
    assert len(watching.watch.jumps) == 1
    assert "by 70 s" in watching.watch.jumps[0]
    assert "refused" in watching.watch.finding().lower()
    calls = calls_of(session)
    assert all((after - before).total_seconds() >= 5 for before, after in pairwise(calls))


async def test_a_watch_is_cancelled_at_once_and_the_next_one_keeps_the_gap(
    session: Session, clock: StandingClock
) -> None:
    world = World(clock)
    result = await token(session)
    watching = Watching(session, result, steady=world.steady)
    called = asyncio.Event()
    task = asyncio.create_task(watching.run(lambda: called.set() if watching.watch.settled else None))
    await called.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not watching.active
    again = Watching(session, result, steady=world.steady, sleep=world.sleep)
    await again.run(lambda: None)
    calls = calls_of(session)
    assert len(calls) > 2
    assert all((after - before).total_seconds() >= 5 for before, after in pairwise(calls))
