"""The answer of one attempt: token or refusal, the exchange, the lifetime, and the claims as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.panes.lifetime_view import LifetimeBar, lifetime_facts
from tui.panes.token_view import answer_facts, verdict_line
from tui.session.attempts import Call, Result
from tui.tokens.timeline import Moment
from tui.widgets.exchange_text import exchange_text
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.json_text import json_value
from tui.widgets.plain import literal
from tui.widgets.tab_strip import TabStrip

TABS = (("token", "Token"), ("request", "Request"), ("lifetime", "Lifetime"), ("json", "JSON"))
LABEL_CELLS = 12
_MORE = (
    Fact(""),
    Fact("more", Content.styled("L plays the whole life · H when is the user signed out? · W watches", "$text-muted")),
)
_NOTHING = "ctrl+r asks for the token. What the rules expect of it stands in the form."

_KEPT = "An attempt of an earlier sitting: no token of it was kept."


class AnswerView(Vertical):
    """A view of one result; it keeps the calls that were made with each token."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        zone: Callable[[], tzinfo | None],
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._clock = clock
        self._zone = zone
        self._calls: dict[int, list[Call]] = {}
        self._moments: dict[int, tuple[Moment, ...]] = {}
        self._busy = ""
        self.result: Result | None = None
        self._kept: tuple[Fact, ...] = ()
        self._names: Mapping[tuple[str, str], str] = {}

    def compose(self) -> ComposeResult:
        """Lay out the tabs, the verdicts, and what each tab shows."""
        self.border_title = Content("Answer")
        yield TabStrip(TABS, id="answer-tabs")
        yield Static(id="verdicts")
        with VerticalScroll(id="answer-body"):
            yield FactSheet(label_width=LABEL_CELLS, id="answer-token")
            yield Static(id="answer-request")
            with Vertical(id="answer-lifetime"):
                yield LifetimeBar(id="lifetime-bar")
                yield FactSheet(label_width=LABEL_CELLS, id="lifetime-facts")
            yield Static(id="answer-json")

    def on_mount(self) -> None:
        """Say that there is nothing yet."""
        self.draw()

    # -- what is shown -------------------------------------------------------------------------------------------

    def show(self, result: Result | None) -> None:
        """Show another result."""
        if result is None:
            self._calls.clear()
            self._moments.clear()
        self.result, self._kept = result, ()
        self.draw()
        self.query_one("#answer-body").scroll_home(animate=False)

    def show_kept(self, facts: tuple[Fact, ...]) -> None:
        """Show what was kept of an attempt of an earlier sitting."""
        self.result, self._kept = None, facts
        self.query_one(TabStrip).active = "token"
        self.draw()
        self.query_one("#answer-body").scroll_home(animate=False)

    def add_call(self, result: Result, call: Call) -> None:
        """Note a call made with the token of a result."""
        self._calls.setdefault(result.number, []).append(call)
        self.draw()
        if self._tab == "token":
            self.query_one("#answer-body").scroll_end(animate=False)

    def take_moments(self, result: Result, moments: tuple[Moment, ...]) -> None:
        """Take what else ends in the life of a result's tokens: a secret, a lockout."""
        self._moments[result.number] = moments
        self.draw()

    def moments(self, result: Result) -> tuple[Moment, ...]:
        """Return what was taken for a result."""
        return self._moments.get(result.number, ())

    def take_names(self, names: Mapping[tuple[str, str], str]) -> None:
        """Take the marketplace's names for claims, by claim and value."""
        self._names = dict(names)
        self.draw()

    def busy(self, doing: str) -> None:
        """Say what is under way; blank when nothing is."""
        self._busy = doing
        self.border_subtitle = literal(doing, "$text-muted")

    @property
    def _tab(self) -> str:
        return self.query_one(TabStrip).active

    def step(self, by: int) -> None:
        """Show the tab that many places further."""
        self.query_one(TabStrip).step(by)

    @on(TabStrip.Chosen)
    def _tab_chosen(self, message: TabStrip.Chosen) -> None:
        message.stop()
        self.draw()
        self.query_one("#answer-body").scroll_home(animate=False)

    def take_focus(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one("#answer-body").focus()

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw everything of the tab that is shown."""
        if not self.query("#answer-json"):
            return
        for name, _ in TABS:
            self.query_one(f"#answer-{name}").display = name == self._tab
        self.tick()
        result = self.result
        if result is None:
            return
        if self._tab == "request":
            calls = [call.exchange for call in self._calls.get(result.number, ())]
            exchanges = [each for each in (result.exchange, *calls) if each is not None]
            none = literal("Nothing was sent.", "$text-muted")
            text = Content("\n\n").join(exchange_text(each) for each in exchanges) if exchanges else none
            self.query_one("#answer-request", Static).update(text)
        if self._tab == "json":
            self.query_one("#answer-json", Static).update(_json(result))

    def tick(self) -> None:
        """Draw what depends on the time."""
        result, now, zone = self.result, self._clock(), self._zone()
        verdicts = self.query_one("#verdicts", Static)
        if result is None:
            verdicts.update(Content.styled(_KEPT if self._kept else _NOTHING, "$text-muted"))
            for sheet in self.query(FactSheet):
                sheet.show(self._kept if sheet.id == "answer-token" else ())
            self.query_one(LifetimeBar).lifetime = None
            for name in ("request", "json"):
                self.query_one(f"#answer-{name}", Static).update("")
            return
        verdicts.update(verdict_line(result, now))
        if self._tab == "token":
            sheet = self.query_one("#answer-token", FactSheet)
            sheet.show(answer_facts(result, self._calls.get(result.number, ()), now, self._names, zone))
        elif self._tab == "lifetime":
            lifetime = result.lifetime()
            bar = self.query_one(LifetimeBar)
            more = self.moments(result)
            bar.lifetime, bar.now, bar.more = lifetime, now, more
            self.query_one("#lifetime-facts", FactSheet).show((*lifetime_facts(lifetime, now, zone, more), *_MORE))


def _json(result: Result) -> Content:
    """Return header and claims as they came; without a token there are none."""
    if result.token is None:
        return Content.styled("There is no token. The Request tab has the answer whole.", "$text-muted")
    return Content.assemble(
        ("Header\n", "bold $accent"),
        json_value(dict(result.token.header_json)),
        ("\n\nClaims\n", "bold $accent"),
        json_value(dict(result.token.claims_json)),
    )
