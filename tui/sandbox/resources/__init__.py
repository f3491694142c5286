"""Every resource of the marketplace as data. Adding a resource is adding a description, here and nowhere else."""

from __future__ import annotations

from tui.sandbox.resources.api_clients import API_CLIENT_ASSIGNMENTS, API_CLIENT_SECRETS, API_CLIENTS
from tui.sandbox.resources.catalogs import (
    CATALOG_ASSIGNMENTS,
    CATALOG_PRODUCTS,
    CATALOGS,
    CATEGORIES,
    CATEGORY_ASSIGNMENTS,
    CATEGORY_PRODUCTS,
    MY_CATALOGS,
    MY_PRODUCTS,
    PRODUCT_ASSIGNMENTS,
    PRODUCTS,
)
from tui.sandbox.resources.companies import BUYERS, SUPPLIER_BUYER_LINKS, SUPPLIER_BUYERS, SUPPLIERS
from tui.sandbox.resources.description import FULL_ACCESS, Assignment, Described, Parent, Reach, Resource
from tui.sandbox.resources.integrations import IMPERSONATION_CONFIGS, INTEGRATION_EVENTS, OPENID_CONNECTS
from tui.sandbox.resources.orders import CART_LINE_ITEMS, LINE_ITEMS, MY_ORDERS, ORDERS
from tui.sandbox.resources.profiles import SECURITY_PROFILE_ASSIGNMENTS, SECURITY_PROFILES
from tui.sandbox.resources.users import (
    BUYER_GROUP_MEMBERS,
    BUYER_GROUPS,
    BUYER_USERS,
    HOLDERS,
    MY_GROUPS,
    ROLES,
    SELLER_GROUP_MEMBERS,
    SELLER_GROUPS,
    SELLER_USERS,
    SUPPLIER_GROUP_MEMBERS,
    SUPPLIER_GROUPS,
    SUPPLIER_USERS,
    USER_FIELDS,
    USERS_OF_ALL_BUYERS,
)

RESOURCES: tuple[Resource, ...] = (
    API_CLIENTS,
    API_CLIENT_SECRETS,
    BUYERS,
    SUPPLIERS,
    SUPPLIER_BUYERS,
    BUYER_USERS,
    SUPPLIER_USERS,
    SELLER_USERS,
    USERS_OF_ALL_BUYERS,
    BUYER_GROUPS,
    SUPPLIER_GROUPS,
    SELLER_GROUPS,
    MY_GROUPS,
    SECURITY_PROFILES,
    IMPERSONATION_CONFIGS,
    OPENID_CONNECTS,
    INTEGRATION_EVENTS,
    CATALOGS,
    CATEGORIES,
    PRODUCTS,
    MY_CATALOGS,
    MY_PRODUCTS,
    ORDERS,
    MY_ORDERS,
    LINE_ITEMS,
    CART_LINE_ITEMS,
)

ASSIGNMENTS: tuple[Assignment, ...] = (
    API_CLIENT_ASSIGNMENTS,
    SECURITY_PROFILE_ASSIGNMENTS,
    BUYER_GROUP_MEMBERS,
    SUPPLIER_GROUP_MEMBERS,
    SELLER_GROUP_MEMBERS,
    SUPPLIER_BUYER_LINKS,
    CATALOG_ASSIGNMENTS,
    CATALOG_PRODUCTS,
    CATEGORY_ASSIGNMENTS,
    CATEGORY_PRODUCTS,
    PRODUCT_ASSIGNMENTS,
)

__all__ = [
    "API_CLIENTS",
    "ASSIGNMENTS",
    "BUYERS",
    "BUYER_USERS",
    "FULL_ACCESS",
    "HOLDERS",
    "ORDERS",
    "RESOURCES",
    "ROLES",
    "SELLER_USERS",
    "SUPPLIER_USERS",
    "USER_FIELDS",
    "Assignment",
    "Described",
    "Parent",
    "Reach",
    "Resource",
]
