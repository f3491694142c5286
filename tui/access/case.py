"""One attempt with its facts, prepared for the checks: what several of them ask is worked out here once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tui.access.attempt import Attempt, Facts, Grant
from tui.access.decision import TokenError
from tui.access.facts import ApiClientFacts, PartyKind, User
from tui.access.parties import Gate
from tui.access.roles import Granted, granted_roles
from tui.access.switches import Switches
from tui.access.times import is_past, live_secrets


@dataclass(frozen=True, slots=True)
class Refusal:
    """What one failed check says."""

    error: TokenError
    reasons: tuple[str, ...]
    near_misses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """The input of every check. What is missing is None, and a check that needs it has no objection of its own."""

    attempt: Attempt
    facts: Facts
    now: datetime
    switches: Switches = field(default_factory=Switches)

    @cached_property
    def grant(self) -> Grant | None:
        """The grant, when it is one of the three."""
        try:
            return Grant(self.attempt.grant_type or "")
        except ValueError:
            return None

    @cached_property
    def client(self) -> ApiClientFacts | None:
        """The API client, when the attempt names it; client IDs are compared without case."""
        client, asked = self.facts.api_client, self.attempt.client_id
        if client is None or not asked or client.id.lower() != asked.lower():
            return None
        return client

    @property
    def user(self) -> User | None:
        """The user the token would act as."""
        return self.facts.user

    @property
    def scope(self) -> tuple[str, ...] | None:
        """The roles asked for by name; None when everything is asked for. An empty scope counts as omitted."""
        return self.attempt.scope or None

    @cached_property
    def gate(self) -> Gate | None:
        """Who may use the API client."""
        return None if self.client is None else Gate.of(self.client, self.facts.assignments)

    @cached_property
    def secret_required(self) -> bool:
        """Whether the API client has a secret: the legacy one or any named one, expired ones included."""
        if self.client is None:
            return False
        counted = self.facts.secrets if self.switches.expired_secrets_count else self.live_secrets
        return bool(self.client.client_secret) or bool(counted)

    @cached_property
    def live_secrets(self) -> tuple[object, ...]:
        """The named secrets that have not expired."""
        return live_secrets(self.facts.secrets, self.now)

    @property
    def has_live_secret(self) -> bool:
        """Whether any secret can be right at all."""
        return bool(self.live_secrets) or bool(self.client and self.client.client_secret)

    @property
    def locked_out(self) -> bool:
        """Whether the user is locked out at this moment."""
        user = self.user
        return user is not None and user.locked_until is not None and not is_past(user.locked_until, self.now)

    @cached_property
    def anonymous(self) -> bool:
        """Whether this is anonymous shopping: client credentials, IsAnonBuyer and a buyer as default context user."""
        if self.client is None or self.user is None or self.grant is not Grant.CLIENT_CREDENTIALS:
            return False
        if self.switches.anonymous_without_secret_only and self.secret_required:
            return False
        return self.client.is_anon_buyer and self.user.party.kind is PartyKind.BUYER

    @cached_property
    def granted(self) -> Granted | None:
        """The roles the token would carry, and those it would not."""
        if self.client is None or self.user is None:
            return None
        before = self.attempt.refreshed_roles if self.grant is Grant.REFRESH_TOKEN else None
        return granted_roles(self.client, self.user.available_roles, self.scope, before, self.switches)
