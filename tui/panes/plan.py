"""A plan on the screen: what a file or a draft would change, each change chosen or left, then applied with an account
of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.access.what_if import Draft
from tui.access.words import count, list_some
from tui.panes.changing import Kind, Question, ask
from tui.panes.messages import MarketplaceChanged
from tui.session.bulk import State
from tui.session.declared.apply import Applying, threats
from tui.session.declared.drafted import make_draft_plan
from tui.session.declared.plan import SIGNS, Match, Plan, Step, Verb
from tui.session.declared.reading import make_plan
from tui.session.declared.report import is_said
from tui.session.declared.telling import told, told_change
from tui.widgets.background import start
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.framed import Framed
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.session.declared.document import Document
    from tui.session.session import Session

_COLOURS: Final = {State.DONE: "$allowed", State.FAILED: "$refused", State.UNKNOWN: "$warning"}
_TAKING: Final = (Verb.UNASSIGN, Verb.DEACTIVATE, Verb.DELETE)
_WORDS: Final = {State.WAITING: "", State.RUNNING: "…", State.NOT_DONE: "not tried", State.UNDONE: "taken back"}


class RowKind(StrEnum):
    """What a line of the plan is."""

    STEP = "step"
    PROBLEM = "problem"
    TASK = "for a person"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One line: a step, or something to know."""

    kind: RowKind
    key: tuple[str, ...]
    label: str
    text: str
    step: Step | None = None


class PlanScreen(Framed[None]):
    """The plan of a document, or of a draft of Access, and its application."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", show=False),
        Binding("space", "choose", "Choose", show=False),
        Binding("a", "choose_all", "All or none", show=False),
        Binding("ctrl+s", "apply", "Apply", show=False, priority=True),
        Binding("r", "plan", "Plan again", show=False),
        Binding("D", "deletions", "Deletions", show=False),
        Binding("J", "scroll(1)", "Down", show=False),
        Binding("K", "scroll(-1)", "Up", show=False),
    ]
    DEFAULT_CSS = """
    PlanScreen > Vertical { width: 98%; height: 92%; }
    PlanScreen RowList { height: 1fr; }
    PlanScreen #plan-state { height: auto; max-height: 3; margin-top: 1; }
    PlanScreen VerticalScroll { height: auto; max-height: 8; margin-top: 1; }
    """

    def __init__(self, session: Session, wanted: Document | Draft) -> None:
        super().__init__()
        self._session = session
        self._opened = session.opened
        self._wanted = wanted
        self._is_draft = isinstance(wanted, Draft)
        self._delete = False
        self._plan: Plan | None = None
        self._chosen: set[tuple[str, ...]] = set()
        self._applying: Applying | None = None

    def compose(self) -> ComposeResult:
        """Lay the list out above what the line under the cursor says."""
        with Vertical() as box:
            name = self._wanted.name if isinstance(self._wanted, Draft) else Path(self._wanted.source).name
            box.border_title = literal(f"Plan: {name} → {self._opened.marketplace.seller.label}")
            yield RowList[PlanRow](self._columns(), key=lambda row: row.key, empty="Comparing…")
            with VerticalScroll(can_focus=False):
                yield FactSheet(label_width=12)
            yield Static(id="plan-state")

    def _columns(self) -> tuple[Column[PlanRow], ...]:
        result = () if self._applying is None else (Column("Result", self._result, width=10),)
        return (
            Column("", self._box, width=1),
            Column("", _sign, width=1),
            Column("What" if self._is_draft else "API client", lambda row: row.label, most=22),
            Column("Change", lambda row: row.text, grow=True, most=10),
            *result,
        )

    def on_mount(self) -> None:
        """Compare at once."""
        self.query_one(RowList).focus()
        self._draw()
        self.action_plan()

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def _row(self) -> PlanRow | None:
        row: PlanRow | None = self.query_one(RowList).row
        return row

    def _box(self, row: PlanRow) -> Content:
        if row.step is None:
            return Content("")
        return Content.styled("☑", "$allowed") if row.key in self._chosen else Content("☐")

    def _result(self, row: PlanRow) -> Content:
        applying = self._applying
        if applying is None or row.step is None or row.key not in self._chosen:
            return Content("")
        state = applying.result(row.key).state
        return Content.styled(_WORDS.get(state, state.value), _COLOURS.get(state, ""))

    def _draw(self) -> None:
        self.query_one(RowList).refresh()
        self.query_one("#plan-state", Static).update(self._state())
        self._draw_row()

    def _keys(self) -> str:
        if self._applying is not None and self._applying.active:
            return "esc cancels; again: at once"
        if self._applying is not None:
            left = self._applying.progress.done < self._applying.progress.total
            return f"{'^s goes on · ' if left else ''}r again · esc closes"
        if self._plan is None or not self._plan.steps:
            return f"r again · {'' if self._is_draft else 'D deletions · '}esc closes"
        deletions = "" if self._is_draft else "D deletions · "
        if self.query_one(VerticalScroll).max_scroll_y > 0:
            return f"space · a all · ^s applies · r again · {deletions}J K more · esc"
        return f"space chooses · a all · ^s applies · r again · {deletions}esc closes"

    def _state(self) -> Content:
        plan, applying = self._plan, self._applying
        if plan is None:
            return Content("")
        if applying is not None:
            progress = applying.progress
            why = f" {progress.told}" if progress.told else ""
            return literal(f"{progress.settled:,} of {progress.total:,}: {progress.words}.{why}", "bold")
        counted = (
            [f"{len(self._chosen):,} of {count(len(plan.steps), 'change')} chosen"] if plan.steps else [plan.summary]
        )
        counted += [count(len(plan.problems), "problem")] if plan.problems else []
        counted += [f"{len(plan.tasks):,} for a person to do"] if plan.tasks else []
        if plan.left:
            counted.append(f"not in the file and left alone: {list_some(plan.left)}")
        if self._delete:
            counted.append("what is not in the file is deleted")
        return literal(" · ".join(counted))

    def _draw_row(self) -> None:
        row = self._row
        self.query_one(FactSheet).show(tuple(self._facts(row)) if row is not None else ())
        self._draw_keys()
        self.call_after_refresh(self._draw_keys)  # whether all of it fits is known then

    def _draw_keys(self) -> None:
        self.query_one(Vertical).border_subtitle = Content(self._keys())

    def _facts(self, row: PlanRow) -> Iterator[Fact]:
        step = row.step
        if step is None:
            yield Fact(row.kind.value, literal(row.text))
            return
        yield Fact(*_subject(step))
        yield Fact(step.verb.value, literal(_whole(step)))
        yield Fact("why", literal(step.why))
        if self._applying is not None and row.key in self._chosen:
            yield Fact("result", literal(self._applying.result(row.key).words))

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Say more about the line under the cursor."""
        message.stop()
        self._draw_row()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    # -- the plan ------------------------------------------------------------------------------------------------

    def action_plan(self) -> None:
        """Compare again with what is there now."""
        if self._applying is None or not self._applying.active:
            start(self, self._make_plan, group="plan")

    def action_deletions(self) -> None:
        """Delete what is not in the file, or leave it alone again."""
        if self._applying is None and not self._is_draft:
            self._delete = not self._delete
            self.action_plan()

    async def _make_plan(self) -> None:
        rows = self.query_one(RowList)
        rows.empty = "Comparing…"
        self._plan, self._applying, rows.rows = None, None, ()
        rows.set_columns(self._columns())
        self._draw()
        try:
            if isinstance(self._wanted, Draft):
                plan = await make_draft_plan(self._opened, self._wanted)
            else:
                plan = await make_plan(self._opened, self._wanted, delete=self._delete)
        except Exception:
            rows.empty = "It could not be compared: r tries again."
            rows.refresh()
            raise
        self._plan = plan
        self._chosen = {step.key for step in plan.steps}
        rows.empty = "Nothing would change."
        rows.rows = rows_of(plan)
        self._draw()

    def action_choose(self) -> None:
        """Choose the change under the cursor, or leave it; what needs another change goes along with it."""
        row = self._row
        if self._plan is None or self._applying is not None or row is None or row.step is None:
            return
        if row.key in self._chosen:
            self._chosen -= {row.key} | {step.key for step in self._plan.steps if step.needs == row.key}
        else:
            self._chosen |= {row.key} | ({row.step.needs} if row.step.needs is not None else set())
        self._draw()
        self.query_one(RowList).action_move(1)

    def action_choose_all(self) -> None:
        """Choose every change, or none when all are chosen."""
        if self._plan is not None and self._applying is None:
            every = {step.key for step in self._plan.steps}
            self._chosen = set() if self._chosen == every else every
            self._draw()

    # -- applying ------------------------------------------------------------------------------------------------

    def action_apply(self) -> None:
        """Apply what is chosen, after a question; go on with what is left of it."""
        reason = self._session.why_not_change()
        if reason is None and self._plan is None:
            reason = "There is no plan yet."
        if reason is None and not self._chosen:
            reason = "No change is chosen." if self._plan is not None and self._plan.steps else "Nothing would change."
        if reason is not None:
            self.app.notify(reason, markup=False, timeout=4)
        elif self._applying is None or not self._applying.active:
            start(self, self._apply, group="plan")

    async def _apply(self) -> None:
        plan, chosen = self._plan, frozenset(self._chosen)
        assert plan is not None, "action_apply has seen to it"
        if self._applying is not None and self._applying.progress.done == self._applying.progress.total:
            return
        marketplace = self._opened.marketplace
        part = Plan(tuple(step for step in plan.steps if step.key in chosen), source=plan.source)

        async def threat() -> str | None:
            return next(iter(await threats(part, self._opened)), None)

        gone = list_some([step.match.label for step in part.steps if step.verb is Verb.DELETE])
        body = f"{part.summary}{f' Deleted for good: {gone}.' if gone else ''}"
        if plan.problems:
            what = "draft" if self._is_draft else "file"
            body += f" What the {what} has {count(len(plan.problems), 'problem')} with stays as it is."
        name = marketplace.seller.label
        question = Question(Kind.DELETE if gone else Kind.APPLY, f"Apply to {name}?", body, "Apply", name)
        if await ask(self, self._session, question, threat=threat, at=marketplace) is None:
            return
        applying = self._applying or Applying(part, self._opened, self._session.clock)
        self._applying = applying
        self.query_one(RowList).set_columns(self._columns())
        drawing = self.set_interval(0.1, self._draw)
        try:
            await applying.run()
        finally:
            drawing.stop()
            self.app.post_message(MarketplaceChanged())
            if self.is_attached:
                self._draw()

    def action_leave(self) -> None:
        """Cancel what is under way, else close."""
        if self._applying is not None and self._applying.active:
            self._applying.cancel()
            self._draw()
        else:
            self.dismiss(None)


def rows_of(plan: Plan) -> Sequence[PlanRow]:
    """Return the lines of a plan: what is wrong, the changes by API client, what a person must do."""
    by_client: dict[int, list[Step]] = {}
    for step in plan.steps:
        by_client.setdefault(id(step.match), []).append(step)
    rows = [
        PlanRow(RowKind.PROBLEM, ("problem", str(number)), each.label, _problem_text(plan, number))
        for number, each in enumerate(plan.problems)
    ]
    rows += [
        PlanRow(RowKind.STEP, step.key, step.match.label, step.what, step)
        for steps in by_client.values()
        for step in steps
    ]
    rows += [PlanRow(RowKind.TASK, ("task", each), *each.partition(": ")[::2]) for each in plan.tasks]
    rows += [PlanRow(RowKind.REMARK, ("remark", each), "", each) for each in plan.remarks]
    return rows


def _problem_text(plan: Plan, number: int) -> str:
    problem = plan.problems[number]
    of = f"{problem.field}: " if problem.field else ""
    line = f" (line {problem.line})" if problem.line is not None else ""
    return f"{of}{problem.message}{line}"


def _subject(step: Step) -> tuple[str, Content]:
    """Return what a step is about, as label and text."""
    if step.verb in (Verb.ACTIVATE, Verb.DEACTIVATE):
        return ("user" if step.username else "company"), literal(f"{step.match.label}, {step.about}")
    return "API client", literal(f"{step.match.label}, {step.match.told}")


def _whole(step: Step) -> str:
    """Return what a step does with nothing cut."""
    if step.verb is Verb.CHANGE:
        return told_change(step.field, step.before, step.after, whole=True)
    return _fields_of(step.match) if step.verb is Verb.CREATE else step.what


def _fields_of(match: Match) -> str:
    fields = {} if match.wanted is None else match.wanted.fields
    return " · ".join(f"{name} {told(name, value, whole=True)}" for name, value in fields.items() if is_said(value))


def _sign(row: PlanRow) -> Content:
    if row.step is not None:
        colour = "$refused" if row.step.verb in (Verb.UNASSIGN, Verb.DELETE) else "$allowed"
        return Content.styled(SIGNS[row.step.verb], "" if row.step.verb is Verb.CHANGE else colour)
    return {
        RowKind.PROBLEM: Content.styled("✗", "$refused"),
        RowKind.TASK: Content.styled("▲", "$warning"),
    }.get(row.kind, Content("·"))
