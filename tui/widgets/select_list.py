"""A list in which several rows can be selected: one by one, in a stretch, or all of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.widgets.row_list import Row, RowList


@dataclass(frozen=True, slots=True)
class _Stretch(Generic[Row]):
    """A stretch that is being selected: of which rows, from which place on, and what was selected before it."""

    rows: Sequence[Row | None]
    anchor: int
    before: frozenset[Hashable]


class SelectList(RowList[Row]):
    """A list of rows with a selection, which is of keys: it stays when rows are sorted, filtered or read again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Select", show=False),
        Binding("shift+up,K", "stretch(-1)", "Select up", show=False),
        Binding("shift+down,J", "stretch(1)", "Select down", show=False),
    ]

    class SelectionChanged(Message):
        """Other rows are selected; `keys` are theirs."""

        def __init__(self, row_list: SelectList[Any], keys: frozenset[Hashable]) -> None:
            super().__init__()
            self.row_list = row_list
            self.keys = keys

        @property
        def control(self) -> SelectList[Any]:
            """The list it came from."""
            return self.row_list

    _selected: frozenset[Hashable] = frozenset()
    _stretch: _Stretch[Any] | None = None

    @property
    def selected(self) -> frozenset[Hashable]:
        """The keys of the rows selected, those included that the list does not show now."""
        return self._selected

    def select(self, keys: Iterable[Hashable]) -> None:
        """Select just these rows."""
        chosen = frozenset(keys)
        if chosen == self._selected:
            return
        self._selected = chosen
        self.refresh()
        self.post_message(self.SelectionChanged(self, chosen))

    def lead(self, row: Row | None) -> str:
        """Return the box before a row; there are none while nothing is selected."""
        if not self._selected:
            return ""
        if row is None:
            return "  "
        return "☑ " if self._row_key(row) in self._selected else "☐ "

    def action_tick(self) -> None:
        """Select the row under the cursor, or no longer, and go on to the next."""
        if (row := self.row) is not None:
            self._stretch = None
            self.select(self._selected ^ {self._row_key(row)})
            self.action_move(1)

    def action_stretch(self, by: int) -> None:
        """Move the cursor and select from where this began up to it; back again gives rows up again."""
        stretch = self._stretch
        if stretch is None or stretch.rows is not self._rows:
            stretch = _Stretch(self._rows, self.cursor, self._selected)
        self.action_move(by)
        self._stretch = stretch
        first, last = sorted((stretch.anchor, self.cursor))
        rows = (self._rows[place] for place in range(first, last + 1) if place < len(self._rows))
        self.select(stretch.before | {self._row_key(row) for row in rows if row is not None})

    def watch_cursor(self, before: int, now: int) -> None:
        """A cursor that moves otherwise ends the stretch."""
        super().watch_cursor(before, now)
        self._stretch = None
