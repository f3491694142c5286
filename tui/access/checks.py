"""The checks of the token endpoint, one function each: None when it has no objection, else the refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tui.access.attempt import Grant, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.case import Case, Refusal
from tui.access.decision import Check, TokenError
from tui.access.facts import PartyKind
from tui.access.roles import FULL_ACCESS, scope_warning
from tui.access.switches import Switches
from tui.access.times import UNTIL_UNLOCKED, is_past, tell_time, utc
from tui.access.words import count, list_some, shorten

CheckFunction: TypeAlias = Callable[[Case], Refusal | None]

_OAUTH_ERROR = "Auth.OauthError"
_REFRESH_ERROR = TokenError("invalid_grant", _OAUTH_ERROR, "invalid refresh token")


def form_encoded(case: Case) -> Refusal | None:
    """Check 1: the body is form-encoded."""
    if case.attempt.form_encoded:
        return None
    text = "Content type must be application/x-www-form-urlencoded."
    reason = "The body is not form-encoded; the token endpoint takes no JSON."
    return Refusal(TokenError("invalid_request", "Request.InvalidContentType", text), (reason,))


def grant_type_present(case: Case) -> Refusal | None:
    """Check 2: `grant_type` is present."""
    if (case.attempt.grant_type or "").strip():
        return None
    error = TokenError("invalid_request", _OAUTH_ERROR, "grant_type is required")
    return Refusal(error, ("The request names no grant_type.",))


def grant_type_supported(case: Case) -> Refusal | None:
    """Check 3: `grant_type` is one of the three."""
    given = case.attempt.grant_type or ""
    if case.grant is not None or not given.strip():
        return None
    named = shorten(given)
    wanted = "password, client_credentials and refresh_token"
    error = TokenError("unsupported_grant_type", _OAUTH_ERROR, f"grant_type {named} is not supported")
    misses = [
        f"The grant type is written {each.value}, in lower case and without blanks."
        for each in Grant
        if _alike(given, each)
    ]
    if given.strip().lower() == "anonymous":
        misses.append("Anonymous shopping is client_credentials on an API client with IsAnonBuyer on.")
    return Refusal(error, (f"The grant_type is {named}; OrderCloud supports {wanted}.",), tuple(misses))


def _alike(given: str, grant: Grant) -> bool:
    return "".join(c for c in given.lower() if c.isalpha()) == grant.value.replace("_", "")


def client_known(case: Case) -> Refusal | None:
    """Check 4: `client_id` is present and known, compared without case."""
    if case.client is not None:
        return None
    error = TokenError("invalid_client", "ApiClient.InvalidClientID", "Invalid Client ID.")
    given = case.attempt.client_id
    if not given or not given.strip():
        return Refusal(error, ("The request names no client_id.",))
    misses = ["An API client's ID is good in one environment and marketplace only."]
    if given != given.strip():
        misses.insert(0, "The client ID has blanks around it.")
    return Refusal(error, (f"No API client has the ID {shorten(given)}.",), tuple(misses))


def client_active(case: Case) -> Refusal | None:
    """Check 5: the API client is active."""
    if case.client is None or case.client.active:
        return None
    error = TokenError("invalid_client", "Auth.ClientNotActive", "Client ID is not active.")
    return Refusal(error, (f"{case.client.app_name} is not active: Active is off, and that stops every grant.",))


def client_secret(case: Case) -> Refusal | None:
    """Check 6: once the API client has any secret, every grant must send a live one."""
    evidence = case.attempt.secret
    error = TokenError("invalid_client", _OAUTH_ERROR, "invalid client secret")
    if case.client is None:
        return None
    if not case.secret_required:
        if case.switches.secret_on_secretless_client_ignored or evidence is SecretEvidence.ABSENT:
            return None
        return Refusal(error, (f"{case.client.app_name} has no client secret, and one was sent.",))
    if evidence in {SecretEvidence.LIVE, SecretEvidence.ASSUMED} and case.has_live_secret:
        return None
    has = ["the legacy ClientSecret"] if case.client.client_secret else []
    has += [count(len(case.facts.secrets), "named secret")] if case.facts.secrets else []
    reasons = [f"{case.client.app_name} has {' and '.join(has)}, so every grant must send a live one."]
    if evidence is SecretEvidence.ABSENT:
        reasons.append("No client secret was sent.")
    elif evidence is SecretEvidence.WRONG:
        reasons.append("The secret that was sent matches none of its secrets.")
    elif evidence is SecretEvidence.EXPIRED:
        reasons.append("The secret that was sent has expired.")
    return Refusal(error, tuple(reasons), _secret_near_misses(case))


def _secret_near_misses(case: Case) -> tuple[str, ...]:
    misses = []
    if not case.has_live_secret:
        misses.append(
            "Every secret has expired. Expired ones still count, so nobody gets in until there is a live one."
        )
    misses += [
        f"The secret {secret.name or secret.id} has expired on {tell_time(secret.expiration)}."
        for secret in case.facts.secrets
        if secret.expiration is not None and is_past(secret.expiration, case.now)
    ]
    return tuple(misses)


def credentials_present(case: Case) -> Refusal | None:
    """Check 7: a password grant has both fields."""
    if case.grant is not Grant.PASSWORD or case.attempt.password is not PasswordEvidence.ABSENT:
        return None
    text = "Both username and password are required."
    error = TokenError("invalid_grant", "Auth.UsernameAndPasswordRequired", text)
    return Refusal(error, ("The username or the password is missing.",))


def credentials_right(case: Case) -> Refusal | None:
    """Check 8: the user is known and the password right; one answer for both."""
    if case.grant is not Grant.PASSWORD or case.attempt.password is PasswordEvidence.ABSENT:
        return None
    wrong = case.attempt.password is PasswordEvidence.WRONG
    if case.user is not None and not wrong:
        return None
    error = TokenError("invalid_grant", "Auth.InvalidUsernameOrPassword", "Invalid username or password.")
    told = "The server gives one answer for an unknown user and for a wrong password."
    if case.user is None:
        reason = "No user has this username."
        return Refusal(error, (reason, told), ("Users sign in by Username, not by ID or e-mail address.",))
    misses = ("Every failure counts towards the lockout of this user.",)
    return Refusal(error, (f"{case.user.username} is known, and the password is wrong.", told), misses)


def not_locked_out(case: Case) -> Refusal | None:
    """Check 9: the user is not locked out."""
    user = case.user
    if user is None or user.locked_until is None or not case.locked_out:
        return None
    if case.grant is not Grant.PASSWORD and not case.switches.lockout_bars_every_grant:
        return None
    text = "Due to excessive login failures, this account has been locked."
    forever = utc(user.locked_until) >= UNTIL_UNLOCKED
    until = "until an administrator unlocks it" if forever else f"until {tell_time(user.locked_until)}"
    reason = f"{user.username} is locked out {until}, after too many wrong passwords."
    right = case.grant is Grant.PASSWORD and case.attempt.password is PasswordEvidence.RIGHT
    misses = ("The password was right; only the lockout refuses.",) if right else ()
    return Refusal(TokenError("invalid_grant", "Auth.LockedOut", text), (reason,), misses)


def context_user(case: Case) -> Refusal | None:
    """Check 10: client credentials have a default context user, and it exists."""
    if case.grant is not Grant.CLIENT_CREDENTIALS or case.client is None:
        return None
    name = case.client.default_context_user_name
    if name and case.user is not None:
        return None
    text = "Default context user required for client credentials grant"
    if name:
        reason = f"DefaultContextUserName is {shorten(name)}, and there is no such user."
    else:
        reason = "DefaultContextUserName is not set, so a token would act as nobody."
    misses = (
        ("IsAnonBuyer is on; anonymous shopping needs a buyer user to act as.",) if case.client.is_anon_buyer else ()
    )
    return Refusal(TokenError("invalid_grant", _OAUTH_ERROR, text), (reason,), misses)


_REFRESH_REASONS = {
    RefreshEvidence.UNKNOWN: "No such refresh token was issued.",
    RefreshEvidence.EXPIRED: "The refresh token has expired; its time runs from the first sign-in, not from a refresh.",
    RefreshEvidence.FOREIGN: "The refresh token was issued to another API client.",
}


def refresh_token(case: Case) -> Refusal | None:
    """Check 11: the refresh token is known, of this API client, neither expired nor revoked; its owner exists."""
    if case.grant is not Grant.REFRESH_TOKEN:
        return None
    evidence = case.attempt.refresh
    if evidence is RefreshEvidence.ABSENT:
        error = TokenError("invalid_grant", _OAUTH_ERROR, "refresh_token is required")
        return Refusal(error, ("The request holds no refresh_token.",))
    if evidence is RefreshEvidence.REVOKED:
        text = "The provided token has been revoked. Please re-authenticate."
        reason = "The refresh token has been revoked: somebody deleted this user's tokens."
        return Refusal(TokenError("invalid_grant", "Auth.TokenRevoked", text), (reason,))
    reason = _REFRESH_REASONS.get(evidence, "" if case.user else "The user of the refresh token no longer exists.")
    if not reason:
        return None
    off = case.client is not None and case.client.refresh_token_duration <= 0
    misses = ("RefreshTokenDuration is 0: this API client issues no refresh tokens.",) if off else ()
    return Refusal(_REFRESH_ERROR, (reason,), misses)


def all_active(case: Case) -> Refusal | None:
    """Check 12: the user, its company and the marketplace are active."""
    user = case.user
    if user is None:
        return None
    seller = user.party.kind is PartyKind.SELLER
    failed = []
    if not user.active:
        error = TokenError("invalid_grant", "Auth.UserNotActive", "User is not active.")
        failed.append((error, f"{user.username} is not active."))
    if not user.party.active and not seller:
        error = TokenError("invalid_grant", "Auth.CompanyNotActive", "User's organization is not active.")
        failed.append((error, f"The {user.party.kind} {user.party.label} is not active, and with it all its users."))
    if not case.facts.marketplace_active or (seller and not user.party.active):
        error = TokenError("invalid_grant", "Auth.SellerNotActive", "Marketplace is not active.")
        failed.append((error, "The marketplace is not active, and with it all its users."))
    if not failed:
        return None
    return Refusal(failed[0][0], (failed[0][1],), tuple(reason for _, reason in failed[1:]))


def party_allowed(case: Case) -> Refusal | None:
    """Check 13: the user's party may use the API client; the default context user's as well."""
    if case.user is None or case.gate is None:
        return None
    as_context_user = case.grant is Grant.CLIENT_CREDENTIALS
    if as_context_user and not case.switches.context_user_needs_party_access:
        return None
    access = case.gate.access(case.user.party)
    if access.allowed:
        return None
    error = TokenError("invalid_grant", _OAUTH_ERROR, "The user may not use this API client.")
    reasons = [access.reason]
    if as_context_user:
        reasons.append(f"The default context user {case.user.username} needs access like anybody else.")
    return Refusal(error, tuple(reasons), case.gate.near_misses(case.user.party))


def roles_left(case: Case) -> Refusal | None:
    """Check 14: at least one role is left, and every minimum role is among them."""
    granted, user, client = case.granted, case.user, case.client
    if granted is None or user is None or client is None or (granted.roles and not granted.missing_minimum):
        return None
    text = "User does not have role(s) required to perform this action."
    error = TokenError("invalid_grant", "Auth.InsufficientRoles", text)
    reasons = []
    if not user.available_roles:
        reasons.append(f"{user.username} has no role at all: no security profile gives it any.")
    elif not granted.roles:
        asked = "asked for" if case.scope else "available"
        reasons.append(f"None of the roles {asked} can be granted.")
    if granted.missing_minimum:
        required = "MinimumRequiredRoles or MinimumRequiredCustomRoles"
        reasons.append(f"{required} ask for {list_some(granted.missing_minimum)}, which would not be granted.")
    return Refusal(error, tuple(reasons), _role_near_misses(case))


def _role_near_misses(case: Case) -> tuple[str, ...]:
    user, client = case.user, case.client
    if user is None or client is None:
        return ()
    misses = []
    if (warning := scope_warning(case.scope)) is not None:
        misses.append(warning)
    if case.scope and user.available_roles:
        asked, held = list_some(case.scope), list_some(user.available_roles)
        misses.append(f"The scope asks for {asked}; {user.username} has {held}.")
    ceiling = client.maximum_granted_roles
    if FULL_ACCESS in user.available_roles and ceiling and not case.scope:
        misses.append(f"With FullAccess, {list_some(ceiling)} would be granted if the scope asked for it by name.")
    return tuple(misses)


def password_good(case: Case) -> Refusal | None:
    """Check 15: the password is neither too old nor too weak for the user's password policy."""
    user, evidence = case.user, case.attempt.password
    own = evidence in {PasswordEvidence.RIGHT, PasswordEvidence.ASSUMED}
    if user is None or case.grant is not Grant.PASSWORD or not own:
        return None
    if is_past(user.password_expires, case.now) and user.password_expires is not None:
        error = TokenError("invalid_grant", "Auth.PasswordExpired", "Expired Password.")
        reason = f"The password of {user.username} has expired on {tell_time(user.password_expires)}."
        return Refusal(error, (reason,), ("A password reset sets a new one, and so does an administrator.",))
    if case.attempt.password_lacks:
        text = "Password does not meet security requirements."
        error = TokenError("invalid_grant", "Auth.InsecurePassword", text, dict(case.attempt.password_lacks))
        lacks = ", ".join(f"{name} {value}" for name, value in case.attempt.password_lacks.items())
        reason = f"The password is right, but its policy asks for more: {lacks}."
        return Refusal(error, (reason,), ("The policy is the strictest of the user's security profiles.",))
    return None


CHECKS: tuple[tuple[Check, CheckFunction], ...] = (
    (Check.FORM_ENCODED, form_encoded),
    (Check.GRANT_TYPE_PRESENT, grant_type_present),
    (Check.GRANT_TYPE_SUPPORTED, grant_type_supported),
    (Check.CLIENT_KNOWN, client_known),
    (Check.CLIENT_ACTIVE, client_active),
    (Check.CLIENT_SECRET, client_secret),
    (Check.CREDENTIALS_PRESENT, credentials_present),
    (Check.CREDENTIALS_RIGHT, credentials_right),
    (Check.NOT_LOCKED_OUT, not_locked_out),
    (Check.CONTEXT_USER, context_user),
    (Check.REFRESH_TOKEN, refresh_token),
    (Check.ALL_ACTIVE, all_active),
    (Check.PARTY_ALLOWED, party_allowed),
    (Check.ROLES_LEFT, roles_left),
    (Check.PASSWORD_GOOD, password_good),
)
"""The checks in the order in which the token endpoint makes them."""

_PASSWORD_EARLY = tuple(sorted(CHECKS, key=lambda each: 9.5 if each[0] is Check.PASSWORD_GOOD else each[0]))


def in_order(switches: Switches) -> tuple[tuple[Check, CheckFunction], ...]:
    """Give the checks in the order in which the switches have them made."""
    return CHECKS if switches.password_policy_last else _PASSWORD_EARLY
