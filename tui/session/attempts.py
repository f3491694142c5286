"""One try of a grant: what the rules expect of it, what came back, and whether the two agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.decide import decide
from tui.access.decision import Decision
from tui.access.roles import split_scope
from tui.tokens.decode import decode
from tui.tokens.token import NotAToken, Token
from tui.tokens.verify import Verdict, check_claims, verify_signature

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.ordercloud.models import AccessToken, ApiClient
    from tui.session.session import Session


class Kind(StrEnum):
    """The ways to a token the tester offers; elevated password is password with a client secret."""

    PASSWORD = "password"  # noqa: S105 - the name of a grant
    ELEVATED = "elevated password"
    CLIENT_CREDENTIALS = "client credentials"
    ANONYMOUS = "anonymous"
    REFRESH = "refresh"

    @property
    def needs_user(self) -> bool:
        """Whether username and password are sent."""
        return self in (Kind.PASSWORD, Kind.ELEVATED)

    @property
    def takes_secret(self) -> bool:
        """Whether a client secret may be sent."""
        return self is not Kind.PASSWORD

    @property
    def grant(self) -> Grant:
        """The `grant_type` on the wire."""
        if self.needs_user:
            return Grant.PASSWORD
        return Grant.REFRESH_TOKEN if self is Kind.REFRESH else Grant.CLIENT_CREDENTIALS


@dataclass(frozen=True, slots=True)
class Form:
    """What the attempt sends. `refreshing` is the result whose refresh token is used."""

    kind: Kind
    api_client_id: str
    username: str = ""
    password: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    scope: str = ""
    anon_user_id: str = ""
    refreshing: Result | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    """What came back of one attempt. Exactly one of `answer` and `error` is there.

    `agreed` tells whether the answer was as expected: allowed or refused, and when refused with the expected code,
    when allowed with the expected roles.
    """

    number: int
    at: datetime
    form: Form
    app_name: str
    expected: Decision
    answer: AccessToken | None = field(repr=False, default=None)
    token: Token | None = field(repr=False, default=None)
    error: Exception | None = None
    exchange: Exchange | None = field(repr=False, default=None)
    signature: Verdict | None = None
    agreed: bool | None = None

    @property
    def refresh_token(self) -> str | None:
        """The refresh token to go on with; a refresh may leave it out and so keeps the first."""
        if self.answer is not None and self.answer.refresh_token:
            return self.answer.refresh_token
        return None

    def claims(self, now: datetime, audience: str | None) -> Verdict | None:
        """Return the verdict on the claims at a moment; None without a token."""
        return None if self.token is None else check_claims(self.token, now, audience=audience)


async def expect(session: Session, form: Form) -> Decision:
    """Return what the rules expect of an attempt, from what is known of the marketplace now."""
    marketplace = session.marketplace
    api_client = marketplace.api_clients.get(form.api_client_id)
    if api_client is None:
        return decide(Attempt(form.kind.grant.value, form.api_client_id or None), Facts(None), session.clock())
    secrets = await marketplace.secrets(api_client.id)
    if form.kind.needs_user:
        username: str | None = form.username
    elif form.kind is Kind.REFRESH:
        token = form.refreshing.token if form.refreshing is not None else None
        username = token.claims.usr if token is not None else None
    else:
        username = api_client.default_context_user_name
    person = await marketplace.person(username)
    attempt = Attempt(
        form.kind.grant.value,
        form.api_client_id,
        scope=split_scope(form.scope),
        secret=_secret_evidence(form, api_client, named=bool(secrets)),
        password=PasswordEvidence.ASSUMED if form.username and form.password else PasswordEvidence.ABSENT,
        refresh=_refresh_evidence(form, api_client, session.clock()),
        refreshed_roles=_refreshed_roles(form),
    )
    facts = Facts(
        api_client,
        secrets=secrets,
        assignments=await marketplace.assignments(api_client.id),
        user=None if person is None else person.facts(),
    )
    return decide(attempt, facts, session.clock())


def _secret_evidence(form: Form, api_client: ApiClient, *, named: bool) -> SecretEvidence:
    """Compare what would be sent; the values of named secrets are not known, so they are assumed right."""
    if not form.kind.takes_secret or not form.secret:
        return SecretEvidence.ABSENT
    if api_client.client_secret and form.secret == api_client.client_secret:
        return SecretEvidence.LIVE
    return SecretEvidence.ASSUMED if named else SecretEvidence.WRONG


def _refresh_evidence(form: Form, api_client: ApiClient, now: datetime) -> RefreshEvidence:
    before = form.refreshing
    if before is None or before.refresh_token is None:
        return RefreshEvidence.ABSENT
    if before.form.api_client_id.lower() != api_client.id.lower():
        return RefreshEvidence.FOREIGN
    first = before
    while first.form.refreshing is not None:
        first = first.form.refreshing
    ends = first.at + timedelta(minutes=first.expected.lifetimes.refresh_minutes if first.expected.lifetimes else 0)
    return RefreshEvidence.EXPIRED if first.expected.lifetimes and now >= ends else RefreshEvidence.LIVE


def _refreshed_roles(form: Form) -> frozenset[str] | None:
    token = form.refreshing.token if form.refreshing is not None else None
    return None if token is None else frozenset(token.claims.role or ())


async def run(session: Session, form: Form, number: int) -> Result:
    """Run one attempt against the marketplace and hold the answer against what was expected.

    Never raises for what a server or network can do: the error is part of the result.
    """
    from tui.ordercloud import errors

    expected = await expect(session, form)
    at = session.clock()
    session.take_probe()
    answer: AccessToken | None = None
    token: Token | None = None
    error: Exception | None = None
    signature: Verdict | None = None
    try:
        answer = await _ask(session, form)
    except errors.OrderCloudError as refused:
        error = refused
    exchange = session.take_probe()
    if answer is not None:
        try:
            token = decode(answer.access_token)
        except NotAToken as not_a_token:
            error = not_a_token
        else:
            signature = await _verify(session, token)
    known = session.marketplace.api_clients.get(form.api_client_id)
    return Result(
        number=number,
        at=at,
        form=form,
        app_name=known.app_name if known is not None else form.api_client_id,
        expected=expected,
        answer=answer,
        token=token,
        error=error,
        exchange=exchange,
        signature=signature,
        agreed=_agreed(expected, token, error),
    )


async def _ask(session: Session, form: Form) -> AccessToken:
    oauth = session.tester.oauth
    scope = split_scope(form.scope)
    secret = form.secret or None if form.kind.takes_secret else None
    if form.kind.needs_user:
        return await oauth.password(form.api_client_id, form.username, form.password, secret=secret, scope=scope)
    if form.kind is Kind.CLIENT_CREDENTIALS:
        return await oauth.client_credentials(form.api_client_id, secret or "", scope=scope)
    if form.kind is Kind.ANONYMOUS:
        anon_user_id = form.anon_user_id or None
        return await oauth.anonymous(form.api_client_id, anon_user_id=anon_user_id, secret=secret, scope=scope)
    refresh_token = form.refreshing.refresh_token if form.refreshing is not None else None
    return await oauth.refresh(form.api_client_id, refresh_token or "", secret=secret, scope=scope)


async def _verify(session: Session, token: Token) -> Verdict:
    """Fetch the key the token names and verify with it; a key that cannot be had leaves the verdict unchecked."""
    from tui.ordercloud import errors

    if token.header.kid is None:
        return verify_signature(token, None)
    try:
        key = await session.tester.certs.get(token.header.kid)
    except errors.OrderCloudError:
        return verify_signature(token, None)
    finally:
        session.take_probe()
    return verify_signature(token, key)


def _agreed(expected: Decision, token: Token | None, error: Exception | None) -> bool | None:
    """Return whether it came as expected; None when the network kept the marketplace from answering."""
    from tui.ordercloud import errors

    if token is not None:
        return expected.allowed and set(expected.roles) == set(token.claims.role or ())
    if isinstance(error, errors.OAuthRefused):
        return not expected.allowed and expected.error is not None and expected.error.code == error.code
    return None
