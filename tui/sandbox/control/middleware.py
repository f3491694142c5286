"""What stands between callers and the marketplace when it is controlled: the fault rules and the log."""

from __future__ import annotations

import asyncio
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tui.sandbox.bearer import token_of
from tui.sandbox.control.answers import Answer, foreign_signature, skewed
from tui.sandbox.control.log import Entry, RequestLog, shown_path
from tui.sandbox.control.rules import ActiveRule, Fault, Faults
from tui.sandbox.errors import refusal
from tui.sandbox.remarks import DROP, remark_in
from tui.sandbox.services import LONGEST_TOKEN, Services
from tui.sandbox.wire import LARGEST_BODY
from tui.tokens.decode import decode
from tui.tokens.token import NotAToken

PREFIX = "/sandbox"
TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address

Drop = Callable[[], Awaitable[None]]


class Controlled:
    """The marketplace with faults and a log; `/sandbox` leads to the control API, past both."""

    def __init__(
        self,
        app: ASGIApp,
        api: ASGIApp,
        services: Services,
        faults: Faults,
        log: RequestLog,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._api = api
        self._services = services
        self._faults = faults
        self._log = log
        self._sleep = sleep
        self._timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it go wrong as the rules say."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if path.lower() == PREFIX or path.lower().startswith(f"{PREFIX}/"):
            await self._api(scope, receive, send)
            return
        began = self._timer()
        asked = await _Asked.read(scope, receive) if self._faults.wants_api_client else _Asked(receive)
        struck = self._faults.strike(scope["method"], path, asked.api_client)
        heard = _Heard(send)
        try:
            await self._answer(struck, scope, asked.receive, heard)
        finally:
            self._note(scope, struck, heard.status, self._timer() - began)

    async def _answer(self, struck: Sequence[ActiveRule], scope: Scope, receive: Receive, send: Send) -> None:
        for active in struck:
            rule = active.rule
            match rule.fault:
                case Fault.LATENCY:
                    await self._sleep(rule.seconds)
                case Fault.DROP_BEFORE:
                    await _drop(scope)
                    return
                case Fault.DROP_AFTER:
                    await Answer.of(self._app, scope, receive)
                    await _drop(scope)
                    return
                case Fault.RATE_LIMIT:
                    error = refusal(429, "Request.TooManyRequests", "Too many requests.")
                    headers = {"Retry-After": str(rule.retry_after)}
                    await self._made(Answer.of_json(429, error.to_wire(), headers), send)
                    return
                case Fault.SERVER_ERROR:
                    await self._made(Answer.of_html(rule.status), send)
                    return
                case _:
                    answer = await self._spoilt(active, await Answer.of(self._app, scope, receive))
                    await answer.send(send)
                    return
        await self._app(scope, receive, send)

    async def _made(self, answer: Answer, send: Send) -> None:
        await answer.with_header("Date", format_datetime(self._services.clock(), usegmt=True)).send(send)

    async def _spoilt(self, active: ActiveRule, answer: Answer) -> Answer:
        """Spoil an answer that the marketplace gave."""
        rule = active.rule
        match rule.fault:
            case Fault.TRUNCATED:
                return answer.with_body(answer.body[: len(answer.body) // 2])
            case Fault.BOM:
                return answer.with_body(b"\xef\xbb\xbf" + answer.body)
            case Fault.CONTENT_TYPE:
                return answer.with_header("Content-Type", rule.content_type)
            case Fault.CLOCK_SKEW:
                moved = timedelta(seconds=rule.seconds)
                answer = await skewed(answer, moved, self._services)
                try:
                    date = self._services.clock() + moved
                except OverflowError:
                    return answer
                return answer.with_header("Date", format_datetime(date, usegmt=True))
            case _:
                return await foreign_signature(answer, self._services)

    def _note(self, scope: Scope, struck: Sequence[ActiveRule], status: int | None, seconds: float) -> None:
        remark = remark_in(scope)
        spoilt = bool(struck) and struck[-1].rule.fault in (Fault.RATE_LIMIT, Fault.SERVER_ERROR)
        self._log.add(
            Entry(
                number=self._log.next_number(),
                time=self._services.clock(),
                method=scope["method"][:20],
                path=shown_path(scope["path"]),
                api_client=remark.api_client,
                user=remark.user,
                grant=remark.grant,
                secret=remark.secret,
                check=remark.check,
                code="Request.TooManyRequests" if spoilt and status == 429 else remark.code,
                status=status,
                milliseconds=seconds * 1000,
                fault=tuple(f"{each.id} {each.rule.fault}" for each in struck),
            )
        )


class _Heard:
    """Passes an answer on and remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


class _Asked:
    """A request whose API client may be known, by what it says of itself; its body can still be received."""

    def __init__(self, receive: Receive, api_client: str | None = None) -> None:
        self.receive = receive
        self.api_client = api_client

    @classmethod
    async def read(cls, scope: Scope, receive: Receive) -> _Asked:
        """Look for the API client: in the access token, or in the form that asks for one."""
        authorization = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"authorization"), "")
        if scope["path"].lower().rstrip("/") != TOKEN_PATH:
            return cls(receive, _client_of_token(authorization))
        messages: list[Message] = []
        body, more = b"", True
        while more and len(body) <= LARGEST_BODY:
            message = await receive()
            messages.append(message)
            body += message.get("body", b"")
            more = message["type"] == "http.request" and message.get("more_body", False)

        async def again() -> MutableMapping[str, Any]:
            return messages.pop(0) if messages else await receive()

        return cls(again, _client_of_form(body) or _client_of_basic(authorization))


def _client_of_token(authorization: str) -> str | None:
    token = token_of(authorization)
    if token is None or len(token) > LONGEST_TOKEN:
        return None
    try:
        return decode(token).claims.cid
    except NotAToken:
        return None


def _client_of_form(body: bytes) -> str | None:
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=100)
    except ValueError:
        return None
    return next((value for name, value in pairs if name == "client_id"), None)


def _client_of_basic(authorization: str) -> str | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return unquote_plus(b64decode(encoded.strip(), validate=True).decode().partition(":")[0])
    except ValueError:
        return None


async def _drop(scope: Scope) -> None:
    """Break the connection off; in process by the error that a client gets when a server does it."""
    drop: Drop | None = (scope.get("extensions") or {}).get(DROP)
    if drop is None:
        _fail()
    await drop()


def _fail() -> NoReturn:
    from tui.ordercloud._httpx import httpx

    message = "Server disconnected without sending a response."
    raise httpx.RemoteProtocolError(message)
