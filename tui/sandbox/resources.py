"""Every resource of the marketplace as data; `engine` serves them all. Adding a resource is adding a description."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from tui.access.facts import PartyKind
from tui.access.limits import FieldProblem, validate_api_client, validate_secret
from tui.sandbox.fields import Column, Field, Kind, by_name, from_column
from tui.tokens.token import JSON

FULL_ACCESS = "FullAccess"


class Reach(StrEnum):
    """What users of a kind of party may do with a resource, given the role."""

    NOTHING = "nothing"
    READ = "read"
    OWN = "own"
    """Read and change what belongs to their own company; companies themselves they neither make nor delete."""
    ALL = "all"


class Parent(NamedTuple):
    """The company or API client which objects belong to: `{parameter}` in the path, `column` in the table."""

    object_type: str
    parameter: str
    table: str
    column: str


@dataclass(frozen=True)
class Resource:
    """One resource: where it is, what it holds, who may read and write it.

    `path` is below `/v1`; `parameter` is the object's own place in it. `fixed` are columns that every row of it has.
    `reach` is about buyer and supplier users; seller users reach everything. `methods` are those of the six that exist.
    """

    object_type: str
    path: str
    parameter: str
    table: str
    fields: tuple[Field, ...]
    read_roles: tuple[str, ...]
    write_roles: tuple[str, ...]
    reach: Mapping[PartyKind, Reach] = field(default_factory=dict)
    parent: Parent | None = None
    company: PartyKind | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)
    methods: frozenset[str] = frozenset({"list", "create", "get", "save", "patch", "delete"})
    validate: Callable[..., tuple[FieldProblem, ...]] | None = None
    server_made_id: bool = False

    @cached_property
    def select(self) -> str:
        """The columns of a whole object, its key first, and the table."""
        columns = ", ".join(each.expression for each in self.fields)
        return f"SELECT t.key, {columns} FROM {self.table} t"  # noqa: S608 - from this module's own descriptions

    def record(self, row: Sequence[Column]) -> dict[str, JSON]:
        """Give the wire object of a row of `select`."""
        return {field.name: from_column(field, value) for field, value in zip(self.fields, row[1:], strict=True)}

    @cached_property
    def members(self) -> Mapping[str, Field]:
        """The fields by their names in lower case."""
        return by_name(self.fields)


def _readers(*names: str) -> tuple[str, ...]:
    return (FULL_ACCESS, *names)


def _id(*, read_only: bool = False) -> Field:
    return Field("ID", read_only=read_only, searchable=True, sortable=True)


_XP = Field("xp", Kind.OBJECT)
_CREATED = Field("DateCreated", Kind.TIME, read_only=True, sortable=True)
_NAME = Field("Name", required=True, length=100, searchable=True, sortable=True)
_SELLER_ONLY: Mapping[PartyKind, Reach] = MappingProxyType({})


def _assigned(column: str) -> str:
    return f"(SELECT count(*) FROM api_client_assignments a WHERE a.api_client = t.key AND a.{column} IS NOT NULL)"  # noqa: S608 - from the two calls below


def _no_event(name: str) -> tuple[Field, Field]:
    """Integration events are no part of this marketplace: their IDs can be sent and refer to nothing."""
    return Field(f"{name}ID", sql="NULL"), Field(f"{name}Name", sql="NULL", read_only=True)


API_CLIENTS = Resource(
    object_type="ApiClient",
    path="apiclients",
    parameter="apiClientID",
    table="api_clients",
    fields=(
        _id(read_only=True),
        Field("ClientSecret"),
        Field("AccessTokenDuration", Kind.INT, required=True),
        Field("Active", Kind.BOOL, default=False),
        Field("AppName", required=True, searchable=True, sortable=True),
        Field("RefreshTokenDuration", Kind.INT, default=0),
        Field("AnonymousTokenDuration", Kind.INT, default=10080),
        Field("DefaultContextUserName", searchable=True, sortable=True),
        _XP,
        Field("AllowAnyBuyer", Kind.BOOL, default=False),
        Field("AllowAnySupplier", Kind.BOOL, default=False),
        Field("AllowSeller", Kind.BOOL, default=False),
        Field("IsAnonBuyer", Kind.BOOL, default=False),
        Field("AssignedBuyerCount", Kind.INT, _assigned("buyer"), read_only=True),
        Field("AssignedSupplierCount", Kind.INT, _assigned("supplier"), read_only=True),
        *_no_event("OrderCheckoutIntegrationEvent"),
        *_no_event("OrderReturnIntegrationEvent"),
        *_no_event("AddToCartIntegrationEvent"),
        Field("MinimumRequiredRoles", Kind.TEXTS, default=[]),
        Field("MinimumRequiredCustomRoles", Kind.TEXTS, default=[]),
        Field("MaximumGrantedRoles", Kind.TEXTS, default=[]),
        Field("MaximumGrantedCustomRoles", Kind.TEXTS, default=[]),
    ),
    read_roles=_readers("ApiClientAdmin", "ApiClientReader"),
    write_roles=_readers("ApiClientAdmin"),
    reach=_SELLER_ONLY,
    validate=validate_api_client,
    server_made_id=True,
)

API_CLIENT_SECRETS = Resource(
    object_type="ApiClientSecret",
    path="apiclients/{apiClientID}/secrets",
    parameter="secretID",
    table="api_client_secrets",
    fields=(
        _id(),
        Field("Name", required=True, searchable=True, sortable=True),
        Field("Expiration", Kind.TIME, sortable=True),
    ),
    read_roles=API_CLIENTS.read_roles,
    write_roles=API_CLIENTS.write_roles,
    reach=_SELLER_ONLY,
    parent=Parent("ApiClient", "apiClientID", "api_clients", "api_client"),
    methods=frozenset({"list", "create", "get", "patch", "delete"}),
    validate=validate_secret,
)

BUYERS = Resource(
    object_type="Buyer",
    path="buyers",
    parameter="buyerID",
    table="buyers",
    fields=(
        _id(),
        _NAME,
        Field("DefaultCatalogID", length=100),
        Field("Active", Kind.BOOL, default=False, sortable=True),
        _CREATED,
        _XP,
    ),
    read_roles=_readers("BuyerAdmin", "BuyerReader"),
    write_roles=_readers("BuyerAdmin"),
    reach={PartyKind.BUYER: Reach.OWN, PartyKind.SUPPLIER: Reach.READ},
    company=PartyKind.BUYER,
)

SUPPLIERS = Resource(
    object_type="Supplier",
    path="suppliers",
    parameter="supplierID",
    table="suppliers",
    fields=(
        _id(),
        _NAME,
        Field("Active", Kind.BOOL, default=False, sortable=True),
        _CREATED,
        Field("AllBuyersCanOrder", Kind.BOOL, default=False),
        _XP,
    ),
    read_roles=_readers("SupplierAdmin", "SupplierReader"),
    write_roles=_readers("SupplierAdmin"),
    reach={PartyKind.BUYER: Reach.READ, PartyKind.SUPPLIER: Reach.OWN},
    company=PartyKind.SUPPLIER,
)

_COMPANY = (
    "coalesce((SELECT b.ID FROM buyers b WHERE b.key = t.buyer),"
    " (SELECT s.ID FROM suppliers s WHERE s.key = t.supplier), (SELECT m.ID FROM marketplace m))"
)

HOLDERS = (
    "('user ' || t.key, CASE t.kind WHEN 'buyer' THEN 'buyer ' || t.buyer"
    " WHEN 'supplier' THEN 'supplier ' || t.supplier ELSE 'seller' END)"
)
"""The holders whose security profiles a user `t` has: itself and its party."""

ROLES = (
    "(SELECT json_group_array(value) FROM (SELECT DISTINCT r.value AS value FROM security_profile_assignments a"  # noqa: S608 - constants
    f" JOIN security_profiles p ON p.key = a.profile AND a.holder IN {HOLDERS},"
    " json_each(CASE x.n WHEN 0 THEN p.Roles ELSE p.CustomRoles END) r, (SELECT 0 AS n UNION ALL SELECT 1) x"
    " ORDER BY 1))"
)
"""The roles of a user `t`, API roles and custom ones, as a JSON list."""

USER_FIELDS: tuple[Field, ...] = (
    _id(),
    Field("CompanyID", sql=_COMPANY, read_only=True),
    Field("Username", required=True, length=100, searchable=True, sortable=True),
    Field("Password", length=200, write_only=True),
    Field("FirstName", required=True, length=100, searchable=True, sortable=True),
    Field("LastName", required=True, length=100, searchable=True, sortable=True),
    Field("Email", required=True, length=200, searchable=True, sortable=True),
    Field("Phone", length=100),
    Field("TermsAccepted", Kind.TIME),
    Field("Active", Kind.BOOL, required=True, sortable=True),
    _XP,
    Field("AvailableRoles", Kind.TEXTS, ROLES, read_only=True),
    Field("Locale", sql="NULL", read_only=True),
    _CREATED,
    Field("LastActive", Kind.TIME, read_only=True, sortable=True),
    Field("PasswordLastSetDate", Kind.TIME, read_only=True),
    Field("FailedLoginAttempts", Kind.INT, read_only=True),
)


def _users(
    path: str, kind: PartyKind, roles: Sequence[str], parent: Parent | None, reach: Mapping[PartyKind, Reach]
) -> Resource:
    return Resource(
        object_type="User",
        path=path,
        parameter="userID",
        table="users",
        fields=USER_FIELDS,
        read_roles=_readers(*roles),
        write_roles=_readers(roles[0]),
        reach=reach,
        parent=parent,
        fixed={"kind": kind.value},
    )


BUYER_USERS = _users(
    "buyers/{buyerID}/users",
    PartyKind.BUYER,
    ("BuyerUserAdmin", "BuyerUserReader"),
    Parent("Buyer", "buyerID", "buyers", "buyer"),
    {PartyKind.BUYER: Reach.OWN},
)
SUPPLIER_USERS = _users(
    "suppliers/{supplierID}/users",
    PartyKind.SUPPLIER,
    ("SupplierUserAdmin", "SupplierUserReader"),
    Parent("Supplier", "supplierID", "suppliers", "supplier"),
    {PartyKind.SUPPLIER: Reach.OWN},
)
SELLER_USERS = _users(
    "adminusers",
    PartyKind.SELLER,
    ("AdminUserAdmin", "AdminUserReader"),
    None,
    {PartyKind.BUYER: Reach.READ, PartyKind.SUPPLIER: Reach.READ},
)

SECURITY_PROFILES = Resource(
    object_type="SecurityProfile",
    path="securityprofiles",
    parameter="securityProfileID",
    table="security_profiles",
    fields=(
        _id(),
        _NAME,
        Field("Roles", Kind.TEXTS, default=[]),
        Field("CustomRoles", Kind.TEXTS, default=[]),
        Field("PasswordConfig", Kind.OBJECT),
        Field("IsExternalRoleGroup", Kind.BOOL, sql="0", read_only=True),
    ),
    read_roles=_readers("SecurityProfileAdmin", "SetSecurityProfile", "SecurityProfileReader"),
    write_roles=_readers("SecurityProfileAdmin", "SetSecurityProfile"),
    reach=_SELLER_ONLY,
)

RESOURCES: tuple[Resource, ...] = (
    API_CLIENTS,
    API_CLIENT_SECRETS,
    BUYERS,
    SUPPLIERS,
    BUYER_USERS,
    SUPPLIER_USERS,
    SELLER_USERS,
    SECURITY_PROFILES,
)
