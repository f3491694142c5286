"""What the rules need to know: the API client, its secrets and assignments, the user and its party.

The three protocols have the names of the wire models' fields, so those models can be handed over as they are.
"""

# ruff: noqa: D102 - the protocols' members are OrderCloud's own fields, told once in each class docstring

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class PartyKind(StrEnum):
    """Who wants in: the seller, one buyer company or one supplier company."""

    SELLER = "seller"
    BUYER = "buyer"
    SUPPLIER = "supplier"


class ApiClientFacts(Protocol):
    """The fields of an API client that decide who gets in, how, and for how long. Durations are minutes."""

    @property
    def id(self) -> str: ...
    @property
    def app_name(self) -> str: ...
    @property
    def active(self) -> bool: ...
    @property
    def client_secret(self) -> str | None: ...
    @property
    def access_token_duration(self) -> int: ...
    @property
    def refresh_token_duration(self) -> int: ...
    @property
    def anonymous_token_duration(self) -> int | None: ...
    @property
    def default_context_user_name(self) -> str | None: ...
    @property
    def allow_any_buyer(self) -> bool: ...
    @property
    def allow_any_supplier(self) -> bool: ...
    @property
    def allow_seller(self) -> bool: ...
    @property
    def is_anon_buyer(self) -> bool: ...
    @property
    def assigned_buyer_count(self) -> int: ...
    @property
    def assigned_supplier_count(self) -> int: ...
    @property
    def minimum_required_roles(self) -> Sequence[str]: ...
    @property
    def minimum_required_custom_roles(self) -> Sequence[str]: ...
    @property
    def maximum_granted_roles(self) -> Sequence[str]: ...
    @property
    def maximum_granted_custom_roles(self) -> Sequence[str]: ...


class AssignmentFacts(Protocol):
    """An API client paired with one buyer or one supplier."""

    @property
    def api_client_id(self) -> str: ...
    @property
    def buyer_id(self) -> str | None: ...
    @property
    def supplier_id(self) -> str | None: ...


class SecretFacts(Protocol):
    """A named client secret, without its value. It counts as existing after it has expired."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def expiration(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Party:
    """The company a user belongs to. For the seller `id` is the marketplace's, and `active` the marketplace's state."""

    kind: PartyKind
    id: str
    name: str = ""
    active: bool = True

    @property
    def label(self) -> str:
        """The name for people, or the ID where there is no name."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class User:
    """A user with its one party. `locked_until` is when a lockout ends; the greatest datetime means until unlocked.

    `password_expires` is when its password becomes too old for its policy, None for never.
    """

    username: str
    party: Party
    active: bool = True
    available_roles: frozenset[str] = frozenset()
    locked_until: datetime | None = None
    password_expires: datetime | None = None
