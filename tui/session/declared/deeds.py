"""The single changes of a plan, each with a look before it, a look after it where it is not known, and its way back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.access.facts import PartyKind
from tui.access.xp import JSON, left_over, same_json, xp_patch
from tui.session import bulk
from tui.session.bulk import Found, Undo
from tui.session.changes import members_stay
from tui.session.declared.activating import Activating
from tui.session.declared.document import FIELDS, NAME, XP, tidy, to_wire
from tui.session.declared.plan import Match, Step, Verb
from tui.session.declared.telling import told
from tui.session.facts import assignment_of
from tui.session.failures import CannotUndo, ChangedElsewhere, Declined, nothing_sent

if TYPE_CHECKING:
    from tui.access.facts import Party
    from tui.ordercloud.models import ApiClient, ApiClientAssignment
    from tui.session.opening import Opened

_OF_FILTERS = frozenset("|*!<>")


class NotCreated(Declined):
    """Something was to be assigned to an API client that was not created."""


class AlreadyThere(Declined):
    """Something was to be created that somebody else has created meanwhile."""


class Deeds:
    """Makes the steps of a job out of steps of a plan."""

    def __init__(self, opened: Opened, steps: Sequence[Step]) -> None:
        self._client = opened.client
        self._marketplace = opened.marketplace
        self._renamed = {step.match.id for step in steps if step.verb is Verb.CHANGE and step.field == NAME}
        self._created: dict[str, str] = {}
        self._assigned: dict[str, frozenset[tuple[PartyKind, str]]] = {}
        self._looking = asyncio.Lock()
        self._activating = Activating(opened)

    def begin(self) -> None:
        """Forget what was looked at before: a run begins, perhaps long after the last one."""
        self._assigned.clear()

    async def read_again(self) -> None:
        """Let everybody see the marketplace as it is now, as far as it answers."""
        from tui.ordercloud.errors import OrderCloudError

        self._marketplace.forget()
        try:
            async for _ in self._marketplace.read_api_clients():
                pass
        except OrderCloudError:
            return

    def step(self, key: Hashable, steps: Sequence[Step]) -> bulk.Step:
        """Return the step that makes one change, or all changes of one API client's fields."""
        first = steps[0]
        match first.verb:
            case Verb.CREATE:
                do, verify, repeatable = self._create(first.match), self._look_created(first.match), False
            case Verb.CHANGE:
                do, verify, repeatable = self._change(steps), self._look_changed(steps), True
            case Verb.DELETE:
                do, verify, repeatable = self._delete(first.match), self._look_deleted(first.match), False
            case Verb.ASSIGN:
                do, verify, repeatable = self._assign(first), self._look_assigned(first, wanted=True), True
            case Verb.UNASSIGN:
                do, verify, repeatable = self._unassign(first), self._look_assigned(first, wanted=False), True
            case Verb.ACTIVATE | Verb.DEACTIVATE:
                do, verify, repeatable = self._activating.do(first), self._activating.look(first), True
        detail = ", ".join(step.what for step in steps)
        return bulk.Step(key, first.match.label, do, detail, verify, repeatable)

    # -- creating ------------------------------------------------------------------------------------------------

    def _create(self, match: Match) -> Do:
        wanted = match.wanted
        assert wanted is not None, "what is created is wanted"

        async def do() -> Undo | None:
            with nothing_sent():
                same = await self._named(wanted.name)
            if same:
                raise AlreadyThere(f"{wanted.name} is here by now ({same[0].id}); make the plan again.")
            wire = {name: to_wire(name, value) for name, value in wanted.fields.items()}
            created = await self._client.api_clients.create(
                {name: value for name, value in wire.items() if value is not None}
            )
            return self._note_created(match, created)

        return do

    def _look_created(self, match: Match) -> Look:
        async def look() -> Found:
            found = await self._named(match.label)
            return Found(True, self._note_created(match, found[0])) if len(found) == 1 else Found(False)

        return look

    def _note_created(self, match: Match, created: ApiClient) -> Undo:
        self._created[match.label] = created.id

        async def undo() -> str:
            now = await self._client.api_clients.get(created.id)
            secrets = self._client.api_clients.secrets(created.id)
            if not same_json(now.to_wire(), created.to_wire()) or [each async for each in secrets.iterate()]:
                raise CannotUndo(f"{created.app_name} was changed since it was created; delete it instead.")
            await self._client.api_clients.delete(created.id)
            return ""

        return undo

    async def _named(self, name: str) -> list[ApiClient]:
        """Return the API clients of a name as they are now, but for those that give it up in the same plan."""
        from tui.ordercloud import ListQuery

        # A name that means something to a filter is looked for in all of them.
        plain = not _OF_FILTERS & set(name) and name == name.strip()
        query = ListQuery(filters={"AppName": name}) if plain else ListQuery()
        found = [each async for each in self._client.api_clients.iterate(query) if each.app_name == name]
        return [each for each in found if each.id not in self._renamed]

    # -- changing ------------------------------------------------------------------------------------------------

    def _change(self, steps: Sequence[Step]) -> Do:
        match = steps[0].match

        async def do() -> Undo | None:
            with nothing_sent():
                now = await self._marketplace.api_client(match.id)
            wire = now.to_wire()
            todo = [step for step in steps if not _is(step.field, wire, step.after)]
            moved = {
                step.field: (told(step.field, step.before), told(step.field, tidy(step.field, wire.get(step.field))))
                for step in todo
                if not _is(step.field, wire, step.before)
            }
            if moved:
                raise ChangedElsewhere(now, moved)
            if not todo:
                return None
            changes = {step.field: to_wire(step.field, step.after) for step in todo}
            after = await self._patch(now, changes)
            return self._change_back(after, {name: wire.get(name) for name in changes})

        return do

    async def _patch(self, now: ApiClient, changes: Mapping[str, JSON]) -> ApiClient:
        self._marketplace.way_in.decline(await self._marketplace.way_in.after_patch(now, changes))
        body = {name: xp_patch(now.xp, value) if name == XP else value for name, value in changes.items()}
        return await self._client.api_clients.patch(now.id, body)

    def _look_changed(self, steps: Sequence[Step]) -> Look:
        match = steps[0].match

        async def look() -> Found:
            now = await self._marketplace.api_client(match.id)
            wire = now.to_wire()
            if not all(_is(step.field, wire, step.after) for step in steps):
                return Found(False)
            there = match.there
            before = {step.field: None if there is None else there.wire.get(step.field) for step in steps}
            return Found(True, self._change_back(now, before))

        return look

    def _change_back(self, after: ApiClient, before: Mapping[str, JSON]) -> Undo:
        made = after.to_wire()

        async def undo() -> str:
            now = await self._client.api_clients.get(after.id)
            wire = now.to_wire()
            if moved := [name for name in before if not same_json(wire.get(name), made.get(name))]:
                raise CannotUndo(f"{after.app_name}: {', '.join(moved)} changed again since.")
            restored = await self._patch(now, before)
            over = left_over(restored.xp, before[XP]) if XP in before else ()
            return f"{members_stay(over)}." if over else ""

        return undo

    # -- deleting ------------------------------------------------------------------------------------------------

    def _delete(self, match: Match) -> Do:
        there = match.there
        assert there is not None, "what is deleted is there"

        async def do() -> Undo | None:
            with nothing_sent():
                now = await self._marketplace.api_client(there.id)
            wire = now.to_wire()
            moved = {
                name: (told(name, there.fields.get(name)), told(name, tidy(name, wire.get(name))))
                for name in FIELDS
                if not _is(name, wire, there.fields.get(name))
            }
            if moved:
                raise ChangedElsewhere(now, moved)
            self._marketplace.way_in.decline(await self._marketplace.way_in.after_deleting(now))
            await self._client.api_clients.delete(now.id)
            return None

        return do

    def _look_deleted(self, match: Match) -> Look:
        async def look() -> Found:
            from tui.ordercloud.errors import NotFound

            try:
                await self._client.api_clients.get(match.id)
            except NotFound:
                return Found(True)
            return Found(False)

        return look

    # -- assigning -----------------------------------------------------------------------------------------------

    def _assign(self, step: Step) -> Do:
        party = _party_of(step)

        async def do() -> Undo | None:
            id = self._id_of(step.match)
            if (party.kind, party.id) in await self._assigned_to(id):
                return None
            await self._client.api_clients.assignments.assign(assignment_of(id, party))
            return self._assign_back(id, party, assigned=True)

        return do

    def _unassign(self, step: Step) -> Do:
        party = _party_of(step)

        async def do() -> Undo | None:
            id = self._id_of(step.match)
            if (party.kind, party.id) not in await self._assigned_to(id):
                return None
            await self._client.api_clients.assignments.unassign(assignment_of(id, party))
            return self._assign_back(id, party, assigned=False)

        return do

    def _assign_back(self, id: str, party: Party, *, assigned: bool) -> Undo:
        async def undo() -> str:
            if await self._marketplace.is_assigned(id, party) is not assigned:
                raise CannotUndo(f"{party.label} is {'not assigned any more' if assigned else 'assigned again'}.")
            assignments = self._client.api_clients.assignments
            if assigned:
                await assignments.unassign(assignment_of(id, party))
            else:
                await assignments.assign(assignment_of(id, party))
            return ""

        return undo

    def _look_assigned(self, step: Step, *, wanted: bool) -> Look:
        party = _party_of(step)

        async def look() -> Found:
            id = self._id_of(step.match)
            if await self._marketplace.is_assigned(id, party) is not wanted:
                return Found(False)
            return Found(True, self._assign_back(id, party, assigned=wanted))

        return look

    def _id_of(self, match: Match) -> str:
        if id := match.id or self._created.get(match.label, ""):
            return id
        raise NotCreated(f"{match.label} was not created.")

    async def _assigned_to(self, id: str) -> frozenset[tuple[PartyKind, str]]:
        """Return what was assigned to an API client when the first of its assignments was about to be changed."""
        async with self._looking:
            if id not in self._assigned:
                every = self._client.api_clients.assignments.iterate(api_client_id=id)
                with nothing_sent():
                    found = [_pair(each) async for each in every]
                self._assigned[id] = frozenset(found)
        return self._assigned[id]


Do = Callable[[], Awaitable[Undo | None]]
Look = Callable[[], Awaitable[Found]]


def _pair(assignment: ApiClientAssignment) -> tuple[PartyKind, str]:
    if assignment.buyer_id:
        return PartyKind.BUYER, assignment.buyer_id
    return PartyKind.SUPPLIER, assignment.supplier_id or ""


def _is(name: str, wire: Mapping[str, JSON], value: JSON) -> bool:
    return same_json(tidy(name, wire.get(name)), value)


def _party_of(step: Step) -> Party:
    assert step.party is not None, "an assignment is of a company"
    return step.party
