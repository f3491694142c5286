"""What the token reader shows, as facts: what is wrong, claims, roles and verdicts, endpoints, two tokens compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from textual.content import Content

from tui.access.decision import Decision
from tui.access.endpoints import Endpoint, Permission
from tui.panes.expected_text import QUIET
from tui.panes.token_view import claim_facts, verdict_facts
from tui.session.token_reading import Try
from tui.tokens.compare import Difference
from tui.tokens.explain import explain, explain_missing
from tui.tokens.salvage import Problem, Reading, excerpt, verdicts_of
from tui.tokens.skew import Skew
from tui.tokens.verify import Verdict, Verdicts
from tui.widgets.exchange_text import status_text
from tui.widgets.fact_sheet import GAP, Fact
from tui.widgets.plain import literal, plain

_NEAR = 24


@dataclass(frozen=True, slots=True)
class Shown:
    """One token in the reader, with everything known of it so far. `source` says where it is from, `url` where the
    console is; `decision` is what the rules would grant today, `scope` the roles the person says were asked for."""

    reading: Reading = field(repr=False)
    text: str = field(repr=False)
    source: str
    url: str = ""
    of_here: bool = False
    signature: Verdict | None = None
    key: str = ""
    skew: Skew | None = None
    leeway: timedelta = timedelta(0)
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    decision: Decision | None = None
    scope: str = ""

    def verdicts(self, now: datetime) -> Verdicts:
        """Return the three verdicts at a moment."""
        audience = self.url if self.url else None
        return verdicts_of(self.reading, now, signature=self.signature, audience=audience, leeway=self.leeway)


def reading_facts(shown: Shown, now: datetime, zone: tzinfo | None) -> tuple[Fact, ...]:
    """Return the Token tab."""
    token = shown.reading.token
    facts = [Fact("from", literal(shown.source)), *_problems(shown)]
    if shown.url and shown.reading.whole and not shown.of_here:
        elsewhere = f"It is not meant for {shown.url}: names and roles of there say nothing of it."
        facts.append(Fact("elsewhere", literal(elsewhere, "$countdown-near")))
    facts.append(GAP)
    claims = (*explain(token, now, shown.names, zone), *explain_missing(token))
    facts += claim_facts(claims, _role_facts(shown))
    facts += verdict_facts(shown.verdicts(now))
    facts.append(Fact("key", literal(f"from {shown.key}" if shown.key else "none; k takes one from a file", QUIET)))
    clock = shown.skew.told() if shown.skew is not None else "not measured: no answer of the server had a Date."
    facts.append(Fact("clock", literal(clock, QUIET)))
    facts.append(Fact("leeway", literal(f"{shown.leeway.total_seconds():g} s; l sets another", QUIET)))
    return tuple(facts)


def _problems(shown: Shown) -> list[Fact]:
    facts = []
    for problem in shown.reading.problems:
        style = "bold $refused" if not shown.reading.whole else "$countdown-near"
        where = f"{problem.part}: " if problem.part and problem.part not in problem.reason else ""
        told = f"{where}{problem.reason} (character {problem.position + 1:,})"
        facts += [Fact("wrong", literal(told, style)), Fact("", _pointer(shown.text, problem))]
    return facts


def _pointer(text: str, problem: Problem) -> Content:
    """Show the place: the text near it, and under it what points at the character."""
    near, at = excerpt(text, problem, _NEAR)
    before, there, after = (
        literal(near[:at]),
        literal(near[at : at + 1] or " ", "bold reverse $refused"),
        literal(near[at + 1 :]),
    )
    return Content.assemble(before, there, after, "\n", " " * before.cell_length, ("↑", "$refused"))


def _role_facts(shown: Shown) -> list[Fact]:
    """Say which roles are missing and which are there although they should not be, each with its reason."""
    decision = shown.decision
    if decision is None:
        return []
    held, asked = set(shown.reading.token.claims.role or ()), set(shown.scope.split())
    if not decision.allowed:
        return [
            Fact("", literal(f"Today it would not be granted at all: {' '.join(decision.reasons)}", "$countdown-near"))
        ]
    why = {gap.role: gap.why for gap in decision.role_gaps}
    why |= dict.fromkeys(decision.roles, "granted today: it was left out of the scope, or came later")
    missing = [(role, told) for role, told in why.items() if role not in held and (not asked or role in asked)]
    asked_for = f"of {len(asked)} asked for" if asked else f"of {len(held) + len(missing)}; s says what was asked for"
    granted = len(held & asked) if asked else len(held)
    facts = [Fact("", literal(f"granted {granted} {asked_for}", QUIET))]
    facts += [Fact("", literal(f"not {role}: {told}", QUIET)) for role, told in missing]
    beyond = sorted(held - set(decision.roles))
    facts += [Fact("", literal(f"{role}: would not be granted any more", "$countdown-near")) for role in beyond]
    return facts


def difference_facts(differences: Sequence[Difference], before: str, after: str) -> tuple[Fact, ...]:
    """Return the Compare tab."""
    facts = [Fact("first", literal(before)), Fact("then", literal(after)), GAP]
    if not differences:
        return (*facts, Fact("", literal("They mean the same.", "$allowed")))
    for each in differences:
        change = Content.assemble(literal(each.before), (" → ", "$muted"), literal(each.after, "bold"))
        facts.append(Fact(each.what, change))
        facts += [Fact("", literal(each.cause, QUIET))] if each.cause else []
    return tuple(facts)


def permission_text(permission: Permission) -> Content:
    """Return the sign of an endpoint."""
    return literal("✓", "$allowed") if permission.allowed else literal("✗", "$refused")


def permission_words(permission: Permission) -> str:
    """Return the reason in as few words as a column has room for."""
    if permission.missing:
        return f"needs {' or '.join(permission.missing)}"
    return permission.why if permission.allowed else permission.why.partition(": ")[2]


def permission_facts(endpoint: Endpoint, permission: Permission, why_not: str | None) -> tuple[Fact, ...]:
    """Return what is told of the endpoint under the cursor."""
    allowed = Content.assemble(permission_text(permission), " ", literal(permission.why))
    asks = ", and asks for the IDs first" if endpoint.places else ""
    tried = why_not or f"enter calls it with this token{asks}; f shows only what is allowed, or refused"
    return (Fact("expected", allowed), Fact("try it", literal(tried, QUIET)))


def try_facts(tried: Try) -> tuple[Fact, ...]:
    """Return what came of a call."""
    status = status_text(tried.exchange) if tried.exchange is not None else literal("✗ no answer", "$refused")
    facts = [Fact("sent", literal(tried.exchange.redacted().request_line if tried.exchange else tried.endpoint.title))]
    facts += [Fact("answer", status)]
    if tried.error is not None:
        facts.append(Fact("", literal(plain(tried.error, lines=True), lines=True)))
    if tried.agreed is not None:
        told = ("✓ as expected", "$allowed") if tried.agreed else ("≠ not as expected", "bold $refused")
        facts.append(Fact("outcome", Content.styled(*told)))
    return tuple(facts)
