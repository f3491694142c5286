"""Whether a change shuts out whoever makes it."""

from __future__ import annotations

from datetime import datetime

from tui.access.attempt import Attempt, Facts
from tui.access.decide import decide
from tui.access.roles import FULL_ACCESS

CHANGES_API_CLIENTS = frozenset({FULL_ACCESS, "ApiClientAdmin"})
"""The roles of which one is needed to change an API client."""


def shut_out(attempt: Attempt, after: Facts, now: datetime) -> str | None:
    """Say why somebody who signs in by this attempt could not take a change back, given the facts after it.

    None when the next sign-in still gives a token that may change API clients.
    """
    decision = decide(attempt, after, now)
    if not decision.allowed:
        return " ".join(decision.reasons)
    if not CHANGES_API_CLIENTS & set(decision.roles):
        return "Its tokens would carry neither FullAccess nor ApiClientAdmin."
    return None
