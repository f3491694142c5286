"""What is known of the marketplace: read once, kept, read again on demand, and changed through one place.

Every change is a call of the typed client, noted in the journal with its way back.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from tui.access.facts import Party, PartyKind
from tui.access.words import shorten
from tui.access.xp import left_over, same_json, xp_patch
from tui.session.cache import Cache, KnownApiClients
from tui.session.facts import Companies, Person, party_of_buyer, party_of_supplier
from tui.session.failures import CannotUndo, ChangedElsewhere
from tui.session.journal import Change, Journal
from tui.session.own_sign_in import OwnSignIn, OwnWayIn
from tui.session.references import References, SoFar, read_references

if TYPE_CHECKING:
    from tui.ordercloud import OrderCloud
    from tui.ordercloud.models import ApiClient, ApiClientAssignment, ApiClientSecret
    from tui.ordercloud.models import User as WireUser
    from tui.ordercloud.models.base import JSON

AT_ONCE = 4
"""How many requests may be under way at once; more in flight are slower, measured in process."""


class Marketplace:
    """The API clients of one marketplace with all that decides about them.

    Every method that reads or changes raises the typed errors of `tui.ordercloud.errors`; one that changes also raises
    ChangedElsewhere and ShutsOut, before anything is sent. Changes are made one after the other.
    """

    def __init__(
        self,
        client: OrderCloud,
        seller: Party,
        clock: Callable[[], datetime],
        journal: Journal,
        own: OwnSignIn,
    ) -> None:
        self._client = client
        self._clock = clock
        self.seller = seller
        self.journal = journal
        self.way_in = OwnWayIn(own, self, clock)
        self._known = KnownApiClients()
        self._companies: Cache[None, Companies] = Cache()
        self._people: Cache[None, tuple[Person, ...]] = Cache()
        self._assignments: Cache[str, tuple[ApiClientAssignment, ...]] = Cache()
        self._secrets: Cache[str, tuple[ApiClientSecret, ...]] = Cache()
        self._references: Cache[None, References] = Cache()
        self._writing = asyncio.Lock()

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def api_clients(self) -> Mapping[str, ApiClient]:
        """The API clients known, by ID."""
        return self._known.by_id

    def forget(self) -> None:
        """Forget everything but the API clients, so that the next look reads it again."""
        for cache in (self._companies, self._people, self._assignments, self._secrets, self._references):
            cache.forget_all()

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
            fresh.update((api_client.id, api_client) for api_client in answer.items)
            if page >= answer.meta.total_pages:
                self._known.put_all(fresh, number)
            elif page == 1:
                self._known.put_some(answer.items, number)
            yield tuple(answer.items)
            if page >= answer.meta.total_pages:
                return
            page += 1

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

    async def assignments(self, api_client_id: str) -> tuple[ApiClientAssignment, ...]:
        """Return the assignments of an API client."""

        async def read() -> tuple[ApiClientAssignment, ...]:
            every = self._client.api_clients.assignments.iterate(api_client_id=api_client_id)
            return tuple([assignment async for assignment in every])

        return await self._assignments.get(api_client_id, read)

    async def all_assignments(self) -> Mapping[str, tuple[ApiClientAssignment, ...]]:
        """Return the assignments of every API client, read in one go."""
        while any(each not in self._assignments for each in self.api_clients):
            begun = self._assignments.begin()
            found: dict[str, list[ApiClientAssignment]] = {each: [] for each in self.api_clients}
            by_folded = {each.lower(): each for each in found}
            async for assignment in self._client.api_clients.assignments.iterate():
                if (owner := by_folded.get(assignment.api_client_id.lower())) is not None:
                    found[owner].append(assignment)
            for each, assignments in found.items():
                self._assignments.keep(each, tuple(assignments), begun)
        return {each: self._assignments[each] for each in self.api_clients}

    async def companies(self) -> Companies:
        """Return the buyers and suppliers."""

        async def read() -> Companies:
            buyers = tuple([buyer async for buyer in self._client.buyers.iterate()])
            suppliers = tuple([supplier async for supplier in self._client.suppliers.iterate()])
            return Companies(buyers, suppliers)

        return await self._companies.get(None, read)

    async def people(self) -> tuple[Person, ...]:
        """Return every user of the marketplace with its party: seller users, then buyers', then suppliers'."""
        return await self._people.get(None, self._read_people)

    async def references(self) -> References:
        """Return what names API clients from elsewhere, by their IDs in lower case."""
        return await self._references.get(None, lambda: read_references(self._client))

    @property
    def so_far(self) -> SoFar:
        """What has been read of users, companies and references, without reading."""
        return SoFar(self._people.kept(None), self._companies.kept(None), self._references.kept(None))

    async def _read_people(self) -> tuple[Person, ...]:
        companies = await self.companies()
        limit = asyncio.Semaphore(AT_ONCE)

        async def users_of(party: Party) -> list[Person]:
            async with limit:
                return [Person(user, party) async for user in self._users(party)]

        groups = await asyncio.gather(*(users_of(party) for party in companies.parties(self.seller)))
        return tuple(person for group in groups for person in group)

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

    def _note(
        self,
        what: str,
        undo: Callable[[], Awaitable[str]] | None = None,
        threat: Callable[[], Awaitable[str | None]] | None = None,
    ) -> None:
        self.journal.add(Change(self._clock(), what, undo, threat))

    def _take(self, api_client: ApiClient) -> None:
        self._known.put(api_client, self._known.begin())

    async def patch_api_client(self, before: ApiClient, changes: Mapping[str, JSON]) -> ApiClient:
        """Save the changed fields alone, by their wire names, and return the API client as it is now.

        `before` is the API client as it was shown. Of `xp` the whole is given, as it is to be.

        Raises:
            ChangedElsewhere: A field that is to be changed is not as it was shown; it is read again, nothing is sent.
        """
        async with self._writing:
            found = await self.api_client(before.id)
            _check_unmoved(before, found, changes)
            after = await self._patch(found, changes)
            old, new = _values(found, changes), _values(after, changes)

        async def undo() -> str:
            async with self._writing:
                now = await self.api_client(after.id)
                if moved := [name for name in changes if not same_json(now.to_wire().get(name), new[name])]:
                    raise CannotUndo(f"{before.app_name}: {', '.join(moved)} changed again since; nothing was undone.")
                restored = await self._patch(now, old)
                over = left_over(restored.xp, old["xp"]) if "xp" in old else ()
                return f"{members_stay(over)}." if over else ""

        async def threat() -> str | None:
            return await self.way_in.after_patch(after, old)

        secret = "ClientSecret" in changes
        self._note(f"{before.app_name}: changed {', '.join(changes)}", None if secret else undo, threat)
        return after

    async def _patch(self, now: ApiClient, changes: Mapping[str, JSON]) -> ApiClient:
        self.way_in.decline(await self.way_in.after_patch(now, changes))
        body = dict(changes)
        if "xp" in body:
            body["xp"] = xp_patch(now.xp, body["xp"])
        after = await self._client.api_clients.patch(now.id, body)
        self._take(after)
        return after

    async def create_api_client(self, fields: Mapping[str, JSON]) -> ApiClient:
        """Create an API client and return it with the ID the marketplace gave it."""
        async with self._writing:
            created = await self._client.api_clients.create(fields)
            self._take(created)

        async def undo() -> str:
            async with self._writing:
                now = await self.api_client(created.id)
                self._secrets.forget(created.id)
                if not same_json(now.to_wire(), created.to_wire()) or await self.secrets(created.id):
                    raise CannotUndo(f"{created.app_name} was changed since it was created; delete it instead.")
                await self._delete(created)
            return ""

        self._note(f"{created.app_name}: created", undo)
        return created

    async def delete_api_client(self, api_client: ApiClient) -> None:
        """Delete an API client."""
        async with self._writing:
            await self._delete(api_client)
        self._note(f"{api_client.app_name}: deleted")

    async def _delete(self, api_client: ApiClient) -> None:
        self.way_in.decline(await self.way_in.after_deleting(api_client))
        await self._client.api_clients.delete(api_client.id)
        self._known.remove(api_client.id, self._known.begin())
        self._assignments.forget(api_client.id)
        self._secrets.forget(api_client.id)

    async def assign(self, api_client: ApiClient, party: Party) -> None:
        """Assign a buyer or supplier to an API client."""
        await self._assign(api_client, party)
        self._note(f"{api_client.app_name}: assigned {party.label}", lambda: self._unassign_again(api_client, party))

    async def unassign(self, api_client: ApiClient, party: Party) -> None:
        """Take the assignment of a buyer or supplier away."""
        await self._unassign(api_client, party)
        self._note(f"{api_client.app_name}: unassigned {party.label}", lambda: self._assign(api_client, party))

    async def _unassign_again(self, api_client: ApiClient, party: Party) -> str:
        self._assignments.forget(api_client.id)
        if not any(_is_of(each, party) for each in await self.assignments(api_client.id)):
            raise CannotUndo(f"{party.label} is not assigned any more.")
        return await self._unassign(api_client, party)

    async def _assign(self, api_client: ApiClient, party: Party) -> str:
        async with self._changing_assignments(api_client):
            await self._client.api_clients.assignments.assign(assignment_of(api_client, party))
        return ""

    async def _unassign(self, api_client: ApiClient, party: Party) -> str:
        async with self._changing_assignments(api_client):
            await self._client.api_clients.assignments.unassign(assignment_of(api_client, party))
        return ""

    @asynccontextmanager
    async def _changing_assignments(self, api_client: ApiClient) -> AsyncIterator[None]:
        """Read the assignments again whatever came of the change, and the API client, which counts them."""
        async with self._writing:
            try:
                yield
            finally:
                self._assignments.forget(api_client.id)
            await self.assignments(api_client.id)
            await self.api_client(api_client.id)

    async def create_secret(self, api_client: ApiClient, name: str, expiration: datetime | None) -> ApiClientSecret:
        """Create a named secret; the answer is the only place where its value ever is."""
        fields: dict[str, JSON] = {"Name": name}
        if expiration is not None:
            fields["Expiration"] = expiration.isoformat()
        async with self._writing:
            self.way_in.decline(await self.way_in.after_new_secret(api_client, name))
            try:
                secret = await self._client.api_clients.secrets(api_client.id).create(fields)
            finally:
                self._secrets.forget(api_client.id)
        self._note(f"{api_client.app_name}: created the secret {name}")
        return secret

    async def delete_secret(self, api_client: ApiClient, secret: ApiClientSecret) -> None:
        """Delete a named secret."""
        async with self._writing:
            self.way_in.decline(await self.way_in.without_secret(api_client, secret))
            try:
                await self._client.api_clients.secrets(api_client.id).delete(secret.id)
            finally:
                self._secrets.forget(api_client.id)
        self._note(f"{api_client.app_name}: deleted the secret {secret.name}")


def members_stay(members: Sequence[str]) -> str:
    """Say which members of xp a PATCH leaves behind."""
    names = ", ".join(f"xp.{each}" for each in members)
    stays = "stays, as null" if len(members) == 1 else "stay, as null"
    return f"{names} {stays}: a PATCH cannot take a member of xp away"


def _values(api_client: ApiClient, names: Mapping[str, JSON]) -> dict[str, JSON]:
    wire = api_client.to_wire()
    return {name: wire.get(name) for name in names}


def _check_unmoved(shown: ApiClient, now: ApiClient, changes: Mapping[str, JSON]) -> None:
    """Raise ChangedElsewhere when a field that is to be changed is not as it was shown."""
    then, found = _values(shown, changes), _values(now, changes)
    moved = {name: (then[name], found[name]) for name in changes if not same_json(then[name], found[name])}
    if moved:
        raise ChangedElsewhere(now, {name: (_told(name, was), _told(name, to)) for name, (was, to) in moved.items()})


def _told(name: str, value: JSON) -> str:
    """Return a value for people; a secret is never told."""
    if value is None:
        return "not set"
    if name == "ClientSecret":
        return "one secret"
    return shorten(json.dumps(value, ensure_ascii=False))


def assignment_of(api_client: ApiClient, party: Party) -> ApiClientAssignment:
    """Return the assignment of a buyer or supplier."""
    from tui.ordercloud.models import ApiClientAssignment

    return ApiClientAssignment(
        api_client_id=api_client.id,
        buyer_id=party.id if party.kind is PartyKind.BUYER else None,
        supplier_id=party.id if party.kind is PartyKind.SUPPLIER else None,
    )


def _is_of(assignment: ApiClientAssignment, party: Party) -> bool:
    company = assignment.buyer_id if party.kind is PartyKind.BUYER else assignment.supplier_id
    return company == party.id
