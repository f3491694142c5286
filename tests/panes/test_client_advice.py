"""The Advice tab over the real sandbox: what it says, what a key mends, and what is silenced."""

from __future__ import annotations

from tests.access.test_advice import CASES
from tests.console import START, Console, console_request, open_console
from tests.panes.test_clients import go_to, on_server
from tui.access.advice import Advice
from tui.access.xp import JSON
from tui.ordercloud.models import ApiClient
from tui.panes.client_advice import AdviceRow
from tui.panes.client_detail import ClientDetail
from tui.panes.learn_cards import lessons
from tui.widgets.dialogs import Ask, Choose, Confirm
from tui.widgets.row_list import RowList


def rows(console: Console) -> dict[str, AdviceRow]:
    shown: RowList[AdviceRow] = console.app.query_one("#advice-rows", RowList)
    return {row.advice.id: row for row in shown.rows}


async def look_at(console: Console, name: str) -> None:
    """Open the Advice tab of an API client."""
    await console.press("1")
    await go_to(console, name)
    console.app.query_one(ClientDetail).choose_tab("advice")
    await console.settle()
    console.app.query_one("#api-clients").focus()
    await console.press("enter")


async def put_cursor(console: Console, rule: str) -> None:
    assert console.app.query_one("#advice-rows", RowList).move_to(rule)
    await console.settle()


async def look_at_many_secrets(console: Console) -> ApiClient:
    """Make an API client with nine secrets, and put the cursor on the advice that would delete each of them."""
    client = console.app.session.client
    wire: dict[str, JSON] = {"AppName": "Quay Web Shop", "AccessTokenDuration": 60, "AllowAnyBuyer": True}
    made = await client.api_clients.create(wire)
    for number in range(9):
        await client.api_clients.secrets(made.id).create({"Name": f"Secret number {number}"})
    await console.press("r")
    await look_at(console, "Quay Web Shop")
    await put_cursor(console, "secret-in-browser")
    return made


async def confirm(console: Console) -> None:
    assert isinstance(console.app.screen, Confirm)
    await console.press("y")
    await console.settle()


def test_each_rule_names_a_card_of_learn() -> None:
    cards = {card.name for card in lessons(START)}
    given: list[Advice] = [amiss.advice()[name] for name, (amiss, _) in CASES.items()]
    assert {each.docs for each in given} <= cards


async def test_what_is_wrong_is_said_with_its_reason_and_what_mends_it_as_one_key() -> None:
    async with open_console(size=(120, 40)) as console:
        await look_at(console, "Buyer Approvals")
        assert [*rows(console)] == ["floor-unmet"]
        assert "Advice 1" in console.text
        assert "ApprovalRuleAdmin" in console.text
        assert "your choice" in console.text
        await console.press("m")
        assert "the reason says what there is to choose" in console.told[-1]
        await look_at(console, "Supplier Desk")
        assert rows(console) == {}
        assert "Advice 0" in console.text
        assert "Nothing to advise" in console.text
        await console.press("z")
        assert "There is no advice here." in console.told[-1]

        await look_at(console, "Admin Backoffice")
        assert [*rows(console)] == ["long-lived-admin", "long-access-powerful"]
        await put_cursor(console, "long-access-powerful")
        assert "harbor-admin gets FullAccess" in console.text
        backoffice = await go_to(console, "Admin Backoffice")
        await console.press("m")
        assert "10h (600 min) → 1h (60 min)" in console.text
        assert "✓ settles: Long access tokens with powerful roles" in console.text
        assert f"PATCH /v1/apiclients/{backoffice.id}" in console.text
        await console.press("escape")
        assert (await on_server(console, backoffice.id)).access_token_duration == 600
        await console.press("m")
        await confirm(console)
        assert (await on_server(console, backoffice.id)).access_token_duration == 60
        assert [*rows(console)] == ["long-lived-admin"]
        assert "Advice 1" in console.text
        assert console.app.focused is console.app.query_one("#advice-rows")
        await console.press("u")
        await console.settle()
        assert (await on_server(console, backoffice.id)).access_token_duration == 600


async def test_assignments_without_effect_are_taken_away_at_once() -> None:
    async with open_console(size=(80, 24)) as console:
        await look_at(console, "Supplier Network")
        assert [*rows(console)] == ["nullified-supplier"]
        await console.press("m")
        assert "− supplier Gale Sails" in console.text
        await confirm(console)
        assert rows(console) == {}
        network = await go_to(console, "Supplier Network")
        left = await console.app.session.marketplace.assignments(network.id)
        assert [each.buyer_id for each in left] == ["anchor-boats"]


async def test_silenced_advice_is_listed_below_with_its_reason_and_can_be_taken_back() -> None:
    async with open_console(size=(80, 24)) as console:
        shop = await go_to(console, "Buyer Storefront")
        await look_at(console, "Buyer Storefront")
        await console.press("z")
        assert isinstance(console.app.screen, Choose)
        await console.press("enter")
        assert isinstance(console.app.screen, Ask)
        await console.press("enter")
        assert "Say why it does not matter here" in console.text
        await console.type("Until the move")
        await console.press("enter")
        await console.settle()
        assert rows(console)["nullified-buyer"].silenced == "Until the move"
        assert "Advice 0" in console.text
        assert "in xp, for everybody: Until the move" in console.text
        xp = (await on_server(console, shop.id)).xp
        assert xp is not None
        assert xp["ocgate"] == {"silenced": {"nullified-buyer": "Until the move"}}
        await console.press("z")
        await console.settle()
        assert rows(console)["nullified-buyer"].silenced is None
        assert "Advice 1" in console.text

        await console.press("z", "j", "enter")
        await console.type("I [know]")
        await console.press("enter")
        await console.settle()
        assert rows(console)["nullified-buyer"].silenced == "I [know]"
        assert "on this machine: I [know]" in console.text
        assert console.app.session.request.state.current.silenced
        await console.press("z")
        assert rows(console)["nullified-buyer"].silenced is None


async def test_where_nothing_may_be_changed_one_may_still_silence_for_oneself() -> None:
    async with open_console(console_request(read_only=True), size=(120, 40)) as console:
        await look_at(console, "Buyer Storefront")
        await console.press("m")
        assert "read-only" in console.told[-1]
        await console.press("z")
        assert isinstance(console.app.screen, Choose)
        assert "For everybody" not in console.text
        await console.press("enter")
        await console.type("Seen")
        await console.press("enter")
        await console.settle()
        assert rows(console)["nullified-buyer"].silenced == "Seen"


async def test_fields_from_outside_are_text_in_advice() -> None:
    async with open_console(size=(120, 40)) as console:
        marketplace = console.app.session.marketplace
        hostile: dict[str, JSON] = {
            "AppName": "[/nope]\x1b[2J test",
            "AccessTokenDuration": 600,
            "AllowAnyBuyer": True,
            "Active": True,
        }
        made = await marketplace.create_api_client({**hostile, "ClientSecret": "x", "RefreshTokenDuration": 5})
        await console.press("r")
        await look_at(console, made.app_name)
        assert "legacy-secret-only" in rows(console)
        for rule in rows(console):
            await put_cursor(console, rule)
            assert "\x1b" not in console.text
        await put_cursor(console, "refresh-needs-secret")
        await console.press("m")
        assert "[/nope]" in console.text


async def test_all_that_a_mend_does_can_be_read_before_it_is_done() -> None:
    async with open_console(size=(80, 24)) as console:
        made = await look_at_many_secrets(console)
        await console.press("m")
        assert isinstance(console.app.screen, Confirm)
        assert "settles: 9 secrets never expire" not in console.text
        await console.press(*["down"] * 12)
        assert "settles: 9 secrets never expire" in console.text
        assert "Mend             Cancel" in console.text
        await console.press("pageup", "pageup")
        assert "settles" not in console.text
        await console.press("escape")
        assert (await on_server(console, made.id)).active is False


async def test_space_reads_on_where_the_text_is_longer_than_its_place() -> None:
    async with open_console(size=(80, 24)) as console:
        await look_at(console, "Buyer Storefront")
        assert "space Read on" not in console.text.splitlines()[-1]
        await look_at_many_secrets(console)
        assert "space Read on" in console.text
        assert "rule secret-in-browser" not in console.text
        await console.press("space")
        assert "rule secret-in-browser" in console.text
        await console.press("space")
        assert "rule secret-in-browser" not in console.text
