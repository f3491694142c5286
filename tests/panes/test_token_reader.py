"""The token reader in the console: from an attempt, pasted, from a file; checked, tried and compared."""

from __future__ import annotations

import json
from pathlib import Path

from joserfc.jwk import RSAKey
from textual import events
from textual.widgets import Input

from tests.console import Console, open_console
from tests.panes.tokens_lab import open_tokens
from tests.tokens.makers import with_claims
from tui.panes.reader_source import SourceInput
from tui.panes.token_reader import TokenReader
from tui.widgets.row_list import RowList
from tui.widgets.tab_strip import TabStrip


class Reader:
    """The reader of an open console."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @property
    def screen(self) -> TokenReader:
        (found,) = [each for each in self.console.app.screen_stack if isinstance(each, TokenReader)]
        return found

    @property
    def words(self) -> str:
        """What the screen says, with its wrapping taken out."""
        return " ".join(self.console.text.replace("│", " ").split())

    async def wait(self) -> None:
        await self.console.app.workers.wait_for_complete()
        await self.console.settle()

    async def press(self, *keys: str) -> None:
        await self.console.press(*keys)
        await self.wait()

    async def paste(self, text: str) -> None:
        self.screen.query_one(SourceInput).post_message(events.Paste(text))
        await self.console.settle()
        await self.wait()

    async def answer(self, text: str) -> None:
        """Type into the question that is open."""
        self.console.app.screen.query_one(Input).value = text
        await self.press("enter")

    async def tab(self, name: str) -> None:
        self.screen.query_one(TabStrip).active = name
        await self.console.settle()


async def test_the_token_of_an_attempt_is_read_checked_tried_and_compared(tmp_path: Path) -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        first = (await lab.run("Buyer Storefront", username="shopper01")).token
        await lab.run("Buyer Storefront", username="shopper01", scope="Shopper")
        await console.press("R")
        reader = Reader(console)
        await reader.wait()
        for told in (
            "✓ decoded ✓ signature (kid",
            "from attempt #2",
            "Ada Ankers, buyer Anchor Boats",
            "Buyer Storefront",
            "not MeAdmin: granted today: it was left out of the scope, or came later",
            "key from http://sandbox.ocgate",
            "clock The server's clock agrees with this one",
            "leeway 0 s",
        ):
            assert told in reader.words, told
        await reader.press("s")
        await reader.answer("Shopper OrderAdmin")
        assert "granted 1 of 2 asked for" in reader.words
        assert "not OrderAdmin:" in reader.words
        await reader.tab("may")
        await reader.press("f")
        assert "✗" not in console.text
        await reader.press("enter")
        assert "✓ as expected" in reader.words
        assert "GET http://sandbox.ocgate/v1/me" in reader.words
        await reader.press("escape", "f")
        rows = reader.screen.query_one("#read-list", RowList)
        rows.move_to("GET /v1/buyers/{buyerID}")
        await reader.press()
        assert "enter calls it with this token, and asks for the IDs first" in reader.words
        await reader.press("enter")
        await reader.answer("anchor-boats")
        assert "403" in reader.words
        assert "✓ as expected" in reader.words
        await reader.press("escape")
        rows.move_to("DELETE /v1/buyers/{buyerID}")
        before = len(console.app.session.exchanges)
        await reader.press("enter")
        assert any("never sent" in each for each in console.told)
        assert len(console.app.session.exchanges) == before
        await reader.press("c")
        assert first is not None
        await reader.paste(json.dumps({"access_token": first.compact}))
        assert "role added – → MeAdmin" in reader.words
        assert "narrower scope" in reader.words
        assert first.compact[-20:] not in console.text
        key = tmp_path / "key.pem"
        key.write_bytes(RSAKey.generate_key(2048).as_pem(private=False))
        await reader.press("k")
        await reader.answer(str(key))
        assert "✗ signature" in reader.words


async def test_damaged_and_foreign_tokens_are_read_as_far_as_they_go_and_never_sent(tmp_path: Path) -> None:
    async with open_console(size=(80, 24)) as console:
        await open_tokens(console)
        await console.press("escape", "R")
        reader = Reader(console)
        foreign = with_claims(aud="https://api.ordercloud.io")
        broken = f"{foreign[:150]}!{foreign[151:]}"
        await reader.paste(broken)
        assert "✗ decoded" in reader.words
        assert "(character 151)" in reader.words
        assert "↑" in reader.words
        sent = len(console.app.session.exchanges)
        file = tmp_path / "traffic.har"
        entries = [{"name": "Authorization", "value": f"Bearer {each}"} for each in (foreign, with_claims(usr="[/b]x"))]
        file.write_text(json.dumps({"entries": entries}))
        await reader.press("o")
        await reader.answer(str(file))
        assert "traffic.har, in Authorization, 1 of 2 tokens" in reader.words
        assert "elsewhere It is not meant for" in reader.words
        await reader.press("n")
        assert "[/b]x" in reader.words
        await reader.tab("may")
        await reader.press("enter")
        assert any("never sent there" in each for each in console.told)
        called = list(console.app.session.exchanges)[sent:]
        assert [each.path for each in called if not each.path.startswith("/oauth/certs/")] == []
        await reader.press("o")
        await reader.answer("hello")
        assert any(each.startswith("No token:") for each in console.told)
