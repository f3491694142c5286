"""The token tester's further grants, its history, notes and comparisons, in the console."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input

from tests.console import console_request, open_console
from tests.panes.tokens_lab import PASSWORD, TokensLab, open_tokens
from tui.access.decision import Check, Decision
from tui.config.paths import find_paths
from tui.session import attempts as attempts_module
from tui.session.attempts import Kind
from tui.widgets.fact_sheet import FactSheet
from tui.widgets.multi_picker import MultiPicker
from tui.widgets.picker import Picker


def expected(lab: TokensLab) -> str:
    """What the form says of the attempt, whatever the width."""
    return " ".join(fact.text.plain for fact in lab.pane.query_one("#expected", FactSheet).facts)


async def test_the_further_grants_have_their_own_fields_and_are_run_by_keys() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        support = await lab.run("Reporting Job", Kind.ELEVATED, "support-agent", secret=PASSWORD)
        await console.press("escape")
        await lab.fill("Headless Shop", Kind.IMPERSONATION, "shopper01")
        assert "Asked by" in lab.text
        assert "the console's own token" in lab.text
        assert "lets others act as shopper01" in expected(lab)
        await console.press("down", "enter")  # whose token asks
        assert isinstance(console.app.screen, Picker)
        await console.type("support")
        await console.press("enter")
        assert lab.pane.panel.value.caller is support
        await console.press("ctrl+r")
        assert lab.shown.agreed is True
        assert "imp" in lab.answer
        # Through the sandbox's own identity provider.
        shown = await lab.run("Buyer Storefront", Kind.OPENID, "shopper01")
        assert shown.token is not None
        assert "as expected" in lab.answer
        await lab.run("Buyer Storefront", Kind.OPENID, "chandlery-former")
        assert "signs in active users" in lab.answer
        # A code of the outbox.
        await console.press("escape")
        await lab.fill("Buyer Storefront", Kind.ONE_TIME, "shopper01", password="")
        await console.press("ctrl+g", "ctrl+r")
        assert lab.shown.token is not None
        await console.press("a")
        assert "send another one-time password" in lab.answer
        assert "OrderCloudError: Invalid username or password." in lab.answer
        assert "it drops ErrorCode Auth.InvalidUsernameOrPassword" in lab.answer


async def test_roles_are_picked_with_the_reason_for_each_that_cannot_be_granted() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.fill("Kiosk Terminal", Kind.PASSWORD, "shopper01")
        await console.press("ctrl+o")
        picker = console.app.screen
        assert isinstance(picker, MultiPicker)
        await console.type("MeAdmin")
        assert "Not granted: above the ceiling of the API client" in lab.text
        await console.press("enter", "ctrl+s")
        assert lab.pane.panel.value.scope == "MeAdmin"
        lab.pane.panel.form.query_one("#scope", Input).value = " undefined Shopper,MeAdmin"
        await console.settle()
        assert "The scope holds the word undefined" in expected(lab)
        await console.press("ctrl+t")
        assert lab.pane.panel.value.scope == "Shopper,MeAdmin"
        await console.press("ctrl+t")
        assert lab.pane.panel.value.scope == "Shopper MeAdmin"


async def test_the_history_of_another_sitting_is_shown_noted_compared_and_tried_again() -> None:
    request = replace(console_request(), sandbox_memory=False, sandbox_db=find_paths().sandbox_database)
    async with open_console(request) as console:
        lab = await open_tokens(console)
        await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01")
        await lab.run("Partner Portal", Kind.PASSWORD, "breakwater-buyer")
        await console.press("n")
        await console.type("asked Bea")
        await console.press("enter")
        assert "✎ note asked Bea" in lab.answer
        await console.press("d", "enter")
        assert "Compared with an earlier attempt" in lab.text
        assert "shopper01  →  breakwater-buyer" in lab.text
        await console.press("escape")
    async with open_console(request) as console:
        lab = await open_tokens(console)
        assert len(lab.pane.history.records) == 2
        await console.press("escape", "down", "up")
        assert "earlier" in lab.answer
        assert "asked Bea" in lab.answer
        assert "refused by check 13" in lab.answer
        assert lab.pane.why_not("tokens.call-me") == "No token is shown."
        await console.press("a")
        assert lab.shown.agreed is True
        assert lab.shown.who == "breakwater-buyer"
        assert "Assigned are Anchor Boats and Chandlery Ltd." in lab.answer


async def test_a_finding_can_be_kept_and_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        monkeypatch.setattr(attempts_module, "decide", lambda *_: Decision(allowed=False, check=Check.PARTY_ALLOWED))
        await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01")
        assert "keeps it with a note and the exchange" in lab.answer
        await console.press("n")
        await console.type("odd")
        await console.press("enter")
        text = find_paths().findings.read_text()
        assert "odd" in text
        assert "Expected a refusal by check 13" in text
        assert PASSWORD not in text
        assert "≠ not as expected" in lab.answer
        assert lab.pane.why_not("tokens.call-me") is None  # with its note it is the same attempt still
