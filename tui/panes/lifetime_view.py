"""The life of a sign-in as a picture to scale, and in words."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.panes.expected_text import QUIET
from tui.tokens.durations import format_minutes, format_remaining
from tui.tokens.lifetimes import Lifetime, State
from tui.tokens.times import tell_moment
from tui.widgets.fact_sheet import Fact

_STYLES = {
    State.NOT_YET: "$muted",
    State.LIVE: "$countdown-ok",
    State.REFRESHABLE: "$countdown-near",
    State.OVER: "$countdown-over",
}
_LABEL = 9


def lifetime_facts(lifetime: Lifetime | None, now: datetime, zone: tzinfo | None) -> tuple[Fact, ...]:
    """Return the moments of a sign-in and what they mean, in words."""
    if lifetime is None:
        return (Fact("", Content.styled("There is no token whose life could be drawn.", QUIET)),)

    def at(moment: datetime) -> Content:
        return Content(tell_moment(round(moment.timestamp()), now, zone))

    refresh = lifetime.refresh_expires_at
    return (
        Fact("issued", at(lifetime.issued_at)),
        Fact("now", Content(tell_moment(round(now.timestamp()), now, zone).rpartition(" · ")[0])),
        Fact("access", Content.assemble("expires ", at(lifetime.access_expires_at))),
        Fact(
            "refresh",
            Content.styled("no refresh token", QUIET) if refresh is None else Content.assemble("expires ", at(refresh)),
        ),
        Fact("", Content("")),
        Fact("in words", Content.styled(_words(lifetime, now), _STYLES[lifetime.state(now)])),
        *_end(lifetime, now, zone),
    )


def _words(lifetime: Lifetime, now: datetime) -> str:
    state = lifetime.state(now)
    if state is State.NOT_YET:
        return "Not good yet: the clocks of this machine and of the server differ."
    if state is State.LIVE:
        return f"The access token is good for {format_remaining(lifetime.remaining(now))} more."
    if state is State.REFRESHABLE:
        left = format_remaining(lifetime.refresh_remaining(now))
        return f"The access token has expired; the refresh token gets another for {left} more."
    return "It is over: the user has to sign in again."


def _end(lifetime: Lifetime, now: datetime, zone: tzinfo | None) -> tuple[Fact, ...]:
    if lifetime.state(now) is State.OVER:
        return ()
    end = tell_moment(round(lifetime.ends_at.timestamp()), now, zone)
    if lifetime.refresh_expires_at is None:
        return (Fact("", Content(f"Without a refresh token the user signs in again at {end}.")),)
    return (Fact("", Content(f"Refreshed up to the last moment, the user signs in again at {end}.")),)


class LifetimeBar(Widget):
    """Two bars, each to its own scale: the access token's life, and the refresh token's with the access token in it."""

    DEFAULT_CSS = """
    LifetimeBar { height: auto; width: 1fr; }
    """

    lifetime: reactive[Lifetime | None] = reactive(None, layout=True)
    now: reactive[datetime | None] = reactive(None)

    def render(self) -> Content:
        """Draw the bars for the width there is."""
        if self.lifetime is None or self.now is None:
            return Content("")
        return lifetime_bars(self.lifetime, self.now, self.content_size.width or 60)


def lifetime_bars(lifetime: Lifetime, now: datetime, width: int) -> Content:
    """Draw a sign-in: `━` has passed, `●` is now, `─` is to come, `┼` is where the access token expires."""
    style = _STYLES[lifetime.state(now)]
    issued, access, refresh = lifetime.issued_at, lifetime.access_expires_at, lifetime.refresh_expires_at
    lines = [_bar("access", issued, access, now, width, style)]
    if refresh is not None and refresh > issued:
        lines.append(_bar("refresh", issued, refresh, now, width, style, mark=access))
    return Content("\n").join(lines)


def _bar(
    label: str, begin: datetime, end: datetime, now: datetime, width: int, style: str, mark: datetime | None = None
) -> Content:
    length = f" {format_minutes(round((end - begin) / timedelta(minutes=1)))}"
    cells = max(8, width - _LABEL - len(length) - 2)

    def cell(moment: datetime) -> int:
        fraction = (moment - begin) / (end - begin) if end > begin else 1.0
        return min(cells - 1, max(0, int(fraction * cells)))

    at = cell(now)
    track = ["━" if number < at else "─" for number in range(cells)]
    if mark is not None and begin < mark < end:
        track[cell(mark)] = "┼"
    return Content.assemble(
        (f"{label:<{_LABEL}}", QUIET),
        "├",
        ("".join(track[:at]), QUIET),
        ("●", f"bold {style}"),
        ("".join(track[at + 1 :]), style),
        "┤",
        length,
    )
