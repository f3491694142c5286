"""The endpoints of the resource API: who may call each, and with which roles.

The list holds what ocgate knows of OrderCloud's API, no more: API clients and what decides over them, the users, the
catalog and the orders. Any of the roles of an endpoint suffices, and FullAccess always does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from tui.access.api_roles import API_ROLES
from tui.access.facts import PartyKind

FULL_ACCESS = "FullAccess"
SAFE = frozenset({"GET"})
"""The methods that change nothing."""

USER_KINDS: Mapping[str, PartyKind] = MappingProxyType(
    {"buyer": PartyKind.BUYER, "supplier": PartyKind.SUPPLIER, "admin": PartyKind.SELLER}
)
"""The kind of user, by the claim `usrtype`."""

_PLACE = re.compile(r"\{(\w+)\}")
_KINDS = {"b": PartyKind.BUYER, "v": PartyKind.SUPPLIER, "s": PartyKind.SELLER}
_ANY = "-"
_OPEN = "+"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path below `/v1/`.

    `roles` are those of which any suffices, FullAccess left out; None where any token will do. `kinds` are the kinds of
    user it is for; `guests` tells whether an anonymous caller may use it.
    """

    method: str
    path: str
    roles: tuple[str, ...] | None
    kinds: frozenset[PartyKind]
    guests: bool

    @property
    def title(self) -> str:
        """The endpoint as it is written down."""
        return f"{self.method} /v1/{self.path}"

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the parts of the path that must be filled in."""
        return tuple(_PLACE.findall(self.path))

    @property
    def safe(self) -> bool:
        """Whether calling it changes nothing."""
        return self.method in SAFE

    def filled(self, values: Collection[str]) -> tuple[str, ...]:
        """Return the segments of the path with its places filled in order. Raises ValueError when one is blank."""
        left = iter(values)
        segments = tuple(next(left, "") if _PLACE.fullmatch(each) else each for each in self.path.split("/"))
        if not all(segments):
            raise ValueError("every place in the path needs an ID")
        return segments


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a token may call an endpoint, and why. `missing` are the roles of which any would let it."""

    allowed: bool
    why: str
    missing: tuple[str, ...] = ()


def may_call(
    endpoint: Endpoint, roles: Collection[str], kind: PartyKind | None, *, anonymous: bool = False
) -> Permission:
    """Judge one endpoint for a token with these roles, in the order in which the API does: roles, guest, kind of user.

    `kind` is None when the token does not tell it. Roles are compared with their case.
    """
    wanted = endpoint.roles
    if wanted is not None and FULL_ACCESS not in roles and not set(wanted) & set(roles):
        listed = " or ".join((*wanted, FULL_ACCESS))
        return Permission(False, f"403 Auth.InsufficientRoles: it needs {listed}.", (*wanted, FULL_ACCESS))
    if anonymous and not endpoint.guests:
        return Permission(False, "403 Auth.AnonUserProhibited: an anonymous caller may not.")
    if kind is not None and kind not in endpoint.kinds:
        meant = " and ".join(sorted(each.value for each in endpoint.kinds))
        return Permission(
            False, f"403 Auth.UserNotAuthorizedToAdmin: it is for {meant} users, and this is a {kind.value} user."
        )
    if wanted is None:
        return Permission(True, "Any token will do.")
    by = FULL_ACCESS if FULL_ACCESS in roles else next(each for each in wanted if each in roles)
    return Permission(True, f"By {by}: {API_ROLES.get(by, 'a role of its own')}.")


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Return every endpoint there is, what can be tried by hand first."""
    found: list[Endpoint] = []
    for line in _TABLE.split("\n"):
        methods, kinds, path, *roles = line.split()
        opened = methods.endswith(_OPEN)
        users = frozenset(_KINDS[each] for each in kinds)
        wanted = None if roles == [_ANY] else tuple(roles)
        found += [
            Endpoint(method, path, wanted, users, opened or method in SAFE)
            for method in methods.removesuffix(_OPEN).split(",")
        ]
    return tuple(sorted(found, key=lambda each: not each.safe))


_TABLE = """\
GET bvs me -
PUT,PATCH bvs me MeAdmin
POST bvs me/password PasswordReset
DELETE bvs me/tokens -
GET s apiclients ApiClientAdmin ApiClientReader
POST s apiclients ApiClientAdmin
GET s apiclients/{apiClientID} ApiClientAdmin ApiClientReader
PUT,PATCH,DELETE s apiclients/{apiClientID} ApiClientAdmin
GET s apiclients/{apiClientID}/secrets ApiClientAdmin ApiClientReader
POST s apiclients/{apiClientID}/secrets ApiClientAdmin
GET s apiclients/{apiClientID}/secrets/{secretID} ApiClientAdmin ApiClientReader
PATCH,DELETE s apiclients/{apiClientID}/secrets/{secretID} ApiClientAdmin
GET bvs buyers BuyerAdmin BuyerReader
POST s buyers BuyerAdmin
GET bvs buyers/{buyerID} BuyerAdmin BuyerReader
PUT,PATCH bs buyers/{buyerID} BuyerAdmin
DELETE s buyers/{buyerID} BuyerAdmin
GET bvs suppliers SupplierAdmin SupplierReader
POST s suppliers SupplierAdmin
GET bvs suppliers/{supplierID} SupplierAdmin SupplierReader
PUT,PATCH vs suppliers/{supplierID} SupplierAdmin
DELETE s suppliers/{supplierID} SupplierAdmin
GET vs suppliers/{supplierID}/buyers SupplierAdmin SupplierReader
GET bs buyers/{buyerID}/users BuyerUserAdmin BuyerUserReader
POST bs buyers/{buyerID}/users BuyerUserAdmin
GET bs buyers/{buyerID}/users/{userID} BuyerUserAdmin BuyerUserReader
PUT,PATCH,DELETE bs buyers/{buyerID}/users/{userID} BuyerUserAdmin
GET vs suppliers/{supplierID}/users SupplierUserAdmin SupplierUserReader
POST vs suppliers/{supplierID}/users SupplierUserAdmin
GET vs suppliers/{supplierID}/users/{userID} SupplierUserAdmin SupplierUserReader
PUT,PATCH,DELETE vs suppliers/{supplierID}/users/{userID} SupplierUserAdmin
GET bvs adminusers AdminUserAdmin AdminUserReader
POST s adminusers AdminUserAdmin
GET bvs adminusers/{userID} AdminUserAdmin AdminUserReader
PUT,PATCH,DELETE s adminusers/{userID} AdminUserAdmin
GET bs buyerusers BuyerUserAdmin BuyerUserReader
GET bs buyers/{buyerID}/usergroups UserGroupAdmin UserGroupReader
POST bs buyers/{buyerID}/usergroups UserGroupAdmin
GET bs buyers/{buyerID}/usergroups/{userGroupID} UserGroupAdmin UserGroupReader
PUT,PATCH,DELETE bs buyers/{buyerID}/usergroups/{userGroupID} UserGroupAdmin
GET vs suppliers/{supplierID}/usergroups SupplierUserGroupAdmin SupplierUserGroupReader
POST vs suppliers/{supplierID}/usergroups SupplierUserGroupAdmin
GET vs suppliers/{supplierID}/usergroups/{userGroupID} SupplierUserGroupAdmin SupplierUserGroupReader
PUT,PATCH,DELETE vs suppliers/{supplierID}/usergroups/{userGroupID} SupplierUserGroupAdmin
GET bvs usergroups AdminUserGroupAdmin AdminUserGroupReader
POST s usergroups AdminUserGroupAdmin
GET bvs usergroups/{userGroupID} AdminUserGroupAdmin AdminUserGroupReader
PUT,PATCH,DELETE s usergroups/{userGroupID} AdminUserGroupAdmin
GET bvs me/usergroups -
GET s securityprofiles SecurityProfileAdmin SetSecurityProfile SecurityProfileReader
POST s securityprofiles SecurityProfileAdmin SetSecurityProfile
GET s securityprofiles/{securityProfileID} SecurityProfileAdmin SetSecurityProfile SecurityProfileReader
PUT,PATCH,DELETE s securityprofiles/{securityProfileID} SecurityProfileAdmin SetSecurityProfile
GET s impersonationconfig SetSecurityProfile
POST s impersonationconfig SetSecurityProfile
GET s impersonationconfig/{impersonationConfigID} SetSecurityProfile
PUT,PATCH,DELETE s impersonationconfig/{impersonationConfigID} SetSecurityProfile
GET s openidconnects OpenIDConnectAdmin OpenIDConnectReader
POST s openidconnects OpenIDConnectAdmin
GET s openidconnects/{openidconnectID} OpenIDConnectAdmin OpenIDConnectReader
PUT,PATCH,DELETE s openidconnects/{openidconnectID} OpenIDConnectAdmin
GET s integrationEvents IntegrationEventAdmin IntegrationEventReader
POST s integrationEvents IntegrationEventAdmin
GET s integrationEvents/{integrationEventID} IntegrationEventAdmin IntegrationEventReader
PUT,PATCH,DELETE s integrationEvents/{integrationEventID} IntegrationEventAdmin
GET s catalogs CatalogAdmin CatalogReader
POST s catalogs CatalogAdmin
GET s catalogs/{catalogID} CatalogAdmin CatalogReader
PUT,PATCH,DELETE s catalogs/{catalogID} CatalogAdmin
GET s catalogs/{catalogID}/categories CategoryAdmin CategoryReader
POST s catalogs/{catalogID}/categories CategoryAdmin
GET s catalogs/{catalogID}/categories/{categoryID} CategoryAdmin CategoryReader
PUT,PATCH,DELETE s catalogs/{catalogID}/categories/{categoryID} CategoryAdmin
GET vs products ProductAdmin ProductReader
POST vs products ProductAdmin
GET vs products/{productID} ProductAdmin ProductReader
PUT,PATCH,DELETE vs products/{productID} ProductAdmin
GET b me/catalogs Shopper
GET b me/catalogs/{catalogID} Shopper
GET b me/products Shopper
GET b me/products/{productID} Shopper
GET bvs orders/{direction} OrderAdmin OrderReader
POST+ bvs orders/{direction} OrderAdmin Shopper
GET bvs orders/{direction}/{orderID} OrderAdmin OrderReader Shopper
PUT,PATCH,DELETE+ bvs orders/{direction}/{orderID} OrderAdmin Shopper
GET b me/orders Shopper
GET bvs orders/{direction}/{orderID}/lineitems OrderAdmin OrderReader Shopper
POST+ bvs orders/{direction}/{orderID}/lineitems OrderAdmin Shopper
GET bvs orders/{direction}/{orderID}/lineitems/{lineItemID} OrderAdmin OrderReader Shopper
PUT,PATCH,DELETE+ bvs orders/{direction}/{orderID}/lineitems/{lineItemID} OrderAdmin Shopper
GET,POST+ b cart/lineitems Shopper
GET,PUT,PATCH,DELETE+ b cart/lineitems/{lineItemID} Shopper
GET s apiclients/assignments ApiClientAdmin ApiClientReader
POST s apiclients/assignments ApiClientAdmin
DELETE s buyers/{buyerID}/ApiClients/Assignments/{apiClientID} ApiClientAdmin
DELETE s suppliers/{supplierID}/ApiClients/Assignments/{apiClientID} ApiClientAdmin
GET s securityprofiles/assignments SecurityProfileAdmin SetSecurityProfile SecurityProfileReader
POST s securityprofiles/assignments SecurityProfileAdmin SetSecurityProfile
DELETE s securityprofiles/{securityProfileID}/assignments SecurityProfileAdmin SetSecurityProfile
GET bs buyers/{buyerID}/usergroups/assignments UserGroupAdmin UserGroupReader
POST bs buyers/{buyerID}/usergroups/assignments UserGroupAdmin
DELETE bs buyers/{buyerID}/usergroups/{userGroupID}/assignments/{userID} UserGroupAdmin
GET vs suppliers/{supplierID}/usergroups/assignments SupplierUserGroupAdmin SupplierUserGroupReader
POST vs suppliers/{supplierID}/usergroups/assignments SupplierUserGroupAdmin
DELETE vs suppliers/{supplierID}/usergroups/{userGroupID}/assignments/{userID} SupplierUserGroupAdmin
GET bvs usergroups/assignments AdminUserGroupAdmin AdminUserGroupReader
POST s usergroups/assignments AdminUserGroupAdmin
DELETE s usergroups/{userGroupID}/assignments/{userID} AdminUserGroupAdmin
PUT,DELETE s suppliers/{supplierID}/buyers/{buyerID} SupplierAdmin
GET s catalogs/assignments CatalogAdmin CatalogReader
POST s catalogs/assignments CatalogAdmin
DELETE s catalogs/{catalogID}/assignments CatalogAdmin
GET s catalogs/productassignments CatalogAdmin CatalogReader
POST s catalogs/productassignments CatalogAdmin
DELETE s catalogs/{catalogID}/productassignments/{productID} CatalogAdmin
GET s catalogs/{catalogID}/categories/assignments CategoryAdmin CategoryReader
POST s catalogs/{catalogID}/categories/assignments CategoryAdmin
DELETE s catalogs/{catalogID}/categories/{categoryID}/assignments CategoryAdmin
GET s catalogs/{catalogID}/categories/productassignments CategoryAdmin CategoryReader
POST s catalogs/{catalogID}/categories/productassignments CategoryAdmin
DELETE s catalogs/{catalogID}/categories/{categoryID}/productassignments/{productID} CategoryAdmin
GET s products/assignments ProductAdmin ProductReader ProductAssignmentAdmin
POST s products/assignments ProductAdmin ProductAssignmentAdmin
DELETE s products/{productID}/assignments/{buyerID} ProductAdmin ProductAssignmentAdmin
POST s buyers/{buyerID}/users/{userID}/moveto/{newBuyerID} BuyerUserAdmin
GET,PATCH,DELETE+ b cart Shopper
PATCH+ b cart/fromuser Shopper
PATCH+ bvs orders/{direction}/{orderID}/fromuser OrderAdmin Shopper
DELETE bs buyers/{buyerID}/users/{userID}/tokens BuyerUserAdmin
POST bs buyers/{buyerID}/users/{userID}/unlock BuyerUserAdmin
DELETE vs suppliers/{supplierID}/users/{userID}/tokens SupplierUserAdmin
POST vs suppliers/{supplierID}/users/{userID}/unlock SupplierUserAdmin
DELETE s adminusers/{userID}/tokens AdminUserAdmin
POST s adminusers/{userID}/unlock AdminUserAdmin
POST bs buyers/{buyerID}/users/{userID}/accesstoken BuyerImpersonation
PUT+ b me/register Shopper
PUT b me/orders Shopper"""
"""Methods (`+`: open to anonymous callers), kinds of user (`b`uyer, `v`endor for supplier, `s`eller), path, roles."""
