"""The footer is truthful: wherever the focus is, each key it shows does something that can be seen."""

from __future__ import annotations

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Input

from tests.console import Console, console_request, open_console
from tui.panes.client_detail import ClientDetail
from tui.panes.clients import ClientsPane
from tui.widgets.key_bar import KeyBar
from tui.widgets.row_list import RowList

PLACES: dict[str, list[str]] = {
    "the list": ["1"],
    "the filter": ["1", "slash"],
    "the details": ["1", "enter"],
    "the assignments": ["1", "a", "j", "j", "j", "j"],
    "the search among companies": ["1", "a", "slash"],
    "the secrets": ["1", "s"],
    "the advice": ["1", "s", "right_square_bracket"],
    "the form's name": ["1", "e", "end", "x"],
    "the form's companies": ["1", "e", *["down"] * 5],
    "the form's context user": ["1", "e", *["down"] * 7],
    "the matrix": ["2"],
    "the API client of an attempt": ["3"],
    "an answer": ["3", "ctrl+r"],
    "the history": ["3", "ctrl+r", "escape", "escape"],
    "traffic": ["4", "g"],
    "an exchange": ["4", "g", "enter"],
    "traffic by API client": ["4", "v"],
    "the topics": ["5", "j", "j"],
    "the last topic": ["5", "G"],
}
ONE_COPY = {"app.sign-in", "app.palette", "app.help"}
"""What works everywhere is tried in one place of each mode."""
TRIED_IN = {"the list", "the form's name", "the matrix", "an answer", "traffic", "the topics"}


async def go(console: Console, place: str) -> None:
    """Bring the console back to its list, as after the start, and go to a place from there."""
    while len(console.app.screen_stack) > 1:
        await console.press("escape")
    pane = await console.app.show_mode("clients")
    assert isinstance(pane, ClientsPane)
    detail = console.app.query_one(ClientDetail)
    detail.close_form()
    pane.remove_class("-detail")
    for search in console.app.query("#filter, #find-company").results(Input):
        search.value = ""
        search.remove_class("-shown")
    detail.choose_tab("details")
    rows = console.app.query_one("#api-clients", RowList)
    rows.focus()
    await console.settle()
    rows.cursor = [each.name for each in rows.rows].index("Buyer Storefront")
    await console.settle()
    await console.press(*PLACES[place])


def keys_shown(console: Console) -> dict[str, str]:
    """Return each command that the footer shows, with a key for it."""
    console.app.query_one(KeyBar).look()
    found: dict[str, str] = {}
    for key, active in console.app.screen.active_bindings.items():
        if active.binding.id is not None:
            found.setdefault(active.binding.id, key)
    return {name: found[name] for _, _, name in console.app.query_one(KeyBar).keys}


def scrolled(console: Console) -> tuple[float, ...]:
    return tuple(each.scroll_offset.y for each in console.app.query(VerticalScroll))


async def does_something(console: Console, key: str) -> bool:
    """Press a key; return whether the screen, its focus or a message is another one then."""
    console.app.clear_notifications()
    await console.settle()
    told = len(console.told)
    before = (console.text, console.app.focused, scrolled(console), console.app.screen)
    await console.press(key)
    return (
        before != (console.text, console.app.focused, scrolled(console), console.app.screen) or len(console.told) > told
    )


async def idle_keys(console: Console, place: str) -> list[str]:
    """Try every key that the footer shows in a place; return those that did nothing."""
    await go(console, place)
    shown = keys_shown(console)
    assert shown
    idle: list[str] = []
    for name, key in shown.items():
        if name in ONE_COPY and place not in TRIED_IN:
            continue
        await go(console, place)
        # One that depends on what was done before may be gone, as after an attempt was run.
        if name in keys_shown(console) and not await does_something(console, key):
            idle.append(f"{key} ({name})")
    return idle


@pytest.mark.parametrize("place", PLACES)
async def test_each_key_of_the_footer_does_something(place: str) -> None:
    async with open_console(size=(80, 24)) as console:
        assert await idle_keys(console, place) == []


async def test_so_does_each_key_of_a_footer_that_refuses_changes() -> None:
    async with open_console(console_request(read_only=True), size=(120, 40)) as console:
        assert await idle_keys(console, "the assignments") == []


async def test_what_typing_takes_is_not_in_the_footer() -> None:
    async with open_console() as console:
        await go(console, "the filter")
        assert set(keys_shown(console)) == {"app.palette", "app.help"}
        await go(console, "the search among companies")
        assert set(keys_shown(console)) == {"app.palette", "app.help"}
