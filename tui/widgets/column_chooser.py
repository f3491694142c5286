"""Which columns a list shows, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from tui.widgets.framed import Framed
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList


class ColumnChooser(Framed[tuple[str, ...] | None]):
    """Every column with a box: space shows or hides it, shift and an arrow moves it; None when the person leaves.

    Args:
        columns: (title, meaning) of every column there is.
        shown: The titles shown now, in their order.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Leave", show=False),
        Binding("space", "tick", "Show", show=False),
        Binding("shift+up,K", "shift(-1)", "Up", show=False),
        Binding("shift+down,J", "shift(1)", "Down", show=False),
        Binding("enter", "answer", "Choose", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    ColumnChooser > Vertical { width: 70; max-width: 96%; height: auto; max-height: 90%; padding: 1 1; }
    ColumnChooser RowList { height: auto; max-height: 18; }
    """

    def __init__(self, columns: Sequence[tuple[str, str]], shown: Sequence[str]) -> None:
        super().__init__()
        self._meanings = dict(columns)
        self._shown = {title for title in shown if title in self._meanings}
        hidden = (title for title, _ in columns if title not in self._shown)
        self._order = [*(title for title in shown if title in self._meanings), *hidden]

    def compose(self) -> ComposeResult:
        """Lay the columns out."""
        with Vertical() as box:
            box.border_title = Content("Columns")
            box.border_subtitle = Content("space shows, J K move, enter keeps, esc leaves")
            yield RowList[str](
                (Column("", self._box), Column("", lambda title: literal(self._meanings[title], "$muted"), grow=True)),
                key=lambda title: title,
                heading=False,
            )

    def _box(self, title: str) -> Content:
        return literal(f"☑ {title}", "$allowed") if title in self._shown else literal(f"☐ {title}")

    def on_mount(self) -> None:
        """Start on the first column."""
        columns = self.query_one(RowList)
        columns.rows = self._order
        columns.styles.height = min(18, len(self._order))
        columns.focus()

    def action_tick(self) -> None:
        """Show the column under the cursor, or hide it; one always stays."""
        title: str | None = self.query_one(RowList).row
        if title is None or self._shown == {title}:
            self.app.bell()
            return
        self._shown ^= {title}
        self.query_one(RowList).refresh()

    def action_shift(self, by: int) -> None:
        """Move the column under the cursor up or down."""
        columns = self.query_one(RowList)
        here, there = columns.cursor, columns.cursor + by
        if 0 <= there < len(self._order):
            self._order[here], self._order[there] = self._order[there], self._order[here]
            columns.rows = self._order

    def action_answer(self) -> None:
        """Answer with the columns that have a tick, in order."""
        self.dismiss(tuple(title for title in self._order if title in self._shown))
