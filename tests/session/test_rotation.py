"""A secret's rotation over the real sandbox: each step, lost answers in between, and what is told of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.session.sandbox_gate import START, Gated, gated
from tui.ordercloud.transports.retry import RetryPolicy
from tui.sandbox.control.rules import Fault, Rule
from tui.sandbox.demo import PASSWORD
from tui.session.attempts import Kind
from tui.session.rotation import Half, Rotation, Step, Verdict
from tui.session.rotator import Rotator


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once."""
    monkeypatch.setattr(RetryPolicy, "wait", lambda *_: 0.0)


SECRETS = "/v1/apiclients/*/secrets*"


def verdict(rotator: Rotator, step: Step) -> Verdict:
    report = rotator.rotation.report(step)
    assert report is not None
    return report.verdict


def actual(rotator: Rotator, step: Step) -> str:
    report = rotator.rotation.report(step)
    assert report is not None
    return report.actual


def created(rotator: Rotator) -> Half:
    return rotator.rotation.created


def retired(rotator: Rotator) -> Half:
    return rotator.rotation.retired


def step_of(rotator: Rotator) -> Step | None:
    return rotator.rotation.step


def account(rotator: Rotator) -> str:
    return " ".join(rotator.rotation.account())


async def rotator_of(gate: Gated, name: str, *, named: bool = True) -> Rotator:
    api_client = gate.named(name)
    old = (await gate.session.marketplace.secrets(api_client.id))[0] if named else None
    return Rotator(gate.session, api_client, old, old.name if old is not None else "the legacy secret")


def fault(gate: Gated, kind: Fault, method: str, path: str = SECRETS, times: int | None = None) -> None:
    sandbox = gate.session.opened.sandbox
    assert sandbox is not None
    sandbox.control.faults.add(Rule(kind, path=path, method=method, next=times))


def mended(gate: Gated) -> None:
    sandbox = gate.session.opened.sandbox
    assert sandbox is not None
    sandbox.control.faults.clear()


async def test_the_whole_path_with_every_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    async with gated(monkeypatch) as gate:
        rotator = await rotator_of(gate, "ERP Middleware")
        assert "Nothing was changed" in account(rotator)
        assert await gate.session.use_log() is not None, "the log begins"
        assert (await rotator.find_way()).kind is Kind.CLIENT_CREDENTIALS
        await rotator.create(rotator.marketplace, "B", None)
        assert "its value was not kept" in account(rotator)
        assert "That it works was not tried. Rotation A still works" in account(rotator)
        await rotator.prove()
        assert actual(rotator, Step.PROVE) == "A token for erp-service, good for 30m."
        assert await rotator.see_use()
        assert verdict(rotator, Step.USE) is Verdict.AS_EXPECTED
        rotator.old_value = PASSWORD
        await rotator.retire(rotator.marketplace)
        await rotator.prove_refused()
        assert {each.verdict for each in rotator.rotation.reports} == {Verdict.AS_EXPECTED}
        assert "Before, it was taken" in actual(rotator, Step.REFUSED)
        assert step_of(rotator) is None
        rotator.keep(["copied"])
        assert account(rotator) == (
            "B was created; its value was copied. That it works is proven. "
            "Rotation A is gone. That it is refused is proven."
        )
        assert [each.name for each in await rotator.marketplace.secrets_now(rotator.api_client.id)] == ["B"]
        for told in (repr(rotator), account(rotator), *(each.actual for each in rotator.rotation.reports)):
            assert rotator.value not in told
            assert PASSWORD not in told


async def test_one_that_was_left_goes_on_with_the_secret_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async with gated(monkeypatch) as gate:
        rotator = await rotator_of(gate, "ERP Middleware")
        assert await rotator.candidates() == ()
        api_client, at = rotator.api_client, rotator.marketplace
        await at.create_secret(api_client, "past", gate.session.clock() + timedelta(minutes=1))
        left = await at.create_secret(api_client, "B", None)
        monkeypatch.setattr(gate.session, "clock", lambda: START + timedelta(hours=1))
        assert [each.name for each in await rotator.candidates()] == ["B"]
        there = (await rotator.candidates())[0]
        rotator.go_on_with(there, left.client_secret or "")
        assert step_of(rotator) is Step.PROVE
        await rotator.prove()
        assert verdict(rotator, Step.PROVE) is Verdict.AS_EXPECTED
        assert account(rotator).startswith("B was there already, and this rotation went on with it. That it works is")
        fault(gate, Fault.DROP_BEFORE, "GET")
        assert await rotator.candidates() == (), "what cannot be read is not offered"
        mended(gate)

        blind = await rotator_of(gate, "ERP Middleware")
        blind.go_on_with(there, "")
        await blind.prove()
        assert (verdict(blind, Step.PROVE), step_of(blind)) == (Verdict.NOT_KNOWN, Step.USE)
        assert "its value is not known" in account(blind).lower()


async def test_from_the_legacy_secret_to_a_named_one_while_somebody_still_uses_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with gated(monkeypatch) as gate:
        rotator = await rotator_of(gate, "Dockside Sensor", named=False)
        sandbox = gate.session.opened.sandbox
        assert sandbox is not None
        await gate.session.use_log()
        await rotator.create(rotator.marketplace, "B", None)
        sandbox.control.clock.advance(timedelta(minutes=5))
        await rotator.find_way()
        rotator.sign_in_as("shopper01", PASSWORD)
        await rotator._try(PASSWORD)
        await rotator.see_use()
        assert verdict(rotator, Step.USE) is Verdict.OTHERWISE
        assert "It is in use: 1 requests since" in actual(rotator, Step.USE)
        assert "by shopper01" in actual(rotator, Step.USE)
        await rotator.prove()
        assert step_of(rotator) is Step.USE
        rotator.go_on_anyway()
        assert step_of(rotator) is Step.RETIRE
        await rotator.retire(rotator.marketplace)
        await rotator.prove_refused()
        assert verdict(rotator, Step.REFUSED) is Verdict.AS_EXPECTED
        assert (await rotator.marketplace.api_client(rotator.api_client.id)).client_secret is None


async def test_without_a_grant_a_later_refusal_proves_that_the_secret_was_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its context user has no access; and a user's password serves where there is no context user at all."""
    async with gated(monkeypatch) as gate:
        rotator = await rotator_of(gate, "Reporting Job", named=False)
        assert (await rotator.find_way()).kind is Kind.ELEVATED
        assert rotator.needs_user
        await rotator.create(rotator.marketplace, "B", None)
        rotator.sign_in_as("harbor-admin", "wrong")
        await rotator.prove()
        assert verdict(rotator, Step.PROVE) is Verdict.NOT_KNOWN, "the password is wrong, the secret is not"
        assert step_of(rotator) is Step.PROVE
        assert rotator.needs_user, "another can try"
        rotator.sign_in_as("harbor-admin", PASSWORD)
        await rotator.prove()
        assert actual(rotator, Step.PROVE).startswith("A token for harbor-admin")
        rotator.without_user()
        assert rotator.rotation.expected(Step.PROVE).startswith("A refusal, but not for the secret")
        await rotator.prove()
        assert verdict(rotator, Step.PROVE) is Verdict.AS_EXPECTED
        rotator.value = "not-the-secret"
        await rotator.prove()
        assert verdict(rotator, Step.PROVE) is Verdict.OTHERWISE
        assert step_of(rotator) is Step.PROVE


async def test_a_context_user_without_access_is_not_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with gated(monkeypatch) as gate:
        rotator = await rotator_of(gate, "Dockside Sensor", named=False)
        way = await rotator.find_way()
        assert way.words == "a user's password with the secret, as client credentials are refused here"
        await rotator.create(rotator.marketplace, "B", None)
        rotator.without_user()
        await rotator.prove()
        assert actual(rotator, Step.PROVE).endswith("The user may not use this API client.")
        assert not actual(rotator, Step.PROVE).endswith("..")


async def test_what_cannot_be_proven_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    async with gated(monkeypatch) as gate:
        rotator = await rotator_of(gate, "Old ERP Bridge", named=False)
        await rotator.create(rotator.marketplace, "B", None)
        await rotator.prove()
        assert verdict(rotator, Step.PROVE) is Verdict.NOT_KNOWN, "inactive: no secret is looked at"
        assert step_of(rotator) is Step.USE, "and activating it is no part of this"
        expired = await rotator_of(gate, "Nightly Export")
        await expired.create(expired.marketplace, "B", None)
        expired.old_value = PASSWORD
        await expired.retire(expired.marketplace)
        await expired.prove_refused()
        assert verdict(expired, Step.REFUSED) is Verdict.NOT_KNOWN
        assert "not seen to work before" in actual(expired, Step.REFUSED)
        unknown = await rotator_of(gate, "ERP Middleware")
        await unknown.create(unknown.marketplace, "B", None)
        await unknown.prove_refused()
        assert verdict(unknown, Step.REFUSED) is Verdict.OTHERWISE
        await unknown.retire(unknown.marketplace)
        await unknown.prove_refused()
        assert actual(unknown, Step.REFUSED).endswith("not tried. It is in the list no more.")
        assert "That it is refused is not proven" in account(unknown)


async def test_a_creation_whose_answer_is_lost_is_found_and_made_good(monkeypatch: pytest.MonkeyPatch) -> None:
    async with gated(monkeypatch) as gate:
        rotator = await rotator_of(gate, "ERP Middleware")
        fault(gate, Fault.DROP_BEFORE, "POST")
        await rotator.create(rotator.marketplace, "B", None)
        assert created(rotator) is Half.NO
        assert "It was not created" in actual(rotator, Step.CREATE)
        mended(gate)
        fault(gate, Fault.DROP_AFTER, "POST")
        await rotator.create(rotator.marketplace, "B", None)
        assert created(rotator) is Half.LOST
        assert "its value was lost with the answer" in account(rotator)
        mended(gate)
        await rotator.create(rotator.marketplace, "B", None)
        assert created(rotator) is Half.YES
        names = [each.name for each in await rotator.marketplace.secrets_now(rotator.api_client.id)]
        assert sorted(names) == ["B", "Rotation A"], "the one without a value is gone"
        await rotator.prove()
        assert verdict(rotator, Step.PROVE) is Verdict.AS_EXPECTED


async def test_a_connection_lost_for_good_leaves_a_truthful_account(monkeypatch: pytest.MonkeyPatch) -> None:
    async with gated(monkeypatch) as gate:
        rotator = await rotator_of(gate, "ERP Middleware")
        fault(gate, Fault.DROP_AFTER, "POST")
        answered = gate.hold(lambda request: request.method == "GET" and request.url.path.endswith("/secrets"))
        creating = asyncio.create_task(rotator.create(rotator.marketplace, "B", None))
        await answered.caught.wait()
        fault(gate, Fault.DROP_BEFORE, "GET")
        answered.go.set()
        await creating
        assert created(rotator) is Half.MAYBE
        assert account(rotator).startswith("Whether B was created is not known")
        mended(gate)
        await rotator.create(rotator.marketplace, "B", None)
        assert created(rotator) is Half.YES
        await rotator.prove()
        fault(gate, Fault.DROP_AFTER, "POST", "/oauth/token")
        await rotator.prove()
        assert verdict(rotator, Step.PROVE) is Verdict.NOT_KNOWN
        assert step_of(rotator) is Step.PROVE, "it is tried again"


@pytest.mark.parametrize("named", [True, False])
async def test_a_retirement_whose_answer_is_lost_is_looked_for(monkeypatch: pytest.MonkeyPatch, named: bool) -> None:
    async with gated(monkeypatch) as gate:
        rotator = await rotator_of(gate, "ERP Middleware" if named else "Dockside Sensor", named=named)
        path, method = (SECRETS, "DELETE") if named else ("/v1/apiclients/*", "PATCH")
        await rotator.create(rotator.marketplace, "B", None)
        fault(gate, Fault.DROP_BEFORE, method, path)
        await rotator.retire(rotator.marketplace)
        assert retired(rotator) is Half.NO
        assert "It is still there" in actual(rotator, Step.RETIRE)
        mended(gate)
        fault(gate, Fault.DROP_AFTER, method, path)
        await rotator.retire(rotator.marketplace)
        # A lost answer to a PATCH is looked into where it is sent; one to a DELETE here.
        assert ("gone all the same" if named else "was taken away") in actual(rotator, Step.RETIRE)
        assert retired(rotator) is Half.YES
        assert verdict(rotator, Step.RETIRE) is Verdict.AS_EXPECTED


async def test_a_retirement_that_is_done_already_is_no_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with gated(monkeypatch) as gate:
        rotator = await rotator_of(gate, "ERP Middleware")
        await rotator.create(rotator.marketplace, "B", None)
        fault(gate, Fault.DROP_AFTER, "DELETE", times=1)
        await rotator.retire(rotator.marketplace)
        assert retired(rotator) is Half.YES, actual(rotator, Step.RETIRE)
        again = await rotator_of(gate, "Nightly Export")
        await again.create(again.marketplace, "B", None)
        assert again.old is not None
        await gate.session.client.api_clients.secrets(again.api_client.id).delete(again.old.id)
        await again.retire(again.marketplace)
        assert "gone all the same" in actual(again, Step.RETIRE), "somebody else was quicker"


def test_the_account_of_what_is_not_known() -> None:
    lost = Rotation("ERP", "A", "B", created=Half.YES, retired=Half.MAYBE, kept=("in /x",))
    told = " ".join(lost.told(Step.PROVE, "Refused: no.", Verdict.OTHERWISE).account())
    assert "That it works is not proven: Refused: no." in told
    assert "Whether A is gone is not known" in told
    assert "its value was in /x" in told
    assert not lost.may_go_on_anyway
    word = lost.told(Step.USE, "You said so.", Verdict.OTHERWISE).went_on_anyway(Step.USE)
    assert (found := word.report(Step.USE)) is not None
    assert found.goes_on
