"""What advice is about, for its tests: the facts of one API client, and the same facts after a fix."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.access.world import NOW, Assignment, Client, Secret
from tui.access.advice import NOTHING_MORE, Advice, Assign, DeleteSecrets, Fix, Knowledge, Patch, Unassign, advise
from tui.access.facts import Party, PartyKind, User
from tui.ordercloud.models import ApiClient


@dataclass(frozen=True)
class World:
    """The facts of one API client."""

    client: Client
    secrets: tuple[Secret, ...] = ()
    assigned: tuple[Assignment, ...] = ()
    user: User | None = None
    more: Knowledge = NOTHING_MORE

    def advice(self) -> dict[str, Advice]:
        """Return the advice by its ID."""
        given = advise(self.client, self.secrets, self.assigned, self.user, NOW, self.more)
        assert len({each.id for each in given}) == len(given)
        return {each.id: each for each in given}


def mended(world: World, fix: Fix) -> World:
    """Return the facts as they are once a fix was applied."""
    if isinstance(fix, Patch):
        names = {wire: name for name, wire in ApiClient.wire_names().items()}
        # The names are those of the wire; each has its field here.
        changes: dict[str, object] = {names[wire]: value for wire, value in fix.changes.items()}
        return replace(world, client=replace(world.client, **changes))  # type: ignore[arg-type]
    if isinstance(fix, Assign):
        return replace(world, assigned=(*world.assigned, *map(_assignment, fix.parties)))
    if isinstance(fix, Unassign):
        gone = {(party.kind, party.id) for party in fix.parties}
        left = tuple(each for each in world.assigned if not _companies(each) & gone)
        return replace(world, assigned=left)
    assert isinstance(fix, DeleteSecrets)
    client = replace(world.client, client_secret=None) if fix.legacy else world.client
    return replace(world, client=client, secrets=tuple(each for each in world.secrets if each.id not in fix.ids))


def _assignment(party: Party) -> Assignment:
    if party.kind is PartyKind.BUYER:
        return Assignment(buyer_id=party.id)
    return Assignment(supplier_id=party.id)


def _companies(assignment: Assignment) -> set[tuple[PartyKind, str]]:
    found = {(PartyKind.BUYER, assignment.buyer_id), (PartyKind.SUPPLIER, assignment.supplier_id)}
    return {(kind, each) for kind, each in found if each}
