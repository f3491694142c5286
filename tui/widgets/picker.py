"""One of many, found by typing: a list above the screen that narrows with every letter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList
from tui.widgets.typed_list import TypedList

REFUSED = "✗"
_COLOURS = {"✓": "$allowed", REFUSED: "$refused", "●": "$allowed", "○": "$muted"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: the answer it gives, and what is shown of it. All texts may come from outside.

    `mark` is a short sign before the title, such as the state; `aside` stands in a column of its own before `hint`;
    both say more, and are searched as well. `why` is a sentence, told below the list while the cursor is there.
    """

    value: str
    title: str
    hint: str = ""
    mark: str = ""
    aside: str = ""
    why: str = ""

    def contains(self, words: Sequence[str]) -> bool:
        """Return whether every word, in lower case, is somewhere in it."""
        text = f"{self.title} {self.aside} {self.hint} {self.value}".casefold()
        return all(word in text for word in words)


def narrowed(choices: Sequence[Choice], text: str, typed: str | None) -> list[Choice]:
    """Return the choices that a text finds, and the text as one more where it is none of them.

    `typed` says what that one would be; None keeps to the choices.
    """
    words = text.casefold().split()
    rows = [choice for choice in choices if choice.contains(words)]
    known = any(text.casefold() in (each.value.casefold(), each.title.casefold()) for each in rows)
    if text and typed and not known:
        rows.append(Choice(text, f"“{text}”", f"this {typed}, as typed"))
    return rows


class Picker(TypedList[str | None]):
    """A list that narrows as letters are typed; None when the person leaves.

    Args:
        title: What is chosen.
        choices: What there is, in the order it is shown.
        current: The value the cursor starts on.
        typed: What a text is that is in no choice, such as `client ID`: then it can be taken as it was typed.
    """

    DEFAULT_CSS = """
    Picker #why { height: 2; margin-top: 1; color: $text-muted; }
    """

    def __init__(
        self, title: str, choices: Sequence[Choice], *, current: str | None = None, typed: str | None = None
    ) -> None:
        super().__init__()
        self._heading = plain(title)
        self._choices = tuple(choices)
        self._current = current
        self._typed = typed

    def compose(self) -> ComposeResult:
        """Lay out the field to type in and the list."""
        with Vertical() as box:
            box.border_title = Content(self._heading)
            box.border_subtitle = Content("type to find · enter chooses · esc leaves")
            also = f", or a {self._typed}" if self._typed else ""
            yield Input(placeholder=f"part of a name{also}", id="typed")
            columns = self._columns()
            yield RowList[Choice](columns, key=lambda each: each.value, heading=False, empty="Nothing matches.")
            if any(each.why for each in self._choices):
                yield Static(id="why")

    def _columns(self) -> tuple[Column[Choice], ...]:
        """Return a column for each part that some choice has, as wide as all of them need, not only those found."""

        def widest(texts: Iterable[str], most: int) -> int:
            return min(most, max((Content(plain(each)).cell_length for each in texts), default=1))

        mark = widest((each.mark for each in self._choices), 4)
        title = widest((each.title for each in self._choices), 34)
        aside = widest((each.aside for each in self._choices), 20)
        columns: list[Column[Choice]] = [
            Column("", lambda each: literal(each.mark, _COLOURS.get(each.mark, "")), width=mark),
            Column("", lambda each: literal(each.title), width=title),
            Column("", lambda each: literal(each.aside, "$muted"), width=aside),
            Column("", lambda each: literal(each.hint, "$muted"), grow=True),
        ]
        wanted = (mark, title, aside, 1)
        return tuple(column for column, width in zip(columns, wanted, strict=True) if width)

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Tell the reason of the choice under the cursor."""
        message.stop()
        for told in self.query("#why"):
            if isinstance(told, Static):
                told.update(literal(message.row.why if isinstance(message.row, Choice) else ""))

    def on_mount(self) -> None:
        """Show everything, with the cursor on what is chosen now."""
        found = self._list
        found.can_focus = False
        found.rows = self._choices
        if self._current is not None:
            found.move_to(self._current)
        self.query_one(Input).focus()

    @property
    def _list(self) -> RowList[Choice]:
        return self.query_one(RowList)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        text = event.value.strip()
        self._list.rows = narrowed(self._choices, text, self._typed)
        if text:
            self._list.cursor = 0

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with the row under the cursor."""
        event.stop()
        if self._list.row is not None:
            self.dismiss(self._list.row.value)

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Answer with the row that was clicked twice."""
        message.stop()
        if isinstance(message.row, Choice):
            self.dismiss(message.row.value)
