"""When is the user signed out? The answer in words and as a calendar, for two durations and a habit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.panes.messages import LifeMoved
from tui.session.own_zone import own_zone
from tui.tokens.durations import format_minutes, parse_minutes
from tui.tokens.habits import WEEKDAYS, Calendar, Habit, Outlook, Rhythm, calendar, foresee, parse_hour, tell, tell_hour
from tui.widgets.background import start
from tui.widgets.dialogs import Ask
from tui.widgets.fact_sheet import Fact, FactSheet

LABEL_CELLS = 12
ACCESS, REFRESH = timedelta(hours=10), timedelta(days=30)
"""What is shown without a token: the most common durations."""
_LEGEND = "· no visit   ■ silent   1-9, + sign-ins that day"
_STYLES = {"·": "$text-muted", "■": "$allowed"}
_LONGEST = timedelta(minutes=524_160)


class HabitPanel(VerticalScroll):
    """The durations, the habit, and what comes of them."""

    DEFAULT_CSS = """
    HabitPanel { height: 1fr; scrollbar-size-vertical: 1; }
    HabitPanel #calendar { height: auto; margin-top: 1; }
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        access: timedelta | None,
        refresh: timedelta | None,
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.access = access or ACCESS
        self.refresh_life = REFRESH if refresh is None else refresh
        self.habit = Habit()
        self._own_durations = access is not None
        self._clock = clock
        self._start = clock()

    active = False

    def compose(self) -> ComposeResult:
        """Lay the words out above the picture."""
        yield FactSheet(label_width=LABEL_CELLS)
        yield Static(id="calendar")

    @property
    def keys(self) -> str:
        """The keys that do something here."""
        day = " · w weekday" if self.habit.rhythm is Rhythm.ONCE_A_WEEK else ""
        return f"h habit{day} · e durations and hours"

    def take_focus(self) -> None:
        """Let the arrow keys scroll."""
        self.focus()

    def change(self, key: str) -> None:
        """Change what a key stands for: the rhythm, the day of the week, or durations and hours."""
        if key == "h":
            every = list(Rhythm)
            following = every[(every.index(self.habit.rhythm) + 1) % len(every)]
            self.habit = replace(self.habit, rhythm=following)
        elif key == "w":
            self.habit = replace(self.habit, weekday=(self.habit.weekday + 1) % 7, rhythm=Rhythm.ONCE_A_WEEK)
        else:
            start(self, self._edit, group="habit")
        self.draw()

    async def _edit(self) -> None:
        habit = self.habit
        fields = (
            ("Access token (10h)", _minutes(self.access), False),
            ("Refresh token (30d; 0 for none)", _minutes(self.refresh_life), False),
            ("From-to, and a call how often (9:00-17:00 15m)", _hours(habit), False),
        )
        answer = await self.app.push_screen_wait(Ask("Durations and hours", fields, yes="Show", check=_wrong))
        if answer is not None:
            self.access, self.refresh_life, self.habit = _read(answer, habit)
            self._own_durations = False
            self.draw()

    @property
    def outlook(self) -> Outlook:
        """What comes of it, from the beginning of this day on."""
        zone = own_zone()
        today = self._start.astimezone(zone or UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return foresee(self.habit, self.access, self.refresh_life, today.astimezone(UTC), zone=zone)

    def draw(self) -> None:
        """Draw the answer."""
        self.post_message(LifeMoved())
        outlook, zone = self.outlook, own_zone()
        refresh = _minutes(self.refresh_life) if self.refresh_life else "none"
        of = "those of the token in Tokens" if self._own_durations else "e changes them"
        facts = [
            Fact("durations", Content.assemble(f"access {_minutes(self.access)}, refresh {refresh}", _quiet(of))),
        ]
        facts += [
            Fact("in words" if not number else "", Content(sentence))
            for number, sentence in enumerate(tell(outlook, zone))
        ]
        self.query_one(FactSheet).show(facts)
        weeks = max(4, (self.content_size.width or 76) - LABEL_CELLS)
        self.query_one("#calendar", Static).update(calendar_text(calendar(outlook, weeks, zone), weeks))


def calendar_text(shown: Calendar, width: int = 0) -> Content:
    """Draw a calendar: a row for each day of the week, a column for each week, the months above."""
    columns = len(shown.rows[0])
    if not columns:
        return Content("")
    pitch = 2 if 2 * columns <= width else 1
    months, last = "", 0
    for week in range(columns):
        month = shown.first_monday + timedelta(days=7 * week)
        if month.month != last and len(months) <= week * pitch and week * pitch + 3 <= columns * pitch + 2:
            months = f"{months:<{week * pitch}}{month:%b} "
        last = month.month
    lines = [Content.styled(" " * LABEL_CELLS + months.rstrip(), "$muted")]
    for name, row in zip(WEEKDAYS, shown.rows, strict=True):
        cells = [Content.styled(f"{sign:<{pitch}}", _STYLES.get(sign, "bold $refused")) for sign in row]
        lines.append(Content.assemble((f"{name[:3]:<{LABEL_CELLS}}", "$muted"), *cells))
    lines.append(Content.styled(" " * LABEL_CELLS + _LEGEND, "$muted"))
    return Content("\n").join(lines)


def _quiet(text: str) -> Content:
    return Content.styled(f" · {text}", "$text-muted")


def _minutes(span: timedelta) -> str:
    return format_minutes(span // timedelta(minutes=1))


def _hours(habit: Habit) -> str:
    return f"{tell_hour(habit.begins)}-{tell_hour(habit.ends)} {format_minutes(habit.every)}"


def _read(answer: tuple[str, ...], habit: Habit) -> tuple[timedelta, timedelta, Habit]:
    """Read the answers. Raises ValueError, saying what is wrong."""
    access, refresh = (timedelta(minutes=parse_minutes(text)) for text in answer[:2])
    if not timedelta(0) < access <= _LONGEST or refresh > _LONGEST:
        raise ValueError("An access token lives for more than 0 minutes, and neither for more than 364 days.")
    hours, _, every = answer[2].strip().partition(" ")
    begins, _, ends = hours.partition("-")
    changed = replace(habit, begins=parse_hour(begins), ends=parse_hour(ends or begins))
    return access, refresh, replace(changed, every=parse_minutes(every)) if every.strip() else changed


def _wrong(answer: tuple[str, ...]) -> str | None:
    try:
        _read(answer, Habit())
    except ValueError as wrong:
        return str(wrong)
    return None
