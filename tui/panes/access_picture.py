"""What Access shows: parties by API clients as one picture, and the reason for each of its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from textual.content import Content

from tui.access.facts import Party, PartyKind, SecretFacts
from tui.access.grants import Offer, offers
from tui.access.matrix import AccessMatrix, Standing, client_texts, party_texts, why_in_short
from tui.access.parties import FLAG_OF_KIND, By, Gate, PartyAccess
from tui.access.words import shorten
from tui.widgets.matrix import Sign
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient, ApiClientAssignment

_TONES: Mapping[Standing, str] = {
    Standing.FLAG: "good",
    Standing.ASSIGNMENT: "good",
    Standing.NULLIFIED: "special",
    Standing.REFUSED: "quiet",
    Standing.INACTIVE: "bad",
    Standing.INACTIVE_NULLIFIED: "bad",
}
SIGNS: Mapping[Standing, Sign] = {each: Sign(each.sign, _TONES[each]) for each in Standing}
"""What a cell shows of how a party stands; each is told apart without its colour."""

LEGEND: tuple[tuple[Sign, str], ...] = (
    (SIGNS[Standing.FLAG], "flag"),
    (SIGNS[Standing.ASSIGNMENT], "assigned"),
    (SIGNS[Standing.NULLIFIED], "nullified"),
    (SIGNS[Standing.REFUSED], "refused"),
    (SIGNS[Standing.INACTIVE], "inactive"),
)
TONE_COLOURS: Mapping[str, str] = {
    "good": "$allowed",
    "bad": "$refused",
    "special": "$nullified",
    "quiet": "$muted",
}
"""The theme's variable for each tone of a sign."""


@dataclass(frozen=True)
class Picture:
    """Everything the matrix shows, read at one moment. A cell is worked out when it is looked at."""

    parties: tuple[Party, ...]
    api_clients: tuple[ApiClient, ...]
    assignments: Mapping[str, Sequence[ApiClientAssignment]]

    @cached_property
    def matrix(self) -> AccessMatrix:
        """How every party stands with every API client."""
        return AccessMatrix(self.parties, self.api_clients, self.assignments)

    @cached_property
    def party_texts(self) -> tuple[str, ...]:
        """What a filter looks at of each party."""
        return party_texts(self.parties)

    @cached_property
    def client_texts(self) -> tuple[str, ...]:
        """What a filter looks at of each API client."""
        return client_texts(self.api_clients)

    def has(self, row: int, column: int) -> bool:
        """Whether there is such a cell."""
        return 0 <= row < len(self.parties) and 0 <= column < len(self.api_clients)

    def names(self, row: int, column: int) -> tuple[Party | None, str]:
        """Return which party and which API client (by its ID) a cell belongs to."""
        return (self.parties[row], self.api_clients[column].id) if self.has(row, column) else (None, "")

    def find(self, names: tuple[Party | None, str]) -> tuple[int, int] | None:
        """Return the cell of a party and an API client; None when either is gone."""
        party, api_client_id = names
        if party is None:
            return None
        rows = (row for row, each in enumerate(self.parties) if (each.kind, each.id) == (party.kind, party.id))
        columns = (column for column, each in enumerate(self.api_clients) if each.id == api_client_id)
        row, column = next(rows, None), next(columns, None)
        return None if row is None or column is None else (row, column)

    def sign(self, row: int, column: int) -> Sign:
        """Return what one cell shows."""
        return SIGNS[self.matrix.standing(row, column)]

    def why(self, row: int, column: int) -> str:
        """Say in a few words why one cell is as it is."""
        return why_in_short(self.matrix, row, column)

    def reason(self, row: int, column: int) -> Reason:
        """Return everything there is to say about one cell."""
        party, api_client = self.parties[row], self.api_clients[column]
        gate = self.matrix.gates[column]
        return Reason(party, api_client, gate.access(party), gate, self.matrix.counts[party.kind])


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one party may or may not use one API client. `of_kind` counts the parties of the same kind."""

    party: Party
    api_client: ApiClient
    access: PartyAccess
    gate: Gate
    of_kind: int

    @property
    def verdict(self) -> tuple[str, str]:
        """The answer in a few words, and its colour."""
        if not self.access.allowed:
            return "REFUSED", "$refused"
        how = f"by {FLAG_OF_KIND[self.party.kind]}" if self.access.by is By.FLAG else "by assignment"
        if not self.api_client.active:
            return f"REFUSED while the API client is inactive (allowed {how})", "$refused"
        if not self.party.active:
            return f"REFUSED while the {self.party.kind} is inactive (allowed {how})", "$refused"
        return f"ALLOWED {how}", "$allowed"

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The fields the answer rests on, by their wire names."""
        kind = self.party.kind
        found = [("Active", _on(self.api_client.active)), (FLAG_OF_KIND[kind], _on(self.gate.flag(kind)))]
        if kind is not PartyKind.SELLER:
            assigned = self.gate.assigned(kind)
            mine = ", this one too" if self.party.id in assigned else ", not this one" if assigned else ""
            found.append(("assignments", f"{len(assigned)} of {self.of_kind} {kind}s{mine}"))
        return tuple(found)

    @property
    def otherwise(self) -> tuple[str, ...]:
        """What one change would make of it, as the rules answer for the changed gate."""
        kind, name = self.party.kind, FLAG_OF_KIND[self.party.kind]
        told: list[str] = []
        if self.gate.flag(kind):
            told.append(f"With {name} off: {self._without_flag()}")
        elif self.access.by is By.ASSIGNMENT:
            told.append(f"Without the assignment: {_word(self._gate(drop=True))}")
        elif kind is PartyKind.SELLER:
            told.append(f"With {name} on: allowed")
        else:
            told.append(f"Assigned, or with {name} on: allowed")
        return tuple(told)

    def _without_flag(self) -> str:
        by = self._gate(flag_off=True)
        return "allowed by the assignment, which counts again" if by is By.ASSIGNMENT else _word(by)

    def _gate(self, *, flag_off: bool = False, drop: bool = False) -> By:
        """Ask the rules what lets the party in after a change of the gate."""
        gate, party = self.gate, self.party
        if flag_off:
            gate = replace(gate, allow_seller=False, allow_any_buyer=False, allow_any_supplier=False)
        if drop:
            gone = frozenset({party.id})
            gate = replace(gate, buyers=gate.buyers - gone, suppliers=gate.suppliers - gone)
        return gate.by(party.kind, party.id)

    def content(self, secrets: Sequence[SecretFacts] | None = None) -> Content:
        """Return the panel's text; what the grants need is told once the named secrets are known."""
        verdict, colour = self.verdict
        lines = [
            Content.assemble(
                literal(shorten(self.party.label), "bold"),
                " \u2192 ",
                literal(shorten(self.api_client.app_name), "bold"),
            ),
            Content.styled(verdict, f"bold {colour}"),
            literal(self.access.reason),
            *(Content.styled(each, "$text-accent") for each in self.otherwise),
            *(literal(f"Nearly: {each}", "$warning") for each in self.gate.near_misses(self.party)),
            Content(" \u00b7 ").join(
                Content.assemble((f"{name} ", "$muted"), literal(value)) for name, value in self.fields
            ),
        ]
        if secrets is not None:
            own = "Grants of " + self.api_client.app_name
            lines += [Content(""), literal(own, "$muted"), *map(_offer, offers(self.api_client, secrets))]
        return Content("\n").join(lines)


def _offer(offer: Offer) -> Content:
    sign, colour = (Standing.ASSIGNMENT.sign, "$allowed") if offer.can else (Standing.REFUSED.sign, "$muted")
    return Content.assemble((f"{sign} {offer.kind.value}  ", colour), literal(offer.why))


def _on(flag: bool) -> str:
    return "on" if flag else "off"


def _word(by: By) -> str:
    return "refused" if by is By.NOTHING else f"allowed by {by}"


def legend_text(signs: tuple[tuple[Sign, str], ...] = LEGEND) -> Content:
    """Return what the signs mean, in a line."""
    return Content("  ").join(
        Content.assemble((sign.text, TONE_COLOURS[sign.tone]), f" {words}") for sign, words in signs
    )
