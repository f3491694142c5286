"""The wire's objects as frozen models. Nothing here knows HTTP."""

from tui.ordercloud.models.api_clients import ApiClient, ApiClientAssignment, ApiClientSecret
from tui.ordercloud.models.base import JSON, Model, WireTime, format_time, wire_name
from tui.ordercloud.models.companies import Buyer, Supplier
from tui.ordercloud.models.page import ErrorItem, Meta, Page
from tui.ordercloud.models.security_profiles import PasswordConfig, SecurityProfile, SecurityProfileAssignment
from tui.ordercloud.models.tokens import AccessToken, PublicKey
from tui.ordercloud.models.users import (
    BuyerUser,
    MeBuyer,
    MeSeller,
    MeSupplier,
    MeUser,
    SellerUser,
    SupplierUser,
    User,
)

__all__ = [
    "JSON",
    "AccessToken",
    "ApiClient",
    "ApiClientAssignment",
    "ApiClientSecret",
    "Buyer",
    "BuyerUser",
    "ErrorItem",
    "MeBuyer",
    "MeSeller",
    "MeSupplier",
    "MeUser",
    "Meta",
    "Model",
    "Page",
    "PasswordConfig",
    "PublicKey",
    "SecurityProfile",
    "SecurityProfileAssignment",
    "SellerUser",
    "Supplier",
    "SupplierUser",
    "User",
    "WireTime",
    "format_time",
    "wire_name",
]
