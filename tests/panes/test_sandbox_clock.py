"""The embedded sandbox's clock over the real sandbox: tokens end when it is moved, and everything follows at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.console import START, Console, console_request, open_console
from tests.panes.tokens_lab import open_tokens
from tui.config.connection import Connection
from tui.panes.sandbox_clock import SandboxClock
from tui.panes.sandbox_commands import ELSEWHERE as ELSEWHERE_SAYS
from tui.panes.whereabouts import clock_state
from tui.sandbox.control import ControlledClock
from tui.session.attempts import Kind
from tui.session.session import Phase
from tui.tokens.durations import parse_minutes
from tui.widgets.fact_sheet import FactSheet
from tui.widgets.top_bar import TopBar

ELSEWHERE = Connection("https://api.ordercloud.io", "5f0c9a1e-0000-4000-8000-00000000beef", username="integrator")


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


def sign(console: Console) -> str:
    """Return what the line on top says of the clock."""
    return console.app.query_one(TopBar).whereabouts.clock


def words(console: Console) -> str:
    """Return the times of the dialog."""
    return " ".join(fact.text.plain for fact in console.app.screen.query_one(FactSheet).facts)


async def done(console: Console) -> None:
    """Wait for what goes on below the dialog."""
    await console.pilot.pause()
    await console.app.workers.wait_for_complete()
    await console.settle()


async def do(console: Console, *keys: str) -> None:
    """Open the clock, press keys, and close it."""
    await console.press("c", *keys)
    await done(console)
    await console.press("escape")
    await done(console)


async def test_moving_the_clock_moves_the_one_time_there_is(console: Console) -> None:
    session = console.app.session
    assert (sign(console), session.changed_clock) == ("", None)
    await console.press("c")
    assert isinstance(console.app.screen, SandboxClock)
    assert "the real time" in words(console)
    await console.press("h", "m")
    assert "2026-11-23 10:24:03 UTC 2026-11-23 09:14:03 UTC ⏱ +1h 10m" in words(console)
    assert sign(console) == "⏱ +1h 10m"
    sandbox = session.opened.sandbox
    assert sandbox is not None
    assert session.clock() == sandbox.now() == START + timedelta(minutes=70)
    await console.press("d", "M")
    assert sign(console) == "⏱ +31d 1h"


async def test_a_token_expires_then_its_refresh_token_does(console: Console) -> None:
    lab = await open_tokens(console)
    result = await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01")
    lifetime = result.lifetime()
    assert lifetime is not None
    assert lifetime.refresh_expires_at is not None
    access = (lifetime.access_expires_at - START) // timedelta(minutes=1)
    rest = (lifetime.refresh_expires_at - lifetime.access_expires_at) // timedelta(minutes=1)

    await console.press("c", "a")
    await console.type(str(access))
    await console.press("enter")
    await done(console)
    await console.press("escape")
    assert "expired just now" in lab.answer, "the verdict followed at once"
    await console.press("f")
    assert lab.shown.token is not None, "the refresh token is still good"

    console.app.query_one("#history").focus()
    await console.press("G")
    await console.press("c", "a")
    await console.type(str(rest + 1))
    await console.press("enter")
    await done(console)
    await console.press("escape", "f")
    assert lab.shown.form.kind is Kind.REFRESH
    assert lab.shown.token is None, lab.answer


async def test_the_consoles_own_token_is_renewed(console: Console) -> None:
    client = console.app.session.client
    before = client.signed_in
    await do(console, "d")
    after = client.signed_in
    assert before is not None
    assert after is not None
    assert after.access_token != before.access_token
    assert after.signed_in_at == START + timedelta(days=1)
    assert not console.app.query_one(TopBar).whereabouts.remaining.startswith("expired")

    await do(console, "n")
    assert client.signed_in is not None
    assert client.signed_in.signed_in_at == START, "one of the future is not good now"


async def test_a_frozen_clock_stands_and_runs_on(console: Console) -> None:
    await do(console, "f")
    assert sign(console) == "⏱ frozen"
    console.clock.advance(timedelta(minutes=5))
    assert console.app.session.clock() == START
    await do(console, "f")
    console.clock.advance(timedelta(minutes=1))
    assert console.app.session.clock() == START + timedelta(minutes=1)
    assert sign(console) == "⏱ -5m"


async def test_another_speed(console: Console) -> None:
    await console.press("c", "s", "j", "j", "enter")
    await done(console)
    assert sign(console) == "⏱ ×60"
    console.clock.advance(timedelta(minutes=1))
    assert console.app.session.clock() == START + timedelta(hours=1)


async def test_back_to_now(console: Console) -> None:
    await do(console, "h", "f")
    await do(console, "n")
    assert sign(console) == ""
    assert console.app.session.clock() == START
    console.clock.advance(timedelta(minutes=1))
    assert console.app.session.clock() == START + timedelta(minutes=1)


async def test_what_is_no_duration_is_told_and_moves_nothing(console: Console) -> None:
    await console.press("c", "a")
    await console.type("soon")
    await console.press("enter")
    assert "this is no duration" in console.text
    await console.press("escape", "a")
    await console.type("0")
    await console.press("enter")
    assert "more than 0 minutes" in console.text
    assert console.app.session.clock() == START


async def test_a_time_beyond_the_calendar_is_told(console: Console) -> None:
    await console.press("c")
    clock = await console.app.session.sandbox_clock()
    clock.set(START.replace(year=8999, month=12))
    await console.press("M")
    assert console.told
    assert "from 1970 to 9000" in console.told[-1]


async def test_elsewhere_the_commands_say_why_not() -> None:
    async with open_console(console_request(connection=ELSEWHERE)) as console:
        await console.press("escape", "c")
        assert "There is no marketplace yet." in console.told
        assert console.app.why_not("app.outbox") == "There is no marketplace yet."


async def test_on_another_marketplace_they_say_what_is_so_there(console: Console) -> None:
    session = console.app.session
    sandbox, session._opened = session.opened, replace(session.opened, sandbox=None)
    try:
        await console.press("c")
        assert console.told == [ELSEWHERE_SAYS["app.clock"]]
        await console.press("ctrl+p")
        await console.type("outbox")
        assert "Not now: Only the embedded sandbox keeps its mail" in console.text
    finally:
        session._opened = sandbox


async def test_a_marketplace_elsewhere_keeps_its_own_time(console: Console) -> None:
    await do(console, "h")
    session = console.app.session
    await session.connect(ELSEWHERE)
    assert session.phase is Phase.SIGN_IN_NEEDED, "no store has its password"
    assert session.clock() == START
    assert session.changed_clock is None
    assert session.resume()
    assert session.clock() == START + timedelta(hours=1)


@pytest.mark.parametrize(
    ("moved", "speed", "said"),
    [("90", None, "+1h 30m"), ("1", 60, "+1m ×60"), ("0", 10, "×10"), ("0", 1, ""), ("45d", 0.5, "+45d ×0.5")],
)
def test_the_sign_of_a_clock(moved: str, speed: float | None, said: str) -> None:
    clock = ControlledClock(lambda: START)
    clock.advance(timedelta(minutes=parse_minutes(moved)))
    if speed is not None:
        clock.run(speed)
    assert clock_state(clock) == said
