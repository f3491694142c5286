"""The built-in identity provider: OpenID Connect's authorization code flow, so that single sign-on works offline.

Its clients are the OpenID Connect configurations of the marketplace; the one redirect URI it knows is OrderCloud's own.
"""

from __future__ import annotations

import hmac
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple, TypeAlias
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tui.sandbox.fields import format_time
from tui.sandbox.forms import read_form
from tui.sandbox.identity import claims_about
from tui.sandbox.passwords import digest_of
from tui.sandbox.provider_page import Pickable, problem_page, sign_in_page
from tui.sandbox.randomness import random_text
from tui.sandbox.services import Services
from tui.sandbox.wire import json_response, read_query
from tui.tokens.token import JSON

Endpoint: TypeAlias = Callable[[Request, dict[str, str]], Awaitable[Response]]

CODE_LIFE = timedelta(seconds=60)
TOKEN_SECONDS = 300
MOST_SHOWN = 100

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_KEPT = ("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge")
_CLIENT = "SELECT ConnectClientSecret FROM openid_connects WHERE ConnectClientID = ? COLLATE BINARY"
_USERS = """
SELECT u.Username, u.FirstName || ' ' || u.LastName, coalesce(b.Name, s.Name, m.Name) FROM users u JOIN marketplace m
LEFT JOIN buyers b ON b.key = u.buyer LEFT JOIN suppliers s ON s.key = u.supplier
WHERE u.Active AND (instr(lower(u.Username || ' ' || u.FirstName || ' ' || u.LastName), lower(?)) > 0)
ORDER BY u.kind <> 'seller', 3, u.Username LIMIT ?
"""


class OAuthFailure(NamedTuple):
    """Why the provider gives no tokens, by OAuth's names."""

    error: str
    description: str


@dataclass(frozen=True, slots=True)
class ProviderTokens:
    """What a code was exchanged for."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


class _Redeemed(NamedTuple):
    user: int
    nonce: str | None
    about: dict[str, JSON]


class Provider:
    """The endpoints of the provider."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.issuer = f"{services.base_url}/idp"
        self.authorization_endpoint = f"{self.issuer}/authorize"
        self.token_endpoint = f"{self.issuer}/token"
        self.redirect_uri = f"{services.base_url}/ocrpcode"

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, path and endpoint of each."""
        yield "GET", "idp/authorize", self.authorize
        yield "POST", "idp/token", self.token
        yield "GET", "idp/jwks", self.keys
        yield "GET", "idp/.well-known/openid-configuration", self.discovery

    async def discovery(self, request: Request, parameters: dict[str, str]) -> Response:
        """Say where everything is."""
        body: dict[str, JSON] = {
            "issuer": self.issuer,
            "authorization_endpoint": self.authorization_endpoint,
            "token_endpoint": self.token_endpoint,
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "profile", "email"],
        }
        return json_response(200, body)

    async def keys(self, request: Request, parameters: dict[str, str]) -> Response:
        """Give the key which the tokens are signed with."""
        return json_response(200, {"keys": [dict((await self._services.key()).public)]})

    async def authorize(self, request: Request, parameters: dict[str, str]) -> Response:
        """Show the users; with `login_hint` that user is signed in at once, with `prompt=none` nobody is asked."""
        asked = dict(read_query(request, most=50))
        if not self._services.provider_open:
            return problem_page(
                "This identity provider asks nobody for a password, so it is closed while other machines can reach "
                "it. Whoever serves the sandbox can open it (--open-idp)."
            )
        client_id, back = asked.get("client_id", ""), asked.get("redirect_uri", "")
        if await self._services.store.run(lambda c: c.execute(_CLIENT, (client_id,)).fetchone()) is None:
            return problem_page("The identity provider knows no client of this ID (client_id).")
        if back != self.redirect_uri:
            return problem_page("The redirect_uri is not registered for this client.")
        failure = _check(asked)
        if failure is None and (hint := asked.get("login_hint")):
            code = await self._services.store.run(lambda c: self._issue(c, asked, hint), write=True)
            if code is not None:
                return self._back(asked, code=code)
        if failure is None and asked.get("prompt") == "none":
            failure = OAuthFailure("login_required", "prompt=none needs the login_hint of an active user.")
        if failure is not None:
            return self._back(asked, error=failure.error, error_description=failure.description)
        return await self._show(asked)

    async def token(self, request: Request, parameters: dict[str, str]) -> Response:
        """Exchange a code for tokens."""
        form = await read_form(request)
        result = await self.redeem(form.fields)
        if isinstance(result, OAuthFailure):
            status = 401 if result.error == "invalid_client" else 400
            return json_response(status, {"error": result.error, "error_description": result.description}, _NO_STORE)
        body: dict[str, JSON] = {
            "access_token": result.access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": result.id_token,
        }
        return json_response(200, body, _NO_STORE)

    async def redeem(self, form: Mapping[str, str]) -> ProviderTokens | OAuthFailure:
        """Exchange a code, as the token endpoint does."""
        found = await self._services.store.run(lambda c: self._redeem(c, form), write=True)
        if isinstance(found, OAuthFailure):
            return found
        now = int(self._services.clock().timestamp())
        times: dict[str, JSON] = {"iss": self.issuer, "iat": now, "exp": now + TOKEN_SECONDS}
        nonce: dict[str, JSON] = {} if found.nonce is None else {"nonce": found.nonce}
        client_id = form["client_id"]
        id_token = await self._services.sign_identity({**times, "aud": client_id, **nonce, **found.about})
        access = {**times, "aud": self.issuer, "client_id": client_id, "sub": str(found.user)}
        return ProviderTokens(id_token, await self._services.sign_identity(access))

    async def _show(self, asked: Mapping[str, str]) -> Response:
        search = asked.get("q", "").strip()[:100]

        def look(connection: sqlite3.Connection) -> tuple[str, list[Pickable]]:
            name: str = connection.execute("SELECT Name FROM marketplace").fetchone()[0]
            rows = connection.execute(_USERS, (search, MOST_SHOWN + 1))
            return name, [Pickable(*row) for row in rows]

        marketplace, users = await self._services.store.run(look)
        request = {name: asked[name] for name in (*_KEPT, "code_challenge_method") if name in asked}
        more = len(users) > MOST_SHOWN
        return sign_in_page(marketplace, users[:MOST_SHOWN], request, search, more=more)

    def _back(self, asked: Mapping[str, str], **answer: str) -> Response:
        """Send the browser back to the one registered place."""
        state = {"state": asked["state"]} if "state" in asked else {}
        return RedirectResponse(f"{self.redirect_uri}?{urlencode({**answer, **state})}", 302, _NO_STORE)

    def _issue(self, connection: sqlite3.Connection, asked: Mapping[str, str], username: str) -> str | None:
        """Make a code for a user, None when there is no such active user."""
        row = connection.execute("SELECT key FROM users WHERE Username = ? AND Active", (username,)).fetchone()
        if row is None:
            return None
        now = self._services.clock()
        connection.execute("DELETE FROM provider_codes WHERE expires_at <= ?", (format_time(now),))
        code = random_text(32)
        insert = """
        INSERT INTO provider_codes (digest, client_id, redirect_uri, user, challenge, nonce, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
        who = (asked["client_id"], asked["redirect_uri"], row[0])
        proof = (asked.get("code_challenge"), asked.get("nonce"), format_time(now + CODE_LIFE))
        connection.execute(insert, (digest_of(code), *who, *proof))
        return code

    def _redeem(self, connection: sqlite3.Connection, form: Mapping[str, str]) -> _Redeemed | OAuthFailure:
        """Use a code up, whatever comes of it. It returns failures: an exception would give the code back."""
        if form.get("grant_type") != "authorization_code":
            return OAuthFailure("unsupported_grant_type", "Only authorization_code is supported.")
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        kept = [row[0] for row in connection.execute(_CLIENT, (client_id,))]
        if not any(hmac.compare_digest(digest_of(each), digest_of(secret)) for each in kept):
            return OAuthFailure("invalid_client", "The client is unknown, or its secret is wrong.")
        take = """
        DELETE FROM provider_codes WHERE digest = ?
        RETURNING client_id, redirect_uri, user, challenge, nonce, expires_at
        """
        row = connection.execute(take, (digest_of(form.get("code", "")),)).fetchone()
        if row is None:
            return OAuthFailure("invalid_grant", "The code is unknown, or was used before.")
        if row[5] <= format_time(self._services.clock()):
            return OAuthFailure("invalid_grant", "The code has expired.")
        if row[0] != client_id or row[1] != form.get("redirect_uri"):
            return OAuthFailure("invalid_grant", "The code was made for another client or redirect_uri.")
        if not _proves(row[3], form.get("code_verifier")):
            return OAuthFailure("invalid_grant", "The code_verifier does not match the code_challenge.")
        return _Redeemed(row[2], row[4], claims_about(connection, row[2]))


def _check(asked: Mapping[str, str]) -> OAuthFailure | None:
    if asked.get("response_type") != "code":
        return OAuthFailure("unsupported_response_type", "Only the response_type code is supported.")
    if "openid" not in asked.get("scope", "").split():
        return OAuthFailure("invalid_scope", "The scope must hold openid.")
    if "code_challenge" in asked and asked.get("code_challenge_method") != "S256":
        return OAuthFailure("invalid_request", "The code_challenge_method must be S256.")
    return None


def challenge_of(verifier: str) -> str:
    """Give the S256 challenge of a PKCE verifier."""
    return urlsafe_b64encode(sha256(verifier.encode("utf-8", "surrogatepass")).digest()).decode().rstrip("=")


def _proves(challenge: str | None, verifier: str | None) -> bool:
    """Compare a verifier with the challenge; one must not come without the other."""
    if challenge is None or verifier is None:
        return challenge is None and verifier is None
    return hmac.compare_digest(challenge_of(verifier).encode(), challenge.encode("utf-8", "surrogatepass"))
