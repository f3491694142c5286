"""A draft against the real change: what it says beforehand is what the sandbox is and does after the plan."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.session.declared.makers import session_on
from tests.session.sandbox_gate import START
from tui.access.attempt import Attempt, Grant, PasswordEvidence, SecretEvidence
from tui.access.decide import decide
from tui.access.facts import PartyKind
from tui.access.what_if import (
    ROLES,
    Draft,
    Edit,
    Of,
    flip,
    outlook,
    put_roles,
    turn_assignment,
    turn_company,
    turn_user,
)
from tui.access.world import World
from tui.ordercloud.errors import OAuthRefused
from tui.sandbox.demo import PASSWORD
from tui.session.declared.apply import Applying, threats
from tui.session.declared.drafted import make_draft_plan
from tui.session.session import Session
from tui.session.what_if import WhatIf, read_world

LOCKED_OUT = "breakwater-locked"
"""That it is cannot be read, and so no draft can know."""


def in_order(world: World) -> World:
    """Give a world with what has no order in it in one."""
    clients = [replace(each, companies=tuple(sorted(each.companies, key=str))) for each in world.clients]
    return replace(world, clients=tuple(sorted(clients, key=lambda each: each.client.id)))


async def world_of(session: Session) -> World:
    session.marketplace.forget()
    world, unread = await read_world(session.marketplace)
    assert not unread
    return in_order(world)


def random_draft(world: World, random: Random, own: str) -> Draft:
    """Make a draft of some changes, none of them on what the console signs in with."""
    draft = Draft("some")
    for _ in range(random.randint(3, 7)):
        client = random.choice([each for each in world.clients if each.client.id != own])
        company = random.choice(world.companies)
        edit: Edit
        match random.randint(0, 5):
            case 0 | 1:
                edit = flip(
                    client, random.choice(["Active", "AllowSeller", "AllowAnyBuyer", "AllowAnySupplier"]), draft
                )
            case 2:
                edit = turn_assignment(client, company, draft)
            case 3:
                member = random.choice(ROLES[::2])
                edit = put_roles(client, member, random.sample(["Shopper", "MeAdmin", "OrderAdmin"], 1))
            case 4:
                edit = turn_company(company, draft)
            case _:
                others = [each for each in world.users if each.party.kind is not PartyKind.SELLER]
                edit = turn_user(random.choice(others), draft)
        draft = draft.put(edit)
    return draft


async def gets_in(session: Session, world: World, client_id: str, username: str) -> bool:
    registered = world.client(client_id)
    assert registered is not None
    secret = PASSWORD if registered.secret_required else None
    try:
        await session.opened.tester.oauth.password(client_id, username, PASSWORD, secret=secret)
    except OAuthRefused:
        return False
    return True


async def test_a_draft_is_what_the_marketplace_becomes_and_is_taken_back_whole() -> None:
    random = Random(6)
    async with session_on() as session:
        own = session.marketplace.way_in.own.client_id
        before = await world_of(session)
        for _ in range(3):
            draft = random_draft(before, random, own)
            said = outlook(before, draft, START)
            plan = await make_draft_plan(session.opened, draft)
            assert not plan.problems
            assert len(plan.steps) == len(draft.edits)
            applying = Applying(plan, session.opened, session.clock)
            progress = await applying.run()
            assert progress.done == progress.total == len(plan.steps), [each.result for each in applying.account]
            after = await world_of(session)
            assert after == in_order(draft.applied(before))
            assert not draft.rebased(after).edits
            for (kind, id, client_id), tally in list(said.cells.items())[:6]:
                theirs = [each for each in before.users if (each.party.kind, each.party.id) == (kind, id)]
                changed = 0
                for user in theirs:
                    was, now = (self_decided(world, client_id, user.username) for world in (before, after))
                    if user.username != LOCKED_OUT:
                        assert await gets_in(session, after, client_id, user.username) is now
                    changed += was is not now
                assert changed <= tally.gaining + tally.losing
            await session.journal.undo_last()
            assert await world_of(session) == before


def self_decided(world: World, client_id: str, username: str) -> bool:
    attempt = Attempt(Grant.PASSWORD, client_id, secret=SecretEvidence.LIVE, password=PasswordEvidence.RIGHT)
    return decide(attempt, world.facts(world.client(client_id), world.user(username)), START).allowed


async def test_others_changes_stay_and_what_is_gone_is_told() -> None:
    async with session_on() as session:
        world = await world_of(session)
        portal = next(each for each in world.clients if each.client.app_name == "Partner Portal")
        anchor, breakwater, chandlery = (
            next(each for each in world.companies if each.id == id)
            for id in ("anchor-boats", "breakwater-marine", "chandlery")
        )
        assert anchor in portal.companies
        assert breakwater not in portal.companies
        user = next(each for each in world.users if each.party == anchor)
        draft = Draft("mine")
        for edit in (
            turn_assignment(portal, breakwater, draft),
            flip(portal, "AllowSeller", draft),
            turn_company(anchor, draft),
            turn_user(user, draft),
        ):
            draft = draft.put(edit)
        # Somebody else is quicker: another company is unassigned, the API client renamed, a flag turned, a user gone.
        api_client = session.marketplace.api_clients[portal.client.id]
        await session.marketplace.unassign(api_client, chandlery)
        await session.marketplace.patch_api_client(api_client, {"AppName": "Renamed", "AllowSeller": True})
        person = await session.marketplace.person(user.username)
        assert person is not None
        await session.client.buyer_users(anchor.id).delete(person.user.id)
        plan = await make_draft_plan(session.opened, draft)
        assert [step.what for step in plan.steps] == [
            "assign buyer breakwater-marine (Breakwater Marine)",
            "deactivate the buyer",
        ]
        assert [each.message for each in plan.problems] == ["there is no such user any more"]
        left = draft.rebased(await world_of(session))
        assert [each.of for each in left.edits] == [Of.ASSIGNMENT, Of.COMPANY]
        await session.client.api_clients.delete(portal.client.id)
        plan = await make_draft_plan(session.opened, draft)
        assert [step.what for step in plan.steps] == ["deactivate the buyer"]
        assert next(each.message for each in plan.problems) == "it is not there any more"


async def test_the_consoles_own_user_is_not_deactivated() -> None:
    async with session_on() as session:
        world = await world_of(session)
        me = world.user(session.identity.username)
        assert me is not None
        draft = Draft("mine").put(turn_user(me, Draft("mine")))
        plan = await make_draft_plan(session.opened, draft)
        assert "The console signs in as" in (await threats(plan, session.opened))[0]
        applying = Applying(plan, session.opened, session.clock)
        assert (await applying.run()).failed == 1
        assert (await world_of(session)).user(me.username) == me


def test_drafts_are_kept_by_name() -> None:
    kept = WhatIf()
    edit = Edit(Of.USER, "shopper01", "Active", before=True, after=False)
    kept.put(kept.draft.put(edit))
    kept.rename("No shopper")
    assert kept.begin().name == "Draft 1"
    assert [each.name for each in kept.kept] == ["No shopper"]
    assert kept.choose("No shopper").edits == (edit,)
    assert kept.begin("No shopper").name != "No shopper"
    kept.forget()
    assert kept.draft.name == "No shopper"
    kept.forget()
    assert kept.kept == ()


@pytest.mark.parametrize(
    ("edit", "words", "sign"),
    [
        (Edit(Of.API_CLIENT, "a", "Active", before=True, after=False), "deactivate", "-"),
        (Edit(Of.API_CLIENT, "a", "AllowAnyBuyer", before=False, after=True), "AllowAnyBuyer on", "+"),
        (
            Edit(Of.API_CLIENT, "a", "MaximumGrantedRoles", ("Shopper",), ("MeAdmin",)),
            "MaximumGrantedRoles: +MeAdmin, -Shopper",
            "~",
        ),
        (
            Edit(Of.API_CLIENT, "a", "MaximumGrantedRoles", ("Shopper",), ()),
            "MaximumGrantedRoles: -Shopper, so none is left",
            "~",
        ),
    ],
)
def test_an_edit_in_words(edit: Edit, words: str, sign: str) -> None:
    assert (edit.what, edit.sign) == (words, sign)
