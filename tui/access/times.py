"""Moments that can always be compared: one without an offset is taken for UTC, as OrderCloud's are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tui.access.facts import SecretFacts

UNTIL_UNLOCKED = datetime.max.replace(tzinfo=UTC)
"""The end of a lockout that only an administrator ends."""

UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Long ago."""


def utc(moment: datetime) -> datetime:
    """Give the moment in UTC; at the very edges of the calendar, where shifting is impossible, unshifted."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def is_past(moment: datetime | None, now: datetime) -> bool:
    """Whether the moment has come: it has at the very instant, and None never comes."""
    return moment is not None and utc(moment) <= utc(now)


def tell_time(moment: datetime) -> str:
    """Write a moment for people, to the second, in UTC."""
    shown = utc(moment)
    return f"{shown.year:04}-{shown:%m-%d %H:%M:%S} UTC"


def live_secrets(secrets: Iterable[SecretFacts], now: datetime) -> tuple[SecretFacts, ...]:
    """Give the named secrets that have not expired."""
    return tuple(secret for secret in secrets if not is_past(secret.expiration, now))
