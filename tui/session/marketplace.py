"""What is known of the marketplace: read once, kept, read again on demand, and changed through one place.

Every change is a call of the typed client, noted in the journal with its way back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tui.access.facts import Party, PartyKind
from tui.session.facts import Companies, Person, party_of_buyer, party_of_supplier
from tui.session.journal import CannotUndo, Change, Journal

if TYPE_CHECKING:
    from tui.ordercloud import OrderCloud
    from tui.ordercloud.models import ApiClient, ApiClientAssignment, ApiClientSecret
    from tui.ordercloud.models import User as WireUser
    from tui.ordercloud.models.base import JSON

AT_ONCE = 4
"""How many requests may be under way at once; more in flight are slower, measured in process."""


class Marketplace:
    """The API clients of one marketplace with all that decides about them.

    Every method that reads or changes raises the typed errors of `tui.ordercloud.errors`.
    """

    def __init__(self, client: OrderCloud, seller: Party, clock: Callable[[], datetime], journal: Journal) -> None:
        self._client = client
        self._clock = clock
        self.seller = seller
        self.journal = journal
        self.api_clients: dict[str, ApiClient] = {}
        self._companies: Companies | None = None
        self._people: tuple[Person, ...] | None = None
        self._assignments: dict[str, tuple[ApiClientAssignment, ...]] = {}
        self._secrets: dict[str, tuple[ApiClientSecret, ...]] = {}

    # -- reading -------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Forget everything but the API clients, so that the next look reads it again."""
        self._companies = None
        self._people = None
        self._assignments.clear()
        self._secrets.clear()

    async def read_api_clients(self) -> AsyncIterator[tuple[ApiClient, ...]]:
        """Read all API clients, a page at a time; what is known is replaced when the last page is here."""
        from tui.ordercloud import ListQuery

        fresh: dict[str, ApiClient] = {}
        page = 1
        while True:
            answer = await self._client.api_clients.list(ListQuery(sort_by=("AppName",), page=page, page_size=100))
            fresh.update((api_client.id, api_client) for api_client in answer.items)
            if page == 1 or page >= answer.meta.total_pages:
                self.api_clients = {**self.api_clients, **fresh} if page < answer.meta.total_pages else fresh
            yield tuple(answer.items)
            if page >= answer.meta.total_pages:
                return
            page += 1

    async def api_client(self, api_client_id: str) -> ApiClient:
        """Read one API client again."""
        api_client = await self._client.api_clients.get(api_client_id)
        self.api_clients[api_client.id] = api_client
        return api_client

    async def secrets(self, api_client_id: str) -> tuple[ApiClientSecret, ...]:
        """Return the named secrets of an API client, without their values."""
        if api_client_id not in self._secrets:
            found = [secret async for secret in self._client.api_clients.secrets(api_client_id).iterate()]
            self._secrets[api_client_id] = tuple(found)
        return self._secrets[api_client_id]

    async def assignments(self, api_client_id: str) -> tuple[ApiClientAssignment, ...]:
        """Return the assignments of an API client."""
        if api_client_id not in self._assignments:
            found = [
                assignment
                async for assignment in self._client.api_clients.assignments.iterate(api_client_id=api_client_id)
            ]
            self._assignments[api_client_id] = tuple(found)
        return self._assignments[api_client_id]

    async def all_assignments(self) -> Mapping[str, tuple[ApiClientAssignment, ...]]:
        """Return the assignments of every API client, read in one go."""
        if set(self.api_clients) - set(self._assignments):
            found: dict[str, list[ApiClientAssignment]] = {each: [] for each in self.api_clients}
            by_folded = {each.lower(): each for each in found}
            async for assignment in self._client.api_clients.assignments.iterate():
                if (owner := by_folded.get(assignment.api_client_id.lower())) is not None:
                    found[owner].append(assignment)
            self._assignments = {each: tuple(assignments) for each, assignments in found.items()}
        return self._assignments

    async def companies(self) -> Companies:
        """Return the buyers and suppliers."""
        if self._companies is None:
            buyers = tuple([buyer async for buyer in self._client.buyers.iterate()])
            suppliers = tuple([supplier async for supplier in self._client.suppliers.iterate()])
            self._companies = Companies(buyers, suppliers)
        return self._companies

    async def people(self) -> tuple[Person, ...]:
        """Return every user of the marketplace with its party: seller users, then buyers', then suppliers'."""
        if self._people is None:
            companies = await self.companies()
            limit = asyncio.Semaphore(AT_ONCE)

            async def users_of(party: Party) -> list[Person]:
                async with limit:
                    return [Person(user, party) async for user in self._users(party)]

            groups = await asyncio.gather(*(users_of(party) for party in companies.parties(self.seller)))
            self._people = tuple(person for group in groups for person in group)
        return self._people

    def _users(self, party: Party) -> AsyncIterator[WireUser]:
        if party.kind is PartyKind.BUYER:
            return self._client.buyer_users(party.id).iterate()
        if party.kind is PartyKind.SUPPLIER:
            return self._client.supplier_users(party.id).iterate()
        return self._client.seller_users.iterate()

    async def person(self, username: str | None) -> Person | None:
        """Return the user with this username; None when there is none. OrderCloud compares usernames without case."""
        if not username:
            return None
        wanted = username.casefold()
        return next((each for each in await self.people() if each.user.username.casefold() == wanted), None)

    async def party_names(self) -> Mapping[tuple[PartyKind, str], str]:
        """Return the name of each company by its kind and ID."""
        companies = await self.companies()
        parties = (*map(party_of_buyer, companies.buyers), *map(party_of_supplier, companies.suppliers))
        return {(party.kind, party.id): party.label for party in parties}

    # -- changing ------------------------------------------------------------------------------------------------

    def _note(self, what: str, undo: Callable[[], Awaitable[None]] | None = None) -> None:
        self.journal.add(Change(self._clock(), what, undo))

    async def patch_api_client(self, before: ApiClient, changes: Mapping[str, JSON]) -> ApiClient:
        """Save the changed fields alone, by their wire names, and return the API client as it is now."""
        after = await self._client.api_clients.patch(before.id, changes)
        self.api_clients[after.id] = after
        old, new = before.to_wire(), after.to_wire()
        secret = "ClientSecret" in changes
        fields = ", ".join(changes)

        async def undo() -> None:
            now = (await self.api_client(after.id)).to_wire()
            moved = [name for name in changes if now.get(name) != new.get(name)]
            if moved:
                raise CannotUndo(f"{before.app_name}: {', '.join(moved)} changed again since; nothing was undone.")
            restored = await self._client.api_clients.patch(after.id, {name: old.get(name) for name in changes})
            self.api_clients[restored.id] = restored

        self._note(f"{before.app_name}: changed {fields}", None if secret else undo)
        return after

    async def create_api_client(self, fields: Mapping[str, JSON]) -> ApiClient:
        """Create an API client and return it with the ID the marketplace gave it."""
        created = await self._client.api_clients.create(fields)
        self.api_clients[created.id] = created

        async def undo() -> None:
            now = await self.api_client(created.id)
            if now.to_wire() != created.to_wire():
                raise CannotUndo(f"{created.app_name} was changed since it was created; delete it instead.")
            await self._client.api_clients.delete(created.id)
            self.api_clients.pop(created.id, None)

        self._note(f"{created.app_name}: created", undo)
        return created

    async def delete_api_client(self, api_client: ApiClient) -> None:
        """Delete an API client."""
        await self._client.api_clients.delete(api_client.id)
        self.api_clients.pop(api_client.id, None)
        self._assignments.pop(api_client.id, None)
        self._secrets.pop(api_client.id, None)
        self._note(f"{api_client.app_name}: deleted")

    async def assign(self, api_client: ApiClient, party: Party) -> None:
        """Assign a buyer or supplier to an API client."""
        await self._assign(api_client, party)
        self._note(f"{api_client.app_name}: assigned {party.label}", lambda: self._unassign_again(api_client, party))

    async def unassign(self, api_client: ApiClient, party: Party) -> None:
        """Take the assignment of a buyer or supplier away."""
        await self._unassign(api_client, party)
        self._note(f"{api_client.app_name}: unassigned {party.label}", lambda: self._assign(api_client, party))

    async def _unassign_again(self, api_client: ApiClient, party: Party) -> None:
        if not any(_is_of(each, party) for each in await self._assignments_now(api_client)):
            raise CannotUndo(f"{party.label} is not assigned any more.")
        await self._unassign(api_client, party)

    async def _assign(self, api_client: ApiClient, party: Party) -> None:
        await self._client.api_clients.assignments.assign(_assignment(api_client, party))
        await self._after_assignment(api_client)

    async def _unassign(self, api_client: ApiClient, party: Party) -> None:
        await self._client.api_clients.assignments.unassign(_assignment(api_client, party))
        await self._after_assignment(api_client)

    async def _assignments_now(self, api_client: ApiClient) -> tuple[ApiClientAssignment, ...]:
        self._assignments.pop(api_client.id, None)
        return await self.assignments(api_client.id)

    async def _after_assignment(self, api_client: ApiClient) -> None:
        await self._assignments_now(api_client)
        await self.api_client(api_client.id)

    async def create_secret(self, api_client: ApiClient, name: str, expiration: datetime | None) -> ApiClientSecret:
        """Create a named secret; the answer is the only place where its value ever is."""
        fields: dict[str, JSON] = {"Name": name}
        if expiration is not None:
            fields["Expiration"] = expiration.isoformat()
        secret = await self._client.api_clients.secrets(api_client.id).create(fields)
        self._secrets.pop(api_client.id, None)
        self._note(f"{api_client.app_name}: created the secret {name}")
        return secret

    async def delete_secret(self, api_client: ApiClient, secret: ApiClientSecret) -> None:
        """Delete a named secret."""
        await self._client.api_clients.secrets(api_client.id).delete(secret.id)
        self._secrets.pop(api_client.id, None)
        self._note(f"{api_client.app_name}: deleted the secret {secret.name}")


def _assignment(api_client: ApiClient, party: Party) -> ApiClientAssignment:
    from tui.ordercloud.models import ApiClientAssignment

    return ApiClientAssignment(
        api_client_id=api_client.id,
        buyer_id=party.id if party.kind is PartyKind.BUYER else None,
        supplier_id=party.id if party.kind is PartyKind.SUPPLIER else None,
    )


def _is_of(assignment: ApiClientAssignment, party: Party) -> bool:
    company = assignment.buyer_id if party.kind is PartyKind.BUYER else assignment.supplier_id
    return company == party.id


def is_assigned(assignments: tuple[ApiClientAssignment, ...], party: Party) -> bool:
    """Return whether a party is among the assignments."""
    return any(_is_of(assignment, party) for assignment in assignments)
