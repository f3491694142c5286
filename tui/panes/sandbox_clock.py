"""The embedded sandbox's clock: move it on, to what comes next, stop it, speed it up, and go back to now.

At each step `/v1/me` is called with the token that Tokens shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.panes.answer_moments import OnScreen
from tui.panes.messages import TimeChanged
from tui.panes.whereabouts import clock_state
from tui.tokens.durations import format_minutes, format_remaining, parse_minutes
from tui.tokens.timeline import Moment
from tui.widgets.background import start
from tui.widgets.dialogs import Ask, Choose
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.framed import Framed
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.sandbox.control import ControlledClock
    from tui.session.attempts import Call, Result
    from tui.session.session import Session

SPEEDS = (1, 10, 60, 600, 3600)
_PER_SECOND = {
    1: "as time goes",
    10: "10 s a second",
    60: "1 min a second",
    600: "10 min a second",
    3600: "1 h a second",
}
MOST_MINUTES = 100 * 366 * 24 * 60
"""A century at once: whoever wants more does it again, until the clock itself says no."""
JUST_BEFORE, JUST_AFTER = timedelta(seconds=5), timedelta(seconds=1)
"""How near to what comes next the clock is set. Before it there is time to see it come."""
PLAYED = 60.0
KEPT_CALLS = 3
_HINT = "With a token in Tokens, /v1/me is tried at each step."


@dataclass(frozen=True, slots=True)
class _Deed:
    """One line of the dialog: its key, the words, and what it does."""

    key: str
    words: Callable[[], str]
    do: Callable[[], None]


class SandboxClock(Framed[None]):
    """The sandbox's time, and what can be done to it. It stays open, so that time can be moved step by step."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c", "dismiss", "Close", show=False),
        *(
            Binding(key, f"do('{key}')", "Change", show=False)
            for key in ("m", "h", "d", "M", "a", "b", "e", "p", "f", "s", "n")
        ),
    ]
    DEFAULT_CSS = """
    SandboxClock > Vertical { width: 74; max-width: 96%; height: auto; max-height: 98%; padding: 0 2; }
    SandboxClock RowList { height: 11; margin: 1 0; }
    SandboxClock Static { height: auto; }
    .-narrow SandboxClock RowList, SandboxClock.-narrow RowList { margin: 0; }
    """

    def __init__(self, session: Session, clock: ControlledClock, on_screen: OnScreen | None = None) -> None:
        super().__init__()
        self._session = session
        self._clock = clock
        self._on_screen = on_screen or OnScreen(None)
        self._tried_at = clock()
        self._calls: list[tuple[Result, Call]] = []
        self._deeds = (
            *(self._step(key, minutes) for key, minutes in (("m", 10), ("h", 60), ("d", 1440), ("M", 30 * 1440))),
            _Deed("a", lambda: "advance by…", self._ask),
            _Deed("b", lambda: "to just before what comes next", lambda: self._to_next(before=True)),
            _Deed("e", lambda: "to just after it", lambda: self._to_next(before=False)),
            _Deed("p", lambda: "stop playing" if clock.speed == PLAYED else "play, 1 min a second", self._play),
            _Deed("f", lambda: "let it run on" if clock.frozen else "freeze", self._freeze),
            _Deed("s", lambda: "speed…", self._choose_speed),
            _Deed("n", lambda: "back to now", self._back_to_now),
        )

    def compose(self) -> ComposeResult:
        """Lay out the times above what can be done."""
        with Vertical() as box:
            box.border_title = Content("Clock of the sandbox")
            box.border_subtitle = Content("enter or its letter · esc closes")
            yield FactSheet(label_width=15)
            yield RowList[_Deed](
                (Column("", lambda deed: deed.key, width=2), Column("", lambda deed: deed.words(), grow=True)),
                key=lambda deed: deed.key,
                heading=False,
            )
            yield Static(id="tried")

    def on_mount(self) -> None:
        """Show the time, and let it run."""
        deeds = self.query_one(RowList)
        deeds.rows = self._deeds
        deeds.focus()
        self.draw()
        self.set_interval(1, self.tick)

    def tick(self) -> None:
        """Draw anew; where time has run past the end of something, try a call."""
        self.draw()
        coming = self._on_screen.upcoming(self._tried_at)
        if coming and coming[0][1].at <= self._clock():
            self._try()

    def draw(self) -> None:
        """Draw the times of now."""
        clock, left = self._clock, self._session.token_left()
        state = clock_state(clock) if clock.changed else ""
        until = Content.assemble(
            (f"⏱ {state}", "bold $accent"), (" · the real time again when ocgate ends", "$text-muted")
        )
        self.query_one(FactSheet).show(
            (
                Fact("sandbox", Content.styled(f"{clock():%Y-%m-%d %H:%M:%S} UTC", "bold")),
                Fact("this machine", Content(f"{clock.base():%Y-%m-%d %H:%M:%S} UTC")),
                Fact("set to", until if state else Content("the real time")),
                Fact("console token", Content("none" if left is None else format_remaining(left))),
                Fact("next", self._told_next()),
            )
        )
        self.query_one(RowList).refresh()
        lines = [_told_call(result, call) for result, call in self._calls[-KEPT_CALLS:]]
        hint = literal("" if self._on_screen.shown is not None else _HINT, "$text-muted")
        self.query_one("#tried", Static).update(Content("\n").join(lines) if lines else hint)

    def _told_next(self) -> Content:
        coming = self._on_screen.upcoming(self._clock())
        if not coming:
            return Content.styled("nothing: no token in Tokens is alive", "$text-muted")
        result, moment = coming[0]
        left = format_remaining(moment.at - self._clock())
        return literal(f"in {left}: {moment.kind} (#{result.number}{f' {moment.label}' if moment.label else ''})")

    # -- what can be done ----------------------------------------------------------------------------------------

    def action_do(self, key: str) -> None:
        """Do what a key stands for, and put the cursor on its line."""
        self.query_one(RowList).move_to(key)
        next(deed for deed in self._deeds if deed.key == key).do()

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Do the line that was entered or clicked."""
        message.stop()
        if isinstance(message.row, _Deed):
            message.row.do()

    def _step(self, key: str, minutes: int) -> _Deed:
        return _Deed(key, lambda: f"advance {format_minutes(minutes)}", lambda: self._advance(minutes))

    def _advance(self, minutes: int) -> None:
        self._move(lambda: self._clock.advance(timedelta(minutes=minutes)))

    def _to_next(self, *, before: bool) -> None:
        margin = JUST_BEFORE if before else timedelta(0)
        target = self._next(self._clock() + margin)
        if target is None:
            self.app.notify("Nothing ends next: get a token in Tokens first.", markup=False, timeout=4)
            return
        self._move(lambda: self._clock.set(target.at - JUST_BEFORE if before else target.at + JUST_AFTER))

    def _next(self, after: datetime) -> Moment | None:
        coming = self._on_screen.upcoming(after)
        return coming[0][1] if coming else None

    def _play(self) -> None:
        self._clock.run(1.0 if self._clock.speed == PLAYED else PLAYED)
        self._changed()

    def _move(self, move: Callable[[], None]) -> None:
        try:
            move()
        except ValueError as wrong:
            self.app.notify(f"The clock was not moved: {wrong}.", severity="warning", markup=False)
        else:
            self._changed()

    def _ask(self) -> None:
        start(self, self._advance_by, group="clock")

    async def _advance_by(self) -> None:
        fields = (("By (90, 1h30, 10h, 30d)", "", False),)
        answer = await self.app.push_screen_wait(Ask("Advance the clock", fields, yes="Advance", check=_check))
        if answer is not None:
            self._advance(parse_minutes(answer[0]))

    def _freeze(self) -> None:
        if self._clock.frozen:
            self._clock.run()
        else:
            self._clock.freeze()
        self._changed()

    def _choose_speed(self) -> None:
        def then(speed: str | None) -> None:
            if speed is not None:
                self._clock.run(float(speed))
                self._changed()

        choices = [(str(speed), f"×{speed:<6}{_PER_SECOND[speed]}") for speed in SPEEDS]
        now = f"{self._clock.speed:g}"
        self.app.push_screen(Choose("Speed", choices, current=now), then)

    def _back_to_now(self) -> None:
        self._clock.reset()
        self._changed()

    def _changed(self) -> None:
        self.draw()
        self.post_message(TimeChanged())
        self._try()

    # -- calls ---------------------------------------------------------------------------------------------------

    def _try(self) -> None:
        """Call `/v1/me` with the token shown, in the background."""
        self._tried_at = self._clock()
        result = self._on_screen.shown
        if result is not None:
            start(self, partial(self._call, result), group="call", exclusive=False)

    async def _call(self, result: Result) -> None:
        call = await self._on_screen.call(result)
        if call is not None and self.is_attached:
            self._calls.append((result, call))
            self.draw()


def _told_call(result: Result, call: Call) -> Content:
    """Return one call as a line: when, with which token, what came, and whether it was to come."""
    taken = call.error is None
    status = "no answer" if call.exchange is None or call.exchange.status is None else str(call.exchange.status)
    sign = Content.styled("✓", "$allowed") if taken else Content.styled("✗", "$refused")
    agreed = "as expected" if taken is call.expected else "≠ not as expected"
    return Content.assemble(
        (f"{call.at:%m-%d %H:%M:%S}  ", "$text-muted"), f"#{result.number} GET /v1/me  ", sign, f" {status}, {agreed}"
    )


def _check(answer: tuple[str, ...]) -> str | None:
    """Return what is wrong with a duration."""
    try:
        minutes = parse_minutes(answer[0])
    except ValueError as unread:
        return str(unread)
    return None if 0 < minutes <= MOST_MINUTES else "It must be more than 0 minutes, and at most a century."
