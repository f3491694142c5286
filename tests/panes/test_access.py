"""Access over the real sandbox: the matrix says what the rules say, and why."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from textual.content import Content
from textual.widgets import Static

from tests.console import Console, console_request, open_console
from tests.session.sandbox_gate import Gate, Held
from tui.access.facts import Party, PartyKind
from tui.access.matrix import Standing
from tui.access.parties import By, who_may_use
from tui.config.connection import Connection, ConnectionProblem, Part
from tui.ordercloud.models import ApiClient, ApiClientAssignment
from tui.panes.access import AccessPane
from tui.panes.access_picture import SIGNS, Picture
from tui.sandbox import Sandbox
from tui.sandbox.control import Fault, Rule
from tui.session.client_row import ClientRow
from tui.widgets.matrix import Matrix
from tui.widgets.row_list import RowList

MANY = 120
"""More buyers than a page of a list holds."""


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        await opened.press("2")
        yield opened


def pane(console: Console) -> AccessPane:
    return console.app.query_one(AccessPane)


def why(console: Console) -> str:
    """Return what the panel says, unwrapped."""
    content = console.app.query_one("#reason", Static).content
    assert isinstance(content, Content)
    return content.plain


def told(console: Console) -> list[str]:
    """Return the short messages that were shown."""
    return console.told


async def go_to(console: Console, party: str, api_client: str) -> None:
    """Put the cursor on a cell."""
    picture = pane(console).picture
    row = next(row for row, each in enumerate(picture.parties) if each.label == party)
    column = next(column for column, each in enumerate(picture.api_clients) if each.app_name == api_client)
    console.app.query_one(Matrix).cursor = (row, column)
    await console.settle()


async def test_every_cell_of_the_demo_marketplace_is_what_the_rules_say(console: Console) -> None:
    picture = pane(console).picture
    assert len(picture.parties) == 11
    assert len(picture.api_clients) >= 13
    for row, party in enumerate(picture.parties):
        for column, api_client in enumerate(picture.api_clients):
            access = who_may_use(api_client, party, picture.assignments[api_client.id])
            standing = {sign: each for each, sign in SIGNS.items()}[picture.sign(row, column)]
            assert (standing is Standing.REFUSED) == (not access.allowed)
            assert (standing in (Standing.NULLIFIED, Standing.INACTIVE_NULLIFIED)) == access.nullified
            assert standing.gets_in == (access.allowed and api_client.active and party.active)
            assert standing is not Standing.ASSIGNMENT or access.by is By.ASSIGNMENT
            assert standing is not Standing.FLAG or access.by is By.FLAG


@pytest.mark.parametrize(
    ("party", "api_client", "words"),
    [
        ("Anchor Boats", "Partner Portal", ["ALLOWED by assignment", "one of 2 buyers", "assignment: refused"]),
        ("Anchor Boats", "Buyer Storefront", ["ALLOWED by AllowAnyBuyer", "nullified", "which counts again"]),
        ("Drydock Repairs", "Buyer Storefront", ["With AllowAnyBuyer off: refused"]),
        ("Breakwater Marine", "Partner Portal", ["REFUSED", "not assigned", "allowed"]),
        ("Harbor Supply", "Partner Portal", ["REFUSED", "no such thing as a seller assignment", "Nearly: "]),
        ("Foghorn Cruises", "Buyer Storefront", ["REFUSED while the buyer is inactive"]),
        ("Harbor Supply", "Old ERP Bridge", ["REFUSED while the API client is inactive"]),
        ("Anchor Boats", "Guest Storefront", ["✓ anonymous", "temporary copy of guest-shopper"]),
    ],
)
async def test_why_gives_reason_fields_and_what_would_change_it(
    console: Console, party: str, api_client: str, words: list[str]
) -> None:
    await go_to(console, party, api_client)
    assert why(console).startswith(f"{party} → {api_client}")
    for each in words:
        assert each in why(console)


async def test_keys_move_and_the_place_is_told(console: Console) -> None:
    assert "party 1 of 11 · API client 1 of" in console.text
    await console.press("down", "l", "l")
    assert "party 2 of 11 · API client 3 of" in console.text
    assert "Anchor Boats → Buyer Storefront" in console.text
    assert "[✓⊘]" in console.text


async def test_named_secrets_are_taken_into_account_when_the_cursor_stays(console: Console) -> None:
    await go_to(console, "Harbor Supply", "ERP Middleware")
    assert "A program gets a token with the client secret, and acts as erp-service." in why(console)


async def test_o_opens_the_api_client_and_t_tries_it(console: Console) -> None:
    await go_to(console, "Anchor Boats", "Partner Portal")
    await console.press("o")
    row = console.app.query_one("#api-clients", RowList).row
    assert isinstance(row, ClientRow)
    assert row.name == "Partner Portal"
    await console.press("2", "t")
    assert console.app.query_one("#modes").query_one("#tokens").display


async def test_reload_shows_what_others_changed_and_keeps_the_cursor(console: Console) -> None:
    await go_to(console, "Anchor Boats", "Partner Portal")
    assert "ALLOWED by assignment" in why(console)
    portal = pane(console).api_client
    assert portal is not None
    client = console.app.session.client
    await client.api_clients.create({"AppName": "Aardvark", "AccessTokenDuration": 60})
    await client.api_clients.assignments.unassign(ApiClientAssignment(api_client_id=portal.id, buyer_id="anchor-boats"))
    await console.press("r")
    found = pane(console).api_client
    assert found is not None
    assert found.app_name == "Partner Portal"
    assert why(console).startswith("Anchor Boats → Partner Portal\nREFUSED")


async def test_a_change_in_clients_is_seen_here(console: Console) -> None:
    await go_to(console, "Anchor Boats", "Partner Portal")
    assert "ALLOWED" in why(console)
    portal = pane(console).api_client
    assert portal is not None
    await console.press("1")
    await console.app.session.marketplace.unassign(portal, Party(PartyKind.BUYER, "anchor-boats", "Anchor Boats"))
    await pane(console).marketplace_changed()
    await console.press("2")
    assert "REFUSED" in console.text


async def test_at_80_by_24_why_stands_below_and_both_can_be_used() -> None:
    async with open_console(size=(80, 24)) as console:
        await console.press("2")
        matrix, why = console.app.query_one("#who").region, console.app.query_one("#why").region
        assert why.y >= matrix.bottom
        assert why.width == matrix.width == 80
        assert sum("│ " in line and ("✓" in line or "·" in line) for line in console.text.splitlines()) >= 8
        await console.press("G", "end")
        assert "party 11 of 11 · API client 17 of 17" in console.text
        assert "Jetty Ropes" in console.text


@pytest.mark.parametrize("name", ["[/nope]", "[bold]x", "\x1b]0;x\x07", "a\u202eb", "宽宽宽", "e\u0301x", "y" * 10_000])
async def test_hostile_names_stand_as_they_are(console: Console, name: str) -> None:
    api_client = ApiClient(id="a", app_name=name, active=True, allow_any_buyer=True)
    party = Party(PartyKind.BUYER, name, name)
    pane(console)._draw(Picture((party,), (api_client,), {"a": ()}))
    secrets = console.app.session.marketplace._secrets
    secrets.keep("a", (), secrets.begin())
    await console.settle()
    shown = name.replace("\x1b", "␛").replace("\x07", "␇").replace("\u202e", "�")[:6]
    assert console.text.count(shown) >= 3
    assert "ALLOWED by AllowAnyBuyer" in console.text


async def test_without_a_marketplace_it_says_what_to_do() -> None:
    nowhere = Connection("", problems=(ConnectionProblem(Part.URL, "Where to?", missing=True),))
    async with open_console(console_request(connection=nowhere)) as console:
        await console.press("escape", "2")
        assert why(console) == "There is no marketplace yet: p signs in."
        await console.press("enter", "t", "r", "down")
        assert set(told(console)) == {"There is no marketplace yet."}


async def test_a_server_that_fails_is_told_and_r_tries_again(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    from tui.ordercloud import errors

    async def fail(_told: object) -> None:
        raise errors.ConnectionRefused("Nothing listens there")

    with monkeypatch.context() as patch:
        patch.setattr(console.app.session.marketplace, "companies", fail)
        await console.press("r")
        assert why(console).startswith("This could not be read: Nothing listens there")
    await console.press("r")
    assert why(console).startswith("Harbor Supply → Admin Backoffice")


async def test_a_long_reading_says_how_far_it_is_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[Held] = []
    straight = Sandbox.transport
    monkeypatch.setattr(Sandbox, "transport", lambda sandbox: Gate(straight(sandbox), held))
    async with open_console() as console:
        buyers = console.app.session.client.buyers
        for number in range(MANY):
            await buyers.create({"ID": f"new-{number}", "Name": f"New {number}", "Active": True})
        suppliers = Held(lambda request: request.method == "GET" and request.url.path == "/v1/suppliers")
        held.append(suppliers)
        await console.pilot.press("2")
        await suppliers.caught.wait()
        assert why(console) == "Reading the marketplace: buyers 100.\n\nesc stops it."
        await console.press("escape")
        assert why(console) == "Reading was stopped: r reads the marketplace again."
        suppliers.go.set()
        await console.press("escape", "r")
        assert len(pane(console).picture.parties) > MANY
        assert why(console).startswith("Harbor Supply → Admin Backoffice")


async def test_what_needs_the_whole_marketplace_waits_until_it_is_read() -> None:
    async with open_console() as console:
        sandbox = console.app.session.opened.sandbox
        assert sandbox is not None
        sandbox.control.faults.add(Rule(Fault.SERVER_ERROR, path="/v1/apiclients/assignments"))
        await console.press("2")
        assert why(console).startswith("This could not be read")
        for key in ("s", "w", "E"):
            await console.press(key)
            assert console.told[-1] == "The marketplace is not read yet: r reads it."
        sandbox.control.faults.clear()
        await console.press("r", "s")
        assert "Hold the rules against real token calls" in console.text
