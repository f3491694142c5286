"""Every refusal there is: the rules say it, the sandbox answers so, for every API client of the demo marketplace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.session.sandbox_gate import START
from tui.access.decide import decide
from tui.access.decision import Check
from tui.access.switches import DEFAULT
from tui.access.world import HAS_SECRET, Client, Registered, Secret, World
from tui.session.scenarios.copying import world_around
from tui.session.scenarios.document import Ask, Grant, PasswordKind, Scenario, SecretKind, Step
from tui.session.scenarios.refusals import harmless_refusals, refusals
from tui.session.scenarios.runner import run
from tui.session.scenarios.stage import Stage, made_for
from tui.session.scenarios.trying import try_refusals

EVERY_CHECK = {
    Check.CLIENT_KNOWN,
    Check.CLIENT_ACTIVE,
    Check.CLIENT_SECRET,
    Check.CREDENTIALS_PRESENT,
    Check.CREDENTIALS_RIGHT,
    Check.NOT_LOCKED_OUT,
    Check.CONTEXT_USER,
    Check.REFRESH_TOKEN,
    Check.ALL_ACTIVE,
    Check.PARTY_ALLOWED,
    Check.ROLES_LEFT,
}
"""What can refuse an attempt that is well written. The password's policy is no matter of an API client."""


@pytest.fixture
async def demo() -> AsyncIterator[Stage]:
    async with made_for(Scenario("demo", (), demo=True, now=START), {}) as stage:
        async for _ in stage.opened.marketplace.read_api_clients():
            pass
        yield stage


async def world_of(demo: Stage, name: str) -> World:
    api_client = next(each for each in demo.opened.marketplace.api_clients.values() if each.app_name == name)
    return await world_around(demo.opened, [api_client])


async def test_the_rules_and_the_sandbox_never_disagree(demo: Stage) -> None:
    """On a copy all of them, in the marketplace itself the harmless ones: these change nothing there."""
    checks: dict[str, set[int]] = {}
    for api_client in demo.opened.marketplace.api_clients.values():
        report = await try_refusals(demo.opened, api_client, START)
        assert (report.problem, report.failed) == ("", ()), api_client.app_name
        assert len(report.outcomes) >= 24, api_client.app_name
        checks[api_client.app_name] = {each.check for each in report.outcomes if each.check}
        here = await try_refusals(demo.opened, api_client, START, here=True)
        assert (here.problem, here.failed) == ("", ())
        assert len(here.outcomes) >= 11
    assert len(checks) == 17
    assert set().union(*checks.values()) == set(EVERY_CHECK)
    assert checks["Partner Portal"] == set(EVERY_CHECK) - {Check.CLIENT_SECRET}
    assert checks["ERP Middleware"] == set(EVERY_CHECK)
    people = await demo.opened.marketplace.people()
    assert [each.user.failed_login_attempts for each in people if each.user.username != "breakwater-locked"] == [0] * (
        len(people) - 1
    )


async def test_each_kind_of_refusal_is_there(demo: Stage) -> None:
    world = await world_of(demo, "ERP Middleware")
    names = {each.name for each in refusals(world, world.clients[0], START).steps}
    for wanted in (
        *(f"{grant}: {words} secret" for grant in _GRANTS for words in ("a wrong", "no", "an expired")),
        *(f"{grant}: the API client is not active" for grant in ("password", "client credentials")),
        "password: the user is not active",
        "password: the user is locked out",
        "password: the buyer may not use it",
        "client credentials: as context user, the supplier may not use it",
        "client credentials: no context user",
        "client credentials: the context user is gone",
        "refresh: a token of another API client",
    ):
        assert wanted in names
    world = await world_of(demo, "Buyer Storefront")
    names = {each.name for each in refusals(world, world.clients[0], START).steps}
    assert {"password: the company is not active", "refresh: after it expired", "refresh: after it was revoked"} < names
    world = await world_of(demo, "Kiosk Terminal")
    names = {each.name for each in refusals(world, world.clients[0], START).steps}
    assert any("a role above the ceiling" in each for each in names)
    world = await world_of(demo, "Buyer Approvals")
    names = {each.name for each in refusals(world, world.clients[0], START).steps}
    assert "password: a role below the floor" in names


_GRANTS = ("password", "client credentials")


async def test_an_api_client_with_everything_at_once(demo: Stage) -> None:
    """Floor and ceiling, legacy and named secrets that end before the refresh token does."""
    world = await world_of(demo, "Partner Portal")
    portal = world.clients[0]
    client = replace(
        portal.client,
        client_secret=HAS_SECRET,
        minimum_required_roles=("Shopper",),
        maximum_granted_roles=("Shopper", "MeAdmin"),
        maximum_granted_custom_roles=("Approver",),
        default_context_user_name="shopper01",
        is_anon_buyer=True,
    )
    for changed in (
        replace(portal, client=client),
        Registered(replace(client, client_secret=None), portal.companies, _secrets(hours=1)),
        Registered(Client("lonely", "Lonely"), ()),
    ):
        scenario = refusals(world, changed, START)
        async with made_for(scenario, {}) as stage:
            report = await run(scenario, stage)
        assert (report.problem, report.failed) == ("", ())


def _secrets(*, hours: int) -> tuple[Secret, ...]:
    return (Secret("soon", "Soon", START + timedelta(hours=hours)),)


async def test_a_sandbox_that_decides_otherwise_is_found_out(demo: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await world_of(demo, "Headless Shop")
    scenario = refusals(world, world.clients[0], START)
    other = replace(DEFAULT, context_user_needs_party_access=False)
    monkeypatch.setattr(
        "tui.sandbox.token_endpoint.decide", lambda attempt, facts, now: decide(attempt, facts, now, other)
    )
    async with made_for(scenario, {}) as stage:
        report = await run(scenario, stage)
    assert {each.check for each in report.failed} == {Check.PARTY_ALLOWED}


async def test_what_is_harmless_sends_nothing_that_could_succeed_or_count(demo: Stage) -> None:
    for name in ("ERP Middleware", "Headless Shop", "Guest Storefront", "Old ERP Bridge"):
        world = await world_of(demo, name)
        steps: tuple[Step, ...] = harmless_refusals(world, world.clients[0], START).steps
        for step in steps:
            assert isinstance(step.deed, Ask)
            assert step.expect.allowed is False
            assert step.deed.secret in (SecretKind.WRONG, SecretKind.NONE)
            if step.deed.grant is Grant.PASSWORD:
                assert world.user(step.deed.user) is None
                assert step.deed.password is not PasswordKind.RIGHT
