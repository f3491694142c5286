"""The filter line in an app of its own: completion by keys, the explanation, and the place of a problem."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.widgets import Button, Static

from tui.access.facts import Party, PartyKind
from tui.panes.filter_input import FilterInput
from tui.session.filtering import Known

KNOWN = Known(
    ("shopper01", "harbor-admin"),
    (Party(PartyKind.BUYER, "anchor-boats", "Anchor Boats"), Party(PartyKind.SUPPLIER, "x", "[/nope]\x1b")),
    saved={"guests": "guest:yes"},
)


class Host(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.left = 0

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"muted": "#808080", "allowed": "#008000", "refused": "#800000"}

    def compose(self) -> ComposeResult:
        yield FilterInput()
        yield Button("next", id="next")

    def on_filter_input_changed(self, message: FilterInput.Changed) -> None:
        self.heard.append(str(message.filter))

    def on_filter_input_submitted(self, message: FilterInput.Submitted) -> None:
        self.heard.append(f"enter {message.filter}")

    def action_leave(self) -> None:
        self.left += 1

    @property
    def line(self) -> FilterInput:
        return self.query_one(FilterInput)

    @property
    def text(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips[: self.size.height]]


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.line.known = KNOWN
        app.line.focus()
        await pilot.pause()
        yield app, pilot


async def typed(pilot: Pilot[None], text: str) -> None:
    names = {" ": "space", ":": "colon", "|": "vertical_line", "-": "minus", "@": "at", ">": "greater_than_sign"}
    await pilot.press(*(names.get(char, char) for char in text))
    await pilot.pause()


async def test_completing_by_keys() -> None:
    async with opened() as (app, pilot):
        assert not app.line.is_open
        await typed(pilot, "wh")
        assert app.line.is_open
        assert any("who:" in line and "who may use it" in line for line in app.text)
        await pilot.press("tab")
        assert app.line.value == "who:"
        assert any("every buyer" in line for line in app.text)
        await typed(pilot, "anch")
        await pilot.press("down", "enter")
        assert app.line.value == "who:anchor-boats "
        assert not app.line.is_open
        assert app.heard[-1] == "who:anchor-boats"
        await typed(pilot, "port")
        await pilot.press("enter")
        assert app.heard[-1] == "enter who:anchor-boats port"
        await pilot.pause()
        assert any("→ “anchor-boats” may use it, “port” in name" in line for line in app.text)


async def test_enter_is_only_taken_by_a_completion_that_was_chosen() -> None:
    async with opened() as (app, pilot):
        await typed(pilot, "a")
        assert app.line.is_open
        await pilot.press("enter")
        await pilot.pause()
        assert app.heard[-1] == "enter a"
        await typed(pilot, "c")
        await pilot.press("down", "up", "enter")
        await pilot.pause()
        assert app.heard[-1] == "enter ac"


async def test_escape_closes_the_list_first_and_down_opens_it_again() -> None:
    async with opened() as (app, pilot):
        await typed(pilot, "a")
        await pilot.press("escape")
        assert not app.line.is_open
        assert app.left == 0
        await pilot.press("escape")
        assert app.left == 1
        await pilot.press("down")
        assert app.line.is_open
        app.line.value = ""
        await pilot.pause()
        await pilot.press("escape", "down", "down", "tab")
        assert app.line.value == "active:"


async def test_without_a_list_tab_goes_on() -> None:
    async with opened() as (app, pilot):
        await pilot.press("tab")
        assert app.focused is app.query_one("#next")
        app.line.focus()
        await typed(pilot, "a")
        app.query_one("#next").focus()
        await pilot.pause()
        assert not app.line.is_open


async def test_a_problem_has_a_caret_under_its_place() -> None:
    async with opened() as (app, pilot):
        await typed(pilot, "port active:maybe x")
        await pilot.press("escape")
        await pilot.pause()
        lines = app.text
        at = next(index for index, line in enumerate(lines) if "active:maybe" in line)
        caret = next(line for line in lines[at:] if "^" in line)
        assert caret.index("^") == lines[at].index("maybe")
        assert caret.count("^") == len("maybe")
        assert any("write yes or no" in line for line in lines)
        assert app.heard[-1] == "port x"


async def test_saved_filters_are_known_at_once() -> None:
    async with opened() as (app, pilot):
        await typed(pilot, "@g")
        assert any("@guests" in line and "guest:yes" in line for line in app.text)
        await pilot.press("tab")
        await pilot.pause()
        assert any("@guests (guests may shop)" in line for line in app.text)
        app.line.known = Known()
        await pilot.pause()
        assert any("no filter is saved as @guests" in line for line in app.text)
        assert app.heard[-1] == ""


@pytest.mark.parametrize("text", ["who:", "[/nope]", '"', "\x1b[31m", "é" * 200, "漢字 foo:x"])
async def test_nothing_typed_or_known_breaks_it(text: str) -> None:
    async with opened() as (app, pilot):
        app.line.value = text
        await pilot.pause()
        await pilot.press("down", "home")
        assert app.query_one("#filter-told", Static).size.width <= 80
