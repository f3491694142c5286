"""Clients mode: the list of API clients beside everything the one under the cursor says."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.commands import bindings
from tui.panes.client_columns import SORTINGS, columns, matches
from tui.panes.client_detail import ClientDetail
from tui.panes.client_rows import ClientRows
from tui.panes.messages import MarketplaceChanged, TestRequested
from tui.panes.mode import ModePane
from tui.session.session import Phase, Session
from tui.widgets.background import start
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.ordercloud.models import ApiClient
    from tui.panes.client_form import ApiClientForm
    from tui.session.client_row import ClientRow


class ClientsPane(ModePane):
    """The workbench: list, detail, editing, assignment."""

    SCOPE = "clients"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("clients")]

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(session, id=id)
        self._sorting = 0
        self._descending = False
        self._rows = ClientRows(session)
        self._problem: Exception | None = None
        self._leaving = False

    # -- layout --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the list and the detail."""
        with Vertical(id="client-list", classes="panel") as panel:
            panel.border_title = Content("API clients")
            yield Input(placeholder="part of a name, ID or user", id="filter")
            yield RowList[Any](
                columns(SORTINGS[self._sorting], descending=self._descending),
                key=lambda each: each.id,
                id="api-clients",
                empty="Connecting…",
            )
            yield Static(id="client-list-problem")
        yield ClientDetail(self.session, id="client-detail", classes="panel")

    def on_mount(self) -> None:
        """Start in the list, with what was there last time."""
        self._rows.begin()
        self._draw()
        self._list.focus()

    @property
    def _list(self) -> RowList[ClientRow]:
        return self.query_one("#api-clients", RowList)

    @property
    def _detail(self) -> ClientDetail:
        return self.query_one("#client-detail", ClientDetail)

    def take_focus(self) -> None:
        """Put the focus on the list, or on the detail where that is all there is room for."""
        if self._editing is not None:
            self._editing.take_focus()
        elif self._list.is_on_screen or not self.has_class("-detail"):
            self._list.focus()
        else:
            self._detail.take_focus()

    # -- reading -------------------------------------------------------------------------------------------------

    async def session_changed(self) -> None:
        """Read the list of the marketplace that is there now, or say why there is none."""
        self._detail.close_form()
        self._rows.begin()
        self._draw()
        self._show_row()
        if self.session.ready:
            self._say(None)
            self.read()
            return
        self._list.empty = {
            Phase.CONNECTING: "Connecting…",
            Phase.SIGN_IN_NEEDED: "Not signed in: p signs in.",
            Phase.FAILED: "No marketplace: r tries again, p changes the connection.",
        }.get(self.session.phase, "")
        self._say(self.session.problem)
        self._list.refresh()

    def _say(self, problem: Exception | None) -> None:
        """Tell below the list what went wrong, if anything; the screen is laid out anew only when that changes."""
        if problem is not self._problem:
            self._problem = problem
            text = "" if problem is None else literal(problem, "$refused", lines=True)
            self.query_one("#client-list-problem", Static).update(text)

    async def marketplace_changed(self) -> None:
        """Draw what is known now; the place in the list stays."""
        self._draw()
        self._show_row()
        self._remember()

    def _remember(self) -> None:
        """Keep the list for the next start."""
        start(self, self._rows.keep, group="remember")

    def read(self) -> None:
        """Read the API clients, page by page, painting the first as soon as it is here."""
        start(self, self._read, group="api-clients")

    async def _read(self) -> None:
        self._rows.loading = True
        self._list.empty = "Loading…"
        try:
            async for _ in self.session.marketplace.read_api_clients():
                self._draw()
        except Exception as error:
            self._list.empty = "The list could not be read: r tries again."
            self._say(error)
            raise
        finally:
            self._rows.loading = False
        self._rows.loaded = True
        self._say(None)
        self._draw()
        self._remember()
        drafts = self.session.drafts
        if drafts is not None and await asyncio.to_thread(drafts.look_once):
            from tui.panes.kept_drafts import tell_drafts

            tell_drafts(self, drafts)

    def _draw(self) -> None:
        known, age = self._rows.known()
        words = self.query_one("#filter", Input).value.casefold().split()
        shown = [each for each in known if matches(each, words)]
        shown.sort(key=SORTINGS[self._sorting].rank, reverse=self._descending)
        panel = self.query_one("#client-list", Vertical)
        count = f"{len(shown)} of {len(known)}" if words else str(len(known)) if known or self._rows.loaded else ""
        panel.border_title = Content(f"API clients {count}".rstrip() + age)
        if known:
            self._list.empty = "Nothing matches; esc shows all again."
        elif self._rows.loaded:
            self._list.empty = "No API clients yet: n makes the first."
        self._list.rows = shown

    # -- the list's events ---------------------------------------------------------------------------------------

    @on(RowList.Highlighted, "#api-clients")
    def _highlighted(self, message: RowList.Highlighted) -> None:
        message.stop()
        if self._editing is not None:
            start(self, self._leave_form_for_row, group="leave-form", exclusive=False)
            return
        self._show_row()
        self.app.refresh_bindings()

    async def _leave_form_for_row(self) -> None:
        """Show the row that was chosen beside the open form, or go back to the one that is edited."""
        form, edited = self._editing, self._detail.api_client
        here = self._list.row
        if form is None or self._leaving or (here is not None and edited is not None and here.id == edited.id):
            return
        self._leaving = True
        try:
            if await form.may_leave():
                self._detail.close_form()
                self._show_row()
                self.remove_class("-detail")
                self.app.refresh_bindings()
            else:
                self._go_to(edited)
                form.take_focus()
        finally:
            self._leaving = False

    def _go_to(self, api_client: ApiClient | None) -> None:
        """Put the cursor on an API client, whatever the filter says."""
        if api_client is not None and not self._list.move_to(api_client.id):
            self.query_one("#filter", Input).value = ""
            self._draw()
            self._list.move_to(api_client.id)

    @on(RowList.Opened, "#api-clients")
    def _opened(self, message: RowList.Opened) -> None:
        message.stop()
        self.show_detail()

    def _show_row(self) -> None:
        self._detail.show(self._api_client)

    def show_detail(self) -> None:
        """Go into the detail; on a narrow screen it replaces the list."""
        self.add_class("-detail")
        self._detail.take_focus()

    @on(Input.Changed, "#filter")
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self._draw()

    @on(Input.Submitted, "#filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.focus()

    async def open(self, api_client_id: str, tab: str = "details") -> None:
        """Show an API client, whatever the filter says."""
        if not self._list.move_to(api_client_id):
            self.query_one("#filter", Input).value = ""
            self._draw()
            self._list.move_to(api_client_id)
        self._detail.choose_tab(tab)
        self.show_detail()

    # -- commands ------------------------------------------------------------------------------------------------

    _CHANGING = frozenset({"new", "edit", "assign", "activate", "duplicate", "delete", "undo"})
    _OF_THE_CURSOR = frozenset({"activate", "delete"})
    _OF_ONE = frozenset({"edit", "assign", "test", "activate", "duplicate", "delete", "secrets", "copy-id"})

    @property
    def _editing(self) -> ApiClientForm | None:
        return self._detail.form

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        verb = command.partition(".")[2]
        if self._editing is not None:
            return None if verb == "back" else "The form is open: save or leave it first."
        if verb == "filter" and self.query_one("#filter", Input).has_focus:
            return "This is the filter: type what the API clients shown should contain."
        if verb in self._OF_ONE and self._list.row is None:
            return "There is no API client under the cursor."
        if verb in self._OF_ONE - {"copy-id"} and self._api_client is None:
            return "This is the list as it was last seen; nothing can be done with it before the marketplace answers."
        if verb in self._OF_THE_CURSOR and self._detail.has_focus_within:
            return "The cursor is not in the list: esc goes back there first."
        if verb == "assign" and self._detail.shows("assignments") and self._detail.has_focus_within:
            return "This is where companies are assigned: space toggles one."
        if verb in self._CHANGING - {"assign"} and (reason := self.session.why_not_change()) is not None:
            return reason
        if verb == "undo" and self.session.journal.last is None:
            return "Nothing has been changed in this sitting."
        return None

    @property
    def _api_client(self) -> ApiClient | None:
        """The API client under the cursor; None when there is none, or only what was seen of it last time."""
        row = self._list.row
        if row is None or not self.session.ready:
            return None
        return self.session.marketplace.api_clients.get(row.id)

    @property
    def _row(self) -> ApiClient:
        api_client = self._api_client
        assert api_client is not None, "why_not has seen to it"
        return api_client

    def do_filter(self) -> None:
        """Show the filter line."""
        self.remove_class("-detail")
        entry = self.query_one("#filter", Input)
        entry.add_class("-shown")
        entry.focus()

    def do_back(self) -> None:
        """Leave the form, or the search, then the detail, then the filter: one step a key."""
        if self._editing is not None:
            self._editing.do_leave()
            return
        if self._detail.leave_find():
            return
        entry = self.query_one("#filter", Input)
        if self._detail.has_focus_within or self.has_class("-detail"):
            self.remove_class("-detail")
            self._list.focus()
        elif entry.has_class("-shown"):
            entry.value = ""
            entry.remove_class("-shown")
            self._list.focus()

    def do_new(self) -> None:
        """Open the form of a new API client, after a choice of what it starts from."""
        from tui.panes.client_new import open_new

        start(self, partial(open_new, self), group="new")

    def do_edit(self) -> None:
        """Edit the API client under the cursor, in place."""
        self._detail.edit(self._row, self._row.to_wire())
        self.add_class("-detail")

    def do_duplicate(self) -> None:
        """Open the form of a copy; the secret stays behind."""
        from tui.panes.client_new import open_copy

        start(self, partial(open_copy, self, self._row), group="new")

    def do_assign(self) -> None:
        """Show the assignments and go there."""
        self._detail.choose_tab("assignments")
        self.show_detail()

    def do_secrets(self) -> None:
        """Show the secrets and go there."""
        self._detail.choose_tab("secrets")
        self.show_detail()

    def do_test(self) -> None:
        """Try a grant with this API client."""
        self.post_message(TestRequested(self._row.id))

    def do_copy_id(self) -> None:
        """Copy the API client's ID."""
        row = self._list.row
        assert row is not None, "why_not has seen to it"
        self.app.copy_to_clipboard(row.id)
        self.tell(f"The ID of {plain(row.name)} was sent to the terminal's clipboard (OSC 52).")

    def do_reload(self) -> None:
        """Read everything again, or try to connect again."""
        if self.session.ready:
            self.session.marketplace.forget()
            self.read()
            self._show_row()
        else:
            self.app.call_later(getattr(self.app, "open_session", lambda: None))

    def do_sort(self) -> None:
        """Choose the column to sort by; the same again turns the direction."""
        from tui.widgets.dialogs import Choose

        def then(title: str | None) -> None:
            if title is None:
                return
            chosen = [sorting.title for sorting in SORTINGS].index(title)
            self._descending = chosen == self._sorting and not self._descending
            self._sorting = chosen
            self._list.set_columns(columns(SORTINGS[self._sorting], descending=self._descending))
            self._draw()

        choices = tuple((each.title, each.title) for each in SORTINGS)
        self.app.push_screen(Choose("Sort by", choices, current=SORTINGS[self._sorting].title), then)

    def do_activate(self) -> None:
        """Activate or deactivate the API client."""
        from tui.panes.client_changes import switch

        start(self, partial(switch, self, self._row), group="change", exclusive=False)

    def do_delete(self) -> None:
        """Delete the API client, after a question."""
        from tui.panes.client_changes import delete

        start(self, partial(delete, self, self._row), group="change", exclusive=False)

    def do_undo(self) -> None:
        """Take the last change back."""
        from tui.panes.client_changes import undo

        start(self, partial(undo, self), group="change", exclusive=False)

    # -- the form ------------------------------------------------------------------------------------------------

    def on_api_client_form_finished(self, message: ApiClientForm.Finished) -> None:
        """Return to the list, with what was saved under the cursor."""
        message.stop()
        self._detail.close_form()
        if message.saved is not None:
            self.tell(f"{plain(message.saved.app_name)} is saved; u takes it back.")
            self._draw()
            self._list.move_to(message.saved.id)
            self.post_message(MarketplaceChanged())
        self._list.focus()
        self.remove_class("-detail")

    async def may_leave(self) -> bool:
        """Ask when the form has something that would be lost."""
        return self._editing is None or await self._editing.may_leave()
