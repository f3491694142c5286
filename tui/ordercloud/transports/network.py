"""The real network."""

from __future__ import annotations

from tui.ordercloud._httpx import AsyncBaseTransport, AsyncClient, Limits, Request, Response


class NetworkTransport(AsyncBaseTransport):
    """httpx's connections, with the proxies and certificates that the environment names.

    httpx reads `HTTPS_PROXY` and its kin only in a client of its own, so there is one here, doing nothing else: it
    follows no redirect, and a request handed to it ready-made gets no cookies. It is made at the first request, for
    reading the trusted certificates takes a while.
    """

    def __init__(self) -> None:
        self._client: AsyncClient | None = None

    async def handle_async_request(self, request: Request) -> Response:
        """Send the request; the body of the answer is still to be read."""
        if self._client is None:
            limits = Limits(max_connections=16, max_keepalive_connections=8)
            self._client = AsyncClient(limits=limits, follow_redirects=False)
        return await self._client.send(request, stream=True)

    async def aclose(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
