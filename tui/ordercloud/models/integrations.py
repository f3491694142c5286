"""What API clients use: integration events."""

from __future__ import annotations

from tui.ordercloud.models.base import Model, Text


class IntegrationEvent(Model):
    """An address that the marketplace calls in the course of an order, a cart or a sign-in."""

    id: Text = ""
    name: Text = ""
    event_type: Text = ""
    custom_implementation_url: Text = ""
