"""Asks for the name and the life of a new named secret."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.access.limits import check_name
from tui.tokens.durations import parse_minutes
from tui.widgets.dialogs import Ask
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.ordercloud.models import ApiClient
    from tui.session.session import Session

MOST_MINUTES = 100 * 366 * 24 * 60
"""A century: further off no expiry makes sense, and no date can be told."""


async def ask_new_secret(
    host: Widget, session: Session, api_client: ApiClient, name: str = ""
) -> tuple[str, datetime | None] | None:
    """Return the name and the expiration that the person wants; None when the person leaves."""
    body = literal(f"For {api_client.app_name}. Its value is shown once.")
    fields = (("Name", name, False), ("Expires in (30d, 12h; blank: never)", "", False))
    asked = Ask("New client secret", fields, body=body, yes="Create", check=check_new_secret)
    answer = await host.app.push_screen_wait(asked)
    if answer is None:
        return None
    lifetime = answer[1].strip()
    return answer[0].strip(), session.clock() + timedelta(minutes=parse_minutes(lifetime)) if lifetime else None


def check_new_secret(answer: tuple[str, ...]) -> str | None:
    """Return what is wrong with a new secret's name and lifetime."""
    name, lifetime = answer[0].strip(), answer[1].strip()
    problem = check_name("Name", name)
    if problem is not None:
        return problem.message
    if lifetime.isdecimal():
        return f"Is it days, hours or minutes? Write {lifetime}d, {lifetime}h or {lifetime}m."
    try:
        minutes = parse_minutes(lifetime) if lifetime else 1
    except ValueError as unread:
        return str(unread)
    return None if 0 < minutes <= MOST_MINUTES else "It must live for more than 0 minutes and less than a century."
