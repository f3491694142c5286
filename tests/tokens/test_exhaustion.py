from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.tokens.exhaustion import EDGE, Deed, natural_refreshes, plan, tell_after, whole_life

ZERO = timedelta(0)


@given(st.integers(10, 600), st.integers(0, 524_160))
def test_a_life_is_played_around_its_boundaries(access_minutes: int, refresh_minutes: int) -> None:
    access, refresh = timedelta(minutes=access_minutes), timedelta(minutes=refresh_minutes)
    steps = plan(access, refresh)
    assert len(steps) <= 40
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert (steps[0].deed, steps[-1].deed) == (Deed.SIGN_IN, Deed.SIGN_IN)

    # The same tokens, kept by hand.
    live_until, rounds = access, 0
    for step in steps[1:-1]:
        if step.deed is Deed.CALL:
            assert step.allowed is (step.at < live_until), step
        elif step.deed is Deed.REFRESH:
            assert step.allowed is (step.at < refresh), step
            if step.allowed:
                live_until = step.at + access
                rounds += step.why.startswith("refresh ")
        else:
            rounds += step.rounds
    assert rounds == natural_refreshes(access, refresh)
    assert steps[-1].at >= max(live_until, refresh), "nothing is left to go on with"
    assert whole_life(steps) <= max(live_until, refresh) + 2 * EDGE


def test_ten_minutes_in_thirty_days_leave_the_middle_out() -> None:
    steps = plan(timedelta(minutes=10), timedelta(days=30))
    skips = [step for step in steps if step.deed is Deed.SKIP]
    assert [step.rounds for step in skips] == [4_312 - 4]
    assert len(steps) < 30
    assert tell_after(whole_life(steps)) == "signed in again after 30 d 0 h 10 m"


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(days=30), "30 d 0 h"),
        (timedelta(hours=10, seconds=1), "10h"),
        (timedelta(days=1, hours=2), "1 d 2 h"),
    ],
)
def test_a_life_is_told(span: timedelta, told: str) -> None:
    assert tell_after(span) == f"signed in again after {told}"


def test_a_token_without_a_life_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 2 seconds"):
        plan(ZERO, ZERO)
