"""Asked the other way round: where a user gets in, who gets in at an API client, who can ever obtain a role."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.access.ways import Way
from tui.session.profile_gifts import ProfileGifts
from tui.session.who_can import About, Answered, Question, answer_question, profiles_told, questions
from tui.widgets.background import start
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList
from tui.widgets.typed_list import TypedList

if TYPE_CHECKING:
    from tui.session.session import Session

TYPED_ON = 0.12
_TO_ASK = "type a user, an API client or a role"
_KEYS = "enter asks \u00b7 esc leaves"
_ANSWERED = "enter opens the API client \u00b7 esc asks something else"


class WhoCan(TypedList[None]):
    """A line to type in with the questions that match, and then the complete answer, or the proof that nobody can."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, priority=True),
        Binding("j", "move(1)", "Down", show=False),
        Binding("k", "move(-1)", "Up", show=False),
        Binding("g", "edge(-1)", "First", show=False),
        Binding("G", "edge(1)", "Last", show=False),
        Binding("enter", "take", "Ask", show=False),
    ]
    DEFAULT_CSS = """
    WhoCan > Vertical { width: 118; max-width: 98%; height: 92%; max-height: 92%; }
    WhoCan #who-can-answer { height: auto; max-height: 60%; margin-bottom: 1; display: none; }
    WhoCan #who-can-ways, WhoCan #who-can-way { display: none; }
    WhoCan #who-can-way { height: auto; max-height: 4; margin-top: 1; color: $text-muted; }
    WhoCan.-answered #who-can-answer, WhoCan.-answered #who-can-ways, WhoCan.-answered #who-can-way { display: block; }
    WhoCan.-nobody #who-can-ways { display: none; }
    WhoCan.-answered Input, WhoCan.-answered #who-can-questions { display: none; }
    """

    def __init__(self, session: Session, question: Question | None = None) -> None:
        super().__init__()
        self._session = session
        self._marketplace = session.marketplace
        self._gifts = ProfileGifts(session.client)
        self._first = question
        self.answered: Answered | None = None

    def compose(self) -> ComposeResult:
        """Lay out the line to type in and the questions; the answer takes their place."""
        with Vertical() as box:
            box.border_title = Content("Who can\u2026")
            box.border_subtitle = Content(_KEYS)
            yield Input(placeholder=_TO_ASK)
            yield RowList[Question](
                (Column("About", lambda each: each.about.value, width=10), Column("Question", _words, grow=True)),
                key=lambda each: (each.about, each.name),
                heading=False,
                empty="Reading\u2026",
                id="who-can-questions",
            )
            yield Static(id="who-can-answer")
            yield RowList[Way](
                (), key=lambda each: (each.user.username, each.api_client.id, each.grant), id="who-can-ways"
            )
            yield Static(id="who-can-way")

    def on_mount(self) -> None:
        """Offer what can be asked, or answer what was asked already."""
        self.query_one("#who-can-questions", RowList).can_focus = False
        if self._first is not None:
            self._ask(self._first)
        else:
            self.query_one(Input).focus()
        start(self, self._prepare, group="people")

    async def _prepare(self) -> None:
        """Read the users where they are few, so that each can be found by a part of any name."""
        from tui.ordercloud import errors

        try:
            companies = await self._marketplace.companies()
            if len(companies.buyers) + len(companies.suppliers) <= FEW_COMPANIES:
                await self._marketplace.people()
        except errors.OrderCloudError as error:
            self.app.notify(plain(f"The users could not be read: {error}"), markup=False, timeout=6)
        await self._search(0)

    async def _search(self, wait: float) -> None:
        await asyncio.sleep(wait)
        rows = self.query_one("#who-can-questions", RowList)
        found = await questions(self._marketplace, self.query_one(Input).value)
        rows.empty = "Nothing is called so."
        rows.rows = found
        rows.cursor = 0

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        start(self, partial(self._search, TYPED_ON), group="search")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    @on(RowList.Opened)
    def _opened(self, message: RowList.Opened) -> None:
        message.stop()
        self.action_take()

    @on(RowList.Highlighted, "#who-can-ways")
    def _highlighted(self, message: RowList.Highlighted) -> None:
        """Tell the whole of the way under the cursor, of which the list may cut something."""
        message.stop()
        way, told = message.row, ""
        if isinstance(way, Way) and self.answered is not None:
            party = f"{way.user.party.kind} {way.user.party.label}"
            told = f"{way.user.username} ({party}) at {way.api_client.app_name} by {way.grant}: {', '.join(way.roles)}"
            gifts = self.answered.gifts.get(way.user.username, ())
            if gifts and self.answered.answer.role is not None:
                told += f"; from {profiles_told(gifts, self.answered.answer.role)}"
        self.query_one("#who-can-way", Static).update(literal(told))

    # -- asking --------------------------------------------------------------------------------------------------

    @property
    def _is_answered(self) -> bool:
        return self.has_class("-answered")

    def action_take(self) -> None:
        """Ask the question under the cursor; in an answer, open the API client of the way under it."""
        from tui.panes.messages import OpenRequested

        if not self._is_answered:
            row: Question | None = self.query_one("#who-can-questions", RowList).row
            if row is not None:
                self._ask(row)
            return
        way: Way | None = self.query_one("#who-can-ways", RowList).row
        if way is not None:
            self.dismiss(None)
            self.app.post_message(OpenRequested(way.api_client.id))

    def _ask(self, question: Question) -> None:
        self.answered = None
        self.remove_class("-nobody")
        self.add_class("-answered")
        box = self.query_one(Vertical)
        box.border_title = Content(plain(question.words))
        box.border_subtitle = Content("esc stops")
        ways = self.query_one("#who-can-ways", RowList)
        ways.empty = ""
        ways.rows = ()
        ways.focus()
        self._tell("Reading the marketplace\u2026")
        start(self, partial(self._answer, question), group="answer")

    async def _answer(self, question: Question) -> None:
        from tui.ordercloud import errors

        now = self._session.clock()
        try:
            answered = await answer_question(self._marketplace, question, now, self._gifts, self._tell)
        except LookupError as error:
            self._tell(str(error.args[0]))
            return
        except errors.OrderCloudError as error:
            self._tell(f"This could not be read: {error}")
            return
        self.answered = answered
        told = [*answered.answer.told(), *answered.remarks]
        self.query_one("#who-can-answer", Static).update(
            Content("\n").join(
                literal(each, "bold" if number == 0 else "" if answered.answer.ways else "$muted")
                for number, each in enumerate(told)
            )
        )
        ways = self.query_one("#who-can-ways", RowList)
        ways.set_columns(_columns(answered))
        ways.rows = answered.answer.ways
        self.set_class(not answered.answer.ways, "-nobody")
        self.query_one(Vertical).border_subtitle = Content(_ANSWERED if answered.answer.ways else "esc asks another")

    def _tell(self, words: str) -> None:
        self.query_one("#who-can-answer", Static).update(literal(words, lines=True))

    def action_move(self, by: int) -> None:
        """Move the cursor of the list in sight."""
        self._shown.action_move(by)

    def action_edge(self, direction: int) -> None:
        """Go to an end of the list in sight."""
        self._shown.action_edge(direction)

    @property
    def _shown(self) -> RowList[Question] | RowList[Way]:
        return self.query_one("#who-can-ways" if self._is_answered else "#who-can-questions", RowList)

    def action_back(self) -> None:
        """Go from an answer back to the questions, and from these out; out at once where the question was given."""
        if not self._is_answered or self._first is not None:
            self.dismiss(None)
            return
        self.workers.cancel_group(self, "answer")
        self.remove_class("-answered", "-nobody")
        box = self.query_one(Vertical)
        box.border_title = Content("Who can\u2026")
        box.border_subtitle = Content(_KEYS)
        self.query_one(Input).focus()


FEW_COMPANIES = 100
"""Of a marketplace with so many companies at most, every user is read beforehand."""


def _words(question: Question) -> Content:
    return literal(question.words)


def _columns(answered: Answered) -> tuple[Column[Way], ...]:
    """Return the columns of an answer: what the question names is the same in every way, and left out."""
    about, role = answered.question.about, answered.question.name
    user: Column[Way] = Column("User", lambda each: each.user.username, most=22)
    party: Column[Way] = Column("Of", lambda each: each.user.party.label, most=18)
    client: Column[Way] = Column("API client", lambda each: each.api_client.app_name, most=24)
    grant: Column[Way] = Column("Grant", lambda each: each.grant.value, most=18)
    roles: Column[Way] = Column("Roles", lambda each: ", ".join(each.roles), width=10, grow=True)

    def profiles(each: Way) -> str:
        return profiles_told(answered.gifts.get(each.user.username, ()), role) or "\u2026"

    if about is About.USER:
        return client, grant, roles
    if about is About.API_CLIENT:
        return user, party, grant, roles
    return user, client, grant, Column("Security profile", profiles, width=12, grow=True)
