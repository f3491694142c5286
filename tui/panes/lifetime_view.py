"""The life of a sign-in as a picture to scale, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tui.panes.expected_text import QUIET
from tui.tokens.durations import format_minutes, format_remaining
from tui.tokens.lifetimes import Lifetime, State
from tui.tokens.timeline import (
    Kind,
    Moment,
    Scale,
    Track,
    Urgency,
    is_crowded,
    lay_out,
    possible_refreshes,
    ticks,
    urgency,
)
from tui.tokens.times import tell_moment
from tui.widgets.fact_sheet import Fact
from tui.widgets.plain import literal

_STYLES = {
    State.NOT_YET: "$muted",
    State.LIVE: "$countdown-ok",
    State.REFRESHABLE: "$countdown-near",
    State.OVER: "$countdown-over",
}
_URGENT = {
    Urgency.CALM: ("", "$countdown-ok"),
    Urgency.NEAR: ("▲ ", "bold $countdown-near"),
    Urgency.LAST: ("▲▲ ", "bold $countdown-over"),
    Urgency.OVER: ("✗ ", "$countdown-over"),
}
"""A sign that needs no colour, and the colour."""
_LABEL = 9
ONE, SEVERAL = "┼", "╪"
"""Where a refresh can come, and where several can."""


def lifetime_facts(
    lifetime: Lifetime | None,
    now: datetime,
    zone: tzinfo | None,
    more: Sequence[Moment] = (),
    *,
    alone: bool = False,
) -> tuple[Fact, ...]:
    """Return the moments of a sign-in and what they mean, in words; each has the sign it has on the lines.

    `alone` says that there is no more than the access token, which does not tell of a refresh token.
    """

    def at(moment: datetime) -> Content:
        return Content(tell_moment(round(moment.timestamp()), now, zone))

    others = tuple(
        Fact(
            f"{each.kind.sign} {_OTHERS[each.kind]}",
            Content.assemble("expires " if each.kind is Kind.SECRET else "ends ", at(each.at), *_of(each)),
        )
        for each in more
    )
    if lifetime is None:
        return (Fact("", Content.styled("There is no token whose life could be drawn.", QUIET)), *others)
    refresh = lifetime.refresh_expires_at
    return (
        Fact("I issued", at(lifetime.issued_at)),
        Fact("● now", Content(tell_moment(round(now.timestamp()), now, zone).rpartition(" · ")[0])),
        Fact("A access", Content.assemble("expires ", at(lifetime.access_expires_at))),
        Fact(
            "R refresh",
            Content.styled(_UNTOLD if alone else "no refresh token", QUIET)
            if refresh is None
            else Content.assemble("expires ", at(refresh)),
        ),
        *others,
        *_refreshes(lifetime),
        Fact("", Content("")),
        Fact("in words", Content.styled(_words(lifetime, now, alone=alone), _STYLES[lifetime.state(now)])),
        *(() if alone else _end(lifetime, now, zone)),
    )


_UNTOLD = "a token alone does not tell; the answer it came in does"


_OTHERS = {Kind.SECRET: "secret", Kind.LOCKOUT: "lockout"}


def _of(moment: Moment) -> tuple[Content, ...]:
    return (literal(f" · {moment.label}", QUIET),) if moment.label else ()


def _refreshes(lifetime: Lifetime) -> tuple[Fact, ...]:
    found = possible_refreshes(lifetime)
    if not found.count:
        return ()
    told = f"1 can come, {ONE}" if found.count == 1 else f"{found.count:,} can come, {ONE} one and {SEVERAL} several"
    return (Fact(f"{ONE} refreshes", Content(f"{told}: each at the end of the access token before it")),)


def _words(lifetime: Lifetime, now: datetime, *, alone: bool) -> str:
    state = lifetime.state(now)
    if state is State.NOT_YET:
        return "Not good yet: the clocks of this machine and of the server differ."
    if state is State.LIVE:
        return f"The access token is good for {format_remaining(lifetime.remaining(now))} more."
    if state is State.REFRESHABLE:
        left = format_remaining(lifetime.refresh_remaining(now))
        return f"The access token has expired; the refresh token gets another for {left} more."
    return "The access token has expired." if alone else "It is over: the user has to sign in again."


def _end(lifetime: Lifetime, now: datetime, zone: tzinfo | None) -> tuple[Fact, ...]:
    if lifetime.state(now) is State.OVER:
        return ()
    end = tell_moment(round(lifetime.ends_at.timestamp()), now, zone)
    if lifetime.refresh_expires_at is None:
        return (Fact("", Content(f"Without a refresh token the user signs in again at {end}.")),)
    return (Fact("E at latest", Content(f"Refreshed up to the last moment, the user signs in again at {end}.")),)


class LifetimeBar(Widget):
    """A countdown, then the lines: the access token to its own scale, the whole sign-in to one scale, and, where
    moments fall together on that, to a logarithmic one with its spans below."""

    DEFAULT_CSS = """
    LifetimeBar { height: auto; width: 1fr; }
    """

    lifetime: reactive[Lifetime | None] = reactive(None, layout=True)
    now: reactive[datetime | None] = reactive(None)
    more: reactive[tuple[Moment, ...]] = reactive((), layout=True)

    def render(self) -> Content:
        """Draw the lines for the width there is."""
        if self.lifetime is None or self.now is None:
            return Content("")
        return lifetime_picture(self.lifetime, self.now, self.content_size.width or 60, self.more)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines it takes at a width."""
        if self.lifetime is None or self.now is None:
            return 0
        return lifetime_picture(self.lifetime, self.now, width, self.more).plain.count("\n") + 1


def lifetime_picture(lifetime: Lifetime, now: datetime, width: int, more: Sequence[Moment] = ()) -> Content:
    """Draw the countdown and every line."""
    rows = [countdown_line(lifetime, now), lifetime_bars(lifetime, now, width, more)]
    cells = _room(width, "")
    if is_crowded(lifetime, cells, more):
        track = lay_out(lifetime, now, cells, more=more, scale=Scale.LOGARITHMIC)
        words = " " * cells
        for cell, told in ticks(track.axis):
            words = words[:cell] + told + words[cell + len(told) :]
        rows += [_track("log", track, lifetime, now), Content.styled(" " * (_LABEL + 1) + words.rstrip(), QUIET)]
    return Content("\n").join(rows)


def countdown_line(lifetime: Lifetime, now: datetime) -> Content:
    """Draw how long both tokens still live, with the colour and the sign of their urgency."""
    parts = [_left("access token", lifetime.remaining(now), lifetime.access_expires_at - lifetime.issued_at)]
    if lifetime.refresh_expires_at is not None:
        whole = lifetime.refresh_expires_at - lifetime.issued_at
        parts.append(_left("refresh token", lifetime.refresh_remaining(now), whole))
    return Content("   ").join(parts)


def _left(what: str, remaining: timedelta, whole: timedelta) -> Content:
    sign, style = _URGENT[urgency(remaining, whole)]
    told = format_remaining(remaining)
    return Content.styled(f"{sign}{what} {told}" + ("" if remaining <= timedelta(0) else " left"), style)


def lifetime_bars(lifetime: Lifetime, now: datetime, width: int, more: Sequence[Moment] = ()) -> Content:
    """Draw a sign-in: `━` has passed, `●` is now, `─` is to come; the letters are those of the moments' facts."""
    style = _STYLES[lifetime.state(now)]
    issued, access, refresh = lifetime.issued_at, lifetime.access_expires_at, lifetime.refresh_expires_at
    lines = [_bar("access", issued, access, now, width, style)]
    if (refresh is not None and refresh > issued) or any(each.at > issued for each in more):
        end = lay_out(lifetime, now, 2, more=more).axis.end
        length = f" {_length(issued, end)}"
        track = lay_out(lifetime, now, _room(width, length), more=more)
        lines.append(_track("to scale", track, lifetime, now, length))
    return Content("\n").join(lines)


def _length(begin: datetime, end: datetime) -> str:
    return format_minutes(round((end - begin) / timedelta(minutes=1)))


def _room(width: int, length: str) -> int:
    return max(8, width - _LABEL - len(length) - 2)


def _track(label: str, track: Track, lifetime: Lifetime, now: datetime, length: str = "") -> Content:
    style = _STYLES[lifetime.state(now)]
    parts: list[Content | str | tuple[str, str]] = [(f"{label:<{_LABEL}}", QUIET), "├"]
    for cell, (kind, refreshes) in enumerate(zip(track.kinds, track.refreshes, strict=True)):
        passed = cell < track.now
        if kind is Kind.NOW:
            parts.append((kind.sign, f"bold {style}"))
        elif kind is not None:
            parts.append((kind.sign, "bold"))
        elif refreshes:
            parts.append((ONE if refreshes == 1 else SEVERAL, QUIET if passed else style))
        else:
            parts.append(("━", QUIET) if passed else ("─", style))
    return Content.assemble(*parts, "┤", length)


def _bar(label: str, begin: datetime, end: datetime, now: datetime, width: int, style: str) -> Content:
    length = f" {_length(begin, end)}"
    cells = _room(width, length)
    fraction = (now - begin) / (end - begin) if end > begin else 1.0
    at = min(cells - 1, max(0, int(fraction * cells)))
    return Content.assemble(
        (f"{label:<{_LABEL}}", QUIET),
        "├",
        ("━" * at, QUIET),
        ("●", f"bold {style}"),
        ("─" * (cells - 1 - at), style),
        "┤",
        length,
    )
