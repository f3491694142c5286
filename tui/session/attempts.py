"""The token tester: what the rules expect of a try, what came back, and whether the two agree."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence
from tui.access.decide import decide
from tui.access.decision import Decision
from tui.access.roles import split_scope
from tui.session.evidence import refresh_evidence, refreshed_minutes, refreshed_roles, secret_evidence
from tui.session.failures import NoMarketplace
from tui.session.outcome import Comparison, Prepared, compare
from tui.tokens.decode import decode
from tui.tokens.lifetimes import Lifetime
from tui.tokens.token import NotAToken, Token
from tui.tokens.verify import DECODED, Status, Verdict, Verdicts, check_claims, verify_signature

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.ordercloud.models import AccessToken, ApiClient, MeUser, PublicKey
    from tui.session.opening import Opened
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
    """What came back of one attempt. Exactly one of `answer` and `error` is there, unless the answer is no token.

    `expected` is what the rules said before; None when too little of the marketplace could be read. `comparison` holds
    the answer against it. `url` is the marketplace it came from: a token is never sent to another.
    """

    number: int
    at: datetime
    form: Form
    app_name: str
    url: str
    expected: Decision | None
    comparison: Comparison
    answer: AccessToken | None = field(repr=False, default=None)
    token: Token | None = field(repr=False, default=None)
    error: Exception | None = None
    exchange: Exchange | None = field(repr=False, default=None)
    signature: Verdict | None = None
    refresh_minutes: int = 0

    @property
    def agreed(self) -> bool | None:
        """Whether it came as expected; None when there is nothing to compare."""
        return self.comparison.agreed

    @property
    def first(self) -> Result:
        """The sign-in that a chain of refreshes began with; itself when it is no refresh."""
        return self if self.form.refreshing is None else self.form.refreshing.first

    @property
    def refresh_token(self) -> str | None:
        """The refresh token to go on with: a refresh may leave it out, and then the one it used stays good."""
        if self.answer is None:
            return None
        if self.answer.refresh_token or self.form.refreshing is None:
            return self.answer.refresh_token or None
        return self.form.refreshing.refresh_token

    @property
    def who(self) -> str:
        """The user the token acts as, or that was asked for; blank when neither is known. Outside text."""
        if self.token is not None and self.token.claims.usr:
            return self.token.claims.usr
        if self.form.refreshing is not None:
            return self.form.refreshing.who
        # What stands in a field that the grant hides was not asked for.
        return self.form.username if self.form.kind.needs_user else ""

    def verdicts(self, now: datetime) -> Verdicts:
        """Return the three verdicts on the token at a moment."""
        if self.token is None:
            return Verdicts(decoded=Verdict(Status.FAILED, str(self.error or "There is no token.")))
        return Verdicts(
            decoded=DECODED,
            signature=self.signature or Verdict(Status.NOT_CHECKED, "The key could not be had."),
            claims=check_claims(self.token, now, audience=self.url),
        )

    def lifetime(self) -> Lifetime | None:
        """Return the moments of the sign-in; None when the token does not tell them."""
        if self.token is None:
            return None
        began = self.first.token
        issued = Lifetime.of(began.claims) if began is not None else None
        minutes = self.first.refresh_minutes if self.refresh_token else 0
        return Lifetime.of(
            self.token.claims, refresh_minutes=minutes, signed_in_at=None if issued is None else issued.issued_at
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One call of `/v1/me` with a token: exactly one of `me` and `error` is there."""

    at: datetime
    expected: bool
    me: MeUser | None = None
    error: Exception | None = None
    exchange: Exchange | None = field(repr=False, default=None)


class Attempts:
    """The attempts of one sitting at one marketplace, with its keys.

    They stay with the marketplace that was open when they began, wherever the console connects meanwhile: nothing of
    one is ever sent to another. What is under way when it is closed ends in errors.Closed.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._opened = session.opened if session.ready else None
        self._keys: dict[str, PublicKey] = {}
        self.results: list[Result] = []

    @property
    def _here(self) -> Opened:
        """The marketplace of these attempts: the one open at the first use. Raises NoMarketplace when there is none."""
        if self._opened is None:
            self._opened = self._session.opened
        return self._opened

    def _owns(self, result: Result) -> bool:
        return any(each is result for each in self.results)

    # -- before --------------------------------------------------------------------------------------------------

    async def expect(self, form: Form) -> Decision:
        """Return what the rules expect of an attempt, from what is known of the marketplace now.

        Raises the typed errors of `tui.ordercloud.errors` when the marketplace cannot be read.
        """
        prepared = await self._prepare(form)
        return decide(prepared.attempt, prepared.facts, self._session.clock())

    def api_client(self, api_client_id: str) -> ApiClient | None:
        """Return the API client with this ID, compared without case as OrderCloud does."""
        known = self._here.marketplace.api_clients
        wanted = api_client_id.strip().lower()
        return known.get(api_client_id) or next((each for each in known.values() if each.id.lower() == wanted), None)

    async def _prepare(self, form: Form) -> Prepared:
        marketplace = self._here.marketplace
        api_client = self.api_client(form.api_client_id)
        if api_client is None:
            return Prepared(Attempt(form.kind.grant.value, form.api_client_id or None), Facts(None))
        secrets = await marketplace.secrets(api_client.id)
        if form.kind.needs_user:
            username: str | None = form.username
        elif form.kind is Kind.REFRESH:
            username = form.refreshing.who if form.refreshing is not None else None
        else:
            username = api_client.default_context_user_name
        person = await marketplace.person(username)
        attempt = Attempt(
            form.kind.grant.value,
            form.api_client_id,
            scope=split_scope(form.scope),
            secret=secret_evidence(form.secret if form.kind.takes_secret else "", api_client, named=bool(secrets)),
            password=PasswordEvidence.ASSUMED if form.username and form.password else PasswordEvidence.ABSENT,
            refresh=refresh_evidence(form, api_client, self._session.clock()),
            refreshed_roles=refreshed_roles(form),
            refreshed_minutes=refreshed_minutes(form),
        )
        facts = Facts(
            api_client,
            secrets=secrets,
            assignments=await marketplace.assignments(api_client.id),
            user=None if person is None else person.facts(),
            marketplace_active=marketplace.seller.active,
        )
        return Prepared(attempt, facts)

    # -- running -------------------------------------------------------------------------------------------------

    async def run(self, form: Form) -> Result:
        """Run one attempt, hold the answer against what was expected, and note both in `results`.

        Never raises for what a server or network can do: the error is part of the result. Raises NoMarketplace when
        there is none, or when the refresh token is of another one.
        """
        from tui.ordercloud import errors

        session, here = self._session, self._here
        if form.refreshing is not None and not self._owns(form.refreshing):
            raise NoMarketplace("That refresh token is of another marketplace; it is never sent to this one.")
        prepared = await self._prepare_or_none(form)
        at = session.clock()
        expected = None if prepared is None else decide(prepared.attempt, prepared.facts, at)
        here.probe.take()
        answer: AccessToken | None = None
        token: Token | None = None
        error: Exception | None = None
        try:
            answer = await self._ask(form)
        except (errors.OrderCloudError, ValueError) as refused:  # ValueError: no request can hold this text
            error = refused
        exchange = here.probe.take()
        signature: Verdict | None = None
        if answer is not None:
            try:
                token = decode(answer.access_token)
            except NotAToken as not_a_token:
                error = not_a_token
            else:
                signature = await self._verify(token)
        comparison = compare(prepared, expected, answer, token, error, at)
        if comparison.agreed is False:
            comparison = await self._look_again(form, comparison, answer, token, error, at)
        known = self.api_client(form.api_client_id)
        lifetimes = expected.lifetimes if expected is not None else None
        minutes = lifetimes.refresh_minutes if lifetimes else known.refresh_token_duration if known else 0
        result = Result(
            number=len(self.results) + 1,
            at=at,
            form=form,
            app_name=known.app_name if known is not None else form.api_client_id,
            url=here.identity.url,
            expected=expected,
            comparison=comparison,
            answer=answer,
            token=token,
            error=error,
            exchange=exchange,
            signature=signature,
            refresh_minutes=minutes,
        )
        self.results.append(result)
        return result

    async def _prepare_or_none(self, form: Form) -> Prepared | None:
        from tui.ordercloud import errors

        try:
            return await self._prepare(form)
        except errors.OrderCloudError:
            return None

    async def _look_again(
        self,
        form: Form,
        before: Comparison,
        answer: AccessToken | None,
        token: Token | None,
        error: Exception | None,
        at: datetime,
    ) -> Comparison:
        """Read the marketplace anew: what looks like a disagreement may be a change made elsewhere."""
        from tui.ordercloud import errors

        marketplace = self._here.marketplace
        marketplace.forget()
        try:
            await marketplace.api_client(form.api_client_id)
        except errors.NotFound:
            pass  # that it is gone is known now
        except (errors.OrderCloudError, ValueError):  # ValueError: no path can hold this ID
            return before
        prepared = await self._prepare_or_none(form)
        if prepared is None:
            return before
        again = compare(prepared, decide(prepared.attempt, prepared.facts, at), answer, token, error, at)
        if not again.agreed or again.surprise:
            return again
        return replace(again, note="The marketplace had changed since it was read; read again, it is as expected.")

    async def _ask(self, form: Form) -> AccessToken:
        oauth = self._here.tester.oauth
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

    async def _verify(self, token: Token) -> Verdict:
        """Verify with the key the token names; a key that cannot be had leaves the verdict unchecked."""
        from tui.ordercloud import errors

        kid = token.header.kid
        if kid is None:
            return verify_signature(token, None)
        if kid not in self._keys:
            try:
                self._keys[kid] = await self._here.tester.certs.get(kid)
            except errors.NotFound:
                why = "The marketplace has no key of the ID (kid) the token names."
                return Verdict(Status.NOT_CHECKED, why)
            except errors.OrderCloudError:
                return Verdict(Status.NOT_CHECKED, "The key could not be read from the marketplace.")
            finally:
                self._here.probe.take()
        return verify_signature(token, self._keys[kid])

    # -- after ---------------------------------------------------------------------------------------------------

    def refresh_form(self, result: Result) -> Form:
        """Return the attempt that uses the refresh token of a result, with the secret its API client wants."""
        known = self.api_client(result.form.api_client_id)
        secret = result.form.secret or (known.client_secret if known is not None else None) or ""
        return Form(Kind.REFRESH, result.form.api_client_id, secret=secret, refreshing=result)

    def is_of_here(self, result: Result) -> bool:
        """Return whether a result came from the marketplace the console is connected to now."""
        return self._owns(result) and self._session.is_at(self._here.marketplace)

    async def call_me(self, result: Result) -> Call:
        """Call `/v1/me` with the token of a result. Never raises for what a server or network can do.

        Raises NoMarketplace for a token of another marketplace.
        """
        from tui.ordercloud import errors

        session, here = self._session, self._here
        if not self._owns(result):
            raise NoMarketplace("That token is of another marketplace; it is never sent to this one.")
        bearer = result.token.compact if result.token is not None else ""
        at = session.clock()
        expected = self.expect_call(result, at)
        here.probe.take()
        me: MeUser | None = None
        error: Exception | None = None
        try:
            me = await here.tester.me.get(bearer)
        except (errors.OrderCloudError, ValueError) as refused:  # ValueError: no request can hold this text
            error = refused
        return Call(at, expected, me, error, here.probe.take())

    def expect_call(self, result: Result, now: datetime) -> bool:
        """Return whether the token of a result should be taken now: not expired, and its API client still active."""
        known = self.api_client(result.form.api_client_id)
        active = known is not None and known.active
        return active and result.verdicts(now).claims.status is Status.PASSED
