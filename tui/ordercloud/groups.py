"""Who is in which user groups. Apart from the other resources, for signing in needs none of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tui.ordercloud.models.integrations import GroupMembership
from tui.ordercloud.resources import Assignments
from tui.ordercloud.wire import Wire, path_of


class GroupMemberships(Assignments[GroupMembership]):
    """The user groups of one user: of a buyer, of a supplier, or of the seller without either."""

    def __init__(self, wire: Wire, user_id: str, buyer_id: str | None, supplier_id: str | None = None) -> None:
        where = () if buyer_id is None else ("buyers", buyer_id)
        where = where if supplier_id is None else ("suppliers", supplier_id)
        super().__init__(wire, f"/v1{path_of(*where, 'usergroups', 'assignments')}", GroupMembership)
        self._user_id = user_id

    def iterate(self) -> AsyncIterator[GroupMembership]:
        """Give every membership."""
        return self._every(userID=self._user_id)
