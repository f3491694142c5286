"""The fields of an API client by which a list can be filtered in OrderCloud's own language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """The type of a field, which decides what it can be compared with."""

    TEXT = "text"
    BOOL = "true or false"
    NUMBER = "a number"
    TEXTS = "a list of texts"
    XP = "anything"


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its wire name. `attribute` is its name in the model.

    `served` tells whether the API itself is asked to filter by it. It is not for what has no column there (counts,
    names of other objects, lists), nor for `xp`: the xp of API clients cannot be indexed.
    """

    name: str
    attribute: str
    kind: FieldKind = FieldKind.TEXT
    served: bool = False
    meaning: str = ""


SECRET_FIELD = "ClientSecret"  # noqa: S105 - the name of a field
"""The one field that is never compared: a secret has no place in a filter, nor in the address of a request."""

_EVENTS = tuple(
    Field(f"{wire}IntegrationEvent{part}", f"{name}_integration_event_{part.lower()}", meaning=f"{meaning}, {part}")
    for wire, name, meaning in (
        ("OrderCheckout", "order_checkout", "the event at checkout"),
        ("OrderReturn", "order_return", "the event at returns"),
        ("AddToCart", "add_to_cart", "the event of the cart"),
    )
    for part in ("ID", "Name")
)

FIELDS: tuple[Field, ...] = (
    Field("AppName", "app_name", served=True, meaning="its name"),
    Field("ID", "id", served=True, meaning="the client ID"),
    Field("DefaultContextUserName", "default_context_user_name", served=True, meaning="the default context user"),
    Field("Active", "active", FieldKind.BOOL, served=True, meaning="whether it lets anybody sign in"),
    Field("AccessTokenDuration", "access_token_duration", FieldKind.NUMBER, served=True, meaning="minutes"),
    Field("RefreshTokenDuration", "refresh_token_duration", FieldKind.NUMBER, served=True, meaning="minutes"),
    Field("AnonymousTokenDuration", "anonymous_token_duration", FieldKind.NUMBER, served=True, meaning="minutes"),
    Field("AllowAnyBuyer", "allow_any_buyer", FieldKind.BOOL, served=True, meaning="every buyer may use it"),
    Field("AllowAnySupplier", "allow_any_supplier", FieldKind.BOOL, served=True, meaning="every supplier may use it"),
    Field("AllowSeller", "allow_seller", FieldKind.BOOL, served=True, meaning="the seller may use it"),
    Field("IsAnonBuyer", "is_anon_buyer", FieldKind.BOOL, served=True, meaning="anonymous shopping"),
    Field("AssignedBuyerCount", "assigned_buyer_count", FieldKind.NUMBER, meaning="assigned buyers"),
    Field("AssignedSupplierCount", "assigned_supplier_count", FieldKind.NUMBER, meaning="assigned suppliers"),
    Field("MinimumRequiredRoles", "minimum_required_roles", FieldKind.TEXTS, meaning="roles everybody must have"),
    Field("MinimumRequiredCustomRoles", "minimum_required_custom_roles", FieldKind.TEXTS, meaning="custom roles, too"),
    Field("MaximumGrantedRoles", "maximum_granted_roles", FieldKind.TEXTS, meaning="the ceiling of roles"),
    Field("MaximumGrantedCustomRoles", "maximum_granted_custom_roles", FieldKind.TEXTS, meaning="of custom roles"),
    *_EVENTS,
)

_BY_FOLDED: Mapping[str, Field] = {field.name.lower(): field for field in FIELDS}


def field_named(name: str) -> Field | None:
    """Return the field of a wire name, without regard to case; `xp.a.b` is a path into xp; None when there is none."""
    head, dot, path = name.partition(".")
    if head.lower() == "xp" and dot:
        return Field(f"xp.{path}", "xp", FieldKind.XP) if all(path.split(".")) else None
    return _BY_FOLDED.get(name.lower())
