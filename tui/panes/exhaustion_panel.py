"""Running a sign-in to exhaustion, on screen: each step with what was expected and what came."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker

from tui.panes.messages import LifeMoved, TimeChanged
from tui.session.exhausting import REPEATABLE, Exhaustion, Tried, durations_of
from tui.tokens.durations import format_minutes
from tui.tokens.exhaustion import Deed, plan
from tui.widgets.background import start
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList
from tui.widgets.share_bar import ShareBar

if TYPE_CHECKING:
    from tui.sandbox.control import ControlledClock
    from tui.session.attempts import Result
    from tui.session.session import Session

_ELSEWHERE = "Only the embedded sandbox's clock can be moved. The Watch tab follows a token as time goes."
_NO_RESULT = "Get a token in Tokens first: its sign-in is the one that is played."

_ONCE = "This sign-in needs a person each time: get the token by a password or a client secret to play its life."


class ExhaustionPanel(Vertical):
    """The steps of one run, as they come."""

    DEFAULT_CSS = """
    ExhaustionPanel { height: 1fr; }
    ExhaustionPanel #about { height: auto; margin-bottom: 1; }
    ExhaustionPanel #one-step { height: auto; max-height: 3; margin-top: 1; color: $text-muted; }
    """

    def __init__(
        self, session: Session, clock: ControlledClock | None, result: Result | None, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._session = session
        self._clock = clock
        self._result = result
        self._run: Exhaustion | None = None
        self._worker: Worker[None] | None = None
        self._ended = False

    def compose(self) -> ComposeResult:
        """Lay out what is played, the steps, how far it is, and what came of it."""
        columns: tuple[Column[Tried], ...] = (
            Column("        After", lambda tried: f"{tell_at(tried.step.at):>13}", width=13),
            Column("Step", _deed, width=10),
            Column("Expected", lambda tried: _sign(tried.expected), width=8),
            Column("Actual", lambda tried: _sign(tried.actual), width=6),
            Column("", lambda tried: Content.styled("≠", "bold $refused") if not tried.agreed else "", width=1),
            Column("Why, and the answer", _told, grow=True),
        )
        yield Static(id="about")
        yield RowList[Tried](columns, key=lambda tried: id(tried), empty=self._why_not() or "ctrl+r plays it.")
        yield Static(id="one-step")
        yield Static(id="exhausted", classes="told")
        yield ShareBar()

    @property
    def active(self) -> bool:
        """Whether it is running."""
        return self._worker is not None and not self._worker.is_finished and not self._ended

    @property
    def keys(self) -> str:
        """The keys that do something here."""
        return "c cancels" if self.active else "^r plays it" if self._why_not() is None else "j k scroll"

    def take_focus(self) -> None:
        """Let the arrow keys move."""
        self.query_one(RowList).focus()

    def _why_not(self) -> str | None:
        if self._clock is None:
            return _ELSEWHERE
        if self._result is None:
            return _NO_RESULT
        return None if self._result.first.form.kind in REPEATABLE else _ONCE

    def run(self) -> None:
        """Play it, from a sign-in of its own."""
        if self._why_not() is None and self._clock is not None and self._result is not None and not self.active:
            self._run = Exhaustion(self._session, self._clock, self._result.first.form)
            self._ended = False
            self._worker = start(self, self._play, group="exhaust")

    def cancel(self) -> None:
        """Cut it short; the clock goes back."""
        if self._worker is not None:
            self._worker.cancel()

    async def _play(self) -> None:
        run = self._run
        assert run is not None, "run has made it"
        try:
            await run.run(self.draw)
        finally:
            self._ended = True
            self.app.post_message(TimeChanged())
            if self.is_attached:
                self.draw()
                self.query_one(RowList).action_edge(1)

    def draw(self) -> None:
        """Draw how far it is."""
        if not self.is_attached:
            return
        self.post_message(LifeMoved())
        self.query_one("#about", Static).update(self._about())
        run, rows = self._run, self.query_one(RowList)
        rows.rows = () if run is None else tuple(run.tried)
        if self.active:
            rows.action_edge(1)
        told = self.query_one("#exhausted", Static)
        bar = self.query_one(ShareBar)
        bar.display = run is not None
        if run is None:
            told.update("")
            return
        wrong = sum(not tried.agreed for tried in run.tried)
        bar.show(((len(run.tried) - wrong, "$allowed"), (wrong, "$refused")), len(run.steps) or len(run.tried))
        if self.active:
            told.update(literal(f"Playing: the sandbox's clock is at {self._session.clock():%Y-%m-%d %H:%M:%S} UTC."))
            return
        where = f"The clock is back: {self._session.clock():%Y-%m-%d %H:%M:%S} UTC."
        told.update(Content.assemble(literal(run.verdict, "bold" if not wrong else "bold $refused"), "\n", where))

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Tell the step under the cursor whole."""
        message.stop()
        row = message.row
        told = literal(f"{row.step.deed}, {row.step.why}: {row.words}") if isinstance(row, Tried) else Content("")
        self.query_one("#one-step", Static).update(told)

    def _about(self) -> Content:
        result = self._result
        if result is None:
            return Content("")
        access, refresh = durations_of(result)
        if access is None:
            return Content("")
        lives = f"access {_minutes(access)}, " + (f"refresh {_minutes(refresh)}" if refresh else "no refresh token")
        kind = literal(f"{result.first.form.kind} with {result.app_name}: {lives}")
        try:
            steps = sum(step.deed is not Deed.SKIP for step in plan(access, refresh))
        except ValueError:
            return kind
        return Content.assemble(
            kind,
            "\n",
            literal(f"{steps} steps around every boundary, signed in anew; then the clock goes back.", "$text-muted"),
        )


def tell_at(span: timedelta) -> str:
    """Write how long after the sign-in, to the second: `30d 10:00:01`."""
    seconds = int(span.total_seconds())
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}d {clock}" if days else clock


def _minutes(span: timedelta) -> str:
    return format_minutes(span // timedelta(minutes=1))


def _deed(tried: Tried) -> str:
    return "" if tried.step.deed is Deed.SKIP else tried.step.deed.value


def _sign(outcome: bool | None) -> Content:
    if outcome is None:
        return Content.styled("…", "$text-muted")
    return Content.styled("✓", "$allowed") if outcome else Content.styled("✗", "$refused")


def _told(tried: Tried) -> Content:
    if tried.step.deed is Deed.SKIP:
        return literal(tried.words, "$text-muted")
    return Content.assemble(literal(tried.step.why), literal(f" · {tried.words}", "$text-muted"))
