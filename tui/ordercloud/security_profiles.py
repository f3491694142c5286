"""The resource of security profiles. Apart from the others, for signing in needs none of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tui.ordercloud.models.page import Page
from tui.ordercloud.models.security_profiles import SecurityProfile, SecurityProfileAssignment
from tui.ordercloud.resources import Assignments, Resource
from tui.ordercloud.wire import Wire, pairs_of, path_of


class SecurityProfileAssignments(Assignments[SecurityProfileAssignment]):
    """Who has which security profile."""

    async def list(
        self,
        *,
        security_profile_id: str | None = None,
        buyer_id: str | None = None,
        supplier_id: str | None = None,
        user_id: str | None = None,
        user_group_id: str | None = None,
        commerce_role: str | None = None,
        level: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> Page[SecurityProfileAssignment]:
        """Give one page; `commerce_role` is Buyer, Seller or Supplier, `level` User, Group, Company or BuyerGroup."""
        return await self._page(
            page,
            page_size,
            buyerID=buyer_id,
            supplierID=supplier_id,
            securityProfileID=security_profile_id,
            userID=user_id,
            userGroupID=user_group_id,
            commerceRole=commerce_role,
            level=level,
        )

    def iterate(
        self,
        *,
        security_profile_id: str | None = None,
        buyer_id: str | None = None,
        supplier_id: str | None = None,
        user_id: str | None = None,
    ) -> AsyncIterator[SecurityProfileAssignment]:
        """Give every assignment that matches every ID given."""
        return self._every(
            buyerID=buyer_id, supplierID=supplier_id, securityProfileID=security_profile_id, userID=user_id
        )

    async def unassign(self, assignment: SecurityProfileAssignment) -> None:
        """Remove an assignment."""
        path = f"/v1/securityprofiles{path_of(assignment.security_profile_id)}/assignments"
        query = pairs_of(
            buyerID=assignment.buyer_id,
            userID=assignment.user_id,
            userGroupID=assignment.user_group_id,
            supplierID=assignment.supplier_id,
        )
        await self._wire.send("DELETE", path, query=query)


class SecurityProfiles(Resource[SecurityProfile]):
    """The security profiles, with their assignments."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire, "/v1/securityprofiles", SecurityProfile)
        self.assignments = SecurityProfileAssignments(wire, f"{self._path}/assignments", SecurityProfileAssignment)
