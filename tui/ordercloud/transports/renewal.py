"""Putting the client's own token on requests, and getting another one when it is refused."""

from __future__ import annotations

from http import HTTPStatus

from tui.ordercloud._httpx import AsyncBaseTransport, Request, Response
from tui.ordercloud.auth import TokenKeeper


class RenewingTransport(AsyncBaseTransport):
    """Sign the requests that ask for it (`extensions["token"]`), and answer a 401 with one renewal and one more try.

    A 401 says that nothing was done, so any method may be sent again after it.
    """

    def __init__(self, inner: AsyncBaseTransport, keeper: TokenKeeper) -> None:
        self._inner = inner
        self._keeper = keeper

    async def handle_async_request(self, request: Request) -> Response:
        """Send the request. Raises what renewing raises, besides what sending does."""
        if not request.extensions.get("token"):
            return await self._inner.handle_async_request(request)
        token = await self._keeper.token()
        response = await self._send(request, token)
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            return response
        other = await self._keeper.renewed(token)
        if other is None:
            return response
        request.extensions["attempt"] = request.extensions.get("attempt", 1) + 1
        return await self._send(request, other)

    async def aclose(self) -> None:
        """Close the transport inside."""
        await self._inner.aclose()

    async def _send(self, request: Request, token: str) -> Response:
        request.headers["Authorization"] = f"Bearer {token}"
        return await self._inner.handle_async_request(request)
