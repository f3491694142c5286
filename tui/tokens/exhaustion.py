"""The whole life of a sign-in as steps to try: around each boundary, with the repeated middle left out and counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tui.tokens.durations import format_minutes
from tui.tokens.timeline import ZERO

EDGE = timedelta(seconds=1)
"""How far before and after a boundary is tried."""
WHOLE_ROUNDS = 2
"""How many rounds (refresh, use, expiry) are tried at the beginning, and again at the end."""


class Deed(StrEnum):
    """What a step does."""

    SIGN_IN = "sign in"
    CALL = "GET /v1/me"
    REFRESH = "refresh"
    SKIP = "…"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, from the sign-in on; what; whether the durations alone let it through; why it is tried.

    `rounds` says of a SKIP how many refreshes it stands for.
    """

    at: timedelta
    deed: Deed
    allowed: bool
    why: str
    rounds: int = 0


def plan(access: timedelta, refresh: timedelta) -> tuple[Step, ...]:
    """Return the steps from the sign-in until the user has to sign in again. `refresh` is zero without such a token.

    Each refresh comes just after the access token's end, and one more just before the refresh token's.
    Raises ValueError for an access token that lives no longer than the edges that are tried.
    """
    if access <= 2 * EDGE or refresh < ZERO:
        raise ValueError("The access token has to live for more than 2 seconds.")
    return tuple(_steps(access, refresh))


def _steps(access: timedelta, refresh: timedelta) -> Iterator[Step]:
    yield Step(ZERO, Deed.SIGN_IN, allowed=True, why="the life begins")
    yield Step(ZERO, Deed.CALL, allowed=True, why="a new token")
    length = access + EDGE
    rounds = natural_refreshes(access, refresh)
    issued = ZERO
    if rounds:
        yield from _to_the_end(issued, access)
    for number in range(1, rounds + 1):
        if WHOLE_ROUNDS < number <= rounds - WHOLE_ROUNDS:
            if number == WHOLE_ROUNDS + 1:
                left_out = rounds - 2 * WHOLE_ROUNDS
                yield Step(number * length, Deed.SKIP, allowed=True, why="the same again", rounds=left_out)
            continue
        issued = number * length
        yield Step(issued, Deed.REFRESH, allowed=True, why=f"refresh {number:,} of {rounds:,}")
        yield Step(issued, Deed.CALL, allowed=True, why="the refreshed token")
        if number < rounds:
            yield from _to_the_end(issued, access)
    if refresh > ZERO:
        last = refresh - EDGE
        if last > issued:
            if rounds and issued + access < last:
                yield from _to_the_end(issued, access)
            issued = last
            yield Step(last, Deed.REFRESH, allowed=True, why="just before the refresh token expires")
        after = refresh + EDGE
        yield Step(after, Deed.REFRESH, allowed=False, why="just after the refresh token has expired")
        yield Step(after, Deed.CALL, allowed=True, why="the token of the last refresh outlives it")
    yield from _to_the_end(max(issued, ZERO), access, after=refresh + EDGE if refresh > ZERO else ZERO)
    end = max(issued + access, refresh) + EDGE
    if refresh > ZERO:
        yield Step(end, Deed.REFRESH, allowed=False, why="nothing is left to go on with")
    yield Step(end, Deed.SIGN_IN, allowed=True, why="the user is asked for the password again")


def _to_the_end(issued: timedelta, access: timedelta, *, after: timedelta = ZERO) -> Iterator[Step]:
    end = issued + access
    if end - EDGE > max(issued, after):
        yield Step(end - EDGE, Deed.CALL, allowed=True, why="just before the access token expires")
    yield Step(max(end, after) + EDGE, Deed.CALL, allowed=False, why="just after the access token has expired")


def natural_refreshes(access: timedelta, refresh: timedelta) -> int:
    """Count the refreshes of a life in which each comes just after the end of the token before it."""
    length = access + EDGE
    return 0 if refresh <= length else -((length - refresh) // length)


def whole_life(steps: tuple[Step, ...]) -> timedelta:
    """Return how long the user stays signed in."""
    return steps[-1].at


def tell_after(span: timedelta) -> str:
    """Say how long a sign-in lasted: `signed in again after 30 d 0 h 10 m`."""
    told = format_minutes(span // timedelta(minutes=1))
    days, rest = divmod(span // timedelta(minutes=1), 24 * 60)
    if days:
        hours, minutes = divmod(rest, 60)
        told = f"{days:,} d {hours} h" + (f" {minutes} m" if minutes else "")
    return f"signed in again after {told}"
