"""The form beside the list: clicks elsewhere, arrow keys, picking a user; and keys that must not fire from there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from textual.widgets import Input, TextArea

from tests.console import Console, open_console
from tests.panes.test_clients import go_to, names, on_server, under_cursor
from tui.panes.client_detail import ClientDetail
from tui.panes.client_field import FieldRow
from tui.panes.client_form import ApiClientForm
from tui.widgets.dialogs import Confirm
from tui.widgets.flag import Flag
from tui.widgets.picker import Picker
from tui.widgets.row_list import RowList


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


def field(console: Console, name: str) -> FieldRow:
    return next(each for each in console.app.query(FieldRow) if each.field.name == name)


def detail(console: Console) -> ClientDetail:
    return console.app.query_one(ClientDetail)


async def click_row(console: Console, index: int) -> None:
    """Click a row of the list of API clients; its heading takes the first line."""
    await console.pilot.click("#api-clients", offset=(5, index + 1))
    await console.settle()


# -- clicks beside the form -------------------------------------------------------------------------------------------


async def test_a_click_on_another_row_leaves_a_clean_form_and_shows_that_row(console: Console) -> None:
    await console.press("e")
    await click_row(console, 3)
    assert not console.app.query(ApiClientForm)
    assert names(console)[3] in str(detail(console).border_title)
    assert detail(console).api_client is under_cursor(console)


async def test_with_something_typed_a_click_asks_and_staying_goes_back_to_the_row_that_is_edited(
    console: Console,
) -> None:
    edited = under_cursor(console)
    await console.press("e", "end")
    await console.type(" 2")
    focused = console.app.focused
    await click_row(console, 3)
    assert isinstance(console.app.screen, Confirm)
    await console.press("escape")
    assert under_cursor(console) is edited
    assert console.app.query_one(ApiClientForm).draft.value("AppName") == f"{edited.app_name} 2"
    assert f"Editing {edited.app_name}" in str(detail(console).border_title)
    assert console.app.focused is focused


async def test_with_something_typed_a_click_asks_and_losing_it_shows_the_row_clicked(console: Console) -> None:
    await console.press("e", "end")
    await console.type(" 2")
    await click_row(console, 3)
    await console.press("tab", "y")
    assert not console.app.query(ApiClientForm)
    assert detail(console).api_client is under_cursor(console)
    assert under_cursor(console).app_name == names(console)[3]


async def test_a_click_beside_the_form_of_a_new_one_does_the_same(console: Console) -> None:
    before = under_cursor(console)
    await console.press("n", "enter")
    await console.type("Kiosk")
    await click_row(console, 2)
    await console.press("escape")
    assert under_cursor(console) is before
    assert console.app.query_one(ApiClientForm).draft.value("AppName") == "Kiosk"


async def test_another_modes_wish_to_show_an_api_client_leaves_no_form_of_a_third(console: Console) -> None:
    await console.press("e", "tab", "2", "l", "l", "o")
    assert not console.app.query(ApiClientForm)
    assert detail(console).api_client is under_cursor(console)


async def test_escape_from_the_list_leaves_the_open_form(console: Console) -> None:
    await console.press("e")
    await click_row(console, 0)
    assert console.app.focused is console.app.query_one("#api-clients")
    await console.press("escape")
    assert not console.app.query(ApiClientForm)


# -- arrow keys -------------------------------------------------------------------------------------------------------


async def test_up_and_down_go_from_field_to_field(console: Console) -> None:
    await console.press("e", "down", "down")
    assert field(console, "AllowSeller").query_one(Flag).has_focus
    await console.press("up", "up", "up")
    assert field(console, "AppName").query_one(Input).has_focus
    field(console, "AddToCartIntegrationEventID").query_one(Input).focus()
    await console.press("down", "down", "x")
    xp = field(console, "xp").query_one(TextArea)
    assert xp.has_focus
    assert "x" in xp.text


async def test_up_and_down_go_from_row_to_row_in_tokens(console: Console) -> None:
    await console.press("3", "up")
    reached = []
    for _ in range(6):
        reached.append(console.app.focused.id if console.app.focused else None)
        await console.press("down")
    assert reached == ["kind", "client", "user", "password", "scope", "scope"]


# -- picking ----------------------------------------------------------------------------------------------------------


async def pick_user(console: Console) -> None:
    field(console, "DefaultContextUserName").query_one(Input).focus()
    await console.press("ctrl+o")
    assert isinstance(console.app.screen, Picker)


def picked_line(console: Console, name: str) -> str:
    """Return the line of a user in the picker's list."""
    shown = console.app.screen.query_one(RowList)
    lines = [shown.render_line(number).text for number in range(shown.size.height)]
    return next(line for line in lines if f" {name} " in line)


async def test_the_picker_of_the_context_user_says_whom_the_rules_would_refuse_as_it_is_drafted(
    console: Console,
) -> None:
    await go_to(console, "Admin Backoffice")
    await console.press("e")
    await pick_user(console)
    assert "✓" in picked_line(console, "harbor-admin")
    await console.type("shopper01")
    assert "✗" in picked_line(console, "shopper01")
    assert "refused · buyer" in picked_line(console, "shopper01")
    assert "AllowAnyBuyer is off" in console.text
    await console.press("escape")
    field(console, "AllowAnyBuyer").query_one(Flag).action_turn()
    field(console, "AllowSeller").query_one(Flag).action_turn()
    await console.settle()
    await pick_user(console)
    await console.type("shopper01")
    assert "✓" in picked_line(console, "shopper01")
    assert "AllowAnyBuyer is on" in console.text


async def test_guest_shopping_wants_a_buyer_user(console: Console) -> None:
    await go_to(console, "Admin Backoffice")
    await console.press("e")
    field(console, "IsAnonBuyer").query_one(Flag).action_turn()
    await pick_user(console)
    await console.type("harbor-admin")
    assert "✗" in picked_line(console, "harbor-admin")
    assert "needs a buyer user" in console.text


@pytest.mark.parametrize("row", ["client", "user"])
async def test_the_columns_of_a_picker_stand_below_each_other(console: Console, row: str) -> None:
    await console.press("3")
    console.app.query_one(f"#{row}").focus()
    await console.press("enter")
    shown = console.app.screen.query_one(RowList)
    lines = [shown.render_line(number).text for number in range(8)]
    choices = shown.rows[shown.scroll_offset.y :][:8]
    assert len({line.index(each.title) for line, each in zip(lines, choices, strict=True)}) == 1
    assert len({line.index(each.hint[:12]) for line, each in zip(lines, choices, strict=True)}) == 1


# -- keys from the detail ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["delete", "x"])
@pytest.mark.parametrize("tab", ["details", "assignments", "advice", "json"])
async def test_delete_and_deactivate_work_from_the_list_alone(console: Console, tab: str, key: str) -> None:
    before = await go_to(console, "Buyer Storefront")
    detail(console).choose_tab(tab)
    await console.settle()
    await console.press("enter", key)
    assert len(console.app.screen_stack) == 1
    assert "The cursor is not in the list" in console.told[-1]
    assert (await on_server(console, before.id)).active
    await console.press("question_mark")
    assert "Not now: The cursor is not in the list" in console.text
    await console.press("escape", "escape", key)
    assert isinstance(console.app.screen, Confirm)


@pytest.mark.parametrize(("key", "title"), [("e", "Editing"), ("a", "Buyer Storefront"), ("s", "Buyer Storefront")])
async def test_what_is_about_the_api_client_shown_works_from_its_detail(console: Console, key: str, title: str) -> None:
    await go_to(console, "Buyer Storefront")
    await console.press("enter", key)
    assert title in str(detail(console).border_title)
    assert detail(console).has_focus_within
