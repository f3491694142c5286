"""Several of many, found by typing: enter ticks the row under the cursor, ctrl+s takes what is ticked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.widgets.picker import REFUSED, Choice, narrowed
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList
from tui.widgets.typed_list import TypedList

TITLE_WIDTH = 34


class MultiPicker(TypedList[tuple[str, ...] | None]):
    """A list that narrows as letters are typed, with a tick for each row; None when the person leaves.

    The answer has the values ticked, those ticked from the start first, in their order.

    Args:
        title: What is chosen.
        choices: What there is, in the order it is shown; those ticked from the start come first. One marked as refused
            is shaded, and can be ticked all the same.
        ticked: What is ticked from the start; a value that is no choice stays in the answer, and can be unticked.
        typed: What a text is that is in no choice, such as `custom role`: then it can be taken as it was typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", "Take", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    MultiPicker > Vertical { width: 76; }
    MultiPicker #ticked { height: 2; margin-top: 1; color: $text-muted; }
    """

    def __init__(
        self, title: str, choices: Sequence[Choice], ticked: Collection[str] = (), *, typed: str | None = None
    ) -> None:
        super().__init__()
        self._heading = plain(title)
        self._ticked = dict.fromkeys(ticked)
        self._typed = typed
        self._why = ""
        known = {choice.value for choice in choices}
        unknown = [Choice(value, value, "not found") for value in self._ticked if value not in known]
        self._choices = (*unknown, *sorted(choices, key=lambda choice: choice.value not in self._ticked))

    def compose(self) -> ComposeResult:
        """Lay out the field to type in, the list, and what is ticked."""
        with Vertical() as box:
            box.border_title = Content(self._heading)
            box.border_subtitle = Content("enter ticks · ^s takes · esc leaves")
            also = f", or a {self._typed}" if self._typed else ""
            yield Input(placeholder=f"part of a name{also}", id="typed")
            width = max((Content(plain(each.title)).cell_length for each in self._choices), default=1)
            columns: tuple[Column[Choice], ...] = (
                Column("", self._tick, width=1),
                Column("", _title, width=min(TITLE_WIDTH, max(width, 8))),
                Column("", lambda each: literal(each.hint, "$muted"), grow=True),
            )
            yield RowList[Choice](columns, key=lambda each: each.value, heading=False, empty="Nothing matches.")
            yield Static(id="ticked")

    def _tick(self, choice: Choice) -> Content:
        return Content.styled("☑", "$allowed") if choice.value in self._ticked else Content("☐")

    @property
    def _list(self) -> RowList[Choice]:
        return self.query_one(RowList)

    def on_mount(self) -> None:
        """Show everything."""
        self._list.can_focus = False
        self._list.rows = self._choices
        self.query_one(Input).focus()
        self._count()

    def _count(self) -> None:
        titles = {choice.value: choice.title for choice in self._choices}
        told = ", ".join(titles.get(value, value) for value in self._ticked) or "none"
        row = self._list.row
        about = self._why or (f"{row.title}: {row.hint}" if row is not None and row.hint else "")
        told = f"{plain(about)}\n{len(self._ticked)} ticked: {told}"
        self.query_one("#ticked", Static).update(literal(told, lines=True))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        text = event.value.strip()
        self._list.rows = narrowed(self._choices, text, self._typed if len(text.split()) == 1 else None)
        if text:
            self._list.cursor = 0

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Tick the row under the cursor, or take the tick away; a search that found it is over then."""
        event.stop()
        self._turn(self._list.row)
        if event.value:
            event.input.value = ""

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Say why of the choice under the cursor, where there is a reason, and its hint whole."""
        message.stop()
        self._why = message.row.why if isinstance(message.row, Choice) else ""
        self._count()

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Tick the row that was clicked twice."""
        message.stop()
        self._turn(message.row if isinstance(message.row, Choice) else None)

    def _turn(self, choice: Choice | None) -> None:
        if choice is None:
            return
        if choice.value in self._ticked:
            del self._ticked[choice.value]
        else:
            self._ticked[choice.value] = None
            if all(each.value != choice.value for each in self._choices):
                self._choices = (Choice(choice.value, choice.value, choice.hint), *self._choices)
        self._list.refresh()
        self._count()

    def action_take(self) -> None:
        """Answer with what is ticked."""
        self.dismiss(tuple(self._ticked))


def _title(choice: Choice) -> Content:
    """Shade what would be refused."""
    return literal(choice.title, "$muted strike" if choice.mark == REFUSED else "")
