"""The sheet of facts: what stands beside a text, and what below it."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from tui.widgets.fact_sheet import Fact, FactSheet

MEANT = Fact("aud", Content("http://sandbox.ocgate"), aside=Content("the API it is meant for"))
BESIDE = f"aud   {'http://sandbox.ocgate':26}the API it is meant for"
BELOW = ["aud   http://sandbox.ocgate", "      the API it is meant for"]


class SheetApp(App[None]):
    """A sheet that scrolls."""

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield FactSheet(label_width=6)

    @property
    def sheet(self) -> FactSheet:
        return self.query_one(FactSheet)

    def lines(self) -> list[str]:
        return [line.rstrip() for line in str(self.sheet.render()).splitlines()]


async def test_what_a_text_means_stands_beside_it_where_there_is_room() -> None:
    app = SheetApp()
    async with app.run_test(size=(len(BESIDE), 6)) as pilot:
        app.sheet.show([MEANT])
        await pilot.pause()
        assert app.lines() == [BESIDE]
        await pilot.resize_terminal(len(BESIDE) - 1, 6)
        assert app.lines() == BELOW
        assert app.sheet.size.height == 2


async def test_a_scrollbar_that_comes_takes_the_room() -> None:
    app = SheetApp()
    async with app.run_test(size=(len(BESIDE), 6)) as pilot:
        app.sheet.show([MEANT] * 7)
        await pilot.pause()
        assert app.lines() == BELOW * 7
