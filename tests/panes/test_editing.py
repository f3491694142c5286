"""Editing through the real sandbox: who is affected, drafts that survive, faults in the way, the journal, templates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from tests.console import Console, console_request, open_console
from tests.panes.secrets_lab import until
from tests.panes.test_clients import go_to, names, on_server, under_cursor
from tui import crash
from tui.config.paths import find_paths
from tui.config.request import ConsoleRequest
from tui.ordercloud.models.base import JSON
from tui.panes.client_field import FieldRow
from tui.panes.client_form import ApiClientForm
from tui.panes.form_outlook import OutlookLines
from tui.panes.journal import JournalScreen
from tui.panes.journal_text import SIGNS
from tui.panes.merge import Merge
from tui.sandbox.control import Fault, Rule
from tui.session.journal import Change
from tui.session.marketplace import Marketplace
from tui.session.record import ChangeKind, Record
from tui.widgets.dialogs import Choose, Confirm, Note
from tui.widgets.flag import Flag
from tui.widgets.multi_picker import MultiPicker
from tui.widgets.picker import Picker
from tui.widgets.row_list import RowList

HUSH = "hush-hush-hush"


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


def row_of(console: Console, name: str) -> FieldRow:
    return next(each for each in console.app.query(FieldRow) if each.field.name == name)


def entry_of(console: Console, name: str) -> Input:
    return row_of(console, name).query_one(Input)


async def put(console: Console, name: str, text: str) -> None:
    entry_of(console, name).value = text
    await console.settle()


def fail(console: Console, rule: Rule) -> None:
    sandbox = console.app.session.opened.sandbox
    assert sandbox is not None
    sandbox.control.faults.add(rule)


def outlook(console: Console) -> str:
    lines = console.app.query_one(OutlookLines)
    return str(lines.content) if lines.display else ""


# -- who is affected, and what is picked ------------------------------------------------------------------------------


async def test_the_form_says_who_is_affected_as_one_types_and_whole_before_it_is_saved(console: Console) -> None:
    await go_to(console, "Buyer Storefront")
    await console.press("e")
    assert outlook(console) == ""
    await put(console, "RefreshTokenDuration", "0")
    assert "users of" in outlook(console)
    assert "lose refresh" in outlook(console)
    row_of(console, "AllowAnyBuyer").query_one(Flag).action_turn()
    await console.settle()
    assert "lose something" in outlook(console) or "lose password" in outlook(console)
    await put(console, "ClientSecret", HUSH)
    assert "Every grant needs the client secret then" in outlook(console)
    await console.press("ctrl+s")
    assert isinstance(console.app.screen, Confirm)
    body = console.app.screen._body.plain
    assert "whoever does not send it is refused" in body
    assert "lose refresh." in body
    assert HUSH not in body
    await console.press("escape")
    await console.press("escape", "y")
    await go_to(console, "Guest Storefront")
    await console.press("e")
    await put(console, "DefaultContextUserName", "")
    assert "▲ Anonymous shopping has no user" in outlook(console)
    await put(console, "AppName", "test")
    assert "▲ test says nothing" in console.text
    await put(console, "AppName", "buyer storefront")
    assert "Another API client is named Buyer Storefront" in row_of(console, "AppName").warning
    row_of(console, "xp").query_one(TextArea).text = '{\n "a": }'
    await console.settle()
    assert "line 2, column 7" in row_of(console, "xp").problem


async def test_roles_events_and_companies_are_picked_from_the_marketplace(console: Console) -> None:
    event: dict[str, JSON] = {
        "ID": "ev",
        "Name": "Tax call",
        "CustomImplementationUrl": "https://x.example",
        "HashKey": "k",
    }
    await console.app.session.client.integration_events.create(event)
    before = await go_to(console, "Partner Portal")
    await console.press("e")
    entry_of(console, "MaximumGrantedRoles").focus()
    await console.press("ctrl+o")
    assert isinstance(console.app.screen, MultiPicker)
    for role in ("shopper", "meadmin", "orderreader", "orderreader"):
        await console.type(role)
        await console.press("enter")
    assert "2 ticked: Shopper, MeAdmin" in console.text
    await console.press("ctrl+s")
    assert entry_of(console, "MaximumGrantedRoles").value == "Shopper MeAdmin"
    entry_of(console, "OrderCheckoutIntegrationEventID").focus()
    await console.press("ctrl+o")
    await console.type("tax")
    await console.press("enter")
    assert entry_of(console, "OrderCheckoutIntegrationEventID").value == "ev"
    form = console.app.query_one(ApiClientForm)
    form.companies.focus()
    await console.press("enter")
    assert isinstance(console.app.screen, MultiPicker)
    ticked = len(console.app.screen._ticked)
    free = next(each for each in console.app.screen._choices if each.value not in console.app.screen._ticked)
    await console.press("enter")
    await console.type(free.title)
    await console.press("enter", "ctrl+s")
    assert len(form.companies.now) == ticked
    assert "and 1 more" not in console.text or ticked > 3
    await console.press("ctrl+s")
    assert "1 x POST /v1/apiclients/assignments" in console.app.screen._body.plain  # type: ignore[attr-defined]  # a Confirm
    await console.press("enter")
    after = await on_server(console, before.id)
    assert after.maximum_granted_roles == ("Shopper", "MeAdmin")
    assert after.order_checkout_integration_event_id == "ev"
    assigned = await console.app.session.marketplace.parties_assigned(before.id)
    assert free.title in {each.label for each in assigned}
    assert len(assigned) == ticked
    await console.press("u", "u", "u")
    again = await on_server(console, before.id)
    assert again.to_wire() == {**before.to_wire(), **dict.fromkeys(_EVENT)}


_EVENT = ("OrderCheckoutIntegrationEventID", "OrderCheckoutIntegrationEventName")


async def test_where_there_are_too_many_users_to_read_parties_are_counted(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.panes.form_outlook.MOST_PARTIES", 2)
    monkeypatch.setattr(Marketplace, "people_are_read", property(lambda _: False))
    await go_to(console, "Buyer Storefront")
    await console.press("e")
    await put(console, "RefreshTokenDuration", "0")
    assert "who are not read, lose refresh." in outlook(console)
    entry_of(console, "DefaultContextUserName").focus()
    await console.press("ctrl+o")
    await console.type("anchor")
    await console.press("enter")
    assert isinstance(console.app.screen, Picker)
    await console.type("shopper01")
    await console.press("enter")
    assert entry_of(console, "DefaultContextUserName").value == "shopper01"


async def test_stopping_one_says_who_loses_what(console: Console) -> None:
    await go_to(console, "Partner Portal")
    for key in ("x", "delete"):
        await console.press(key)
        assert "lose password and refresh." in console.text
        assert "chandlery-buyer (Chandlery Ltd) loses password and refresh." in console.text
        await console.press("escape")


# -- faults -----------------------------------------------------------------------------------------------------------


async def test_a_lost_connection_keeps_the_draft_and_a_lost_answer_is_looked_into(console: Console) -> None:
    before = await go_to(console, "Buyer Storefront")
    await console.press("e")
    await put(console, "AccessTokenDuration", "90")
    fail(console, Rule(Fault.DROP_BEFORE, path="/v1/apiclients/*", method="PATCH", next=1))
    await console.press("ctrl+s", "enter")
    assert console.app.query(ApiClientForm)
    assert entry_of(console, "AccessTokenDuration").value == "90"
    assert (await on_server(console, before.id)).access_token_duration == before.access_token_duration
    assert console.app.session.journal.last is None
    fail(console, Rule(Fault.RATE_LIMIT, path="/v1/apiclients/*", method="PATCH", retry_after=0, next=5))
    await console.press("ctrl+s", "enter")
    assert console.app.query(ApiClientForm)
    assert entry_of(console, "AccessTokenDuration").value == "90"
    console.app.session.opened.sandbox.control.faults.clear()  # type: ignore[union-attr]  # it is the sandbox
    fail(console, Rule(Fault.DROP_AFTER, path="/v1/apiclients/*", method="PATCH", next=1))
    await console.press("ctrl+s", "enter")
    assert not console.app.query(ApiClientForm), "it was done, and only the answer was lost"
    assert (await on_server(console, before.id)).access_token_duration == 90
    assert len(console.app.session.journal.changes) == 1
    await console.press("u")
    assert (await on_server(console, before.id)).access_token_duration == before.access_token_duration


# -- drafts -----------------------------------------------------------------------------------------------------------


def on_file(folder: Path) -> ConsoleRequest:
    return replace(console_request(), sandbox_memory=False, sandbox_db=folder / "sandbox.db")


def kept_texts() -> list[str]:
    return [file.read_text(encoding="utf-8") for file in find_paths().drafts.glob("*.json")]


async def test_a_draft_survives_a_crash_and_is_offered_with_what_differs(tmp_path: Path) -> None:
    async with open_console(on_file(tmp_path)) as console:
        edited = await go_to(console, "Partner Portal")
        await console.press("e")
        await put(console, "AccessTokenDuration", "90")
        await put(console, "ClientSecret", HUSH)
        await put(console, "RefreshTokenDuration", "soon")
        crash.write_report(RuntimeError("x"), find_paths().crashes, console.clock.now)
        (kept,) = kept_texts()
        assert HUSH not in kept
        assert "soon" in kept
        for file in find_paths().drafts.iterdir():
            assert file.stat().st_mode & 0o077 == 0
    assert len(kept_texts()) == 1, "a console that ends without a word leaves it"
    async with open_console(on_file(tmp_path)) as console:
        told = "\n".join(console.told)
        assert "Partner Portal, 23 Nov 09:14: Access token, Refresh token typed" in told
        assert "a secret typed then is not kept" in told
        assert "D goes on with it" in told
        assert "D Draft" in console.text.splitlines()[-1]
        theirs: dict[str, JSON] = {"AccessTokenDuration": 33, "AllowAnySupplier": True}
        await console.app.session.client.api_clients.patch(edited.id, theirs)
        await console.press("D")
        assert isinstance(console.app.screen, Merge)
        await console.press("m", "enter")
        assert entry_of(console, "AccessTokenDuration").value == "90"
        assert entry_of(console, "RefreshTokenDuration").value == "soon"
        assert entry_of(console, "ClientSecret").value == ""
        assert row_of(console, "AllowAnySupplier").query_one(Flag).value
        await put(console, "RefreshTokenDuration", "0")
        await console.press("ctrl+s", "enter")
        after = await on_server(console, edited.id)
        assert (after.access_token_duration, after.refresh_token_duration) == (90, 0)
        assert after.allow_any_supplier
        assert kept_texts() == []
        assert "D Draft" not in console.text.splitlines()[-1]
        await console.press("n", "enter")
        await console.type("Half done")
        crash.write_report(RuntimeError("x"), find_paths().crashes, console.clock.now)
        assert len(kept_texts()) == 1
        await console.press("escape", "y")
        assert kept_texts() == [], "given up"


# -- journal ----------------------------------------------------------------------------------------------------------


async def test_the_journal_lists_filters_tells_and_takes_back(console: Console) -> None:
    before = await go_to(console, "Partner Portal")
    marketplace = console.app.session.marketplace
    await marketplace.patch_api_client(before, {"AccessTokenDuration": 33})
    await marketplace.create_api_client({"AppName": "Kiosk", "AccessTokenDuration": 60})
    await console.press("Z")
    screen = console.app.screen
    assert isinstance(screen, JournalScreen)
    assert "Journal 2" in console.text
    assert "Kiosk: created" in console.text
    await console.press("slash")
    await console.type("portal")
    await console.press("enter")
    assert "Journal 1 of 2" in console.text
    assert "2h (120 min) → 33m (33 min)" in console.text
    assert "u takes it back" in console.text
    await console.press("u")
    assert (await on_server(console, before.id)).access_token_duration == before.access_token_duration
    assert "It was taken back." in console.text
    await console.press("escape")
    assert "Journal 3" in console.text
    await console.press("g", "u")
    assert any("can be done again by hand" in told for told in console.told)
    await console.press("escape")
    assert not isinstance(console.app.screen, JournalScreen)


async def test_changes_made_as_one_are_told_one_by_one_and_taken_back_together(console: Console) -> None:
    marketplace = console.app.session.marketplace
    chosen = [await go_to(console, name) for name in ("Partner Portal", "Kiosk Terminal")]
    records = [await marketplace.patch_among_many(each, {"Active": False}) for each in chosen]
    marketplace.note_many("2 API clients: deactivated", records=records)
    await console.press("Z")
    assert "≡  26-11-23 09:14" in console.text
    for each in chosen:
        assert f"changed          {each.app_name} · {each.id}" in console.text
    assert console.text.count("Active on → off") == len(chosen)
    await console.press("slash")
    await console.type("kiosk")
    assert "Journal 1 of 1" in console.text
    await console.press("enter", "u")
    assert "It was taken back." in console.text
    assert all([(await on_server(console, each.id)).active for each in chosen])


@pytest.mark.parametrize("kind", ChangeKind)
async def test_every_kind_of_change_can_be_looked_at(console: Console, kind: ChangeKind) -> None:
    console.app.session.journal.add(Change(console.clock.now, "Something", record=Record(kind)))
    await console.press("Z")
    assert f"{SIGNS[kind]}  26-11-23 09:14" in console.text


async def test_a_deleted_one_is_brought_back_by_u_and_what_is_lost_can_be_read(console: Console) -> None:
    before = await go_to(console, "Partner Portal")
    await console.app.session.marketplace.create_secret(before, "rotation", None)
    await console.press("delete", "y", "u")
    assert isinstance(console.app.screen, Note)
    assert "has the new ID" in console.text
    assert "the secret rotation: create a new one" in console.text
    await console.press("escape")
    assert names(console).count("Partner Portal") == 1


# -- new and copies ---------------------------------------------------------------------------------------------------


async def test_a_new_one_starts_from_a_template_with_its_reasons(console: Console) -> None:
    await console.press("n")
    assert isinstance(console.app.screen, Picker)
    await console.type("guest")
    await console.press("enter")
    assert entry_of(console, "AppName").value == "Guest Storefront 2"
    entry_of(console, "AccessTokenDuration").focus()
    await console.settle()
    assert "A token in a browser can be stolen" in console.text
    entry_of(console, "DefaultContextUserName").value = "shopper01"
    await console.press("ctrl+s")
    assert isinstance(console.app.screen, Confirm)
    assert "Then: It has no client secret, and must not get one" in console.app.screen._body.plain
    await console.press("enter")
    made = await on_server(console, under_cursor(console).id)
    assert (made.app_name, made.is_anon_buyer, made.access_token_duration) == ("Guest Storefront 2", True, 60)
    assert made.default_context_user_name == "shopper01"


async def test_a_copy_is_made_with_the_assignments_or_without(console: Console) -> None:
    original = await go_to(console, "Partner Portal")
    counts = (original.assigned_buyer_count, original.assigned_supplier_count)
    await console.press("d")
    assert isinstance(console.app.screen, Choose)
    await console.press("enter", "ctrl+s", "enter")
    copy = await on_server(console, under_cursor(console).id)
    assert copy.app_name == "Partner Portal copy"
    assert (copy.assigned_buyer_count, copy.assigned_supplier_count) == counts
    assert len(console.app.session.journal.changes) == 1
    await console.press("u")
    assert "Partner Portal copy" not in names(console)
    await go_to(console, "Partner Portal")
    await console.press("d", "down", "enter", "ctrl+s", "enter")
    copy = await on_server(console, under_cursor(console).id)
    assert (copy.assigned_buyer_count, copy.assigned_supplier_count) == (0, 0)


async def test_a_company_that_cannot_be_assigned_is_told_and_the_rest_is_done(console: Console) -> None:
    await go_to(console, "Partner Portal")
    fail(console, Rule(Fault.SERVER_ERROR, path="/v1/apiclients/assignments", method="POST", status=500, next=1))
    await console.press("d", "enter", "ctrl+s", "enter")
    assert under_cursor(console).app_name == "Partner Portal copy"
    copy = await on_server(console, under_cursor(console).id)
    assert copy.assigned_buyer_count + copy.assigned_supplier_count == 2
    assert len(console.app.session.journal.changes) == 1


# -- keys that come again, and words that do not fit ---------------------------------------------------------------


async def test_a_key_that_comes_again_before_the_question_is_there_does_not_ask_twice(console: Console) -> None:
    before = await go_to(console, "Buyer Storefront")
    await console.press("e")
    await put(console, "RefreshTokenDuration", "0")
    fail(console, Rule(Fault.LATENCY, path="/v1/*", method="GET", seconds=0.2))
    await console.pilot.press("ctrl+s", "ctrl+s")
    await until(console, lambda: isinstance(console.app.screen, Confirm), "the question")
    assert "It is being saved." in console.told
    await until(console, lambda: not _asks(console), "the end of what asks")
    assert [type(each) for each in console.app.screen_stack[1:]] == [Confirm]
    await console.press("escape")
    await console.press("ctrl+s")
    await until(console, lambda: isinstance(console.app.screen, Confirm), "the question, after a no")
    await console.press("enter")
    await until(console, lambda: not console.app.query(ApiClientForm), "the form to be done")
    assert (await on_server(console, before.id)).refresh_token_duration == 0
    await console.pilot.press("delete", "delete")
    await until(console, lambda: isinstance(console.app.screen, Confirm), "the question")
    await until(console, lambda: not _asks(console), "the end of what asks")
    assert [type(each) for each in console.app.screen_stack[1:]] == [Confirm]


def _asks(console: Console) -> int:
    """Whether more than the work that waits for the answer is under way."""
    groups = [each.group for each in console.app.workers if not each.is_finished]
    return groups.count("save") + groups.count("change") > 1


async def test_what_the_server_said_of_one_field_does_not_outlive_another_one(console: Console) -> None:
    before = await go_to(console, "Buyer Storefront")
    await console.press("e")
    row_of(console, "IsAnonBuyer").query_one(Flag).action_turn()
    await put(console, "DefaultContextUserName", "harbor-admin")
    await console.press("ctrl+s", "enter")
    assert "not a seller user" in row_of(console, "IsAnonBuyer").problem
    await put(console, "DefaultContextUserName", "shopper01")
    await console.press("ctrl+s", "enter")
    after = await on_server(console, before.id)
    assert (after.is_anon_buyer, after.default_context_user_name) == (True, "shopper01")


async def test_all_of_a_question_can_be_read_on_a_small_screen() -> None:
    async with open_console(size=(80, 24)) as console:
        await go_to(console, "Buyer Storefront")
        await console.press("e")
        await put(console, "ClientSecret", HUSH)
        await console.press("ctrl+s")
        last = console.app.screen._body.plain.split()[-1]  # type: ignore[attr-defined]  # a Confirm
        assert last not in console.text
        assert "↑ ↓ scroll" in console.text
        await console.press("pagedown", "pagedown", "down")
        assert last in console.text


async def test_what_was_changed_as_one_is_told_part_by_part_in_the_journal() -> None:
    async with open_console(size=(80, 24)) as console:
        rows = console.app.query_one("#api-clients", RowList).rows
        await console.press("ctrl+a", "M", "down", "down", "enter")
        console.app.screen.query(Input).first().value = "1h17"
        await console.press("enter", "enter", "enter", "enter")
        await until(console, lambda: f"{len(rows)} done" in console.text, "the account")
        await console.press("escape", "Z")
        await until(console, lambda: "Journal 1" in console.text, "the journal")
        assert f"{rows[0].name} · {rows[0].id}" in console.text
        assert "u takes it back" in console.text
        assert rows[-1].id not in console.text
        await console.press(*"J" * 3 * len(rows))
        assert f"{rows[-1].name} · {rows[-1].id}" in console.text
        assert "→ 1h 17m (77 min)" in console.text
        await console.press("slash")
        await console.type(rows[-1].name)
        assert "Journal 1 of 1" in console.text


async def test_what_is_typed_while_it_is_being_saved_is_not_lost(console: Console) -> None:
    before = await go_to(console, "Buyer Storefront")
    await console.press("e")
    await put(console, "AccessTokenDuration", "77")
    await put(console, "RefreshTokenDuration", "0")
    fail(console, Rule(Fault.LATENCY, path="/v1/*", method="PATCH", seconds=0.5))
    await console.press("ctrl+s")
    await console.pilot.press("enter")
    while "Saving…" not in console.text:
        await console.pilot.pause(0.01)
    entry_of(console, "AccessTokenDuration").value = str(before.access_token_duration)
    entry_of(console, "AppName").value = "Renamed"
    await until(console, lambda: any("still here" in told for told in console.told), "the answer")
    first = await on_server(console, before.id)
    assert (first.app_name, first.access_token_duration, first.refresh_token_duration) == (before.app_name, 77, 0)
    assert (entry_of(console, "AppName").value, row_of(console, "RefreshTokenDuration").changed) == ("Renamed", False)
    await console.press("ctrl+s")
    assert "Save 2 changes to Renamed?" in console.text
    await console.press("enter")
    await until(console, lambda: not console.app.query(ApiClientForm), "the form to be done")
    after = await on_server(console, before.id)
    assert (after.app_name, after.access_token_duration) == ("Renamed", before.access_token_duration)
