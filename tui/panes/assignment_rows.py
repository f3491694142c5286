"""The rows of an API client's assignments: its three flags, then every company, as far as they are here."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from textual.content import Content

from tui.access.facts import Party, PartyKind
from tui.access.parties import FLAG_OF_KIND, By, Gate
from tui.access.words import count
from tui.widgets.plain import literal
from tui.widgets.row_list import Column

if TYPE_CHECKING:
    from tui.session.company_pages import CompanyList

FLAG_TITLES = {
    PartyKind.SELLER: "The seller",
    PartyKind.BUYER: "Any buyer",
    PartyKind.SUPPLIER: "Any supplier",
}


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One of the three flags, with how many assignments of its kind there are, and of how many companies."""

    kind: PartyKind
    on: bool
    assigned: int
    total: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The row's identity."""
        return ("flag", self.kind.value)

    @property
    def told(self) -> str:
        """Explain the flag as it stands."""
        name, kind = FLAG_OF_KIND[self.kind], self.kind.value
        if self.kind is PartyKind.SELLER:
            if self.on:
                return f"{name} is on: every seller user may use it."
            return f"{name} is off: no seller user may; there is no assignment for the seller."
        of_how_many = "" if self.total is None else f" of {count(self.total, kind)}"
        if self.on:
            nullified = f" Its {self.assigned:,} {kind} assignments are nullified meanwhile." if self.assigned else ""
            return f"{name} is on: every {kind} may use it.{nullified}"
        return f"{name} is off: only the {kind}s assigned may use it ({self.assigned:,}{of_how_many} now)."


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One company: whether it is assigned, and what that comes to."""

    party: Party
    assigned: bool
    by: By
    nullified: bool

    @classmethod
    def of(cls, gate: Gate, party: Party) -> CompanyRow:
        """Look a company up."""
        assigned = party.id in gate.assigned(party.kind)
        return cls(party, assigned, gate.by(party.kind, party.id), gate.nullifies(party.kind, party.id))

    @property
    def key(self) -> tuple[str, str]:
        """The row's identity."""
        return (self.party.kind.value, self.party.id)


AssignmentRow = FlagRow | CompanyRow


class AssignmentRows(Sequence[AssignmentRow | None]):
    """Flags and companies in one list. A company's row is made when it is asked for: there may be 100,000."""

    def __init__(self, flags: Sequence[FlagRow], companies: CompanyList, gate: Gate) -> None:
        self.flags = tuple(flags)
        self.companies = companies
        self.gate = gate

    @classmethod
    def flags_of(cls, gate: Gate, totals: Callable[[PartyKind], int | None]) -> tuple[FlagRow, ...]:
        """Return the flags of an API client."""
        return (
            FlagRow(PartyKind.SELLER, gate.allow_seller, 0),
            FlagRow(PartyKind.BUYER, gate.allow_any_buyer, len(gate.buyers), totals(PartyKind.BUYER)),
            FlagRow(PartyKind.SUPPLIER, gate.allow_any_supplier, len(gate.suppliers), totals(PartyKind.SUPPLIER)),
        )

    def __len__(self) -> int:
        return len(self.flags) + len(self.companies)

    @overload
    def __getitem__(self, index: int) -> AssignmentRow | None: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[AssignmentRow | None]: ...
    def __getitem__(self, index: int | slice) -> AssignmentRow | Sequence[AssignmentRow | None] | None:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        place = index % len(self)
        if place < len(self.flags):
            return self.flags[place]
        party = self.companies[place - len(self.flags)]
        return None if party is None else CompanyRow.of(self.gate, party)

    def places(self) -> Iterator[tuple[int, AssignmentRow]]:
        """Return the rows that are here, each with its place."""
        yield from enumerate(self.flags)
        for place, party in self.companies.places():
            yield len(self.flags) + place, CompanyRow.of(self.gate, party)


def key_of(row: AssignmentRow) -> Hashable:
    """Return a row's identity."""
    return row.key


# -- columns --------------------------------------------------------------------------------------------------------


def _box(row: AssignmentRow) -> Content:
    if isinstance(row, FlagRow):
        return Content.styled("☑", "$allowed") if row.on else Content("☐")
    if row.nullified:
        return Content.styled("⊘", "$nullified")
    return Content.styled("✓", "$allowed") if row.assigned else Content("·")


def _name(row: AssignmentRow) -> Content:
    if isinstance(row, FlagRow):
        return Content.styled(FLAG_TITLES[row.kind], "bold")
    return literal(row.party.label)


def _kind(row: AssignmentRow) -> str:
    return "flag" if isinstance(row, FlagRow) else row.party.kind.value


def _means(row: AssignmentRow) -> Content:
    """Say what the row comes to, in a few words."""
    if isinstance(row, FlagRow):
        return _flag_means(row)
    inactive = "" if row.party.active else " (company inactive)"
    if row.nullified:
        return Content.styled(f"nullified by the flag{inactive}", "$nullified")
    if row.assigned:
        return Content.styled(f"allowed by assignment{inactive}", "$allowed")
    if row.by is By.FLAG:
        return Content.styled(f"allowed by the flag{inactive}", "$muted")
    return Content.styled(f"refused{inactive}", "$muted")


def _flag_means(row: FlagRow) -> Content:
    state = "on" if row.on else "off"
    if row.kind is PartyKind.SELLER:
        return Content.styled(state, "$muted")
    if row.on:
        nullified = f"{state}: {row.assigned:,} nullified"
        return Content.styled(nullified, "$nullified") if row.assigned else Content.styled(state, "$muted")
    of_how_many = "" if row.total is None else f" of {row.total:,}"
    return Content.styled(f"{state}: {row.assigned:,}{of_how_many}", "$muted")


COLUMNS: tuple[Column[AssignmentRow], ...] = (
    Column("", _box, width=1),
    Column("Company", _name, most=30),
    Column("Kind", _kind, width=8),
    Column("Comes to", _means, grow=True, most=12),
)
