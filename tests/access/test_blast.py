"""The blast radius against `decide`, user by user; and how it is told."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.world import (
    ANCHOR,
    CLIENT_ID,
    LIVE,
    NOW,
    REEF,
    SELLER,
    SHOPPER,
    Assignment,
    Client,
    assignments,
    clients,
    companies,
    mostly,
    secrets,
    users,
)
from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, SecretEvidence
from tui.access.blast import Blast, Crowd, Effect, Group, Situation, blast
from tui.access.decide import decide
from tui.access.facts import Party, PartyKind, User
from tui.access.grants import GrantKind

easy = st.builds(Client, allow_any_buyer=st.booleans(), allow_any_supplier=st.booleans(), allow_seller=st.booleans())
situations = st.builds(
    Situation,
    st.one_of(clients, easy, easy, st.none()),
    secrets,
    assignments,
    st.one_of(st.none(), users.map(lambda user: replace(user, username="guest"))),
    mostly,
)
alike = st.builds(
    User,
    st.just("shopper01"),
    st.builds(Party, st.sampled_from([PartyKind.BUYER, PartyKind.SUPPLIER]), companies, active=st.booleans()),
    st.booleans(),
    st.sampled_from([frozenset({"Shopper"}), frozenset({"FullAccess"})]),
    st.sampled_from([None, NOW + timedelta(minutes=2)]),
    st.sampled_from([None, None, NOW]),
)
"""Users who differ in little, so that one answer for all who are alike is a wrong one where it is given too widely."""
crowds = st.one_of(st.lists(users, max_size=6), st.lists(alike, min_size=6, max_size=30)).map(
    lambda found: [replace(user, username=f"user{number}") for number, user in enumerate(found)]
)
OPEN = Client(allow_any_buyer=True, allow_seller=True, refresh_token_duration=60)


def granted(situation: Situation, user: User | None, grant: Grant) -> tuple[set[str], set[str]]:
    """Ask the rules with everything in hand: the grants and the roles."""
    client = situation.api_client
    attempt = Attempt(
        grant, "" if client is None else client.id, secret=SecretEvidence.LIVE, password=PasswordEvidence.RIGHT
    )
    facts = Facts(client, situation.secrets, situation.assignments, user, situation.marketplace_active)
    decision = decide(attempt, facts, NOW)
    if not decision.allowed:
        return set(), set()
    kind = "anonymous" if decision.anonymous else "password" if grant is Grant.PASSWORD else "client credentials"
    refresh = decision.lifetimes is not None and decision.lifetimes.refresh_minutes > 0
    return {kind, "refresh"} if refresh else {kind}, set(decision.roles)


def difference(before: tuple[set[str], set[str]], after: tuple[set[str], set[str]]) -> tuple[set[str], ...]:
    both = bool(before[0] and after[0])
    roles = (before[1] - after[1], after[1] - before[1]) if both else (set(), set())
    return before[0] - after[0], after[0] - before[0], *roles


def told(effect: Effect) -> tuple[set[str], ...]:
    return set(effect.lost), set(effect.gained), set(effect.roles_lost), set(effect.roles_gained)


@settings(max_examples=200)
@given(situations, situations, crowds)
def test_every_user_gains_and_loses_what_the_rules_say(before: Situation, after: Situation, crowd: list[User]) -> None:
    found = blast(before, after, Crowd(crowd), NOW)
    expected: Counter[tuple[Party, tuple[frozenset[str], ...]]] = Counter()
    for user in crowd:
        parts = difference(granted(before, user, Grant.PASSWORD), granted(after, user, Grant.PASSWORD))
        if any(parts):
            expected[user.party, tuple(map(frozenset, parts))] += 1
    got = {(group.party, tuple(map(frozenset, told(group.effect)))): group.users for group in found.groups}
    assert got == dict(expected)


@settings(max_examples=150)
@given(situations, situations)
def test_programs_gain_and_lose_what_the_rules_say(before: Situation, after: Situation) -> None:
    found = blast(before, after, Crowd(()), NOW)
    one = granted(before, before.context_user, Grant.CLIENT_CREDENTIALS)
    other = granted(after, after.context_user, Grant.CLIENT_CREDENTIALS)
    assert told(found.programs) == difference(one, other)


@settings(max_examples=50)
@given(situations, crowds)
def test_no_change_has_no_radius(situation: Situation, crowd: list[User]) -> None:
    found = blast(situation, situation, Crowd(crowd, [ANCHOR]), NOW)
    assert not found
    assert found.lines() == ()
    assert found.summary() == ""


@settings(max_examples=60)
@given(situations, crowds, st.data())
def test_users_who_change_themselves_are_seen(situation: Situation, crowd: list[User], data: st.DataObject) -> None:
    """A draft may deactivate users and companies."""
    off = {user.username: replace(user, active=False) for user in crowd if data.draw(st.booleans())}
    found = blast(situation, replace(situation, users=off), Crowd(crowd), NOW)
    losing = [user for user in crowd if user.username in off and granted(situation, user, Grant.PASSWORD)[0]]
    assert found.losing == len(losing)
    assert found.gaining == 0


@settings(max_examples=60)
@given(clients, clients, st.sampled_from([ANCHOR, REEF, SELLER]))
def test_of_users_not_known_it_tells_what_somebody_could_gain_or_lose(
    before: Client, after: Client, party: Party
) -> None:
    one, other = Situation(before), Situation(after)
    found = blast(one, other, Crowd((), [party]), NOW)
    if found.groups:
        (group,) = found.groups
        assert group.users is None
        assert (group.effect.lost, group.effect.gained) != ((), ())
        assert group.effect.roles_lost == group.effect.roles_gained == ()


def lines(before: Client | None, after: Client | None, crowd: Sequence[User], **more: Sequence[Party]) -> str:
    return "\n".join(blast(Situation(before), Situation(after), Crowd(crowd, **more), NOW).lines())


def shoppers(count: int, party: Party = ANCHOR) -> list[User]:
    return [replace(SHOPPER, username=f"s{number}", party=party) for number in range(count)]


def test_it_is_told_in_words() -> None:
    closed = replace(OPEN, allow_any_buyer=False)
    assert lines(OPEN, closed, shoppers(12)) == "12 users of Anchor Boats lose password and refresh."
    assert lines(closed, OPEN, shoppers(1)) == "s0 (Anchor Boats) gains password and refresh."
    assert lines(OPEN, replace(OPEN, refresh_token_duration=0), shoppers(2)) == "2 users of Anchor Boats lose refresh."
    ceiling = replace(OPEN, maximum_granted_roles=("MeAdmin",))
    assert lines(OPEN, ceiling, [SHOPPER]) == "shopper01 (Anchor Boats) loses Shopper."
    many = [user for number in range(40) for user in shoppers(2, Party(PartyKind.BUYER, f"b{number}"))]
    assert lines(OPEN, closed, many) == "80 users of 40 buyers lose password and refresh."
    unread = [Party(PartyKind.BUYER, f"b{number}") for number in range(1_200)]
    assert lines(OPEN, closed, [], unread=unread) == (
        "Users of 1,200 buyers, who are not read, lose password and refresh."
    )
    assert lines(None, OPEN, shoppers(2)) == "2 users of Anchor Boats gain password and refresh."
    assert lines(OPEN, replace(OPEN, active=False), shoppers(2)) == "2 users of Anchor Boats lose password and refresh."


def test_an_assignment_is_of_one_company() -> None:
    for kind in (PartyKind.BUYER, PartyKind.SUPPLIER):
        mine, other = Party(kind, "mine", "Mine"), Party(kind, "other", "Other")
        people = [*shoppers(2, other), *shoppers(2, mine)]
        own = Assignment(CLIENT_ID, *(("mine", None) if kind is PartyKind.BUYER else (None, "mine")))
        found = blast(Situation(Client()), Situation(Client(), assignments=[own]), Crowd(people), NOW)
        assert found.lines() == ("2 users of Mine gain password.",)


def test_programs_and_guests_are_told_apart() -> None:
    guest = replace(SHOPPER, username="guest")
    program = replace(OPEN, default_context_user_name="guest")
    before, after = Situation(OPEN), Situation(program, context_user=guest)
    assert blast(before, after, Crowd(()), NOW).lines() == ("Programs gain refresh and client credentials.",)
    shop = Situation(replace(program, is_anon_buyer=True), context_user=guest)
    assert blast(after, shop, Crowd(()), NOW).lines()[0].startswith("Programs and guests lose")
    other = Situation(program, context_user=replace(guest, username="robot"))
    assert blast(after, other, Crowd(()), NOW).lines() == (
        "Tokens without a user of their own act as robot, not as guest.",
    )


def test_secrets_that_start_and_stop_are_told() -> None:
    def between(one: Situation, other: Situation) -> str:
        return " ".join(blast(one, other, Crowd(()), NOW).secrets)

    none, legacy, named = Situation(OPEN), Situation(replace(OPEN, client_secret="a")), Situation(OPEN, (LIVE,))
    both = replace(legacy, secrets=(LIVE,))
    assert "whoever does not send it is refused" in between(none, legacy)
    assert "the client ID is enough" in between(named, none)
    assert between(legacy, Situation(replace(OPEN, client_secret="b"))) == (
        "Whoever sends the legacy secret of now is refused."
    )
    assert between(both, legacy) == "Whoever sends the secret New one is refused."
    assert between(legacy, both) == ""


def test_the_summary_is_one_line_and_counts() -> None:
    closed = replace(OPEN, allow_any_buyer=False, allow_any_supplier=True)
    people = [*shoppers(3), *shoppers(2, REEF)]
    found = blast(Situation(OPEN), Situation(closed), Crowd(people, [ANCHOR]), NOW)
    assert (found.losing, found.gaining) == (3, 2)
    assert found.summary() == (
        "3 users lose password and refresh, 2 users gain password and refresh, and so may the users of Anchor Boats."
    )
    several = blast(
        Situation(replace(OPEN, maximum_granted_roles=("Shopper",))),
        Situation(replace(closed, maximum_granted_roles=("MeAdmin",), allow_seller=False, allow_any_buyer=True)),
        Crowd([*shoppers(2), User("boss", SELLER, available_roles=frozenset({"Shopper"}))]),
        NOW,
    )
    assert several.summary() == "3 users lose something, 2 users gain MeAdmin."
    assert Blast(groups=(Group(Effect((GrantKind.PASSWORD,)), ANCHOR, 3),)).summary() == (
        "3 users of Anchor Boats lose password."
    )


def test_ten_thousand_users_take_less_than_a_tenth_of_a_second() -> None:
    parties = [Party(PartyKind.BUYER, f"b{number}", f"Buyer {number}") for number in range(1_000)]
    roles = [frozenset({"Shopper"}), frozenset({"Shopper", "MeAdmin"}), frozenset({"MeAdmin", "OrderReader"})]
    people = [User(f"u{n}", parties[n % 1_000], available_roles=roles[n % 3]) for n in range(10_000)]
    assigned = [Assignment(CLIENT_ID, party.id) for party in parties[::2]]
    one = Situation(replace(OPEN, allow_any_buyer=False), assignments=assigned)
    other = Situation(replace(OPEN, maximum_granted_roles=("MeAdmin",)), assignments=assigned)
    best = 1.0
    for _ in range(5):
        begun = time.process_time()
        found = blast(one, other, Crowd(people), NOW)
        best = min(best, time.process_time() - begun)
    assert found.losing + found.gaining > 5_000
    assert best < 0.1, best
