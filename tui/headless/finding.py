"""API clients and users by what a command line calls them."""

from __future__ import annotations

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
    from tui.session import called

    every = await every_api_client(session)
    try:
        return called.api_client_called(wanted, every)
    except called.NoSuchApiClient as error:
        told = str(error)
        raise UsageError(f"{told[:1].lower()}{told[1:]}") from None


async def user_called(session: Session, username: str) -> Person:
    """Return the user of a name. Raises UsageError where there is none."""
    person = await session.marketplace.person(username)
    if person is None:
        raise UsageError(f"there is no user named {username} in {session.identity.marketplace}.")
    return person
