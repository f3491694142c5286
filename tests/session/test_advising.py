"""Advice over the real sandbox: what is read for it, what is silenced, and that every fix mends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from tests.access.test_advice import MENDABLE
from tests.session.sandbox_gate import Gated, gated
from tui.access.advice import DeleteSecrets, Patch, Severity
from tui.access.facts import Party, PartyKind
from tui.ordercloud.models import ApiClient
from tui.ordercloud.models.base import JSON
from tui.sandbox.demo import PASSWORD
from tui.session import advising
from tui.session.advising import Advisor, Situation, mend, silence_shared, threat_of
from tui.session.failures import ShutsOut
from tui.session.session import Session


@pytest.fixture
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gated]:
    async with gated(monkeypatch) as session:
        yield session


async def situation_of(session: Session, api_client_id: str) -> Situation:
    """Read an API client with all that its advice is made from."""
    marketplace = session.marketplace
    return await advising.situation_of(marketplace, await marketplace.api_client(api_client_id))


@dataclass(frozen=True)
class Amiss:
    """An API client as a rule does not like it; a secret that is `over` has expired an hour later."""

    fields: Mapping[str, JSON] = field(default_factory=dict)
    assigned: tuple[tuple[PartyKind, str], ...] = ()
    secrets: int = 0
    over: int = 0
    impersonates: str | None = None


ANCHOR, FOGHORN = (PartyKind.BUYER, "anchor-boats"), (PartyKind.BUYER, "foghorn-cruises")
GALE = (PartyKind.SUPPLIER, "gale-sails")
SELLER: Mapping[str, JSON] = {"AllowSeller": True}
BUYERS: Mapping[str, JSON] = {"AllowAnyBuyer": True}
GUESTS: Mapping[str, JSON] = {**BUYERS, "IsAnonBuyer": True, "DefaultContextUserName": "guest-shopper"}

AMISS: dict[str, Amiss] = {
    "assigned-inactive": Amiss(assigned=(ANCHOR, FOGHORN)),
    "context-user-refused": Amiss({**BUYERS, "DefaultContextUserName": "gale-seller"}),
    "guests-mighty": Amiss({**GUESTS, "DefaultContextUserName": "anchor-approver"}),
    "impersonation-refused": Amiss(SELLER, impersonates="anchor-boats"),
    "inactive": Amiss({**SELLER, "Active": False}),
    "legacy-secret": Amiss({**SELLER, "ClientSecret": PASSWORD}, secrets=1),
    "long-access-powerful": Amiss({**SELLER, "AccessTokenDuration": 600}),
    "long-lived-admin": Amiss({**SELLER, "RefreshTokenDuration": 524160}),
    "nullified-buyer": Amiss(BUYERS, assigned=(ANCHOR, FOGHORN, GALE)),
    "nullified-supplier": Amiss({"AllowAnySupplier": True}, assigned=(ANCHOR, GALE)),
    "refresh-needs-secret": Amiss({**SELLER, "RefreshTokenDuration": 1440}, secrets=1),
    "refresh-shorter": Amiss({**SELLER, "RefreshTokenDuration": 10}),
    "secret-in-browser": Amiss({**BUYERS, "AppName": "Web Shop", "ClientSecret": PASSWORD}, secrets=2),
    "secret-in-storefront": Amiss({**GUESTS, "ClientSecret": PASSWORD}, secrets=1),
    "secrets-full": Amiss(SELLER, secrets=8, over=2),
    "secrets-left-over": Amiss(SELLER, secrets=1, over=2),
    "signs-out-often": Amiss({**SELLER, "AccessTokenDuration": 10}),
}
REFUSED_BY_THE_SERVER = {"anonymous-user-no-buyer"}
"""Advice for what the sandbox does not let anybody save."""


async def plant(session: Session, amiss: Amiss) -> str:
    """Make an API client like that, past everything the console knows."""
    client = session.client
    whole: Mapping[str, JSON] = {"AppName": "Order Bridge", "AccessTokenDuration": 60, "Active": True, **amiss.fields}
    made = await client.api_clients.create(whole)
    for kind, company in amiss.assigned:
        await session.marketplace.assign(made, Party(kind, company))
    for number in range(amiss.secrets):
        await client.api_clients.secrets(made.id).create({"Name": f"Live {number}"})
    soon = (session.clock() + timedelta(minutes=30)).isoformat()
    for number in range(amiss.over):
        await client.api_clients.secrets(made.id).create({"Name": f"Over {number}", "Expiration": soon})
    if amiss.impersonates is not None:
        config = {"ID": "probe", "BuyerID": amiss.impersonates, "SecurityProfileID": "buyer-shopper"}
        await client.impersonation_configs.create(
            {**config, "ImpersonationGroupID": "support-desk", "ClientID": made.id}
        )
    return made.id


def test_every_fix_there_is_is_tried() -> None:
    assert set(AMISS) == MENDABLE - REFUSED_BY_THE_SERVER


async def test_every_fix_mends_on_the_real_sandbox(opened: Gated) -> None:
    session = opened.session
    planted = {rule: await plant(session, amiss) for rule, amiss in AMISS.items()}
    (await session.sandbox_clock()).advance(timedelta(hours=1))
    advisor = Advisor(session)
    await advisor.look_further()
    for rule, api_client_id in planted.items():
        situation = await situation_of(session, api_client_id)
        given = {each.id: each for each in advisor.advice(situation).advice}
        assert rule in given, (rule, list(given))
        fix = given[rule].fix
        assert fix is not None
        foreseen = advisor.consequences(situation, fix)
        assert rule in {each.id for each in foreseen.settled}
        assert await threat_of(session.marketplace, situation, fix) is None
        await mend(session.marketplace, situation, fix)
        after = {each.id for each in advisor.advice(await situation_of(session, api_client_id)).advice}
        assert rule not in after
        assert after == set(given) - {each.id for each in foreseen.settled} | {each.id for each in foreseen.raised}
        assert not [each for each in foreseen.raised if each.severity is Severity.ERROR]


# -- what is known ----------------------------------------------------------------------------------------------------


async def test_what_only_advice_needs_is_read_when_somebody_looks(opened: Gated) -> None:
    session, advisor = opened.session, Advisor(opened.session)
    approvals = await situation_of(session, opened.named("Buyer Approvals").id)
    shop = opened.named("Headless Shop")
    await session.client.api_clients.patch(shop.id, {"Active": False})
    read_before = len(session.exchanges)
    assert not advisor.looked_further
    assert "floor-unmet" not in {each.id for each in advisor.advice(approvals).advice}
    assert len(session.exchanges) == read_before
    await advisor.look_further()
    assert advisor.looked_further
    assert "floor-unmet" in {each.id for each in advisor.advice(approvals).advice}
    closed = {each.id: each for each in advisor.advice(await situation_of(session, shop.id)).advice}
    assert "impersonation config support-as-shopper names it" in closed["inactive-referenced"].reason
    session.marketplace.forget()
    assert not advisor.looked_further


async def test_a_name_that_two_bear_is_advised_on_and_so_are_two_systems_in_the_log(opened: Gated) -> None:
    session, advisor = opened.session, Advisor(opened.session)
    middleware = opened.named("ERP Middleware")
    await session.marketplace.create_api_client({"AppName": "erp-middleware", "AccessTokenDuration": 60})
    await session.sandbox_clock()  # from its first use on, the sandbox keeps its log
    assert "several-systems" not in {
        each.id for each in advisor.advice(await situation_of(session, middleware.id)).advice
    }
    oauth = session.opened.tester.oauth
    await oauth.client_credentials(middleware.id, PASSWORD)
    await oauth.password(middleware.id, "harbor-admin", PASSWORD, secret=PASSWORD)
    given = {each.id: each for each in advisor.advice(await situation_of(session, middleware.id)).advice}
    assert "Rotation A and people with a password" in given["several-systems"].reason
    assert "1 other API client has the name ERP Middleware" in given["name-taken"].reason


# -- silences ---------------------------------------------------------------------------------------------------------


async def test_a_silence_for_everybody_is_in_xp_and_can_be_taken_back(opened: Gated) -> None:
    session, advisor = opened.session, Advisor(opened.session)
    shop = opened.named("Buyer Storefront")
    await silence_shared(session.marketplace, shop, {"nullified-buyer": "Kept for the move in May."})
    on_server = await session.client.api_clients.get(shop.id)
    assert on_server.xp is not None
    assert on_server.xp["ocgate"] == {"silenced": {"nullified-buyer": "Kept for the move in May."}}
    assert on_server.xp["note"] == (shop.xp or {})["note"]
    given = advisor.advice(await situation_of(session, shop.id))
    assert "nullified-buyer" not in {each.id for each in given.advice}
    assert [(each.reason, each.shared) for each in given.silenced] == [("Kept for the move in May.", True)]
    await silence_shared(session.marketplace, given_client(session, shop), {})
    given = advisor.advice(await situation_of(session, shop.id))
    assert "nullified-buyer" in {each.id for each in given.advice}
    assert given.silenced == ()


def given_client(session: Session, api_client: ApiClient) -> ApiClient:
    return session.marketplace.api_clients[api_client.id]


async def test_a_silence_of_one_s_own_is_kept_on_this_machine_and_changes_nothing(opened: Gated) -> None:
    session, advisor = opened.session, Advisor(opened.session)
    shop = opened.named("Buyer Storefront")
    advisor.keep_private(shop, {"nullified-buyer": "I know."})
    assert session.journal.changes == ()
    given = Advisor(session).advice(await situation_of(session, shop.id))
    assert [(each.advice.id, each.reason, each.shared) for each in given.silenced] == [
        ("nullified-buyer", "I know.", False)
    ]
    portal = replace(await situation_of(session, opened.named("Partner Portal").id))
    assert advisor.advice(portal).silenced == ()
    advisor.keep_private(shop, {})
    assert session.request.state.current.silenced == {}


async def test_a_fix_that_would_shut_the_console_out_is_declined(opened: Gated) -> None:
    session = opened.session
    own = await situation_of(session, session.marketplace.way_in.own.client_id)
    fix = Patch({"AllowSeller": False})
    assert await threat_of(session.marketplace, own, fix) is not None
    assert await threat_of(session.marketplace, own, DeleteSecrets(("none",), legacy=True)) is None
    with pytest.raises(ShutsOut):
        await mend(session.marketplace, own, fix)
