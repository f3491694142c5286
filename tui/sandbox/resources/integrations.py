"""What API clients are used by: integration events, OpenID Connect configurations, impersonation configurations."""

from __future__ import annotations

from tui.sandbox.fields import Field, Kind
from tui.sandbox.resources.description import SELLER_ONLY, Resource, id_field, readers, refers_to

_ADDRESS = 2000
"""The longest address that is taken."""


INTEGRATION_EVENTS = Resource(
    object_type="IntegrationEvent",
    path="integrationEvents",
    parameter="integrationEventID",
    table="integration_events",
    fields=(
        Field("ElevatedRoles", Kind.TEXTS, default=[]),
        id_field(),
        Field("ConfigData", Kind.OBJECT),
        Field(
            "EventType",
            default="OrderCheckout",
            searchable=True,
            sortable=True,
            choices=("OrderCheckout", "OpenIDConnect", "OrderReturn", "AddToCart"),
        ),
        Field("CustomImplementationUrl", required=True, length=_ADDRESS),
        Field("CustomAuthHeaderName", length=100),
        Field("CustomAuthHeaderValue", length=_ADDRESS, write_only=True),
        Field("Name", required=True, length=100, searchable=True, sortable=True),
        Field("HashKey", required=True, length=200),
    ),
    read_roles=readers("IntegrationEventAdmin", "IntegrationEventReader"),
    write_roles=readers("IntegrationEventAdmin"),
    reach=SELLER_ONLY,
)

OPENID_CONNECTS = Resource(
    object_type="OpenIdConnect",
    path="openidconnects",
    parameter="openidconnectID",
    table="openid_connects",
    fields=(
        id_field(),
        refers_to("OrderCloudApiClientID", "ApiClient", "api_clients", "api_client", required=True),
        Field("ConnectClientID", required=True, length=200, searchable=True, sortable=True),
        Field("ConnectClientSecret", required=True, length=_ADDRESS, write_only=True),
        Field("AppStartUrl", required=True, length=_ADDRESS),
        Field("AuthorizationEndpoint", required=True, length=_ADDRESS),
        Field("TokenEndpoint", required=True, length=_ADDRESS),
        Field("UrlEncoded", Kind.BOOL, default=False),
        refers_to("IntegrationEventID", "IntegrationEvent", "integration_events", "event"),
        Field("CallSyncUserIntegrationEvent", Kind.BOOL, default=False),
        Field(
            "IntegrationEventName",
            sql='(SELECT r."Name" FROM integration_events r WHERE r.key = t.event)',
            read_only=True,
        ),
        Field("AdditionalIdpScopes", Kind.TEXTS, default=[]),
        Field("CustomErrorUrl", length=_ADDRESS),
    ),
    read_roles=readers("OpenIDConnectAdmin", "OpenIDConnectReader"),
    write_roles=readers("OpenIDConnectAdmin"),
    reach=SELLER_ONLY,
)
"""The provider's secret is needed to speak to it, so it is kept as it is; it is never given back."""

_IMPERSONATOR = {"buyer": "impersonation_buyer", "supplier": ""}
_IMPERSONATEE = {"buyer": "buyer", "supplier": ""}

IMPERSONATION_CONFIGS = Resource(
    object_type="ImpersonationConfig",
    path="impersonationconfig",
    parameter="impersonationConfigID",
    table="impersonation_configs",
    fields=(
        id_field(),
        refers_to("ImpersonationBuyerID", "Buyer", "buyers", "impersonation_buyer"),
        refers_to("ImpersonationGroupID", "UserGroup", "user_groups", "impersonation_group", _IMPERSONATOR),
        refers_to("ImpersonationUserID", "User", "users", "impersonation_user", _IMPERSONATOR),
        refers_to("BuyerID", "Buyer", "buyers", "buyer"),
        refers_to("GroupID", "UserGroup", "user_groups", "user_group", _IMPERSONATEE),
        refers_to("UserID", "User", "users", "user", _IMPERSONATEE),
        refers_to("SecurityProfileID", "SecurityProfile", "security_profiles", "profile", required=True),
        refers_to("ClientID", "ApiClient", "api_clients", "api_client", required=True),
    ),
    read_roles=readers("SetSecurityProfile"),
    write_roles=readers("SetSecurityProfile"),
    reach=SELLER_ONLY,
)
