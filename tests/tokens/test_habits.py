"""When the user is signed out: worked out from a habit, and played on the sandbox's clock to see that it is so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.support import Clock, Http, named
from tui.ordercloud._httpx import AsyncClient
from tui.sandbox import FAST, Sandbox
from tui.tokens.habits import Habit, Outlook, Rhythm, calendar, foresee, parse_hour, tell, visits_of

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTES = st.integers(0, 1439)
habits = st.builds(
    lambda rhythm, hours, every, weekday: Habit(rhythm, min(hours), max(hours), every, weekday),
    st.sampled_from(Rhythm),
    st.tuples(MINUTES, MINUTES),
    st.integers(1, 300),
    st.integers(0, 6),
)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@settings(max_examples=60)
@given(habits, st.integers(10, 600), st.integers(0, 20_000), st.integers(1, 30))
def test_it_is_as_if_every_call_were_made(habit: Habit, access: int, refresh: int, days: int) -> None:
    outlook = foresee(habit, minutes(access), minutes(refresh), MONDAY, days=days)
    live_until = refresh_until = datetime.min.replace(tzinfo=UTC)
    sign_ins, refreshes = [], 0
    for begins, calls in visits_of(habit, MONDAY, days):
        for number in range(calls):
            at = begins + minutes(number * habit.every)
            if at < live_until:
                continue
            if at < refresh_until:
                refreshes += 1
            else:
                sign_ins.append(at)
                refresh_until = at + minutes(refresh)
            live_until = at + minutes(access)
    assert list(outlook.sign_ins) == sign_ins
    assert sum(visit.refreshes for visit in outlook.visits) == refreshes
    if outlook.again:
        assert outlook.signed_out_at is not None
        assert outlook.sign_ins[0] < outlook.signed_out_at <= outlook.again[0]
    assert all(sentence.endswith(".") for sentence in tell(outlook))


@settings(max_examples=40)
@given(habits, st.integers(10, 600), st.integers(0, 60_000), st.integers(1, 80))
def test_the_calendar_has_each_sign_in(habit: Habit, access: int, refresh: int, weeks: int) -> None:
    outlook = foresee(habit, minutes(access), minutes(refresh), MONDAY)
    shown = calendar(outlook, weeks)
    assert len(shown.rows) == 7
    assert len({len(row) for row in shown.rows}) == 1
    assert len(shown.rows[0]) <= weeks
    if outlook.visits:
        first = outlook.visits[0].begins
        assert shown.rows[first.weekday()][0] not in " ·■"
    for weekday, row in enumerate(shown.rows):
        assert habit.rhythm is not Rhythm.WEEKDAYS or weekday < 5 or set(row) <= set(" ·")


@pytest.mark.parametrize(
    ("habit", "access", "refresh", "said"),
    [
        (
            Habit(),
            600,
            30 * 1440,
            (
                "Is signed out Wed 2026-12-23 09:00, 30d after",
                "30d after",
                "Signs in at 3 of 55 visits",
                "52 refreshes are silent",
            ),
        ),
        (Habit(Rhythm.EVERY_DAY), 600, 0, ("Signs in at every visit.", "Tue 2026-11-24 09:00")),
        (
            Habit(Rhythm.EVERY_DAY),
            60,
            0,
            ("up to 9 times in one", "Mon 2026-11-23 10:00, 1h after the sign-in", "in the middle"),
        ),
        (Habit(Rhythm.ONCE_A_WEEK), 600, 6 * 1440, ("every Monday", "Signs in at every visit.")),
        (Habit(Rhythm.WEEKDAYS), 600, 1440, ("Signs in at every visit", "comes every weekday")),
        (Habit(Rhythm.ONCE_A_WEEK, 540, 540), 600, 8 * 1440, ("every Monday at 09:00", "at the beginning")),
    ],
)
def test_it_is_told(habit: Habit, access: int, refresh: int, said: tuple[str, ...]) -> None:
    told = " ".join(tell(foresee(habit, minutes(access), minutes(refresh), MONDAY)))
    for words in said:
        assert words in told


def test_somebody_who_comes_too_seldom_to_be_seen_again() -> None:
    assert "never signed out" in " ".join(tell(foresee(Habit(), minutes(600), minutes(524_160), MONDAY, days=90)))
    assert tell(foresee(Habit(weekday=5, rhythm=Rhythm.ONCE_A_WEEK), minutes(10), minutes(0), MONDAY, days=3)) == (
        "Nobody comes in that time.",
    )


def test_hours_are_those_of_the_place_when_its_clocks_change_too() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 10, 24, 0, 0, tzinfo=UTC)
    begins = [begin for begin, _ in visits_of(Habit(Rhythm.EVERY_DAY), before, 3, berlin)]
    assert [begin.hour for begin in begins] == [7, 8, 8]


@pytest.mark.parametrize(("text", "read"), [("9", 540), ("09:30", 570), (" 17:00 ", 1020), ("0", 0), ("23:59", 1439)])
def test_a_time_of_day_is_read(text: str, read: int) -> None:
    assert parse_hour(text) == read


@pytest.mark.parametrize("text", ["", "24", "9:60", "nine", "-1", "9:5:1", "٩"])
def test_what_is_no_time_of_day_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="time of day"):
        parse_hour(text)


@pytest.mark.parametrize(("begins", "ends", "every", "weekday"), [(900, 600, 15, 0), (0, 0, 0, 0), (0, 0, 15, 7)])
def test_hours_that_are_none_are_refused(begins: int, ends: int, every: int, weekday: int) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Habit(Rhythm.WEEKDAYS, begins, ends, every, weekday)


# -- on the sandbox ------------------------------------------------------------------------------------------------


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    clock = Clock(MONDAY)
    sandbox = await Sandbox.open(clock=clock, hashing=FAST)
    async with AsyncClient(transport=sandbox.transport(), base_url=sandbox.sign_in.url) as client:
        yield Http(sandbox, client, clock)
    await sandbox.close()


async def played(http: Http, client: str, username: str, outlook: Outlook) -> tuple[list[datetime], int]:
    """Play a habit as an application would: use the token, else refresh, else ask for the password."""
    sign_ins: list[datetime] = []
    refreshes, access_token, refresh_token = 0, "none", ""
    for visit in outlook.visits:
        for number in range((outlook.habit.ends - outlook.habit.begins) // outlook.habit.every + 1):
            http.clock.now = visit.begins + minutes(number * outlook.habit.every)
            if (await http.bearer(access_token).get("me")).status_code == 200:
                continue
            answer = await http.token(
                grant_type="refresh_token", client_id=named(client), refresh_token=refresh_token or "none"
            )
            refreshes += answer.status_code == 200
            if answer.status_code != 200:
                answer = await http.password(client, username)
                sign_ins.append(http.clock.now)
            access_token = answer.json()["access_token"]
            refresh_token = answer.json().get("refresh_token") or refresh_token
    return sign_ins, refreshes


@pytest.mark.parametrize(
    ("client", "username", "access", "refresh", "habit", "days"),
    [
        ("Partner Portal", "shopper01", 120, 1440, Habit(every=60), 12),
        ("Kiosk Terminal", "shopper01", 10, 0, Habit(Rhythm.EVERY_DAY, 9 * 60, 10 * 60, 4), 3),
        ("Buyer Storefront", "shopper01", 600, 43_200, Habit(Rhythm.WEEKDAYS, 9 * 60, 21 * 60, 150), 45),
        ("Buyer Storefront", "shopper01", 600, 43_200, Habit(Rhythm.ONCE_A_WEEK, 8 * 60, 8 * 60, 1), 75),
    ],
)
async def test_the_sandbox_signs_the_user_out_as_foreseen(
    http: Http, client: str, username: str, access: int, refresh: int, habit: Habit, days: int
) -> None:
    outlook = foresee(habit, minutes(access), minutes(refresh), MONDAY, days=days)
    sign_ins, refreshes = await played(http, client, username, outlook)
    assert len(sign_ins) > 1
    assert list(outlook.sign_ins) == sign_ins
    assert sum(visit.refreshes for visit in outlook.visits) == refreshes
