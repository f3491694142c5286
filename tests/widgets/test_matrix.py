"""The matrix: frozen headings, one cursor cell, and only what is in sight asked for."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from tui.widgets.matrix import COLUMN_WIDTH, Matrix, Sign


class MatrixApp(App[None]):
    def __init__(self, rows: list[str], columns: list[str]) -> None:
        super().__init__()
        self.rows = rows
        self.columns = columns
        self.asked: list[tuple[int, int]] = []
        self.told: list[tuple[int, int]] = []
        self.opened: list[tuple[int, int]] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"muted": "#808080", "allowed": "#008000", "refused": "#800000", "nullified": "#800080"}

    def compose(self) -> ComposeResult:
        yield Matrix(self.sign, empty="Nothing here.")

    def on_mount(self) -> None:
        self.query_one(Matrix).show(self.rows, self.columns)
        self.query_one(Matrix).focus()

    def sign(self, row: int, column: int) -> Sign:
        self.asked.append((row, column))
        return Sign("✓", "good") if (row + column) % 2 else Sign("·", "quiet")

    def on_matrix_moved(self, message: Matrix.Moved) -> None:
        self.told.append((message.row, message.column))

    def on_matrix_opened(self, message: Matrix.Opened) -> None:
        self.opened.append((message.row, message.column))


def lines(app: App[None]) -> list[str]:
    matrix = app.query_one(Matrix)
    return [matrix.render_line(y).text for y in range(matrix.size.height)]


def names(word: str, count: int) -> list[str]:
    return [f"{word}{number}" for number in range(count)]


async def test_cursor_is_bracketed_and_headings_stay_in_sight() -> None:
    app = MatrixApp(names("row", 500), names("col", 500))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("G", "end")
        await pilot.pause()
        drawn = lines(app)
        assert drawn[0].rstrip().endswith("col499")
        assert drawn[-2].startswith("▌row499") or drawn[-1].startswith("▌row499")
        assert sum("[" in line for line in drawn) == 1
        assert app.told[-1] == (499, 499)


async def test_every_key_moves_the_cursor() -> None:
    app = MatrixApp(names("row", 50), names("column", 50))
    async with app.run_test(size=(60, 12)) as pilot:
        matrix = app.query_one(Matrix)
        for keys, cell in (
            (("down", "j", "right", "l"), (2, 2)),
            (("up", "k", "left", "h"), (0, 0)),
            (("up", "left"), (0, 0)),
            (("G",), (49, 0)),
            (("end",), (49, 49)),
            (("g", "home"), (0, 0)),
        ):
            await pilot.press(*keys)
            assert matrix.cursor == cell
        await pilot.press("pagedown", "L")
        row, column = matrix.cursor
        assert row > 3
        assert column > 1


@pytest.mark.usefixtures("painted")
async def test_only_cells_in_sight_are_asked_for() -> None:
    app = MatrixApp(names("row", 1000), names("column", 1000))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        assert 0 < len(set(app.asked)) < 12 * 8
        app.asked.clear()
        await pilot.press("down")
        await pilot.pause()
        assert len({row for row, _ in app.asked}) <= 2  # the line left and the line reached


async def test_last_column_can_be_seen_at_any_width() -> None:
    for width in range(30, 52):
        app = MatrixApp(names("row", 3), names("c", 40))
        async with app.run_test(size=(width, 10)) as pilot:
            await pilot.press("end")
            await pilot.pause()
            drawn = lines(app)
            assert "c39" in drawn[0]
            assert any("[" in line for line in drawn)


async def test_a_click_moves_and_a_second_opens() -> None:
    app = MatrixApp(names("row", 5), names("column", 5))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.click(Matrix, offset=(6 + COLUMN_WIDTH + 2, 3), times=2)
        assert app.query_one(Matrix).cursor == (2, 1)
        assert app.opened == [(2, 1)]


@pytest.mark.parametrize(
    "name", ["[/nope]", "[bold]x", "\x1b]0;x\x07", "a\u202eb", "宽" * 40, "e\u0301" * 500, "", " "]
)
async def test_names_from_outside_are_shown_as_they_are(name: str) -> None:
    app = MatrixApp([name], [name, name])
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("right")
        await pilot.pause()
        drawn = lines(app)
        assert not any("\x1b" in line or "\u202e" in line for line in drawn)
        assert len({app.query_one(Matrix).render_line(y).cell_length for y in range(5)}) == 1


async def test_cursor_stays_inside_when_there_is_less() -> None:
    app = MatrixApp(names("row", 9), names("column", 9))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("G", "end")
        matrix = app.query_one(Matrix)
        matrix.show(names("row", 3), names("column", 2))
        assert matrix.cursor == (2, 1)
        matrix.show([], [])
        await pilot.pause()
        assert app.told[-1] == (-1, -1)
        assert "Nothing here." in lines(app)[1]
        await pilot.press("down", "enter")
        assert matrix.cursor == (0, 0)
