"""Watching the end of a token: `/v1/me` is called at chosen moments, never more than once in 5 seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tui.session.failures import NoMarketplace
from tui.tokens.times import moment_of
from tui.tokens.watching import Fate, Watch, make_watch

if TYPE_CHECKING:
    from tui.session.attempts import Result
    from tui.session.session import Session

LONGEST_NAP = 1.0
"""Seconds slept at once: a machine that wakes, or a clock that is set, is noticed this soon."""

_LAST_CALLS: WeakKeyDictionary[Session, float] = WeakKeyDictionary()
"""When the latest call of any watch of a session was, on its steady clock: another watch waits, too."""


class Watching:
    """One watch over a result's token. It stays with the marketplace the token is of; cancelling ends it at once."""

    def __init__(
        self,
        session: Session,
        result: Result,
        *,
        steady: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Plan it. Raises NoMarketplace, and ValueError for a result whose token does not say when it expires."""
        opened = session.opened
        if result.url != opened.identity.url:
            raise NoMarketplace("The token is of another marketplace; it is never sent to this one.")
        expires = None if result.token is None or result.token.claims.exp is None else result.token.claims.exp
        ends = None if expires is None else moment_of(expires)
        if result.token is None or ends is None:
            raise ValueError("The token does not say when it expires.")
        self._session = session
        self._bearer = result.token.compact
        self._me = opened.tester.me
        self._clock = session.clock
        self._steady = steady
        self._sleep = sleep
        self.watch: Watch = replace(make_watch(ends, session.clock()), last_call=_LAST_CALLS.get(session))
        self.active = False
        self.waits = 0.0

    async def run(self, moved: Callable[[], None]) -> None:
        """Keep it to its end; `moved` is called whenever something is new. Lost networks are told, not raised."""
        self.active = True
        try:
            while True:
                self.watch, todo = self.watch.look(self._clock(), self._steady())
                self.waits = todo.wait
                moved()
                if todo.over:
                    return
                if todo.call is None:
                    await self._sleep(min(todo.wait, LONGEST_NAP))
                    continue
                self.watch = self.watch.calling(todo.call, self._clock(), self._steady())
                _LAST_CALLS[self._session] = self._steady()
                fate, note = await self._call()
                self.watch = self.watch.called(todo.call, fate, note)
        finally:
            self.active = False
            moved()

    async def _call(self) -> tuple[Fate, str]:
        from tui.ordercloud import errors
        from tui.ordercloud.transports.retry import Repeat

        try:
            me = await self._me.get(self._bearer, repeat=Repeat.NEVER)
        except errors.Closed:
            raise
        except errors.Unauthorized as refused:
            return Fate.REFUSED, refused.what
        except (errors.NoAnswer, errors.UnexpectedAnswer, errors.RateLimited, errors.ServerFailed) as lost:
            return Fate.NO_ANSWER, lost.what
        except errors.ApiError as other:
            # Whatever else it says no to, it took the token.
            return Fate.TAKEN, other.what
        return Fate.TAKEN, me.username
