"""Tokens mode and what must not get out: secrets to the screen, outside text to the terminal."""

from __future__ import annotations

from tests.console import open_console
from tests.panes.tokens_lab import PASSWORD, open_tokens
from tui.session.attempts import Kind


async def test_copying_is_by_its_own_key_and_says_how() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Kiosk Terminal", Kind.PASSWORD, "shopper01")
        assert console.app.clipboard == ""
        await console.press("y")
        assert lab.shown.answer is not None
        assert console.app.clipboard == ""
        assert lab.shown.answer.access_token[:20] not in console.text
        await console.press("enter")
        assert console.app.clipboard == lab.shown.answer.access_token
        assert any("OSC 52" in each for each in console.told)


async def test_nothing_secret_is_on_any_tab_in_any_message_or_repr() -> None:
    async with open_console(size=(200, 60)) as console:
        lab = await open_tokens(console)
        await lab.run("Reporting Job", Kind.ELEVATED, "harbor-admin", secret=PASSWORD)
        first = lab.shown
        await console.press("m", "f")
        await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01", password="Another-Password-1")
        secrets = {PASSWORD, "Another-Password-1"}
        for result in lab.pane.attempts.results:
            if result.answer is not None:
                secrets |= {result.answer.access_token, result.answer.refresh_token or PASSWORD}
        seen = [repr(each) for each in (first, first.form, *lab.pane.attempts.results)] + console.told
        for number in (1, 2):
            lab.pane._show(lab.pane.attempts.results[number - 1])
            for _ in range(4):
                await console.press("right_square_bracket")
                seen.append(console.text)
        assert not [secret for secret in secrets for each in seen if secret in each]


HOSTILE = "[bold]\x1b]0;x\x07\u202e[/nope] 船é"


async def test_hostile_names_are_shown_literally() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        session = lab.pane.session
        made = await session.marketplace.create_api_client(
            {"AppName": HOSTILE, "Active": True, "AllowAnyBuyer": True, "AccessTokenDuration": 60}
        )
        await session.client.buyer_users("anchor-boats").create(
            {
                "Username": "[/]user\x1b[31m",
                "FirstName": "[red]",
                "LastName": "\x9b31m",
                "Email": "u@example.com",
                "Active": True,
                "Password": PASSWORD,
            }
        )
        session.marketplace.forget()
        await lab.pane.marketplace_changed()
        await console.settle()
        await lab.fill(made.id, Kind.PASSWORD, "[/]user\x1b[31m", scope="[b] \u202eAdmin")
        lab.pane.panel.form.focus_row("client")
        await console.press("enter")
        assert "[bold]" in console.text
        await console.press("escape", "tab", "enter")
        await console.press("escape", "ctrl+r")
        await lab.run(made.id, Kind.PASSWORD, "[/]user\x1b[31m", scope="")
        assert lab.shown.token is not None
        text = console.text
        for _ in range(3):
            await console.press("right_square_bracket")
            text += console.text
        assert "[bold]" in text
        assert "[/]user" in text
        assert not any(each in text for each in "\x1b\x07\u202e\x9b")
