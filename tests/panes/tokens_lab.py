"""Tokens mode as its tests drive it."""

from __future__ import annotations

from tests.console import Console
from tui.panes.tokens import TokensPane
from tui.session.attempts import Kind, Result

PASSWORD = "Harbor-Supply-1"


class TokensLab:
    """The Tokens pane of an open console."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @property
    def pane(self) -> TokensPane:
        return self.console.app.query_one(TokensPane)

    @property
    def shown(self) -> Result:
        assert self.pane.shown is not None
        return self.pane.shown

    @property
    def text(self) -> str:
        return self.console.text

    @property
    def answer(self) -> str:
        """What the answer says, with its wrapping taken out."""
        region = self.pane.answer.content_region
        rows = self.text.splitlines()[region.y : region.bottom]
        return " ".join(" ".join(row[region.x : region.right] for row in rows).split())

    def id_of(self, name: str) -> str:
        found = self.pane.session.marketplace.api_clients.values()
        return next(each.id for each in found if each.app_name == name)

    async def fill(self, client: str, kind: Kind = Kind.PASSWORD, username: str = "", **fields: str) -> None:
        """Put values into the form as picking and typing would; `client` is a name, or an ID nobody has."""
        known = [each.app_name for each in self.pane.session.marketplace.api_clients.values()]
        wanted = self.id_of(client) if client in known else client
        fields = {"password": PASSWORD, "secret": "", **fields}
        self.pane.panel.form.change(kind=kind, api_client_id=wanted, username=username, **fields)
        await self.console.settle()

    async def run(self, client: str, kind: Kind = Kind.PASSWORD, username: str = "", **fields: str) -> Result:
        """Fill the form and press the key that runs it."""
        await self.fill(client, kind, username, **fields)
        await self.console.press("ctrl+r")
        return self.shown


async def open_tokens(console: Console) -> TokensLab:
    """Open Tokens mode."""
    await console.press("3")
    return TokensLab(console)
