"""What is known of a marketplace: read once, kept, and read again on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.access.facts import AssignmentFacts, Party, PartyKind
from tui.session.cache import Cache, KnownApiClients
from tui.session.counting import Told, counted, silently
from tui.session.facts import Companies, Person, assignment_of, party_of, party_of_buyer, party_of_supplier
from tui.session.few_at_once import few_at_once
from tui.session.lookups import Lookups, users_of
from tui.session.paging import PAGE_SIZE, Part
from tui.session.references import References, SoFar
from tui.session.whole_list import whole_list

if TYPE_CHECKING:
    from tui.ordercloud import ListQuery, OrderCloud
    from tui.ordercloud.models import ApiClient, ApiClientAssignment, ApiClientSecret
    from tui.ordercloud.models.page import Page

MOST_ASKED_ONE_BY_ONE = 100
"""Of more buyers than this the users are read in one list of all, not buyer by buyer."""

MOST_LOOKED_AT = 1_000
"""So many companies of those looked at are remembered, for what completes a name."""


class KnownMarketplace:
    """The API clients of one marketplace with all that decides about them.

    Every method that reads raises the typed errors of `tui.ordercloud.errors`.
    """

    def __init__(self, client: OrderCloud, seller: Party) -> None:
        self._client = client
        self.seller = seller
        self._known = KnownApiClients()
        self.api_client_count = 0
        """How many API clients the marketplace has, as of the last list that was read of all of them."""
        self._companies: Cache[None, Companies] = Cache()
        self._looked_at: dict[tuple[PartyKind, str], Party] = {}
        self._people: Cache[None, tuple[Person, ...]] = Cache()
        self.lookups = Lookups(client, seller)
        """Single users and companies, found without reading all of them."""
        self._assignments: Cache[str, tuple[ApiClientAssignment, ...]] = Cache()
        self._secrets: Cache[str, tuple[ApiClientSecret, ...]] = Cache()
        self.references = References(client)
        self.times_forgotten = 0
        """Another number whenever what was read is to be read again."""

    # -- API clients ---------------------------------------------------------------------------------------------

    @property
    def api_clients(self) -> Mapping[str, ApiClient]:
        """The API clients known, by ID."""
        return self._known.by_id

    @property
    def api_clients_version(self) -> int:
        """Another number whenever `api_clients` changed."""
        return self._known.version

    def forget(self) -> None:
        """Forget everything but the API clients, so that the next look reads it again."""
        for cache in (self._companies, self._people, self._assignments, self._secrets):
            cache.forget_all()
        self.lookups.forget()
        self._looked_at.clear()
        self.references.forget()
        self.times_forgotten += 1

    async def read_api_clients(self) -> AsyncIterator[tuple[ApiClient, ...]]:
        """Read all API clients, a page at a time; what is known is replaced when the last page is here.

        What is changed while they are read stays as it was changed.
        """
        from tui.ordercloud import ListQuery

        number = self._known.begin()
        fresh: dict[str, ApiClient] = {}
        page = 1
        while True:
            answer = await self._client.api_clients.list(ListQuery(sort_by=("AppName",), page=page, page_size=100))
            self.api_client_count = answer.meta.total_count
            fresh.update((api_client.id, api_client) for api_client in answer.items)
            if page >= answer.meta.total_pages:
                self._known.put_all(fresh, number)
            else:
                self._known.put_some(answer.items, number)
            yield tuple(answer.items)
            if page >= answer.meta.total_pages:
                return
            page += 1

    async def api_client_page(self, query: ListQuery) -> Page[ApiClient]:
        """Read one page of API clients, as the marketplace sorts and searches them."""
        number = self._known.begin()
        page = await self._client.api_clients.list(query)
        self._known.put_some(page.items, number)
        return page

    async def api_client(self, api_client_id: str) -> ApiClient:
        """Read one API client again; one that is gone is forgotten."""
        from tui.ordercloud import errors

        number = self._known.begin()
        try:
            api_client = await self._client.api_clients.get(api_client_id)
        except errors.NotFound:
            self._known.remove(api_client_id, number)
            raise
        self._known.put(api_client, number)
        return api_client

    async def secrets(self, api_client_id: str) -> tuple[ApiClientSecret, ...]:
        """Return the named secrets of an API client, without their values."""

        async def read() -> tuple[ApiClientSecret, ...]:
            return tuple([secret async for secret in self._client.api_clients.secrets(api_client_id).iterate()])

        return await self._secrets.get(api_client_id, read)

    async def secrets_now(self, api_client_id: str) -> tuple[ApiClientSecret, ...]:
        """Read the named secrets of an API client again."""
        self._secrets.forget(api_client_id)
        return await self.secrets(api_client_id)

    async def assignments(self, api_client_id: str) -> tuple[ApiClientAssignment, ...]:
        """Return the assignments of an API client."""

        async def read() -> tuple[ApiClientAssignment, ...]:
            calls = self._client.api_clients.assignments
            return await whole_list(
                lambda page: calls.list(api_client_id=api_client_id, page=page, page_size=PAGE_SIZE)
            )

        return await self._assignments.get(api_client_id, read)

    async def parties_assigned(self, api_client_id: str) -> tuple[Party, ...]:
        """Return the companies assigned to an API client, with their names."""
        assignments = await self.assignments(api_client_id)
        names = await self.party_names(assignments)
        return tuple(party_of(each, names) for each in assignments)

    async def all_assignments(self, told: Told = silently) -> Mapping[str, tuple[ApiClientAssignment, ...]]:
        """Return the assignments of every API client, read in one go; `told` hears how far it is."""
        while any(each not in self._assignments for each in self.api_clients):
            begun = self._assignments.begin()
            found: dict[str, list[ApiClientAssignment]] = {each: [] for each in self.api_clients}
            by_folded = {each.lower(): each for each in found}
            async for assignment in counted(self._client.api_clients.assignments.iterate(), "assignments", told):
                if (owner := by_folded.get(assignment.api_client_id.lower())) is not None:
                    found[owner].append(assignment)
            for each, assignments in found.items():
                self._assignments.keep(each, tuple(assignments), begun)
        return {each: self._assignments[each] for each in self.api_clients}

    async def companies(self, told: Told = silently) -> Companies:
        """Return the buyers and suppliers; `told` hears how far it is."""

        async def read() -> Companies:
            buyers = counted(self._client.buyers.iterate(), "buyers", told)
            suppliers = counted(self._client.suppliers.iterate(), "suppliers", told)
            return Companies(tuple([each async for each in buyers]), tuple([each async for each in suppliers]))

        return await self._companies.get(None, read)

    @property
    def companies_known(self) -> tuple[Party, ...]:
        """The buyers and suppliers that have been read: all, or of a long list those that were looked at."""
        if None in self._companies:
            return self._companies[None].parties(self.seller)[1:]
        return tuple(sorted(self._looked_at.values(), key=lambda each: each.kind is PartyKind.SUPPLIER))

    async def company_page(
        self, kind: PartyKind, page: int, *, words: str = "", ids: Sequence[str] = ()
    ) -> Part[Party]:
        """Read one page of the buyers or of the suppliers, by name: those found by words, or with one of some IDs."""
        from tui.ordercloud import ListQuery

        query = ListQuery(
            search=words or None,
            sort_by=("Name",),
            filters={"ID": "|".join(ids)} if ids else {},
            page=page,
            page_size=PAGE_SIZE,
        )
        part = await self.lookups.page(kind, query)
        if len(self._looked_at) < MOST_LOOKED_AT:
            self._looked_at.update(((kind, each.id), each) for each in part.rows)
        return part

    async def people(self) -> tuple[Person, ...]:
        """Return every user of the marketplace with its party: seller users, then buyers', then suppliers'."""
        return await self._people.get(None, self._read_people)

    async def people_of(self, party: Party) -> tuple[Person, ...]:
        """Return the users of one party, read afresh."""
        return tuple([Person(user, party) async for user in users_of(self._client, party).iterate()])

    async def user_page(self, party: Party, page: int, *, words: str = "") -> Part[Person]:
        """Read one page of the users of one party, by username: those found by words."""
        from tui.ordercloud import ListQuery

        query = ListQuery(search=words or None, sort_by=("Username",), page=page, page_size=PAGE_SIZE)
        found = await users_of(self._client, party).list(query)
        return Part([Person(each, party) for each in found.items], found.meta.total_count)

    @property
    def people_are_read(self) -> bool:
        """Whether asking for the people costs nothing."""
        return None in self._people

    @property
    def so_far(self) -> SoFar:
        """What has been read of users, companies and references, without reading."""
        return SoFar(self._people.kept(None), self._companies.kept(None), self.references.kept)

    async def _read_people(self) -> tuple[Person, ...]:
        companies = await self.companies()
        buyers = [party_of_buyer(each) for each in companies.buyers]
        if len(buyers) <= MOST_ASKED_ONE_BY_ONE:
            groups = await few_at_once(self.people_of, companies.parties(self.seller))
            return tuple(person for group in groups for person in group)
        suppliers = [party_of_supplier(each) for each in companies.suppliers]
        seller, *others = await few_at_once(self.people_of, [self.seller, *suppliers])
        of_buyers = await self._buyer_users(buyers)
        return (*seller, *of_buyers, *(person for group in others for person in group))

    async def _buyer_users(self, buyers: Sequence[Party]) -> list[Person]:
        """Read the users of all buyers in one list, in the order of the buyers."""
        by_id: dict[str, list[Person]] = {each.id: [] for each in buyers}
        parties = {each.id: each for each in buyers}
        async for user in self._client.every_buyer_user.iterate():
            if (party := parties.get(user.company_id or "")) is not None:
                by_id[party.id].append(Person(user, party))
        return [person for people in by_id.values() for person in people]

    async def person(self, username: str | None) -> Person | None:
        """Return the user with this username; None when there is none. OrderCloud compares usernames without case."""
        if not username:
            return None
        if (None not in self._people) and self.lookups.can_ask_for(username):
            return await self.lookups.person(username)
        wanted = username.casefold()
        return next((each for each in await self.people() if each.user.username.casefold() == wanted), None)

    async def party_names(self, assignments: Iterable[AssignmentFacts]) -> Mapping[tuple[PartyKind, str], str]:
        """Return the names of companies assigned, by their kind and ID; of very many, only those of the first."""
        return await self.lookups.names_of(assignments)

    async def assignments_now(self, api_client_id: str) -> tuple[ApiClientAssignment, ...]:
        """Return the assignments of an API client, read afresh."""
        self._assignments.forget(api_client_id)
        return await self.assignments(api_client_id)

    async def is_assigned(self, api_client_id: str, party: Party) -> bool:
        """Read whether a company is assigned to an API client now."""
        one = assignment_of(api_client_id, party)
        page = await self._client.api_clients.assignments.list(
            api_client_id=api_client_id, buyer_id=one.buyer_id, supplier_id=one.supplier_id, page_size=1
        )
        return bool(page.items)

    async def assigned_to(self, party: Party) -> frozenset[str]:
        """Read which API clients a company is assigned to: their IDs, in lower case."""
        return frozenset(each.api_client_id.lower() for each in await self.lookups.assignments_of(party))

    async def read_assigned(self, api_client_ids: Iterable[str]) -> None:
        """Read some API clients again, which count their assignments."""
        await few_at_once(self.api_client, dict.fromkeys(api_client_ids))
