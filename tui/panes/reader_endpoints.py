"""What the token shown may do: every endpoint, allowed or refused, and each that changes nothing tried."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.access.endpoints import Endpoint, Permission
from tui.panes.reading_text import Shown, permission_facts, permission_text, permission_words, try_facts
from tui.widgets.background import start
from tui.widgets.exchange_text import exchange_text
from tui.widgets.fact_sheet import FactSheet
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.session.token_reading import TokenReading, Try

_LABEL = 12
_Row = tuple[Endpoint, Permission]


class ReaderEndpoints(Vertical):
    """The list of endpoints, and below it what is known of the one under the cursor."""

    DEFAULT_CSS = """
    ReaderEndpoints { height: 1fr; }
    ReaderEndpoints RowList { height: 1fr; }
    ReaderEndpoints FactSheet { height: 4; margin-top: 1; }
    .-narrow ReaderEndpoints FactSheet { margin: 0; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reading: TokenReading | None = None
        self._shown: Shown | None = None
        self._only: bool | None = None

    def compose(self) -> ComposeResult:
        """Lay the list out above the endpoint."""
        columns: tuple[Column[_Row], ...] = (
            Column("", lambda row: permission_text(row[1]), width=1),
            Column("Endpoint", lambda row: literal(row[0].title), most=46),
            Column("Why", lambda row: literal(permission_words(row[1]), "$muted"), grow=True, most=20),
        )
        yield RowList[_Row](columns, key=lambda row: row[0].title, empty="Read a token first.", id="read-list")
        yield FactSheet(label_width=_LABEL)

    def show(self, reading: TokenReading | None, shown: Shown) -> None:
        """Judge every endpoint for another token; there is nothing to judge it with before there is a marketplace."""
        self._reading, self._shown = reading, shown
        self._list()

    def filter_next(self) -> None:
        """Show the endpoints that are allowed, then those that are refused, then all."""
        self._only = {None: True, True: False, False: None}[self._only]
        self._list()

    def take_focus(self) -> None:
        """Let the arrow keys move the cursor."""
        self.query_one(RowList).focus()

    def _list(self) -> None:
        rows: Sequence[_Row] = ()
        if self._reading is not None and self._shown is not None:
            every = self._reading.permissions(self._shown.reading.token)
            rows = [each for each in every if self._only is None or each[1].allowed is self._only]
        self.query_one(RowList).rows = rows

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Tell of the endpoint under the cursor."""
        message.stop()
        row: _Row | None = message.row
        sheet = self.query_one(FactSheet)
        if row is None or self._shown is None or self._reading is None:
            sheet.show(())
            return
        sheet.show(permission_facts(*row, self._why_not_try(row[0])))

    def _why_not_try(self, endpoint: Endpoint) -> str | None:
        if self._reading is None or self._shown is None:
            return "There is no marketplace yet."
        if not self._shown.reading.whole:
            return "The token is damaged: nobody would take it."
        return self._reading.why_not_try(self._shown.reading.token, endpoint)

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Call the endpoint with the token, after asking for the IDs in its path."""
        message.stop()
        endpoint: Endpoint = message.row[0]
        if (reason := self._why_not_try(endpoint)) is not None:
            self._tell(reason)
            return
        if not endpoint.places:
            self._call(endpoint, ())
            return
        fields = tuple((name, "All" if name == "direction" else "", False) for name in endpoint.places)
        self._ask(endpoint, fields)

    def _ask(self, endpoint: Endpoint, fields: Sequence[tuple[str, str, bool]]) -> None:
        from tui.widgets.dialogs import Ask

        def answered(given: tuple[str, ...] | None) -> None:
            if given is not None:
                self._call(endpoint, given)

        self.app.push_screen(Ask(endpoint.title, fields, yes="Call"), answered)

    def _call(self, endpoint: Endpoint, values: Sequence[str]) -> None:
        start(self, partial(self._try, endpoint, tuple(values)), group="try")

    async def _try(self, endpoint: Endpoint, values: tuple[str, ...]) -> None:
        reading, shown = self._reading, self._shown
        if reading is None or shown is None:
            return
        try:
            tried = await reading.call(shown.reading.token, endpoint, values)
        except ValueError as error:
            self._tell(str(error))
            return
        self._show_try(tried)

    def _show_try(self, tried: Try) -> None:
        from tui.widgets.dialogs import Note

        lines = [Content.assemble(f"{fact.label:<10}", fact.text) for fact in try_facts(tried)]
        if tried.exchange is not None:
            lines += [Content(""), exchange_text(tried.exchange)]
        self.app.push_screen(Note(tried.endpoint.title, Content("\n").join(lines)))

    def _tell(self, message: str) -> None:
        self.app.notify(plain(message), markup=False, timeout=6)
