"""The marketplace as an ASGI application: no framework, a router of its own, OrderCloud's error bodies."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tui.sandbox import served
from tui.sandbox.bearer import find_caller, token_of
from tui.sandbox.calls import Answer, Call, Operation
from tui.sandbox.errors import ApiError, invalid_token, not_found, refusal, storage_failure
from tui.sandbox.fields import compact
from tui.sandbox.forgotten import Forgotten
from tui.sandbox.identity import identity
from tui.sandbox.new_passwords import NewPassword, earlier_passwords, find_target, prepare
from tui.sandbox.provider import Provider
from tui.sandbox.remarks import remark_in
from tui.sandbox.router import Match, Router
from tui.sandbox.services import Services
from tui.sandbox.single_sign_on import SingleSignOn
from tui.sandbox.token_endpoint import TokenEndpoint
from tui.sandbox.wire import http_date, json_response, read_object, read_query, written_response
from tui.tokens.token import JSON, Token

Endpoint = Callable[[Request, dict[str, str]], Awaitable[Response]]

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class App:
    """Answers every request; it never raises, and closes nothing."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._token = TokenEndpoint(services)
        self._router: Router[Endpoint] = Router()
        self._router.add("POST", "oauth/token", self._issue)
        self._router.add("GET", "oauth/certs/{kid}", self._cert)
        self._router.add("GET", "oauth/userinfo", self._user_info)
        for method, path, endpoint in Forgotten(services).routes():
            self._router.add(method, f"v1/{path}", endpoint)
        provider = Provider(services)
        for method, path, endpoint in (*provider.routes(), *SingleSignOn(services, provider).routes()):
            self._router.add(method, path, endpoint)
        self._router.add("GET", "v1/openapi/v3", self._openapi)
        self._document: str | None = None
        self._operations = tuple(served.routes())
        for route in self._operations:
            self._route(*route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI: HTTP, and the lifespan, at which nothing happens."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            return
        response = await self._answer(Request(scope, receive))
        response.raw_headers.append((b"date", http_date(self._services.clock()).encode()))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._dispatch(request)
        except ApiError as error:
            remark_in(request.scope).code = error.entries[0].code
            return json_response(error.status, error.to_wire(), error.headers)
        except sqlite3.Error as error:
            _log.exception("%s failed", request.method)
            failure = storage_failure(error)
            remark_in(request.scope).code = failure.entries[0].code
            return json_response(failure.status, failure.to_wire(), failure.headers)
        except Exception:  # noqa: BLE001 - a fault of the sandbox's own must reach the caller as an answer
            _log.exception("%s failed", request.method)
            return json_response(
                500, refusal(500, "ServerError", "An unknown error has occurred on the server.").to_wire()
            )

    async def _dispatch(self, request: Request) -> Response:
        raw: bytes | None = request.scope.get("raw_path")
        path = raw.decode("latin-1").partition("?")[0] if raw else quote(request.scope["path"])
        match = self._router.match(path)
        if match is None:
            raise refusal(404, "NotFound", "There is nothing at this address.")
        endpoint, names = _method(match, request.method)
        return await endpoint(request, dict(zip(names, match.values, strict=True)))

    def _route(self, method: str, path: str, operation: Operation) -> None:
        async def serve(request: Request, parameters: dict[str, str]) -> Response:
            return await self._serve(request, parameters, operation)

        self._router.add(method, f"v1/{path}", serve)

    async def _issue(self, request: Request, parameters: dict[str, str]) -> Response:
        return await self._token(request)

    async def _cert(self, request: Request, parameters: dict[str, str]) -> Response:
        key = await self._services.key()
        if parameters["kid"] != key.kid:
            raise not_found("PublicKey", parameters["kid"])
        return json_response(200, dict(key.public))

    async def _openapi(self, request: Request, parameters: dict[str, str]) -> Response:
        if self._document is None:
            self._document = await asyncio.to_thread(self._describe)
        return written_response(200, self._document)

    def _describe(self) -> str:
        """Write the document of everything there is, which takes long and never changes."""
        from tui.sandbox.openapi import document

        return compact(document(self._services.base_url, self._operations))

    async def _user_info(self, request: Request, parameters: dict[str, str]) -> Response:
        """Say who the caller is, in a signed token of its own. It lives as long as the access token."""
        bearer = await self._bearer(request)
        claims = await self._services.store.run(lambda c: identity(c, bearer))
        seconds = (bearer.claims.exp or 0) - int(self._services.clock().timestamp())
        body: dict[str, JSON] = {"identity_token": await self._services.sign_identity(claims), "expires_in": seconds}
        return json_response(200, body, {"Cache-Control": "no-store"})

    async def _guest(self, query: list[tuple[str, str]]) -> Token | None:
        """Give the anonymous caller's access token out of the query, None when it is none that is good now."""
        text = next((value for name, value in query if name.lower() == "anonusertoken"), "")
        return await self._services.verified(text)

    async def _bearer(self, request: Request) -> Token:
        """Give the access token of a request. Raises ApiError 401 unless it is good here and now."""
        text = token_of(request.headers.get("authorization"))
        bearer = None if text is None else await self._services.verified(text)
        if bearer is None:
            raise invalid_token()
        return bearer

    async def _serve(self, request: Request, parameters: dict[str, str], operation: Operation) -> Response:
        """Run an operation for whom the access token speaks, in one hop to the store."""
        bearer = await self._bearer(request)
        remark_in(request.scope).of_caller(bearer.claims)
        query = read_query(request, blanks=True)
        guest = await self._guest(query) if operation.takes_guest else None
        body: dict[str, JSON] = {}
        new: NewPassword | None = None
        if operation.has_body:
            body, problem = await _try_object(request)
            password = _text_member(body, operation.hashes)
            if problem is not None or password:
                earlier = await self._services.store.run(lambda c: _admit(c, bearer, operation, parameters))
            if problem is not None:
                raise problem
            new = await prepare(password, earlier, self._services.hashing) if password else None

        def run(connection: sqlite3.Connection) -> Answer:
            caller = find_caller(connection, bearer)
            operation.authorize(caller)
            hashed, used = new or (None, None)
            now, base_url = self._services.clock(), self._services.base_url
            call = Call(connection, caller, now, parameters, query, body, hashed, used, base_url, guest)
            return operation.run(call)

        store = self._services.store
        answer = await (store.look(run) if operation.short else store.run(run, write=operation.writes))
        if answer.claims is not None:
            rest = answer.body if isinstance(answer.body, dict) else {}
            return json_response(answer.status, {"access_token": await self._services.sign(answer.claims), **rest})
        if answer.written is not None:
            return written_response(answer.status, answer.written)
        return Response(status_code=204) if answer.status == 204 else json_response(answer.status, answer.body)


def _admit(
    connection: sqlite3.Connection, bearer: Token, operation: Operation, parameters: dict[str, str]
) -> list[str]:
    """Let the caller in before its body is looked at, and give the earlier passwords which a new one must not match."""
    caller = find_caller(connection, bearer)
    operation.authorize(caller)
    return earlier_passwords(connection, caller.user if operation.own else find_target(connection, parameters))


def _method(match: Match[Endpoint], method: str) -> tuple[Endpoint, tuple[str, ...]]:
    found = match.methods.get(method)
    if found is None:
        allowed = ", ".join(sorted(match.methods))
        error = refusal(405, "MethodNotAllowed", f"{method} is not allowed here.", {"Allowed": allowed})
        error.headers["Allow"] = allowed
        raise error
    return found


async def _try_object(request: Request) -> tuple[dict[str, JSON], ApiError | None]:
    """Read the body; what is wrong with it is told only after the caller was let in."""
    try:
        return await read_object(request), None
    except ApiError as error:
        return {}, error


def _text_member(body: dict[str, JSON], name: str | None) -> str:
    wanted = (name or "").lower()
    value = next((value for key, value in body.items() if key.lower() == wanted), None)
    return value if isinstance(value, str) else ""


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
