"""What the mouse can do: modes, rows, tabs, the footer's keys, dialogs, flags and the matrix."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.console import Console, open_console
from tests.panes.test_clients import go_to, names, on_server, under_cursor
from tui.panes.access import AccessPane
from tui.panes.client_detail import ClientDetail
from tui.panes.client_field import FieldRow
from tui.panes.client_form import ApiClientForm
from tui.panes.learn import LearnPane
from tui.panes.party_users import PartyUsers
from tui.widgets.dialogs import Confirm, Note
from tui.widgets.flag import Flag
from tui.widgets.matrix import Matrix
from tui.widgets.row_list import RowList
from tui.widgets.tab_strip import TabStrip
from tui.widgets.top_bar import TopBar


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console(size=(110, 30)) as opened:
        yield opened


async def click_word(console: Console, word: str, *, line: int | None = None, times: int = 1) -> None:
    """Click a word where the screen shows it, from below when `line` is not told."""
    lines = console.text.splitlines()
    numbers = [line] if line is not None else [number for number, text in enumerate(lines) if word in text][::-1]
    assert numbers, console.text
    await console.pilot.click(offset=(lines[numbers[0]].index(word) + 1, numbers[0]), times=times)
    await console.settle()


async def test_a_click_on_a_mode_shows_it(console: Console) -> None:
    for title in ("Access", "Tokens", "Traffic", "Learn", "Clients"):
        await click_word(console, title, line=0)
        assert console.app.query_one(TopBar).mode == f"app.{title.lower()}"
        assert console.app.query_one(f"#{title.lower()}").display


async def test_a_click_chooses_a_row_and_a_second_one_opens_it(console: Console) -> None:
    wanted = names(console)[4]
    await console.pilot.click("#api-clients", offset=(6, 5))
    await console.settle()
    assert under_cursor(console).app_name == wanted
    assert wanted in str(console.app.query_one(ClientDetail).border_title)
    await console.pilot.click("#api-clients", offset=(6, 6), times=2)
    await console.settle()
    assert console.app.query_one(ClientDetail).has_focus_within


async def test_a_click_on_a_tab_of_the_detail_shows_it(console: Console) -> None:
    strip = console.app.query_one("#client-tabs", TabStrip)
    for tab, title in reversed(strip.tabs):
        await click_word(console, title.split()[0], line=strip.region.y)
        assert strip.active == tab
        assert console.app.query_one(f"#client-views #{tab}").display


async def test_a_click_on_a_key_of_the_footer_does_what_the_key_does(console: Console) -> None:
    await click_word(console, "Help", line=29)
    assert isinstance(console.app.screen, Note)
    await console.press("escape")
    await click_word(console, "Edit", line=29)
    assert console.app.query(ApiClientForm)
    await click_word(console, "Leave", line=29)
    assert not console.app.query(ApiClientForm)


async def test_clicks_turn_a_flag_and_answer_a_question(console: Console) -> None:
    before = await go_to(console, "Buyer Storefront")
    await console.press("e")
    row = next(each for each in console.app.query(FieldRow) if each.field.name == "AllowAnySupplier")
    await console.pilot.click(row.query_one(Flag))
    await console.settle()
    for button, saved in (("#no", before.allow_any_supplier), ("#yes", not before.allow_any_supplier)):
        await click_word(console, "Save", line=29)
        assert isinstance(console.app.screen, Confirm)
        await console.pilot.click(button)
        await console.settle()
        assert (await on_server(console, before.id)).allow_any_supplier is saved


async def test_clicks_choose_in_a_picker(console: Console) -> None:
    await console.press("o")
    rows = console.app.screen.query_one(RowList)
    await console.pilot.click(rows, offset=(3, 1), times=2)
    await console.settle()
    assert len(console.app.screen_stack) == 1
    await console.press("3", "enter")
    rows = console.app.screen.query_one(RowList)
    wanted = rows.rows[2].value
    await console.pilot.click(rows, offset=(6, 2 - rows.scroll_offset.y), times=2)
    await console.settle()
    assert console.app.query_one("#attempt-panel").value.api_client_id == wanted  # type: ignore[attr-defined]


async def test_a_click_in_the_matrix_asks_about_that_cell_and_a_second_one_shows_its_users(
    console: Console,
) -> None:
    await console.press("2")
    matrix = console.app.query_one(Matrix)
    before = console.text
    cell = (matrix.size.width - 8, matrix._heading_height + 2)
    await console.pilot.click(matrix, offset=cell)
    await console.settle()
    row, column = matrix.cursor
    assert row == 2
    assert column > 0
    assert console.text != before
    pane = console.app.query_one(AccessPane)
    party, wanted = pane.picture.parties[row], pane.picture.api_clients[column]
    await console.pilot.click(matrix, offset=cell, times=2)
    await console.settle()
    assert isinstance(console.app.screen, PartyUsers)
    assert f"of {party.label} → {wanted.app_name}" in console.text


async def test_a_click_chooses_a_topic_of_learn(console: Console) -> None:
    await console.press("5")
    await console.pilot.click("#topics RowList", offset=(6, 3))
    await console.settle()
    assert console.app.query_one(LearnPane)._topics.cursor == 3
    assert "Assignments" in console.text
