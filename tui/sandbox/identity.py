"""Who a user is, as the claims of an identity token."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from tui.sandbox.bearer import find_caller
from tui.sandbox.issue import USER_TYPES
from tui.tokens.token import JSON, Token

_USER = """
SELECT u.ID, u.Username, u.FirstName, u.LastName, u.Email, coalesce(b.ID, s.ID, m.ID) FROM users u
JOIN marketplace m LEFT JOIN buyers b ON b.key = u.buyer LEFT JOIN suppliers s ON s.key = u.supplier WHERE u.key = ?
"""


def claims_about(connection: sqlite3.Connection, user: int) -> dict[str, JSON]:
    """Give OpenID Connect's claims about a user."""
    user_id, username, first, last, email, company = connection.execute(_USER, (user,)).fetchone()
    return {
        "sub": str(user),
        "preferred_username": username,
        "given_name": first,
        "family_name": last,
        "name": f"{first} {last}",
        "email": email,
        "user_id": user_id,
        "company_id": company,
    }


def identity(connection: sqlite3.Connection, bearer: Token) -> Mapping[str, JSON]:
    """Give the claims about the owner of an access token. Raises ApiError 401 when it is no longer good."""
    caller, claims = find_caller(connection, bearer), bearer.claims
    about = claims_about(connection, caller.user) | {"usrtype": USER_TYPES[caller.kind]}
    times: dict[str, JSON] = {"iat": claims.iat, "exp": claims.exp}
    return {"iss": claims.iss, "aud": claims.cid, **about, **times}
