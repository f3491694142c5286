"""Single sign-on by OpenID Connect: `/ocrplogin` sends a browser to the identity provider, `/ocrpcode` takes it back.

Codes are exchanged with the built-in provider only, without the network.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, SecretEvidence
from tui.access.decide import decide
from tui.access.roles import split_scope
from tui.sandbox.errors import not_found, refusal
from tui.sandbox.facts import assignments_of, find_client, find_user, marketplace_active
from tui.sandbox.fields import format_time
from tui.sandbox.issue import issue_access, issue_refresh, note_activity
from tui.sandbox.passwords import digest_of
from tui.sandbox.provider import OAuthFailure, Provider, ProviderTokens, challenge_of
from tui.sandbox.provider_page import problem_page
from tui.sandbox.randomness import random_text
from tui.sandbox.services import Services
from tui.sandbox.wire import read_query
from tui.tokens.decode import decode
from tui.tokens.token import JSON
from tui.tokens.verify import Status, check_claims, verify_signature

Endpoint: TypeAlias = Callable[[Request, dict[str, str]], Awaitable[Response]]

SIGN_IN_LIFE = timedelta(minutes=10)
"""How long a user may take at the identity provider."""

_BACK_PATH = "/ocrpcode"
_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_NEVER = frozenset({"", "javascript", "data", "vbscript", "file", "blob", "about"})
_OURS = frozenset(
    ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method"]
)

_CONNECT = """
SELECT o.key, o.ID, c.ID, o.ConnectClientID, o.ConnectClientSecret, o.AppStartUrl, o.AuthorizationEndpoint,
    o.TokenEndpoint, (SELECT group_concat(value, ' ') FROM json_each(o.AdditionalIdpScopes)), o.CustomErrorUrl
FROM openid_connects o JOIN api_clients c ON c.key = o.api_client WHERE
"""


class Connect(NamedTuple):
    """An OpenID Connect configuration."""

    key: int
    id: str
    client_id: str
    connect_client_id: str
    connect_client_secret: str
    app_start_url: str
    authorization_endpoint: str
    token_endpoint: str
    more_scopes: str | None
    custom_error_url: str | None


class UnderWay(NamedTuple):
    """A sign-in whose user is at the identity provider."""

    connect: Connect
    roles: str
    start_path: str
    nonce: str
    verifier: str


class Failed(Exception):
    """The sign-in failed; the message is for the user of the application."""


class _OtherBrowser(Exception):
    """A state comes back from a browser that did not set out with it."""


class SingleSignOn:
    """The two addresses of the relying party."""

    def __init__(self, services: Services, provider: Provider) -> None:
        self._services = services
        self._provider = provider

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, path and endpoint of both."""
        yield "GET", "ocrplogin", self.start
        yield "GET", _BACK_PATH.strip("/"), self.finish

    async def start(self, request: Request, parameters: dict[str, str]) -> Response:
        """Send the browser to the identity provider."""
        asked = _query(request)
        wanted = asked.get("id", "")
        connect = await self._services.store.run(lambda c: _find(c, "o.ID = ?", wanted))
        if connect is None:
            raise not_found("OpenIdConnect", wanted)
        try:
            if asked.get("cid", connect.client_id).lower() != connect.client_id.lower():
                raise Failed("The API client (cid) is not the one of this OpenID Connect configuration.")
            if connect.token_endpoint != self._provider.token_endpoint:
                raise Failed(f"The sandbox signs in through its own identity provider: {self._provider.token_endpoint}")
            if fill(connect.app_start_url, ("", "", asked.get("appstartpath", ""), "")) is None:
                raise Failed("The AppStartUrl with this appstartpath would lead to another place.")
            return await self._send_off(connect, asked)
        except Failed as failed:
            return _fail(connect, str(failed))

    async def _send_off(self, connect: Connect, asked: Mapping[str, str]) -> Response:
        place = urlsplit(connect.authorization_endpoint)
        if place.scheme not in ("http", "https") or not place.netloc:
            raise Failed("The AuthorizationEndpoint is no web address.")
        start_path = asked.get("appstartpath", "")
        now = self._services.clock()

        def keep(connection: sqlite3.Connection) -> tuple[str, str, str]:
            state, nonce, verifier = (random_text(32) for _ in range(3))
            connection.execute("DELETE FROM sign_ins_under_way WHERE expires_at <= ?", (format_time(now),))
            insert = """
            INSERT INTO sign_ins_under_way (digest, connect, roles, start_path, nonce, verifier, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """
            kept = (asked.get("roles", ""), start_path, nonce, verifier, format_time(now + SIGN_IN_LIFE))
            connection.execute(insert, (digest_of(state), connect.key, *kept))
            return state, nonce, verifier

        state, nonce, verifier = await self._services.store.run(keep, write=True)
        custom = {k: v for k, v in parse_qsl(asked.get("customParams", "")) if k.lower() not in _OURS}
        query = [
            *parse_qsl(place.query),
            *custom.items(),
            ("response_type", "code"),
            ("client_id", connect.connect_client_id),
            ("redirect_uri", self._provider.redirect_uri),
            ("scope", " ".join(["openid", "profile", "email", *(connect.more_scopes or "").split()])),
            ("state", state),
            ("nonce", nonce),
            ("code_challenge", challenge_of(verifier)),
            ("code_challenge_method", "S256"),
        ]
        answer = RedirectResponse(urlunsplit(place._replace(query=urlencode(query), fragment="")), 302, _NO_STORE)
        life = int(SIGN_IN_LIFE.total_seconds())
        name, value = _cookie_name(state), _browser_proof(verifier)
        answer.set_cookie(name, value, max_age=life, path=_BACK_PATH, httponly=True, samesite="lax")
        return answer

    async def finish(self, request: Request, parameters: dict[str, str]) -> Response:
        """Take the browser back, and send it on to the application with a token."""
        asked = _query(request)
        now, state = self._services.clock(), asked.get("state", "")
        cookie = request.cookies.get(_cookie_name(state), "")
        try:
            under_way = await self._services.store.run(lambda c: _take(c, state, cookie, format_time(now)), write=True)
        except _OtherBrowser:
            return problem_page(
                "This sign-in (state) was begun in another browser. It goes on there alone, where it left a cookie. "
                "To sign in here, begin anew in this browser."
            )
        if under_way is None:
            raise refusal(400, "Auth.OauthError", "The sign-in (state) is unknown, over, or has taken too long.")
        answer = await self._end(under_way, asked)
        answer.delete_cookie(_cookie_name(state), path=_BACK_PATH, httponly=True, samesite="lax")
        return answer

    async def _end(self, under_way: UnderWay, asked: Mapping[str, str]) -> Response:
        try:
            if "error" in asked:
                raise Failed(asked.get("error_description") or asked["error"])
            tokens = await self._redeem(under_way, asked.get("code", ""))
            return await self._admit(under_way, tokens)
        except Failed as failed:
            return _fail(under_way.connect, str(failed))

    async def _redeem(self, under_way: UnderWay, code: str) -> ProviderTokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._provider.redirect_uri,
            "client_id": under_way.connect.connect_client_id,
            "client_secret": under_way.connect.connect_client_secret,
            "code_verifier": under_way.verifier,
        }
        result = await self._provider.redeem(form)
        if isinstance(result, OAuthFailure):
            raise Failed(result.description)
        return result

    async def _admit(self, under_way: UnderWay, tokens: ProviderTokens) -> Response:
        """Judge the user whom the provider names as the token endpoint judges one with the right password."""
        username = await self._who(under_way, tokens.id_token)
        now, connect = self._services.clock(), under_way.connect

        def issue(connection: sqlite3.Connection) -> tuple[Mapping[str, JSON], str | None]:
            client, user = find_client(connection, connect.client_id), find_user(connection, username=username)
            attempt = Attempt(
                Grant.PASSWORD,
                connect.client_id,
                split_scope(under_way.roles),
                SecretEvidence.ASSUMED,
                PasswordEvidence.ONE_TIME,
            )
            facts = Facts(
                None if client is None else client.facts,
                () if client is None else client.secrets,
                () if client is None else assignments_of(connection, client, user),
                None if user is None else user.facts,
                marketplace_active(connection),
            )
            decision = decide(attempt, facts, now)
            if client is None or user is None or decision.lifetimes is None:
                raise Failed(decision.error.description if decision.error else "Nobody could be signed in.")
            note_activity(connection, user.key, now)
            refresh = issue_refresh(connection, client, user, decision.roles, decision.lifetimes, now)
            minutes, base_url = decision.lifetimes.access_minutes, self._services.base_url
            return issue_access(connection, base_url, client, user, decision.roles, minutes, now), refresh

        claims, refresh = await self._services.store.run(issue, write=True)
        access = await self._services.sign(claims)
        place = fill(connect.app_start_url, (access, tokens.access_token, under_way.start_path, refresh or ""))
        if place is None:
            raise Failed("The AppStartUrl would lead to another place.")
        return RedirectResponse(place, 302, _NO_STORE)

    async def _who(self, under_way: UnderWay, id_token: str) -> str:
        """Check an ID token as OpenID Connect asks, and give the user name it tells."""
        token, key = decode(id_token), await self._services.key()
        claims = token.claims_json
        good = (
            verify_signature(token, key.public).status is Status.PASSED
            and check_claims(token, self._services.clock()).status is Status.PASSED
            and claims.get("iss") == self._provider.issuer
            and claims.get("aud") == under_way.connect.connect_client_id
            and claims.get("nonce") == under_way.nonce
        )
        username = claims.get("preferred_username")
        if not good or not isinstance(username, str):
            raise Failed("The identity provider's ID token is not good for this sign-in.")
        return username


def fill(template: str, values: tuple[str, str, str, str]) -> str | None:
    """Fill the placeholders of an address: token, provider's token, path in the application, refresh token.

    Everything is encoded for its place. None when the values would lead to another host than the template's own.
    """
    before_query = template.partition("?")[0].partition("#")[0]
    filled = template
    for number, value in enumerate(values):
        mark = f"{{{number}}}"
        path = number == 2 and mark in before_query
        filled = filled.replace(mark, quote(value, safe="/!$&'()*+,;=:@" if path else "", errors="replace"))
    bare = template
    for number in range(len(values)):
        bare = bare.replace(f"{{{number}}}", "")
    try:
        there, meant = urlsplit(filled), urlsplit(bare)
    except ValueError:
        return None
    same = (there.scheme, there.netloc) == (meant.scheme, meant.netloc)
    web = there.scheme in ("http", "https")
    return filled if same and there.scheme not in _NEVER and (there.netloc or not web) else None


def _fail(connect: Connect, message: str) -> Response:
    """Send the browser to where the application wants to hear of failures, else say it here."""
    place = fill(connect.custom_error_url, (message, "", "", "")) if connect.custom_error_url else None
    if place is None:
        raise refusal(400, "Auth.OauthError", message)
    return RedirectResponse(place, 302, _NO_STORE)


def _query(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in read_query(request, most=50):
        found.setdefault(name, value)
    return found


def _find(connection: sqlite3.Connection, condition: str, value: str | int) -> Connect | None:
    row = connection.execute(_CONNECT + condition, (value,)).fetchone()
    return None if row is None else Connect(*row)


def _cookie_name(state: str) -> str:
    """Name a sign-in's cookie. Each has one of its own, so that a browser may be signing in in several windows."""
    return f"ocgate-sign-in-{digest_of(state).hex()[:16]}"


def _browser_proof(verifier: str) -> str:
    """What only the browser that set out can show: made of a secret that never leaves the sandbox."""
    return digest_of(f"browser {verifier}").hex()


def _take(connection: sqlite3.Connection, state: str, cookie: str, now: str) -> UnderWay | None:
    """Take a sign-in out, so that its state is good once. Raises _OtherBrowser, and leaves it, for a wrong cookie."""
    take = """
    DELETE FROM sign_ins_under_way WHERE digest = ? RETURNING connect, roles, start_path, nonce, verifier, expires_at
    """
    row = connection.execute(take, (digest_of(state),)).fetchone()
    if row is not None and not hmac.compare_digest(_browser_proof(row[4]).encode(), cookie.encode()):
        raise _OtherBrowser  # which takes the deletion back
    connect = None if row is None else _find(connection, "o.key = ?", row[0])
    return UnderWay(connect, *row[1:5]) if connect is not None and row[5] > now else None
