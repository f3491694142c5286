"""Opening a marketplace: the embedded one, or one somewhere else. What is opened halfway is closed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.access.facts import Party, PartyKind
from tui.session.journal import Journal
from tui.session.marketplace import Marketplace

if TYPE_CHECKING:
    from pathlib import Path

    from tui.config.connection import Connection
    from tui.config.credentials import CredentialKind, CredentialStore
    from tui.ordercloud import Credentials, Exchange, OrderCloud
    from tui.ordercloud._httpx import AsyncBaseTransport
    from tui.sandbox import Sandbox


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


class CredentialsMissing(Exception):
    """A secret is needed to sign in, and no store has it; the message says which."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One open marketplace: the client signed in as the console, the tester's signed in as nobody, and the rest."""

    identity: Identity
    client: OrderCloud
    tester: OrderCloud
    marketplace: Marketplace
    journal: Journal
    connection: Connection | None = None
    sandbox: Sandbox | None = None

    async def close(self) -> None:
        """Close the clients, then the sandbox they talk to."""
        await self.client.aclose()
        await self.tester.aclose()
        if self.sandbox is not None:
            await self.sandbox.close()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a marketplace is opened with: the time, a timer in seconds for durations, and who hears the exchanges."""

    clock: Callable[[], datetime]
    timer: Callable[[], float]
    hear_console: Callable[[Exchange], None]
    hear_tester: Callable[[Exchange], None]

    def client(
        self, url: str, credentials: Credentials | None, transport: AsyncBaseTransport | None = None
    ) -> OrderCloud:
        """Return a typed client: the console's with credentials, the token tester's without."""
        from tui.ordercloud import OrderCloud

        return OrderCloud(
            url,
            transport=transport,
            credentials=credentials,
            clock=self.clock,
            timer=self.timer,
            on_exchange=self.hear_tester if credentials is None else self.hear_console,
        )


async def open_sandbox(path: Path | None, around: Surroundings) -> Opened:
    """Open the embedded sandbox in a file, or in memory without one, signed in as its Full Access seller user.

    Raises:
        SandboxError: The file cannot be used.
        OrderCloudError: The sandbox refused its own user, as when somebody changed what the sign-in rests on.
    """
    from tui.ordercloud import Credentials
    from tui.sandbox import Sandbox

    sandbox = await Sandbox.open(path, clock=around.clock)
    try:
        sheet = sandbox.sign_in
        credentials = Credentials(sheet.client_id, grant="password", username=sheet.username, password=sheet.password)
        identity = Identity("sandbox", sheet.url, sheet.client_id, sheet.marketplace)
        client = around.client(sheet.url, credentials, sandbox.transport())
        tester = around.client(sheet.url, None, sandbox.transport())
        return replace(await _enter(identity, client, tester, around.clock), sandbox=sandbox)
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
    client = around.client(connection.url, credentials)
    tester = around.client(connection.url, None)
    return replace(await _enter(identity, client, tester, around.clock), connection=connection)


async def _enter(identity: Identity, client: OrderCloud, tester: OrderCloud, clock: Callable[[], datetime]) -> Opened:
    """Sign in and find out who that is; the user's seller party names the marketplace."""
    try:
        await client.sign_in()
        me = await client.me.get()
    except BaseException:
        await client.aclose()
        await tester.aclose()
        raise
    seller_id = me.seller.id if me.seller is not None and me.seller.id else ""
    name = identity.marketplace or seller_id or "marketplace"
    journal = Journal()
    marketplace = Marketplace(client, Party(PartyKind.SELLER, seller_id, name), clock, journal)
    known = replace(identity, marketplace=name, username=me.username)
    return Opened(known, client, tester, marketplace, journal)


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


def kind_of(url: str) -> str:
    """Return the kind of environment a URL belongs to; blank without a URL."""
    from tui.ordercloud import environment_of

    return environment_of(url).kind.value if url else ""
