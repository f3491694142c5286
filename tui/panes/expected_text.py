"""What the rules expect of an attempt, in a few lines, as far as the answer is not there yet."""

from __future__ import annotations

from textual.content import Content

from tui.access.decision import Check, Decision, Lifetimes
from tui.tokens.durations import format_minutes
from tui.widgets.fact_sheet import Fact
from tui.widgets.plain import literal

QUIET = "$muted"


def expected_facts(decision: Decision | None, problem: str = "") -> tuple[Fact, ...]:
    """Return what is expected; `problem` says why nothing can be."""
    if decision is None:
        return (Fact("Expected", literal(problem, QUIET)),)
    facts = [Fact("Expected", _verdict(decision))]
    if decision.error is not None:
        facts.append(Fact("", literal(f"{decision.error.error} · {decision.error.code}")))
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
        return Content.styled(f"✓ {anonymous}, {lifetimes_text(decision.lifetimes)}", "bold $allowed")
    return Content.styled(f"✗ refused by {check_text(decision.check)}", "bold $refused")


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
