"""Questions asked the other way round, with what the marketplace says: doors, people, and the answer of the rules."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.access.api_roles import API_ROLES
from tui.access.entries import Door
from tui.access.facts import User
from tui.access.parties import Gate
from tui.access.roles import FULL_ACCESS, is_api_role
from tui.access.ways import Answer, all_ways, begin
from tui.session.few_at_once import few_at_once
from tui.session.profile_gifts import ProfileGifts, key_of

if TYPE_CHECKING:
    from datetime import datetime

    from tui.access.entries import ProfileGift
    from tui.ordercloud.models import ApiClient
    from tui.session.facts import Person
    from tui.session.marketplace import Marketplace

FEW = 100
"""Of so many API clients all secrets are read; of more, only where the party gets in: nothing else hangs on them."""
SLICE = 0.008
"""Seconds the rules judge at a time; then others have their turn."""
MOST_FOUND = 8
"""Users that a search offers of each kind of party."""


class About(StrEnum):
    """What a question is about."""

    USER = "user"
    API_CLIENT = "API client"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: where a user gets in, who gets in at an API client, who can ever obtain a role.

    `name` is the username, the API client's ID, or the role; `label` is what people call it.
    """

    about: About
    name: str
    label: str = ""

    @property
    def words(self) -> str:
        """The question in words."""
        called = self.label or self.name
        if self.about is About.USER:
            return f"Where can {called} get in?"
        return f"Who can use {called}?" if self.about is About.API_CLIENT else f"Who can ever obtain {called}?"


@dataclass(frozen=True, slots=True)
class Answered:
    """The complete answer. `gifts`: of each user of a way to a role, by username, the profiles that give it."""

    question: Question
    answer: Answer
    gifts: Mapping[str, tuple[ProfileGift, ...]]
    remarks: tuple[str, ...] = ()


async def door_of(marketplace: Marketplace, api_client: ApiClient) -> Door:
    """Read what decides who gets in at one API client. Raises the errors of the typed client."""
    return Door(
        api_client,
        await marketplace.secrets(api_client.id),
        await marketplace.assignments(api_client.id),
        marketplace.seller.active,
    )


async def doors_of(marketplace: Marketplace, matters: Callable[[Gate], bool] = lambda gate: True) -> tuple[Door, ...]:
    """Read what decides about every API client, by name; of very many, secrets where the gate matters alone."""
    assignments = await marketplace.all_assignments()
    every = sorted(marketplace.api_clients.values(), key=lambda each: (each.app_name.casefold(), each.id))

    async def door(api_client: ApiClient) -> Door:
        own = assignments.get(api_client.id, ())
        if len(every) > FEW and not matters(Gate.of(api_client, own)):
            return Door(api_client, (), own, marketplace.seller.active)
        return Door(api_client, await marketplace.secrets(api_client.id), own, marketplace.seller.active)

    return tuple(await few_at_once(door, every))


# -- what can be asked ------------------------------------------------------------------------------------------------


async def questions(marketplace: Marketplace, words: str) -> tuple[Question, ...]:
    """Return the questions that match what was typed: about API clients, users and roles, in this order.

    Users of a marketplace that is not wholly read are searched for there.
    """
    wanted = words.casefold().split()

    def fits(*texts: str) -> bool:
        text = " ".join(texts).casefold()
        return all(word in text for word in wanted)

    clients = sorted(marketplace.api_clients.values(), key=lambda each: each.app_name.casefold())
    found = [Question(About.API_CLIENT, each.id, each.app_name) for each in clients if fits(each.app_name, each.id)]
    people = await _people_called(marketplace, words)
    found += [Question(About.USER, each.user.username) for each in people if fits(*_texts(each))]
    found += [Question(About.ROLE, each) for each in _roles(people) if fits(each)]
    typed = words.strip()
    if typed and " " not in typed and not any(each.name == typed for each in found):
        found.append(Question(About.ROLE, typed))
    return tuple(found)


def _texts(person: Person) -> tuple[str, ...]:
    user = person.user
    return user.username, user.first_name, user.last_name, user.id, person.party.label


def _roles(people: Sequence[Person]) -> Sequence[str]:
    held = {role for each in people for role in each.user.available_roles or ()}
    return [*sorted(held), *(role for role in API_ROLES if role not in held)]


async def _people_called(marketplace: Marketplace, words: str) -> tuple[Person, ...]:
    if marketplace.people_are_read:
        return await marketplace.people()
    if not words.strip():
        return ()
    return await marketplace.lookups.people_found(words.strip(), MOST_FOUND)


# -- answering --------------------------------------------------------------------------------------------------------


async def answer_question(
    marketplace: Marketplace,
    question: Question,
    now: datetime,
    gifts: ProfileGifts,
    told: Callable[[str], None] = lambda words: None,
) -> Answered:
    """Read what is needed, ask the rules, and return the complete answer. `told` hears what is done meanwhile.

    Raises the errors of the typed client; LookupError when what is asked about is not there any more.
    """
    role = question.name if question.about is About.ROLE else None
    told("Reading the marketplace\u2026")
    doors, people, remarks = await _read(marketplace, question)
    users = [each.facts() for each in people]
    found = begin(doors, users, role)
    if question.about is About.USER:
        found.nobody = f"{question.name} gets in nowhere."
    await _judge(found, doors, users, now, told)
    named: dict[str, tuple[ProfileGift, ...]] = {}
    if role is not None and found.ways:
        told("Reading the security profiles\u2026")
        named = await _gifts(found, people, role, gifts)
    return Answered(question, found, named, remarks)


async def _read(
    marketplace: Marketplace, question: Question
) -> tuple[tuple[Door, ...], tuple[Person, ...], tuple[str, ...]]:
    if question.about is About.USER:
        person = await marketplace.person(question.name)
        if person is None:
            raise LookupError(f"There is no user named {question.name}.")
        party = person.party
        doors = await doors_of(marketplace, lambda gate: gate.access(party).allowed)
        return doors, (person,), ()
    if question.about is About.ROLE:
        return await doors_of(marketplace), await marketplace.people(), ()
    if (api_client := marketplace.api_clients.get(question.name)) is None:
        raise LookupError("There is no such API client any more.")
    door = await door_of(marketplace, api_client)
    gate = door.gate
    if marketplace.people_are_read or gate.allow_any_buyer or gate.allow_any_supplier:
        return (door,), await marketplace.people(), ()
    return (door,), await _people_let_in(marketplace, door), _OTHERS


_OTHERS = ("Users of all other companies are refused by check 13: no flag lets them in, and they are not assigned.",)


async def _people_let_in(marketplace: Marketplace, door: Door) -> tuple[Person, ...]:
    parties = list(await marketplace.parties_assigned(door.api_client.id))
    parties = [await marketplace.lookups.party(each.kind, each.id) for each in parties]
    if door.gate.allow_seller:
        parties.insert(0, marketplace.seller)
    people = [person for party in parties for person in await marketplace.people_of(party)]
    context = await marketplace.person(door.api_client.default_context_user_name)
    if context is not None and all(each.user.username != context.user.username for each in people):
        people.append(context)
    return tuple(people)


async def _judge(
    found: Answer, doors: Sequence[Door], users: Sequence[User], now: datetime, told: Callable[[str], None]
) -> None:
    """Ask the rules, a slice of time after the other, so that whoever looks on can type, and leave."""
    begun, total = time.perf_counter(), max(1, len(doors) * (found.holders if found.role is not None else len(users)))
    for number, each in enumerate(all_ways(doors, users, now, found.role), 1):
        found.add(each)
        if number % 50 == 0 and time.perf_counter() - begun > SLICE:
            told(f"Asking the rules\u2026 {number * 100 // total}%")
            await asyncio.sleep(0)
            begun = time.perf_counter()


async def _gifts(
    found: Answer, people: Iterable[Person], role: str, gifts: ProfileGifts
) -> dict[str, tuple[ProfileGift, ...]]:
    roles = {role, FULL_ACCESS} if is_api_role(role) else {role}
    able = {each.user.username for each in found.ways}
    those = [each for each in people if each.user.username in able]
    by_key = await gifts.giving(roles, those)
    return {each.user.username: by_key.get(key_of(each), ()) for each in those}


def profiles_told(gifts: Sequence[ProfileGift], role: str) -> str:
    """Name the profiles that give a role, or the FullAccess that may ask for it, each with through what."""
    own = [f"{each.label} ({each.through})" for each in gifts if role in each.roles]
    full = [f"{each.label} ({each.through}), by FullAccess" for each in gifts if role not in each.roles]
    return ", ".join(own or full)
