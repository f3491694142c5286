"""The client: one marketplace, one identity."""

from __future__ import annotations

import asyncio
import random as _random
import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tui import __version__
from tui.ordercloud import errors
from tui.ordercloud._httpx import AsyncBaseTransport
from tui.ordercloud.auth import Credentials, SignedIn, TokenKeeper
from tui.ordercloud.environments import Environment, environment_of
from tui.ordercloud.exchange import Exchange
from tui.ordercloud.oauth import Certs, Me, OAuth, OneTimePasswords
from tui.ordercloud.resources import ApiClients, Listing, Resource, resource
from tui.ordercloud.transports.network import NetworkTransport
from tui.ordercloud.transports.read_only import ReadOnlyTransport
from tui.ordercloud.transports.recording import RecordingTransport
from tui.ordercloud.transports.renewal import RenewingTransport
from tui.ordercloud.transports.retry import RetryPolicy, RetryTransport
from tui.ordercloud.wire import Timeouts, Wire, path_of

if TYPE_CHECKING:
    from tui.ordercloud.groups import GroupMemberships
    from tui.ordercloud.models.base import JSON
    from tui.ordercloud.models.companies import Buyer, Supplier
    from tui.ordercloud.models.integrations import ImpersonationConfig, IntegrationEvent, OpenIdConnect
    from tui.ordercloud.models.users import BuyerUser, SellerUser, SupplierUser
    from tui.ordercloud.security_profiles import SecurityProfiles

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Give the time, in UTC."""
    return datetime.now(UTC)


class OrderCloud:
    """OrderCloud's API at one address.

        async with OrderCloud("https://sandboxapi.ordercloud.io", credentials=Credentials(...)) as oc:
            async for api_client in oc.api_clients.iterate():
                print(api_client.app_name)

    `transport` is the network unless given (an ASGI app in process, say), and is closed with the client. `on_exchange`
    hears of every request, failed ones and repeated ones included; `on_signed_in` of each new token, and of None at
    sign-out. A `read_only` client refuses to send what would change something. Raises ValueError for an address that
    is none.
    """

    def __init__(
        self,
        base_url: str,
        *,
        transport: AsyncBaseTransport | None = None,
        credentials: Credentials | None = None,
        timeout: Timeouts | None = None,
        retries: RetryPolicy | None = None,
        on_exchange: Callable[[Exchange], object] | None = None,
        on_signed_in: Callable[[SignedIn | None], object] | None = None,
        clock: Clock = utc_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = _random.random,
        timer: Callable[[], float] = time.perf_counter,
        read_only: bool = False,
    ) -> None:
        timeouts, policy = timeout or Timeouts(), retries or RetryPolicy()
        agent = f"ocgate/{__version__}"
        self._recording = recording = RecordingTransport(
            transport or NetworkTransport(), clock=clock, listener=on_exchange, deadline=timeouts.total, timer=timer
        )
        retrying = RetryTransport(recording, policy, clock=clock, sleep=sleep, random=random)
        self.oauth = OAuth(Wire(base_url, retrying, timeouts, agent))
        self._keeper = TokenKeeper(self.oauth, credentials, clock, on_signed_in)
        renewing = RenewingTransport(retrying, self._keeper)
        self._wire = Wire(base_url, ReadOnlyTransport(renewing) if read_only else renewing, timeouts, agent)
        self.certs = Certs(self._wire)
        self.me = Me(self._wire)
        self.one_time_passwords = OneTimePasswords(self._wire)
        self.api_clients = ApiClients(self._wire)

    # A resource brings its models along, which take a while to load: each is made when it is first asked for.

    @cached_property
    def security_profiles(self) -> SecurityProfiles:
        """The security profiles."""
        from tui.ordercloud.security_profiles import SecurityProfiles

        return SecurityProfiles(self._wire)

    @cached_property
    def buyers(self) -> Resource[Buyer]:
        """The buyers."""
        from tui.ordercloud.models.companies import Buyer

        return resource(self._wire, Buyer, "buyers")

    @cached_property
    def suppliers(self) -> Resource[Supplier]:
        """The suppliers."""
        from tui.ordercloud.models.companies import Supplier

        return resource(self._wire, Supplier, "suppliers")

    @cached_property
    def seller_users(self) -> Resource[SellerUser]:
        """The users of the seller."""
        from tui.ordercloud.models.users import SellerUser

        return resource(self._wire, SellerUser, "adminusers")

    @cached_property
    def every_buyer_user(self) -> Listing[BuyerUser]:
        """The users of all buyers; there is no such list of the suppliers' users."""
        from tui.ordercloud.models.users import BuyerUser

        return resource(self._wire, BuyerUser, "buyerusers")

    @cached_property
    def integration_events(self) -> Resource[IntegrationEvent]:
        """The integration events."""
        from tui.ordercloud.models.integrations import IntegrationEvent

        return resource(self._wire, IntegrationEvent, "integrationEvents")

    @cached_property
    def openid_connects(self) -> Resource[OpenIdConnect]:
        """The OpenID Connect configurations."""
        from tui.ordercloud.models.integrations import OpenIdConnect

        return resource(self._wire, OpenIdConnect, "openidconnects")

    @cached_property
    def impersonation_configs(self) -> Resource[ImpersonationConfig]:
        """The impersonation configurations."""
        from tui.ordercloud.models.integrations import ImpersonationConfig

        return resource(self._wire, ImpersonationConfig, "impersonationconfig")

    def groups_of(self, user_id: str, buyer_id: str | None = None, supplier_id: str | None = None) -> GroupMemberships:
        """Give the memberships of one user in user groups: a buyer's, a supplier's, else the seller's."""
        from tui.ordercloud.groups import GroupMemberships

        return GroupMemberships(self._wire, user_id, buyer_id, supplier_id)

    def buyer_users(self, buyer_id: str) -> Resource[BuyerUser]:
        """Give the users of one buyer."""
        from tui.ordercloud.models.users import BuyerUser

        return resource(self._wire, BuyerUser, "buyers", buyer_id, "users")

    def supplier_users(self, supplier_id: str) -> Resource[SupplierUser]:
        """Give the users of one supplier."""
        from tui.ordercloud.models.users import SupplierUser

        return resource(self._wire, SupplierUser, "suppliers", supplier_id, "users")

    async def read(self, *segments: str, token: str | None = None) -> JSON:
        """Read what is at a path below `/v1`, as it comes, with an access token or the client's own.

        Raises ValueError for a segment that no path can hold.
        """
        return (await self._wire.send("GET", f"/v1{path_of(*segments)}", token=token)).value

    @property
    def base_url(self) -> str:
        """Give the address, without `/v1`."""
        return self._wire.base_url

    @property
    def environment(self) -> Environment:
        """Say where this is."""
        return environment_of(self.base_url)

    @property
    def signed_in(self) -> SignedIn | None:
        """Give the token in hand; None before the first request that needed one."""
        return self._keeper.held

    @property
    def credentials(self) -> Credentials | None:
        """Give what signs in."""
        return self._keeper.credentials

    async def sign_in(self, credentials: Credentials | None = None) -> SignedIn:
        """Sign in now, with new credentials if given; they are kept when they are good.

        Raises errors.OAuthRefused, and errors.NotSignedIn when there is nothing to sign in with.
        """
        return await self._keeper.sign_in(credentials)

    async def follow(self, address: str, cookies: MutableMapping[str, str] | None = None) -> str:
        """Open an address of this server as a browser does, and give where it sends the browser on to.

        `cookies` go along, and those that the server sets are put among them.

        Raises errors.OrderCloudError when it does not, and ValueError for an address elsewhere.
        """
        if not address.startswith(f"{self.base_url}/"):
            raise ValueError("The address is not of this server")
        try:
            answer = await self._wire.send("GET", address.removeprefix(self.base_url), public=True, cookies=cookies)
        except errors.Redirected as sent:
            if cookies is not None and sent.exchange is not None:
                cookies.update(cookies_set(sent.exchange))
            return (sent.exchange.response_header("location") if sent.exchange is not None else None) or ""
        raise errors.UnexpectedAnswer("The server sends the browser nowhere", answer.exchange)

    def sign_out(self) -> None:
        """Forget the token and the credentials."""
        self._keeper.sign_out()

    async def call(self, method: str, path: str, token: str) -> int:
        """Call any operation with an access token, and give the status. Raises errors.ApiError, and ValueError for a
        path or token that no request can hold.

        `path` is complete and encoded, from `/v1/` on.
        """
        return (await self.send(method, path, token=token)).status or 0

    async def send(self, method: str, path: str, *, body: JSON = None, token: str | None = None) -> Exchange:
        """Send a request of any operation, and give the exchange with its good answer; without `token`, the client's
        own goes along. Raises errors.ApiError, and ValueError for a path or token that no request can hold.

        `path` is complete and encoded, from `/v1/` on.
        """
        return (await self._wire.send(method, path, json=body, token=token)).exchange

    async def aclose(self, *, for_good: bool = False) -> None:
        """Close every connection. Unless `for_good`, the next request opens another; else it raises errors.Closed."""
        if for_good:
            self._recording.stop()
        await self._wire.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def cookies_set(exchange: Exchange) -> dict[str, str]:
    """Give the cookies that an answer sets, by name."""
    from http.cookies import CookieError, SimpleCookie

    found: SimpleCookie = SimpleCookie()
    for name, value in exchange.response_headers:
        if name.casefold() == "set-cookie":
            try:
                found.load(value)
            except CookieError:
                continue
    return {name: morsel.value for name, morsel in found.items()}
