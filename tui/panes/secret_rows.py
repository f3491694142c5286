"""One API client's secrets as rows: the legacy one and the named ones, with expiry and last use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual.content import Content

from tui.tokens.durations import format_remaining
from tui.widgets.row_list import Column

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient, ApiClientSecret
    from tui.session.secret_use import SecretUses, Use

NEAR = timedelta(days=14)
MASK = "•" * 8
LEGACY_NAME = "legacy secret"
"""What the secret is called that is a member of the API client itself (ClientSecret) and has no name."""


@dataclass(frozen=True, slots=True)
class SecretRow:
    """One secret; `secret` is None for the legacy one, the only one whose value can be read again."""

    secret: ApiClientSecret | None
    name: str
    expires: Content
    used: Content
    value: str


def secret_rows(
    api_client: ApiClient, secrets: Sequence[ApiClientSecret], uses: SecretUses | None, now: datetime
) -> list[SecretRow]:
    """Return a row for each secret of an API client, the legacy one first."""
    rows = []
    if api_client.client_secret:
        rows.append(SecretRow(None, LEGACY_NAME, Content("never"), last_use(uses, None, now), MASK))
    rows.extend(
        SecretRow(each, each.name, expiry(each.expiration, now), last_use(uses, each.id, now), "shown once")
        for each in secrets
    )
    return rows


def secret_columns(*, with_use: bool) -> tuple[Column[SecretRow], ...]:
    """Return the columns; that of the last use only where it can be known."""
    used: Column[SecretRow] = Column("Last used", lambda row: row.used, most=14)
    return (
        Column("Secret", lambda row: row.name, most=20 if with_use else 30),
        Column("Expires", lambda row: row.expires, most=24),
        *((used,) if with_use else ()),
        Column("Value", lambda row: row.value, grow=True, most=10),
    )


def expiry(expiration: datetime | None, now: datetime) -> Content:
    """Say when a secret ends, with a sign when that is near or over."""
    if expiration is None:
        return Content("never")
    left = expiration - now
    if left <= timedelta(0):
        return Content.styled(f"✗ {ago(-left, 'expired')}", "$refused")
    near = left < NEAR
    return Content.styled(f"{'▲ ' if near else ''}in {coarse(left)}", "$countdown-near" if near else "")


def last_use(uses: SecretUses | None, secret_id: str | None, now: datetime) -> Content:
    """Say when a secret was used last; nothing where that is not known."""
    if uses is None:
        return Content("")
    use = uses.of(secret_id)
    return Content.styled("not seen", "$muted") if use is None else Content(ago(now - use.last))


def told_use(use: Use | None, since: datetime, now: datetime) -> str:
    """Return the sentence on how a secret was used since a moment."""
    began = f"since the log began at {since:%H:%M:%S}"
    if use is None:
        return f"No request came with it {began}."
    times = "once" if use.requests == 1 else f"{use.requests} times"
    by = f", by {use.user}" if use.user else ""
    refused = f", {use.refusals} of them refused" if use.refusals else ""
    return f"It was used {times} {began}{refused}, last {ago(now - use.last)}{by}."


def ago(passed: timedelta, before: str = "") -> str:
    """Return how long something is over: `3m ago`, `just now`; with a word before it where there is one."""
    told = "just now" if passed < timedelta(seconds=1) else f"{coarse(passed)} ago"
    return f"{before} {told}".strip()


def coarse(duration: timedelta) -> str:
    """Return a duration of some days or more in days alone: nobody counts the hours then."""
    days = duration.days
    return f"{days} days" if days >= 2 else format_remaining(duration)
