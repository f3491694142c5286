"""What an import leaves out, because the sandbox has no place for it: record by record, with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import NamedTuple

from tui.sandbox.control.seeding import OBJECTS, PAIRINGS, Content
from tui.tokens.token import JSON

_MOST_TOLD = 200

_HERE: Mapping[str, frozenset[str]] = {
    "Objects": frozenset(kind.name for kind in OBJECTS),
    "Assignments": frozenset(pairing.name for pairing in PAIRINGS),
}
_ELSEWHERE = frozenset(
    (
        *("AdminAddresses", "MessageSenders", "Incrementors", "Locales", "Webhooks", "XpIndices", "Addresses"),
        *("CostCenters", "CreditCards", "SpendingAccounts", "ApprovalRules", "SupplierAddresses", "PriceSchedules"),
        *("Specs", "SpecOptions", "ProductFacets", "Promotions", "Variants", "InventoryRecords"),
        *("VariantInventoryRecords", "SellerApprovalRules", "LocaleAssignments", "AddressAssignments"),
        *("CostCenterAssignments", "CreditCardAssignments", "SpendingAccountAssignments", "SpecProductAssignments"),
        *("PromotionAssignments", "ProductSupplierAssignments"),
    )
)
"""The resources which the tool knows and the sandbox does not have."""


class LeftOut:
    """What was left out: all of it counted, the first 200 of it told."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.told: list[JSON] = []

    def tell(self, name: str, place: str, message: str) -> None:
        """Note one thing; `name` is what it is counted under."""
        self.counts[name] = self.counts.get(name, 0) + 1
        if len(self.told) < _MOST_TOLD:
            self.told.append({"Place": place, "Message": message})

    def tell_resources(self, content: Content) -> None:
        """Note every record of the lists which the sandbox does not take."""
        for part, lists in content._asdict().items():
            here = part.capitalize()
            for name, records in lists.items():
                if name not in _HERE[here]:
                    why = _why(name, here)
                    for number in range(len(records)):
                        self.tell(name, f"{here}.{name}[{number}]", why)


class Imported(NamedTuple):
    """What came of an import: how much was made of each resource, and what was left out."""

    made: Mapping[str, int]
    left_out: LeftOut

    def to_wire(self) -> dict[str, JSON]:
        """Give it as the control API does."""
        return {"Made": dict(self.made), "Skipped": dict(self.left_out.counts), "LeftOut": self.left_out.told}


def _why(name: str, part: str) -> str:
    """Tell why a list is left out, and what to do."""
    if name in _ELSEWHERE:
        return f"The sandbox has no {name}. Leave them in the file for OrderCloud; nothing else is to be done."
    for other, names in _HERE.items():
        if name in names:
            return f"{name} are looked for below {other}, not below {part}; move them there."
    known = {each.lower(): each for each in (*_HERE[part], *_ELSEWHERE)}
    close = get_close_matches(name.lower(), known, 1)
    meant = f"did you mean {known[close[0]]}?" if close else "rename it or take it out."
    return f"{name[:100]} is no resource of a seeding file; {meant}"
