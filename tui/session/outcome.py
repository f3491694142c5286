"""An answer of the token endpoint held against what the rules expected: agreed, or a finding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.access.attempt import Attempt, Facts, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.decide import decide
from tui.access.decision import Check, Decision
from tui.access.facts import Party
from tui.access.times import UNIX_EPOCH, UNTIL_UNLOCKED
from tui.session.attempt_record import Kind
from tui.tokens.token import Token

if TYPE_CHECKING:
    from tui.ordercloud.models import AccessToken
    from tui.session.impersonating import Impersonation

_SERVER_FAILED = 500


class SignInRefused(Exception):
    """A sign-in in the browser ended without a token; the message is what the browser was told."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the rules were asked.

    Attributes:
        attempt: The attempt as the token endpoint takes it; of an impersonation it names the API client alone.
        facts: What the marketplace holds; `user` is whom the token acts as.
        kind: The way to the token.
        assigned: The companies assigned, where the user's own is refused: what nearly let it in.
        impersonation: The request to act as another user, when it is one.
        refused: The decision when it is made before the rules are asked.
        impersonated: Whether the token says that somebody else acts.
    """

    attempt: Attempt
    facts: Facts
    kind: Kind = Kind.PASSWORD
    assigned: tuple[Party, ...] = ()
    impersonation: Impersonation | None = None
    refused: Decision | None = None
    impersonated: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the answer and the expectation go together.

    Attributes:
        agreed: Whether the rules explain the answer; None when there is nothing to compare: no answer came, or nothing
            could be expected.
        decision: What the rules say once the answer is known: the expectation, or, where the answer showed that an
            assumption did not hold, the decision without it. None when the rules cannot explain the answer.
        note: A sentence on how they came to agree, or why there is nothing to compare.
        surprise: What had been expected instead, in a sentence, of an answer that the rules explain only because
            something that had to be assumed does not hold; blank when the answer is the one expected.
        differences: For each difference a sentence; it may quote the server.
    """

    agreed: bool | None
    decision: Decision | None
    note: str = ""
    surprise: str = ""
    differences: tuple[str, ...] = ()


def compare(
    prepared: Prepared | None,
    expected: Decision | None,
    answer: AccessToken | None,
    token: Token | None,
    error: Exception | None,
    now: datetime,
) -> Comparison:
    """Hold an answer against what was expected of it."""
    if prepared is None or expected is None:
        return Comparison(None, None, "Nothing was expected: the marketplace could not be read.")
    if (refusal := _refusal_of(error, prepared)) is not None:
        return _compare_refusal(prepared, expected, refusal, now)
    if answer is not None and token is not None:
        found = tuple(_token_differences(prepared, expected, answer, token))
        return Comparison(not found, expected if not found else None, differences=found)
    return Comparison(None, None, "Nothing to compare: the token endpoint did not answer as it does.")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A refusal as it came; `code` is None where none is told, as in a browser."""

    error: str
    code: str | None
    description: str
    status: int = 0


def _refusal_of(error: Exception | None, prepared: Prepared) -> _Refusal | None:
    from tui.ordercloud.errors import ApiError, OAuthRefused

    if isinstance(error, OAuthRefused):
        return _Refusal(error.error, error.code, error.description, error.status)
    if isinstance(error, ApiError) and prepared.kind is Kind.IMPERSONATION and error.status < _SERVER_FAILED:
        return _Refusal("", error.code, next((each.message for each in error.errors), ""), error.status)
    return _Refusal("", None, str(error)) if isinstance(error, SignInRefused) else None


def _compare_refusal(prepared: Prepared, expected: Decision, error: _Refusal, now: datetime) -> Comparison:
    matches = _matches(expected, error)
    words = "" if expected.error is None else expected.error.description
    if matches and (not error.description or not words or words == error.description):
        return Comparison(True, expected)
    for told, other in _alternatives(prepared, expected):
        decision = decide(other.attempt, other.facts, now)
        if _matches(decision, error) and decision.error and decision.error.description == error.description:
            return Comparison(True, _without_invention(decision, prepared), told, _wanted(expected))
    if matches:
        # The code is the expected one; only the words, which no contract fixes, are others.
        return Comparison(True, expected, f"The words differ from the expected: {words}")
    got = " ".join(each for each in (error.error, error.code) if each) or error.description or f"status {error.status}"
    return Comparison(False, None, differences=(f"{_wanted(expected)}; it was refused with {got}.",))


def _wanted(expected: Decision) -> str:
    if expected.allowed:
        return "Expected a token"
    told = "" if expected.error is None else f"{expected.error.error} {expected.error.code}".strip()
    return f"Expected {told or 'a refusal'}"


def _matches(decision: Decision, error: _Refusal) -> bool:
    wanted = decision.error
    if decision.allowed or wanted is None:
        return False
    if error.code is None:
        return wanted.description == error.description
    if wanted.code != error.code:
        return False
    return not error.error or wanted.error == error.error


def _alternatives(prepared: Prepared, expected: Decision) -> Iterator[tuple[str, Prepared]]:
    """Give what else may be true, as far as it could not be known before, each with the sentence that says so."""
    attempt, facts = prepared.attempt, prepared.facts
    if prepared.kind.grant is None:
        return
    if attempt.password is PasswordEvidence.ONE_TIME:
        yield (
            "The one-time password was assumed to be right; it is not, or it was used before, or is too old.",
            replace(prepared, attempt=replace(attempt, password=PasswordEvidence.WRONG)),
        )
    if attempt.password is PasswordEvidence.ASSUMED:
        yield (
            "The password was assumed to be right; it is not.",
            replace(prepared, attempt=replace(attempt, password=PasswordEvidence.WRONG)),
        )
    if attempt.secret is SecretEvidence.ASSUMED:
        yield (
            "The client secret was assumed to be right; it is not, or it has expired.",
            replace(prepared, attempt=replace(attempt, secret=SecretEvidence.WRONG)),
        )
    if attempt.refresh is RefreshEvidence.LIVE:
        yield (
            "The refresh token was revoked meanwhile.",
            replace(prepared, attempt=replace(attempt, refresh=RefreshEvidence.REVOKED)),
        )
    if facts.user is not None and facts.user.locked_until is None:
        locked = replace(facts.user, locked_until=UNTIL_UNLOCKED)
        yield (
            "Whether a user is locked out cannot be read beforehand; this one is.",
            replace(prepared, facts=replace(facts, user=locked)),
        )
    if expected.allowed and facts.user is not None and attempt.password is PasswordEvidence.ASSUMED:
        old = replace(facts, user=replace(facts.user, password_expires=UNIX_EPOCH))
        yield "The password has expired: its policy is not read beforehand.", replace(prepared, facts=old)
        weak = replace(attempt, password_lacks={"PasswordConfig": True})
        yield "The password is too weak: its policy is not read beforehand.", replace(prepared, attempt=weak)


def _without_invention(decision: Decision, prepared: Prepared) -> Decision:
    """Take out what was only supposed: the end of a lockout, and what a password lacks, are not known."""
    user = prepared.facts.user
    if decision.check is Check.PASSWORD_GOOD:
        return replace(decision, reasons=("The password is right, and too old or too weak for its policy.",))
    if decision.check is not Check.NOT_LOCKED_OUT or user is None:
        return decision
    return replace(decision, reasons=(f"{user.username} is locked out, after too many wrong passwords.",))


def _token_differences(prepared: Prepared, expected: Decision, answer: AccessToken, token: Token) -> Iterator[str]:
    if not expected.allowed:
        check = expected.check
        yield f"Expected a refusal{f' by check {check.value}, {check.title}' if check else ''}; a token came."
        return
    claims, lifetimes = token.claims, expected.lifetimes
    got, wanted = set(claims.role or ()), set(expected.roles)
    if missing := sorted(wanted - got):
        yield f"Expected roles are missing: {', '.join(missing)}."
    if more := sorted(got - wanted):
        yield f"Roles came that were not expected: {', '.join(more)}."
    if lifetimes is not None:
        if claims.exp is not None and claims.iat is not None and claims.exp - claims.iat != lifetimes.access_seconds:
            yield f"Expected a life of {lifetimes.access_seconds} seconds; it is {claims.exp - claims.iat}."
        if bool(answer.refresh_token) != (lifetimes.refresh_minutes > 0):
            came = "one came" if answer.refresh_token else "none came"
            yield f"Expected {'a' if lifetimes.refresh_minutes > 0 else 'no'} refresh token; {came}."
    user = prepared.facts.user
    if user is not None and not expected.anonymous and (claims.usr or "").casefold() != user.username.casefold():
        yield f"Expected it to act as {user.username}; it acts as {claims.usr or 'nobody'}."
    if (claims.cid or "").lower() != (prepared.attempt.client_id or "").lower():
        yield "Its cid is not the API client that was asked."
    if bool(claims.imp) != prepared.impersonated:
        yield f"Expected {'an' if prepared.impersonated else 'no'} imp claim; {'one' if claims.imp else 'none'} came."
    if bool(claims.orderid) != expected.anonymous:
        yield f"Expected {'an' if expected.anonymous else 'no'} orderid; {'one' if claims.orderid else 'none'} came."
