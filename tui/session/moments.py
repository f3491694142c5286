"""The moments to come of a sign-in that its token does not tell: when secrets expire, when a lockout ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui.tokens.timeline import Kind, Moment

if TYPE_CHECKING:
    from tui.session.attempts import Result
    from tui.session.session import Session


async def outer_moments(session: Session, result: Result) -> tuple[Moment, ...]:
    """Return when the secrets of the result's API client expire, where it sent one, and when its user's lockout ends.

    Only the embedded sandbox tells of a lockout; elsewhere nothing does.
    """
    opened = session.opened
    found: list[Moment] = []
    if result.first.form.secret and result.form.kind.takes_secret:
        secrets = await opened.marketplace.secrets(result.form.api_client_id)
        ends = [(each.name, each.expiration) for each in secrets if each.expiration is not None]
        found += [Moment(Kind.SECRET, at, name) for name, at in ends]
    if opened.sandbox is not None and (who := result.who):
        until = await opened.sandbox.locked_until(who)
        if until is not None:
            found.append(Moment(Kind.LOCKOUT, until, who))
    return tuple(found)


def longest_secret(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """Return the moments with one of the secrets alone, the last to expire: which of them was sent is not told."""
    found = tuple(moments)
    secrets = sorted((each for each in found if each.kind is Kind.SECRET), key=lambda each: each.at)
    return (*(each for each in found if each.kind is not Kind.SECRET), *secrets[-1:])
