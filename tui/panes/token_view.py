"""What came back of an attempt, in words: the three verdicts, each claim, or the refusal with its cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from textual.content import Content

from tui.access.decision import Decision
from tui.ordercloud.errors import ApiError, OAuthRefused, OrderCloudError
from tui.panes.expected_text import QUIET, check_text
from tui.panes.mending import mend_of, why_not_mend
from tui.panes.record_text import note_facts
from tui.panes.refusal_text import explained_facts, sdk_facts
from tui.session.attempts import Call, Result
from tui.tokens.durations import format_remaining
from tui.tokens.explain import ClaimExplained, explain, explain_missing
from tui.tokens.token import Token
from tui.tokens.verify import Status, Verdict, Verdicts
from tui.widgets.exchange_text import status_text
from tui.widgets.fact_sheet import GAP, Fact
from tui.widgets.plain import literal, plain

NEAR = timedelta(minutes=5)
_SIGNS = {
    Status.PASSED: ("✓", "$allowed"),
    Status.FAILED: ("✗", "$refused"),
    Status.NOT_CHECKED: ("–", "$muted"),
}


def verdict_line(result: Result, now: datetime) -> Content:
    """Return the line above the answer: the three verdicts and the countdown, or the status of a refusal."""
    if result.token is None:
        status = status_text(result.exchange) if result.exchange is not None else literal("✗ no answer", "$refused")
        return Content.assemble(status, _milliseconds(result))
    return verdicts_text(result.verdicts(now), result.token, now)


def verdicts_text(verdicts: Verdicts, token: Token, now: datetime) -> Content:
    """Return the three verdicts on a token and its countdown, on one line."""
    kid = token.header.kid
    key = f" (kid {_short(kid, 6)})" if kid else ""
    return Content("   ").join(
        [
            _verdict("decoded", verdicts.decoded),
            _verdict("signature" + key, verdicts.signature),
            _verdict("claims", verdicts.claims),
            countdown(token, now),
        ]
    )


def countdown(token: Token, now: datetime) -> Content:
    """Return how long the access token still lives, in the colour of its urgency."""
    if token.claims.exp is None:
        return Content.styled("never expires", "bold $countdown-near")
    left = timedelta(seconds=token.claims.exp - now.timestamp())
    if left <= timedelta(0):
        return Content.styled(format_remaining(left), "bold $countdown-over")
    style = "bold $countdown-near" if left <= NEAR else "$countdown-ok"
    return Content.styled(f"expires in {format_remaining(left)}", style)


def answer_facts(
    result: Result,
    calls: Sequence[Call],
    now: datetime,
    names: Mapping[tuple[str, str], str],
    zone: tzinfo | None,
) -> tuple[Fact, ...]:
    """Return the Token tab.

    `names` gives the marketplace's names for claims, by claim and value; `zone` is the person's own, None for UTC.
    """
    facts = [_attempt(result), *note_facts(result.record), *_outcome(result), GAP]
    if result.token is not None:
        claims = (*explain(result.token, now, names, zone), *explain_missing(result.token))
        facts += claim_facts(claims, _role_facts(result.comparison.decision, result.token))
        facts += verdict_facts(result.verdicts(now))
    else:
        facts += _refusal(result)
    for call in calls:
        facts += _call(call)
    return tuple(facts)


def _attempt(result: Result) -> Fact:
    asked = [literal(f"{result.form.kind.value} with "), literal(result.app_name, "bold")]
    if result.who:
        asked.append(literal(f" as {result.who}"))
    if result.form.refreshing is not None:
        asked.append(literal(f", from #{result.form.refreshing.number}"))
    return Fact(f"#{result.number}", Content.assemble(*asked))


def _outcome(result: Result) -> list[Fact]:
    comparison = result.comparison
    if comparison.agreed is None:
        return [Fact("outcome", Content.styled(f"– {plain(comparison.note)}", "$muted"))]
    if comparison.agreed and comparison.surprise:
        sign = Content.styled("≈ not as expected, but explained", "bold $countdown-near")
        return [
            Fact("outcome", sign),
            Fact("", literal(comparison.note)),
            Fact("", literal(f"{comparison.surprise}; the form's expectation could not know.", QUIET)),
        ]
    if comparison.agreed:
        note = f"  {comparison.note}" if comparison.note else ""
        return [Fact("outcome", Content.assemble(("✓ as expected", "$allowed"), literal(note, QUIET)))]
    facts = [
        Fact("FINDING", Content.styled("≠ not as expected: the rules of ocgate and the server differ", "bold $refused"))
    ]
    facts += [Fact("", literal(each)) for each in comparison.differences]
    return [
        *facts,
        Fact("", Content.assemble((" n ", "bold reverse $accent"), " keeps it with a note and the exchange")),
    ]


def claim_facts(claims: Sequence[ClaimExplained], of_roles: Sequence[Fact] = ()) -> list[Fact]:
    """Return each claim with its meaning aside; `of_roles` follow the roles."""
    facts = []
    for claim in claims:
        meaning = literal(claim.meaning, QUIET if claim.known else "$countdown-near")
        facts.append(Fact(_short(claim.name, 11), literal(claim.value), aside=meaning))
        if claim.name == "role":
            facts += of_roles
    return facts


def _role_facts(decision: Decision | None, token: Token) -> list[Fact]:
    """Say of each role that is missing why it is."""
    if decision is None or not decision.role_gaps:
        return []
    granted = len(token.claims.role or ())
    told = Fact("", literal(f"granted {granted} of {granted + len(decision.role_gaps)}:", QUIET))
    return [told, *(Fact("", literal(f"not {gap.role}: {gap.why}", QUIET)) for gap in decision.role_gaps)]


def verdict_facts(verdicts: Verdicts) -> list[Fact]:
    """Return the sentence of each verdict."""
    return [
        GAP,
        Fact("decoded", literal(verdicts.decoded.why, QUIET)),
        Fact("signature", literal(verdicts.signature.why, QUIET)),
        Fact("claims", literal(verdicts.claims.why, QUIET)),
    ]


def _refusal(result: Result) -> list[Fact]:
    error, decision = result.error, result.comparison.decision
    if not isinstance(error, OAuthRefused):
        advised = mend_of(result) is None
        return [*_failure(error, advised=advised), *explained_facts(result), *_mend(result), *sdk_facts(error)]
    facts = [
        Fact("server", literal(" · ".join(each for each in (error.error, error.code) if each) or "no words", "bold"))
    ]
    said = [error.description, *(each.message for each in error.errors)]
    facts += [Fact("", literal(f"“{each}”")) for each in dict.fromkeys(said) if each]
    facts += [Fact("", literal(f"also {each.error_code}")) for each in error.errors[1:]]
    facts.append(GAP)
    if decision is None:
        why = Fact("why", literal("The rules do not explain this answer; the Request tab has it whole."))
        return [*facts, why, *sdk_facts(error)]
    facts.append(Fact("refused by", literal(check_text(decision.check), "bold")))
    facts += _listed("why", decision.reasons)
    facts += _listed("nearly", decision.near_misses)
    facts += _listed("roles", [f"not {gap.role}: {gap.why}" for gap in decision.role_gaps])
    if decision.also_failing:
        facts.append(Fact("then", literal(f"with only that mended, {check_text(decision.also_failing[0])} refuses")))
    return [*facts, *_mend(result), *sdk_facts(error)]


def _mend(result: Result) -> list[Fact]:
    mend = mend_of(result)
    text = (
        Content.assemble((" e ", "bold reverse $accent"), f" {mend.text}")
        if mend is not None
        else literal(why_not_mend(result) or "", QUIET)
    )
    return [GAP, Fact("mend", text)]


def _failure(error: Exception | None, *, advised: bool) -> list[Fact]:
    """Tell of what is no answer of a token endpoint: a network's failure, another kind of body, no token in it.

    `advised` says whether the error's own advice belongs there; not so where there is better.
    """
    if not isinstance(error, OrderCloudError):
        return [Fact("problem", literal(error or "There is no token in the answer."))]
    facts = [Fact("problem", literal(error.what, "bold", lines=True))]
    if isinstance(error, ApiError) and error.code and error.code not in error.what:
        facts.append(Fact("", literal(error.code)))
    facts += [Fact("where", literal(error.where))] if error.where else []
    return facts + ([Fact("mend", literal(error.advice))] if error.advice and advised else [])


def _call(call: Call) -> list[Fact]:
    status = status_text(call.exchange) if call.exchange is not None else literal("✗ no answer", "$refused")
    if call.me is not None:
        said = literal(f"  it is {call.me.username}")
    else:
        said = literal(f"  {call.error.code}" if isinstance(call.error, ApiError) else f"  {call.error}")
    agreed = call.expected == (call.me is not None)
    told = "  as expected" if agreed else f"  ≠ expected {'it to be taken' if call.expected else 'a refusal'}"
    outcome = Content.styled(told, "$muted" if agreed else "bold $refused")
    return [GAP, Fact("/v1/me", Content.assemble(status, said, outcome))]


def _listed(label: str, texts: Sequence[str]) -> list[Fact]:
    return [Fact(label if number == 0 else "", literal(each)) for number, each in enumerate(texts)]


def _verdict(what: str, verdict: Verdict) -> Content:
    sign, style = _SIGNS[verdict.status]
    told = what if verdict.status is not Status.NOT_CHECKED else f"{what} not checked"
    return literal(f"{sign} {told}", style)


def _milliseconds(result: Result) -> Content:
    return Content.styled(f"  {result.exchange.total_ms:.0f} ms" if result.exchange is not None else "", QUIET)


def _short(text: str, most: int) -> str:
    shown = plain(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
