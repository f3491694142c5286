"""What is asked before a change: in production, of the console's own API client, and when it moves meanwhile."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from textual.widgets import Input, TextArea

from tests.console import Console, console_request, open_console
from tests.panes.test_clients import go_to, names, on_server, under_cursor
from tui.ordercloud.models.base import JSON
from tui.panes.changing import MANNERS, Kind
from tui.panes.client_detail import ClientDetail
from tui.panes.client_field import FieldRow
from tui.panes.client_form import ApiClientForm
from tui.panes.clients import ClientsPane
from tui.panes.merge import Merge
from tui.panes.plan import PlanScreen
from tui.session.declared.document import Document, Entry
from tui.session.session import Session
from tui.widgets.dialogs import Ask, Confirm, Note
from tui.widgets.row_list import RowList


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


def in_production(console: Console) -> None:
    console.app.session.identity = replace(console.app.session.identity, kind="production")


def elsewhere(console: Console) -> None:
    """Make the marketplace one that is not the console's own, as a real one is."""
    way_in = console.app.session.marketplace.way_in
    way_in.own = replace(way_in.own, embedded=False)


def writes(console: Console) -> list[str]:
    made = [each for each in console.app.session.exchanges if each.method in ("POST", "PUT", "PATCH", "DELETE")]
    return [f"{each.method} {each.path}" for each in made if "/v1/" in each.url]


def field(console: Console, name: str) -> Input:
    return next(each for each in console.app.query(FieldRow) if each.field.name == name).query_one(Input)


async def back_to_list(console: Console) -> None:
    """Leave every dialog and form, as after the start; forget what was told."""
    while len(console.app.screen_stack) > 1:
        await console.press("escape")
    console.app.query_one(ClientDetail).close_form()
    console.app.query_one(ClientsPane).remove_class("-detail")
    console.app.query_one("#api-clients").focus()
    console.app.clear_notifications()
    await console.settle()


async def to_company(console: Console, *, assigned: bool) -> None:
    companies = console.app.query_one("#companies", RowList)
    row = next(row for row in companies.rows if row.key[0] == "buyer" and row.assigned is assigned)
    companies.move_to(row.key)
    await console.settle()


async def start_change(console: Console, kind: Kind) -> str:
    """Do everything up to the question; return the name that is typed when the manner wants one."""
    names = {
        Kind.ACTIVATE: "Old ERP Bridge",
        Kind.DELETE: "Kiosk Terminal",
        Kind.MEND: "Supplier Network",
        Kind.SILENCE: "Supplier Network",
    }
    name = names.get(kind, "Partner Portal")
    api_client = await go_to(console, name)
    match kind:
        case Kind.CREATE:
            await console.press("n", "enter")
            await console.type("Quay Kiosk")
            await console.press("ctrl+s")
            return "Quay Kiosk"
        case Kind.SAVE:
            await console.press("e")
            field(console, "AccessTokenDuration").value = "90"
            await console.settle()
            await console.press("ctrl+s")
        case Kind.ACTIVATE | Kind.DEACTIVATE:
            assert api_client.active is (kind is Kind.DEACTIVATE)
            await console.press("x")
        case Kind.DELETE:
            await console.press("delete")
        case Kind.FLAG:
            await console.press("a")
            console.app.query_one("#companies", RowList).move_to(("flag", "buyer"))
            await console.press("space")
        case Kind.ASSIGN | Kind.UNASSIGN:
            await console.press("a")
            await to_company(console, assigned=kind is Kind.UNASSIGN)
            await console.press("enter")
        case Kind.NEW_SECRET:
            await console.press("s", "n")
            await console.type("rotation")
            await console.press("enter", "enter")
        case Kind.DELETE_SECRET:
            secrets = console.app.session.client.api_clients.secrets(api_client.id)
            if "old one" not in [each.name async for each in secrets.iterate()]:
                await secrets.create({"Name": "old one"})
            console.app.session.marketplace.forget()
            await console.press("r", "s")
            await console.app.workers.wait_for_complete()
            rows = console.app.query_one("#secret-rows", RowList)
            rows.cursor = [each.name for each in rows.rows].index("old one")
            await console.settle()
            await console.press("delete")
            return "old one"
        case Kind.UNDO:
            await console.app.session.marketplace.patch_api_client(api_client, {"AccessTokenDuration": 77})
            await console.press("u")
        case Kind.MEND | Kind.SILENCE:
            console.app.query_one(ClientDetail).choose_tab("advice")
            await console.settle()
            await console.press("enter")
            if kind is Kind.MEND:
                await console.press("m")
            else:
                await console.press("z", "enter")
                await console.type("Until the move")
                await console.press("enter")
        case Kind.APPLY:
            plan = Document((Entry(api_client.id, {"AccessTokenDuration": 66}),))
            console.app.push_screen(PlanScreen(console.app.session, plan))
            await console.settle()
            await console.app.workers.wait_for_complete()
            await console.press("ctrl+s")
            return "Harbor Supply"
    return name


STORIES = (
    (Kind.CREATE, Kind.SAVE, Kind.ACTIVATE, Kind.DEACTIVATE, Kind.DELETE),
    (Kind.FLAG, Kind.ASSIGN, Kind.UNASSIGN, Kind.NEW_SECRET, Kind.DELETE_SECRET),
    (Kind.SILENCE, Kind.MEND, Kind.APPLY, Kind.UNDO),
)
"""Every kind of change, those of a line in one console: each is declined first, and then made."""


def test_every_kind_of_change_is_in_a_story() -> None:
    assert sorted(kind for story in STORIES for kind in story) == sorted(Kind)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story[0])
async def test_in_production_every_change_asks_first(console: Console, story: Sequence[Kind]) -> None:
    in_production(console)
    for kind in story:
        await no_leaves_everything(console, kind)
        await back_to_list(console)
        await a_yes_makes_the_change(console, kind)
        await back_to_list(console)


async def no_leaves_everything(console: Console, kind: Kind) -> None:
    await start_change(console, kind)
    assert isinstance(console.app.screen, Confirm), kind
    before = writes(console)
    retype = console.app.screen.query("#retype")
    assert bool(retype) is MANNERS[kind].retype
    if retype:
        await console.press("enter")
        assert isinstance(console.app.screen, Confirm), "nothing typed is not the name"
    elif MANNERS[kind].danger:
        await console.press("enter")
    await console.press("escape")
    assert writes(console) == before


async def a_yes_makes_the_change(console: Console, kind: Kind) -> None:
    name = await start_change(console, kind)
    before = writes(console)
    if MANNERS[kind].retype:
        console.app.screen.query_one("#retype", Input).value = name
        await console.press("enter")
    else:
        await console.press("y")
    assert len(writes(console)) == len(before) + 1, kind
    assert isinstance(console.app.screen, Note) is (kind is Kind.NEW_SECRET)


@pytest.mark.parametrize("kind", [each for each in Kind if MANNERS[each].always])
async def test_an_answer_does_not_count_for_another_marketplace(console: Console, kind: Kind) -> None:
    await start_change(console, kind)
    assert isinstance(console.app.screen, Confirm)
    await console.app.session.use_sandbox()
    await console.press("y")
    assert not isinstance(console.app.screen, Confirm)
    assert any("the console is not there any more" in told for told in console.told), console.told
    assert console.app.session.journal.last is None
    assert console.app.is_running
    if kind in (Kind.CREATE, Kind.SAVE):
        assert console.app.query(ApiClientForm), "the draft stays"


async def test_a_secret_begun_in_one_marketplace_is_not_made_in_another(console: Console) -> None:
    await go_to(console, "Partner Portal")
    await console.press("s", "n")
    await console.type("rotation")
    assert isinstance(console.app.screen, Ask)
    await console.app.session.use_sandbox()
    await console.press("enter", "enter")
    assert any("the console is not there any more" in told for told in console.told), console.told
    assert console.app.session.journal.last is None


async def test_an_undo_asked_about_in_one_marketplace_undoes_nothing_in_another(console: Console) -> None:
    in_production(console)
    await start_change(console, Kind.UNDO)
    session = console.app.session
    await session.use_sandbox()
    there = next(each for each in [each async for each in session.client.api_clients.iterate()] if each.active)
    await session.marketplace.patch_api_client(there, {"AppName": "Renamed"})
    await console.press("y")
    assert any("the console is not there any more" in told for told in console.told), console.told
    assert (await on_server(console, there.id)).app_name == "Renamed"
    assert session.journal.last is not None


# -- the console's own API client -------------------------------------------------------------------------------------


async def own(console: Console) -> str:
    identity, known = console.app.session.identity, console.app.session.marketplace.api_clients
    name = known[identity.client_id].app_name
    await go_to(console, name)
    return name


OWN_CHANGES: dict[str, Sequence[str]] = {
    "activate": ("x",),
    "delete": ("delete",),
    "flag": ("a", "space"),
}


async def start_own(console: Console, how: str) -> None:
    if how in OWN_CHANGES:
        await console.press(*OWN_CHANGES[how])
    elif how == "secret":
        await console.press("s", "n")
        await console.type("rotation")
        await console.press("enter", "enter")
    else:
        await console.press("e")
        entry = field(console, "MaximumGrantedRoles" if how == "ceiling" else "ClientSecret")
        entry.value = "Shopper" if how == "ceiling" else "a-legacy-secret"
        await console.settle()
        await console.press("ctrl+s")


async def test_the_console_does_not_shut_itself_out_of_its_sandbox(console: Console) -> None:
    for how in (*OWN_CHANGES, "secret", "ceiling", "legacy"):
        await own(console)
        await start_own(console, how)
        assert not isinstance(console.app.screen, Confirm), how
        assert any("signed in through this API client" in told for told in console.told), (how, console.told)
        assert writes(console) == []
        await console.app.session.client.sign_in()
        await back_to_list(console)


@pytest.mark.parametrize("how", [*OWN_CHANGES, "secret", "ceiling", "legacy"])
async def test_elsewhere_it_warns_with_the_focus_on_no_and_does_as_told(console: Console, how: str) -> None:
    elsewhere(console)
    await own(console)
    await start_own(console, how)
    assert isinstance(console.app.screen, Confirm)
    assert "Then it could not get in" in console.app.screen._body.plain
    assert "Then it" in console.text, "a long body does not hide it"
    assert console.app.focused is not None
    assert console.app.focused.id == "no"
    await console.press("enter")
    assert writes(console) == []
    if how in ("ceiling", "legacy"):
        await console.press("ctrl+s")
    else:
        await start_own(console, how if how in ("activate", "delete", "secret") else "flag")
    await console.press("y")
    assert len(writes(console)) == 1


async def test_what_leaves_the_console_in_is_saved_without_a_warning(console: Console) -> None:
    await own(console)
    await console.press("e")
    field(console, "AccessTokenDuration").value = "60"
    await console.settle()
    await console.press("ctrl+s")
    assert "could not get in" not in console.text
    await console.press("enter")
    assert len(writes(console)) == 1


# -- other people's changes -------------------------------------------------------------------------------------------


async def test_what_was_changed_elsewhere_is_merged_field_by_field_on_screen(console: Console) -> None:
    api_client = await go_to(console, "Partner Portal")
    await console.press("e")
    field(console, "AccessTokenDuration").value = "90"
    field(console, "AppName").value = "Mine"
    note = api_client.xp["note"] if api_client.xp is not None else None
    xp = next(each for each in console.app.query(FieldRow) if each.field.name == "xp").query_one(TextArea)
    xp.text = json.dumps({"note": note, "owner": "web"})
    await console.settle()
    theirs: dict[str, JSON] = {
        "AccessTokenDuration": 33,
        "AppName": "Theirs",
        "DefaultContextUserName": "shopper01",
        "xp": {"stage": "new"},
    }
    await console.app.session.client.api_clients.patch(api_client.id, theirs)
    await console.press("ctrl+s")
    assert isinstance(console.app.screen, Merge)
    assert "question: Context user, xp.stage." in " ".join(console.text.replace("│", " ").split()), console.text
    await console.press("enter")
    assert "Choose for Name first: t theirs, m mine." in console.told
    await console.press("escape")
    assert field(console, "AccessTokenDuration").value == "90", "leaving loses nothing"
    await console.press("ctrl+s", "t")
    assert "it was" in console.text, "the field under the cursor is told whole"
    await console.press("m", "enter")
    assert isinstance(console.app.screen, Confirm)
    assert "33m (33 min) → 1h 30m (90 min)" in console.text, console.text
    assert field(console, "AppName").value == "Theirs"
    assert json.loads(xp.text) == {"note": note, "owner": "web", "stage": "new"}, "of xp what each added"
    await console.press("enter")
    after = await on_server(console, api_client.id)
    assert (after.access_token_duration, after.default_context_user_name) == (90, "shopper01")
    assert after.app_name == "Theirs"
    assert after.xp == {"note": note, "owner": "web", "stage": "new"}
    last = next(each for each in reversed(console.app.session.exchanges) if each.method == "PATCH")
    assert last.request_body.json == {"AccessTokenDuration": 90, "xp": {"owner": "web"}}


async def test_what_changes_while_the_question_is_open_is_merged_too(console: Console) -> None:
    api_client = await go_to(console, "Partner Portal")
    await console.press("e")
    field(console, "AccessTokenDuration").value = "90"
    await console.settle()
    await console.press("ctrl+s")
    assert isinstance(console.app.screen, Confirm)
    await console.app.session.client.api_clients.patch(api_client.id, {"AccessTokenDuration": 33})
    await console.press("enter")
    assert isinstance(console.app.screen, Merge)
    await console.press("T", "enter")
    assert not isinstance(console.app.screen, Confirm)
    assert any("Nothing is left to save" in told for told in console.told)
    assert field(console, "AccessTokenDuration").value == "33"
    assert (await on_server(console, api_client.id)).access_token_duration == 33


async def test_the_list_shows_what_was_changed_elsewhere_when_a_key_is_declined(console: Console) -> None:
    api_client = await go_to(console, "Partner Portal")
    await console.app.session.client.api_clients.patch(api_client.id, {"Active": False})
    await console.press("x", "y")
    assert any("Active was true and is false now" in told for told in console.told), console.told
    assert not console.app.session.marketplace.api_clients[api_client.id].active
    row = console.app.query_one("#api-clients", RowList).row
    assert row is not None
    assert not row.active


async def test_a_member_of_xp_that_a_patch_leaves_behind_is_told_before_it_is_sent(console: Console) -> None:
    api_client = await go_to(console, "Partner Portal")
    bodies: tuple[dict[str, JSON], ...] = ({"xp": None}, {"xp": {"keep": 1, "drop": 2}})
    for body in bodies:
        await console.app.session.client.api_clients.patch(api_client.id, body)
    await console.press("r", "e")
    form = console.app.query_one(ApiClientForm)
    form.draft.put("xp", '{"keep": 1}')
    await console.press("ctrl+s")
    assert "xp.drop stays, as null" in " ".join(console.text.split()), console.text
    await console.press("enter")
    assert (await on_server(console, api_client.id)).xp == {"keep": 1, "drop": None}


# -- read-only, and names nobody can type -----------------------------------------------------------------------------


async def test_read_only_holds_below_the_panes_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_console(console_request(read_only=True)) as console:
        monkeypatch.setattr(Session, "why_not_change", lambda _: None)
        await go_to(console, "Partner Portal")
        await console.press("x", "y")
        assert any("read-only" in told for told in console.told), console.told
        assert "PATCH" not in " ".join(writes(console))


async def test_a_name_that_cannot_be_typed_as_shown_asks_for_another_word(console: Console) -> None:
    in_production(console)
    for name in ("a\u202eb", "a\x1b[31mb", "zero\u200bwidth", " edge", "Ship & Shore", "宽"):
        await delete_named(console, name)


async def delete_named(console: Console, name: str) -> None:
    created = await console.app.session.client.api_clients.create(
        {"AppName": name, "AccessTokenDuration": 60, "Active": True}
    )
    await console.press("r")
    console.app.query_one("#api-clients", RowList).move_to(created.id)
    await console.settle()
    await console.press("delete")
    assert isinstance(console.app.screen, Confirm)
    word = name if name in ("Ship & Shore", "宽") else "Delete"
    assert f"Type {word} to go on" in console.text
    console.app.screen.query_one("#retype", Input).value = word
    await console.press("enter")
    assert not isinstance(console.app.screen, Confirm)
    assert created.id not in console.app.session.marketplace.api_clients


async def test_what_was_changed_elsewhere_does_not_take_the_form_away_with_its_row(console: Console) -> None:
    """The filter does not find the API client any more, so the cursor goes to another row."""
    await console.press("slash")
    await console.type("kiosk")
    await console.press("enter")
    before = under_cursor(console)
    await console.press("e")
    field(console, "AccessTokenDuration").value = "77"
    await console.app.session.client.api_clients.patch(before.id, {"AppName": "Renamed"})
    await console.press("ctrl+s")
    assert isinstance(console.app.screen, Confirm)
    assert "Save 1 change to Renamed?" in console.text
    await console.press("enter")
    after = await on_server(console, before.id)
    assert (after.app_name, after.access_token_duration) == ("Renamed", 77)


async def test_one_that_was_deleted_elsewhere_is_said_and_what_is_typed_stays(console: Console) -> None:
    before = await go_to(console, "Kiosk Terminal")
    await console.press("e")
    field(console, "AccessTokenDuration").value = "77"
    await console.app.session.client.api_clients.delete(before.id)
    await console.press("ctrl+s")
    assert "Kiosk Terminal is not there any more: it was deleted elsewhere." in console.told
    assert field(console, "AccessTokenDuration").value == "77"
    assert "Kiosk Terminal" not in names(console)
    assert len(console.app.screen_stack) == 1, "nobody asks to leave the form"
    await console.press("escape", "y")
    assert not console.app.query(ApiClientForm)


async def test_a_long_value_of_somebody_else_can_be_read_to_its_end(console: Console) -> None:
    await console.pilot.resize_terminal(80, 24)
    before = await go_to(console, "Kiosk Terminal")
    await console.press("e")
    area = next(each for each in console.app.query(FieldRow) if each.field.name == "xp").query_one(TextArea)
    area.text = '{"note": "mine"}'
    await console.settle()
    await console.app.session.client.api_clients.patch(before.id, {"xp": {"note": "word " * 200 + "at-the-end"}})
    await console.press("ctrl+s")
    assert isinstance(console.app.screen, Merge)
    assert "J K scroll" in console.text
    assert "at-the-end" not in console.text
    await console.press(*"JJJJJJJJJJJJ")
    assert "at-the-end" in console.text
