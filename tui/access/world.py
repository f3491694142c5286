"""A marketplace as plain facts: its companies and users, its API clients with their secrets and assignments.

Enough to make a sandbox that decides as the marketplace does, and to say beforehand what that sandbox answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self, TypeVar

from tui.access.attempt import Facts
from tui.access.facts import ApiClientFacts, Party, PartyKind, User


@dataclass(frozen=True, slots=True)
class Client:
    """An API client: what decides about it, and no secret. `client_secret` only says that there is a legacy one."""

    id: str
    app_name: str
    active: bool = True
    client_secret: str | None = None
    access_token_duration: int = 60
    refresh_token_duration: int = 0
    anonymous_token_duration: int | None = None
    default_context_user_name: str | None = None
    allow_any_buyer: bool = False
    allow_any_supplier: bool = False
    allow_seller: bool = False
    is_anon_buyer: bool = False
    assigned_buyer_count: int = 0
    assigned_supplier_count: int = 0
    minimum_required_roles: tuple[str, ...] = ()
    minimum_required_custom_roles: tuple[str, ...] = ()
    maximum_granted_roles: tuple[str, ...] = ()
    maximum_granted_custom_roles: tuple[str, ...] = ()

    @classmethod
    def of(cls, facts: ApiClientFacts) -> Self:
        """Copy the facts of an API client; in the place of a legacy secret stands that there is one."""
        copied = {each.name: getattr(facts, each.name) for each in fields(cls)}
        copied |= {name: tuple(value) for name, value in copied.items() if name.endswith("_roles")}
        return cls(**copied | {"client_secret": HAS_SECRET if facts.client_secret else None})


HAS_SECRET = "(a secret)"  # noqa: S105 - a sign, and no secret
"""What stands in a `Client` in the place of a legacy secret."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A named client secret, without its value."""

    id: str
    name: str
    expiration: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """An API client paired with a company."""

    api_client_id: str
    buyer_id: str | None = None
    supplier_id: str | None = None

    @classmethod
    def of(cls, api_client_id: str, party: Party) -> Self:
        """Pair an API client with a buyer or supplier."""
        buyer = party.kind is PartyKind.BUYER
        return cls(api_client_id, party.id if buyer else None, None if buyer else party.id)


@dataclass(frozen=True, slots=True)
class Registered:
    """An API client with its named secrets and the companies that are assigned to it."""

    client: Client
    companies: tuple[Party, ...] = ()
    secrets: tuple[Secret, ...] = ()

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Its assignments."""
        return tuple(Assignment.of(self.client.id, each) for each in self.companies)

    @property
    def secret_required(self) -> bool:
        """Whether every grant must send a secret: once there is any, expired ones included."""
        return bool(self.client.client_secret or self.secrets)


@dataclass(frozen=True, slots=True)
class World:
    """A marketplace. Companies are told apart by kind and ID, users by their name without regard to case."""

    seller: Party
    companies: tuple[Party, ...] = ()
    users: tuple[User, ...] = ()
    clients: tuple[Registered, ...] = ()

    def user(self, name: str | None) -> User | None:
        """Give a user by name."""
        wanted = (name or "").casefold()
        return next((each for each in self.users if wanted and each.username.casefold() == wanted), None)

    def client(self, wanted: str) -> Registered | None:
        """Give an API client by its ID, else by its name where only one has it."""
        by_id = [each for each in self.clients if each.client.id.casefold() == wanted.casefold()]
        found = by_id or [each for each in self.clients if each.client.app_name == wanted]
        return found[0] if len(found) == 1 else None

    def facts(self, registered: Registered | None, user: User | None) -> Facts:
        """Give what the rules take of an attempt at an API client that is about a user."""
        if registered is None:
            return Facts(None, user=user, marketplace_active=self.seller.active)
        return Facts(registered.client, registered.secrets, registered.assignments, user, self.seller.active)

    def without_doubles(self) -> World:
        """Give it with each company, user and API client once: of two the first."""
        return World(
            self.seller,
            _once((f"{each.kind} {each.id}", each) for each in self.companies),
            _once((each.username, each) for each in self.users),
            _once((each.client.id, each) for each in self.clients),
        )


T = TypeVar("T")


def _once(named: Iterable[tuple[str, T]]) -> tuple[T, ...]:
    kept: dict[str, T] = {}
    for name, each in named:
        kept.setdefault(name.casefold(), each)
    return tuple(kept.values())
