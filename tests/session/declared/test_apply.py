"""Plans over the real sandbox: from one marketplace to another, back, and with everything going wrong on the way."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

import tui.ordercloud.client
from tests.session.declared.makers import do_tasks, empty_sandbox, give_references, session_on
from tests.session.sandbox_gate import Gated, gated
from tui.ordercloud.models import ApiClientAssignment
from tui.ordercloud.models.base import JSON
from tui.ordercloud.transports.retry import RetryPolicy
from tui.sandbox.control.rules import Fault, Rule
from tui.sandbox.demo import PASSWORD
from tui.session.bulk import State
from tui.session.called import NoSuchApiClient
from tui.session.declared.apply import Applying, threats
from tui.session.declared.document import Document, Entry, Kind
from tui.session.declared.plan import How, Plan, Verb
from tui.session.declared.reading import export, make_plan
from tui.session.declared.report import account_json, account_lines, plan_json, plan_lines
from tui.session.declared.toml import from_toml, to_toml
from tui.session.failures import CannotUndo, CutShort
from tui.session.session import Session

FILE = Path("api-clients.toml")
KIOSK: dict[str, JSON] = {"AppName": "Quay Kiosk", "Active": True, "AccessTokenDuration": 60, "AllowAnyBuyer": True}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again as often as ever, and at once."""
    monkeypatch.setattr(tui.ordercloud.client, "RetryPolicy", lambda: RetryPolicy(base=0.0))


@pytest.fixture
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gated]:
    async with gated(monkeypatch) as session:
        yield session


def wanted(opened: Gated, **fields: JSON) -> Document:
    """Say something of the Partner Portal, and of its companies."""
    return Document((Entry(opened.named("Partner Portal").id, fields),), source="x.toml")


def applying(plan: Plan, session: Session) -> Applying:
    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    return Applying(plan, session.opened, session.clock, sleep=at_once)


async def exported(session: Session) -> str:
    return to_toml((await export(session.opened)).document)


def strike(session: Session, fault: Fault, path: str, method: str, **how: int) -> None:
    sandbox = session.opened.sandbox
    assert sandbox is not None
    sandbox.control.faults.add(Rule(fault, path=path, method=method, **how))  # type: ignore[arg-type]  # whole numbers


def without_ids(text: str) -> str:
    """Return an export without what cannot be the same elsewhere: server-made IDs, and ends of secrets in the past."""
    text = re.sub(r"\[Marketplace\]\nID = .*\nName = .*\n", "", text)
    text = re.sub(r", Expiration = [^}]+ }", " }", text)
    return re.sub(r'^ID = "[0-9A-F-]{36}"\n', "", text, flags=re.MULTILINE)


# -- from one marketplace to another ----------------------------------------------------------------------------------


async def test_an_export_applied_to_an_empty_marketplace_gives_the_same_export_but_for_ids(tmp_path: Path) -> None:
    async with session_on() as source, session_on(await empty_sandbox(tmp_path / "empty.db")) as target:
        text = await exported(source)
        assert await exported(source) == text, "the same marketplace, the same bytes"
        document = from_toml(text.encode(), FILE)

        bare = await make_plan(target.opened, document)
        missing = {problem.field for problem in bare.problems}
        assert missing == {"Buyers", "Suppliers", "DefaultContextUserName", "OrderCheckoutIntegrationEventID"}
        assert all(problem.line is not None for problem in bare.problems)

        await give_references(source, target)
        plan = await make_plan(target.opened, document)
        assert plan.problems == ()
        found = {match.label: match.how for match in plan.matches}
        assert found.pop("Default API Client") is How.NAME, "its ID is another one, its name is not"
        assert set(found.values()) == {How.NEW}
        account = applying(plan, target)
        after = await account.run()
        assert (after.done, after.total) == (len(account._jobs[0].steps) + len(account._jobs[1].steps), after.done)
        assert [each.result.state for each in account.account] == [State.DONE] * len(plan.steps)

        again = await make_plan(target.opened, document)
        assert again.steps == ()
        assert {match.how for match in again.matches} == {How.NAME}
        assert again.tasks == plan.tasks
        assert any("Rotation A" in task for task in plan.tasks)
        assert {each.legacy_secret for each in (await export(target.opened)).document.api_clients} == {False}, (
            "secrets are not made silently"
        )
        await do_tasks(document, target)
        assert without_ids(await exported(target)) == without_ids(text)
        assert (await make_plan(target.opened, document)).tasks == (
            "Nightly Export: the named secret Export 2025 expires never here, 2025-06-30 00:00 UTC in the file.",
        )

        assert await target.journal.undo_last() != "", "what has a secret by now stays, and that is said"
        names = {each.app_name for each in target.marketplace.api_clients.values()}
        assert "Partner Portal" not in names
        assert "ERP Middleware" in names


async def test_an_export_of_some_and_what_is_no_api_client(opened: Gated) -> None:
    portal = opened.named("Partner Portal")
    some = (await export(opened.session.opened, ["kiosk terminal", portal.id.lower()])).document
    assert [entry.name for entry in some.api_clients] == ["Kiosk Terminal", "Partner Portal"]
    assert some.references[Kind.BUYER] == {"anchor-boats": "Anchor Boats", "chandlery": "Chandlery Ltd"}
    assert some.references[Kind.EVENT] == {"checkout-kiosk": "Kiosk Checkout"}
    assert some.references[Kind.USER] == {}
    with pytest.raises(NoSuchApiClient, match=r"name Partner Porta\. Did you mean Partner Portal\?"):
        await export(opened.session.opened, ["Partner Porta"])
    await opened.session.client.api_clients.create({"AppName": "Partner Portal", "AccessTokenDuration": 60})
    with pytest.raises(NoSuchApiClient, match="2 API clients are called Partner Portal; say which by its ID"):
        await export(opened.session.opened, ["Partner Portal"])


async def test_no_secret_is_in_an_export_a_plan_or_an_account(opened: Gated) -> None:
    session, portal = opened.session, opened.named("Partner Portal")
    made = await session.client.api_clients.secrets(portal.id).create({"Name": "rotation"})
    assert made.client_secret is not None
    old = "a-legacy-secret-of-some-length"
    storefront = opened.named("Buyer Storefront")
    await session.client.api_clients.patch(storefront.id, {"xp": {"erp": {"its key": f"is {old}"}}})
    hidden = "hidden-in-xp-and-long-enough"
    body: dict[str, JSON] = {"ClientSecret": old, "xp": {"Password": hidden}}
    await session.client.api_clients.patch(portal.id, body)
    exports = await export(session.opened)
    text = to_toml(exports.document)
    assert exports.remarks == tuple(
        f"{name}: its xp is left out, for something in it looks like a secret."
        for name in ("Buyer Storefront", "Partner Portal")
    )
    assert "Secrets = [\n    { ID = " in text
    plan = await make_plan(session.opened, wanted(opened, xp={"Password": "another-one-and-long-enough"}))
    account = applying(plan, session)
    await account.run()
    told = [*plan_lines(plan, target=""), plan_json(plan, target=""), *account_lines(account.account)]
    told += [account_json(account.account, target=""), *(each.what for each in session.journal.changes)]
    for secret in (made.client_secret, old, hidden, "another-one-and-long-enough", PASSWORD):
        assert secret not in text
        assert secret not in "\n".join(told)
    assert (await session.client.api_clients.get(portal.id)).xp == {
        "Password": "another-one-and-long-enough",
        "note": None,
    }


async def test_who_may_not_read_what_is_referred_to_plans_all_the_same(opened: Gated) -> None:
    for path in ("/v1/buyers*", "/v1/suppliers*", "/v1/integrationEvents*", "/v1/adminusers*"):
        _forbid(opened, path)
    document = wanted(opened, DefaultContextUserName="shopper01", AddToCartIntegrationEventID="cart")
    document = replace(document, api_clients=(replace(document.api_clients[0], companies={Kind.BUYER: frozenset()}),))
    plan = await make_plan(opened.session.opened, document)
    assert [step.what for step in plan.steps][:2] == [
        "DefaultContextUserName: none → shopper01",
        "AddToCartIntegrationEventID: none → cart",
    ] or plan.problems == ()
    assert len(plan.remarks) == 4
    assert all("may not read" in remark for remark in plan.remarks)
    remarks = (await export(opened.session.opened)).remarks
    assert len(remarks) == 4


def _forbid(opened: Gated, path: str) -> None:
    """Answer as to somebody without the role."""
    from fnmatch import fnmatchcase

    from tui.ordercloud._httpx import Request, Response

    transport = opened.session.client._recording._inner
    straight = transport.handle_async_request

    async def refuse(request: Request) -> Response:
        if fnmatchcase(request.url.path, path):
            answer = {"Errors": [{"ErrorCode": "InsufficientRoles", "Message": "no", "Data": None}]}
            return Response(403, json=answer, request=request)
        return await straight(request)

    transport.handle_async_request = refuse  # type: ignore[method-assign]  # this one transport alone


# -- each kind of change, and its way back ----------------------------------------------------------------------------


async def test_all_kinds_of_change_and_the_way_back(opened: Gated) -> None:
    session, portal = opened.session, opened.named("Partner Portal")
    before = await exported(session)
    some = {Kind.BUYER: frozenset({"anchor-boats", "breakwater-marine"}), Kind.SUPPLIER: frozenset[str]()}
    entries = (
        Entry(portal.id, {"AccessTokenDuration": 90, "xp": {"owner": "web"}}, some),
        Entry("", KIOSK, {Kind.SUPPLIER: frozenset({"gale-sails"})}),
    )
    plan = await make_plan(session.opened, Document(entries, source="x.toml"))
    assert [(step.verb, step.match.label) for step in plan.steps] == [
        (Verb.CREATE, "Quay Kiosk"),
        (Verb.CHANGE, "Partner Portal"),
        (Verb.CHANGE, "Partner Portal"),
        (Verb.ASSIGN, "Partner Portal"),
        (Verb.ASSIGN, "Quay Kiosk"),
        (Verb.UNASSIGN, "Partner Portal"),
        (Verb.UNASSIGN, "Partner Portal"),
    ]
    account = applying(plan, session)
    moves: list[int] = []
    await account.run(lambda progress: moves.append(progress.settled))
    assert moves == sorted(moves)
    assert [each.result.state for each in account.account] == [State.DONE] * 7
    assert opened.writes.count("PATCH") == 1, "the fields of one API client go together"
    after = await session.client.api_clients.get(portal.id)
    assert (after.access_token_duration, after.xp) == (90, {"owner": "web", "note": None})
    assert (await make_plan(session.opened, Document(entries))).steps == ()
    (change,) = session.journal.changes
    assert change.what == "Applied 7 changes of x.toml to Partner Portal and Quay Kiosk"
    assert (
        await session.journal.undo_last()
        == "Partner Portal: xp.owner stays, as null: a PATCH cannot take a member of xp away."
    )
    assert await exported(session) == before


async def test_a_way_back_that_a_lost_connection_cuts_short_goes_on_the_next_time(opened: Gated) -> None:
    session, portal = opened.session, opened.named("Partner Portal")
    before = await exported(session)
    some = {Kind.BUYER: frozenset({"anchor-boats", "breakwater-marine"})}
    plan = await make_plan(session.opened, Document((Entry(portal.id, {"AccessTokenDuration": 90}, some),)))
    assert (await applying(plan, session).run()).done == len(plan.steps)
    strike(session, Fault.DROP_BEFORE, f"/v1/apiclients/{portal.id}", "PATCH")
    with pytest.raises(CutShort, match="The rest can still be taken back"):
        await session.journal.undo_last()
    assert session.opened.sandbox is not None
    session.opened.sandbox.control.faults.clear()
    await session.journal.undo_last()
    assert await exported(session) == before
    with pytest.raises(CannotUndo, match="Nothing has been changed"):
        await session.journal.undo_last()


async def test_what_is_deleted_goes_last_and_only_when_all_went_well(opened: Gated) -> None:
    session = opened.session
    keep = [Entry(each.id) for each in session.marketplace.api_clients.values() if each.app_name != "Vendor Onboarding"]
    portal = opened.named("Partner Portal")
    document = Document(
        (*(each for each in keep if each.id != portal.id), Entry(portal.id, {"AccessTokenDuration": 90}))
    )
    plan = await make_plan(session.opened, document, delete=True)
    assert [(step.verb, step.match.label) for step in plan.steps] == [
        (Verb.CHANGE, "Partner Portal"),
        (Verb.DELETE, "Vendor Onboarding"),
    ]
    strike(session, Fault.SERVER_ERROR, f"/v1/apiclients/{portal.id}", "PATCH", next=1)
    account = applying(plan, session)
    after = await account.run()
    assert [each.result.words for each in account.account][1] == "not tried"
    assert after.told == "Nothing was deleted, because something before it did not go well."
    assert "DELETE" not in opened.writes
    after = await account.run()
    assert (after.done, after.told) == (2, "")
    assert session.journal.last is not None
    assert "was deleted, and there is no way back" in await session.journal.undo_last()


async def test_only_what_is_chosen_is_done(opened: Gated) -> None:
    session = opened.session
    plan = await make_plan(session.opened, wanted(opened, AccessTokenDuration=90, RefreshTokenDuration=5, Active=False))
    chosen = {step.key for step in plan.steps if step.field != "Active"}
    account = Applying(plan, session.opened, session.clock, chosen=chosen)
    await account.run()
    after = await session.client.api_clients.get(opened.named("Partner Portal").id)
    assert (after.access_token_duration, after.refresh_token_duration, after.active) == (90, 5, True)


# -- other people's changes -------------------------------------------------------------------------------------------


async def test_what_was_changed_elsewhere_since_the_plan_is_left_and_told(opened: Gated) -> None:
    session, portal = opened.session, opened.named("Partner Portal")
    old = opened.named("Vendor Onboarding")
    keep = tuple(
        Entry(each.id) for each in session.marketplace.api_clients.values() if each.id not in (portal.id, old.id)
    )
    said = Entry(portal.id, {"AccessTokenDuration": 90}, {Kind.BUYER: frozenset({"breakwater-marine"})})
    plan = await make_plan(session.opened, Document((said, Entry("", KIOSK), *keep)), delete=True)
    await session.client.api_clients.patch(portal.id, {"AccessTokenDuration": 33})
    await session.client.api_clients.create(KIOSK)
    gone = ApiClientAssignment(api_client_id=portal.id, buyer_id="chandlery")
    await session.client.api_clients.assignments.unassign(gone)
    account = applying(plan, session)
    await account.run()
    told = {each.step.what: each.result.words for each in account.account}
    assert "AccessTokenDuration was 120 and is 33 now" in told["AccessTokenDuration: 120 → 90"]
    assert "Quay Kiosk is here by now" in told["create"]
    assert told["unassign buyer chandlery (Chandlery Ltd)"] == "done"
    assert (await session.client.api_clients.get(portal.id)).access_token_duration == 33
    await session.journal.undo_last()
    buyers = {each.buyer_id async for each in session.client.api_clients.assignments.iterate(api_client_id=portal.id)}
    assert buyers == {"anchor-boats", None}, "what somebody else has unassigned is not assigned again"


async def test_an_api_client_changed_since_the_plan_is_not_deleted(opened: Gated) -> None:
    session, old = opened.session, opened.named("Vendor Onboarding")
    keep = tuple(Entry(each.id) for each in session.marketplace.api_clients.values() if each.id != old.id)
    plan = await make_plan(session.opened, Document(keep), delete=True)
    await session.client.api_clients.patch(old.id, {"Active": False})
    account = applying(plan, session)
    await account.run()
    (only,) = account.account
    assert "Active was on and is off now" in only.result.words
    assert (await session.client.api_clients.get(old.id)).app_name == "Vendor Onboarding"


async def test_ocgate_does_not_shut_itself_out(opened: Gated) -> None:
    session = opened.session
    own = Entry(session.identity.client_id, {"AllowSeller": False})
    plan = await make_plan(session.opened, Document((own,)))
    assert len(await threats(plan, session.opened)) == 1
    account = applying(plan, session)
    await account.run()
    assert "The console is signed in through this API client" in account.account[0].result.words
    assert opened.writes == []


# -- everything that goes wrong ---------------------------------------------------------------------------------------


async def assign_all(opened: Gated) -> Plan:
    """Plan an assignment of every buyer, and a new API client with one."""
    buyers = frozenset({each.id for each in (await opened.session.marketplace.companies()).buyers})
    portal = Entry(opened.named("Partner Portal").id, {"AccessTokenDuration": 90}, {Kind.BUYER: buyers})
    new = Entry("", KIOSK, {Kind.BUYER: frozenset({"anchor-boats"})})
    return await make_plan(opened.session.opened, Document((portal, new)))


async def is_true(opened: Gated, account: Applying) -> None:
    """Compare the account with what the marketplace says."""
    session = opened.session
    sandbox = session.opened.sandbox
    assert sandbox is not None
    sandbox.control.faults.clear()
    assigned = {
        (each.api_client_id.lower(), each.buyer_id) async for each in session.client.api_clients.assignments.iterate()
    }
    every = {each.app_name: each async for each in session.client.api_clients.iterate()}
    for each in account.account:
        step, api_client = each.step, every.get(each.step.match.label)
        match step.verb:
            case Verb.CREATE:
                so = api_client is not None
            case Verb.CHANGE:
                so = api_client is not None and api_client.access_token_duration == step.after
            case _:
                assert step.party is not None
                so = api_client is not None and (api_client.id.lower(), step.party.id) in assigned
        if each.result.state is not State.UNKNOWN:
            assert so is (each.result.state is State.DONE), (step.what, each.result.words)


FAULTS: dict[str, Callable[[Session], object]] = {
    "429 now and then": lambda s: strike(s, Fault.RATE_LIMIT, "/v1/apiclients*", "POST", every=2, retry_after=0),
    "429 for long": lambda s: strike(s, Fault.RATE_LIMIT, "/v1/apiclients*", "POST", next=9, retry_after=0),
    "the answer to a creation is lost": lambda s: strike(s, Fault.DROP_AFTER, "/v1/apiclients", "POST", next=1),
    "a creation never arrives": lambda s: strike(s, Fault.DROP_BEFORE, "/v1/apiclients", "POST", next=1),
    "answers to assignments are lost": lambda s: strike(s, Fault.DROP_AFTER, "/v1/apiclients/a*", "POST", every=2),
    "assignments do not arrive": lambda s: strike(s, Fault.DROP_BEFORE, "/v1/apiclients/a*", "POST", every=2),
    "the answer to a change is lost": lambda s: strike(s, Fault.DROP_AFTER, "/v1/apiclients/*", "PATCH", next=1),
    "a conflict": lambda s: strike(s, Fault.SERVER_ERROR, "/v1/apiclients/*", "PATCH", next=1),
    "an answer that is cut off": lambda s: strike(s, Fault.TRUNCATED, "/v1/apiclients", "POST", next=1),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_goes_wrong_the_account_is_true_and_going_on_ends_it(opened: Gated, fault: str) -> None:
    plan = await assign_all(opened)
    FAULTS[fault](opened.session)
    account = applying(plan, opened.session)
    await account.run()
    await is_true(opened, account)
    after = await account.run()
    assert after.done == after.total, list(account_lines(account.account, after.told))
    assert (await assign_all(opened)).steps == ()


async def test_a_lost_connection_in_the_middle_stops_it_and_its_account_is_true(opened: Gated) -> None:
    session, plan = opened.session, await assign_all(opened)
    held = opened.hold(lambda request: request.url.path == "/v1/apiclients" and request.method == "POST")
    account = applying(plan, session)
    running = asyncio.ensure_future(account.run())
    await held.caught.wait()
    for method in ("GET", "POST", "PATCH"):
        strike(session, Fault.DROP_BEFORE, "/v1/*", method)
    held.go.set()
    after = await running
    states = [each.result.state for each in account.account]
    assert states[0] is State.DONE
    assert after.told.startswith("Stopped after 3 failures in a row")
    assert set(states[1:]) <= {State.FAILED, State.NOT_DONE}, "nothing was sent, and that is known"
    await is_true(opened, account)
    assert (await account.run()).done == len({step.key for step in plan.steps})
    await is_true(opened, account)


@pytest.mark.parametrize("path", ["/v1/apiclients", "/v1/apiclients/*-*", "/v1/apiclients/assignments"])
async def test_a_look_that_fails_is_not_taken_for_a_change_that_may_be_done(opened: Gated, path: str) -> None:
    plan = await assign_all(opened)
    strike(opened.session, Fault.DROP_BEFORE, path, "GET", next=3)
    account = applying(plan, opened.session)
    await account.run()
    failed = [each.result for each in account.account if each.result.state is State.FAILED]
    assert any("Nothing was sent, for the look before it failed" in each.words for each in failed)
    assert State.UNKNOWN not in {each.result.state for each in account.account}
    await is_true(opened, account)


async def test_a_cancel_leaves_what_was_not_begun(opened: Gated) -> None:
    plan = await assign_all(opened)
    held = opened.hold(lambda request: request.url.path == "/v1/apiclients" and request.method == "POST")
    account = applying(plan, opened.session)
    running = asyncio.ensure_future(account.run())
    await held.caught.wait()
    account.cancel()
    held.go.set()
    after = await running
    assert after.told == "Cancelled."
    assert not account.active
    words = [each.result.words for each in account.account]
    assert words[0].startswith("done")
    assert set(words[1:]) == {"not tried"}
    assert after.words == f"1 done, {len(words) - 1} not done"
    await is_true(opened, account)
    (change,) = opened.session.journal.changes
    assert change.what == "Applied 1 change to Quay Kiosk"
    await account.run()
    assert len(opened.session.journal.changes) == 2
    await opened.session.journal.undo_last()
    assert "Quay Kiosk" in {each.app_name async for each in opened.session.client.api_clients.iterate()}


async def test_what_was_not_created_is_not_assigned_to(opened: Gated) -> None:
    plan = await assign_all(opened)
    await opened.session.client.api_clients.create(KIOSK)
    account = applying(plan, opened.session)
    await account.run()
    of_new = {each.step.verb: each.result.words for each in account.account if each.step.match.how is How.NEW}
    assert of_new[Verb.ASSIGN] == "failed: Quay Kiosk was not created."


async def test_a_name_that_is_given_up_goes_to_a_new_api_client(opened: Gated) -> None:
    session, portal = opened.session, opened.named("Partner Portal")
    renamed = Entry(portal.id, {"AppName": "Partner Portal until May"})
    new = Entry("", {"AppName": "Partner Portal", "AccessTokenDuration": 60}, {Kind.BUYER: frozenset({"chandlery"})})
    plan = await make_plan(session.opened, Document((renamed, new)))
    assert [step.verb for step in plan.steps] == [Verb.CREATE, Verb.CHANGE, Verb.ASSIGN]
    account = applying(plan, session)
    progress = await account.run()
    assert (progress.done, progress.total) == (3, 3), [each.result.words for each in account.account]
    names = {each.app_name: each for each in session.marketplace.api_clients.values()}
    assert names["Partner Portal until May"].id == portal.id
    assert names["Partner Portal"].assigned_buyer_count == 1


async def test_a_read_only_session_applies_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with gated(monkeypatch, read_only=True) as opened:
        plan = await assign_all(opened)
        account = applying(plan, opened.session)
        after = await account.run()
        assert after.done == 0
        assert "read-only" in after.told
        assert opened.writes == []
        assert opened.session.journal.changes == ()
        with pytest.raises(CannotUndo):
            await opened.session.journal.undo_last()
