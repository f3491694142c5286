"""The facts of a marketplace around some API clients, as far as they decide about tokens: what a sandbox is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tui.access.facts import Party, PartyKind, User
from tui.access.world import Client, Registered, Secret, World

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.facts import Person
    from tui.session.marketplace import Marketplace
    from tui.session.opening import Opened

MOST_COMPANIES = 200
"""In a marketplace of more companies only the users of a few of them are read."""
_FEW = 3


async def world_around(opened: Opened, api_clients: Sequence[ApiClient], usernames: Iterable[str] = ()) -> World:
    """Read what decides about some API clients, and about some users. Raises the errors of the typed client."""
    marketplace = opened.marketplace
    registered = [await _registered(marketplace, each) for each in api_clients]
    assigned = [party for each in registered for party in each.companies]
    people = list(await _people(opened, assigned))
    contexts = [each.default_context_user_name for each in api_clients]
    for name in (*usernames, *contexts):
        person = await marketplace.person(name)
        people += [] if person is None else [person]
    users = [each.facts() for each in people]
    companies = [each.party for each in users if each.party.kind is not PartyKind.SELLER]
    world = World(marketplace.seller, (*assigned, *companies), tuple(users), tuple(registered))
    return _of_one_seller(world).without_doubles()


def _of_one_seller(world: World) -> World:
    """Give every seller user the one party that the seller is."""
    users = [
        User(each.username, world.seller, each.active, each.available_roles)
        if each.party.kind is PartyKind.SELLER
        else each
        for each in world.users
    ]
    return World(world.seller, world.companies, tuple(users), world.clients)


async def _registered(marketplace: Marketplace, api_client: ApiClient) -> Registered:
    secrets = tuple(Secret(each.id, each.name, each.expiration) for each in await marketplace.secrets(api_client.id))
    assigned: list[Party] = []
    for each in await marketplace.assignments(api_client.id):
        kind = PartyKind.BUYER if each.buyer_id else PartyKind.SUPPLIER
        assigned.append(await marketplace.lookups.party(kind, each.buyer_id or each.supplier_id or ""))
        if len(assigned) >= MOST_COMPANIES:
            break
    return Registered(Client.of(api_client), tuple(assigned), secrets)


async def _people(opened: Opened, assigned: Sequence[Party]) -> Sequence[Person]:
    from tui.ordercloud import ListQuery
    from tui.session.facts import Person

    marketplace, one = opened.marketplace, ListQuery(page_size=1)
    buyers, suppliers = await opened.client.buyers.list(one), await opened.client.suppliers.list(one)
    if buyers.meta.total_count + suppliers.meta.total_count <= MOST_COMPANIES:
        return await marketplace.people()
    found = [Person(each, marketplace.seller) for each in (await opened.client.seller_users.list()).items]
    for party in assigned[:_FEW]:
        found += await marketplace.people_of(party)
    return found
