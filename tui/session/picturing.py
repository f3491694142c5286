"""What the matrix of who gets in is made of, read in one go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.access.facts import Party

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient, ApiClientAssignment
    from tui.session.known_marketplace import KnownMarketplace

PictureParts = tuple[tuple[Party, ...], tuple["ApiClient", ...], Mapping[str, tuple["ApiClientAssignment", ...]]]
"""Every party, every API client by name, and the assignments of each by its ID."""


async def read_picture(marketplace: KnownMarketplace, *, afresh: bool = False) -> PictureParts:
    """Read what is not known yet of all that the matrix shows. Raises the errors of the typed client."""
    if afresh or not marketplace.api_clients:
        async for _ in marketplace.read_api_clients():
            pass
    assignments = dict(await marketplace.all_assignments())
    companies = await marketplace.companies()
    api_clients = tuple(sorted(marketplace.api_clients.values(), key=lambda each: each.app_name.casefold()))
    return companies.parties(marketplace.seller), api_clients, assignments
