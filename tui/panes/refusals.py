"""Every refusal of an API client on the screen: what the rules expect of each attempt, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.access.decision import Check
from tui.widgets.background import start
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.framed import Framed
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.scenarios.report import Outcome, Report
    from tui.session.session import Session


class RefusalsScreen(Framed[None]):
    """All refusals of one API client, tried on a copy in a sandbox, or the harmless ones where it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", show=False),
        Binding("r", "again", "Try again", show=False),
        Binding("h", "here", "Here", show=False),
        Binding("f", "only_failed", "Disagreements", show=False),
    ]
    DEFAULT_CSS = """
    RefusalsScreen > Vertical { width: 98%; height: 92%; }
    RefusalsScreen RowList { height: 1fr; }
    RefusalsScreen #refusals-state { height: auto; max-height: 3; margin-top: 1; }
    RefusalsScreen VerticalScroll { height: auto; max-height: 9; margin-top: 1; }
    """

    def __init__(self, session: Session, api_client: ApiClient) -> None:
        super().__init__()
        self._session = session
        self._opened = session.opened
        self._api_client = api_client
        self._here = False
        self._only_failed = False
        self._outcomes: list[Outcome] = []
        self._report: Report | None = None

    def compose(self) -> ComposeResult:
        """Lay the list out above what the line under the cursor says."""
        with Vertical() as box:
            box.border_title = literal(f"All refusals of {self._api_client.app_name}")
            yield RowList["Outcome"](_COLUMNS, key=lambda each: each.name, empty="Reading the facts…")
            with VerticalScroll(can_focus=False):
                yield FactSheet(label_width=11)
            yield Static(id="refusals-state")

    def on_mount(self) -> None:
        """Try them at once: on a copy, nothing can go wrong."""
        self.query_one(RowList).focus()
        self.action_again()

    # -- trying --------------------------------------------------------------------------------------------------

    def action_again(self) -> None:
        """Try them again, with the facts as they are now."""
        start(self, self._try, group="refusals")

    def action_here(self) -> None:
        """Try the harmless ones in the marketplace itself, or all on a copy again."""
        self._here = not self._here
        self.action_again()

    def action_only_failed(self) -> None:
        """Show only what came otherwise, or everything again."""
        self._only_failed = not self._only_failed
        self._draw()

    async def _try(self) -> None:
        from tui.session.scenarios.trying import try_refusals

        self._outcomes, self._report = [], None
        self._draw()
        here = self._here
        if not here:
            self._opened.marketplace.forget()
        report = await try_refusals(
            self._opened, self._api_client, self._session.clock(), here=here, told=self._outcomes.append
        )
        self._report, self._outcomes = report, list(report.outcomes)
        self._draw()

    def action_leave(self) -> None:
        """Close; what is under way ends."""
        self.dismiss(None)

    # -- what is shown -------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        rows = self.query_one(RowList)
        rows.empty = "Trying…" if self._report is None else "Everything came as expected."
        rows.rows = tuple(each for each in self._outcomes if not (self._only_failed and each.agreed))
        rows.refresh()
        self.query_one("#refusals-state", Static).update(self._state())
        where = "all, on a copy" if self._here else "the harmless ones here"
        shown = "all" if self._only_failed else "disagreements only"
        self.query_one(Vertical).border_subtitle = Content(f"r again · h {where} · f {shown} · esc closes")
        self._draw_row()

    def _state(self) -> Content:
        report = self._report
        if report is None:
            return literal("Trying…", "bold")
        where = f"In {report.marketplace}" if self._here else f"On {report.marketplace}"
        told = f"{where}: {report.summary}."
        if report.problem:
            return literal(f"{told} {report.problem}", "$refused")
        return literal(told, "$refused" if report.failed else "$allowed")

    def _draw_row(self) -> None:
        row: Outcome | None = self.query_one(RowList).row
        self.query_one(FactSheet).show(() if row is None else tuple(_facts(row)))

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Say more about the line under the cursor."""
        message.stop()
        self._draw_row()


def _facts(outcome: Outcome) -> Iterator[Fact]:
    yield Fact("Attempt", literal(outcome.name))
    yield Fact("Expected", literal(outcome.expected))
    yield Fact("Actual", literal(outcome.actual))
    for difference in outcome.differences:
        yield Fact("Differs", literal(difference, "$refused"))
    if outcome.check:
        yield Fact(f"Check {outcome.check}", literal(Check(outcome.check).title))
    if outcome.why:
        yield Fact("Because", literal(outcome.why))


def _sign(outcome: Outcome) -> Content:
    return Content.styled("✓", "$allowed") if outcome.agreed else Content.styled("✗", "bold $refused")


def _short(words: str) -> str:
    """Return of a refusal the code alone: the rest is below the list."""
    return words.split()[-1] if words.startswith("refused: ") else words


_COLUMNS: tuple[Column[Outcome], ...] = (
    Column("", _sign, width=1),
    Column("#", lambda each: str(each.check or ""), width=2, right=True),
    Column("Attempt", lambda each: each.name, grow=True),
    Column("Expected", lambda each: _short(each.expected), most=30),
    Column("Actual", lambda each: "same" if each.agreed else _short(each.actual), most=30),
)
