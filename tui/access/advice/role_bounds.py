"""Advice on the floor and the ceiling of roles."""

from __future__ import annotations

from tui.access.advice.advice import Advice, Severity
from tui.access.advice.seen import Seen
from tui.access.roles import FULL_ACCESS, Granted, granted_roles
from tui.access.words import count, list_some

FLOOR = ("MinimumRequiredRoles", "MinimumRequiredCustomRoles")
CEILING = ("MaximumGrantedRoles", "MaximumGrantedCustomRoles")


def _above(seen: Seen) -> list[str]:
    """The required roles that can never be granted."""
    pairs = (
        (seen.client.minimum_required_roles, seen.client.maximum_granted_roles),
        (seen.client.minimum_required_custom_roles, seen.client.maximum_granted_custom_roles),
    )
    above = [role for minimum, maximum in pairs if maximum for role in minimum if role not in maximum]
    ceiling = seen.client.maximum_granted_roles
    # FullAccess satisfies any minimum, so while it can be granted somebody still gets in.
    return above if ceiling and FULL_ACCESS not in ceiling else []


def minimum_above_ceiling(seen: Seen) -> Advice | None:
    """The floor is above the ceiling."""
    above = _above(seen)
    if not above:
        return None
    reason = f"{list_some(above)} is required and can never be granted, so every attempt is refused."
    title, fields = "A required role is above the ceiling", (FLOOR[0], CEILING[0])
    return Advice("minimum-above-ceiling", Severity.ERROR, title, reason, fields, "floor-and-ceiling")


def _grants(seen: Seen) -> tuple[int, list[Granted]]:
    """How many users are let in, and what each different set of their roles would be granted."""
    held: set[frozenset[str]] = set()
    users = 0
    for user in seen.let_in():
        held.add(user.available_roles)
        users += 1
    return users, [granted_roles(seen.client, roles, None) for roles in held]


def floor_unmet(seen: Seen) -> Advice | None:
    """Nobody who is let in has the floor."""
    if not seen.minimum or seen.more.users is None or _above(seen):
        return None
    users, grants = _grants(seen)
    if not grants or any(not each.missing_minimum for each in grants):
        return None
    missing = {role for each in grants for role in each.missing_minimum}
    none = f"{count(users, 'user')} who may use it {'does' if users == 1 else 'do'} not get"
    told = f"The {none}" if users == 1 else f"All {none}"
    reason = f"{told} every role of the floor: {list_some(missing)}. Each attempt is refused."
    return Advice("floor-unmet", Severity.ERROR, "Nobody meets the floor of roles", reason, FLOOR, "floor-and-ceiling")


def ceiling_leaves_nothing(seen: Seen) -> Advice | None:
    """The ceiling takes every role from everybody."""
    client = seen.client
    if not (client.maximum_granted_roles or client.maximum_granted_custom_roles) or seen.more.users is None:
        return None
    users, grants = _grants(seen)
    if any(each.roles for each in grants) or not any(each.gaps for each in grants):
        return None
    ceiling = list_some([*client.maximum_granted_roles, *client.maximum_granted_custom_roles])
    reason = (
        f"It lists {ceiling}, and of {count(users, 'user')} who may use it nobody has any of that: all are refused."
    )
    title = "The ceiling of roles leaves nothing"
    return Advice("ceiling-leaves-nothing", Severity.ERROR, title, reason, CEILING, "floor-and-ceiling")


def ceiling_with_full_access(seen: Seen) -> Advice | None:
    """A ceiling with FullAccess in it is none for those who matter."""
    if FULL_ACCESS not in seen.client.maximum_granted_roles:
        return None
    # Without it, whoever holds FullAccess and asks for nothing by name is left with nothing: no mend for one key.
    reason = "MaximumGrantedRoles lists FullAccess, so it limits everybody but those who may do everything."
    title = "The ceiling of roles lets FullAccess through"
    return Advice("ceiling-with-full-access", Severity.INFO, title, reason, CEILING[:1], "floor-and-ceiling")


RULES = {
    "minimum-above-ceiling": minimum_above_ceiling,
    "floor-unmet": floor_unmet,
    "ceiling-leaves-nothing": ceiling_leaves_nothing,
    "ceiling-with-full-access": ceiling_with_full_access,
}
