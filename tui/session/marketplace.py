"""The marketplace, changed through one place: each change is a call of the typed client, noted with its way back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from tui.access.facts import Party
from tui.access.words import list_some
from tui.access.xp import xp_patch
from tui.session import changes as ways
from tui.session.activating import Activation
from tui.session.facts import assignment_of
from tui.session.failures import Declined, NotAllAssigned
from tui.session.journal import Change, Journal
from tui.session.known_marketplace import KnownMarketplace
from tui.session.lookups import users_of
from tui.session.moved import check_unmoved, values_of
from tui.session.own_sign_in import OwnSignIn, OwnWayIn
from tui.session.record import ChangeKind, Record

if TYPE_CHECKING:
    from tui.ordercloud import OrderCloud
    from tui.ordercloud.models import ApiClient, ApiClientSecret
    from tui.ordercloud.models.base import JSON
    from tui.session.facts import Person


class Marketplace(KnownMarketplace):
    """A marketplace that is known and changed.

    Every method that changes raises the typed errors of `tui.ordercloud.errors`, and ChangedElsewhere and ShutsOut
    before anything is sent. Changes are made one after the other, unless they are told to be among many.
    """

    def __init__(
        self,
        client: OrderCloud,
        seller: Party,
        clock: Callable[[], datetime],
        journal: Journal,
        own: OwnSignIn,
    ) -> None:
        super().__init__(client, seller)
        self._clock = clock
        self.journal = journal
        self.way_in = OwnWayIn(own, self, clock)
        self._writing = asyncio.Lock()
        steps = ways.Steps(
            read=self.api_client,
            read_assignments=self.assignments_now,
            read_secrets=self.secrets_now,
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

    # -- changing ------------------------------------------------------------------------------------------------

    def _note(
        self,
        what: str,
        undo: Callable[[], Awaitable[str]] | None = None,
        threat: Callable[[], Awaitable[str | None]] | None = None,
        record: Record | None = None,
    ) -> Change:
        """Note a change. One that is given as data has its way back from that."""
        if record is None:
            change = Change(self._clock(), what, undo, threat)
        else:
            undo, threat = undo or self.ways_back.undo(record), threat or self.ways_back.threat(record)
            change = Change(self._clock(), what, undo, threat, record)
        self.journal.add(change)
        return change

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

    async def read_again(self, shown: ApiClient) -> ApiClient:
        """Read an API client that is being changed, past every cache.

        Raises:
            Declined: It is not there any more.
        """
        from tui.ordercloud import errors

        try:
            return await self.api_client(shown.id)
        except errors.NotFound:
            self._known.remove(shown.id, self._known.begin())
            raise Declined(f"{shown.app_name} is not there any more: it was deleted elsewhere.") from None

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
        await ways.or_gone(
            partial(self._client.api_clients.delete, api_client.id),
            partial(self._client.api_clients.get, api_client.id),
        )
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
        async with self._changing_assignments(api_client):
            pairs = [(each, True) for each in added] + [(each, False) for each in removed]
            return await ways.each_of(
                [(each, partial(self._write_assignment, api_client, each, assigned)) for each, assigned in pairs]
            )

    async def _assign(self, api_client: ApiClient, party: Party) -> str:
        async with self._changing_assignments(api_client):
            await self._write_assignment(api_client, party, True)
        return ""

    async def _unassign(self, api_client: ApiClient, party: Party) -> str:
        async with self._changing_assignments(api_client):
            await self._write_assignment(api_client, party, False)
        return ""

    async def _write_assignment(self, api_client: ApiClient, party: Party, assigned: bool) -> None:
        """Make an assignment or take it away; where the answer is lost, look whether that was done all the same."""
        calls = self._client.api_clients.assignments

        async def look() -> object | None:
            return True if await self.is_assigned(api_client.id, party) is assigned else None

        write = calls.assign if assigned else calls.unassign
        await ways.or_looked_up(partial(write, assignment_of(api_client.id, party)), look)

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

    async def patch_among_many(self, before: ApiClient, changes: Mapping[str, JSON]) -> Record:
        """Save changed fields as `patch_api_client` does, as one of many changes: `note_many` is to follow."""
        found = await self.api_client(before.id)
        check_unmoved(before, found, changes)
        after = await ways.or_done(lambda: self._patch(found, changes), lambda: self.api_client(found.id), changes)
        return Record.of_fields(before, values_of(found, changes), values_of(after, changes))

    async def delete_among_many(
        self, api_client: ApiClient, learnt: Callable[[Record], None] = lambda _: None
    ) -> Record:
        """Delete an API client as `delete_api_client` does, as one of many changes: `note_many` is to follow.

        `learnt` is told the record of the deletion before it is done.
        """
        record = await self.ways_back.before_deleting(api_client)
        learnt(record)
        await self._delete(api_client)
        return record

    def note_many(
        self, what: str, undo: Callable[[], Awaitable[str]] | None = None, records: Iterable[Record] = ()
    ) -> Change:
        """Note many changes that were made as one, with their common way back; as data, that is kept for good."""
        parts = tuple(records)
        record = parts[0] if len(parts) == 1 else Record.of_many(parts) if parts else None
        return self._note(what, undo, record=record)

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

    # -- who is kept out whatever the API client says ------------------------------------------------------------

    async def unlock(self, person: Person) -> None:
        """End the lockout of a user. There is no way back: OrderCloud has none."""
        async with self._writing:
            await users_of(self._client, person.party).unlock(person.user.id)
        record = Record(ChangeKind.OTHER, name=person.user.username)
        self._note(f"{person.user.username}: unlocked", record=record)

    async def activate_user(self, person: Person) -> None:
        """Let a user sign in again."""
        await self._activate(Activation.of_user(self._client, person))

    async def activate_company(self, party: Party) -> None:
        """Let the users of a buyer or supplier sign in again."""
        await self._activate(Activation.of_company(self._client, party))

    async def _activate(self, its: Activation) -> None:
        async with self._changing_anything():
            undo = await its.set(True)
        if undo is None:
            return  # somebody else was quicker, and theirs is not to be taken back here

        async def back() -> str:
            async with self._changing_anything():
                return await undo()

        self._note(f"{its.label}: activated", back, record=Record(ChangeKind.OTHER, name=its.label))

    @asynccontextmanager
    async def _changing_anything(self) -> AsyncIterator[None]:
        """Forget everything that was read, whatever came of the change."""
        async with self._writing:
            try:
                yield
            finally:
                self.forget()
