"""API clients, their secrets and assignments."""

from __future__ import annotations

from tui.access.limits import DURATIONS, validate_api_client, validate_secret
from tui.sandbox.fields import Field, Kind, Reference
from tui.sandbox.resources.description import (
    SELLER_ONLY,
    XP,
    Assignment,
    Parent,
    Resource,
    id_field,
    readers,
    refers_to,
)


def _event(name: str, column: str) -> tuple[Field, Field]:
    named = Reference("IntegrationEvent", "integration_events", column)
    return (
        refers_to(f"{name}ID", named.object_type, named.table, column),
        Field(f"{name}Name", sql=named.member("Name"), read_only=True),
    )


def _duration(name: str, *, required: bool = False, default: int | None = None) -> Field:
    limit = DURATIONS[name]
    return Field(name, Kind.INT, required=required, least=limit.minimum, most=limit.maximum, default=default)


API_CLIENTS = Resource(
    object_type="ApiClient",
    path="apiclients",
    parameter="apiClientID",
    table="api_clients",
    fields=(
        id_field(read_only=True),
        Field("ClientSecret"),
        _duration("AccessTokenDuration", required=True),
        Field("Active", Kind.BOOL, default=False),
        Field("AppName", required=True, length=100, searchable=True, sortable=True),
        _duration("RefreshTokenDuration", default=0),
        _duration("AnonymousTokenDuration", default=10080),
        Field("DefaultContextUserName", searchable=True, sortable=True),
        XP,
        Field("AllowAnyBuyer", Kind.BOOL, default=False),
        Field("AllowAnySupplier", Kind.BOOL, default=False),
        Field("AllowSeller", Kind.BOOL, default=False),
        Field("IsAnonBuyer", Kind.BOOL, default=False),
        Field("AssignedBuyerCount", Kind.INT, default=0, read_only=True),
        Field("AssignedSupplierCount", Kind.INT, default=0, read_only=True),
        *_event("OrderCheckoutIntegrationEvent", "checkout_event"),
        *_event("OrderReturnIntegrationEvent", "return_event"),
        *_event("AddToCartIntegrationEvent", "cart_event"),
        Field("MinimumRequiredRoles", Kind.TEXTS, default=[]),
        Field("MinimumRequiredCustomRoles", Kind.TEXTS, default=[]),
        Field("MaximumGrantedRoles", Kind.TEXTS, default=[]),
        Field("MaximumGrantedCustomRoles", Kind.TEXTS, default=[]),
    ),
    read_roles=readers("ApiClientAdmin", "ApiClientReader"),
    write_roles=readers("ApiClientAdmin"),
    reach=SELLER_ONLY,
    validate=validate_api_client,
    server_made_id=True,
)

API_CLIENT_SECRETS = Resource(
    object_type="ApiClientSecret",
    path="apiclients/{apiClientID}/secrets",
    parameter="secretID",
    table="api_client_secrets",
    fields=(
        id_field(),
        Field("Name", required=True, length=100, searchable=True, sortable=True),
        Field("Expiration", Kind.TIME, sortable=True),
    ),
    read_roles=API_CLIENTS.read_roles,
    write_roles=API_CLIENTS.write_roles,
    reach=SELLER_ONLY,
    parent=Parent("ApiClient", "apiClientID", "api_clients", "api_client"),
    methods=frozenset({"list", "create", "get", "patch", "delete"}),
    validate=validate_secret,
    shown_once=(Field("ClientSecret", read_only=True),),
)

API_CLIENT_ASSIGNMENTS = Assignment(
    object_type="ApiClientAssignment",
    path="apiclients/assignments",
    table="api_client_assignments",
    fields=(
        refers_to("ApiClientID", "ApiClient", "api_clients", "api_client", required=True),
        refers_to("BuyerID", "Buyer", "buyers", "buyer"),
        refers_to("SupplierID", "Supplier", "suppliers", "supplier"),
    ),
    read_roles=API_CLIENTS.read_roles,
    write_roles=API_CLIENTS.write_roles,
    reach=SELLER_ONLY,
    removals=(
        "buyers/{buyerID}/ApiClients/Assignments/{apiClientID}",
        "suppliers/{supplierID}/ApiClients/Assignments/{apiClientID}",
    ),
    exclusive=(("BuyerID", "SupplierID"),),
    needs=("BuyerID", "SupplierID"),
)
