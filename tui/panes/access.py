"""Access: which party may use which API client, and why."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tui.access.facts import Party, PartyKind
from tui.access.words import count
from tui.commands import bindings
from tui.panes.access_narrowing import Narrowing
from tui.panes.access_picture import LEGEND, Picture, Reason, legend_text
from tui.panes.access_pivot import Pivot, PivotList, heading, pivot_columns
from tui.panes.access_view import GROUP_LEGEND, View
from tui.panes.messages import OpenRequested, TestRequested
from tui.panes.mode import ModePane
from tui.session.what_if import WhatIf
from tui.widgets.background import start
from tui.widgets.matrix import Matrix, Sign
from tui.widgets.plain import literal
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui.ordercloud.models import ApiClient
    from tui.session.session import Session

NOTHING = Picture((), (), {})
STAYS = 0.15
"""Seconds on one cell after which more is asked of the marketplace about it."""
_OF_A_CELL = frozenset({"access.users", "access.open", "access.test", "access.assign", "access.pivot"})
_OF_THE_WHOLE = frozenset({"access.self-check", "access.what-if", "access.export"})
_MANY = "There is one line for many parties here: enter shows them one by one."


class AccessPane(ModePane):
    """The matrix of parties and API clients, and the reason for the cell under the cursor.

    `picture` is all that was read; `view` is what of it is in sight. The cursor of the matrix is the place in the view,
    whether the matrix is shown or a list of one line or column of it.
    """

    SCOPE = "access"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("access")]

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(session, id=id)
        self.picture = NOTHING
        self.view = View(NOTHING, (), ())
        self.pivot = Pivot.MATRIX
        self._grouped = False
        self._stale = False
        self._reading: Worker[None] | None = None
        self.what_if = WhatIf()
        self.checked = ""
        """What the last self-check came to, in a few words."""

    def compose(self) -> ComposeResult:
        """Lay the matrix and the reason out: side by side, or one above the other where it is narrow."""
        with Vertical(id="who", classes="panel") as who:
            who.border_title = "Who gets in"
            yield Narrowing()
            yield Matrix(self._sign, id="matrix")
            yield PivotList((), key=lambda row: row, id="pivot")
            yield Static(legend_text(), id="legend")
        with VerticalScroll(id="why", classes="panel") as why:
            why.border_title = "Why"
            yield Static(id="reason")

    def on_mount(self) -> None:
        """Read the marketplace when there is one."""
        self.query_one(PivotList).display = False
        self._start()

    # -- reading -------------------------------------------------------------------------------------------------

    async def session_changed(self) -> None:
        """Show the new marketplace, or that there is none."""
        self.picture, self.what_if, self.checked = NOTHING, WhatIf(), ""
        self._start()

    async def marketplace_changed(self) -> None:
        """Show what was changed elsewhere; out of sight it can wait."""
        if self.display:
            self._start()
        else:
            self._stale = True

    def take_focus(self) -> None:
        """Put the focus on the matrix, or on the list in its place."""
        if self._stale:
            self._start()
        (self.query_one(Matrix) if self.pivot is Pivot.MATRIX else self.query_one(PivotList)).focus()

    def _start(self, *, afresh: bool = False) -> None:
        self._stale = False
        if self.session.ready:
            self._say("Reading the marketplace\u2026")
            self._reading = start(self, partial(self._read, afresh=afresh), group="access")
        else:
            self._draw(NOTHING)
            self._say("There is no marketplace yet: p signs in.")

    async def _read(self, *, afresh: bool) -> None:
        from tui.ordercloud import errors
        from tui.session.picturing import read_picture

        marketplace = self.session.marketplace
        try:
            if afresh:
                marketplace.forget()
            read = await read_picture(marketplace, afresh=afresh, told=self._tell_reading)
        except errors.OrderCloudError as error:
            self._say(f"This could not be read: {error}\n\nr tries again.")
            return
        self._draw(Picture(*read))
        if afresh:
            self.tell("The marketplace was read again.")

    def _tell_reading(self, words: str) -> None:
        self._say(f"Reading the marketplace: {words}.\n\nesc stops it.")

    @property
    def _reads(self) -> bool:
        return self._reading is not None and self._reading.is_running

    # -- showing -------------------------------------------------------------------------------------------------

    def _draw(self, picture: Picture) -> None:
        """Show a picture, with the cursor on the same party and API client as before where they are still there."""
        at = self._here
        self.picture = picture
        self._look(at)

    @property
    def _here(self) -> tuple[Party | None, str]:
        """Which party and which API client the cursor is on; of a line of many, the first."""
        line, column = self.query_one(Matrix).cursor
        if not self.view.has(line, column):
            return None, ""
        party = self.view.party(line)
        if party is None:
            party = self.picture.parties[self.view.groups[line][1][0]]
        return party, self.view.api_client(column).id

    def _look(self, at: tuple[Party | None, str] | None = None) -> None:
        """Show of the picture what the filters leave, one by one or by kind."""
        at = at or self._here
        words = self.query_one(Narrowing)
        self.view = View.of(self.picture, words.parties, words.api_clients, grouped=self._grouped)
        matrix = self.query_one(Matrix)
        matrix.empty = "Nothing matches: esc shows all again." if words.narrows else "Nothing to show."
        matrix.show(self.view.row_names, self.view.column_names, at=self.view.find(*at))
        if not matrix.has_cells and self.session.ready:
            self._say(matrix.empty)
        self._show_pivot()
        self._tell_place()
        self.refresh_bindings()

    def _show_pivot(self) -> None:
        matrix, rows = self.query_one(Matrix), self.query_one(PivotList)
        if not self.view.has(*matrix.cursor):
            self.pivot = Pivot.MATRIX
        listed = self.pivot is not Pivot.MATRIX
        had_focus = matrix.has_focus or rows.has_focus
        matrix.display, rows.display = not listed, listed
        if listed:
            by_client = self.pivot is Pivot.API_CLIENT
            rows.set_columns(pivot_columns(self.view, self.pivot, matrix.cursor))
            rows.rows = range(len(self.view.rows if by_client else self.view.columns))
            rows.cursor = matrix.cursor[0 if by_client else 1]
        if had_focus:
            (rows if listed else matrix).focus()
        self.query_one("#legend", Static).update(legend_text(GROUP_LEGEND if self._grouped else LEGEND))

    def _sign(self, row: int, column: int) -> Sign:
        return self.view.sign(row, column)

    def _tell_place(self) -> None:
        """Tell where the cursor is and what is in sight, for what is out of sight shows no edge."""
        view, who = self.view, self.query_one("#who")
        line, column = self.query_one(Matrix).cursor
        lines, columns = len(view.row_names), len(view.columns)
        what = "kind" if view.grouped else "party"
        place = f"{what} {line + 1} of {lines} \u00b7 API client {column + 1} of {columns}"
        who.border_subtitle = place if view.has(line, column) else ""
        kept = len(self.what_if.kept)
        told = [heading(view, self.pivot, (line, column)), self.checked, f"{count(kept, 'draft')} kept" if kept else ""]
        who.border_title = literal(" \u00b7 ".join(filter(None, told)))

    def _say(self, words: str) -> None:
        self.query_one("#reason", Static).update(literal(words, "$muted", lines=True))

    def on_matrix_moved(self, message: Matrix.Moved) -> None:
        """Give the reason for the cell under the cursor."""
        message.stop()
        self._tell_place()
        self.refresh_bindings()  # the seller has no assignment, its neighbour may have
        if self.view.has(message.row, message.column):
            reason = self.view.reason(message.row, message.column)
            self.query_one("#reason", Static).update(reason.content())
            self.query_one("#why").scroll_home(animate=False)
            if isinstance(reason, Reason):
                start(self, partial(self._tell_grants, reason), group="grants")

    async def _tell_grants(self, reason: Reason) -> None:
        """Add the grants, which need the secrets of the API client, when the cursor stays."""
        from tui.ordercloud import errors

        await asyncio.sleep(STAYS)
        if not self.session.ready:
            return
        try:
            secrets = await self.session.marketplace.secrets(reason.api_client.id)
        except errors.OrderCloudError:
            return  # the reason stands without them
        self.query_one("#reason", Static).update(reason.content(secrets))

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Keep the matrix's cursor where the list's is."""
        message.stop()
        if self.pivot is not Pivot.MATRIX and message.row is not None:
            matrix = self.query_one(Matrix)
            line, column = matrix.cursor
            matrix.cursor = (message.row, column) if self.pivot is Pivot.API_CLIENT else (line, message.row)

    def on_matrix_opened(self, message: Matrix.Opened) -> None:
        """Show the users of the cell that was clicked twice."""
        message.stop()
        self.do_users()

    def on_narrowing_changed(self, message: Narrowing.Changed) -> None:
        """Leave what matches."""
        message.stop()
        self._look()

    def on_narrowing_left(self, message: Narrowing.Left) -> None:
        """Go back to what the filters left."""
        message.stop()
        self.take_focus()
        self.refresh_bindings()

    # -- commands ------------------------------------------------------------------------------------------------

    @property
    def api_client(self) -> ApiClient | None:
        """The API client under the cursor."""
        row, column = self.query_one(Matrix).cursor
        return self.view.api_client(column) if self.view.has(row, column) else None

    @property
    def party(self) -> Party | None:
        """The party under the cursor; None on a line of many."""
        row, column = self.query_one(Matrix).cursor
        return self.view.party(row) if self.view.has(row, column) else None

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        if not self.session.ready:
            return "There is no marketplace yet."
        if command == "access.back":
            if self._reads:
                return None
            if self.pivot is Pivot.MATRIX and not self.query_one(Narrowing).narrows:
                return "Everything is in sight."
            return None
        if command in _OF_THE_WHOLE and not self.picture.parties:
            return "The marketplace is not read yet: r reads it."
        if command in _OF_A_CELL and self.api_client is None:
            return "There is no API client under the cursor."
        if command == "access.assign" and (self.party is None or self.party.kind is PartyKind.SELLER):
            return _MANY if self.party is None else "There is no assignment for the seller: AllowSeller decides."
        if command == "access.group" and self.pivot is not Pivot.MATRIX:
            return "A list shows parties one by one: v goes on to the matrix."
        if command in ("access.next", "access.previous") and self.pivot is Pivot.MATRIX:
            return "The matrix shows all of them: v shows one as a list."
        return None

    def do_filter_parties(self) -> None:
        """Type words for the parties."""
        self.query_one(Narrowing).ask("party-words")

    def do_filter_clients(self) -> None:
        """Type words for the API clients."""
        self.query_one(Narrowing).ask("client-words")

    def do_group(self) -> None:
        """Show one line for each kind of party, or every party again."""
        at = self._here
        self._grouped = not self._grouped
        self._look(at)

    def do_pivot(self) -> None:
        """Show one API client with every party, then one party with every API client, then the matrix again."""
        at, self.pivot = self._here, self.pivot.next
        if self.pivot is not Pivot.MATRIX:
            self._grouped = False
        self._look(at)

    def do_next(self) -> None:
        """Show the next API client, or the next party, as a list."""
        self._step(1)

    def do_previous(self) -> None:
        """Show the one before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        matrix = self.query_one(Matrix)
        matrix.action_move(*((0, by) if self.pivot is Pivot.API_CLIENT else (by, 0)))
        self._show_pivot()
        self._tell_place()

    def do_back(self) -> None:
        """Stop reading; go from a list back to the matrix; then show everything again."""
        if self._reading is not None and self._reads:
            self._reading.cancel()
            self._say("Reading was stopped: r reads the marketplace again.")
        elif self.pivot is not Pivot.MATRIX:
            at, self.pivot = self._here, Pivot.MATRIX
            self._look(at)
        else:
            self.query_one(Narrowing).clear()

    def do_users(self) -> None:
        """Show the users of the party with each grant; of a line of many, show these one by one."""
        api_client, party = self.api_client, self.party
        if api_client is None:
            return
        if party is None:
            self.do_group()
            return
        from tui.panes.party_users import PartyUsers

        self.app.push_screen(PartyUsers(self.session, party, api_client))

    def do_who_can(self) -> None:
        """Ask the other way: what a user gets in to, who gets in, who obtains a role."""
        from tui.panes.who_can import WhoCan

        self.app.push_screen(WhoCan(self.session))

    def do_export(self) -> None:
        """Write what is in sight to a file, each cell with its reason."""
        from tui.panes.access_export import export_view

        start(self, partial(export_view, self.app, self.session, self.view), group="export")

    def do_assign(self) -> None:
        """Choose the API clients that the company is assigned to."""
        from tui.panes.company_assignments import CompanyAssignments

        if self.party is not None:
            self.app.push_screen(CompanyAssignments(self.session, self.party))

    def do_open(self) -> None:
        """Open the API client in Clients."""
        if (api_client := self.api_client) is not None:
            self.post_message(OpenRequested(api_client.id))

    def do_test(self) -> None:
        """Try the API client in Tokens."""
        if (api_client := self.api_client) is not None:
            self.post_message(TestRequested(api_client.id))

    def do_what_if(self) -> None:
        """Draft changes on the matrix."""
        from tui.panes.what_if import WhatIfScreen

        at = self.picture.find(self._here) or (0, 0)
        screen = WhatIfScreen(self.session, self.what_if, self.picture, at)
        self.app.push_screen(screen, lambda _: self._tell_place())

    def do_self_check(self) -> None:
        """Hold the rules against real token calls."""
        from tui.panes.self_check import self_check

        async def check() -> None:
            row, column = self.picture.find(self._here) or (0, 0)
            if found := await self_check(self, self.session, self.picture, row, column):
                self.checked = found
                self._tell_place()

        start(self, check, group="self-check")

    def do_reload(self) -> None:
        """Read the marketplace again."""
        self._start(afresh=True)
