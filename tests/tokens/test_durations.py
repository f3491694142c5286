from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.tokens.durations import format_minutes, format_remaining, parse_minutes


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0m"),
        (9, "9m"),
        (60, "1h"),
        (90, "1h 30m"),
        (600, "10h"),
        (1440, "1d"),
        (43200, "30d"),
        (43265, "30d 1h 5m"),
    ],
)
def test_minutes_are_written_short(minutes: int, text: str) -> None:
    assert format_minutes(minutes) == text


@given(st.integers(0, 10**9))
def test_what_is_written_reads_back(minutes: int) -> None:
    assert parse_minutes(format_minutes(minutes)) == minutes
    assert parse_minutes(str(minutes)) == minutes
    assert parse_minutes(format_minutes(minutes).replace(" ", "").upper()) == minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", 90),
        (" 10h ", 600),
        ("1h30", 90),
        ("1h 30", 90),
        ("30d", 43200),
        ("2w", 20160),
        ("1 day 12 hours 5 minutes", 2165),
        ("45min", 45),
        ("0", 0),
    ],
)
def test_people_write_durations_in_many_ways(text: str, minutes: int) -> None:
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize(
    "text",
    ["", "  ", "h", "1.5h", "-5", "1x", "30m 1h", "1h 1h", "1d12", "1d 5", "90 5", "１０", "1h,5m", "9" * 20, "1h x"],
)
def test_what_is_no_duration_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write minutes"):
        parse_minutes(text)


@given(st.text())
def test_reading_raises_nothing_else(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_minutes(text) >= 0


@given(st.text(alphabet="0123456789 wdhmin"))
def test_reading_raises_nothing_else_for_what_looks_like_a_duration(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_minutes(text) >= 0


@pytest.mark.parametrize(
    ("remaining", "text"),
    [
        (timedelta(hours=9, minutes=58, seconds=59), "9h 58m"),
        (timedelta(minutes=9, seconds=12), "9m 12s"),
        (timedelta(days=29, hours=3), "29d 3h"),
        (timedelta(hours=1), "1h"),
        (timedelta(milliseconds=1), "1s"),
        (timedelta(0), "expired just now"),
        (timedelta(milliseconds=-900), "expired just now"),
        (timedelta(minutes=-3), "expired 3m ago"),
        (timedelta(minutes=-3, seconds=-4), "expired 3m 4s ago"),
    ],
)
def test_the_rest_is_told_in_two_units(remaining: timedelta, text: str) -> None:
    assert format_remaining(remaining) == text


@given(st.timedeltas())
def test_expired_is_said_exactly_when_it_is(remaining: timedelta) -> None:
    assert format_remaining(remaining).startswith("expired") is (remaining <= timedelta(0))


@given(st.integers(1, 10**9))
def test_negative_minutes_have_a_sign(minutes: int) -> None:
    assert format_minutes(-minutes) == f"-{format_minutes(minutes)}"
