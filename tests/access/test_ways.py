"""The ways to a token or a role, against every single attempt that `decide` judges."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.world import (
    API_ROLE_NAMES,
    CUSTOM_ROLE_NAMES,
    EXPIRED,
    LIVE,
    NOW,
    REEF,
    SELLER,
    SHOPPER,
    Assignment,
    Client,
    any_roles,
    assignments,
    clients,
    mostly,
    parties,
    password_ends,
    secrets,
)
from tui.access.attempt import Attempt, Facts, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.decide import decide
from tui.access.decision import Check
from tui.access.entries import Door, ProfileGift, entries, role_stories
from tui.access.facts import Party, PartyKind, User
from tui.access.grants import GrantKind
from tui.access.ways import Way, all_ways, answer

ROLES = (*API_ROLE_NAMES, *CUSTOM_ROLE_NAMES)
doors = st.builds(Door, clients, secrets, assignments.map(tuple), mostly)
users = st.builds(
    User,
    st.sampled_from(["shopper01", "guest", "GUEST"]),
    parties,
    mostly,
    any_roles.map(frozenset),
    st.sampled_from([None, None, None, NOW]),
    password_ends,
)


def tokens(door: Door, user: User, scope: tuple[str, ...] | None) -> set[tuple[GrantKind, tuple[str, ...]]]:
    """Try every grant by itself, and return what comes: the grant and the roles."""
    client, found = door.api_client, set()
    facts = Facts(client, door.secrets, door.assignments, user, door.marketplace_active)
    secret = SecretEvidence.ASSUMED if door.secrets or client.client_secret else SecretEvidence.ABSENT

    def attempt(grant: str) -> Attempt:
        return Attempt(
            grant, client.id, scope, secret, password=PasswordEvidence.ASSUMED, refresh=RefreshEvidence.ASSUMED
        )

    password = decide(attempt("password"), facts, NOW)
    if password.allowed:
        found.add((GrantKind.PASSWORD, password.roles))
    if (client.default_context_user_name or "").casefold() == user.username.casefold():
        by_client = decide(attempt("client_credentials"), facts, NOW)
        if by_client.allowed:
            kind = GrantKind.ANONYMOUS if by_client.anonymous else GrantKind.CLIENT_CREDENTIALS
            found.add((kind, by_client.roles))
    refreshed = decide(attempt("refresh_token"), facts, NOW)
    if client.refresh_token_duration > 0 and refreshed.allowed:
        found.add((GrantKind.REFRESH, refreshed.roles))
    return found


@given(doors, users)
@settings(max_examples=150)
def test_every_grant_of_a_user_is_what_decide_says(door: Door, user: User) -> None:
    told = entries(door, user, NOW)
    assert [each.kind for each in told] == list(GrantKind)
    can = {(each.kind, each.decision.roles) for each in told if each.can and each.decision is not None}
    assert can == tokens(door, user, None)
    assert all(each.why for each in told)


@given(st.lists(doors, max_size=3), st.lists(users, max_size=4), st.sampled_from(ROLES), any_roles)
@settings(max_examples=150)
def test_a_role_is_obtained_where_some_request_obtains_it_and_nowhere_else(
    those: list[Door], people: list[User], role: str, asked: list[str]
) -> None:
    found = answer(those, people, NOW, role)
    ways = {(each.api_client.id, each.user, each.grant) for each in found.ways}
    assert all(role in each.roles for each in found.ways)
    for door in those:
        for user in people:
            every = (*sorted(user.available_roles), *ROLES)
            for scope in (None, (role,), tuple(asked) or None, every):
                for grant, roles in tokens(door, user, scope):
                    if role in roles:
                        assert (door.api_client.id, user, grant) in ways
    # and each way that is told is one that a request proves
    proven = {
        (door.api_client.id, user, grant)
        for door in those
        for user in people
        for grant, roles in tokens(door, user, (*sorted(user.available_roles), *ROLES))
        if role in roles
    }
    assert ways <= proven
    assert bool(found.ways) != found.told()[0].startswith("Nobody can")


@given(st.lists(doors, max_size=3), st.lists(users, max_size=5))
@settings(max_examples=100)
def test_users_who_are_alike_get_the_same(those: list[Door], people: list[User]) -> None:
    together = [each for step in all_ways(those, people, NOW) for each in step if isinstance(each, Way)]
    alone = [
        each
        for door in those
        for user in people
        for step in all_ways([door], [user], NOW)
        for each in step
        if isinstance(each, Way)
    ]
    assert together == alone


STORE = Client(allow_any_buyer=True, refresh_token_duration=60)


def test_nobody_is_a_proof_that_names_what_refuses() -> None:
    admin = User("admin", SELLER, available_roles=frozenset({"FullAccess"}))
    found = answer([Door(STORE)], [SHOPPER, admin], NOW, "OrderReader")
    assert found.ways == []
    told = found.told()
    assert told[:2] == ("Nobody can.", "Looked at: 2 users and 1 API client, by every grant.")
    assert told[2] == "1 user holds OrderReader or FullAccess; each way is refused:"
    assert "2 by check 13, the user's party may use the API client; as admin at Buyer Storefront" in told[3]

    found = answer([Door(STORE)], [SHOPPER], NOW, "OrderReader")
    assert found.told()[2].startswith("No security profile gives any of them OrderReader or FullAccess")
    assert "Dockmaster," in answer([Door(STORE)], [SHOPPER], NOW, "Dockmaster").told()[2]

    ceiling = replace(STORE, maximum_granted_roles=("MeAdmin",))
    found = answer([Door(ceiling)], [SHOPPER], NOW, "Shopper")
    assert "the role is not granted; as shopper01" in found.told()[3]
    assert "MaximumGrantedRoles does not list it" in found.told()[3]


def test_the_ways_are_complete_and_say_how() -> None:
    guest = replace(STORE, id="guest", app_name="Guest", is_anon_buyer=True, default_context_user_name="SHOPPER01")
    found = answer([Door(STORE), Door(guest, (EXPIRED, LIVE))], [SHOPPER], NOW, "Shopper")
    assert [(each.api_client.app_name, each.grant) for each in found.ways] == [
        ("Buyer Storefront", GrantKind.PASSWORD),
        ("Buyer Storefront", GrantKind.REFRESH),
        ("Guest", GrantKind.PASSWORD),
        ("Guest", GrantKind.REFRESH),
        ("Guest", GrantKind.ANONYMOUS),
    ]
    assert found.told()[0] == "5 ways: 1 user through 2 API clients. That is all."
    assert found.by_grant[GrantKind.ANONYMOUS] == 1


@pytest.mark.parametrize(
    ("change", "user", "kind", "words"),
    [
        ({}, SHOPPER, GrantKind.CLIENT_CREDENTIALS, "DefaultContextUserName is not set"),
        ({"default_context_user_name": "x"}, SHOPPER, GrantKind.CLIENT_CREDENTIALS, "Its tokens act as x"),
        ({"refresh_token_duration": 0}, SHOPPER, GrantKind.REFRESH, "RefreshTokenDuration is 0"),
        ({"is_anon_buyer": True}, SHOPPER, GrantKind.ANONYMOUS, "DefaultContextUserName is not set"),
        (
            {"is_anon_buyer": True, "default_context_user_name": "shopper01"},
            SHOPPER,
            GrantKind.CLIENT_CREDENTIALS,
            "the same request is anonymous shopping",
        ),
        (
            {"is_anon_buyer": True, "default_context_user_name": "shopper01"},
            replace(SHOPPER, party=REEF),
            GrantKind.ANONYMOUS,
            "is a supplier user",
        ),
    ],
)
def test_a_grant_that_is_nothing_to_a_user_says_why(
    change: dict[str, object], user: User, kind: GrantKind, words: str
) -> None:
    door = Door(replace(STORE, **change))  # type: ignore[arg-type]  # a few of its fields by name
    entry = next(each for each in entries(door, user, NOW) if each.kind is kind)
    assert entry.decision is None
    assert words in entry.why


def test_a_refusal_names_its_check() -> None:
    entry = entries(Door(STORE), replace(SHOPPER, active=False), NOW)[0]
    assert entry.decision is not None
    assert (entry.can, entry.decision.check, entry.why) == (False, Check.ALL_ACTIVE, "shopper01 is not active.")


def test_roles_tell_ceiling_floor_and_profiles() -> None:
    client = replace(STORE, maximum_granted_roles=("Shopper",), minimum_required_roles=("Shopper", "OrderReader"))
    gift = ProfileGift("buyer-user", "Buyer User", frozenset({"Shopper", "MeAdmin"}), "the company")
    told = {each.role: each for each in role_stories(client, SHOPPER, (gift,))}
    assert (told["Shopper"].granted, told["Shopper"].required, told["Shopper"].gifts) == (True, True, (gift,))
    assert "above the ceiling" in told["MeAdmin"].why
    assert (told["OrderReader"].held, told["OrderReader"].granted) == (False, False)
    assert "minimum" in told["OrderReader"].why


def test_a_large_question_takes_little() -> None:
    """Users who are alike are judged once: 200,000 pairs. The processor's time is counted."""
    companies = [Party(PartyKind.BUYER, f"b{number}") for number in range(500)]
    people = [User(f"u{n}", companies[n % 500], available_roles=frozenset({"Shopper"})) for n in range(500)]
    those = [
        Door(replace(STORE, id=f"c{n}", allow_any_buyer=n % 9 == 0), (), (Assignment(f"c{n}", f"b{n}"),))
        for n in range(400)
    ]
    begun = time.process_time()
    found = answer(those, people, NOW, "Shopper")
    assert time.process_time() - begun < 8
    assert found.users == 500
    assert len(found.ways) > 40_000
