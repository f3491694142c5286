"""Tokens mode over the sandbox: grants, refusals, and what can be done with an answer."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from textual.widgets import Input

from tests.console import Console, open_console
from tests.panes.secrets_lab import until
from tests.panes.tokens_lab import PASSWORD, TokensLab, open_tokens
from tui.access.decision import Check, Decision
from tui.ordercloud import errors
from tui.panes.clients import ClientsPane
from tui.session import attempts as attempts_module
from tui.session.attempts import Form, Kind
from tui.widgets.row_list import RowList
from tui.widgets.tab_strip import TabStrip


async def test_the_form_starts_with_the_consoles_own_way_in_and_runs_at_once() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        assert "✓ a token, 10h, refresh 30d" in lab.text
        await console.press("ctrl+r")
        for part in ("✓ decoded", "✓ signature (kid", "✓ claims", "expires in 10h", "✓ as expected", "FullAccess"):
            assert part in lab.text
        assert lab.shown.agreed is True


ALLOWED: list[tuple[str, Kind, str, dict[str, str], str]] = [
    ("Buyer Storefront", Kind.PASSWORD, "shopper01", {}, "Shopper"),
    ("Reporting Job", Kind.ELEVATED, "support-agent", {"secret": PASSWORD}, "ApiClientReader"),
    ("ERP Middleware", Kind.CLIENT_CREDENTIALS, "", {"secret": PASSWORD}, "ErpSync"),
    ("Headless Shop", Kind.CLIENT_CREDENTIALS, "", {}, "chandlery-buyer"),
    ("Guest Storefront", Kind.ANONYMOUS, "", {"anon_user_id": "visitor-1"}, "orderid"),
    ("Kiosk Terminal", Kind.PASSWORD, "shopper01", {"scope": "Shopper MeAdmin"}, "not MeAdmin"),
]


async def test_every_grant_brings_a_token() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        for client, kind, username, fields, shown in ALLOWED:
            await lab.fill(client, kind, username, **fields)
            assert "✓ a" in lab.text, client  # expected before it is run
            result = await lab.run(client, kind, username, **fields)
            assert result.token is not None, client
            assert result.agreed is True, client
            assert shown in lab.answer
            assert client in lab.answer


REFUSED: list[tuple[str, Kind, str, dict[str, str], Check]] = [
    ("11111111-0000-4000-8000-00000000beef", Kind.PASSWORD, "shopper01", {}, Check.CLIENT_KNOWN),
    ("Old ERP Bridge", Kind.PASSWORD, "harbor-admin", {}, Check.CLIENT_ACTIVE),
    ("Reporting Job", Kind.PASSWORD, "harbor-admin", {}, Check.CLIENT_SECRET),
    ("Nightly Export", Kind.CLIENT_CREDENTIALS, "", {"secret": PASSWORD}, Check.CLIENT_SECRET),
    ("Buyer Storefront", Kind.PASSWORD, "shopper01", {"password": ""}, Check.CREDENTIALS_PRESENT),
    ("Buyer Storefront", Kind.PASSWORD, "nobody", {}, Check.CREDENTIALS_RIGHT),
    ("Buyer Storefront", Kind.PASSWORD, "shopper01", {"password": "wrong-1"}, Check.CREDENTIALS_RIGHT),
    ("Buyer Storefront", Kind.PASSWORD, "breakwater-locked", {}, Check.NOT_LOCKED_OUT),
    ("Reporting Job", Kind.CLIENT_CREDENTIALS, "", {"secret": PASSWORD}, Check.CONTEXT_USER),
    ("Loyalty App", Kind.ANONYMOUS, "", {}, Check.CONTEXT_USER),
    ("Buyer Storefront", Kind.REFRESH, "", {}, Check.REFRESH_TOKEN),
    ("Buyer Storefront", Kind.PASSWORD, "chandlery-former", {}, Check.ALL_ACTIVE),
    ("Buyer Storefront", Kind.PASSWORD, "foghorn-buyer", {}, Check.ALL_ACTIVE),
    ("Partner Portal", Kind.PASSWORD, "breakwater-buyer", {}, Check.PARTY_ALLOWED),
    ("Dockside Sensor", Kind.CLIENT_CREDENTIALS, "", {"secret": PASSWORD}, Check.PARTY_ALLOWED),
    ("Buyer Approvals", Kind.PASSWORD, "shopper01", {}, Check.ROLES_LEFT),
]


@pytest.mark.parametrize("part", [0, 1, 2, 3])
async def test_every_refusal_names_its_check_and_cause(part: int) -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        for client, kind, username, fields, check in REFUSED[part::4]:
            result = await lab.run(client, kind, username, **fields)
            refusal, decision = result.error, result.comparison.decision
            assert isinstance(refusal, errors.OAuthRefused), check
            assert decision is not None
            assert result.agreed is True, check
            assert lab.answer.startswith("Token Request Lifetime JSON ✗ 400")
            if check is Check.CLIENT_KNOWN:
                assert "with only that mended" not in lab.answer
            assert f"server {refusal.error} · {refusal.code}" in lab.answer
            assert f"refused by check {check.value} of 15: {check.title}" in lab.answer
            assert decision.reasons[0] in lab.answer


def _is_told(console: Console, what: str) -> bool:
    return any(what in each for each in console.told)


LET_IN = [
    ("breakwater-locked", "Unlock breakwater-locked?", "is unlocked"),
    ("chandlery-former", "Activate chandlery-former?", "is active"),
    ("foghorn-buyer", "Activate Foghorn", "is active"),
]


async def test_who_is_locked_out_or_inactive_is_let_in_by_the_key_that_mends() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        for username, asked, done in LET_IN:
            result = await lab.run("Buyer Storefront", Kind.PASSWORD, username)
            assert result.token is None
            await console.press("e")
            assert asked in console.text
            await console.press("y")
            await until(console, partial(_is_told, console, done), done)
            await lab.run("Buyer Storefront", Kind.PASSWORD, username)
            assert (lab.shown.token is not None, lab.shown.agreed) == (True, True), username
        journal = lab.pane.session.journal
        assert [each.what.partition(": ")[2] for each in journal.changes] == ["unlocked", "activated", "activated"]
        await journal.undo_last()
        assert (await lab.run("Buyer Storefront", Kind.PASSWORD, "foghorn-buyer")).token is None


async def test_what_somebody_else_took_back_already_is_not_taken_back_again() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Buyer Storefront", Kind.PASSWORD, "chandlery-former")
        await console.press("e", "y")
        await until(console, partial(_is_told, console, "is active"), "is active")
        person = await lab.pane.session.marketplace.person("chandlery-former")
        assert person is not None
        await lab.pane.session.client.buyer_users(person.party.id).patch(person.user.id, {"Active": False})
        await console.press("1", "u", "y")
        await until(console, partial(_is_told, console, "was deactivated again since"), "why nothing is taken back")


async def test_a_mailed_code_takes_the_place_of_the_password_and_gives_it_back() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        form = lab.pane.panel.form
        assert form.value.password == PASSWORD
        await lab.fill("Buyer Storefront", Kind.ONE_TIME, "shopper01")
        assert form.value.password == ""
        assert "the code of the mail" in lab.text
        await console.press("ctrl+g")
        await until(console, lambda: form.value.password, "the code")
        assert "of the outbox" in lab.text
        form.change(kind=Kind.PASSWORD)
        await console.settle()
        assert form.value.password == PASSWORD
        assert "of the sandbox" in lab.text


async def test_an_assumption_that_did_not_hold_is_told() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01", password="wrong-1")
        assert "The password was assumed to be right; it is not." in lab.answer
        assert "≈ not as expected, but explained" in lab.answer
        assert "Expected a token" in lab.answer
        assert "✓ as expected" not in lab.answer
        assert "✗≈ password" in lab.text  # in the history, too


async def test_a_wrong_password_where_another_refusal_was_expected_is_not_as_expected() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        result = await lab.run("Partner Portal", Kind.PASSWORD, "breakwater-buyer", password="wrong-1")
        assert result.expected is not None
        assert result.expected.check is Check.PARTY_ALLOWED
        assert result.agreed
        assert "≈ not as expected, but explained" in lab.answer
        assert "Expected invalid_grant Auth.OauthError" in lab.answer
        assert "The password was assumed to be right; it is not." in lab.answer
        assert "✓ as expected" not in lab.answer


async def test_an_attempt_without_a_user_is_not_titled_with_the_hidden_field() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        client = next(
            each
            for each in lab.pane.session.marketplace.api_clients.values()
            if not each.default_context_user_name and each.active
        )
        result = await lab.run(client.app_name, Kind.CLIENT_CREDENTIALS, "shopper01", secret="no-such-secret")
        assert result.who == ""
        assert f"client credentials with {client.app_name} " in f"{lab.answer} "
        assert "shopper01" not in lab.text


async def test_a_disagreement_is_shown_as_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        monkeypatch.setattr(attempts_module, "decide", lambda *_: Decision(allowed=False, check=Check.PARTY_ALLOWED))
        result = await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01")
        assert result.agreed is False
        assert "≠ not as expected" in lab.text
        assert "Expected a refusal by check 13" in lab.answer
        assert "✓≠ password" in lab.text  # in the history, too


async def test_a_change_made_elsewhere_is_no_finding() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.fill("Admin Backoffice", Kind.PASSWORD, "access-admin")
        await lab.pane.session.client.api_clients.patch(lab.id_of("Admin Backoffice"), {"AllowSeller": False})
        await console.press("ctrl+r")
        assert lab.shown.agreed is True
        assert "The marketplace had changed since it was read" in lab.answer
        assert "✗ refused by check 13" in lab.text  # what is expected from now on


async def test_a_network_failure_says_what_happened_and_compares_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise errors.ConnectionRefused("Nothing listens at 127.0.0.1:9")

    async with open_console() as console:
        lab = await open_tokens(console)
        monkeypatch.setattr(attempts_module, "ask", fail)
        result = await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01")
        assert result.agreed is None
        assert "Nothing listens at 127.0.0.1:9" in lab.text
        assert "host and port right?" in lab.text


async def test_a_refresh_keeps_the_refresh_token_and_its_end() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        first = await lab.run("Partner Portal", Kind.PASSWORD, "shopper01")
        console.clock.advance(timedelta(hours=1))
        await console.press("f")
        second = lab.shown
        assert second.number == 2
        assert second.agreed is True
        assert second.refresh_token == first.refresh_token
        assert second.lifetime() is not None
        assert first.lifetime() is not None
        assert "from #1" in lab.text
        console.clock.advance(timedelta(hours=23))
        await console.press("f")
        assert lab.shown.expected is not None
        assert lab.shown.expected.check is Check.REFRESH_TOKEN
        assert lab.shown.agreed is True


async def test_the_refresh_grant_takes_the_token_of_an_answer_and_another_client_is_refused() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01")
        lab.pane.panel.form.change(kind=Kind.REFRESH)
        await console.settle()
        assert "#1 shopper01 · Buyer" in lab.text
        await console.press("ctrl+r")
        assert lab.shown.token is not None
        lab.pane.panel.form.change(api_client_id=lab.id_of("Partner Portal"))
        await console.settle()
        await console.press("ctrl+r")
        assert lab.shown.expected is not None
        assert lab.shown.expected.check is Check.REFRESH_TOKEN
        assert lab.shown.agreed is True


async def test_the_countdown_follows_the_clock_and_colours_nothing_alone() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Kiosk Terminal", Kind.PASSWORD, "shopper01")
        assert "expires in 10m" in lab.text
        console.clock.advance(timedelta(minutes=6, seconds=48))
        lab.pane.tick()
        await console.settle()
        assert "expires in 3m 12s" in lab.text
        console.clock.advance(timedelta(minutes=4))
        lab.pane.tick()
        await console.settle()
        assert "expired 48s ago" in lab.text
        assert "✗ claims" in lab.text
        assert "✓ signature" in lab.text


async def test_calling_me_with_the_token_and_after_its_end() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Kiosk Terminal", Kind.PASSWORD, "shopper01")
        await console.press("m")
        assert "it is shopper01 as expected" in lab.answer
        console.clock.advance(timedelta(minutes=10))
        await console.press("m")
        assert "401" in lab.text
        assert "InvalidToken as expected" in lab.answer
        await console.press("right_square_bracket")
        assert "POST http://sandbox.ocgate/oauth/token" in lab.text


async def test_the_lifetime_tab_draws_and_tells_the_moments() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Partner Portal", Kind.PASSWORD, "shopper01")
        await console.press("right_square_bracket", "right_square_bracket")
        for part in (
            "access   ├●",
            "┤ 2h",
            "to scale ├●",
            "A",
            "┼",
            "E┤ 1d 2h",
            "The access token is good for 2h more.",
        ):
            assert part in lab.text
        console.clock.advance(timedelta(hours=3))
        lab.pane.tick()
        await console.settle()
        assert "the refresh token gets another for 21h more" in lab.answer
        console.clock.advance(timedelta(hours=21))
        lab.pane.tick()
        await console.settle()
        assert "the user has to sign in again" in lab.answer


async def test_the_json_tab_has_the_raw_claims() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Kiosk Terminal", Kind.PASSWORD, "shopper01")
        await console.press("left_square_bracket")
        assert '"usr": "shopper01"' in lab.text
        assert '"alg": "RS256"' in lab.text


async def test_mending_opens_the_api_client_at_the_place() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Partner Portal", Kind.PASSWORD, "breakwater-buyer")
        await console.press("e")
        clients = console.app.query_one(ClientsPane)
        assert clients.display
        assert clients.query_one("#client-tabs", TabStrip).active == "assignments"


async def test_mending_a_missing_secret_takes_the_elevated_grant_with_it() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        lab.pane.panel.choose_client(lab.id_of("Reporting Job"))
        lab.pane.panel.form.change(username="harbor-admin")
        await console.press("ctrl+r", "e")
        assert lab.pane.panel.value.kind is Kind.ELEVATED
        assert lab.pane.panel.value.secret == PASSWORD
        assert "of the API client" in lab.text
        await console.press("ctrl+r")
        assert lab.shown.token is not None


async def test_testing_an_api_client_suggests_a_grant_and_a_user() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.pane.choose_api_client(lab.id_of("Partner Portal"))
        await console.settle()
        assert lab.pane.panel.value.username == "anchor-approver"
        await lab.pane.choose_api_client(lab.id_of("Guest Storefront"))
        await console.settle()
        assert lab.pane.panel.value.kind is Kind.ANONYMOUS
        await console.press("ctrl+r")
        assert lab.shown.token is not None


async def test_picking_an_api_client_and_a_user_by_typing() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await console.press("enter")
        await console.type("kiosk")
        await console.press("enter", "tab", "enter")
        await console.type("shopper01")
        await console.press("enter")
        assert lab.pane.panel.value.api_client_id == lab.id_of("Kiosk Terminal")
        assert lab.pane.panel.value.username == "shopper01"
        await console.press("tab")
        await console.type("x")  # in the password field, letters are letters
        assert lab.pane.panel.value.password.endswith("x")
        await console.press("tab", "enter")  # enter in the last field runs
        assert lab.shown.error is not None


async def test_the_grant_is_chosen_with_left_and_right_and_shows_only_its_fields() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await console.press("shift+tab", "right", "right", "right")
        chosen = [lab.pane.panel.value.kind]
        shown = [each.id for each in lab.pane.panel.form.query(Input) if each.parent and each.parent.display]
        assert shown == ["secret", "scope", "visitor"]
        await console.press("left", "left", "left", "left")
        assert [*chosen, lab.pane.panel.value.kind] == [Kind.ANONYMOUS, Kind.ONE_TIME]


async def test_history_shows_an_entry_again_and_gives_its_form_back() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        await lab.run("Kiosk Terminal", Kind.PASSWORD, "shopper01")
        await lab.run("Partner Portal", Kind.PASSWORD, "breakwater-buyer")
        await console.press("escape", "escape")
        assert isinstance(console.app.focused, RowList)
        await console.press("down")
        assert lab.shown.number == 1
        assert "✓ decoded" in lab.text
        await console.press("enter")
        assert lab.pane.panel.value.username == "shopper01"


async def test_a_token_is_never_sent_to_another_marketplace() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        result = await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01")
        await lab.pane.session_changed()
        await console.settle()
        assert lab.pane.shown is None
        assert lab.pane.attempts.results == []
        assert not lab.pane.attempts.is_of_here(result)
        assert lab.pane.why_not("tokens.refresh") is not None


async def test_commands_say_why_they_cannot_be_done() -> None:
    async with open_console() as console:
        lab = await open_tokens(console)
        for command in ("refresh", "call-me", "copy", "mend"):
            assert lab.pane.why_not(f"tokens.{command}")
        lab.pane.panel.form.value = Form(Kind.PASSWORD, "")
        assert lab.pane.why_not("tokens.run") == "Choose an API client first."
        await lab.run("Guest Storefront", Kind.ANONYMOUS)
        assert "no refresh token" in (lab.pane.why_not("tokens.refresh") or "")


async def narrow_focus(console: Console, lab: TokensLab) -> str:
    focused = console.app.focused
    assert focused is not None
    assert focused.region.area > 0, "the focus is on something that is seen"
    return "answer" if lab.pane.answer.has_focus_within else "form"


async def test_on_a_narrow_screen_the_answer_replaces_the_form_and_escape_brings_it_back() -> None:
    async with open_console(size=(80, 24)) as console:
        lab = await open_tokens(console)
        assert "Expected" in console.text
        await lab.run("Kiosk Terminal", Kind.PASSWORD, "shopper01")
        assert "✓ decoded" in console.text
        assert "◂ password" not in console.text
        assert await narrow_focus(console, lab) == "answer"
        await console.press("escape")
        assert "◂ password" in console.text
        assert await narrow_focus(console, lab) == "form"
        await console.press("escape", "enter")
        assert "✓ decoded" in console.text
