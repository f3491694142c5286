"""What nearly let a refused party in: assignments of companies that are named alike, and flags under a wrong name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tui.access.facts import Party, PartyKind
from tui.access.words import list_some, shorten

_WORD = re.compile(r"[^\W_]+")

MISNAMED_FLAGS: Mapping[str, str] = {
    "AllowAnySeller": "AllowSeller",
    "AllowAnySellers": "AllowSeller",
    "AllowBuyer": "AllowAnyBuyer",
    "AllowSupplier": "AllowAnySupplier",
}
"""Names that documents and people give to the flags, by which OrderCloud knows none, and the right ones."""


def nearly_assigned(party: Party, assigned: Iterable[Party]) -> tuple[str, ...]:
    """Say which companies are assigned in place of the one refused: those named alike, else all in a few words."""
    same_kind = [each for each in assigned if each.kind is party.kind and each.id != party.id]
    alike = [each for each in same_kind if _alike(party, each)]
    if alike:
        return tuple(
            f"The assignment exists for {shorten(each.label)} ({shorten(each.id)}); the user belongs to "
            f"{shorten(party.label)} ({shorten(party.id)})."
            for each in alike[:3]
        )
    if not same_kind:
        return ()
    verb = "is" if len(same_kind) == 1 else "are"
    return (f"Assigned {verb} {list_some([shorten(each.label) for each in same_kind])}.",)


def _alike(one: Party, other: Party) -> bool:
    """Whether people would take one company for the other: the one's words are the beginning of the other's."""
    for ours, theirs in ((one.label, other.label), (one.id, other.id)):
        first, second = _words(ours), _words(theirs)
        shorter = min(len(first), len(second))
        if shorter and first[:shorter] == second[:shorter]:
            return True
    return False


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def misnamed_flag(party: Party, xp: Mapping[str, object] | None = None) -> tuple[str, ...]:
    """Say of a refused seller what its flag is not called; `xp` are the API client's extended properties."""
    told = [
        f"xp has {wrong}; the flag that counts is {right}, a field of the API client itself."
        for wrong, right in MISNAMED_FLAGS.items()
        if xp is not None and wrong in xp
    ]
    if party.kind is PartyKind.SELLER:
        told.append("Some documents say AllowAnySeller: there is no such flag, and a field of that name is ignored.")
    return tuple(told)
