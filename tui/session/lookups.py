"""Single users and companies of a marketplace, found without reading all of them.

A marketplace may have 100,000 buyers: what one API client refers to is asked for by name and ID instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from itertools import product
from typing import TYPE_CHECKING, TypeVar

from tui.access.facts import AssignmentFacts, Party, PartyKind
from tui.session.cache import Cache
from tui.session.facts import Person, party_of_buyer, party_of_supplier
from tui.session.few_at_once import few_at_once
from tui.session.paging import Part

if TYPE_CHECKING:
    from tui.ordercloud import ListQuery, OrderCloud
    from tui.ordercloud.models import ApiClientAssignment, Supplier
    from tui.ordercloud.models import User as WireUser
    from tui.ordercloud.models.users import BuyerUser, SellerUser, SupplierUser
    from tui.ordercloud.resources import Listing, Resource

U = TypeVar("U", bound="WireUser")

MOST_NAMES = 100
"""So many companies of a kind are asked for by name at once; the others are told by their IDs."""
_OPERATORS = frozenset("*|!<>")
"""What means something in a filter's value, and cannot be meant literally."""


class Lookups:
    """Finds users by username and companies by ID. What was found is kept until it is forgotten.

    Every method raises the typed errors of `tui.ordercloud.errors`.
    """

    def __init__(self, client: OrderCloud, seller: Party) -> None:
        self._client = client
        self._seller = seller
        self._people: Cache[str, Person | None] = Cache()
        self._parties: Cache[tuple[PartyKind, str], Party] = Cache()

    def forget(self) -> None:
        """Forget what was found."""
        self._people.forget_all()
        self._parties.forget_all()

    @staticmethod
    def can_ask_for(username: str) -> bool:
        """Tell whether the marketplace can be asked for just this username."""
        return not _OPERATORS & set(username)

    async def person(self, username: str) -> Person | None:
        """Return the user of a username (compared without case) that `can_ask_for` allows; None when there is none.

        Seller users and buyer users are asked for at once; suppliers' users one supplier after the other, since there
        is no list of all of them.
        """
        return await self._people.get(username.casefold(), lambda: self._find(username))

    async def _find(self, username: str) -> Person | None:
        client = self._client
        seller, buyer = await asyncio.gather(
            _one(client.seller_users, username), _one(client.every_buyer_user, username)
        )
        if seller is not None:
            return Person(seller, self._seller)
        if buyer is not None:
            return Person(buyer, await self.party(PartyKind.BUYER, buyer.company_id or ""))

        async def of_supplier(supplier: Supplier) -> Person | None:
            user = await _one(client.supplier_users(supplier.id), username)
            return None if user is None else Person(user, party_of_supplier(supplier))

        found = await few_at_once(of_supplier, [supplier async for supplier in client.suppliers.iterate()])
        return next((person for person in found if person is not None), None)

    async def people_found(self, words: str, most: int) -> tuple[Person, ...]:
        """Return some users that the server finds by words: of the seller, then of buyers; a supplier's by its name."""
        from tui.ordercloud import ListQuery

        query = ListQuery(search=words, page_size=most)
        seller, buyers = await asyncio.gather(
            self._client.seller_users.list(query), self._client.every_buyer_user.list(query)
        )
        found = [Person(each, self._seller) for each in seller.items]
        found += [
            Person(each, await self.party(PartyKind.BUYER, each.company_id)) for each in buyers.items if each.company_id
        ]
        exact = await self.person(words) if not found and self.can_ask_for(words) and " " not in words else None
        return tuple(found if exact is None else [exact])

    async def party(self, kind: PartyKind, company_id: str) -> Party:
        """Return a buyer or supplier as a party. Raises errors.NotFound."""

        async def read() -> Party:
            if kind is PartyKind.BUYER:
                return party_of_buyer(await self._client.buyers.get(company_id))
            return party_of_supplier(await self._client.suppliers.get(company_id))

        return await self._parties.get((kind, company_id), read)

    async def names_of(self, assignments: Iterable[AssignmentFacts]) -> Mapping[tuple[PartyKind, str], str]:
        """Return the names of companies assigned, by kind and ID: the first hundred of each kind."""
        listed = tuple(assignments)
        buyers = [each.buyer_id for each in listed if each.buyer_id]
        suppliers = [each.supplier_id for each in listed if each.supplier_id]
        await asyncio.gather(
            self._keep(PartyKind.BUYER, buyers[:MOST_NAMES]), self._keep(PartyKind.SUPPLIER, suppliers[:MOST_NAMES])
        )
        keys = [*((PartyKind.BUYER, each) for each in buyers), *((PartyKind.SUPPLIER, each) for each in suppliers)]
        return {key: self._parties[key].label for key in keys if key in self._parties}

    async def companies_called(self, text: str) -> tuple[Party, ...]:
        """Return the buyers and suppliers with this ID or name, compared without case."""
        from tui.ordercloud import ListQuery

        if not self.can_ask_for(text):
            return ()

        async def ask(asked: tuple[PartyKind, str]) -> Part[Party]:
            kind, field = asked
            return await self.page(kind, ListQuery(filters={field: text}, page_size=100))

        parts = await few_at_once(ask, product((PartyKind.BUYER, PartyKind.SUPPLIER), ("ID", "Name")))
        found = [party for part in parts for party in part.rows]
        return tuple({(party.kind, party.id): party for party in found}.values())

    async def page(self, kind: PartyKind, query: ListQuery) -> Part[Party]:
        """Read one page of the buyers or of the suppliers, as parties."""
        if kind is PartyKind.BUYER:
            buyers = await self._client.buyers.list(query)
            return Part([party_of_buyer(each) for each in buyers.items], buyers.meta.total_count)
        suppliers = await self._client.suppliers.list(query)
        return Part([party_of_supplier(each) for each in suppliers.items], suppliers.meta.total_count)

    async def assignments_of(self, party: Party) -> tuple[ApiClientAssignment, ...]:
        """Return the assignments of one buyer or supplier."""
        ids = {"buyer_id": party.id} if party.kind is PartyKind.BUYER else {"supplier_id": party.id}
        return tuple([each async for each in self._client.api_clients.assignments.iterate(**ids)])

    async def _keep(self, kind: PartyKind, ids: list[str]) -> None:
        from tui.ordercloud import ListQuery

        wanted = [each for each in ids if (kind, each) not in self._parties and self.can_ask_for(each)]
        if not wanted:
            return
        begun = self._parties.begin()
        query = ListQuery(filters={"ID": "|".join(wanted)}, page_size=100)
        for party in (await self.page(kind, query)).rows:
            self._parties.keep((kind, party.id), party, begun)


def users_of(client: OrderCloud, party: Party) -> Resource[SellerUser] | Resource[BuyerUser] | Resource[SupplierUser]:
    """Return the users of one party."""
    if party.kind is PartyKind.BUYER:
        return client.buyer_users(party.id)
    return client.supplier_users(party.id) if party.kind is PartyKind.SUPPLIER else client.seller_users


async def _one(users: Listing[U], username: str) -> U | None:
    """Return the user of a list with a username, compared without case."""
    from tui.ordercloud import ListQuery

    page = await users.list(ListQuery(filters={"Username": username}, page_size=10))
    return next((each for each in page.items if each.username.casefold() == username.casefold()), None)
