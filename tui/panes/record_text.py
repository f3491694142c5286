"""An attempt as it was kept, and two of them side by side, in words."""

from __future__ import annotations

from datetime import tzinfo

from textual.content import Content

from tui.access.decision import Check
from tui.session.attempt_compare import differences
from tui.session.attempt_record import AttemptRecord, Expected, Outcome, Sent
from tui.tokens.durations import format_minutes
from tui.widgets.fact_sheet import GAP, Fact
from tui.widgets.plain import literal

QUIET = "$muted"


def record_facts(record: AttemptRecord, zone: tzinfo | None, why_not_again: str | None) -> tuple[Fact, ...]:
    """Return an attempt of an earlier sitting: what was sent, expected and came back; tokens were not kept."""
    at = record.at.astimezone(zone) if zone else record.at
    facts = [Fact("earlier", literal(f"{at:%Y-%m-%d %H:%M:%S}{'' if zone else ' UTC'}", "bold"))]
    facts += [*note_facts(record), GAP, *_sent(record.sent), GAP, *_expected(record.expected), GAP]
    facts += [*_outcome(record.outcome), *_agreed(record), GAP]
    again = "Tokens and secrets are never kept: a makes the attempt again."
    return (*facts, Fact("again", literal(again if why_not_again is None else why_not_again, QUIET)))


def note_facts(record: AttemptRecord | None) -> list[Fact]:
    """Return the person's note on an attempt, when there is one."""
    return [Fact("✎ note", literal(record.note))] if record is not None and record.note else []


def difference_facts(one: AttemptRecord, other: AttemptRecord, zone: tzinfo | None) -> tuple[Fact, ...]:
    """Return what differs between an earlier attempt and a later one."""
    head = [Fact(label, _title(each, zone)) for label, each in (("earlier", one), ("later", other))]
    found = differences(one, other)
    if not found:
        return (*head, GAP, Fact("", literal("Nothing differs: the same was sent, expected and answered.")))
    facts = [*head]
    part = ""
    for each in found:
        if each.part != part:
            part = each.part
            facts += [GAP, Fact(part.capitalize(), heading=True)]
        old, new = literal(each.one or "nothing"), literal(each.other or "nothing", "bold")
        facts.append(Fact(each.what or "result", Content.assemble(old, ("  →  ", QUIET), new)))
    return tuple(facts)


def _title(record: AttemptRecord, zone: tzinfo | None) -> Content:
    at = record.at.astimezone(zone) if zone else record.at
    sign = Content.styled("✓ ", "$allowed") if record.outcome.allowed else Content.styled("✗ ", "$refused")
    who = f" · {record.who}" if record.who else ""
    return Content.assemble(sign, literal(f"{at:%Y-%m-%d %H:%M:%S}  {record.sent.kind.value}{who}"))


def _sent(sent: Sent) -> list[Fact]:
    asked = [literal(f"{sent.kind.value} with "), literal(sent.app_name or sent.api_client_id, "bold")]
    if sent.username:
        asked.append(literal(f" as {sent.username}"))
    if sent.caller:
        asked.append(literal(f", asked by {sent.caller}"))
    roles = "all that can be granted" if sent.scope is None else ", ".join(sent.scope)
    facts = [Fact("sent", Content.assemble(*asked)), Fact("roles", literal(roles))]
    evidence = sent.evidence
    told = [("secret", evidence.secret.value)]
    told += [("password", evidence.password.value)] if sent.kind.needs_user else []
    told += [("refresh", evidence.refresh.value)] if sent.refreshes else []
    facts.append(Fact("with", literal(" · ".join(f"{name} {value}" for name, value in told), QUIET)))
    return facts + ([Fact("anonuserid", literal(sent.anon_user_id))] if sent.anon_user_id else [])


def _expected(expected: Expected | None) -> list[Fact]:
    if expected is None:
        return [Fact("expected", literal("nothing: the marketplace could not be read", QUIET))]
    if expected.allowed:
        access = "" if expected.access_minutes is None else f", {format_minutes(expected.access_minutes)}"
        refresh = (
            f", refresh {format_minutes(expected.refresh_minutes)}" if expected.refresh_minutes else ", no refresh"
        )
        order = ", with an orderid" if expected.orderid else ", no orderid"
        return [
            Fact("expected", Content.styled(f"✓ a token{access}{refresh}{order}", "$allowed")),
            Fact("", literal(", ".join(expected.roles) or "no role")),
        ]
    by = f" by check {expected.check}: {Check(expected.check).title}" if expected.check in set(Check) else ""
    words = " · ".join(each for each in (expected.error, expected.code) if each)
    return [Fact("expected", Content.styled(f"✗ refused{by}", "$refused")), Fact("", literal(words))]


def _outcome(outcome: Outcome) -> list[Fact]:
    if not outcome.allowed:
        words = " · ".join(each for each in (outcome.error, outcome.code) if each)
        status = f"✗ {outcome.status}" if outcome.status else "✗ no answer"
        facts = [Fact("came back", Content.assemble((status, "$refused"), literal(f"  {words}")))]
        return facts + ([Fact("", literal(f"“{outcome.message}”"))] if outcome.message else [])
    life = "" if outcome.access_seconds is None else f", good for {outcome.access_seconds:,} s"
    refresh = ", with a refresh token" if outcome.refresh else ", no refresh token"
    order = ", with an orderid" if outcome.orderid else ""
    acting = ", with an imp" if outcome.imp else ""
    told = f"  for {outcome.usr or 'nobody'}{life}{refresh}{order}{acting}"
    status = f"✓ {outcome.status}" if outcome.status else "✓"
    return [
        Fact("came back", Content.assemble((status, "$allowed"), literal(told))),
        Fact("", literal(", ".join(outcome.roles) or "no role")),
    ]


def _agreed(record: AttemptRecord) -> list[Fact]:
    if record.agreed is False:
        told = [Fact("FINDING", Content.styled("≠ not as expected", "bold $refused"))]
        return told + [Fact("", literal(each)) for each in record.differences]
    if record.agreed is None:
        return [Fact("outcome", literal("– nothing to compare", QUIET))]
    if record.surprise:
        sign = Content.styled("≈ not as expected, but explained", "bold $countdown-near")
        return [Fact("outcome", sign), Fact("", literal(record.surprise, QUIET))]
    return [Fact("outcome", Content.styled("✓ as expected", "$allowed"))]
