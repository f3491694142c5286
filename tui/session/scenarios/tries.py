"""One attempt with the evidence it comes down to, and the step that expects what the rules say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui.access.attempt import Attempt, Facts, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.attempt import Grant as Wire
from tui.access.decide import decide
from tui.access.decision import Decision
from tui.session.scenarios.document import Ask, Expect, Grant, Step


@dataclass
class Tried:
    """One attempt: what is sent, and the facts and evidence that it comes down to."""

    name: str
    ask: Ask
    facts: Facts
    secret: SecretEvidence
    password: PasswordEvidence = PasswordEvidence.RIGHT
    refresh: RefreshEvidence = RefreshEvidence.ABSENT
    refreshed_roles: frozenset[str] | None = None
    refreshed_minutes: int | None = None

    def decided(self, now: datetime) -> Decision:
        """Let the rules judge it."""
        wire = {Grant.PASSWORD: Wire.PASSWORD, Grant.REFRESH: Wire.REFRESH_TOKEN}
        attempt = Attempt(
            wire.get(self.ask.grant, Wire.CLIENT_CREDENTIALS).value,
            self.ask.api_client,
            self.ask.scope or None,
            self.secret,
            self.password if self.ask.grant is Grant.PASSWORD else PasswordEvidence.ABSENT,
            self.refresh,
            self.refreshed_roles,
            self.refreshed_minutes,
        )
        return decide(attempt, self.facts, now)

    def step(self, now: datetime) -> Step:
        """Return it as a step that expects what the rules say of it."""
        return step_of(self.name, self.ask, self.decided(now))


def step_of(name: str, ask: Ask, decision: Decision) -> Step:
    """Return an attempt as a step that expects what the rules say of it."""
    why = " ".join(decision.reasons)
    if decision.error is not None:
        expect = Expect(allowed=False, error=decision.error.error, code=decision.error.code)
        return Step(name, ask, expect, why, decision.check.value if decision.check is not None else 0)
    lifetimes = decision.lifetimes
    expect = Expect(
        allowed=True,
        roles=decision.roles,
        access_minutes=None if lifetimes is None else lifetimes.access_minutes,
        refresh_minutes=None if lifetimes is None else lifetimes.refresh_minutes,
    )
    return Step(name, ask, expect, why)
