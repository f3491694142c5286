"""Who may use one API client: its three flags and every company, assigned one by one or many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui.access.facts import Party, PartyKind
from tui.access.parties import Gate
from tui.commands import CommandHost, bindings
from tui.panes.assignment_rows import COLUMNS, AssignmentRow, AssignmentRows, CompanyRow, FlagRow, key_of
from tui.panes.changing import Kind, Question, change
from tui.session.company_pages import CompanyList
from tui.session.session import Session
from tui.widgets.background import start
from tui.widgets.find_line import FindLine
from tui.widgets.plain import literal
from tui.widgets.row_list import RowList
from tui.widgets.select_list import SelectList

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.ordercloud.models import ApiClient, ApiClientAssignment
    from tui.session.marketplace import Marketplace

TYPED_ON = 0.12
"""Seconds without a further letter before the server is asked."""
FIRST_ROWS = 100


class CompanyRows(SelectList[AssignmentRow]):
    """The rows: companies can be selected; of a flag, space flips it."""

    def __init__(self, *, id: str) -> None:
        super().__init__(COLUMNS, key=key_of, empty="Loading…", id=id)
        # Enter is a command of the view, which the footer shows and people can rebind.
        self._bindings.key_to_bindings.pop("enter", None)

    def action_tick(self) -> None:
        """Select the company under the cursor; a flag is flipped."""
        if isinstance(self.row, FlagRow):
            self.action_open()
        else:
            super().action_tick()

    def select(self, keys: Iterable[Hashable]) -> None:
        """Select just these rows; flags are none."""
        super().select(key for key in keys if not (isinstance(key, tuple) and key[0] == "flag"))

    def lead(self, row: AssignmentRow | None) -> str:
        """Return the box before a row; flags have none."""
        return super().lead(None if isinstance(row, FlagRow) else row)


class AssignmentsView(CommandHost, Vertical):
    """The flags and companies of the API client shown. Companies are read as they come near the window."""

    SCOPE = "assign"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("assign")]
    DEFAULT_CSS = """
    AssignmentsView .told { height: auto; max-height: 4; color: $text-muted; margin-top: 1; }
    """

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.session = session
        self.api_client: ApiClient | None = None
        self._gate = Gate(allow_seller=False, allow_any_buyer=False, allow_any_supplier=False)
        self._companies: CompanyList | None = None
        self._every: CompanyList | None = None
        """All companies: they are the same for every API client, and so not read again for another one."""
        self._reading: tuple[Marketplace, int] | None = None
        self._coming: tuple[object, ...] = ()
        self._flags = 0
        self._totals: dict[PartyKind, int | None] = {}
        self._only_assigned = False
        self._parties: dict[Hashable, Party] = {}
        """The companies selected, by their keys: they may be out of sight, and out of memory, by the time it counts."""

    def compose(self) -> ComposeResult:
        """Lay out the search line, the list and the explanation of the row under the cursor."""
        yield FindLine(placeholder="part of a name or ID", id="find-company")
        yield CompanyRows(id="companies")
        yield Static(classes="told")

    @property
    def _list(self) -> CompanyRows:
        return self.query_one("#companies", CompanyRows)

    @property
    def _find(self) -> FindLine:
        return self.query_one("#find-company", FindLine)

    @property
    def _words(self) -> str:
        return self._find.words

    # -- showing -------------------------------------------------------------------------------------------------

    def show(self, api_client: ApiClient, assignments: tuple[ApiClientAssignment, ...]) -> None:
        """Show an API client's assignments; the companies follow."""
        before = None if self.api_client is None else self._gate
        self.api_client, self._gate = api_client, Gate.of(api_client, assignments)
        if self._reading != self._now:
            self._every = self._companies = None
        if not self._only_assigned and not self._words:
            self._companies = self._every
        elif self._only_assigned and before is not None and before != self._gate:
            self._companies = None
        if self._companies is not None:
            self._draw()
        elif self._wanted_now != self._coming:
            self._begin()

    @property
    def _wanted_now(self) -> tuple[object, ...]:
        """What the list is to show; what is on its way already is not asked for again."""
        return (*self._now, self._words, self._gate if self._only_assigned else None)

    @property
    def _now(self) -> tuple[Marketplace, int]:
        """Which reading of which marketplace this is: companies of another one are not shown."""
        marketplace = self.session.marketplace
        return marketplace, marketplace.times_forgotten

    def clear(self) -> None:
        """Show nothing while another API client's assignments are read."""
        self.api_client = None
        self._companies = None
        self._list.select(())
        self._list.empty = "Loading…"
        self._list.rows = ()

    def _begin(self, wait: float = 0.0) -> None:
        start(self, partial(self._read, wait), group="companies")

    async def _read(self, wait: float) -> None:
        await asyncio.sleep(wait)
        self._coming = coming = self._wanted_now
        try:
            await self._read_first()
        finally:
            if self._coming is coming:
                self._coming = ()

    async def _read_first(self) -> None:
        """Read the first companies that are to be shown; until they are here the list stays as it was."""
        marketplace, words, gate, now = self.session.marketplace, self._words, self._gate, self._now
        if not self._only_assigned:
            companies = CompanyList.every(marketplace, words, self._arrived)
        else:
            ids = {kind: sorted(gate.assigned(kind)) for kind in (PartyKind.BUYER, PartyKind.SUPPLIER)}
            if words:
                companies = await CompanyList.found_among(marketplace, words, ids)
            else:
                companies = CompanyList.named(marketplace, ids, self._arrived)
        await companies.load(0, FIRST_ROWS - 1)
        if not words and not self._only_assigned:
            self._every, self._reading = companies, now
            self._totals = {kind: companies.total(kind) for kind in (PartyKind.BUYER, PartyKind.SUPPLIER)}
        if self.api_client is not None:
            self._companies, self._reading = companies, now
            self._draw()

    def _draw(self) -> None:
        if self._companies is None:
            return
        flags = () if self._words else AssignmentRows.flags_of(self._gate, self._totals.get)
        rows = AssignmentRows(flags, self._companies, self._gate)
        self._flags = len(flags)
        self._list.empty = "Nothing matches; esc shows all again."
        self._list.rows = rows

    def _arrived(self) -> None:
        if self.is_attached:
            self._list.rows_arrived()

    @on(RowList.Wanted, "#companies")
    def _wanted(self, message: RowList.Wanted) -> None:
        message.stop()
        companies = self._companies
        if companies is not None:
            first, last = message.first - self._flags, message.last - self._flags
            start(self, partial(companies.load, first, last), group="window")

    @on(Input.Changed, "#find-company")
    def _found(self, event: Input.Changed) -> None:
        event.stop()
        if self.api_client is not None:
            self._begin(TYPED_ON)

    @on(Input.Submitted, "#find-company")
    def _go_to_list(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.focus()

    @on(RowList.Highlighted, "#companies")
    def _highlighted(self, message: RowList.Highlighted) -> None:
        message.stop()
        self._explain()
        self.app.refresh_bindings()

    @on(SelectList.SelectionChanged, "#companies")
    def _selected(self, message: SelectList.SelectionChanged) -> None:
        message.stop()
        new = message.keys - self._parties.keys()
        if new and self._companies is not None:
            here = (party for _, party in self._companies.places())
            self._parties |= {key: each for each in here if (key := (each.kind.value, each.id)) in new}
        if not message.keys:
            self._parties.clear()
        self._explain()
        self.app.refresh_bindings()

    def _explain(self) -> None:
        row, told = self._list.row, ""
        if chosen := len(self._list.selected):
            there = sum(self._is_assigned(key) for key in self._list.selected)
            told = f"{chosen:,} selected, {there:,} of them assigned: a assigns, U unassigns, esc selects none.\n"
        if isinstance(row, CompanyRow):
            told += self._gate.access(row.party).reason
        elif isinstance(row, FlagRow):
            told += row.told
        self._tell(told)

    def _is_assigned(self, key: Hashable) -> bool:
        party = self._parties.get(key)
        return party is not None and party.id in self._gate.assigned(party.kind)

    def _tell(self, words: str) -> None:
        self.query_one(".told", Static).update(literal(words, lines=True))

    @on(RowList.Opened, "#companies")
    def _opened(self, message: RowList.Opened) -> None:
        message.stop()
        if (reason := self.why_not("assign.toggle")) is not None:
            self.tell(reason)
        else:
            self.do_toggle()

    # -- commands ------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        """Say why a row cannot be changed, or why there is nothing to search."""
        if command == "assign.find" and self._find.has_focus:
            return "This is the search: type what the companies shown should contain."
        if command == "assign.copy" and not isinstance(self._list.row, CompanyRow):
            return "A flag is no assignment: put the cursor on a company."
        if command in ("assign.toggle", "assign.assign", "assign.unassign", "assign.exactly"):
            if (reason := self.session.why_not_change()) is not None:
                return reason
            if self.api_client is None or self._list.row is None:
                return "There is nothing to assign here."
        if command in ("assign.assign", "assign.unassign") and not self._chosen():
            return "There is no company under the cursor, and none is selected: space selects."
        return None

    def do_find(self) -> None:
        """Show the search line."""
        self._find.ask()

    def leave_find(self) -> bool:
        """Select none, or clear the search; return whether there was something to leave."""
        if self._list.selected:
            self._list.select(())
            return True
        if not self._find.put_away():
            return False
        self._list.focus()
        return True

    def do_only_assigned(self) -> None:
        """Show only what is assigned, or all again."""
        self._only_assigned = not self._only_assigned
        if self.api_client is not None:
            self._begin()

    def do_select_all(self) -> None:
        """Select every company that matches, or none any more."""
        if self._list.selected:
            self._list.select(())
        elif self._companies is not None:
            start(self, partial(self._select_all, self._companies), group="select-all")

    async def _select_all(self, companies: CompanyList) -> None:
        def told(read: int, total: int) -> None:
            self._tell(f"Reading the companies to select: {read:,} of {total:,}…")

        every = await companies.everything(told)
        if companies is not self._companies:
            return  # others are shown meanwhile
        self._parties |= {(each.kind.value, each.id): each for each in every}
        self._list.select((each.kind.value, each.id) for each in every)
        self._explain()

    def do_copy(self) -> None:
        """Choose the form in which to copy the assignment of the company."""
        from tui.panes.copying import copy_assignment

        row = self._list.row
        if self.api_client is not None and isinstance(row, CompanyRow):
            copy_assignment(self, self.session, self.api_client, row.party)

    def do_toggle(self) -> None:
        """Assign or unassign the company under the cursor, or flip the flag."""
        row = self._list.row
        if self.api_client is None or row is None:
            return
        if isinstance(row, FlagRow):
            from tui.panes.flag_flip import flip

            work = partial(flip, self, self.session, self.api_client, row, dict(self._totals))
        else:
            work = partial(self._toggle, self.api_client, row.party, assign=not row.assigned)
        start(self, work, group="toggle", exclusive=False)

    async def _toggle(self, api_client: ApiClient, party: Party, *, assign: bool) -> None:
        verb, kind = ("Assign", Kind.ASSIGN) if assign else ("Unassign", Kind.UNASSIGN)

        async def toggle(marketplace: Marketplace) -> None:
            await (marketplace.assign if assign else marketplace.unassign)(api_client, party)

        where = literal(f"{api_client.app_name} is in production.")
        await change(self, self.session, Question(kind, f"{verb} {party.label}?", where, verb), toggle)

    def do_assign(self) -> None:
        """Assign the companies selected, or the one under the cursor."""
        self._set_all(assign=True)

    def do_unassign(self) -> None:
        """Unassign the companies selected, or the one under the cursor."""
        self._set_all(assign=False)

    def _chosen(self) -> tuple[Party, ...]:
        if self._list.selected:
            return tuple(self._parties[key] for key in self._list.selected if key in self._parties)
        return (self._list.row.party,) if isinstance(self._list.row, CompanyRow) else ()

    def _set_all(self, *, assign: bool) -> None:
        chosen = self._chosen()
        changing = [each for each in chosen if (each.id in self._gate.assigned(each.kind)) is not assign]
        if self.api_client is None:
            return
        if not changing:
            which = "It is" if len(chosen) == 1 else "All of them are"
            self.tell(f"{which} {'assigned' if assign else 'unassigned'} already.")
            return
        if len(chosen) == 1:
            work = partial(self._toggle, self.api_client, chosen[0], assign=assign)
        else:
            work = partial(self._set_many, self.api_client, changing, len(chosen) - len(changing), assign=assign)
        start(self, work, group="toggle", exclusive=False)

    async def _set_many(self, api_client: ApiClient, parties: list[Party], stay: int, *, assign: bool) -> None:
        from tui.panes.assigning import assign_many, title_of
        from tui.session.assigning import Pairing

        parties.sort(key=lambda each: (each.kind is not PartyKind.BUYER, each.label.casefold(), each.id))
        pairings = [Pairing(api_client, party, assign) for party in parties]
        state = "assigned" if assign else "not assigned"
        notes = (f"{stay:,} of those selected {'is' if stay == 1 else 'are'} {state} already, and left alone.",)
        name = api_client.app_name
        await assign_many(
            self, self.session, pairings, title_of(pairings, name), about=name, notes=notes if stay else ()
        )
        self._list.select(())

    def do_exactly(self) -> None:
        """Assign exactly the companies of a list."""
        from tui.panes.exactly import assign_exactly

        if self.api_client is not None:
            row = self._list.row
            kind = row.kind if isinstance(row, FlagRow) else row.party.kind if row is not None else PartyKind.BUYER
            work = partial(assign_exactly, self, self.session, self.api_client, self._gate, kind)
            start(self, work, group="toggle", exclusive=False)
