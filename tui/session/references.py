"""What refers to an API client, or is referred to by one: integration events, OpenID Connect, impersonation.

Reading them takes roles that whoever changes API clients need not have: what may not be read is told as such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.ordercloud import OrderCloud
    from tui.ordercloud.models.integrations import IntegrationEvent


class References:
    """Reads them when they are asked for."""

    def __init__(self, client: OrderCloud) -> None:
        self._client = client

    async def events(self) -> tuple[IntegrationEvent, ...]:
        """Return the integration events. Raises errors.OrderCloudError, as when the role for it is missing."""
        return tuple([each async for each in self._client.integration_events.iterate()])

    async def has_event(self, event_id: str) -> bool:
        """Return whether there is an integration event of this ID; one that may not be read counts as there."""
        from tui.ordercloud import errors

        try:
            await self._client.integration_events.get(event_id)
        except errors.NotFound:
            return False
        except errors.Forbidden:
            return True
        return True

    async def to(self, api_client_id: str) -> tuple[str, ...]:
        """Return what refers to an API client, each in a few words, as far as it may be read."""
        from tui.ordercloud import errors

        wanted, found = api_client_id.casefold(), []
        try:
            found += [
                f"the impersonation configuration {each.id}"
                async for each in self._client.impersonation_configs.iterate()
                if each.client_id.casefold() == wanted
            ]
        except errors.ApiError:
            found.append("impersonation configurations, which could not be read, may have")
        try:
            found += [
                f"the OpenID Connect configuration {each.id}"
                async for each in self._client.openid_connects.iterate()
                if each.order_cloud_api_client_id.casefold() == wanted
            ]
        except errors.ApiError:
            found.append("OpenID Connect configurations, which could not be read, may have")
        return tuple(found)
