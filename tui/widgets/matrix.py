"""Rows by columns with frozen headings, drawn by the line: only the cells in sight are ever asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.plain import plain

TONES = ("good", "bad", "special", "quiet", "gain", "loss", "mixed")
"""What a cell can be coloured as; its sign alone must say the same. The last three light the whole cell up."""

COLUMN_WIDTH = 11
"""Cells from one column to the next."""
HEADING_LINES = 3
"""Lines a column's name may take; one less where the window is not TALL."""
TALL = 20

_TONE_PARTS = {tone: f"matrix--{tone}" for tone in TONES}


@dataclass(frozen=True, slots=True)
class Sign:
    """What a cell shows: one or two characters of our own, and one of TONES."""

    text: str
    tone: str


@runtime_checkable
class ShowsNames(Protocol):
    """An app that may show other names than the real ones."""

    def shown_name(self, name: str) -> str:
        """Return what is shown for a name."""


class Matrix(ScrollView, can_focus=True):
    """A matrix with one cursor cell, whose row and column headings stay in sight.

    Args:
        sign: Gives what a cell shows, by row and column; asked for the cells in sight alone.
        empty: What to say while there are no rows or no columns.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1, 0)", "Up", show=False),
        Binding("down,j", "move(1, 0)", "Down", show=False),
        Binding("left,h", "move(0, -1)", "Left", show=False),
        Binding("right,l", "move(0, 1)", "Right", show=False),
        Binding("pageup,ctrl+b", "page(-1, 0)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1, 0)", "Page down", show=False),
        Binding("shift+left,H", "page(0, -1)", "Page left", show=False),
        Binding("shift+right,L", "page(0, 1)", "Page right", show=False),
        Binding("g", "edge(-1, 0)", "First row", show=False),
        Binding("G", "edge(1, 0)", "Last row", show=False),
        Binding("home,0", "edge(0, -1)", "First column", show=False),
        Binding("end,dollar_sign", "edge(0, 1)", "Last column", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "matrix--heading",
        "matrix--here",
        "matrix--cursor",
        "matrix--cursor-blurred",
        *_TONE_PARTS.values(),
    }
    DEFAULT_CSS = """
    Matrix {
        height: 1fr;
        background: transparent;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        & > .matrix--heading { color: $text-muted; }
        & > .matrix--here { color: $foreground; text-style: bold; }
        & > .matrix--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
        & > .matrix--cursor-blurred { background: $surface; text-style: bold; }
        & > .matrix--good { color: $allowed; }
        & > .matrix--bad { color: $refused; }
        & > .matrix--special { color: $nullified; }
        & > .matrix--quiet { color: $muted; }
        & > .matrix--gain { color: $allowed; text-style: bold reverse; }
        & > .matrix--loss { color: $refused; text-style: bold reverse; }
        & > .matrix--mixed { color: $accent; text-style: bold reverse; }
    }
    """
    cursor: reactive[tuple[int, int]] = reactive((0, 0), repaint=False)

    class Moved(Message):
        """The cursor is on another cell; both numbers are -1 while there are no cells."""

        def __init__(self, matrix: Matrix, row: int, column: int) -> None:
            super().__init__()
            self.matrix = matrix
            self.row = row
            self.column = column

        @property
        def control(self) -> Matrix:
            """The matrix it came from."""
            return self.matrix

    class Opened(Moved):
        """The cell under the cursor was clicked twice."""

    def __init__(
        self,
        sign: Callable[[int, int], Sign],
        *,
        empty: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.empty = empty
        self._sign = sign
        self._row_names: Sequence[str] = ()
        self._column_names: Sequence[str] = ()
        self._headings: Sequence[tuple[str, ...]] = ()
        self._label_width = 0
        self._heading_lines = HEADING_LINES
        self._heading_height = 1

    # -- what is shown -------------------------------------------------------------------------------------------

    def show(self, rows: Sequence[str], columns: Sequence[str], *, at: tuple[int, int] | None = None) -> None:
        """Show other rows and columns by their names, with the cursor where it was or on the cell given."""
        self._row_names = [plain(name) for name in rows]
        self._column_names = [plain(name) for name in columns]
        self._arrange(afresh=True)
        row, column = at or self.cursor
        before = self.cursor
        self.cursor = (max(0, min(row, len(rows) - 1)), max(0, min(column, len(columns) - 1)))
        if before == self.cursor:
            self._follow()
            self._tell(self.Moved)
        self.refresh()

    @property
    def has_cells(self) -> bool:
        """Whether there is anything to have the cursor on."""
        return bool(self._row_names and self._column_names)

    # -- keys and mouse ------------------------------------------------------------------------------------------

    def action_move(self, down: int, right: int) -> None:
        """Move the cursor by some rows and columns."""
        if self.has_cells:
            row, column = self.cursor
            self.cursor = (
                max(0, min(row + down, len(self._row_names) - 1)),
                max(0, min(column + right, len(self._column_names) - 1)),
            )

    def action_page(self, down: int, right: int) -> None:
        """Move the cursor by one window."""
        self.action_move(down * max(1, self._rows_in_sight - 1), right * max(1, self._columns_in_sight - 1))

    def action_edge(self, down: int, right: int) -> None:
        """Move the cursor to the first or last row, or to the first or last column."""
        self.action_move(down * len(self._row_names), right * len(self._column_names))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the cell clicked; a second click opens it."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < self._heading_height or offset.x < self._label_width:
            return
        row = offset.y - self._heading_height + self.scroll_offset.y
        column = (offset.x - self._label_width) // COLUMN_WIDTH + self._first_column
        if row < len(self._row_names) and column < len(self._column_names):
            self.cursor = (row, column)
            if event.chain == 2:
                self._tell(self.Opened)

    def watch_cursor(self, before: tuple[int, int], now: tuple[int, int]) -> None:
        """Keep the cursor in sight and tell who listens; draw only the lines that changed."""
        seen = (self.scroll_offset, self._first_column)
        self._follow()
        if seen == (self.scroll_offset, self._first_column):
            for row in {before[0], now[0]}:
                self.refresh_line(self._heading_height + row)
            self.refresh(Region(0, 0, self.size.width, self._heading_height))
        else:
            self.refresh()
        self._tell(self.Moved)

    def _tell(self, message: type[Moved]) -> None:
        row, column = self.cursor if self.has_cells else (-1, -1)
        self.post_message(message(self, row, column))

    # -- layout --------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Share the new width out."""
        self._arrange()
        self._follow()

    def _arrange(self, *, afresh: bool = False) -> None:
        width = self.scrollable_content_region.width
        lines = HEADING_LINES if self.scrollable_content_region.height >= TALL else HEADING_LINES - 1
        if afresh or lines != self._heading_lines:
            self._heading_lines = lines
            self._headings = [_wrap(name, COLUMN_WIDTH - 1, lines) for name in self._column_names]
            self._heading_height = max(map(len, self._headings), default=1)
        widest = max((cell_len(name) for name in self._row_names), default=0)
        # Names keep at most two fifths, so that a few columns always fit beside them.
        self._label_width = min(widest + 2, max(10, width * 2 // 5))
        self.virtual_size = Size(
            self._label_width + len(self._column_names) * COLUMN_WIDTH - 1,
            self._heading_height + len(self._row_names),
        )

    @property
    def _rows_in_sight(self) -> int:
        return max(1, self.scrollable_content_region.height - self._heading_height)

    @property
    def _columns_in_sight(self) -> int:
        # The gap behind the last one may be cut.
        return max(1, (self.scrollable_content_region.width - self._label_width + 1) // COLUMN_WIDTH)

    @property
    def _first_column(self) -> int:
        # Columns are drawn whole: the scroll position is rounded up, so that its end shows the last column.
        return -(-self.scroll_offset.x // COLUMN_WIDTH)

    def _follow(self) -> None:
        if not self.is_attached:
            return
        row, column = self.cursor
        top, first = self.scroll_offset.y, self._first_column
        x, y = None, None
        if column < first:
            x = column * COLUMN_WIDTH
        elif column >= first + self._columns_in_sight:
            x = (column - self._columns_in_sight + 1) * COLUMN_WIDTH
        if row < top:
            y = row
        elif row >= top + self._rows_in_sight:
            y = row - self._rows_in_sight + 1
        if x is not None or y is not None:
            self.scroll_to(x, y, animate=False, force=True)

    # -- drawing -------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one line of the window."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        if not self.has_cells:
            return Strip([Segment(f" {self.empty}" if y == 1 else "", base)]).adjust_cell_length(width, base)
        first = self._first_column
        columns = range(first, min(first + self._columns_in_sight, len(self._column_names)))
        if y < self._heading_height:
            segments = self._heading(y, columns, base)
        else:
            row = y - self._heading_height + self.scroll_offset.y
            if row >= len(self._row_names):
                return Strip.blank(width, base)
            segments = self._row(row, columns, base)
        return Strip(segments).adjust_cell_length(width, base)

    def _heading(self, y: int, columns: range, base: Style) -> list[Segment]:
        quiet, here = self._style("matrix--heading"), self._style("matrix--here")
        segments = [Segment(" " * self._label_width, base)]
        for column in columns:
            lines = self._heading_of(column)
            # Short names stand on the line next to the cells.
            line = y - (self._heading_height - len(lines))
            text = lines[line] if line >= 0 else ""
            style = here if column == self.cursor[1] else quiet
            segments.append(Segment(_fit(text, COLUMN_WIDTH - 1) + " ", style))
        return segments

    def _heading_of(self, column: int) -> Sequence[str]:
        """Return the lines of a column's name, or of what the app shows in its place: it is broken only here."""
        name = self._column_names[column]
        shown = self.app.shown_name(name) if isinstance(self.app, ShowsNames) else name
        if shown == name:
            return self._headings[column]
        return _wrap(shown, COLUMN_WIDTH - 1, min(self._heading_lines, self._heading_height))

    def _row(self, row: int, columns: range, base: Style) -> list[Segment]:
        on_cursor = row == self.cursor[0]
        label = self._style("matrix--here" if on_cursor else "matrix--heading")
        mark = "\u258c" if on_cursor and self.has_focus else "\u258f" if on_cursor else " "
        segments = [Segment(mark + _fit(self._row_names[row], self._label_width - 2) + " ", label)]
        cursor = self._style("matrix--cursor" if self.has_focus else "matrix--cursor-blurred")
        for column in columns:
            sign = self._sign(row, column)
            if on_cursor and column == self.cursor[1]:
                segments.append(Segment(f"[{sign.text}]", cursor))
                segments.append(Segment(" " * (COLUMN_WIDTH - cell_len(sign.text) - 2), base))
            else:
                style = self._style(_TONE_PARTS[sign.tone])
                segments.append(Segment(" " + set_cell_size(sign.text, COLUMN_WIDTH - 1), style))
        return segments

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(part)


def _fit(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, max(0, width - 1)).rstrip() + "\u2026", width)


def _wrap(name: str, width: int, most: int) -> tuple[str, ...]:
    """Break a name at its blanks into at most some lines of a width; what is too long is cut with an ellipsis."""
    lines: list[str] = []
    for word in name[: width * (most + 2)].split() or [name[:width]]:
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return tuple(line if cell_len(line) <= width else _fit(line, width) for line in lines)
