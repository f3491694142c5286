"""A line to type a filter in: what may come next below it, and what was understood, or where it was not."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import Input, Static

from tui.session.filtering import Completion, Filter, Known, Problem, complete, parse
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList

MOST_SHOWN = 6
"""Lines of the completion list."""


class FilterLine(Input):
    """The line itself; enter takes the completion chosen, if one is."""

    async def action_submit(self) -> None:
        """Take the completion, or be done."""
        if not (isinstance(self.parent, FilterInput) and self.parent.take_chosen()):
            await super().action_submit()

    def watch_selection(self) -> None:
        """Follow the cursor."""
        if isinstance(self.parent, FilterInput):
            self.parent.cursor_moved()


class FilterInput(Vertical):
    """The filter line with its completions and its explanation.

    `value` is the text and `filter` what was understood of it; each change posts `Changed`, and enter `Submitted`.
    `known` is what completions can offer. Down, up, tab and enter choose one of them; escape closes the list first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", "Next completion", show=False),
        Binding("up", "step(-1)", "Previous completion", show=False),
        Binding("tab", "take", "Complete", show=False),
        Binding("escape", "close", "Close the list", show=False),
    ]
    DEFAULT_CSS = """
    FilterInput { height: auto; }
    FilterInput RowList { height: auto; display: none; background: $surface; }
    FilterInput RowList.-open { display: block; }
    FilterInput RowList > .row-list--cursor-blurred { background: $surface; text-style: none; }
    FilterInput RowList.-chosen > .row-list--cursor-blurred {
        background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
    }
    FilterInput #filter-told { height: auto; max-height: 3; }
    """

    class Changed(Message):
        """The text is another one; `filter` is what was understood of it."""

        def __init__(self, filter_input: FilterInput, understood: Filter) -> None:
            super().__init__()
            self.filter_input = filter_input
            self.filter = understood

        @property
        def control(self) -> FilterInput:
            """Where it was typed."""
            return self.filter_input

    class Submitted(Changed):
        """Enter was pressed, and no completion was chosen."""

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._first = value
        self._placeholder = placeholder
        self._known = Known()
        self._filter = parse(value)
        self._offered: tuple[Completion, ...] = ()
        self._chosen = False
        self._dismissed = True

    def compose(self) -> ComposeResult:
        """Lay out the line, the completions and the explanation."""
        yield FilterLine(self._first, placeholder=self._placeholder, select_on_focus=False, id="filter-line")
        yield RowList[Completion](
            (
                Column("", lambda each: literal(each.text), most=34),
                Column("", lambda each: literal(each.meaning, "$muted"), grow=True),
            ),
            key=lambda each: each.text,
            heading=False,
            id="filter-completions",
        )
        yield Static(id="filter-told")

    def on_mount(self) -> None:
        """The list never takes the focus from the line."""
        self._list.can_focus = False
        self._tell()

    # -- what it is for ------------------------------------------------------------------------------------------

    @property
    def _line(self) -> FilterLine:
        return self.query_one(FilterLine)

    @property
    def _list(self) -> RowList[Completion]:
        return self.query_one("#filter-completions", RowList)

    @property
    def value(self) -> str:
        """The text."""
        return self._line.value if self.is_mounted else self._first

    @value.setter
    def value(self, text: str) -> None:
        if self.is_mounted:
            self._line.value = text
            self._line.cursor_position = len(text)
        else:
            self._first = text
            self._filter = parse(text, self._known.saved)

    @property
    def filter(self) -> Filter:
        """What was understood."""
        return self._filter

    @property
    def known(self) -> Known:
        """What completions can offer, and the filters saved."""
        return self._known

    @known.setter
    def known(self, known: Known) -> None:
        saved_before, self._known = self._known.saved, known
        if not self.is_mounted:
            self._filter = parse(self._first, known.saved)
            return
        if known.saved != saved_before:
            self._read()
        self._offer()

    def focus(self, scroll_visible: bool = True) -> FilterInput:
        """Put the focus on the line."""
        self._line.focus(scroll_visible)
        return self

    @property
    def is_open(self) -> bool:
        """Whether the completions are shown."""
        return self._list.has_class("-open")

    # -- typing --------------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """Understand the text anew."""
        event.stop()
        self._dismissed = False
        self._read()
        self._offer()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Be done."""
        event.stop()
        self._put_away()
        self.post_message(self.Submitted(self, self._filter))

    def on_input_blurred(self, event: Input.Blurred) -> None:
        """Close the list when the line is left."""
        event.stop()
        self._put_away()

    def cursor_moved(self) -> None:
        """Offer what fits where the cursor is now."""
        if self.is_mounted:
            self._offer()

    def _read(self) -> None:
        before, self._filter = self._filter, parse(self.value, self._known.saved)
        self._tell()
        if self._filter != before or self._filter.problems != before.problems:
            self.post_message(self.Changed(self, self._filter))

    def _offer(self, *, asked: bool = False) -> None:
        """Show what may come next: beside what was typed, or between words when it was asked for."""
        line = self._line
        text, at = line.value, line.cursor_position
        beside = at > 0 and not text[at - 1].isspace()
        wanted = line.has_focus and not self._dismissed and (beside or asked)
        offered = (
            tuple(each for each in complete(text, at, self._known) if each.apply(text)[0] != text) if wanted else ()
        )
        if offered != self._offered:
            self._offered = offered
            self._choose(chosen=False)
            self._list.rows = offered
            self._list.cursor = 0
            self._list.styles.height = min(MOST_SHOWN, len(offered))
        self._list.set_class(bool(offered), "-open")
        self._tell()

    def _choose(self, *, chosen: bool) -> None:
        self._chosen = chosen
        self._list.set_class(chosen, "-chosen")
        self._list.refresh()

    def _put_away(self) -> None:
        self._dismissed = True
        self._offer()

    # -- choosing ------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave tab, up and escape to others while there is no list."""
        if action in ("take", "close") or (action == "step" and parameters == (-1,)):
            return self.is_open
        return True

    def action_step(self, by: int) -> None:
        """Go through the completions; down opens the list."""
        if not self.is_open:
            self._dismissed = False
            self._offer(asked=True)
        if not self.is_open:
            return
        if self._chosen:
            if by < 0 and self._list.cursor == 0:
                self._choose(chosen=False)
            else:
                self._list.action_move(by)
        elif by > 0:
            self._choose(chosen=True)

    def action_take(self) -> None:
        """Take the completion chosen, or the first."""
        row = self._list.row
        if row is not None:
            text, cursor = row.apply(self.value)
            self._line.value = text
            self._line.cursor_position = cursor

    def take_chosen(self) -> bool:
        """Take the completion chosen; return whether one was."""
        if not (self.is_open and self._chosen):
            return False
        self.action_take()
        return True

    def action_close(self) -> None:
        """Close the list."""
        self._put_away()

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """A move in the list is nobody else's concern."""
        message.stop()

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Take the completion that was clicked."""
        message.stop()
        self.action_take()
        self._line.focus()

    # -- telling -------------------------------------------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        """Put the caret where its place is now."""
        self._tell()

    def _tell(self) -> None:
        if not self.is_mounted:
            return
        problems = self._filter.problems
        if problems:
            at = self._line.cursor_position
            here = next((each for each in problems if each.start <= at <= each.end), None)
            told = self._problem(here or problems[0], len(problems) - 1, typing=here is not None and here.end == at)
        else:
            told = literal(f"→ {self._filter.explain()}" if self._filter else "", "$muted")
        self.query_one("#filter-told", Static).update(told)

    def _problem(self, problem: Problem, more: int, *, typing: bool) -> Content:
        """Tell a problem below its place; one that is still being typed is no fault yet."""
        style = "$muted" if typing else "$refused"
        line, told = self._line, self.query_one("#filter-told", Static)
        shift = line.content_region.x - told.content_region.x - round(line.scroll_offset.x)
        begin = max(0, shift + _cells(self.value[: problem.start]))
        width = max(1, _cells(self.value[problem.start : problem.end]))
        room = max(1, told.content_region.width)
        begin = min(begin, room - 1)
        caret = " " * begin + "^" * min(width, room - begin)
        also = f" (and {more} more)" if more else ""
        return Content.assemble(Content.styled(caret, style), "\n", literal(f"{problem}{also}", style))


def _cells(text: str) -> int:
    return Content(plain(text)).cell_length
