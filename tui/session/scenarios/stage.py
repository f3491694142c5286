"""Where a scenario is run: a sandbox in memory made for it, or the marketplace that is open."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.access.facts import PartyKind
from tui.access.world import World
from tui.session.failures import Declined
from tui.session.scenarios.document import Ask, Grant, PasswordKind, Scenario, SecretKind

if TYPE_CHECKING:
    from tui.config.credentials import CredentialKind, CredentialStore
    from tui.ordercloud import Exchange
    from tui.ordercloud.models import ApiClient
    from tui.sandbox.control import ControlledClock
    from tui.sandbox.copies import Keys
    from tui.session.facts import Person
    from tui.session.opening import Opened
    from tui.session.session import Session


class NotKnown(Declined):
    """A password or secret that a step sends is not known; the message says where it is looked for."""


class CannotMove(Declined):
    """The clock of a real marketplace cannot be moved."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gave for one attempt; blank where nothing was given."""

    password: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)


@dataclass
class Stage:
    """A marketplace with what is needed to try things in it.

    `keys` get in where the marketplace was made here. `world` holds the facts where they are known beforehand. `made`
    says that it was made for the scenario alone, which so may change it.
    """

    opened: Opened
    keys: Keys | None = None
    world: World | None = None
    clock: ControlledClock | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    store: CredentialStore | None = None
    given: Given = field(default_factory=Given)
    real_time: Callable[[], datetime] = lambda: datetime.now(UTC)
    made: bool = False
    _named: dict[str, ApiClient] | None = field(default=None, repr=False)

    def now(self) -> datetime:
        """Tell the marketplace's time."""
        return self.real_time() if self.opened.sandbox is None else self.opened.sandbox.now()

    def advance(self, by: timedelta) -> None:
        """Move the clock on. Raises CannotMove."""
        if self.opened.sandbox is None:
            raise CannotMove(
                f"The clock of {self.opened.identity.marketplace} cannot be moved: it is a real marketplace. "
                "Give the scenario facts, or run it on the embedded sandbox."
            )
        if self.clock is None:
            self.clock = self.opened.sandbox.control.clock
        try:
            self.clock.advance(by)
        except ValueError as error:
            raise CannotMove(f"The clock cannot be moved so far: {error}.") from error

    # -- API clients ---------------------------------------------------------------------------------------------

    async def client_id(self, wanted: str) -> str:
        """Return the ID of an API client by its name or ID; what is neither is given back as it is."""
        if self.world is not None and (found := self.world.client(wanted)) is not None:
            return found.client.id
        if self.world is not None and not self.made:
            return wanted
        api_client = await self._api_client(wanted)
        return wanted if api_client is None else api_client.id

    async def api_clients(self, names: Sequence[str]) -> tuple[ApiClient, ...]:
        """Return the API clients of these names or IDs, as far as there are such."""
        found = [await self._api_client(each) for each in names]
        return tuple(each for each in found if each is not None)

    async def refresh_minutes(self, wanted: str) -> int:
        """Return how long the refresh tokens of an API client live; 0 when that is not known."""
        if self.world is not None and (found := self.world.client(wanted)) is not None:
            return found.client.refresh_token_duration
        api_client = await self._api_client(wanted)
        return 0 if api_client is None else api_client.refresh_token_duration

    def forget(self) -> None:
        """Forget what was read of the marketplace: something was changed there."""
        self._named = None
        self.opened.marketplace.forget()

    async def _api_client(self, wanted: str) -> ApiClient | None:
        if self._named is None:
            marketplace = self.opened.marketplace
            async for _ in marketplace.read_api_clients():
                pass
            self._named = {}
            for each in marketplace.api_clients.values():
                self._named.setdefault(each.app_name, each)
            self._named.update((each.id.casefold(), each) for each in marketplace.api_clients.values())
        return self._named.get(wanted.casefold()) or self._named.get(wanted)

    async def person(self, username: str) -> Person:
        """Return the user of a buyer who is acted as. Raises Declined when there is none."""
        person = await self.opened.marketplace.person(username)
        if person is None or person.party.kind is not PartyKind.BUYER:
            raise Declined(f"Only users of buyers can be acted as, and {username} is none.")
        return person

    # -- what is sent --------------------------------------------------------------------------------------------

    async def password(self, ask: Ask) -> str:
        """Return the password a step sends. Raises NotKnown."""
        if ask.password is PasswordKind.NONE:
            return ""
        if ask.password is PasswordKind.WRONG:
            return secrets.token_urlsafe(16)
        if ask.password_from:
            return self._variable(ask.password_from)
        if self.given.password:
            return self.given.password
        if ask.grant is Grant.ONE_TIME:
            return await self._mailed(ask)
        if self.keys is not None:
            return self.keys.password
        found = await self._stored("password", await self.client_id(ask.api_client), ask.user)
        if found is None:
            raise NotKnown(
                f"The password of {ask.user} is not known: PasswordFrom can name a variable of the environment that "
                "holds it, or the keyring may have it."
            )
        return found

    async def _mailed(self, ask: Ask) -> str:
        """Have a one-time password mailed, and take it out of the sandbox's mail; a wrong one when none was sent."""
        from tui.ordercloud.errors import ApiError

        sandbox = self.opened.sandbox
        if sandbox is None:
            raise NotKnown(
                f"The one-time password is mailed to {ask.user}: PasswordFrom can name a variable of the environment "
                "that holds it."
            )
        try:
            await self.opened.tester.one_time_passwords.send(await self.client_id(ask.api_client), ask.user)
        except ApiError:
            return secrets.token_urlsafe(16)  # the token endpoint refuses it by an earlier check
        mail = next(iter(await sandbox.outbox()), None)
        mine = mail is not None and mail.username.casefold() == ask.user.casefold()
        return (mail.code if mine and mail is not None else None) or secrets.token_urlsafe(16)

    async def secret(self, ask: Ask) -> str | None:
        """Return the client secret a step sends, None for none. Raises NotKnown."""
        if ask.secret is SecretKind.NONE or not ask.grant.takes_secret:
            return None
        if ask.secret is SecretKind.WRONG:
            return secrets.token_urlsafe(16)
        if ask.secret_from:
            return self._variable(ask.secret_from)
        if self.given.secret:
            return self.given.secret
        if ask.secret is SecretKind.EXPIRED:
            if self.keys is None:
                raise NotKnown("The expired secret is not known: SecretFrom can name a variable that holds it.")
            return self.keys.expired
        return await self._live(ask)

    async def _live(self, ask: Ask) -> str | None:
        if self.world is not None and self.keys is not None:
            registered = self.world.client(ask.api_client)
            return self.keys.live if registered is not None and registered.secret_required else None
        api_client = await self._api_client(ask.api_client)
        if api_client is None:
            return None
        if api_client.client_secret:
            return api_client.client_secret
        if not await self.opened.marketplace.secrets(api_client.id):
            return None
        found = None if self.keys is None else self.keys.live
        found = found or await self._stored("client_secret", api_client.id, "")
        if found is None and ask.grant is not Grant.ANONYMOUS:
            raise NotKnown(
                f"No secret of {api_client.app_name} is known: SecretFrom can name a variable of the environment "
                "that holds one, or the keyring may have it."
            )
        return found

    def _variable(self, name: str) -> str:
        value = self.environ.get(name, "")
        if not value:
            raise NotKnown(f"The variable {name}, which the scenario names, is not set.")
        return value

    async def _stored(self, kind: CredentialKind, client_id: str, username: str) -> str | None:
        from tui.config.credentials import CredentialKey, CredentialsUnavailable

        if self.store is None:
            return None
        try:
            return await self.store.get(CredentialKey(kind, self.opened.identity.url, client_id, username))
        except CredentialsUnavailable:
            return None


# -- opening ----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def made_for(
    scenario: Scenario, environ: Mapping[str, str], hear: Callable[[Exchange], None] | None = None
) -> AsyncIterator[Stage]:
    """Make a sandbox in memory with the facts of a scenario; its time stands still but for the steps that move it."""
    from tui.sandbox.control import ControlledClock
    from tui.sandbox.copies import Copy, Keys
    from tui.sandbox.demo import PASSWORD
    from tui.sandbox.planting import Planting
    from tui.session.opening import Surroundings, open_sandbox

    clock = ControlledClock(lambda: datetime.now(UTC))
    clock.freeze()
    clock.set((scenario.now or clock()).replace(microsecond=0))
    keys, planting = Keys(PASSWORD, PASSWORD, PASSWORD), Planting("demo")
    if scenario.world is not None:
        copy = Copy(world=scenario.world)
        keys, planting = copy.keys, copy
    around = Surroundings(clock, time.perf_counter, hear or _unheard, read_only=False)
    opened = await open_sandbox(None, around, planting)
    try:
        yield Stage(opened, keys, scenario.world, clock, environ, made=True)
    finally:
        await opened.close()


def _unheard(exchange: Exchange) -> None:
    pass


def stage_of(session: Session) -> Stage:
    """Return the marketplace that a session has open as a stage; of the embedded sandbox the passwords are known."""
    opened, keys = session.opened, None
    if opened.sandbox is not None:
        from tui.sandbox.copies import Keys

        shared = opened.sandbox.sign_in.password
        keys = Keys(shared, shared, shared) if shared else None
    return Stage(opened, keys, environ=os.environ, store=session.request.credentials, real_time=session.clock)
