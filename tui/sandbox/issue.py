"""Access and refresh tokens: what they carry, and what of them is kept."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tui.access.attempt import RefreshEvidence
from tui.access.decision import Lifetimes
from tui.access.facts import PartyKind
from tui.sandbox.facts import KnownClient, KnownUser
from tui.sandbox.fields import format_time
from tui.sandbox.keys import json_segment
from tui.sandbox.passwords import digest_of
from tui.sandbox.randomness import random_text, random_uuid
from tui.tokens.token import JSON, Token

USER_TYPES: Mapping[PartyKind, str] = {
    PartyKind.SELLER: "admin",
    PartyKind.BUYER: "buyer",
    PartyKind.SUPPLIER: "supplier",
}
"""The `usrtype` claim."""

KEPT_AFTER_END = timedelta(days=30)
"""How long an expired refresh token is still known as expired."""


def issue_access(
    connection: sqlite3.Connection,
    base_url: str,
    client: KnownClient,
    user: KnownUser,
    roles: tuple[str, ...],
    minutes: int,
    now: datetime,
    order_id: str | None = None,
    impersonator: int | None = None,
) -> dict[str, JSON]:
    """Give the claims of an access token, and keep its digest so that it can be revoked.

    `role` is a text when there is one role. Forgets the tokens that have ended.
    """
    issued = int(now.timestamp())
    made: dict[str, JSON] = {
        "usr": user.facts.username,
        "cid": client.facts.id.lower(),
        "u": str(user.key),
        "usrtype": USER_TYPES[user.kind],
        "role": roles[0] if len(roles) == 1 else [*roles],
        "iss": base_url,
        "aud": base_url,
        "exp": issued + minutes * 60,
        "nbf": issued,
        "iat": issued,
    }
    if order_id is not None:
        made["orderid"] = order_id
    if impersonator is not None:
        made["imp"] = str(impersonator)
    connection.execute("DELETE FROM access_tokens WHERE expires_at <= ?", (issued,))
    keep = "INSERT OR REPLACE INTO access_tokens (digest, user, expires_at) VALUES (?, ?, ?)"
    connection.execute(keep, (digest_of(json_segment(made)), user.key, issued + minutes * 60))
    return made


def kept_digest(token: Token) -> bytes:
    """Give the digest under which an access token is kept."""
    return digest_of(token.compact.split(".")[1])


def is_revoked(connection: sqlite3.Connection, token: Token) -> bool:
    """Tell whether an access token has been revoked."""
    query = "SELECT revoked FROM access_tokens WHERE digest = ?"
    row = connection.execute(query, (kept_digest(token),)).fetchone()
    return row is not None and bool(row[0])


def revoke(connection: sqlite3.Connection, user: int) -> None:
    """Revoke the access and refresh tokens which a user has now."""
    connection.execute("UPDATE access_tokens SET revoked = 1 WHERE user = ?", (user,))
    connection.execute("UPDATE refresh_tokens SET revoked = 1 WHERE user = ?", (user,))


def revoke_one(connection: sqlite3.Connection, token: Token) -> None:
    """Revoke a single access token."""
    connection.execute("UPDATE access_tokens SET revoked = 1 WHERE digest = ?", (kept_digest(token),))


def note_activity(connection: sqlite3.Connection, user: int, now: datetime) -> None:
    """Keep when a user was last active, to the minute."""
    minute = format_time(now.replace(second=0, microsecond=0))
    update = "UPDATE users SET LastActive = ? WHERE key = ? AND LastActive IS NOT ?"
    connection.execute(update, (minute, user, minute))


def order_id(client: KnownClient, visitor: str | None) -> str:
    """Make the 22 characters of an anonymous caller's order; the same visitor (`anonuserid`) gets the same."""
    if not visitor:
        return random_text(16)
    seed = f"{client.facts.id.lower()} {visitor}".encode("utf-8", "surrogatepass")
    return urlsafe_b64encode(hashlib.sha256(seed).digest()[:16]).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class KnownRefresh:
    """What became of a refresh token; `user` is the key of its owner, 0 when it is unknown."""

    evidence: RefreshEvidence
    user: int = 0
    roles: frozenset[str] | None = None
    impersonator: int | None = None
    token: str | None = field(default=None, repr=False)


def find_refresh(
    connection: sqlite3.Connection, token: str | None, client: KnownClient | None, now: datetime
) -> KnownRefresh:
    """Look a refresh token up: only its digest is kept."""
    if not token:
        return KnownRefresh(RefreshEvidence.ABSENT)
    query = "SELECT api_client, user, roles, expires_at, revoked, impersonator FROM refresh_tokens WHERE digest = ?"
    row = connection.execute(query, (digest_of(token),)).fetchone()
    if row is None or client is None:
        return KnownRefresh(RefreshEvidence.UNKNOWN)
    if row[0] != client.key:
        evidence = RefreshEvidence.FOREIGN
    elif row[4]:
        evidence = RefreshEvidence.REVOKED
    elif row[3] <= format_time(now):
        evidence = RefreshEvidence.EXPIRED
    else:
        evidence = RefreshEvidence.LIVE
    return KnownRefresh(evidence, row[1], frozenset(json.loads(row[2])), row[5], token)


def issue_refresh(
    connection: sqlite3.Connection,
    client: KnownClient,
    user: KnownUser,
    roles: tuple[str, ...],
    lifetimes: Lifetimes,
    now: datetime,
    impersonator: int | None = None,
) -> str | None:
    """Make and keep a refresh token, None when the lifetimes allow none. Forgets those that ended long ago."""
    if lifetimes.refresh_minutes <= 0:
        return None
    token = str(random_uuid())
    ends = format_time(now + timedelta(minutes=lifetimes.refresh_minutes))
    forgotten = "DELETE FROM refresh_tokens WHERE expires_at < ?"
    connection.execute(forgotten, (format_time(now - KEPT_AFTER_END),))
    insert = """
    INSERT INTO refresh_tokens (digest, api_client, user, roles, expires_at, impersonator) VALUES (?, ?, ?, ?, ?, ?)
    """
    connection.execute(insert, (digest_of(token), client.key, user.key, json.dumps(roles), ends, impersonator))
    return token
