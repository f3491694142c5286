"""The life of a sign-in as a picture: its moments in order, and the cell of a line that each falls on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from tui.tokens.lifetimes import Lifetime
from tui.tokens.times import utc

ZERO = timedelta(0)


class Kind(StrEnum):
    """What happens at a moment."""

    ISSUED = "issued"
    NOW = "now"
    ACCESS = "access token expires"
    REFRESH_END = "refresh token expires"
    SECRET = "client secret expires"  # noqa: S105 - the words for it
    LOCKOUT = "lockout ends"
    END = "signed out at the latest"

    @property
    def sign(self) -> str:
        """The sign of the moment on a line: one cell, told apart without colour."""
        return _SIGNS[self]


_SIGNS = {
    Kind.ISSUED: "I",
    Kind.NOW: "●",
    Kind.ACCESS: "A",
    Kind.REFRESH_END: "R",
    Kind.SECRET: "S",
    Kind.LOCKOUT: "L",
    Kind.END: "E",
}
_IN_FRONT = (Kind.NOW, Kind.REFRESH_END, Kind.ACCESS, Kind.SECRET, Kind.LOCKOUT, Kind.END, Kind.ISSUED)
"""Which of several moments on one cell is drawn."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment; `label` tells it from others of its kind and is outside text."""

    kind: Kind
    at: datetime
    label: str = ""


@dataclass(frozen=True, slots=True)
class Refreshes:
    """When a refresh can come, each at the end of the access token before: `first`, then every `every`."""

    first: datetime
    every: timedelta
    count: int

    def between(self, begin: datetime, end: datetime) -> int:
        """Count those from `begin` on and before `end`."""
        return self._before(end) - self._before(begin)

    def _before(self, moment: datetime) -> int:
        if self.every <= ZERO:
            return min(self.count, 1 if self.first < moment else 0)
        return max(0, min(self.count, -((self.first - moment) // self.every)))


def moments_of(lifetime: Lifetime, more: Iterable[Moment] = ()) -> tuple[Moment, ...]:
    """Return the moments of a sign-in and further ones, in order of time."""
    found = [Moment(Kind.ISSUED, utc(lifetime.issued_at)), Moment(Kind.ACCESS, utc(lifetime.access_expires_at))]
    if lifetime.refresh_expires_at is not None:
        found.append(Moment(Kind.REFRESH_END, utc(lifetime.refresh_expires_at)))
        if lifetime.ends_at > utc(lifetime.access_expires_at):
            found.append(Moment(Kind.END, lifetime.ends_at))
    return tuple(sorted((*found, *more), key=lambda moment: utc(moment.at)))


def upcoming(moments: Iterable[Moment], now: datetime) -> tuple[Moment, ...]:
    """Return the moments after now at which something changes, the next first."""
    changes = (each for each in moments if each.kind not in (Kind.ISSUED, Kind.NOW) and utc(each.at) > utc(now))
    return tuple(sorted(changes, key=lambda each: utc(each.at)))


def possible_refreshes(lifetime: Lifetime) -> Refreshes:
    """Return when refreshes can come if each comes at the end of the access token before it."""
    first, end = utc(lifetime.access_expires_at), lifetime.refresh_expires_at
    every = first - utc(lifetime.issued_at)
    if end is None or utc(end) <= first:
        return Refreshes(first, every, 0)
    return Refreshes(first, every, 1 if every <= ZERO else math.ceil((utc(end) - first) / every))


class Scale(StrEnum):
    """How time is laid along a line."""

    LINEAR = "to scale"
    LOGARITHMIC = "log"


@dataclass(frozen=True, slots=True)
class Axis:
    """A line of cells from one moment to another; the first and the last cell are those two moments."""

    begin: datetime
    end: datetime
    cells: int
    scale: Scale = Scale.LINEAR

    def cell(self, moment: datetime) -> int:
        """Return the cell of a moment; what lies outside is on the edge."""
        whole = (utc(self.end) - utc(self.begin)).total_seconds()
        passed = (utc(moment) - utc(self.begin)).total_seconds()
        if passed <= 0 or whole <= 0:
            return 0 if passed <= 0 else self.cells - 1
        share = passed / whole if self.scale is Scale.LINEAR else math.log1p(passed / 60) / math.log1p(whole / 60)
        return min(self.cells - 1, int(min(1.0, share) * (self.cells - 1) + 0.5))

    def starts(self) -> Iterator[datetime]:
        """Return for each cell the first moment on it, and then the moment the line ends."""
        whole = (utc(self.end) - utc(self.begin)).total_seconds()
        yield utc(self.begin)
        for cell in range(1, self.cells):
            share = (cell - 0.5) / (self.cells - 1)
            seconds = whole * share if self.scale is Scale.LINEAR else 60 * math.expm1(share * math.log1p(whole / 60))
            yield utc(self.begin) + timedelta(seconds=seconds)
        yield utc(self.end)


@dataclass(frozen=True, slots=True)
class Track:
    """What is on each cell of a line: a moment's kind, else how many refreshes can come there; and where now is."""

    axis: Axis
    kinds: tuple[Kind | None, ...]
    refreshes: tuple[int, ...]
    now: int


def lay_out(
    lifetime: Lifetime, now: datetime, cells: int, *, more: Iterable[Moment] = (), scale: Scale = Scale.LINEAR
) -> Track:
    """Lay the moments of a sign-in along a line, from the issue of its token to the last of them."""
    moments = moments_of(lifetime, more)
    begin = utc(lifetime.issued_at)
    axis = Axis(begin, max(utc(each.at) for each in moments), max(2, cells), scale)
    kinds: list[Kind | None] = [None] * axis.cells
    # A moment before the issue is told in words: on the line it would be mistaken for the issue.
    drawn = [each for each in moments if utc(each.at) >= begin]
    for each in sorted((*drawn, Moment(Kind.NOW, now)), key=lambda each: _IN_FRONT.index(each.kind), reverse=True):
        kinds[axis.cell(each.at)] = each.kind
    refreshes = possible_refreshes(lifetime)
    counts = tuple(refreshes.between(first, after) for first, after in pairwise(axis.starts()))
    return Track(axis, tuple(kinds), counts, axis.cell(now))


def is_crowded(lifetime: Lifetime, cells: int, more: Iterable[Moment] = ()) -> bool:
    """Return whether moments that differ fall on one cell, or on neighbours, of a line to scale."""
    moments = [each for each in moments_of(lifetime, more) if utc(each.at) >= utc(lifetime.issued_at)]
    axis = Axis(utc(lifetime.issued_at), utc(moments[-1].at), max(2, cells))
    places = [(axis.cell(each.at), utc(each.at)) for each in moments]
    return any(after - before < 2 and later > earlier for (before, earlier), (after, later) in pairwise(places))


_TICKS = (
    ("1m", 1),
    ("10m", 10),
    ("1h", 60),
    ("6h", 360),
    ("1d", 1440),
    ("7d", 7 * 1440),
    ("30d", 30 * 1440),
    ("180d", 180 * 1440),
)


def ticks(axis: Axis) -> Sequence[tuple[int, str]]:
    """Return round spans after the beginning with their cells, as many as have room for their words."""
    found: list[tuple[int, str]] = []
    free = 0
    for words, minutes in _TICKS:
        try:
            moment = utc(axis.begin) + timedelta(minutes=minutes)
        except OverflowError:
            break
        cell = axis.cell(moment)
        if moment < utc(axis.end) and cell >= free and cell + len(words) <= axis.cells:
            found.append((cell, words))
            free = cell + len(words) + 1
    return found


class Urgency(StrEnum):
    """How near an end is."""

    CALM = "calm"
    NEAR = "near"
    LAST = "last"
    OVER = "over"


NEAR_END, LAST_MOMENT = timedelta(minutes=5), timedelta(minutes=1)


def urgency(remaining: timedelta, whole: timedelta) -> Urgency:
    """Say how near the end of a life is: near in its last quarter or 5 minutes, last in its last tenth or minute."""
    if remaining <= ZERO:
        return Urgency.OVER
    if remaining <= min(LAST_MOMENT, whole / 10):
        return Urgency.LAST
    return Urgency.NEAR if remaining <= min(NEAR_END, whole / 4) else Urgency.CALM
