"""What API clients are used by, and use: integration events, OpenID Connect and impersonation configurations."""

from __future__ import annotations

from pydantic import Field

from tui.ordercloud.models.base import Model, Text


class IntegrationEvent(Model):
    """An address that the marketplace calls in the course of an order, a cart or a sign-in."""

    id: Text = ""
    name: Text = ""
    event_type: Text = ""
    custom_implementation_url: Text = ""


class ImpersonationConfig(Model):
    """Who may act as whom, through which API client, and with the roles of which security profile."""

    id: Text = ""
    impersonation_buyer_id: Text | None = None
    impersonation_group_id: Text | None = None
    impersonation_user_id: Text | None = None
    buyer_id: Text | None = None
    group_id: Text | None = None
    user_id: Text | None = None
    security_profile_id: Text | None = None
    client_id: Text = ""


class OpenIdConnect(Model):
    """A sign-in through another provider; its secret there is never given back."""

    id: Text = ""
    order_cloud_api_client_id: Text = ""
    connect_client_id: Text = ""
    connect_client_secret: Text | None = Field(default=None, repr=False)
    app_start_url: Text = ""
    authorization_endpoint: Text = ""


class GroupMembership(Model):
    """A user in a user group."""

    user_group_id: Text = ""
    user_id: Text = ""
