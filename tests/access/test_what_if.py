"""Drafts against `decide`, user by user: what is counted is what the rules say before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.access.test_blast import difference, granted
from tests.access.world import NOW, SELLER, parties, users
from tui.access.attempt import Grant
from tui.access.blast import Situation
from tui.access.facts import Party, PartyKind, User
from tui.access.parties import Gate
from tui.access.what_if import (
    FLAGS,
    ROLES,
    Draft,
    Edit,
    Tally,
    flip,
    outlook,
    put_roles,
    turn_assignment,
    turn_company,
    turn_user,
)
from tui.access.world import Client, Registered, World

COMPANIES = tuple(
    Party(kind, id, active=id != "closed")
    for kind in (PartyKind.BUYER, PartyKind.SUPPLIER)
    for id in ("anchor", "reef", "closed")
)
clients = st.builds(
    Registered,
    st.builds(
        Client,
        st.just("?"),
        st.just("Storefront"),
        active=st.sampled_from([True, True, False]),
        refresh_token_duration=st.sampled_from([0, 60]),
        allow_any_buyer=st.booleans(),
        allow_any_supplier=st.booleans(),
        allow_seller=st.booleans(),
        default_context_user_name=st.sampled_from([None, "user0", "user1"]),
        maximum_granted_roles=st.sampled_from([(), ("MeAdmin",), ("Shopper",)]),
    ),
    st.lists(st.sampled_from(COMPANIES), max_size=3, unique=True).map(tuple),
)


def _world(found: Sequence[Registered], people: Sequence[User]) -> World:
    numbered = tuple(
        replace(each, client=replace(each.client, id=f"client-{number}")) for number, each in enumerate(found)
    )
    theirs = {(each.kind, each.id): each for each in COMPANIES}
    named = tuple(
        replace(each, username=f"user{number}", party=theirs.get((each.party.kind, each.party.id), SELLER))
        for number, each in enumerate(people)
    )
    return World(SELLER, COMPANIES, named, numbered)


worlds = st.builds(_world, st.lists(clients, min_size=1, max_size=3), st.lists(users, min_size=2, max_size=6))


@st.composite
def drafts(draw: st.DrawFn, world: World) -> Draft:
    draft = Draft("what if")
    for _ in range(draw(st.integers(0, 5))):
        client, company = draw(st.sampled_from(world.clients)), draw(st.sampled_from(world.companies))
        edits: list[Edit] = [
            flip(client, draw(st.sampled_from(FLAGS)), draft),
            put_roles(client, draw(st.sampled_from(ROLES)), draw(st.sampled_from([(), ("Shopper",), ("MeAdmin",)]))),
            turn_assignment(client, company, draft),
            turn_company(company, draft),
            turn_user(draw(st.sampled_from(world.users)), draft),
        ]
        draft = draft.put(draw(st.sampled_from(edits)))
    return draft


def situation(world: World, registered: Registered) -> Situation:
    context = world.user(registered.client.default_context_user_name)
    return Situation(registered.client, registered.secrets, registered.assignments, context)


@given(st.data())
def test_every_cell_counts_who_gains_and_who_loses(data: st.DataObject) -> None:
    before = data.draw(worlds)
    draft = data.draw(drafts(before))
    after = draft.applied(before)
    said = outlook(before, draft, NOW)
    gaining: set[str] = set()
    losing: set[str] = set()
    cells: dict[tuple[PartyKind, str, str], list[int]] = {}
    programs = 0
    for old, new in zip(before.clients, after.clients, strict=True):
        then, later = situation(before, old), situation(after, new)
        for was, will in zip(before.users, after.users, strict=True):
            lost, gained, roles_lost, roles_gained = difference(
                granted(then, was, Grant.PASSWORD), granted(later, will, Grant.PASSWORD)
            )
            tally = cells.setdefault((was.party.kind, was.party.id, old.client.id), [0, 0])
            for words, number, names in ((gained | roles_gained, 0, gaining), (lost | roles_lost, 1, losing)):
                if words:
                    tally[number] += 1
                    names.add(was.username)
        sides = [granted(each, each.context_user, Grant.CLIENT_CREDENTIALS) for each in (then, later)]
        programs += any(difference(*sides))
    assert said.cells == {cell: Tally(*each) for cell, each in cells.items() if any(each)}
    assert said.users == Tally(len(gaining), len(losing))
    assert len(said.programs) == programs


@given(st.data())
def test_an_edit_and_its_opposite_are_nothing_and_a_draft_leads_to_itself(data: st.DataObject) -> None:
    world = data.draw(worlds)
    draft = data.draw(drafts(world))
    assert not draft.rebased(draft.applied(world)).edits
    assert draft.rebased(world) == draft
    back = draft
    for each in draft.edits:
        back = back.put(replace(each, after=each.before))
    assert back.edits == ()
    assert back.applied(world) == world


@given(st.data())
def test_the_gates_of_a_draft_are_those_of_the_changed_flags_and_assignments(data: st.DataObject) -> None:
    world = data.draw(worlds)
    client, party = data.draw(st.sampled_from(world.clients)), data.draw(parties)
    if party.kind is PartyKind.SELLER:
        return
    draft = Draft("what if").put(turn_assignment(client, party, Draft("what if")))
    after = next(each for each in draft.applied(world).clients if each.client.id == client.client.id)
    was, now = (Gate.of(each.client, each.assignments).assigned(party.kind) for each in (client, after))
    assert was ^ now == {party.id}
    counted = after.client.assigned_buyer_count + after.client.assigned_supplier_count
    assert abs(counted - client.client.assigned_buyer_count - client.client.assigned_supplier_count) == 1
