"""Learn: tours to play, and the rules as short cards, each with an API client that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.commands import bindings
from tui.panes.learn_card import Card, Example
from tui.panes.learn_cards import lessons
from tui.panes.learn_checks import check_cards
from tui.panes.messages import OpenRequested, TestRequested
from tui.panes.mode import ModePane
from tui.panes.tour_view import TourView
from tui.session.scenarios.document import Scenario
from tui.session.tours import tours
from tui.widgets.background import start
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from textual.events import DescendantFocus

    from tui.ordercloud.models import ApiClient
    from tui.session.session import Session


class LearnPane(ModePane):
    """The tours and the topics, and what the one under the cursor is about; a tour that is played takes their place."""

    SCOPE = "learn"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("learn")]

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(session, id=id)
        self._finished: set[str] = set()
        self._in_tours = True

    def compose(self) -> ComposeResult:
        """Lay topics and card out."""
        with Vertical(id="lists"):
            with Vertical(id="tours", classes="panel") as tours:
                tours.border_title = "Tours"
                yield RowList[Scenario](
                    (Column("", self._tour_name, grow=True),),
                    key=lambda tour: tour.name,
                    heading=False,
                )
            yield from self._compose_topics()
        with VerticalScroll(id="card", classes="panel"):
            yield Static(id="text")

    def _tour_name(self, tour: Scenario) -> str:
        return f"\u2713 {tour.name}" if tour.name in self._finished else tour.name

    def _compose_topics(self) -> ComposeResult:
        with Vertical(id="topics", classes="panel") as topics:
            topics.border_title = "Cards"
            rows: RowList[Card] = RowList(
                (Column("", lambda card: card.title.removeprefix("Check "), grow=True),),
                key=lambda card: card.name,
                heading=False,
            )
            yield rows

    def on_mount(self) -> None:
        """Lay the cards out; the marketplace's API clients serve as examples."""
        now = self.session.clock()
        self._tours.rows = tours()
        self._topics.rows = (*lessons(now), *check_cards(now))
        self._look_for_examples()

    @property
    def _tours(self) -> RowList[Scenario]:
        return self.query_one("#tours RowList", RowList)

    @property
    def _tour(self) -> TourView | None:
        """The tour that is played."""
        return next(iter(self.query(TourView)), None)

    @property
    def _topics(self) -> RowList[Card]:
        return self.query_one("#topics RowList", RowList)

    async def session_changed(self) -> None:
        """Take the examples from the new marketplace."""
        self._look_for_examples()

    async def marketplace_changed(self) -> None:
        """The API client that showed a rule may have changed."""
        self._draw()

    def take_focus(self) -> None:
        """Put the focus on the tour that is played, else on the list it was on last."""
        self._draw()
        (self._tour or (self._tours if self._in_tours else self._topics)).focus()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show what the list with the focus is about."""
        if event.widget in (self._tours, self._topics) and self._in_tours is not (event.widget is self._tours):
            self._in_tours = event.widget is self._tours
            self._draw()
            self.query_one("#card").scroll_home(animate=False)

    def _look_for_examples(self) -> None:
        self._draw()
        if self.session.ready and not self.session.marketplace.api_clients:
            start(self, self._read, group="learn")

    async def _read(self) -> None:
        async for _ in self.session.marketplace.read_api_clients():
            self._draw()

    # -- showing -------------------------------------------------------------------------------------------------

    @property
    def example(self) -> ApiClient | None:
        """An API client of the present marketplace that shows the rule of the card."""
        card = self._topics.row
        if card is None or card.fits is None or not self.session.ready:
            return None
        known = sorted(self.session.marketplace.api_clients.values(), key=lambda each: each.app_name.casefold())
        return next(filter(card.fits, known), None)

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Show the card of the topic under the cursor, from its beginning."""
        message.stop()
        self._draw()
        self.query_one("#card").scroll_home(animate=False)

    def _draw(self) -> None:
        card, tour, panel = self._topics.row, self._tours.row, self.query_one("#card")
        if self._in_tours and tour is not None:
            panel.border_title = "Tour"
            panel.border_subtitle = f"{self._tours.cursor + 1} of {len(self._tours.rows)}"
            self.query_one("#text", Static).update(tour_text(tour, played=tour.name in self._finished))
            self.refresh_bindings()
            return
        if card is None:
            return
        panel.border_title = Content(card.chapter)
        panel.border_subtitle = f"{self._topics.cursor + 1} of {len(self._topics.rows)}"
        self.query_one("#text", Static).update(card_text(card, self.example))
        self.refresh_bindings()

    # -- commands ------------------------------------------------------------------------------------------------

    async def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Begin the tour, or open the example of the card, or say that there is none."""
        message.stop()
        if message.row_list is self._tours:
            await self.do_play()
            return
        reason = self.why_not("learn.open")
        if reason is None:
            self.do_open()
        else:
            self.tell(reason)

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        if self._tour is not None:
            return "A tour is played: escape leaves it."
        if command == "learn.play":
            return None if self._in_tours else "This is a card. v goes to the tours."
        if command == "learn.switch":
            return None
        if self._in_tours:
            return self._why_not_in_tours(command)
        if command in ("learn.open", "learn.try") and self.example is None:
            card = self._topics.row
            if card is not None and card.fits is None:
                return "This card is about all API clients."
            return "No API client of this marketplace shows it."
        last = self._topics.cursor == len(self._topics.rows) - 1
        if last and (command == "learn.next" or (command == "learn.read-on" and self._at_the_end)):
            return "This is the last card."
        if command == "learn.previous" and self._topics.cursor == 0:
            return "This is the first card."
        return None

    def _why_not_in_tours(self, command: str) -> str | None:
        if command in ("learn.open", "learn.try"):
            return "This is a tour: enter begins it."
        if command == "learn.previous" and self._tours.cursor == 0:
            return "This is the first tour."
        last = self._tours.cursor == len(self._tours.rows) - 1
        if last and (command == "learn.next" or (command == "learn.read-on" and self._at_the_end)):
            return "This is the last tour."
        return None

    @property
    def _at_the_end(self) -> bool:
        """Whether the rest of the card is in view."""
        card = self.query_one("#card", VerticalScroll)
        return card.scroll_offset.y >= card.max_scroll_y

    def do_open(self) -> None:
        """Open the example in Clients."""
        if (example := self.example) is not None:
            self.post_message(OpenRequested(example.id))

    def do_try(self) -> None:
        """Try the example in Tokens."""
        if (example := self.example) is not None:
            self.post_message(TestRequested(example.id))

    def do_read_on(self) -> None:
        """Show the rest of the card, then the next one."""
        if self._at_the_end:
            self.do_next()
        else:
            self.query_one("#card", VerticalScroll).scroll_page_down(animate=False)
            self.app.refresh_bindings()

    @property
    def _list(self) -> RowList[Scenario] | RowList[Card]:
        return self._tours if self._in_tours else self._topics

    def do_next(self) -> None:
        """Go to the next card, or tour."""
        self._list.action_move(1)

    def do_previous(self) -> None:
        """Go to the card, or tour, before."""
        self._list.action_move(-1)

    def do_switch(self) -> None:
        """Go from the tours to the cards, or back."""
        (self._topics if self._in_tours else self._tours).focus()

    async def do_play(self) -> None:
        """Play the tour under the cursor."""
        if (tour := self._tours.row) is not None:
            await self.play(tour)

    async def play(self, tour: Scenario) -> None:
        """Play a tour; one that is played already is left."""
        await self.query(TourView).remove()
        self.add_class("-playing")
        view = TourView(tour)
        await self.mount(view)
        view.focus()

    async def on_tour_view_left(self, message: TourView.Left) -> None:
        """Return to the list: on the next tour, when this one was played to its end."""
        message.stop()
        await self.query(TourView).remove()
        self.remove_class("-playing")
        self._in_tours = True
        if message.finished:
            self._finished.add(message.tour.name)
            self._tours.refresh()
            if self._tours.row is not None and self._tours.row.name == message.tour.name:
                self._tours.action_move(1)
            self.tell(f"That was \u201c{message.tour.name}\u201d.")
        self.take_focus()


def tour_text(tour: Scenario, *, played: bool) -> Content:
    """Return what a tour is about, and its steps."""
    steps = Content("\n").join(literal(f"{number:>2}  {each.name}") for number, each in enumerate(tour.steps, 1))
    again = " You have played it." if played else ""
    keys = Content.assemble((" enter ", "bold reverse $accent"), f" begins it.{again}")
    note = "It runs on a marketplace of its own, in memory: nothing you do there touches any other."
    return Content("\n\n").join(
        [literal(tour.name, "bold $accent"), literal(tour.about), keys, steps, Content.styled(note, "$muted")]
    )


def card_text(card: Card, example: ApiClient | None) -> Content:
    """Return a card to read, with the API client that shows its rule."""
    parts = [Content.styled(card.title, "bold $accent"), *(Content(each) for each in card.text)]
    if card.error is not None:
        error = card.error
        parts.append(
            Content.assemble(
                ("The token endpoint answers  ", "$muted"),
                ("\u2717 400 ", "bold $refused"),
                (f"{error.error} \u00b7 {error.code}\n", "bold"),
                literal(f"\u201c{error.description}\u201d"),
            )
        )
    if card.examples:
        parts.append(Content("\n").join(_example_text(each) for each in card.examples))
    if card.fits is not None:
        parts.append(_shown_by(example))
    return Content("\n\n").join(parts)


def _example_text(example: Example) -> Content:
    question = Content.styled(example.question, "$muted")
    if example.allowed is None:
        return Content.assemble(question, " ", literal(example.answer))
    sign, colour = ("\u2713", "$allowed") if example.allowed else ("\u2717", "$refused")
    return Content.assemble(question, "\n  ", (f"{sign} ", f"bold {colour}"), literal(example.answer))


def _shown_by(example: ApiClient | None) -> Content:
    if example is None:
        return Content.styled("No API client of this marketplace shows it.", "$muted")
    return Content.assemble(
        ("See it here: ", "$muted"),
        literal(example.app_name, "bold"),
        ("   enter opens it, t tries it", "$muted"),
    )
