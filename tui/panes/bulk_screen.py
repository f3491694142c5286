"""Many changes on one screen: first the list of them, then how far they are, then what became of each.

`do_many` shows a job, runs it when the person says so, and returns when the screen is left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.access.words import count
from tui.panes.changing import MANNERS, Question
from tui.panes.messages import MarketplaceChanged
from tui.session.bulk import Job, Phase, Progress, State, Told
from tui.widgets.background import start
from tui.widgets.dialogs import Confirm
from tui.widgets.framed import Veiled
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList
from tui.widgets.share_bar import ShareBar

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.ordercloud import Exchange
    from tui.session.session import Session

_SIGNS = {
    State.WAITING: ("·", "$muted"),
    State.RUNNING: ("▸", "$accent"),
    State.DONE: ("✓", "$allowed"),
    State.FAILED: ("✗", "$refused"),
    State.UNKNOWN: ("?", "$warning"),
    State.NOT_DONE: ("–", "$muted"),
    State.UNDONE: ("↶", "$muted"),
}
_DRAWN_EVERY = 0.1
"""Seconds between two drawings of a job at work."""


async def do_many(host: Widget, session: Session, job: Job, question: Question) -> Progress:
    """Show what a job would change, run it when the person says so, and return how it ended.

    Args:
        host: The widget that asks; every pane draws anew after each run.
        session: Where the console is.
        job: What is to be done; it is READY still when the person left without doing anything.
        question: What kind of change it is, the word for going on, and what else there is to say of it before; its name
            has to be typed in production where the kind wants that.
    """
    await host.app.push_screen_wait(BulkScreen(session, job, question))
    return job.progress


class BulkScreen(Veiled[None]):
    """A job: its dry run, its progress, its account."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+q", "leave", "Leave", show=False),
        Binding("enter", "go_on", "Go on", show=False, priority=True),
        Binding("c", "cancel", "Cancel", show=False),
        Binding("r", "retry", "Retry", show=False),
        Binding("u", "undo", "Take back", show=False),
        Binding("f", "filter", "Only what is not done", show=False),
        Binding("y", "copy", "Copy", show=False),
    ]
    DEFAULT_CSS = """
    BulkScreen > Vertical { width: 110; max-width: 98%; height: 94%; max-height: 94%; }
    BulkScreen > .danger { border: round $error; }
    BulkScreen #before { height: auto; max-height: 6; margin-bottom: 1; }
    BulkScreen #counts { height: auto; max-height: 4; margin-bottom: 1; }
    BulkScreen #one { height: auto; max-height: 4; margin-top: 1; color: $text-muted; }
    BulkScreen .gone { display: none; }
    """

    def __init__(self, session: Session, job: Job, question: Question) -> None:
        super().__init__()
        self._session = session
        self._job = job
        self._first = job
        self._question = question
        self._changed = False
        self._only_open = False

    # -- layout --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay the job out: what there is to say, how far it is, its steps, and the one under the cursor."""
        with Vertical(classes="danger" if MANNERS[self._question.kind].danger else ""):
            yield Static(id="before")
            yield ShareBar()
            yield Static(id="counts")
            yield RowList[int](self._columns(), key=lambda index: index, empty="Everything is done; f shows all.")
            yield Static(id="one")

    def _columns(self) -> tuple[Column[int], ...]:
        def sign(index: int) -> Content:
            return Content.styled(*_SIGNS[self._job.result(index).state])

        def result(index: int) -> Content:
            result = self._job.result(index)
            return literal("" if result.state is State.WAITING else result.short, _SIGNS[result.state][1])

        details = any(step.detail for step in self._job.steps)
        columns: tuple[Column[int], ...] = (
            Column("", sign, width=1),
            Column("What", lambda index: self._job.steps[index].label, most=44),
            Column("Change", lambda index: self._job.steps[index].detail, most=44 if details else 0),
            Column("Result", result, grow=True, most=10),
        )
        return tuple(each for each in columns if details or each.title != "Change")

    def on_mount(self) -> None:
        """Show what would be done."""
        self._show_steps()
        self._list.focus()
        self.set_interval(_DRAWN_EVERY, self._draw_when_changed)

    @property
    def _list(self) -> RowList[int]:
        return self.query_one(RowList)

    def _show_steps(self) -> None:
        # As high as its steps and what there is to say, up to the height of the screen.
        self.query_one(Vertical).styles.height = len(self._job.steps) + 12
        self._list.set_columns(self._columns())
        open_states = (State.FAILED, State.UNKNOWN, State.NOT_DONE, State.WAITING, State.RUNNING)
        every = range(len(self._job.steps))
        keep = [index for index in every if self._job.result(index).state in open_states] if self._only_open else every
        self._list.rows = keep
        self._draw()

    def _draw_when_changed(self) -> None:
        if self._changed:
            self._draw()

    def _draw(self) -> None:
        self._changed = False
        progress = self._job.progress
        box = self.query_one(Vertical)
        box.border_title = Content(plain(self._job.title))
        box.border_subtitle = Content(self._keys(progress))
        ready = progress.phase is Phase.READY
        self.query_one("#before", Static).update(self._before(progress))
        self.query_one("#before").set_class(not ready, "gone")
        bar = self.query_one(ShareBar)
        bar.set_class(ready, "gone")
        done = progress.done + progress.undone
        shares = ((done, "$allowed"), (progress.failed, "$refused"), (progress.unknown, "$warning"))
        bar.show(shares, progress.total)
        counts = self.query_one("#counts", Static)
        counts.set_class(ready, "gone")
        counts.update(_told(progress))
        self._list.refresh()
        self._draw_one()

    def _before(self, progress: Progress) -> Content:
        body = self._question.body if self._job is self._first else ""
        said = body if isinstance(body, Content) else literal(body, lines=True)
        head = Content.styled(f"{count(progress.total, 'change')}. Nothing has been sent yet.", "bold")
        return Content.assemble(head, "\n" if said.plain else "", said)

    def _draw_one(self) -> None:
        index = self._list.row
        told = Content("")
        if index is not None and self._job.progress.phase is not Phase.READY:
            step, result = self._job.steps[index], self._job.result(index)
            told = literal(f"{step.label}: {result.words}", lines=True)
        self.query_one("#one", Static).update(told)

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Tell the whole result of the step under the cursor."""
        message.stop()
        self._draw_one()

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """A second click on a row is nothing more than a first."""
        message.stop()

    def _keys(self, progress: Progress) -> str:
        job = self._job
        if progress.phase is Phase.READY:
            return f"enter: {self._go_word} · esc: leave"
        if not progress.ended:
            return "c: cut short what is under way" if progress.phase is Phase.ENDING else "c: cancel · f: only open"
        keys = (
            ("enter: go on", job.to_run),
            ("r: retry failed", job.to_retry),
            ("u: undo all", job.to_undo),
            ("f: all" if self._only_open else "f: only open", job.steps),
            ("y: copy", self.app.size.width > 90),
            ("esc: close", True),
        )
        return " · ".join(words for words, there in keys if there)

    @property
    def _go_word(self) -> str:
        return self._question.yes.lower() if self._job is self._first else "take back"

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_go_on(self) -> None:
        """Start, or go on with what is not done."""
        if self._job.active or not self._job.to_run:
            return
        run = self._job.run
        start(self, partial(self._ask_and_run if self._ready else self._run, run), group="bulk", exclusive=False)

    def action_retry(self) -> None:
        """Try again what failed."""
        if self._job.progress.ended and self._job.to_retry:
            start(self, partial(self._run, self._job.retry), group="bulk", exclusive=False)

    def action_cancel(self) -> None:
        """Begin nothing more; a second time, cut short what is under way."""
        self._job.cancel()

    def action_undo(self) -> None:
        """Show what would be taken back."""
        if self._job.progress.ended and self._job.to_undo:
            self._turn_to(self._job.undo())

    def action_filter(self) -> None:
        """Show only what is not done, or everything again."""
        self._only_open = not self._only_open
        self._show_steps()

    def action_copy(self) -> None:
        """Copy the account, a step a line."""
        rows = ("\t".join(map(plain, row)) for row in account(self._job))
        self.app.copy_to_clipboard("\n".join(rows) + "\n")
        self.app.notify("The account was sent to the terminal's clipboard (OSC 52).", markup=False, timeout=4)

    def action_leave(self) -> None:
        """Leave; while it runs, only after a question, and then the account stays to be read."""
        if self._job.active:
            start(self, self._ask_to_stop, group="leave")
        elif self._job is not self._first:
            self._turn_to(self._first)
        else:
            self.dismiss()

    # -- work ----------------------------------------------------------------------------------------------------

    @property
    def _ready(self) -> bool:
        return self._job.progress.phase is Phase.READY

    def _turn_to(self, job: Job) -> None:
        self._job, self._only_open = job, False
        self._list.cursor = 0
        self._show_steps()

    async def _ask_and_run(self, run: Callable[[Told | None], Awaitable[Progress]]) -> None:
        if self._session.in_production and not await self.app.push_screen_wait(self._production_question()):
            return
        await self._run(run)

    def _production_question(self) -> Confirm:
        question, manner = self._question, MANNERS[self._question.kind]
        told = literal(f"{count(len(self._job.steps), 'change')} in production.")
        retype = question.name if manner.retype and question.name else None
        yes = question.yes if self._job is self._first else "Take back"
        return Confirm(f"{self._job.title}?", told, yes=yes, danger=True, retype=retype)

    async def _run(self, run: Callable[[Told | None], Awaitable[Progress]]) -> None:
        self._session.listeners.append(self._heard)
        try:
            await run(self._moved)
        finally:
            self._session.listeners.remove(self._heard)
            self.app.post_message(MarketplaceChanged())

    def _moved(self, progress: Progress) -> None:
        self._changed = True
        if progress.ended and self.is_attached:
            self._draw()

    def _heard(self, exchange: Exchange) -> None:
        """Slow the whole job at the first 429, not only after the client has tried again."""
        from tui.ordercloud.answers import retry_after

        if exchange.status == 429:
            self._job.slow(retry_after(exchange, exchange.started_at))

    async def _ask_to_stop(self) -> None:
        question = Confirm("It is still running. Stop it?", _STOP, yes="Stop", danger=True)
        if await self.app.push_screen_wait(question):
            self._job.cancel()


_STOP = "Nothing more is begun then. What is done stays done; the account says what is, and it can go on later."


def account(job: Job) -> list[tuple[str, str, str]]:
    """Return what became of each step: what it is, its change, and its result."""
    return [(step.label, step.detail, result.words) for step, result in zip(job.steps, job.results, strict=True)]


def _told(progress: Progress) -> Content:
    """Return the counts, how long it takes, and why it does not go on."""
    counts = progress.words[:1].upper() + progress.words[1:]
    left = progress.waiting + progress.running
    if progress.phase is Phase.LOOKING:
        counts += " · looking up what is not known"
    elif progress.seconds > 1 and progress.settled and left and not progress.ended:
        counts += f" · about {max(1, round(left * progress.seconds / progress.settled)):,} s left"
    if not progress.told:
        return Content(counts)
    return Content.assemble(counts, "\n", literal(progress.told, "$warning", lines=True))
