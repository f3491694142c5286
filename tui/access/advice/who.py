"""Advice on who may use an API client."""

from __future__ import annotations

from collections.abc import Sequence

from tui.access.advice.advice import Advice, Assign, Severity, Unassign
from tui.access.advice.seen import Rule, Seen
from tui.access.facts import Party, PartyKind
from tui.access.parties import FLAG_OF_KIND, By
from tui.access.words import count, list_some

FLAGS = tuple(FLAG_OF_KIND.values())


def nobody_gets_in(seen: Seen) -> Advice | None:
    """Every flag is off and nothing assigned."""
    if seen.somebody:
        return None
    reason = "Every flag is off, and no company is assigned: every attempt is refused."
    return Advice("nobody-gets-in", Severity.ERROR, "Nobody may use it", reason, FLAGS, "party")


def nobody_there(seen: Seen) -> Advice | None:
    """The parties let in have no user who could come."""
    if not seen.somebody or seen.more.users is None or any(True for _ in seen.let_in()):
        return None
    assigned = [*seen.companies(PartyKind.BUYER), *seen.companies(PartyKind.SUPPLIER)]
    flags = [FLAG_OF_KIND[kind] for kind in PartyKind if seen.gate.flag(kind)]
    whom = list_some([*flags, *(party.label for party in assigned if not seen.gate.flag(party.kind))])
    reason = f"It is open to {whom}, but there is no active user of an active company among them."
    return Advice("nobody-there", Severity.ERROR, "Nobody is there who could use it", reason, FLAGS, "party")


def open_to_all(seen: Seen) -> Advice | None:
    """All three flags are on."""
    if not all(seen.gate.flag(kind) for kind in PartyKind):
        return None
    reason = (
        "All three flags are on, so every user of the marketplace gets in. Applications for the seller, for buyers and "
        "for suppliers are safer as API clients of their own: each can be limited, and closed, without the others."
    )
    return Advice("open-to-all", Severity.WARNING, "It is open to everybody", reason, FLAGS, "flags")


def nullified(kind: PartyKind) -> Rule:
    """Make the rule on assignments without effect of one kind."""
    flag = FLAG_OF_KIND[kind]

    def rule(seen: Seen) -> Advice | None:
        """Companies are assigned, and the flag of their kind makes that void."""
        assigned = seen.companies(kind)
        if not seen.gate.flag(kind) or not assigned:
            return None
        told = count(len(assigned), f"{kind} assignment")
        reason = f"{flag} lets in every {kind}, so {told} {'has' if len(assigned) == 1 else 'have'} no effect."
        fix = Unassign(assigned)
        return Advice(f"nullified-{kind}", Severity.INFO, f"{told} nullified", reason, (flag,), "nullified", fix)

    return rule


def assigned_inactive(seen: Seen) -> Advice | None:
    """Companies are assigned that are not active."""
    idle = tuple(
        party
        for kind in (PartyKind.BUYER, PartyKind.SUPPLIER)
        if not seen.gate.flag(kind)
        for party in seen.companies(kind)
        if not party.active
    )
    if not idle:
        return None
    names = list_some([party.label for party in idle])
    reason = f"{names} {'is' if len(idle) == 1 else 'are'} assigned, and not active: their users are refused anyway."
    title = "An assigned company is not active" if len(idle) == 1 else "Assigned companies are not active"
    fields = (FLAG_OF_KIND[PartyKind.BUYER], FLAG_OF_KIND[PartyKind.SUPPLIER])
    fix = None if _needed(seen, idle) else Unassign(idle)
    return Advice("assigned-inactive", Severity.INFO, title, reason, fields, "assignments", fix)


def _needed(seen: Seen, parties: Sequence[Party]) -> bool:
    """Whether something would be refused once these are not assigned, even when they are active again."""
    ids = {(party.kind, party.id) for party in parties}
    others = any((party.kind, party.id) not in ids for kind in PartyKind for party in seen.companies(kind))
    acts_as = seen.user is not None and (seen.user.party.kind, seen.user.party.id) in ids
    referenced = any((PartyKind.BUYER, each.buyer_id) in ids for each in seen.more.references or ())
    flagged = any(seen.gate.flag(kind) for kind in PartyKind)
    return acts_as or referenced or seen.client.is_anon_buyer or not (others or flagged)


def impersonation_refused(seen: Seen) -> Advice | None:
    """An impersonation config is about a buyer that may not use it."""
    refused = [
        reference
        for reference in seen.more.references or ()
        if reference.buyer_id is not None and seen.gate.by(PartyKind.BUYER, reference.buyer_id) is By.NOTHING
    ]
    if not refused:
        return None
    buyers = tuple(seen.company(PartyKind.BUYER, each) for each in sorted({each.buyer_id or "" for each in refused}))
    reason = (
        f"{list_some([each.id for each in refused])} {'lets' if len(refused) == 1 else 'let'} somebody act as users of "
        f"{list_some([buyer.label for buyer in buyers])}, who may not use this API client: it is refused."
    )
    title, fields = "Impersonation through it is refused", (FLAG_OF_KIND[PartyKind.BUYER],)
    return Advice("impersonation-refused", Severity.ERROR, title, reason, fields, "assignments", Assign(buyers))


RULES = {
    "nobody-gets-in": nobody_gets_in,
    "nobody-there": nobody_there,
    "impersonation-refused": impersonation_refused,
    "open-to-all": open_to_all,
    "nullified-buyer": nullified(PartyKind.BUYER),
    "nullified-supplier": nullified(PartyKind.SUPPLIER),
    "assigned-inactive": assigned_inactive,
}
