"""Who may use one API client: its three flags and every company, toggled right where they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.access.facts import Party, PartyKind
from tui.access.parties import FLAG_OF_KIND, PartyAccess, who_may_use
from tui.commands import CommandHost, bindings
from tui.panes.changing import Kind, Question, change
from tui.session.session import Session
from tui.widgets.background import start
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.ordercloud.models import ApiClient, ApiClientAssignment
    from tui.session.facts import Companies
    from tui.session.marketplace import Marketplace

FLAG_TITLES = {
    PartyKind.SELLER: "The seller",
    PartyKind.BUYER: "Any buyer",
    PartyKind.SUPPLIER: "Any supplier",
}


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One of the three flags, with how many assignments of its kind there are."""

    kind: PartyKind
    on: bool
    assigned: int

    @property
    def key(self) -> tuple[str, str]:
        """The row's identity."""
        return ("flag", self.kind.value)


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One company: whether it is assigned, and what that comes to."""

    party: Party
    assigned: bool
    access: PartyAccess

    @property
    def key(self) -> tuple[str, str]:
        """The row's identity."""
        return (self.party.kind.value, self.party.id)


AssignmentRow = FlagRow | CompanyRow


def rows_of(
    api_client: ApiClient, assignments: tuple[ApiClientAssignment, ...], companies: Companies
) -> tuple[AssignmentRow, ...]:
    """Return the flags, then the buyers, then the suppliers; a company that is assigned but not listed is left out."""
    buyers = {each.buyer_id for each in assignments if each.buyer_id}
    suppliers = {each.supplier_id for each in assignments if each.supplier_id}
    flags = (
        FlagRow(PartyKind.SELLER, api_client.allow_seller, 0),
        FlagRow(PartyKind.BUYER, api_client.allow_any_buyer, len(buyers)),
        FlagRow(PartyKind.SUPPLIER, api_client.allow_any_supplier, len(suppliers)),
    )
    parties = companies.parties(Party(PartyKind.SELLER, ""))[1:]
    return (
        *flags,
        *(
            CompanyRow(
                party,
                party.id in (buyers if party.kind is PartyKind.BUYER else suppliers),
                who_may_use(api_client, party, assignments),
            )
            for party in parties
        ),
    )


def _box(row: AssignmentRow) -> Content:
    if isinstance(row, FlagRow):
        return Content.styled("☑", "$allowed") if row.on else Content("☐")
    if row.access.nullified:
        return Content.styled("⊘", "$nullified")
    return Content.styled("✓", "$allowed") if row.assigned else Content("·")


def _name(row: AssignmentRow) -> Content:
    if isinstance(row, FlagRow):
        return Content.styled(FLAG_TITLES[row.kind], "bold")
    return literal(row.party.label)


def _means(row: AssignmentRow) -> Content:
    """Say what the row comes to, in a few words."""
    if isinstance(row, FlagRow):
        if row.kind is PartyKind.SELLER:
            return Content.styled(f"{FLAG_OF_KIND[row.kind]} {'on' if row.on else 'off'}", "$muted")
        nullified = f": {row.assigned} nullified" if row.on and row.assigned else ""
        style = "$nullified" if nullified else "$muted"
        return Content.styled(f"{FLAG_OF_KIND[row.kind]} {'on' if row.on else 'off'}{nullified}", style)
    inactive = "" if row.party.active else " (company inactive)"
    if row.access.nullified:
        return Content.styled(f"nullified by the flag{inactive}", "$nullified")
    if row.assigned:
        return Content.styled(f"allowed by assignment{inactive}", "$allowed")
    if row.access.allowed:
        return Content.styled(f"allowed by the flag{inactive}", "$muted")
    return Content.styled(f"refused{inactive}", "$muted")


COLUMNS: tuple[Column[AssignmentRow], ...] = (
    Column("", _box, width=1),
    Column("Company", _name, most=30),
    Column("Kind", lambda row: "flag" if isinstance(row, FlagRow) else row.party.kind.value, width=8),
    Column("Comes to", _means, grow=True, most=12),
)


class AssignmentsView(CommandHost, Vertical):
    """The flags and companies of the API client shown, each toggled with one key."""

    SCOPE = "assign"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("assign")]
    DEFAULT_CSS = """
    AssignmentsView Input { display: none; margin-bottom: 1; }
    AssignmentsView Input.-shown { display: block; }
    AssignmentsView .told { height: auto; max-height: 4; color: $text-muted; margin-top: 1; }
    """

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.session = session
        self.api_client: ApiClient | None = None
        self._rows: tuple[AssignmentRow, ...] = ()
        self._only_assigned = False

    def compose(self) -> ComposeResult:
        """Lay out the search line, the list and the explanation of the row under the cursor."""
        yield Input(placeholder="part of a name or ID", id="find-company")
        yield RowList[AssignmentRow](COLUMNS, key=lambda row: row.key, empty="Loading…", id="companies")
        yield Static(classes="told")

    @property
    def _list(self) -> RowList[AssignmentRow]:
        return self.query_one("#companies", RowList)

    def show(self, api_client: ApiClient, assignments: tuple[ApiClientAssignment, ...], companies: Companies) -> None:
        """Show an API client's assignments."""
        self.api_client = api_client
        self._rows = rows_of(api_client, assignments, companies)
        self._filter()

    def clear(self) -> None:
        """Show nothing while another API client's assignments are read."""
        self.api_client = None
        self._rows = ()
        self._filter()

    def _filter(self) -> None:
        words = self.query_one("#find-company", Input).value.casefold().split()
        self._list.empty = "Nothing matches; esc shows all again." if self._rows else "Loading…"
        self._list.rows = [row for row in self._rows if self._matches(row, words)]

    def _matches(self, row: AssignmentRow, words: list[str]) -> bool:
        if isinstance(row, FlagRow):
            return not words
        if self._only_assigned and not row.assigned:
            return False
        text = f"{row.party.name} {row.party.id} {row.party.kind.value}".casefold()
        return all(word in text for word in words)

    @on(Input.Changed, "#find-company")
    def _found(self, event: Input.Changed) -> None:
        event.stop()
        self._filter()

    @on(Input.Submitted, "#find-company")
    def _go_to_list(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.focus()

    @on(RowList.Highlighted, "#companies")
    def _explain(self, message: RowList.Highlighted) -> None:
        message.stop()
        row = message.row
        if isinstance(row, CompanyRow):
            told = row.access.reason
        elif isinstance(row, FlagRow):
            told = _flag_told(row)
        else:
            told = ""
        self.query_one(".told", Static).update(literal(told))
        self.app.refresh_bindings()

    @on(RowList.Opened, "#companies")
    def _opened(self, message: RowList.Opened) -> None:
        message.stop()
        self.tell("space assigns and unassigns.")

    # -- commands ------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        """Say why a row cannot be toggled, or why there is nothing to search."""
        if command == "assign.find" and self.query_one("#find-company", Input).has_focus:
            return "This is the search: type what the companies shown should contain."
        if command == "assign.copy" and not isinstance(self._list.row, CompanyRow):
            return "A flag is no assignment: put the cursor on a company."
        if command == "assign.toggle":
            if (reason := self.session.why_not_change()) is not None:
                return reason
            if self.api_client is None or self._list.row is None:
                return "There is nothing to toggle here."
        return None

    def do_find(self) -> None:
        """Show the search line."""
        find = self.query_one("#find-company", Input)
        find.add_class("-shown")
        find.focus()

    def leave_find(self) -> bool:
        """Clear the search; return whether there was one."""
        find = self.query_one("#find-company", Input)
        if not find.has_class("-shown"):
            return False
        find.value = ""
        find.remove_class("-shown")
        self._list.focus()
        return True

    def do_only_assigned(self) -> None:
        """Show only what is assigned, or all again."""
        self._only_assigned = not self._only_assigned
        self._filter()

    def do_copy(self) -> None:
        """Choose the form in which to copy the assignment of the company."""
        from tui.panes.copying import copy_assignment

        row = self._list.row
        if self.api_client is not None and isinstance(row, CompanyRow):
            copy_assignment(self, self.session, self.api_client, row.party)

    def do_toggle(self) -> None:
        """Assign or unassign the company, or flip the flag."""
        row = self._list.row
        if self.api_client is None or row is None:
            return
        if isinstance(row, FlagRow):
            work = partial(self._flip, self.api_client, row)
        else:
            work = partial(self._toggle, self.api_client, row)
        start(self, work, group="toggle", exclusive=False)

    async def _flip(self, api_client: ApiClient, row: FlagRow) -> None:
        """Flip a flag, after showing what it does to who gets in."""
        name = FLAG_OF_KIND[row.kind]
        told = Content.assemble(
            literal(f"{name}: {'on' if row.on else 'off'} → {'off' if row.on else 'on'}", "bold"),
            Content("\n\n"),
            literal(_flip_told(row)),
            literal(f"\n\nPATCH /v1/apiclients/{api_client.id}", "$muted", lines=True),
        )
        changes = {name: not row.on}
        way_in = self.session.marketplace.way_in
        await change(
            self,
            self.session,
            Question(Kind.FLAG, f"Change {plain(api_client.app_name)}?", told, "Change", api_client.app_name),
            lambda marketplace: marketplace.patch_api_client(api_client, changes),
            threat=lambda: way_in.after_patch(api_client, changes),
        )

    async def _toggle(self, api_client: ApiClient, row: CompanyRow) -> None:
        verb, kind = ("Unassign", Kind.UNASSIGN) if row.assigned else ("Assign", Kind.ASSIGN)

        async def toggle(marketplace: Marketplace) -> None:
            if row.assigned:
                await marketplace.unassign(api_client, row.party)
            else:
                await marketplace.assign(api_client, row.party)

        where = literal(f"{api_client.app_name} is in production.")
        await change(self, self.session, Question(kind, f"{verb} {row.party.label}?", where, verb), toggle)


def _flag_told(row: FlagRow) -> str:
    """Explain a flag as it stands."""
    name = FLAG_OF_KIND[row.kind]
    if row.kind is PartyKind.SELLER:
        if row.on:
            return f"{name} is on: every seller user may use it."
        return f"{name} is off: no seller user may; there is no assignment for the seller."
    kind = row.kind.value
    if row.on:
        nullified = f" Its {row.assigned} {kind} assignments are nullified meanwhile." if row.assigned else ""
        return f"{name} is on: every {kind} may use it.{nullified}"
    return f"{name} is off: only the {kind}s assigned may use it ({row.assigned} now)."


def _flip_told(row: FlagRow) -> str:
    """Say what flipping a flag does."""
    if row.kind is PartyKind.SELLER:
        return "No seller user may use it any more." if row.on else "Every seller user may use it."
    kind = row.kind.value
    if row.on:
        return f"Only the {row.assigned} assigned {kind}s may use it then; every other {kind} is refused."
    if row.assigned:
        return f"Every {kind} may use it then; the {row.assigned} {kind} assignments stay, nullified."
    return f"Every {kind} may use it then."
