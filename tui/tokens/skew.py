"""How far a server's clock is from ours, measured by the `Date` headers of its answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from tui.tokens.durations import format_remaining
from tui.tokens.times import utc

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Skew:
    """The server's clock is ahead of ours by something from `least` to `most`; negative when it is behind."""

    least: timedelta
    most: timedelta

    @property
    def agrees(self) -> bool:
        """Whether the two clocks may show the same time."""
        return self.least <= timedelta(0) <= self.most

    def told(self) -> str:
        """Say it in words."""
        if self.agrees:
            return f"The server's clock agrees with this one, within {_width(self.most - self.least)}."
        ahead = self.least > timedelta(0)
        least = (self.least if ahead else -self.most).total_seconds()
        way = "ahead of" if ahead else "behind"
        # Rounded down: it is that much at the least.
        length = f"{least:.1f} s" if least < 10 else format_remaining(timedelta(seconds=int(least)))
        return f"The server's clock is {length} or more {way} this one."


def _width(whole: timedelta) -> str:
    return f"{max(1.0, whole.total_seconds()):.1f} s"


def skew_of(date: str | None, sent: datetime, took: timedelta) -> Skew | None:
    """Measure it by one answer; None when its `Date` is none.

    `Date` counts whole seconds, and was written some time between the sending and the answer's arrival.
    """
    try:
        server = utc(parsedate_to_datetime(date or ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return Skew(server - (utc(sent) + max(took, timedelta(0))), server + _SECOND - utc(sent))
    except OverflowError:
        return None


def together(measured: Iterable[Skew]) -> Skew | None:
    """Return what several measurements, the oldest first, say together. One that contradicts begins anew: a clock
    was set meanwhile."""
    known: Skew | None = None
    for each in measured:
        if known is not None and each.least <= known.most and known.least <= each.most:
            known = Skew(max(known.least, each.least), min(known.most, each.most))
        else:
            known = each
    return known
