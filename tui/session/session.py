"""One sitting: the connection, who is signed in, the typed client, and every exchange with the marketplace."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.access.facts import Party, PartyKind
from tui.session.facts import utc_now
from tui.session.journal import Journal
from tui.session.marketplace import Marketplace

if TYPE_CHECKING:
    from tui.config.connection import Connection
    from tui.config.credentials import CredentialKind
    from tui.config.request import ConsoleRequest
    from tui.ordercloud import Exchange, OrderCloud
    from tui.ordercloud.models import MeUser
    from tui.sandbox import Sandbox

KEPT_EXCHANGES = 2_000
"""Exchanges of one sitting that are kept; older ones give way."""


class Phase(StrEnum):
    """How far the connection is."""

    CONNECTING = "connecting"
    READY = "ready"
    SIGN_IN_NEEDED = "sign-in needed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Identity:
    """Where the console is and as whom. `kind` is the environment's: sandbox, hosted sandbox, staging, production."""

    kind: str
    url: str
    client_id: str
    marketplace: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class SignInSecrets:
    """What the sign-in screen collected beside the connection; neither part is ever shown or kept."""

    password: str = ""
    client_secret: str = ""

    def __repr__(self) -> str:
        return "SignInSecrets(...)"


class Session:
    """What every pane shares. It reads and changes a marketplace; it knows no screen."""

    def __init__(self, request: ConsoleRequest, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.request = request
        self.clock = clock
        self.phase = Phase.CONNECTING
        self.problem: Exception | None = None
        self.identity = Identity("sandbox" if request.connection is None else "", "", "")
        self.connection = request.connection
        self.journal = Journal()
        self.exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)
        self.listeners: list[Callable[[Exchange], None]] = []
        self._client: OrderCloud | None = None
        self._tester: OrderCloud | None = None
        self._sandbox: Sandbox | None = None
        self._marketplace: Marketplace | None = None
        self._probe: list[Exchange] = []

    # -- connecting ----------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect as the request says.

        Leaves `phase` READY, SIGN_IN_NEEDED (something is missing or was refused) or FAILED (nothing answered);
        `problem` then tells why. Never raises for what a marketplace or network can do.
        """
        if self.request.connection is None:
            await self._attempt(self._open_sandbox)
        else:
            await self.connect(self.request.connection)

    async def connect(self, connection: Connection, secrets: SignInSecrets = SignInSecrets()) -> None:
        """Leave the present marketplace and connect to another; see `open` for how it ends."""
        await self.close()
        self.connection = connection
        if not connection.complete:
            self.phase = Phase.SIGN_IN_NEEDED
            self.problem = None
            self.identity = Identity(_kind_of(connection.url), connection.url, connection.client_id)
            return
        await self._attempt(lambda: self._open_connection(connection, secrets))

    async def use_sandbox(self) -> None:
        """Leave the present marketplace and open the embedded sandbox."""
        await self.close()
        self.connection = None
        await self._attempt(self._open_sandbox)

    async def _attempt(self, opening: Callable[[], Awaitable[None]]) -> None:
        from tui.ordercloud import errors

        self.phase, self.problem = Phase.CONNECTING, None
        try:
            await opening()
        except (errors.OAuthRefused, errors.Unauthorized, CredentialsMissing) as problem:
            self.phase, self.problem = Phase.SIGN_IN_NEEDED, problem
        except (errors.OrderCloudError, OSError) as problem:
            self.phase, self.problem = Phase.FAILED, problem
        else:
            self.phase = Phase.READY

    async def _open_sandbox(self) -> None:
        from tui.ordercloud import Credentials, OrderCloud
        from tui.sandbox import Sandbox

        path = None if self.request.sandbox_memory else self.request.sandbox_db
        self._sandbox = await Sandbox.open(path, clock=self.clock)
        sheet = self._sandbox.sign_in
        self.identity = Identity("sandbox", sheet.url, sheet.client_id, sheet.marketplace)
        credentials = Credentials(sheet.client_id, grant="password", username=sheet.username, password=sheet.password)
        self._client = OrderCloud(
            sheet.url,
            transport=self._sandbox.transport(),
            clock=self.clock,
            on_exchange=self._heard,
            credentials=credentials,
        )
        self._tester = OrderCloud(
            sheet.url, transport=self._sandbox.transport(), clock=self.clock, on_exchange=self._heard_probe
        )
        await self._enter(sheet.marketplace)

    async def _open_connection(self, connection: Connection, secrets: SignInSecrets) -> None:
        from tui.ordercloud import Credentials, OrderCloud

        self.identity = Identity(_kind_of(connection.url), connection.url, connection.client_id)
        password = secrets.password or await self._stored("password", connection)
        client_secret = secrets.client_secret or await self._stored("client_secret", connection)
        if connection.grant == "password" and not password:
            raise CredentialsMissing(f"The password of {connection.username} is not known.")
        credentials = Credentials(
            connection.client_id,
            grant=connection.grant,
            username=connection.username or None,
            password=password,
            secret=client_secret,
            scope=" ".join(connection.scope) if connection.scope else None,
        )
        self._client = OrderCloud(connection.url, clock=self.clock, on_exchange=self._heard, credentials=credentials)
        self._tester = OrderCloud(connection.url, clock=self.clock, on_exchange=self._heard_probe)
        await self._enter(None)

    async def _stored(self, kind: CredentialKind, connection: Connection) -> str | None:
        from tui.config.credentials import CredentialKey, CredentialsUnavailable

        username = connection.username if kind == "password" else ""
        key = CredentialKey(kind, connection.url, connection.client_id, username)
        try:
            return await self.request.credentials.get(key)
        except CredentialsUnavailable:
            return None

    async def _enter(self, marketplace: str | None) -> None:
        """Find out who is signed in; its seller party names the marketplace."""
        client = self.client
        await client.sign_in()
        me = await client.me.get()
        name = marketplace or _marketplace_of(me)
        self.identity = replace(self.identity, marketplace=name, username=me.username)
        seller = Party(PartyKind.SELLER, me.seller.id if me.seller is not None else "", name)
        self._marketplace = Marketplace(client, seller, self.clock, self.journal)

    async def close(self) -> None:
        """Close what is open; the session can be opened again."""
        for client in (self._client, self._tester):
            if client is not None:
                await client.aclose()
        if self._sandbox is not None:
            await self._sandbox.close()
        self._client = self._tester = self._sandbox = self._marketplace = None

    # -- what panes ask ------------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether there is a marketplace to read."""
        return self.phase is Phase.READY

    @property
    def client(self) -> OrderCloud:
        """The typed client, signed in as the console."""
        assert self._client is not None, "the session is open"
        return self._client

    @property
    def tester(self) -> OrderCloud:
        """A second typed client, signed in as nobody: the token tester's."""
        assert self._tester is not None, "the session is open"
        return self._tester

    @property
    def marketplace(self) -> Marketplace:
        """What is known of the marketplace."""
        assert self._marketplace is not None, "the session is ready"
        return self._marketplace

    @property
    def read_only(self) -> bool:
        """Whether every change is refused."""
        return self.request.read_only or (self.connection is not None and self.connection.read_only)

    def why_not_change(self) -> str | None:
        """Return why nothing can be changed now, in a sentence; None when it can."""
        if not self.ready:
            return "There is no marketplace yet."
        if self.read_only:
            return "This connection is read-only: changes are refused (profile, settings or --read-only)."
        return None

    @property
    def in_production(self) -> bool:
        """Whether a change would reach people."""
        return self.identity.kind == "production"

    def token_left(self) -> timedelta | None:
        """Return how long the console's own token still lives; None while there is none."""
        signed_in = self._client.signed_in if self._client is not None else None
        if signed_in is None or signed_in.expires_at is None:
            return None
        return signed_in.expires_at - self.clock()

    # -- exchanges -----------------------------------------------------------------------------------------------

    def _heard(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        for listener in self.listeners:
            listener(exchange)

    def _heard_probe(self, exchange: Exchange) -> None:
        self._probe.append(exchange)
        self._heard(exchange)

    def take_probe(self) -> Exchange | None:
        """Return the token tester's latest exchange since the last call, and forget those before."""
        latest = self._probe[-1] if self._probe else None
        self._probe.clear()
        return latest


class CredentialsMissing(Exception):
    """A secret is needed to sign in, and no store has it; the message says which."""


def _kind_of(url: str) -> str:
    from tui.ordercloud import environment_of

    return environment_of(url).kind if url else ""


def _marketplace_of(me: MeUser) -> str:
    return me.seller.id if me.seller is not None and me.seller.id else "marketplace"
