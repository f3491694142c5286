"""One API client as the rules look at it: its facts, prepared once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from tui.access.advice.advice import Advice, DeleteSecrets
from tui.access.advice.knowledge import Knowledge
from tui.access.facts import ApiClientFacts, Party, PartyKind, SecretFacts, User
from tui.access.parties import Gate
from tui.access.roles import FULL_ACCESS, granted_roles
from tui.access.words import shorten

POWERFUL = frozenset(
    {
        FULL_ACCESS,
        "AdminUserAdmin",
        "ApiClientAdmin",
        "BuyerImpersonation",
        "SecurityProfileAdmin",
        "SetSecurityProfile",
    }
)
"""The roles whose holder can give itself, or anybody, every other."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The facts of one API client. `user` is its default context user, when there is one and it is known."""

    client: ApiClientFacts
    secrets: Sequence[SecretFacts]
    live: tuple[SecretFacts, ...]
    gate: Gate
    somebody: bool
    user: User | None
    now: datetime
    more: Knowledge

    @property
    def has_secret(self) -> bool:
        """Whether every grant needs a secret: expired ones count."""
        return bool(self.client.client_secret or self.secrets)

    @property
    def all_secrets(self) -> DeleteSecrets:
        """The end of every secret."""
        return DeleteSecrets(tuple(secret.id for secret in self.secrets), legacy=bool(self.client.client_secret))

    @property
    def user_name(self) -> str:
        """The default context user for a sentence."""
        return shorten(self.client.default_context_user_name or "")

    @property
    def minimum(self) -> tuple[str, ...]:
        """Every role of the floor."""
        return (*self.client.minimum_required_roles, *self.client.minimum_required_custom_roles)

    @property
    def open_kinds(self) -> tuple[PartyKind, ...]:
        """The kinds of party of which some may use it."""
        return tuple(kind for kind in PartyKind if self.gate.flag(kind) or self.gate.assigned(kind))

    def granted(self, user: User) -> frozenset[str]:
        """The roles that a user's token would carry without a scope; none when it would be refused for its roles."""
        granted = granted_roles(self.client, user.available_roles, None)
        return frozenset() if granted.missing_minimum else granted.roles

    def company(self, kind: PartyKind, party_id: str) -> Party:
        """A company by its ID, with its name where that is known."""
        return (self.more.companies or {}).get((kind, party_id)) or Party(kind, party_id)

    def companies(self, kind: PartyKind) -> tuple[Party, ...]:
        """The assigned companies of a kind, nullified or not, by ID."""
        return tuple(self.company(kind, each) for each in sorted(self.gate.assigned(kind)))

    def let_in(self) -> Iterator[User]:
        """Give each active user of an active party that may use it; none while the users are not known."""
        users = self.more.users
        if users is None:
            return
        for kind in PartyKind:
            if self.gate.flag(kind):
                yield from self._active(users.by_kind.get(kind, ()))
            else:
                for party_id in self.gate.assigned(kind):
                    yield from self._active(users.by_party.get((kind, party_id), ()))

    @staticmethod
    def _active(users: Sequence[User]) -> Iterator[User]:
        return (user for user in users if user.active and user.party.active)


Rule: TypeAlias = Callable[[Seen], Advice | None]
