from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.tokens.makers import AT, NOW, with_claims
from tui.tokens.decode import Claims, decode
from tui.tokens.lifetimes import Lifetime, State

moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
spans = st.timedeltas(timedelta(0), timedelta(days=364))
lifetimes = st.builds(
    lambda issued, access, refresh: Lifetime(issued, issued + access, None if refresh is None else issued + refresh),
    moments,
    spans,
    st.none() | spans,
)


@given(lifetimes, moments)
def test_the_states_follow_the_clock(lifetime: Lifetime, now: datetime) -> None:
    state = lifetime.state(now)
    assert (state is State.NOT_YET) is (now < lifetime.issued_at)
    assert (state is State.LIVE) is (lifetime.issued_at <= now < lifetime.access_expires_at)
    if state is State.REFRESHABLE:
        assert lifetime.refresh_expires_at is not None
        assert now < lifetime.refresh_expires_at
    if state is State.OVER:
        assert now >= lifetime.access_expires_at
        assert lifetime.refresh_remaining(now) <= timedelta(0)


@given(lifetimes, moments, spans)
def test_remaining_runs_with_the_clock(lifetime: Lifetime, now: datetime, later: timedelta) -> None:
    assert lifetime.remaining(now) - lifetime.remaining(now + later) == later
    assert (lifetime.remaining(now) > timedelta(0)) is (now < lifetime.access_expires_at)


@given(lifetimes, moments, spans)
def test_the_fraction_grows_from_0_to_1(lifetime: Lifetime, now: datetime, later: timedelta) -> None:
    assert 0.0 <= lifetime.fraction(now) <= lifetime.fraction(now + later) <= 1.0
    assert lifetime.fraction(lifetime.access_expires_at) == 1.0
    if lifetime.access_expires_at > lifetime.issued_at:
        assert lifetime.fraction(lifetime.issued_at) == 0.0


@given(lifetimes)
def test_a_sign_in_ends_with_the_token_of_the_last_refresh(lifetime: Lifetime) -> None:
    refresh = lifetime.refresh_expires_at
    assume(refresh is not None and refresh > lifetime.issued_at)
    assert refresh is not None
    length = lifetime.access_expires_at - lifetime.issued_at
    assert lifetime.ends_at == refresh + length
    assert lifetime.state(lifetime.ends_at) is State.OVER


def test_without_a_refresh_token_it_ends_with_the_access_token() -> None:
    lifetime = Lifetime(NOW, NOW + timedelta(hours=10))
    assert lifetime.ends_at == lifetime.access_expires_at
    assert lifetime.refresh_remaining(NOW) == timedelta(0)


@given(st.integers(10, 600), st.integers(0, 524160), st.integers(0, 100_000))
def test_it_is_worked_out_from_the_claims(access: int, refresh: int, ago: int) -> None:
    claims = Claims(iat=AT, exp=AT + access * 60)
    first = NOW - timedelta(minutes=ago)
    lifetime = Lifetime.of(claims, refresh_minutes=refresh, signed_in_at=first)
    assert lifetime is not None
    assert lifetime.access_expires_at - lifetime.issued_at == timedelta(minutes=access)
    assert lifetime.refresh_expires_at == (first + timedelta(minutes=refresh) if refresh else None)
    assert Lifetime.of(claims, refresh_minutes=refresh) == Lifetime(
        NOW, NOW + timedelta(minutes=access), NOW + timedelta(minutes=refresh) if refresh else None
    )


@pytest.mark.parametrize("changes", [{"exp": None}, {"exp": 10**30}, {"iat": None, "nbf": None}, {"iat": -(10**30)}])
def test_without_usable_moments_there_is_no_lifetime(changes: dict[str, object]) -> None:
    assert Lifetime.of(decode(with_claims(**changes)).claims, refresh_minutes=5) is None


def test_nbf_stands_in_for_iat() -> None:
    lifetime = Lifetime.of(Claims(nbf=AT, exp=AT + 60))
    assert lifetime is not None
    assert lifetime.issued_at == NOW


def test_at_the_end_of_the_calendar_nothing_breaks() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    lifetime = Lifetime(last - timedelta(hours=1), last, last)
    assert lifetime.ends_at == last
    edge = int(last.timestamp()) - 60
    assert Lifetime.of(Claims(iat=edge, exp=edge + 1), refresh_minutes=10**6) is not None
