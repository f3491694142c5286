"""Work in the background of a widget, and what becomes of its failures."""

from __future__ import annotations

import asyncio

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from tui.widgets.background import BackgroundFailed, start


class Host(App[None]):
    """A box with a part, and work that needs the part."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self.ended = asyncio.Event()
        self.failures: list[Exception] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(id="part")

    async def look(self) -> None:
        try:
            await self.go_on.wait()
            self.query_one("#part")
        finally:
            self.ended.set()

    def on_background_failed(self, message: BackgroundFailed) -> None:
        self.failures.append(message.error)


async def test_a_part_that_is_missing_is_told_while_the_app_runs() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await app.query_one("#part").remove()
        start(app.query_one("#box"), app.look, group="look")
        app.go_on.set()
        await app.ended.wait()
        await pilot.pause()
    assert [type(each).__name__ for each in app.failures] == ["NoMatches"]


async def test_work_that_outlives_its_parts_while_closing_is_no_failure() -> None:
    app = Host()
    async with app.run_test():
        await app.query_one("#part").remove()
        start(app.query_one("#box"), app.look, group="look")
        app._running = False
        app.go_on.set()
        await app.ended.wait()
        app._running = True
    assert app.failures == []


async def test_work_that_outlives_its_screen_is_no_failure() -> None:
    app = Host()
    async with app.run_test() as pilot:
        dialog: Screen[None] = Screen()
        await app.push_screen(dialog)
        start(dialog, app.look, group="look")
        left = app.pop_screen()
        await app.query_one("#part").remove()
        app.go_on.set()
        await app.ended.wait()
        await left
        await pilot.pause()
    assert app.failures == []
