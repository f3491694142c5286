"""Scenarios run through the real sandbox: what comes is held against what is expected, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.session.sandbox_gate import gated
from tests.session.scenarios.examples import WHOLE
from tui.session.scenarios.document import Advance, Ask, Call, Expect, Grant, Revoke, Scenario, Step
from tui.session.scenarios.report import Report, exit_code
from tui.session.scenarios.runner import run
from tui.session.scenarios.stage import Stage, made_for, stage_of
from tui.session.scenarios.toml import NotAScenario, from_toml, to_toml

SCENARIO = from_toml(WHOLE.encode(), Path("life.toml"))
IN = SCENARIO.steps[0]


async def ran(scenario: Scenario, environ: Mapping[str, str] | None = None) -> Report:
    async with made_for(scenario, environ or {}) as stage:
        return await run(scenario, stage)


async def test_the_life_of_a_sign_in_goes_as_the_scenario_says() -> None:
    report = await ran(SCENARIO)
    assert [(each.name, each.differences) for each in report.failed] == []
    assert (report.problem, report.summary) == ("", f"{len(SCENARIO.steps)} of {len(SCENARIO.steps)} as expected")
    assert report.began == SCENARIO.now
    assert exit_code([report]) == 0


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        (Expect(allowed=False), "Expected a refusal; it was allowed."),
        (Expect(code="Auth.LockedOut"), "Expected a refusal; it was allowed."),
        (Expect(roles=("Own", "OrderAdmin")), "Expected roles are missing: OrderAdmin."),
        (Expect(roles=("Own",)), "Roles came that were not expected: MeAdmin, Shopper."),
        (Expect(access_minutes=9), "Expected an access token of 540 seconds; it has 600."),
        (Expect(refresh_minutes=0), "Expected no refresh token; one came."),
        (Expect(claims={"usr": "abe"}), "Expected the claim usr to be abe; it is ada."),
        (Expect(claims={"orderid": True}), "Expected the claim orderid; it is not there."),
        (Expect(status=400), "Expected status 400; it was 200."),
    ],
)
async def test_what_comes_otherwise_is_told(expect: Expect, told: str) -> None:
    assert SCENARIO.world is not None
    wrong = replace(SCENARIO, steps=(replace(IN, expect=expect),))
    report = await ran(wrong)
    assert told in report.outcomes[0].differences
    assert exit_code([report]) == 1


async def test_a_refusal_that_was_not_expected_and_what_hangs_on_it() -> None:
    ask = Ask(Grant.PASSWORD, "Shop", "gil")
    steps = (
        Step("gil", ask),
        Step("other", ask, Expect(error="invalid_client", code="Auth.Other")),
        Step("me", Call("/v1/me", "gil")),
        Step("on", Ask(Grant.REFRESH, "Shop", refreshing="gil"), Expect(allowed=False)),
    )
    report = await ran(replace(SCENARIO, steps=steps))
    assert [each.differences for each in report.outcomes] == [
        ("Expected it to be allowed; it was refused: invalid_grant Auth.LockedOut.",),
        (
            "Expected the error invalid_client; it was invalid_grant.",
            "Expected the ErrorCode Auth.Other; it was Auth.LockedOut.",
        ),
        ('Not tried: "gil" gave no token.',),
        ('Not tried: "gil" gave no refresh token.',),
    ]


async def test_variables_hold_what_is_secret_and_one_that_is_not_set_ends_the_scenario() -> None:
    asked = Ask(Grant.PASSWORD, "Shop", "ada", password_from="ADA")
    scenario = replace(SCENARIO, steps=(IN, Step("by variable", asked, Expect(allowed=False))))
    report = await ran(scenario, {"ADA": "not-her-password"})
    assert report.outcomes[1].actual == "refused: invalid_grant Auth.InvalidUsernameOrPassword"
    report = await ran(scenario)
    assert report.problem == "by variable: The variable ADA, which the scenario names, is not set."
    assert exit_code([report]) == 2


async def test_where_facts_are_only_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The marketplace that is open: nothing is planted there; in a real one the clock and tokens stay as they are."""
    facts = from_toml(
        b"""
Format = 1
[Facts]
[[Facts.Buyers]]
ID = "anchor-boats"
[[Facts.Buyers]]
ID = "foghorn-cruises"
[[Facts.Users]]
Username = "shopper01"
Buyer = "anchor-boats"
Roles = ["Shopper"]
[[Facts.ApiClients]]
AppName = "Kiosk Terminal"
AllowAnyBuyer = true
AccessTokenDuration = 20
MaximumGrantedRoles = ["Shopper"]
Buyers = ["anchor-boats"]
[[Steps]]
Grant = "password"
ApiClient = "Kiosk Terminal"
User = "shopper01"
Expect = { Roles = ["Shopper"] }
[[Steps]]
Advance = "11m"
""",
        Path("facts.toml"),
    )
    async with gated(monkeypatch) as open_there:
        before = open_there.session.clock()
        report = await run(facts, stage_of(open_there.session))
        assert {each.name: each.differences for each in report.failed} == {
            "facts: Kiosk Terminal": (
                "access token duration is 10, not 20.",
                "The buyer anchor-boats is not assigned.",
            ),
            "facts: buyer foghorn-cruises": ("It is not active.",),
            "facts: user shopper01": ("It has the roles MeAdmin, too.",),
        }
        assert open_there.writes == []
        assert open_there.session.clock() - before == timedelta(minutes=11)
        real = Stage(replace(open_there.session.opened, sandbox=None))
        moved = await run(Scenario("x", (Step("later", Advance(timedelta(hours=1))),)), real)
        assert "cannot be moved: it is a real marketplace" in moved.problem
        revoked = await run(Scenario("x", (Step("out", Revoke("shopper01")),)), real)
        assert "are not revoked in a real marketplace" in revoked.problem
        unknown = await run(Scenario("x", (Step("in", Ask(Grant.PASSWORD, "Kiosk Terminal", "shopper01")),)), real)
        assert "The password of shopper01 is not known" in unknown.problem


OTHER_WAYS = b"""
Format = 1
Facts = { Seed = "demo" }
[[Steps]]
Name = "support"
Grant = "password"
ApiClient = "Reporting Job"
User = "support-agent"
[[Steps]]
Name = "acting"
Grant = "impersonation"
ApiClient = "Headless Shop"
User = "shopper01"
With = "support"
Expect = { Allowed = true, Claims = { usr = "shopper01", imp = true } }
[[Steps]]
Name = "acting on"
Grant = "refresh"
ApiClient = "Headless Shop"
Refreshing = "acting"
Expect = { Claims = { imp = true } }
[[Steps]]
Name = "not by the console"
Grant = "impersonation"
ApiClient = "Headless Shop"
User = "shopper01"
Expect = { Status = 400, ErrorCode = "Impersonation.ConfigError" }
[[Steps]]
Name = "browser"
Grant = "openid_connect"
ApiClient = "Kiosk Terminal"
User = "shopper01"
Scope = ["Shopper"]
Expect = { Roles = ["Shopper"], AccessMinutes = 10 }
[[Steps]]
Name = "browser, refused"
Grant = "openid_connect"
ApiClient = "Partner Portal"
User = "breakwater-buyer"
Expect = { Allowed = false, Error = "The user may not use this API client." }
[[Steps]]
Name = "code"
Grant = "one_time_password"
ApiClient = "Buyer Storefront"
User = "shopper01"
Expect = { Allowed = true, Claims = { usr = "shopper01" } }
[[Steps]]
Name = "wrong code"
Grant = "one_time_password"
ApiClient = "Buyer Storefront"
User = "shopper01"
Password = "wrong"
Expect = { ErrorCode = "Auth.InvalidUsernameOrPassword" }
"""


async def test_acting_as_another_a_browser_and_a_mailed_code_are_steps_too() -> None:
    scenario = from_toml(OTHER_WAYS, Path("ways.toml"))
    assert to_toml(from_toml(to_toml(scenario).encode(), Path("ways.toml"))) == to_toml(scenario)
    report = await ran(scenario)
    assert (report.problem, [(each.name, each.differences) for each in report.failed]) == ("", [])
    wrong = [replace(each, expect=Expect(allowed=False, error="Other")) for each in scenario.steps[4:6]]
    told = await ran(replace(scenario, steps=tuple(wrong)))
    assert [each.differences for each in told.outcomes] == [
        ("Expected a refusal; it was allowed.",),
        ("Expected the error Other; it was The user may not use this API client.",),
    ]
    with pytest.raises(NotAScenario, match="who is acted as"):
        from_toml(OTHER_WAYS.replace(b'User = "shopper01"', b""), Path("ways.toml"))
