"""Forgotten passwords and user names: calls that need no access token, answered by mail to the outbox.

Whether a user exists is never told: what is asked for somebody unknown succeeds, and nothing is sent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from tui.access.times import is_past
from tui.sandbox.codes import Purpose, is_good, issue, void
from tui.sandbox.errors import ApiError, invalid_value, refusal
from tui.sandbox.facts import KnownClient, KnownUser, find_client, find_user
from tui.sandbox.new_passwords import NewPassword, earlier_passwords, judge_for_user, prepare, set_password
from tui.sandbox.outbox import Message, MessageKind, post
from tui.sandbox.services import Services
from tui.sandbox.wire import read_object, read_query
from tui.tokens.token import JSON

Endpoint: TypeAlias = Callable[[Request, dict[str, str]], Awaitable[Response]]

MOST_RECIPIENTS = 10
"""How many users of one e-mail address are written to."""

_NO_CLIENT = ("PasswordReset.MissingOrInvalidClientID", "Missing or invalid Client ID.")
_INVALID_CLIENT = ("ApiClient.InvalidClientID", "Invalid Client ID.")


class _Recipient(NamedTuple):
    key: int
    username: str
    email: str


class Forgotten:
    """The four calls."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, path and endpoint of each."""
        yield "POST", "password/reset", self.ask_for_reset
        yield "PUT", "password/reset/{verificationCode}", self.reset
        yield "POST", "password/onetimepassword", self.ask_for_one_time
        yield "POST", "username/retrieve", self.retrieve

    async def ask_for_reset(self, request: Request, parameters: dict[str, str]) -> Response:
        """Send a code with which the password can be reset."""
        given = _texts(await read_object(request), "ClientID", "Email", "Username", "URL")
        if given["Email"] is None and given["Username"] is None:
            raise refusal(400, "PasswordReset.MissingUsernameOrEmail", "Username or Email is required.")

        def send(connection: sqlite3.Connection) -> None:
            client = _client(connection, given["ClientID"], *_NO_CLIENT)
            self._send_codes(connection, Purpose.RESET, MessageKind.FORGOTTEN_PASSWORD, client, given)

        await self._services.store.run(send, write=True)
        return Response(status_code=204)

    async def ask_for_one_time(self, request: Request, parameters: dict[str, str]) -> Response:
        """Send a one-time password."""
        given = _texts(await read_object(request), "ClientID", "Email", "Username")
        if given["Email"] is None and given["Username"] is None:
            code = "OneTimePasswordRequest.UsernameOrEmailRequired"
            raise refusal(400, code, "Either Username or Email is required.")

        def send(connection: sqlite3.Connection) -> None:
            client = _client(connection, given["ClientID"], *_INVALID_CLIENT)
            self._send_codes(connection, Purpose.ONE_TIME, MessageKind.ONE_TIME_PASSWORD, client, given)

        await self._services.store.run(send, write=True)
        return Response(status_code=204)

    async def retrieve(self, request: Request, parameters: dict[str, str]) -> Response:
        """Send the user names of an e-mail address."""
        given = _texts(dict(read_query(request, most=20)), "ClientID", "Email")
        if given["Email"] is None:
            raise ApiError(400, invalid_value("email", None, "email is required.", {"Required": True}))

        def send(connection: sqlite3.Connection) -> None:
            client, now = _client(connection, given["ClientID"], *_INVALID_CLIENT), self._services.clock()
            for to in _recipients(connection, None, given["Email"]):
                kind, app_name = MessageKind.FORGOTTEN_USERNAME, client.facts.app_name
                post(connection, Message(now, kind, to.email, to.username, app_name))

        await self._services.store.run(send, write=True)
        return Response(status_code=204)

    async def reset(self, request: Request, parameters: dict[str, str]) -> Response:
        """Set a new password, with the code that was sent."""
        given = _texts(await read_object(request), "ClientID", "Username", "Password")
        code, password = parameters["verificationCode"], given["Password"] or ""
        if given["Username"] is None:
            raise refusal(400, "PasswordReset.MissingUsername", "Username is required.")

        def look(connection: sqlite3.Connection) -> list[str]:
            return earlier_passwords(connection, _holder(connection, given, code, self._services.clock()).key)

        new = await prepare(password, await self._services.store.run(look), self._services.hashing)
        await self._services.store.run(lambda c: self._set(c, given, code, password, new), write=True)
        return Response(status_code=204)

    def _set(
        self,
        connection: sqlite3.Connection,
        given: Mapping[str, str | None],
        code: str,
        password: str,
        new: NewPassword,
    ) -> None:
        now = self._services.clock()
        user = _holder(connection, given, code, now)
        judge_for_user(connection, user.key, password, new, now, by_owner=True)
        set_password(connection, user.key, new, now)
        void(connection, Purpose.RESET, user.key)

    def _send_codes(
        self,
        connection: sqlite3.Connection,
        purpose: Purpose,
        kind: MessageKind,
        client: KnownClient,
        given: Mapping[str, str | None],
    ) -> None:
        now = self._services.clock()
        for to in _recipients(connection, given["Username"], given["Email"]):
            code, ends = issue(connection, purpose, client.key, to.key, now)
            post(
                connection,
                Message(now, kind, to.email, to.username, client.facts.app_name, code, given.get("URL"), ends),
            )


def _client(connection: sqlite3.Connection, client_id: str | None, code: str, message: str) -> KnownClient:
    client = find_client(connection, client_id) if client_id else None
    if client is None or not client.facts.active:
        raise refusal(400, code, message)
    return client


def _holder(connection: sqlite3.Connection, given: Mapping[str, str | None], code: str, now: datetime) -> KnownUser:
    """Find whom a reset is for. Raises ApiError 400 unless the code was sent to that user and is still good."""
    client = _client(connection, given["ClientID"], *_NO_CLIENT)
    user = find_user(connection, username=given["Username"] or "")
    if user is None or not is_good(connection, Purpose.RESET, client.key, user.key, code, now):
        raise refusal(400, "PasswordReset.InvalidVerification", "Verification code is invalid or expired.")
    locked = user.facts.locked_until
    if locked is not None and not is_past(locked, now):
        message = "Due to excessive login failures, this account has been locked."
        raise refusal(400, "PasswordReset.LockedOut", message)
    return user


def _recipients(connection: sqlite3.Connection, username: str | None, email: str | None) -> list[_Recipient]:
    """Give the active users of this name and e-mail address, as far as they were given."""
    query = """
    SELECT key, Username, Email FROM users
    WHERE Active AND coalesce(Username = ?1, 1) AND coalesce(Email = ?2, 1) ORDER BY key LIMIT ?3
    """
    return [_Recipient(*row) for row in connection.execute(query, (username, email, MOST_RECIPIENTS))]


def _texts(members: Mapping[str, JSON], *names: str) -> dict[str, str | None]:
    """Read texts, without regard to the case of their names; blank ones count as absent. Raises ApiError 400."""
    by_name = {name.lower(): value for name, value in members.items()}
    found: dict[str, str | None] = {}
    for name in names:
        value = by_name.get(name.lower())
        if value is not None and not isinstance(value, str):
            raise ApiError(400, invalid_value(name, None, f"{name} must be text.", {"Expected": "string"}))
        found[name] = value if value is not None and value.strip() else None
    return found
