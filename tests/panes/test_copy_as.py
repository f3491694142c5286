"""Copy as… over the real sandbox: what is offered, what reaches the clipboard, and what never does unasked."""

from __future__ import annotations

import json
import shlex

import pytest
from textual.app import App
from textual.widgets import Static

from tests.console import Console, open_console
from tests.panes.tokens_lab import open_tokens
from tui.ordercloud.copy_as.api_clients import GrantWord, token_request
from tui.ordercloud.models import ApiClient
from tui.panes.copy_as import CopyAs, Offer, Whole
from tui.session.attempts import Kind
from tui.widgets.dialogs import Confirm
from tui.widgets.row_list import RowList


def forms(console: Console) -> list[str]:
    assert isinstance(console.app.screen, CopyAs)
    return [each.title for each in console.app.screen.query_one(RowList).rows]


async def choose(console: Console, title: str) -> None:
    """Put the cursor on a form."""
    at = forms(console).index(title)
    console.app.screen.query_one(RowList).cursor = at
    await console.settle()


async def go_to(console: Console, name: str) -> str:
    """Put the cursor on an API client; return its ID."""
    rows = console.app.query_one("#api-clients", RowList)
    rows.focus()
    rows.cursor = [each.name for each in rows.rows].index(name)
    await console.settle()
    assert rows.row is not None
    return str(rows.row.id)


async def secret_of(console: Console, api_client_id: str, value: str) -> None:
    """Give an API client a legacy secret."""
    marketplace = console.app.session.marketplace
    await marketplace.patch_api_client(marketplace.api_clients[api_client_id], {"ClientSecret": value})
    await console.settle()


async def test_an_api_client_is_copied_by_id_name_and_in_every_form() -> None:
    async with open_console() as console:
        api_client_id = await go_to(console, "Buyer Storefront")
        await secret_of(console, api_client_id, "hunter2 $(id)")
        await console.press("y")
        everything = [
            "ID",
            "Name",
            "curl",
            "HTTPie",
            "JavaScript SDK",
            "Python SDK",
            "C# SDK",
            ".http file",
            ".env",
            "JSON",
        ]
        assert forms(console) == everything
        await console.press("enter")
        assert console.app.clipboard == api_client_id
        assert "OSC 52" in console.told[-1]
        await console.press("y", "j", "enter")
        assert console.app.clipboard == "Buyer Storefront"
        await console.press("y")
        await choose(console, "curl")
        assert "$OC_CLIENT_SECRET" in console.text
        assert "Yours to set: OC_USERNAME, OC_PASSWORD" in console.text
        assert "hunter2" not in console.text
        await console.press("enter")
        words = shlex.split(console.app.clipboard.replace("\\\n", " "))
        assert {"grant_type=password", f"client_id={api_client_id}", "client_secret=$OC_CLIENT_SECRET"} <= set(words)
        assert "secrets as variables" in console.told[-1]
        await console.press("y", "right_square_bracket")
        await choose(console, "curl")
        await console.press("enter")
        assert "grant_type=refresh_token" in console.app.clipboard


async def test_a_value_is_copied_only_after_its_own_key_and_a_warning() -> None:
    async with open_console(size=(80, 24)) as console:
        api_client_id = await go_to(console, "Buyer Storefront")
        await secret_of(console, api_client_id, "hunter2 $(id)")
        await console.press("y")
        await choose(console, "JSON")
        await console.press("v")
        assert isinstance(console.app.screen, Confirm)
        assert console.app.focused is not None
        assert console.app.focused.id == "no"
        await console.press("enter")
        await console.press("enter")
        assert json.loads(console.app.clipboard)["ClientSecret"] == "$OC_CLIENT_SECRET"
        await console.press("y")
        await choose(console, "JSON")
        await console.press("v", "y")
        assert "Copied with the value of OC_CLIENT_SECRET" in " ".join(console.text.split())
        assert "hunter2" not in console.text
        await console.press("enter")
        found = json.loads(console.app.clipboard)
        assert found["ClientSecret"] == "hunter2 $(id)"
        assert "with values" in console.told[-1]
        await console.press("y")
        await choose(console, "JSON")
        await console.press("enter")
        assert "hunter2" not in console.app.clipboard


async def test_an_api_client_without_a_known_value_says_so() -> None:
    async with open_console() as console:
        await go_to(console, "Buyer Storefront")
        await console.press("y")
        await choose(console, "curl")
        await console.press("v")
        assert isinstance(console.app.screen, CopyAs)
        assert any("kept nowhere" in each for each in console.told)
        await console.press("escape")
        assert not isinstance(console.app.screen, CopyAs)
        assert console.app.clipboard == ""


async def test_an_assignment_is_copied_as_what_makes_it_and_what_ends_it() -> None:
    async with open_console() as console:
        api_client_id = await go_to(console, "Buyer Storefront")
        await console.press("a", "g", "y")
        assert "A flag is no assignment" in console.told[-1]
        await console.press("j", "j", "j", "y")
        await choose(console, "curl")
        await console.press("enter")
        words = shlex.split(console.app.clipboard.replace("\\\n", " "))
        made = json.loads(words[-1])
        assert made["ApiClientID"] == api_client_id
        assert words[2] == "POST"
        await console.press("y", "right_square_bracket")
        await choose(console, "curl")
        await console.press("enter")
        buyer = made["BuyerID"]
        assert f"/v1/buyers/{buyer}/ApiClients/Assignments/{api_client_id}" in console.app.clipboard
        await console.press("y", "enter")
        assert console.app.clipboard == buyer


@pytest.mark.parametrize("mode", ["4", "3"])
async def test_an_exchange_is_copied_without_its_credentials(mode: str) -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Kiosk Terminal", Kind.PASSWORD, "shopper01")
        result = lab.shown
        assert result.answer is not None
        token, password = result.answer.access_token, result.form.password
        await console.press(mode, *(("G",) if mode == "4" else ()))
        first = "As shown" if mode == "4" else "Access token"
        while True:
            await console.press("y")
            assert forms(console)[0] == first
            assert token not in console.text
            if mode == "3":
                break
            await choose(console, "curl")
            if "/oauth/token" in str(console.app.screen.query_one("#copy-preview", Static).content):
                break
            await console.press("escape", "k")
        for title in ("curl", "JSON"):
            if not isinstance(console.app.screen, CopyAs):
                await console.press("y")
            await choose(console, title)
            await console.press("enter")
            assert console.app.clipboard
            assert password not in console.app.clipboard
            assert token not in console.app.clipboard
        both = json.loads(console.app.clipboard)
        assert both["request"]["body"]["password"] == "$OC_PASSWORD"
        assert both["answer"]["body"]["access_token"] == "$OC_TOKEN"
        if mode == "4":
            return
        await console.press("y")
        await choose(console, "Python SDK")
        await console.press("v", "y", "enter")
        assert repr(password) in console.app.clipboard


HOSTILE = "[/nope]\x1b]0;x\x07 $(id) 'a' \"b\"\n\u202e"


class Host(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"muted": "#808080", "allowed": "#008000", "refused": "#800000"}


async def test_hostile_text_is_shown_as_it_is_and_copied_unchanged() -> None:
    resource = ApiClient(id="0-A", app_name=HOSTILE)
    grants: tuple[tuple[str, GrantWord], ...] = (("[/one]", "password"), ("two", "refresh"))
    offers = [Offer(title, token_request("http://x", resource, grant, secret=False)) for title, grant in grants]
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(CopyAs(HOSTILE, offers, (Whole("Name", HOSTILE),)))
        await pilot.pause()
        text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "Copy [/nope]␛" in text
        assert "[/one]" in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        await pilot.press("enter")
        await pilot.pause()
        assert app.clipboard == HOSTILE
        app.push_screen(CopyAs(HOSTILE, offers))
        await pilot.pause()
        await pilot.press("G", "enter")
        await pilot.pause()
        assert json.loads(app.clipboard)["AppName"] == HOSTILE
