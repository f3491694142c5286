"""The outbox over the real sandbox: what was asked for without a token is there to be read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from tests.console import Console, open_console
from tui.panes.outbox import MASK, Outbox
from tui.widgets.row_list import RowList


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


async def ask(console: Console, what: str, **body: str) -> None:
    """Ask for mail as a storefront does."""
    opened = console.app.session.opened
    assert opened.sandbox is not None
    marketplace = opened.marketplace
    client_id = next(each.id for each in marketplace.api_clients.values() if each.app_name == "Buyer Storefront")
    async with httpx.AsyncClient(transport=opened.sandbox.transport(), base_url=opened.identity.url) as http:
        if what == "username/retrieve":
            answer = await http.post(f"/v1/{what}", params={"ClientID": client_id, **body})
        else:
            answer = await http.post(f"/v1/{what}", json={"ClientID": client_id, **body})
    assert answer.status_code == 204, answer.text


async def open_outbox(console: Console) -> Outbox:
    console.app.action_run_command("app.outbox")
    await console.settle()
    assert isinstance(console.app.screen, Outbox)
    return console.app.screen


async def newest_code(console: Console) -> str:
    code = (await console.app.session.outbox())[0].code
    assert code is not None
    return code


async def test_an_empty_one_says_what_would_be_there(console: Console) -> None:
    await open_outbox(console)
    assert "No mail yet." in console.text
    await console.press("v")
    assert console.told == ["There is no mail."]


async def test_a_reset_and_a_one_time_password_newest_first(console: Console) -> None:
    await ask(console, "password/reset", Username="shopper01", URL="https://shop.example/reset")
    console.clock.advance(timedelta(minutes=2))
    await ask(console, "password/onetimepassword", Username="shopper01")
    screen = await open_outbox(console)
    rows = screen.query_one(RowList).rows
    assert [row[1].kind for row in rows] == ["OneTimePassword", "ForgottenPassword"]
    code = await newest_code(console)
    assert MASK in console.text
    assert code not in console.text
    await console.press("v")
    assert code in console.text
    await console.press("j")
    assert "https://shop.example/reset" in console.text
    await console.press("k")
    assert code not in console.text, "masked again"
    await console.press("y")
    assert console.app.clipboard == code
    await console.press("v", "v")
    assert code not in console.text


async def test_reading_again_finds_what_came_and_keeps_the_cursor(console: Console) -> None:
    await ask(console, "password/reset", Username="shopper01")
    screen = await open_outbox(console)
    await ask(console, "password/onetimepassword", Username="shopper01")
    await console.press("r")
    await console.app.workers.wait_for_complete()
    await console.settle()
    rows = screen.query_one(RowList)
    assert len(rows.rows) == 2
    assert rows.row is not None
    assert rows.row[1].kind == "ForgottenPassword"


async def test_a_code_ends_when_the_clock_is_moved(console: Console) -> None:
    await ask(console, "password/reset", Username="shopper01")
    await console.press("c", "M", "escape")
    await open_outbox(console)
    assert "expired" in console.text


async def test_a_reminder_of_the_user_name_has_no_code(console: Console) -> None:
    people = await console.app.session.marketplace.people()
    email = next(each.user.email for each in people if each.user.username == "shopper01")
    await ask(console, "username/retrieve", Email=email or "")
    await open_outbox(console)
    await console.press("y")
    assert console.told == ["A reminder of the user name holds no code."]
