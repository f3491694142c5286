"""Learn: the rules as short cards, each with what the rules answer and an API client that shows it."""

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
from tui.widgets.background import start
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient


class LearnPane(ModePane):
    """The topics, and the card of the one under the cursor."""

    SCOPE = "learn"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("learn")]

    def compose(self) -> ComposeResult:
        """Lay topics and card out."""
        with Vertical(id="topics", classes="panel") as topics:
            topics.border_title = "Learn"
            rows: RowList[Card] = RowList(
                (Column("", lambda card: card.title.removeprefix("Check "), grow=True),),
                key=lambda card: card.name,
                heading=False,
            )
            yield rows
        with VerticalScroll(id="card", classes="panel"):
            yield Static(id="text")

    def on_mount(self) -> None:
        """Lay the cards out; the marketplace's API clients serve as examples."""
        now = self.session.clock()
        self._topics.rows = (*lessons(now), *check_cards(now))
        self._look_for_examples()

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
        """Put the focus on the topics."""
        self._draw()
        self._topics.focus()

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
        card = self._topics.row
        if card is None:
            return
        panel = self.query_one("#card")
        panel.border_title = Content(card.chapter)
        panel.border_subtitle = f"{self._topics.cursor + 1} of {len(self._topics.rows)}"
        self.query_one("#text", Static).update(card_text(card, self.example))
        self.refresh_bindings()

    # -- commands ------------------------------------------------------------------------------------------------

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Open the example, or say that there is none."""
        message.stop()
        reason = self.why_not("learn.open")
        if reason is None:
            self.do_open()
        else:
            self.tell(reason)

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
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

    def do_next(self) -> None:
        """Go to the next card."""
        self._topics.action_move(1)

    def do_previous(self) -> None:
        """Go to the card before."""
        self._topics.action_move(-1)


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
