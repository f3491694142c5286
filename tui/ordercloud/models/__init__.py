"""The wire's objects as frozen models. Nothing here knows HTTP.

A model's class takes about a millisecond to make, so names load when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.ordercloud.models.api_clients import ApiClient as ApiClient
    from tui.ordercloud.models.api_clients import ApiClientAssignment as ApiClientAssignment
    from tui.ordercloud.models.api_clients import ApiClientSecret as ApiClientSecret
    from tui.ordercloud.models.base import JSON as JSON
    from tui.ordercloud.models.base import Model as Model
    from tui.ordercloud.models.base import WireTime as WireTime
    from tui.ordercloud.models.base import format_time as format_time
    from tui.ordercloud.models.base import wire_name as wire_name
    from tui.ordercloud.models.companies import Buyer as Buyer
    from tui.ordercloud.models.companies import Supplier as Supplier
    from tui.ordercloud.models.integrations import ImpersonationConfig as ImpersonationConfig
    from tui.ordercloud.models.integrations import IntegrationEvent as IntegrationEvent
    from tui.ordercloud.models.integrations import OpenIdConnect as OpenIdConnect
    from tui.ordercloud.models.page import ErrorItem as ErrorItem
    from tui.ordercloud.models.page import Meta as Meta
    from tui.ordercloud.models.page import Page as Page
    from tui.ordercloud.models.security_profiles import PasswordConfig as PasswordConfig
    from tui.ordercloud.models.security_profiles import SecurityProfile as SecurityProfile
    from tui.ordercloud.models.security_profiles import SecurityProfileAssignment as SecurityProfileAssignment
    from tui.ordercloud.models.tokens import AccessToken as AccessToken
    from tui.ordercloud.models.tokens import PublicKey as PublicKey
    from tui.ordercloud.models.users import BuyerUser as BuyerUser
    from tui.ordercloud.models.users import MeBuyer as MeBuyer
    from tui.ordercloud.models.users import MeSeller as MeSeller
    from tui.ordercloud.models.users import MeSupplier as MeSupplier
    from tui.ordercloud.models.users import MeUser as MeUser
    from tui.ordercloud.models.users import SellerUser as SellerUser
    from tui.ordercloud.models.users import SupplierUser as SupplierUser
    from tui.ordercloud.models.users import User as User

_NAMES = {
    "api_clients": ("ApiClient", "ApiClientAssignment", "ApiClientSecret"),
    "base": ("JSON", "Model", "WireTime", "format_time", "wire_name"),
    "companies": ("Buyer", "Supplier"),
    "page": ("ErrorItem", "Meta", "Page"),
    "integrations": ("ImpersonationConfig", "IntegrationEvent", "OpenIdConnect"),
    "security_profiles": ("PasswordConfig", "SecurityProfile", "SecurityProfileAssignment"),
    "tokens": ("AccessToken", "PublicKey"),
    "users": (
        "BuyerUser",
        "MeBuyer",
        "MeSeller",
        "MeSupplier",
        "MeUser",
        "SellerUser",
        "SupplierUser",
        "User",
    ),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [*_HOMES]  # they are all texts


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
