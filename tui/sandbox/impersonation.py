"""`POST /v1/buyers/{buyerID}/users/{userID}/accesstoken`: a token to act as somebody else, where the rules allow it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tui.access.decision import Lifetimes
from tui.access.facts import PartyKind
from tui.access.impersonation import (
    ImpersonationConfig,
    ImpersonationDecision,
    ImpersonationRequest,
    Person,
    Side,
    decide_impersonation,
)
from tui.sandbox.calls import About, Answer, Call, Operation, Shape
from tui.sandbox.errors import ApiError, refusal
from tui.sandbox.facts import KnownClient, KnownUser, assignments_of, find_client, find_user, marketplace_active
from tui.sandbox.fields import Field, Kind, read_member
from tui.sandbox.issue import issue_access, issue_refresh, note_activity
from tui.sandbox.resources import BUYER_USERS, FULL_ACCESS
from tui.sandbox.user_actions import wanted_user
from tui.tokens.token import JSON

_REQUEST = Shape(
    "ImpersonateTokenRequest",
    (
        Field("ClientID", required=True, length=100),
        Field("Roles", Kind.TEXTS, default=[]),
        Field("CustomRoles", Kind.TEXTS, default=[]),
    ),
)
_TOKEN = Shape(
    "AccessToken",
    (
        Field("access_token", read_only=True),
        Field("expires_in", Kind.INT, read_only=True),
        Field("token_type", read_only=True),
        Field("refresh_token", read_only=True),
    ),
)

_GROUPS = "SELECT g.ID FROM user_group_members m JOIN user_groups g ON g.key = m.user_group WHERE m.user = ?"

_CONFIGS = """
SELECT c.ID, ib.ID, ig.ID, iu.ID, b.ID, g.ID, u.ID, p.Roles, p.CustomRoles FROM impersonation_configs c
JOIN security_profiles p ON p.key = c.profile
LEFT JOIN buyers ib ON ib.key = c.impersonation_buyer LEFT JOIN user_groups ig ON ig.key = c.impersonation_group
LEFT JOIN users iu ON iu.key = c.impersonation_user
LEFT JOIN buyers b ON b.key = c.buyer LEFT JOIN user_groups g ON g.key = c.user_group
LEFT JOIN users u ON u.key = c.user
WHERE c.api_client = ?
"""


def routes() -> Iterator[tuple[str, str, Operation]]:
    """Give method, path and operation of the call."""
    path = f"{BUYER_USERS.path}/{{{BUYER_USERS.parameter}}}/accesstoken"
    roles, kinds = (FULL_ACCESS, "BuyerImpersonation"), frozenset({PartyKind.SELLER, PartyKind.BUYER})
    about = About("get a token to act as", takes=_REQUEST, gives=_TOKEN)
    yield "POST", path, Operation(_impersonate, roles, kinds, writes=True, has_body=True, about=about)


def as_impersonated(
    connection: sqlite3.Connection, client: KnownClient, user: KnownUser, impersonator: int
) -> KnownUser:
    """Give a user as its impersonator has it today: with the roles of the configurations, with none if that ended."""
    by = find_user(connection, key=impersonator)
    roles: frozenset[str] = frozenset()
    if by is not None and by.facts.active:
        roles = frozenset(_decide(connection, client, by, user, None).roles)
    return replace(user, facts=replace(user.facts, available_roles=roles))


def _impersonate(call: Call) -> Answer:
    given = _read(call)
    connection, key = call.connection, wanted_user(BUYER_USERS, call)
    client = find_client(connection, str(given["ClientID"]))
    by, user = find_user(connection, key=call.caller.user), find_user(connection, key=key)
    if by is None or user is None:
        raise RuntimeError("a user is gone")
    roles = [*_texts(given["Roles"]), *_texts(given["CustomRoles"])] or None
    decision = _decide(connection, client, by, user, roles)
    if client is None or not decision.allowed:
        raise refusal(decision.status, decision.code, decision.message)
    note_activity(connection, user.key, call.now)
    lifetimes = Lifetimes(client.facts.access_token_duration, client.facts.refresh_token_duration)
    refresh = issue_refresh(connection, client, user, decision.roles, lifetimes, call.now, by.key)
    body: dict[str, JSON] = {"expires_in": lifetimes.expires_in, "token_type": "bearer"}
    if refresh is not None:
        body["refresh_token"] = refresh
    minutes = lifetimes.access_minutes
    claims = issue_access(
        connection, call.base_url, client, user, decision.roles, minutes, call.now, impersonator=by.key
    )
    return Answer(200, body, claims)


def _read(call: Call) -> dict[str, JSON]:
    """Read the body. Raises ApiError 400 with every problem."""
    by_name = {name.lower(): value for name, value in call.body.items()}
    read = {field.name: read_member(field, by_name.get(field.name.lower())) for field in _REQUEST.fields}
    problems = [problem for _, problem in read.values() if problem is not None]
    if problems:
        raise ApiError(400, *problems)
    return {name: value for name, (value, _) in read.items()}


def _texts(value: JSON) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _decide(
    connection: sqlite3.Connection,
    client: KnownClient | None,
    by: KnownUser,
    user: KnownUser,
    roles: Sequence[str] | None,
) -> ImpersonationDecision:
    request = ImpersonationRequest(
        api_client=None if client is None else client.facts,
        impersonator=_person(connection, by),
        impersonated=_person(connection, user),
        roles=roles,
        assignments=() if client is None else assignments_of(connection, client, user),
        configs=() if client is None else _configs(connection, client),
        marketplace_active=marketplace_active(connection),
    )
    return decide_impersonation(request)


def _person(connection: sqlite3.Connection, user: KnownUser) -> Person:
    row = connection.execute("SELECT ID FROM users WHERE key = ?", (user.key,)).fetchone()
    groups = frozenset(each[0] for each in connection.execute(_GROUPS, (user.key,)))
    return Person(row[0], user.facts, groups)


def _configs(connection: sqlite3.Connection, client: KnownClient) -> list[ImpersonationConfig]:
    return [
        ImpersonationConfig(
            config, client.facts.id, Side(*ids[:3]), Side(*ids[3:]), frozenset([*json.loads(api), *json.loads(custom)])
        )
        for config, *ids, api, custom in connection.execute(_CONFIGS, (client.key,))
    ]
