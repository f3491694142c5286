"""The document: API clients with what belongs to them, as they are somewhere or as somebody wants them.

Values are tidied, so that two that mean the same are equal: no text is "", no `xp` is {}, roles are in order. A member
that is missing says nothing: what is there stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tui.access.facts import PartyKind
from tui.access.xp import JSON

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient, ApiClientAssignment, ApiClientSecret

NAME: Final = "AppName"
CONTEXT_USER: Final = "DefaultContextUserName"
EVENTS: Final = (
    "OrderCheckoutIntegrationEventID",
    "OrderReturnIntegrationEventID",
    "AddToCartIntegrationEventID",
)
ROLES: Final = (
    "MinimumRequiredRoles",
    "MinimumRequiredCustomRoles",
    "MaximumGrantedRoles",
    "MaximumGrantedCustomRoles",
)
XP: Final = "xp"
FIELDS: Final = (
    NAME,
    "Active",
    "AllowSeller",
    "AllowAnyBuyer",
    "AllowAnySupplier",
    CONTEXT_USER,
    "IsAnonBuyer",
    "AccessTokenDuration",
    "RefreshTokenDuration",
    "AnonymousTokenDuration",
    *ROLES,
    *EVENTS,
    XP,
)
"""The fields of an API client that a document holds, by wire name, in its order. Secrets are none of them."""


class Kind(StrEnum):
    """What API clients refer to, in words for people."""

    BUYER = "buyer"
    SUPPLIER = "supplier"
    EVENT = "integration event"
    USER = "user"


COMPANIES: Final[Mapping[Kind, PartyKind]] = {Kind.BUYER: PartyKind.BUYER, Kind.SUPPLIER: PartyKind.SUPPLIER}


@dataclass(frozen=True, slots=True)
class NamedSecret:
    """What is known of a named secret; its value never is."""

    id: str
    name: str
    expiration: datetime | None = None


def _nowhere(_: str) -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class Entry:
    """One API client. None in place of a member says nothing about it.

    Attributes:
        id: Its ID, blank when it is not known.
        fields: Tidied values by wire name; of what somebody wants, only those that are said.
        companies: The IDs of the companies assigned, by their kind, where they are said.
        secrets: Its named secrets.
        legacy_secret: Whether it has the legacy secret.
        wire: Of an API client that is there, its fields as the marketplace gave them.
        line_of: Tells the line of a member in a file: "" for itself, `Active`, `Buyers anchor-boats`.
    """

    id: str
    fields: Mapping[str, JSON] = field(default_factory=dict)
    companies: Mapping[Kind, frozenset[str]] = field(default_factory=dict)
    secrets: tuple[NamedSecret, ...] | None = None
    legacy_secret: bool | None = None
    wire: Mapping[str, JSON] = field(default_factory=dict, compare=False)
    line_of: Callable[[str], int | None] = field(default=_nowhere, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Its name; blank when it is not said."""
        name = self.fields.get(NAME)
        return name if isinstance(name, str) else ""

    @property
    def label(self) -> str:
        """Its name, or its ID."""
        return self.name or self.id or "an API client without ID and name"

    def text(self, name: str) -> str:
        """Return a field that is text; blank when it is not set or not said."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def refers_to(self) -> Mapping[Kind, frozenset[str]]:
        """Return the IDs (of users, the names) of everything it refers to."""
        return {
            Kind.BUYER: self.companies.get(Kind.BUYER, frozenset()),
            Kind.SUPPLIER: self.companies.get(Kind.SUPPLIER, frozenset()),
            Kind.EVENT: frozenset(self.text(name) for name in EVENTS) - {""},
            Kind.USER: frozenset({self.text(CONTEXT_USER)}) - {""},
        }


References = Mapping[Kind, Mapping[str, str]]
"""For each kind, what each ID (of users, the name) stands for: a company's name, an event's, a user's company."""


@dataclass(frozen=True, slots=True)
class Document:
    """API clients, and what they refer to. `source` is what to call it: a file's name, for example."""

    api_clients: tuple[Entry, ...]
    references: References = field(default_factory=dict)
    marketplace_id: str = ""
    marketplace_name: str = ""
    source: str = ""

    def refers_to(self) -> Mapping[Kind, frozenset[str]]:
        """Return everything that its API clients refer to."""
        every = [entry.refers_to() for entry in self.api_clients]
        return {kind: frozenset[str]().union(*(each[kind] for each in every)) for kind in Kind}


def tidy(name: str, value: JSON) -> JSON:
    """Return a field's value in the one form it has in a document."""
    if name == XP:
        return tidy_xp(value) if isinstance(value, Mapping) else {}
    if name in ROLES:
        texts = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
        return sorted({str(each) for each in texts})
    if name == CONTEXT_USER or name in EVENTS:
        return value or ""
    return value


def tidy_xp(value: JSON) -> JSON:
    """Return `xp` without the members that are null: to a PATCH null and missing are one.

    What is in a list stays, for a list is always sent whole.
    """
    if isinstance(value, Mapping):
        return {name: tidy_xp(each) for name, each in sorted(value.items()) if each is not None}
    return value


def to_wire(name: str, value: JSON) -> JSON:
    """Return a tidied value as it is sent."""
    return None if value in ("", {}) and name != NAME else value


def entry_of(
    api_client: ApiClient,
    assignments: Iterable[ApiClientAssignment],
    secrets: Iterable[ApiClientSecret] | None,
) -> Entry:
    """Return an API client of a marketplace as an entry. `secrets` is None when they were not looked at."""
    sent = api_client.to_wire()
    wire = {name: sent.get(name) for name in FIELDS}
    # A duration that is not set has no form in a file; it says nothing.
    fields = {name: tidy(name, value) for name, value in wire.items() if tidy(name, value) is not None}
    assigned = tuple(assignments)
    return Entry(
        id=api_client.id,
        fields=fields,
        companies={
            Kind.BUYER: frozenset(each.buyer_id for each in assigned if each.buyer_id),
            Kind.SUPPLIER: frozenset(each.supplier_id for each in assigned if each.supplier_id),
        },
        secrets=None
        if secrets is None
        else tuple(
            sorted(
                (NamedSecret(each.id, each.name, each.expiration) for each in secrets),
                key=lambda each: (each.name, each.id),
            )
        ),
        legacy_secret=bool(api_client.client_secret),
        wire=wire,
    )
