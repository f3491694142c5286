"""Advice on client secrets: which are too old, too many, in the wrong place, or readable."""

from __future__ import annotations

from datetime import timedelta

from tui.access.advice.advice import Advice, DeleteSecrets, Patch, Severity
from tui.access.advice.seen import Seen
from tui.access.facts import SecretFacts
from tui.access.limits import SECRETS_PER_API_CLIENT
from tui.access.names import for_browsers
from tui.access.times import tell_time, utc
from tui.access.words import list_some, shorten

EXPIRES_SOON = timedelta(days=14)
SECRET = ("ClientSecret",)


def secrets_expired(seen: Seen) -> Advice | None:
    """No live secret is left."""
    if not seen.secrets or seen.live or seen.client.client_secret:
        return None
    reason = "Every secret has expired, and expired ones still count: nobody gets in until there is a live one."
    return Advice("secrets-expired", Severity.ERROR, "Every secret has expired", reason, SECRET, "rotation")


def secret_expires_soon(seen: Seen) -> Advice | None:
    """The last live secret is about to expire."""
    if not seen.live or seen.client.client_secret:
        return None
    ends = [utc(secret.expiration) for secret in seen.live if secret.expiration is not None]
    if len(ends) < len(seen.live) or max(ends) - utc(seen.now) > EXPIRES_SOON:
        return None
    reason = f"The last live secret expires on {tell_time(max(ends))}; from then on nobody gets in."
    title = "The last live secret expires soon"
    return Advice("secret-expires-soon", Severity.WARNING, title, reason, SECRET, "rotation")


def secret_expiring(seen: Seen) -> Advice | None:
    """One secret is about to expire while another lives on."""
    near = [each for each in seen.live if _is_near(seen, each)]
    if not near or (len(near) == len(seen.live) and not seen.client.client_secret):
        return None
    first = min(near, key=lambda each: utc(each.expiration or seen.now))
    names = list_some([shorten(each.name or each.id) for each in near])
    when = tell_time(first.expiration or seen.now)
    expire = "expires" if len(near) == 1 else "expire, the first"
    reason = f"{names} {expire} on {when}: what still sends it is refused then."
    title = "A secret expires soon" if len(near) == 1 else "Secrets expire soon"
    return Advice("secret-expiring", Severity.WARNING, title, reason, SECRET, "rotation")


def _is_near(seen: Seen, secret: SecretFacts) -> bool:
    return secret.expiration is not None and utc(secret.expiration) - utc(seen.now) <= EXPIRES_SOON


def secret_in_storefront(seen: Seen) -> Advice | None:
    """Anonymous shopping and a secret contradict each other."""
    if not seen.client.is_anon_buyer or not seen.has_secret:
        return None
    reason = "Anonymous shopping runs in a browser, where a secret can be read by anybody; and every grant needs it."
    fields, title = ("IsAnonBuyer", "ClientSecret"), "A storefront with a secret"
    return Advice("secret-in-storefront", Severity.WARNING, title, reason, fields, "guests", seen.all_secrets)


def secret_in_browser(seen: Seen) -> Advice | None:
    """By its name it is used by browsers, where nothing is secret."""
    client = seen.client
    if client.is_anon_buyer or not seen.has_secret or not for_browsers(client.app_name):
        return None
    reason = (
        f"By its name, {shorten(client.app_name)} is used in browsers or on phones, where a secret can be read by "
        "anybody; and every grant needs it."
    )
    # With a context user, no secret would let everybody act as that user.
    fix = None if client.default_context_user_name else seen.all_secrets
    title, fields = "A secret where people can read it", ("AppName", "ClientSecret")
    return Advice("secret-in-browser", Severity.WARNING, title, reason, fields, "secrets", fix)


def secrets_full(seen: Seen) -> Advice | None:
    """The next rotation has no room."""
    if len(seen.secrets) < SECRETS_PER_API_CLIENT:
        return None
    expired = _expired(seen)
    reason = f"It has {len(seen.secrets)} named secrets, and no more are allowed: the next rotation cannot begin."
    if expired:
        reason += f" Expired already: {len(expired)}."
    if expired and not (seen.live or seen.client.client_secret):
        reason += " One of them stays until there is a live one: without any, every grant works without a secret."
        expired = expired[1:]
    fix = DeleteSecrets(expired) if expired else None
    return Advice(
        "secrets-full", Severity.WARNING, "There is no room for another secret", reason, SECRET, "rotation", fix
    )


def secrets_left_over(seen: Seen) -> Advice | None:
    """Expired secrets lie about beside live ones."""
    expired = _expired(seen)
    if not expired or not (seen.live or seen.client.client_secret):
        return None
    names = list_some([shorten(each.name or each.id) for each in seen.secrets if each.id in expired])
    one = len(expired) == 1
    reason = f"{names} {'has' if one else 'have'} expired and {'is' if one else 'are'} of no use any more."
    title = "An expired secret is left over" if one else f"{len(expired)} expired secrets are left over"
    return Advice("secrets-left-over", Severity.INFO, title, reason, SECRET, "rotation", DeleteSecrets(expired))


def _expired(seen: Seen) -> tuple[str, ...]:
    live = {secret.id for secret in seen.live}
    return tuple(secret.id for secret in seen.secrets if secret.id not in live)


def secret_never_expires(seen: Seen) -> Advice | None:
    """A named secret has no end."""
    endless = [shorten(each.name or each.id) for each in seen.live if each.expiration is None]
    if not endless:
        return None
    one = len(endless) == 1
    reason = (
        f"{list_some(endless)} {'has' if one else 'have'} no expiry, so a copy that leaked is good for ever. "
        "One with an end makes sure that it is rotated."
    )
    title = "A secret never expires" if one else f"{len(endless)} secrets never expire"
    return Advice("secret-never-expires", Severity.INFO, title, reason, SECRET, "rotation")


def legacy_beside_named(seen: Seen) -> Advice | None:
    """The legacy secret has a successor."""
    if not seen.client.client_secret or not seen.live:
        return None
    readable = "Whoever may read API clients can read the legacy ClientSecret."
    if all(_is_near(seen, each) for each in seen.live):
        reason = f"{readable} But no named one is good for long: create another before it is cleared."
        return Advice(
            "legacy-secret", Severity.INFO, "The legacy secret outlasts the named ones", reason, SECRET, "rotation"
        )
    reason = f"{readable} Once every program has a named one, clear it."
    title, fix = "The legacy secret can be retired", Patch({"ClientSecret": None})
    return Advice("legacy-secret", Severity.INFO, title, reason, SECRET, "rotation", fix)


def legacy_only(seen: Seen) -> Advice | None:
    """The legacy secret is the only one that works."""
    if not seen.client.client_secret or seen.live:
        return None
    reason = (
        "Whoever may read API clients can read the legacy ClientSecret, and there can be only one. Named secrets are "
        "shown once, expire, and can be exchanged without a pause."
    )
    return Advice("legacy-secret-only", Severity.INFO, "Its only secret is the legacy one", reason, SECRET, "secrets")


RULES = {
    "secrets-expired": secrets_expired,
    "secret-expires-soon": secret_expires_soon,
    "secret-expiring": secret_expiring,
    "secret-in-storefront": secret_in_storefront,
    "secret-in-browser": secret_in_browser,
    "secrets-full": secrets_full,
    "secrets-left-over": secrets_left_over,
    "secret-never-expires": secret_never_expires,
    "legacy-secret": legacy_beside_named,
    "legacy-secret-only": legacy_only,
}
