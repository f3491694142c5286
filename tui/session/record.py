"""What is kept of one change: enough to tell it, and to take it back as far as the API lets it. Never a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import uuid4

from tui.access.facts import Party

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON

SECRET = "ClientSecret"  # noqa: S105 - the name of a field
READ_ONLY = frozenset(
    {
        "ID",
        "AssignedBuyerCount",
        "AssignedSupplierCount",
        "OrderCheckoutIntegrationEventName",
        "OrderReturnIntegrationEventName",
        "AddToCartIntegrationEventName",
    }
)
"""Fields of an API client that the server makes; none is ever sent."""


class ChangeKind(StrEnum):
    """What was done."""

    CHANGED = "changed"
    CREATED = "created"
    DELETED = "deleted"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    UNDONE = "taken back"
    MANY = "many"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Record:
    """One change as data.

    Attributes:
        kind: What was done.
        api_client_id: To which API client.
        name: Its name then.
        before: Fields by wire name before the change; the changed ones, or all of a deleted API client.
        after: The same after it; all of a created one.
        companies: The buyers and suppliers assigned or unassigned, or of those that a deleted API client had.
        gone: What no way back can restore, each in a few words: secrets, and what referred to a deleted API client.
        unkept: Fields that are not kept because they are secret or hold one.
        parts: The changes that were made as one, in their order; none of them has parts itself.
    """

    kind: ChangeKind
    api_client_id: str = ""
    name: str = ""
    before: Mapping[str, JSON] = field(default_factory=dict)
    after: Mapping[str, JSON] = field(default_factory=dict)
    companies: tuple[Party, ...] = ()
    gone: tuple[str, ...] = ()
    unkept: tuple[str, ...] = ()
    parts: tuple[Record, ...] = ()

    @classmethod
    def of_many(cls, parts: Iterable[Record]) -> Record:
        """Return the record of changes that were made as one."""
        return cls(ChangeKind.MANY, parts=tuple(parts))

    @classmethod
    def of_fields(cls, api_client: ApiClient, before: Mapping[str, JSON], after: Mapping[str, JSON]) -> Record:
        """Return the record of changed fields; of a secret it says only that there was one."""
        unkept = (SECRET,) if SECRET in before else ()
        return cls(
            ChangeKind.CHANGED,
            api_client.id,
            api_client.app_name,
            without_secret(before),
            without_secret(after),
            unkept=unkept,
        )


def without_secret(wire: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return a wire form without the legacy secret."""
    return {name: value for name, value in wire.items() if name != SECRET}


@dataclass(frozen=True, slots=True)
class Signature:
    """Who makes changes, and where. `place` tells marketplaces apart and never changes; it holds no secret."""

    who: str = ""
    url: str = ""
    marketplace: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal: a change with who, when and where. `undoes` is the ID of the entry that it takes back."""

    id: str
    when: datetime
    what: str
    by: Signature
    record: Record
    undoes: str = ""


def new_id() -> str:
    """Return an ID for an entry."""
    return uuid4().hex[:12]
