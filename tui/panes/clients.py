"""Clients mode: the list of API clients beside everything the one under the cursor says."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult

from tui.commands import bindings
from tui.panes.client_detail import ClientDetail
from tui.panes.client_list import ClientList
from tui.panes.messages import ConnectRequested, MarketplaceChanged, TestRequested
from tui.panes.mode import ModePane
from tui.session.session import Session
from tui.widgets.background import start
from tui.widgets.plain import plain
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.ordercloud.models import ApiClient
    from tui.panes.client_form import ApiClientForm


class ClientsPane(ModePane):
    """The workbench: list, detail, editing, assignment."""

    SCOPE = "clients"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("clients")]

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(session, id=id)
        self._leaving = False

    # -- layout --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the list and the detail."""
        yield ClientList(self.session, id="client-list", classes="panel")
        yield ClientDetail(self.session, id="client-detail", classes="panel")

    def on_mount(self) -> None:
        """Start in the list."""
        self._list.rows.focus()

    @property
    def _list(self) -> ClientList:
        return self.query_one("#client-list", ClientList)

    @property
    def _detail(self) -> ClientDetail:
        return self.query_one("#client-detail", ClientDetail)

    def take_focus(self) -> None:
        """Put the focus on the list, or on the detail where that is all there is room for."""
        if self._editing is not None:
            self._editing.take_focus()
        elif self._list.rows.is_on_screen or not self.has_class("-detail"):
            self._list.rows.focus()
        else:
            self._detail.take_focus()

    async def session_changed(self) -> None:
        """Show the marketplace that is there now, or say why there is none."""
        self._detail.close_form()
        self._list.session_changed()
        self._show_row()

    async def marketplace_changed(self) -> None:
        """Draw what is known now; the place in the list stays."""
        self._list.marketplace_changed()
        self._show_row()
        self._list.remember()

    def on_client_list_read(self, message: ClientList.Read) -> None:
        """Offer what was typed and never saved, once the list is here."""
        message.stop()
        start(self, self._offer_drafts, group="drafts")

    async def _offer_drafts(self) -> None:
        drafts = self.session.drafts
        if drafts is not None and await asyncio.to_thread(drafts.look_once):
            from tui.panes.kept_drafts import tell_drafts

            tell_drafts(self, drafts)

    # -- the list's events ---------------------------------------------------------------------------------------

    def on_client_list_moved(self, message: ClientList.Moved) -> None:
        """Show the API client under the cursor, unless another one is being edited."""
        message.stop()
        if self._editing is not None:
            # A person chooses another row in the list; what was changed elsewhere may move the cursor as well.
            if self._list.rows.has_focus:
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
                if edited is not None:
                    self._list.go_to(edited.id)
                form.take_focus()
        finally:
            self._leaving = False

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

    async def open(self, api_client_id: str, tab: str = "details") -> None:
        """Show an API client, whatever the filter says."""
        self._list.go_to(api_client_id)
        if self._editing is not None:
            start(self, self._leave_form_for_row, group="leave-form", exclusive=False)
        self._detail.choose_tab(tab)
        self.show_detail()

    # -- commands ------------------------------------------------------------------------------------------------

    _CHANGING = frozenset({"many", "new", "edit", "assign", "activate", "duplicate", "delete", "undo"})
    _OF_THE_CURSOR = frozenset({"activate", "delete"})
    _OF_ONE = frozenset(
        {"edit", "assign", "test", "activate", "duplicate", "delete", "secrets", "copy", "copy-id", "refusals"}
    )

    @property
    def _editing(self) -> ApiClientForm | None:
        return self._detail.form

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        verb = command.partition(".")[2]
        if self._editing is not None:
            return None if verb == "back" else "The form is open: save or leave it first."
        if verb == "company" and not self.session.ready:
            return "There is no marketplace yet."
        if verb == "filter" and self._list.filters:
            return "This is the filter: type what the API clients shown should contain."
        if verb == "save-filter" and not self._list.filter_text:
            return "There is no filter to save: / begins one."
        if verb in ("saved-filter", "forget-filter") and not self.session.request.state.current.filters:
            return "No filter has been saved yet: the palette saves the one that is typed."
        if verb == "many" and not self._list.selected:
            return "Nothing is selected: space selects the API client under the cursor, ^a all that match."
        if verb in self._OF_ONE and self._list.row is None:
            return "There is no API client under the cursor."
        if verb in self._OF_ONE - {"copy", "copy-id"} and self._api_client is None:
            return "This is the list as it was last seen; nothing can be done with it before the marketplace answers."
        if verb in self._OF_THE_CURSOR and self._detail.has_focus_within:
            return "The cursor is not in the list: esc goes back there first."
        if verb == "assign" and self._detail.shows("assignments") and self._detail.has_focus_within:
            return "This is where companies are assigned: enter assigns or unassigns one."
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

    async def do_filter(self) -> None:
        """Show the filter line."""
        self.remove_class("-detail")
        await self._list.show_filter()

    def do_back(self) -> None:
        """Leave the form, or the search, then the detail, then the selection, then the filter: one step a key."""
        if self._editing is not None:
            self._editing.do_leave()
            return
        if self._detail.leave_find():
            return
        if self._detail.has_focus_within or self.has_class("-detail"):
            self.remove_class("-detail")
            self._list.rows.focus()
        elif self._list.rows.selected and not self._list.filters:
            self._list.rows.select(())
        else:
            self._list.clear_filter()

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

    def do_company(self) -> None:
        """Choose a company, and assign its API clients."""
        from tui.panes.company_picker import choose_company

        start(self, partial(choose_company, self, self.session), group="company")

    def do_secrets(self) -> None:
        """Show the secrets and go there."""
        self._detail.choose_tab("secrets")
        self.show_detail()

    def do_test(self) -> None:
        """Try a grant with this API client."""
        self.post_message(TestRequested(self._row.id))

    def do_refusals(self) -> None:
        """Try every refusal of the API client."""
        from tui.panes.refusals import RefusalsScreen

        self.app.push_screen(RefusalsScreen(self.session, self._row))

    def do_copy(self) -> None:
        """Choose what of the API client to copy, and in which form."""
        from tui.panes.copying import copy_api_client

        if (row := self._list.row) is not None:
            start(self, partial(copy_api_client, self, self.session, row, self._api_client), group="copy")

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
            self._list.read()
            self._show_row()
        else:
            self.post_message(ConnectRequested())

    def do_sort(self) -> None:
        """Choose the column to sort by; the same again turns the direction."""
        self._list.choose_order()

    def do_select_all(self) -> None:
        """Select everything that the filter finds."""
        self._list.select_all()

    def do_saved_filter(self) -> None:
        """Choose a saved filter and use it."""
        start(self, self._use_saved_filter, group="filters")

    async def _use_saved_filter(self) -> None:
        from tui.panes.saved_filters import choose_filter

        if (name := await choose_filter(self.app, self.session.request.state)) is not None:
            await self._list.use_filter(f"@{name}")

    def do_save_filter(self) -> None:
        """Save the filter that is typed."""
        start(self, self._save_filter, group="filters")

    async def _save_filter(self) -> None:
        from tui.panes.saved_filters import save_filter

        if (name := await save_filter(self.app, self.session.request.state, self._list.filter_text)) is not None:
            self.tell(f"@{name} stands for this filter from now on.")

    def do_forget_filter(self) -> None:
        """Choose a saved filter and forget it."""
        start(self, self._forget_filter, group="filters")

    async def _forget_filter(self) -> None:
        from tui.panes.saved_filters import forget_filter

        if (name := await forget_filter(self.app, self.session.request.state)) is not None:
            self.tell(f"@{name} is forgotten.")

    def do_many(self) -> None:
        """Choose what is done with all that are selected."""
        from tui.panes.client_many import choose

        start(self, partial(choose, self, self._selected), group="change", exclusive=False)

    @property
    def _selected(self) -> tuple[ApiClient, ...]:
        """The API clients selected that are there, those included that the filter hides now."""
        if not self.session.ready:
            return ()
        known = self.session.marketplace.api_clients
        return tuple(
            sorted(
                (known[each] for each in self._list.selected if each in known),
                key=lambda each: each.app_name.casefold(),
            )
        )

    def do_columns(self) -> None:
        """Choose the columns and their order."""
        self._list.choose_columns()

    def do_activate(self) -> None:
        """Activate or deactivate the API client, or all that are selected."""
        from tui.panes import client_many
        from tui.panes.client_changes import switch

        if chosen := self._selected:
            active = not any(each.active for each in chosen)
            start(self, partial(client_many.switch, self, chosen, active=active), group="change", exclusive=False)
        else:
            start(self, partial(switch, self, self._row), group="change", exclusive=False)

    def do_delete(self) -> None:
        """Delete the API client, or all that are selected, after a question."""
        from tui.panes import client_many
        from tui.panes.client_changes import delete

        if chosen := self._selected:
            start(self, partial(client_many.delete, self, chosen), group="change", exclusive=False)
        else:
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
            self._list.draw()
            self._list.go_to(message.saved.id)
            self.post_message(MarketplaceChanged())
        self._list.rows.focus()
        self.remove_class("-detail")

    async def may_leave(self) -> bool:
        """Ask when the form has something that would be lost."""
        return self._editing is None or await self._editing.may_leave()
