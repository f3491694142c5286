"""Opening a marketplace: the embedded one, or one somewhere else. What is opened halfway is closed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.access.facts import Party, PartyKind
from tui.session.facts import user_of_me
from tui.session.identity import CredentialsMissing, Identity, SignInSecrets, kind_of
from tui.session.journal import Journal
from tui.session.marketplace import Marketplace
from tui.session.own_sign_in import OwnSignIn

if TYPE_CHECKING:
    from pathlib import Path

    from tui.config.connection import Connection
    from tui.config.credentials import CredentialKind, CredentialStore
    from tui.ordercloud import Credentials, Exchange, OrderCloud
    from tui.ordercloud._httpx import AsyncBaseTransport
    from tui.sandbox import Planting, Sandbox


class Probe:
    """Hears the token tester's exchanges and keeps the latest for whoever made it happen."""

    def __init__(self, hear: Callable[[Exchange], None]) -> None:
        self._hear = hear
        self._latest: Exchange | None = None

    def heard(self, exchange: Exchange) -> None:
        """Keep an exchange, and pass it on."""
        self._latest = exchange
        self._hear(exchange)

    def take(self) -> Exchange | None:
        """Return the latest exchange since the last call, and forget it."""
        latest, self._latest = self._latest, None
        return latest


@dataclass(frozen=True, slots=True)
class Opened:
    """One open marketplace: the client signed in as the console, the tester's signed in as nobody, and the rest."""

    identity: Identity
    client: OrderCloud
    tester: OrderCloud
    marketplace: Marketplace
    journal: Journal
    probe: Probe
    connection: Connection | None = None
    sandbox: Sandbox | None = None

    async def close(self) -> None:
        """Close the clients for good, then the sandbox they talk to: what is under way ends in errors.Closed."""
        await self.client.aclose(for_good=True)
        await self.tester.aclose(for_good=True)
        if self.sandbox is not None:
            await self.sandbox.close()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a marketplace is opened with: the time, a timer in seconds for durations, who hears the exchanges, and
    whether every change is refused."""

    clock: Callable[[], datetime]
    timer: Callable[[], float]
    hear: Callable[[Exchange], None]
    read_only: bool

    def clients(
        self, url: str, credentials: Credentials, transport: Callable[[], AsyncBaseTransport] | None = None
    ) -> Clients:
        """Return the console's client, the token tester's, which has no credentials, and who hears the latter."""
        probe = Probe(self.hear)
        console = self._client(url, credentials, transport, self.hear)
        return Clients(credentials, console, self._client(url, None, transport, probe.heard), probe)

    def _client(
        self,
        url: str,
        credentials: Credentials | None,
        transport: Callable[[], AsyncBaseTransport] | None,
        hear: Callable[[Exchange], None],
    ) -> OrderCloud:
        from tui.ordercloud import OrderCloud

        return OrderCloud(
            url,
            transport=None if transport is None else transport(),
            credentials=credentials,
            clock=self.clock,
            timer=self.timer,
            on_exchange=hear,
            read_only=self.read_only,
        )

    def another_tester(self, opened: Opened) -> Opened:
        """Return a marketplace with a token tester and a probe of its own: then two can ask at the same time."""
        probe, sandbox = Probe(self.hear), opened.sandbox
        transport = None if sandbox is None else sandbox.transport
        tester = self._client(opened.identity.url, None, transport, probe.heard)
        return replace(opened, tester=tester, probe=probe)


@dataclass(frozen=True, slots=True)
class Clients:
    """The two clients of one marketplace, before anybody is signed in."""

    credentials: Credentials
    console: OrderCloud
    tester: OrderCloud
    probe: Probe

    async def close(self) -> None:
        """Close both."""
        await self.console.aclose(for_good=True)
        await self.tester.aclose(for_good=True)


async def open_sandbox(path: Path | None, around: Surroundings, planting: Planting | None = None) -> Opened:
    """Open the embedded sandbox in a file, or in memory without one, signed in as its Full Access seller user.

    `planting` says what one in memory holds, by default the demo marketplace. Its passwords are made for the moment,
    and so are not worth the work of a slow hash.

    Raises:
        SandboxError: The file cannot be used.
        OrderCloudError: The sandbox refused its own user, as when somebody changed what the sign-in rests on.
    """
    from tui.ordercloud import Credentials
    from tui.sandbox import DEFAULT, FAST, Sandbox

    hashing = DEFAULT if planting is None else FAST
    sandbox = await Sandbox.open(path, clock=around.clock, planting=planting, hashing=hashing)
    try:
        sheet = sandbox.sign_in
        credentials = Credentials(sheet.client_id, grant="password", username=sheet.username, password=sheet.password)
        identity = Identity("sandbox", sheet.url, sheet.client_id, sheet.marketplace)
        # The sandbox's time is everybody's: who moves its clock moves it for the console, too.
        clients = replace(around, clock=sandbox.now).clients(sheet.url, credentials, sandbox.transport)
        return replace(await _enter(identity, clients, sandbox.now, embedded=True), sandbox=sandbox)
    except BaseException:
        await sandbox.close()
        raise


async def open_connection(
    connection: Connection,
    secrets: SignInSecrets,
    store: CredentialStore,
    around: Surroundings,
) -> Opened:
    """Open a marketplace somewhere else.

    Raises:
        CredentialsMissing: No store has the password.
        OrderCloudError: It refused, or did not answer.
    """
    credentials = await _credentials(connection, secrets, store)
    identity = Identity(kind_of(connection.url), connection.url, connection.client_id)
    clients = around.clients(connection.url, credentials)
    return replace(await _enter(identity, clients, around.clock, embedded=False), connection=connection)


async def _enter(identity: Identity, clients: Clients, clock: Callable[[], datetime], *, embedded: bool) -> Opened:
    """Sign in and find out who that is; the user's seller party names the marketplace."""
    try:
        await clients.console.sign_in()
        me = await clients.console.me.get()
    except BaseException:
        await clients.close()
        raise
    seller_id = me.seller.id if me.seller is not None and me.seller.id else ""
    name = identity.marketplace or seller_id or "marketplace"
    journal, seller = Journal(clock), Party(PartyKind.SELLER, seller_id, name)
    own = OwnSignIn.of(clients.credentials, user_of_me(me, seller), embedded=embedded)
    marketplace = Marketplace(clients.console, seller, clock, journal, own)
    known = replace(identity, marketplace=name, username=me.username)
    return Opened(known, clients.console, clients.tester, marketplace, journal, clients.probe)


async def _credentials(connection: Connection, secrets: SignInSecrets, store: CredentialStore) -> Credentials:
    from tui.ordercloud import Credentials

    password = secrets.password or await _stored("password", connection, store)
    client_secret = secrets.client_secret or await _stored("client_secret", connection, store)
    if connection.grant == "password" and not password:
        raise CredentialsMissing(f"The password of {connection.username} is not known.")
    scope = " ".join(connection.scope) if connection.scope else None
    if connection.grant == "client_credentials":
        # Without a secret the same request is the anonymous grant: the wire form is one.
        if not client_secret:
            return Credentials(connection.client_id, grant="anonymous", scope=scope)
        return Credentials(connection.client_id, grant="client_credentials", secret=client_secret, scope=scope)
    return Credentials(
        connection.client_id,
        grant="password",
        username=connection.username,
        password=password,
        secret=client_secret,
        scope=scope,
    )


async def _stored(kind: CredentialKind, connection: Connection, store: CredentialStore) -> str | None:
    from tui.config.credentials import CredentialKey, CredentialsUnavailable

    username = connection.username if kind == "password" else ""
    try:
        return await store.get(CredentialKey(kind, connection.url, connection.client_id, username))
    except CredentialsUnavailable:
        return None
