"""The drafts of one sitting at one marketplace, and what they rest on: the marketplace as facts, read as it is now."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.access.facts import Party
from tui.access.what_if import Draft, Outlook, outlook
from tui.access.world import Client, Registered, Secret, World
from tui.session.facts import party_of
from tui.session.few_at_once import few_at_once
from tui.session.picturing import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tui.session.marketplace import Marketplace

MOST_PARTIES = 200
"""Of how many parties the users are read to say who gains and loses; reading those of more would take minutes."""
MOST_SECRETS = 60
"""Of how many API clients the named secrets are read; of more, a live one is taken to be there."""


async def read_world(marketplace: Marketplace) -> tuple[World, str]:
    """Read a marketplace as facts; and why its users are not known, blank when they are.

    Raises the errors of the typed client.
    """
    from tui.ordercloud import errors

    companies, _, assignments = await read_picture(marketplace)
    api_clients = tuple(marketplace.api_clients.values())
    secrets: Mapping[str, tuple[Secret, ...]] = {}
    if len(api_clients) <= MOST_SECRETS:
        secrets = await _secrets(marketplace, [each.id for each in api_clients])
    by_key = {(each.kind, each.id): each for each in companies}

    def assigned(api_client_id: str) -> tuple[Party, ...]:
        found = (party_of(each, {}) for each in assignments.get(api_client_id, ()))
        return tuple(by_key.get((each.kind, each.id), each) for each in found)

    clients = tuple(Registered(Client.of(each), assigned(each.id), secrets.get(each.id, ())) for each in api_clients)
    world = World(marketplace.seller, companies[1:], (), clients)
    if len(companies) > MOST_PARTIES and not marketplace.people_are_read:
        return world, f"there are {len(companies):,} parties"
    try:
        people = await marketplace.people()
    except errors.Forbidden:
        return world, "the console may not read users"
    return replace(world, users=tuple(each.facts() for each in people)), ""


async def _secrets(marketplace: Marketplace, ids: list[str]) -> Mapping[str, tuple[Secret, ...]]:
    from tui.ordercloud import errors

    async def read(id: str) -> tuple[Secret, ...]:
        try:
            found = await marketplace.secrets(id)
        except (errors.Forbidden, errors.NotFound):
            return ()
        return tuple(Secret(each.id, each.name, each.expiration) for each in found)

    return dict(zip(ids, await few_at_once(read, ids), strict=True))


class WhatIf:
    """Drafts by name, of which one is worked on. They are kept until the console leaves the marketplace."""

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}
        self.draft = Draft("Draft 1")

    @property
    def kept(self) -> tuple[Draft, ...]:
        """The drafts that change something, in the order they were begun."""
        return tuple(each for each in self._drafts.values() if each.edits)

    def put(self, draft: Draft) -> None:
        """Go on with a draft as it is now."""
        self.draft = self._drafts[draft.name] = draft

    def begin(self, name: str = "") -> Draft:
        """Begin an empty draft, with a name of its own."""
        number = 1
        while (name or f"Draft {number}") in {each.name for each in self.kept}:
            name, number = "", number + 1
        self.put(Draft(name or f"Draft {number}"))
        return self.draft

    def choose(self, name: str) -> Draft:
        """Go on with another draft."""
        self.draft = self._drafts.get(name, self.draft)
        return self.draft

    def rename(self, name: str) -> None:
        """Give the draft another name."""
        before = self.draft.name
        self.draft = replace(self.draft, name=name)
        self._drafts = {
            (name if key == before else key): (self.draft if key == before else each)
            for key, each in self._drafts.items()
        }

    def forget(self) -> None:
        """Forget the draft that is worked on."""
        self._drafts.pop(self.draft.name, None)
        self.draft = self.kept[-1] if self.kept else Draft("Draft 1")

    def rebase(self, world: World) -> None:
        """Hold every draft against the marketplace as it is now."""
        self._drafts = {name: each.rebased(world) for name, each in self._drafts.items()}
        self.draft = self._drafts.get(self.draft.name, self.draft.rebased(world))


async def foresee(world: World, draft: Draft, clock: Callable[[], datetime]) -> Outlook:
    """Work out what a draft does, away from the event loop where there are many users."""
    if len(world.users) > MOST_PARTIES:
        return await asyncio.to_thread(outlook, world, draft, clock())
    return outlook(world, draft, clock())
