"""API clients, their assignments and their secrets."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from tui.ordercloud.models.base import JSON, Bool, Int, Model, Moment, Text, Texts


class ApiClient(Model):
    """An access point to the marketplace's data: who may use it, how, and for how long.

    Durations are minutes; 0 for the access token means that the server did not say.
    """

    id: Text = ""
    client_secret: Text | None = Field(default=None, repr=False)
    access_token_duration: Int = 0
    active: Bool = False
    app_name: Text = ""
    refresh_token_duration: Int = 0
    anonymous_token_duration: Int | None = None
    default_context_user_name: Text | None = None
    xp: Mapping[str, JSON] | None = None
    allow_any_buyer: Bool = False
    allow_any_supplier: Bool = False
    allow_seller: Bool = False
    is_anon_buyer: Bool = False
    assigned_buyer_count: Int = 0
    assigned_supplier_count: Int = 0
    order_checkout_integration_event_id: Text | None = None
    order_checkout_integration_event_name: Text | None = None
    order_return_integration_event_id: Text | None = None
    order_return_integration_event_name: Text | None = None
    add_to_cart_integration_event_id: Text | None = None
    add_to_cart_integration_event_name: Text | None = None
    minimum_required_roles: Texts = ()
    minimum_required_custom_roles: Texts = ()
    maximum_granted_roles: Texts = ()
    maximum_granted_custom_roles: Texts = ()


class ApiClientAssignment(Model):
    """An API client paired with one buyer or one supplier."""

    api_client_id: Text = ""
    buyer_id: Text | None = None
    supplier_id: Text | None = None


class ApiClientSecret(Model):
    """A named secret; `client_secret` is there once, in the answer to its creation."""

    id: Text = ""
    name: Text = ""
    expiration: Moment | None = None
    client_secret: Text | None = Field(default=None, repr=False)
