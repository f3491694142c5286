"""The list of API clients: its columns and order, its filter, its selection, and a marketplace with many of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.console import Console, console_request, open_console
from tui.panes import client_rows
from tui.panes.client_detail import ClientDetail
from tui.panes.client_list import ClientList
from tui.panes.clients import ClientsPane
from tui.panes.filter_input import FilterInput
from tui.sandbox import FAST, Planting, Sandbox
from tui.sandbox.large import LargeSize
from tui.session.client_row import ClientRow
from tui.widgets.column_chooser import ColumnChooser
from tui.widgets.row_list import RowList
from tui.widgets.select_list import SelectList


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


def the_list(console: Console) -> SelectList[ClientRow]:
    return console.app.query_one(ClientList).rows


def names(console: Console) -> list[str]:
    return [row.name for row in the_list(console).rows]


def headings(console: Console) -> list[str]:
    return [column.title.strip() for column in the_list(console).columns]


async def filter_by(console: Console, text: str) -> None:
    await console.press("slash")
    console.app.query_one(FilterInput).value = text
    await console.settle()


async def test_columns_are_chosen_ordered_and_kept(console: Console) -> None:
    await console.press("C")
    chooser = console.app.screen
    assert isinstance(chooser, ColumnChooser)
    await console.press("j", "space", "j", "J", "enter")
    assert headings(console) == ["Name ▲", "Access", "Grants", "Refresh"]
    async with open_console(replace(console_request(), state=console.app.request.state)) as again:
        assert headings(again) == ["Name ▲", "Access", "Grants", "Refresh"]


async def test_the_last_column_cannot_be_hidden(console: Console) -> None:
    await console.press("C", *["space", "j"] * 14, "enter")
    assert len(headings(console)) >= 1


async def test_any_column_sorts_also_one_that_is_not_shown(console: Console) -> None:
    await console.press("o")
    console.app.screen.query_one(RowList).move_to("Guest")
    await console.press("enter")
    guests = [row.guest for row in the_list(console).rows]
    assert guests == sorted(guests)
    assert "by Guest ▲" in console.text


async def test_the_filter_takes_words_keys_and_fields_and_says_what_it_understood(console: Console) -> None:
    everything = {row.name: row for row in the_list(console).rows}
    await filter_by(console, "active:no")
    assert names(console) == [name for name, row in everything.items() if not row.active]
    assert "inactive" in console.text
    await filter_by(console, "AccessTokenDuration=600 who:buyer")
    assert names(console)
    assert all(everything[name].access == 600 and "B" in everything[name].who for name in names(console))
    await filter_by(console, "who:")
    assert "^" in console.text
    await filter_by(console, "no such thing")
    assert names(console) == []
    assert console.app.query_one(ClientDetail).api_client is None


async def test_a_filter_reads_what_it_has_to_know_of_each_row(console: Console) -> None:
    marketplace = console.app.session.marketplace
    await filter_by(console, "secret:expired")
    now = console.app.session.clock()
    expired = [
        each.app_name
        for each in marketplace.api_clients.values()
        if any(s.expiration is not None and s.expiration <= now for s in await marketplace.secrets(each.id))
    ]
    assert sorted(names(console)) == sorted(expired)
    assert expired
    await filter_by(console, "who:anchor-boats")
    found = set(names(console))
    assigned = {
        each
        for each, pairs in (await marketplace.all_assignments()).items()
        if any(p.buyer_id == "anchor-boats" for p in pairs)
    }
    assert {
        marketplace.api_clients[each].app_name for each in assigned if not marketplace.api_clients[each].allow_any_buyer
    } <= found
    assert {each.app_name for each in marketplace.api_clients.values() if each.allow_any_buyer} <= found


async def test_what_others_changed_deleted_and_made_is_said_on_reload_and_the_place_stays(
    console: Console,
) -> None:
    rows = the_list(console)
    await console.press("j", "j", "j")
    here = rows.row
    assert here is not None
    client = console.app.session.client
    changed, gone = rows.rows[0], rows.rows[1]
    await client.api_clients.patch(changed.id, {"AccessTokenDuration": 77})
    await client.api_clients.delete(gone.id)
    await client.api_clients.create({"AppName": "0 of somebody else", "AccessTokenDuration": 60})
    await console.press("r")
    assert rows.row == here
    assert f"~ {changed.name}" in console.text
    assert f"✗ {gone.name}" in console.text
    assert "+ 0 of somebody else" in console.text
    assert "elsewhere: 1 changed ~, 1 new +, 1 deleted ✗" in console.text
    console.app.query_one(ClientList)._fade()
    await console.settle()
    assert gone.name not in names(console)
    assert "elsewhere" not in console.text
    assert f"● {changed.name}" in console.text


async def test_selecting_one_by_one_and_all_that_match(console: Console) -> None:
    await console.press("space", "J")
    assert "3 selected" in console.text or "2 selected" in console.text
    await console.press("escape")
    assert "selected" not in console.text
    await filter_by(console, "storefront")
    await console.press("enter", "ctrl+a")
    assert len(the_list(console).selected) == len(names(console))
    assert f"{len(names(console))} selected" in console.text


@pytest.fixture
async def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A marketplace of 350 API clients in a file, of which no more than a page is read ahead."""
    monkeypatch.setattr(client_rows, "READ_AHEAD", 200)
    file = tmp_path / "many.db"
    planting = Planting("large", LargeSize(api_clients=350, buyers=5, suppliers=2, users=10))
    await (await Sandbox.open(file, planting=planting, hashing=FAST)).close()
    return file


async def test_of_a_large_marketplace_only_the_pages_looked_at_are_read(many: Path) -> None:
    async with open_console(replace(console_request(), sandbox_memory=False, sandbox_db=many)) as console:
        rows = the_list(console)
        known = console.app.session.marketplace.api_clients
        assert "API clients 351" in console.text
        assert "sorted by the marketplace" in console.text
        assert len(known) == 100
        await console.press("G")
        assert rows.cursor == 350
        assert rows.row is not None
        last = rows.row.name
        assert len(known) == 251, "the second page is out of sight"
        await filter_by(console, f'"{last}"')
        assert names(console) == [last]
        assert len(known) == 251
        await console.press("escape", "escape", "o")
        console.app.screen.query_one(RowList).move_to("Access")
        await console.press("enter")
        minutes = [row.access for row in rows.rows]
        assert len(minutes) == 351
        assert minutes == sorted(minutes)
        assert len(console.app.session.marketplace.api_clients) == 351


async def test_a_filter_for_advice_finds_what_the_advice_tab_gives(console: Console) -> None:
    """The Advice tab knows the users, what refers to API clients and the log, and what is silenced: the filter too."""
    app = console.app
    clients, detail = app.query_one(ClientsPane), app.query_one(ClientDetail)

    def given() -> set[str]:
        return {row.advice.id for row in app.query_one("#advice-rows", RowList).rows if row.silenced is None}

    await console.press("slash")
    await console.type("advice:floor")
    await console.settle()
    assert "▏floor-unmet            Nobody who is let in has" in console.text
    await console.press("tab")
    await console.settle()
    assert app.query_one(FilterInput).value.strip() == "advice:floor-unmet"
    assert names(console) == ["Buyer Approvals"], "only with the users read is that known"
    await filter_by(console, "advice:nullified-buyer")
    assert names(console) == ["Buyer Storefront"]
    row = the_list(console).row
    assert row is not None
    await clients.open(row.id, "advice")
    await console.settle()
    assert "nullified-buyer" in given()
    app.query_one("#advice-rows", RowList).move_to("nullified-buyer")
    await console.press("z", "j", "enter")
    await console.type("Until the move")
    await console.press("enter")
    await console.settle()
    assert "nullified-buyer" not in given()
    assert names(console) == [], "silenced advice is found no more"
    assert detail.is_attached


async def test_a_filter_is_saved_by_name_used_and_forgotten(console: Console) -> None:
    await console.press("F")
    assert any("No filter has been saved" in told for told in console.told)
    await filter_by(console, "active:no")
    found = names(console)
    pane = console.app.query_one(ClientsPane)
    await pane.action_run("clients.save-filter")
    await console.settle()
    console.app.screen.query_one(Input).value = "no good"
    await console.press("enter")
    assert "a-z" in console.text
    console.app.screen.query_one(Input).value = "asleep"
    await console.press("enter")
    await console.press("escape", "escape", "F", "enter")
    assert names(console) == found
    assert console.app.query_one(FilterInput).value == "@asleep"
    await pane.action_run("clients.forget-filter")
    await console.settle()
    await console.press("enter")
    assert not console.app.request.state.current.filters
