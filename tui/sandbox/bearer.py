"""Who is calling: the access token of a request, and what the marketplace knows of its owner now."""

from __future__ import annotations

import sqlite3

from tui.access.facts import PartyKind
from tui.sandbox.calls import Caller
from tui.sandbox.errors import invalid_token, token_revoked
from tui.sandbox.issue import is_revoked, kept_digest
from tui.tokens.token import Token

_CALLER = """
SELECT u.Username, u.key, u.kind, coalesce(u.buyer, u.supplier),
    (SELECT t.revoked FROM access_tokens t WHERE t.digest = ?)
FROM users u, api_clients c WHERE u.key = ? AND u.Active AND c.ID = ? AND c.Active
"""


def token_of(header: str | None) -> str | None:
    """Give the token of an Authorization header; `Bearer` with nothing after it is none."""
    scheme, _, token = (header or "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def find_caller(connection: sqlite3.Connection, token: Token) -> Caller:
    """Find the owner of a verified token. Raises ApiError 401 unless it and the API client are there and active.

    A revoked token is told as such.
    """
    claims = token.claims
    key = claims.u or ""
    row = None
    if key.isascii() and key.isdigit() and len(key) < 19:
        row = connection.execute(_CALLER, (kept_digest(token), int(key), claims.cid)).fetchone()
    if row[4] if row is not None else is_revoked(connection, token):
        raise token_revoked()
    if row is None:
        raise invalid_token()
    return Caller(row[0], row[1], PartyKind(row[2]), row[3], frozenset(claims.role or ()), claims.orderid)
