"""What the line on top says of the session, the state of its clock included."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tui.tokens.durations import format_remaining
from tui.widgets.top_bar import Whereabouts

if TYPE_CHECKING:
    from tui.sandbox.control import ControlledClock
    from tui.session.session import Session

NEAR_THE_END = timedelta(minutes=5)


def whereabouts_of(session: Session) -> Whereabouts:
    """Return what the line on top says now."""
    identity, clock = session.identity, session.changed_clock
    left = session.token_left() if session.ready else None
    state = "" if clock is None else clock_state(clock)
    return Whereabouts(
        environment=identity.kind or "no marketplace",
        environment_style="$env-" + (identity.kind or "custom").replace(" ", "-"),
        marketplace=identity.marketplace if session.ready else session.phase.value,
        user=identity.username if session.ready else "",
        remaining=format_remaining(left) if left is not None else "",
        urgency="ok" if left is None or left > NEAR_THE_END else "near" if left > timedelta(0) else "over",
        read_only=session.read_only,
        clock=state and f"⏱ {state}",
    )


def clock_state(clock: ControlledClock) -> str:
    """Say in few signs how a clock differs from the real one: `+1h`, `+2d 3h frozen`, `-5m ×60`; blank: not at all."""
    apart = round((clock() - clock.base()).total_seconds())
    # A clock that stands falls behind all by itself: seconds of that say less than the word.
    steady = clock.speed == 1
    shift = ""
    if abs(apart) >= 60 or (apart and steady):
        shift = ("+" if apart > 0 else "-") + format_remaining(timedelta(seconds=abs(apart)))
    pace = "" if steady else "frozen" if clock.frozen else f"×{clock.speed:g}"
    return " ".join(part for part in (shift, pace) if part)
