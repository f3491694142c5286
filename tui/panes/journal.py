"""The journal on screen: every change made through ocgate, each whole, and the way back from any of them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from tui.panes.changing import Kind, Question, change
from tui.panes.journal_text import SIGNS, contains, entry_facts
from tui.session.record import ChangeKind, Entry
from tui.session.stand_ins.records import learn_entries
from tui.widgets.background import start
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.find_line import FindLine
from tui.widgets.framed import Framed
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.session.journal import Change
    from tui.session.journal_file import Reading
    from tui.session.marketplace import Marketplace
    from tui.session.session import Session


class JournalScreen(Framed[None]):
    """The newest first, with a filter, and below the list the change under the cursor whole."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", show=False),
        Binding("q", "dismiss", "Close", show=False),
        Binding("slash", "filter", "Filter", show=False),
        Binding("u", "undo", "Take back", show=False),
        Binding("r", "reload", "Reload", show=False),
        Binding("J", "scroll(1)", "Down", show=False),
        Binding("K", "scroll(-1)", "Up", show=False),
    ]
    DEFAULT_CSS = """
    JournalScreen > Vertical { width: 112; max-width: 98%; height: 96%; }
    JournalScreen FindLine { margin-bottom: 0; }
    JournalScreen #problem { height: auto; color: $warning; }
    JournalScreen VerticalScroll { height: 45%; border-top: solid $panel; scrollbar-size-vertical: 1; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._marketplace = session.marketplace
        self._entries: tuple[Entry, ...] = ()
        self._undone: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        """Lay the list out above the change."""
        columns: tuple[Column[Entry], ...] = (
            Column("", self._sign, width=1),
            Column("When", lambda row: f"{row.when:%y-%m-%d %H:%M}", width=14),
            Column("Who", lambda row: row.by.who, most=14),
            Column("What", self._what, grow=True, most=20),
        )
        with Vertical() as box:
            box.border_title = Content("Journal")
            box.border_subtitle = Content("u takes back · J K scroll · / filters · r reads again · esc closes")
            yield FindLine(placeholder="part of a name, a user, a marketplace, or of what was done", compact=True)
            yield RowList[Entry](columns, key=lambda row: row.id, empty="Reading…")
            yield Static(id="problem")
            with VerticalScroll(can_focus=False):
                yield FactSheet(label_width=17)

    def on_mount(self) -> None:
        """Read what there is."""
        self._list.focus()
        self.action_reload()

    @property
    def _list(self) -> RowList[Entry]:
        return self.query_one(RowList)

    def _sign(self, entry: Entry) -> Content:
        if entry.id in self._undone:
            return Content.styled("↶", "$text-muted")
        return literal(SIGNS[entry.record.kind], "$accent")

    def _what(self, entry: Entry) -> Content:
        here = entry.by.place == self._session.journal.by.place
        where = "" if here else f" · in {entry.by.marketplace or entry.by.url}"
        taken = " · taken back" if entry.id in self._undone else ""
        return literal(f"{entry.what}{where}{taken}", "$text-muted" if taken or where else "")

    # -- reading -------------------------------------------------------------------------------------------------

    def action_reload(self) -> None:
        """Read the journal again: another console may write it as well."""
        start(self, self._reload, group="journal")

    async def _reload(self) -> None:
        file = self._session.journal.file
        if file is None:
            return
        reading = await asyncio.to_thread(file.read)
        self._take(reading, file.problem)

    def _take(self, reading: Reading, unwritten: str) -> None:
        self._entries = reading.entries
        learn_entries(self._session, reading.entries)
        self._session.journal.learn_undone(reading.undone)
        own = {each.id for each in self._session.journal.changes if self._session.journal.is_undone(each.id)}
        self._undone = reading.undone | own
        problems = [each for each in (unwritten, reading.problem) if each]
        if reading.broken:
            lines = "1 line is" if reading.broken == 1 else f"{reading.broken} lines are"
            problems.append(f"{lines} no entry and left out: cut short, or written by hand or a later ocgate.")
        self.query_one("#problem", Static).update(literal("\n".join(problems), lines=True))
        self._draw()

    def _draw(self) -> None:
        words = self.query_one(FindLine).words.casefold().split()
        rows = [each for each in self._entries if contains(each, words)]
        self._list.empty = (
            "Nothing matches; esc shows all again." if words else "Nothing was changed through ocgate yet."
        )
        self._list.rows = rows
        count = f"{len(rows)} of {len(self._entries)}" if words else str(len(self._entries))
        self.query_one(Vertical).border_title = Content(f"Journal {count}")

    # -- the list's events ---------------------------------------------------------------------------------------

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Show the change under the cursor."""
        message.stop()
        entry: Entry | None = message.row
        self.query_one(FactSheet).show(() if entry is None else self._facts(entry))
        self.query_one(VerticalScroll).scroll_home(animate=False)

    @on(Input.Changed)
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self._draw()

    @on(Input.Submitted)
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.focus()

    def action_filter(self) -> None:
        """Show the filter line."""
        self.query_one(FindLine).ask()

    def action_back(self) -> None:
        """Clear the filter, then close."""
        if self.query_one(FindLine).put_away():
            self._list.focus()
        else:
            self.dismiss()

    # -- one change ----------------------------------------------------------------------------------------------

    def _facts(self, entry: Entry) -> tuple[Fact, ...]:
        reason = self._why_not_undo(entry)
        way = Content("u takes it back") if reason is None else literal(reason, "$text-muted")
        return entry_facts(entry, way)

    def _change_of(self, entry: Entry) -> Change:
        own = next((each for each in self._session.journal.changes if each.id == entry.id), None)
        return own or self._marketplace.ways_back.change_of(entry)

    def _why_not_undo(self, entry: Entry) -> str | None:
        if entry.id in self._undone:
            return "It was taken back."
        if entry.record.kind is ChangeKind.UNDONE:
            return "What was taken back can be done again by hand."
        if entry.by.place != self._session.journal.by.place:
            return f"It was done in {entry.by.marketplace or 'another marketplace'}, and the console is not there."
        if self._change_of(entry).undo is None:
            return "There is no way back from it."
        return self._session.why_not_change()

    def action_undo(self) -> None:
        """Take the change under the cursor back."""
        entry = self._list.row
        if entry is None:
            return
        if (reason := self._why_not_undo(entry)) is not None:
            self.app.notify(plain(reason), markup=False, timeout=4)
            return
        start(self, partial(self._undo, entry), group="change", exclusive=False)

    async def _undo(self, entry: Entry) -> None:
        from tui.panes.client_changes import tell_undone

        taken = self._change_of(entry)
        remark = ""

        async def take_back(marketplace: Marketplace) -> None:
            nonlocal remark
            remark = await marketplace.journal.undo(taken)

        question = Question(Kind.UNDO, "Take this back?", literal(entry.what), "Undo")
        try:
            done = await change(self, self._session, question, take_back, threat=taken.threat, at=self._marketplace)
        finally:
            await self._reload()
        if done:
            tell_undone(self.app, taken, remark)
