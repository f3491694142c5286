"""Which API clients one company may use: those it is assigned to, and those it gets in by a flag."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.access.facts import Party, PartyKind
from tui.access.parties import FLAG_OF_KIND
from tui.access.words import count
from tui.ordercloud.models import ApiClient
from tui.panes.assigning import assign_many
from tui.session.assigning import Pairing
from tui.session.company_clients import clients_among, every_client, everything
from tui.widgets.background import start
from tui.widgets.find_line import FindLine
from tui.widgets.framed import Veiled
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList
from tui.widgets.select_list import SelectList

if TYPE_CHECKING:
    from tui.session.paging import Pages
    from tui.session.session import Session

TYPED_ON = 0.12
FIRST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """How a company stands with the API clients: to which it is assigned, by their IDs in lower case."""

    party: Party
    assigned: frozenset[str]

    def has(self, api_client: ApiClient) -> bool:
        """Whether the company is assigned to it."""
        return api_client.id.lower() in self.assigned

    def by_flag(self, api_client: ApiClient) -> bool:
        """Whether the flag of the company's kind lets every one of it in."""
        return api_client.allow_any_buyer if self.party.kind is PartyKind.BUYER else api_client.allow_any_supplier

    def sign(self, api_client: ApiClient) -> Content:
        """Return the sign before an API client."""
        if not self.has(api_client):
            return Content("·")
        return Content.styled("⊘", "$nullified") if self.by_flag(api_client) else Content.styled("✓", "$allowed")

    def means(self, api_client: ApiClient) -> Content:
        """Say what it comes to, in a few words."""
        inactive = "" if api_client.active else " (API client inactive)"
        if self.has(api_client) and self.by_flag(api_client):
            return Content.styled(f"nullified by the flag{inactive}", "$nullified")
        if self.has(api_client):
            return Content.styled(f"allowed by assignment{inactive}", "$allowed")
        words = "allowed by the flag" if self.by_flag(api_client) else "refused"
        return Content.styled(f"{words}{inactive}", "$muted")

    def reason(self, api_client: ApiClient) -> str:
        """Say why, in a sentence."""
        kind, flag = self.party.kind, FLAG_OF_KIND[self.party.kind]
        if self.by_flag(api_client):
            nullified = (
                f" The assignment of {self.party.label} is nullified by the flag." if self.has(api_client) else ""
            )
            return f"{flag} is on, so every {kind.value} may use it.{nullified}"
        return f"{flag} is off, and {self.party.label} is {'' if self.has(api_client) else 'not '}assigned."


class CompanyAssignments(Veiled[None]):
    """Every API client, and whether one company is assigned to it; assigned one by one or many at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("a", "set(True)", "Assign", show=False),
        Binding("U", "set(False)", "Unassign", show=False),
        Binding("equals_sign", "exactly", "Exactly", show=False),
        Binding("ctrl+a", "select_all", "Select all", show=False),
        Binding("f", "only_assigned", "Assigned only", show=False),
        Binding("slash", "find", "Find", show=False),
        Binding("r", "reload", "Reload", show=False),
    ]
    DEFAULT_CSS = """
    CompanyAssignments > Vertical { width: 96; max-width: 98%; height: 94%; max-height: 94%; }
    CompanyAssignments #told { height: auto; max-height: 4; color: $text-muted; margin-top: 1; }
    """

    def __init__(self, session: Session, party: Party) -> None:
        super().__init__()
        self._session = session
        self._marketplace = session.marketplace
        self._standing = Standing(party, frozenset())
        self._pages: Pages[ApiClient] | None = None
        self._only_assigned = False
        self._chosen: dict[Hashable, ApiClient] = {}
        self._total: int | None = None

    # -- showing -------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the search line, the list, and the explanation of the row under the cursor."""
        columns: tuple[Column[ApiClient], ...] = (
            Column("", lambda each: self._standing.sign(each), width=1),
            Column("API client", lambda each: literal(each.app_name), most=40),
            Column("Comes to", lambda each: self._standing.means(each), grow=True, most=12),
        )
        with Vertical() as box:
            box.border_subtitle = Content("enter: toggle · a/U: (un)assign · =: exactly · f: assigned · /: find")
            yield FindLine(placeholder="part of a name or ID")
            yield SelectList[ApiClient](columns, key=lambda each: each.id, empty="Loading…")
            yield Static(id="told")

    def on_mount(self) -> None:
        """Read what the company is assigned to, and the first API clients."""
        self._list.focus()
        self._title()
        self.action_reload()

    @property
    def _list(self) -> SelectList[ApiClient]:
        return self.query_one(SelectList)

    @property
    def _words(self) -> str:
        return self.query_one(FindLine).words

    def _title(self) -> None:
        party, of_how_many = self._standing.party, "" if self._total is None else f" of {self._total:,}"
        told = (
            f"{party.label} ({party.kind.value}): assigned to {len(self._standing.assigned):,}{of_how_many} API clients"
        )
        self.query_one(Vertical).border_title = Content(plain(told))

    def _begin(self, wait: float = 0.0) -> None:
        start(self, partial(self._read, wait), group="api-clients")

    async def _read(self, wait: float) -> None:
        await asyncio.sleep(wait)
        words, standing = self._words, self._standing
        if self._only_assigned:
            pages = await clients_among(self._marketplace, words, sorted(standing.assigned))
        else:
            pages = every_client(self._marketplace, words, self._arrived)
        await pages.load(0, FIRST_ROWS - 1)
        self._pages = pages
        if not words and not self._only_assigned:
            self._total = pages.total
            # As high as its rows, the head and the explanation, up to the height of the screen.
            self.query_one(Vertical).styles.height = max(14, len(pages) + 8)
        self._list.empty = "Nothing matches; esc shows all again."
        self._list.rows = pages
        self._title()
        self._explain()

    async def _read_assigned(self) -> None:
        party = self._standing.party
        self._standing = Standing(party, await self._marketplace.assigned_to(party))
        await self._read(0)

    def _arrived(self) -> None:
        if self.is_attached:
            self._list.rows_arrived()

    @on(RowList.Wanted)
    def _wanted(self, message: RowList.Wanted) -> None:
        message.stop()
        if self._pages is not None:
            start(self, partial(self._pages.load, message.first, message.last), group="window")

    @on(RowList.Highlighted)
    def _highlighted(self, message: RowList.Highlighted) -> None:
        message.stop()
        self._explain()

    @on(SelectList.SelectionChanged)
    def _selected(self, message: SelectList.SelectionChanged) -> None:
        message.stop()
        new = message.keys - self._chosen.keys()
        if new and self._pages is not None:
            self._chosen |= {each.id: each for _, each in self._pages.places() if each.id in new}
        if not message.keys:
            self._chosen.clear()
        self._explain()

    def _explain(self) -> None:
        row, told = self._list.row, ""
        if chosen := self._list.selected:
            there = sum(str(each).lower() in self._standing.assigned for each in chosen)
            told = f"{len(chosen):,} selected, {there:,} of them assigned: a assigns, U unassigns, esc selects none.\n"
        if row is not None:
            told += self._standing.reason(row)
        self._tell(told)

    def _tell(self, words: str) -> None:
        self.query_one("#told", Static).update(literal(words, lines=True))

    @on(Input.Changed)
    def _found(self, event: Input.Changed) -> None:
        event.stop()
        self._begin(TYPED_ON)

    @on(Input.Submitted)
    def _go_to_list(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.focus()

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Select none, or clear the search, or leave: one step a key."""
        if self._list.selected:
            self._list.select(())
        elif self.query_one(FindLine).put_away():
            self._list.focus()
        else:
            self.dismiss()

    def action_find(self) -> None:
        """Show the search line."""
        self.query_one(FindLine).ask()

    def action_only_assigned(self) -> None:
        """Show only what the company is assigned to, or all again."""
        self._only_assigned = not self._only_assigned
        self._begin()

    def action_reload(self) -> None:
        """Read everything again."""
        start(self, self._read_assigned, group="api-clients")

    def action_select_all(self) -> None:
        """Select every API client that matches, or none any more."""
        if self._list.selected:
            self._list.select(())
        elif self._pages is not None:
            start(self, partial(self._select_all, self._pages), group="select-all")

    async def _select_all(self, pages: Pages[ApiClient]) -> None:
        def told(read: int, total: int) -> None:
            self._tell(f"Reading the API clients to select: {read:,} of {total:,}…")

        every = await everything(pages, told)
        if pages is self._pages:
            self._chosen |= {each.id: each for each in every}
            self._list.select(each.id for each in every)
            self._explain()

    @on(RowList.Opened)
    def _opened(self, message: RowList.Opened) -> None:
        """Assign or unassign the one under the cursor."""
        message.stop()
        if (row := self._list.row) is not None:
            self._change((row,), assign=not self._standing.has(row))

    def action_set(self, assign: bool) -> None:
        """Assign to the API clients selected, or to the one under the cursor; or unassign."""
        row = self._list.row
        chosen = tuple(self._chosen[key] for key in self._list.selected if key in self._chosen)
        if chosen := chosen or (() if row is None else (row,)):
            self._change(chosen, assign=assign)

    def _change(self, chosen: tuple[ApiClient, ...], *, assign: bool) -> None:
        if (reason := self._session.why_not_change()) is not None:
            self.app.notify(reason, markup=False, timeout=4)
            return
        changing = [each for each in chosen if self._standing.has(each) is not assign]
        if not changing:
            which = "It is" if len(chosen) == 1 else "All of them are"
            self.app.notify(f"{which} {'assigned' if assign else 'unassigned'} already.", markup=False, timeout=4)
            return
        work = partial(self._change_all, changing, len(chosen) - len(changing), assign=assign)
        start(self, work, group="change", exclusive=False)

    def action_exactly(self) -> None:
        """Assign the company to exactly the API clients of a list."""
        if (reason := self._session.why_not_change()) is not None:
            self.app.notify(reason, markup=False, timeout=4)
        else:
            start(self, self._assign_exactly, group="change", exclusive=False)

    async def _assign_exactly(self) -> None:
        from tui.panes.exactly import assign_to_exactly

        if await assign_to_exactly(self, self._session, self._standing.party, self._standing.assigned):
            self._list.select(())
            await self._read_assigned()

    async def _change_all(self, changing: list[ApiClient], stay: int, *, assign: bool) -> None:
        party = self._standing.party
        changing.sort(key=lambda each: (each.app_name.casefold(), each.id))
        verb = "Assign {} to" if assign else "Unassign {} from"
        title = plain(f"{verb.format(party.label)} {count(len(changing), 'API client')}")
        state = "assigned" if assign else "not assigned"
        notes = (f"{stay:,} of those selected {'is' if stay == 1 else 'are'} {state} already, and left alone.",)
        await assign_many(
            self,
            self._session,
            [Pairing(each, party, assign) for each in changing],
            title,
            about=party.label,
            notes=notes if stay else (),
            label=lambda each: each.api_client.app_name,
        )
        self._list.select(())
        await self._read_assigned()
