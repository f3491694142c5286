"""The decision: one attempt at the token endpoint, judged by the checks in their order."""

from __future__ import annotations

from datetime import datetime

from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.case import Case
from tui.access.checks import in_order
from tui.access.decision import Check, Decision, Lifetimes
from tui.access.parties import By
from tui.access.roles import scope_warning
from tui.access.switches import DEFAULT, Switches
from tui.access.words import list_some

ANONYMOUS_MINUTES = 10080
"""What `AnonymousTokenDuration` is when an API client does not say: seven days."""


def decide(attempt: Attempt, facts: Facts, now: datetime, switches: Switches = DEFAULT) -> Decision:
    """Judge one attempt: allowed with what the token would be, or refused by the first check that fails.

    Total: it never raises. Evidence that is `ASSUMED` counts as right and is told in `assumptions`, but only where
    the answer depends on it; a refusal without assumptions is the same whatever the secret or password is.
    """
    case = Case(attempt, facts, now, switches)
    failed = [(check, refusal) for check, judge in in_order(switches) if (refusal := judge(case)) is not None]
    if failed:
        check, refusal = failed[0]
        return Decision(
            allowed=False,
            check=check,
            error=refusal.error,
            reasons=refusal.reasons,
            near_misses=refusal.near_misses,
            assumptions=_assumptions(case, check),
            role_gaps=case.granted.gaps if check is Check.ROLES_LEFT and case.granted else (),
            also_failing=tuple(other for other, _ in failed[1:]),
        )
    granted = case.granted
    return Decision(
        allowed=True,
        roles=tuple(sorted(granted.roles)) if granted else (),
        lifetimes=_lifetimes(case),
        anonymous=case.anonymous,
        reasons=_allowed_because(case),
        near_misses=_allowed_narrowly(case),
        assumptions=_assumptions(case, None),
        role_gaps=granted.gaps if granted else (),
    )


def _assumptions(case: Case, decided_by: Check | None) -> tuple[str, ...]:
    """Tell the assumptions the answer rests on: those of the checks before the one that decided."""
    last = max(Check) if decided_by is None else decided_by
    assumed = []
    if case.secret_required and case.attempt.secret is SecretEvidence.ASSUMED and last > Check.CLIENT_SECRET:
        assumed.append("The client secret is right.")
    if (
        case.grant is Grant.PASSWORD
        and case.attempt.password is PasswordEvidence.ASSUMED
        and last > Check.CREDENTIALS_RIGHT
    ):
        assumed.append("The password is right.")
    if (
        case.grant is Grant.REFRESH_TOKEN
        and case.attempt.refresh is RefreshEvidence.ASSUMED
        and last > Check.REFRESH_TOKEN
    ):
        assumed.append("The refresh token was issued for this API client, and has neither expired nor been revoked.")
    return tuple(assumed)


def _lifetimes(case: Case) -> Lifetimes | None:
    client = case.client
    if client is None:
        return None
    refresh = max(client.refresh_token_duration, 0)
    if case.anonymous:
        minutes = client.anonymous_token_duration
        access = ANONYMOUS_MINUTES if minutes is None else minutes
        return Lifetimes(access, refresh if case.switches.anonymous_refresh else 0)
    if case.grant is Grant.REFRESH_TOKEN and case.attempt.refreshed_minutes is not None:
        refresh = case.attempt.refreshed_minutes  # the same refresh token comes back, whatever new ones would get
    if case.grant is Grant.CLIENT_CREDENTIALS and not case.switches.client_credentials_refresh:
        refresh = 0
    return Lifetimes(client.access_token_duration, refresh)


def _allowed_because(case: Case) -> tuple[str, ...]:
    client, user, gate, granted = case.client, case.user, case.gate, case.granted
    if client is None or user is None or gate is None or granted is None:
        return ()
    reasons = [gate.access(user.party).reason]
    if case.anonymous:
        reasons.append(f"IsAnonBuyer is on: each caller becomes a temporary copy of the buyer user {user.username}.")
    elif case.grant is Grant.CLIENT_CREDENTIALS:
        reasons.append(f"The token acts as the default context user {user.username}.")
        if not case.secret_required:
            reasons.append("There is no client secret: whoever knows the client ID is that user.")
    if case.secret_required:
        reasons.append("The API client has a client secret, and a live one was sent.")
    elif case.attempt.secret is not SecretEvidence.ABSENT:
        reasons.append("The secret that was sent is ignored, because the API client has none.")
    scope = "the scope asks for" if case.scope else "no scope was given, so it gets all of"
    if not case.scope and case.grant is Grant.REFRESH_TOKEN and case.attempt.refreshed_roles is not None:
        scope = "without a scope the refresh repeats"
    reasons.append(f"Roles: {scope} {list_some(granted.roles)}.")
    return tuple(reasons)


def _allowed_narrowly(case: Case) -> tuple[str, ...]:
    """Say what the permission hangs on, and what only looks as if it had an effect."""
    client, user, gate = case.client, case.user, case.gate
    if client is None or user is None or gate is None:
        return ()
    misses = []
    by = gate.by(user.party.kind, user.party.id)
    if by is By.ASSIGNMENT:
        misses.append(f"Without the assignment of {user.party.label} it would be refused.")
    elif by is By.FLAG and gate.nullifies(user.party.kind, user.party.id):
        misses.append(f"Without the flag, the assignment of {user.party.label} would let it in.")
    if client.is_anon_buyer and case.grant is Grant.CLIENT_CREDENTIALS and not case.anonymous:
        misses.append(f"IsAnonBuyer is on, but {user.username} is no buyer user, so this is not anonymous shopping.")
    if (warning := scope_warning(case.scope)) is not None:
        misses.append(warning)
    return tuple(misses)
