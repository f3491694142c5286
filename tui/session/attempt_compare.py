"""Two attempts side by side: what differs in what was sent, in what was expected, and in what came back. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui.access.decision import Check
from tui.session.attempt_record import AttemptRecord, Expected, Outcome, Sent
from tui.tokens.durations import format_minutes


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same; both sides are words that may come from outside, blank for nothing."""

    part: str
    what: str
    one: str
    other: str


def differences(one: AttemptRecord, other: AttemptRecord) -> tuple[Difference, ...]:
    """Return what differs between an earlier attempt and a later one; of times and IDs nothing is said."""
    found = [
        *_parts("sent", _sent(one.sent), _sent(other.sent)),
        *_parts("expected", _expected(one.expected), _expected(other.expected)),
        *_parts("came back", _outcome(one.outcome), _outcome(other.outcome)),
        *_parts("came back", {"agreed": _agreed(one)}, {"agreed": _agreed(other)}),
    ]
    return tuple(found)


def _parts(part: str, one: dict[str, str], other: dict[str, str]) -> Iterator[Difference]:
    for what in dict.fromkeys((*one, *other)):
        ours, theirs = one.get(what, ""), other.get(what, "")
        if ours != theirs:
            yield Difference(part, what, ours, theirs)


def _sent(sent: Sent) -> dict[str, str]:
    return {
        "grant": sent.kind.value,
        "API client": f"{sent.app_name} {sent.api_client_id}".strip(),
        "user": sent.username,
        "roles": "all" if sent.scope is None else ", ".join(sent.scope),
        "anonuserid": sent.anon_user_id,
        "caller": sent.caller,
        "connect": sent.connect,
        "secret": sent.evidence.secret.value,
        "password": sent.evidence.password.value if sent.kind.needs_user else "",
        "refresh token": sent.evidence.refresh.value if sent.refreshes else "",
    }


def _expected(expected: Expected | None) -> dict[str, str]:
    if expected is None:
        return {"": "not known"}
    if expected.allowed:
        minutes = expected.access_minutes
        return {
            "": "a token",
            "roles": ", ".join(expected.roles),
            "access": "" if minutes is None else format_minutes(minutes),
            "refresh": format_minutes(expected.refresh_minutes) if expected.refresh_minutes else "none",
            "orderid": "yes" if expected.orderid else "no",
        }
    by = f" by check {expected.check}: {Check(expected.check).title}" if expected.check in set(Check) else ""
    return {"": f"refused{by}", "error": f"{expected.error} {expected.code}".strip()}


def _outcome(outcome: Outcome) -> dict[str, str]:
    if not outcome.allowed:
        said = f"{outcome.error} {outcome.code}".strip()
        return {"": "no token", "status": str(outcome.status or "none"), "error": said, "message": outcome.message}
    seconds = outcome.access_seconds
    return {
        "": "a token",
        "status": str(outcome.status or "none"),
        "acts as": outcome.usr,
        "roles": ", ".join(outcome.roles),
        "access": "" if seconds is None else f"{seconds:,} s",
        "refresh token": "yes" if outcome.refresh else "no",
        "orderid": "yes" if outcome.orderid else "no",
        "imp": "yes" if outcome.imp else "no",
    }


def _agreed(record: AttemptRecord) -> str:
    if record.agreed is None:
        return "nothing to compare"
    return "no: a finding" if not record.agreed else "only afterwards" if record.surprise else "yes"
