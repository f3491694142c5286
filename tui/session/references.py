"""What names API clients from elsewhere, as far as the console may read it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from tui.access.advice import Reference
    from tui.ordercloud import OrderCloud
    from tui.session.facts import Companies, Person

References: TypeAlias = "Mapping[str, tuple[Reference, ...]]"
"""The references of each API client by its ID in lower case."""


class SoFar(NamedTuple):
    """What has been read so far; None is not read."""

    people: tuple[Person, ...] | None
    companies: Companies | None
    references: References | None


async def read_references(client: OrderCloud) -> References:
    """Read impersonation configs and OpenID Connect configurations; what is forbidden says nothing."""
    from tui.ordercloud import errors

    found: dict[str, tuple[Reference, ...]] = {}
    for each in (_impersonations(client), _single_sign_ons(client)):
        try:
            async for api_client_id, reference in each:
                found[api_client_id] = (*found.get(api_client_id, ()), reference)
        except (errors.Forbidden, errors.NotFound):
            continue
    return found


async def _impersonations(client: OrderCloud) -> AsyncIterator[tuple[str, Reference]]:
    from tui.access.advice import Reference

    async for config in client.impersonation_configs.iterate():
        yield config.client_id.lower(), Reference("impersonation config", config.id, config.buyer_id)


async def _single_sign_ons(client: OrderCloud) -> AsyncIterator[tuple[str, Reference]]:
    from tui.access.advice import Reference

    async for connect in client.openid_connects.iterate():
        yield connect.order_cloud_api_client_id.lower(), Reference("OpenID Connect", connect.id)
