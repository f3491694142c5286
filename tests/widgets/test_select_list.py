"""The list: its selection, and rows that are not here yet."""

from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult

from tui.session.paging import Pages, Part
from tui.widgets.row_list import Column, RowList
from tui.widgets.select_list import SelectList


class ListApp(App[None]):
    """A list of numbers from elsewhere; each page comes when the list asks for it."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.total = total
        self.pages = Pages(self.read, arrived=lambda: self.selecting.rows_arrived())

    async def read(self, page: int) -> Part[str]:
        self.asked.append(page)
        return Part([f"row {place}" for place in range((page - 1) * 100, min(page * 100, self.total))], self.total)

    def compose(self) -> ComposeResult:
        yield SelectList[str]([Column("Row", lambda row: row)], key=lambda row: row)

    @property
    def selecting(self) -> SelectList[str]:
        return self.query_one(SelectList)

    async def on_mount(self) -> None:
        await self.pages.load(0, 50)
        self.selecting.rows = self.pages
        self.selecting.focus()

    @on(RowList.Wanted)
    def _wanted(self, message: RowList.Wanted) -> None:
        self.run_worker(self.pages.load(message.first, message.last), exclusive=True)

    def drawn(self) -> list[str]:
        return [self.selecting.render_line(y).text.rstrip() for y in range(self.selecting.size.height)]


def length_of(row: str) -> str:
    return str(len(row))


async def test_rows_are_read_as_they_come_near_the_window() -> None:
    app = ListApp(100_000)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        assert app.asked == [1]
        assert app.drawn()[1] == "▌row 0"
        await pilot.press("G")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert set(app.asked) == {1, 1000}
        assert app.drawn()[-1] == "▌row 99999"
        assert app.selecting.row == "row 99999"
        assert len(app.selecting.rows) == 200


async def test_columns_grow_with_the_rows_that_come_into_the_window() -> None:
    class Named(ListApp):
        def compose(self) -> ComposeResult:
            columns: list[Column[str]] = [Column("Name", str), Column("Length", length_of)]
            yield SelectList[str](columns, key=lambda row: row)

    app = Named(1)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        app.selecting.rows = ["short", *(f"a name of {place}" for place in range(300)), "the longest of them all"]
        await pilot.pause()
        assert app.drawn()[1] == "▌short         5"
        await pilot.press("G")
        assert app.drawn()[-1] == "▌the longest of them all  23"
        await pilot.press("g")
        assert app.drawn()[1] == "▌short                    5"


async def test_a_column_that_alone_takes_the_rest_is_not_measured() -> None:
    looked: set[str] = set()

    def cell(row: str) -> str:
        looked.add(row)
        return row

    class Growing(ListApp):
        def compose(self) -> ComposeResult:
            columns: list[Column[str]] = [Column("Row", cell, grow=True), Column("Length", length_of)]
            yield SelectList[str](columns, key=lambda row: row)

    app = Growing(1000)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        assert looked <= {f"row {place}" for place in range(12)}
        assert app.drawn()[1] == f"▌{'row 0':32}5"


async def test_a_row_that_is_not_here_is_drawn_as_such_and_told_when_it_comes() -> None:
    app = ListApp(1000)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        app.workers.cancel_all()
        app.selecting.cursor = 500
        assert app.selecting.row is None
        assert "▌…" in app.drawn()
        await app.workers.wait_for_complete()
        await app.pages.load(490, 510)
        await pilot.pause()
        assert app.selecting.row == "row 500"
        assert "▌row 500" in app.drawn()


async def test_rows_are_selected_one_by_one_and_in_a_stretch() -> None:
    app = ListApp(30)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        await pilot.press("space", "space")
        assert app.selecting.selected == {"row 0", "row 1"}
        assert app.selecting.row == "row 2"
        assert app.drawn()[1] == " ☑ row 0"
        assert app.drawn()[3] == "▌☐ row 2"
        await pilot.press("j", "shift+down", "J", "J", "K")
        assert app.selecting.selected == {"row 0", "row 1", "row 3", "row 4", "row 5"}
        await pilot.press("k", "k", "space")
        assert app.selecting.selected == {"row 0", "row 1", "row 4", "row 5"}


async def test_a_stretch_ends_when_other_rows_are_shown() -> None:
    app = ListApp(30)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        await pilot.press("G", "k", "J")
        assert app.selecting.selected == {"row 28", "row 29"}
        app.selecting.rows = ["row 5", "row 6"]
        await pilot.press("K")
        assert app.selecting.selected == {"row 5", "row 6", "row 28", "row 29"}
        app.selecting.rows = ()
        await pilot.press("J")
        assert len(app.selecting.selected) == 4


async def test_the_selection_stays_when_other_rows_are_shown() -> None:
    app = ListApp(30)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        await pilot.press("space")
        app.selecting.rows = ["row 7", "row 0"]
        await pilot.pause()
        assert app.drawn()[1:3] == [" ☐ row 7", "▌☑ row 0"]
        app.selecting.select(())
        assert app.drawn()[2].endswith("row 0")
        assert "☑" not in "".join(app.drawn())
