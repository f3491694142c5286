"""Users of the three kinds, their groups, and who is in which group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.access.facts import PartyKind
from tui.sandbox.fields import Field, Kind
from tui.sandbox.resources.description import (
    BUYER,
    COMPANY,
    CREATED,
    DESCRIPTION,
    NAME,
    SUPPLIER,
    XP,
    Assignment,
    Parent,
    Reach,
    Resource,
    id_field,
    readers,
    refers_to,
)

_COMPANY_ID = (
    "coalesce((SELECT b.ID FROM buyers b WHERE b.key = t.buyer),"
    " (SELECT s.ID FROM suppliers s WHERE s.key = t.supplier), (SELECT m.ID FROM marketplace m))"
)

HOLDERS = (
    "(SELECT 'user ' || t.key UNION ALL SELECT CASE t.kind WHEN 'buyer' THEN 'buyer ' || t.buyer"
    " WHEN 'supplier' THEN 'supplier ' || t.supplier ELSE 'seller' END"
    " UNION ALL SELECT 'group ' || g.user_group FROM user_group_members g WHERE g.user = t.key)"
)
"""The holders whose security profiles a user `t` has: itself, its party, its groups."""

ROLES = (
    "(SELECT json_group_array(value) FROM (SELECT DISTINCT r.value AS value FROM security_profile_assignments a"  # noqa: S608 - constants
    f" JOIN security_profiles p ON p.key = a.profile AND a.holder IN {HOLDERS},"
    " json_each(CASE x.n WHEN 0 THEN p.Roles ELSE p.CustomRoles END) r, (SELECT 0 AS n UNION ALL SELECT 1) x"
    " ORDER BY 1))"
)
"""The roles of a user `t`, API roles and custom ones, as a JSON list."""

USER_FIELDS: tuple[Field, ...] = (
    id_field(),
    Field("CompanyID", sql=_COMPANY_ID, read_only=True),
    Field("Username", required=True, length=100, searchable=True, sortable=True),
    Field("Password", length=200, write_only=True, hashed=True),
    Field("FirstName", required=True, length=100, searchable=True, sortable=True),
    Field("LastName", required=True, length=100, searchable=True, sortable=True),
    Field("Email", required=True, length=200, searchable=True, sortable=True),
    Field("Phone", length=100),
    Field("TermsAccepted", Kind.TIME),
    Field("Active", Kind.BOOL, required=True, sortable=True),
    XP,
    Field("AvailableRoles", Kind.TEXTS, ROLES, default=[], read_only=True),
    Field("Locale", sql="NULL", read_only=True),
    CREATED,
    Field("LastActive", Kind.TIME, read_only=True, sortable=True),
    Field("PasswordLastSetDate", Kind.TIME, read_only=True),
    Field("FailedLoginAttempts", Kind.INT, default=0, read_only=True),
)

_BUYERS_OWN: Mapping[PartyKind, Reach] = {PartyKind.BUYER: Reach.OWN}
_SUPPLIERS_OWN: Mapping[PartyKind, Reach] = {PartyKind.SUPPLIER: Reach.OWN}
_OTHERS_READ: Mapping[PartyKind, Reach] = {PartyKind.BUYER: Reach.READ, PartyKind.SUPPLIER: Reach.READ}


def _users(
    path: str, kind: PartyKind, roles: Sequence[str], parent: Parent | None, reach: Mapping[PartyKind, Reach]
) -> Resource:
    return Resource(
        object_type="User",
        path=path,
        parameter="userID",
        table="users",
        fields=USER_FIELDS,
        read_roles=readers(*roles),
        write_roles=readers(roles[0]),
        reach=reach,
        parent=parent,
        fixed={"kind": kind.value},
    )


BUYER_USERS = _users(
    "buyers/{buyerID}/users", PartyKind.BUYER, ("BuyerUserAdmin", "BuyerUserReader"), BUYER, _BUYERS_OWN
)
SUPPLIER_USERS = _users(
    "suppliers/{supplierID}/users",
    PartyKind.SUPPLIER,
    ("SupplierUserAdmin", "SupplierUserReader"),
    SUPPLIER,
    _SUPPLIERS_OWN,
)
SELLER_USERS = _users("adminusers", PartyKind.SELLER, ("AdminUserAdmin", "AdminUserReader"), None, _OTHERS_READ)
USERS_OF_ALL_BUYERS = Resource(
    object_type="User",
    path="buyerusers",
    table="users",
    fields=USER_FIELDS,
    read_roles=BUYER_USERS.read_roles,
    write_roles=BUYER_USERS.write_roles,
    reach=_BUYERS_OWN,
    fixed=BUYER_USERS.fixed,
    methods=frozenset({"list"}),
)

_GROUP_FIELDS = (id_field(), NAME, DESCRIPTION, XP)


def _groups(
    path: str, kind: PartyKind, roles: Sequence[str], parent: Parent | None, reach: Mapping[PartyKind, Reach]
) -> tuple[Resource, Assignment]:
    """Describe the groups of a kind of party, and who is in them."""
    groups = Resource(
        object_type="UserGroup",
        path=path,
        parameter="userGroupID",
        table="user_groups",
        fields=_GROUP_FIELDS,
        read_roles=readers(*roles),
        write_roles=readers(roles[0]),
        reach=reach,
        parent=parent,
        fixed={"kind": kind.value},
    )
    members = Assignment(
        object_type="UserGroupAssignment",
        path=f"{path}/assignments",
        table="user_group_members",
        fields=(
            refers_to("UserGroupID", "UserGroup", "user_groups", "user_group", COMPANY, required=True),
            refers_to("UserID", "User", "users", "user", COMPANY, required=True),
        ),
        read_roles=groups.read_roles,
        write_roles=groups.write_roles,
        reach=reach,
        parent=parent,
        removals=(f"{path}/{{userGroupID}}/assignments/{{userID}}",),
    )
    return groups, members


BUYER_GROUPS, BUYER_GROUP_MEMBERS = _groups(
    "buyers/{buyerID}/usergroups", PartyKind.BUYER, ("UserGroupAdmin", "UserGroupReader"), BUYER, _BUYERS_OWN
)
SELLER_GROUPS, SELLER_GROUP_MEMBERS = _groups(
    "usergroups", PartyKind.SELLER, ("AdminUserGroupAdmin", "AdminUserGroupReader"), None, _OTHERS_READ
)
SUPPLIER_GROUPS, SUPPLIER_GROUP_MEMBERS = _groups(
    "suppliers/{supplierID}/usergroups",
    PartyKind.SUPPLIER,
    ("SupplierUserGroupAdmin", "SupplierUserGroupReader"),
    SUPPLIER,
    _SUPPLIERS_OWN,
)
MY_GROUPS = Resource(
    object_type="UserGroup",
    path="me/usergroups",
    table="user_groups",
    fields=_GROUP_FIELDS,
    read_roles=None,
    write_roles=None,
    reach={PartyKind.BUYER: Reach.ALL, PartyKind.SUPPLIER: Reach.ALL},
    methods=frozenset({"list"}),
    mine="t.key IN (SELECT m.user_group FROM user_group_members m WHERE m.user = :user)",
)
