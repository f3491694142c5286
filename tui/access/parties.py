"""Which party may use an API client: by its AllowAny flag, by an assignment, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from tui.access.facts import ApiClientFacts, AssignmentFacts, Party, PartyKind
from tui.access.words import count, list_some

FLAG_OF_KIND = {
    PartyKind.SELLER: "AllowSeller",
    PartyKind.BUYER: "AllowAnyBuyer",
    PartyKind.SUPPLIER: "AllowAnySupplier",
}
"""The wire name of the flag which lets in every party of a kind."""


class By(StrEnum):
    """What decides: the flag of the party's kind, its assignment, or nothing (and so it is refused)."""

    FLAG = "flag"
    ASSIGNMENT = "assignment"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PartyAccess:
    """The answer for one party. `nullified` says that it is assigned, and that the flag takes the effect away."""

    allowed: bool
    by: By
    nullified: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Gate:
    """The party access of one API client, prepared once so that asking for thousands of parties is cheap."""

    allow_seller: bool
    allow_any_buyer: bool
    allow_any_supplier: bool
    buyers: frozenset[str] = frozenset()
    suppliers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, api_client: ApiClientFacts, assignments: Iterable[AssignmentFacts] = ()) -> Self:
        """Prepare the gate of an API client; assignments of other API clients are left out."""
        own_id = api_client.id.lower()
        own = [each for each in assignments if each.api_client_id.lower() == own_id]
        return cls(
            api_client.allow_seller,
            api_client.allow_any_buyer,
            api_client.allow_any_supplier,
            frozenset(each.buyer_id for each in own if each.buyer_id),
            frozenset(each.supplier_id for each in own if each.supplier_id),
        )

    def by(self, kind: PartyKind, party_id: str) -> By:
        """What lets this party in. There is no assignment for the seller."""
        if kind is PartyKind.BUYER:
            flag, assigned = self.allow_any_buyer, self.buyers
        elif kind is PartyKind.SUPPLIER:
            flag, assigned = self.allow_any_supplier, self.suppliers
        else:
            return By.FLAG if self.allow_seller else By.NOTHING
        if flag:
            return By.FLAG
        return By.ASSIGNMENT if party_id in assigned else By.NOTHING

    def flag(self, kind: PartyKind) -> bool:
        """Whether the flag of this kind is on."""
        if kind is PartyKind.SELLER:
            return self.allow_seller
        return self.allow_any_buyer if kind is PartyKind.BUYER else self.allow_any_supplier

    def assigned(self, kind: PartyKind) -> frozenset[str]:
        """The IDs of the assigned companies of this kind, nullified or not."""
        if kind is PartyKind.SELLER:
            return frozenset()
        return self.buyers if kind is PartyKind.BUYER else self.suppliers

    def nullifies(self, kind: PartyKind, party_id: str) -> bool:
        """Whether this party is assigned to no effect, because the flag of its kind lets in everybody."""
        return self.flag(kind) and party_id in self.assigned(kind)

    def access(self, party: Party) -> PartyAccess:
        """Give the whole answer for one party, with its reason."""
        by = self.by(party.kind, party.id)
        nullified = self.nullifies(party.kind, party.id)
        return PartyAccess(by is not By.NOTHING, by, nullified, self._reason(party, by, nullified=nullified))

    def _reason(self, party: Party, by: By, *, nullified: bool) -> str:
        kind, flag = party.kind, FLAG_OF_KIND[party.kind]
        if kind is PartyKind.SELLER:
            if by is By.FLAG:
                return "AllowSeller is on, so the seller's users may use it."
            return "AllowSeller is off, and there is no such thing as a seller assignment."
        if by is By.FLAG:
            reason = f"{flag} is on, so every {kind} may use it."
            return f"{reason} The assignment of {party.label} is nullified by the flag." if nullified else reason
        assigned = self.assigned(kind)
        others = len(assigned) - (party.id in assigned)
        if by is By.ASSIGNMENT:
            company = "the only one" if others == 0 else f"one of {others + 1} {kind}s"
            return f"{flag} is off, and {party.label} is assigned ({company})."
        rest = f"no {kind} is" if others == 0 else f"{count(others, f'other {kind}')} {'is' if others == 1 else 'are'}"
        return f"{flag} is off, and {party.label} is not assigned ({rest})."

    def near_misses(self, party: Party) -> tuple[str, ...]:
        """Say what nearly lets in a refused party: access that others have, and assignments that only look right."""
        if self.by(party.kind, party.id) is not By.NOTHING:
            return ()
        misses: list[str] = []
        alike = [each for each in self.assigned(party.kind) if each.lower() == party.id.lower()]
        misses += [
            f"The assigned {party.kind} is {each}: the ID {party.id} differs in case only." for each in sorted(alike)
        ]
        whose = "the seller" if party.kind is PartyKind.SELLER else f"a {party.kind}"
        for kind in PartyKind:
            if kind is party.kind:
                continue
            if self.flag(kind):
                misses.append(f"{FLAG_OF_KIND[kind]} is on, but the user belongs to {whose}.")
            elif party.id in self.assigned(kind):
                misses.append(f"An assignment exists for {kind} {party.id}, but the user belongs to {whose}.")
            elif others := self.assigned(kind):
                verb = "An assignment exists" if len(others) == 1 else "Assignments exist"
                misses.append(f"{verb} for {kind} {list_some(others)}, but the user belongs to {whose}.")
        return tuple(misses)


def who_may_use(api_client: ApiClientFacts, party: Party, assignments: Iterable[AssignmentFacts] = ()) -> PartyAccess:
    """Whether a party may use an API client. To ask for many parties, prepare a `Gate` once."""
    return Gate.of(api_client, assignments).access(party)
