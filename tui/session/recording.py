"""From a result, which holds credentials, to the record of it that is kept, which must not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.access.attempt import Attempt
from tui.access.roles import split_scope
from tui.session.attempt_record import AttemptRecord, Evidence, Expected, Kind, Outcome, Sent
from tui.session.record import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.session.result import Result

LONGEST = 300
"""How much of what a server said is kept."""
MOST_ROLES = 200


def record_of(result: Result, place: str, attempt: Attempt | None) -> AttemptRecord:
    """Return what is kept of a result. Whatever was a credential in it is masked, in which field it may stand."""
    clean = _cleaner(result)
    expected = None if result.expected is None else Expected.of(result.expected)
    if expected is not None:
        expected = replace(expected, roles=tuple(map(clean, expected.roles[:MOST_ROLES])))
    comparison = result.comparison
    return AttemptRecord(
        id=new_id(),
        at=result.at,
        place=place,
        sent=_sent(result, attempt, clean),
        expected=expected,
        outcome=_outcome(result, clean),
        agreed=comparison.agreed,
        surprise=clean(comparison.surprise and f"{comparison.surprise}. {comparison.note}"),
        differences=tuple(map(clean, comparison.differences)),
    )


def _sent(result: Result, attempt: Attempt | None, clean: Callable[[str], str]) -> Sent:
    form = result.form
    scope = split_scope(form.scope)
    of = form.refreshing.record if form.refreshing is not None and form.kind is Kind.REFRESH else None
    caller = ""
    if form.kind is Kind.IMPERSONATION:
        caller = form.caller.who if form.caller is not None else "the console"
    evidence = Evidence()
    if attempt is not None:
        evidence = Evidence(attempt.secret, attempt.password, attempt.refresh)
    return Sent(
        kind=form.kind,
        api_client_id=clean(form.api_client_id),
        app_name=clean(result.app_name),
        username=clean(form.username) if form.kind.names_user else "",
        scope=None if scope is None else tuple(map(clean, scope[:MOST_ROLES])),
        anon_user_id=clean(form.anon_user_id) if form.kind is Kind.ANONYMOUS else "",
        caller=clean(caller),
        connect=clean(form.connect) if form.kind is Kind.OPENID else "",
        refreshes="" if of is None else of.id,
        evidence=evidence,
    )


def _outcome(result: Result, clean: Callable[[str], str]) -> Outcome:
    from tui.ordercloud.errors import ApiError, OAuthRefused

    exchange, error = result.exchange, result.error
    status = exchange.status or 0 if exchange is not None else 0
    took = exchange.total_ms if exchange is not None else 0.0
    if result.token is not None and result.answer is not None:
        claims = result.token.claims
        seconds = claims.exp - claims.iat if claims.exp is not None and claims.iat is not None else None
        return Outcome(
            allowed=True,
            status=status,
            usr=clean(claims.usr or ""),
            roles=tuple(map(clean, sorted(claims.role or ())[:MOST_ROLES])),
            access_seconds=seconds,
            refresh=bool(result.answer.refresh_token),
            orderid=bool(claims.orderid),
            imp=bool(claims.imp),
            milliseconds=took,
        )
    oauth = error.error if isinstance(error, OAuthRefused) else ""
    code = error.code if isinstance(error, ApiError) else ""
    said = error.description if isinstance(error, OAuthRefused) else str(error or "There is no token in the answer.")
    return Outcome(False, status, clean(oauth), clean(code), clean(said), milliseconds=took)


def _cleaner(result: Result) -> Callable[[str], str]:
    from tui.ordercloud.redact import MASK, redact_text

    form, answer = result.form, result.answer
    secrets = {form.password, form.secret}
    if result.exchange is not None:
        secrets |= result.exchange.secrets
    if answer is not None:
        secrets |= {answer.access_token, answer.refresh_token or ""}
    for of in (form.refreshing, form.caller):
        if of is not None and of.answer is not None:
            secrets |= {of.answer.access_token, of.refresh_token or ""}
    known = frozenset(secrets - {""})

    def clean(text: str) -> str:
        if text in known:  # short ones are not looked for inside of texts
            return MASK
        shown = redact_text(text, known, named=True)
        return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"

    return clean
