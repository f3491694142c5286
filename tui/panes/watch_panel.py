"""The watch over a token's end, on screen: the calls planned, what came of each, and what is known by now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker

from tui.panes.messages import LifeMoved
from tui.session.failures import NoMarketplace
from tui.session.watching import Watching
from tui.tokens.durations import format_remaining
from tui.tokens.watching import Fate, Planned
from tui.widgets.background import start
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList
from tui.widgets.share_bar import ShareBar

if TYPE_CHECKING:
    from tui.session.attempts import Result
    from tui.session.session import Session

_SIGNS = {
    Fate.TAKEN: ("✓ taken", "$allowed"),
    Fate.REFUSED: ("✗ refused", "$refused"),
    Fate.NO_ANSWER: ("– no answer", "$warning"),
    Fate.MISSED: ("– missed", "$warning"),
}


class WatchPanel(Vertical):
    """One watch."""

    DEFAULT_CSS = """
    WatchPanel { height: 1fr; }
    WatchPanel #watched { height: auto; margin-bottom: 1; }
    """

    def __init__(self, session: Session, result: Result | None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._result = result
        self._watching: Watching | None = None
        self._worker: Worker[None] | None = None
        self._ended = False
        self._problem = ""
        self._plan()

    def _plan(self) -> None:
        if self._result is None:
            self._problem = "Get a token in Tokens first: its end is watched."
            return
        try:
            self._watching = Watching(self._session, self._result)
        except (ValueError, NoMarketplace) as problem:
            self._problem = str(problem)

    def compose(self) -> ComposeResult:
        """Lay out what is watched, the calls, how far it is, and what is known."""
        columns: tuple[Column[Planned], ...] = (
            Column("From the end", lambda call: f"{tell_offset(call.offset):>12}", width=12),
            Column("Planned", lambda call: self._at(call), width=10),
            Column("Called", lambda call: f"{call.called_at:%H:%M:%S}" if call.called_at else "", width=8),
            Column("", _fate, width=12),
            Column("Answer", lambda call: call.note, grow=True),
        )
        yield Static(id="watched")
        yield RowList[Planned](columns, key=lambda call: call.offset, empty=self._problem)
        yield Static(id="known", classes="told")
        yield ShareBar()

    def _at(self, call: Planned) -> str:
        return "" if self._watching is None else f"{self._watching.watch.moment(call):%H:%M:%S}"

    @property
    def active(self) -> bool:
        """Whether it is running."""
        return self._worker is not None and not self._worker.is_finished and not self._ended

    @property
    def keys(self) -> str:
        """The keys that do something here."""
        return "c cancels" if self.active else "^r watches" if self._watching is not None else "j k scroll"

    def take_focus(self) -> None:
        """Let the arrow keys move."""
        self.query_one(RowList).focus()

    def run(self) -> None:
        """Begin, or begin anew."""
        if self.active or self._watching is None:
            return
        self._plan()
        self._ended = False
        self._worker = start(self, self._watch, group="watch")

    def cancel(self) -> None:
        """End it at once; what is known stays."""
        if self._worker is not None:
            self._worker.cancel()

    async def _watch(self) -> None:
        assert self._watching is not None, "run has seen to it"
        try:
            await self._watching.run(self.draw)
        finally:
            self._ended = True
            self.draw()

    def draw(self) -> None:
        """Draw how far it is."""
        watching, result = self._watching, self._result
        if not self.is_attached or watching is None or result is None:
            return
        self.post_message(LifeMoved())
        watch, now = watching.watch, self._session.clock()
        left = watch.expires_at - now
        told = "expires in " + format_remaining(left) if left > timedelta(0) else format_remaining(left)
        about = literal(
            f"#{result.number} {result.who} with {result.app_name}: {told}, {watch.expires_at:%H:%M:%S} UTC"
        )
        note = "GET /v1/me at each of these moments, never more than once in 5 seconds."
        self.query_one("#watched", Static).update(Content.assemble(about, "\n", (note, "$text-muted")))
        rows = self.query_one(RowList)
        rows.rows = watch.calls
        coming = next((call for call in watch.calls if call.fate is Fate.PLANNED), None)
        if self.active and coming is not None:
            rows.move_to(coming.offset)
        self.query_one(ShareBar).show(((watch.settled, "$accent"),), len(watch.calls))
        lines = [Content.styled(watch.finding(), "bold"), *(literal(jump, "$warning") for jump in watch.jumps[-2:])]
        if self.active and coming is not None:
            lines.insert(0, literal(f"The next call comes in {format_remaining(watch.moment(coming) - now)}."))
        self.query_one("#known", Static).update(Content("\n").join(lines))


def tell_offset(seconds: int) -> str:
    """Write how far from the end: `-5m`, `-10s`, `the end`, `+30s`."""
    if not seconds:
        return "the end"
    sign = "+" if seconds > 0 else "-"
    return sign + format_remaining(timedelta(seconds=abs(seconds)))


def _fate(call: Planned) -> Content:
    sign, style = _SIGNS.get(call.fate, (call.fate.value, "$text-muted"))
    return Content.styled(sign, style)
