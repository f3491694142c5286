"""A watch over the end of a token at a real marketplace: when to call, and never more than once in 5 seconds.

The schedule is kept by the wall clock, for it is a moment of the world that is waited for; the gap between calls is
kept by a steady clock, which no change of the time can shorten. Both are arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tui.tokens.times import utc

GAP = 5.0
"""The fewest seconds between two calls."""
JUMP = 2.0
"""By how many seconds the two clocks must come apart to be a jump: a machine that slept, or a time that was set."""
AROUND: Sequence[int] = (-300, -60, -30, -15, -10, -5, 0, 5, 10, 15, 30, 60, 120)
"""The seconds around the end at which it is called."""
SURE_AFTER = 2
"""How many refusals in a row after the end end the watch."""
TRY_AGAIN, MOST_CALLS = 30, 40
"""How many seconds after a last call without an answer another is planned, and how many there may be in all."""


class Fate(StrEnum):
    """What became of a planned call."""

    PLANNED = "planned"
    TAKEN = "taken"
    REFUSED = "refused"
    NO_ANSWER = "no answer"
    MISSED = "missed"
    NOT_NEEDED = "not needed"

    @property
    def answered(self) -> bool:
        """Whether the marketplace answered."""
        return self in (Fate.TAKEN, Fate.REFUSED)


@dataclass(frozen=True, slots=True)
class Planned:
    """One planned call: `offset` seconds from the token's end, and what became of it."""

    offset: int
    fate: Fate = Fate.PLANNED
    called_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """What to do now: make the call with this number, or wait for so many seconds; neither when it is over."""

    call: int | None = None
    wait: float = 0.0

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.call is None and self.wait <= 0


@dataclass(frozen=True, slots=True)
class Watch:
    """The state of a watch. Each method returns another; `last_call` is on the steady clock."""

    expires_at: datetime
    calls: tuple[Planned, ...]
    last_call: float | None = None
    seen: tuple[datetime, float] | None = None
    jumps: tuple[str, ...] = ()

    def look(self, wall: datetime, steady: float) -> tuple[Watch, Next]:
        """Take note of the two clocks, and say what to do now.

        When several calls have become due at once, as after a sleep, only the latest is made: the others are missed.
        """
        watch = self._noticed(utc(wall), steady)
        due = [number for number, call in enumerate(watch.calls) if self._is_due(call, utc(wall))]
        if due:
            wait = self._gap_left(steady)
            if wait > 0:
                return watch, Next(wait=wait)
            calls = list(watch.calls)
            for number in due[:-1]:
                calls[number] = replace(calls[number], fate=Fate.MISSED, note="the time had passed by then")
            return replace(watch, calls=tuple(calls)), Next(call=due[-1])
        ahead = [call for call in watch.calls if call.fate is Fate.PLANNED]
        if not ahead:
            return watch, Next()
        return watch, Next(wait=max(0.001, (watch.moment(ahead[0]) - utc(wall)).total_seconds()))

    def calling(self, number: int, wall: datetime, steady: float) -> Watch:
        """Note that a call is being made. Raises ValueError when it would come too soon after the last."""
        if self._gap_left(steady) > 0:
            raise ValueError(f"a call comes no sooner than {GAP:g} seconds after the last")
        return replace(self._with(number, replace(self.calls[number], called_at=utc(wall))), last_call=steady)

    def called(self, number: int, fate: Fate, note: str = "") -> Watch:
        """Note what came of a call.

        Enough refusals after the end make the rest needless; a last call without an answer is followed by another.
        """
        watch = self._with(number, replace(self.calls[number], fate=fate, note=note))
        if fate is Fate.NO_ANSWER and watch.settled == len(watch.calls) < MOST_CALLS:
            another = Planned(watch.calls[-1].offset + TRY_AGAIN)
            return replace(watch, calls=(*watch.calls, another))
        after = [call.fate for call in watch.calls if call.offset >= 0 and call.fate.answered]
        if after[-SURE_AFTER:] != [Fate.REFUSED] * SURE_AFTER:
            return watch
        rest = (replace(call, fate=Fate.NOT_NEEDED) if call.fate is Fate.PLANNED else call for call in watch.calls)
        return replace(watch, calls=tuple(rest))

    def moment(self, call: Planned) -> datetime:
        """Return when a call is planned."""
        return utc(self.expires_at) + timedelta(seconds=call.offset)

    @property
    def settled(self) -> int:
        """How many of the planned calls are done with."""
        return sum(call.fate is not Fate.PLANNED for call in self.calls)

    def finding(self) -> str:
        """Say what is known now of when the marketplace stops taking the token."""
        answered = [call for call in self.calls if call.fate.answered]
        taken = [call for call in answered if call.fate is Fate.TAKEN]
        refused = [call for call in answered if call.fate is Fate.REFUSED]
        if not answered:
            return "Nothing is known yet." if self.settled < len(self.calls) else "No call was answered."
        if not refused:
            return f"Still taken {self._told(taken[-1])}."
        if not taken:
            return f"Refused {self._told(refused[0])} already."
        last, first = taken[-1], refused[0]
        told = f"Taken {self._told(last)}, refused {self._told(first)}"
        if self._offset(last) >= 1:
            return f"{told}: the marketplace goes on after the end; its clock is behind, or it grants leeway."
        if self._offset(first) < -1:
            return f"{told}: refused before its end; the clocks differ, or the token was revoked."
        return f"{told}: it ends when it says."

    # -- how it is known -----------------------------------------------------------------------------------------

    def _is_due(self, call: Planned, wall: datetime) -> bool:
        return call.fate is Fate.PLANNED and call.called_at is None and self.moment(call) <= wall

    def _gap_left(self, steady: float) -> float:
        return 0.0 if self.last_call is None else self.last_call + GAP - steady

    def _with(self, number: int, call: Planned) -> Watch:
        calls = list(self.calls)
        calls[number] = call
        return replace(self, calls=tuple(calls))

    def _noticed(self, wall: datetime, steady: float) -> Watch:
        watch = replace(self, seen=(wall, steady))
        if self.seen is None:
            return watch
        before, steady_before = self.seen
        apart = (wall - before).total_seconds() - (steady - steady_before)
        if abs(apart) < JUMP:
            return watch
        forward = "The machine slept, or its clock was set forward" if apart > 0 else "The clock was set back"
        return replace(watch, jumps=(*self.jumps, f"{forward} by {abs(apart):,.0f} s at {wall:%H:%M:%S}."))

    def _offset(self, call: Planned) -> float:
        at = call.called_at or self.moment(call)
        return (at - utc(self.expires_at)).total_seconds()

    def _told(self, call: Planned) -> str:
        offset = self._offset(call)
        if abs(offset) < 0.5:
            return "at the end"
        return f"{abs(offset):,.0f} s {'after' if offset > 0 else 'before'} the end"


def make_watch(expires_at: datetime, now: datetime, around: Sequence[int] = AROUND) -> Watch:
    """Plan a watch: the moments around the end that are still to come, and a call at once.

    Moments nearer to each other than the gap allows are left out. A call whose answer takes its time delays the next.
    """
    begun = (utc(now) - utc(expires_at)).total_seconds()
    offsets = [int(begun // 1)]
    for offset in sorted(around):
        if offset - offsets[-1] >= GAP:
            offsets.append(offset)
    return Watch(utc(expires_at), tuple(Planned(offset) for offset in offsets))
