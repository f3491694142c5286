"""A refusal as the official SDKs show it, and as the rules explain one that did not come from the token endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.ordercloud.errors import ApiError, OAuthRefused
from tui.session.outcome import SignInRefused
from tui.session.sdk_errors import Wire, seen_by_sdks
from tui.widgets.fact_sheet import GAP, Fact
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from tui.session.result import Result

QUIET = "$muted"


def sdk_facts(error: Exception | None) -> list[Fact]:
    """Return what programs that use the SDKs see of a refusal, and what is lost to them; nothing for other errors."""
    if not isinstance(error, ApiError):
        return []
    told = tuple((each.error_code, each.message) for each in error.errors) or None
    shown = error.exchange.redacted()
    if isinstance(error, OAuthRefused):
        wire = Wire(error.status, error.error, error.description, told, shown.method, shown.url)
    else:
        wire = Wire(error.status, "", "", told, shown.method, shown.url, at_token=False)
    facts = [GAP]
    for each in seen_by_sdks(wire):
        facts.append(Fact(each.sdk, literal(each.shown)))
        facts += [Fact("", literal(each.lost, QUIET))] if each.lost else []
    return facts


def explained_facts(result: Result) -> list[Fact]:
    """Return why an attempt that led not over the token endpoint was refused, as far as the rules explain it."""
    decision = result.comparison.decision
    if decision is None or decision.allowed or not isinstance(result.error, ApiError | SignInRefused):
        return []
    facts = [GAP]
    for label, texts in (
        ("why", decision.reasons),
        ("nearly", decision.near_misses),
        ("roles", [f"not {gap.role}: {gap.why}" for gap in decision.role_gaps]),
    ):
        facts += [Fact(label if number == 0 else "", literal(each)) for number, each in enumerate(texts)]
    return facts
