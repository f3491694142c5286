"""Clients mode over the real sandbox: the list, the detail, editing, flags, assignments, secrets, undo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from textual.widgets import Input

from tests.console import Console, console_request, open_console
from tui.ordercloud.models import ApiClient
from tui.panes.client_assignments import AssignmentsView
from tui.panes.client_detail import ClientDetail
from tui.panes.client_field import FieldRow
from tui.panes.client_form import ApiClientForm
from tui.session.client_row import ClientRow
from tui.widgets.dialogs import Ask, Confirm
from tui.widgets.row_list import RowList


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


def names(console: Console) -> list[str]:
    """Return the names in the list, in their order."""
    return [each.name for each in console.app.query_one("#api-clients", RowList).rows]


def under_cursor(console: Console) -> ApiClient:
    row = console.app.query_one("#api-clients", RowList).row
    assert isinstance(row, ClientRow)
    return console.app.session.marketplace.api_clients[row.id]


async def go_to(console: Console, name: str) -> ApiClient:
    """Put the cursor on the API client of that name."""
    rows = console.app.query_one("#api-clients", RowList)
    rows.cursor = names(console).index(name)
    await console.settle()
    return under_cursor(console)


async def on_server(console: Console, api_client_id: str) -> ApiClient:
    """Read an API client past every cache."""
    return await console.app.session.client.api_clients.get(api_client_id)


async def test_the_list_is_there_sorted_with_the_detail_of_its_first_row(console: Console) -> None:
    listed = names(console)
    assert len(listed) >= 12
    assert listed == sorted(listed, key=str.casefold)
    assert f"API clients {len(listed)}" in console.text
    assert listed[0] in str(console.app.query_one(ClientDetail).border_title)
    assert console.app.focused is console.app.query_one("#api-clients")


async def test_typing_after_slash_filters_and_escape_shows_all_again(console: Console) -> None:
    everything = names(console)
    await console.press("slash")
    await console.type("storefront")
    assert names(console) == [name for name in everything if "storefront" in name.casefold()]
    assert f"{len(names(console))} of {len(everything)}" in console.text
    await console.press("enter")
    assert console.app.focused is console.app.query_one("#api-clients")
    await console.press("escape")
    assert names(console) == everything


async def test_a_filter_that_finds_nothing_says_how_to_go_on(console: Console) -> None:
    await console.press("slash")
    await console.type("no such thing")
    assert "Nothing matches; esc shows all again." in console.text


async def test_sorting_by_a_column_and_again_the_other_way(console: Console) -> None:
    for expected_first in (False, True):
        await console.press("o")
        chooser = console.app.screen.query_one(RowList)
        chooser.move_to("Access")
        await console.press("enter")
        minutes = [each.access for each in console.app.query_one("#api-clients", RowList).rows]
        assert minutes == sorted(minutes, reverse=expected_first)


async def test_editing_in_place_patches_the_changed_field_alone(console: Console) -> None:
    before = await go_to(console, "Buyer Storefront")
    await console.press("e")
    field = next(each for each in console.app.query(FieldRow) if each.field.name == "AccessTokenDuration")
    field.query_one(Input).value = "1h30"
    await console.settle()
    assert "1 changed" in console.text
    await console.press("ctrl+s")
    assert isinstance(console.app.screen, Confirm)
    assert "10h (600 min) → 1h 30m (90 min)" in console.text
    await console.press("enter")
    after = await on_server(console, before.id)
    assert after.access_token_duration == 90
    patch = next(each for each in reversed(console.app.session.exchanges) if each.method == "PATCH")
    assert patch.request_body.json == {"AccessTokenDuration": 90}
    assert not console.app.query(ApiClientForm)


async def test_undo_takes_the_last_change_back(console: Console) -> None:
    before = await go_to(console, "Buyer Storefront")
    await console.press("x", "tab", "y")
    assert not (await on_server(console, before.id)).active
    await console.press("u")
    assert (await on_server(console, before.id)).active


async def test_undo_leaves_what_somebody_else_changed_meanwhile(console: Console) -> None:
    before = await go_to(console, "Buyer Storefront")
    await console.press("x", "tab", "y")
    await console.app.session.client.api_clients.patch(before.id, {"Active": True})
    await console.press("u")
    assert any("changed again since" in told for told in console.told)
    assert (await on_server(console, before.id)).active


async def test_a_field_out_of_range_is_said_at_the_field_and_nothing_is_sent(console: Console) -> None:
    before = await go_to(console, "Buyer Storefront")
    await console.press("e")
    for entry in console.app.query_one(ApiClientForm).query(Input):
        if entry.value == "600":
            entry.value = "5"
    await console.settle()
    assert "AccessTokenDuration must be 10" in console.text
    await console.press("ctrl+s")
    assert not isinstance(console.app.screen, Confirm)
    assert (await on_server(console, before.id)).access_token_duration == before.access_token_duration


async def test_a_user_nobody_knows_is_said_before_saving(console: Console) -> None:
    await go_to(console, "Buyer Storefront")
    await console.press("e")
    form = console.app.query_one(ApiClientForm)
    form.draft.put("DefaultContextUserName", "nobody-at-all")
    assert "No user of this marketplace is called nobody-at-all." in form._problems().values()


async def test_the_context_user_is_picked_from_those_there_are(console: Console) -> None:
    before = await go_to(console, "Buyer Storefront")
    await console.press("e")
    field = next(each for each in console.app.query(FieldRow) if each.field.name == "DefaultContextUserName")
    field.query_one(Input).focus()
    await console.press("ctrl+o")
    await console.type("harbor-admin")
    await console.press("enter", "ctrl+s", "enter")
    assert (await on_server(console, before.id)).default_context_user_name == "harbor-admin"


async def test_leaving_with_something_typed_asks_with_the_focus_on_no(console: Console) -> None:
    await go_to(console, "Buyer Storefront")
    await console.press("e")
    await console.type("X")
    await console.press("escape")
    assert isinstance(console.app.screen, Confirm)
    await console.press("enter")
    assert console.app.query(ApiClientForm)
    await console.press("escape", "y")
    assert not console.app.query(ApiClientForm)


async def test_a_new_api_client_is_created_and_selected(console: Console) -> None:
    await console.press("n", "enter")
    await console.type("Harbour Kiosk")
    await console.press("ctrl+s")
    await console.press("enter")
    assert under_cursor(console).app_name == "Harbour Kiosk"
    assert (await on_server(console, under_cursor(console).id)).active


async def test_a_duplicate_has_the_settings_and_never_the_secret(console: Console) -> None:
    with_secret = next(each for each in console.app.session.marketplace.api_clients.values() if each.client_secret)
    await go_to(console, with_secret.app_name)
    await console.press("d", "enter", "ctrl+s", "enter")
    copy = await on_server(console, under_cursor(console).id)
    assert copy.app_name == f"{with_secret.app_name} copy"
    assert copy.client_secret is None
    assert copy.access_token_duration == with_secret.access_token_duration


async def test_deleting_needs_more_than_a_hasty_enter(console: Console) -> None:
    doomed = await go_to(console, "Old ERP Bridge")
    await console.press("delete", "enter")
    assert doomed.app_name in names(console)
    await console.press("delete", "y")
    assert doomed.app_name not in names(console)


async def test_the_api_client_one_is_signed_in_through_is_neither_stopped_nor_deleted(console: Console) -> None:
    last = next(
        each.name
        for each in console.app.query_one("#api-clients", RowList).rows
        if each.id == console.app.session.identity.client_id
    )
    own = await go_to(console, last)
    await console.press("delete", "x")
    assert not isinstance(console.app.screen, Confirm)
    assert any("signed in through this API client" in told for told in console.told)
    assert (await on_server(console, own.id)).active


async def test_assigning_a_buyer_and_taking_it_back(console: Console) -> None:
    api_client = await go_to(console, "Partner Portal")
    await console.press("a")
    companies = console.app.query_one("#companies", RowList)
    free = next(row for row in companies.rows if row.key[0] == "buyer" and not row.assigned)
    companies.move_to(free.key)
    await console.press("enter")
    assert (await on_server(console, api_client.id)).assigned_buyer_count == api_client.assigned_buyer_count + 1
    assert next(row for row in companies.rows if row.key == free.key).assigned
    assert companies.row is not None
    assert companies.row.key == free.key
    await console.press("enter")
    assert (await on_server(console, api_client.id)).assigned_buyer_count == api_client.assigned_buyer_count


async def test_nullified_assignments_are_marked_and_flipping_the_flag_revives_them(console: Console) -> None:
    api_client = await go_to(console, "Buyer Storefront")
    await console.press("a")
    assert "nullified by the flag" in console.text
    companies = console.app.query_one("#companies", RowList)
    companies.move_to(("flag", "buyer"))
    await console.press("space")
    assert isinstance(console.app.screen, Confirm)
    assert "AllowAnyBuyer: on → off" in console.text
    assert "Only the 3 assigned buyers may use it then; the 3 others are" in console.text
    assert "guest-shopper (Estuary Guests) loses password and refresh." in console.text
    await console.press("enter")
    assert not (await on_server(console, api_client.id)).allow_any_buyer
    assert "nullified" not in console.text
    assert "allowed by assignment" in console.text


async def test_finding_a_company_and_showing_only_the_assigned_ones(console: Console) -> None:
    await go_to(console, "Partner Portal")
    await console.press("a", "f")
    companies = console.app.query_one("#companies", RowList)
    assert all(row.assigned for row in companies.rows if row.key[0] != "flag")
    await console.press("f", "slash")
    await console.type("anchor")
    assert [row.party.name for row in companies.rows] == ["Anchor Boats"]
    await console.press("escape")
    assert len(companies.rows) > 10


async def test_a_named_secret_is_shown_once_and_only_masked_ones_afterwards(console: Console) -> None:
    api_client = await go_to(console, "Buyer Storefront")
    await console.press("s", "n")
    await console.type("rotation")
    await console.press("enter")
    await console.type("30d")
    await console.press("enter")
    assert "Shown this once: nobody, nor OrderCloud, can tell it again." in console.text
    await console.press("y", "escape")
    assert "rotation" in console.text
    assert "in 30 days" in console.text
    assert "shown once" in console.text
    secrets = await console.app.session.client.api_clients.secrets(api_client.id).list()
    assert [secret.name for secret in secrets.items] == ["rotation"]


async def test_the_legacy_secret_is_masked_until_revealed(console: Console) -> None:
    with_secret = next(each for each in console.app.session.marketplace.api_clients.values() if each.client_secret)
    assert with_secret.client_secret is not None
    await go_to(console, with_secret.app_name)
    await console.press("s")
    assert with_secret.client_secret not in console.text
    await console.press("v")
    assert with_secret.client_secret in console.text
    await console.press("right_square_bracket", "right_square_bracket")
    assert with_secret.client_secret not in console.text


async def test_a_read_only_connection_shows_all_and_changes_nothing() -> None:
    async with open_console(console_request(read_only=True)) as console:
        assert "read-only" in console.text
        api_client = await go_to(console, "Buyer Storefront")
        await console.press("x", "n", "e", "delete")
        assert not isinstance(console.app.screen, Confirm)
        assert not console.app.query(ApiClientForm)
        await console.press("a", "space")
        assert (await on_server(console, api_client.id)).to_wire() == api_client.to_wire()


async def test_at_80_columns_the_detail_replaces_the_list_and_escape_returns() -> None:
    async with open_console(size=(80, 24)) as console:
        assert "API clients" in console.text
        assert "Who may use it" not in console.text
        await console.press("enter")
        assert "Who may use it" in console.text
        assert "API clients" not in console.text
        await console.press("escape")
        assert "API clients" in console.text


async def test_quitting_with_a_draft_asks(console: Console) -> None:
    await console.press("n", "enter")
    await console.type("Half done")
    await console.press("ctrl+q")
    assert isinstance(console.app.screen, Confirm)
    await console.press("escape")
    assert console.app.is_running


async def test_a_refusal_of_the_server_is_told_in_its_own_words(console: Console) -> None:
    doomed = await go_to(console, "Old ERP Bridge")
    await console.app.session.client.api_clients.delete(doomed.id)
    await console.press("x")
    assert any("not found" in told.casefold() for told in console.told), console.told


async def test_a_secret_that_cannot_be_made_keeps_its_dialog_open(console: Console) -> None:
    await go_to(console, "Buyer Storefront")
    await console.press("s", "n")
    await console.type("rotation")
    await console.press("tab")
    await console.type("soon")
    await console.press("enter")
    assert isinstance(console.app.screen, Ask)
    assert "no duration" in console.text
    await console.press("escape")
    assert "rotation" not in console.text


async def test_undo_passes_over_what_has_no_way_back(console: Console) -> None:
    changed = await go_to(console, "Buyer Storefront")
    await console.press("x", "y")
    await console.app.session.marketplace.create_secret(changed, "rotation", None)
    await console.press("u")
    assert any("no way back" in told for told in console.told)
    await console.press("u")
    assert (await on_server(console, changed.id)).active


async def test_the_footer_is_blank_under_a_dialog(console: Console) -> None:
    await console.press("o")
    assert console.text.splitlines()[-1].strip() == ""
    await console.press("escape")
    assert "Filter" in console.text.splitlines()[-1]


async def test_no_row_of_another_api_client_is_left_to_be_toggled(console: Console) -> None:
    await go_to(console, "Partner Portal")
    await console.press("a")
    view = console.app.query_one(AssignmentsView)
    assert view.api_client is not None
    other = next(each for each in console.app.session.marketplace.api_clients.values() if each != view.api_client)
    console.app.query_one(ClientDetail).show(other)
    assert view.api_client is None
    assert view.why_not("assign.toggle") is not None


async def test_of_two_quick_toggles_none_is_given_up(console: Console) -> None:
    api_client = await go_to(console, "Partner Portal")
    await console.press("a")
    view = console.app.query_one(AssignmentsView)
    companies = console.app.query_one("#companies", RowList)
    for free in [row for row in companies.rows if row.key[0] == "buyer" and not row.assigned][:2]:
        companies.move_to(free.key)
        view.do_toggle()
    await console.settle()
    assert (await on_server(console, api_client.id)).assigned_buyer_count == api_client.assigned_buyer_count + 2
    assert len(console.app.session.journal.changes) == 2


async def test_the_palette_stays_shut_over_a_question(console: Console) -> None:
    await go_to(console, "Old ERP Bridge")
    await console.press("delete", "ctrl+p")
    assert isinstance(console.app.screen, Confirm)


async def test_connecting_elsewhere_asks_before_a_draft_is_lost(console: Console) -> None:
    await console.press("n", "enter")
    await console.type("Half done")
    console.app.do_sign_in()
    await console.settle()
    assert isinstance(console.app.screen, Confirm)
    await console.press("escape")
    assert console.app.query(ApiClientForm)


async def test_a_form_is_not_saved_into_another_marketplace(console: Console) -> None:
    await console.press("n", "enter")
    await console.type("Half done")
    form = console.app.query_one(ApiClientForm)
    await console.app.session.use_sandbox()
    assert form.why_not("form.save") == "This form belongs to another marketplace than the one that is open now."


async def test_undo_in_production_asks_first(console: Console) -> None:
    changed = await go_to(console, "Buyer Storefront")
    await console.press("x", "y")
    session = console.app.session
    session.identity = replace(session.identity, kind="production")
    await console.press("u")
    assert isinstance(console.app.screen, Confirm)
    await console.press("enter")
    assert not (await on_server(console, changed.id)).active
    await console.press("u", "y")
    assert (await on_server(console, changed.id)).active
