"""Security profiles, and who holds them."""

from __future__ import annotations

from tui.sandbox.fields import Field, Kind, Reference
from tui.sandbox.resources.description import (
    COMPANY,
    NAME,
    SELLER_ONLY,
    Assignment,
    Resource,
    id_field,
    readers,
    refers_to,
)

SECURITY_PROFILES = Resource(
    object_type="SecurityProfile",
    path="securityprofiles",
    parameter="securityProfileID",
    table="security_profiles",
    fields=(
        id_field(),
        NAME,
        Field("Roles", Kind.TEXTS, default=[]),
        Field("CustomRoles", Kind.TEXTS, default=[]),
        Field("PasswordConfig", Kind.OBJECT),
        Field("IsExternalRoleGroup", Kind.BOOL, sql="0", default=False, read_only=True),
    ),
    read_roles=readers("SecurityProfileAdmin", "SetSecurityProfile", "SecurityProfileReader"),
    write_roles=readers("SecurityProfileAdmin", "SetSecurityProfile"),
    reach=SELLER_ONLY,
)


def _company(column: str, table: str) -> str:
    """Give the ID of the company of a row that may name a user or a group instead, which has one of its own."""
    return (
        f"(SELECT r.ID FROM {table} r WHERE r.key = coalesce(t.{column},"  # noqa: S608 - from the two calls below
        f" (SELECT u.{column} FROM users u WHERE u.key = t.user),"
        f" (SELECT g.{column} FROM user_groups g WHERE g.key = t.user_group)))"
    )


SECURITY_PROFILE_ASSIGNMENTS = Assignment(
    object_type="SecurityProfileAssignment",
    path="securityprofiles/assignments",
    table="security_profile_assignments",
    fields=(
        refers_to("SecurityProfileID", "SecurityProfile", "security_profiles", "profile", required=True),
        Field("BuyerID", sql=_company("buyer", "buyers"), refers=Reference("Buyer", "buyers", "buyer")),
        Field(
            "SupplierID", sql=_company("supplier", "suppliers"), refers=Reference("Supplier", "suppliers", "supplier")
        ),
        refers_to("UserID", "User", "users", "user", COMPANY),
        refers_to("UserGroupID", "UserGroup", "user_groups", "user_group", COMPANY),
    ),
    read_roles=SECURITY_PROFILES.read_roles,
    write_roles=SECURITY_PROFILES.write_roles,
    reach=SELLER_ONLY,
    removals=("securityprofiles/{securityProfileID}/assignments",),
    exclusive=(("BuyerID", "SupplierID"), ("UserID", "UserGroupID")),
    finest=("user", "user_group"),
    filters=(
        Field(
            "level",
            sql="CASE WHEN t.user IS NOT NULL THEN 'User' WHEN t.user_group IS NULL THEN 'Company' ELSE 'Group' END",
            choices=("User", "Group", "Company", "BuyerGroup"),
        ),
        Field(
            "commerceRole",
            sql=f"CASE WHEN {_company('buyer', 'buyers')} IS NOT NULL THEN 'Buyer'"
            f" WHEN {_company('supplier', 'suppliers')} IS NOT NULL THEN 'Supplier' ELSE 'Seller' END",
            choices=("Buyer", "Seller", "Supplier"),
        ),
    ),
)
