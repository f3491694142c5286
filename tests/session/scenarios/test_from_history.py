"""A scenario from attempts: the same tries, and what came of each, run again on a copy with the same end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.session.sandbox_gate import START, gated
from tui.access.attempt import PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.session.attempt_record import AttemptRecord, Evidence, Kind, Outcome, Sent
from tui.session.scenarios.document import Advance
from tui.session.scenarios.from_history import record
from tui.session.scenarios.runner import run
from tui.session.scenarios.stage import made_for
from tui.session.scenarios.toml import from_toml, to_toml

NOBODY = "prompt=none needs the login_hint of an active user."
SHOPPER = ("MeAdmin", "Shopper")


def attempt(number: int, sent: Sent, outcome: Outcome, minutes: float = 0) -> AttemptRecord:
    return AttemptRecord(f"a{number}", START + timedelta(minutes=minutes), "here", sent, None, outcome)


async def test_attempts_become_a_scenario_that_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    async with gated(monkeypatch) as open_there:
        portal, erp = open_there.named("Partner Portal").id, open_there.named("ERP Middleware").id
        guest = open_there.named("Guest Storefront").id
        assumed = Evidence(SecretEvidence.ASSUMED, PasswordEvidence.ASSUMED)
        token = Outcome(True, 200, usr="shopper01", roles=SHOPPER, access_seconds=7200, refresh=True)
        signed_in = Sent(Kind.PASSWORD, portal, "Partner Portal", "shopper01", evidence=assumed)
        refresh = Sent(Kind.REFRESH, portal, refreshes="a1", evidence=Evidence(refresh=RefreshEvidence.LIVE))
        refused = Outcome(False, 400, "invalid_grant", "Auth.InvalidUsernameOrPassword")
        no_secret = Outcome(False, 400, "invalid_client", "Auth.OauthError")
        service = ("ErpSync", "OrderAdmin", "PriceScheduleAdmin", "ProductAdmin", "ShipmentAdmin")
        attempts = [
            attempt(1, signed_in, token),
            attempt(2, replace(signed_in, scope=("Shopper",)), replace(token, roles=("Shopper",)), 0.5),
            attempt(3, signed_in, refused, 1.5),
            attempt(4, refresh, token, 90),
            attempt(5, refresh, Outcome(False, 400, "invalid_grant", "Auth.OauthError"), 1441),
            attempt(6, Sent(Kind.CLIENT_CREDENTIALS, erp), no_secret, 1441),
            attempt(7, Sent(Kind.CLIENT_CREDENTIALS, erp, evidence=assumed), no_secret, 1441),
            attempt(
                8,
                Sent(Kind.CLIENT_CREDENTIALS, erp, evidence=assumed),
                Outcome(True, 200, usr="erp-service", roles=service, access_seconds=1800),
                1441,
            ),
            attempt(
                9,
                Sent(Kind.ANONYMOUS, guest, anon_user_id="visitor-1"),
                Outcome(True, 200, usr="anon-1", roles=("Shopper",), access_seconds=604800, orderid=True),
                1441,
            ),
            attempt(12, Sent(Kind.OPENID, portal, username="shopper01"), token, 1441),
            attempt(13, Sent(Kind.OPENID, portal, username="nobody"), Outcome(False, 302, message=NOBODY), 1441),
            attempt(14, Sent(Kind.ONE_TIME, portal, username="shopper01", evidence=assumed), token, 1441),
            attempt(15, Sent(Kind.ONE_TIME, portal, username="shopper01", evidence=assumed), refused, 1441),
            attempt(10, Sent(Kind.IMPERSONATION, portal, username="shopper01"), token, 1442),
            attempt(11, signed_in, Outcome(False, 0, message="no answer"), 1442),
        ]
        made = await record(open_there.session.opened, reversed(attempts), "From history")
        assert open_there.writes == []
    assert len(made.left_out) == 2
    assert any("impersonation" in each and "who may act as whom" in each for each in made.left_out)
    scenario = made.scenario
    assert scenario.world is not None
    assert {each.username for each in scenario.world.users} == {"shopper01", "erp-service", "guest-shopper"}
    pauses = [each.deed.by for each in scenario.steps if isinstance(each.deed, Advance)]
    assert sum(pauses, timedelta()) == timedelta(minutes=1441)
    again = from_toml(to_toml(scenario).encode(), open_there.session.request.paths.state / "x.toml")
    assert to_toml(again) == to_toml(scenario)
    async with made_for(again, {}) as stage:
        report = await run(again, stage)
    assert (report.problem, [(each.name, each.differences) for each in report.failed]) == ("", [])
    assert len(report.outcomes) == 13 + len(pauses)
