"""The self-check on the screen: what it would do is said first, what disagrees is listed and opens its exchange."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input

from tests.console import Console, open_console
from tests.panes.secrets_lab import until
from tui.panes.access import AccessPane
from tui.panes.self_check import SelfCheckScreen
from tui.panes.tokens import TokensPane
from tui.sandbox.control.rules import Fault, Rule
from tui.sandbox.demo import PASSWORD
from tui.session.opening import Opened
from tui.session.session import Session
from tui.widgets.dialogs import Ask, Choose, Confirm
from tui.widgets.matrix import Matrix
from tui.widgets.row_list import RowList


async def to_cell(console: Console, party: str, api_client: str) -> AccessPane:
    await console.press("2")
    pane = console.app.query_one(AccessPane)
    await until(console, lambda: pane.picture.parties, "the matrix")
    picture = pane.picture
    row = next(row for row, each in enumerate(picture.parties) if each.label == party)
    column = next(column for column, each in enumerate(picture.api_clients) if each.app_name == api_client)
    pane.query_one(Matrix).cursor = (row, column)
    return pane


async def choose(console: Console, *keys: str) -> None:
    """Press s, and choose what to try."""
    await console.press("s")
    await until(console, lambda: isinstance(console.app.screen, Choose), "the choice")
    await console.press(*keys, "enter")


async def confirm(console: Console) -> SelfCheckScreen:
    await until(console, lambda: isinstance(console.app.screen, Confirm), "the question")
    await console.press("y")
    await until(console, lambda: isinstance(console.app.screen, SelfCheckScreen), "the check")
    screen = console.app.screen
    assert isinstance(screen, SelfCheckScreen)
    await until(console, lambda: screen._check.tried and not screen._check.running, "the end of the calls")
    return screen


async def test_a_row_agrees_and_a_disagreement_opens_its_exchange() -> None:
    async with open_console() as console:
        pane = await to_cell(console, "Anchor Boats", "Buyer Storefront")
        await choose(console, "down")
        await until(console, lambda: "token calls?" in console.text, "how many calls")
        assert "nobody is locked out" in console.text
        screen = await confirm(console)
        assert screen._check.agreed == screen._check.total
        await console.press("escape")
        await until(console, lambda: "rules agree" in console.text, "the title")
        assert f"rules agree {screen._check.total} of {screen._check.total}" in console.text

        sandbox, storefront = console.app.session.opened.sandbox, pane.api_client
        assert sandbox is not None
        assert storefront is not None
        sandbox.control.faults.add(Rule(Fault.FOREIGN_KEY, path="/oauth/token", api_client=storefront.id))
        await choose(console, "down", "down", "down")
        screen = await confirm(console)
        rows = screen.query_one(RowList)
        assert "✗ Rules agree" in console.text
        assert "The signature of the token is not right." in console.text
        wanted = next(each for each in rows.rows if each is not None).result
        await console.press("enter")
        await until(console, lambda: console.app.query(TokensPane), "Tokens")
        tokens = console.app.query_one(TokensPane)
        await until(console, lambda: tokens.display and tokens.shown is not None, "the answer")
        assert tokens.shown is not None
        assert tokens.shown.record == wanted.record
        assert tokens.shown.exchange is not None
        assert tokens.attempts.is_of_here(tokens.shown)


async def test_elsewhere_cells_are_chosen_and_the_risk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_console(size=(80, 24)) as console:
        await to_cell(console, "Anchor Boats", "Buyer Storefront")
        session = console.app.session
        embedded = session.opened
        around = session._around

        def another_tester(_: Session) -> Opened:
            return replace(around.another_tester(embedded), sandbox=None)

        monkeypatch.setattr(Session, "another_tester", another_tester)
        session._opened = replace(embedded, sandbox=None)
        await console.press("s")
        await until(console, lambda: isinstance(console.app.screen, Choose), "the choice")
        assert "Every cell" not in console.text
        await console.press("G", "enter")
        await until(console, lambda: isinstance(console.app.screen, Ask), "the password")
        console.app.screen.query_one("#field-1", Input).value = PASSWORD
        await console.press("enter")
        await console.press("enter", "enter")
        await until(console, lambda: isinstance(console.app.screen, Confirm), "the question")
        assert "Make 1 token call?" in console.text
        assert "lock a user out" in " ".join(console.text.split())
        screen = await confirm(console)
        assert screen._check.words == "rules agree 1 of 1"
        await console.press("escape")
        session._opened = embedded
