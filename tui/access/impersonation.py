"""Who may act as whom: the decision on a token for another user, from impersonation configurations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.access.decision import RoleGap
from tui.access.facts import ApiClientFacts, AssignmentFacts, PartyKind, User
from tui.access.parties import who_may_use
from tui.access.roles import granted_roles
from tui.access.switches import DEFAULT, Switches


@dataclass(frozen=True, slots=True)
class Person:
    """A user as configurations name it: by its own ID, that of its company, and those of its groups."""

    id: str
    user: User
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a configuration. What is None asks for nothing; what is given must all hold."""

    buyer_id: str | None = None
    group_id: str | None = None
    user_id: str | None = None

    def _names(self, person: Person) -> bool:
        in_group = self.group_id is None or _holds(person.groups, self.group_id)
        return in_group and (self.user_id is None or _same(self.user_id, person.id))

    def is_impersonator(self, person: Person) -> bool:
        """Whether it names this impersonator: without a buyer it is about users of the seller."""
        party = person.user.party
        if self.buyer_id is None:
            return party.kind is PartyKind.SELLER and self._names(person)
        return party.kind is PartyKind.BUYER and _same(self.buyer_id, party.id) and self._names(person)

    def is_impersonated(self, person: Person) -> bool:
        """Whether it names this user to act as: without a buyer it is about those of every buyer."""
        party = person.user.party
        if party.kind is not PartyKind.BUYER or (self.buyer_id is not None and not _same(self.buyer_id, party.id)):
            return False
        return self._names(person)


@dataclass(frozen=True, slots=True)
class ImpersonationConfig:
    """Who (`impersonator`) may act as whom (`impersonated`), through which API client, and with which roles then."""

    id: str
    client_id: str
    impersonator: Side
    impersonated: Side
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ImpersonationRequest:
    """One request to act as somebody. `roles` None asks for all that the configurations give."""

    api_client: ApiClientFacts | None
    impersonator: Person
    impersonated: Person
    roles: Sequence[str] | None = None
    assignments: Sequence[AssignmentFacts] = ()
    configs: Sequence[ImpersonationConfig] = ()
    marketplace_active: bool = True


@dataclass(frozen=True, slots=True)
class ImpersonationDecision:
    """Allowed with these roles, or refused with a status and a code. `reasons` are sentences for people."""

    allowed: bool
    roles: tuple[str, ...] = ()
    status: int = 200
    code: str = ""
    message: str = ""
    reasons: tuple[str, ...] = ()
    role_gaps: tuple[RoleGap, ...] = ()


def decide_impersonation(request: ImpersonationRequest, switches: Switches = DEFAULT) -> ImpersonationDecision:
    """Judge a request; the first thing that is wrong answers. That the caller may ask at all is not looked at here.

    The order: the API client is known, then active; the two users may meet at all; the impersonated user's company may
    use the API client; a configuration gives roles; everybody is active; one of the roles that were asked for is left.
    """
    api_client, one, other = request.api_client, request.impersonator, request.impersonated
    if api_client is None:
        return _refuse(404, "Impersonation.ClientIDNotFound", "Client ID not found.", "No API client has this ID.")
    if not api_client.active:
        reason = f"{api_client.app_name} is not active."
        return _refuse(400, "Impersonation.BadApiClient", "The API client cannot be used to impersonate.", reason)
    if not _may_meet(one, other):
        reason = "Users of the seller may act as any buyer user, buyer users as those of their own company."
        return _refuse(
            403, "Auth.UserNotAuthorizedToAdmin", "User is not authorized to administer this object.", reason
        )
    access = who_may_use(api_client, other.user.party, request.assignments)
    if not access.allowed:
        message = "The buyer is not assigned to this API client."
        return _refuse(400, "Impersonation.BuyerNotAssigned", message, access.reason)
    matching = [each for each in request.configs if _matches(each, api_client, one, other)]
    available = frozenset(role for each in matching for role in each.roles)
    if not available:
        message = "There is no impersonation config for this buyer and API client, or it gives no roles."
        found = f"{len(matching)} of {len(request.configs)} impersonation configs match, and they give no role."
        return _refuse(400, "Impersonation.ConfigError", message, found)
    if (inactive := _inactive(request)) is not None:
        return inactive
    granted = granted_roles(api_client, available, request.roles, None, switches)
    if not granted.roles or granted.missing_minimum:
        message = "User does not have role(s) required to perform this action."
        return _refuse(
            400, "Auth.InsufficientRoles", message, "None of the roles asked for can be granted.", granted.gaps
        )
    by = ", ".join(sorted(each.id for each in matching))
    roles = tuple(sorted(granted.roles))
    return ImpersonationDecision(True, roles, reasons=(f"Allowed by {by}.", access.reason), role_gaps=granted.gaps)


MAY_IMPERSONATE = ("FullAccess", "BuyerImpersonation")
"""Roles of which the caller's token must carry one."""


def caller_refused(roles: Iterable[str], kind: PartyKind) -> ImpersonationDecision | None:
    """Say why a caller may not ask at all, by the roles of its token and the kind of its party; None when it may."""
    if not set(MAY_IMPERSONATE) & set(roles):
        reason = f"The caller's token carries neither {' nor '.join(MAY_IMPERSONATE)}."
        message = "User does not have role(s) required to perform this action."
        return _refuse(403, "Auth.InsufficientRoles", message, reason)
    if kind is PartyKind.SUPPLIER:
        message = "User is not authorized to administer this object."
        return _refuse(403, "Auth.UserNotAuthorizedToAdmin", message, "Users of suppliers act as nobody.")
    return None


def _may_meet(one: Person, other: Person) -> bool:
    ours, theirs = one.user.party, other.user.party
    if theirs.kind is not PartyKind.BUYER:
        return False
    return ours.kind is PartyKind.SELLER or (ours.kind is PartyKind.BUYER and _same(ours.id, theirs.id))


def _matches(config: ImpersonationConfig, api_client: ApiClientFacts, one: Person, other: Person) -> bool:
    sides = config.impersonator.is_impersonator(one) and config.impersonated.is_impersonated(other)
    return _same(config.client_id, api_client.id) and sides


def _inactive(request: ImpersonationRequest) -> ImpersonationDecision | None:
    user = request.impersonated.user
    if not user.active:
        return _refuse(400, "Auth.UserNotActive", "User is not active.", f"{user.username} is not active.")
    if not user.party.active:
        reason = f"{user.party.label} is not active."
        return _refuse(400, "Auth.CompanyNotActive", "User's organization is not active.", reason)
    if not request.marketplace_active:
        reason = "The marketplace is not active."
        return _refuse(400, "Auth.SellerNotActive", "Marketplace is not active.", reason)
    return None


def _refuse(status: int, code: str, message: str, reason: str, gaps: tuple[RoleGap, ...] = ()) -> ImpersonationDecision:
    return ImpersonationDecision(False, (), status, code, message, (reason,), gaps)


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _holds(groups: Iterable[str], wanted: str) -> bool:
    return any(_same(each, wanted) for each in groups)
