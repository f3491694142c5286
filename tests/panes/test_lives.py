"""The lives of tokens on screen, over the real sandbox: the clock goes from end to end, and a life is played whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from textual.widgets import Input

from tests.console import START, Console, open_console
from tests.panes.tokens_lab import open_tokens
from tui.panes.exhaustion_panel import ExhaustionPanel
from tui.panes.habit_panel import HabitPanel
from tui.panes.life_screen import LifeScreen
from tui.panes.sandbox_clock import SandboxClock
from tui.panes.watch_panel import WatchPanel
from tui.session.attempts import Kind
from tui.tokens.habits import Rhythm
from tui.widgets.row_list import RowList


async def done(console: Console) -> None:
    """Wait for what goes on below the screen on top."""
    await console.pilot.pause()
    await console.app.workers.wait_for_complete()
    await console.pilot.pause()


async def test_the_clock_goes_to_what_comes_next_and_the_token_is_tried_at_each_step() -> None:
    async with open_console(size=(80, 24)) as console:
        await console.press("c")
        assert "With a token in Tokens" in console.text
        await console.press("e")
        assert console.told[-1] == "Nothing ends next: get a token in Tokens first."
        await console.press("escape")

        lab = await open_tokens(console)
        result = await lab.run("Partner Portal", Kind.PASSWORD, "shopper01")
        lifetime = result.lifetime()
        assert lifetime is not None
        assert lifetime.refresh_expires_at is not None
        await console.press("right_square_bracket", "right_square_bracket")
        for drawn in ("access token 2h left   refresh token 1d left", "to scale ├●", "11 can come"):
            assert drawn in console.text

        session = console.app.session
        await console.press("c")
        assert "in 2h: access token expires (#1)" in console.text
        await console.press("b")
        await done(console)
        assert session.clock() == lifetime.access_expires_at - timedelta(seconds=5)
        assert "#1 GET /v1/me  ✓ 200, as expected" in console.text
        await console.press("e")
        await done(console)
        assert session.clock() == lifetime.access_expires_at + timedelta(seconds=1)
        assert "#1 GET /v1/me  ✗ 401, as expected" in console.text

        await console.press("b")
        await done(console)
        assert session.clock() == lifetime.refresh_expires_at - timedelta(seconds=5)
        await console.press("p")
        await done(console)
        before = len(session.exchanges)
        screen = console.app.screen
        assert isinstance(screen, SandboxClock)
        screen.tick()
        await done(console)
        assert len(session.exchanges) == before, "nothing has ended meanwhile"
        console.clock.advance(timedelta(seconds=1))
        screen.tick()
        await done(console)
        assert session.clock() == lifetime.refresh_expires_at + timedelta(seconds=55)
        assert len(session.exchanges) > before, "time ran past the refresh token's end"
        await console.press("p", "escape")
        await done(console)
        clock = session.changed_clock
        assert clock is not None
        assert clock.speed == 1
        assert "✗ refresh token expired 55s ago" in console.text
        assert "It is over: the user has to sign in again." in lab.answer


async def test_a_life_is_played_foreseen_and_watched() -> None:
    async with open_console(size=(80, 24)) as console:
        await console.press("L")
        assert console.told[-1] == "Get a token in Tokens first."
        lab = await open_tokens(console)
        await lab.run("Kiosk Terminal", Kind.PASSWORD, "shopper01")
        await console.press("L")
        screen = console.app.screen
        assert isinstance(screen, LifeScreen)
        await console.press("ctrl+r")
        await done(console)
        assert "Signed in again after 10m. All 5 steps came as expected." in console.text
        assert f"The clock is back: {START:%Y-%m-%d %H:%M:%S} UTC." in console.text
        assert [row.agreed for row in screen.query_one(ExhaustionPanel).query_one(RowList).rows] == [True] * 5
        assert len(lab.pane.attempts.results) == 1, "the history is the person's own"

        await console.press("right_square_bracket")
        assert "Signs in at every visit, up to 33 times in one." in " ".join(console.text.split())
        await console.press("h", "w")
        habit = screen.query_one(HabitPanel)
        assert (habit.habit.rhythm, habit.habit.weekday) == (Rhythm.ONCE_A_WEEK, 1)
        await console.press("e")
        for typed, *said in (("x", "30d", "9-17"), ("2h", "", "9-17"), ("2h", "0", "8:30-12 30m")):
            for field, value in zip(console.app.screen.query(Input), (typed, *said), strict=True):
                field.value = value
            console.app.screen.query(Input).last().focus()
            await console.press("enter")
            assert ("is no duration" in console.text) is (console.app.screen is not screen)
        await done(console)
        assert habit.access == timedelta(hours=2)
        assert habit.habit.words == "every Tuesday from 08:30 to 12:00, a call every 30m"
        assert "up to 2 times in one" in console.text

        await console.press("right_square_bracket")
        watch = screen.query_one(WatchPanel)
        await console.press("ctrl+r")
        for _ in range(50):
            await console.pilot.pause()
            if "✓ taken" in console.text:
                break
        assert watch.active
        assert "The next call comes in" in console.text
        await console.press("escape")
        await done(console)
        assert not watch.active
        assert isinstance(console.app.screen, LifeScreen), "what runs is cut short first"
        await console.press("escape")
        assert not isinstance(console.app.screen, LifeScreen)

        session = console.app.session
        sandbox, session._opened = session.opened, replace(session.opened, sandbox=None)
        try:
            await console.press("L")
            assert "the watch follows a token as time goes" in console.told[-1]
            await console.press("W")
            assert "^r watches" in console.text
            await console.press("escape")
        finally:
            session._opened = sandbox
