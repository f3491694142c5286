"""Roles: OrderCloud's own names, the scope of a request, and which roles a token gets.

granted = available ∩ scope (if given) ∩ maximum (if given), and every minimum role must be in granted
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tui.access.api_roles import API_ROLES
from tui.access.decision import RoleGap
from tui.access.facts import ApiClientFacts
from tui.access.switches import DEFAULT, Switches

__all__ = ["API_ROLES", "FULL_ACCESS", "Granted", "granted_roles", "is_api_role", "scope_warning", "split_scope"]

FULL_ACCESS = "FullAccess"
"""The role which opens every operation. It is one role name and is never expanded into others."""

_UNDEFINED = "undefined"


def is_api_role(role: str) -> bool:
    """Whether the name is one of OrderCloud's own roles; every other name is a custom role."""
    return role in API_ROLES


def split_scope(text: str | None) -> tuple[str, ...] | None:
    """Split the `scope` field at its spaces, each name once, in order; None when it is omitted or blank."""
    return tuple(dict.fromkeys((text or "").split())) or None


def scope_warning(scope: Iterable[str] | None) -> str | None:
    """Warn of a scope made by a known fault: scripts that add to an unset variable send the word `undefined`."""
    if scope is not None and _UNDEFINED in scope:
        return "The scope holds the word undefined, which is no role: a script joined an unset variable to it."
    return None


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token would carry. It is refused when `roles` is empty or `missing_minimum` is not."""

    roles: frozenset[str]
    gaps: tuple[RoleGap, ...]
    missing_minimum: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The sets whose intersection is granted; None bounds nothing."""

    available: frozenset[str]
    before: frozenset[str] | None
    api_ceiling: frozenset[str] | None
    custom_ceiling: frozenset[str] | None
    full_access_asks: bool

    def refusal(self, role: str) -> str | None:
        """Why the token may not carry the role, or None when it may."""
        if not self._has(self.available, role):
            return self._not_held(role)
        if self.before is not None and not self._has(self.before, role):
            return "the token being refreshed was not granted it, and a refresh may only narrow"
        api = is_api_role(role)
        ceiling = self.api_ceiling if api else self.custom_ceiling
        if ceiling is not None and role not in ceiling:
            field = "MaximumGrantedRoles" if api else "MaximumGrantedCustomRoles"
            return f"above the ceiling of the API client: {field} does not list it"
        return None

    def _has(self, roles: frozenset[str], role: str) -> bool:
        return role in roles or (self.full_access_asks and FULL_ACCESS in roles and is_api_role(role))

    def _not_held(self, role: str) -> str:
        if role == _UNDEFINED:
            return "the word undefined is no role: a script joined an unset variable to the scope"
        for other in sorted(self.available | API_ROLES.keys()):
            if other != role and other.lower() == role.lower() and self._has(self.available, other):
                return f"no such role; {other} is spelled with other capitals"
        kind = "role" if is_api_role(role) else "custom role"
        if self.before is not None and role in self.before:
            return f"granted before, but the user's security profiles no longer give this {kind}"
        return f"the user's security profiles do not give this {kind}"


def granted_roles(
    api_client: ApiClientFacts,
    available: Iterable[str],
    scope: Iterable[str] | None,
    refreshed: frozenset[str] | None = None,
    switches: Switches = DEFAULT,
) -> Granted:
    """Work out the roles of a token.

    `available` are the user's roles, `scope` what the request asks for (None for everything), `refreshed` the roles of
    the token being refreshed: without a scope a refresh asks for these again, with one it may only narrow them.
    """
    held = frozenset(available)
    api_ceiling = frozenset(api_client.maximum_granted_roles) or None
    custom_ceiling = frozenset(api_client.maximum_granted_custom_roles) or None
    if not switches.ceilings_by_kind and (api_ceiling or custom_ceiling):
        api_ceiling = custom_ceiling = (api_ceiling or frozenset()) | (custom_ceiling or frozenset())
    bounds = _Bounds(
        held,
        refreshed if switches.refresh_may_only_narrow else None,
        api_ceiling,
        custom_ceiling,
        switches.full_access_asks_for_any_api_role,
    )
    asked = scope if scope is not None else sorted(held if refreshed is None else refreshed)
    verdicts = {role: bounds.refusal(role) for role in asked}
    roles = frozenset(role for role, why in verdicts.items() if why is None)
    gaps = tuple(RoleGap(role, why) for role, why in verdicts.items() if why is not None)
    if switches.full_access_satisfies_minimum and FULL_ACCESS in roles:
        return Granted(roles, gaps, ())
    minimum = (*api_client.minimum_required_roles, *api_client.minimum_required_custom_roles)
    return Granted(roles, gaps, tuple(role for role in dict.fromkeys(minimum) if role not in roles))
