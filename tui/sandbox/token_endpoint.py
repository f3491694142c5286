"""`POST /oauth/token`: gathers the facts, lets the rules decide, and does what they say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, SecretEvidence
from tui.access.decide import decide
from tui.access.decision import Check, Decision, TokenError
from tui.access.passwords import shortcomings
from tui.access.roles import split_scope
from tui.sandbox.codes import Purpose, is_good, void
from tui.sandbox.facts import (
    FOREVER,
    KnownClient,
    KnownUser,
    assignments_of,
    find_client,
    find_user,
    lockout_policy,
    marketplace_active,
    match_secret,
)
from tui.sandbox.fields import format_time
from tui.sandbox.forms import Form, read_form
from tui.sandbox.impersonation import as_impersonated
from tui.sandbox.issue import KnownRefresh, find_refresh, issue_access, issue_refresh, note_activity, order_id
from tui.sandbox.passwords import matches_on_thread
from tui.sandbox.services import Services
from tui.sandbox.wire import json_response
from tui.tokens.token import JSON

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Case(NamedTuple):
    """One attempt with everything that was found about it."""

    attempt: Attempt
    facts: Facts
    decision: Decision
    client: KnownClient | None
    user: KnownUser | None
    refresh: KnownRefresh


@dataclass(frozen=True, slots=True)
class Granted:
    """What a successful attempt answers with, before it is signed."""

    claims: Mapping[str, JSON]
    expires_in: int
    refresh_token: str | None = field(repr=False)


class TokenEndpoint:
    """The endpoint. Nothing is hashed for an attempt that is refused whatever its password."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        form = await read_form(request)
        decided: Decision | Granted
        if form.get("grant_type") == Grant.PASSWORD:
            decided = await self._password(form)
        else:
            decided = await self._decide(form, None)
        if isinstance(decided, Granted):
            body: dict[str, JSON] = {
                "access_token": await self._services.sign(decided.claims),
                "token_type": "bearer",
                "expires_in": decided.expires_in,
            }
            if decided.refresh_token is not None:
                body["refresh_token"] = decided.refresh_token
            return json_response(200, body, _NO_STORE)
        if decided.error is None:
            raise RuntimeError("a refusal without an error")
        return json_response(400, _error_body(decided.error), _NO_STORE)

    async def _password(self, form: Form) -> Decision | Granted:
        """Look first with the password taken for right, and compare it only if the attempt gets that far."""
        services = self._services
        present = form.get("username") is not None and form.get("password") is not None
        first = PasswordEvidence.ASSUMED if present else PasswordEvidence.ABSENT

        def look(connection: sqlite3.Connection) -> tuple[Case, bool]:
            case = self._look(connection, form, first)
            return case, self._is_one_time(connection, case, form)

        case, one_time = await services.store.run(look)
        failed = case.decision.check
        if failed is not None and failed < Check.CREDENTIALS_RIGHT:
            return case.decision
        if one_time:
            return await self._decide(form, PasswordEvidence.ONE_TIME)
        record = None if case.user is None else case.user.password
        matches = await matches_on_thread(form.get("password") or "", record, services.hashing)
        evidence = PasswordEvidence.RIGHT if matches else PasswordEvidence.WRONG
        return await self._decide(form, evidence)

    async def _decide(self, form: Form, password: PasswordEvidence | None) -> Decision | Granted:
        unit = partial(self._conclude, form=form, password=password)
        return await self._services.store.run(unit, write=True, listed=False)

    def _look(self, connection: sqlite3.Connection, form: Form, password: PasswordEvidence | None) -> Case:
        now = self._services.clock()
        client_id = form.get("client_id")
        client = find_client(connection, client_id) if client_id else None
        refresh = find_refresh(connection, form.get("refresh_token"), client, now)
        user = _user_of(connection, form, client, refresh)
        if client is not None and user is not None and refresh.impersonator is not None:
            user = as_impersonated(connection, client, user, refresh.impersonator)
        attempt = Attempt(
            grant_type=form.get("grant_type"),
            client_id=client_id,
            scope=split_scope(form.get("scope")),
            secret=_compare_secret(client, form.get("client_secret"), now),
            password=password or PasswordEvidence.ABSENT,
            refresh=refresh.evidence,
            refreshed_roles=refresh.roles,
            form_encoded=form.form_encoded,
            password_lacks=_lacks(user, form),
        )
        facts = Facts(
            api_client=None if client is None else client.facts,
            secrets=() if client is None else client.secrets,
            assignments=() if client is None else assignments_of(connection, client, user),
            user=None if user is None else user.facts,
            marketplace_active=marketplace_active(connection),
        )
        decision = decide(attempt, facts, now)
        form.remark.of_attempt(client, user, form.fields, decision)
        return Case(attempt, facts, decision, client, user, refresh)

    def _conclude(
        self, connection: sqlite3.Connection, form: Form, password: PasswordEvidence | None
    ) -> Decision | Granted:
        """Decide for good, and keep what follows from it: a failure, or the refresh token."""
        now = self._services.clock()
        if password is PasswordEvidence.ONE_TIME:
            password = self._spend(connection, form)
        case = self._look(connection, form, password)
        if not case.decision.allowed or case.client is None or case.user is None or case.decision.lifetimes is None:
            if case.decision.check is Check.CREDENTIALS_RIGHT and case.user is not None:
                _count_failure(connection, case.user, now)
            return case.decision
        lifetimes = case.decision.lifetimes
        by_password = password in {PasswordEvidence.RIGHT, PasswordEvidence.ONE_TIME}
        _note_sign_in(connection, case.user, now, by_password)
        token = case.refresh.token
        if case.attempt.grant_type != Grant.REFRESH_TOKEN:
            token = issue_refresh(connection, case.client, case.user, case.decision.roles, lifetimes, now)
        order = order_id(case.client, form.get("anonuserid")) if case.decision.anonymous else None
        made = issue_access(
            connection,
            self._services.base_url,
            case.client,
            case.user,
            case.decision.roles,
            lifetimes.access_minutes,
            now,
            order,
            case.refresh.impersonator,
        )
        return Granted(made, lifetimes.expires_in, token)

    def _is_one_time(self, connection: sqlite3.Connection, case: Case, form: Form) -> bool:
        """Tell whether the password is a one-time password of the user, sent for this API client."""
        client, user, code, now = case.client, case.user, form.get("password") or "", self._services.clock()
        if client is None or user is None:
            return False
        return is_good(connection, Purpose.ONE_TIME, client.key, user.key, code.strip().upper(), now)

    def _spend(self, connection: sqlite3.Connection, form: Form) -> PasswordEvidence:
        """Use a one-time password up. Of two attempts at the same moment, one comes too late."""
        case = self._look(connection, form, PasswordEvidence.ONE_TIME)
        if case.user is None or not self._is_one_time(connection, case, form):
            return PasswordEvidence.WRONG
        void(connection, Purpose.ONE_TIME, case.user.key)
        return PasswordEvidence.ONE_TIME


def _user_of(
    connection: sqlite3.Connection, form: Form, client: KnownClient | None, refresh: KnownRefresh
) -> KnownUser | None:
    """Find whom the attempt is about: by name, by the API client's setting, or by the refresh token."""
    match form.get("grant_type"):
        case Grant.PASSWORD:
            name = form.get("username")
        case Grant.CLIENT_CREDENTIALS:
            name = None if client is None else client.facts.default_context_user_name
        case Grant.REFRESH_TOKEN:
            return find_user(connection, key=refresh.user)
        case _:
            name = None
    return find_user(connection, username=name) if name else None


def _lacks(user: KnownUser | None, form: Form) -> Mapping[str, int | bool]:
    """Tell what the password of a password grant lacks of its user's policy."""
    password = form.get("password")
    if user is None or password is None or form.get("grant_type") != Grant.PASSWORD:
        return {}
    return shortcomings(password, user.policy)


def _compare_secret(client: KnownClient | None, given: str | None, now: datetime) -> SecretEvidence:
    """Tell what a value is worth as a client secret."""
    if given is None:
        return SecretEvidence.ABSENT
    if client is None:
        return SecretEvidence.WRONG
    match = match_secret(client, given)
    if match.legacy:
        return SecretEvidence.LIVE
    if match.named is None:
        return SecretEvidence.WRONG
    expired = match.named.expiration is not None and match.named.expiration <= now
    return SecretEvidence.EXPIRED if expired else SecretEvidence.LIVE


def _count_failure(connection: sqlite3.Connection, user: KnownUser, now: datetime) -> None:
    """Count a wrong password towards the lockout. During a lockout nothing is counted; after one it starts anew."""
    locked = user.facts.locked_until
    if locked is not None and locked > now:
        return
    failures = 1 if locked is not None else user.failures + 1
    policy = lockout_policy(connection, user.key)
    until = None
    if failures >= policy.attempts:
        until = FOREVER if policy.minutes == 0 else format_time(now + timedelta(minutes=policy.minutes))
    update = "UPDATE users SET FailedLoginAttempts = ?, locked_until = ? WHERE key = ?"
    connection.execute(update, (failures, until, user.key))


def _note_sign_in(connection: sqlite3.Connection, user: KnownUser, now: datetime, by_password: bool) -> None:
    """Keep when the user was last active; a right password ends the count of wrong ones."""
    note_activity(connection, user.key, now)
    if by_password:
        clear = (
            "UPDATE users SET FailedLoginAttempts = 0, locked_until = NULL WHERE key = ? AND FailedLoginAttempts > 0"
        )
        connection.execute(clear, (user.key,))


def _error_body(error: TokenError) -> dict[str, JSON]:
    data: JSON = None if error.data is None else json.loads(json.dumps(dict(error.data)))
    return {
        "error": error.error,
        "error_description": error.description,
        "Errors": [{"ErrorCode": error.code, "Message": error.description, "Data": data}],
    }
