"""The token reader: any token, pasted or from a file, read, checked, tried and compared."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from tui.panes.lifetime_view import LifetimeBar, lifetime_facts
from tui.panes.reader_endpoints import ReaderEndpoints
from tui.panes.reader_source import Given, SourceInput, content_of
from tui.panes.reading_text import Shown, difference_facts, reading_facts
from tui.panes.token_view import verdicts_text
from tui.session.stand_ins.records import learn_reading
from tui.session.token_reading import TokenReading
from tui.tokens.compare import compare
from tui.tokens.find import find
from tui.tokens.lifetimes import Lifetime
from tui.tokens.salvage import read
from tui.tokens.token import NotAToken
from tui.widgets.background import start
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.framed import Framed
from tui.widgets.json_text import json_value
from tui.widgets.plain import plain
from tui.widgets.tab_strip import TabStrip

if TYPE_CHECKING:
    from tui.session.session import Session

TABS = (("token", "Token"), ("may", "May do"), ("lifetime", "Lifetime"), ("compare", "Compare"), ("json", "JSON"))
_KEYS = "o new · [ ] tabs · n next · c compare · k key · l leeway · s scope · esc"
_PROMPT = "paste a token, a HAR, a curl command, JSON; or type a file's path"
_NOTHING = (
    "Nothing is read yet.\n\n"
    "Paste into the line above, or type a path and enter. The token is found in whatever is around it, and of a "
    "damaged one everything is read that is left.\n\n"
    "It stays here: the token itself is neither shown nor kept, and goes only to the marketplace it is meant for, when "
    "you try an endpoint with it."
)
_KEPT = "This one is kept as the first. The next one read (o, or n in the same text) is compared with it."
_NO_OTHER = "c keeps the token shown as the first; the next one read is compared with it."
_LABEL = 12
_LONG = 1 << 18
"""Characters from which on a text is looked through off the event loop."""


class TokenReader(Framed[None]):
    """A screen for one token at a time, and for a second to compare it with.

    Args:
        session: Where the console is; its key, names and rules are what a token is held against.
        zone: The person's time zone, None for UTC.
        text: What to read at once; blank for nothing.
        source: Where that is from.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", show=False),
        Binding("q", "dismiss", "Close", show=False),
        Binding("o", "open", "Another", show=False),
        Binding("right_square_bracket", "tab(1)", "Next tab", show=False),
        Binding("left_square_bracket", "tab(-1)", "Previous tab", show=False),
        Binding("n", "next", "Next token", show=False),
        Binding("c", "compare", "Compare", show=False),
        Binding("k", "key", "Key file", show=False),
        Binding("l", "leeway", "Leeway", show=False),
        Binding("s", "scope", "Scope", show=False),
        Binding("f", "filter", "Only allowed", show=False),
    ]
    DEFAULT_CSS = """
    TokenReader > Vertical { width: 116; max-width: 98%; height: 96%; }
    TokenReader SourceInput { margin-bottom: 1; padding: 0; }
    TokenReader #read-verdicts { height: auto; margin: 1 0; }
    TokenReader VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    TokenReader VerticalScroll > * { height: auto; }
    TokenReader.-narrow SourceInput { margin: 0; }
    """

    def __init__(self, session: Session, zone: tzinfo | None, *, text: str = "", source: str = "") -> None:
        super().__init__()
        self._session = session
        self._zone = zone
        self._first = (text, source)
        self._reading = TokenReading(session) if session.ready else None
        self._given: Given | None = None
        self._leeway = timedelta(0)
        self._scope = ""
        self.shown: Shown | None = None
        self.other: Shown | None = None

    def compose(self) -> ComposeResult:
        """Lay out the line to paste into, the verdicts, the tabs, and what each shows."""
        with Vertical() as box:
            box.border_title = Content("Read a token")
            box.border_subtitle = Content(_KEYS)
            yield SourceInput(placeholder=_PROMPT, compact=True)
            yield TabStrip(TABS)
            yield Static(id="read-verdicts")
            with VerticalScroll(id="read-body"):
                yield FactSheet(label_width=_LABEL, id="read-token")
                yield LifetimeBar(id="read-bar")
                yield FactSheet(label_width=_LABEL, id="read-lifetime")
                yield FactSheet(label_width=16, id="read-compare")
                yield Static(id="read-json")
            yield ReaderEndpoints(id="read-may")

    def on_mount(self) -> None:
        """Read what was given, and let times follow the clock."""
        self.set_interval(1, self._draw)
        if self._first[0]:
            self.take(*self._first)
        else:
            self.query_one(SourceInput).focus()
        self._first = ("", "")
        self._draw()

    # -- what is read --------------------------------------------------------------------------------------------

    def take(self, text: str, source: str) -> None:
        """Read a text's first token."""
        if len(text) > _LONG:
            start(self, partial(self._take_long, text, source), group="file")
        else:
            self._show(Given(text, source, find(text)))

    async def _take_long(self, text: str, source: str) -> None:
        """Look through a long text while the screen goes on."""
        self._show(Given(text, source, await asyncio.to_thread(find, text)))

    def _show(self, given: Given) -> None:
        try:
            reading = read(given.text, given.found[given.number])
        except NotAToken as error:
            self._tell(f"No token: {error}")
            return
        learn_reading(self._session, reading.token.claims_json)
        self._given, self._scope = given, ""
        here = self._reading
        self.shown = Shown(
            reading,
            given.text,
            given.told,
            url="" if here is None else here.url,
            of_here=here is not None and here.is_of_here(reading.token),
            leeway=self._leeway,
        )
        self.query_one(ReaderEndpoints).show(here, self.shown)
        self.query_one("#read-body").scroll_home(animate=False)
        entry = self.query_one(SourceInput)
        entry.value = ""
        if not reading.whole:
            self.query_one(TabStrip).active = "token"  # where what is wrong is told
        elif self.other is not None:
            self.query_one(TabStrip).active = "compare"
        self._draw()
        self.call_after_refresh(self._draw)  # once the sheet has its width
        self._focus_body()
        self._look()

    def _look(self) -> None:
        """Ask the marketplace what it knows of the token shown."""
        if self._reading is not None and self.shown is not None and self.shown.reading.whole:
            start(self, partial(self._ask, self._reading, self.shown), group="reading")

    async def _ask(self, reading: TokenReading, shown: Shown) -> None:
        token = shown.reading.token
        signature, key = await reading.verify(token)
        names = await reading.names(token)
        decision = await reading.expected(token, self._scope)
        if self.shown is not None and self.shown.reading is shown.reading:
            self.shown = replace(
                self.shown,
                signature=signature,
                key=key,
                skew=reading.skew(),
                names=names,
                decision=decision,
                scope=self._scope,
            )
            self._draw()

    @on(SourceInput.Pasted)
    def _pasted(self, message: SourceInput.Pasted) -> None:
        message.stop()
        self.take(message.text, "pasted")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        typed = event.value.strip()
        if typed:
            start(self, partial(self._open, typed), group="file")

    async def _open(self, typed: str) -> None:
        """Read a file, or, where there is none of that name, what was typed."""
        content = await asyncio.to_thread(content_of, typed)
        if isinstance(content, str):
            self._tell(content)
        elif content is not None:
            self.take(content.decode("utf-8", "replace"), Path(typed).name)
        elif "/" in typed or typed.count(".") == 1:
            self._tell("There is no file of that name, and it is no token.")
        else:
            self.take(typed, "typed")

    # -- drawing -------------------------------------------------------------------------------------------------

    @property
    def _tab(self) -> str:
        return self.query_one(TabStrip).active

    @on(TabStrip.Chosen)
    def _tab_chosen(self, message: TabStrip.Chosen) -> None:
        message.stop()
        self._draw()
        self._focus_body()

    def _focus_body(self) -> None:
        if self.shown is not None:
            if self._tab == "may":
                self.query_one(ReaderEndpoints).take_focus()
            else:
                self.query_one("#read-body").focus()

    def _draw(self) -> None:
        """Draw the tab that is shown."""
        tab, shown, now = self._tab, self.shown, self._session.clock()
        self.query_one("#read-may").display = tab == "may"
        self.query_one("#read-body").display = tab != "may"
        for name in ("token", "lifetime", "compare", "json"):
            self.query_one(f"#read-{name}").display = tab == name
        bar = self.query_one(LifetimeBar)
        bar.display = tab == "lifetime"
        verdicts = self.query_one("#read-verdicts", Static)
        if shown is None:
            verdicts.update(Content.styled(_NOTHING, "$text-muted"))
            return
        token = shown.reading.token
        verdicts.update(verdicts_text(shown.verdicts(now), token, now))
        if tab == "token":
            sheet = self.query_one("#read-token", FactSheet)
            sheet.show(reading_facts(shown, now, self._zone))
        elif tab == "lifetime":
            bar.lifetime, bar.now = Lifetime.of(token.claims), now
            self.query_one("#read-lifetime", FactSheet).show(lifetime_facts(bar.lifetime, now, self._zone, alone=True))
        elif tab == "compare":
            self.query_one("#read-compare", FactSheet).show(self._differences(shown))
        elif tab == "json":
            text = Content.assemble(
                ("Header\n", "bold $accent"),
                json_value(dict(token.header_json)),
                ("\n\nClaims\n", "bold $accent"),
                json_value(dict(token.claims_json)),
            )
            self.query_one("#read-json", Static).update(text)

    def _differences(self, shown: Shown) -> tuple[Fact, ...]:
        other = self.other
        if other is None or other.reading is shown.reading:
            return (Fact("", Content.styled(_NO_OTHER if other is None else _KEPT, "$text-muted")),)
        gaps = {} if shown.decision is None else {gap.role: gap.why for gap in shown.decision.role_gaps}
        found = compare(
            other.reading.token, shown.reading.token, self._session.clock(), {**other.names, **shown.names}, gaps
        )
        return difference_facts(found, other.source, shown.source)

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_back(self) -> None:
        """Go from the line back to the token, and from there close."""
        if self.shown is not None and self.query_one(SourceInput).has_focus:
            self._focus_body()
        else:
            self.dismiss()

    def action_open(self) -> None:
        """Read another token."""
        self.query_one(SourceInput).focus()

    def action_tab(self, by: int) -> None:
        """Show another tab."""
        self.query_one(TabStrip).step(by)

    def action_next(self) -> None:
        """Show the next token of the same text."""
        given = self._given
        if given is None or len(given.found) < 2:
            self._tell("There is no other token in it.")
            return
        self._show(replace(given, number=(given.number + 1) % len(given.found)))

    def action_filter(self) -> None:
        """Show the endpoints that are allowed, then those that are refused, then all."""
        self.query_one(ReaderEndpoints).filter_next()

    def action_compare(self) -> None:
        """Keep the token shown, to compare the next one with it."""
        if self.shown is None:
            self._tell("Read a token first.")
            return
        self.other = self.shown
        self.query_one(TabStrip).active = "compare"
        self._draw()

    def action_key(self) -> None:
        """Take keys from a file; a blank answer goes back to those of the marketplace."""
        if self._reading is None:
            self._tell("There is no marketplace yet.")
            return
        body = "A JWK, a JWKS or PEM. Blank: the key of the marketplace."
        self._ask_for("Key file", (("File", "", False),), "Take", self._take_key, body)

    def _take_key(self, given: Sequence[str]) -> None:
        start(self, partial(self._read_key, given[0].strip()), group="file")

    async def _read_key(self, path: str) -> None:
        from tui.tokens.keys import NotAKey, read_keys

        reading = self._reading
        if reading is None:
            return
        if not path:
            reading.given = None
        else:
            content = await asyncio.to_thread(content_of, path)
            if not isinstance(content, bytes):
                self._tell(content or f"There is no file {path}.")
                return
            try:
                reading.given = read_keys(content.decode("utf-8", "replace"))
            except NotAKey as error:
                self._tell(str(error))
                return
            for remark in reading.given.remarks:
                self._tell(remark)
        self._look()

    def action_leeway(self) -> None:
        """Set how much the clocks may differ."""
        given = (("Seconds", f"{self._leeway.total_seconds():g}", False),)
        self._ask_for("Leeway for exp and nbf", given, "Set", self._take_leeway)

    def _take_leeway(self, given: Sequence[str]) -> None:
        typed = given[0].strip()
        if not (typed.isascii() and typed.isdigit() and int(typed) <= 3600):
            self._tell("A leeway is a number of seconds from 0 to 3600.")
            return
        self._leeway = timedelta(seconds=int(typed))
        if self.shown is not None:
            self.shown = replace(self.shown, leeway=self._leeway)
            self._draw()

    def action_scope(self) -> None:
        """Say what roles were asked for."""
        if self.shown is not None:
            body = "The roles asked for, separated by blanks: what is missing of them is explained. Blank: all."
            self._ask_for("Scope", (("Roles", self._scope, False),), "Explain", self._take_scope, body)

    def _take_scope(self, given: Sequence[str]) -> None:
        self._scope = " ".join(given[0].split())
        self._look()

    def _ask_for(
        self,
        title: str,
        fields: Sequence[tuple[str, str, bool]],
        yes: str,
        then: Callable[[Sequence[str]], None],
        body: str = "",
    ) -> None:
        from tui.widgets.dialogs import Ask

        def answered(given: tuple[str, ...] | None) -> None:
            if given is not None:
                then(given)

        self.app.push_screen(Ask(title, fields, body=body, yes=yes), answered)

    def _tell(self, message: str) -> None:
        self.app.notify(plain(message), markup=False, timeout=6)
