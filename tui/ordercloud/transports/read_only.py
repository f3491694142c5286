"""Letting through only what changes nothing."""

from __future__ import annotations

from tui.ordercloud import errors
from tui.ordercloud._httpx import AsyncBaseTransport, Request, Response

CHANGES_NOTHING = frozenset({"GET", "HEAD"})


class ReadOnlyTransport(AsyncBaseTransport):
    """Send reading requests and refuse the others. Token requests do not come through here: they change nothing."""

    def __init__(self, inner: AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: Request) -> Response:
        """Send the request. Raises errors.ReadOnly for one that would change something, before anything is sent."""
        if request.method not in CHANGES_NOTHING:
            path = request.url.path
            raise errors.ReadOnly(f"This connection is read-only: {request.method} {path} was not sent")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport inside."""
        await self._inner.aclose()
