"""Advice on how long tokens live."""

from __future__ import annotations

from tui.access.advice.advice import Advice, Patch, Severity
from tui.access.advice.seen import POWERFUL, Seen
from tui.access.facts import PartyKind, User
from tui.access.roles import FULL_ACCESS
from tui.access.words import count, list_some

LONG_REFRESH_MINUTES = 30 * 24 * 60
LONG_ACCESS_MINUTES = 8 * 60
SHORT_ACCESS_MINUTES = 60
ACCESS, REFRESH = "AccessTokenDuration", "RefreshTokenDuration"


def long_lived_admin(seen: Seen) -> Advice | None:
    """Administrators stay signed in for a month and more."""
    client = seen.client
    ceiling = client.maximum_granted_roles
    mighty = client.allow_seller or (seen.user is not None and FULL_ACCESS in seen.user.available_roles)
    if client.refresh_token_duration < LONG_REFRESH_MINUTES or not mighty or (ceiling and FULL_ACCESS not in ceiling):
        return None
    whose = "Seller users stay" if client.allow_seller else f"Whoever signs in as {seen.user_name} stays"
    days = count(client.refresh_token_duration // 1440, "day")
    bound = "and the ceiling of roles lets FullAccess through" if ceiling else "with no ceiling on roles"
    reason = f"{whose} signed in for {days}, {bound}."
    title, fields = "Long-lived tokens with administrator roles", (REFRESH, "MaximumGrantedRoles")
    fix = Patch({REFRESH: 1440})
    return Advice("long-lived-admin", Severity.WARNING, title, reason, fields, "lifetimes", fix)


def long_access_powerful(seen: Seen) -> Advice | None:
    """A stolen token with powerful roles is good for a working day. Only known users tell."""
    minutes = seen.client.access_token_duration
    if minutes < LONG_ACCESS_MINUTES:
        return None
    found = _powerful_user(seen)
    if found is None:
        return None
    user, roles = found
    reason = (
        f"{user.username} gets {list_some(roles)}, and an access token that is stolen is good for "
        f"{count(minutes // 60, 'hour')}. Short ones with a refresh token are as convenient, and safer."
    )
    title, fields = "Long access tokens with powerful roles", (ACCESS, "MaximumGrantedRoles")
    return Advice("long-access-powerful", Severity.WARNING, title, reason, fields, "lifetimes", Patch({ACCESS: 60}))


def _powerful_user(seen: Seen) -> tuple[User, frozenset[str]] | None:
    # Users of companies have no powerful roles that work, and there may be very many: the seller's are looked at.
    known = seen.more.users
    users = known.by_kind.get(PartyKind.SELLER, ()) if known is not None and seen.client.allow_seller else ()
    candidates = (*(() if seen.user is None else (seen.user,)), *users)
    for wanted in (frozenset({FULL_ACCESS}), POWERFUL):
        for user in candidates:
            if user.active and user.available_roles & wanted and (roles := seen.granted(user) & wanted):
                return user, roles
    return None


def refresh_shorter(seen: Seen) -> Advice | None:
    """A refresh token is over before it is needed."""
    refresh, access = seen.client.refresh_token_duration, seen.client.access_token_duration
    if not 0 < refresh <= access:
        return None
    reason = f"A refresh token lives {refresh} minutes and the access token {access}: it is over before it is needed."
    title, fix = "Refresh tokens do not outlive access tokens", Patch({REFRESH: 0})
    return Advice("refresh-shorter", Severity.WARNING, title, reason, (REFRESH, ACCESS), "refresh", fix)


def refresh_needs_secret(seen: Seen) -> Advice | None:
    """The JavaScript SDK cannot send the secret that a refresh needs."""
    if seen.client.refresh_token_duration <= 0 or not seen.has_secret:
        return None
    reason = (
        "It issues refresh tokens, and has a secret, which a refresh must send. The JavaScript SDK cannot, so what is "
        "built with it is signed out at the end of each access token."
    )
    title, fields = "The JavaScript SDK cannot refresh here", (REFRESH, "ClientSecret")
    return Advice("refresh-needs-secret", Severity.WARNING, title, reason, fields, "refresh", Patch({REFRESH: 0}))


def signs_out_often(seen: Seen) -> Advice | None:
    """People have to type their password again and again."""
    client = seen.client
    minutes = client.access_token_duration
    if client.refresh_token_duration or not 0 < minutes < SHORT_ACCESS_MINUTES or seen.has_secret:
        return None
    if client.default_context_user_name or not seen.somebody:
        return None
    reason = f"Access tokens live {count(minutes, 'minute')} and there is no refresh: people sign in again that often."
    title, fix = "People sign in again and again", Patch({REFRESH: 1440})
    return Advice("signs-out-often", Severity.INFO, title, reason, (ACCESS, REFRESH), "lifetimes", fix)


RULES = {
    "long-lived-admin": long_lived_admin,
    "long-access-powerful": long_access_powerful,
    "refresh-shorter": refresh_shorter,
    "refresh-needs-secret": refresh_needs_secret,
    "signs-out-often": signs_out_often,
}
