"""Waits on this machine's own address for the browser that comes back from a sign-in.

Only 127.0.0.1 is listened on, only for as long as one sign-in takes, and only the sign-in that was begun is taken: its
address holds a word that nobody else knows.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from html import escape
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from tui.session.failures import Declined

LONGEST_HEAD = 64 * 1024
"""Tokens come in the address: it may be long."""
SECONDS_FOR_A_REQUEST = 10.0

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>ocgate</title></head>
<body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""
_HEADERS = (
    "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n"
)


class BrowserReceiver:
    """Takes one browser back.

        async with BrowserReceiver() as receiver:
            ...  # send the browser off, to come back to receiver.address
            answer = await asyncio.wait_for(receiver.answer, 180)

    `path` is where the browser comes back to, when that is fixed elsewhere; then `state_in` names the member of the
    query that holds the word, None when the word cannot be had back. Raises Declined when the port is taken.
    """

    def __init__(self, port: int = 0, *, path: str | None = None, state_in: str | None = None) -> None:
        self.state = secrets.token_urlsafe(24)
        self._wanted_port = port
        self._path = path if path is not None else f"/{self.state}"
        self._state_in = state_in
        self._server: asyncio.Server | None = None
        self._port = 0
        self._answer: asyncio.Future[Mapping[str, str]] | None = None

    async def __aenter__(self) -> Self:
        self._answer = asyncio.get_running_loop().create_future()
        try:
            self._server = await asyncio.start_server(
                self._serve, "127.0.0.1", self._wanted_port, limit=LONGEST_HEAD, reuse_address=True
            )
        except OSError as error:
            what = f"port {self._wanted_port} of this machine" if self._wanted_port else "this machine's own address"
            raise Declined(f"Nothing can listen at {what}: {error.strerror or error}.") from None
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        if self._answer is not None:
            self._answer.cancel()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._port

    @property
    def address(self) -> str:
        """Where the browser comes back to, without a query."""
        return f"http://127.0.0.1:{self._port}{self._path}"

    @property
    def answer(self) -> asyncio.Future[Mapping[str, str]]:
        """The query that the browser comes back with."""
        if self._answer is None:
            raise RuntimeError("the receiver is not open")
        return self._answer

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SECONDS_FOR_A_REQUEST):
                head = await reader.readuntil(b"\r\n\r\n")
                status, title, text = self._take(head)
                body = _PAGE.format(title=escape(title), text=escape(text)).encode()
                line = f"HTTP/1.1 {status}\r\n{_HEADERS}Content-Length: {len(body)}\r\n\r\n"
                writer.write(line.encode() + body)
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever that was, it was not the browser that is waited for
        finally:
            writer.close()

    def _take(self, head: bytes) -> tuple[str, str, str]:
        method, _, rest = head.decode("latin-1").partition(" ")
        target = rest.partition(" ")[0]
        try:
            parts = urlsplit(target)
        except ValueError:
            return "400 Bad Request", "That is no address", ""
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        ours = parts.path == self._path and self._has_state(query)
        if method != "GET" or not ours or not self._is_for_us(head):
            return "404 Not Found", "Nothing is here", "This sign-in is not one that ocgate waits for."
        if not self.answer.done():
            self.answer.set_result(query)
        return "200 OK", "Back at ocgate", "You can close this page and go back to the console."

    def _has_state(self, query: Mapping[str, str]) -> bool:
        if self._state_in is None:
            return True
        return secrets.compare_digest(query.get(self._state_in, "").strip("/").encode(), self.state.encode())

    def _is_for_us(self, head: bytes) -> bool:
        """Whether the browser meant this machine: a page elsewhere can make a name of its own lead here."""
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            if name.strip().lower() == "host":
                return value.strip().lower() in (f"127.0.0.1:{self._port}", f"localhost:{self._port}")
        return False
