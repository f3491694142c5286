"""How the console itself gets in, and whether it still would after a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, SecretEvidence
from tui.access.facts import ApiClientFacts, SecretFacts, User
from tui.access.roles import split_scope
from tui.access.way_in import shut_out
from tui.session.evidence import secret_evidence
from tui.session.facts import Person
from tui.session.failures import ShutsOut

if TYPE_CHECKING:
    from tui.ordercloud import Credentials
    from tui.ordercloud.models import ApiClient, ApiClientSecret
    from tui.ordercloud.models.base import JSON

SIGNED_IN_THROUGH_IT = "The console is signed in through this API client."


@dataclass(frozen=True, slots=True)
class OwnSignIn:
    """The console's own attempt at the token endpoint.

    `user` is whom it acts as. `embedded` says that the marketplace is the console's own: there is no other way in.
    """

    client_id: str
    grant: Grant
    user: User
    scope: tuple[str, ...] | None = None
    secret: str = field(default="", repr=False)
    embedded: bool = False

    @classmethod
    def of(cls, credentials: Credentials, user: User, *, embedded: bool) -> OwnSignIn:
        """Return the sign-in that some credentials make."""
        grant = Grant.PASSWORD if credentials.grant == "password" else Grant.CLIENT_CREDENTIALS
        scope = split_scope(credentials.scope)
        return cls(credentials.client_id, grant, user, scope, credentials.secret or "", embedded)

    def is_through(self, api_client_id: str) -> bool:
        """Return whether the console signs in through this API client; IDs are compared without case."""
        return api_client_id.casefold() == self.client_id.casefold()

    def context_user(self, api_client: ApiClientFacts) -> str | None:
        """Return whom it would act as by the API client's setting, when that is another user than now."""
        name = api_client.default_context_user_name
        same = name is not None and name.casefold() == self.user.username.casefold()
        return None if self.grant is Grant.PASSWORD or same else name

    def shut_out(
        self,
        api_client: ApiClientFacts | None,
        secrets: Sequence[SecretFacts],
        context_user: User | None,
        now: datetime,
        *,
        secret_stays: bool = True,
    ) -> str | None:
        """Say why the console could not get in and change API clients, things being so; None when it could.

        Args:
            api_client: Its API client; None when that is gone.
            secrets: The named secrets of it.
            context_user: The user that `context_user` names, as far as there is one.
            now: When.
            secret_stays: Whether the secret it sends is certainly none of those that were taken away.
        """
        user: User | None = self.user
        if api_client is None:
            return shut_out(Attempt(self.grant.value, self.client_id), Facts(None), now)
        if self.grant is Grant.CLIENT_CREDENTIALS:
            name = api_client.default_context_user_name
            user = None if not name else context_user if self.context_user(api_client) else self.user
        evidence = secret_evidence(self.secret, api_client, named=bool(secrets))
        attempt = Attempt(
            self.grant.value,
            self.client_id,
            scope=self.scope,
            secret=evidence if secret_stays or not self.secret else SecretEvidence.WRONG,
            password=PasswordEvidence.ASSUMED,
        )
        # No assignment matters: only seller users change API clients, and these come in by a flag.
        return shut_out(attempt, Facts(api_client, secrets, user=user), now)


class Knows(Protocol):
    """What is asked of the marketplace."""

    async def secrets(self, api_client_id: str) -> tuple[ApiClientSecret, ...]:
        """Return the named secrets of an API client."""

    async def person(self, username: str | None) -> Person | None:
        """Return the user with this username."""


class OwnWayIn:
    """Whether changes to the console's own API client leave it a way in.

    Each question is answered with a sentence that says why the console could not get in any more, or with None: it
    could, or it could not before either, or it is about another API client.
    """

    def __init__(self, own: OwnSignIn, known: Knows, clock: Callable[[], datetime]) -> None:
        self.own = own
        self._known = known
        self._clock = clock

    def decline(self, reason: str | None) -> None:
        """Raise ShutsOut for a reason in the embedded sandbox; elsewhere there may be other ways in."""
        if reason is not None and self.own.embedded:
            raise ShutsOut(f"{SIGNED_IN_THROUGH_IT} Afterwards it could not get in again: {reason}")

    async def after_patch(self, api_client: ApiClient, changes: Mapping[str, JSON]) -> str | None:
        """Ask about changed fields."""
        from tui.ordercloud.models import ApiClient

        if not self.own.is_through(api_client.id):
            return None
        try:
            after = ApiClient.from_wire({**api_client.to_wire(), **changes})
        except ValueError:
            return None  # the server refuses it
        own_is_legacy = bool(self.own.secret) and self.own.secret == api_client.client_secret
        stays = not own_is_legacy or after.client_secret == api_client.client_secret
        return await self._ask(api_client, after, lambda secrets: secrets, secret_stays=stays)

    async def after_deleting(self, api_client: ApiClient) -> str | None:
        """Ask about the API client's end."""
        return await self._ask(api_client, None, lambda _: ())

    async def after_new_secret(self, api_client: ApiClient, name: str) -> str | None:
        """Ask about one more named secret."""
        from tui.ordercloud.models import ApiClientSecret

        new = ApiClientSecret(id=name, name=name)
        return await self._ask(api_client, api_client, lambda secrets: (*secrets, new))

    async def without_secret(self, api_client: ApiClient, secret: ApiClientSecret) -> str | None:
        """Ask about the end of a named secret, which may be the console's own."""
        return await self._ask(
            api_client,
            api_client,
            lambda secrets: [each for each in secrets if each.id != secret.id],
            secret_stays=self.own.secret == api_client.client_secret,
        )

    async def _ask(
        self,
        before: ApiClient,
        after: ApiClient | None,
        secrets_after: Callable[[Sequence[SecretFacts]], Sequence[SecretFacts]],
        *,
        secret_stays: bool = True,
    ) -> str | None:
        from tui.ordercloud import errors

        own, now = self.own, self._clock()
        if not own.is_through(before.id):
            return None
        secrets: Sequence[SecretFacts] = ()
        person: Person | None = None
        try:
            secrets = await self._known.secrets(before.id)
            person = await self._known.person(own.context_user(after)) if after is not None else None
        except errors.OrderCloudError:
            pass  # what cannot be read cannot be warned of
        if own.shut_out(before, secrets, own.user, now) is not None:
            return None
        context_user = None if person is None else person.facts()
        return own.shut_out(after, secrets_after(secrets), context_user, now, secret_stays=secret_stays)
