"""Seconds since 1970 as moments for people; a token may hold any number, so nothing here can overflow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from tui.tokens.durations import format_remaining

_FAR = timedelta(days=36525)


def utc(moment: datetime) -> datetime:
    """Give a moment an offset; one without is taken for UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def moment_of(seconds: int) -> datetime | None:
    """Give the moment, or None when it lies outside the calendar."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def until(seconds: int, now: datetime) -> timedelta:
    """How long from now to the moment, negative when it is past; no longer than a century either way."""
    apart = seconds - utc(now).timestamp() if abs(seconds) < 10**12 else seconds
    return max(-_FAR, min(_FAR, timedelta(seconds=max(-(10.0**10), min(10.0**10, apart)))))


def tell_distance(seconds: int, now: datetime) -> str:
    """Write how far away the moment is: `in 9m 12s`, `3m ago`, `now`."""
    distance = until(seconds, now)
    if distance > timedelta(0):
        return f"in {format_remaining(distance)}"
    return "now" if distance > timedelta(seconds=-1) else format_remaining(distance).removeprefix("expired ")


def tell_moment(seconds: int, now: datetime, zone: tzinfo | None = None) -> str:
    """Write a moment in UTC, in the given zone when there is one, and relative to now."""
    moment = moment_of(seconds)
    if moment is None:
        return "outside the calendar"
    told = [f"{moment.year:04}-{moment:%m-%d %H:%M:%S} UTC"]
    try:
        here = None if zone is None else moment.astimezone(zone)
    except (OverflowError, ValueError):
        here = None
    if here is not None:
        told.append(f"{here:%H:%M} here" if here.date() == moment.date() else f"{here:%m-%d %H:%M} here")
    return " · ".join((*told, tell_distance(seconds, now)))
