"""The control API: what `Control` can do, over HTTP below `/sandbox`. Errors have OrderCloud's form."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tui.sandbox.bearer import token_of
from tui.sandbox.control.clock import FASTEST
from tui.sandbox.control.log import MOST_ENTRIES, Entry, Filter
from tui.sandbox.control.members import Members
from tui.sandbox.control.rules import Rule
from tui.sandbox.control.seeding import LARGEST_FILE
from tui.sandbox.control.state import as_api_error
from tui.sandbox.errors import ApiError, ErrorEntry, SandboxError, refusal, storage_failure
from tui.sandbox.fields import format_time, parse_time
from tui.sandbox.large import MOST, LargeSize
from tui.sandbox.planting import SEEDS, Planting
from tui.sandbox.router import Router
from tui.sandbox.wire import json_response, read_body, read_object, read_query
from tui.tokens.durations import parse_minutes
from tui.tokens.token import JSON

if TYPE_CHECKING:
    from tui.sandbox.control.control import Control
    from tui.sandbox.sandbox import Sandbox

Handler = Callable[[Request, Mapping[str, str]], Awaitable[Response]]

_HEARTBEAT_SECONDS = 15.0
_FILTERS = ("apiClientID", "username", "secret", "errorCode", "method", "path", "status", "refused", "after", "limit")
_SIZES = {
    "ApiClients": "api_clients",
    "Buyers": "buyers",
    "Suppliers": "suppliers",
    "Users": "users",
    "SeedNumber": "number",
}
_YAML = "application/yaml"


class ControlApi:
    """Answers every request below `/sandbox`. `token`, when there is one, must come as a Bearer token."""

    def __init__(self, control: Control, sandbox: Sandbox) -> None:
        self._control = control
        self._sandbox = sandbox
        self.token: str | None = None
        self.may_call: Callable[[str], bool] = lambda _: False
        """Tells whether a web page of an origin may call; `*` for all pages is no invitation to this."""
        self._router: Router[Handler] = Router()
        for method, path, handler in (
            ("GET", "sandbox", self._overview),
            ("GET", "sandbox/clock", self._read_clock),
            ("PATCH", "sandbox/clock", self._change_clock),
            ("DELETE", "sandbox/clock", self._reset_clock),
            ("GET", "sandbox/faults", self._list_faults),
            ("POST", "sandbox/faults", self._add_fault),
            ("DELETE", "sandbox/faults", self._clear_faults),
            ("GET", "sandbox/faults/{id}", self._get_fault),
            ("DELETE", "sandbox/faults/{id}", self._remove_fault),
            ("GET", "sandbox/log", self._read_log),
            ("DELETE", "sandbox/log", self._clear_log),
            ("GET", "sandbox/log/counts", self._counts),
            ("GET", "sandbox/log/stream", self._stream),
            ("GET", "sandbox/outbox", self._outbox),
            ("GET", "sandbox/snapshots", self._list_snapshots),
            ("PUT", "sandbox/snapshots/{name}", self._snapshot),
            ("POST", "sandbox/snapshots/{name}/restore", self._restore),
            ("POST", "sandbox/reset", self._reset),
            ("GET", "sandbox/seeding", self._export),
            ("PUT", "sandbox/seeding", self._import),
        ):
            self._router.add(method, path, handler)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ApiError as error:
            response = json_response(error.status, error.to_wire(), error.headers)
        response.headers["Date"] = format_datetime(self._control.clock(), usegmt=True)
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._dispatch(request)
        except SandboxError as problem:
            raise as_api_error(problem) from problem
        except sqlite3.Error as problem:
            raise storage_failure(problem) from problem

    async def _dispatch(self, request: Request) -> Response:
        self._let_in(request)
        match = self._router.match(request.scope["path"])
        if match is None:
            raise refusal(404, "NotFound", "There is nothing at this address of the control API.")
        found = match.methods.get(request.method)
        if found is None:
            allowed = ", ".join(sorted(match.methods))
            entry = ErrorEntry("MethodNotAllowed", f"{request.method} is not allowed here.", {"Allowed": allowed})
            raise ApiError(405, entry, headers={"Allow": allowed})
        handler, names = found
        return await handler(request, dict(zip(names, match.values, strict=True)))

    def _let_in(self, request: Request) -> None:
        origin = request.headers.get("origin")
        if origin is not None and not self.may_call(origin):
            message = "Web pages may not use the control API; start the sandbox with --cors and this very origin."
            raise refusal(403, "Sandbox.OriginNotAllowed", message)
        if self.token is not None:
            given = token_of(request.headers.get("authorization")) or ""
            if not hmac.compare_digest(given.encode(), self.token.encode()):
                message = "The control API wants its token as a Bearer token: control_token of the server's first line."
                raise ApiError(
                    401, ErrorEntry("Sandbox.TokenRequired", message), headers={"WWW-Authenticate": "Bearer"}
                )

    async def _overview(self, request: Request, names: Mapping[str, str]) -> Response:
        sheet = self._sandbox.sign_in
        body: dict[str, JSON] = {
            "Marketplace": sheet.marketplace,
            "Seed": self._sandbox.planting.seed,
            "Clock": self._clock(),
            "Faults": len(self._control.faults.rules),
            "Requests": sum(each.requests for each in self._control.log.api_clients.values()),
        }
        return json_response(200, body)

    async def _outbox(self, request: Request, names: Mapping[str, str]) -> Response:
        return json_response(200, {"Items": [each.to_wire() for each in await self._sandbox.outbox()]})

    # -- clock

    def _clock(self) -> dict[str, JSON]:
        clock = self._control.clock
        now = clock()
        ahead = (now - clock.base()).total_seconds()
        return {
            "Now": format_time(now),
            "Frozen": clock.frozen,
            "Speed": clock.speed,
            "SecondsAhead": round(ahead, 3),
        }

    async def _read_clock(self, request: Request, names: Mapping[str, str]) -> Response:
        return json_response(200, self._clock())

    async def _change_clock(self, request: Request, names: Mapping[str, str]) -> Response:
        members = Members(await _object(request), ("Now", "Advance", "Frozen", "Speed"), "a change of the clock")
        now = members.read("Now", _moment)
        by = members.read("Advance", _duration)
        frozen = members.flag("Frozen")
        speed = members.number("Speed", 1e-6, FASTEST)
        if frozen and speed is not None:
            members.refuse("Speed", "of no use for a clock that stands")
        members.finish()
        clock = self._control.clock
        try:
            if now is not None or by is not None:
                moment = now or clock()
                clock.set(moment if by is None else moment + by)
        except (ValueError, OverflowError) as error:
            name = "Advance" if now is None else "Now"
            message = "The clock goes from 1970 to 9000."
            raise refusal(400, "Sandbox.InvalidMember", message, {"Property": name}) from error
        if frozen:
            clock.freeze()
        elif speed is not None or frozen is False:
            clock.run(speed)
        return json_response(200, self._clock())

    async def _reset_clock(self, request: Request, names: Mapping[str, str]) -> Response:
        self._control.clock.reset()
        return json_response(200, self._clock())

    # -- faults

    async def _list_faults(self, request: Request, names: Mapping[str, str]) -> Response:
        rules: list[JSON] = [each.to_wire() for each in self._control.faults.rules]
        return json_response(200, {"Items": rules})

    async def _add_fault(self, request: Request, names: Mapping[str, str]) -> Response:
        added = self._control.faults.add(Rule.from_wire(await _object(request)))
        return json_response(201, added.to_wire())

    async def _get_fault(self, request: Request, names: Mapping[str, str]) -> Response:
        return json_response(200, self._control.faults.get(names["id"]).to_wire())

    async def _remove_fault(self, request: Request, names: Mapping[str, str]) -> Response:
        self._control.faults.remove(names["id"])
        return Response(status_code=204)

    async def _clear_faults(self, request: Request, names: Mapping[str, str]) -> Response:
        self._control.faults.clear()
        return Response(status_code=204)

    # -- log

    async def _read_log(self, request: Request, names: Mapping[str, str]) -> Response:
        wanted, limit = _filter(request)
        entries: list[JSON] = [each.to_wire() for each in self._control.log.entries(wanted, limit)]
        return json_response(200, {"Items": entries})

    async def _clear_log(self, request: Request, names: Mapping[str, str]) -> Response:
        self._control.log.clear()
        return Response(status_code=204)

    async def _counts(self, request: Request, names: Mapping[str, str]) -> Response:
        log = self._control.log
        clients: list[JSON] = [{"ApiClientID": each, **count.to_wire()} for each, count in log.api_clients.items()]
        secrets: list[JSON] = [
            {"ApiClientID": client, "Secret": secret, **count.to_wire()}
            for (client, secret), count in log.secrets.items()
        ]
        return json_response(200, {"ApiClients": clients, "Secrets": secrets})

    async def _stream(self, request: Request, names: Mapping[str, str]) -> Response:
        wanted, _ = _filter(request)
        last = request.headers.get("last-event-id", "")
        return StreamingResponse(
            self._events(wanted, int(last) if last.isascii() and last.isdigit() and len(last) < 18 else None),
            media_type="text/event-stream",
        )

    async def _events(self, wanted: Filter, last: int | None) -> AsyncIterator[bytes]:
        """Give server-sent events; what was missed since `last` comes first."""
        log = self._control.log
        following = log.follow(wanted)
        waiting: asyncio.Task[Entry | None] | None = None
        try:
            yield b": the log of every request\n\n"
            if last is not None:
                for entry in log.entries(wanted):
                    if entry.number > last:
                        yield _event(entry.number, entry.to_wire())
            while True:
                waiting = waiting or asyncio.ensure_future(_next(following))
                done, _ = await asyncio.wait((waiting,), timeout=_HEARTBEAT_SECONDS)
                if not done:
                    yield b": still here\n\n"
                    continue
                entry_or_end = waiting.result()
                waiting = None
                if entry_or_end is None:
                    return
                yield _event(entry_or_end.number, entry_or_end.to_wire())
        finally:
            if waiting is not None:
                waiting.cancel()

    # -- state

    async def _list_snapshots(self, request: Request, names: Mapping[str, str]) -> Response:
        found: list[JSON] = [*await asyncio.to_thread(self._control.state.names)]
        return json_response(200, {"Items": found})

    async def _snapshot(self, request: Request, names: Mapping[str, str]) -> Response:
        state = self._control.state
        await state.snapshot(state.named(names["name"]))
        return Response(status_code=204)

    async def _restore(self, request: Request, names: Mapping[str, str]) -> Response:
        state = self._control.state
        await state.restore(state.existing(names["name"]))
        return self._sheet()

    async def _reset(self, request: Request, names: Mapping[str, str]) -> Response:
        body = await _object(request) if await request.body() else {}
        members = Members(body, ("Seed", *_SIZES), "a reset")
        seed = members.one_of("Seed", SEEDS)
        sizes = {name: members.whole(name, 0, MOST) for name in _SIZES}
        planting = None
        if seed is not None:
            planting = Planting(next(each for each in SEEDS if each == seed))
        for name in _SIZES:
            if members.given(name) and seed != "large":
                members.refuse(name, "for the seed large alone")
        members.finish()
        if seed == "large":
            given = {_SIZES[name]: value for name, value in sizes.items() if value is not None}
            planting = Planting("large", LargeSize(**given))
        await self._control.state.reset(planting)
        return self._sheet()

    async def _export(self, request: Request, names: Mapping[str, str]) -> Response:
        text = await self._control.state.export_seeding()
        return Response(text.encode(), media_type=_YAML)

    async def _import(self, request: Request, names: Mapping[str, str]) -> Response:
        content = await read_body(request, LARGEST_FILE)
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise refusal(400, "Sandbox.InvalidSeedingFile", "The file is no UTF-8 text.") from error
        imported = await self._control.state.import_seeding(text)
        return json_response(200, imported.to_wire() | {"SignIn": self._sign_in()})

    def _sign_in(self) -> dict[str, JSON]:
        sheet = self._sandbox.sign_in
        return {
            "url": sheet.url,
            "client_id": sheet.client_id,
            "username": sheet.username,
            "password": sheet.password,
            "marketplace": sheet.marketplace,
        }

    def _sheet(self) -> Response:
        return json_response(200, self._sign_in())


async def _next(following: AsyncIterator[Entry]) -> Entry | None:
    return await anext(following, None)


def _event(number: int, body: dict[str, JSON]) -> bytes:
    return f"id: {number}\ndata: {json.dumps(body, separators=(',', ':'))}\n\n".encode()


async def _object(request: Request) -> dict[str, JSON]:
    """Read a body. It must be called JSON: a web page cannot send that without asking first."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        message = "The control API wants the content type application/json."
        raise refusal(415, "Request.InvalidContentType", message)
    return await read_object(request)


def _filter(request: Request) -> tuple[Filter, int]:
    by_name = {name.lower(): name for name in _FILTERS}
    found: dict[str, str] = {}
    problems = []
    for name, value in read_query(request):
        known = by_name.get(name.lower())
        if known is None:
            data: JSON = {"Property": name[:100], "Allowed": [*_FILTERS]}
            message = f"{name[:100]} is no filter of the log. Allowed: {', '.join(_FILTERS)}."
            problems.append(ErrorEntry("Sandbox.UnknownMember", message, data))
        else:
            found[known] = value
    problems += [
        ErrorEntry("Sandbox.InvalidMember", f"{name} is a whole number.", {"Property": name})
        for name in ("status", "after", "limit")
        if name in found and not re.fullmatch("[0-9]{1,17}", found[name])
    ]
    if found.get("refused", "true").lower() not in ("true", "false"):
        problems.append(ErrorEntry("Sandbox.InvalidMember", "refused is true or false.", {"Property": "refused"}))
    if problems:
        raise ApiError(400, *problems)
    wanted = Filter(
        api_client=found.get("apiClientID"),
        user=found.get("username"),
        secret=found.get("secret"),
        code=found.get("errorCode"),
        method=found.get("method"),
        path=found.get("path"),
        status=int(found["status"]) if "status" in found else None,
        refused=found["refused"].lower() == "true" if "refused" in found else None,
        after=int(found.get("after", "0")),
    )
    return wanted, min(int(found.get("limit", "100")), MOST_ENTRIES)


def _moment(value: JSON) -> datetime:
    moment = parse_time(value) if isinstance(value, str) else None
    if moment is None:
        raise ValueError("a date-time in ISO 8601")
    return moment


def _duration(value: JSON) -> timedelta:
    """Read seconds as a number, or a text such as 90m, 10h, 1d 12h; a minus goes back."""
    wanted = "a number of seconds, or a text such as 90m, 10h or 1d 12h; a minus in front goes back"
    try:
        if isinstance(value, str):
            text = value.strip()
            minutes = parse_minutes(text.removeprefix("-"))
            return timedelta(minutes=-minutes if text.startswith("-") else minutes)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return timedelta(seconds=value)
    except (ValueError, OverflowError) as error:
        raise ValueError(wanted) from error
    raise ValueError(wanted)
