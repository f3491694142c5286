"""Who may act as whom, by sentences and by an independent reading over random worlds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.access.world import ANCHOR, CLIENT_ID, REEF, SELLER, Assignment, Client, assignments, clients
from tui.access.facts import Party, PartyKind, User
from tui.access.impersonation import (
    ImpersonationConfig,
    ImpersonationRequest,
    Person,
    Side,
    decide_impersonation,
)

ROLES = ("Shopper", "MeAdmin", "FullAccess", "Dockmaster")
some_roles = st.sets(st.sampled_from(ROLES), max_size=3).map(frozenset)
maybe = st.sampled_from([None, None, "one", "two"])
parties = st.sampled_from([SELLER, ANCHOR, Party(PartyKind.BUYER, "other"), replace(ANCHOR, active=False), REEF])
persons = st.builds(
    Person,
    st.sampled_from(["one", "two", "ONE"]),
    st.builds(User, st.just("somebody"), parties, st.sampled_from([True, True, True, False])),
    st.sets(st.sampled_from(["one", "two"]), max_size=2).map(frozenset),
)
sides = st.builds(Side, st.sampled_from([None, None, "anchor", "ANCHOR", "other"]), maybe, maybe)
configs = st.builds(
    ImpersonationConfig,
    st.sampled_from(["a", "b"]),
    st.sampled_from([CLIENT_ID, CLIENT_ID.upper(), CLIENT_ID, "elsewhere"]),
    sides,
    sides,
    some_roles,
)
requests = st.builds(
    ImpersonationRequest,
    st.one_of(clients, clients, clients, st.none()),
    persons,
    persons,
    st.one_of(st.none(), st.lists(st.sampled_from(ROLES), min_size=1, max_size=3)),
    assignments,
    st.lists(configs, max_size=4),
    st.sampled_from([True, True, False]),
)
OPEN_SIDE = Side()


def named_by(side: Side, person: Person, *, impersonator: bool) -> bool:
    party = person.user.party
    if side.buyer_id is None:
        kind_right = party.kind == ("seller" if impersonator else "buyer")
    else:
        kind_right = party.kind == "buyer" and party.id == side.buyer_id.lower()
    group_right = side.group_id is None or side.group_id in person.groups
    return kind_right and group_right and side.user_id in (None, person.id.lower())


def expected(request: ImpersonationRequest) -> tuple[int, str]:
    client, one, other = request.api_client, request.impersonator, request.impersonated
    if client is None:
        return 404, "Impersonation.ClientIDNotFound"
    if not client.active:
        return 400, "Impersonation.BadApiClient"
    us, them = one.user.party, other.user.party
    if them.kind != "buyer" or us.kind == "supplier" or (us.kind == "buyer" and us.id != them.id):
        return 403, "Auth.UserNotAuthorizedToAdmin"
    own = [each.buyer_id for each in request.assignments if each.api_client_id.lower() == CLIENT_ID]
    if not client.allow_any_buyer and them.id not in own:
        return 400, "Impersonation.BuyerNotAssigned"
    given_roles: set[str] = set()
    for config in request.configs:
        here = config.client_id.lower() == CLIENT_ID
        both = named_by(config.impersonator, one, impersonator=True)
        if here and both and named_by(config.impersonated, other, impersonator=False):
            given_roles |= config.roles
    if not given_roles:
        return 400, "Impersonation.ConfigError"
    if not other.user.active:
        return 400, "Auth.UserNotActive"
    if not them.active:
        return 400, "Auth.CompanyNotActive"
    return (200, "") if request.marketplace_active else (400, "Auth.SellerNotActive")


@settings(max_examples=500)
@given(requests)
def test_the_first_objection_answers(request: ImpersonationRequest) -> None:
    status, code = expected(request)
    decision = decide_impersonation(request)
    event(code or "allowed")
    assert decision.reasons
    if status == 200 and decision.code == "Auth.InsufficientRoles":
        event("no role left")
        assert decision.status == 400
        return
    assert (decision.status, decision.code, decision.allowed) == (status, code, status == 200)
    assert bool(decision.roles) == decision.allowed


@settings(max_examples=300)
@given(requests, configs)
def test_a_further_config_never_takes_anything_away(request: ImpersonationRequest, more: ImpersonationConfig) -> None:
    before = decide_impersonation(request)
    after = decide_impersonation(replace(request, configs=[*request.configs, more]))
    if before.allowed and request.roles is None:
        assert after.allowed
        assert set(after.roles) >= set(before.roles)


@settings(max_examples=300)
@given(requests)
def test_roles_come_from_matching_configs_alone(request: ImpersonationRequest) -> None:
    decision = decide_impersonation(request)
    given_roles = frozenset(role for each in request.configs for role in each.roles)
    if "FullAccess" not in given_roles:
        assert set(decision.roles) <= given_roles
    if request.roles is not None:
        assert set(decision.roles) <= set(request.roles)
    without = decide_impersonation(replace(request, configs=()))
    assert not without.allowed


SHOP = Client(allow_any_buyer=True)
ADA = Person("ada", User("ada", ANCHOR), frozenset({"crew"}))
SUE = Person("sue", User("sue", SELLER), frozenset({"desk"}))


@pytest.mark.parametrize(
    ("impersonator", "impersonated", "allowed"),
    [
        (OPEN_SIDE, OPEN_SIDE, True),
        (Side(user_id="sue"), Side(user_id="ada"), True),
        (Side(user_id="someone"), OPEN_SIDE, False),
        (Side(group_id="desk"), Side("anchor", "crew", "ada"), True),
        (Side(group_id="other"), OPEN_SIDE, False),
        (Side("anchor"), OPEN_SIDE, False),
        (OPEN_SIDE, Side("anchor", user_id="bob"), False),
        (OPEN_SIDE, Side("other"), False),
    ],
)
def test_both_sides_must_be_named(impersonator: Side, impersonated: Side, allowed: bool) -> None:
    config = ImpersonationConfig("c", CLIENT_ID, impersonator, impersonated, frozenset({"Shopper"}))
    assert decide_impersonation(ImpersonationRequest(SHOP, SUE, ADA, configs=[config])).allowed is allowed


def test_ceiling_and_scope_hold_while_impersonating() -> None:
    config = ImpersonationConfig("c", CLIENT_ID, OPEN_SIDE, OPEN_SIDE, frozenset({"Shopper", "OrderAdmin"}))
    bounded = replace(SHOP, allow_any_buyer=False, maximum_granted_roles=("Shopper",))
    assigned = [Assignment(buyer_id="anchor")]
    request = ImpersonationRequest(bounded, SUE, ADA, assignments=assigned, configs=[config])
    assert decide_impersonation(request).roles == ("Shopper",)
    beyond = decide_impersonation(replace(request, roles=["OrderAdmin"]))
    assert (beyond.allowed, beyond.status, beyond.code) == (False, 400, "Auth.InsufficientRoles")
    assert [gap.role for gap in beyond.role_gaps] == ["OrderAdmin"]
