"""The list of API clients with its filter: what it shows, in which order and columns, and which rows are selected."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.panes.client_columns import COLUMNS, ClientColumn, Sorting, chosen_columns, draw_columns
from tui.panes.client_rows import FADING, ClientRows, View
from tui.session.paging import PAGE_SIZE
from tui.session.session import Phase, Session
from tui.widgets.background import start
from tui.widgets.plain import literal
from tui.widgets.row_list import RowList
from tui.widgets.select_list import SelectList

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.panes.filter_input import FilterInput
    from tui.session.client_row import ClientRow
    from tui.session.filtering import Filter

LIST_NAME = "api-clients"
"""Under this name the columns chosen are remembered."""


class ClientList(Vertical):
    """The panel on the left. It reads what it shows; what is done with a row is the pane's business."""

    class Read(Message):
        """The list of the marketplace is here."""

    class Moved(Message):
        """Another API client is under the cursor, or none."""

    DEFAULT_CSS = """
    ClientList #filter { display: none; margin-bottom: 1; }
    ClientList #filter.-shown { display: block; }
    ClientList #client-list-problem { height: auto; max-height: 6; }
    """

    def __init__(self, session: Session, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.session = session
        self.sorting = Sorting()
        self._columns = chosen_columns(session.request.state.current.columns.get(LIST_NAME, ()))
        self._rows = ClientRows(session, self._arrived)
        self._view = View((), None, "")
        self._problem: Exception | None = None
        self._fading: Timer | None = None
        self._filter: FilterInput | None = None

    def compose(self) -> ComposeResult:
        """Lay out the filter, the list and what went wrong."""
        self.border_title = Content("API clients")
        yield SelectList[Any](self._drawn_columns(), key=lambda row: row.id, id="api-clients", empty="Connecting…")
        problem = Static(id="client-list-problem")
        problem.display = False
        yield problem

    def on_mount(self) -> None:
        """Show what was there last time."""
        self._rows.begin()
        self.draw()

    # -- parts ---------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> SelectList[ClientRow]:
        """The list itself."""
        return self.query_one("#api-clients", SelectList)

    @property
    def row(self) -> ClientRow | None:
        """The row under the cursor."""
        return self.rows.row

    @property
    def selected(self) -> frozenset[str]:
        """The IDs of the API clients selected."""
        return frozenset(map(str, self.rows.selected))

    @property
    def filters(self) -> bool:
        """Whether somebody is typing in the filter line."""
        return self._filter is not None and self._filter.has_focus_within

    def go_to(self, api_client_id: str) -> None:
        """Put the cursor on an API client, whatever the filter says."""
        if not self.rows.move_to(api_client_id):
            self.clear_filter()
            self.draw()
            self.rows.move_to(api_client_id)

    # -- reading -------------------------------------------------------------------------------------------------

    def session_changed(self) -> None:
        """Read the list of the marketplace that is there now, or say why there is none."""
        self.rows.select(())
        self._rows.begin()
        self.draw()
        if self.session.ready:
            self._say(None)
            self.read()
            return
        self.rows.empty = {
            Phase.CONNECTING: "Connecting…",
            Phase.SIGN_IN_NEEDED: "Not signed in: p signs in.",
            Phase.FAILED: "No marketplace: r tries again, p changes the connection.",
        }.get(self.session.phase, "")
        self._say(self.session.problem)
        self.rows.refresh()

    def _say(self, problem: Exception | None) -> None:
        """Tell below the list what went wrong, if anything; the screen is laid out anew only when that changes."""
        if problem is not self._problem:
            self._problem = problem
            text = "" if problem is None else literal(problem, "$refused", lines=True)
            place = self.query_one("#client-list-problem", Static)
            place.update(text)
            place.display = problem is not None

    def remember(self) -> None:
        """Keep the list for the next start."""
        start(self, self._rows.keep, group="remember")

    def read(self) -> None:
        """Read the API clients, page by page, painting the first as soon as it is here."""
        start(self, self._read, group="api-clients")

    async def _read(self) -> None:
        self.rows.empty = "Loading…"
        first = True
        try:
            async for _ in self._rows.read():
                # Behind the first page there is nothing new in sight, unless rows are searched or sorted here.
                if first or self._view.pages is None:
                    self.draw()
                first = False
        except Exception as error:
            self.rows.empty = "The list could not be read: r tries again."
            self._say(error)
            raise
        self._say(None)
        self.draw()
        self.remember()
        self.post_message(self.Read())
        if self._rows.elsewhere:
            if self._fading is not None:
                self._fading.stop()
            self._fading = self.set_timer(FADING.total_seconds(), self._fade)

    def _fade(self) -> None:
        self._rows.forget_changes()
        self.draw()

    @on(RowList.Highlighted, "#api-clients")
    def _highlighted(self, message: RowList.Highlighted) -> None:
        if isinstance(message, RowList.Opened):
            return
        # What the list says while its panel draws it does not come past the panel by itself.
        message.stop()
        self.post_message(self.Moved())

    @on(RowList.Wanted, "#api-clients")
    def _wanted(self, message: RowList.Wanted) -> None:
        message.stop()
        if self.session.ready:
            start(self, partial(self._rows.load, self._view, message.first, message.last), group="pages")

    def _arrived(self) -> None:
        if self._view.pages is not None:
            self._title(self._view)
            self.rows.rows_arrived()

    # -- showing -------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Show what is known now; the place in the list stays."""
        view = self._rows.view(self._understood, self.sorting)
        same = view.pages is not None and view.pages is self._view.pages
        self._view = view
        self._title(view)
        if self._rows.some:
            self.rows.empty = "Nothing matches; esc shows all again."
        elif self._rows.loaded:
            self.rows.empty = "No API clients yet: n makes the first."
        if same:
            self.rows.rows_arrived()
        else:
            self.rows.rows = view.rows
            if view.pages is not None and view.pages.total is None:
                self.rows.empty = "Loading…"
                start(self, partial(self._rows.load, view, 0, 0), group="pages")
        if self.session.ready and self._rows.lacks_rows:
            self.read()
        elif self.session.ready and not view.judged:
            start(self, self._judge, group="judge")

    def _title(self, view: View) -> None:
        pages = view.pages
        count = view.count
        if pages is not None and pages.total is not None and self._understood:
            count = f"{pages.total:,} of {self.session.marketplace.api_client_count:,}"
        self.border_title = Content(f"API clients {count}".rstrip())
        plain_order = self.sorting == Sorting() and not view.done_by
        title = f"by {self.sorting.column.title} {'▼' if self.sorting.descending else '▲'}"
        parts = [] if plain_order else [title if not view.done_by else f"{title}, sorted {view.done_by}"]
        if told := self._rows.elsewhere:
            parts.append(told)
        if chosen := len(self.rows.selected):
            parts.insert(0, f"{chosen:,} selected")
        self.border_subtitle = Content(" · ".join(parts))

    @on(SelectList.SelectionChanged, "#api-clients")
    def _selected(self, message: SelectList.SelectionChanged) -> None:
        message.stop()
        self._title(self._view)
        self.app.refresh_bindings()

    async def _judge(self) -> None:
        """Hold every row against the filter, reading what has to be known; what is found so far is shown."""
        async for judged, of in self._rows.judge(self.sorting):
            view = self._rows.view(self._understood, self.sorting)
            self._view = view = replace(view, done_by=f"here, {judged:,} of {of:,} judged" if judged < of else "")
            self._title(view)
            self.rows.rows = view.rows

    @property
    def _understood(self) -> Filter | None:
        return None if self._filter is None else self._filter.filter

    def marketplace_changed(self) -> None:
        """Show what is known now, and judge anew what the filter had to read."""
        self.workers.cancel_group(self, "judge")
        self._rows.doubt()
        self.draw()

    def on_filter_input_changed(self, event: FilterInput.Changed) -> None:
        """Show what the filter finds."""
        event.stop()
        self.workers.cancel_group(self, "judge")
        self.draw()

    def on_filter_input_submitted(self, event: FilterInput.Submitted) -> None:
        """Go back to the list."""
        event.stop()
        self.rows.focus()

    async def show_filter(self) -> None:
        """Go to the filter line."""
        from tui.panes.filter_input import FilterInput

        if self._filter is None:
            self._filter = FilterInput(placeholder="words, who:buyer, active:no, access:>1h, Field=value", id="filter")
            await self.mount(self._filter, before=0)
        self._filter.known = self._rows.completions()
        self._filter.add_class("-shown")
        self._filter.focus()

    @property
    def filter_text(self) -> str:
        """What is typed in the filter line."""
        return "" if self._filter is None else self._filter.value.strip()

    async def use_filter(self, text: str) -> None:
        """Show what a filter finds, with the cursor in the list."""
        await self.show_filter()
        if self._filter is not None:
            self._filter.value = text
        self.rows.focus()

    def clear_filter(self) -> bool:
        """Show everything again; return whether anything was hidden, or the filter shown."""
        if self._filter is None or not self._filter.has_class("-shown"):
            return False
        self._filter.value = ""
        self._filter.remove_class("-shown")
        self.rows.focus()
        return True

    # -- selection -----------------------------------------------------------------------------------------------

    def select_all(self) -> None:
        """Select every row that the filter finds, those that have not been read included."""
        start(self, self._select_all, group="select-all")

    async def _select_all(self) -> None:
        view = self._view
        if view.pages is None:
            self.rows.select(row.id for row in view.rows if row is not None)
            return
        found: set[str] = set()
        for first in range(0, max(1, len(view.pages)), PAGE_SIZE):
            await view.pages.load(first, first + PAGE_SIZE - 1)
            part = view.pages[first : first + PAGE_SIZE]
            found.update(row.id for row in part if row is not None)
        self.rows.select(found)

    # -- order and columns ---------------------------------------------------------------------------------------

    def _drawn_columns(self) -> tuple[Any, ...]:
        return draw_columns(self._columns, self.sorting, self._rows.befell)

    def _arrange(self) -> None:
        self.rows.set_columns(self._drawn_columns())
        self.draw()

    def choose_order(self) -> None:
        """Ask for the column to sort by; the same again turns the direction."""
        from tui.widgets.dialogs import Choose

        others = (column for column in COLUMNS if column not in self._columns)
        by_title = {column.title: column for column in (*self._columns, *others)}

        def words(column: ClientColumn) -> str:
            where = "" if column.field is None else "   (the marketplace can, too)"
            return f"{column.title}{where}"

        def then(title: str | None) -> None:
            if title is not None:
                self.sorting = self.sorting.by(by_title[title])
                self._arrange()

        choices = tuple((title, words(column)) for title, column in by_title.items())
        self.app.push_screen(Choose("Sort by", choices, current=self.sorting.column.title), then)

    def choose_columns(self) -> None:
        """Ask which columns are shown, in which order; the choice is kept."""
        from tui.widgets.column_chooser import ColumnChooser

        def then(titles: tuple[str, ...] | None) -> None:
            if titles is not None:
                self._columns = chosen_columns(titles)
                self.session.request.state.remember_columns(LIST_NAME, titles)
                self._arrange()

        shown = [column.title for column in self._columns]
        self.app.push_screen(ColumnChooser([(each.title, each.meaning) for each in COLUMNS], shown), then)
