"""The token endpoint, the certificates beside it, and the caller's own record."""

from __future__ import annotations

from collections.abc import Sequence

from tui.ordercloud import errors
from tui.ordercloud.answers import TOKEN_PATH
from tui.ordercloud.models.base import JSON
from tui.ordercloud.models.tokens import AccessToken, PublicKey
from tui.ordercloud.models.users import MeUser
from tui.ordercloud.query import Pairs
from tui.ordercloud.transports.retry import Repeat
from tui.ordercloud.wire import Answer, Wire, is_token, joined, pairs_of, path_of

Scope = str | Sequence[str] | None
"""Roles: one text with spaces between, or a list; None asks for every role the user has."""


class OAuth:
    """Every grant of the token endpoint. Each raises errors.OAuthRefused when the server refuses a token."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def password(
        self, client_id: str, username: str, password: str, *, secret: str | None = None, scope: Scope = None
    ) -> AccessToken:
        """Sign a user in; with `secret` it is the elevated form. Never sent twice: failures count towards a lockout."""
        form = (
            ("grant_type", "password"),
            ("client_id", client_id),
            ("username", username),
            ("password", password),
            *pairs_of(client_secret=secret, scope=joined(scope)),
        )
        return await self._ask(form, Repeat.UNSENT_ONLY)

    async def client_credentials(self, client_id: str, secret: str, *, scope: Scope = None) -> AccessToken:
        """Sign in as the API client's default context user, with a client secret."""
        form = (
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            *pairs_of(client_secret=secret, scope=joined(scope)),
        )
        return await self._ask(form, Repeat.REFUSED_ONLY)

    async def anonymous(
        self, client_id: str, *, anon_user_id: str | None = None, secret: str | None = None, scope: Scope = None
    ) -> AccessToken:
        """Sign in as nobody in particular: client credentials without a secret, unless the API client has one."""
        form = (
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            *pairs_of(client_secret=secret, scope=joined(scope), anonuserid=anon_user_id),
        )
        return await self._ask(form, Repeat.REFUSED_ONLY)

    async def refresh(
        self, client_id: str, refresh_token: str, *, secret: str | None = None, scope: Scope = None
    ) -> AccessToken:
        """Get another access token for a refresh token; a `scope` may narrow it."""
        form = (
            ("grant_type", "refresh_token"),
            ("client_id", client_id),
            ("refresh_token", refresh_token),
            *pairs_of(client_secret=secret, scope=joined(scope)),
        )
        return await self._ask(form, Repeat.REFUSED_ONLY)

    async def impersonation(
        self,
        token: str,
        buyer_id: str,
        user_id: str,
        client_id: str,
        *,
        roles: Sequence[str] = (),
        custom_roles: Sequence[str] = (),
    ) -> AccessToken:
        """Ask with the access token of one user for that of another, a buyer's; without roles for all it may have.

        It is no grant of the token endpoint: a refusal raises errors.ApiError.
        """
        path = f"/v1{path_of('buyers', buyer_id, 'users', user_id)}/accesstoken"
        body: dict[str, JSON] = {"ClientID": client_id, "Roles": [*roles], "CustomRoles": [*custom_roles]}
        answer = await self._wire.send("POST", path, json=body, token=token, repeat=Repeat.REFUSED_ONLY)
        return self._token(answer)

    async def _ask(self, form: Pairs, repeat: Repeat) -> AccessToken:
        return self._token(await self._wire.send("POST", TOKEN_PATH, form=form, public=True, repeat=repeat))

    def _token(self, answer: Answer) -> AccessToken:
        token = answer.model(AccessToken)
        if not is_token(token.access_token):
            raise errors.WrongShape("The answer's access_token is no token", answer.exchange)
        return token


class Certs:
    """The public keys that tokens are signed with."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def get(self, kid: str) -> PublicKey:
        """Give the key of this ID; no token is needed. Raises errors.NotFound."""
        return (await self._wire.send("GET", f"/oauth/certs{path_of(kid)}", public=True)).model(PublicKey)


class Me:
    """The caller's own record."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def get(self, token: str | None = None, *, repeat: Repeat | None = None) -> MeUser:
        """Say who the caller is: the one signed in, or the one whose access token is given."""
        return (await self._wire.send("GET", "/v1/me", token=token, repeat=repeat)).model(MeUser)


class OneTimePasswords:
    """Codes that stand in for a user's password once, sent by mail."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def send(self, client_id: str, username: str) -> None:
        """Have a code mailed to a user. Whether there is such a user is not told. No token is needed."""
        body: dict[str, JSON] = {"ClientID": client_id, "Username": username}
        await self._wire.send("POST", "/v1/password/onetimepassword", json=body, public=True, repeat=Repeat.UNSENT_ONLY)
