"""The matrix of who gets in: every party by every API client, each cell with how it stands and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from tui.access.facts import ApiClientFacts, AssignmentFacts, Party, PartyKind
from tui.access.parties import FLAG_OF_KIND, Gate

KIND_LETTERS: Mapping[PartyKind, str] = {PartyKind.SELLER: "S", PartyKind.BUYER: "B", PartyKind.SUPPLIER: "V"}
"""The letters of the list in Clients; V is a vendor, for S is taken."""

COLUMNS_KEPT = 200
"""So many columns that were worked out are kept."""


class Standing(StrEnum):
    """How a party stands with an API client. Inactive: it would be let in, were both of them active."""

    FLAG = "by flag"
    ASSIGNMENT = "by assignment"
    NULLIFIED = "by flag, assignment nullified"
    REFUSED = "refused"
    INACTIVE = "inactive"
    INACTIVE_NULLIFIED = "inactive, assignment nullified"

    @property
    def gets_in(self) -> bool:
        """Whether the party's users get in now."""
        return self in _IN

    @property
    def sign(self) -> str:
        """One or two characters that stand for it; each is another one, whatever its colour."""
        return _SIGNS[self]


_SIGNS = {
    Standing.FLAG: "\u2713*",
    Standing.ASSIGNMENT: "\u2713",
    Standing.NULLIFIED: "\u2713\u2298",
    Standing.REFUSED: "\u00b7",
    Standing.INACTIVE: "\u25cb",
    Standing.INACTIVE_NULLIFIED: "\u25cb\u2298",
}
_IN = frozenset({Standing.FLAG, Standing.ASSIGNMENT, Standing.NULLIFIED})


@dataclass(frozen=True, slots=True)
class Tally:
    """How some parties stand with one API client, counted."""

    counts: Mapping[Standing, int]

    @property
    def total(self) -> int:
        """How many parties there are."""
        return sum(self.counts.values())

    @property
    def gets_in(self) -> int:
        """How many of them get in now."""
        return sum(number for standing, number in self.counts.items() if standing.gets_in)

    def of(self, standing: Standing) -> int:
        """How many stand so."""
        return self.counts.get(standing, 0)


@dataclass(frozen=True)
class AccessMatrix:
    """Parties by API clients. Assignments are by the ID of their API client, as its facts spell it.

    A cell is worked out when it is asked for; a whole column costs little more than its parties' number.
    """

    parties: Sequence[Party]
    api_clients: Sequence[ApiClientFacts]
    assignments: Mapping[str, Sequence[AssignmentFacts]]
    _columns: dict[int, tuple[Standing, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Each API client's party access, prepared once."""
        return tuple(Gate.of(each, self.assignments.get(each.id, ())) for each in self.api_clients)

    @cached_property
    def counts(self) -> Mapping[PartyKind, int]:
        """How many parties there are of each kind."""
        return Counter(each.kind for each in self.parties)

    def standing(self, row: int, column: int) -> Standing:
        """Return how one party stands with one API client."""
        if (known := self._columns.get(column)) is not None:
            return known[row]
        party, gate = self.parties[row], self.gates[column]
        standing = _WHILE_ACTIVE[gate.flag(party.kind), party.id in gate.assigned(party.kind)]
        return standing if party.active and self.api_clients[column].active else _WHILE_INACTIVE[standing]

    def column(self, column: int) -> tuple[Standing, ...]:
        """Return how every party stands with one API client: the same as `standing` says cell by cell, but quicker."""
        if (known := self._columns.get(column)) is None:
            if len(self._columns) >= COLUMNS_KEPT:
                self._columns.clear()
            known = self._columns[column] = tuple(self._work_out(column))
        return known

    def tally(self, rows: Iterable[int], column: int) -> Tally:
        """Count how some parties, by their rows, stand with one API client."""
        standings = self.column(column)
        return Tally(Counter(standings[row] for row in rows))

    def _work_out(self, column: int) -> Iterable[Standing]:
        gate, inactive = self.gates[column], not self.api_clients[column].active
        plain, assigned = {}, {}
        for kind in PartyKind:
            by_flag = gate.flag(kind)
            plain[kind], assigned[kind] = _WHILE_ACTIVE[by_flag, False], _WHILE_ACTIVE[by_flag, True]
        ids = {kind: gate.assigned(kind) for kind in PartyKind}
        for kind, party_id, active in self._keys:
            standing = assigned[kind] if party_id in ids[kind] else plain[kind]
            yield standing if active and not inactive else _WHILE_INACTIVE[standing]

    @cached_property
    def _keys(self) -> tuple[tuple[PartyKind, str, bool], ...]:
        return tuple((each.kind, each.id, each.active) for each in self.parties)


_WHILE_ACTIVE = {
    (True, True): Standing.NULLIFIED,
    (True, False): Standing.FLAG,
    (False, True): Standing.ASSIGNMENT,
    (False, False): Standing.REFUSED,
}
"""How a party stands by the flag of its kind and by its assignment, while both sides are active."""
_WHILE_INACTIVE = {
    Standing.FLAG: Standing.INACTIVE,
    Standing.ASSIGNMENT: Standing.INACTIVE,
    Standing.NULLIFIED: Standing.INACTIVE_NULLIFIED,
    Standing.REFUSED: Standing.REFUSED,
}


def why(matrix: AccessMatrix, row: int, column: int) -> str:
    """Say in a sentence or two why one party may or may not use one API client."""
    party, api_client = matrix.parties[row], matrix.api_clients[column]
    reason = matrix.gates[column].access(party).reason
    if not matrix.standing(row, column).value.startswith("inactive"):
        return reason
    whose = "API client" if not api_client.active else str(party.kind)
    return f"{reason} But the {whose} is not active, and that stops every grant."


def why_in_short(matrix: AccessMatrix, row: int, column: int) -> str:
    """Say the same in a few words, for one line of a list."""
    party, gate, client = matrix.parties[row], matrix.gates[column], matrix.api_clients[column]
    flag, kind = FLAG_OF_KIND[party.kind], party.kind
    assigned = gate.assigned(kind)
    standing = matrix.standing(row, column)
    if gate.flag(kind):
        told = f"{flag} is on"
        told += "; its assignment is nullified" if party.id in assigned else ""
    elif kind is PartyKind.SELLER:
        told = f"{flag} is off"
    elif party.id in assigned:
        told = "assigned, the only one" if len(assigned) == 1 else f"assigned, one of {len(assigned):,} {kind}s"
    else:
        told = f"{flag} is off, and it is not assigned"
    if standing in (Standing.INACTIVE, Standing.INACTIVE_NULLIFIED):
        told += f"; the {'API client' if not client.active else kind} is not active"
    return told


def narrowed(texts: Sequence[str], words: str) -> tuple[int, ...]:
    """Return the places of those texts, given in small letters, that contain every one of some words, in any order."""
    wanted = words.casefold().split()
    if not wanted:
        return tuple(range(len(texts)))
    return tuple(place for place, text in enumerate(texts) if all(word in text for word in wanted))


def party_texts(parties: Iterable[Party]) -> tuple[str, ...]:
    """Return what a filter looks at of each party: name, ID, kind and state, in small letters."""
    return tuple(
        f"{each.label} {each.id} {each.kind}{'' if each.active else ' inactive'}".casefold() for each in parties
    )


def client_texts(api_clients: Iterable[ApiClientFacts]) -> tuple[str, ...]:
    """Return the same of each API client."""
    return tuple(f"{each.app_name} {each.id}{'' if each.active else ' inactive'}".casefold() for each in api_clients)
