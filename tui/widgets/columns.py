"""The columns of a list, and how wide they are: learnt from rows, then what is left over is shared out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.cells import cell_len
from textual.content import Content

from tui.widgets.plain import plain

Row = TypeVar("Row")

GAP = 2
"""Cells between two columns."""
LEAST_GROWING = 6
"""Cells that a column which takes what is left over has, however little that is."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its heading, and what it shows of a row.

    Attributes:
        title: Heading, already safe text.
        cell: The row's text (outside text is made safe here), or content of our own making.
        width: Cells; None takes what the widest row needs, up to `most`.
        grow: Whether the column takes the space that is left over. One that is alone in this takes just that.
        right: Whether it is aligned to the right.
    """

    title: str
    cell: Callable[[Row], str | Content]
    width: int | None = None
    most: int = 40
    grow: bool = False
    right: bool = False

    def content(self, row: Row) -> Content:
        """Return what it shows of a row, safe to draw."""
        cell = self.cell(row)
        return cell if isinstance(cell, Content) else Content(plain(cell))

    def length(self, row: Row) -> int:
        """Return how many cells that is, and make no more of it than it takes to know."""
        cell = self.cell(row)
        return cell.cell_length if isinstance(cell, Content) else cell_len(plain(cell))


class Widths(Generic[Row]):
    """The widths of some columns. They never become narrower: for other rows, begin with new ones."""

    def __init__(self, columns: Sequence[Column[Row]]) -> None:
        self._growing = [place for place, column in enumerate(columns) if column.grow]
        self._learning: list[tuple[int, Column[Row]]] = []
        self._wanted: list[int] = []
        self._shared_out: tuple[int, list[int]] | None = None
        for place, column in enumerate(columns):
            if column.width is not None:
                self._wanted.append(column.width)
            elif self._growing == [place]:  # what is left over is all it takes
                self._wanted.append(0)
            else:
                self._wanted.append(min(Content(column.title).cell_length, column.most))
                self._learning.append((place, column))

    @property
    def wanted(self) -> int:
        """Cells that the columns want altogether, each with one behind it."""
        return sum(self._wanted) + len(self._wanted)

    def learn(self, rows: Iterable[Row]) -> bool:
        """Make columns as wide as rows need them; return whether one became wider."""
        wanted = list(self._wanted)
        for row in rows:
            for place, column in self._learning:
                wanted[place] = max(wanted[place], min(column.length(row), column.most))
        if wanted == self._wanted:
            return False
        self._wanted, self._shared_out = wanted, None
        return True

    def share(self, room: int) -> Sequence[int]:
        """Share some cells among the columns and the gaps between them; return the width of each column."""
        if self._shared_out is None or self._shared_out[0] != room:
            widths = list(self._wanted)
            spare = room - sum(widths) - GAP * (len(widths) - 1)
            for place in self._growing:
                widths[place] = max(LEAST_GROWING, widths[place] + spare // len(self._growing))
            self._shared_out = (room, widths)
        return self._shared_out[1]
