"""Requests grouped by the API client that caused them, and below it by the secret that was sent. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from tui.session.traffic_requests import Request

BINS = 8
"""Parts of the time shown, for the picture of how the requests are spread over it."""
_BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Group:
    """What one API client caused, or (with a `secret`) what was asked with one of its secrets.

    `cid` is blank for the requests of which nothing tells an API client. `p50` and `p95` are milliseconds that really
    occurred, None while there is none. `spread` are the requests in each part of the time of all groups.
    """

    cid: str
    secret: str
    requests: int
    refusals: int
    p50: float | None
    p95: float | None
    spread: tuple[int, ...]
    first: datetime | None
    last: datetime | None
    users: tuple[str, ...]
    systems: tuple[str, ...]
    codes: tuple[tuple[str, int], ...]
    slowest: Request | None


def grouped(requests: Sequence[Request]) -> tuple[Group, ...]:
    """Group requests: the API client with the most first, each followed by its secrets; the unknown ones come last."""
    moments = [each.at for each in requests if each.at is not None]
    span = (min(moments), max(moments)) if moments else None
    by_client: dict[str, list[Request]] = {}
    for each in requests:
        by_client.setdefault(each.cid, []).append(each)
    found: list[Group] = []
    for cid, its in sorted(by_client.items(), key=lambda each: (not each[0], -len(each[1]), each[0])):
        found.append(_group(cid, "", its, span))
        by_secret: dict[str, list[Request]] = {}
        for each in its:
            if each.secret:
                by_secret.setdefault(each.secret, []).append(each)
        ordered = sorted(by_secret.items(), key=lambda each: (-len(each[1]), each[0]))
        found.extend(_group(cid, secret, some, span) for secret, some in ordered)
    return tuple(found)


def _group(cid: str, secret: str, requests: Sequence[Request], span: tuple[datetime, datetime] | None) -> Group:
    times = sorted(each.milliseconds for each in requests if each.milliseconds is not None)
    moments = [each.at for each in requests if each.at is not None]
    codes = Counter(each.code or f"status {each.status or 'none'}" for each in requests if each.refused)
    return Group(
        cid,
        secret,
        len(requests),
        sum(each.refused for each in requests),
        percentile(times, 50),
        percentile(times, 95),
        spread(moments, span),
        min(moments, default=None),
        max(moments, default=None),
        _distinct(each.user for each in requests),
        _distinct(each.system for each in requests),
        tuple(codes.most_common()),
        max((each for each in requests if each.milliseconds is not None), key=_time, default=None),
    )


def _time(request: Request) -> float:
    return request.milliseconds or 0.0


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({text for text in texts if text}))


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the value that so many percent of the ordered ones do not exceed (nearest rank); None of none."""
    return ordered[max(0, ceil(percent * len(ordered) / 100) - 1)] if ordered else None


def spread(moments: Iterable[datetime], span: tuple[datetime, datetime] | None, bins: int = BINS) -> tuple[int, ...]:
    """Count moments in equal parts of a span of time; without a length it is the last part that has them all."""
    counts = [0] * bins
    if span is None:
        return tuple(counts)
    first, last = span
    length = (last - first).total_seconds()
    for each in moments:
        at = int((each - first).total_seconds() / length * bins) if length else bins
        counts[min(bins - 1, max(0, at))] += 1
    return tuple(counts)


def sparkline(counts: Sequence[int]) -> str:
    """Draw counts as blocks, the tallest for the most; nothing is drawn for none, and something for any."""
    most = max(counts, default=0)
    return "".join(_BLOCKS[max(0, ceil(each / most * len(_BLOCKS)) - 1)] if each else " " for each in counts)
