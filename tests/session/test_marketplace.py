"""What is known of a marketplace, and changing it: late answers, other people's changes, undo, read-only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.session.sandbox_gate import Gated, gated
from tui.access.facts import Party, PartyKind
from tui.ordercloud import errors
from tui.ordercloud._httpx import Request
from tui.ordercloud.models import ApiClient, ApiClientSecret, Buyer
from tui.ordercloud.models.base import JSON
from tui.ordercloud.models.users import BuyerUser
from tui.ordercloud.resources import Resource
from tui.session.cache import Cache
from tui.session.facts import Person
from tui.session.failures import CannotUndo, ChangedElsewhere, ShutsOut, is_expected
from tui.session.marketplace import Marketplace

FREE = Party(PartyKind.BUYER, "breakwater", "Breakwater")


@pytest.fixture
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gated]:
    async with gated(monkeypatch) as session:
        yield session


def lists(path: str) -> Callable[[Request], bool]:
    return lambda request: request.method == "GET" and request.url.path == path


async def read_all(marketplace: Marketplace) -> None:
    async for _ in marketplace.read_api_clients():
        pass


async def free_buyer(marketplace: Marketplace, api_client: ApiClient) -> Party:
    """Return a buyer that is not assigned."""
    assigned = {each.buyer_id for each in await marketplace.assignments(api_client.id)}
    companies = await marketplace.companies()
    return next(Party(PartyKind.BUYER, each.id, each.name) for each in companies.buyers if each.id not in assigned)


# -- late answers -----------------------------------------------------------------------------------------------------


async def test_a_list_read_before_a_patch_does_not_bring_the_old_value_back(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    held = opened.hold(lists("/v1/apiclients"))
    reading = asyncio.ensure_future(read_all(marketplace))
    await held.caught.wait()
    await marketplace.patch_api_client(portal, {"AppName": "Renamed"})
    held.go.set()
    await reading
    assert marketplace.api_clients[portal.id].app_name == "Renamed"
    await read_all(marketplace)
    assert marketplace.api_clients[portal.id].app_name == "Renamed"


async def test_a_list_read_before_a_deletion_or_a_creation_does_not_undo_it_on_screen(opened: Gated) -> None:
    marketplace, doomed = opened.session.marketplace, opened.named("Old ERP Bridge")
    held = opened.hold(lists("/v1/apiclients"))
    reading = asyncio.ensure_future(read_all(marketplace))
    await held.caught.wait()
    await marketplace.delete_api_client(doomed)
    created = await marketplace.create_api_client({"AppName": "Kiosk", "AccessTokenDuration": 60})
    held.go.set()
    await reading
    assert doomed.id not in marketplace.api_clients
    assert created.id in marketplace.api_clients


async def test_of_two_readings_the_later_one_stays(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    held = opened.hold(lists("/v1/apiclients"))
    first = asyncio.ensure_future(read_all(marketplace))
    await held.caught.wait()
    await opened.session.client.api_clients.patch(portal.id, {"AppName": "Elsewhere"})
    await read_all(marketplace)
    held.go.set()
    await first
    assert marketplace.api_clients[portal.id].app_name == "Elsewhere"


async def test_one_read_again_late_does_not_bring_the_old_value_back(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    held = opened.hold(lists(f"/v1/apiclients/{portal.id}"))
    reading = asyncio.ensure_future(marketplace.api_client(portal.id))
    await held.caught.wait()
    await marketplace.patch_api_client(portal, {"AppName": "Renamed"})
    held.go.set()
    await reading
    assert marketplace.api_clients[portal.id].app_name == "Renamed"


async def test_assignments_read_before_one_is_made_are_read_again(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    party = await free_buyer(marketplace, portal)
    marketplace.forget()
    held = opened.hold(lists("/v1/apiclients/assignments"))
    reading = asyncio.ensure_future(marketplace.assignments(portal.id))
    await held.caught.wait()
    await marketplace.assign(portal, party)
    held.go.set()
    assert party.id in {each.buyer_id for each in await reading}
    assert party.id in {each.buyer_id for each in await marketplace.assignments(portal.id)}


async def test_all_assignments_read_before_one_is_made_keep_it(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    party = await free_buyer(marketplace, portal)
    marketplace.forget()
    held = opened.hold(lists("/v1/apiclients/assignments"))
    reading = asyncio.ensure_future(marketplace.all_assignments())
    await held.caught.wait()
    await marketplace.assign(portal, party)
    held.go.set()
    assert party.id in {each.buyer_id for each in (await reading)[portal.id]}
    assert party.id in {each.buyer_id for each in await marketplace.assignments(portal.id)}


async def test_secrets_read_before_one_is_made_are_read_again(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    held = opened.hold(lists(f"/v1/apiclients/{portal.id}/secrets"))
    reading = asyncio.ensure_future(marketplace.secrets(portal.id))
    await held.caught.wait()
    await marketplace.create_secret(portal, "rotation", None)
    held.go.set()
    assert [each.name for each in await reading] == ["rotation"]
    assert [each.name for each in await marketplace.secrets(portal.id)] == ["rotation"]


@pytest.mark.parametrize("path", ["/v1/buyers", "/v1/adminusers"])
async def test_people_and_companies_read_before_a_forget_are_read_again(opened: Gated, path: str) -> None:
    marketplace = opened.session.marketplace
    held = opened.hold(lists(path))
    reading = asyncio.ensure_future(marketplace.people())
    await held.caught.wait()
    await opened.session.client.buyers.create({"ID": "late-buyer", "Name": "Late", "Active": True})
    user: dict[str, JSON] = {"Username": "late", "FirstName": "L", "LastName": "L", "Email": "l@x.example"}
    await opened.session.client.seller_users.create({**user, "Active": True})
    marketplace.forget()
    held.go.set()
    assert "late" in {each.user.username for each in await reading}
    assert "late-buyer" in {each.id for each in (await marketplace.companies()).buyers}


@given(
    st.lists(st.tuples(st.sampled_from(["begin", "forget", "forget all", "finish"]), st.integers(0, 5)), max_size=30)
)
def test_the_cache_never_gives_what_was_read_before_it_was_forgotten(steps: list[tuple[str, int]]) -> None:
    """Readings begin and finish in any order; the version read is that of the beginning, as a server's would be."""
    cache: Cache[str, int] = Cache()
    version = 0
    under_way: list[tuple[int, int]] = []
    for what, which in steps:
        if what == "begin":
            under_way.append((cache.begin(), version))
        elif what == "finish" and under_way:
            number, read = under_way.pop(which % len(under_way))
            cache.keep("a", read, number)
        elif what.startswith("forget"):
            version += 1
            if what == "forget":
                cache.forget("a")
            else:
                cache.forget_all()
        assert "a" not in cache or cache["a"] == version


# -- other people's changes -------------------------------------------------------------------------------------------


async def test_a_field_changed_elsewhere_since_it_was_shown_is_not_overwritten(opened: Gated) -> None:
    marketplace, shown = opened.session.marketplace, opened.named("Partner Portal")
    await opened.session.client.api_clients.patch(shown.id, {"AppName": "Theirs", "AccessTokenDuration": 33})
    writes = len(opened.writes)
    with pytest.raises(ChangedElsewhere) as caught:
        await marketplace.patch_api_client(shown, {"AppName": "Mine"})
    assert is_expected(caught.value)
    assert caught.value.fields == {"AppName": ('"Partner Portal"', '"Theirs"')}
    assert 'AppName was "Partner Portal" and is "Theirs" now' in str(caught.value)
    assert marketplace.api_clients[shown.id].app_name == "Theirs"
    assert len(opened.writes) == writes
    assert marketplace.journal.last is None


async def test_a_secret_changed_elsewhere_is_not_told(opened: Gated) -> None:
    marketplace, shown = opened.session.marketplace, opened.named("Partner Portal")
    await opened.session.client.api_clients.patch(shown.id, {"ClientSecret": "hush-hush-hush"})
    with pytest.raises(ChangedElsewhere) as caught:
        await marketplace.patch_api_client(shown, {"ClientSecret": "mine-mine-mine"})
    assert "hush" not in f"{caught.value} {caught.value.fields}"


async def test_other_fields_may_have_been_changed_elsewhere(opened: Gated) -> None:
    marketplace, shown = opened.session.marketplace, opened.named("Partner Portal")
    await opened.session.client.api_clients.patch(shown.id, {"AccessTokenDuration": 33})
    after = await marketplace.patch_api_client(shown, {"AppName": "Mine"})
    assert (after.app_name, after.access_token_duration) == ("Mine", 33)
    await marketplace.journal.undo_last()
    restored = await opened.session.client.api_clients.get(shown.id)
    assert (restored.app_name, restored.access_token_duration) == ("Partner Portal", 33)


# -- undo -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "restored", "remark"),
    [
        (None, {"a": 1}, None, ""),
        ({"a": 1}, None, {"a": 1}, ""),
        ({"a": 1, "b": {"c": 1}}, {"a": 2, "b": {}}, {"a": 1, "b": {"c": 1}}, ""),
        ({"a": 1}, {"a": 1, "n": 2}, {"a": 1, "n": None}, "xp.n stays, as null: a PATCH cannot take a member of xp"),
        ({"b": {"c": 1}}, {"b": {"c": 1, "d": 2}}, {"b": {"c": 1, "d": None}}, "xp.b.d stays, as null"),
    ],
)
async def test_undo_of_xp_restores_what_it_can_and_tells_the_rest(
    opened: Gated, before: Mapping[str, JSON], after: Mapping[str, JSON], restored: Mapping[str, JSON], remark: str
) -> None:
    marketplace, shown = opened.session.marketplace, opened.named("Partner Portal")
    await opened.session.client.api_clients.patch(shown.id, {"xp": None})
    await opened.session.client.api_clients.patch(shown.id, {"xp": before})
    shown = await marketplace.api_client(shown.id)
    await marketplace.patch_api_client(shown, {"xp": after})
    told = await marketplace.journal.undo_last()
    assert (await opened.session.client.api_clients.get(shown.id)).xp == restored
    assert remark in told
    assert bool(told) is bool(remark)


async def test_undo_of_a_creation_deletes_and_leaves_what_was_changed_since(opened: Gated) -> None:
    marketplace = opened.session.marketplace
    fields: dict[str, JSON] = {"AppName": "Kiosk", "AccessTokenDuration": 60}
    created = await marketplace.create_api_client(fields)
    await marketplace.journal.undo_last()
    assert created.id not in marketplace.api_clients
    with pytest.raises(errors.NotFound):
        await opened.session.client.api_clients.get(created.id)
    for spoil in ("field", "secret"):
        created = await marketplace.create_api_client(fields)
        if spoil == "field":
            await opened.session.client.api_clients.patch(created.id, {"AccessTokenDuration": 61})
        else:
            await opened.session.client.api_clients.secrets(created.id).create({"Name": "s"})
        with pytest.raises(CannotUndo, match="changed since it was created"):
            await marketplace.journal.undo_last()
        assert (await opened.session.client.api_clients.get(created.id)).app_name == "Kiosk"


async def test_undo_of_assignments_goes_both_ways(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    party = await free_buyer(marketplace, portal)
    await marketplace.assign(portal, party)
    await marketplace.unassign(portal, party)
    await marketplace.journal.undo_last()
    assert party.id in {each.buyer_id for each in await marketplace.assignments(portal.id)}
    await marketplace.journal.undo_last()
    assert party.id not in {each.buyer_id for each in await marketplace.assignments(portal.id)}


@pytest.mark.parametrize("kind", ["user", "company"])
@pytest.mark.parametrize("meanwhile", ["nothing", "deactivated again", "deleted", "activated before"])
async def test_undo_of_an_activation_looks_whether_it_is_still_so(opened: Gated, kind: str, meanwhile: str) -> None:
    marketplace, client = opened.session.marketplace, opened.session.client
    person = await marketplace.person("foghorn-buyer" if kind == "company" else "chandlery-former")
    assert person is not None
    its: Resource[Buyer] | Resource[BuyerUser]
    if kind == "company":
        its, id, name = client.buyers, person.party.id, person.party.label
        activate = partial(marketplace.activate_company, person.party)
    else:
        its, id, name = client.buyer_users(person.party.id), person.user.id, person.user.username
        activate = partial(marketplace.activate_user, person)
    assert not (await its.get(id)).active
    if meanwhile == "activated before":
        await its.patch(id, {"Active": True})
        await activate()
        assert marketplace.journal.last is None, "it is not ours to take back"
        return
    await activate()
    assert (await its.get(id)).active
    if meanwhile == "nothing":
        assert await marketplace.journal.undo_last() == ""
        assert not (await its.get(id)).active
        return
    told = f"{name} was deactivated again since."
    if meanwhile == "deleted":
        told = f"{name} is not there any more."
        await its.delete(id)
    else:
        await its.patch(id, {"Active": False})
    writes = len(opened.writes)
    with pytest.raises(CannotUndo) as caught:
        await marketplace.journal.undo_last()
    assert str(caught.value) == told
    assert len(opened.writes) == writes


async def test_only_the_change_that_was_asked_about_is_undone(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    portal = await marketplace.patch_api_client(portal, {"AppName": "One"})
    asked = marketplace.journal.last
    await marketplace.patch_api_client(portal, {"AppName": "Two"})
    with pytest.raises(CannotUndo, match="Something else was changed"):
        await marketplace.journal.undo_last(asked)
    assert (await opened.session.client.api_clients.get(portal.id)).app_name == "Two"


async def test_the_journal_of_a_marketplace_that_was_left_sends_nothing(opened: Gated) -> None:
    session, left = opened.session, opened.session.marketplace
    await left.patch_api_client(opened.named("Partner Portal"), {"AppName": "Mine"})
    await session.use_sandbox()
    assert session.journal.last is None
    sent = len(session.exchanges)
    with pytest.raises(errors.Closed) as caught:
        await left.journal.undo_last()
    assert is_expected(caught.value)
    assert len(session.exchanges) == sent


# -- read-only --------------------------------------------------------------------------------------------------------

Write = Callable[[Marketplace, ApiClient], Awaitable[object]]
WRITES: dict[str, Write] = {
    "create_api_client": lambda m, _: m.create_api_client({"AppName": "x", "AccessTokenDuration": 60}),
    "patch_api_client": lambda m, c: m.patch_api_client(c, {"AppName": "x"}),
    "patch_among_many": lambda m, c: m.patch_among_many(c, {"AppName": "x"}),
    "delete_api_client": lambda m, c: m.delete_api_client(c),
    "delete_among_many": lambda m, c: m.delete_among_many(c),
    "assign": lambda m, c: m.assign(c, FREE),
    "unassign": lambda m, c: m.unassign(c, FREE),
    "assign_each": lambda m, c: m.assign_each(c, (FREE,), ()),
    "create_secret": lambda m, c: m.create_secret(c, "x", None),
    "delete_secret": lambda m, c: m.delete_secret(c, ApiClientSecret(id="x", name="x")),
    "unlock": lambda m, _: _with_person(m, "breakwater-locked", m.unlock),
    "activate_user": lambda m, _: _with_person(m, "chandlery-former", m.activate_user),
    "activate_company": lambda m, _: _with_person(m, "foghorn-buyer", lambda it: m.activate_company(it.party)),
}


async def _with_person(marketplace: Marketplace, username: str, do: Callable[[Person], Awaitable[object]]) -> None:
    person = await marketplace.person(username)
    assert person is not None
    await do(person)


def test_every_way_to_write_is_among_those_tested() -> None:
    verbs = ("create", "patch", "delete", "assign", "unassign", "save", "put", "unlock", "activate")
    methods = {name for name in vars(Marketplace) if name.split("_")[0] in verbs}
    assert methods == set(WRITES)


@pytest.mark.parametrize("name", WRITES)
async def test_a_read_only_session_sends_no_change(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    async with gated(monkeypatch, read_only=True) as opened:
        marketplace = opened.session.marketplace
        with pytest.raises(errors.ReadOnly):
            await WRITES[name](marketplace, opened.named("Partner Portal"))
        assert opened.writes == []
        assert marketplace.journal.last is None
        tester = opened.session.opened.tester
        await tester.oauth.password(opened.session.identity.client_id, "harbor-admin", "Harbor-Supply-1")


# -- the console's own way in -----------------------------------------------------------------------------------------

SHUTTING: list[dict[str, JSON]] = [
    {"Active": False},
    {"AllowSeller": False},
    {"ClientSecret": "a-new-legacy-secret"},
    {"MaximumGrantedRoles": ["Shopper"]},
    {"AppName": "x", "AllowSeller": False},
]


def own(opened: Gated) -> ApiClient:
    return opened.session.marketplace.api_clients[opened.session.identity.client_id]


@pytest.mark.parametrize("changes", SHUTTING)
async def test_the_console_is_not_shut_out_of_its_own_sandbox_by_a_patch(
    opened: Gated, changes: dict[str, JSON]
) -> None:
    marketplace, before = opened.session.marketplace, own(opened)
    with pytest.raises(ShutsOut, match="signed in through this API client"):
        await marketplace.patch_api_client(before, changes)
    assert opened.writes == []
    await opened.session.client.sign_in()


async def test_the_console_is_not_shut_out_by_deleting_or_by_a_secret(opened: Gated) -> None:
    marketplace, before = opened.session.marketplace, own(opened)
    for attempt in (marketplace.delete_api_client(before), marketplace.create_secret(before, "x", None)):
        with pytest.raises(ShutsOut):
            await attempt
    assert opened.writes == []


@pytest.mark.parametrize(
    "changes", [{"AccessTokenDuration": 10}, {"AppName": "Mine"}, {"MaximumGrantedRoles": ["FullAccess"]}]
)
async def test_what_leaves_the_console_in_is_done_and_undone(opened: Gated, changes: dict[str, JSON]) -> None:
    marketplace, before = opened.session.marketplace, own(opened)
    await marketplace.patch_api_client(before, changes)
    await marketplace.journal.undo_last()
    await opened.session.client.sign_in()


async def test_an_undo_that_would_shut_the_console_out_is_declined(opened: Gated) -> None:
    """It was shut out elsewhere while its token lived, and mended that: going back would shut it out again."""
    marketplace, before = opened.session.marketplace, own(opened)
    await opened.session.client.api_clients.patch(before.id, {"AllowSeller": False})
    closed = await marketplace.api_client(before.id)
    await marketplace.patch_api_client(closed, {"AllowSeller": True})
    last = marketplace.journal.last
    assert last is not None
    assert last.threat is not None
    assert "AllowSeller is off" in (await last.threat() or "")
    with pytest.raises(ShutsOut):
        await marketplace.journal.undo_last()
    await opened.session.client.sign_in()
