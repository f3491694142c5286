"""The steps of a job of many changes, what became of each, and what an error says of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from tui.session.failures import CutShort, NoMarketplace

Undo: TypeAlias = Callable[[], Awaitable[str]]
"""Takes a step back; returns a sentence on what could not be put back, blank when all was."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at the marketplace says of a step: whether it is done, and its way back when it is."""

    done: bool
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One change.

    Attributes:
        key: Its identity in the job.
        label: What is changed, in words; may come from outside.
        do: Changes it; may return the way back. Raises what a marketplace, a network or the console itself refuses.
        detail: What it is changed from and to.
        verify: Reads whether it is done, for when that is not known.
        repeatable: Whether doing it twice is like doing it once.
        back_repeatable: Whether taking it back twice is like doing that once.
    """

    key: Hashable
    label: str
    do: Callable[[], Awaitable[Undo | None]]
    detail: str = ""
    verify: Callable[[], Awaitable[Found]] | None = None
    repeatable: bool = False
    back_repeatable: bool = True


class State(StrEnum):
    """What became of a step."""

    WAITING = "waiting"
    RUNNING = "under way"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_DONE = "not done"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Result:
    """The account of one step. `tried` tells a step that did not come to be from one that was never begun."""

    state: State
    error: Exception | None = None
    remark: str = ""
    tried: bool = False
    undo: Undo | None = field(default=None, repr=False, compare=False)

    @property
    def words(self) -> str:
        """Say it whole, with where it happened and what to do; the words may quote a server."""
        return self._words("" if self.error is None else str(self.error))

    @property
    def short(self) -> str:
        """Say it in a few words; they may quote a server."""
        return self._words("" if self.error is None else what_of(self.error))

    def _words(self, error: str) -> str:
        said = error or self.remark
        if self.state is State.NOT_DONE and not self.tried:
            return "not tried"
        return f"{self.state.value}: {said}" if said else self.state.value


class Phase(StrEnum):
    """How far a job is."""

    READY = "ready"
    LOOKING = "looking"
    RUNNING = "running"
    PAUSED = "paused"
    ENDING = "ending"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Progress:
    """A job at one moment. `told` says why it is paused, ending or ended early; `seconds` is the time spent on it."""

    phase: Phase
    total: int
    waiting: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    unknown: int = 0
    not_done: int = 0
    undone: int = 0
    told: str = ""
    seconds: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether nothing moves any more."""
        return self.phase is Phase.ENDED

    @property
    def settled(self) -> int:
        """How many steps have come to a result."""
        return self.done + self.failed + self.undone

    @property
    def words(self) -> str:
        """Count what there is: `940 done, 2 failed, 58 not done`."""
        counted = (
            (self.done, "done"),
            (self.undone, "taken back"),
            (self.failed, "failed"),
            (self.unknown, "unknown"),
            (self.running, "under way"),
            (self.waiting, "waiting"),
            (self.not_done, "not done"),
        )
        return ", ".join(f"{number:,} {word}" for number, word in counted if number) or "nothing to do"


def what_of(error: Exception) -> str:
    """Return what went wrong, without where and what to do."""
    from tui.ordercloud.errors import OrderCloudError

    return error.what if isinstance(error, OrderCloudError) else str(error)


def is_outage(error: Exception) -> bool:
    """Return whether an error is no answer to the step, but the lack of a connection, sign-in, role or working server.

    The steps after it would fail as well.
    """
    from tui.ordercloud import errors

    sign_in = errors.NotSignedIn | errors.Unauthorized | errors.OAuthRefused | errors.Forbidden
    return isinstance(
        error, errors.NoAnswer | errors.ServerFailed | errors.RateLimited | sign_in | NoMarketplace | CutShort
    )


def may_be_done(error: Exception) -> bool:
    """Return whether what was asked may have been done all the same."""
    from tui.ordercloud import errors

    if isinstance(error, errors.NoAnswer):
        return error.may_have_happened
    return isinstance(error, errors.ServerFailed | errors.UnexpectedAnswer)


def is_final(error: Exception) -> bool:
    """Return whether no further step can go better: the console has left, or may not change anything."""
    from tui.ordercloud import errors

    return isinstance(error, errors.Closed | errors.ReadOnly | errors.NotSignedIn | NoMarketplace)
