"""The advice on one API client: each piece with its reason and what would mend it, done or silenced with one key."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message

from tui.access.advice import Advice, Severity
from tui.access.advice.silence import check_reason, check_silenced, silenced_in
from tui.access.advice.telling import mend_in_words, size
from tui.commands import CommandHost, bindings
from tui.panes.advice_text import consequence_facts, fix_told, mend_facts
from tui.panes.changing import Kind, Question, change
from tui.panes.messages import MarketplaceChanged
from tui.session.advising import Advisor, Given, Situation, mend, silence_shared, threat_of
from tui.session.session import Session
from tui.widgets.background import start
from tui.widgets.dialogs import Ask, Choose
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.session.marketplace import Marketplace

SIGNS = {
    Severity.ERROR: ("✗", "$refused"),
    Severity.WARNING: ("▲", "$warning"),
    Severity.INFO: ("·", "$muted"),
}
SHARED, PRIVATE = "shared", "private"


@dataclass(frozen=True, slots=True)
class AdviceRow:
    """One piece of advice; `silenced` is the reason why it is not given any more, `shared` that `xp` keeps it."""

    advice: Advice
    silenced: str | None = None
    shared: bool = False


def rows_of(given: Given) -> tuple[AdviceRow, ...]:
    """Return the advice, the worst first, then what is silenced."""
    return (
        *(AdviceRow(each) for each in given.advice),
        *(AdviceRow(each.advice, each.reason, each.shared) for each in given.silenced),
    )


def _sign(row: AdviceRow) -> Content:
    if row.silenced is not None:
        return Content.styled("⊘", "$muted")
    return Content.styled(*SIGNS[row.advice.severity])


def _title(row: AdviceRow) -> Content:
    return literal(row.advice.title, "" if row.silenced is None else "$muted")


def _mend(row: AdviceRow) -> Content:
    if row.silenced is not None:
        return Content.styled("silenced", "$muted")
    return Content(size(row.advice.fix)) if row.advice.fix is not None else Content.styled("your choice", "$muted")


class AdviceView(CommandHost, Vertical):
    """The advice on the API client shown, with a cursor that says which of it a key is about."""

    SCOPE = "advice"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("advice")]
    DEFAULT_CSS = """
    AdviceView RowList { min-height: 4; }
    AdviceView VerticalScroll { height: auto; max-height: 60%; margin-top: 1; scrollbar-size-vertical: 1; }
    """

    class Counted(Message):
        """There is this much advice now that is not silenced."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.session = session
        self._advisor = Advisor(session)
        self._situation: Situation | None = None

    def compose(self) -> ComposeResult:
        """Lay out the list and what the row under the cursor says."""
        columns: tuple[Column[AdviceRow], ...] = (
            Column("", _sign, width=1),
            Column("Advice", _title, grow=True, most=20),
            Column("Mend", _mend, most=16),
        )
        yield RowList[AdviceRow](columns, key=lambda row: row.advice.id, empty="Loading…", id="advice-rows")
        with VerticalScroll(can_focus=False) as text:
            yield FactSheet(label_width=9)
        # The footer says when there is more to read.
        self.watch(text, "show_vertical_scrollbar", self.app.refresh_bindings, init=False)

    @property
    def _list(self) -> RowList[AdviceRow]:
        return self.query_one("#advice-rows", RowList)

    @property
    def _text(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    # -- showing -------------------------------------------------------------------------------------------------

    def show(self, situation: Situation) -> None:
        """Show the advice on an API client."""
        self._situation = situation
        self._draw()
        self._look_further()

    def clear(self) -> None:
        """Show nothing while another API client is read."""
        self._situation = None
        self._draw()

    def on_show(self) -> None:
        """Read what only advice needs as soon as somebody looks."""
        self._look_further()

    def _look_further(self) -> None:
        if self.display and self._situation is not None and not self._advisor.looked_further:
            start(self, self._read_further, group="advice")

    async def _read_further(self) -> None:
        await self._advisor.look_further()
        self._draw()

    def _draw(self) -> None:
        situation = self._situation
        if situation is None or not self.session.ready:
            self._list.empty = "Loading…"
            self._list.rows = ()
            return
        given = self._advisor.advice(situation)
        self._list.empty = "Nothing to advise: nothing here contradicts itself."
        self._list.rows = rows_of(given)
        self.post_message(self.Counted(len(given.advice)))

    @on(RowList.Highlighted, "#advice-rows")
    def _explain(self, message: RowList.Highlighted) -> None:
        message.stop()
        row = message.row
        self.query_one(FactSheet).show(self._facts(row) if isinstance(row, AdviceRow) else ())
        self._text.scroll_home(animate=False)
        self.app.refresh_bindings()

    def _facts(self, row: AdviceRow) -> tuple[Fact, ...]:
        advice, situation = row.advice, self._situation
        # The list may have to cut the title.
        facts = [Fact(advice.title, heading=True), Fact("Why", literal(advice.reason))]
        if row.silenced is not None:
            where = "in xp, for everybody" if row.shared else "on this machine"
            facts.append(Fact("Silenced", literal(f"{where}: {row.silenced}")))
        if advice.fix is not None and situation is not None:
            facts += mend_facts(situation, advice.fix)
            facts += consequence_facts(self._advisor.consequences(situation, advice.fix), advice)
        facts.append(Fact("Looks at", literal(", ".join(advice.fields), "$muted")))
        facts.append(Fact("Learn", literal(f"{advice.docs}   rule {advice.id}", "$muted")))
        return tuple(facts)

    # -- commands ------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        """Say why a command does not work on the row under the cursor."""
        row = self._list.row
        if row is None or self._situation is None:
            return "There is no advice here."
        if command == "advice.read-on":
            return None if self._text.show_vertical_scrollbar else "All of it is in sight."
        if command == "advice.mend":
            if row.advice.fix is None:
                return "Nothing mends this by itself: the reason says what there is to choose."
            return self.session.why_not_change()
        if row.silenced is not None and row.shared:
            return self.session.why_not_change()
        return None

    def do_read_on(self) -> None:
        """Show what of the text is out of sight, then the beginning again."""
        if self._text.is_vertical_scroll_end:
            self._text.scroll_home(animate=False)
        else:
            self._text.scroll_page_down(animate=False)

    def do_mend(self) -> None:
        """Do what mends the advice under the cursor, after showing it."""
        if (row := self._list.row) is not None and self._situation is not None:
            start(self, partial(self._mend_it, self._situation, row.advice), group="mend", exclusive=False)

    async def _mend_it(self, situation: Situation, advice: Advice) -> None:
        fix, at = advice.fix, self.session.marketplace
        if fix is None:
            return
        name = situation.api_client.app_name
        told = fix_told(situation, fix, self._advisor.consequences(situation, fix))
        question = Question(Kind.MEND, f"Mend {plain(name)}: {plain(advice.title)}?", told, "Mend", name)

        async def do(marketplace: Marketplace) -> None:
            await mend(marketplace, situation, fix)

        if await change(self, self.session, question, do, threat=lambda: threat_of(at, situation, fix), at=at):
            self.tell(f"Done: {plain(mend_in_words(fix, situation.secrets))}.")

    def do_silence(self) -> None:
        """Silence the advice under the cursor, or take the silence back."""
        row, situation = self._list.row, self._situation
        if row is None or situation is None:
            return
        work = self._silence if row.silenced is None else self._take_back
        start(self, partial(work, situation, row), group="silence", exclusive=False)

    async def _silence(self, situation: Situation, row: AdviceRow) -> None:
        api_client, rule, at = situation.api_client, row.advice.id, self.session.marketplace
        choices = [(PRIVATE, "For me: kept on this machine")]
        if self.session.why_not_change() is None:
            choices.insert(0, (SHARED, "For everybody: kept in xp of the API client"))
        where = await self.app.push_screen_wait(Choose("Silence it for whom?", choices))
        if where is None:
            return
        shared = silenced_in(api_client.xp)

        def check(answer: tuple[str, ...]) -> str | None:
            wrong = check_reason(answer[0])
            if wrong is not None or where == PRIVATE:
                return wrong
            full = check_silenced(api_client.xp, {**shared, rule: answer[0].strip()})
            return None if full is None else f"There is no room left: {full.message}"

        told = Content.assemble(literal(row.advice.title, "bold"), literal(f" — {api_client.app_name}"))
        fields = (("Why it does not matter here", "", False),)
        answer = await self.app.push_screen_wait(
            Ask("Silence this advice", fields, body=told, yes="Silence", check=check)
        )
        if answer is None:
            return
        reason = answer[0].strip()
        if where == SHARED:
            await self._keep_shared(situation, {**shared, rule: reason}, at)
        else:
            self._keep_private(situation, {**self._advisor.private(api_client), rule: reason})

    async def _take_back(self, situation: Situation, row: AdviceRow) -> None:
        api_client, rule = situation.api_client, row.advice.id
        if row.shared:
            left = {each: reason for each, reason in silenced_in(api_client.xp).items() if each != rule}
            await self._keep_shared(situation, left, self.session.marketplace)
        else:
            kept = self._advisor.private(api_client)
            self._keep_private(situation, {each: reason for each, reason in kept.items() if each != rule})

    async def _keep_shared(self, situation: Situation, silenced: dict[str, str], at: Marketplace) -> None:
        name = situation.api_client.app_name
        told = "xp of the API client keeps which advice is silenced, and why; whoever uses ocgate sees it."
        question = Question(Kind.SILENCE, f"Change xp of {plain(name)}?", told, "Change", name)
        await change(
            self, self.session, question, lambda now: silence_shared(now, situation.api_client, silenced), at=at
        )

    def _keep_private(self, situation: Situation, silenced: dict[str, str]) -> None:
        self._advisor.keep_private(situation.api_client, silenced)
        self._draw()
        self.post_message(MarketplaceChanged())
