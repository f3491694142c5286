"""One company of any number, found by typing: the marketplace searches, and rows are read as they are looked at."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from tui.access.facts import Party
from tui.session.company_pages import CompanyList
from tui.widgets.background import start
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList
from tui.widgets.typed_list import TypedList

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.session.session import Session

TYPED_ON = 0.12
FIRST_ROWS = 100


class CompanyPicker(TypedList[Party | None]):
    """A list of companies that narrows as letters are typed; None when the person leaves."""

    def __init__(self, session: Session, title: str) -> None:
        super().__init__()
        self._session = session
        self._heading = plain(title)
        self._companies: CompanyList | None = None

    def compose(self) -> ComposeResult:
        """Lay out the field to type in and the list."""
        columns: tuple[Column[Party], ...] = (
            Column("", lambda each: Content.styled("●", "$allowed") if each.active else Content("○"), width=1),
            Column("", lambda each: literal(each.label), most=34),
            Column("", lambda each: literal(each.kind.value, "$muted"), width=8),
            Column("", lambda each: literal(each.id, "$muted"), grow=True, most=20),
        )
        with Vertical() as box:
            box.border_title = Content(self._heading)
            box.border_subtitle = Content("type to find · enter chooses · esc leaves")
            yield Input(placeholder="part of a name or ID")
            found = RowList[Party](columns, key=lambda each: (each.kind, each.id), heading=False, empty="Loading…")
            found.can_focus = False
            yield found

    def on_mount(self) -> None:
        """Show every company."""
        self.query_one(Input).focus()
        self._begin(0)

    @property
    def _list(self) -> RowList[Party]:
        return self.query_one(RowList)

    def _begin(self, wait: float) -> None:
        start(self, partial(self._read, wait), group="companies")

    async def _read(self, wait: float) -> None:
        await asyncio.sleep(wait)
        words = self.query_one(Input).value.strip()
        companies = CompanyList.every(self._session.marketplace, words, self._arrived)
        await companies.load(0, FIRST_ROWS - 1)
        self._companies = companies
        self._list.empty = "Nothing matches."
        self._list.rows = companies
        if words:
            self._list.cursor = 0

    def _arrived(self) -> None:
        if self.is_attached:
            self._list.rows_arrived()

    def on_row_list_wanted(self, message: RowList.Wanted) -> None:
        """Read what came near the window."""
        message.stop()
        if self._companies is not None:
            start(self, partial(self._companies.load, message.first, message.last), group="window")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self._begin(TYPED_ON)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with the row under the cursor."""
        event.stop()
        if self._list.row is not None:
            self.dismiss(self._list.row)

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Nothing more is to be told of a row."""
        message.stop()

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Answer with the row that was clicked twice."""
        message.stop()
        if isinstance(message.row, Party):
            self.dismiss(message.row)


async def choose_company(host: Widget, session: Session) -> None:
    """Ask for a company, and show the API clients it is assigned to."""
    from tui.panes.company_assignments import CompanyAssignments

    party = await host.app.push_screen_wait(CompanyPicker(session, "Which company's API clients?"))
    if party is not None:
        await host.app.push_screen_wait(CompanyAssignments(session, party))
