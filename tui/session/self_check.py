"""The self-check: what the rules predict of sign-ins, held against what the token endpoint really answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.access.decision import Check
from tui.access.words import count, list_some
from tui.session.attempt_record import Kind
from tui.session.attempts import Attempts
from tui.session.few_at_once import AT_ONCE, few_at_once
from tui.session.result import Form, Result
from tui.session.scenarios.document import Ask, Grant
from tui.session.scenarios.stage import NotKnown, stage_of
from tui.tokens.verify import Status

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.session import Session

MOST_FINDINGS = 50
"""After so many disagreements more of them say nothing new."""
SILENCES_IN_A_ROW = 3
"""So many calls in a row without an answer end it."""


class Fate(StrEnum):
    """How the prediction and the answer of one call go together."""

    AGREED = "agreed"
    EXPLAINED = "explained afterwards"
    OTHERWISE = "otherwise"
    UNANSWERED = "no answer"


def fate_of(result: Result) -> Fate:
    """Judge one call. What could not be known beforehand, such as a lockout, the rules explain afterwards."""
    if result.agreed is None:
        return Fate.UNANSWERED
    if not result.agreed or (result.signature is not None and result.signature.status is Status.FAILED):
        return Fate.OTHERWISE
    return Fate.EXPLAINED if result.comparison.surprise else Fate.AGREED


@dataclass(frozen=True, slots=True)
class Finding:
    """A call that did not simply come as predicted."""

    fate: Fate
    result: Result

    @property
    def told(self) -> str:
        """Say what is so, in sentences that may quote the server."""
        comparison, signature = self.result.comparison, self.result.signature
        told = [*comparison.differences]
        if signature is not None and signature.status is Status.FAILED:
            told.append(f"The signature of the token is not right. {signature.why}")
        if comparison.surprise:
            told.append(f"{comparison.surprise}.")
        if comparison.note:
            told.append(comparison.note)
        if self.fate is Fate.UNANSWERED and self.result.error is not None:
            told.append(str(self.result.error))
        return " ".join(told)


@dataclass(frozen=True, slots=True)
class Trial:
    """Calls that are made one after the other: a user at some API clients, or programs at them (no username)."""

    username: str
    password: str = field(repr=False)
    api_clients: tuple[ApiClient, ...]


@dataclass(frozen=True, slots=True)
class Trials:
    """What will be called.

    Attributes:
        trials: Each user's calls, and those of programs.
        secrets: The client secret to send to each API client that has one, by ID.
        refresh: Whether each refresh token that comes is used as well.
        left_out: What is not tried, and why, in sentences.
    """

    trials: tuple[Trial, ...]
    secrets: Mapping[str, str] = field(repr=False)
    refresh: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def calls(self) -> int:
        """How many token calls there are, refreshes aside."""
        return sum(len(each.api_clients) for each in self.trials)

    @property
    def users(self) -> int:
        """How many users' passwords are sent."""
        return sum(bool(each.username) for each in self.trials)


async def trials_for(
    session: Session,
    api_clients: Sequence[ApiClient],
    users: Sequence[tuple[str, str]],
    *,
    secret: str = "",
    refresh: bool = False,
) -> Trials:
    """Prepare calls: each user with its password at each API client, and programs at each that has a context user.

    What needs a secret that nobody knows is left out; `secret` is the one to send where none is known. Raises the
    errors of the typed client.
    """
    stage = stage_of(session)
    secrets: dict[str, str] = {}
    known: list[ApiClient] = []
    unknown: list[ApiClient] = []
    for each in api_clients:
        try:
            found = await stage.secret(Ask(Grant.PASSWORD, each.id))
        except NotKnown:
            found = secret or None
            if found is None:
                unknown.append(each)
                continue
        known.append(each)
        if found is not None:
            secrets[each.id] = found
    programs = tuple(each for each in known if each.default_context_user_name)
    trials = [Trial(username, password, tuple(known)) for username, password in users]
    trials += [Trial("", "", (each,)) for each in programs]
    names = list_some([each.app_name for each in unknown])
    left_out = (f"No secret of {names} is known here: not tried.",) if unknown else ()
    return Trials(tuple(each for each in trials if each.api_clients), secrets, refresh, left_out)


class SelfCheck:
    """The calls on their way, a few at a time. It runs once.

    Attributes:
        findings: The calls that did not simply come as predicted, in their order.
        left_out: What was not tried, and why.
        told: Why it ended early; blank when it did not.
    """

    def __init__(self, session: Session, trials: Trials) -> None:
        self._session = session
        self._trials = trials
        self._queue = deque(trials.trials)
        self._fates: dict[Fate, int] = dict.fromkeys(Fate, 0)
        self._silences = 0
        self._stopped = False
        self.total = trials.calls
        self.findings: list[Finding] = []
        self.left_out: list[str] = list(trials.left_out)
        self.told = ""
        self.running = False

    @property
    def tried(self) -> int:
        """How many calls were made."""
        return sum(self._fates.values())

    @property
    def agreed(self) -> int:
        """How many came as predicted, or as the rules explain afterwards."""
        return self._fates[Fate.AGREED] + self._fates[Fate.EXPLAINED]

    @property
    def compared(self) -> int:
        """How many were answered, and so can agree."""
        return self.tried - self._fates[Fate.UNANSWERED]

    @property
    def words(self) -> str:
        """The result in a few words: `rules agree 1,248 of 1,248`."""
        return f"rules agree {self.agreed:,} of {self.compared:,}"

    def number(self, fate: Fate) -> int:
        """How many calls had a fate."""
        return self._fates[fate]

    def cancel(self) -> None:
        """Begin no call more."""
        if not self._stopped:
            self._stop("Cancelled.")

    def _stop(self, told: str) -> None:
        self._stopped = True
        self.told = self.told or told

    async def run(self, told: Callable[[], object] = lambda: None) -> None:
        """Make the calls; `told` is called after each. Raises NoMarketplace when the console is at none."""
        self.running = True
        try:
            await few_at_once(lambda _: self._work(told), range(min(AT_ONCE, len(self._queue))))
        finally:
            self.running = False
            told()

    async def _work(self, told: Callable[[], object]) -> None:
        here = self._session.another_tester()
        attempts = Attempts(self._session, here)
        try:
            while self._queue and not self._stopped:
                await self._try(self._queue.popleft(), attempts, told)
        finally:
            await here.tester.aclose()

    async def _try(self, trial: Trial, attempts: Attempts, told: Callable[[], object]) -> None:
        for place, api_client in enumerate(trial.api_clients):
            if self._stopped:
                return
            result = await attempts.run(self._form(trial, api_client))
            self._note(result)
            if self._trials.refresh and result.refresh_token and not self._stopped:
                self.total += 1
                self._note(await attempts.run(attempts.refresh_form(result)))
            attempts.results.clear()  # tokens of what agreed are of no use to anybody
            told()
            if _wrong_password(result):
                # Each more would count towards its lockout, and say nothing new.
                rest = len(trial.api_clients) - place - 1
                self.total -= rest
                if rest:
                    self.left_out.append(f"{trial.username}: the password is another one; {count(rest, 'call')} less.")
                return

    def _form(self, trial: Trial, api_client: ApiClient) -> Form:
        secret = self._trials.secrets.get(api_client.id, "")
        if trial.username:
            kind = Kind.ELEVATED if secret else Kind.PASSWORD
            return Form(kind, api_client.id, trial.username, trial.password, secret)
        kind = Kind.ANONYMOUS if api_client.is_anon_buyer else Kind.CLIENT_CREDENTIALS
        return Form(kind, api_client.id, secret=secret)

    def _note(self, result: Result) -> None:
        fate = fate_of(result)
        self._fates[fate] += 1
        self._silences = self._silences + 1 if fate is Fate.UNANSWERED else 0
        if fate is not Fate.AGREED:
            self.findings.append(Finding(fate, result))
        if self._silences >= SILENCES_IN_A_ROW:
            self._stop(f"Stopped after {self._silences} calls in a row without an answer.")
        elif self._fates[Fate.OTHERWISE] >= MOST_FINDINGS:
            self._stop(f"Stopped after {MOST_FINDINGS} disagreements.")


def _wrong_password(result: Result) -> bool:
    decision = result.comparison.decision
    return result.form.kind.needs_user and decision is not None and decision.check is Check.CREDENTIALS_RIGHT
