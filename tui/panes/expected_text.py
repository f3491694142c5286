"""What the rules expect of an attempt, in a few lines, as far as the answer is not there yet."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui.access.decision import Check, Decision, Lifetimes
from tui.session.pasted import Remark
from tui.tokens.durations import format_minutes
from tui.widgets.fact_sheet import Fact
from tui.widgets.plain import literal

QUIET = "$muted"


def typed_facts(remarks: Sequence[Remark]) -> tuple[Fact, ...]:
    """Return the mistakes seen in what was typed, and the key that puts those right that are clear."""
    facts = [Fact("▲ typed" if number == 0 else "", literal(each.text)) for number, each in enumerate(remarks)]
    if any(each.mended is not None for each in remarks):
        key = Content.assemble((" ^t ", "bold reverse $accent"), " puts it right")
        facts.append(Fact("", key))
    return tuple(facts)


def expected_facts(decision: Decision | None, problem: str = "") -> tuple[Fact, ...]:
    """Return what is expected; `problem` says why nothing can be."""
    if decision is None:
        return (Fact("Expected", literal(problem, QUIET)),)
    facts = [Fact("Expected", _verdict(decision))]
    if decision.error is not None:
        words = " · ".join(each for each in (decision.error.error, decision.error.code) if each)
        facts.append(Fact("", literal(words or decision.error.description)))
    if decision.allowed:
        facts.append(Fact("", roles_text(decision.roles)))
        facts += [Fact("", literal(f"not {gap.role}: {gap.why}", QUIET)) for gap in decision.role_gaps]
    facts += [Fact("if", literal(each, QUIET)) for each in decision.assumptions]
    facts += [Fact("because" if number == 0 else "", literal(each)) for number, each in enumerate(decision.reasons)]
    facts += [Fact("though" if number == 0 else "", literal(each)) for number, each in enumerate(decision.near_misses)]
    return tuple(facts)


def _verdict(decision: Decision) -> Content:
    if decision.allowed:
        anonymous = "an anonymous token" if decision.anonymous else "a token"
        order = "with an orderid" if decision.anonymous else "no orderid"
        return Content.styled(f"✓ {anonymous}, {lifetimes_text(decision.lifetimes)}, {order}", "bold $allowed")
    by = f" by {check_text(decision.check)}" if decision.check is not None else ""
    return Content.styled(f"✗ refused{by}", "bold $refused")


def check_text(check: Check | None) -> str:
    """Return a check with its number and title."""
    return "no check" if check is None else f"check {check.value} of {max(Check).value}: {check.title}"


def lifetimes_text(lifetimes: Lifetimes | None) -> str:
    """Return how long the tokens live, in words."""
    if lifetimes is None:
        return "lifetime unknown"
    refresh = f"refresh {format_minutes(lifetimes.refresh_minutes)}" if lifetimes.refresh_minutes else "no refresh"
    return f"{format_minutes(lifetimes.access_minutes)}, {refresh}"


def roles_text(roles: tuple[str, ...]) -> Content:
    """Return the names of roles, which may come from outside."""
    return literal(", ".join(roles) if roles else "no role")
