"""What Tokens mode shows, without a screen: bars, expectations, and the way to mend each refusal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.access.decision import Check, Decision, Lifetimes, RoleGap, TokenError
from tui.panes.expected_text import expected_facts
from tui.panes.lifetime_view import lifetime_bars, lifetime_facts, lifetime_picture
from tui.panes.mending import mend_of, why_not_mend
from tui.panes.token_view import answer_facts, verdict_line
from tui.session.attempts import Form, Kind, Result
from tui.session.outcome import Comparison
from tui.tokens.lifetimes import Lifetime
from tui.tokens.timeline import Kind as Moments
from tui.tokens.timeline import Moment
from tui.widgets.fact_sheet import Fact

AT = datetime(2026, 11, 23, 9, 14, 3, tzinfo=UTC)


def text(facts: tuple[Fact, ...]) -> str:
    return "\n".join(f"{fact.label:<12}{fact.text.plain}" for fact in facts)


def lifetime(access: int, refresh: int | None) -> Lifetime:
    ends = None if refresh is None else AT + timedelta(minutes=refresh)
    return Lifetime(AT, AT + timedelta(minutes=access), ends)


@given(
    st.integers(1, 600_000),
    st.none() | st.integers(1, 600_000),
    st.integers(-1_000, 1_300_000),
    st.integers(24, 200),
)
def test_bars_have_one_width_and_one_now(access: int, refresh: int | None, now: int, width: int) -> None:
    bars = lifetime_bars(lifetime(access, refresh), AT + timedelta(minutes=now), width).plain.split("\n")
    assert len(bars) == (1 if refresh is None else 2)
    assert all(bar.count("●") == 1 for bar in bars)
    assert all(len(bar) <= max(width, 32) for bar in bars)


def test_bars_are_to_scale() -> None:
    bar = lifetime_bars(lifetime(100, None), AT + timedelta(minutes=50), 9 + 2 + 20 + len(" 1h 40m")).plain
    assert bar == "access   ├" + "━" * 10 + "●" + "─" * 9 + "┤ 1h 40m"


@given(
    st.integers(10, 600),
    st.none() | st.integers(1, 524_160),
    st.integers(-1_000, 1_300_000),
    st.integers(24, 200),
)
def test_the_picture_is_never_wider_than_its_room(access: int, refresh: int | None, now: int, width: int) -> None:
    secret = Moment(Moments.SECRET, AT + timedelta(days=90), "Rotation A")
    rows = lifetime_picture(lifetime(access, refresh), AT + timedelta(minutes=now), width, (secret,)).plain.split("\n")
    assert all(len(row) <= max(width, 32) for row in rows[1:])
    assert all(row.count("●") == 1 for row in rows if "├" in row)


def test_ten_minutes_in_thirty_days_can_be_read_without_colour() -> None:
    more = (Moment(Moments.SECRET, AT + timedelta(days=60), "[b]Rotation"), Moment(Moments.LOCKOUT, AT, "shopper01"))
    rows = lifetime_picture(lifetime(10, 43_200), AT + timedelta(minutes=9, seconds=30), 76, more).plain.split("\n")
    assert rows[0] == "▲▲ access token 30s left   refresh token 29d 23h left"
    assert [row[:9].strip() for row in rows] == ["▲▲ access", "access", "to scale", "log", ""]
    assert rows[3].index("●") < rows[3].index("╪") < rows[3].index("R") < rows[3].index("S")
    assert "10m" in rows[4]
    facts = text(lifetime_facts(lifetime(10, 43_200), AT, None, more))
    assert "S secret    expires 2027-01-22" in facts
    assert "[b]Rotation" in facts
    assert "4,319 can come" in facts


def test_a_sign_in_is_told_at_each_of_its_states() -> None:
    told = [
        text(lifetime_facts(lifetime(10, 60), AT + timedelta(minutes=minutes), None)) for minutes in (-1, 0, 10, 60)
    ]
    for part, words in zip(
        ("clocks", "good for 10m more", "gets another for 50m", "sign in again."), told, strict=True
    ):
        assert part in words
    assert "no refresh token" in text(lifetime_facts(lifetime(10, None), AT, None))
    assert "no token" in text(lifetime_facts(None, AT, None))


def test_an_expectation_tells_roles_gaps_lifetimes_and_assumptions() -> None:
    decision = Decision(
        True,
        roles=("Shopper",),
        lifetimes=Lifetimes(600, 43200),
        role_gaps=(RoleGap("[b]MeAdmin", "above the ceiling"),),
        assumptions=("The password is right.",),
        reasons=("AllowAnyBuyer is on.",),
    )
    told = text(expected_facts(decision))
    for part in (
        "✓ a token, 10h, refresh 30d",
        "not [b]MeAdmin: above the ceiling",
        "if          The password",
        "because",
    ):
        assert part in told
    assert "Not known" in text(expected_facts(None, "Not known: no answer"))


def refused(check: Check | None, username: str = "shopper01", scope: str = "") -> Result:
    error = TokenError("invalid_grant", "Auth.OauthError", "no")
    decision = Decision(False, check, error, reasons=("Because it is so.",)) if check is not None else None
    form = Form(Kind.PASSWORD, "id", username, "x", scope=scope)
    return Result(1, AT, form, "App", "http://x", decision, Comparison(True, decision))


@pytest.mark.parametrize("check", [*Check, None])
def test_every_refusal_can_be_mended_or_says_why_not(check: Check | None) -> None:
    result = refused(check)
    assert (mend_of(result) is None) == (why_not_mend(result) is not None)


def test_mending_goes_to_the_field_that_is_wrong() -> None:
    assert [
        mend.row
        for mend in (
            mend_of(refused(Check.CREDENTIALS_PRESENT, username="")),
            mend_of(refused(Check.CREDENTIALS_PRESENT)),
            mend_of(refused(Check.CREDENTIALS_RIGHT)),
            mend_of(refused(Check.ROLES_LEFT, scope="Nothing")),
            mend_of(refused(Check.CLIENT_SECRET)),
        )
        if mend is not None
    ] == ["user", "password", "user", "scope", "secret"]


def test_an_answer_that_is_no_token_is_told_without_a_word_of_it() -> None:
    result = refused(None)
    told = text(answer_facts(result, (), AT, {}, None))
    assert "There is no token in the answer." in told
    assert "✗ no answer" in verdict_line(result, AT).plain
