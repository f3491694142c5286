"""What is known of the marketplace: read once, kept, read again on demand, and changed through one place.

Every change is a call of the typed client, noted in the journal with its way back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from tui.access.facts import AssignmentFacts, Party, PartyKind
from tui.access.words import list_some
from tui.access.xp import xp_patch
from tui.session import changes as ways
from tui.session.cache import Cache, KnownApiClients
from tui.session.facts import Companies, Person, assignment_of, party_of, party_of_buyer, party_of_supplier
from tui.session.failures import NotAllAssigned
from tui.session.journal import Change, Journal
from tui.session.lookups import Lookups
from tui.session.moved import check_unmoved, values_of
from tui.session.own_sign_in import OwnSignIn, OwnWayIn
from tui.session.paging import PAGE_SIZE, Part
from tui.session.record import ChangeKind, Record
from tui.session.references import References, SoFar
from tui.session.whole_list import whole_list

if TYPE_CHECKING:
    from tui.ordercloud import ListQuery, OrderCloud
    from tui.ordercloud.models import ApiClient, ApiClientAssignment, ApiClientSecret
    from tui.ordercloud.models import User as WireUser
    from tui.ordercloud.models.base import JSON
    from tui.ordercloud.models.page import Page
    from tui.session.drafts import KeptDraft

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
        self.api_client_count = 0
        """How many API clients the marketplace has, as of the last list that was read of all of them."""
        self._companies: Cache[None, Companies] = Cache()
        self._people: Cache[None, tuple[Person, ...]] = Cache()
        self.lookups = Lookups(client, seller)
        """Single users and companies, found without reading all of them."""
        self._assignments: Cache[str, tuple[ApiClientAssignment, ...]] = Cache()
        self._secrets: Cache[str, tuple[ApiClientSecret, ...]] = Cache()
        self._writing = asyncio.Lock()
        self.references = References(client)
        steps = ways.Steps(
            read=self.api_client,
            read_assignments=self._assignments_again,
            read_secrets=self._secrets_again,
            person=self.person,
            party_names=self.party_names,
            references=self.references,
            known=lambda each: self.api_clients.get(each),
            patch=self._patch,
            create=self._create,
            delete=self._delete,
            assign=self._assign,
            unassign=self._unassign,
            threat=self.way_in.after_patch,
        )
        self.ways_back = ways.WaysBack(steps, self._writing)
        self.times_forgotten = 0
        """Another number whenever what was read is to be read again."""

    # -- reading -------------------------------------------------------------------------------------------------

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

    async def base_of(self, draft: KeptDraft) -> tuple[ApiClient | None, Mapping[str, JSON]]:
        """Return what a kept draft was typed upon: the API client as it was then, and its wire form.

        None when it was a new one, or is not there any more: it is a new one then, with all its settings.
        """
        from tui.ordercloud import errors
        from tui.ordercloud.models import ApiClient

        if not draft.api_client_id:
            return None, draft.base
        try:
            now = await self.api_client(draft.api_client_id)
        except errors.NotFound:
            return None, draft.base
        wire = {**now.to_wire(), **draft.base}
        return ApiClient.from_wire(wire), wire

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

    @property
    def companies_known(self) -> tuple[Party, ...]:
        """The buyers and suppliers, if they have been read."""
        return self._companies[None].parties(self.seller)[1:] if None in self._companies else ()

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
        if kind is PartyKind.BUYER:
            buyers = await self._client.buyers.list(query)
            return Part([party_of_buyer(each) for each in buyers.items], buyers.meta.total_count)
        suppliers = await self._client.suppliers.list(query)
        return Part([party_of_supplier(each) for each in suppliers.items], suppliers.meta.total_count)

    async def people(self) -> tuple[Person, ...]:
        """Return every user of the marketplace with its party: seller users, then buyers', then suppliers'."""
        return await self._people.get(None, self._read_people)

    async def people_of(self, party: Party) -> tuple[Person, ...]:
        """Return the users of one party, read afresh."""
        return tuple([Person(user, party) async for user in self._users(party)])

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
        if (None not in self._people) and self.lookups.can_ask_for(username):
            return await self.lookups.person(username)
        wanted = username.casefold()
        return next((each for each in await self.people() if each.user.username.casefold() == wanted), None)

    async def party_names(self, assignments: Iterable[AssignmentFacts]) -> Mapping[tuple[PartyKind, str], str]:
        """Return the names of companies assigned, by their kind and ID; of very many, only those of the first."""
        return await self.lookups.names_of(assignments)

    # -- changing ------------------------------------------------------------------------------------------------

    def _note(
        self,
        what: str,
        undo: Callable[[], Awaitable[str]] | None = None,
        threat: Callable[[], Awaitable[str | None]] | None = None,
        record: Record | None = None,
    ) -> None:
        """Note a change. One that is given as data has its way back from that."""
        if record is None:
            self.journal.add(Change(self._clock(), what, undo, threat))
            return
        undo, threat = undo or self.ways_back.undo(record), threat or self.ways_back.threat(record)
        self.journal.add(Change(self._clock(), what, undo, threat, record))

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
            check_unmoved(before, found, changes)
            after = await ways.or_done(lambda: self._patch(found, changes), lambda: self.api_client(found.id), changes)
        record = Record.of_fields(before, values_of(found, changes), values_of(after, changes))
        self._note(f"{before.app_name}: changed {', '.join(changes)}", record=record)
        return after

    async def _patch(self, now: ApiClient, changes: Mapping[str, JSON]) -> ApiClient:
        self.way_in.decline(await self.way_in.after_patch(now, changes))
        body = dict(changes)
        if "xp" in body:
            body["xp"] = xp_patch(now.xp, body["xp"])
        after = await self._client.api_clients.patch(now.id, body)
        self._take(after)
        return after

    async def create_api_client(self, fields: Mapping[str, JSON], parties: Sequence[Party] = ()) -> ApiClient:
        """Create an API client, assign companies, and return it with the ID the marketplace gave it.

        Raises:
            NotAllAssigned: It is created, and some companies could not be assigned.
        """
        refused: tuple[tuple[str, str], ...] = ()
        async with self._writing:
            created = await self._create(fields)
        if parties:
            refused = await self._assign_each(created, parties, ())
            created = self.api_clients.get(created.id, created)
        record = ways.created(created)
        undo = self.ways_back.undo(record, created.client_secret)
        self._note(f"{created.app_name}: created", undo, record=record)
        if refused:
            raise NotAllAssigned(created, refused)
        return created

    async def _create(self, fields: Mapping[str, JSON]) -> ApiClient:
        created = await self._client.api_clients.create(fields)
        self._take(created)
        return created

    async def delete_api_client(self, api_client: ApiClient) -> None:
        """Delete an API client, after learning what it takes to bring it back."""
        async with self._writing:
            self.way_in.decline(await self.way_in.after_deleting(api_client))
            record = await self.ways_back.before_deleting(api_client)
            await self._delete(api_client)
        self._note(f"{api_client.app_name}: deleted", record=record)

    async def _delete(self, api_client: ApiClient) -> None:
        self.way_in.decline(await self.way_in.after_deleting(api_client))
        await self._client.api_clients.delete(api_client.id)
        self._known.remove(api_client.id, self._known.begin())
        self._assignments.forget(api_client.id)
        self._secrets.forget(api_client.id)

    async def assign(self, api_client: ApiClient, party: Party) -> None:
        """Assign a buyer or supplier to an API client."""
        await self._assign(api_client, party)
        record = Record(ChangeKind.ASSIGNED, api_client.id, api_client.app_name, companies=(party,))
        self._note(f"{api_client.app_name}: assigned {party.label}", record=record)

    async def unassign(self, api_client: ApiClient, party: Party) -> None:
        """Take the assignment of a buyer or supplier away."""
        await self._unassign(api_client, party)
        record = Record(ChangeKind.UNASSIGNED, api_client.id, api_client.app_name, companies=(party,))
        self._note(f"{api_client.app_name}: unassigned {party.label}", record=record)

    async def assign_each(
        self, api_client: ApiClient, added: Sequence[Party], removed: Sequence[Party]
    ) -> tuple[tuple[str, str], ...]:
        """Assign some companies and unassign others; return those that were refused, each with why."""
        refused = await self._assign_each(api_client, added, removed)
        labels = {label for label, _ in refused}
        for kind, parties in ((ChangeKind.ASSIGNED, added), (ChangeKind.UNASSIGNED, removed)):
            done = tuple(each for each in parties if each.label not in labels)
            if done:
                record = Record(kind, api_client.id, api_client.app_name, companies=done)
                names = list_some([each.label for each in done])
                self._note(f"{api_client.app_name}: {kind} {names}", record=record)
        return refused

    async def _assign_each(
        self, api_client: ApiClient, added: Sequence[Party], removed: Sequence[Party]
    ) -> tuple[tuple[str, str], ...]:
        its = self._client.api_clients.assignments
        async with self._changing_assignments(api_client):
            pairs = [(its.assign, each) for each in added] + [(its.unassign, each) for each in removed]
            return await ways.each_of([(each, partial(do, assignment_of(api_client.id, each))) for do, each in pairs])

    async def _assignments_again(self, api_client_id: str) -> tuple[ApiClientAssignment, ...]:
        self._assignments.forget(api_client_id)
        return await self.assignments(api_client_id)

    async def _secrets_again(self, api_client_id: str) -> tuple[ApiClientSecret, ...]:
        self._secrets.forget(api_client_id)
        return await self.secrets(api_client_id)

    async def _assign(self, api_client: ApiClient, party: Party) -> str:
        async with self._changing_assignments(api_client):
            await self._client.api_clients.assignments.assign(assignment_of(api_client.id, party))
        return ""

    async def _unassign(self, api_client: ApiClient, party: Party) -> str:
        async with self._changing_assignments(api_client):
            await self._client.api_clients.assignments.unassign(assignment_of(api_client.id, party))
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

    # -- many assignments at a time: the lists are read again once, when all are made ----------------------------

    async def set_assignment(self, api_client: ApiClient, party: Party, *, assigned: bool) -> None:
        """Make an assignment or take it away, as one of many: nothing is read again and nothing noted.

        `read_assigned` is to follow the last one, and `note_many`.
        """
        calls = self._client.api_clients.assignments
        try:
            await (calls.assign if assigned else calls.unassign)(assignment_of(api_client.id, party))
        finally:
            self._assignments.forget(api_client.id)

    async def is_assigned(self, api_client: ApiClient, party: Party) -> bool:
        """Read whether a company is assigned now."""
        buyer_id, supplier_id = _ids_of(party)
        page = await self._client.api_clients.assignments.list(
            api_client_id=api_client.id, buyer_id=buyer_id, supplier_id=supplier_id, page_size=1
        )
        return bool(page.items)

    async def assigned_to(self, party: Party) -> frozenset[str]:
        """Read which API clients a company is assigned to: their IDs, in lower case."""
        buyer_id, supplier_id = _ids_of(party)
        every = self._client.api_clients.assignments.iterate(buyer_id=buyer_id, supplier_id=supplier_id)
        return frozenset([each.api_client_id.lower() async for each in every])

    async def read_assigned(self, api_client_ids: Iterable[str]) -> None:
        """Read some API clients again, which count their assignments."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def read(api_client_id: str) -> None:
            async with limit:
                await self.api_client(api_client_id)

        await asyncio.gather(*(read(each) for each in dict.fromkeys(api_client_ids)))

    async def patch_among_many(self, before: ApiClient, changes: Mapping[str, JSON]) -> Record:
        """Save changed fields as `patch_api_client` does, as one of many changes: `note_many` is to follow."""
        found = await self.api_client(before.id)
        check_unmoved(before, found, changes)
        after = await self._patch(found, changes)
        return Record.of_fields(before, values_of(found, changes), values_of(after, changes))

    async def delete_among_many(self, api_client: ApiClient) -> Record:
        """Delete an API client as `delete_api_client` does, as one of many changes: `note_many` is to follow."""
        record = await self.ways_back.before_deleting(api_client)
        await self._delete(api_client)
        return record

    def note_many(
        self, what: str, undo: Callable[[], Awaitable[str]] | None = None, records: Iterable[Record] = ()
    ) -> None:
        """Note many changes that were made as one, with their common way back; as data, that is kept for good."""
        parts = tuple(records)
        self._note(what, undo, record=Record.of_many(parts) if parts else None)

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
        about = Record(ChangeKind.OTHER, api_client.id, api_client.app_name)
        self._note(f"{api_client.app_name}: created the secret {name}", record=about)
        return secret

    async def delete_secret(self, api_client: ApiClient, secret: ApiClientSecret) -> None:
        """Delete a named secret."""
        async with self._writing:
            self.way_in.decline(await self.way_in.without_secret(api_client, secret))
            try:
                await self._client.api_clients.secrets(api_client.id).delete(secret.id)
            finally:
                self._secrets.forget(api_client.id)
        about = Record(ChangeKind.OTHER, api_client.id, api_client.app_name)
        self._note(f"{api_client.app_name}: deleted the secret {secret.name}", record=about)


def _ids_of(party: Party) -> tuple[str | None, str | None]:
    """Return the buyer's ID and the supplier's, of which one is None."""
    return (party.id, None) if party.kind is PartyKind.BUYER else (None, party.id)
