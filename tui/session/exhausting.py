"""Running a sign-in to exhaustion on the embedded sandbox: its whole life, step by step, on the sandbox's own clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.session.attempts import Attempts, Form, Kind, Result
from tui.tokens.exhaustion import Deed, Step, plan, tell_after, whole_life
from tui.tokens.times import moment_of

if TYPE_CHECKING:
    from tui.access.decision import Decision
    from tui.sandbox.control import ControlledClock
    from tui.session.session import Session

REPEATABLE = frozenset({Kind.PASSWORD, Kind.ELEVATED, Kind.CLIENT_CREDENTIALS, Kind.ANONYMOUS})
"""The sign-ins that can be made again without a person: no browser and no code that is good once."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A step as it went. `expected` is what the rules said, `actual` what came; both None for what was left out."""

    step: Step
    at: datetime
    expected: bool | None
    actual: bool | None
    words: str

    @property
    def agreed(self) -> bool:
        """Whether it came as expected."""
        return self.expected == self.actual


class Exhaustion:
    """One run. The sign-in is the form's, made anew; the tokens on screen are left alone.

    The clock stands still between steps and goes on afterwards, however the run ends, as if nothing had been done.
    """

    def __init__(self, session: Session, clock: ControlledClock, form: Form) -> None:
        self._clock = clock
        self._attempts = Attempts(session)
        self._form = form
        self.steps: tuple[Step, ...] = ()
        self.tried: list[Tried] = []
        self.active = False
        self.verdict = ""
        self._began = clock()

    async def run(self, moved: Callable[[], None]) -> None:
        """Play it; `moved` is called after each step. Cancelling it puts the clock back, too."""
        go_back = self._clock.remember()
        self.active, self.verdict = True, "Cancelled. What was tried until then stands above."
        try:
            self.verdict = await self._play(moved)
        finally:
            go_back()
            self.active = False

    async def _play(self, moved: Callable[[], None]) -> str:
        clock, attempts = self._clock, self._attempts
        clock.freeze()
        # Tokens tell whole seconds: begun on one, every boundary falls on one.
        self._began = clock().replace(microsecond=0) + timedelta(seconds=1)
        clock.set(self._began)
        result = await attempts.run(self._form)
        first = Step(timedelta(0), Deed.SIGN_IN, allowed=True, why="the life begins")
        if result.token is None:
            self._note(first, result.expected, actual=False, words=_error(result.error))
            moved()
            return "There is no token to begin with."
        self._note(first, result.expected, actual=True, words="a token" + _with_refresh(result))
        access, refresh = durations_of(result)
        if access is None:
            return "The token does not say when it expires."
        self.steps = plan(access, refresh)
        moved()
        for step in self.steps[1:]:
            clock.set(self._began + step.at)
            result = await self._try(step, result)
            moved()
        return self._tell()

    async def _try(self, step: Step, result: Result) -> Result:
        """Do one step; return the result that has the newest tokens."""
        attempts = self._attempts
        if step.deed is Deed.SKIP:
            told = f"{step.rounds:,} more refreshes like these are left out"
            self.tried.append(Tried(step, self._clock(), None, None, told))
            return result
        if step.deed is Deed.CALL:
            call = await attempts.call_me(result)
            words = "200" if call.error is None else _error(call.error)
            self.tried.append(Tried(step, call.at, call.expected, call.error is None, words))
            return result
        form = self._form if step.deed is Deed.SIGN_IN else attempts.refresh_form(result)
        answer = await attempts.run(form)
        words = "a token" if answer.token is not None else _error(answer.error)
        self._note(step, answer.expected, actual=answer.token is not None, words=words)
        return result if answer.token is None else answer

    def _note(self, step: Step, expected: Decision | None, *, actual: bool, words: str) -> None:
        wanted = step.allowed
        if expected is not None and expected.allowed is not step.allowed:
            # The rules know more than the durations: a secret that expires meanwhile, say.
            wanted, words = expected.allowed, " ".join((words, *expected.reasons[:1]))
        self.tried.append(Tried(step, self._clock(), wanted, actual, words))

    def _tell(self) -> str:
        wrong = [tried for tried in self.tried if not tried.agreed]
        last = self.tried[-1]
        ended = tell_after(whole_life(self.steps)) if last.actual else "the sign-in at the end was refused"
        told = f"{ended[:1].upper()}{ended[1:]}."
        calls = sum(tried.actual is not None for tried in self.tried)
        if wrong:
            return f"{told} {len(wrong)} of {calls} steps did not come as expected."
        return f"{told} All {calls} steps came as expected."


def durations_of(result: Result) -> tuple[timedelta | None, timedelta]:
    """Return how long a result's access token and its refresh token live; the first is None when it does not tell."""
    claims = result.token.claims if result.token is not None else None
    began = None if claims is None or claims.iat is None else moment_of(claims.iat)
    ends = None if claims is None or claims.exp is None else moment_of(claims.exp)
    refresh = timedelta(minutes=result.first.refresh_minutes if result.refresh_token else 0)
    return (None if began is None or ends is None else ends - began), refresh


def _with_refresh(result: Result) -> str:
    return " and a refresh token" if result.refresh_token else ", and no refresh token"


def _error(error: Exception | None) -> str:
    from tui.ordercloud.errors import OrderCloudError

    return error.what if isinstance(error, OrderCloudError) else str(error or "no token")
