"""The embedded sandbox's clock: move it on, stop it, speed it up, and go back to now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from tui.panes.messages import TimeChanged
from tui.panes.whereabouts import clock_state
from tui.tokens.durations import format_minutes, format_remaining, parse_minutes
from tui.widgets.background import start
from tui.widgets.dialogs import Ask, Choose
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.sandbox.control import ControlledClock
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


@dataclass(frozen=True, slots=True)
class _Deed:
    """One line of the dialog: its key, the words, and what it does."""

    key: str
    words: Callable[[], str]
    do: Callable[[], None]


class SandboxClock(ModalScreen[None]):
    """The sandbox's time, and what can be done to it. It stays open, so that time can be moved step by step."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c", "dismiss", "Close", show=False),
        *(Binding(key, f"do('{key}')", "Change", show=False) for key in ("m", "h", "d", "M", "a", "f", "s", "n")),
    ]
    DEFAULT_CSS = """
    SandboxClock { align: center middle; background: $background 30%; }
    SandboxClock > Vertical {
        width: 68; max-width: 96%; height: auto; max-height: 96%; padding: 1 2;
        background: $surface; border: round $accent; border-title-color: $accent; border-subtitle-color: $text-muted;
    }
    SandboxClock RowList { height: 8; margin-top: 1; }
    """

    def __init__(self, session: Session, clock: ControlledClock) -> None:
        super().__init__()
        self._session = session
        self._clock = clock
        self._deeds = (
            *(self._step(key, minutes) for key, minutes in (("m", 10), ("h", 60), ("d", 1440), ("M", 30 * 1440))),
            _Deed("a", lambda: "advance by…", self._ask),
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

    def on_mount(self) -> None:
        """Show the time, and let it run."""
        deeds = self.query_one(RowList)
        deeds.rows = self._deeds
        deeds.focus()
        self.draw()
        self.set_interval(1, self.draw)

    def draw(self) -> None:
        """Draw the times of now."""
        clock, left = self._clock, self._session.token_left()
        state = clock_state(clock) if clock.changed else ""
        self.query_one(FactSheet).show(
            (
                Fact("sandbox", Content.styled(f"{clock():%Y-%m-%d %H:%M:%S} UTC", "bold")),
                Fact("this machine", Content(f"{clock.base():%Y-%m-%d %H:%M:%S} UTC")),
                Fact("set to", Content.styled(f"⏱ {state}", "bold $accent") if state else Content("the real time")),
                Fact("console token", Content("none" if left is None else format_remaining(left))),
                Fact("", Content.styled("It is the real time again when ocgate ends.", "$text-muted")),
            )
        )
        self.query_one(RowList).refresh()

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
        try:
            self._clock.advance(timedelta(minutes=minutes))
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


def _check(answer: tuple[str, ...]) -> str | None:
    """Return what is wrong with a duration."""
    try:
        minutes = parse_minutes(answer[0])
    except ValueError as unread:
        return str(unread)
    return None if 0 < minutes <= MOST_MINUTES else "It must be more than 0 minutes, and at most a century."
