"""A clock that can be set, stopped and run at another speed, over one that cannot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tui.sandbox.calls import Clock

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
FASTEST = 1_000_000.0


class ControlledClock:
    """Tells the time of `base` until it is told otherwise; call it for the time. Pure: it never waits for anything."""

    def __init__(self, base: Clock) -> None:
        self.base = base
        self._since = self._at = base()
        self._speed = 1.0
        self._frozen = False
        self._changed = False

    def __call__(self) -> datetime:
        """Tell the time."""
        if not self._changed:
            return self.base()
        try:
            now = self._at + (self.base() - self._since) * self.speed
        except OverflowError:
            return LATEST
        return max(EARLIEST, min(LATEST, now))

    @property
    def speed(self) -> float:
        """How much faster than the base it runs; 0 when it stands."""
        return 0.0 if self._frozen else self._speed

    @property
    def frozen(self) -> bool:
        """Whether it stands."""
        return self._frozen

    @property
    def changed(self) -> bool:
        """Whether it was changed since it was made or reset."""
        return self._changed

    def set(self, moment: datetime) -> None:
        """Show this moment from now on. Raises ValueError outside 1970 to 9000, and for a moment without an offset."""
        if moment.tzinfo is None or not EARLIEST <= moment <= LATEST:
            raise ValueError(f"the time is from {EARLIEST:%Y} to {LATEST:%Y}, with an offset")
        self._hold(moment.astimezone(UTC))

    def advance(self, by: timedelta) -> None:
        """Go on by so much at once, or back. Raises ValueError when that leads outside 1970 to 9000."""
        try:
            self.set(self() + by)
        except OverflowError as error:
            raise ValueError(f"the time is from {EARLIEST:%Y} to {LATEST:%Y}") from error

    def freeze(self) -> None:
        """Stand still."""
        self._hold(self())
        self._frozen = True

    def run(self, speed: float | None = None) -> None:
        """Run on, at another speed when one is given. Raises ValueError for one that is not above 0."""
        if speed is not None and not 0 < speed <= FASTEST:
            raise ValueError(f"the speed is above 0 and at most {FASTEST:,.0f}")
        self._hold(self())
        self._frozen = False
        self._speed = self._speed if speed is None else float(speed)

    def remember(self) -> Callable[[], None]:
        """Return what makes it go on as if nothing had been done to it meanwhile."""
        kept = (self._since, self._at, self._speed, self._frozen, self._changed)

        def go_back() -> None:
            self._since, self._at, self._speed, self._frozen, self._changed = kept

        return go_back

    def reset(self) -> None:
        """Tell the base's time again."""
        self._speed, self._frozen, self._changed = 1.0, False, False

    def _hold(self, moment: datetime) -> None:
        self._since, self._at, self._changed = self.base(), moment, True
