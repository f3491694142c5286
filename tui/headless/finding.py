"""API clients and users by what a command line calls them."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from tui.exits import UsageError

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.facts import Person
    from tui.session.session import Session


async def every_api_client(session: Session) -> tuple[ApiClient, ...]:
    """Read every API client. Raises the errors of the typed client."""
    async for _ in session.marketplace.read_api_clients():
        pass
    return tuple(session.marketplace.api_clients.values())


async def api_client_called(session: Session, wanted: str) -> ApiClient:
    """Return the API client with an ID or a name. Raises UsageError where there is none, or more than one."""
    every = await every_api_client(session)
    found = [each for each in every if each.id.casefold() == wanted.casefold()]
    found = found or [each for each in every if each.app_name == wanted]
    found = found or [each for each in every if each.app_name.casefold() == wanted.casefold()]
    if not found:
        near = difflib.get_close_matches(wanted, [each.app_name for each in every], n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no API client with the ID or the name {wanted}.{meant}")
    if len(found) > 1:
        ids = ", ".join(sorted(each.id for each in found))
        raise UsageError(f"{len(found)} API clients are called {wanted}; say which by its ID: {ids}.")
    return found[0]


async def user_called(session: Session, username: str) -> Person:
    """Return the user of a name. Raises UsageError where there is none."""
    person = await session.marketplace.person(username)
    if person is None:
        raise UsageError(f"there is no user named {username} in {session.identity.marketplace}.")
    return person
