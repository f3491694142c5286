"""A list of rows with columns, drawn by the line: only what is visible is ever built."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar, Generic, Protocol, runtime_checkable

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from tui.widgets.columns import GAP, Column, Row, Widths

WIDTH_ROWS = 100
"""How many rows beside those in the window a column's width is learnt from: all 10,000 would delay the first paint."""


@runtime_checkable
class Partial(Protocol):
    """Rows of which some are not here yet: those are None, and `places` gives the others with their places."""

    def places(self) -> Iterator[tuple[int, Any]]:
        """Return the rows that are here, each with its place."""


class RowList(ScrollView, Generic[Row], can_focus=True):
    """A list of rows with one cursor line.

    Rows are any values; `key` gives each an identity, so that the cursor stays on its row when rows change. A row that
    is None is not here yet: it is drawn as such, and `Wanted` asks for it once it is in or near the window.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("home,g", "edge(-1)", "First", show=False),
        Binding("end,G", "edge(1)", "Last", show=False),
        Binding("enter", "open", "Open", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--heading", "row-list--cursor", "row-list--cursor-blurred"}
    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        background: transparent;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        & > .row-list--heading { color: $text-muted; text-style: none; }
        & > .row-list--cursor {
            background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
        }
        & > .row-list--cursor-blurred { background: $surface; text-style: bold; }
    }
    """

    cursor: reactive[int] = reactive(0, repaint=False)

    class Highlighted(Message):
        """The cursor is on another row; `row` is None in an empty list."""

        def __init__(self, row_list: RowList[Any], row: Any) -> None:
            super().__init__()
            self.row_list = row_list
            # A message class cannot be generic in its list's row; whoever handles it says what the rows are.
            self.row = row

        @property
        def control(self) -> RowList[Any]:
            """The list it came from."""
            return self.row_list

    class Opened(Highlighted):
        """The row under the cursor was opened with enter or a second click."""

    class Wanted(Message):
        """Rows from `first` to `last` are in or near the window, and not all of them are here."""

        def __init__(self, row_list: RowList[Any], first: int, last: int) -> None:
            super().__init__()
            self.row_list = row_list
            self.first = first
            self.last = last

        @property
        def control(self) -> RowList[Any]:
            """The list it came from."""
            return self.row_list

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        key: Callable[[Row], Hashable],
        heading: bool = True,
        empty: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self.empty = empty
        self._row_key = key
        self._heading = heading
        self._announced: Row | None = None
        self._rows: Sequence[Row | None] = ()
        self._widths = Widths(self.columns)

    # -- rows ----------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> Sequence[Row]:
        """The rows that are here, in order. What is set may have None for rows that are not here yet."""
        return [row for _, row in self.places()]

    @rows.setter
    def rows(self, rows: Sequence[Row | None]) -> None:
        here = self.row
        self._rows = rows
        at = self.cursor if here is None else self._place_of(self._row_key(here), self.cursor)
        self._arrange()
        at = max(0, min(at, len(rows) - 1))
        if at == self.cursor:
            self._announce()
        self.cursor = at
        self._show_cursor()
        self._ask()
        self.refresh()

    def rows_arrived(self) -> None:
        """Draw rows that were not here before; their number may have changed, too."""
        before, had = self.virtual_size.height, self._announced
        self._arrange()
        self.cursor = max(0, min(self.cursor, len(self._rows) - 1))
        if had is None and self.row is not None:
            self._announce()
        if self.virtual_size.height != before:
            self._show_cursor()
        self._ask()
        self.refresh()

    @property
    def row(self) -> Row | None:
        """The row under the cursor; None while the list is empty, and while the row is not here."""
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    def places(self) -> Iterator[tuple[int, Row]]:
        """Return the rows that are here, each with its place."""
        if isinstance(self._rows, Partial):
            yield from self._rows.places()
        else:
            yield from ((place, row) for place, row in enumerate(self._rows) if row is not None)

    def move_to(self, key: Hashable) -> bool:
        """Put the cursor on the row with this key; return whether it is here."""
        place = self._place_of(key, -1)
        if place >= 0:
            self.cursor = place
        return place >= 0

    def _place_of(self, key: Hashable, otherwise: int) -> int:
        """Return where the row with a key is; most often it is where the cursor is."""
        if (row := self.row) is not None and self._row_key(row) == key:
            return self.cursor
        return next((place for place, row in self.places() if self._row_key(row) == key), otherwise)

    def set_columns(self, columns: Sequence[Column[Row]]) -> None:
        """Show other columns."""
        self.columns = tuple(columns)
        self._arrange()
        self.refresh()

    # -- keys and mouse ------------------------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self.cursor = max(0, min(self.cursor + by, len(self._rows) - 1))

    def action_page(self, direction: int) -> None:
        """Move the cursor by one window of rows."""
        self.action_move(direction * max(1, self._window_rows - 1))

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first or the last row."""
        self.cursor = 0 if direction < 0 else max(0, len(self._rows) - 1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.row is not None:
            self.post_message(self.Opened(self, self.row))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row clicked; a second click opens it."""
        index = (event.y - self.gutter.top - self._head + self.scroll_offset.y) // self._step
        if event.y >= self.gutter.top + self._head and 0 <= index < len(self._rows):
            self.cursor = index
            if event.chain == 2:
                self.action_open()

    def watch_cursor(self, before: int, now: int) -> None:
        """Keep the cursor in view and tell who listens; only the two rows concerned are drawn again."""
        self._show_cursor()
        self.refresh_lines(before * self._step + self._head)
        self.refresh_lines(now * self._step + self._head)
        self._announce()

    def _announce(self) -> None:
        self._announced = self.row
        self.post_message(self.Highlighted(self, self.row))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Give what came into the window the width it needs, and ask for what came near it."""
        super().watch_scroll_y(old_value, new_value)
        self._widen(self._in_window())
        self._ask()

    def _ask(self) -> None:
        """Ask for the rows in the window and one window around it, when one of them is not here."""
        window = self._window_rows
        first = max(0, self.scroll_offset.y - window)
        last = min(len(self._rows) - 1, self.scroll_offset.y + 2 * window)
        if any(self._rows[place] is None for place in range(first, last + 1)):
            self.post_message(self.Wanted(self, first, last))

    # -- layout --------------------------------------------------------------------------------------------------

    @property
    def _head(self) -> int:
        return 1 if self._heading else 0

    @property
    def _step(self) -> int:
        """Lines from one row to the next: two while presenting, where the window has room for it."""
        if not self.app.has_class("-presenting"):
            return 1
        return 2 if 2 * len(self._rows) + self._head <= self.scrollable_content_region.height else 1

    @property
    def _window_rows(self) -> int:
        return max(1, self.scrollable_content_region.height - self._head)

    def on_resize(self) -> None:
        """Share the new width among the columns."""
        self._arrange()
        self._show_cursor()
        self._ask()
        self.refresh()

    def _show_cursor(self) -> None:
        if self.is_attached:
            self.scroll_to_region(
                Region(0, self.cursor * self._step, 1, self._head + 1), animate=False, x_axis=False, force=True
            )

    def _arrange(self) -> None:
        """Learn what the columns want, and give the list its height."""
        self._widths = Widths(self.columns)
        self._widen(row for _, row in islice(self.places(), WIDTH_ROWS))
        self._widen(self._in_window())
        width = self.scrollable_content_region.width or self._widths.wanted
        self.virtual_size = Size(width, len(self._rows) * self._step + self._head)

    def _in_window(self) -> Iterator[Row]:
        """Return the rows in the window that are here."""
        first = self.scroll_offset.y // self._step
        places = range(first, min(len(self._rows), first + self._window_rows))
        return (row for place in places if (row := self._rows[place]) is not None)

    def _widen(self, rows: Iterable[Row]) -> None:
        if self._widths.learn(rows):
            self.refresh()

    # -- drawing -------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one line of the window."""
        width = self.scrollable_content_region.width
        base = self.visual_style
        if self._heading and y == 0:
            cells = [Content(column.title) for column in self.columns]
            return self._line(cells, " " + self.lead(None), self.get_visual_style("row-list--heading"), width)
        index, blank = divmod(self.scroll_offset.y + y - self._head, self._step)
        if not self._rows:
            lines = Content(self.empty).wrap(max(1, width - 2))
            at = y - self._head - 1
            empty = [lines[at] if 0 <= at < len(lines) else Content("")]
            return self._line(empty, " ", base, width, widths=[width - 2])
        if blank or index >= len(self._rows):
            return Strip.blank(width, base.rich_style)
        row = self._rows[index]
        cells = [Content("…")] if row is None else [column.content(row) for column in self.columns]
        lead = self.lead(row)
        if index != self.cursor:
            return self._line(cells, " " + lead, base, width)
        focused = self.has_focus
        style = self.get_visual_style("row-list--cursor" if focused else "row-list--cursor-blurred")
        # A cell's own colours would fight with the cursor's.
        cells = [cell.without_spans for cell in cells]
        return self._line(cells, ("\u258c" if focused else "\u258f") + lead, style, width)

    def lead(self, row: Row | None) -> str:
        """Return what stands before a row's cells (None: before the headings); as wide for every row."""
        return ""

    def _line(
        self, cells: Sequence[Content], mark: str, style: Style, width: int, widths: Sequence[int] | None = None
    ) -> Strip:
        plain_style = style.rich_style
        parse_style = self.app.stylesheet.parse_style
        widths = widths or self._widths.share(width - cell_len(mark))
        segments = [Segment(mark, plain_style)]
        for position, (content, cells_wide) in enumerate(zip(cells, widths, strict=False)):
            if position:
                segments.append(Segment(" " * GAP, plain_style))
            fitted = content.truncate(cells_wide, ellipsis=True)
            missing = cells_wide - fitted.cell_length
            right = position < len(self.columns) and self.columns[position].right
            fitted = fitted.pad_left(missing) if right else fitted.pad_right(missing)
            segments.extend(
                Segment(text, part.rich_style) for text, part in fitted.render(style, end="", parse_style=parse_style)
            )
        return Strip(segments).adjust_cell_length(width, plain_style)


__all__ = ["WIDTH_ROWS", "Column", "Partial", "Row", "RowList"]
