"""An API client in a few letters, and in a few sentences."""

from __future__ import annotations

from collections.abc import Iterable

from tui.access.facts import ApiClientFacts, AssignmentFacts
from tui.access.parties import Gate
from tui.access.words import count


def who(api_client: ApiClientFacts, assignments: Iterable[AssignmentFacts] | None = None) -> str:
    """Who may use it, for a list: `S` seller, `B*` any buyer, `B2` two buyers, `V` suppliers alike, `anon`.

    `nobody` when every flag is off and no company is assigned. Without the assignments its own counts are taken.
    """
    buyers, suppliers = _assigned(api_client, assignments)
    marks = ["S"] if api_client.allow_seller else []
    marks += _mark("B", any_of_kind=api_client.allow_any_buyer, assigned=buyers)
    marks += _mark("V", any_of_kind=api_client.allow_any_supplier, assigned=suppliers)
    marks = marks or ["nobody"]
    return " ".join([*marks, "anon"] if api_client.is_anon_buyer else marks)


def who_in_words(api_client: ApiClientFacts, assignments: Iterable[AssignmentFacts] | None = None) -> str:
    """Who may use it, as a sentence: `The seller, any buyer and 2 suppliers may use it.`"""
    buyers, suppliers = _assigned(api_client, assignments)
    parties = ["the seller"] if api_client.allow_seller else []
    parties += _words("buyer", any_of_kind=api_client.allow_any_buyer, assigned=buyers)
    parties += _words("supplier", any_of_kind=api_client.allow_any_supplier, assigned=suppliers)
    if not parties:
        return "Nobody may use it: every flag is off, and no company is assigned."
    joined = parties[0] if len(parties) == 1 else f"{', '.join(parties[:-1])} and {parties[-1]}"
    return f"{joined[0].upper()}{joined[1:]} may use it."


def _assigned(api_client: ApiClientFacts, assignments: Iterable[AssignmentFacts] | None) -> tuple[int, int]:
    if assignments is None:
        return api_client.assigned_buyer_count, api_client.assigned_supplier_count
    gate = Gate.of(api_client, assignments)
    return len(gate.buyers), len(gate.suppliers)


def _mark(letter: str, *, any_of_kind: bool, assigned: int) -> list[str]:
    if any_of_kind:
        return [f"{letter}*"]
    return [f"{letter}{assigned}"] if assigned > 0 else []


def _words(kind: str, *, any_of_kind: bool, assigned: int) -> list[str]:
    if any_of_kind:
        return [f"any {kind}"]
    return [count(assigned, kind)] if assigned > 0 else []
