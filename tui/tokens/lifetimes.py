"""How long a sign-in lasts: its access token, and its refresh token, whose time runs from the first sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from tui.tokens.times import moment_of, utc
from tui.tokens.token import Claims


class State(StrEnum):
    """Where a sign-in stands at a moment."""

    NOT_YET = "not yet"
    LIVE = "live"
    REFRESHABLE = "refreshable"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The three moments of a sign-in; `refresh_expires_at` is None when there is no refresh token."""

    issued_at: datetime
    access_expires_at: datetime
    refresh_expires_at: datetime | None = None

    @classmethod
    def of(cls, claims: Claims, *, refresh_minutes: int = 0, signed_in_at: datetime | None = None) -> Self | None:
        """Work it out from a token's claims; None when they hold no usable moments.

        `refresh_minutes` is 0 without a refresh token. `signed_in_at` is the first sign-in, where the token at hand
        came from a refresh; it is taken to be the token's own `iat` otherwise.
        """
        began = claims.iat if claims.iat is not None else claims.nbf
        if began is None or claims.exp is None:
            return None
        issued, expires = moment_of(began), moment_of(claims.exp)
        if issued is None or expires is None:
            return None
        if refresh_minutes <= 0:
            return cls(issued, expires)
        try:
            refresh_expires = (utc(signed_in_at) if signed_in_at else issued) + timedelta(minutes=refresh_minutes)
        except OverflowError:
            return cls(issued, expires)
        return cls(issued, expires, refresh_expires)

    def state(self, now: datetime) -> State:
        """Where it stands: a token is over from the very moment it expires."""
        at = utc(now)
        if at < utc(self.issued_at):
            return State.NOT_YET
        if at < utc(self.access_expires_at):
            return State.LIVE
        return State.REFRESHABLE if self.refresh_remaining(now) > timedelta(0) else State.OVER

    def remaining(self, now: datetime) -> timedelta:
        """How long the access token is still good; negative when it is past."""
        return utc(self.access_expires_at) - utc(now)

    def refresh_remaining(self, now: datetime) -> timedelta:
        """How long the refresh token is still good; negative when it is past, zero when there is none."""
        return timedelta(0) if self.refresh_expires_at is None else utc(self.refresh_expires_at) - utc(now)

    def fraction(self, now: datetime) -> float:
        """How much of the access token's time has passed, from 0 to 1."""
        return _fraction(self.issued_at, self.access_expires_at, now)

    @property
    def ends_at(self) -> datetime:
        """When the user must sign in anew, if the last refresh comes at the last moment.

        An access token got by the last refresh outlives the refresh token by up to its own length.
        """
        length = utc(self.access_expires_at) - utc(self.issued_at)
        if self.refresh_expires_at is None or utc(self.refresh_expires_at) <= utc(self.issued_at):
            return utc(self.access_expires_at)
        try:
            return max(utc(self.access_expires_at), utc(self.refresh_expires_at) + length)
        except OverflowError:
            return max(utc(self.access_expires_at), utc(self.refresh_expires_at))


def _fraction(begin: datetime, end: datetime, now: datetime) -> float:
    whole = (utc(end) - utc(begin)).total_seconds()
    passed = (utc(now) - utc(begin)).total_seconds()
    if whole <= 0:
        return 1.0 if passed >= 0 else 0.0
    return min(1.0, max(0.0, passed / whole))
