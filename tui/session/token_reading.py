"""A token from anywhere, held against the marketplace: its key, its names, what it should carry, what it may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.access.endpoints import USER_KINDS, Endpoint, Permission, endpoints, may_call
from tui.session.attempts import Attempts, Form, Kind
from tui.tokens.keys import KeySet, choose_key
from tui.tokens.skew import Skew, skew_of, together
from tui.tokens.token import Token
from tui.tokens.verify import Status, Verdict, verify_signature

if TYPE_CHECKING:
    from tui.access.decision import Decision
    from tui.ordercloud import Exchange
    from tui.ordercloud.models import PublicKey
    from tui.session.session import Session


@dataclass(frozen=True, slots=True)
class Try:
    """One call of an endpoint with a token: what was expected of it, and what came. `error` is None for an answer."""

    endpoint: Endpoint
    at: datetime
    expected: Permission
    error: Exception | None = None
    exchange: Exchange | None = field(repr=False, default=None)

    @property
    def agreed(self) -> bool | None:
        """Whether it came as expected; None when nothing came. An ID that is not there says nothing against it."""
        status = self.exchange.status if self.exchange is not None else None
        return None if status is None else (status not in (401, 403)) == self.expected.allowed


class TokenReading:
    """What the marketplace of now says of tokens; it stays with that marketplace, wherever the console goes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._opened = session.opened
        self._attempts = Attempts(session)
        self._keys: dict[str, PublicKey] = {}
        self.given: KeySet | None = None
        """The keys of a file, which go before those of the marketplace."""

    @property
    def url(self) -> str:
        """The address of the marketplace."""
        return self._opened.identity.url

    def is_of_here(self, token: Token) -> bool:
        """Whether a token says that it is meant for this marketplace."""
        here = self.url.rstrip("/").lower()
        return any((each or "").rstrip("/").lower() == here for each in (token.claims.aud, token.claims.iss))

    # -- the signature and the clock -----------------------------------------------------------------------------

    async def verify(self, token: Token) -> tuple[Verdict, str]:
        """Verify a signature; return the verdict, and where the key came from, blank when there was none.

        Never raises for what a server or a network can do.
        """
        from tui.ordercloud import errors

        if self.given is not None:
            key, why = choose_key(token, self.given.keys)
            if key is None:
                return Verdict(Status.NOT_CHECKED, why), ""
            return verify_signature(token, key), "the file"
        kid = token.header.kid
        if kid is None:
            return verify_signature(token, None), ""
        where = f"kept from {self.url}" if kid in self._keys else self.url
        if kid not in self._keys:
            try:
                self._keys[kid] = await self._opened.tester.certs.get(kid)
            except errors.NotFound:
                return Verdict(Status.NOT_CHECKED, "The marketplace has no key of the ID (kid) the token names."), ""
            except (errors.OrderCloudError, ValueError):  # ValueError: no path can hold this ID
                return Verdict(Status.NOT_CHECKED, "The key could not be read from the marketplace."), ""
        return verify_signature(token, self._keys[kid]), where

    def skew(self) -> Skew | None:
        """Measure how far the server's clock is from the console's, by every exchange kept; None when none tells."""
        here = f"{self.url}/"
        measured = (
            skew_of(each.response_header("date"), each.started_at, timedelta(milliseconds=each.total_ms))
            for each in tuple(self._session.exchanges)
            if each.url.startswith(here)
        )
        return together(each for each in measured if each is not None)

    # -- what it should carry ------------------------------------------------------------------------------------

    async def expected(self, token: Token, scope: str = "") -> Decision | None:
        """Return what the rules would grant its user through its API client today; None when that is not known.

        `scope` is what was asked for, as far as the person knows.
        """
        from tui.ordercloud import errors

        claims = token.claims
        if not claims.cid or not claims.usr or not self.is_of_here(token):
            return None
        kind = Kind.PASSWORD if claims.orderid is None else Kind.ANONYMOUS
        form = Form(kind, claims.cid, username=claims.usr, password="assumed", scope=scope)  # noqa: S106 - never sent
        try:
            return await self._attempts.expect(form)
        except errors.OrderCloudError:
            return None

    async def names(self, token: Token) -> Mapping[tuple[str, str], str]:
        """Return the marketplace's names for what the claims refer to, as far as they can be read."""
        names: dict[tuple[str, str], str] = {}
        claims = token.claims
        if not self.is_of_here(token):
            return names
        if claims.cid and (api_client := self._attempts.api_client(claims.cid)) is not None:
            names["cid", claims.cid.lower()] = api_client.app_name
        if claims.usr and (called := await self._user(claims.usr)):
            names["usr", claims.usr] = called
        if claims.orderid and (order := await self._order(claims.orderid)):
            names["orderid", claims.orderid] = order
        if claims.aud:
            names["aud", claims.aud] = self._opened.identity.marketplace
        return names

    async def _user(self, username: str) -> str:
        from tui.ordercloud import errors

        try:
            person = await self._opened.marketplace.person(username)
        except errors.OrderCloudError:
            return ""
        if person is None:
            return "no user of this marketplace has this name now"
        name = f"{person.user.first_name} {person.user.last_name}".strip()
        return f"{name}, {person.party.kind} {person.party.label}"

    async def _order(self, order_id: str) -> str:
        """Say what is known of an order. An anonymous sign-in names one before there is any."""
        from tui.ordercloud import errors

        try:
            order = await self._opened.client.read("orders", "All", order_id)
        except errors.NotFound:
            return "not begun: nothing was put in it yet"
        except (errors.OrderCloudError, ValueError):
            return ""
        status = order.get("Status") if isinstance(order, Mapping) else None
        return f"an order, {status}" if isinstance(status, str) else "an order"

    # -- what it may do ------------------------------------------------------------------------------------------

    def permissions(self, token: Token) -> tuple[tuple[Endpoint, Permission], ...]:
        """Judge every endpoint for a token."""
        return tuple((each, _may(token, each)) for each in endpoints())

    def why_not_try(self, token: Token, endpoint: Endpoint) -> str | None:
        """Say why an endpoint is not called with a token; None when it can be."""
        if not endpoint.safe:
            return f"{endpoint.method} changes something, so it is never sent from here."
        if not self.is_of_here(token):
            return f"The token is not meant for {self.url}; it is never sent there."
        if not self._session.is_at(self._opened.marketplace):
            return "The console has gone to another marketplace; the token is never sent to that one."
        return None

    async def call(self, token: Token, endpoint: Endpoint, values: Sequence[str] = ()) -> Try:
        """Call an endpoint with a token. Never raises for what a server or a network can do.

        Raises ValueError when the token must not be sent there, or a place in the path is blank.
        """
        from tui.ordercloud import errors

        if (reason := self.why_not_try(token, endpoint)) is not None:
            raise ValueError(reason)
        segments, at = endpoint.filled(values), self._session.clock()
        self._opened.probe.take()
        error: Exception | None = None
        try:
            await self._opened.tester.read(*segments, token=token.compact)
        except (errors.OrderCloudError, ValueError) as refused:  # ValueError: no path can hold this ID
            error = refused
        return Try(endpoint, at, _may(token, endpoint), error, self._opened.probe.take())


def _may(token: Token, endpoint: Endpoint) -> Permission:
    claims = token.claims
    return may_call(
        endpoint, claims.role or (), USER_KINDS.get(claims.usrtype or ""), anonymous=claims.orderid is not None
    )
