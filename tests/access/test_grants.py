from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from tests.access.world import (
    ANCHOR,
    CLIENT_ID,
    LIVE,
    NOW,
    SELLER,
    SHOPPER,
    Assignment,
    Client,
    assignments,
    clients,
    users,
)
from tui.access.attempt import Attempt, Facts, PasswordEvidence, SecretEvidence
from tui.access.decide import decide
from tui.access.decision import Check
from tui.access.facts import User
from tui.access.grants import GrantKind, grant_letters, lets_somebody_in, offers
from tui.access.summary import who, who_in_words


@pytest.mark.parametrize(
    ("client", "letters"),
    [
        (Client(), ""),
        (Client(allow_seller=True), "P"),
        (Client(allow_seller=True, refresh_token_duration=60), "P R"),
        (Client(refresh_token_duration=60), ""),
        (Client(allow_seller=True, default_context_user_name="u", refresh_token_duration=60), "P R C"),
        (Client(allow_any_buyer=True, is_anon_buyer=True), "P"),
        (Client(allow_any_buyer=True, is_anon_buyer=True, default_context_user_name="u"), "P A"),
        (Client(assigned_buyer_count=1, is_anon_buyer=True, default_context_user_name="u"), "P A"),
        (Client(assigned_supplier_count=1), "P"),
    ],
)
def test_letters_of_the_grants(client: Client, letters: str) -> None:
    assert grant_letters(client) == letters


@given(clients, users, assignments)
def test_an_offer_agrees_with_the_decision(client: Client, user: User, assigned: list[Assignment]) -> None:
    live = replace(client, active=True)
    fit = replace(user, active=True, locked_until=None, party=replace(user.party, active=True))
    asked = Attempt("client_credentials", CLIENT_ID, secret=SecretEvidence.LIVE)
    context = fit if client.default_context_user_name else None
    decision = decide(asked, Facts(live, (LIVE,), assigned, context), NOW)
    let_through = decision.allowed or decision.check is Check.ROLES_LEFT
    offered = {offer.kind: offer for offer in offers(live, (LIVE,), assigned, context)}
    can = offered[GrantKind.CLIENT_CREDENTIALS].can or offered[GrantKind.ANONYMOUS].can
    assert can is let_through
    if decision.allowed:
        assert offered[GrantKind.ANONYMOUS].can is decision.anonymous
    named = decide(
        replace(asked, grant_type="password", password=PasswordEvidence.RIGHT), Facts(live, (LIVE,), assigned, fit), NOW
    )
    assert offered[GrantKind.PASSWORD].can or not named.allowed
    assert lets_somebody_in(live, assigned) is offered[GrantKind.PASSWORD].can


def test_why_not_names_the_field() -> None:
    told = {offer.kind: offer.why for offer in offers(Client())}
    assert "RefreshTokenDuration is 0" in told[GrantKind.REFRESH]
    assert "DefaultContextUserName is not set" in told[GrantKind.CLIENT_CREDENTIALS]
    assert "IsAnonBuyer is off" in told[GrantKind.ANONYMOUS]
    assert "every flag is off" in told[GrantKind.PASSWORD]


def test_a_context_user_without_access_or_of_another_kind_is_said() -> None:
    client = Client(allow_seller=True, is_anon_buyer=True, default_context_user_name="shopper01")
    no_access = {offer.kind: offer for offer in offers(client, (), (), SHOPPER)}
    assert not no_access[GrantKind.ANONYMOUS].can
    assert "no access" in no_access[GrantKind.ANONYMOUS].why
    seller = {offer.kind: offer for offer in offers(client, (), (), replace(SHOPPER, party=SELLER))}
    assert seller[GrantKind.CLIENT_CREDENTIALS].can
    assert "no buyer user" in seller[GrantKind.ANONYMOUS].why


@pytest.mark.parametrize(
    ("client", "short", "words"),
    [
        (Client(), "nobody", "Nobody may use it: every flag is off, and no company is assigned."),
        (Client(allow_seller=True), "S", "The seller may use it."),
        (
            Client(allow_seller=True, allow_any_supplier=True, assigned_buyer_count=2, is_anon_buyer=True),
            "S B2 V* anon",
            "The seller, 2 buyers and any supplier may use it.",
        ),
        (Client(allow_any_buyer=True, assigned_buyer_count=3), "B*", "Any buyer may use it."),
        (Client(assigned_supplier_count=1, assigned_buyer_count=2), "B2 V1", "2 buyers and 1 supplier may use it."),
    ],
)
def test_who_in_short_and_in_words(client: Client, short: str, words: str) -> None:
    assert who(client) == short
    assert who_in_words(client) == words


def test_assignments_count_when_they_are_known() -> None:
    client = Client(assigned_buyer_count=9)
    assert who(client, [Assignment(buyer_id=ANCHOR.id), Assignment(buyer_id=ANCHOR.id)]) == "B1"
