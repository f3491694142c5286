"""The other end of the wire: transports and sockets that behave, or misbehave, as told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import anyio

from tui.ordercloud import Credentials, Exchange, OrderCloud, RetryPolicy, SignedIn, Timeouts
from tui.ordercloud._httpx import AsyncBaseTransport, Request, Response

URL = "https://sandboxapi.ordercloud.io"
PASSWORD = "Correct-Horse-7"
SECRET = "s3cret-of-the-api-client"
START = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


class Clock:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def reply(status: int = 200, body: Any = None, **headers: str) -> Response:
    """Make an answer: bytes and text as they are, anything else as JSON."""
    if isinstance(body, bytes):
        content = body
    elif isinstance(body, str):
        content = body.encode()
    else:
        content = b"" if body is None else json.dumps(body).encode()
    return Response(status, content=content, headers={name.replace("_", "-"): value for name, value in headers.items()})


def token_body(name: str = "first", **more: object) -> dict[str, object]:
    return {"access_token": f"token-{name}", "token_type": "bearer", "expires_in": 599, **more}


def error_body(code: str, message: str = "", data: object = None) -> dict[str, object]:
    return {"Errors": [{"ErrorCode": code, "Message": message, "Data": data}]}


def page_body(*items: object, page: int = 1, total_pages: int = 1) -> dict[str, object]:
    meta = {"Page": page, "PageSize": 100, "TotalCount": len(items), "TotalPages": total_pages, "ItemRange": [1, 1]}
    return {"Meta": {**meta, "NextPageKey": None}, "Items": list(items)}


Step = Response | Exception | Callable[[Request], "Response | Awaitable[Response]"]


class Script(AsyncBaseTransport):
    """Answers request after request with the steps given, and fails when there are more requests than steps."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[Request] = []
        self.closed = False

    async def handle_async_request(self, request: Request) -> Response:
        self.requests.append(request)
        assert self.steps, f"one request too many: {request.method} {request.url}"
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, Response):
            return step
        answer = step(request)
        return answer if isinstance(answer, Response) else await answer

    async def aclose(self) -> None:
        self.closed = True


class Site(AsyncBaseTransport):
    """Answers every request by a function of it."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self.requests: list[Request] = []

    async def handle_async_request(self, request: Request) -> Response:
        self.requests.append(request)
        await anyio.lowlevel.checkpoint()
        return self.answer(request)


def form_of(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))


@dataclass
class Bench:
    """A client on a transport, with everything it did."""

    oc: OrderCloud
    clock: Clock
    exchanges: list[Exchange] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    tokens: list[SignedIn | None] = field(default_factory=list)


def bench(
    transport: AsyncBaseTransport | None,
    *,
    url: str = URL,
    credentials: Credentials | None = None,
    attempts: int = 3,
    total: float = 60.0,
    chance: float = 0.5,
) -> Bench:
    """Make a client that never really sleeps, and whose chance is always the same."""
    clock = Clock()
    exchanges: list[Exchange] = []
    slept: list[float] = []
    tokens: list[SignedIn | None] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    oc = OrderCloud(
        url,
        transport=transport,
        credentials=credentials,
        timeout=Timeouts(total=total),
        retries=RetryPolicy(attempts=attempts),
        on_exchange=exchanges.append,
        on_signed_in=tokens.append,
        clock=clock,
        sleep=sleep,
        random=lambda: chance,
    )
    return Bench(oc, clock, exchanges, slept, tokens)


def ready_token(token: str = "token-given") -> Credentials:
    return Credentials(grant="token", token=token)


def by_password(**more: str) -> Credentials:
    return Credentials("the-client", "password", username="harbor-admin", password=PASSWORD, **more)


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[str]:
    """Listen on a loopback port and talk to whoever connects; gives the URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def saying(*pieces: bytes) -> Talk:
    """Read a request's head, say these bytes, hang up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"".join(pieces))
        await writer.drain()

    return talk


def words_of(values: Iterable[object]) -> str:
    """Everything these objects say about themselves."""
    return "\n".join(f"{value!r}\n{value!s}" for value in values)
