"""The users of one party at one API client: each grant with the check that decides, and what becomes of each role."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from tui.access.entries import Door, Entry, ProfileGift, RoleStory, entries, role_stories
from tui.access.facts import Party
from tui.access.grants import GrantKind
from tui.panes.expected_text import check_text, lifetimes_text
from tui.session.facts import Person
from tui.session.paging import Pages
from tui.session.profile_gifts import ProfileGifts
from tui.session.who_can import About, Question, door_of
from tui.widgets.background import start
from tui.widgets.fact_sheet import GAP, Fact, FactSheet
from tui.widgets.find_line import FindLine
from tui.widgets.framed import Framed
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.session import Session

TYPED_ON = 0.15
STAYS = 0.15
"""Seconds on one user after which its security profiles are read."""
FIRST_ROWS = 50
_LABELS = {
    GrantKind.PASSWORD: "Password",
    GrantKind.REFRESH: "Refresh",
    GrantKind.CLIENT_CREDENTIALS: "Credentials",
    GrantKind.ANONYMOUS: "Anonymous",
}
_SHORT = {GrantKind.CLIENT_CREDENTIALS: "Cred.", GrantKind.ANONYMOUS: "Anon."}
_CAN, _CANNOT, _NOTHING = "\u2713", "\u2717", "\u00b7"


class PartyUsers(Framed[None]):
    """Every user of a party, read page by page, and for the one under the cursor how it gets in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("slash", "find", "Find", show=False),
        Binding("i", "ask", "Where can it get in?", show=False),
        Binding("o", "open", "Open the API client", show=False),
        Binding("r", "reload", "Reload", show=False),
    ]
    DEFAULT_CSS = """
    PartyUsers > Vertical { width: 118; max-width: 98%; height: 94%; }
    PartyUsers RowList { max-height: 40%; }
    PartyUsers VerticalScroll { height: 1fr; margin-top: 1; scrollbar-size-vertical: 1; }
    PartyUsers #users-legend { height: 1; color: $text-muted; margin-top: 1; }
    PartyUsers.-narrow #users-legend { display: none; }
    """

    def __init__(self, session: Session, party: Party, api_client: ApiClient) -> None:
        super().__init__()
        self._session = session
        self._marketplace = session.marketplace
        self._party = party
        self._api_client = api_client
        self._door: Door | None = None
        self._pages: Pages[Person] | None = None
        self._entries: dict[str, tuple[Entry, ...]] = {}
        self._gifts = ProfileGifts(session.client)

    # -- reading -------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay the list out above what is to say of the user under the cursor."""
        columns: list[Column[Person]] = [Column("User", lambda each: each.user.username, most=26)]
        for kind, word in (_LABELS | _SHORT).items():
            columns.append(Column(word, partial(self._sign, kind), width=len(word)))
        columns.append(Column("Roles", self._roles, width=8, grow=True))
        with Vertical() as box:
            box.border_subtitle = Content("/ find \u00b7 i where can it get in \u00b7 o open API client \u00b7 esc")
            yield FindLine(placeholder="part of a username or name", compact=True)
            yield RowList[Person](columns, key=lambda each: each.user.id, empty="Reading the users\u2026")
            with VerticalScroll():
                yield FactSheet(label_width=13)
            yield Static(f"{_CAN} can  {_CANNOT} refused by a check  {_NOTHING} not its grant", id="users-legend")

    def on_mount(self) -> None:
        """Read what decides, and the first users."""
        self._list.focus()
        self._title()
        start(self, self._read_all, group="users")

    @property
    def _list(self) -> RowList[Person]:
        return self.query_one(RowList)

    def _title(self) -> None:
        number = None if self._pages is None else self._pages.total
        counted = "Users" if number is None else f"{number:,} user{'' if number == 1 else 's'}"
        told = f"{counted} of {self._party.label} \u2192 {self._api_client.app_name}"
        self.query_one(Vertical).border_title = Content(plain(told))

    async def _read_all(self) -> None:
        from tui.ordercloud import errors

        try:
            self._door = await door_of(self._marketplace, self._api_client)
            self._entries.clear()
            await self._read(0)
        except errors.OrderCloudError as error:
            self._list.empty = plain(f"This could not be read: {error} \u00b7 r tries again.")
            self._list.refresh()

    async def _read(self, wait: float) -> None:
        await asyncio.sleep(wait)
        words = self.query_one(FindLine).words
        read = partial(self._marketplace.user_page, self._party, words=words)
        pages: Pages[Person] = Pages(read, arrived=self._arrived)
        await pages.load(0, FIRST_ROWS - 1)
        self._pages = pages
        self._list.empty = "Nobody matches: esc shows all again." if words else f"{_who(self._party)} has no users."
        self._list.rows = pages
        if not words:
            self._list.styles.height = max(len(pages), 2) + 1
        self._title()
        self._explain()

    def _arrived(self) -> None:
        if self.is_attached and self._pages is not None:
            self._list.rows_arrived()

    @on(RowList.Wanted)
    def _wanted(self, message: RowList.Wanted) -> None:
        message.stop()
        if self._pages is not None:
            start(self, partial(self._pages.load, message.first, message.last), group="window")

    @on(Input.Changed)
    def _found(self, event: Input.Changed) -> None:
        event.stop()
        if self._door is not None:
            start(self, partial(self._read, TYPED_ON), group="users")

    @on(Input.Submitted)
    def _go_to_list(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.focus()

    # -- what is shown -------------------------------------------------------------------------------------------

    def _of(self, person: Person) -> tuple[Entry, ...]:
        if self._door is None:
            return ()
        key = person.user.username
        if key not in self._entries:
            self._entries[key] = entries(self._door, person.facts(), self._session.clock())
        return self._entries[key]

    def _sign(self, kind: GrantKind, person: Person) -> Content:
        entry = next((each for each in self._of(person) if each.kind is kind), None)
        if entry is None or entry.decision is None:
            return Content.styled(_NOTHING, "$muted")
        return Content.styled(_CAN, "$allowed") if entry.can else Content.styled(_CANNOT, "$refused")

    def _roles(self, person: Person) -> Content:
        decision = next((each.decision for each in self._of(person) if each.decision is not None), None)
        if decision is None or not decision.allowed:
            check = None if decision is None else decision.check
            return Content("") if check is None else literal(f"check {check.value}: {check.title}", "$muted")
        return literal(", ".join(decision.roles))

    @on(RowList.Highlighted)
    def _highlighted(self, message: RowList.Highlighted) -> None:
        message.stop()
        self._explain()

    def _explain(self) -> None:
        person = self._list.row
        sheet = self.query_one(FactSheet)
        self.query_one(VerticalScroll).scroll_home(animate=False)
        if person is None or self._door is None:
            sheet.show(())
            return
        sheet.show(tuple(self._facts(person, None)))
        start(self, partial(self._explain_profiles, person), group="profiles")

    async def _explain_profiles(self, person: Person) -> None:
        from tui.ordercloud import errors

        await asyncio.sleep(STAYS)
        gifts: Sequence[ProfileGift] | str
        try:
            gifts = await self._gifts.of(person)
        except errors.OrderCloudError as error:
            gifts = f"The security profiles could not be read: {error}"
        if self.is_attached and self._list.row is person:
            self.query_one(FactSheet).show(tuple(self._facts(person, gifts)))

    def _facts(self, person: Person, gifts: Sequence[ProfileGift] | str | None) -> Iterator[Fact]:
        state = "" if person.user.active else ", not active"
        name = f"{person.user.first_name} {person.user.last_name}".strip()
        yield Fact(plain(person.user.username), heading=True)
        yield Fact("User", literal(f"{name or person.user.id}{state}; {person.party.kind} {person.party.label}"))
        for entry in self._of(person):
            yield from _entry_facts(entry)
        yield GAP
        yield Fact("Roles of a token, when none is asked for by name", heading=True)
        stories = role_stories(self._api_client, person.facts(), () if isinstance(gifts, str) else gifts or ())
        for story in stories:
            label = (
                f"{_CAN} granted" if story.granted else f"{_CANNOT} left out" if story.held else f"{_CANNOT} missing"
            )
            yield Fact(label, _story(story, gifts))
        if not stories:
            yield Fact("", literal("No security profile gives this user any role.", "$refused"))
        if isinstance(gifts, str):
            yield Fact("", literal(gifts, "$warning"))

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Clear the search, or leave."""
        if self.query_one(FindLine).put_away():
            self._list.focus()
        else:
            self.dismiss(None)

    def action_find(self) -> None:
        """Show the search line."""
        self.query_one(FindLine).ask()

    def action_reload(self) -> None:
        """Read everything again."""
        self._gifts = ProfileGifts(self._session.client)
        start(self, self._read_all, group="users")

    def action_ask(self) -> None:
        """Ask where the user under the cursor can get in."""
        from tui.panes.who_can import WhoCan

        if (person := self._list.row) is not None:
            self.app.push_screen(WhoCan(self._session, Question(About.USER, person.user.username)))

    def action_open(self) -> None:
        """Open the API client in Clients."""
        from tui.panes.messages import OpenRequested

        self.dismiss(None)
        self.app.post_message(OpenRequested(self._api_client.id))


def _who(party: Party) -> str:
    return plain(party.label)


def _entry_facts(entry: Entry) -> Iterator[Fact]:
    label = _LABELS[entry.kind]
    decision = entry.decision
    if decision is None:
        yield Fact(label, literal(f"{_NOTHING} {entry.why}", "$muted"))
        return
    if decision.allowed:
        yield Fact(label, literal(f"{_CAN} {lifetimes_text(decision.lifetimes)}", "$allowed"))
        for assumed in decision.assumptions:
            yield Fact("", literal(f"if: {assumed}", "$muted"))
        return
    yield Fact(label, literal(f"{_CANNOT} refused by {check_text(decision.check)}", "$refused"))
    yield Fact("", literal(" ".join(decision.reasons)))


def _story(story: RoleStory, gifts: Sequence[ProfileGift] | str | None) -> Content:
    parts = [literal(story.role, "bold")]
    if not story.granted:
        parts.append(literal(story.why or "not granted", "$refused"))
    if story.required and story.held:
        parts.append(Content.styled("the API client's minimum asks for it", "$muted"))
    if story.gifts:
        parts.append(literal("from " + ", ".join(f"{each.label} ({each.through})" for each in story.gifts), "$muted"))
    elif gifts is None and story.held:
        parts.append(Content.styled("from \u2026", "$muted"))
    return Content(" \u00b7 ").join(parts)
