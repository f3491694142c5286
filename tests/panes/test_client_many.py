"""What is done with all the API clients selected: shown first, then one job, then one way back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from textual.widgets import Input

from tests.console import Console, open_console
from tests.panes.secrets_lab import until
from tests.panes.test_changing import elsewhere
from tui.panes.bulk_screen import BulkScreen
from tui.panes.client_list import ClientList
from tui.sandbox.control import Fault, Rule
from tui.sandbox.control.rules import Faults
from tui.session.client_row import ClientRow
from tui.widgets.dialogs import Ask, Choose
from tui.widgets.row_list import RowList
from tui.widgets.select_list import SelectList


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


def the_list(console: Console) -> SelectList[ClientRow]:
    return console.app.query_one(ClientList).rows


def faults(console: Console) -> Faults:
    sandbox = console.app.session.opened.sandbox
    assert sandbox is not None
    return sandbox.control.faults


async def choose(console: Console, deed: str) -> None:
    await console.press("M")
    assert isinstance(console.app.screen, Choose)
    console.app.screen.query_one(RowList).move_to(deed)
    await console.press("enter")


async def on_server(console: Console, api_client_id: str) -> dict[str, object]:
    return dict((await console.app.session.client.api_clients.get(api_client_id)).to_wire())


async def test_durations_of_all_selected_are_shown_changed_and_taken_back_as_one(console: Console) -> None:
    rows = the_list(console).rows[:3]
    before = {row.id: await on_server(console, row.id) for row in rows}
    await console.press("space", "space", "space")
    await choose(console, "durations")
    assert isinstance(console.app.screen, Ask)
    first = console.app.screen.query(Input).first()
    first.value = "2000d"
    await console.press("enter", "enter", "enter")
    assert "minutes" in console.text, "a duration out of range is said where it was typed"
    first.value = "1h17"
    await console.press("enter")
    assert isinstance(console.app.screen, BulkScreen)
    assert "Nothing has been sent yet" in console.text
    assert "→ 1h 17m (77 min)" in console.text
    assert [await on_server(console, row.id) for row in rows] == list(before.values())
    await console.press("enter")
    assert "3 done" in console.text
    await console.press("escape")
    assert {(await on_server(console, row.id))["AccessTokenDuration"] for row in rows} == {77}
    changes = console.app.session.journal.changes
    assert changes[-1].what == "3 API clients: changed AccessTokenDuration"
    assert [part.name for part in changes[-1].record.parts] == [row.name for row in rows]
    file = console.app.session.journal.file
    assert file is not None
    assert changes[-1].record in [entry.record for entry in file.read().entries]
    await console.press("escape", "u", "enter")
    assert [await on_server(console, row.id) for row in rows] == list(before.values())


async def test_x_and_delete_mean_all_that_are_selected(console: Console) -> None:
    marketplace = console.app.session.marketplace
    await console.press("slash")
    await console.type("storefront")
    await console.press("enter", "ctrl+a")
    chosen = the_list(console).selected
    assert len(chosen) > 1
    await console.press("x", "enter")
    assert isinstance(console.app.screen, BulkScreen)
    await console.press("escape")
    assert not any(marketplace.api_clients[str(each)].active for each in chosen)
    await console.press("delete", "enter", "escape")
    assert not [each for each in chosen if each in marketplace.api_clients]
    told = await console.app.session.journal.undo_last()
    assert "has the new ID" in told
    names = {each.app_name for each in marketplace.api_clients.values()}
    assert {part.name for part in console.app.session.journal.changes[-1].record.parts} <= names


async def test_a_member_of_xp_is_set_and_the_others_stay(console: Console) -> None:
    row = the_list(console).rows[0]
    client = console.app.session.client
    before = (await client.api_clients.get(row.id)).xp or {}
    await console.press("space")
    await choose(console, "tag")
    member, value = console.app.screen.query(Input)
    member.value, value.value = "owner", "[1, 2]"
    await console.press("enter", "enter", "enter", "escape")
    assert (await client.api_clients.get(row.id)).xp == {**before, "owner": [1, 2]}
    assert before


@pytest.mark.parametrize("typed", ["NaN", '{"a": 1e999}', '"\\ud800"', "[" * 100_000])
async def test_a_value_of_xp_that_cannot_be_sent_is_said_before(console: Console, typed: str) -> None:
    await console.press("space")
    await choose(console, "tag")
    member, value = console.app.screen.query(Input)
    member.value, value.value = "owner", typed
    await console.press("enter", "enter")
    assert isinstance(console.app.screen, Ask)
    assert "✗ Not" in console.text


async def test_what_is_so_already_is_left_out_and_nothing_to_do_is_said(console: Console) -> None:
    await console.press("space", "space")
    for row in the_list(console).rows[:2]:
        await console.app.session.client.api_clients.patch(row.id, {"Active": True})
    await console.press("r")
    await choose(console, "activate")
    assert any("nothing to change" in told for told in console.told)


async def test_one_that_was_changed_elsewhere_fails_alone_and_a_lost_connection_leaves_a_true_account(
    console: Console,
) -> None:
    rows = the_list(console).rows[:4]
    await console.press("space", "space", "space", "space")
    await console.app.session.client.api_clients.patch(rows[1].id, {"AccessTokenDuration": 55})
    faults(console).add(Rule(Fault.DROP_BEFORE, method="PATCH", path=f"/v1/apiclients/{rows[2].id}"))
    await choose(console, "durations")
    console.app.screen.query(Input).first().value = "77"
    await console.press("enter", "enter", "enter", "enter")
    assert "2 done" in console.text
    assert "2 failed" in console.text
    minutes = [(await on_server(console, row.id))["AccessTokenDuration"] for row in rows]
    assert minutes[0] == minutes[3] == 77
    assert minutes[1] == 55
    assert minutes[2] != 77


async def test_what_can_be_done_with_a_selection_comes_first_in_the_footer() -> None:
    async with open_console(size=(80, 24)) as console:
        assert "With selected" not in console.text.splitlines()[-1]
        await console.press("space")
        assert console.text.splitlines()[-1].startswith(" M With selected…")


async def test_without_a_selection_there_is_nothing_to_do(console: Console) -> None:
    assert "With selected" not in console.text
    await console.press("M")
    assert any("space selects" in told for told in console.told)


async def test_what_its_screen_took_back_is_not_taken_back_again_from_the_list(console: Console) -> None:
    marketplace = console.app.session.marketplace
    names = sorted(each.app_name for each in marketplace.api_clients.values())
    await console.press("space", "space", "delete", "enter")
    assert isinstance(console.app.screen, BulkScreen)
    assert len(marketplace.api_clients) == len(names) - 2
    await console.press("u", "enter", "escape", "escape")
    assert sorted(each.app_name for each in marketplace.api_clients.values()) == names
    await console.press("u")
    assert "Nothing has been changed in this sitting." in console.told
    assert sorted(each.app_name for each in marketplace.api_clients.values()) == names
    await console.press("Z")
    assert "Taken back: 2 API clients: deleted. " in console.text
    assert "has the new ID" in console.text
    assert "deleted · taken back" in console.text


async def test_taking_back_that_is_cut_short_goes_on_with_the_rest(console: Console) -> None:
    rows = the_list(console).rows[:6]
    before = {row.id: await on_server(console, row.id) for row in rows}
    await console.press(*["space"] * len(rows))
    await choose(console, "durations")
    console.app.screen.query(Input).first().value = "1h17"
    await console.press("enter", "enter", "enter", "enter", "escape")
    journal = console.app.session.journal
    faults(console).add(Rule(Fault.DROP_BEFORE, method="PATCH", path=f"/v1/apiclients/{rows[1].id}"))
    await console.press("u")
    await until(console, lambda: any("Only 5 of 6 changes could be" in told for told in console.told), "the account")
    assert journal.last is not None
    assert (await on_server(console, rows[1].id))["AccessTokenDuration"] == 77
    faults(console).clear()
    await console.press("u")
    await until(console, lambda: journal.last is None, "the rest to be taken back")
    assert {row.id: await on_server(console, row.id) for row in rows} == before


@pytest.mark.parametrize("key", ["x", "delete"])
async def test_the_way_in_of_the_console_itself_is_warned_of_before_anything_is_sent(
    console: Console, key: str
) -> None:
    await console.press("ctrl+a", key)
    await until(console, lambda: "Nothing has been sent yet" in console.text, "the list of changes")
    assert "▲ The console is signed in through Default API Client. It is left as it is" in console.text
    await console.press("escape")
    elsewhere(console)
    await console.press(key)
    await until(console, lambda: "Nothing has been sent yet" in console.text, "the list of changes")
    assert "▲ The console is signed in through Default API Client. Then it could not get in" in console.text
