"""Which roles a token of an attempt could carry, and why not each of the others. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tui.access.api_roles import API_ROLES
from tui.access.roles import FULL_ACCESS, granted_roles
from tui.session.outcome import Prepared

_PROFILES = "the user's security profiles do not give"


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role that may be asked for: what it opens, and why it would not be granted, blank when it would."""

    role: str
    opens: str
    why_not: str = ""


def role_choices(prepared: Prepared, asked: Iterable[str] = ()) -> tuple[RoleChoice, ...]:
    """Return every role there is to ask for: those that would be granted first. `asked` are there in any case."""
    client, user = prepared.facts.api_client, prepared.facts.user
    acting = prepared.impersonation
    held: frozenset[str] = frozenset() if user is None else user.available_roles
    if acting is not None:
        held = frozenset(role for each in acting.request.configs for role in each.roles)
    names = tuple(dict.fromkeys((*sorted(held), *asked, *API_ROLES)))
    if client is None or (user is None and acting is None):
        return tuple(RoleChoice(role, _opens(role)) for role in names)
    before = None if acting is not None else prepared.attempt.refreshed_roles
    gaps = {gap.role: gap.why for gap in granted_roles(client, held, names, before).gaps}
    if acting is not None:
        gaps = {role: why.replace(_PROFILES, "no impersonation config gives") for role, why in gaps.items()}
    found = [RoleChoice(role, _opens(role), gaps.get(role, "")) for role in names]
    return tuple(sorted(found, key=lambda each: (bool(each.why_not), each.role != FULL_ACCESS, each.role)))


def _opens(role: str) -> str:
    return API_ROLES.get(role, "custom role")
