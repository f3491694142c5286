"""When is the user signed out? The two durations held against a habit of use, visit by visit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from tui.tokens.durations import format_minutes
from tui.tokens.times import utc

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_DAYS = 800
"""How far ahead is looked: twice the longest life of a refresh token, and some."""


class Rhythm(StrEnum):
    """On which days somebody comes."""

    EVERY_DAY = "every day"
    WEEKDAYS = "every weekday"
    ONCE_A_WEEK = "once a week"


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody uses an application: on which days, from when to when (minutes of the day), a call how often.

    The application refreshes when a call finds its access token expired. Raises ValueError, in a sentence, for hours
    that are none.
    """

    rhythm: Rhythm = Rhythm.WEEKDAYS
    begins: int = 9 * 60
    ends: int = 17 * 60
    every: int = 15
    weekday: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.begins <= self.ends < 24 * 60:
            raise ValueError("The hours go from 00:00 to 23:59, and end no earlier than they begin.")
        if not 1 <= self.every <= 24 * 60:
            raise ValueError("A call comes every 1 minute to 24 hours.")
        if not 0 <= self.weekday <= 6:
            raise ValueError("The day of the week is 0 (Monday) to 6 (Sunday).")

    def comes_on(self, day: date) -> bool:
        """Return whether it is a day of use."""
        if self.rhythm is Rhythm.ONCE_A_WEEK:
            return day.weekday() == self.weekday
        return self.rhythm is Rhythm.EVERY_DAY or day.weekday() < 5

    @property
    def words(self) -> str:
        """Say it: `every weekday from 09:00 to 17:00, a call every 15m`."""
        day = f"every {WEEKDAYS[self.weekday]}" if self.rhythm is Rhythm.ONCE_A_WEEK else self.rhythm.value
        if self.begins == self.ends:
            return f"{day} at {tell_hour(self.begins)}"
        return (
            f"{day} from {tell_hour(self.begins)} to {tell_hour(self.ends)}, a call every {format_minutes(self.every)}"
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """One day of use: when it began, at which of its calls the user had to sign in, and how often it was refreshed."""

    begins: datetime
    sign_ins: tuple[datetime, ...]
    refreshes: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes of a habit: the visits, and when the user was first without a token (`signed_out_at`)."""

    habit: Habit
    access: timedelta
    refresh: timedelta
    visits: tuple[Visit, ...]
    signed_out_at: datetime | None

    @property
    def sign_ins(self) -> tuple[datetime, ...]:
        """Every call at which the user had to sign in, the first one included."""
        return tuple(at for visit in self.visits for at in visit.sign_ins)

    @property
    def again(self) -> tuple[datetime, ...]:
        """The sign-ins after the first."""
        return self.sign_ins[1:]


def visits_of(habit: Habit, start: datetime, days: int, zone: tzinfo | None = None) -> Iterator[tuple[datetime, int]]:
    """Return for each visit from `start` on its first call and the number of its calls; hours are the zone's."""
    here = zone or utc(start).tzinfo
    first = utc(start).astimezone(here).date()
    calls = (habit.ends - habit.begins) // habit.every + 1
    for number in range(days):
        try:
            day = first + timedelta(days=number)
            begins = utc(datetime.combine(day, time(habit.begins // 60, habit.begins % 60), here))
        except OverflowError:
            return
        if begins >= utc(start) and habit.comes_on(day):
            # Compared and counted on in the start's own offset: a day with a change of hours has its calls, too.
            yield begins.astimezone(utc(start).tzinfo), calls


def foresee(
    habit: Habit, access: timedelta, refresh: timedelta, start: datetime, *, days: int = 0, zone: tzinfo | None = None
) -> Outlook:
    """Work out at which calls a user with this habit must sign in.

    `refresh` is zero without a refresh token; its time runs from the sign-in. A token is over from the very moment it
    expires. Without `days`, as far is looked as two lives of a sign-in and two weeks take, at most 800 days.
    """
    if access <= timedelta(0) or refresh < timedelta(0):
        raise ValueError("An access token lives for more than 0 minutes, and a refresh token for 0 or more.")
    ahead = days or min(MOST_DAYS, (2 * (access + refresh)) // DAY + 15)
    visits: list[Visit] = []
    live_until = refresh_until = signed_out_at = None
    for begins, calls in visits_of(habit, start, ahead, zone):
        sign_ins: list[datetime] = []
        refreshes = number = 0
        while number < calls:
            at = begins + number * habit.every * MINUTE
            if live_until is None or refresh_until is None or at >= max(live_until, refresh_until):
                if live_until is not None and refresh_until is not None and signed_out_at is None:
                    signed_out_at = max(live_until, refresh_until)
                sign_ins.append(at)
                live_until, refresh_until = at + access, at + refresh
            elif at >= live_until:
                refreshes += 1
                live_until = at + access
            # On to the first call that finds the token expired; those before it only use it.
            number = max(number + 1, -((begins - live_until) // (habit.every * MINUTE)))
        visits.append(Visit(begins, tuple(sign_ins), refreshes))
    return Outlook(habit, access, refresh, tuple(visits), signed_out_at)


def tell(outlook: Outlook, zone: tzinfo | None = None) -> tuple[str, ...]:
    """Say in sentences when the user is signed out."""
    if not outlook.visits:
        return ("Nobody comes in that time.",)

    def at(moment: datetime) -> str:
        here = moment.astimezone(zone) if zone is not None else moment
        return f"{here:%a %Y-%m-%d %H:%M}"

    first = outlook.sign_ins[0]
    told = [f"Signs in {at(first)}, and comes {outlook.habit.words}."]
    if not outlook.again:
        last = outlook.visits[-1].begins
        told.append(f"Is never signed out as far as this looks: every visit up to {at(last)} finds a live token.")
        return tuple(told)
    again, out = outlook.again[0], outlook.signed_out_at
    during = any(again in visit.sign_ins and again != visit.begins for visit in outlook.visits)
    where = "in the middle of a visit" if during else "at the beginning of a visit"
    signed_out = "" if out is None else f"Is signed out {at(out)}, {_apart(out - first)} after the sign-in"
    if out == again:
        told.append(f"{signed_out}, and meets the sign-in page then, {where}.")
    else:
        told += [f"{signed_out}.", f"Meets the sign-in page {at(again)}, {where}."]
    told.append(_how_often(outlook))
    kept = sum(visit.refreshes for visit in outlook.visits)
    if kept:
        told.append(f"In between nothing is noticed: {kept:,} refreshes are silent.")
    return tuple(told)


def _how_often(outlook: Outlook) -> str:
    visits, times = len(outlook.visits), len(outlook.sign_ins)
    with_one = sum(1 for visit in outlook.visits if visit.sign_ins)
    if with_one == visits:
        most = max(len(visit.sign_ins) for visit in outlook.visits)
        return "Signs in at every visit" + (f", up to {most:,} times in one." if most > 1 else ".")
    return f"Signs in at {with_one:,} of {visits:,} visits, {times:,} times in all."


@dataclass(frozen=True, slots=True)
class Calendar:
    """The outlook as a calendar: a row for each day of the week from Monday on, a column for each week.

    `·` is a day without a visit, `■` one without a sign-in, and a digit how often the user signed in (`+`: over 9).
    """

    first_monday: date
    rows: tuple[str, ...]


def calendar(outlook: Outlook, weeks: int, zone: tzinfo | None = None) -> Calendar:
    """Draw the first weeks of an outlook."""
    if not outlook.visits:
        return Calendar(date.min, ("",) * 7)

    def day_of(visit: Visit) -> date:
        return (visit.begins if zone is None else visit.begins.astimezone(zone)).date()

    by_day = {day_of(visit): visit for visit in outlook.visits}
    first, last = min(by_day), max(by_day)
    monday = first - timedelta(days=first.weekday())
    columns = max(1, min(weeks, (last - monday).days // 7 + 1))

    def sign(weekday: int, week: int) -> str:
        number = week * 7 + weekday
        if number > (last - monday).days or number < first.weekday():
            return " "
        visit = by_day.get(monday + timedelta(days=number))
        if visit is None:
            return "·"
        times = len(visit.sign_ins)
        return "■" if not times else str(times) if times < 10 else "+"

    rows = ("".join(sign(weekday, week) for week in range(columns)) for weekday in range(7))
    return Calendar(monday, tuple(rows))


def tell_hour(minutes: int) -> str:
    """Write a minute of the day as `09:00`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _apart(span: timedelta) -> str:
    return format_minutes(span // MINUTE)


def parse_hour(text: str) -> int:
    """Read a time of day, `9`, `9:30` or `17:00`, as minutes. Raises ValueError saying what to write."""
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isascii() and hours.isdigit() and (minutes or "0").isascii() and (minutes or "0").isdigit()):
        raise ValueError("write a time of day: 9, 9:30 or 17:00")
    if len(hours) > 2 or len(minutes) > 2 or int(hours) > 23 or int(minutes or "0") > 59:
        raise ValueError("the time of day goes from 00:00 to 23:59")
    return int(hours) * 60 + int(minutes or "0")
