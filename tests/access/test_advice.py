from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.world import (
    EXPIRED,
    LIVE,
    NOW,
    REEF,
    SELLER,
    SHOPPER,
    Assignment,
    Client,
    Secret,
    assignments,
    clients,
    secrets,
    users,
)
from tui.access.advice import RULES, Advice, Severity, advise
from tui.access.facts import User
from tui.access.limits import validate_api_client
from tui.ordercloud.models import ApiClient

OPEN = Client(allow_any_buyer=True)
CONTEXT = replace(OPEN, default_context_user_name="shopper01", client_secret="x")
ADMIN = replace(SHOPPER, party=SELLER, available_roles=frozenset({"FullAccess"}))
SOON = Secret(expiration=NOW + timedelta(days=3))
LATE = Secret(expiration=NOW + timedelta(days=300))
ASSIGNED = (Assignment(buyer_id="anchor"), Assignment(supplier_id="reef"))

Given = tuple[Client, tuple[Secret, ...], tuple[Assignment, ...], User | None]
CASES: dict[str, tuple[Given, Given]] = {
    "nobody-gets-in": ((Client(), (), (), None), (Client(), (), ASSIGNED, None)),
    "anonymous-without-user": (
        (replace(OPEN, is_anon_buyer=True), (), (), None),
        (replace(OPEN, is_anon_buyer=True, default_context_user_name="u"), (), (), None),
    ),
    "anonymous-user-no-buyer": (
        (replace(CONTEXT, is_anon_buyer=True), (), (), ADMIN),
        (replace(CONTEXT, is_anon_buyer=True), (), (), SHOPPER),
    ),
    "context-user-inactive": (
        (CONTEXT, (), (), replace(SHOPPER, active=False)),
        (CONTEXT, (), (), SHOPPER),
    ),
    "context-user-refused": (
        (CONTEXT, (), ASSIGNED, ADMIN),
        (CONTEXT, (), ASSIGNED, SHOPPER),
    ),
    "context-user-roles": (
        (replace(CONTEXT, minimum_required_roles=("OrderAdmin",)), (), (), SHOPPER),
        (replace(CONTEXT, minimum_required_roles=("Shopper",)), (), (), SHOPPER),
    ),
    "secrets-expired": ((OPEN, (EXPIRED,), (), None), (OPEN, (EXPIRED, LIVE), (), None)),
    "minimum-above-ceiling": (
        (
            replace(OPEN, minimum_required_roles=("Shopper",), maximum_granted_roles=("MeAdmin",)),
            (),
            (),
            None,
        ),
        (
            replace(OPEN, minimum_required_roles=("Shopper",), maximum_granted_roles=("Shopper",)),
            (),
            (),
            None,
        ),
    ),
    "open-context-user": (
        (replace(CONTEXT, client_secret=None), (), (), SHOPPER),
        (CONTEXT, (), (), SHOPPER),
    ),
    "secret-expires-soon": ((OPEN, (SOON, EXPIRED), (), None), (OPEN, (SOON, LATE), (), None)),
    "long-lived-admin": (
        (Client(allow_seller=True, refresh_token_duration=43200), (), (), None),
        (
            Client(allow_seller=True, refresh_token_duration=43200, maximum_granted_roles=("OrderReader",)),
            (),
            (),
            None,
        ),
    ),
    "secret-in-storefront": (
        (replace(CONTEXT, is_anon_buyer=True), (), (), SHOPPER),
        (replace(CONTEXT, is_anon_buyer=True, client_secret=None), (), (), SHOPPER),
    ),
    "context-user-for-many": (
        (replace(CONTEXT, allow_seller=True), (), (), SHOPPER),
        (CONTEXT, (), (), SHOPPER),
    ),
    "refresh-shorter": (
        (replace(OPEN, refresh_token_duration=600), (), (), None),
        (replace(OPEN, refresh_token_duration=601), (), (), None),
    ),
    "nullified-buyer": ((OPEN, (), ASSIGNED, None), (Client(allow_any_supplier=True), (), ASSIGNED, None)),
    "nullified-supplier": ((Client(allow_any_supplier=True), (), ASSIGNED, None), (OPEN, (), ASSIGNED, None)),
    "legacy-secret": (
        (replace(OPEN, client_secret="x"), (LATE,), (), None),
        (replace(OPEN, client_secret="x"), (EXPIRED,), (), None),
    ),
    "inactive": ((replace(OPEN, active=False), (), (), None), (OPEN, (), (), None)),
}


def ids(facts: Given) -> dict[str, Advice]:
    return {advice.id: advice for advice in advise(*facts, NOW)}


@pytest.mark.parametrize("name", CASES)
def test_advice_is_given_where_it_belongs_and_not_elsewhere(name: str) -> None:
    amiss, fine = CASES[name]
    assert name in ids(amiss)
    assert name not in ids(fine)


def test_every_rule_has_its_case() -> None:
    assert len(CASES) == len(RULES)


def test_a_sound_api_client_needs_no_advice() -> None:
    assert advise(OPEN, (), (), None, NOW) == ()
    assert advise(CONTEXT, (), (), SHOPPER, NOW) == ()


@pytest.mark.parametrize("name", CASES)
def test_what_mends_it_is_a_good_patch_and_mends_it(name: str) -> None:
    amiss, _ = CASES[name]
    advice = ids(amiss)[name]
    if advice.fix is None:
        return
    assert validate_api_client(advice.fix, whole=False) == ()
    fields = {"IsAnonBuyer": "is_anon_buyer", "ClientSecret": "client_secret", "Active": "active"}
    fields |= {"AllowSeller": "allow_seller", "RefreshTokenDuration": "refresh_token_duration"}
    mended = replace(amiss[0], **{fields[field]: value for field, value in advice.fix.items()})  # type: ignore[arg-type]
    assert name not in ids((mended, *amiss[1:]))


def test_a_context_user_with_full_access_and_no_secret_is_an_error() -> None:
    (advice,) = advise(Client(allow_seller=True, default_context_user_name="admin"), (), (), ADMIN, NOW)
    assert advice.id == "open-context-user"
    assert advice.severity is Severity.ERROR
    assert "FullAccess" in advice.reason


def test_a_context_user_of_a_company_is_not_mended_by_opening_to_all() -> None:
    advice = ids((CONTEXT, (), (), replace(SHOPPER, party=REEF)))["context-user-refused"]
    assert advice.fix is None
    assert advice.fields == ("DefaultContextUserName", "AllowAnySupplier")


@given(clients, secrets, assignments, st.none() | users)
def test_the_worst_comes_first_and_each_once(
    client: Client, named: tuple[Secret, ...], assigned: list[Assignment], user: User | None
) -> None:
    advice = advise(client, named, assigned, user, NOW)
    order = [list(Severity).index(each.severity) for each in advice]
    assert order == sorted(order)
    assert len({each.id for each in advice}) == len(advice)
    for each in advice:
        assert each.reason.endswith(".")
        assert set(each.fields) <= set(ApiClient.wire_names().values())
