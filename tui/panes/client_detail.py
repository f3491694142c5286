"""The detail of one API client: its tabs, and the form in their place while it is edited.

The list is painted first: what the detail says follows it, and the tabs behind the first are made after that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from tui.commands import CommandHost, bindings
from tui.session.session import Session
from tui.widgets.background import start
from tui.widgets.fact_sheet import FactSheet
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import RowList
from tui.widgets.tab_strip import TabStrip

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.access.facts import Party
    from tui.access.templates import Template
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON
    from tui.panes.client_advice import AdviceView
    from tui.panes.client_assignments import AssignmentsView
    from tui.panes.client_form import ApiClientForm
    from tui.panes.client_secrets import SecretsView
    from tui.session.drafts import KeptDraft

TABS = (
    ("details", "Details"),
    ("assignments", "Assignments"),
    ("secrets", "Secrets"),
    ("advice", "Advice"),
    ("json", "JSON"),
)


class FactView(VerticalScroll):
    """What scrolls with the keys of a list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("j", "scroll_down", "Down"),
        ("k", "scroll_up", "Up"),
        ("g", "scroll_home", "Top"),
        ("G", "scroll_end", "Bottom"),
    ]
    DEFAULT_CSS = """
    FactView { height: 1fr; scrollbar-size-vertical: 1; }
    """


class TextView(FactView):
    """Text that scrolls with the keys of a list."""

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield Static()

    def update(self, text: Content) -> None:
        """Show another text."""
        self.query_one(Static).update(text)


class ClientDetail(CommandHost, Vertical):
    """Everything about the API client shown."""

    SCOPE = "detail"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("detail")]
    DEFAULT_CSS = """
    ClientDetail TabStrip { margin-bottom: 1; }
    ClientDetail.-editing TabStrip, ClientDetail.-editing ContentSwitcher { display: none; }
    """

    def __init__(self, session: Session, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.session = session
        self.api_client: ApiClient | None = None
        self.form: ApiClientForm | None = None
        """The form while it is open."""
        self._assignments: AssignmentsView | None = None
        self._secrets: SecretsView | None = None
        self._advice: AdviceView | None = None
        self._mounting: asyncio.Future[None] | None = None
        self._focus_when_shown = False

    def compose(self) -> ComposeResult:
        """Lay out the first tab."""
        yield TabStrip(TABS, id="client-tabs")
        with ContentSwitcher(initial="details", id="client-views"), FactView(id="details"):
            yield FactSheet()

    async def _make_views(self) -> tuple[AssignmentsView, SecretsView, AdviceView] | None:
        """Make the tabs behind the first, once; None when the console is closing and takes no more widgets."""
        from tui.panes.client_advice import AdviceView
        from tui.panes.client_assignments import AssignmentsView
        from tui.panes.client_secrets import SecretsView

        if self._mounting is None:
            self._assignments = AssignmentsView(self.session, id="assignments")
            self._secrets = SecretsView(self.session, id="secrets")
            self._advice = AdviceView(self.session, id="advice")
            views = (self._assignments, self._secrets, self._advice, TextView(id="json"))
            for view in views:
                view.display = False
            self._mounting = asyncio.ensure_future(self._mount_views(views))
        # A reading that is given up for a newer one must not leave the views half made.
        await asyncio.shield(self._mounting)
        if self._assignments is None or self._secrets is None or self._advice is None:
            return None
        return (self._assignments, self._secrets, self._advice) if self.query("#json Static") else None

    async def _mount_views(self, views: Sequence[Widget]) -> None:
        await self.query_one(ContentSwitcher).mount(*views)

    @property
    def _sheet(self) -> FactSheet:
        return self.query_one("#details FactSheet", FactSheet)

    # -- showing -------------------------------------------------------------------------------------------------

    def show(self, api_client: ApiClient | None) -> None:
        """Show an API client; what has to be read first follows."""
        if self.form is not None:
            return
        changed = api_client is None or self.api_client is None or api_client.id != self.api_client.id
        self.api_client = api_client
        self._title()
        if changed:
            # What these views do, they do to the rows they show: none may be left of another API client.
            for view in (self._assignments, self._secrets, self._advice):
                if view is not None and view.is_mounted:
                    view.clear()
        if api_client is None:
            self._sheet.show(())
        else:
            self.call_after_refresh(self._follow, api_client, changed)

    def _follow(self, api_client: ApiClient, changed: bool) -> None:
        """Say what the API client itself says, and read the rest, unless the cursor has moved on meanwhile."""
        from tui.panes.client_text import details_facts

        if self.api_client is not api_client:
            return
        if changed:
            self._sheet.show(details_facts(api_client, None, None, None, self.session.clock()))
        start(self, partial(self._read, api_client), group="detail")

    async def _read(self, api_client: ApiClient) -> None:
        from tui.panes.client_text import details_facts
        from tui.session.advising import Situation
        from tui.widgets.json_text import json_value

        views = await self._make_views()
        if views is None:
            return
        assignments_view, secrets_view, advice_view = views
        self.query_one("#json", TextView).update(json_value(_masked(api_client.to_wire())))
        marketplace = self.session.marketplace
        assignments = await marketplace.assignments(api_client.id)
        secrets = await marketplace.secrets(api_client.id)
        person = await marketplace.person(api_client.default_context_user_name)
        if self.api_client is not api_client:
            return  # the cursor has moved on meanwhile
        now = self.session.clock()
        user = None if person is None else person.facts()
        names = await marketplace.party_names(assignments)
        if self.api_client is not api_client:
            return
        self._sheet.show(details_facts(api_client, assignments, secrets, user, now, names=names))
        assignments_view.show(api_client, assignments)
        secrets_view.show(api_client, secrets)
        advice_view.show(Situation(api_client, assignments, secrets, user))
        strip = self.query_one(TabStrip)
        strip.retitle("assignments", f"Assignments {len(assignments)}")
        strip.retitle("secrets", f"Secrets {len(secrets) + bool(api_client.client_secret)}")

    def on_advice_view_counted(self, message: AdviceView.Counted) -> None:
        """Tell in the tab how much advice there is."""
        message.stop()
        self.query_one(TabStrip).retitle("advice", f"Advice {message.count}")

    def _title(self) -> None:
        api_client = self.api_client
        if api_client is None:
            self.border_title = Content("")
            self.border_subtitle = Content("")
            return
        state = Content.styled("● active", "$allowed") if api_client.active else Content.styled("○ inactive", "$muted")
        self.border_title = Content.assemble(literal(api_client.app_name), "  ", state)
        self.border_subtitle = Content("")

    # -- tabs ----------------------------------------------------------------------------------------------------

    def choose_tab(self, tab: str) -> None:
        """Show a tab."""
        self.query_one(TabStrip).active = tab

    def shows(self, tab: str) -> bool:
        """Return whether a tab is shown."""
        return self.query_one(TabStrip).active == tab

    @on(TabStrip.Chosen, "#client-tabs")
    async def _tab_chosen(self, message: TabStrip.Chosen) -> None:
        message.stop()
        switcher = self.query_one(ContentSwitcher)
        had_focus = switcher.has_focus_within
        if message.tab != switcher.current:
            await self._make_views()
            switcher.current = message.tab
        if had_focus or self._focus_when_shown:
            self.take_focus()
        self.app.refresh_bindings()

    def do_next_tab(self) -> None:
        """Show the next tab."""
        self.query_one(TabStrip).step(1)

    def do_previous_tab(self) -> None:
        """Show the previous tab."""
        self.query_one(TabStrip).step(-1)

    def why_not(self, command: str) -> str | None:
        """Say why there are no tabs now."""
        return "The form is open: save or leave it first." if self.form is not None else None

    def take_focus(self) -> None:
        """Put the focus on what the tab shows, as soon as it is there."""
        tab = self.query_one(TabStrip).active
        self._focus_when_shown = not self.query(f"#{tab}")
        if not self._focus_when_shown:
            view = self.query_one(f"#{tab}")
            lists = view.query(RowList)
            (lists.first() if lists else view).focus()

    def leave_find(self) -> bool:
        """Clear the search among the companies; return whether there was one."""
        showing = self.query_one(TabStrip).active == "assignments" and self.form is None
        return showing and self._assignments is not None and self._assignments.leave_find()

    # -- editing -------------------------------------------------------------------------------------------------

    def edit(
        self,
        before: ApiClient | None,
        start: Mapping[str, JSON],
        *,
        companies: Sequence[Party] = (),
        template: Template | None = None,
        kept: KeptDraft | None = None,
    ) -> None:
        """Open the form in place of the tabs."""
        from tui.panes.client_form import ApiClientForm

        self.add_class("-editing")
        self.border_title = literal(f"Editing {before.app_name}" if before is not None else "New API client")
        self.border_subtitle = Content("")
        self.form = ApiClientForm(self.session, before, start, companies=companies, template=template, kept=kept)
        self.mount(self.form)

    def close_form(self) -> None:
        """Show the tabs again."""
        self.remove_class("-editing")
        if self.form is not None:
            self.form.remove()
            self.form = None
        self._title()

    def on_api_client_form_edited(self, message: ApiClientForm.Edited) -> None:
        """Tell on the border what the form would change."""
        message.stop()
        wrong = f", {message.wrong} wrong" if message.wrong else ""
        self.border_subtitle = Content(plain(f"{message.changed} changed{wrong}") if message.changed or wrong else "")


def _masked(wire: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Return the wire form as it may be shown: the secret masked."""
    return {name: "••••••••" if name == "ClientSecret" and value else value for name, value in wire.items()}
