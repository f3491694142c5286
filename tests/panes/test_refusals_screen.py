"""Every refusal of an API client on the screen, and attempts recorded as a scenario."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from tests.console import open_console
from tests.panes.tokens_lab import open_tokens
from tui.panes.refusals import RefusalsScreen
from tui.session.attempts import Kind
from tui.session.scenarios.toml import read_scenario


async def test_refusals_from_the_palette_and_a_scenario_from_attempts(tmp_path: Path) -> None:
    async with open_console() as console:
        await console.press("slash")
        await console.type("Kiosk")
        await console.press("enter", "ctrl+p")
        await console.type("refusals")
        await console.press("enter")
        screen = console.app.screen
        assert isinstance(screen, RefusalsScreen)
        await console.app.workers.wait_for_complete()
        await console.settle()
        assert "On a copy of Harbor Supply in a sandbox: 28 of 28 as expected." in console.text
        await console.press("j")
        assert "Auth.ClientNotActive" in console.text
        assert "Check 5" in console.text
        await console.press("f")
        assert "Everything came as expected." in console.text
        await console.press("h")
        await console.app.workers.wait_for_complete()
        await console.settle()
        assert "In Harbor Supply (sandbox): 13 of 13 as expected." in console.text
        await console.press("escape")
        assert console.app.screen is not screen

        lab = await open_tokens(console)
        assert lab.pane.why_not("tokens.record") == "Nothing was tried in this sitting."
        await lab.run("Kiosk Terminal", Kind.PASSWORD, "shopper01")
        await lab.run("ERP Middleware", Kind.CLIENT_CREDENTIALS, secret="not the secret")
        lab.pane._history.focus()
        await console.press("S")
        file = tmp_path / "recorded.toml"
        console.app.screen.query_one(Input).value = str(file)
        await console.press("enter")
        await console.app.workers.wait_for_complete()
        await console.settle()
        assert any("2 steps were written" in each for each in console.told)
    scenario = read_scenario(file)
    assert [each.expect.code for each in scenario.steps] == ["", "Auth.OauthError"]
