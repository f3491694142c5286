"""Signing in, and staying so: the credentials, the token they give, and its renewal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeAlias

from tui.ordercloud import errors
from tui.ordercloud.models.tokens import AccessToken

RENEW_EARLY = timedelta(seconds=30)
"""How long before its end a token is renewed, so that it does not die on the way."""

SignInGrant: TypeAlias = Literal["password", "client_credentials", "anonymous", "refresh_token", "token"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to sign in. `token` is a ready access token, which cannot be renewed; the others are the grants.

    Raises ValueError when the grant lacks what it needs.
    """

    client_id: str = ""
    grant: SignInGrant = "password"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    scope: str | None = None
    refresh_token: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    anon_user_id: str | None = None

    def __post_init__(self) -> None:
        needs = {
            "password": ("client_id", "username", "password"),
            "client_credentials": ("client_id", "secret"),
            "anonymous": ("client_id",),
            "refresh_token": ("client_id", "refresh_token"),
            "token": ("token",),
        }
        missing = [name for name in needs[self.grant] if not getattr(self, name)]
        if missing:
            raise ValueError(f"Signing in by {self.grant} needs {' and '.join(missing)}")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A token in hand. `expires_at` is None when nobody said."""

    access_token: str = field(repr=False)
    signed_in_at: datetime
    expires_at: datetime | None = None
    refresh_token: str | None = field(default=None, repr=False)
    client_id: str = ""
    grant: SignInGrant = "password"
    renewals: int = 0

    def remaining(self, now: datetime) -> timedelta | None:
        """Give the time left, negative when it is over; None when the end is unknown."""
        return None if self.expires_at is None else self.expires_at - now

    def is_due(self, now: datetime) -> bool:
        """Tell whether to renew: 30 seconds before the end, or half-way through a life shorter than a minute."""
        if self.expires_at is None:
            return False
        return self.expires_at - now <= min(RENEW_EARLY, (self.expires_at - self.signed_in_at) / 2)


class TokenEndpoint(Protocol):
    """What renewal needs of `oc.oauth`."""

    async def password(
        self, client_id: str, username: str, password: str, *, secret: str | None = None, scope: str | None = None
    ) -> AccessToken:
        """Ask with a username and a password."""

    async def client_credentials(self, client_id: str, secret: str, *, scope: str | None = None) -> AccessToken:
        """Ask with a client secret."""

    async def anonymous(
        self,
        client_id: str,
        *,
        anon_user_id: str | None = None,
        secret: str | None = None,
        scope: str | None = None,
    ) -> AccessToken:
        """Ask as nobody in particular."""

    async def refresh(
        self, client_id: str, refresh_token: str, *, secret: str | None = None, scope: str | None = None
    ) -> AccessToken:
        """Ask with a refresh token."""


class TokenKeeper:
    """Holds the client's own token and renews it, once for all who wait for it.

    A refresh token is tried first, then the whole sign-in. A refused sign-in is remembered and not tried again by
    itself: each try with a wrong password counts towards a lockout. `sign_in` tries anew.
    """

    def __init__(
        self,
        oauth: TokenEndpoint,
        credentials: Credentials | None,
        clock: Callable[[], datetime],
        listener: Callable[[SignedIn | None], object] | None = None,
    ) -> None:
        self._oauth = oauth
        self._credentials = credentials
        self._clock = clock
        self._listener = listener
        self._lock = asyncio.Lock()
        self._held: SignedIn | None = None
        self._refused: errors.OAuthRefused | None = None

    @property
    def held(self) -> SignedIn | None:
        """Give the token in hand, live or not."""
        return self._held

    @property
    def credentials(self) -> Credentials | None:
        """Give what signs in."""
        return self._credentials

    async def token(self) -> str:
        """Give a live access token, signing in or renewing first if need be. Raises what signing in raises."""
        held = self._held
        if held is not None and not held.is_due(self._clock()):
            return held.access_token
        async with self._lock:
            held = self._held
            if held is None or held.is_due(self._clock()):
                held = await self._renew_or_keep(held)
        return held.access_token

    async def renewed(self, stale: str) -> str | None:
        """Give a token other than the one the server just refused; None when there is no way to another."""
        async with self._lock:
            held = self._held
            if held is None or held.access_token == stale:
                if self._credentials is None or self._credentials.grant == "token":
                    return None
                held = await self._renew(held)
        return held.access_token

    async def sign_in(self, credentials: Credentials | None = None) -> SignedIn:
        """Sign in from scratch, with new credentials if given. They replace the old ones only when they are good."""
        async with self._lock:
            chosen = credentials or self._credentials
            if chosen is None:
                raise errors.NotSignedIn("There are no credentials to sign in with")
            held = await self._sign_in(chosen)
            self._credentials = chosen
            return self._hold(held)

    def sign_out(self) -> None:
        """Forget token and credentials; the server is not told, for it offers no way to."""
        self._held = self._credentials = self._refused = None
        if self._listener is not None:
            self._listener(None)

    async def _renew(self, held: SignedIn | None) -> SignedIn:
        credentials = self._credentials
        if credentials is None:
            raise errors.NotSignedIn("This needs a token, and nobody is signed in")
        if held is not None and held.refresh_token and credentials.grant != "token":
            refreshed = await self._refresh(credentials, held, held.refresh_token)
            if refreshed is not None:
                return self._hold(refreshed)
        if self._refused is not None:
            raise self._refused
        return self._hold(await self._sign_in(credentials))

    async def _renew_or_keep(self, held: SignedIn | None) -> SignedIn:
        """Renew; while the server cannot be reached, a token that still lives a few seconds will do."""
        try:
            return await self._renew(held)
        except (errors.NoAnswer, errors.RateLimited, errors.ServerFailed):
            if held is None or held.expires_at is None or held.expires_at <= self._clock():
                raise
            return held

    async def _refresh(self, credentials: Credentials, held: SignedIn, refresh_token: str) -> SignedIn | None:
        try:
            answer = await self._oauth.refresh(
                credentials.client_id, refresh_token, secret=credentials.secret, scope=credentials.scope
            )
        except errors.OAuthRefused:
            if credentials.grant == "refresh_token":
                raise  # there is no other way in
            return None
        return self._made(credentials, answer, refresh_token, held.renewals + 1)

    async def _sign_in(self, by: Credentials) -> SignedIn:
        if by.grant == "token":
            if self._held is not None and self._held.access_token == by.token:
                raise errors.NotSignedIn("The access token given has expired, and there is nothing to renew it with")
            return SignedIn(by.token or "", self._clock(), grant="token", client_id=by.client_id)
        try:
            answer = await self._ask(by)
        except errors.OAuthRefused as refused:
            if by == self._credentials:
                self._refused = refused
            raise
        self._refused = None
        return self._made(by, answer, by.refresh_token, 0)

    def _ask(self, by: Credentials) -> Awaitable[AccessToken]:
        oauth, secret, scope = self._oauth, by.secret, by.scope
        match by.grant:
            case "password":
                return oauth.password(by.client_id, by.username or "", by.password or "", secret=secret, scope=scope)
            case "client_credentials":
                return oauth.client_credentials(by.client_id, secret or "", scope=scope)
            case "anonymous":
                return oauth.anonymous(by.client_id, anon_user_id=by.anon_user_id, secret=secret, scope=scope)
            case _:
                return oauth.refresh(by.client_id, by.refresh_token or "", secret=secret, scope=scope)

    def _made(self, by: Credentials, answer: AccessToken, refresh_token: str | None, renewals: int) -> SignedIn:
        now = self._clock()
        return SignedIn(
            access_token=answer.access_token,
            signed_in_at=now,
            expires_at=now + timedelta(seconds=answer.expires_in) if answer.expires_in > 0 else None,
            # A refresh may come back without a refresh token; the one in hand stays good (2.3 of the contract).
            refresh_token=answer.refresh_token or refresh_token,
            client_id=by.client_id,
            grant=by.grant,
            renewals=renewals,
        )

    def _hold(self, held: SignedIn) -> SignedIn:
        self._held = held
        self._refused = None
        if self._listener is not None:
            self._listener(held)
        return held
