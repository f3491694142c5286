"""Every request that leaves becomes an Exchange, and every way to get no answer a typed error."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tui.ordercloud import errors
from tui.ordercloud._httpx import AsyncBaseTransport, Request, Response, httpx
from tui.ordercloud.body import Body
from tui.ordercloud.exchange import Exchange, Headers, Timings
from tui.ordercloud.transports.failures import failure_of

LARGEST_BODY = 16 * 1024 * 1024
"""More than this is not read: no answer of OrderCloud comes near."""


class RecordingTransport(AsyncBaseTransport):
    """Send one request, read its whole answer within the deadline, and tell `listener` about it.

    The deadline holds around any transport; httpx's own timeouts only hold where a transport honours them (that of
    ASGI does not). The answer is given back read; its headers are in its exchange, `extensions["exchange"]`. Raises
    errors.NoAnswer and errors.TooLarge.
    """

    def __init__(
        self,
        inner: AsyncBaseTransport,
        *,
        clock: Callable[[], datetime],
        listener: Callable[[Exchange], object] | None = None,
        deadline: float | None = None,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._listener = listener
        self._deadline = deadline
        self._timer = timer
        self._numbers = itertools.count(1)
        self._closed = False

    async def handle_async_request(self, request: Request) -> Response:
        """Send the request. See the class."""
        if self._closed:
            raise errors.Closed(f"Nothing was sent to {request.url.host}: the connection is closed")
        record = _Record(request, next(self._numbers), self._clock(), self._timer)
        error: errors.OrderCloudError | None = None
        deadline = asyncio.timeout(self._deadline)
        try:
            async with deadline:
                await self._send(request, record)
        except _TooLargeError:
            error = self._failed(record, errors.TooLarge, f"The answer is larger than {LARGEST_BODY // 2**20} MiB")
        except asyncio.CancelledError:
            self._tell(record.exchange("cancelled"))
            raise
        except Exception as cause:  # whatever an app in process raises, the caller gets no answer
            if self._closed:
                what = "The connection was closed before the answer came"
                raise errors.Closed(what, self._tell(record.exchange(what))) from cause
            if not deadline.expired():
                kind, what, options = failure_of(cause, request.url)
                raise kind(what, self._tell(record.exchange(what)), **options) from cause
            error = self._failed(record, errors.DeadlinePassed, f"No whole answer within {self._deadline:g} s")
        if error is not None:
            raise error
        exchange = self._tell(record.exchange())
        return Response(
            record.status or 0,
            content=bytes(record.content),
            extensions={"exchange": exchange},
        )

    def stop(self) -> None:
        """Send nothing any more: each request from now on, and each that breaks off, ends in errors.Closed."""
        self._closed = True

    async def aclose(self) -> None:
        """Close the transport inside."""
        await self._inner.aclose()

    async def _send(self, request: Request, record: _Record) -> None:
        request.extensions["trace"] = record.trace
        response = await self._inner.handle_async_request(request)
        try:
            record.answered(response)
            async for chunk in response.aiter_bytes():
                record.content += chunk
                if len(record.content) > LARGEST_BODY:
                    raise _TooLargeError
        finally:
            await response.aclose()

    def _failed(self, record: _Record, kind: type[errors.OrderCloudError], what: str) -> errors.OrderCloudError:
        return kind(what, self._tell(record.exchange(what)))

    def _tell(self, exchange: Exchange) -> Exchange:
        if self._listener is not None:
            self._listener(exchange)
        return exchange


class _TooLargeError(Exception):
    """The body grew past LARGEST_BODY."""


class _Record:
    """What is known so far of one exchange."""

    def __init__(self, request: Request, number: int, started_at: datetime, timer: Callable[[], float]) -> None:
        self._request = request
        self._number = number
        self._started_at = started_at
        self._timer = timer
        self._start = timer()
        self._marks: dict[str, float] = {}
        self._headers: Headers = ()
        self._reason = ""
        self.status: int | None = None
        self.content = bytearray()

    async def trace(self, event: str, info: object) -> None:
        """Note when httpcore reaches a step; `info` can hold credentials and is not looked at."""
        del info
        self._marks.setdefault(event.partition(".")[2], self._timer())

    def answered(self, response: Response) -> None:
        """Note the head of the answer."""
        self._marks["head"] = self._timer()
        self.status = response.status_code
        self._reason = response.reason_phrase
        self._headers = _pairs(response.headers)

    def exchange(self, failure: str = "") -> Exchange:
        """Give the exchange as it is now."""
        request = self._request
        attempt: Any = request.extensions.get("attempt", 1)
        return Exchange(
            number=self._number,
            started_at=self._started_at,
            method=request.method,
            url=str(request.url),
            request_headers=_pairs(request.headers),
            request_body=Body.of(request.content, request.headers.get("content-type", "")),
            attempt=attempt,
            status=self.status,
            reason=self._reason,
            response_headers=self._headers,
            response_body=Body.of(bytes(self.content), _find(self._headers, "content-type")),
            timings=self._timings(),
            failure=failure,
        )

    def _timings(self) -> Timings:
        head = self._marks.get("head")
        return Timings(
            total=(self._timer() - self._start) * 1000,
            first_byte=None if head is None else (head - self._start) * 1000,
            connect=self._between("connect_tcp"),
            tls=self._between("start_tls"),
        )

    def _between(self, step: str) -> float | None:
        begin, end = self._marks.get(f"{step}.started"), self._marks.get(f"{step}.complete")
        return None if begin is None or end is None else (end - begin) * 1000


def _pairs(headers: httpx.Headers) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)


def _find(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.casefold() == name), "")
