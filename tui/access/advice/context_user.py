"""Advice on the default context user: whom programs and guests act as."""

from __future__ import annotations

from tui.access.advice.advice import Advice, Assign, Fix, Patch, Severity
from tui.access.advice.seen import Seen
from tui.access.api_roles import API_ROLES
from tui.access.facts import PartyKind
from tui.access.parties import FLAG_OF_KIND
from tui.access.roles import FULL_ACCESS, granted_roles, is_api_role
from tui.access.times import UNTIL_UNLOCKED, is_past, tell_time, utc
from tui.access.words import list_some

USER = "DefaultContextUserName"
FOR_GUESTS = frozenset({"Shopper"} | {role for role in API_ROLES if role.startswith("Me") and role[2:3].isupper()})
"""The roles that do no more than shop and look after one's own things."""


def anonymous_without_user(seen: Seen) -> Advice | None:
    """Anonymous shopping has nobody to copy."""
    if not seen.client.is_anon_buyer or seen.client.default_context_user_name:
        return None
    reason = "IsAnonBuyer is on, but DefaultContextUserName is not set: storefronts loop on a 400 when they sign in."
    title = "Anonymous shopping has no user"
    return Advice("anonymous-without-user", Severity.ERROR, title, reason, ("IsAnonBuyer", USER), "guests")


def anonymous_user_no_buyer(seen: Seen) -> Advice | None:
    """Anonymous shopping is to copy a user of the seller or of a supplier."""
    if not seen.client.is_anon_buyer or seen.user is None or seen.user.party.kind is PartyKind.BUYER:
        return None
    reason = f"{seen.user_name} is a {seen.user.party.kind} user, and anonymous shopping needs a buyer user."
    fields, title = ("IsAnonBuyer", USER), "Anonymous shopping needs a buyer user"
    # Without a secret, what is no anonymous shopping any more would make everybody that user.
    fix = Patch({"IsAnonBuyer": False} if seen.has_secret else {"IsAnonBuyer": False, USER: None})
    return Advice("anonymous-user-no-buyer", Severity.ERROR, title, reason, fields, "guests", fix)


def anonymous_without_buyers(seen: Seen) -> Advice | None:
    """Anonymous shopping where no buyer gets in. With the user known, its own party decides, in another rule."""
    client = seen.client
    if not client.is_anon_buyer or not client.default_context_user_name or seen.user is not None:
        return None
    if not seen.somebody or PartyKind.BUYER in seen.open_kinds:
        return None
    reason = "IsAnonBuyer is on, but no buyer may use it: AllowAnyBuyer is off, and no buyer is assigned."
    fields, title = ("IsAnonBuyer", "AllowAnyBuyer"), "Anonymous shopping without buyers"
    return Advice("anonymous-without-buyers", Severity.ERROR, title, reason, fields, "guests")


def context_user_missing(seen: Seen) -> Advice | None:
    """No user has the name given."""
    if not seen.client.default_context_user_name or seen.more.users is None or seen.user is not None:
        return None
    reason = f"No user of the marketplace is named {seen.user_name}, so client credentials are refused."
    title = "The default context user does not exist"
    return Advice("context-user-missing", Severity.ERROR, title, reason, (USER,), "client-credentials")


def context_user_inactive(seen: Seen) -> Advice | None:
    """The user or its company is not active."""
    if seen.user is None or (seen.user.active and seen.user.party.active):
        return None
    whose = seen.user_name if not seen.user.active else f"{seen.user.party.label}, the company of {seen.user_name},"
    reason = f"{whose} is not active, so client credentials are refused."
    title = "The default context user is not active"
    return Advice("context-user-inactive", Severity.ERROR, title, reason, (USER,), "client-credentials")


def context_user_locked(seen: Seen) -> Advice | None:
    """The user is locked out, and that bars every grant."""
    until = None if seen.user is None else seen.user.locked_until
    if until is None or is_past(until, seen.now):
        return None
    ends = "until somebody unlocks it" if utc(until) >= UNTIL_UNLOCKED else f"until {tell_time(until)}"
    reason = (
        f"Too many wrong passwords: {seen.user_name} is locked out {ends}, and client credentials are refused, too."
    )
    title = "The default context user is locked out"
    return Advice("context-user-locked", Severity.ERROR, title, reason, (USER,), "client-credentials")


def context_user_refused(seen: Seen) -> Advice | None:
    """The user's own party may not use the API client."""
    if seen.user is None:
        return None
    party = seen.user.party
    access = seen.gate.access(party)
    if access.allowed:
        return None
    flag = FLAG_OF_KIND[party.kind]
    reason = f"{access.reason} Client credentials act as {seen.user_name}, and are refused."
    title = "The default context user has no access"
    # For a company the mend is an assignment: its flag would let in every other company as well.
    fix: Fix = Patch({flag: True}) if party.kind is PartyKind.SELLER else Assign((party,))
    return Advice("context-user-refused", Severity.ERROR, title, reason, (USER, flag), "client-credentials", fix)


def context_user_roles(seen: Seen) -> Advice | None:
    """The user would get no role, or not the floor."""
    if seen.user is None:
        return None
    granted = granted_roles(seen.client, seen.user.available_roles, None)
    if granted.roles and not granted.missing_minimum:
        return None
    lack = f"lacks {list_some(granted.missing_minimum)}" if granted.missing_minimum else "is left without any role"
    reason = f"Without a scope, {seen.user_name} {lack}, so client credentials are refused."
    fields = (USER, "MinimumRequiredRoles", "MaximumGrantedRoles")
    title = "The default context user lacks roles"
    return Advice("context-user-roles", Severity.ERROR, title, reason, fields, "floor-and-ceiling")


def open_context_user(seen: Seen) -> Advice | None:
    """Without a secret, the client ID is all it takes to be the user."""
    if not seen.client.default_context_user_name or seen.client.is_anon_buyer or seen.has_secret:
        return None
    mighty = seen.user is not None and FULL_ACCESS in seen.user.available_roles
    gets = "would get" if _is_refused(seen) else "gets"
    reason = f"There is no secret, so whoever knows the client ID {gets} a token of {seen.user_name}"
    reason += ", who has FullAccess." if mighty else "."
    severity = Severity.ERROR if mighty else Severity.WARNING
    title = "Anybody can act as the default context user"
    return Advice("open-context-user", severity, title, reason, (USER, "ClientSecret"), "client-credentials")


def _is_refused(seen: Seen) -> bool:
    """Whether the user, as far as it is known, gets no token now for a reason that other advice tells."""
    user = seen.user
    if not seen.client.active:
        return True
    if user is None:
        return seen.more.users is not None
    locked = user.locked_until is not None and not is_past(user.locked_until, seen.now)
    inactive = locked or not (user.active and user.party.active)
    return inactive or not seen.gate.access(user.party).allowed or not seen.granted(user)


def context_user_mighty(seen: Seen) -> Advice | None:
    """A program may do everything."""
    if seen.user is None or not seen.has_secret or seen.client.is_anon_buyer:
        return None
    if FULL_ACCESS not in seen.granted(seen.user):
        return None
    acts = "would act" if _is_refused(seen) else "acts"
    reason = (
        f"Whatever holds the secret {acts} as {seen.user_name} with FullAccess. A security profile with the roles it "
        "needs, or a ceiling here, keeps a stolen secret from being everything."
    )
    title, fields = "A program has FullAccess", (USER, "MaximumGrantedRoles")
    return Advice("context-user-mighty", Severity.WARNING, title, reason, fields, "roles")


def guests_mighty(seen: Seen) -> Advice | None:
    """Guests get roles that are not for everybody."""
    user = seen.user
    if not seen.client.is_anon_buyer or user is None or user.party.kind is not PartyKind.BUYER:
        return None
    granted = {role for role in seen.granted(user) if is_api_role(role)}
    extra, harmless = granted - FOR_GUESTS, tuple(sorted(granted & FOR_GUESTS))
    if not extra:
        return None
    reason = f"Anonymous shoppers are copies of {seen.user_name}, so everybody on the Internet gets {list_some(extra)}."
    # A floor may have been met by just the roles that go.
    fits = harmless and not seen.minimum
    fix = Patch({"MaximumGrantedRoles": harmless}) if fits else None
    title, fields = "Anonymous shoppers get more than a shopper's roles", (USER, "IsAnonBuyer", "MaximumGrantedRoles")
    return Advice("guests-mighty", Severity.WARNING, title, reason, fields, "guests", fix)


def context_user_for_many(seen: Seen) -> Advice | None:
    """One user stands for several kinds of party."""
    if not seen.client.default_context_user_name or len(seen.open_kinds) < 2:
        return None
    kinds = " and ".join(seen.open_kinds)
    reason = f"It is open to {kinds}, so {seen.user_name} reaches what belongs to all of them."
    fields, title = (
        (USER, *(FLAG_OF_KIND[kind] for kind in PartyKind)),
        "A default context user for several kinds of party",
    )
    return Advice("context-user-for-many", Severity.WARNING, title, reason, fields, "client-credentials")


def secret_without_user(seen: Seen) -> Advice | None:
    """A secret is made for programs, and they have nobody to act as."""
    if not seen.has_secret or seen.client.default_context_user_name or seen.client.is_anon_buyer:
        return None
    reason = (
        "It has a secret, as programs need one, but DefaultContextUserName is not set: client credentials are refused, "
        "and only people with a password get in."
    )
    title, fields = "Client credentials have no user to act as", (USER, "ClientSecret")
    return Advice("secret-without-user", Severity.WARNING, title, reason, fields, "client-credentials")


RULES = {
    "anonymous-without-user": anonymous_without_user,
    "anonymous-user-no-buyer": anonymous_user_no_buyer,
    "anonymous-without-buyers": anonymous_without_buyers,
    "context-user-missing": context_user_missing,
    "context-user-inactive": context_user_inactive,
    "context-user-locked": context_user_locked,
    "context-user-refused": context_user_refused,
    "context-user-roles": context_user_roles,
    "open-context-user": open_context_user,
    "context-user-mighty": context_user_mighty,
    "guests-mighty": guests_mighty,
    "context-user-for-many": context_user_for_many,
    "secret-without-user": secret_without_user,
}
