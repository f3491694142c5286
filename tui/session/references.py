"""What refers to an API client, or is referred to by one: integration events, OpenID Connect, impersonation.

Reading them takes roles that whoever changes API clients need not have: what may not be read is told as such.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tui.session.cache import Cache

if TYPE_CHECKING:
    from tui.access.advice import Reference
    from tui.ordercloud import OrderCloud
    from tui.ordercloud.models.integrations import IntegrationEvent
    from tui.session.facts import Companies, Person


@dataclass(frozen=True, slots=True)
class Referring:
    """The references of each API client by its ID in lower case, and which kinds could not be read, with the reason."""

    by_id: Mapping[str, tuple[Reference, ...]]
    unread: tuple[tuple[str, str], ...] = ()


_IN_WORDS = {
    "impersonation config": "impersonation configuration",
    "OpenID Connect": "OpenID Connect configuration",
}


KINDS = tuple(_IN_WORDS)
"""The kinds of what refers to an API client."""


class SoFar(NamedTuple):
    """What has been read so far; None is not read."""

    people: tuple[Person, ...] | None
    companies: Companies | None
    references: Mapping[str, tuple[Reference, ...]] | None


class References:
    """Reads them when they are asked for; what `every` found is kept until it is forgotten."""

    def __init__(self, client: OrderCloud) -> None:
        self._client = client
        self._found: Cache[None, Referring] = Cache()

    def forget(self) -> None:
        """Forget what was found."""
        self._found.forget_all()

    @property
    def kept(self) -> Mapping[str, tuple[Reference, ...]] | None:
        """The references of each API client, if they have been read."""
        found = self._found.kept(None)
        return None if found is None else found.by_id

    async def every(self) -> Mapping[str, tuple[Reference, ...]]:
        """Return the references of each API client by its ID in lower case, as far as they may be read."""
        return (await self._found.get(None, self.read)).by_id

    async def to(self, api_client_id: str) -> tuple[str, ...]:
        """Return what refers to an API client, read afresh, each in a few words; and what could not be read."""
        found = await self.read()
        named = (f"the {_IN_WORDS[each.kind]} {each.id}" for each in found.by_id.get(api_client_id.lower(), ()))
        return (*named, *(f"{_IN_WORDS[kind]}s, which could not be read, may have" for kind, _ in found.unread))

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

    async def read(self) -> Referring:
        """Read what refers to API clients afresh; what may not be read is part of the answer."""
        from tui.ordercloud import errors

        found: dict[str, tuple[Reference, ...]] = {}
        unread: list[tuple[str, str]] = []
        for kind, each in (
            ("impersonation config", self._impersonations()),
            ("OpenID Connect", self._single_sign_ons()),
        ):
            try:
                async for api_client_id, reference in each:
                    found[api_client_id] = (*found.get(api_client_id, ()), reference)
            except errors.OrderCloudError as error:
                unread.append((kind, error.what))
        return Referring(found, tuple(unread))

    async def _impersonations(self) -> AsyncIterator[tuple[str, Reference]]:
        from tui.access.advice import Reference

        async for config in self._client.impersonation_configs.iterate():
            yield config.client_id.lower(), Reference("impersonation config", config.id, config.buyer_id)

    async def _single_sign_ons(self) -> AsyncIterator[tuple[str, Reference]]:
        from tui.access.advice import Reference

        async for connect in self._client.openid_connects.iterate():
            yield connect.order_cloud_api_client_id.lower(), Reference("OpenID Connect", connect.id)
