"""What API clients are used by, and use: integration events, OpenID Connect and impersonation configurations."""

from __future__ import annotations

from tui.ordercloud.models.base import Model, Text


class IntegrationEvent(Model):
    """An address that the marketplace calls in the course of an order, a cart or a sign-in."""

    id: Text = ""
    name: Text = ""
    event_type: Text = ""
    custom_implementation_url: Text = ""


class OpenIdConnect(Model):
    """A way in through another identity provider, by one API client."""

    id: Text = ""
    order_cloud_api_client_id: Text = ""


class ImpersonationConfig(Model):
    """Who may get tokens of whom, by one API client."""

    id: Text = ""
    client_id: Text = ""
