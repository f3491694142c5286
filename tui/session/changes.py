"""The ways back: from a change as data to what takes it back, now or from the journal of another day.

Each first looks whether what it would put back is still as the change left it, and says what it could not put back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tui.access.facts import AssignmentFacts, Party, PartyKind
from tui.access.words import list_some
from tui.access.xp import left_over, same_json
from tui.session.bulk import Job, Step
from tui.session.facts import party_of
from tui.session.failures import CannotUndo
from tui.session.few_at_once import AT_ONCE, few_at_once
from tui.session.journal import Change
from tui.session.record import READ_ONLY, SECRET, ChangeKind, Entry, Record, without_secret
from tui.session.taking_back import account_of

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient, ApiClientAssignment, ApiClientSecret
    from tui.ordercloud.models.base import JSON
    from tui.session.facts import Person
    from tui.session.references import References

T = TypeVar("T")

EVENTS = ("OrderCheckoutIntegrationEventID", "OrderReturnIntegrationEventID", "AddToCartIntegrationEventID")


@dataclass(frozen=True, slots=True)
class Steps:
    """What the ways back are made of: reading afresh, and the writes of a marketplace that note nothing."""

    read: Callable[[str], Awaitable[ApiClient]]
    read_assignments: Callable[[str], Awaitable[Sequence[ApiClientAssignment]]]
    read_secrets: Callable[[str], Awaitable[Sequence[ApiClientSecret]]]
    person: Callable[[str | None], Awaitable[Person | None]]
    party_names: Callable[[Iterable[AssignmentFacts]], Awaitable[Mapping[tuple[PartyKind, str], str]]]
    references: References
    known: Callable[[str], ApiClient | None]
    patch: Callable[[ApiClient, Mapping[str, JSON]], Awaitable[ApiClient]]
    create: Callable[[Mapping[str, JSON]], Awaitable[ApiClient]]
    delete: Callable[[ApiClient], Awaitable[None]]
    assign: Callable[[ApiClient, Party], Awaitable[str]]
    unassign: Callable[[ApiClient, Party], Awaitable[str]]
    threat: Callable[[ApiClient, Mapping[str, JSON]], Awaitable[str | None]]


class WaysBack:
    """Takes changes back. `writing` is held around what reads and then writes."""

    def __init__(self, steps: Steps, writing: asyncio.Lock) -> None:
        self._do = steps
        self._writing = writing
        self._changes: dict[str, Change] = {}

    def change_of(self, entry: Entry) -> Change:
        """Return an entry of the journal as a change that can be taken back, where there is a way.

        The same entry is the same change: what was taken back of it in part is not taken back again.
        """
        if entry.id not in self._changes:
            undo, threat = self.undo(entry.record), self.threat(entry.record)
            self._changes[entry.id] = Change(entry.when, entry.what, undo, threat, entry.record, entry.id)
        return self._changes[entry.id]

    def undo(self, record: Record, secret: str | None = None) -> Callable[[], Awaitable[str]] | None:
        """Return what takes a change back; None when there is no way.

        Args:
            record: The change.
            secret: The legacy secret that a created API client was given; held for this sitting, and kept nowhere.
        """
        if record.kind is ChangeKind.CHANGED:
            return (lambda: self._change_back(record)) if record.before else None
        if record.kind is ChangeKind.CREATED:
            return lambda: self._delete_created(record, secret)
        ways: Mapping[ChangeKind, Callable[[Record], Awaitable[str]]] = {
            ChangeKind.DELETED: self._bring_back,
            ChangeKind.ASSIGNED: self._unassign,
            ChangeKind.UNASSIGNED: self._assign,
        }
        if record.kind is ChangeKind.MANY:
            return self._each_back(record) if record.parts else None
        way = ways.get(record.kind)
        return None if way is None or not record.api_client_id else lambda: way(record)

    def threat(self, record: Record) -> Callable[[], Awaitable[str | None]] | None:
        """Return what says why taking a change back would shut the console out."""
        if record.kind is not ChangeKind.CHANGED or not record.before:
            return None

        async def ask() -> str | None:
            known = self._do.known(record.api_client_id)
            return None if known is None else await self._do.threat(known, record.before)

        return ask

    async def _read(self, record: Record) -> ApiClient:
        from tui.ordercloud import errors

        try:
            return await self._do.read(record.api_client_id)
        except errors.NotFound:
            raise CannotUndo(f"{record.name} is not there any more; nothing was undone.") from None

    # -- many ----------------------------------------------------------------------------------------------------

    def _each_back(self, record: Record) -> Callable[[], Awaitable[str]]:
        """Return what takes back each of many changes, the newest first; a second call goes on with what is left.

        What others have changed since is told, and does not keep the rest from being taken back.
        """
        remarks: list[str] = []

        async def back(part: Record) -> None:
            way = self.undo(part)
            if way is None:
                raise CannotUndo(f"{part.name}: there is no way back.")
            if remark := await way():
                remarks.append(remark)

        steps = [
            Step(number, part.name, partial(back, part), repeatable=part.kind is not ChangeKind.DELETED)
            for number, part in enumerate(reversed(record.parts))
        ]
        job = Job("Take back", steps, at_once=1)

        async def each_back() -> str:
            await job.run()
            return account_of(job, remarks, len(steps), partly=True)

        return each_back

    # -- fields --------------------------------------------------------------------------------------------------

    async def _change_back(self, record: Record) -> str:
        async with self._writing:
            now = await self._read(record)
            wire = now.to_wire()
            moved = [name for name in record.before if not same_json(wire.get(name), record.after.get(name))]
            if moved:
                raise CannotUndo(f"{record.name}: {', '.join(moved)} changed again since; nothing was undone.")
            patch, read = partial(self._do.patch, now, record.before), partial(self._do.read, now.id)
            restored = await or_done(patch, read, record.before)
        told = []
        if over := left_over(restored.xp, record.before["xp"]) if "xp" in record.before else ():
            told.append(f"{members_stay(over)}.")
        if record.unkept:
            stays = "stays" if len(record.unkept) == 1 else "stay"
            told.append(f"{', '.join(record.unkept)} {stays} as now: what it was before is not kept.")
        return " ".join(told)

    # -- a created one -------------------------------------------------------------------------------------------

    async def _delete_created(self, record: Record, held: str | None) -> str:
        async with self._writing:
            now = await self._read(record)
            wire = {name: value for name, value in now.to_wire().items() if name not in (SECRET, *record.unkept)}
            then = {name: value for name, value in record.after.items() if name != SECRET}
            secret = now.client_secret or None
            other_secret = secret != held if held is not None else bool(secret) is not (SECRET in record.unkept)
            if other_secret or not same_json(wire, then) or await self._do.read_secrets(now.id):
                raise CannotUndo(f"{record.name} was changed since it was created; delete it instead.")
            await self._do.delete(now)
        return ""

    # -- a deleted one -------------------------------------------------------------------------------------------

    async def before_deleting(self, api_client: ApiClient) -> Record:
        """Read all that it takes to bring an API client back, and what cannot be: the record of its deletion."""
        from tui.ordercloud import errors

        now = await self._do.read(api_client.id)
        gone = ["the legacy secret: set a new one"] if now.client_secret else []
        parties: tuple[Party, ...] = ()
        try:
            assignments = await self._do.read_assignments(now.id)
            names = await self._do.party_names(assignments)
            parties = tuple(party_of(each, names) for each in assignments)
        except errors.Forbidden:
            gone.append("the assignments: they could not be read before")
        try:
            gone += [
                f"the secret {each.name or each.id}: create a new one" for each in await self._do.read_secrets(now.id)
            ]
        except errors.Forbidden:
            gone.append("named secrets: they could not be read before")
        gone += [f"{each} referred to it" for each in await self._do.references.to(now.id)]
        wire = without_secret(now.to_wire())
        return Record(ChangeKind.DELETED, now.id, now.app_name, wire, companies=parties, gone=tuple(gone))

    async def _bring_back(self, record: Record) -> str:
        fields: dict[str, JSON] = {
            name: value for name, value in record.before.items() if name not in READ_ONLY and value is not None
        }
        lost = [*record.gone, *(f"{name}: it is not kept" for name in record.unkept if name != SECRET)]
        async with self._writing:
            lost += await self._drop_dangling(fields)
            created = await self._do.create(fields)
        assigning = [(party, partial(self._do.assign, created, party)) for party in record.companies]
        refused = await each_of(assigning, at_once=1)
        lost += [f"the assignment of {label}: {why}" for label, why in refused]
        told = [f"{created.app_name} has the new ID {created.id}: programs that use the old one need it."]
        if count := len(record.companies):
            told.append(f"{count - len(refused)} of {count} companies assigned again.")
        if lost:
            told.append("Not restored:\n" + "\n".join(f"· {each}" for each in lost))
        return "\n".join(told)

    async def _drop_dangling(self, fields: dict[str, JSON]) -> list[str]:
        """Take out what refers to something that is not there any more; return each in words."""
        lost = []
        name = fields.get("DefaultContextUserName")
        if isinstance(name, str) and await self._do.person(name) is None:
            del fields["DefaultContextUserName"]
            lost.append(f"the context user {name}: there is no such user any more")
        for each in EVENTS:
            event = fields.get(each)
            if isinstance(event, str) and not await self._do.references.has_event(event):
                del fields[each]
                lost.append(f"the integration event {event} ({each}): it is not there any more")
        return lost

    # -- assignments ---------------------------------------------------------------------------------------------

    async def _assign(self, record: Record) -> str:
        return await self._each(record, self._do.assign, record.companies)

    async def _unassign(self, record: Record) -> str:
        there = await self._do.read_assignments(record.api_client_id)
        left = [party for party in record.companies if any(is_of(each, party) for each in there)]
        if not left:
            names = list_some([party.label for party in record.companies])
            raise CannotUndo(f"{names} {'is' if len(record.companies) == 1 else 'are'} not assigned any more.")
        return await self._each(record, self._do.unassign, left)

    async def _each(
        self, record: Record, do: Callable[[ApiClient, Party], Awaitable[str]], parties: Sequence[Party]
    ) -> str:
        now = await self._read(record)
        if len(parties) == 1:
            return await do(now, parties[0])

        async def one(party: Party) -> None:
            await do(now, party)

        steps = [Step((each.kind, each.id), each.label, partial(one, each), repeatable=True) for each in parties]
        job = Job("Take back", steps, at_once=1)
        await job.run()
        return account_of(job, (), len(steps), partly=True)


async def each_of(
    what: Sequence[tuple[Party, Callable[[], Awaitable[object]]]], at_once: int = AT_ONCE
) -> tuple[tuple[str, str], ...]:
    """Do something for every company; return those that were refused, each with why.

    Once there is no answer any more, what has not been begun is left.
    """
    from tui.ordercloud import errors

    lost = False

    async def one(change: tuple[Party, Callable[[], Awaitable[object]]]) -> tuple[str, str] | None:
        nonlocal lost
        party, do = change
        if lost:
            return party.label, "not tried, as the connection was lost"
        try:
            await do()
        except errors.ReadOnly:
            raise  # none is sent
        except errors.ApiError as error:
            return party.label, str(error)
        except errors.OrderCloudError as error:
            lost = True
            return party.label, str(error)
        return None

    found = await few_at_once(one, what, at_once)
    return tuple(each for each in found if each is not None)


async def or_looked_up(do: Callable[[], Awaitable[T]], look: Callable[[], Awaitable[T | None]]) -> T:
    """Change something; where the answer is lost, look whether it was done all the same.

    Args:
        do: Makes the change.
        look: Reads what the answer would have been; None where it was not done.

    Raises:
        NoAnswer: It was not done, or that cannot be told.
    """
    from tui.ordercloud import errors

    try:
        return await do()
    except errors.NoAnswer as lost:
        try:
            found = await look()
        except errors.OrderCloudError:
            raise lost from None
        if found is None:
            raise
        return found


async def or_done(
    patch: Callable[[], Awaitable[ApiClient]], read: Callable[[], Awaitable[ApiClient]], changes: Mapping[str, JSON]
) -> ApiClient:
    """Change fields of an API client; where the answer is lost, look. Raises as `or_looked_up` does."""

    async def look() -> ApiClient | None:
        now = await read()
        wire = now.to_wire()
        return now if all(same_json(wire.get(name), value) for name, value in changes.items()) else None

    return await or_looked_up(patch, look)


async def or_gone(delete: Callable[[], Awaitable[object]], read: Callable[[], Awaitable[object]]) -> None:
    """Delete something; where the answer is lost, look. Raises as `or_looked_up` does."""
    from tui.ordercloud import errors

    async def look() -> object | None:
        try:
            await read()
        except errors.NotFound:
            return True
        return None

    await or_looked_up(delete, look)


def created(api_client: ApiClient) -> Record:
    """Return the record of an API client that was created."""
    unkept = (SECRET,) if api_client.client_secret else ()
    after = without_secret(api_client.to_wire())
    return Record(ChangeKind.CREATED, api_client.id, api_client.app_name, after=after, unkept=unkept)


def is_of(assignment: ApiClientAssignment, party: Party) -> bool:
    """Return whether an assignment is that of a company."""
    company = assignment.buyer_id if party.kind is PartyKind.BUYER else assignment.supplier_id
    return company == party.id


def members_stay(members: Sequence[str]) -> str:
    """Say which members of xp a PATCH leaves behind."""
    names = ", ".join(f"xp.{each}" for each in members)
    stays = "stays, as null" if len(members) == 1 else "stay, as null"
    return f"{names} {stays}: a PATCH cannot take a member of xp away"
