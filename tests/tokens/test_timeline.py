from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.makers import NOW
from tui.tokens.lifetimes import Lifetime
from tui.tokens.timeline import (
    Axis,
    Kind,
    Moment,
    Scale,
    Urgency,
    is_crowded,
    lay_out,
    moments_of,
    possible_refreshes,
    ticks,
    upcoming,
    urgency,
)

ZERO = timedelta(0)
lifetimes = st.builds(
    lambda access, refresh: Lifetime(
        NOW, NOW + timedelta(minutes=access), None if refresh is None else NOW + timedelta(minutes=refresh)
    ),
    st.integers(10, 600),
    st.none() | st.integers(1, 524_160),
)
offsets = st.integers(-1_000, 800_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
others = st.lists(st.builds(Moment, st.sampled_from([Kind.SECRET, Kind.LOCKOUT]), offsets), max_size=2)
scales = st.sampled_from(Scale)
widths = st.integers(2, 220)


def life(access: int, refresh: int | None) -> Lifetime:
    ends = None if refresh is None else NOW + timedelta(minutes=refresh)
    return Lifetime(NOW, NOW + timedelta(minutes=access), ends)


@given(lifetimes, offsets, widths, others, scales)
def test_a_line_has_one_now_and_every_moment_or_one_in_front_of_it(
    lifetime: Lifetime, now: datetime, cells: int, more: list[Moment], scale: Scale
) -> None:
    track = lay_out(lifetime, now, cells, more=more, scale=scale)
    assert len(track.kinds) == len(track.refreshes) == cells
    assert track.kinds.count(Kind.NOW) == 1
    assert track.kinds[track.now] is Kind.NOW
    for moment in moments_of(lifetime, more):
        if moment.at >= NOW:
            assert track.kinds[track.axis.cell(moment.at)] is not None
    assert sum(track.refreshes) == possible_refreshes(lifetime).count


@given(lifetimes, widths, others, scales, st.lists(offsets, min_size=2, max_size=6))
def test_later_is_never_further_left_and_the_ends_are_the_ends(
    lifetime: Lifetime, cells: int, more: list[Moment], scale: Scale, moments: list[datetime]
) -> None:
    axis = lay_out(lifetime, NOW, cells, more=more, scale=scale).axis
    places = [axis.cell(moment) for moment in sorted(moments)]
    assert all(before <= after for before, after in pairwise(places))
    assert (axis.cell(axis.begin), axis.cell(axis.end)) == (0, cells - 1)
    assert all(0 <= place < cells for place in places)
    assert list(axis.starts()) == sorted(axis.starts())


@given(st.integers(0, 1_000), st.integers(2, 200))
def test_to_scale_is_to_scale(share: int, cells: int) -> None:
    axis = Axis(NOW, NOW + timedelta(hours=10), cells)
    assert abs(axis.cell(NOW + timedelta(hours=10) * share / 1_000) - (cells - 1) * share / 1_000) <= 0.5 + 1e-6


@given(st.integers(40, 200))
def test_ten_minutes_of_thirty_days_can_be_read_on_the_logarithmic_line_alone(cells: int) -> None:
    lifetime = life(10, 30 * 1440)
    assert is_crowded(lifetime, cells)
    log = lay_out(lifetime, NOW, cells, scale=Scale.LOGARITHMIC)
    place = log.kinds.index(Kind.ACCESS)
    assert cells * 0.15 < place < cells * 0.3
    assert sum(log.refreshes[:place]) == 0
    assert not is_crowded(life(300, 600), cells)


@given(lifetimes)
def test_refreshes_are_counted_between_any_moments(lifetime: Lifetime) -> None:
    found = possible_refreshes(lifetime)
    length, ends = lifetime.access_expires_at - NOW, lifetime.refresh_expires_at
    each = [lifetime.access_expires_at + number * length for number in range(min(found.count, 50))]
    assert ends is not None or not each
    assert all(ends is not None and moment < ends for moment in each)
    if found.count:
        assert ends is not None
        assert lifetime.access_expires_at + found.count * length >= ends
    for number, moment in enumerate(each):
        assert found.between(NOW, moment) == number
        assert found.between(moment, moment + timedelta(seconds=1)) == 1


def test_what_comes_next_is_told_in_order() -> None:
    lifetime = life(10, 60)
    secret = Moment(Kind.SECRET, NOW + timedelta(minutes=30), "Rotation A")
    kinds = [each.kind for each in upcoming(moments_of(lifetime, [secret]), NOW)]
    assert kinds == [Kind.ACCESS, Kind.SECRET, Kind.REFRESH_END, Kind.END]
    assert upcoming(moments_of(lifetime), NOW + timedelta(minutes=10))[0].kind is Kind.REFRESH_END, "not the one of now"
    assert upcoming(moments_of(lifetime), NOW + timedelta(days=1)) == ()


@given(st.integers(10, 600_000), widths)
def test_ticks_never_touch_and_stand_within_the_line(minutes: int, cells: int) -> None:
    found = ticks(Axis(NOW, NOW + timedelta(minutes=minutes), cells, Scale.LOGARITHMIC))
    assert all(cell + len(words) <= cells for cell, words in found)
    assert all(before + len(words) < after for (before, words), (after, _) in pairwise(found))


@given(st.integers(1, 100_000), st.integers(-1_000, 100_000))
def test_urgency_only_grows(whole: int, left: int) -> None:
    order = list(Urgency)
    span = timedelta(seconds=whole)
    now, later = (urgency(timedelta(seconds=left - by), span) for by in (0, 7))
    assert order.index(now) <= order.index(later)
    assert (urgency(ZERO, span), urgency(span, span)) == (Urgency.OVER, Urgency.CALM)


def test_at_the_end_of_the_calendar_nothing_breaks() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    for begin in (last - timedelta(hours=1), last):
        for scale in Scale:
            track = lay_out(Lifetime(begin, last, last), last, 40, scale=scale)
            assert track.kinds.count(Kind.NOW) == 1
            ticks(track.axis)
