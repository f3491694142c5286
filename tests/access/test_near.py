"""Near misses of a refused party: companies named alike, and flags under a wrong name."""

from __future__ import annotations

from tui.access.facts import Party, PartyKind
from tui.access.near import misnamed_flag, nearly_assigned

ANCHOR = Party(PartyKind.BUYER, "anchor-boats", "Anchor Boats")
EU = Party(PartyKind.BUYER, "anchor-boats-eu", "Anchor Boats EU")
CHANDLERY = Party(PartyKind.BUYER, "chandlery", "Chandlery Ltd")
GALE = Party(PartyKind.SUPPLIER, "anchor-boats", "Anchor Boats")
SELLER = Party(PartyKind.SELLER, "m", "Harbor Supply")


def test_a_company_named_alike_is_told_first() -> None:
    (told,) = nearly_assigned(ANCHOR, (CHANDLERY, EU, GALE))
    assert told == (
        "The assignment exists for Anchor Boats EU (anchor-boats-eu); the user belongs to Anchor Boats (anchor-boats)."
    )
    assert nearly_assigned(EU, (ANCHOR,))[0].startswith("The assignment exists for Anchor Boats (")


def test_others_are_told_by_name_and_none_says_nothing() -> None:
    assert nearly_assigned(ANCHOR, (CHANDLERY,)) == ("Assigned is Chandlery Ltd.",)
    assert nearly_assigned(ANCHOR, (GALE,)) == ()
    assert nearly_assigned(Party(PartyKind.BUYER, "b", "Anchor"), (Party(PartyKind.BUYER, "c", "Anchorage"),)) == (
        "Assigned is Anchorage.",
    )


def test_a_flag_under_a_wrong_name_is_told() -> None:
    assert "no such flag" in misnamed_flag(SELLER)[0]
    assert misnamed_flag(ANCHOR) == ()
    assert misnamed_flag(SELLER, {"AllowAnySeller": True})[0].startswith("xp has AllowAnySeller")
