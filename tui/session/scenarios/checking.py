"""The facts of a scenario held against a marketplace that is there: they are checked, and never made so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from tui.access.facts import PartyKind, User
from tui.access.world import Client, Registered, World
from tui.session.scenarios.report import Outcome

if TYPE_CHECKING:
    from tui.session.facts import Companies
    from tui.session.opening import Opened

_NOT_COMPARED = frozenset({"id", "app_name", "client_secret", "assigned_buyer_count", "assigned_supplier_count"})


async def check_facts(world: World, opened: Opened) -> list[Outcome]:
    """Check every API client, company and user of the facts. Raises the errors of the typed client."""
    marketplace = opened.marketplace
    async for _ in marketplace.read_api_clients():
        pass
    companies = await marketplace.companies() if world.companies else None
    outcomes = [await _check_client(each, opened) for each in world.clients]
    outcomes += [] if companies is None else _check_companies(world, companies)
    for user in world.users:
        person = await marketplace.person(user.username)
        found = None if person is None else person.facts()
        outcomes.append(_outcome(f"user {user.username}", tuple(_user_differences(user, found))))
    return outcomes


def _outcome(name: str, differences: tuple[str, ...]) -> Outcome:
    return Outcome(
        f"facts: {name}",
        "the facts are checked",
        "as the scenario says",
        "otherwise" if differences else "so",
        differences,
    )


async def _check_client(wanted: Registered, opened: Opened) -> Outcome:
    known = opened.marketplace.api_clients.values()
    client = wanted.client
    by_id = [each for each in known if each.id.casefold() == client.id.casefold()]
    found = by_id or [each for each in known if each.app_name == client.app_name]
    if len(found) != 1:
        return _outcome(client.app_name, ("There is no such API client, or more than one of the name.",))
    there = Client.of(found[0])
    differences = [
        f"{each.name.replace('_', ' ')} is {getattr(there, each.name)}, not {getattr(client, each.name)}."
        for each in fields(Client)
        if each.name not in _NOT_COMPARED and not _same(getattr(there, each.name), getattr(client, each.name))
    ]
    assigned = {(each.kind, each.id) for each in await opened.marketplace.parties_assigned(found[0].id)}
    expected = {(each.kind, each.id) for each in wanted.companies}
    differences += [f"The {kind} {id} is not assigned." for kind, id in sorted(expected - assigned)]
    differences += [f"The {kind} {id} is assigned, too." for kind, id in sorted(assigned - expected)]
    return _outcome(client.app_name, tuple(differences))


def _same(there: object, wanted: object) -> bool:
    if isinstance(there, tuple) and isinstance(wanted, tuple):
        return sorted(there) == sorted(wanted)
    return there == wanted or (wanted is None and there in (None, "", 10080))


def _check_companies(world: World, companies: Companies) -> Iterator[Outcome]:
    there = {(each.kind, each.id): each for each in companies.parties(world.seller)}
    for company in world.companies:
        found = there.get((company.kind, company.id))
        differences: tuple[str, ...] = ()
        if found is None:
            differences = ("There is no such company.",)
        elif found.active is not company.active:
            differences = (f"It is {'active' if found.active else 'not active'}.",)
        yield _outcome(f"{company.kind} {company.id}", differences)


def _user_differences(wanted: User, there: User | None) -> Iterator[str]:
    if there is None:
        yield "There is no such user."
        return
    if there.active is not wanted.active:
        yield f"It is {'active' if there.active else 'not active'}."
    of_seller = there.party.kind is wanted.party.kind is PartyKind.SELLER
    if not of_seller and (there.party.kind, there.party.id) != (wanted.party.kind, wanted.party.id):
        yield f"It belongs to {there.party.kind} {there.party.id}."
    if missing := sorted(wanted.available_roles - there.available_roles):
        yield f"It lacks the roles {', '.join(missing)}."
    if more := sorted(there.available_roles - wanted.available_roles):
        yield f"It has the roles {', '.join(more)}, too."
