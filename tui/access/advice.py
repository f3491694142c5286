"""What is amiss with an API client's settings, or will be: each with a reason and, where one exists, a mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from tui.access.facts import ApiClientFacts, AssignmentFacts, PartyKind, SecretFacts, User
from tui.access.grants import lets_somebody_in
from tui.access.parties import FLAG_OF_KIND, Gate
from tui.access.roles import FULL_ACCESS, granted_roles
from tui.access.times import live_secrets, tell_time, utc
from tui.access.words import count, list_some, shorten

Fix: TypeAlias = Mapping[str, bool | int | None]
"""Fields of the API client by wire name, with the values that mend it: the body of a PATCH."""

EXPIRES_SOON = timedelta(days=14)
LONG_REFRESH_MINUTES = 30 * 24 * 60


class Severity(StrEnum):
    """How bad it is: an error keeps somebody out, a warning is a risk, an info is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice. `id` never changes; `fields` are wire names; `fix` is None where a person must choose."""

    id: str
    severity: Severity
    title: str
    reason: str
    fields: tuple[str, ...]
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    client: ApiClientFacts
    secrets: Sequence[SecretFacts]
    live: tuple[SecretFacts, ...]
    gate: Gate
    somebody: bool
    user: User | None
    now: datetime

    @property
    def has_secret(self) -> bool:
        return bool(self.client.client_secret or self.secrets)

    @property
    def user_name(self) -> str:
        return shorten(self.client.default_context_user_name or "")


_Rule: TypeAlias = Callable[[_Seen], Advice | None]


def advise(
    api_client: ApiClientFacts,
    secrets: Sequence[SecretFacts],
    assignments: Iterable[AssignmentFacts],
    context_user: User | None,
    now: datetime,
) -> tuple[Advice, ...]:
    """Advise on one API client, the worst first. `context_user` is None when there is none or it is not known."""
    listed = tuple(assignments)
    seen = _Seen(
        api_client,
        secrets,
        live_secrets(secrets, now),
        Gate.of(api_client, listed),
        lets_somebody_in(api_client, listed),
        context_user if api_client.default_context_user_name else None,
        now,
    )
    found = [advice for rule in RULES if (advice := rule(seen)) is not None]
    return tuple(sorted(found, key=lambda advice: list(Severity).index(advice.severity)))


def _nobody_gets_in(seen: _Seen) -> Advice | None:
    if seen.somebody:
        return None
    reason = "Every flag is off, and no company is assigned: every attempt is refused."
    return Advice("nobody-gets-in", Severity.ERROR, "Nobody may use it", reason, tuple(FLAG_OF_KIND.values()))


def _anonymous_without_user(seen: _Seen) -> Advice | None:
    if not seen.client.is_anon_buyer or seen.client.default_context_user_name:
        return None
    reason = "IsAnonBuyer is on, but DefaultContextUserName is not set: storefronts loop on a 400 when they sign in."
    fields = ("IsAnonBuyer", "DefaultContextUserName")
    return Advice("anonymous-without-user", Severity.ERROR, "Anonymous shopping has no user", reason, fields)


def _anonymous_user_no_buyer(seen: _Seen) -> Advice | None:
    if not seen.client.is_anon_buyer or seen.user is None or seen.user.party.kind is PartyKind.BUYER:
        return None
    reason = f"{seen.user_name} is a {seen.user.party.kind} user, and anonymous shopping needs a buyer user."
    fields, title = ("IsAnonBuyer", "DefaultContextUserName"), "Anonymous shopping needs a buyer user"
    return Advice("anonymous-user-no-buyer", Severity.ERROR, title, reason, fields, {"IsAnonBuyer": False})


def _context_user_inactive(seen: _Seen) -> Advice | None:
    if seen.user is None or (seen.user.active and seen.user.party.active):
        return None
    whose = seen.user_name if not seen.user.active else f"{seen.user.party.label}, the company of {seen.user_name},"
    reason = f"{whose} is not active, so client credentials are refused."
    fields = ("DefaultContextUserName",)
    return Advice("context-user-inactive", Severity.ERROR, "The default context user is not active", reason, fields)


def _context_user_refused(seen: _Seen) -> Advice | None:
    if seen.user is None:
        return None
    access = seen.gate.access(seen.user.party)
    if access.allowed:
        return None
    flag = FLAG_OF_KIND[seen.user.party.kind]
    reason = f"{access.reason} Client credentials act as {seen.user_name}, and are refused."
    title, fields = "The default context user has no access", ("DefaultContextUserName", flag)
    # For a company the mend is an assignment: its flag would let in every other company as well.
    fix: Fix | None = {flag: True} if seen.user.party.kind is PartyKind.SELLER else None
    return Advice("context-user-refused", Severity.ERROR, title, reason, fields, fix)


def _context_user_roles(seen: _Seen) -> Advice | None:
    if seen.user is None:
        return None
    granted = granted_roles(seen.client, seen.user.available_roles, None)
    if granted.roles and not granted.missing_minimum:
        return None
    lack = f"lacks {list_some(granted.missing_minimum)}" if granted.missing_minimum else "is left without any role"
    reason = f"Without a scope, {seen.user_name} {lack}, so client credentials are refused."
    fields = ("DefaultContextUserName", "MinimumRequiredRoles", "MaximumGrantedRoles")
    return Advice("context-user-roles", Severity.ERROR, "The default context user lacks roles", reason, fields)


def _secrets_expired(seen: _Seen) -> Advice | None:
    if not seen.secrets or seen.live or seen.client.client_secret:
        return None
    reason = "Every secret has expired, and expired ones still count: nobody gets in until there is a live one."
    return Advice("secrets-expired", Severity.ERROR, "Every secret has expired", reason, ("ClientSecret",))


def _minimum_above_ceiling(seen: _Seen) -> Advice | None:
    pairs = (
        (seen.client.minimum_required_roles, seen.client.maximum_granted_roles),
        (seen.client.minimum_required_custom_roles, seen.client.maximum_granted_custom_roles),
    )
    above = [role for minimum, maximum in pairs if maximum for role in minimum if role not in maximum]
    ceiling = seen.client.maximum_granted_roles
    if not above or not ceiling or FULL_ACCESS in ceiling:
        # FullAccess satisfies any minimum, so while it can be granted somebody still gets in.
        return None
    reason = f"{list_some(above)} is required and can never be granted, so every attempt is refused."
    fields = ("MinimumRequiredRoles", "MaximumGrantedRoles")
    return Advice("minimum-above-ceiling", Severity.ERROR, "A required role is above the ceiling", reason, fields)


def _open_context_user(seen: _Seen) -> Advice | None:
    if not seen.client.default_context_user_name or seen.client.is_anon_buyer or seen.has_secret:
        return None
    mighty = seen.user is not None and FULL_ACCESS in seen.user.available_roles
    reason = f"There is no secret, so whoever knows the client ID gets a token of {seen.user_name}"
    reason += ", who has FullAccess." if mighty else "."
    severity = Severity.ERROR if mighty else Severity.WARNING
    title = "Anybody can act as the default context user"
    return Advice("open-context-user", severity, title, reason, ("DefaultContextUserName", "ClientSecret"))


def _secret_expires_soon(seen: _Seen) -> Advice | None:
    if not seen.live or seen.client.client_secret:
        return None
    ends = [utc(secret.expiration) for secret in seen.live if secret.expiration is not None]
    if len(ends) < len(seen.live) or max(ends) - utc(seen.now) > EXPIRES_SOON:
        return None
    reason = f"The last live secret expires on {tell_time(max(ends))}; from then on nobody gets in."
    return Advice("secret-expires-soon", Severity.WARNING, "The last live secret expires soon", reason, ())


def _long_lived_admin(seen: _Seen) -> Advice | None:
    client = seen.client
    ceiling = client.maximum_granted_roles
    mighty = client.allow_seller or (seen.user is not None and FULL_ACCESS in seen.user.available_roles)
    if client.refresh_token_duration < LONG_REFRESH_MINUTES or not mighty or (ceiling and FULL_ACCESS not in ceiling):
        return None
    whose = "Seller users stay" if client.allow_seller else f"Whoever signs in as {seen.user_name} stays"
    reason = f"{whose} signed in for {count(client.refresh_token_duration // 1440, 'day')}, with no ceiling on roles."
    fields = ("RefreshTokenDuration", "MaximumGrantedRoles")
    title = "Long-lived tokens with administrator roles"
    return Advice("long-lived-admin", Severity.WARNING, title, reason, fields, {"RefreshTokenDuration": 1440})


def _secret_in_storefront(seen: _Seen) -> Advice | None:
    if not seen.client.is_anon_buyer or not seen.has_secret:
        return None
    reason = "Anonymous shopping runs in a browser, where a secret can be read by anybody; and every grant needs it."
    fields = ("IsAnonBuyer", "ClientSecret")
    return Advice("secret-in-storefront", Severity.WARNING, "A storefront with a secret", reason, fields)


def _context_user_for_many(seen: _Seen) -> Advice | None:
    gate = seen.gate
    kinds = [kind for kind in PartyKind if gate.flag(kind) or gate.assigned(kind)]
    if not seen.client.default_context_user_name or len(kinds) < 2:
        return None
    reason = f"It is open to {' and '.join(kinds)}, so {seen.user_name} reaches what belongs to all of them."
    fields, title = ("DefaultContextUserName",), "A default context user for several kinds of party"
    return Advice("context-user-for-many", Severity.WARNING, title, reason, fields)


def _refresh_shorter(seen: _Seen) -> Advice | None:
    refresh, access = seen.client.refresh_token_duration, seen.client.access_token_duration
    if not 0 < refresh <= access:
        return None
    reason = f"A refresh token lives {refresh} minutes and the access token {access}: it is over before it is needed."
    fields = ("RefreshTokenDuration", "AccessTokenDuration")
    title = "Refresh tokens do not outlive access tokens"
    return Advice("refresh-shorter", Severity.WARNING, title, reason, fields, {"RefreshTokenDuration": 0})


def _nullified(kind: PartyKind) -> _Rule:
    flag = FLAG_OF_KIND[kind]

    def rule(seen: _Seen) -> Advice | None:
        assigned = seen.gate.assigned(kind)
        if not seen.gate.flag(kind) or not assigned:
            return None
        told = count(len(assigned), f"{kind} assignment")
        reason = f"{flag} lets in every {kind}, so {told} {'has' if len(assigned) == 1 else 'have'} no effect."
        return Advice(f"nullified-{kind}", Severity.INFO, f"{told} nullified", reason, (flag,))

    return rule


def _legacy_beside_named(seen: _Seen) -> Advice | None:
    if not seen.client.client_secret or not seen.live:
        return None
    reason = (
        "Whoever may read API clients can read the legacy ClientSecret. Once every program has a named one, clear it."
    )
    title = "The legacy secret can be retired"
    return Advice("legacy-secret", Severity.INFO, title, reason, ("ClientSecret",), {"ClientSecret": None})


def _inactive(seen: _Seen) -> Advice | None:
    if seen.client.active:
        return None
    reason = "Active is off: every grant is refused, and its live tokens no longer work."
    return Advice("inactive", Severity.INFO, "It is not active", reason, ("Active",), {"Active": True})


RULES: tuple[_Rule, ...] = (
    _nobody_gets_in,
    _anonymous_without_user,
    _anonymous_user_no_buyer,
    _context_user_inactive,
    _context_user_refused,
    _context_user_roles,
    _secrets_expired,
    _minimum_above_ceiling,
    _open_context_user,
    _secret_expires_soon,
    _long_lived_admin,
    _secret_in_storefront,
    _context_user_for_many,
    _refresh_shorter,
    _nullified(PartyKind.BUYER),
    _nullified(PartyKind.SUPPLIER),
    _legacy_beside_named,
    _inactive,
)
"""The rules in the order in which advice of the same severity is given."""
