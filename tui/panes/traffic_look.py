"""What Traffic shows of some requests, worked out at once: no widget is touched, so a thread may do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui.panes.traffic_rows import Row, Totals, totals
from tui.session.traffic_filter import Names, TrafficFilter
from tui.session.traffic_groups import Group, grouped
from tui.session.traffic_requests import Request

MANY = 20_000
"""More requests than these are worked through away from the event loop."""


@dataclass(frozen=True, slots=True)
class Look:
    """The requests that a filter takes of `every` so many: as rows, or (`by_client`) in groups."""

    every: int
    by_client: bool
    filtered: bool
    rows: Mapping[Request, Row]
    groups: tuple[Group, ...]
    totals: Totals
    names: Names


def look_at(
    every: Sequence[Request],
    wanted: TrafficFilter,
    names: Names,
    known: Mapping[Request, Row],
    *,
    by_client: bool,
) -> Look:
    """Work out what is shown; rows that are known already are taken as they are."""
    shown = [each for each in every if wanted.takes(each, names)] if wanted else every
    rows = {} if by_client else {each: known.get(each) or Row.of(each) for each in shown}
    groups = grouped(shown) if by_client else ()
    return Look(len(every), by_client, bool(wanted), rows, groups, totals(shown), names)
