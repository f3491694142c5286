"""Access: which party may use which API client, and why."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.access.facts import Party, PartyKind
from tui.access.words import count
from tui.commands import bindings
from tui.panes.access_picture import KIND_LETTERS, LEGEND, TONE_COLOURS, Picture, Reason
from tui.panes.messages import OpenRequested, TestRequested
from tui.panes.mode import ModePane
from tui.session.what_if import WhatIf
from tui.widgets.background import start
from tui.widgets.matrix import Matrix, Sign
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.session import Session

NOTHING = Picture((), (), {})
STAYS = 0.15
"""Seconds on one cell after which more is asked of the marketplace about it."""


class AccessPane(ModePane):
    """The matrix of parties and API clients, and the reason for the cell under the cursor."""

    SCOPE = "access"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("access")]

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(session, id=id)
        self.picture = NOTHING
        self._stale = False
        self.what_if = WhatIf()
        self.checked = ""
        """What the last self-check came to, in a few words."""

    def compose(self) -> ComposeResult:
        """Lay the matrix and the reason out: side by side, or one above the other where it is narrow."""
        with Vertical(id="who", classes="panel") as who:
            who.border_title = self._title()
            yield Matrix(self._sign, id="matrix")
            yield Static(_legend(), id="legend")
        with VerticalScroll(id="why", classes="panel") as why:
            why.border_title = "Why"
            yield Static(id="reason")

    def on_mount(self) -> None:
        """Read the marketplace when there is one."""
        self._start()

    # -- reading -------------------------------------------------------------------------------------------------

    async def session_changed(self) -> None:
        """Show the new marketplace, or that there is none."""
        self.picture, self.what_if, self.checked = NOTHING, WhatIf(), ""
        self._tell_title()
        self._start()

    async def marketplace_changed(self) -> None:
        """Show what was changed elsewhere; out of sight it can wait."""
        if self.display:
            self._start()
        else:
            self._stale = True

    def take_focus(self) -> None:
        """Put the focus on the matrix."""
        if self._stale:
            self._start()
        self.query_one(Matrix).focus()

    def _start(self, *, afresh: bool = False) -> None:
        self._stale = False
        if self.session.ready:
            self._say("Reading the marketplace\u2026")
            start(self, partial(self._read, afresh=afresh), group="access")
        else:
            self._draw(NOTHING)
            self._say("There is no marketplace yet: p signs in.")

    async def _read(self, *, afresh: bool) -> None:
        from tui.ordercloud import errors

        marketplace = self.session.marketplace
        try:
            if afresh:
                marketplace.forget()
            if afresh or not marketplace.api_clients:
                async for _ in marketplace.read_api_clients():
                    pass
            assignments = dict(await marketplace.all_assignments())
            companies = await marketplace.companies()
        except errors.OrderCloudError as error:
            self._say(f"This could not be read: {error}\n\nr tries again.")
            return
        api_clients = tuple(sorted(marketplace.api_clients.values(), key=lambda each: each.app_name.casefold()))
        self._draw(Picture(companies.parties(marketplace.seller), api_clients, assignments))
        if afresh:
            self.tell("The marketplace was read again.")

    def _draw(self, picture: Picture) -> None:
        """Show a picture, with the cursor on the same party and API client as before where they are still there."""
        matrix = self.query_one(Matrix)
        at = picture.find(self.picture.names(*matrix.cursor))
        self.picture = picture
        matrix.show(
            [f"{KIND_LETTERS[party.kind]} {party.label}" for party in picture.parties],
            [api_client.app_name for api_client in picture.api_clients],
            at=at,
        )
        matrix.empty = "Nothing to show."
        self._tell_place(*matrix.cursor)
        self.refresh_bindings()

    # -- showing -------------------------------------------------------------------------------------------------

    def _sign(self, row: int, column: int) -> Sign:
        return self.picture.sign(row, column)

    def _tell_place(self, row: int, column: int) -> None:
        """Tell where the cursor is, for what is out of sight shows no edge."""
        rows, columns = len(self.picture.parties), len(self.picture.api_clients)
        place = f"party {row + 1} of {rows} \u00b7 API client {column + 1} of {columns}"
        self.query_one("#who").border_subtitle = place if self.picture.has(row, column) else ""

    def _title(self) -> Content:
        kept = len(self.what_if.kept)
        told = [self.checked, f"{count(kept, 'draft')} kept" if kept else ""]
        return literal(" \u00b7 ".join(["Who gets in", *filter(None, told)]))

    def _tell_title(self) -> None:
        self.query_one("#who").border_title = self._title()

    def _say(self, words: str) -> None:
        self.query_one("#reason", Static).update(literal(words, "$muted", lines=True))

    def on_matrix_moved(self, message: Matrix.Moved) -> None:
        """Give the reason for the cell under the cursor."""
        message.stop()
        self._tell_place(message.row, message.column)
        self.refresh_bindings()  # the seller has no assignment, its neighbour may have
        if self.picture.has(message.row, message.column):
            reason = self.picture.reason(message.row, message.column)
            self.query_one("#reason", Static).update(reason.content())
            self.query_one("#why").scroll_home(animate=False)
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

    def on_matrix_opened(self, message: Matrix.Opened) -> None:
        """Open the API client of the cell that was clicked twice."""
        message.stop()
        self.do_open()

    # -- commands ------------------------------------------------------------------------------------------------

    @property
    def api_client(self) -> ApiClient | None:
        """The API client under the cursor."""
        row, column = self.query_one(Matrix).cursor
        return self.picture.api_clients[column] if self.picture.has(row, column) else None

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        if not self.session.ready:
            return "There is no marketplace yet."
        if command != "access.reload" and self.api_client is None:
            return "There is no API client under the cursor."
        if command == "access.assign" and self._party is not None and self._party.kind is PartyKind.SELLER:
            return "There is no assignment for the seller: AllowSeller decides."
        return None

    @property
    def _party(self) -> Party | None:
        """The party under the cursor."""
        row, column = self.query_one(Matrix).cursor
        return self.picture.parties[row] if self.picture.has(row, column) else None

    def do_assign(self) -> None:
        """Choose the API clients that the company is assigned to."""
        from tui.panes.company_assignments import CompanyAssignments

        if self._party is not None:
            self.app.push_screen(CompanyAssignments(self.session, self._party))

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

        screen = WhatIfScreen(self.session, self.what_if, self.picture, self.query_one(Matrix).cursor)
        self.app.push_screen(screen, lambda _: self._tell_title())

    def do_self_check(self) -> None:
        """Hold the rules against real token calls."""
        from tui.panes.self_check import self_check

        async def check() -> None:
            row, column = self.query_one(Matrix).cursor
            if found := await self_check(self, self.session, self.picture, row, column):
                self.checked = found
                self._tell_title()

        start(self, check, group="self-check")

    def do_reload(self) -> None:
        """Read the marketplace again."""
        self._start(afresh=True)


def _legend() -> Content:
    return Content("  ").join(
        Content.assemble((sign.text, TONE_COLOURS[sign.tone]), f" {words}") for sign, words in LEGEND
    )
