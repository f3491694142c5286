"""The companies of a marketplace besides the seller: buyers and suppliers."""

from __future__ import annotations

from collections.abc import Mapping

from tui.ordercloud.models.base import JSON, Bool, Model, Moment, Text


class Buyer(Model):
    """A buyer company."""

    id: Text = ""
    name: Text = ""
    default_catalog_id: Text | None = None
    active: Bool = False
    date_created: Moment | None = None
    xp: Mapping[str, JSON] | None = None


class Supplier(Model):
    """A supplier company."""

    id: Text = ""
    name: Text = ""
    active: Bool = False
    date_created: Moment | None = None
    all_buyers_can_order: Bool = False
    xp: Mapping[str, JSON] | None = None
