"""What the matrix of who gets in is made of, read in one go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.access.facts import Party
from tui.session.counting import Told, silently

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient, ApiClientAssignment
    from tui.session.known_marketplace import KnownMarketplace

PictureParts = tuple[tuple[Party, ...], tuple["ApiClient", ...], Mapping[str, tuple["ApiClientAssignment", ...]]]
"""Every party, every API client by name, and the assignments of each by its ID."""


async def read_picture(marketplace: KnownMarketplace, *, afresh: bool = False, told: Told = silently) -> PictureParts:
    """Read what is not known yet of all that the matrix shows; `told` hears how far it is.

    Raises the errors of the typed client.
    """
    if afresh or not marketplace.api_clients:
        read = 0
        async for page in marketplace.read_api_clients():
            read += len(page)
            if read < marketplace.api_client_count:
                told(f"API clients {read:,} of {marketplace.api_client_count:,}")
    assignments = dict(await marketplace.all_assignments(told))
    companies = await marketplace.companies(told)
    api_clients = tuple(sorted(marketplace.api_clients.values(), key=lambda each: each.app_name.casefold()))
    return companies.parties(marketplace.seller), api_clients, assignments
