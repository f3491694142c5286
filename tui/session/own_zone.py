"""The time zone of the person at the console."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def own_zone() -> tzinfo | None:
    """Return the person's time zone; None where it is UTC, so that no time is told twice."""
    here = datetime.now(UTC).astimezone()
    return here.tzinfo if here.utcoffset() else None
