"""Durations as people write and read them."""

from __future__ import annotations

import math
import re
from datetime import timedelta

_MINUTES = {"w": 7 * 24 * 60, "d": 24 * 60, "h": 60, "m": 1}
_UNITS = {
    **dict.fromkeys(("w", "week", "weeks"), "w"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hr", "hour", "hours"), "h"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
}
_PART = re.compile(r"([0-9]{1,12})\s*([a-z]*)\s*", re.ASCII | re.IGNORECASE)
_WANTED = "write minutes (90), or weeks, days, hours and minutes (30d, 10h, 1h30, 1d 12h 5m)"


def format_minutes(minutes: int) -> str:
    """Write a number of minutes: `10h`, `1h 30m`, `30d`, `0m`. Reads back to the same number."""
    if minutes < 0:
        return f"-{format_minutes(-minutes)}"
    days, rest = divmod(minutes, _MINUTES["d"])
    hours, rest = divmod(rest, _MINUTES["h"])
    parts = [f"{number}{unit}" for number, unit in ((days, "d"), (hours, "h"), (rest, "m")) if number]
    return " ".join(parts) or "0m"


def parse_minutes(text: str) -> int:
    """Read a number of minutes: `90`, `10h`, `1h30`, `30d`, `1d 12h 5m`. Raises ValueError saying what to write."""
    rest = text.strip()
    if not rest:
        raise ValueError(f"there is no duration: {_WANTED}")
    at, total, last = 0, 0, ""
    while at < len(rest):
        part = _PART.match(rest, at)
        if part is None:
            raise ValueError(f"this is no duration: {_WANTED}")
        written = part.group(2).lower()
        unit = _UNITS.get(written) if written else _bare_unit(last, ends=part.end() == len(rest))
        if unit is None or (last and _MINUTES[unit] >= _MINUTES[last]):
            raise ValueError(f"this is no duration: {_WANTED}")
        total += int(part.group(1)) * _MINUTES[unit]
        at, last = part.end(), unit
    return total


def _bare_unit(last: str, *, ends: bool) -> str | None:
    """A number without a unit is minutes when it stands alone or right behind the hours."""
    return "m" if ends and last in {"", "h"} else None


def format_remaining(remaining: timedelta) -> str:
    """Write how long it still is, in its two greatest units: `9h 58m`, `9m 12s`; or `expired 3m ago`."""
    seconds = remaining.total_seconds()
    if seconds > 0:
        return _two_units(math.ceil(seconds))
    passed = math.floor(-seconds)
    return f"expired {_two_units(passed)} ago" if passed else "expired just now"


def _two_units(seconds: int) -> str:
    scale = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
    for index, (unit, size) in enumerate(scale):
        number, rest = divmod(seconds, size)
        if number:
            if index + 1 == len(scale):
                return f"{number}{unit}"
            smaller, smaller_size = scale[index + 1]
            less = rest // smaller_size
            return f"{number}{unit} {less}{smaller}" if less else f"{number}{unit}"
    return "0s"
