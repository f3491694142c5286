"""Users of the three kinds of party, and the caller's own record."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from tui.ordercloud.models.base import JSON, Bool, Int, Model, Moment, Text, Texts


class User(Model):
    """What users of every party have. `username` is unique across the marketplace; `password` is never given back."""

    id: Text = ""
    company_id: Text | None = None
    username: Text = ""
    password: Text | None = Field(default=None, repr=False)
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    phone: Text | None = None
    terms_accepted: Moment | None = None
    active: Bool = False
    xp: Mapping[str, JSON] | None = None
    available_roles: Texts = ()
    locale: JSON = None
    date_created: Moment | None = None
    last_active: Moment | None = None
    password_last_set_date: Moment | None = None
    failed_login_attempts: Int = 0


class BuyerUser(User):
    """A user of one buyer company."""


class SupplierUser(User):
    """A user of one supplier company."""


class SellerUser(User):
    """A user of the seller; the wire's paths call them admin users."""


class MeBuyer(Model):
    """The buyer company of the caller."""

    id: Text = ""
    default_catalog_id: Text | None = None


class MeSupplier(Model):
    """The supplier company of the caller."""

    id: Text = ""


class MeSeller(Model):
    """The marketplace of the caller."""

    id: Text = ""


class MeUser(User):
    """The caller's own record, with its company and the marketplace."""

    buyer: MeBuyer | None = None
    supplier: MeSupplier | None = None
    seller: MeSeller | None = None
