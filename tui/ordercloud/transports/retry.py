"""Trying again, where that is safe."""

from __future__ import annotations

import asyncio
import random as _random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tui.ordercloud import answers, errors
from tui.ordercloud._httpx import AsyncBaseTransport, Request, Response
from tui.ordercloud.exchange import Exchange


class Repeat(StrEnum):
    """When a request may be sent again by itself."""

    ALWAYS = "always"
    """It changes nothing: GET, HEAD."""
    IDEMPOTENT = "idempotent"
    """Twice is like once: PUT, DELETE."""
    REFUSED_ONLY = "refused only"
    """Only when it certainly did not happen: no connection, or 429. POST, PATCH."""
    UNSENT_ONLY = "unsent only"
    """Only when nothing was sent: a password, for each try may count towards a lockout."""
    NEVER = "never"
    """Who sends it keeps count of every request."""


_BY_METHOD = {
    "GET": Repeat.ALWAYS,
    "HEAD": Repeat.ALWAYS,
    "PUT": Repeat.IDEMPOTENT,
    "DELETE": Repeat.IDEMPOTENT,
}
_STATUSES: dict[Repeat, frozenset[int]] = {
    Repeat.ALWAYS: frozenset({408, 429, 500, 502, 503, 504}),
    Repeat.IDEMPOTENT: frozenset({429, 502, 503, 504}),
    Repeat.REFUSED_ONLY: frozenset({429}),
    Repeat.UNSENT_ONLY: frozenset(),
    Repeat.NEVER: frozenset(),
}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long to wait. Times are seconds.

    The wait before attempt n+1 is random between 0 and `base * 2**(n-1)`, at most `cap` (full jitter); a server's
    `Retry-After` goes before it, up to `longest_wait`.
    """

    attempts: int = 3
    base: float = 0.5
    cap: float = 8.0
    longest_wait: float = 30.0

    def wait(self, attempt: int, retry_after: float | None, random: Callable[[], float]) -> float:
        """Give the seconds to wait after a failed attempt (counted from 1). `random` gives 0 up to 1."""
        if retry_after is not None:
            return min(retry_after, self.longest_wait)
        return random() * min(self.cap, self.base * 2.0 ** (attempt - 1))


NO_RETRIES = RetryPolicy(attempts=1)


class RetryTransport(AsyncBaseTransport):
    """Send a request again after a failure that its `repeat` allows. Waiting and chance come from outside."""

    def __init__(
        self,
        inner: AsyncBaseTransport,
        policy: RetryPolicy,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self._inner = inner
        self._policy = policy
        self._clock = clock
        self._sleep = sleep
        self._random = random

    async def handle_async_request(self, request: Request) -> Response:
        """Send the request, again if need be. Raises the last attempt's error."""
        repeat = request.extensions.get("repeat") or _BY_METHOD.get(request.method, Repeat.REFUSED_ONLY)
        first = request.extensions.get("attempt", 1)
        maybe_done = False
        for attempt in range(1, self._policy.attempts + 1):
            request.extensions["attempt"] = first + attempt - 1
            last = attempt == self._policy.attempts
            wait: float | None = None
            try:
                response = await self._inner.handle_async_request(request)
            except errors.NoAnswer as error:
                if last or not _may_repeat(repeat, error):
                    raise
                maybe_done = maybe_done or error.may_have_happened
            else:
                if last or response.status_code not in _STATUSES[repeat]:
                    response.extensions["maybe_done"] = maybe_done
                    return response
                maybe_done = maybe_done or response.status_code != 429  # Too Many Requests: not done
                exchange = response.extensions["exchange"]
                wait = answers.retry_after(exchange, self._clock()) if isinstance(exchange, Exchange) else None
            await self._sleep(self._policy.wait(attempt, wait, self._random))
        raise AssertionError("a policy allows at least one attempt")  # pragma: no cover

    async def aclose(self) -> None:
        """Close the transport inside."""
        await self._inner.aclose()


def _may_repeat(repeat: Repeat, error: errors.NoAnswer) -> bool:
    if isinstance(error, errors.Closed) or repeat is Repeat.NEVER:
        return False
    if isinstance(error, errors.TLSFailed) and error.certificate:
        return False  # it will not be trusted a second later either
    return repeat in {Repeat.ALWAYS, Repeat.IDEMPOTENT} or not error.may_have_happened
